// One run of a program written in TypeScript: its accounts, and the doors that its functions (`msg`, `invoke`, …) go through.
// Those are plain functions, as in Rust, so the frame that runs is a variable of this module; calls nest, and each restores
// the one before it.
// A refusal of the runtime (a call that failed, units that ran out) ends a compiled program where it stands. TypeScript code
// could catch it and go on: the frame remembers it, refuses every further step, and fails in the end.

import { InstructionFailure, SyscallError } from '../runtime/errors.ts';
import type { InvokeContext } from '../runtime/invoke-context.ts';
import { executeHosted } from '../runtime/programs/bpf-loader.ts';
import type { InstructionContext } from '../runtime/transaction-context.ts';
import { ParhelionError, Verdict } from '../wire/errors.ts';
import { AccountInfo } from './account-info.ts';
import { factsOf, ProgramError } from './program-error.ts';

let current: ProgramFrame | undefined;

/** The frame that runs. @throws ParhelionError `NOT_IN_PROGRAM` */
function currentFrame(name: string): ProgramFrame {
  if (current === undefined) throw new ParhelionError('NOT_IN_PROGRAM', { name });
  current.check();
  return current;
}

/**
 * Asks something of the runtime for the program that runs.
 *
 * @param name the function's own, for whoever calls it outside a program
 * @param syscall the one that a compiled program makes for it
 */
export function runSyscall<T>(name: string, syscall: string, run: (frame: ProgramFrame) => T): T {
  const frame = currentFrame(name);
  return frame.syscall(syscall, () => run(frame));
}

/** What a program does, once its accounts are there. */
export type Entrypoint = (frame: ProgramFrame) => unknown;

/**
 * Runs the current instruction in TypeScript.
 *
 * @param computeUnits what the program's own code costs; charged before it runs
 */
export function runProgram(
  context: InvokeContext,
  name: string,
  computeUnits: () => number,
  entrypoint: Entrypoint,
): void {
  context.current.isEstimate = true;
  executeHosted(context, () => {
    const frame = new ProgramFrame(context);
    frame.run(name, computeUnits, entrypoint);
    return () => frame.takeAccounts();
  });
}

export class ProgramFrame {
  readonly context: InvokeContext;
  readonly instruction: InstructionContext;
  /** One for each instruction account; the same object for the same account. */
  readonly accounts: readonly AccountInfo[];
  /** What ended the program, although it may have caught it. */
  #ended: { readonly thrown: unknown } | undefined;

  constructor(context: InvokeContext) {
    const instruction = context.current;
    const all = instruction.transaction.accounts;
    this.context = context;
    this.instruction = instruction;
    const accounts: AccountInfo[] = [];
    instruction.accounts.forEach(({ indexInTransaction, isSigner, isWritable }, i) => {
      const first = instruction.firstIndexOf(i);
      accounts.push(first < i ? accounts[first] : new AccountInfo(all[indexInTransaction], isSigner, isWritable));
    });
    this.accounts = accounts;
  }

  /** Runs `entrypoint`, or throws the verdict it ended with. */
  run(name: string, computeUnits: () => number, entrypoint: Entrypoint): void {
    const outer = current;
    current = this;
    try {
      const units = computeUnits();
      if (!Number.isSafeInteger(units) || units < 0) throw new RangeError(`it declares ${units} compute units`);
      if (units > 0) this.context.consume(units);
      const result = entrypoint(this);
      if (isPromise(result)) {
        // Nobody waits for it: what it comes to must not end the process.
        result.then(undefined, () => {});
        throw new ParhelionError('ASYNC_PROGRAM', { program: name });
      }
      this.check();
    } catch (thrown) {
      throw this.#verdictOf(thrown);
    } finally {
      current = outer;
    }
  }

  /** Ends the program where it is over already, or has written what it may not. Every syscall begins with it. */
  check(): void {
    if (this.#ended !== undefined) throw this.#ended.thrown;
    if (this.context.environment.features.virtual_address_space_adjustments) this.attempt(() => this.#checkWrites());
  }

  /** Does a step of the runtime. Where it is refused, the program is over. */
  attempt<T>(step: () => T): T {
    try {
      return step();
    } catch (thrown) {
      if (thrown instanceof ProgramError) throw thrown;
      // A call with accounts that are none, say, is a panic in it. A caller's mistake goes on to the caller.
      const isKnown = thrown instanceof Verdict || isMistake(thrown);
      this.#ended ??= { thrown: isKnown ? thrown : this.#panic(thrown) };
      throw this.#ended.thrown;
    }
  }

  consume(units: number): void {
    this.attempt(() => this.context.consume(units));
  }

  /** Does what a syscall of a compiled program does, and tells the listener of it as of one. */
  syscall<T>(name: string, run: () => T): T {
    const { listener, meter } = this.context;
    if (listener === undefined) return run();
    const unitsBefore = meter.remaining;
    try {
      return run();
    } finally {
      listener.on({ type: 'syscall', name, units: unitsBefore - meter.remaining });
    }
  }

  /** Takes what the program has left in its accounts. Source: agave serialization.rs, deserialize_parameters. */
  takeAccounts(): void {
    const { instruction } = this;
    this.accounts.forEach((info, i) => {
      if (instruction.firstIndexOf(i) !== i || info.isUnchanged) return;
      const borrowed = instruction.borrow(i);
      info.takeInto(borrowed);
      borrowed.release();
    });
  }

  /** With account data mapped as regions of their own, a write where none is allowed faults at once. */
  #checkWrites(): void {
    const { instruction } = this;
    this.accounts.forEach((info, i) => {
      if (instruction.firstIndexOf(i) !== i || info.isDataUnchanged) return;
      const borrowed = instruction.borrow(i);
      const refused = borrowed.canDataBeChanged();
      borrowed.release();
      if (refused !== undefined) throw refused;
    });
  }

  /** What the chain says of something that the program's code threw. A caller's mistake goes on to the caller. */
  #verdictOf(thrown: unknown): unknown {
    if (this.#ended !== undefined) return this.#ended.thrown;
    if (thrown instanceof Verdict) return thrown;
    if (isMistake(thrown)) return thrown;
    try {
      this.check();
    } catch (refused) {
      return refused;
    }
    const program = this.instruction.programId;
    if (thrown instanceof ProgramError) {
      const { error, message } = thrown;
      const own = { rule: 'program result', source: 'the program itself', program, detail: message };
      return new InstructionFailure(error, factsOf(thrown) ?? own);
    }
    return this.#panic(thrown);
  }

  #panic(thrown: unknown): Verdict {
    const text = wordsOf(thrown);
    this.context.log(`Program log: panicked at ${text}`);
    const place = thrown instanceof Error ? placeOf(thrown) : undefined;
    return new SyscallError('Abort', 'SBF program panicked', {
      rule: 'panic',
      source: 'the program itself',
      program: this.instruction.programId,
      detail: place === undefined ? text : `${text}, ${place}`,
    });
  }
}

/** Of who wrote the test. A text that is no address is a mistake of the program. */
function isMistake(thrown: unknown): boolean {
  return thrown instanceof ParhelionError && thrown.code !== 'INVALID_ADDRESS';
}

function wordsOf(thrown: unknown): string {
  try {
    if (thrown instanceof Error) return `${thrown.name}: ${thrown.message}`;
    return typeof thrown === 'object' ? `${JSON.stringify(thrown)}` : String(thrown);
  } catch {
    return 'a value that has no text';
  }
}

function isPromise(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}

/** The innermost line of the stack, where the host's errors have one. */
function placeOf({ stack }: Error): string | undefined {
  const lines = stack?.split('\n').filter((text) => text.trimStart().startsWith('at ')) ?? [];
  // What the host does within a call of its own has no place.
  return (lines.find((text) => /:\d+:\d+\)?$/.test(text)) ?? lines[0])?.trim();
}
