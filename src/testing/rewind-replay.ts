// Runs a prepared transaction again to look at it: once to count the instructions of each frame, and then up to a moment,
// where it is stopped and its state is taken. A prepared transaction is a value and its run depends on nothing else, so it
// comes to the same state each time; to go back is to run a shorter way. The interpreter runs at full speed up to the
// instruction where it must stop.

import type { ExecutionEvent, ExecutionListener, MachineRun } from '../runtime/execution-events.ts';
import type { TransactionContext } from '../runtime/transaction-context.ts';
import { executeTransaction, type PreparedTransaction } from '../runtime/transaction-processor.ts';
import type { Vm } from '../sbpf/vm.ts';
import { type RecordedFrame, TraceRecorder } from '../trace/recorder.ts';
import { AT_BOUNDARY, type FrameSteps, isBefore, type Position, type Timeline } from './rewind-timeline.ts';

/** The state of the transaction at a moment. Good only while it stands there. */
export interface LiveState {
  readonly position: Position;
  readonly transaction: TransactionContext;
  readonly unitsRemaining: number;
  readonly lineCount: number;
  /** The program that is in the middle of its run. */
  readonly run: MachineRun | undefined;
}

/** Runs to the end and counts: the instructions of each frame, and at which of its caller's it was asked for. */
export class StepCounter implements ExecutionListener {
  readonly recorder: TraceRecorder = new TraceRecorder();
  readonly steps = new Map<RecordedFrame, FrameSteps>();
  readonly #runs: MachineRun[] = [];

  on(event: ExecutionEvent): void {
    const { boundaries } = this.recorder;
    const before = boundaries.length;
    this.recorder.on(event);
    if (boundaries.length === before) return;
    const { frame } = boundaries[boundaries.length - 1];
    const run = this.#runs.at(-1);
    if (event.type === 'attempt') {
      const isCaller = run?.instruction === event.caller;
      this.steps.set(frame!, { callerStep: isCaller ? run.vm.interpreted - 1 : AT_BOUNDARY, stepCount: 0 });
    } else if (event.type === 'exit' && run?.instruction === event.instruction) {
      this.#runs.pop();
      const { callerStep = AT_BOUNDARY } = this.steps.get(frame!) ?? {};
      this.steps.set(frame!, { callerStep, stepCount: run.vm.interpreted });
    }
  }

  watch(run: MachineRun): (vm: Vm) => void {
    this.#runs.push(run);
    return (vm) => {
      vm.unwatched = Number.POSITIVE_INFINITY;
    };
  }
}

/** Thrown to end a run where it stands. No verdict, so nothing between catches it. */
class Stop {}

/** What a search is told of each step, or boundary. True ends the run. */
type Visit = (state: LiveState) => boolean;

class Visitor implements ExecutionListener {
  readonly #timeline: Timeline;
  readonly #from: Position;
  readonly #seesSteps: boolean;
  readonly #visit: Visit;
  readonly #runs: MachineRun[] = [];
  #transaction!: TransactionContext;
  #boundary = -1;
  #lineCount = 0;

  constructor(timeline: Timeline, from: Position, seesSteps: boolean, visit: Visit) {
    this.#timeline = timeline;
    this.#from = from;
    this.#seesSteps = seesSteps;
    this.#visit = visit;
  }

  on(event: ExecutionEvent): void {
    switch (event.type) {
      case 'log':
        this.#lineCount++;
        return;
      case 'transactionStart':
        this.#transaction = event.transaction;
        break;
      case 'exit':
        if (this.#runs.at(-1)?.instruction === event.instruction) this.#runs.pop();
        break;
      case 'attempt':
      case 'attemptEnd':
      case 'enter':
      case 'instructionRefused':
      case 'transactionEnd':
        break;
      default:
        return;
    }
    this.#boundary++;
    const position = { boundary: this.#boundary, step: AT_BOUNDARY };
    const { unitsRemaining } = this.#timeline.boundaries[this.#boundary];
    if (!isBefore(position, this.#from)) this.#show(position, unitsRemaining, event.type);
  }

  watch(run: MachineRun): (vm: Vm) => void {
    this.#runs.push(run);
    return (vm) => {
      const step = vm.interpreted;
      const segment = this.#timeline.segments[this.#boundary];
      const position = { boundary: this.#boundary, step };
      const from = this.#from;
      if (!isBefore(position, from)) {
        this.#show(position, vm.meter.remaining, 'step');
        if (this.#seesSteps) return;
      }
      // The next time is at the step that is asked for, if it comes before the next boundary; else behind that boundary.
      const target = from.boundary === this.#boundary && from.step > step ? from.step : segment.last + 1;
      vm.unwatched = target - step - 1;
    };
  }

  #show(position: Position, unitsRemaining: number, type: ExecutionEvent['type'] | 'step'): void {
    const run = this.#runs.at(-1);
    // Where a frame is entered or left no program is in the middle of its run.
    const isInRun = type === 'step' || type === 'attempt' || type === 'attemptEnd';
    const isCurrent = run !== undefined && run.instruction === this.#transaction.current;
    const state: LiveState = {
      position,
      transaction: this.#transaction,
      unitsRemaining,
      lineCount: this.#lineCount,
      run: isInRun && isCurrent ? run : undefined,
    };
    if (this.#visit(state)) throw new Stop();
  }
}

/**
 * Runs and shows every moment from one on, in order; with `seesSteps` the steps too, without them only that of `from`.
 *
 * @param visit answers whether that is enough
 */
export function replay(
  prepared: PreparedTransaction,
  timeline: Timeline,
  from: Position,
  seesSteps: boolean,
  visit: Visit,
): void {
  try {
    executeTransaction(prepared, new Visitor(timeline, from, seesSteps, visit));
  } catch (thrown) {
    if (!(thrown instanceof Stop)) throw thrown;
  }
}
