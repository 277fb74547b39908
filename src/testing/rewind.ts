// Stepping through a transaction that is over, forwards and backwards: by the boundaries of its frames, by the instructions
// of its compiled programs, to a function, to wherever a condition holds. Every moment is reached by running the
// transaction again from its start, which takes a few milliseconds at most, so no way back is lost and nothing is stored.
// Programs written in TypeScript must not run twice: of a transaction with one, the boundaries that were recorded are shown,
// with the accounts as the runtime had them.

import type { MachineRun } from '../runtime/execution-events.ts';
import { executeTransaction, type PreparedTransaction } from '../runtime/transaction-processor.ts';
import type { Boundary, TraceRecorder } from '../trace/recorder.ts';
import type {
  RewindAccount,
  RewindFrame,
  RewindMachine,
  RewindMoment,
  RewindPoint,
  RewindTarget,
} from '../trace/rewind.ts';
import type { Snapshot } from '../trace/state-journal.ts';
import {
  type CallFrame,
  type CodePlace,
  callsOf,
  type LogLine,
  type TransactionTrace,
} from '../trace/transaction-trace.ts';
import { ParhelionError } from '../wire/errors.ts';
import type { Pubkey } from '../wire/pubkey.ts';
import { recordedBy, recordOf, type TransactionOutcome } from './outcome.ts';
import { functionNamesOf, StilledMachine } from './rewind-machine.ts';
import { frameOf, StilledPoint } from './rewind-point.ts';
import { type LiveState, replay, StepCounter } from './rewind-replay.ts';
import { AT_BOUNDARY, isBefore, type Position, Timeline } from './rewind-timeline.ts';

/** What a condition looks at, before an instruction runs. Good only while it is asked. */
export interface RewindStep {
  readonly frame: readonly number[];
  readonly step: number;
  readonly pc: number;
  /** How many functions are running, the outermost not counted. */
  readonly depth: number;
  readonly unitsRemaining: number;
  /** r0 to r10. */
  register(index: number): bigint;
  /** A copy of memory; empty where nothing is mapped. */
  memory(address: bigint | number, length: number): Uint8Array;
}

/** A slot of the program at hand, a function by its symbol (its last part is enough), or a condition. */
export type RewindCondition = number | string | ((step: RewindStep) => boolean);

/**
 * Opens a transaction that has run, at its start.
 *
 * @throws ParhelionError `NOTHING_RAN` where the transaction was rejected before its first instruction.
 *
 * @example
 * ```ts
 * const session = rewind(outcome);
 * session.goTo({ frame: [0], step: 0 });
 * session.step(100);
 * console.log(session.symbol, session.registers, session.accounts[1].now.lamports);
 * session.stepBack();
 * ```
 */
export function rewind(outcome: TransactionOutcome): Rewind {
  return new Rewind(outcome);
}

export class Rewind {
  /** Every frame that was attempted, in the order in which they began. */
  readonly frames: readonly RewindFrame[];
  readonly trace: TransactionTrace;
  readonly #prepared: PreparedTransaction;
  readonly #timeline: Timeline;
  readonly #recorder: TraceRecorder;
  readonly #canReplay: boolean;
  readonly #limit: number;
  readonly #before: readonly Snapshot[];
  #position: Position = { boundary: 0, step: AT_BOUNDARY };
  #point: StilledPoint | undefined;

  constructor(outcome: TransactionOutcome) {
    const record = recordOf(outcome);
    const { prepared } = record;
    if (prepared.status === 'rejected' || prepared.loadError !== undefined) {
      throw new ParhelionError('NOTHING_RAN', { error: outcome.trace.errorText ?? 'unknown' });
    }
    const recorded = recordedBy(record);
    const counter = new StepCounter();
    if (recorded === undefined) executeTransaction(prepared, counter);
    this.#prepared = prepared;
    this.#canReplay = recorded === undefined;
    this.#recorder = recorded ?? counter.recorder;
    this.#timeline = new Timeline(this.#recorder.boundaries, counter.steps);
    this.#limit = prepared.limits.computeUnitLimit;
    this.#before = this.#recorder.accountsAt(0);
    this.trace = outcome.trace;
    this.frames = this.#timeline.frames.map((frame) => frameOf(frame, this.#call(frame.path)));
  }

  /** Whether programs can be stepped through: not where one of the transaction's is written in TypeScript. */
  get hasSteps(): boolean {
    return this.#canReplay;
  }

  get moment(): RewindMoment {
    return this.#timeline.momentAt(this.#position);
  }

  /** The frame at hand; null at the start and the end of the transaction. */
  get frame(): RewindFrame | null {
    const frame = this.#timeline.frameAt(this.#position);
    return frame === undefined ? null : this.frames[this.#timeline.frames.indexOf(frame)];
  }

  /** All that stands at this moment, as one value: it stays as it is when the session moves on. */
  get point(): RewindPoint {
    return this.#stilled;
  }

  // The parts of `point`.

  get machine(): RewindMachine | null {
    return this.#stilled.machine;
  }

  /** r0 to r10; null where no compiled program is in the middle of its run. */
  get registers(): readonly bigint[] | null {
    return this.#stilled.machine?.registers ?? null;
  }

  get pc(): number | null {
    return this.#stilled.machine?.pc ?? null;
  }

  get symbol(): string | null {
    return this.#stilled.machine?.symbol ?? null;
  }

  get callStack(): readonly CodePlace[] {
    return this.#stilled.machine?.callStack ?? [];
  }

  get accounts(): readonly RewindAccount[] {
    return this.#stilled.accounts;
  }

  get logs(): readonly string[] {
    return this.#stilled.logs;
  }

  get unitsConsumed(): number {
    return this.#stilled.unitsConsumed;
  }

  get unitsRemaining(): number {
    return this.#stilled.unitsRemaining;
  }

  // Ways to go. All but `goTo` answer whether there was somewhere to go, and stay where they are if not.

  /** @throws ParhelionError `INVALID_ARGUMENT` where the transaction has no such moment. */
  goTo(target: RewindTarget): this {
    this.#position = this.#timeline.find(target);
    this.#point = undefined;
    return this;
  }

  /** To the next beginning or end of a frame. */
  next(): boolean {
    const boundary = this.#position.boundary + 1;
    return this.#moveTo(boundary < this.#timeline.boundaries.length ? { boundary, step: AT_BOUNDARY } : undefined);
  }

  previous(): boolean {
    const { boundary, step } = this.#position;
    const previous = step === AT_BOUNDARY ? boundary - 1 : boundary;
    return this.#moveTo(previous < 0 ? undefined : { boundary: previous, step: AT_BOUNDARY });
  }

  /** To the very next moment: into a call, too. */
  stepIn(): boolean {
    return this.#moveTo(this.#timeline.after(this.#position));
  }

  /** To the very moment before: into the end of a call, too. */
  stepBackIn(): boolean {
    return this.#moveTo(this.#timeline.before(this.#position));
  }

  /** So many instructions on within the frame, over the calls that it makes of other programs; at most to its `exit`. */
  step(count = 1): boolean {
    return this.#moveTo(count === 0 ? undefined : this.#timeline.stepped(this.#position, count));
  }

  /** So many instructions back within the frame, over its calls; at most to its `enter`. */
  stepBack(count = 1): boolean {
    return this.step(-count);
  }

  /** As `step`, over functions of the program itself too. */
  stepOver(): boolean {
    return this.#leave((depth, from) => depth <= from);
  }

  /** To where the function at hand has returned; at most to the frame's `exit`. */
  stepOut(): boolean {
    return this.#leave((depth, from) => depth < from);
  }

  /** On to the next instruction that fits, in any frame; stays where it is if there is none. */
  runTo(condition: RewindCondition): boolean {
    return this.#moveTo(this.#search(condition, undefined, true));
  }

  /** Back to the last instruction before this moment that fits. */
  runBackTo(condition: RewindCondition): boolean {
    return this.#moveTo(this.#search(condition, undefined, false));
  }

  get #stilled(): StilledPoint {
    return (this.#point ??= this.#canReplay ? this.#replayed() : this.#recorded());
  }

  #moveTo(position: Position | undefined): boolean {
    if (position === undefined || position.boundary < 0) return false;
    this.#position = position;
    this.#point = undefined;
    return true;
  }

  #leave(isThere: (depth: number, from: number) => boolean): boolean {
    const frame = this.#timeline.frameAt(this.#position);
    if (this.#position.step === AT_BOUNDARY || frame === undefined) return this.step();
    const from = this.callStack.length - 1;
    const found = this.#search(({ depth }) => isThere(depth, from), frame.path, true);
    return this.#moveTo(found ?? this.#timeline.stepped(this.#position, frame.stepCount));
  }

  /** @param path only in this frame */
  #search(condition: RewindCondition, path: readonly number[] | undefined, forwards: boolean): Position | undefined {
    if (!this.#canReplay) return undefined;
    const test = this.#testOf(condition);
    const here = this.#position;
    let found: Position | undefined;
    const from = forwards ? here : { boundary: 0, step: AT_BOUNDARY };
    replay(this.#prepared, this.#timeline, from, true, (state) => {
      const { position } = state;
      if (!forwards && !isBefore(position, here)) return true;
      const isHere = position.boundary === here.boundary && position.step === here.step;
      if (position.step === AT_BOUNDARY || isHere) return false;
      const frame = this.#timeline.frameAt(position)!;
      if (path !== undefined && frame.path !== path) return false;
      if (!test(state, frame.path)) return false;
      found = position;
      return forwards;
    });
    return found;
  }

  #testOf(condition: RewindCondition): (state: LiveState, path: readonly number[]) => boolean {
    if (typeof condition === 'function') {
      const step = new LiveStep();
      return (state, path) => condition(step.at(state, path));
    }
    if (typeof condition === 'string') {
      return ({ run }) => functionNamesOf(run!.executable).startsAt(run!.vm.pc, condition);
    }
    // In the program at hand, where there is one: in others the same slot is something else.
    const executable = this.#stilled.machine?.executable;
    return ({ run }) => run!.vm.pc === condition && (executable === undefined || run!.executable === executable);
  }

  #replayed(): StilledPoint {
    let point: StilledPoint | undefined;
    replay(this.#prepared, this.#timeline, this.#position, false, ({ transaction, unitsRemaining, lineCount, run }) => {
      const runner = this.#runnerAt();
      point = this.#makePoint({
        unitsRemaining,
        lines: this.#recorder.lines.slice(0, lineCount),
        now: transaction.accounts.map(({ lamports, owner, executable, data }) => {
          return { lamports, owner, executable, data: data.slice() };
        }),
        machine: run && runner && new StilledMachine(run, runner.path, (key) => this.#nameOf(key)),
      });
      return true;
    });
    if (point === undefined) throw new Error('A transaction ran another way than before.');
    return point;
  }

  /** The frame whose machine stands still: the caller where a call is asked for or over. */
  #runnerAt() {
    const frame = this.#timeline.frameAt(this.#position);
    return this.#position.step === AT_BOUNDARY ? frame?.caller : frame;
  }

  #recorded(): StilledPoint {
    const boundary = this.#timeline.boundaries[this.#position.boundary] as Boundary;
    return this.#makePoint({
      unitsRemaining: boundary.unitsRemaining,
      lines: this.#recorder.lines.slice(0, boundary.lineCount),
      now: this.#recorder.accountsAt(boundary.journalLength),
      machine: undefined,
    });
  }

  #makePoint(found: {
    readonly unitsRemaining: number;
    readonly lines: readonly LogLine[];
    readonly now: readonly Snapshot[];
    readonly machine: StilledMachine | undefined;
  }): StilledPoint {
    const frame = this.#timeline.frameAt(this.#position);
    return new StilledPoint({
      ...found,
      moment: this.moment,
      call: frame && this.#call(frame.path),
      unitsConsumed: this.#limit - found.unitsRemaining,
      before: this.#before,
      traced: this.trace.accounts,
    });
  }

  #nameOf(key: Pubkey): string {
    const address = key.toString();
    return this.trace.names[address] ?? address;
  }

  #call(path: readonly number[]): CallFrame | undefined {
    let frame: CallFrame | undefined = this.trace.instructions[path[0]];
    for (const index of path.slice(1)) frame = frame && callsOf(frame)[index];
    return frame;
  }
}

/** The same object for every step of a search: most conditions look at one thing. */
class LiveStep implements RewindStep {
  frame: readonly number[] = [];
  step = 0;
  unitsRemaining = 0;
  #run!: MachineRun;

  at({ position, unitsRemaining, run }: LiveState, frame: readonly number[]): this {
    this.frame = frame;
    this.step = position.step;
    this.unitsRemaining = unitsRemaining;
    this.#run = run!;
    return this;
  }

  get pc(): number {
    return this.#run.vm.pc;
  }

  get depth(): number {
    return this.#run.vm.callFrames().length;
  }

  register(index: number): bigint {
    return BigInt(this.#run.vm.register(index));
  }

  memory(address: bigint | number, length: number): Uint8Array {
    const at = Number(address);
    const { memory } = this.#run.vm;
    const region = memory.regions().find(({ vmAddr, len }) => at >= vmAddr && at < vmAddr + len);
    if (region === undefined) return new Uint8Array(0);
    const start = region.hostOffset + at - region.vmAddr;
    return memory.bytes.slice(start, Math.min(start + Math.max(0, length), region.hostOffset + region.len));
  }
}
