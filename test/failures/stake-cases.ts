// Stake accounts and lookup tables: broken transactions that were written before looking at how they are explained.

import type { Pubkey } from '../../src/wire/pubkey.ts';
import { failure } from './case.ts';
import * as s from './scene.ts';

const { PAYER, ALICE, BOB, VAULT, key, meta, u8, u32, u64, join, instruction, CLOCK, RENT, STAKE_HISTORY } = s;

const CONFIG = 'StakeConfig11111111111111111111111111111111';
const NEVER = (1n << 64n) - 1n;

interface StakeOptions {
  readonly lamports?: bigint;
  readonly staker?: Pubkey;
  readonly withdrawer?: Pubkey;
  readonly custodian?: Pubkey;
  readonly unixTimestamp?: bigint;
  readonly epoch?: bigint;
  readonly stake?: bigint;
  readonly activation?: bigint;
  readonly deactivation?: bigint;
}

interface TableOptions {
  readonly deactivation?: bigint;
  readonly extended?: bigint;
  /** Null for a frozen table. */
  readonly authority?: Pubkey | null;
  readonly addresses?: readonly Pubkey[];
}

const stake = (kind: number, o: StakeOptions = {}) => {
  const d = join(
    u32(kind),
    u64(2_282_880n),
    (o.staker ?? PAYER).bytes,
    (o.withdrawer ?? PAYER).bytes,
    u64(o.unixTimestamp ?? 0n),
    u64(o.epoch ?? 0n),
    (o.custodian ?? key(0)).bytes,
    ...(kind === 2
      ? [
          key(77).bytes,
          u64(o.stake ?? 1_000_000_000n),
          u64(o.activation ?? 0n),
          u64(o.deactivation ?? NEVER),
          new Uint8Array(8),
          u64(0n),
          u8(0),
        ]
      : []),
  );
  const r = new Uint8Array(200);
  r.set(d);
  return r;
};
export const stakeAccount = (scene: s.Scene, addr: Pubkey, kind: number, o: StakeOptions = {}) =>
  scene.account(addr, { lamports: o.lamports ?? 1_002_282_880n, owner: s.STAKE, data: stake(kind, o) });
const withdraw = (from: Pubkey, lamports: bigint, authority: Pubkey = PAYER) =>
  instruction(
    s.STAKE,
    [meta(from, 'w'), meta(BOB, 'w'), meta(CLOCK), meta(STAKE_HISTORY), meta(authority, 's')],
    join(u32(4), u64(lamports)),
  );
const table = (o: TableOptions = {}) =>
  join(
    u32(1),
    u64(o.deactivation ?? NEVER),
    u64(o.extended ?? 0n),
    u8(0),
    ...(o.authority === null ? [u8(0), new Uint8Array(32)] : [u8(1), (o.authority ?? PAYER).bytes]),
    u8(0, 0),
    ...(o.addresses ?? []).map((a) => a.bytes),
  );
export const TABLE = key(40);
export const tableAccount = (scene: s.Scene, o: TableOptions = {}) =>
  scene.account(TABLE, { owner: s.LOOKUP_TABLE, data: table(o) });

export const STAKE_CASES = [
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
    'stake-lockup',
    'Withdraw while the lockup, until epoch 500, is in force.',
    'STAKE_LOCKUP_IN_FORCE',
    [/epoch 500/, 'bob'],
    (scene) => {
      stakeAccount(scene, ALICE, 1, { epoch: 500n, custodian: BOB });
      return scene.send([withdraw(ALICE, 1000n)]);
    },
  ),
  failure(
    'stake-wrong-withdrawer',
    'The withdrawer is bob, and payer signs.',
    'PROGRAM_MISSING_REQUIRED_SIGNATURE',
    [/withdrawer/, 'bob'],
    (scene) => {
      stakeAccount(scene, ALICE, 1, { withdrawer: BOB });
      return scene.send([withdraw(ALICE, 1000n)]);
    },
  ),
  failure(
    'stake-still-active',
    'Withdraw from an active stake, which was not deactivated.',
    'PROGRAM_INSUFFICIENT_FUNDS',
    [/not deactivated/, /Deactivate/],
    (scene) => {
      stakeAccount(scene, ALICE, 2, {});
      return scene.send([withdraw(ALICE, 1_000_000_000n)]);
    },
  ),
  failure(
    'stake-deactivate-wrong-staker',
    'Deactivate by payer; the staker is bob.',
    'PROGRAM_MISSING_REQUIRED_SIGNATURE',
    [/staker/, 'bob'],
    (scene) => {
      stakeAccount(scene, ALICE, 2, { staker: BOB });
      return scene.send([instruction(s.STAKE, [meta(ALICE, 'w'), meta(CLOCK), meta(PAYER, 's')], u32(5))]);
    },
  ),
  failure(
    'stake-deactivated-twice',
    'The stake is deactivated already.',
    'STAKE_ALREADY_DEACTIVATED',
    [/epoch 0/],
    (scene) => {
      stakeAccount(scene, ALICE, 2, { deactivation: 0n });
      return scene.send([instruction(s.STAKE, [meta(ALICE, 'w'), meta(CLOCK), meta(PAYER, 's')], u32(5))]);
    },
  ),
  failure(
    'stake-delegate-min',
    'A stake account is delegated that holds its rent reserve alone: less than the minimum delegation.',
    'STAKE_INSUFFICIENT_DELEGATION',
    ['2,282,880', /minimum delegation/],
    (scene) => {
      stakeAccount(scene, ALICE, 1, { lamports: 2_282_880n });
      scene.account(key(77), {
        owner: 'Vote111111111111111111111111111111111111111',
        data: join(u32(2), new Uint8Array(3758)),
      });
      return scene.send([
        instruction(
          s.STAKE,
          [meta(ALICE, 'w'), meta(key(77)), meta(CLOCK), meta(STAKE_HISTORY), meta(CONFIG), meta(PAYER, 's')],
          u32(2),
        ),
      ]);
    },
  ),
  failure(
    'stake-delegate-not-vote',
    'The stake is delegated to a wallet, not to a vote account.',
    'PROGRAM_INCORRECT_PROGRAM_ID',
    ['bob', /not a vote account/],
    (scene) => {
      stakeAccount(scene, ALICE, 1);
      scene.account(BOB);
      return scene.send([
        instruction(
          s.STAKE,
          [meta(ALICE, 'w'), meta(BOB), meta(CLOCK), meta(STAKE_HISTORY), meta(CONFIG), meta(PAYER, 's')],
          u32(2),
        ),
      ]);
    },
  ),
  failure(
    'stake-split-too-much',
    'Split takes more than there is.',
    'PROGRAM_INSUFFICIENT_FUNDS',
    ['5,000,000,000'],
    (scene) => {
      stakeAccount(scene, ALICE, 2);
      scene.account(BOB, { owner: s.STAKE, data: new Uint8Array(200), lamports: 2_282_880n });
      return scene.send([
        instruction(s.STAKE, [meta(ALICE, 'w'), meta(BOB, 'w'), meta(PAYER, 's')], join(u32(3), u64(5_000_000_000n))),
      ]);
    },
  ),
  failure(
    'stake-split-dest-not-stake',
    'The destination of Split was never created.',
    'PROGRAM_INVALID_ACCOUNT_OWNER',
    ['bob', /not a stake account/, '200 bytes'],
    (scene) => {
      stakeAccount(scene, ALICE, 2);
      return scene.send([
        instruction(s.STAKE, [meta(ALICE, 'w'), meta(BOB, 'w'), meta(PAYER, 's')], join(u32(3), u64(500_000_000n))),
      ]);
    },
  ),
  failure(
    'stake-merge-mismatch',
    'Two stakes with different authorities are merged.',
    'STAKE_MERGE_MISMATCH',
    [/differ in the withdrawer/, 'vault'],
    (scene) => {
      stakeAccount(scene, ALICE, 1);
      stakeAccount(scene, BOB, 1, { withdrawer: VAULT });
      return scene.send([
        instruction(
          s.STAKE,
          [meta(ALICE, 'w'), meta(BOB, 'w'), meta(CLOCK), meta(STAKE_HISTORY), meta(PAYER, 's')],
          u32(7),
        ),
      ]);
    },
  ),
  failure(
    'stake-init-rent',
    'A stake account below its rent reserve is initialized.',
    'PROGRAM_INSUFFICIENT_FUNDS',
    ['1,000,000', /rent/],
    (scene) => {
      scene.account(ALICE, { owner: s.STAKE, data: new Uint8Array(200), lamports: 1_000_000n });
      return scene.send([
        instruction(
          s.STAKE,
          [meta(ALICE, 'w'), meta(RENT)],
          join(u32(0), PAYER.bytes, PAYER.bytes, u64(0n), u64(0n), key(0).bytes),
        ),
      ]);
    },
  ),
  failure(
    'alt-extend-deactivated',
    'A deactivated table is extended.',
    'PROGRAM_INVALID_ARGUMENT',
    [/deactivated in slot 3/],
    (scene) => {
      tableAccount(scene, { deactivation: 3n });
      return scene.send([
        instruction(
          s.LOOKUP_TABLE,
          [meta(TABLE, 'w'), meta(PAYER, 's'), meta(PAYER, 'sw'), meta(s.SYSTEM)],
          join(u32(2), u64(1n), BOB.bytes),
        ),
      ]);
    },
  ),
  failure(
    'alt-extend-frozen',
    'A frozen table, which has no authority, is extended.',
    'PROGRAM_IMMUTABLE',
    [/frozen/],
    (scene) => {
      tableAccount(scene, { authority: null });
      return scene.send([
        instruction(
          s.LOOKUP_TABLE,
          [meta(TABLE, 'w'), meta(PAYER, 's'), meta(PAYER, 'sw'), meta(s.SYSTEM)],
          join(u32(2), u64(1n), BOB.bytes),
        ),
      ]);
    },
  ),
  failure(
    'alt-close-not-deactivated',
    'A table is closed that is active.',
    'PROGRAM_INVALID_ARGUMENT',
    [/is active/, /Deactivate/],
    (scene) => {
      tableAccount(scene);
      return scene.send([instruction(s.LOOKUP_TABLE, [meta(TABLE, 'w'), meta(PAYER, 's'), meta(BOB, 'w')], u32(4))]);
    },
  ),
  failure(
    'alt-close-cooling',
    'A table is closed that was deactivated just now.',
    'PROGRAM_INVALID_ARGUMENT',
    [/513/, /from slot/],
    (scene) => {
      scene.warp(600);
      tableAccount(scene, { deactivation: scene.svm.getClock().slot - 2n });
      return scene.send([instruction(s.LOOKUP_TABLE, [meta(TABLE, 'w'), meta(PAYER, 's'), meta(BOB, 'w')], u32(4))]);
    },
  ),
  failure(
    'alt-full',
    'A table with 256 addresses is extended by one.',
    'PROGRAM_INVALID_ARGUMENT',
    ['256'],
    (scene) => {
      tableAccount(scene, { addresses: Array.from({ length: 256 }, (_, i) => key(i)) });
      return scene.send([
        instruction(
          s.LOOKUP_TABLE,
          [meta(TABLE, 'w'), meta(PAYER, 's'), meta(PAYER, 'sw'), meta(s.SYSTEM)],
          join(u32(2), u64(1n), BOB.bytes),
        ),
      ]);
    },
  ),
  failure(
    'alt-create-old-slot',
    'A table is created with a slot that is not recent.',
    'PROGRAM_INVALID_INSTRUCTION_DATA',
    [/999 is not a recent slot/],
    (scene) =>
      scene.send([
        instruction(
          s.LOOKUP_TABLE,
          [meta(TABLE, 'w'), meta(PAYER, 's'), meta(PAYER, 'sw'), meta(s.SYSTEM)],
          join(u32(0), u64(999n), u8(255)),
        ),
      ]),
  ),
  failure(
    'stake-account-too-small',
    'The stake account was created with 100 bytes, and takes 200.',
    'PROGRAM_INVALID_ACCOUNT_DATA',
    [/has 100 bytes, and a stake account takes 200/, /with 200 bytes/],
    (scene) =>
      scene.send([
        s.createAccount(PAYER, VAULT, 50_000_000n, 100n, s.STAKE),
        instruction(
          s.STAKE,
          [meta(VAULT, 'w'), meta(RENT)],
          join(u32(0), PAYER.bytes, PAYER.bytes, u64(0n), u64(0n), PAYER.bytes),
        ),
      ]),
  ),
];
