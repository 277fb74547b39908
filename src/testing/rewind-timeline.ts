// The moments of a transaction in one order: the boundaries of its frames as they were recorded, and between two of them
// the steps of the program that ran there. A position is a boundary and, behind it, a step; so positions compare, and the
// next and the previous one are found without running anything.

import type { Boundary, RecordedFrame } from '../trace/recorder.ts';
import type { FramePath, RewindMoment, RewindTarget } from '../trace/rewind.ts';
import { ParhelionError } from '../wire/errors.ts';

export interface Position {
  /** Index of the last boundary. */
  readonly boundary: number;
  /** Instructions that the frame has run; `AT_BOUNDARY` at the boundary itself. */
  readonly step: number;
}

export const AT_BOUNDARY = -1;

export interface FrameSteps {
  /** The caller's step that asked for the frame; -1 where it has none. */
  readonly callerStep: number;
  /** How many instructions the frame ran. */
  readonly stepCount: number;
}

export interface TimelineFrame extends FrameSteps {
  readonly path: FramePath;
  readonly recorded: RecordedFrame;
  readonly caller: TimelineFrame | undefined;
}

/** What runs behind a boundary, up to the next: steps `first` to `last` of a frame, none where `last` is less. */
export interface Segment {
  readonly frame: TimelineFrame | undefined;
  readonly first: number;
  readonly last: number;
}

export const isBefore = (a: Position, b: Position): boolean =>
  a.boundary < b.boundary || (a.boundary === b.boundary && a.step < b.step);

export class Timeline {
  readonly boundaries: readonly Boundary[];
  /** In the order in which they began. */
  readonly frames: readonly TimelineFrame[];
  readonly segments: readonly Segment[];
  readonly #frameOf: ReadonlyMap<RecordedFrame, TimelineFrame>;

  constructor(boundaries: readonly Boundary[], steps: ReadonlyMap<RecordedFrame, FrameSteps>) {
    const frames = new Map<RecordedFrame, TimelineFrame>();
    let topLevelCount = 0;
    for (const { frame: recorded } of boundaries) {
      if (recorded === undefined || frames.has(recorded)) continue;
      const { parent } = recorded;
      const caller = parent && frames.get(parent);
      const calls = parent?.steps.filter((step): step is RecordedFrame => !('line' in step));
      const path = caller === undefined ? [topLevelCount++] : [...caller.path, calls!.indexOf(recorded)];
      const { callerStep = AT_BOUNDARY, stepCount = 0 } = steps.get(recorded) ?? {};
      frames.set(recorded, { path, recorded, caller, callerStep, stepCount });
    }
    this.boundaries = boundaries;
    this.frames = [...frames.values()];
    this.#frameOf = frames;
    this.segments = boundaries.map((_, i) => this.#segment(i));
  }

  frameAt({ boundary, step }: Position): TimelineFrame | undefined {
    if (step !== AT_BOUNDARY) return this.segments[boundary].frame;
    const { frame } = this.boundaries[boundary];
    return frame && this.#frameOf.get(frame);
  }

  momentAt(position: Position): RewindMoment {
    const frame = this.frameAt(position);
    const { type } = this.boundaries[position.boundary];
    if (frame === undefined) return { type: type === 'start' ? 'start' : 'end' };
    if (position.step !== AT_BOUNDARY) return { type: 'step', frame: frame.path, step: position.step };
    return { type: type as 'call' | 'enter' | 'exit' | 'return', frame: frame.path };
  }

  /** @throws ParhelionError `INVALID_ARGUMENT` where there is no such moment. */
  find(target: RewindTarget): Position {
    if (target === 'start') return { boundary: 0, step: AT_BOUNDARY };
    if (target === 'end') return { boundary: this.boundaries.length - 1, step: AT_BOUNDARY };
    const { frame: path, step, at } = target;
    if (!Array.isArray(path)) return notThere('A frame', 'a path, such as [0, 1]', String(path));
    const name = `#${path.join('.')}`;
    const frame = this.frames.find((each) => each.path.join() === path.join());
    if (frame === undefined) {
      const known = this.frames.map((each) => `#${each.path.join('.')}`);
      return notThere('A frame', known.length === 0 ? 'of a transaction that ran' : `one of ${known.join(', ')}`, name);
    }
    if (step !== undefined) {
      if (!Number.isInteger(step) || step < 0 || step >= frame.stepCount) {
        const range = `a number from 0 to ${frame.stepCount - 1}`;
        return notThere(`A step of ${name}`, frame.stepCount === 0 ? 'left out: it has none' : range, String(step));
      }
      return this.positionOfStep(frame, step);
    }
    const has = (type: string) => this.#boundaryOf(frame, type) >= 0;
    const type = at ?? (has('enter') ? 'enter' : 'return');
    const boundary = this.#boundaryOf(frame, type);
    if (boundary < 0) {
      const known = ['call', 'enter', 'exit', 'return'].filter(has).join(', ');
      return notThere(`A moment of ${name}`, `one of ${known}`, type);
    }
    return { boundary, step: AT_BOUNDARY };
  }

  positionOfStep(frame: TimelineFrame, step: number): Position {
    const boundary = this.segments.findIndex((each) => each.frame === frame && step >= each.first && step <= each.last);
    return { boundary, step };
  }

  /** The very next moment; undefined behind the last. */
  after({ boundary, step }: Position): Position | undefined {
    const { first, last } = this.segments[boundary];
    if (step === AT_BOUNDARY && first <= last) return { boundary, step: first };
    if (step !== AT_BOUNDARY && step < last) return { boundary, step: step + 1 };
    return boundary + 1 < this.boundaries.length ? { boundary: boundary + 1, step: AT_BOUNDARY } : undefined;
  }

  /** The very moment before. */
  before({ boundary, step }: Position): Position | undefined {
    if (step !== AT_BOUNDARY) return { boundary, step: step > this.segments[boundary].first ? step - 1 : AT_BOUNDARY };
    if (boundary === 0) return undefined;
    const { first, last } = this.segments[boundary - 1];
    return { boundary: boundary - 1, step: first <= last ? last : AT_BOUNDARY };
  }

  /**
   * So many instructions on within a frame, or back: over its calls, and to its `exit` or `enter` where there are no more.
   * Where a call is asked for or has returned, the frame is the caller's. In a frame without steps it is the next boundary
   * of its own, or of the frame above.
   */
  stepped(position: Position, by: number): Position | undefined {
    const found = this.frameAt(position);
    const { type } = this.boundaries[position.boundary];
    const isOfCaller = position.step === AT_BOUNDARY && (type === 'call' || type === 'return');
    const frame = isOfCaller ? found?.caller : found;
    if (frame === undefined || frame.stepCount === 0) return this.#boundaryFrom(position, Math.sign(by));
    let from = position.step;
    if (isOfCaller) from = found!.callerStep + (by < 0 ? 1 : 0);
    else if (position.step === AT_BOUNDARY) {
      if (type === 'enter' && by < 0) return this.#boundaryFrom(position, -1);
      if (type === 'exit') {
        if (by > 0) return this.#boundaryFrom(position, 1);
        from = frame.stepCount;
      }
    }
    const to = from + by;
    if (to >= frame.stepCount) return { boundary: this.#boundaryOf(frame, 'exit'), step: AT_BOUNDARY };
    if (to < 0) return { boundary: this.#boundaryOf(frame, 'enter'), step: AT_BOUNDARY };
    return this.positionOfStep(frame, to);
  }

  #boundaryFrom({ boundary, step }: Position, direction: number): Position | undefined {
    const next = direction > 0 ? boundary + 1 : step === AT_BOUNDARY ? boundary - 1 : boundary;
    return next >= 0 && next < this.boundaries.length ? { boundary: next, step: AT_BOUNDARY } : undefined;
  }

  #boundaryOf(frame: TimelineFrame, type: string): number {
    return this.boundaries.findIndex((each) => each.frame === frame.recorded && each.type === type);
  }

  #segment(i: number): Segment {
    const { type, frame: recorded } = this.boundaries[i];
    const frame = recorded && this.#frameOf.get(recorded);
    const running = type === 'enter' ? frame : type === 'return' ? frame?.caller : undefined;
    if (running === undefined || running.stepCount === 0) return { frame: running, first: 0, last: -1 };
    const next = this.boundaries[i + 1];
    const first = type === 'enter' ? 0 : frame!.callerStep + 1;
    const called = next.type === 'call' ? this.#frameOf.get(next.frame!) : undefined;
    return { frame: running, first, last: called?.callerStep ?? running.stepCount - 1 };
  }
}

function notThere(name: string, expected: string, received: string): never {
  throw new ParhelionError('INVALID_ARGUMENT', { name, expected, received });
}
