// The shape of a trace: what one transaction did, as a tree of frames. A frame is an *attempt* at a call, so a call that
// was refused before it ran is a frame like any other. Plain readonly data, no class instances: it may be kept, compared,
// sent through a worker, or written as JSON (json.ts has the rule for bigint and bytes).
// Addresses are @solana/kit's `Address`; u64 are bigint, compute units and lengths number.
// Made by TraceRecorder, read by formatTrace and traceToJson.

import type { Address } from '@solana/kit';
import type { InstructionError, TransactionError } from '../wire/transaction-error.ts';

/** What a decoder made of bytes: JSON's values, and bigint and bytes besides. */
export type DecodedValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | readonly DecodedValue[]
  | { readonly [name: string]: DecodedValue };

export interface Flags {
  readonly isSigner: boolean;
  readonly isWritable: boolean;
}

/**
 * How a frame ended. `failed` ran and failed, by itself or through a call; `refused` never ran; `notRun` is a top-level
 * instruction behind one that failed.
 */
export type FrameVerdict = 'success' | 'failed' | 'refused' | 'notRun';

export interface TransactionTrace {
  /** `refused` where the transaction was rejected before anything ran. */
  readonly verdict: 'success' | 'failed' | 'refused';
  readonly signature: string | null;
  /** In the RPC's JSON shape. */
  readonly error: TransactionError | null;
  /** The text Agave prints for `error`. */
  readonly errorText: string | null;
  /** What the check that rejected the whole transaction looked at, where it told. A frame's is in its `failure`. */
  readonly refusal: RefusalFacts | null;
  /** Lamports: what was paid, or would have been. */
  readonly fee: bigint;
  /** False where the transaction was rejected before it could pay. */
  readonly isFeeCharged: boolean;
  readonly computeUnits: { readonly consumed: number; readonly limit: number | null };
  /** The transaction's accounts in its own order. */
  readonly accounts: readonly TracedAccount[];
  /** One frame for each top-level instruction. */
  readonly instructions: readonly CallFrame[];
  /** Names of the addresses that occur in this trace, where they have one: programs and sysvars; and the user's labels. */
  readonly names: Readonly<Record<string, string>>;
}

export interface TracedAccount extends Flags {
  readonly address: Address;
  readonly name: string | null;
  /** The lookup table that it was loaded from, and its index there; absent where the message lists it itself. */
  readonly lookup?: { readonly table: Address; readonly index: number };
  /** There, and true, where the message lists it as writable and the runtime allows reads only: programs and sysvars. */
  readonly isDemoted?: true;
  /** After the fee was taken, before the first instruction. */
  readonly before: AccountState | null;
  /** When the last instruction ended; the same object where nothing changed. Where the transaction failed, discarded. */
  readonly after: AccountState | null;
}

export interface AccountState {
  readonly lamports: bigint;
  readonly owner: Address;
  readonly executable: boolean;
  readonly data: Uint8Array;
}

export interface CallFrame {
  /** Index of the top-level instruction, then the call's index among the calls of each frame on the way down. */
  readonly path: readonly number[];
  readonly verdict: FrameVerdict;
  /** Null where a call's instruction could not even be read. */
  readonly programAddress: Address | null;
  readonly programName: string | null;
  /** 1 for a top-level instruction, one more for each call. */
  readonly stackHeight: number;
  /**
   * Which form of `sol_invoke_signed` asked for it; `native` from a builtin program, `typescript` from a program written
   * in TypeScript, null at top level.
   */
  readonly abi: 'c' | 'rust' | 'native' | 'typescript' | null;
  /** Null where no decoder knew it. */
  readonly instruction: DecodedInstruction | null;
  readonly data: Uint8Array;
  readonly accounts: readonly FrameAccount[];
  /** Program derived addresses that the caller signed for. */
  readonly signers: readonly PdaSigner[];
  readonly computeUnits: FrameComputeUnits;
  /** Log lines and calls, in the order in which they happened. */
  readonly steps: readonly FrameStep[];
  /** The transaction's return data when the frame ended; a deeper program may have left it. */
  readonly returnData: { readonly programAddress: Address; readonly data: Uint8Array } | null;
  /**
   * What the frame's own program changed, in order of time. Where a call changed the same account in between, there is
   * an entry before the call and one after it.
   */
  readonly ownChanges: readonly AccountChange[];
  /** What changed between the frame's start and its end, calls included. */
  readonly changes: readonly AccountChange[];
  readonly failure: FrameFailure | null;
  /** Syscalls that ended, by name in order of the first: units include those of calls that they made. */
  readonly syscalls: readonly SyscallUnits[];
  /** Compute units for a heap larger than 32 KiB. */
  readonly heapUnits: number;
  /** Addresses that the program derived by syscalls, in order. */
  readonly derivations: readonly Derivation[];
  /** Where the machine stopped the program; null where it didn't. */
  readonly fault: FrameFault | null;
}

export interface SyscallUnits {
  readonly name: string;
  readonly count: number;
  readonly units: number;
}

export interface Derivation {
  readonly programAddress: Address;
  /** As they were given: without the bump that was searched for. */
  readonly seeds: readonly Seed[];
  /** Null where the seeds lead to no address. */
  readonly address: Address | null;
  /** The bump that a search found; null where none was searched for. */
  readonly bump: number | null;
  /** How many steps the frame had made by then. */
  readonly step: number;
}

export interface CodePlace {
  /** Slot of 8 bytes. */
  readonly pc: number;
  readonly functionName: string;
}

/** Where and how the machine stopped a compiled program. */
export interface FrameFault {
  readonly place: CodePlace;
  /** Innermost first; the first is `place`. */
  readonly callStack: readonly CodePlace[];
  /** r0 to r10. */
  readonly registers: readonly bigint[];
  /** The instructions around it. */
  readonly code: readonly (CodePlace & { readonly text: string; readonly isFault: boolean })[];
  /** The syscall that ended the run, where it was one. */
  readonly syscall: string | null;
  readonly access: {
    readonly access: 'load' | 'store';
    readonly vmAddr: bigint;
    readonly length: bigint;
    /** Where the address lies, in words; accounts are named by their address. */
    readonly words: string;
    readonly account: Address | null;
  } | null;
}

export interface DecodedInstruction {
  readonly name: string;
  readonly args: { readonly [name: string]: DecodedValue };
  /** Accounts that it takes behind those that were given; absent where none is missing. */
  readonly missingAccounts?: readonly string[];
  /** Accounts that the IDL wants to sign, and that did not; absent where all did. */
  readonly unsignedAccounts?: readonly string[];
  /** The argument within which the data ends; absent where it holds all of them. */
  readonly cutArgument?: string;
}

/** The flags are those the frame had; those it asked for where it was refused. */
export interface FrameAccount extends Flags {
  readonly address: Address;
  /** A program's, a sysvar's or the user's name for the address. */
  readonly name: string | null;
  /** What the decoder calls an account at this place: `payer`, `mint`. */
  readonly role: string | null;
  /** Index in the transaction's accounts; -1 where it isn't one of them. */
  readonly index: number;
  /** What the caller's instruction asked for at this place, before repeats of one account are merged; null at top level. */
  readonly asked: Flags | null;
  /** What the caller itself held; null at top level, and where the caller hasn't got the account. */
  readonly held: Flags | null;
  /** Whether the caller signed for it with seeds. */
  readonly isPdaSigner: boolean;
}

export interface PdaSigner {
  readonly address: Address;
  /** Empty where a builtin program vouches for the address itself. */
  readonly seeds: readonly Seed[];
}

/** One seed, with what it most likely means: a reading, not a fact. `bytes` is the fact. */
export interface Seed {
  readonly bytes: Uint8Array;
  readonly kind: 'text' | 'address' | 'bump' | 'number' | 'bytes';
  /** The reading: the text itself, base58, a decimal number (little-endian) or hex. */
  readonly text: string;
}

/** Compute units. The base cost of a call belongs to the caller. */
export interface FrameComputeUnits {
  /** Used by the frame less that used by its calls. */
  readonly own: number;
  readonly total: number;
  /** What asking for this call cost the caller, outside of the callee. */
  readonly call: number;
  /** The part of `own` that was not used but taken, because a fault of the virtual machine empties the meter. */
  readonly forfeited: number;
  /** There, and true, where a program written in TypeScript ran: `own` is what it declares and its syscalls cost. */
  readonly isEstimate?: true;
}

export type FrameStep = ({ readonly type: 'log' } & LogLine) | { readonly type: 'call'; readonly frame: CallFrame };

/** What wrote a log line. The first five come from the runtime around each run; the program chose no byte of them. */
export type LogKind =
  | 'invoke'
  | 'success'
  | 'failed'
  | 'consumed'
  | 'return'
  | 'log'
  | 'data'
  | 'consumption'
  | 'runtime';

export interface LogLine {
  readonly kind: LogKind;
  /** As it stands in the transaction's log. */
  readonly line: string;
  /** False where the byte limit of the log dropped it. */
  readonly isKept: boolean;
}

export interface AccountChange {
  readonly address: Address;
  readonly name: string | null;
  readonly index: number;
  readonly lamports: { readonly before: bigint; readonly after: bigint };
  readonly owner: { readonly before: Address; readonly after: Address };
  readonly executable: { readonly before: boolean; readonly after: boolean };
  readonly dataLength: { readonly before: number; readonly after: number };
  /** Of a token account, before or after. */
  readonly tokens?: { readonly before: TokenHolding | null; readonly after: TokenHolding | null };
  /** Ranges of data that differ; bytes past the end of a length count as zero. Null where too many differ to be kept. */
  readonly data: readonly DataChange[] | null;
}

/** What an account of Token or Token-2022 holds. */
export interface TokenHolding {
  readonly mint: Address;
  readonly owner: Address;
  /** In the mint's smallest unit. */
  readonly amount: bigint;
}

export interface DataChange {
  readonly offset: number;
  readonly before: Uint8Array;
  readonly after: Uint8Array;
}

export interface FrameFailure {
  /** In the RPC's JSON shape, as it would stand in the transaction's error. */
  readonly error: InstructionError;
  /** The variant that was raised: of `InstructionError`, `SyscallError`, `CpiError` or `EbpfError`. */
  readonly kind: string;
  /** The text in the program's `failed:` line. */
  readonly text: string;
  /** What the failing program calls its custom error. Only at the origin: further out the number is somebody else's. */
  readonly custom: CustomError | null;
  /** Whether the program's IDL is registered, and has no name for its custom error; absent where that isn't so. */
  readonly isIdlSilent?: boolean;
  /** Whether it was raised here; false where it only passed through. Exactly one frame of a failed tree is its origin. */
  readonly isOrigin: boolean;
  /** `before` the frame ran, while it `run`s, or `after`, when its results were handed back to the caller. */
  readonly stage: 'before' | 'run' | 'after';
  /** The step of the call, an Agave function, that a `before` or `after` failed in, where it is known. */
  readonly callStep: string | null;
  readonly refusal: RefusalFacts | null;
}

export interface CustomError {
  readonly code: number;
  readonly name: string;
  readonly message: string | null;
}

/** The rule that refused, and what it looked at; null where the rule didn't look at it. */
export interface RefusalFacts {
  readonly rule: string;
  /** Where the check stands in Agave. */
  readonly source: string;
  readonly account: Address | null;
  readonly program: Address | null;
  readonly asked: string | null;
  readonly held: Flags | null;
  readonly limit: number | bigint | null;
  readonly actual: number | bigint | null;
  readonly detail: string | null;
}

/** The frames that a frame called, in order. */
export function callsOf(frame: CallFrame): CallFrame[] {
  const calls: CallFrame[] = [];
  for (const step of frame.steps) if (step.type === 'call') calls.push(step.frame);
  return calls;
}

/** The frames from the top-level instruction down to the one that raised the failure; empty where nothing failed. */
export function pathToOrigin(trace: TransactionTrace): CallFrame[] {
  for (const top of trace.instructions) {
    if (top.failure === null) continue;
    const path = [top];
    for (let frame: CallFrame | undefined = top; frame !== undefined && !frame.failure!.isOrigin; ) {
      frame = callsOf(frame).findLast((call) => call.failure !== null);
      if (frame !== undefined) path.push(frame);
    }
    return path;
  }
  return [];
}
