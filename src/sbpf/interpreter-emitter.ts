// What the three files that write the interpreter share: how it answers, and the function being written.

import type { FunctionBuilder, Label } from '../wasm/function-builder.ts';
import type { SbpfVersion } from './version.ts';

/** Why `run` came back. */
export const Status = {
  /** `exit` at BASE_DEPTH; r0 is the result. */
  exit: 0,
  /** FUEL is 0, PC is still to run. */
  outOfFuel: 1,
  /** PC is a call of syscall number DETAIL, and has been paid for: go on at the next slot. */
  syscall: 2,
  /** The call at PC has no entry in the call targets yet. Not paid for: go on at the same slot. */
  unresolvedCall: 3,
  /** `access` answered 0. */
  accessViolation: 4,
  divideByZero: 5,
  divideOverflow: 6,
  callDepthExceeded: 7,
  callOutsideTextSegment: 8,
  executionOverrun: 9,
  unsupportedInstruction: 10,
  invalidInstruction: 11,
  /** Between the two functions of the module only: the access of kind DETAIL at ACCESS_ADDR needs the slow path. */
  slowAccess: 12,
} as const;

/** What the emitters of single instructions share: the function being written, its locals, and where to go. */
export interface Emitter {
  readonly f: FunctionBuilder;
  readonly version: SbpfVersion;
  /** Address in memory of the instruction. */
  readonly pc: number;
  /** Eight times the number of a register: add REGISTERS. */
  readonly dst: number;
  readonly src: number;
  readonly status: number;
  /** Free for use within one instruction. */
  readonly x: number;
  readonly y: number;
  readonly a: number;
  readonly b: number;
  readonly c: number;
  /** What the slow path of an access needs, and where it begins: see interpreter-memory.ts. */
  readonly address: number;
  readonly accessKind: number;
  readonly slowAccess: Label;
  /** Leaves with `status`. */
  readonly stop: Label;
}

/** The fields of an instruction, read where they lie. */
export const FIELD_REGISTERS = 1;
export const FIELD_OFFSET = 2;
export const FIELD_IMMEDIATE = 4;

/** Takes a condition from the stack; where it holds, the run ends. */
export function failIf(e: Emitter, status: number): void {
  e.f.i32(status).set(e.status).brIf(e.stop);
}

export function fail(e: Emitter, status: number): void {
  e.f.i32(status).set(e.status).br(e.stop);
}
