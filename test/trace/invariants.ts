// What must hold of every trace, whatever ran: the sums of units and lamports, the order of logs, one origin of a failure,
// a text and a JSON document for all of it. Each broken law is a sentence; a sound trace gives none.

import {
  accountUnits,
  type CallFrame,
  callsOf,
  describeFailure,
  type FrameUnits,
  foldUnits,
  formatLedger,
  formatTrace,
  ledgerOf,
  pathToOrigin,
  TRACE_LEVELS,
  type TransactionTrace,
  traceToJson,
} from '../../src/trace/index.ts';
import { displayWidth, escapeText } from '../../src/trace/plain-text.ts';
import type { InstructionError } from '../../src/wire/transaction-error.ts';

/** What the runtime recorded without a trace. */
interface Recorded {
  readonly logs: readonly string[];
  /** A list for each top-level instruction. */
  readonly innerInstructions: readonly (readonly { readonly stackHeight: number }[])[];
}

export function brokenLaws(trace: TransactionTrace, execution: Recorded | undefined): string[] {
  const broken: string[] = [];
  const check = (holds: boolean, law: string) => {
    if (!holds) broken.push(law);
  };
  const frames = trace.instructions.flatMap(withCalls);

  const units = sum(trace.instructions.map((frame) => frame.computeUnits.total));
  check(units === trace.computeUnits.consumed, `units of the frames are ${units}, not ${trace.computeUnits.consumed}`);
  for (const frame of frames) {
    const { own, total, call, forfeited } = frame.computeUnits;
    const path = frame.path.join('.');
    check(own + sum(callsOf(frame).map((c) => c.computeUnits.total)) === total, `units of frame ${path} don't add up`);
    check(own >= sum(callsOf(frame).map((c) => c.computeUnits.call)), `frame ${path} paid less than its calls cost`);
    check(own >= 0 && call >= 0 && forfeited >= 0 && forfeited <= own, `units of frame ${path} are negative`);
    checkLine(frame, check);
    checkLamports(frame, check);
  }
  const visitUnits = (units: FrameUnits) => {
    const path = units.path.join('.');
    const parts = sum(Object.values(units.parts));
    check(parts === units.own, `the parts of frame ${path} sum to ${parts}, not ${units.own}`);
    check(
      Object.values(units.parts).every((part) => part > 0),
      `a part of frame ${path} is negative`,
    );
    const { heap = 0, 'taken by a fault': taken = 0 } = units.parts;
    const line = units.total - heap - taken;
    check(
      units.consumed === null || units.consumed === line,
      `frame ${path}: the line says ${units.consumed}, the parts ${line}`,
    );
    units.calls.forEach(visitUnits);
  };
  const accounted = accountUnits(trace);
  accounted.forEach(visitUnits);
  const folded = sum(
    foldUnits(accounted)
      .split('\n')
      .map((stack) => Number(stack.slice(stack.lastIndexOf(' ') + 1))),
  );
  check(folded === units, `the folded stacks sum to ${folded} units, not ${units}`);
  const ledger = ledgerOf(trace);
  check(ledger.isBalanced, 'the frames of the ledger sum to something else than what the transaction changed');
  const words = formatLedger(ledger, trace.names, { width: 60 });
  check(
    words.split('\n').every((line) => escapeText(line) === line && displayWidth(line) <= 60),
    'the text of the ledger is unsafe or too wide',
  );
  check(!/\bundefined\b|\[object/.test(words), 'the text of the ledger shows a value that is none');
  if (trace.verdict === 'success') {
    for (const { address, before, after } of trace.accounts) {
      const changed = ledger.lamports[address] ?? 0n;
      check(before!.lamports + changed === after!.lamports, `the ledger has ${changed} lamports of ${address}`);
    }
    for (const { address, before, after } of trace.accounts) {
      const changed = sumLamports(trace.instructions.map((frame) => netLamports(frame, address)));
      check(before!.lamports + changed === after!.lamports, `frames explain ${changed} lamports of ${address}`);
    }
  }

  const logs = frames.length === 0 ? [] : trace.instructions.flatMap(linesOf);
  const expected = (execution?.logs ?? []).filter((line) => line !== 'Log truncated');
  check(JSON.stringify(logs) === JSON.stringify(expected), 'log lines are in another order than in the log');

  const inner = (execution?.innerInstructions ?? []).map((instructions) =>
    instructions.map((i) => i.stackHeight).join(),
  );
  trace.instructions.slice(0, inner.length).forEach((top, i) => {
    const recorded = withCalls(top).filter(
      (f) => f.stackHeight > 1 && (f.verdict !== 'refused' || f.failure?.kind === 'CallDepth'),
    );
    check(recorded.map((f) => f.stackHeight).join() === inner[i], `calls of #${i}: ${inner[i]} were recorded`);
  });

  const origins = frames.filter((frame) => frame.failure?.isOrigin);
  const failed = trace.instructions.some((frame) => frame.failure !== null);
  check(origins.length === (failed ? 1 : 0), `there are ${origins.length} origins`);
  if (failed) {
    check(pathToOrigin(trace).at(-1) === origins[0], 'the path leads elsewhere than to the origin');
    const text = describeFailure(trace, (address) => address);
    check(
      text !== undefined && !/\bundefined\b|\bnull\b|\[object/.test(text.cause + text.fixes.join()),
      `the words are wrong: ${text?.cause}`,
    );
    const { error } = trace;
    check(
      typeof error === 'object' &&
        error !== null &&
        'InstructionError' in error &&
        error.InstructionError[0] === origins[0].path[0] &&
        JSON.stringify(error.InstructionError[1]) === JSON.stringify(passedOn(trace)),
      'the origin has another error than the transaction',
    );
  }
  for (const level of TRACE_LEVELS) {
    const text = formatTrace(trace, { level, width: 90 });
    check(
      text.split('\n').every((line) => escapeText(line) === line),
      'the text has unsafe characters',
    );
    // NaN may be said: an argument that is a float can be it.
    check(!/\bundefined\b|\[object/.test(text), 'the text shows a value that is none');
  }
  const json = traceToJson(trace);
  check(JSON.stringify(JSON.parse(JSON.stringify(json))) === JSON.stringify(json), 'the JSON does not survive');
  return broken;
}

/** The origin's error as the frames above it passed it on: an access violation of a call may become one about an account. */
function passedOn(trace: TransactionTrace): InstructionError {
  const path = pathToOrigin(trace);
  const { failure } = path[path.length - 1];
  const isMapped = failure!.kind === 'AccessViolation' && failure!.stage !== 'run';
  return path[isMapped ? path.length - 2 : path.length - 1].failure!.error;
}

type Check = (holds: boolean, law: string) => void;

/** The runtime's own line on units, where there is one: it counts no forfeited units and no heap. */
function checkLine(frame: CallFrame, check: Check): void {
  for (const step of frame.steps) {
    if (step.type !== 'log' || step.kind !== 'consumed') continue;
    const used = Number(/consumed (\d+) of/.exec(step.line)![1]);
    const { total, forfeited } = frame.computeUnits;
    check(
      Math.abs(total - forfeited - used) <= 56,
      `frame ${frame.path.join('.')} has ${total} units, its line says ${used}`,
    );
  }
}

/** Own changes of a frame and of all below it add up to what changed between its start and its end. */
function checkLamports(frame: CallFrame, check: Check): void {
  const addresses = new Set(withCalls(frame).flatMap((f) => f.ownChanges.map((change) => change.address)));
  for (const address of addresses) {
    const own = sumLamports(
      withCalls(frame).flatMap((f) =>
        f.ownChanges.filter((c) => c.address === address).map((c) => c.lamports.after - c.lamports.before),
      ),
    );
    check(
      own === netLamports(frame, address),
      `own changes of ${address} in frame ${frame.path.join('.')} give ${own} lamports`,
    );
  }
}

function netLamports(frame: CallFrame, address: string): bigint {
  return sumLamports(
    frame.changes.filter((c) => c.address === address).map((c) => c.lamports.after - c.lamports.before),
  );
}

function withCalls(frame: CallFrame): CallFrame[] {
  return [frame, ...callsOf(frame).flatMap(withCalls)];
}

function linesOf(frame: CallFrame): string[] {
  return frame.steps.flatMap((step) => (step.type === 'call' ? linesOf(step.frame) : step.isKept ? [step.line] : []));
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function sumLamports(values: readonly bigint[]): bigint {
  return values.reduce((total, value) => total + value, 0n);
}
