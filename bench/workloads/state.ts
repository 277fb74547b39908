// Everything that is no transaction: a new chain, its accounts, its snapshots, its programs, and what a process pays for
// the first of each.

import type { Lamports } from '@solana/kit';
import { LiteSVM } from 'litesvm';
import { Svm } from 'parhelion';
import { Call, COUNTED, keyOf } from '../call.ts';
import { measure } from '../measure.ts';
import { measureProcesses } from '../processes.ts';
import { addressOf, Stage } from '../stage.ts';
import { type Row, rowOf, type Workload } from '../workload.ts';
import { blockhashOf, SYSTEM, stageWithPayer, transfer } from './transactions.ts';

const PAYER = keyOf(1);
const RECIPIENT = keyOf(2);
const ACCOUNT_COUNT = 100;
const ACCOUNT_LEN = 200;
const TOKEN_2022_DATA = 'DoU57AYuPFu2QU514RktNPG22QhApEjnKxnBcu4BHDTY';
const PROGRAM_DATA_METADATA_LEN = 45;

/** Does something as often as a slice asks for. */
export const times = (once: (i: number) => unknown) => ({
  run(count: number) {
    for (let i = 0; i < count; i++) once(i);
  },
});

/** A transfer of a chain that has just begun. */
function firstTransfer(): Call {
  const stage = new Stage();
  const instructions = [transfer(PAYER, RECIPIENT, COUNTED)];
  return new Call({ feePayer: PAYER, recentBlockhash: blockhashOf(stage), instructions });
}

function processTask(name: string, goal: number | null, task: 'first' | 'memory'): Row[] {
  const call = firstTransfer();
  stageWithPayer().compare(call);
  const input = { payer: PAYER, transaction: call.bytes, counterAt: call.counterAt };
  const { ours, theirs } = measureProcesses(task, input);
  return [{ name, ratio: theirs / ours, goal, ours, theirs, unit: task === 'first' ? 'ms' : 'KiB' }];
}

function accounts(): Row[] {
  const stage = new Stage();
  const staged = Array.from({ length: ACCOUNT_COUNT }, (_, i) => {
    const key = keyOf(2000 + i);
    const data = new Uint8Array(ACCOUNT_LEN).fill(i);
    stage.setAccount({ key, owner: SYSTEM, data, lamports: 10n ** 9n + BigInt(i) });
    return { address: addressOf(key), data };
  });
  const addresses = staged.map((each) => each.address);
  for (const each of addresses) {
    stage.compareAccount(each);
    const [a, b] = [stage.ours.getBalance(each), stage.theirs.getBalance(each)];
    if (a !== b) throw new Error(`the balances of ${each} differ: ${a} here, ${b} in LiteSVM`);
  }
  const system = addressOf(SYSTEM);
  const set = staged.map(({ address, data }) => ({
    address,
    data,
    lamports: (10n ** 9n) as Lamports,
    programAddress: system,
    executable: false,
    space: BigInt(ACCOUNT_LEN),
  }));
  const { ours, theirs } = stage;
  const row = (name: string, once: (svm: Svm | LiteSVM, i: number) => unknown) =>
    rowOf(
      name,
      20,
      measure(
        times((i) => once(ours, i % ACCOUNT_COUNT)),
        times((i) => once(theirs, i % ACCOUNT_COUNT)),
      ),
    );
  return [
    row('getAccount', (svm, i) => svm.getAccount(addresses[i])),
    row('getBalance', (svm, i) => svm.getBalance(addresses[i])),
    row('setAccount', (svm, i) => svm.setAccount(set[i])),
  ];
}

/** Each with a byte of its own behind the ELF's end, so that none can be remembered from the last. */
function addProgram(): Row[] {
  const stage = new Stage();
  const account = stage.ours.getAccount(TOKEN_2022_DATA as never);
  if (!account.exists) throw new Error('there is no Token-2022');
  const elf = new Uint8Array(account.data.length - PROGRAM_DATA_METADATA_LEN + 4);
  elf.set(account.data.subarray(PROGRAM_DATA_METADATA_LEN));
  const counter = new DataView(elf.buffer, elf.length - 4);
  const program = addressOf(keyOf(70));
  let count = 0;
  const once = (svm: Svm | LiteSVM) => {
    counter.setUint32(0, ++count, true);
    svm.addProgram(program, elf);
  };
  const figures = measure(
    times(() => once(stage.ours)),
    times(() => once(stage.theirs)),
    { slice: 80 },
  );
  return [rowOf(`addProgram, ${Math.round(elf.length / 1000)} KB`, 1, figures, 'ms')];
}

export const STATE: readonly Workload[] = [
  {
    name: 'new',
    run: () => [
      rowOf(
        'new',
        null,
        measure(
          times(() => new Svm()),
          times(() => new LiteSVM()),
        ),
        'ms',
      ),
    ],
  },
  {
    name: 'import, construct',
    run: () => processTask('import, construct, first transaction, fresh process', 4, 'first'),
  },
  {
    name: 'snapshot and revert',
    run() {
      const { ours, theirs } = stageWithPayer();
      const snapshotOurs = () => ours.revert(ours.snapshot());
      return [
        rowOf(
          'snapshot and revert',
          1000,
          measure(
            times(snapshotOurs),
            times(() => LiteSVM.fromBytes(theirs.toBytes())),
          ),
          'ms',
        ),
      ];
    },
  },
  { name: 'getAccount, getBalance, setAccount', run: accounts },
  { name: 'addProgram', run: addProgram },
  { name: 'memory', run: () => processTask('memory of the process after 100,000 transactions', null, 'memory') },
];
