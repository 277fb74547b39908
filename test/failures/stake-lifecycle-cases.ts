// What the Stake program says of delegations that are moved, merged, split or given up at the wrong time, what loaders say of
// buffers, and lamports that go over their range: each raised by the real program.

import type { Pubkey } from '../../src/wire/pubkey.ts';
import { failure } from './case.ts';
import { buffer } from './native-cases.ts';
import * as s from './scene.ts';
import { stakeAccount } from './stake-cases.ts';

const { PAYER, ALICE, BOB, VAULT, key, meta, u8, u32, u64, join, instruction, CLOCK, STAKE_HISTORY } = s;

const VOTE = 'Vote111111111111111111111111111111111111111';
const CONFIG = 'StakeConfig11111111111111111111111111111111';
const BOOTSTRAP = (1n << 64n) - 1n;

/** Where stakes of these cases are delegated. */
const VALIDATOR = key(77);
const OTHER_VALIDATOR = key(78);
const BUFFER = key(51);

/** A vote account with credits in epoch 0, so many times. */
function validator(scene: s.Scene, address: Pubkey, credits: number): void {
  const data = new Uint8Array(3762);
  const voters = join(u64(1n), u64(0n), key(79).bytes);
  const epochs = Array.from({ length: credits }, (_, i) => join(u64(0n), u64(BigInt(i + 1)), u64(BigInt(i))));
  const noPriorVoters = join(new Uint8Array(1536), u64(31n), u8(1));
  data.set(
    join(
      u32(2),
      key(79).bytes,
      PAYER.bytes,
      u8(0),
      u64(0n),
      u8(0),
      voters,
      noPriorVoters,
      u64(BigInt(credits)),
      ...epochs,
      u64(0n),
      u64(0n),
    ),
  );
  scene.account(address, { owner: VOTE, lamports: 30_000_000n, data });
}

const deactivateDelinquent = (from: Pubkey, delinquent: Pubkey, reference: Pubkey) =>
  instruction(s.STAKE, [meta(from, 'w'), meta(delinquent), meta(reference)], u32(14));
const authorizeWithdrawer = (from: Pubkey, custodian: readonly s.Meta[]) =>
  instruction(s.STAKE, [meta(from, 'w'), meta(CLOCK), meta(PAYER, 's'), ...custodian], join(u32(1), BOB.bytes, u32(1)));

export const STAKE_LIFECYCLE_CASES = [
  failure(
    'stake-redelegated-too-soon',
    'An active stake is delegated to another validator; it must be deactivated first, and an epoch pass.',
    'STAKE_TOO_SOON_TO_REDELEGATE',
    [/still active/, /Deactivate/],
    (scene) => {
      stakeAccount(scene, ALICE, 2, { activation: BOOTSTRAP });
      validator(scene, OTHER_VALIDATOR, 1);
      const accounts = [meta(ALICE, 'w'), meta(OTHER_VALIDATOR), meta(CLOCK), meta(STAKE_HISTORY), meta(CONFIG)];
      return scene.send([instruction(s.STAKE, [...accounts, meta(PAYER, 's')], u32(2))]);
    },
  ),
  failure(
    'stake-merge-while-deactivating',
    'A stake that is deactivating is merged.',
    'STAKE_MERGE_TRANSIENT_STAKE',
    [/activating/],
    (scene) => {
      stakeAccount(scene, ALICE, 2, { activation: BOOTSTRAP });
      stakeAccount(scene, BOB, 2, { activation: BOOTSTRAP, deactivation: 0n });
      const accounts = [meta(ALICE, 'w'), meta(BOB, 'w'), meta(CLOCK), meta(STAKE_HISTORY), meta(PAYER, 's')];
      return scene.send([instruction(s.STAKE, accounts, u32(7))]);
    },
  ),
  failure(
    'stake-custodian-missing',
    'The withdrawer of a stake in lockup is changed without the custodian.',
    'STAKE_CUSTODIAN_MISSING',
    [/custodian/],
    (scene) => {
      stakeAccount(scene, ALICE, 1, { epoch: 500n, custodian: VAULT });
      return scene.send([authorizeWithdrawer(ALICE, [])]);
    },
  ),
  failure(
    'stake-reference-did-not-vote',
    'The validator that is to prove that others voted has no credits of the last five epochs.',
    'STAKE_INSUFFICIENT_REFERENCE_VOTES',
    [/last five epochs/],
    (scene) => {
      stakeAccount(scene, ALICE, 2, { activation: BOOTSTRAP });
      validator(scene, VALIDATOR, 1);
      validator(scene, OTHER_VALIDATOR, 1);
      return scene.send([deactivateDelinquent(ALICE, VALIDATOR, OTHER_VALIDATOR)]);
    },
  ),
  failure(
    'stake-of-another-validator',
    'The stake is delegated to another validator than the one that is said to be delinquent.',
    'STAKE_VOTE_ADDRESS_MISMATCH',
    [/another vote account/, /Name the vote account/],
    (scene) => {
      stakeAccount(scene, ALICE, 2, { activation: BOOTSTRAP });
      validator(scene, key(80), 1);
      validator(scene, OTHER_VALIDATOR, 5);
      return scene.send([deactivateDelinquent(ALICE, key(80), OTHER_VALIDATOR)]);
    },
  ),
  failure(
    'stake-validator-still-votes',
    'The validator has voted in this epoch: it is not delinquent.',
    'STAKE_MINIMUM_DELINQUENT_EPOCHS_FOR_DEACTIVATION_NOT_MET',
    [/not delinquent/],
    (scene) => {
      stakeAccount(scene, ALICE, 2, { activation: BOOTSTRAP });
      validator(scene, VALIDATOR, 1);
      validator(scene, OTHER_VALIDATOR, 5);
      return scene.send([deactivateDelinquent(ALICE, VALIDATOR, OTHER_VALIDATOR)]);
    },
  ),
  failure(
    'buffer-initialized-twice',
    'The buffer of a program is initialized already.',
    'PROGRAM_ACCOUNT_ALREADY_INITIALIZED',
    [/already/],
    (scene) => {
      buffer(scene, BUFFER, PAYER);
      return scene.send([instruction(s.LOADER_V3, [meta(BUFFER, 'w'), meta(PAYER)], u32(0))]);
    },
  ),
  failure(
    'buffer-written-past-its-end',
    'More is written to the buffer than it has room for.',
    'ACCOUNT_DATA_TOO_SMALL',
    [/37 bytes/],
    (scene) => {
      buffer(scene, BUFFER, PAYER, new Uint8Array(16));
      const write = join(u32(1), u32(8), u64(16n), new Uint8Array(16));
      return scene.send([instruction(s.LOADER_V3, [meta(BUFFER, 'w'), meta(PAYER, 's')], write)]);
    },
  ),
  failure(
    'lamports-over-their-range',
    'bob would have more lamports than a u64 holds.',
    'PROGRAM_ARITHMETIC_OVERFLOW',
    [/bob/],
    (scene) => {
      scene.account(BOB, { lamports: (1n << 64n) - 10n });
      return scene.send([s.transfer(PAYER, BOB, 1000n)]);
    },
  ),
];
