// Rules of Token, Token-2022 and Associated Token that developers run into, besides those of token-cases.ts: broken
// transactions that were written before looking at how they are explained.

import { findProgramAddress } from '../../src/crypto/program-address.ts';
import type { Pubkey } from '../../src/wire/pubkey.ts';
import { failure } from './case.ts';
import * as s from './scene.ts';
import { account22, extended, mint22, tlv, u16 } from './token-cases.ts';

const { PAYER, ALICE, BOB, MINT, OTHER_MINT, ALICE_TOKENS, BOB_TOKENS, VAULT, OUTER, TOKEN, TOKEN_2022 } = s;
const { meta, u8, u32, u64, join, instruction, text, Script } = s;

const token = (data: Uint8Array, ...accounts: s.Meta[]) => instruction(TOKEN, accounts, data);
const token22 = (data: Uint8Array, ...accounts: s.Meta[]) => instruction(TOKEN_2022, accounts, data);
const onMint = (data: Uint8Array) => token22(data, meta(MINT, 'w'), meta(PAYER, 's'));
const NATIVE_MINT = s.toKey(s.NATIVE_MINT);
const string = (value: string) => join(u32(value.length), text(value));
const FEES = (authority: Pubkey) =>
  tlv([1, join(authority.bytes, authority.bytes, u64(0n), ...[0, 1].map(() => join(u64(0n), u64(10n), u16(100))))]);
const ONE = u8(0, 0, 0, 0, 0, 0, 240, 63);

const initializeMetadata = token22(
  join(u8(210, 225, 30, 162, 88, 184, 77, 141), string('N'), string('S'), string('u')),
  meta(MINT, 'w'),
  meta(PAYER),
  meta(MINT),
  meta(PAYER, 's'),
);

const tokens = s.mintAndTokens;
const wrapped = (scene: s.Scene, address: Pubkey, owner: Pubkey) => {
  scene.mint(NATIVE_MINT, s.mintData(undefined, 9));
  const data = s.tokenData(NATIVE_MINT, owner, 0n);
  data.set(join(u32(1), u64(2_039_280n)), 109);
  scene.account(address, { lamports: 2_039_280n, owner: TOKEN, data });
};
const bobsAta = (
  findProgramAddress([BOB.bytes, s.toKey(TOKEN).bytes, MINT.bytes], s.toKey(s.ATA)) as { address: Pubkey }
).address;

export const TOKEN_RULE_CASES = [
  failure(
    'token-close-into-itself',
    'CloseAccount names the account itself as the destination of its lamports.',
    'PROGRAM_INVALID_ACCOUNT_DATA',
    ["alice's tokens", /into itself/],
    (scene) => {
      tokens(scene, 0n);
      return scene.send([token(u8(9), meta(ALICE_TOKENS, 'w'), meta(ALICE_TOKENS, 'w'), meta(PAYER, 's'))]);
    },
  ),
  failure(
    'token-mint-too-small',
    'The account for a mint has 80 bytes, a mint takes 82.',
    'PROGRAM_INVALID_ACCOUNT_DATA',
    [/has 80 bytes/, /takes 82/],
    (scene) => {
      scene.account(MINT, { lamports: 10_000_000n, owner: TOKEN, data: new Uint8Array(80) });
      return scene.send([token(join(u8(20, 6), PAYER.bytes, u8(0)), meta(MINT, 'w'))]);
    },
  ),
  failure(
    'token-account-without-rent',
    'CreateAccount gives the token account 1,000,000 lamports, 165 bytes need 2,039,280.',
    'TOKEN_NOT_RENT_EXEMPT',
    ['vault', '1,000,000', '2,039,280'],
    (scene) => {
      scene.mint(MINT);
      return scene.send([
        s.createAccount(PAYER, VAULT, 1_000_000n, 165n, TOKEN),
        token(join(u8(18), PAYER.bytes), meta(VAULT, 'w'), meta(MINT)),
      ]);
    },
  ),
  failure(
    'token-authority-of-a-mint',
    'SetAuthority MintTokens on a token account.',
    'TOKEN_AUTHORITY_TYPE_NOT_SUPPORTED',
    ["alice's tokens", /is a token account/, /MintTokens/],
    (scene) => {
      tokens(scene);
      return scene.send([token(join(u8(6, 0, 1), BOB.bytes), meta(ALICE_TOKENS, 'w'), meta(PAYER, 's'))]);
    },
  ),
  failure(
    'token-data-truncated',
    'The amount of Transfer has 4 bytes in place of 8.',
    'TOKEN_INVALID_INSTRUCTION',
    [/0x0305000000 \(5 bytes\)/, /too short/],
    (scene) => {
      tokens(scene);
      return scene.send([token(u8(3, 5, 0, 0, 0), meta(ALICE_TOKENS, 'w'), meta(BOB_TOKENS, 'w'), meta(PAYER, 's'))]);
    },
  ),
  failure(
    'wrapped-sol-not-synced',
    'Lamports were sent to the wrapped SOL account, and SyncNative is missing before they are moved as tokens.',
    'TOKEN_INSUFFICIENT_FUNDS',
    ["alice's tokens", /SyncNative/, '1,000,000,000'],
    (scene) => {
      wrapped(scene, ALICE_TOKENS, PAYER);
      wrapped(scene, BOB_TOKENS, BOB);
      return scene.send([
        s.transfer(PAYER, ALICE_TOKENS, 1_000_000_000n),
        s.tokenTransfer(ALICE_TOKENS, BOB_TOKENS, PAYER, 1_000_000_000n),
      ]);
    },
  ),
  failure(
    'wrapped-sol-minted',
    'MintTo on the native mint: wrapped SOL comes from lamports.',
    'TOKEN_NATIVE_NOT_SUPPORTED',
    [/never minted/, /SyncNative/],
    (scene) => {
      wrapped(scene, ALICE_TOKENS, PAYER);
      return scene.send([s.mintTo(NATIVE_MINT, ALICE_TOKENS, PAYER, 5n)]);
    },
  ),
  failure(
    'mint-to-checked-decimals',
    'MintToChecked says 9 decimals, the mint has 6.',
    'TOKEN_MINT_DECIMALS_MISMATCH',
    [/has 6 decimals/, /says 9/],
    (scene) => {
      tokens(scene);
      return scene.send([
        token(join(u8(14), u64(5n), u8(9)), meta(MINT, 'w'), meta(ALICE_TOKENS, 'w'), meta(PAYER, 's')),
      ]);
    },
  ),
  failure(
    'transfer-before-create',
    'The transfer to bob’s associated token account stands before the instruction that creates it.',
    'PROGRAM_INVALID_ACCOUNT_DATA',
    [
      /does not exist/,
      /comes only after: instruction #1 \(Associated Token: CreateAssociatedToken\)/,
      /Put instruction #1/,
    ],
    (scene) => {
      tokens(scene);
      return scene.send([s.tokenTransfer(ALICE_TOKENS, bobsAta, PAYER, 5n), s.ataCreate(PAYER, bobsAta, BOB, MINT)]);
    },
  ),
  failure(
    'ata-of-another-mint-at-the-address',
    'The account at the address holds tokens of another mint (written so by the test).',
    'PROGRAM_INVALID_ACCOUNT_DATA',
    [/holds tokens of other mint, not of mint/],
    (scene) => {
      scene.mint(MINT);
      scene.mint(OTHER_MINT);
      scene.tokens(bobsAta, OTHER_MINT, BOB, 0n);
      return scene.send([{ ...s.ataCreate(PAYER, bobsAta, BOB, MINT), data: u8(1) }]);
    },
  ),
  failure(
    'metadata-wrong-authority',
    'payer updates a field of the metadata, its update authority is alice.',
    'TOKEN_METADATA_INCORRECT_UPDATE_AUTHORITY',
    [/update authority of .* is alice/, 'payer'],
    (scene) => {
      const metadata = join(ALICE.bytes, MINT.bytes, string('N'), string('S'), string('u'), u32(0));
      const data = mint22(tlv([18, join(PAYER.bytes, MINT.bytes)], [19, metadata]));
      scene.account(MINT, { lamports: 20_000_000n, owner: TOKEN_2022, data });
      return scene.send([onMint(join(u8(221, 233, 49, 45, 181, 202, 220, 200), u8(0), string('New')))]);
    },
  ),
  failure(
    'group-wrong-mint-authority',
    'alice initializes the group, the mint authority is payer.',
    'TOKEN_GROUP_INCORRECT_MINT_AUTHORITY',
    [/mint authority of .* is payer/, 'alice'],
    (scene) => {
      extended(scene, tlv([20, join(PAYER.bytes, MINT.bytes)]));
      const data = join(u8(121, 113, 108, 39, 54, 51, 0, 4), PAYER.bytes, u64(5n));
      return scene.send([token22(data, meta(MINT, 'w'), meta(MINT), meta(ALICE, 's'))]);
    },
  ),
  failure(
    'withheld-wrong-authority',
    'payer withdraws withheld fees, the withdraw withheld authority is alice.',
    'TOKEN_2022_OWNER_MISMATCH',
    [/withdraw withheld authority of .* is alice/],
    (scene) => {
      extended(scene, FEES(ALICE), tlv([2, u64(5n)]));
      return scene.send([token22(u8(26, 2), meta(MINT, 'w'), meta(ALICE_TOKENS, 'w'), meta(PAYER, 's'))]);
    },
  ),
  failure(
    'rate-wrong-authority',
    'payer changes the interest rate, the rate authority is alice.',
    'TOKEN_2022_OWNER_MISMATCH',
    [/rate authority of .* is alice/],
    (scene) => {
      extended(scene, tlv([10, join(ALICE.bytes, u64(0n), u16(1), u64(0n), u16(1))]));
      return scene.send([onMint(join(u8(33, 1), u16(20)))]);
    },
  ),
  failure(
    'multiplier-wrong-authority',
    'payer changes the multiplier, its authority is alice.',
    'TOKEN_2022_OWNER_MISMATCH',
    [/multiplier authority of .* is alice/],
    (scene) => {
      extended(scene, tlv([25, join(ALICE.bytes, ONE, u64(0n), ONE)]));
      return scene.send([onMint(join(u8(43, 1), ONE, u64(0n)))]);
    },
  ),
  failure(
    'resume-wrong-authority',
    'payer resumes the mint, its pause authority is alice.',
    'TOKEN_2022_OWNER_MISMATCH',
    [/pause authority of .* is alice/],
    (scene) => {
      extended(scene, tlv([26, join(ALICE.bytes, u8(1))]), tlv([27, u8()]));
      return scene.send([onMint(u8(44, 2))]);
    },
  ),
  failure(
    'default-state-without-freezer',
    'UpdateDefaultAccountState on a mint that has no freeze authority.',
    'TOKEN_2022_NO_AUTHORITY_EXISTS',
    [/`mint` .*has no freeze authority/],
    (scene) => {
      extended(scene, tlv([6, u8(1)]));
      return scene.send([onMint(u8(28, 1, 2))]);
    },
  ),
  failure(
    'memo-without-room',
    'EnableRequiredMemoTransfers on an account of 165 bytes, which has no room for the extension.',
    'PROGRAM_INVALID_ACCOUNT_DATA',
    [/165 bytes/, /171/, /Reallocate with MemoTransfer/],
    (scene) => {
      extended(scene, new Uint8Array(0));
      scene.account(ALICE_TOKENS, { lamports: 20_000_000n, owner: TOKEN_2022, data: s.tokenData(MINT, PAYER, 5n) });
      return scene.send([token22(u8(30, 0), meta(ALICE_TOKENS, 'w'), meta(PAYER, 's'))]);
    },
  ),
  failure(
    'cpi-guard-set-in-a-call',
    'A program enables CPI Guard by a call; it is switched at top level only.',
    'TOKEN_2022_CPI_GUARD_SETTINGS_LOCKED',
    [/within a call/, /at top level/],
    (scene) => {
      scene.program(OUTER, 'driver');
      extended(scene, new Uint8Array(0), tlv([11, u8(0)]));
      const accounts = [meta(ALICE_TOKENS, 'w'), meta(PAYER, 'sw'), meta(TOKEN_2022)];
      const script = new Script().call('rust', {
        programId: s.toKey(TOKEN_2022),
        infos: scene.infos(accounts),
        metas: accounts
          .slice(0, 2)
          .map(({ address, isSigner, isWritable }) => ({ pubkey: address, isSigner, isWritable })),
        data: u8(34, 0),
      });
      return scene.send([scene.script(accounts, script)]);
    },
  ),
  failure(
    'mint-not-closable',
    'CloseAccount on a mint without the extension MintCloseAuthority.',
    'PROGRAM_INVALID_ACCOUNT_DATA',
    ['mint', /no extension MintCloseAuthority/],
    (scene) => {
      extended(scene, tlv([12, PAYER.bytes]));
      return scene.send([token22(u8(9), meta(MINT, 'w'), meta(PAYER, 'w'), meta(PAYER, 's'))]);
    },
  ),
  failure(
    'confidential-not-configured',
    'A confidential deposit into an account that was not configured for it.',
    'PROGRAM_INVALID_ACCOUNT_DATA',
    ["alice's tokens", /no extension ConfidentialTransferAccount/],
    (scene) => {
      extended(scene, new Uint8Array(0));
      const data = join(u8(27, 5), u64(5n), u8(6));
      return scene.send([token22(data, meta(ALICE_TOKENS, 'w'), meta(MINT), meta(PAYER, 's'))]);
    },
  ),
  failure(
    'transfer-needs-its-mint',
    'Plain Transfer of tokens of a pausable mint, which is not among the accounts.',
    'TOKEN_2022_MINT_REQUIRED_FOR_TRANSFER',
    [/PausableAccount/, /TransferChecked with mint/],
    (scene) => {
      extended(scene, tlv([26, join(PAYER.bytes, u8(0))]), tlv([27, u8()]));
      return scene.send([s.tokenTransfer(ALICE_TOKENS, BOB_TOKENS, PAYER, 5n, TOKEN_2022)]);
    },
  ),
  failure(
    'account-lacks-fee-extension',
    'bob’s account was written with 165 bytes, without the TransferFeeAmount that the mint’s fees need.',
    'TOKEN_2022_INVALID_STATE',
    ["bob's tokens", /lacks the extension TransferFeeAmount/],
    (scene) => {
      extended(scene, FEES(PAYER), tlv([2, u64(0n)]));
      scene.account(BOB_TOKENS, { lamports: 20_000_000n, owner: TOKEN_2022, data: s.tokenData(MINT, BOB, 0n) });
      scene.account(ALICE_TOKENS, {
        lamports: 20_000_000n,
        owner: TOKEN_2022,
        data: account22(MINT, PAYER, 100n, tlv([2, u64(0n)])),
      });
      return scene.send([s.tokenTransferChecked(ALICE_TOKENS, MINT, BOB_TOKENS, PAYER, 50n, 6, TOKEN_2022)]);
    },
  ),
  failure(
    'extension-after-the-mint',
    'InitializeMint2 stands before InitializeTransferFeeConfig: the space for the extension is there, the extension is not.',
    'PROGRAM_INVALID_ACCOUNT_DATA',
    [
      /has 278 bytes/,
      /no extension takes 82/,
      /comes only after: instruction #2 \(Token-2022: InitializeTransferFeeConfig\)/,
    ],
    (scene) =>
      scene.send([
        s.createAccount(PAYER, MINT, 10_000_000n, 278n, TOKEN_2022),
        token22(join(u8(20, 6), PAYER.bytes, u8(0)), meta(MINT, 'w')),
        token22(join(u8(26, 0, 1), PAYER.bytes, u8(1), PAYER.bytes, u16(100), u64(10n)), meta(MINT, 'w')),
      ]),
  ),
  failure(
    'metadata-without-pointer',
    'The mint has no MetadataPointer, which metadata in the mint needs.',
    'TOKEN_2022_INVALID_EXTENSION_COMBINATION',
    [/no extension MetadataPointer/],
    (scene) => {
      scene.account(MINT, { lamports: 20_000_000n, owner: TOKEN_2022, data: mint22(tlv([3, PAYER.bytes])) });
      return scene.send([initializeMetadata]);
    },
  ),
  failure(
    'metadata-twice',
    'InitializeTokenMetadata twice.',
    'TOKEN_2022_EXTENSION_ALREADY_INITIALIZED',
    [/has TokenMetadata already/, /Leave out one of both/],
    (scene) => {
      const data = mint22(tlv([18, join(PAYER.bytes, MINT.bytes)]));
      scene.account(MINT, { lamports: 20_000_000n, owner: TOKEN_2022, data });
      return scene.send([initializeMetadata, initializeMetadata]);
    },
  ),
  failure(
    'hook-set-before',
    'The first instruction sets a transfer hook, the second transfers without its accounts.',
    'CPI_PROGRAM_NOT_IN_TRANSACTION',
    [/instruction #0 \(Token-2022: UpdateTransferHook\)/, 'JRtDiqMG4WPDdX6JNDJTmsDu5QfnfY4YshLsmEmcp1p'],
    (scene) => {
      scene.program(OUTER, 'say');
      extended(scene, tlv([14, join(PAYER.bytes, new Uint8Array(32))]), tlv([15, u8(0)]));
      return scene.send([
        onMint(join(u8(36, 1), OUTER.bytes)),
        s.tokenTransferChecked(ALICE_TOKENS, MINT, BOB_TOKENS, PAYER, 5n, 6, TOKEN_2022),
      ]);
    },
  ),
  failure(
    'supply-minted-before-closing',
    'MintTo gives the mint a supply, then it is to be closed.',
    'TOKEN_2022_MINT_HAS_SUPPLY',
    [/supply of 5/, /instruction #0 \(Token-2022: MintTo\) changed the supply of mint from 0 to 5/],
    (scene) => {
      extended(scene, tlv([3, PAYER.bytes]));
      const data = mint22(tlv([3, PAYER.bytes]));
      data.set(u64(0n), 36);
      scene.account(MINT, { lamports: 20_000_000n, owner: TOKEN_2022, data });
      return scene.send([
        s.mintTo(MINT, ALICE_TOKENS, PAYER, 5n, TOKEN_2022),
        token22(u8(9), meta(MINT, 'w'), meta(PAYER, 'w'), meta(PAYER, 's')),
      ]);
    },
  ),
  failure(
    'ata-of-token-2022-for-a-token-mint',
    'Associated Token is given Token-2022 for a mint of Token.',
    'PROGRAM_INCORRECT_PROGRAM_ID',
    [/belongs to Token/, /Pass Token as `tokenProgram`/],
    (scene) => {
      scene.mint(MINT);
      const seeds = [BOB.bytes, s.toKey(TOKEN_2022).bytes, MINT.bytes];
      const { address } = findProgramAddress(seeds, s.toKey(s.ATA)) as { address: Pubkey };
      return scene.send([s.ataCreate(PAYER, address, BOB, MINT, TOKEN_2022)]);
    },
  ),
  failure(
    'sync-native-of-other-tokens',
    "SyncNative for alice's tokens, which are of mint and not wrapped SOL.",
    'TOKEN_NON_NATIVE_NOT_SUPPORTED',
    [/`account` \(alice's tokens\) holds tokens of mint/, /native mint/],
    (scene) => {
      scene.mint(MINT);
      scene.tokens(ALICE_TOKENS, MINT, ALICE, 5n);
      return scene.send([s.transfer(PAYER, ALICE_TOKENS, 1000n), token(u8(17), meta(ALICE_TOKENS, 'w'))]);
    },
  ),
];
