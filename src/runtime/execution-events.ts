// What the runtime tells a listener while a transaction runs. Agave's logs and inner instructions show only the calls
// that were let through; these events show every attempt: one when a program asks for a call, before any check, and one
// when that attempt ends, with the verdict that refused it. With no listener none of these objects is made.
//
// The events nest: `attempt … [described] … [enter … exit] … attemptEnd`. A top-level instruction has no attempt around it
// but may be refused before it is entered, which `instructionRefused` reports.

import type { Executable } from '../sbpf/executable.ts';
import type { Vm } from '../sbpf/vm.ts';
import type { Verdict } from '../wire/errors.ts';
import type { Pubkey } from '../wire/pubkey.ts';
import type { Activation } from './activation.ts';
import type { Refusal } from './errors.ts';
import type { Fault } from './fault.ts';
import type { InstructionContext, TransactionContext } from './transaction-context.ts';

/** A signer that a program vouches for: the seeds it gave, and the address they derive to under its own id. */
export interface DerivedSigner {
  readonly seeds: readonly Uint8Array[];
  readonly address: Pubkey;
}

export interface AccountMeta {
  readonly pubkey: Pubkey;
  readonly isSigner: boolean;
  readonly isWritable: boolean;
}

/** An instruction as its caller names it, before the runtime has resolved or allowed any of it. */
export interface Instruction {
  readonly programId: Pubkey;
  readonly accounts: readonly AccountMeta[];
  readonly data: Uint8Array;
}

export type ExecutionEvent =
  /** The accounts are loaded, the fee is paid, nothing has run. */
  | { readonly type: 'transactionStart'; readonly transaction: TransactionContext; readonly unitsRemaining: number }
  | {
      readonly type: 'transactionEnd';
      readonly transaction: TransactionContext;
      readonly unitsRemaining: number;
      /** Of the check of the whole transaction that failed after its last instruction had succeeded. */
      readonly refusal?: Refusal | undefined;
    }
  /** A program asks for a call. `caller` is the frame that asks. */
  | {
      readonly type: 'attempt';
      /** `typescript`: asked for by a program that is a function of the host. */
      readonly abi: 'c' | 'rust' | 'native' | 'typescript';
      readonly caller: InstructionContext;
      readonly unitsRemaining: number;
    }
  /** The attempt's instruction could be read. Signer seeds that were read before a refusal are in `signers`. */
  | { readonly type: 'attemptDescribed'; readonly instruction: Instruction; readonly signers: readonly DerivedSigner[] }
  /**
   * The attempt is over; `failure` is undefined where the callee ran and succeeded. `step` is the Agave function in which
   * a refused attempt of a compiled program ended.
   */
  | {
      readonly type: 'attemptEnd';
      readonly failure: Verdict | undefined;
      readonly step?: string;
      readonly unitsRemaining: number;
    }
  /** A top-level instruction or an allowed call is on the stack and about to run. */
  | { readonly type: 'enter'; readonly instruction: InstructionContext; readonly unitsRemaining: number }
  /** It has run. The accounts are as it left them. */
  | {
      readonly type: 'exit';
      readonly instruction: InstructionContext;
      readonly failure: Verdict | undefined;
      readonly unitsRemaining: number;
    }
  /** A top-level instruction was refused by the checks of `push`, before it was entered. */
  | { readonly type: 'instructionRefused'; readonly instruction: InstructionContext; readonly failure: Verdict }
  /** A syscall of the running program has ended. Those that make calls count what the callee used. */
  | { readonly type: 'syscall'; readonly name: string; readonly units: number }
  /** A program paid for a heap larger than the smallest. */
  | { readonly type: 'heap'; readonly units: number }
  /** A program derived an address, or tried to: to sign for it, or by a syscall. */
  | {
      readonly type: 'derive';
      readonly seeds: readonly Uint8Array[];
      readonly programId: Pubkey;
      readonly address: Pubkey | undefined;
      /** The bump that was searched for and found. */
      readonly bump: number | undefined;
    }
  /** The machine stopped a compiled program, or a syscall did. `forfeited`: the units left, where they are taken for it. */
  | { readonly type: 'fault'; readonly fault: Fault; readonly forfeited: number }
  /** A log line. `kept` is false where the byte limit dropped it. */
  | { readonly type: 'log'; readonly line: string; readonly kept: boolean };

/** A compiled program, about to run. */
export interface MachineRun {
  readonly vm: Vm;
  readonly executable: Executable;
  readonly instruction: InstructionContext;
  readonly activation: Activation;
  /** Bytes. */
  readonly heapSize: number;
  /** Where the instruction data lies in the program's memory; the program's id is behind it. */
  readonly vmInstructionDataAddr: number;
}

export interface ExecutionListener {
  on(event: ExecutionEvent): void;
  /** Asked before a compiled program runs: what is to be called before its instructions (`RunRequest.onInstruction`). */
  watch?(run: MachineRun): ((vm: Vm) => void) | undefined;
}
