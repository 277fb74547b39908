// What a trace costs: of each transaction, read as a test reads it, printed, and unread. It is measured against our own time
// without it.

import { type CallFrame, createDefaultDecoders, formatTrace, type TransactionTrace } from 'parhelion';
import { Call, COUNTED, keyOf } from '../call.ts';
import { measure } from '../measure.ts';
import { addressOf, Stage } from '../stage.ts';
import { type Row, rowOf, type Workload } from '../workload.ts';
import { stageChain } from './calls.ts';
import { times } from './state.ts';
import {
  ataCreation,
  ataCreations,
  blockhashOf,
  stageWithPayer,
  stageWithTokens,
  tokenTransfer,
  transfer,
} from './transactions.ts';

const PAYER = keyOf(1);
const RECIPIENT = keyOf(2);
const LABEL_COUNT = 20;

/** Anchor's. */
const IDL = {
  metadata: { name: 'counter', version: '0.1.0', spec: '0.1.0' },
  instructions: [
    { name: 'increment', discriminator: [11, 18, 104, 9, 104, 174, 59, 33], accounts: [{ name: 'counter' }], args: [] },
  ],
};

/** Reads what a test reads of a call and of those below it. */
function readFrame(frame: CallFrame): number {
  const { programAddress, programName, verdict, instruction, accounts, computeUnits, failure } = frame;
  let read = computeUnits.total + accounts.length + verdict.length + (failure === null ? 0 : 1);
  read += (programAddress?.length ?? 0) + (programName?.length ?? 0) + (instruction?.name.length ?? 0);
  for (const step of frame.steps) read += step.type === 'log' ? step.line.length : readFrame(step.frame);
  return read;
}

function readTrace({ instructions }: TransactionTrace): number {
  let read = 0;
  for (const frame of instructions) read += readFrame(frame);
  return read;
}

function systemTransfer(stage: Stage): Call {
  const instructions = [transfer(PAYER, RECIPIENT, COUNTED)];
  return new Call({ feePayer: PAYER, recentBlockhash: blockhashOf(stage), instructions });
}

function timeRead(name: string, goal: number | null, { ours }: Stage, next: () => Call): Row[] {
  const read = measure(
    times(() => readTrace(ours.sendTransaction(next().bytes).trace)),
    times(() => ours.sendTransaction(next().bytes)),
  );
  return [rowOf(`${name}, its trace read (against ours without)`, goal, read)];
}

function transferRead(): Row[] {
  const stage = stageWithPayer();
  const call = systemTransfer(stage);
  stage.compare(call);
  const { ours } = stage;
  const rendered = () =>
    measure(
      times(() => formatTrace(ours.sendTransaction(call.next().bytes).trace)),
      times(() => ours.sendTransaction(call.next().bytes)),
    );
  return [
    ...timeRead('system transfer', 0.5, stage, () => call.next()),
    rowOf('system transfer, its trace rendered as text (against ours without)', null, rendered()),
  ];
}

function tokenTransferRead(): Row[] {
  const stage = stageWithTokens();
  const call = tokenTransfer(stage);
  stage.compare(call);
  return timeRead('Token transfer', 0.5, stage, () => call.next());
}

function chainRead(): Row[] {
  const { stage, call } = stageChain();
  stage.compare(call);
  return timeRead('CPI chain, four deep', 0.5, stage, () => call.next());
}

function ataCreationRead(): Row[] {
  const stage = stageWithTokens();
  const blockhash = blockhashOf(stage);
  stage.compare(ataCreation(blockhash));
  const side = (send: (call: Call) => unknown) => ataCreations(blockhash, send);
  const read = measure(
    side((call) => readTrace(stage.ours.sendTransaction(call.bytes).trace)),
    side((call) => stage.ours.sendTransaction(call.bytes)),
  );
  return [rowOf('ATA creation, its trace read (against ours without)', 0.5, read)];
}

/** A chain that could tell much, and isn't asked. */
function unread(): Row[] {
  const named = new Stage({ decoders: createDefaultDecoders() });
  for (let i = 0; i < LABEL_COUNT; i++) named.ours.label(addressOf(keyOf(i)), `account ${i}`);
  named.ours.registerIdl(IDL, addressOf(keyOf(50)));
  const sides = [stageWithPayer(named), stageWithPayer()].map((stage) => {
    const call = systemTransfer(stage);
    stage.compare(call);
    return times(() => stage.ours.sendTransaction(call.next().bytes));
  });
  const name = 'system transfer, with decoders, labels and an IDL, its trace unread (against ours without them)';
  return [rowOf(name, 0.95, measure(sides[0], sides[1], { rounds: 21 }))];
}

export const TRACES: readonly Workload[] = [
  { name: 'system transfer, its trace', run: transferRead },
  { name: 'Token transfer, its trace', run: tokenTransferRead },
  { name: 'ATA creation, its trace', run: ataCreationRead },
  { name: 'CPI chain, its trace', run: chainRead },
  { name: 'system transfer, with decoders', run: unread },
];
