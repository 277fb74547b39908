// Programs in the declared style, as Anchor's users know it: instructions with their accounts, arguments and handler. Whoever
// calls one can't tell it from a program compiled with Anchor, by its discriminators, checks, errors and log lines.
// Source: anchor lang/syn/src/codegen/program/{entry,dispatch}.rs.

import type { Address } from '@solana/kit';
import type { AccountInfo } from './account-info.ts';
import { toPubkey } from './address.ts';
import { ANCHOR_ERRORS, anchorError, type ErrorFactory, logAnchorError } from './anchor-error.ts';
import { checkDeclaration } from './check-declaration.ts';
import { DEFAULT_COMPUTE_UNITS, defineProgram, type Process, type TypeScriptProgram } from './define-program.ts';
import { acceptEvent, EVENT_TAG, hasEventCpi } from './event-cpi.ts';
import {
  Entry,
  type InstructionBuilder,
  type InstructionCall,
  type Instructions,
  startsWith,
} from './instruction-entry.ts';
import { ProgramError } from './program-error.ts';
import type { EventType, Schema } from './schema.ts';

/** A value for clients, in the IDL. Make it with `constant`. */
export interface Constant {
  readonly schema: Schema<any>;
  readonly value: unknown;
  readonly docs: readonly string[];
}

/**
 * A value that clients find in the IDL.
 *
 * @example
 * ```ts
 * program(counterAddress, instructions, { constants: { MAX_BIDS: constant(u64, 100n) } });
 * ```
 */
export function constant<T>(schema: Schema<T>, value: NoInfer<T>, docs: readonly string[] = []): Constant {
  return { schema, value, docs };
}

export interface ProgramDeclaration {
  /** For traces and the IDL. Default: `program`. */
  readonly name?: string;
  readonly version?: string;
  readonly description?: string;
  readonly docs?: readonly string[];
  /** Its own errors, as `errorCodes` makes them. */
  readonly errors?: Readonly<Record<string, ErrorFactory>>;
  /** The events it emits. */
  readonly events?: readonly EventType<any>[];
  /** By name, in the spelling that clients shall see. */
  readonly constants?: Readonly<Record<string, Constant>>;
  /** Gets whatever is none of the instructions. Without it that fails with `InstructionFallbackNotFound`. */
  readonly fallback?: Process;
  /** What an instruction's own code costs that doesn't say so itself. Default: 1,000. */
  readonly computeUnits?: number;
}

export interface DeclaredProgram<I extends Instructions = Instructions> extends TypeScriptProgram {
  readonly address: Address;
  readonly declared: I;
  readonly declaration: ProgramDeclaration;
  /** Builds instructions for a transaction. */
  readonly instructions: { readonly [K in keyof I]: InstructionBuilder<I[K]> };
  /** Calls instructions from another program. */
  readonly cpi: { readonly [K in keyof I]: InstructionCall<I[K]> };
}

/**
 * Declares a program.
 *
 * @param address where it is; at another address every instruction fails, as on the chain.
 *
 * @throws ParhelionError `INVALID_DECLARATION` where accounts lack what their creation needs, or discriminators overlap.
 *
 * @example
 * ```ts
 * const counter = program('Counter111111111111111111111111111111111111', {
 *   add: instruction({
 *     accounts: { counter: account(Counter, { mut: true, hasOne: 'owner' }), owner: signer() },
 *     args: { by: u64 },
 *     handler: (ctx, { by }) => {
 *       ctx.accounts.counter.data.count += by;
 *     },
 *   }),
 * });
 * svm.addProgram(counter.address, counter);
 * ```
 */
export function program<const I extends Instructions>(
  address: string,
  instructions: I,
  declaration: ProgramDeclaration = {},
): DeclaredProgram<I> {
  const { name = 'program', computeUnits = DEFAULT_COMPUTE_UNITS, events = [], fallback } = declaration;
  const entries = Object.entries(instructions).map(([key, definition]) => new Entry(key, definition, computeUnits));
  checkDeclaration(name, entries, events);
  const programAddress = toPubkey(address).toString() as Address;
  const find = (data: Uint8Array) => entries.find((entry) => entry.matches(data));
  const takesEvents = entries.some(({ definition }) => hasEventCpi(definition.accounts));
  const dispatch = (programId: Address, accounts: readonly AccountInfo[], data: Uint8Array): void => {
    if (programId !== programAddress) throw anchorError('DeclaredProgramIdMismatch');
    const entry = find(data);
    if (entry !== undefined) return entry.run(programId, accounts, data);
    if (startsWith(data, EVENT_TAG)) {
      if (!takesEvents) throw anchorError('EventInstructionStub');
      return acceptEvent(programId, accounts);
    }
    if (fallback === undefined) throw anchorError('InstructionFallbackNotFound');
    return fallback(programId, accounts, data);
  };
  const base = defineProgram(
    (programId, accounts, data) => {
      try {
        dispatch(programId, accounts, data);
      } catch (thrown) {
        if (thrown instanceof ProgramError) logAnchorError(thrown);
        throw thrown;
      }
    },
    {
      name,
      computeUnits: (data) => find(data)?.computeUnits ?? computeUnits,
      errors: errorNames(declaration),
      decodeInstruction: (data) => find(data)?.describe(data) ?? describeEvent(data, events),
    },
  );
  const builders = entries.map((entry) => [entry.key, entry.builder(programAddress)] as const);
  const calls = entries.map((entry) => [entry.key, entry.caller(programAddress)] as const);
  return {
    ...base,
    address: programAddress,
    declared: instructions,
    declaration,
    instructions: Object.fromEntries(builders) as never,
    cpi: Object.fromEntries(calls) as never,
  };
}

/** An event that the program calls itself with, by its name. */
function describeEvent(data: Uint8Array, events: readonly EventType<any>[]) {
  if (!startsWith(data, EVENT_TAG)) return undefined;
  const inner = data.subarray(EVENT_TAG.length);
  const type = events.find(({ discriminator }) => startsWith(inner, discriminator));
  if (type === undefined) return undefined;
  const args: Record<string, unknown> = type.codec.decode(inner, type.discriminator.length);
  return { name: type.name, args, accountNames: ['eventAuthority'] };
}

function errorNames({ errors = {} }: ProgramDeclaration): Record<number, string> {
  const own = Object.values(errors).map((make) => {
    const { code, codeName } = make();
    return [code, codeName] as const;
  });
  const anchors = Object.entries(ANCHOR_ERRORS).map(([name, [code]]) => [code, name] as const);
  return Object.fromEntries([...anchors, ...own]);
}
