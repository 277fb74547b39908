// Extensions of Token-2022, and what developers meet in Token and Associated Token besides: broken transactions that were
// written before looking at how they are explained.

import { findProgramAddress } from '../../src/crypto/program-address.ts';
import type { Pubkey } from '../../src/wire/pubkey.ts';
import { u16 } from '../support/bytes.ts';
import { failure } from './case.ts';
import * as s from './scene.ts';

export { u16 };

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
  TOKEN,
  TOKEN_2022,
  meta,
  u8,
  u32,
  u64,
  join,
  instruction,
  Script,
  ataOf,
} = s;

/** Extensions as they stand behind a mint or a token account. */
export const tlv = (...extensions: (readonly [type: number, value: Uint8Array])[]): Uint8Array =>
  join(...extensions.map(([type, value]) => join(u16(type), u16(value.length), value)));
export const mint22 = (extensions: Uint8Array, freeze?: Pubkey): Uint8Array =>
  join(s.mintData(PAYER, 6, freeze), new Uint8Array(83), u8(1), extensions);
export const account22 = (mint: Pubkey, owner: Pubkey, amount: bigint, extensions: Uint8Array, state = 1): Uint8Array =>
  join(s.tokenData(mint, owner, amount, state), u8(2), extensions);

interface TokenOptions {
  readonly owner?: Pubkey;
  readonly freeze?: Pubkey;
  readonly bobsState?: number;
}

/** A mint with extensions, and accounts of alice and bob with theirs. */
export function extended(
  scene: s.Scene,
  ofMint: Uint8Array,
  ofAlice: Uint8Array = new Uint8Array(0),
  { owner = PAYER, freeze, bobsState = 1 }: TokenOptions = {},
): void {
  const lamports = 20_000_000n;
  scene.account(MINT, { lamports, owner: TOKEN_2022, data: mint22(ofMint, freeze) });
  scene.account(ALICE_TOKENS, { lamports, owner: TOKEN_2022, data: account22(MINT, owner, 100n, ofAlice) });
  scene.account(BOB_TOKENS, { lamports, owner: TOKEN_2022, data: account22(MINT, BOB, 0n, ofAlice, bobsState) });
}

const feeConfig = (basisPoints: number, maximum: bigint): Uint8Array =>
  join(PAYER.bytes, PAYER.bytes, u64(0n), ...[0, 1].map(() => join(u64(0n), u64(maximum), u16(basisPoints))));
const nested = (scene: s.Scene, wallet: s.Meta) => {
  scene.mint(MINT);
  scene.mint(OTHER_MINT);
  const owner = ataOf(ALICE, MINT);
  const inner = ataOf(owner, OTHER_MINT);
  const destination = ataOf(ALICE, OTHER_MINT);
  scene.tokens(owner, MINT, ALICE, 0n);
  scene.tokens(inner, OTHER_MINT, owner, 5n);
  scene.tokens(destination, OTHER_MINT, ALICE, 0n);
  const accounts = [
    meta(inner, 'w'),
    meta(OTHER_MINT),
    meta(destination, 'w'),
    meta(owner),
    meta(MINT),
    wallet,
    meta(TOKEN),
  ];
  return scene.send([instruction(s.ATA, accounts, u8(2))]);
};
const FEES = tlv([1, feeConfig(100, 1000n)]);
const checked = (amount = 5n) => s.tokenTransferChecked(ALICE_TOKENS, MINT, BOB_TOKENS, PAYER, amount, 6, TOKEN_2022);
const close = (account: Pubkey, program: string = TOKEN) =>
  instruction(program, [meta(account, 'w'), meta(PAYER, 'w'), meta(PAYER, 's')], u8(9));

export const TOKEN_CASES = [
  failure(
    'token-2022-fee-unchecked',
    'Plain Transfer of a mint with transfer fees, which needs TransferChecked, with the mint.',
    'TOKEN_2022_MINT_REQUIRED_FOR_TRANSFER',
    [/TransferChecked/],
    (scene) => {
      extended(scene, FEES, tlv([2, u64(0n)]));
      return scene.send([s.tokenTransfer(ALICE_TOKENS, BOB_TOKENS, PAYER, 5n, TOKEN_2022)]);
    },
  ),
  failure(
    'token-2022-fee-mismatch',
    'TransferCheckedWithFee names a fee of 0; of 50 the mint takes 1%, which is 1 rounded up.',
    'TOKEN_2022_FEE_MISMATCH',
    ['100 basis points', /says 0/, /fee of 1\./],
    (scene) => {
      extended(scene, FEES, tlv([2, u64(0n)]));
      return scene.send([
        instruction(
          TOKEN_2022,
          [meta(ALICE_TOKENS, 'w'), meta(MINT), meta(BOB_TOKENS, 'w'), meta(PAYER, 's')],
          join(u8(26, 1), u64(50n), u8(6), u64(0n)),
        ),
      ]);
    },
  ),
  failure(
    'token-2022-hook-missing',
    'The mint has outer program as its transfer hook; neither it nor its validation account is passed.',
    'CPI_PROGRAM_NOT_IN_TRANSACTION',
    [/transfer hook/, 'outer program', /extra-account-metas/],
    (scene) => {
      scene.program(OUTER, 'say');
      extended(scene, tlv([14, join(PAYER.bytes, OUTER.bytes)]), tlv([15, u8(0)]));
      return scene.send([checked()]);
    },
  ),
  failure(
    'token-2022-hook-list-missing',
    'The hook program is passed, its account of extra accounts (the PDA of "extra-account-metas" and the mint) is not.',
    'INSTRUCTION_ACCOUNTS_MISSING',
    ['JRtDiqMG4WPDdX6JNDJTmsDu5QfnfY4YshLsmEmcp1p', /extra-account-metas/, /did not pass/],
    (scene) => {
      scene.program(OUTER, { asm: 'entrypoint:\n lddw r0, 0xb00000000\n exit' });
      extended(scene, tlv([14, join(PAYER.bytes, OUTER.bytes)]), tlv([15, u8(0)]));
      return scene.send([{ ...checked(), accounts: [...(checked().accounts ?? []), meta(OUTER)] }]);
    },
  ),
  failure(
    'token-2022-hook-extra-missing',
    'The hook’s list is passed, what it lists is not: an account derived from "counter" and the source.',
    'EXTRA_ACCOUNTS_INCORRECT_ACCOUNT',
    ['FZKQAvG8XHg5MCra1zjBojWUxU1WazTtaFEGBKYiJaG8', /did not pass/, /Name behind the accounts of the transfer/],
    (scene) => {
      scene.program(OUTER, { asm: 'entrypoint:\n mov64 r0, 0\n exit' });
      extended(scene, tlv([14, join(PAYER.bytes, OUTER.bytes)]), tlv([15, u8(0)]));
      const { address } = findProgramAddress([s.text('extra-account-metas'), MINT.bytes], OUTER) as { address: Pubkey };
      const entry = new Uint8Array(35);
      entry.set(join(u8(1, 1, 7), s.text('counter'), u8(3, 0)));
      const data = join(u8(105, 37, 101, 197, 75, 251, 102, 26), u32(4 + 35), u32(1), entry);
      scene.account(address, { owner: OUTER, data });
      return scene.send([{ ...checked(), accounts: [...(checked().accounts ?? []), meta(address), meta(OUTER)] }]);
    },
  ),
  failure(
    'token-2022-nontransferable',
    'The mint is non-transferable.',
    'TOKEN_2022_NON_TRANSFERABLE',
    ['mint', /non-transferable/],
    (scene) => {
      extended(scene, tlv([9, u8()]), tlv([7, u8()], [13, u8()]));
      return scene.send([checked()]);
    },
  ),
  failure(
    'token-2022-cpi-guard',
    'The source has its CPI guard on, and a program transfers with the owner as authority.',
    'TOKEN_2022_CPI_GUARD_TRANSFER_BLOCKED',
    ["alice's tokens", /delegate/],
    (scene) => {
      extended(scene, new Uint8Array(0), tlv([11, u8(1)]));
      scene.program(OUTER, 'driver');
      const accts = [meta(ALICE_TOKENS, 'w'), meta(MINT), meta(BOB_TOKENS, 'w'), meta(PAYER, 'sw'), meta(TOKEN_2022)];
      const script = new Script().call('rust', {
        programId: s.toKey(TOKEN_2022),
        infos: scene.infos(accts),
        metas: accts.slice(0, 4).map((m) => ({ pubkey: m.address, isSigner: m.isSigner, isWritable: m.isWritable })),
        data: join(u8(12), u64(5n), u8(6)),
      });
      return scene.send([scene.script(accts, script)]);
    },
  ),
  failure(
    'token-2022-default-frozen',
    "The mint's accounts are frozen from the start, and nobody thawed bob's.",
    'TOKEN_2022_ACCOUNT_FROZEN',
    ["bob's tokens", /DefaultAccountState/, 'alice'],
    (scene) => {
      extended(scene, tlv([6, u8(2)]), undefined, { bobsState: 2, freeze: ALICE });
      return scene.send([checked()]);
    },
  ),
  failure(
    'token-2022-permanent-delegate',
    'The authority is neither the owner nor the permanent delegate, who is alice.',
    'TOKEN_2022_OWNER_MISMATCH',
    ['bob', /permanent delegate .*alice/],
    (scene) => {
      extended(scene, tlv([12, ALICE.bytes]), undefined, { owner: BOB });
      return scene.send([checked()]);
    },
  ),
  failure(
    'token-2022-close-mint-supply',
    'A mint is closed that has a supply.',
    'TOKEN_2022_MINT_HAS_SUPPLY',
    ['1,000,000', /Burn/],
    (scene) => {
      extended(scene, tlv([3, PAYER.bytes]));
      return scene.send([close(MINT, TOKEN_2022)]);
    },
  ),
  failure(
    'token-2022-close-mint-wrong-auth',
    'A mint is closed by another than its close authority, who is alice.',
    'TOKEN_2022_OWNER_MISMATCH',
    [/close authority of .*alice/],
    (scene) => {
      extended(scene, tlv([3, ALICE.bytes]));
      return scene.send([close(MINT, TOKEN_2022)]);
    },
  ),
  failure(
    'token-2022-withheld',
    'An account is closed that holds withheld fees.',
    'TOKEN_2022_ACCOUNT_HAS_WITHHELD_TRANSFER_FEES',
    [/holds 7/, /Harvest/],
    (scene) => {
      extended(scene, FEES);
      scene.account(ALICE_TOKENS, {
        lamports: 20_000_000n,
        owner: TOKEN_2022,
        data: account22(MINT, PAYER, 0n, tlv([2, u64(7n)])),
      });
      return scene.send([close(ALICE_TOKENS, TOKEN_2022)]);
    },
  ),
  failure('token-2022-paused', 'The mint is paused.', 'TOKEN_2022_MINT_PAUSED', [/paused/, 'payer'], (scene) => {
    extended(scene, tlv([26, join(PAYER.bytes, u8(1))]), tlv([27, u8()]));
    return scene.send([checked()]);
  }),
  failure(
    'token-2022-init-mint-space',
    'The account of the mint was created with 82 bytes, too few for the metadata pointer that is initialized in it.',
    'PROGRAM_INVALID_ACCOUNT_DATA',
    [/82 bytes/, /234/],
    (scene) => {
      scene.account(MINT, { lamports: 20_000_000n, owner: TOKEN_2022, data: new Uint8Array(82) });
      return scene.send([instruction(TOKEN_2022, [meta(MINT, 'w')], join(u8(39, 0), PAYER.bytes, PAYER.bytes))]);
    },
  ),
  failure(
    'token-2022-init-account-space',
    'The token account was created with 165 bytes; that of a mint with transfer fees needs 178.',
    'PROGRAM_INVALID_ACCOUNT_DATA',
    [/165 bytes/, /178/, 'TransferFeeConfig'],
    (scene) => {
      extended(scene, FEES);
      scene.account(VAULT, { lamports: 20_000_000n, owner: TOKEN_2022, data: new Uint8Array(165) });
      return scene.send([instruction(TOKEN_2022, [meta(VAULT, 'w'), meta(MINT)], join(u8(18), PAYER.bytes))]);
    },
  ),
  failure(
    'token-2022-ext-after-init',
    'An extension is initialized after the mint itself.',
    'TOKEN_2022_ALREADY_IN_USE',
    ['mint', /already/],
    (scene) => {
      extended(scene, tlv([9, u8()]));
      return scene.send([instruction(TOKEN_2022, [meta(MINT, 'w')], join(u8(25), u8(1), PAYER.bytes))]);
    },
  ),
  failure(
    'mint-to-other-mint',
    'The destination of MintTo is of another mint.',
    'TOKEN_MINT_MISMATCH',
    ['other mint'],
    (scene) => {
      scene.mint(MINT);
      scene.mint(OTHER_MINT);
      scene.tokens(ALICE_TOKENS, OTHER_MINT, PAYER, 0n);
      return scene.send([s.mintTo(MINT, ALICE_TOKENS, PAYER, 5n)]);
    },
  ),
  failure(
    'token-source-and-destination-swapped',
    "Source and destination are swapped: alice signs for her tokens, and the transfer goes from bob's, which are none.",
    'TOKEN_INSUFFICIENT_FUNDS',
    [/the two look swapped/, /from alice's tokens to bob's tokens: swap `source` and `destination`/],
    (scene) => {
      scene.mint(MINT);
      scene.account(ALICE);
      scene.tokens(ALICE_TOKENS, MINT, ALICE, 100n);
      scene.tokens(BOB_TOKENS, MINT, BOB, 0n);
      return scene.send([s.tokenTransfer(BOB_TOKENS, ALICE_TOKENS, ALICE, 50n)]);
    },
  ),
  failure(
    'token-full-source-and-destination-swapped',
    "Source and destination are swapped: alice signs for her tokens, and the transfer goes from bob's, which she can't move.",
    'TOKEN_OWNER_MISMATCH',
    [/is bob, and the instruction names alice/, /swap `source` and `destination`/],
    (scene) => {
      scene.mint(MINT);
      scene.account(ALICE);
      scene.tokens(ALICE_TOKENS, MINT, ALICE, 100n);
      scene.tokens(BOB_TOKENS, MINT, BOB, 70n);
      return scene.send([s.tokenTransferChecked(BOB_TOKENS, MINT, ALICE_TOKENS, ALICE, 50n, 6)]);
    },
  ),
  failure(
    'token-delegate-over',
    'alice is the delegate for 10, and moves 50.',
    'TOKEN_INSUFFICIENT_FUNDS',
    ['alice', /delegate for 10/, '50'],
    (scene) => {
      scene.mint(MINT);
      scene.tokens(ALICE_TOKENS, MINT, PAYER, 100n);
      const d = s.tokenData(MINT, PAYER, 100n);
      d.set(join(u32(1), ALICE.bytes), 72);
      d.set(u64(10n), 121);
      scene.account(ALICE_TOKENS, { lamports: 10_000_000n, owner: TOKEN, data: d });
      scene.tokens(BOB_TOKENS, MINT, BOB, 0n);
      return scene.send([s.tokenTransfer(ALICE_TOKENS, BOB_TOKENS, ALICE, 50n)]);
    },
  ),
  failure(
    'token-native-burn',
    "BurnChecked on wrapped SOL, which can't be burned.",
    'TOKEN_NATIVE_NOT_SUPPORTED',
    [/[Ww]rapped SOL|native tokens/],
    (scene) => {
      const NM = s.toKey('So11111111111111111111111111111111111111112');
      scene.mint(NM, s.mintData(undefined, 9));
      const d = s.tokenData(NM, PAYER, 100n);
      d.set(join(u32(1), u64(2039280n)), 109);
      scene.account(ALICE_TOKENS, { lamports: 10_000_000n, owner: TOKEN, data: d });
      return scene.send([
        instruction(TOKEN, [meta(ALICE_TOKENS, 'w'), meta(NM, 'w'), meta(PAYER, 's')], join(u8(8), u64(5n))),
      ]);
    },
  ),
  failure(
    'token-init-account-uncreated',
    'InitializeAccount3 without CreateAccount before it.',
    'PROGRAM_INVALID_ACCOUNT_DATA',
    ["alice's tokens", /does not exist/, /CreateAccount/],
    (scene) => {
      scene.mint(MINT);
      return scene.send([instruction(TOKEN, [meta(ALICE_TOKENS, 'w'), meta(MINT)], join(u8(18), PAYER.bytes))]);
    },
  ),
  failure(
    'token-multisig-few',
    'One signs for a multisig of 2 of 3.',
    'PROGRAM_MISSING_REQUIRED_SIGNATURE',
    [/needs 2 of its 3/, 'bob'],
    (scene) => {
      const ms = new Uint8Array(355);
      ms.set(u8(2, 3, 1));
      ms.set(ALICE.bytes, 3);
      ms.set(BOB.bytes, 35);
      ms.set(PAYER.bytes, 67);
      scene.account(VAULT, { lamports: 10_000_000n, owner: TOKEN, data: ms });
      scene.mint(MINT);
      scene.tokens(ALICE_TOKENS, MINT, VAULT, 100n);
      scene.tokens(BOB_TOKENS, MINT, BOB, 0n);
      return scene.send([
        instruction(
          TOKEN,
          [meta(ALICE_TOKENS, 'w'), meta(BOB_TOKENS, 'w'), meta(VAULT), meta(PAYER, 's')],
          join(u8(3), u64(5n)),
        ),
      ]);
    },
  ),
  failure(
    'token-freeze-wrong',
    'Another than the freeze authority, who is alice, freezes.',
    'TOKEN_OWNER_MISMATCH',
    [/freeze authority .* alice/],
    (scene) => {
      scene.mint(MINT, s.mintData(PAYER, 6, ALICE));
      scene.tokens(ALICE_TOKENS, MINT, ALICE, 100n);
      return scene.send([instruction(TOKEN, [meta(ALICE_TOKENS, 'w'), meta(MINT), meta(PAYER, 's')], u8(10))]);
    },
  ),
  failure(
    'token-close-other-auth',
    'The owner closes an account whose close authority is alice.',
    'TOKEN_OWNER_MISMATCH',
    [/close authority .*alice/],
    (scene) => {
      scene.mint(MINT);
      const d = s.tokenData(MINT, PAYER, 0n);
      d.set(join(u32(1), ALICE.bytes), 129);
      scene.account(ALICE_TOKENS, { lamports: 10_000_000n, owner: TOKEN, data: d });
      return scene.send([close(ALICE_TOKENS)]);
    },
  ),
  failure(
    'token-overflow',
    'So much is minted that the supply would exceed a u64.',
    'TOKEN_OVERFLOW',
    [/2\^64/],
    (scene) => {
      scene.mint(MINT);
      scene.tokens(ALICE_TOKENS, MINT, PAYER, 3n);
      return scene.send([s.mintTo(MINT, ALICE_TOKENS, PAYER, (1n << 64n) - 1n)]);
    },
  ),
  failure(
    'ata-wrong-owner-nested',
    'RecoverNested is given another wallet.',
    'PROGRAM_INVALID_SEEDS',
    ['payer', /seed 0 is alice/],
    (scene) => nested(scene, meta(PAYER, 'sw')),
  ),
  failure(
    'ata-nested-unsigned',
    'The wallet did not sign RecoverNested.',
    'PROGRAM_MISSING_REQUIRED_SIGNATURE',
    ['walletAddress', 'alice'],
    (scene) => nested(scene, meta(ALICE, 'w')),
  ),
  failure(
    'ata-owner-changed',
    'CreateIdempotent, and the associated token account was given away to bob.',
    'ATA_INVALID_OWNER',
    ['bob', 'alice'],
    (scene) => {
      scene.mint(MINT);
      const a = ataOf(ALICE, MINT);
      scene.tokens(a, MINT, BOB, 0n);
      return scene.send([{ ...s.ataCreate(PAYER, a, ALICE, MINT), data: u8(1) }]);
    },
  ),
  failure(
    'ata-system-missing',
    'Create is passed Token, and no System.',
    'INSTRUCTION_ACCOUNTS_MISSING',
    [/takes 6 accounts, and was given 5/, /`systemProgram` is Token/],
    (scene) => {
      scene.mint(MINT);
      const a = ataOf(ALICE, MINT);
      return scene.send([
        instruction(s.ATA, [meta(PAYER, 'sw'), meta(a, 'w'), meta(ALICE), meta(MINT), meta(TOKEN)], u8(0)),
      ]);
    },
  ),
  failure(
    'ata-mint-owner-swapped',
    'The wallet and the mint are swapped.',
    'PROGRAM_INVALID_SEEDS',
    [/order of the seeds/],
    (scene) => {
      scene.mint(MINT);
      scene.account(ALICE);
      return scene.send([s.ataCreate(PAYER, ataOf(ALICE, MINT), MINT, ALICE)]);
    },
  ),
  failure(
    'ata-derived-with-token',
    "The address was derived with Token; the mint and the program that is passed are Token-2022's.",
    'PROGRAM_INVALID_SEEDS',
    [/Token, not Token-2022/],
    (scene) => {
      scene.mint(MINT, s.mintData(PAYER), TOKEN_2022);
      return scene.send([s.ataCreate(PAYER, ataOf(ALICE, MINT), ALICE, MINT, TOKEN_2022)]);
    },
  ),
  failure(
    'rent-sysvar-misplaced',
    'InitializeMint is given bob in the place of the Rent sysvar.',
    'PROGRAM_INVALID_ARGUMENT',
    ['bob', /Rent Sysvar/],
    (scene) => {
      scene.account(MINT, { owner: s.TOKEN, data: new Uint8Array(82), lamports: 10_000_000n });
      return scene.send([instruction(s.TOKEN, [meta(MINT, 'w'), meta(BOB)], join(u8(0, 6), PAYER.bytes, u8(0)))]);
    },
  ),
];
