// What accounts hold: sysvars, nonces, tokens, loader states, vote states. Each reader by itself; what programs make of such
// accounts is in transaction-targets.ts.

import fc from 'fast-check';
import * as ids from '../../src/runtime/addresses.ts';
import { decodeCurrentNonce } from '../../src/runtime/nonce.ts';
import { decodeLoaderV3State } from '../../src/runtime/programs/loader-v3-state.ts';
import { decodeVoteInstruction } from '../../src/runtime/programs/vote/vote-instruction.ts';
import {
  isUninitializedVoteAccount,
  isVoteStateV4,
  readVoteState,
} from '../../src/runtime/programs/vote/vote-state.ts';
import { SysvarCache } from '../../src/runtime/sysvars/cache.ts';
import * as layouts from '../../src/runtime/sysvars/layouts.ts';
import { createDefaultDecoders } from '../../src/trace/decoders/index.ts';
import { readTokens } from '../../src/trace/state-journal.ts';
import { RENT_EXEMPT_RENT_EPOCH } from '../../src/wire/account.ts';
import { exampleAccounts, exampleInstructions, key, PROGRAMS } from './examples.ts';
import { bytesLike } from './inputs.ts';
import { type Target, target } from './target.ts';

const SYSVARS = [
  layouts.encodeClock({ slot: 1n, epochStartTimestamp: 0n, epoch: 0n, leaderScheduleEpoch: 1n, unixTimestamp: 5n }),
  layouts.encodeEpochSchedule({
    slotsPerEpoch: 432_000n,
    leaderScheduleSlotOffset: 432_000n,
    warmup: false,
    firstNormalEpoch: 0n,
    firstNormalSlot: 0n,
  }),
  layouts.encodeSlotHashes([{ slot: 1n, hash: key(1).bytes }], 8 + 3 * 40),
  layouts.encodeStakeHistory([{ epoch: 1n, effective: 2n, activating: 3n, deactivating: 4n }], 8 + 2 * 32),
  layouts.encodeLastRestartSlot({ lastRestartSlot: 3n }),
  Uint8Array.of(1, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 240, 63, 50),
];

const READERS = [
  layouts.decodeClock,
  layouts.decodeEpochRewards,
  layouts.decodeEpochSchedule,
  layouts.decodeFees,
  layouts.decodeLastRestartSlot,
  layouts.decodeRent,
  layouts.decodeRecentBlockhashes,
  layouts.decodeSlotHashes,
  layouts.decodeStakeHistory,
  layouts.decodeSlotHistory,
];

const SYSVAR_IDS = [
  ids.CLOCK_ID,
  ids.EPOCH_REWARDS_ID,
  ids.EPOCH_SCHEDULE_ID,
  ids.LAST_RESTART_SLOT_ID,
  ids.RECENT_BLOCKHASHES_ID,
  ids.RENT_ID,
  ids.SLOT_HASHES_ID,
  ids.STAKE_HISTORY_ID,
];

const accountOf = (data: Uint8Array, owner = ids.SYSTEM_PROGRAM_ID) => ({
  lamports: 1_000_000n,
  data,
  owner,
  executable: false,
  rentEpoch: RENT_EXEMPT_RENT_EPOCH,
});

export function stateTargets(): Target[] {
  const accounts = exampleAccounts();
  const dataOf = (...owners: readonly { equals(other: never): boolean }[]) =>
    accounts.filter(({ owner }) => owners.some((each) => each.equals(owner as never))).map(({ data }) => data);
  const decoders = createDefaultDecoders();
  const metas = fc.array(fc.tuple(fc.nat(5), fc.boolean(), fc.boolean()), { maxLength: 12 });
  return [
    target('sysvars', bytesLike(SYSVARS), (data) => {
      for (const read of READERS) read(data);
    }),
    target('cache of sysvars', fc.array(bytesLike(SYSVARS), { minLength: 1, maxLength: 8 }), (datas) => {
      SysvarCache.from((id) => {
        const index = SYSVAR_IDS.findIndex((each) => each.equals(id));
        return index < 0 ? undefined : accountOf(datas[index % datas.length], ids.SYSVAR_OWNER_ID);
      });
    }),
    target('nonce', bytesLike(dataOf(ids.SYSTEM_PROGRAM_ID)), (data) => decodeCurrentNonce(accountOf(data))),
    target('loader v3 state', bytesLike(dataOf(ids.BPF_LOADER_UPGRADEABLE_ID)), decodeLoaderV3State),
    target('vote instruction', bytesLike(exampleInstructions(ids.VOTE_PROGRAM_ID)), decodeVoteInstruction, {
      weight: 2,
    }),
    target('vote state', bytesLike(dataOf(ids.VOTE_PROGRAM_ID)), (data) => {
      const account = { data, key: key(5) } as never;
      for (const read of [isUninitializedVoteAccount, isVoteStateV4, readVoteState]) {
        attempt(() => read(account));
      }
    }),
    target(
      'token accounts',
      fc.tuple(bytesLike(accounts.map(({ data }) => data)), fc.nat(accounts.length - 1)),
      ([data, i]) => readTokens({ owner: accounts[i].owner, data }),
    ),
    ...PROGRAMS.map((program) =>
      target(
        `instructions of ${program}, named`,
        fc.tuple(bytesLike(exampleInstructions(program)), metas),
        ([data, flags]) => {
          const address = program.toString() as never;
          const listed = flags.map(([n, isSigner, isWritable]) => ({
            address: key(n).toString() as never,
            isSigner,
            isWritable,
          }));
          decoders.decode({ programAddress: address, accounts: listed, data });
          decoders.describeError(program.toString(), data[0] ?? 0);
        },
        { weight: 0.5 },
      ),
    ),
  ];
}

/** So that the next reader gets the input too. */
function attempt(read: () => unknown): void {
  try {
    read();
  } catch (error) {
    if (error instanceof Error) throw error;
  }
}
