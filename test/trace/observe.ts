// Looks at a transaction that has run with everything there is to look with: its trace, its explanation, its end by
// rewinding. None of it may change anything, all of it must agree with what the chain said. Each broken law is a sentence.

import type { TransactionRecord } from '../../src/bank/bank.ts';
import type { TransactionExecution } from '../../src/runtime/transaction-execution.ts';
import { executeTransaction } from '../../src/runtime/transaction-processor.ts';
import { decodersWith } from '../../src/testing/default-decoders.ts';
import { recordedBy, TransactionOutcome } from '../../src/testing/outcome.ts';
import { RecordFacts } from '../../src/testing/outcome-facts.ts';
import { rewind } from '../../src/testing/rewind.ts';
import { MISSING_PART } from '../../src/trace/guard.ts';
import {
  type DecoderRegistry,
  escapeText,
  explain,
  formatExplanation,
  TraceRecorder,
  type TransactionTrace,
  traceToJson,
} from '../../src/trace/index.ts';
import { fieldsOf } from '../support/execution-fields.ts';
import { brokenLaws } from './invariants.ts';

/** @param isDeep whether to rewind as well, which runs it twice more */
export function observe(record: TransactionRecord, decoders?: DecoderRegistry, isDeep = true): string[] {
  const { prepared, execution } = record;
  const outcome = new TransactionOutcome(record, { decoders });
  const before = execution && textOf(execution);
  const broken: string[] = [];
  const check = (holds: boolean, law: string) => {
    if (!holds) broken.push(law);
  };
  const mayRunAgain = prepared.status === 'prepared' && recordedBy(record) === undefined;
  if (mayRunAgain) {
    const recorder = new TraceRecorder({ decoders: decodersWith(decoders) });
    const again = textOf(executeTransaction(prepared, recorder));
    check(again === before, `a run that is listened to comes to another end: ${firstDifference(before!, again)}`);
    const [made, recorded] = [outcome.trace, recorder.trace(new RecordFacts(record))].map(traceText);
    check(made === recorded, `the trace is not the recorded one: ${firstDifference(recorded, made)}`);
  }
  broken.push(...brokenLaws(outcome.trace, execution));
  const explanation = explain(outcome);
  check((explanation === null) === (outcome.error === null), 'a failure has no explanation, or a success has one');
  if (explanation !== null) {
    const text = formatExplanation(explanation, { width: 90 });
    // NaN may be said: an argument that is a float can be it.
    check(!explanation.notes.join().includes(MISSING_PART), 'a part of the explanation is missing');
    check(!/\bundefined\b|\[object/.test(text), 'the explanation shows a value that is none');
    check(
      text.split('\n').every((line) => escapeText(line) === line),
      'the explanation has unsafe characters',
    );
  }
  if (isDeep && mayRunAgain && prepared.loadError === undefined) {
    const session = rewind(outcome).goTo('end');
    check(session.unitsConsumed === execution?.computeUnitsConsumed, 'rewound to its end it has used other units');
    check(session.logs.join('\n') === execution?.logs.join('\n'), 'rewound to its end it has logged something else');
    const steps = session.frames.reduce((sum, { stepCount }) => sum + stepCount, 0);
    check(steps <= session.unitsConsumed, `it has ${steps} steps and ${session.unitsConsumed} units`);
  }
  check((execution && textOf(execution)) === before, 'looking at it changed it');
  return broken;
}

/** All of an execution as text. */
function textOf(execution: TransactionExecution): string {
  const accounts = execution.accounts.map(([key, { lamports, owner, executable, rentEpoch, data }]) => {
    return [`${key}`, `${lamports}`, `${owner}`, executable, `${rentEpoch}`, data.length, digest(data)];
  });
  return JSON.stringify({ ...fieldsOf(execution), accounts }, (_, value: unknown) => {
    if (typeof value === 'bigint') return `${value}`;
    return value instanceof Uint8Array ? `${value.length}:${digest(value)}` : value;
  });
}

/** All of a trace but the data of large accounts, with its fields in their order. */
function traceText(trace: TransactionTrace): string {
  return JSON.stringify(traceToJson(trace));
}

/** FNV-1a: enough to notice that something was written to. */
function digest(bytes: Uint8Array): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < bytes.length; i++) hash = Math.imul(hash ^ bytes[i], 0x01000193);
  return hash >>> 0;
}

function firstDifference(a: string, b: string): string {
  let i = 0;
  while (i < a.length && a[i] === b[i]) i++;
  return `${a.slice(Math.max(0, i - 20), i + 40)} / ${b.slice(Math.max(0, i - 20), i + 40)}`;
}
