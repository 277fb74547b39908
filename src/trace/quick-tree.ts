// The trace of a transaction that succeeded, from what the one run of it left behind. Most transactions of most tests are
// such, and to read the trace of each must not cost as much as running it again. What was not noted (the syscalls, the
// seeds, what each of several frames changed) is taken from a trace that is recorded, once something of it is read.

import { heapUnits, MAINNET_COSTS } from '../runtime/execution-cost.ts';
import type { FrameNote } from '../runtime/frame-notes.ts';
import type { TransactionExecution } from '../runtime/transaction-execution.ts';
import type { PreparedTransaction } from '../runtime/transaction-processor.ts';
import { instructionData } from '../wire/message-shape.ts';
import type { Pubkey } from '../wire/pubkey.ts';
import { addressOf, type FrameReader, kindOfLine, type RoledAccount } from './frame-reader.ts';
import type { FieldMaker } from './lazy-fields.ts';
import { type FrameFields, frameOf, traceOf, wholeFrame } from './plain-objects.ts';
import type { OutcomeFacts } from './recorder.ts';
import type { Delta } from './state-journal.ts';
import {
  type AccountChange,
  type CallFrame,
  callsOf,
  type Flags,
  type FrameComputeUnits,
  type FrameStep,
  type LogKind,
  type TransactionTrace,
} from './transaction-trace.ts';

export interface QuickSource {
  readonly prepared: PreparedTransaction;
  readonly execution: TransactionExecution;
  readonly facts: OutcomeFacts;
  readonly reader: FrameReader;
  /** Makes the same trace from a recording. */
  record(): TransactionTrace;
}

/** The line that stands for the first that was dropped. Source: runtime/log-collector.ts. */
const LOG_TRUNCATED = 'Log truncated';

/** Undefined where the run left too little. */
export function quickTrace(source: QuickSource): TransactionTrace | undefined {
  const { execution } = source;
  if (execution.error !== undefined) return undefined;
  const notes = execution.frames?.list(source.prepared.sanitized) ?? onlyNote(source);
  return notes === undefined || !notes.every(isTold) ? undefined : new QuickTree(source, notes).build();
}

/** Takes a frame's lazy fields from the frame at the same place of the recorded trace. */
class PathMaker implements FieldMaker {
  readonly #tree: QuickTree;
  readonly #path: readonly number[];

  constructor(tree: QuickTree, path: readonly number[]) {
    this.#tree = tree;
    this.#path = path;
  }

  make(name: string): unknown {
    return frameAt(this.#tree.recorded, this.#path)[name as keyof CallFrame];
  }
}

/** Of a transaction of one instruction that made no calls, the outcome is the note. */
function onlyNote({ prepared, execution }: QuickSource): readonly FrameNote[] | undefined {
  const { plans, transaction } = prepared.sanitized;
  if (plans.length !== 1 || execution.innerInstructions[0]?.length !== 0) return undefined;
  const [{ programIndex, accounts }] = plans;
  return [
    {
      programIndexInTransaction: programIndex,
      accounts,
      data: instructionData(transaction.message, 0),
      stackHeight: 1,
      abi: undefined,
      signers: undefined,
      unitsAtCall: 0,
      unitsAtEntry: execution.computeUnitsConsumed,
      unitsAtExit: 0,
      unitsAtReturn: 0,
      linesAtEntry: 0,
      linesAtExit: execution.logs.length,
    },
  ];
}

/** Whether all that is read off it is there: of an account that a call names twice, the flags at each place are not. */
function isTold({ stackHeight, accounts }: FrameNote): boolean {
  if (stackHeight === 1) return true;
  for (let i = 1; i < accounts.length; i++) {
    const { indexInTransaction } = accounts[i];
    for (let j = 0; j < i; j++) if (accounts[j].indexInTransaction === indexInTransaction) return false;
  }
  return true;
}

class QuickTree implements FieldMaker {
  readonly #source: QuickSource;
  readonly #notes: readonly FrameNote[];
  /** Of `#notes`, the next to become a frame. */
  #next = 0;
  /** Whether lines were dropped, or may have been. */
  #isCut = false;
  #recorded: TransactionTrace | undefined;

  constructor(source: QuickSource, notes: readonly FrameNote[]) {
    this.#source = source;
    this.#notes = notes;
  }

  build(): TransactionTrace | undefined {
    const { prepared, execution } = this.#source;
    const instructions: CallFrame[] = [];
    while (this.#next < this.#notes.length) instructions.push(this.#frame([instructions.length], undefined));
    if (this.#isCut) return undefined;
    return traceOf(
      {
        verdict: 'success',
        error: null,
        errorText: null,
        refusal: null,
        fee: execution.fee,
        isFeeCharged: true,
        computeUnits: { consumed: execution.computeUnitsConsumed, limit: prepared.limits.computeUnitLimit },
        instructions,
      },
      this,
    );
  }

  /** The trace's lazy fields. */
  make(name: string): unknown {
    if (name === 'signature') return this.#source.facts.signature ?? null;
    return this.recorded[name as 'accounts' | 'names'];
  }

  get recorded(): TransactionTrace {
    return (this.#recorded ??= this.#source.record());
  }

  #frame(path: readonly number[], caller: FrameNote | undefined): CallFrame {
    const { prepared, reader } = this.#source;
    const note = this.#notes[this.#next++];
    const program = prepared.sanitized.keys[note.programIndexInTransaction];
    const first = this.#next;
    const steps = this.#steps(note, path);
    const makesCalls = this.#next > first;
    const accounts = this.#accounts(note, caller);
    const { data, signers } = note;
    const isCompiled = hasLine(steps, 'consumed');
    // What a compiled program returned is in a line. A builtin returns nothing, but its calls may; a precompile, which logs
    // nothing, leaves what was returned before it.
    const returnsNothing = isCompiled ? !hasLine(steps, 'return') : !makesCalls && steps.length > 0;
    const changes = note.accounts.some(isWritable) ? this.#changes(isCompiled) : [];
    const fields: FrameFields = {
      path,
      verdict: 'success',
      programAddress: addressOf(program),
      programName: reader.programName(program),
      stackHeight: note.stackHeight,
      abi: note.abi ?? null,
      instruction: reader.instruction(program, accounts, data),
      data: data.slice(),
      accounts,
      signers: signers === undefined || signers.length === 0 ? [] : undefined,
      computeUnits: unitsOf(note, steps),
      steps,
      returnData: returnsNothing ? null : undefined,
      ownChanges: changes,
      changes,
      failure: null,
      syscalls: isCompiled ? undefined : [],
      heapUnits: isCompiled ? heapUnits(this.#costs, prepared.limits.heapSize) : 0,
      derivations: isCompiled ? undefined : [],
      fault: null,
    };
    const isWhole = !isCompiled && changes !== undefined && returnsNothing && fields.signers !== undefined;
    return isWhole ? wholeFrame(fields) : frameOf(fields, new PathMaker(this, path));
  }

  get #costs() {
    const { limits, environment } = this.#source.prepared;
    return limits.costs ?? environment.costs ?? MAINNET_COSTS;
  }

  /** Log lines and calls, in order; with the frames of the calls. */
  #steps(note: FrameNote, path: readonly number[]): FrameStep[] {
    const steps: FrameStep[] = [];
    let at = note.linesAtEntry;
    for (let callCount = 0; ; callCount++) {
      const call: FrameNote | undefined = this.#notes[this.#next];
      if (call === undefined || call.stackHeight <= note.stackHeight) break;
      this.#addLines(steps, note, at, call.linesAtEntry);
      at = call.linesAtExit;
      steps.push({ type: 'call', frame: this.#frame([...path, callCount], note) });
    }
    this.#addLines(steps, note, at, note.linesAtExit);
    return steps;
  }

  #addLines(steps: FrameStep[], { linesAtEntry, linesAtExit }: FrameNote, start: number, end: number): void {
    const { logs } = this.#source.execution;
    for (let at = start; at < end; at++) {
      const line = logs[at];
      // The outer lines of a program's run are known without a look at them, if none was dropped.
      const kind = at === linesAtEntry ? 'invoke' : at === linesAtExit - 1 ? 'success' : kindOfLine(line);
      if (kind === 'runtime' || line.length === LOG_TRUNCATED.length) this.#isCut = true;
      steps.push({ type: 'log', kind, line, isKept: true });
    }
  }

  #accounts({ accounts, signers }: FrameNote, caller: FrameNote | undefined): RoledAccount[] {
    const { keys } = this.#source.prepared.sanitized;
    const { reader } = this.#source;
    const read: RoledAccount[] = [];
    for (let i = 0; i < accounts.length; i++) {
      const account = accounts[i];
      const { indexInTransaction: index, isSigner } = account;
      const key = keys[index];
      const asked = caller === undefined ? null : flagsOf(account);
      const held = caller === undefined ? null : heldBy(caller, index);
      const isPdaSigner = isSigner && signers !== undefined && includesKey(signers, key);
      read.push(reader.account(key, index, account, asked, held, isPdaSigner));
    }
    return read;
  }

  /**
   * What the only instruction changed is what the transaction changed. Undefined where there are others, or data may have
   * changed.
   */
  #changes(isCompiled: boolean): AccountChange[] | undefined {
    if (isCompiled || this.#notes.length > 1) return undefined;
    const { prepared, execution, reader } = this.#source;
    const { written } = execution;
    if (written === undefined) return undefined;
    const { keys, roles } = prepared.sanitized;
    const changes: AccountChange[] = [];
    for (let index = 0, at = 0; at < written.length; index++) {
      if (!roles[index].isWritable) continue;
      const before = prepared.loaded.accounts[index];
      const after = written[at++];
      if (after === before) continue;
      // Of accounts with data the changed bytes are to be found, and what they held of tokens.
      if (after.data !== before.data || after.data.length > 0) return undefined;
      const isSame = after.lamports === before.lamports && after.executable === before.executable;
      if (isSame && after.owner.equals(before.owner)) continue;
      const delta: Delta = {
        index,
        lamports: [before.lamports, after.lamports],
        owner: [before.owner, after.owner],
        executable: [before.executable, after.executable],
        dataLen: [0, 0],
        patches: [],
      };
      changes.push(reader.change(keys[index], delta));
    }
    return changes;
  }
}

function hasLine(steps: readonly FrameStep[], kind: LogKind): boolean {
  for (const step of steps) if (step.type === 'log' && step.kind === kind) return true;
  return false;
}

function isWritable(flags: Flags): boolean {
  return flags.isWritable;
}

function flagsOf({ isSigner, isWritable }: Flags): Flags {
  return { isSigner, isWritable };
}

function includesKey(keys: readonly Pubkey[], key: Pubkey): boolean {
  return keys.some((each) => each.equals(key));
}

/** The place where the caller names it first decides, as in Agave. */
function heldBy(caller: FrameNote, indexInTransaction: number): Flags | null {
  for (const account of caller.accounts) if (account.indexInTransaction === indexInTransaction) return flagsOf(account);
  return null;
}

function unitsOf(note: FrameNote, steps: readonly FrameStep[]): FrameComputeUnits {
  const total = note.unitsAtEntry - note.unitsAtExit;
  let own = total;
  for (const step of steps) if (step.type === 'call') own -= step.frame.computeUnits.total;
  const call =
    note.abi === undefined ? 0 : note.unitsAtCall - note.unitsAtEntry + note.unitsAtExit - note.unitsAtReturn;
  return { own, total, call, forfeited: 0 };
}

function frameAt({ instructions }: TransactionTrace, path: readonly number[]): CallFrame {
  let frame = instructions[path[0]];
  for (let i = 1; i < path.length; i++) frame = callsOf(frame)[path[i]];
  return frame;
}
