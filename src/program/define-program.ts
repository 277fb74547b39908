// A program written in TypeScript, in the native style: one function that gets the program's id, the accounts and the
// instruction's bytes. `svm.addProgram` puts it at an address, where it is called as any program is.

import type { Address } from '@solana/kit';
import type { InvokeContext } from '../runtime/invoke-context.ts';
import type { BuiltinProgram } from '../runtime/program-cache.ts';
import type { AccountInfo } from './account-info.ts';
import { toAddress } from './address.ts';
import { runProgram } from './frame.ts';
import { ProgramError } from './program-error.ts';

/** What a program is charged for its own code, where it doesn't declare a cost. */
export const DEFAULT_COMPUTE_UNITS = 1_000;

/** Must run to its end: a promise is refused. Throws a `ProgramError` to fail. */
export type Process = (
  programId: Address,
  accounts: readonly AccountInfo[],
  instructionData: Uint8Array,
  // biome-ignore lint/suspicious/noConfusingVoidType: an async function is a function to void, but not to this
) => void | undefined;

export interface ProgramOptions {
  /** For traces. */
  readonly name?: string;
  /**
   * Compute units that the program's own code costs, for each instruction or for all. Syscalls and calls come on top, at
   * their real price. Default: 1,000.
   */
  readonly computeUnits?: number | ((instructionData: Uint8Array) => number);
  /** What traces call the program's custom errors. */
  readonly errors?: Readonly<Record<number, string>>;
  /** What traces call an instruction, and its arguments. */
  readonly decodeInstruction?: (instructionData: Uint8Array) => DecodedProgramInstruction | undefined;
}

export interface DecodedProgramInstruction {
  readonly name: string;
  readonly args?: Readonly<Record<string, unknown>>;
  readonly accountNames?: readonly (string | undefined)[];
}

/** A program that `svm.addProgram` takes. */
export interface TypeScriptProgram extends BuiltinProgram {
  readonly kind: 'typescript';
  readonly options: ProgramOptions;
}

/**
 * Makes a program of a function.
 *
 * @example
 * ```ts
 * const counter = defineProgram((programId, [account], data) => {
 *   if (account.owner !== programId) throw new ProgramError('IncorrectProgramId');
 *   account.data[0] += data[0];
 *   msg(`count is ${account.data[0]}`);
 * });
 * svm.addProgram(counterAddress, counter);
 * ```
 */
export function defineProgram(process: Process, options: ProgramOptions = {}): TypeScriptProgram {
  const { name = 'program', computeUnits = DEFAULT_COMPUTE_UNITS } = options;
  return {
    kind: 'typescript',
    name,
    options,
    process(context: InvokeContext): void {
      const { data, programId } = context.current;
      const units = () => (typeof computeUnits === 'number' ? computeUnits : computeUnits(data));
      runProgram(context, name, units, ({ accounts }) => process(toAddress(programId), accounts, data.slice()));
    },
  };
}

/**
 * Reads instruction data, or a part of an account, with one of kit's codecs. Bytes that it can't read fail the program with
 * `InvalidInstructionData`, or what `error` says.
 *
 * @example
 * ```ts
 * const codec = getDiscriminatedUnionCodec([
 *   ['Deposit', getStructCodec([['amount', getU64Codec()]])],
 *   ['Close', getUnitCodec()],
 * ]); // as Borsh writes an enum: one byte for the variant, then its fields
 * const instruction = decodeOrFail(codec, data);
 * ```
 */
export function decodeOrFail<T>(
  codec: { decode(bytes: Uint8Array): T },
  bytes: Uint8Array,
  error: ProgramError | ConstructorParameters<typeof ProgramError>[0] = 'InvalidInstructionData',
): T {
  try {
    return codec.decode(bytes);
  } catch {
    throw error instanceof ProgramError ? error : new ProgramError(error);
  }
}
