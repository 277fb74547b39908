// What can be seen inside a transaction at one moment of it: who was running, what the program's machine held, what its
// accounts looked like to it, what had been logged. Plain types, and how a moment is named in words and on a command line.
// To go to a moment the transaction has to run again, which is testing/rewind.ts's; format-rewind.ts prints one.

import type { Address } from '@solana/kit';
import type { AccountState, CodePlace, Flags } from './transaction-trace.ts';

/** Index of the top-level instruction, then of the call among the calls of each frame on the way down. */
export type FramePath = readonly number[];

/**
 * A moment of a transaction. A frame has four: `call` (its caller asks for it), `enter` and `exit` (around its run), `return`
 * (the attempt is over, or was refused); a top-level instruction has `enter` and `exit`, or `return` alone where it was
 * refused. Between `enter` and `exit` of a compiled program is a `step` before each of its instructions, numbered from 0.
 */
export type RewindMoment =
  | { readonly type: 'start' | 'end' }
  | { readonly type: 'call' | 'enter' | 'exit' | 'return'; readonly frame: FramePath }
  | { readonly type: 'step'; readonly frame: FramePath; readonly step: number };

export interface RewindFrame {
  readonly path: FramePath;
  readonly programAddress: Address | null;
  /** The program's name, or its address. */
  readonly name: string;
  /** The instruction's name, where a decoder knows it. */
  readonly instruction: string | null;
  /** How many instructions of the machine it ran; 0 for programs that no machine runs, and what never ran. */
  readonly stepCount: number;
  /** The step of the caller whose instruction asked for it; null at top level, and where the caller has no steps. */
  readonly callerStep: number | null;
}

export interface RewindCode extends CodePlace {
  readonly text: string;
  /** Whether it is the instruction that runs next. */
  readonly isNext: boolean;
}

/** The machine of a compiled program, between two of its instructions, or within the call that it makes. */
export interface RewindMachine {
  /** The frame that the machine runs. */
  readonly frame: FramePath;
  /** Slot of 8 bytes: of the instruction that runs next, or of the call in progress. */
  readonly pc: number;
  /** r0 to r10. */
  readonly registers: readonly bigint[];
  /** The function that `pc` is in: its symbol, or `function_<slot>`. */
  readonly symbol: string;
  /** The functions that are running, innermost first. */
  readonly callStack: readonly CodePlace[];
  /** The instructions around `pc`: so many before it, and behind. */
  disassembly(before?: number, after?: number): readonly RewindCode[];
  /** A copy of memory at an address of the program: as many bytes as lie there in one piece, at most `length`. */
  memory(address: bigint | number, length: number): Uint8Array;
  /** Where an address lies, in words: `byte 64 of the 165 bytes of data of account 0 (…)`. */
  region(address: bigint | number): string;
}

export interface RewindAccount extends Flags {
  readonly address: Address;
  readonly name: string | null;
  /** What the frame's program calls it, where a decoder knows. */
  readonly role: string | null;
  /** Its place in the frame's instruction; -1 where it is not one of its accounts. The flags are the frame's then. */
  readonly place: number;
  /** Before the first instruction, with the fee taken. */
  readonly before: AccountState;
  /** At this moment: in the memory of the program where it is one of the frame's accounts, else as the runtime has it. */
  readonly now: AccountState;
}

export interface RewindPoint {
  readonly moment: RewindMoment;
  readonly unitsConsumed: number;
  readonly unitsRemaining: number;
  /** The log so far. */
  readonly logs: readonly string[];
  /** The transaction's accounts, in its order. */
  readonly accounts: readonly RewindAccount[];
  /** Null where no compiled program is in the middle of its run. */
  readonly machine: RewindMachine | null;
}

/** `#0.1 step 12`, `#0.1 enter`, `start`. */
export function momentText(moment: RewindMoment): string {
  if (!('frame' in moment)) return moment.type;
  const frame = `#${moment.frame.join('.')}`;
  return moment.type === 'step' ? `${frame} step ${moment.step}` : `${frame} ${moment.type}`;
}

/** What `0.1`, `0.1:12`, `0.1:exit`, `start` and `end` stand for; undefined for all else. */
export function parseMoment(text: string): RewindTarget | undefined {
  if (text === 'start' || text === 'end') return text;
  const parts = /^#?(\d+(?:\.\d+)*)(?::(?:(\d+)|(call|enter|exit|return)))?$/.exec(text.trim());
  if (parts === null) return undefined;
  const frame = parts[1].split('.').map(Number);
  if (parts[2] !== undefined) return { frame, step: Number(parts[2]) };
  return parts[3] === undefined ? { frame } : { frame, at: parts[3] as 'call' | 'enter' | 'exit' | 'return' };
}

/** Where to go. A frame alone means its `enter`, or its `return` where it never ran. */
export type RewindTarget =
  | 'start'
  | 'end'
  | { readonly frame: FramePath; readonly step?: number; readonly at?: 'call' | 'enter' | 'exit' | 'return' };
