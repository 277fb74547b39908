// Programs that compute, run by transactions. Warm: the same program again and again. Cold: a fresh process, from the
// program's bytes to its first result.

import { bytesOf, Call, COUNTED, keyOf, u64 } from '../call.ts';
import { elfOf, KERNELS, type Kernel, OWN_KERNELS } from '../kernels/index.ts';
import { geometricMean, measure } from '../measure.ts';
import { measureProcesses } from '../processes.ts';
import type { Stage } from '../stage.ts';
import type { Row, Workload } from '../workload.ts';
import { blockhashOf, stageWithPayer } from './transactions.ts';

const PAYER = keyOf(1);
const PROGRAM = keyOf(40);
const COMPUTE_BUDGET = 'ComputeBudget111111111111111111111111111111';
const MAX_UNITS = 1_400_000;

function kernelCall(kernel: Kernel, recentBlockhash: Uint8Array): Call {
  const limit = new Uint8Array(5);
  limit[0] = 2;
  new DataView(limit.buffer).setUint32(1, MAX_UNITS, true);
  return new Call({
    feePayer: PAYER,
    recentBlockhash,
    instructions: [
      { programAddress: COMPUTE_BUDGET, data: limit },
      // The kernel reads two numbers; the third makes each transaction another one.
      { programAddress: PROGRAM, data: bytesOf(u64(kernel.n), u64(kernel.expected), u64(COUNTED)) },
    ],
  });
}

const nameOf = ({ name, isOwn }: Kernel): string => `${isOwn === true ? 'program' : 'kernel'} ${name}`;

function warm(kernel: Kernel): Row {
  const stage = stageWithPayer().addProgram(PROGRAM, elfOf(kernel));
  const call = kernelCall(kernel, blockhashOf(stage));
  const units = stage.compare(call);
  const run = (send: () => unknown) => ({
    run(count: number) {
      for (let i = 0; i < count; i++) send();
    },
  });
  const { ours, theirs } = measure(
    run(() => stage.ours.sendTransaction(call.next().bytes)),
    run(() => stage.sendNative(call.next())),
  );
  // Once more: by now both have optimised what they run.
  stage.restage().compare(call.next());
  const nanosecondsEach = (milliseconds: number) => (milliseconds * 1e6) / units;
  return {
    name: `${nameOf(kernel)}, warm`,
    ratio: theirs / ours,
    goal: kernel.isPureAlu ? 0.95 : 3,
    ours: nanosecondsEach(ours),
    theirs: nanosecondsEach(theirs),
    unit: 'ns/unit',
  };
}

function mean(name: string, goal: number | null, rows: readonly Row[]): Row {
  const of = (pick: (row: Row) => number) => geometricMean(rows.map(pick));
  const { unit } = rows[0];
  return {
    name,
    ratio: of((row) => row.ratio),
    goal,
    ours: of((row) => row.ours),
    theirs: of((row) => row.theirs),
    unit,
  };
}

/** `program`: from the program's bytes on; `whole`: from the import of the package on. */
function cold(kernel: Kernel, task: 'program' | 'whole'): Row {
  // Once here, so that what the processes do is known to be right.
  const stage: Stage = stageWithPayer().addProgram(PROGRAM, elfOf(kernel));
  const call = kernelCall(kernel, blockhashOf(stage));
  stage.compare(call);
  const { ours, theirs } = measureProcesses(task, {
    elf: elfOf(kernel),
    program: PROGRAM,
    payer: PAYER,
    transaction: call.bytes,
  });
  const how = task === 'program' ? 'cold' : 'fresh process';
  return { name: `${nameOf(kernel)}, ${how}`, ratio: theirs / ours, goal: null, ours, theirs, unit: 'ms' };
}

export const KERNEL_WORKLOADS: readonly Workload[] = [
  {
    name: 'kernels, warm',
    run() {
      const rows = KERNELS.map(warm);
      return [...rows, mean('kernels, warm: geometric mean', 5, rows)];
    },
  },
  {
    name: 'programs of our own, warm',
    run() {
      const rows = OWN_KERNELS.map(warm);
      return [...rows, mean('programs of our own, warm: geometric mean', 5, rows)];
    },
  },
  {
    name: 'kernels, cold',
    run() {
      const rows = KERNELS.map((kernel) => cold(kernel, 'program'));
      return [...rows, mean('kernels, cold: geometric mean', 1, rows)];
    },
  },
  {
    // The same with what each side has to do before it can be handed a program.
    name: 'kernels, fresh process',
    run() {
      const rows = KERNELS.map((kernel) => cold(kernel, 'whole'));
      return [mean('kernels, fresh process, import included: geometric mean', null, rows)];
    },
  },
  {
    name: 'programs of our own, cold',
    run() {
      const rows = OWN_KERNELS.map((kernel) => cold(kernel, 'program'));
      return [...rows, mean('programs of our own, cold: geometric mean', 1, rows)];
    },
  },
];
