// Transactions that are rejected before anything runs, or found wanting as a whole.

import { FeatureSet } from '../../src/runtime/features.ts';
import { AGAVE_RULES } from '../../src/runtime/rules.ts';
import type { Pubkey } from '../../src/wire/pubkey.ts';
import { failure } from './case.ts';
import * as s from './scene.ts';

const { PAYER, ALICE, BOB, key, meta, u8, u32, u64, join, transfer, instruction } = s;

/** A lookup table with these addresses. */
function tableData(
  addresses: readonly Pubkey[],
  lastExtendedSlot = 0n,
  startIndex = 0,
  deactivation = (1n << 64n) - 1n,
) {
  return join(
    u32(1),
    u64(deactivation),
    u64(lastExtendedSlot),
    u8(startIndex, 0),
    new Uint8Array(34),
    ...addresses.map((a) => a.bytes),
  );
}

const TABLE = key(40);
const lookup = (writable: number[], readonly: number[]) => ({
  change: (message: import('../../src/wire/message.ts').VersionedMessage) => ({
    ...message,
    version: 0 as const,
    addressTableLookups: [
      { accountKey: TABLE, writableIndexes: Uint8Array.from(writable), readonlyIndexes: Uint8Array.from(readonly) },
    ],
  }),
});

const budget = (data: Uint8Array) => instruction(s.COMPUTE_BUDGET, [], data);

export const TRANSACTION_CASES = [
  failure(
    'payer-missing',
    'The fee payer alice was never funded.',
    'TX_PAYER_MISSING',
    ['alice', /no lamports/],
    (scene) => scene.send([transfer(ALICE, BOB, 1n)], { feePayer: ALICE }),
  ),
  failure(
    'payer-poor',
    'alice has 4,000 lamports, the fee is 5,000.',
    'TX_PAYER_POOR',
    ['4,000', '5,000', /1,000 lamports more/],
    (scene) => {
      scene.account(ALICE, { lamports: 4_000n });
      return scene.send([transfer(ALICE, BOB, 1n)], { feePayer: ALICE });
    },
  ),
  failure(
    'payer-below-rent',
    'After the fee alice would keep 5,000 lamports, below the rent-exempt minimum.',
    'TX_RENT',
    ['alice', '890,880'],
    (scene) => {
      scene.account(ALICE, { lamports: 895_000n });
      return scene.send([instruction(s.MEMO, [], s.text('hi'))], { feePayer: ALICE });
    },
  ),
  failure(
    'payer-is-token-account',
    'The fee payer is a token account, owned by Token.',
    'TX_PAYER_INVALID',
    ['Token', /wallet/],
    (scene) => {
      scene.tokens(s.ALICE_TOKENS, s.MINT, ALICE, 5n);
      return scene.send([instruction(s.MEMO, [], s.text('hi'))], { feePayer: s.ALICE_TOKENS });
    },
  ),
  failure(
    'payer-has-data',
    'The fee payer is a System account with 8 bytes of data.',
    'TX_PAYER_INVALID',
    ['8 bytes'],
    (scene) => {
      scene.account(ALICE, { data: new Uint8Array(8) });
      return scene.send([instruction(s.MEMO, [], s.text('hi'))], { feePayer: ALICE });
    },
  ),
  failure(
    'blockhash-unknown',
    'The blockhash is of no block.',
    'TX_BLOCKHASH_NOT_FOUND',
    [/not a recent one/, /latest blockhash/],
    (scene) => scene.send([transfer(PAYER, BOB, 1_000_000n)], { recentBlockhash: new Uint8Array(32).fill(9) }),
  ),
  failure(
    'blockhash-stale',
    'The blockhash was taken before a warp of 200 slots.',
    'TX_BLOCKHASH_NOT_FOUND',
    [/not a recent one/],
    (scene) => {
      const old = s.toKey(scene.svm.latestBlockhash()).bytes;
      scene.warp(200);
      return scene.send([transfer(PAYER, BOB, 1_000_000n)], { recentBlockhash: old });
    },
  ),
  failure(
    'nonce-not-advanced-value',
    'The nonce account holds another nonce than the transaction carries.',
    'TX_NONCE_INVALID',
    [/the nonce account holds/],
    (scene) => {
      scene.account(key(41), { data: join(u32(1), u32(1), PAYER.bytes, new Uint8Array(32).fill(7), u64(5000n)) });
      const advance = instruction(
        s.SYSTEM,
        [meta(key(41), 'w'), meta('SysvarRecentB1ockHashes11111111111111111111'), meta(PAYER, 's')],
        u32(4),
      );
      return scene.send([advance], { recentBlockhash: new Uint8Array(32).fill(8) });
    },
  ),
  failure(
    'nonce-authority-missing',
    'The nonce is right, but its authority bob does not sign.',
    'TX_NONCE_INVALID',
    [/authority .* does not sign/],
    (scene) => {
      scene.account(key(41), { data: join(u32(1), u32(1), BOB.bytes, new Uint8Array(32).fill(7), u64(5000n)) });
      const advance = instruction(
        s.SYSTEM,
        [meta(key(41), 'w'), meta('SysvarRecentB1ockHashes11111111111111111111'), meta(PAYER, 's')],
        u32(4),
      );
      return scene.send([advance], { recentBlockhash: new Uint8Array(32).fill(7) });
    },
  ),
  failure(
    'sent-twice',
    'The same transaction was sent before.',
    'TX_ALREADY_PROCESSED',
    [/before/, /blockhash/],
    (scene) => {
      scene.send([transfer(PAYER, BOB, 1_000_000n)]);
      return scene.send([transfer(PAYER, BOB, 1_000_000n)]);
    },
  ),
  failure(
    'signature-wrong',
    'The signature is not of this message.',
    'TX_SIGNATURE_INVALID',
    ['payer', /another message/],
    (scene) => scene.send([transfer(PAYER, BOB, 1_000_000n)]),
    { sigverify: true },
  ),
  failure(
    'signature-missing',
    'alice is marked a signer and nobody signed for her.',
    'TX_SIGNATURE_INVALID',
    [/all zeros/],
    (scene) =>
      scene.send([transfer(PAYER, BOB, 1_000_000n)], {
        signatures: (count) => Array.from({ length: count }, () => new Uint8Array(64)),
      }),
    { sigverify: true },
  ),
  failure(
    'signature-count',
    'The message asks for one signature, the transaction brings two.',
    'TX_MALFORMED',
    [/asks for 1 signatures, and it has 2/],
    (scene) =>
      scene.send([transfer(PAYER, BOB, 1_000_000n)], {
        signatures: () => [new Uint8Array(64).fill(1), new Uint8Array(64).fill(2)],
      }),
  ),
  failure(
    'payer-readonly',
    'The header marks the only signer read-only.',
    'TX_MALFORMED',
    [/fee payer must be writable/],
    (scene) =>
      scene.send([instruction(s.MEMO, [], s.text('x'))], {
        change: (m) => ({ ...m, header: { ...m.header, numReadonlySignedAccounts: 1 } }),
      }),
  ),
  failure(
    'program-index-outside',
    'The instruction names a program index behind the last account.',
    'TX_MALFORMED',
    [/as its program/],
    (scene) =>
      scene.send([transfer(PAYER, BOB, 1n)], {
        change: (m) => ({ ...m, instructions: [{ ...m.instructions[0], programIdIndex: 9 }] }),
      }),
  ),
  failure(
    'account-index-outside',
    'The instruction names an account index behind the last account.',
    'TX_MALFORMED',
    [/names account 9/],
    (scene) =>
      scene.send([transfer(PAYER, BOB, 1n)], {
        change: (m) => ({ ...m, instructions: [{ ...m.instructions[0], accounts: Uint8Array.of(0, 9) }] }),
      }),
  ),
  failure(
    'too-long',
    'The instruction carries 1,300 bytes; a packet has 1,232.',
    'TX_MALFORMED',
    ['1232 are allowed'],
    (scene) => scene.send([instruction(s.MEMO, [], new Uint8Array(1300).fill(97))]),
    { svm: { rules: AGAVE_RULES } },
  ),
  failure(
    'too-many-instructions',
    'The transaction has 65 instructions.',
    'TX_MALFORMED',
    [/65 instructions/],
    (scene) => scene.send(Array.from({ length: 65 }, () => instruction(s.MEMO, [], u8()))),
  ),
  failure('account-twice', 'bob stands twice among the account keys.', 'TX_ACCOUNT_TWICE', ['bob'], (scene) =>
    scene.send([transfer(PAYER, BOB, 1n)], {
      change: (m) => ({
        ...m,
        accountKeys: [...m.accountKeys.slice(0, 2), BOB, ...m.accountKeys.slice(2)],
        instructions: [{ ...m.instructions[0], programIdIndex: 3 }],
      }),
    }),
  ),
  failure(
    'too-many-accounts',
    'A lookup table brings the transaction to 70 accounts; 64 may be locked.',
    'TX_TOO_MANY_ACCOUNTS',
    ['64'],
    (scene) => {
      scene.account(TABLE, {
        owner: s.LOOKUP_TABLE,
        data: tableData(Array.from({ length: 67 }, (_, i) => key(100 + i))),
      });
      scene.warp(2);
      return scene.send(
        [transfer(PAYER, BOB, 1_000_000n)],
        lookup(
          Array.from({ length: 67 }, (_, i) => i),
          [],
        ),
      );
    },
  ),
  failure(
    'program-missing',
    'The instruction names a program that was never deployed.',
    'TX_PROGRAM_MISSING',
    ['outer program'],
    (scene) => scene.send([instruction(s.OUTER, [], u8())]),
  ),
  failure(
    'program-is-wallet',
    'Program and account are swapped: alice is a wallet.',
    'TX_NOT_A_PROGRAM',
    ['alice', 'System'],
    (scene) => {
      scene.account(ALICE);
      return scene.send([instruction(ALICE, [], u8())]);
    },
  ),
  failure(
    'table-missing',
    'The lookup table does not exist.',
    'TX_LOOKUP_TABLE_MISSING',
    [/no such account/],
    (scene) => scene.send([transfer(PAYER, BOB, 1n)], lookup([0], [])),
  ),
  failure('table-owner', 'The account named as a table is a wallet.', 'TX_LOOKUP_TABLE_OWNER', ['System'], (scene) => {
    scene.account(TABLE);
    return scene.send([transfer(PAYER, BOB, 1n)], lookup([0], []));
  }),
  failure(
    'table-data',
    'The table account is not initialized.',
    'TX_LOOKUP_TABLE_DATA',
    [/not a lookup table/],
    (scene) => {
      scene.account(TABLE, { owner: s.LOOKUP_TABLE, data: new Uint8Array(56) });
      return scene.send([transfer(PAYER, BOB, 1n)], lookup([0], []));
    },
  ),
  failure(
    'table-index',
    'The table has two addresses, the message takes the sixth.',
    'TX_LOOKUP_TABLE_INDEX',
    [/address 5/, /has 2/],
    (scene) => {
      scene.account(TABLE, { owner: s.LOOKUP_TABLE, data: tableData([ALICE, BOB]) });
      scene.warp(2);
      return scene.send([transfer(PAYER, BOB, 1n)], lookup([5], []));
    },
  ),
  failure(
    'table-just-extended',
    'The address was added to the table in this very slot.',
    'TX_LOOKUP_TABLE_INDEX',
    [/added in slot/],
    (scene) => {
      scene.warp(5);
      const slot = scene.svm.getClock().slot;
      scene.account(TABLE, { owner: s.LOOKUP_TABLE, data: tableData([ALICE, BOB], slot, 1) });
      return scene.send([transfer(PAYER, key(99), 1n)], lookup([1], []));
    },
  ),
  failure(
    'table-deactivated',
    'The table was deactivated long ago.',
    'TX_LOOKUP_TABLE_MISSING',
    [/deactivated in slot 1/],
    (scene) => {
      scene.warp(1000);
      scene.account(TABLE, { owner: s.LOOKUP_TABLE, data: tableData([ALICE], 0n, 0, 1n) });
      return scene.send([transfer(PAYER, BOB, 1n)], lookup([0], []));
    },
  ),
  failure(
    'loaded-data-limit',
    'The limit on loaded bytes is 1,000; the Token program alone is larger.',
    'TX_LOADED_DATA_SIZE',
    ['1,000'],
    (scene) => scene.send([budget(join(u8(4), u32(1000))), instruction(s.TOKEN, [], u8(17))]),
  ),
  failure(
    'loaded-data-limit-zero',
    'SetLoadedAccountsDataSizeLimit was given 0.',
    'TX_LOADED_DATA_SIZE_ZERO',
    ['SetLoadedAccountsDataSizeLimit'],
    (scene) => scene.send([budget(join(u8(4), u32(0)))]),
  ),
  failure(
    'compute-limit-twice',
    'SetComputeUnitLimit stands in the transaction twice.',
    'TX_COMPUTE_BUDGET_TWICE',
    ['SetComputeUnitLimit'],
    (scene) => scene.send([budget(join(u8(2), u32(1000))), budget(join(u8(2), u32(2000)))]),
  ),
  failure(
    'compute-budget-unknown',
    'The tag 9 is no Compute Budget instruction.',
    'TX_COMPUTE_BUDGET_INVALID',
    [/tag 9/],
    (scene) => scene.send([budget(join(u8(9), u32(0)))]),
  ),
  failure(
    'heap-odd',
    'The heap asked for is no multiple of 1,024.',
    'TX_COMPUTE_BUDGET_INVALID',
    [/33000 bytes/],
    (scene) => scene.send([budget(join(u8(1), u32(33_000)))]),
  ),
  failure(
    'new-account-below-rent',
    'A transfer of 5 lamports would open an account below the minimum.',
    'TX_RENT',
    ['bob', '890,880', '890,875'],
    (scene) => scene.send([transfer(PAYER, BOB, 5n)]),
  ),
  failure(
    'v1-not-active',
    'The message is of version 1, whose feature is off.',
    'TX_VERSION_UNSUPPORTED',
    [/version/],
    (scene) => scene.send([transfer(PAYER, BOB, 1_000_000n)], { version: 1 }),
    { svm: { features: FeatureSet.mainnet().without('enable_tx_v1') } },
  ),
];
