// What programs find wrong: Token, Token-2022, Associated Token, System, Memo, Stake, lookup tables, loaders, Anchor's own
// errors, and programs that check addresses.

import { findProgramAddress } from '../../src/crypto/program-address.ts';
import type { Pubkey } from '../../src/wire/pubkey.ts';
import { failure } from './case.ts';
import type { Scene } from './scene.ts';
import * as s from './scene.ts';

const {
  PAYER,
  ALICE,
  BOB,
  MINT,
  OTHER_MINT,
  ALICE_TOKENS,
  BOB_TOKENS,
  VAULT,
  OUTER,
  key,
  meta,
  u8,
  u32,
  u64,
  join,
  text,
  instruction,
} = s;

const ataOf = (owner: Pubkey, mint: Pubkey, program = s.TOKEN): Pubkey => {
  return (findProgramAddress([owner.bytes, s.toKey(program).bytes, mint.bytes], s.toKey(s.ATA)) as { address: Pubkey })
    .address;
};

function tokens(scene: Scene, amount = 100n, program = s.TOKEN): void {
  scene.mint(MINT, s.mintData(PAYER, 6, PAYER), program);
  scene.tokens(ALICE_TOKENS, MINT, PAYER, amount, 1, program);
  scene.tokens(BOB_TOKENS, MINT, BOB, 0n, 1, program);
}

/** A seed slice list for the checking programs: error, count, slices, bytes. */
function check(
  scene: Scene,
  accounts: ReturnType<typeof meta>[],
  error: bigint,
  seeds: readonly Uint8Array[],
  kind: 'find' | 'create' = 'find',
) {
  scene.program(OUTER, kind);
  const base = scene.dataAddr(accounts);
  let at = base + 16n + BigInt(seeds.length * 16);
  const slices: Uint8Array[] = [];
  for (const seed of seeds) {
    slices.push(u64(at), u64(BigInt(seed.length)));
    at += BigInt(seed.length);
  }
  return instruction(OUTER, accounts, join(u64(error), u64(BigInt(seeds.length)), ...slices, ...seeds));
}

const INVALID_SEEDS = 14n << 32n;
const vaultOf = (...seeds: Uint8Array[]): Pubkey => (findProgramAddress(seeds, OUTER) as { address: Pubkey }).address;

export const PROGRAM_CASES = [
  // Token
  failure(
    'token-too-little',
    "alice's tokens hold 100, and 500 are to be moved.",
    'TOKEN_INSUFFICIENT_FUNDS',
    ["alice's tokens", '100', '500'],
    (scene) => {
      tokens(scene);
      return scene.send([s.tokenTransfer(ALICE_TOKENS, BOB_TOKENS, PAYER, 500n)]);
    },
  ),
  failure(
    'token-wrong-owner',
    "alice signs for tokens that are the payer's.",
    'TOKEN_OWNER_MISMATCH',
    ['alice', 'payer'],
    (scene) => {
      tokens(scene);
      scene.account(ALICE);
      return scene.send([s.tokenTransfer(ALICE_TOKENS, BOB_TOKENS, ALICE, 5n)]);
    },
  ),
  failure(
    'token-mint-mismatch',
    "bob's tokens are of another mint.",
    'TOKEN_MINT_MISMATCH',
    ["bob's tokens", 'other mint'],
    (scene) => {
      tokens(scene);
      scene.mint(OTHER_MINT);
      scene.tokens(BOB_TOKENS, OTHER_MINT, BOB, 0n);
      return scene.send([s.tokenTransfer(ALICE_TOKENS, BOB_TOKENS, PAYER, 5n)]);
    },
  ),
  failure(
    'token-accounts-swapped',
    'Mint and source are swapped in TransferChecked.',
    'PROGRAM_INVALID_ACCOUNT_DATA',
    [/a mint, not a token account|token account, not a mint/, /order/],
    (scene) => {
      tokens(scene);
      return scene.send([s.tokenTransferChecked(MINT, ALICE_TOKENS, BOB_TOKENS, PAYER, 5n, 6)]);
    },
  ),
  failure('token-frozen', "alice's tokens are frozen.", 'TOKEN_ACCOUNT_FROZEN', ["alice's tokens", /thaw/], (scene) => {
    tokens(scene);
    scene.tokens(ALICE_TOKENS, MINT, PAYER, 100n, 2);
    return scene.send([s.tokenTransfer(ALICE_TOKENS, BOB_TOKENS, PAYER, 5n)]);
  }),
  failure(
    'token-decimals',
    'The mint has 6 decimals, the instruction says 9.',
    'TOKEN_MINT_DECIMALS_MISMATCH',
    ['6', '9'],
    (scene) => {
      tokens(scene);
      return scene.send([s.tokenTransferChecked(ALICE_TOKENS, MINT, BOB_TOKENS, PAYER, 5n, 9)]);
    },
  ),
  failure(
    'token-destination-missing',
    "bob's token account was never created.",
    /* Token looks at its owner first. */ 'PROGRAM_INVALID_ACCOUNT_DATA',
    ["bob's tokens", /does not exist/],
    (scene) => {
      scene.mint(MINT);
      scene.tokens(ALICE_TOKENS, MINT, PAYER, 100n);
      return scene.send([s.tokenTransfer(ALICE_TOKENS, BOB_TOKENS, PAYER, 5n)]);
    },
  ),
  failure(
    'token-destination-is-wallet',
    "The tokens are sent to bob's wallet, not to his token account.",
    'PROGRAM_INVALID_ACCOUNT_DATA',
    ['bob', /owned by System/],
    (scene) => {
      tokens(scene);
      scene.account(BOB);
      return scene.send([s.tokenTransfer(ALICE_TOKENS, BOB, PAYER, 5n)]);
    },
  ),
  failure(
    'token-programs-swapped',
    'The accounts are of Token-2022, the instruction goes to Token.',
    'ACCOUNT_DATA_NOT_OWNED',
    ['Token-2022'],
    (scene) => {
      tokens(scene, 100n, s.TOKEN_2022);
      return scene.send([s.tokenTransfer(ALICE_TOKENS, BOB_TOKENS, PAYER, 5n)]);
    },
  ),
  failure(
    'token-2022-gets-token',
    'The accounts are of Token, the instruction goes to Token-2022.',
    'PROGRAM_INCORRECT_PROGRAM_ID',
    [/belongs to Token\b/],
    (scene) => {
      tokens(scene);
      return scene.send([s.tokenTransfer(ALICE_TOKENS, BOB_TOKENS, PAYER, 5n, s.TOKEN_2022)]);
    },
  ),
  failure(
    'token-authority-unsigned',
    'The authority bob is not marked a signer.',
    'PROGRAM_MISSING_REQUIRED_SIGNATURE',
    ['bob', /sign/],
    (scene) => {
      tokens(scene);
      scene.tokens(ALICE_TOKENS, MINT, BOB, 100n);
      return scene.send([
        instruction(s.TOKEN, [meta(ALICE_TOKENS, 'w'), meta(BOB_TOKENS, 'w'), meta(BOB)], join(u8(3), u64(5n))),
      ]);
    },
  ),
  failure(
    'mint-wrong-authority',
    'alice is not the mint authority.',
    'TOKEN_OWNER_MISMATCH',
    [/mint authority/, 'alice'],
    (scene) => {
      tokens(scene);
      scene.account(ALICE);
      return scene.send([s.mintTo(MINT, ALICE_TOKENS, ALICE, 5n)]);
    },
  ),
  failure(
    'mint-fixed-supply',
    'The mint authority was given up.',
    'TOKEN_FIXED_SUPPLY',
    [/no mint authority/],
    (scene) => {
      tokens(scene);
      scene.mint(MINT, s.mintData(undefined));
      return scene.send([s.mintTo(MINT, ALICE_TOKENS, PAYER, 5n)]);
    },
  ),
  failure(
    'close-with-balance',
    'A token account with a balance is closed.',
    'TOKEN_NON_NATIVE_HAS_BALANCE',
    [/still holds 100/],
    (scene) => {
      tokens(scene);
      return scene.send([instruction(s.TOKEN, [meta(ALICE_TOKENS, 'w'), meta(PAYER, 'w'), meta(PAYER, 's')], u8(9))]);
    },
  ),
  failure('mint-initialized-twice', 'The mint exists already.', 'TOKEN_ALREADY_IN_USE', [/already/], (scene) => {
    tokens(scene);
    return scene.send([instruction(s.TOKEN, [meta(MINT, 'w')], join(u8(20, 6), PAYER.bytes, u8(0)))]);
  }),
  failure(
    'mint-without-rent',
    'The account of the mint was funded with 1,000,000 lamports; it needs 1,461,600.',
    'TOKEN_NOT_RENT_EXEMPT',
    [/rent/],
    (scene) => {
      scene.account(MINT, { lamports: 1_000_000n, owner: s.TOKEN, data: new Uint8Array(82) });
      return scene.send([instruction(s.TOKEN, [meta(MINT, 'w')], join(u8(20, 6), PAYER.bytes, u8(0)))]);
    },
  ),
  failure(
    'freeze-without-authority',
    'The mint has no freeze authority.',
    'TOKEN_MINT_CANNOT_FREEZE',
    [/no freeze authority/],
    (scene) => {
      tokens(scene);
      scene.mint(MINT, s.mintData(PAYER));
      return scene.send([instruction(s.TOKEN, [meta(ALICE_TOKENS, 'w'), meta(MINT), meta(PAYER, 's')], u8(10))]);
    },
  ),
  failure('thaw-not-frozen', 'The account to thaw is not frozen.', 'TOKEN_INVALID_STATE', [/not frozen/], (scene) => {
    tokens(scene);
    return scene.send([instruction(s.TOKEN, [meta(ALICE_TOKENS, 'w'), meta(MINT), meta(PAYER, 's')], u8(11))]);
  }),
  failure(
    'token-uninitialized',
    'The source was created but never initialized.',
    'PROGRAM_UNINITIALIZED_ACCOUNT',
    [/not initialized/],
    (scene) => {
      tokens(scene);
      scene.account(ALICE_TOKENS, { lamports: 10_000_000n, owner: s.TOKEN, data: new Uint8Array(165) });
      return scene.send([s.tokenTransfer(ALICE_TOKENS, BOB_TOKENS, PAYER, 5n)]);
    },
  ),
  failure(
    'token-garbage',
    'The bytes are no instruction of Token.',
    'TOKEN_INVALID_INSTRUCTION',
    [/no instruction/],
    (scene) => scene.send([instruction(s.TOKEN, [], u8(200))]),
  ),
  failure(
    'token-too-few-accounts',
    'Transfer got two accounts of three.',
    'INSTRUCTION_ACCOUNTS_MISSING',
    [/all accounts/],
    (scene) => {
      tokens(scene);
      return scene.send([instruction(s.TOKEN, [meta(ALICE_TOKENS, 'w'), meta(BOB_TOKENS, 'w')], join(u8(3), u64(5n)))]);
    },
  ),
  failure(
    'token-readonly',
    "alice's tokens are passed read-only.",
    'ACCOUNT_DATA_READONLY',
    ["alice's tokens", /writable/],
    (scene) => {
      tokens(scene);
      return scene.send([
        instruction(s.TOKEN, [meta(ALICE_TOKENS), meta(BOB_TOKENS, 'w'), meta(PAYER, 's')], join(u8(3), u64(5n))),
      ]);
    },
  ),
  failure(
    'token-2022-fee-mint',
    'A Token-2022 mint with the memo extension: the destination requires a memo.',
    'TOKEN_2022_NO_MEMO',
    [/memo/i],
    (scene) => {
      tokens(scene, 100n, s.TOKEN_2022);
      const data = join(s.tokenData(MINT, BOB, 0n), u8(2), u8(8, 0, 1, 0, 1));
      scene.account(BOB_TOKENS, { lamports: 10_000_000n, owner: s.TOKEN_2022, data });
      return scene.send([s.tokenTransferChecked(ALICE_TOKENS, MINT, BOB_TOKENS, PAYER, 5n, 6, s.TOKEN_2022)]);
    },
  ),
  failure(
    'token-2022-too-little',
    'Token-2022: 100 are there, 500 are to be moved.',
    'TOKEN_2022_INSUFFICIENT_FUNDS',
    ['100', '500'],
    (scene) => {
      tokens(scene, 100n, s.TOKEN_2022);
      return scene.send([s.tokenTransferChecked(ALICE_TOKENS, MINT, BOB_TOKENS, PAYER, 500n, 6, s.TOKEN_2022)]);
    },
  ),

  // Associated Token
  failure(
    'ata-of-other-mint',
    'The address was derived for another mint than the one that is passed.',
    'PROGRAM_INVALID_SEEDS',
    [/other mint/],
    (scene) => {
      scene.mint(MINT);
      scene.mint(OTHER_MINT);
      return scene.send([s.ataCreate(PAYER, ataOf(ALICE, OTHER_MINT), ALICE, MINT), s.transfer(PAYER, OTHER_MINT, 1n)]);
    },
  ),
  failure(
    'ata-without-system',
    'The System program is left out; Token stands at its place, one too early.',
    'INSTRUCTION_ACCOUNTS_MISSING',
    [/`systemProgram` \(System\) is left out/, /account 4, stands Token/, /as account 4, before Token/],
    (scene) => {
      scene.mint(MINT);
      const accounts = [meta(PAYER, 'sw'), meta(ataOf(ALICE, MINT), 'w'), meta(ALICE), meta(MINT), meta(s.TOKEN)];
      return scene.send([instruction(s.ATA, accounts, u8(0))]);
    },
  ),
  failure(
    'ata-of-other-wallet',
    'The address was derived for alice, the instruction names bob.',
    'PROGRAM_INVALID_SEEDS',
    ['alice'],
    (scene) => {
      scene.mint(MINT);
      scene.account(ALICE);
      return scene.send([s.ataCreate(PAYER, ataOf(ALICE, MINT), BOB, MINT), s.transfer(PAYER, ALICE, 1n)]);
    },
  ),
  failure(
    'ata-of-other-token-program',
    'The address was derived with Token-2022, the instruction names Token.',
    'PROGRAM_INVALID_SEEDS',
    ['Token-2022'],
    (scene) => {
      scene.mint(MINT);
      return scene.send([
        s.ataCreate(PAYER, ataOf(ALICE, MINT, s.TOKEN_2022), ALICE, MINT),
        instruction(s.TOKEN_2022, [], u8(17)),
      ]);
    },
  ),
  failure(
    'ata-token-program-swapped',
    'The mint is of Token-2022, the ATA is made for Token.',
    'PROGRAM_INCORRECT_PROGRAM_ID',
    ['Token-2022'],
    (scene) => {
      scene.mint(MINT, s.mintData(PAYER), s.TOKEN_2022);
      return scene.send([s.ataCreate(PAYER, ataOf(ALICE, MINT), ALICE, MINT)]);
    },
  ),
  failure(
    'ata-exists',
    'The associated token account exists already.',
    'PROGRAM_ILLEGAL_OWNER',
    [/exists already/, /Idempotent/],
    (scene) => {
      scene.mint(MINT);
      scene.tokens(ataOf(ALICE, MINT), MINT, ALICE, 0n);
      return scene.send([s.ataCreate(PAYER, ataOf(ALICE, MINT), ALICE, MINT)]);
    },
  ),
  failure(
    'ata-readonly',
    'The new token account is passed read-only.',
    'CPI_WRITABLE_PRIVILEGE',
    [/`ata` \(account 1\) writable/],
    (scene) => {
      scene.mint(MINT);
      const create = s.ataCreate(PAYER, ataOf(ALICE, MINT), ALICE, MINT);
      return scene.send([
        { ...create, accounts: (create.accounts ?? []).map((m, i) => (i === 1 ? { ...m, isWritable: false } : m)) },
      ]);
    },
  ),
  failure(
    'ata-mint-missing',
    'The mint does not exist.',
    'PROGRAM_INCORRECT_PROGRAM_ID',
    ['mint', /does not exist/],
    (scene) => scene.send([s.ataCreate(PAYER, ataOf(ALICE, MINT), ALICE, MINT)]),
  ),
  failure(
    'ata-payer-poor',
    'alice can pay the fee but not the rent of the token account.',
    'SYSTEM_RESULT_WITH_NEGATIVE_LAMPORTS',
    ['alice'],
    (scene) => {
      scene.mint(MINT);
      scene.account(ALICE, { lamports: 1_500_000n });
      return scene.send([s.ataCreate(ALICE, ataOf(ALICE, MINT), ALICE, MINT)], { feePayer: ALICE });
    },
  ),

  // System
  failure(
    'transfer-too-much',
    'alice has 10 SOL and sends 11.',
    'SYSTEM_RESULT_WITH_NEGATIVE_LAMPORTS',
    ['alice', /11,000,000,000|11000000000/],
    (scene) => {
      scene.account(ALICE);
      return scene.send([s.transfer(ALICE, BOB, 11_000_000_000n)]);
    },
  ),
  failure(
    'transfer-from-data-account',
    'Lamports are taken from an account with data by System.',
    'PROGRAM_INVALID_ARGUMENT',
    [/carries data|data/],
    (scene) => {
      scene.account(ALICE, { data: new Uint8Array(8) });
      return scene.send([s.transfer(ALICE, BOB, 1_000_000n)]);
    },
  ),
  failure(
    'transfer-from-foreign',
    'System takes lamports from an account that a program owns.',
    'ACCOUNT_LAMPORTS_NOT_OWNED',
    ['vault', /owner/],
    (scene) => {
      scene.account(VAULT, { owner: OUTER });
      return scene.send([s.transfer(VAULT, BOB, 1_000_000n)]);
    },
  ),
  failure(
    'create-existing',
    'The account to create exists.',
    'SYSTEM_ACCOUNT_ALREADY_IN_USE',
    ['bob', /already/],
    (scene) => {
      scene.account(BOB);
      return scene.send([s.createAccount(PAYER, BOB, 1_000_000n, 8n, OUTER)]);
    },
  ),
  failure(
    'create-too-large',
    'An account of 11 MiB is asked for.',
    'SYSTEM_INVALID_ACCOUNT_DATA_LENGTH',
    ['10485760'],
    (scene) => scene.send([s.createAccount(PAYER, BOB, 1_000_000n, 11_534_336n, OUTER)]),
  ),
  failure(
    'create-without-rent',
    'The new account of 100 bytes gets 1,000,000 lamports; it needs 1,586,880.',
    'TX_RENT',
    ['bob', '1,586,880'],
    (scene) => scene.send([s.createAccount(PAYER, BOB, 1_000_000n, 100n, OUTER)]),
  ),
  failure(
    'create-unsigned',
    'The new account bob did not sign its creation.',
    'PROGRAM_MISSING_REQUIRED_SIGNATURE',
    ['bob', /sign/],
    (scene) => {
      const create = s.createAccount(PAYER, BOB, 1_000_000n, 0n, OUTER);
      return scene.send([{ ...create, accounts: [create.accounts![0], meta(BOB, 'w')] } as never]);
    },
  ),
  failure(
    'create-with-wrong-seed',
    'The address was made with another seed.',
    'SYSTEM_ADDRESS_WITH_SEED_MISMATCH',
    [/does not match derived address/],
    (scene) =>
      scene.send([
        instruction(
          s.SYSTEM,
          [meta(PAYER, 'sw'), meta(key(60), 'w')],
          join(u32(3), PAYER.bytes, u64(5n), text('vault'), u64(1_000_000n), u64(0n), OUTER.bytes),
        ),
      ]),
  ),
  failure(
    'system-garbage',
    'The bytes are no System instruction.',
    'PROGRAM_INVALID_INSTRUCTION_DATA',
    [/InvalidInstructionData/],
    (scene) => scene.send([instruction(s.SYSTEM, [], u32(99))]),
  ),
  failure('system-too-few-accounts', 'Transfer got one account.', 'INSTRUCTION_ACCOUNTS_MISSING', [/2/], (scene) =>
    scene.send([instruction(s.SYSTEM, [meta(PAYER, 'sw')], join(u32(2), u64(1n)))]),
  ),
  failure(
    'transfer-readonly',
    'The recipient is read-only.',
    'ACCOUNT_LAMPORTS_READONLY',
    ['bob', /writable/],
    (scene) => {
      scene.account(BOB);
      return scene.send([instruction(s.SYSTEM, [meta(PAYER, 'sw'), meta(BOB)], join(u32(2), u64(1n)))]);
    },
  ),

  // Others
  failure('memo-not-utf8', 'The memo is not UTF-8.', 'SYSCALL_ARGUMENT', ['Memo'], (scene) =>
    scene.send([instruction(s.MEMO, [], u8(0xff, 0xfe))]),
  ),
  failure(
    'memo-unsigned',
    'The memo names bob, who did not sign.',
    'PROGRAM_MISSING_REQUIRED_SIGNATURE',
    ['Memo'],
    (scene) => scene.send([instruction(s.MEMO, [meta(BOB)], text('hi'))]),
  ),
  failure(
    'stake-not-enough-accounts',
    'Deactivate got no accounts.',
    'INSTRUCTION_ACCOUNTS_MISSING',
    ['Stake'],
    (scene) => scene.send([instruction(s.STAKE, [], u32(5))]),
  ),
  failure(
    'stake-not-a-stake',
    'The account to deactivate is no stake account.',
    'PROGRAM_INVALID_ACCOUNT_OWNER',
    ['Stake'],
    (scene) => {
      scene.account(ALICE);
      return scene.send([
        instruction(
          s.STAKE,
          [meta(ALICE, 'w'), meta('SysvarC1ock11111111111111111111111111111111'), meta(PAYER, 's')],
          u32(5),
        ),
      ]);
    },
  ),
  failure(
    'lookup-table-foreign-authority',
    'The payer is not the authority of the table it extends.',
    'PROGRAM_INCORRECT_AUTHORITY',
    ['Address Lookup Table'],
    (scene) => {
      const table = join(u32(1), u64((1n << 64n) - 1n), u64(0n), u8(0, 1), ALICE.bytes, u8(0, 0));
      scene.account(key(61), { lamports: 10_000_000n, owner: s.LOOKUP_TABLE, data: table });
      return scene.send([
        instruction(
          s.LOOKUP_TABLE,
          [meta(key(61), 'w'), meta(PAYER, 's'), meta(PAYER, 'sw'), meta(s.SYSTEM)],
          join(u32(2), u64(1n), BOB.bytes),
        ),
      ]);
    },
  ),
  failure(
    'ed25519-wrong',
    'The signature that the precompile checks is all ones.',
    'PRECOMPILE_INVALID_SIGNATURE',
    [/signature/i],
    (scene) => {
      const header = join(u8(1, 0), Uint8Array.from([48, 0, 255, 255, 16, 0, 255, 255, 112, 0, 2, 0, 255, 255]));
      const publicKey = Uint8Array.from(
        '3b6a27bcceb6a42d62a3a8d02a6f0d73653215771de243a63ac048a18b59da29'.match(/../g)!,
        (h) => Number.parseInt(h, 16),
      );
      return scene.send([instruction(s.ED25519, [], join(header, publicKey, new Uint8Array(64).fill(1), text('hi')))]);
    },
  ),
  failure(
    'ed25519-offsets',
    'An offset of the precompile points outside.',
    'PRECOMPILE_INVALID_DATA_OFFSETS',
    [/offset/i],
    (scene) => scene.send([instruction(s.ED25519, [], join(u8(1, 0), new Uint8Array(14).fill(200)))]),
  ),
  failure(
    'loader-v2-management',
    'BPF loader v2 takes no instructions any more.',
    'PROGRAM_MANAGEMENT',
    [/BPF Loader v2/],
    (scene) => scene.send([instruction(s.LOADER_V2, [], u8(0))]),
  ),
  failure(
    'loader-v3-not-authority',
    'The payer is not the upgrade authority.',
    'PROGRAM_INCORRECT_AUTHORITY',
    ['BPF Loader v3'],
    (scene) => {
      const buffer = join(u32(1), u8(1), ALICE.bytes, new Uint8Array(20));
      scene.account(key(62), { lamports: 100_000_000n, owner: s.LOADER_V3, data: buffer });
      return scene.send([
        instruction(
          s.LOADER_V3,
          [meta(key(62), 'w'), meta(PAYER, 's')],
          join(u32(1), u32(0), u64(4n), new Uint8Array(4)),
        ),
      ]);
    },
  ),

  // Anchor
  failure(
    'anchor-has-one',
    'The vault names another owner than the one passed.',
    'ANCHOR_CONSTRAINT_HAS_ONE',
    ['vault', /has_one|field/],
    (scene) => {
      scene.program(OUTER, 'say');
      return scene.send([
        s.say(
          OUTER,
          2001n,
          'AnchorError caused by account: vault. Error Code: ConstraintHasOne. Error Number: 2001. Error Message: A has one constraint was violated.',
        ),
      ]);
    },
  ),
  failure(
    'anchor-not-initialized',
    'The user account was not initialized.',
    'ANCHOR_ACCOUNT_NOT_INITIALIZED',
    ['user', /[Ii]nitialize/],
    (scene) => {
      scene.program(OUTER, 'say');
      return scene.send([
        s.say(
          OUTER,
          3012n,
          'AnchorError caused by account: user. Error Code: AccountNotInitialized. Error Number: 3012. Error Message: The program expected this account to be already initialized.',
        ),
      ]);
    },
  ),
  failure(
    'anchor-own-error',
    'The program itself refuses: the pool is closed.',
    'PROGRAM_CUSTOM_ERROR',
    ['PoolClosed', /lib\.rs:40/],
    (scene) => {
      scene.program(OUTER, 'say');
      return scene.send([
        s.say(
          OUTER,
          6001n,
          'AnchorError thrown in programs/amm/src/lib.rs:40. Error Code: PoolClosed. Error Number: 6001. Error Message: The pool is closed.',
        ),
      ]);
    },
  ),
  failure(
    'anchor-wrong-instruction',
    'The discriminator is of no instruction.',
    'ANCHOR_INSTRUCTION_FALLBACK_NOT_FOUND',
    [/discriminator/],
    (scene) => {
      scene.program(OUTER, 'say');
      return scene.send([
        s.say(
          OUTER,
          101n,
          'AnchorError occurred. Error Code: InstructionFallbackNotFound. Error Number: 101. Error Message: Fallback functions are not supported.',
        ),
      ]);
    },
  ),
  failure(
    'custom-with-idl',
    'The program returned 6000, which its IDL calls SlippageExceeded.',
    'PROGRAM_CUSTOM_ERROR',
    ['SlippageExceeded', /price moved/],
    (scene) => {
      scene.program(OUTER, 'say');
      const errors = [{ code: 6000, name: 'SlippageExceeded', msg: 'The price moved too far.' }];
      scene.svm.registerIdl({ name: 'amm', instructions: [], errors }, OUTER.toString() as never);
      return scene.send([s.say(OUTER, 6000n, 'swap')]);
    },
  ),
  failure(
    'custom-unknown',
    'The program returned its error 4242; nobody knows its name.',
    'PROGRAM_CUSTOM_ERROR',
    ['4242', /IDL/],
    (scene) => {
      scene.program(OUTER, 'say');
      return scene.send([s.say(OUTER, 4242n, 'nope')]);
    },
  ),

  // Addresses that a program derives itself
  failure(
    'pda-check-wrong-seed',
    'The vault was derived for bob, the program derives it for alice.',
    'PROGRAM_INVALID_SEEDS',
    [/bob/],
    (scene) => {
      const vault = vaultOf(text('vault'), BOB.bytes);
      scene.account(vault);
      scene.account(BOB);
      return scene.send([
        check(scene, [meta(vault), meta(ALICE), meta(BOB)], INVALID_SEEDS, [text('vault'), ALICE.bytes]),
      ]);
    },
  ),
  failure(
    'pda-check-custom',
    'The client left out the seed of the wallet; the program returns an error of its own.',
    'PROGRAM_PDA_MISMATCH',
    [/too much/],
    (scene) => {
      const vault = vaultOf(text('vault'));
      scene.account(vault);
      return scene.send([check(scene, [meta(vault), meta(ALICE)], 7n, [text('vault'), ALICE.bytes])]);
    },
  ),
];
