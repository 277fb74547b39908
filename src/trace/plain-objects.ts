// Puts traces and frames together: plain objects with their fields always in the same order, which is the order that JSON
// shows, and getters in place of those that are left out here (lazy-fields.ts).
// Constructors with Object's own prototype make such objects five times quicker than literals that gain fields later.

import { type FieldMaker, lazyField, setMaker } from './lazy-fields.ts';
import type { CallFrame, TransactionTrace } from './transaction-trace.ts';

type LazyFrameField = 'signers' | 'returnData' | 'ownChanges' | 'changes' | 'syscalls' | 'heapUnits' | 'derivations';
type LazyTraceField = 'signature' | 'accounts' | 'names';

/** All of a frame; what is undefined is made when it is read. */
export type FrameFields = Omit<CallFrame, LazyFrameField> & {
  readonly [K in LazyFrameField]: CallFrame[K] | undefined;
};

export type TraceFields = Omit<TransactionTrace, LazyTraceField>;

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
type Constructor<T, F> = new (fields: F) => T;

const SIGNERS = lazyField('signers');
const RETURN_DATA = lazyField('returnData');
const OWN_CHANGES = lazyField('ownChanges');
const CHANGES = lazyField('changes');
const SYSCALLS = lazyField('syscalls');
const HEAP_UNITS = lazyField('heapUnits');
const DERIVATIONS = lazyField('derivations');

function PlainFrame(this: Mutable<CallFrame>, fields: FrameFields): void {
  this.path = fields.path;
  this.verdict = fields.verdict;
  this.programAddress = fields.programAddress;
  this.programName = fields.programName;
  this.stackHeight = fields.stackHeight;
  this.abi = fields.abi;
  this.instruction = fields.instruction;
  this.data = fields.data;
  this.accounts = fields.accounts;
  if (fields.signers === undefined) Object.defineProperty(this, 'signers', SIGNERS);
  else this.signers = fields.signers;
  this.computeUnits = fields.computeUnits;
  this.steps = fields.steps;
  if (fields.returnData === undefined) Object.defineProperty(this, 'returnData', RETURN_DATA);
  else this.returnData = fields.returnData;
  if (fields.ownChanges === undefined) Object.defineProperty(this, 'ownChanges', OWN_CHANGES);
  else this.ownChanges = fields.ownChanges;
  if (fields.changes === undefined) Object.defineProperty(this, 'changes', CHANGES);
  else this.changes = fields.changes;
  this.failure = fields.failure;
  if (fields.syscalls === undefined) Object.defineProperty(this, 'syscalls', SYSCALLS);
  else this.syscalls = fields.syscalls;
  if (fields.heapUnits === undefined) Object.defineProperty(this, 'heapUnits', HEAP_UNITS);
  else this.heapUnits = fields.heapUnits;
  if (fields.derivations === undefined) Object.defineProperty(this, 'derivations', DERIVATIONS);
  else this.derivations = fields.derivations;
  this.fault = fields.fault;
}
PlainFrame.prototype = Object.prototype;

const SIGNATURE = lazyField('signature');
const ACCOUNTS = lazyField('accounts');
const NAMES = lazyField('names');

function PlainTrace(this: Mutable<TransactionTrace>, fields: TraceFields): void {
  this.verdict = fields.verdict;
  Object.defineProperty(this, 'signature', SIGNATURE);
  this.error = fields.error;
  this.errorText = fields.errorText;
  this.refusal = fields.refusal;
  this.fee = fields.fee;
  this.isFeeCharged = fields.isFeeCharged;
  this.computeUnits = fields.computeUnits;
  Object.defineProperty(this, 'accounts', ACCOUNTS);
  this.instructions = fields.instructions;
  Object.defineProperty(this, 'names', NAMES);
}
PlainTrace.prototype = Object.prototype;

/** A frame of which no field is left out: the fields themselves, which the caller gives in a frame's order. */
export function wholeFrame(fields: FrameFields): CallFrame {
  return fields as CallFrame;
}

/** @param maker of the fields that are left undefined */
export function frameOf(fields: FrameFields, maker: FieldMaker): CallFrame {
  const frame = new (PlainFrame as unknown as Constructor<CallFrame, FrameFields>)(fields);
  setMaker(frame, maker);
  return frame;
}

export function traceOf(fields: TraceFields, maker: FieldMaker): TransactionTrace {
  const trace = new (PlainTrace as unknown as Constructor<TransactionTrace, TraceFields>)(fields);
  setMaker(trace, maker);
  return trace;
}
