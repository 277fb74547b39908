// Programs in the declared style, as Anchor's users know it: instructions with their accounts, arguments and handler. Whoever
// calls one can't tell it from a program compiled with Anchor, by its discriminators, checks, errors and log lines.
// Source: anchor lang/syn/src/codegen/program/{entry,dispatch,handlers}.rs.

import type { AccountMeta, Address, Instruction, TransactionSigner } from '@solana/kit';
import { ParhelionError } from '../wire/errors.ts';
import type { AccountInfo } from './account-info.ts';
import { toPubkey } from './address.ts';
import { ANCHOR_ERRORS, anchorError, type ErrorFactory, logAnchorError } from './anchor-error.ts';
import { DeclaredAccounts, isMut, isSigner } from './constraints.ts';
import { type AccountLikes, type CpiContext, infoOf } from './cpi-context.ts';
import type { AccountsOf, AccountsShape, BumpsOf, CheckedNames, FixedNames } from './declared-accounts.ts';
import { DEFAULT_COMPUTE_UNITS, defineProgram, type TypeScriptProgram } from './define-program.ts';
import { DISCRIMINATOR_LEN, discriminator } from './discriminator.ts';
import { pascalCase, snakeCase } from './names.ts';
import { ProgramError } from './program-error.ts';
import { type EventType, type Fields, fieldsCodec, type InferFields, type Schema } from './schema.ts';
import { msg, setReturnData, solLogData } from './syscalls.ts';

/** What a handler gets beside its arguments. */
export interface Context<A extends AccountsShape> {
  readonly programId: Address;
  readonly accounts: AccountsOf<A>;
  /** Of the accounts with seeds for which no bump was given. */
  readonly bumps: BumpsOf<A>;
  /** Accounts that were passed beyond those declared. */
  readonly remainingAccounts: readonly AccountInfo[];
}

export interface InstructionDefinition<A extends AccountsShape, F extends Fields, R> {
  readonly accounts: A;
  readonly args: F;
  readonly returns: Schema<R> | undefined;
  readonly computeUnits: number | undefined;
  readonly docs: readonly string[];
  readonly handler: (ctx: Context<A>, args: InferFields<F>) => R;
}

type AnyInstruction = InstructionDefinition<any, any, any>;
type Instructions = Readonly<Record<string, AnyInstruction>>;

/**
 * Declares an instruction.
 *
 * @param definition.returns the type of what the handler returns; it becomes return data.
 * @param definition.computeUnits what the handler's own code costs; calls and syscalls come on top.
 */
export function instruction<
  const A extends AccountsShape,
  const F extends Fields = Record<never, never>,
  R = void,
>(definition: {
  readonly accounts: A & CheckedNames<A>;
  readonly args?: F;
  readonly returns?: Schema<R>;
  readonly computeUnits?: number;
  readonly docs?: readonly string[];
  readonly handler: (ctx: Context<A>, args: InferFields<F>) => R;
}): InstructionDefinition<A, F, R> {
  const { accounts, args = {} as F, returns, computeUnits, docs = [], handler } = definition;
  return { accounts, args, returns, computeUnits, docs, handler };
}

export interface ProgramDeclaration {
  /** For traces and the IDL. Default: `program`. */
  readonly name?: string;
  readonly version?: string;
  readonly description?: string;
  /** Its own errors, as `errorCodes` makes them. */
  readonly errors?: Readonly<Record<string, ErrorFactory>>;
  /** The events it emits. */
  readonly events?: readonly EventType<any>[];
  /** What an instruction's own code costs that doesn't say so itself. Default: 1,000. */
  readonly computeUnits?: number;
}

/** Accounts of an instruction as a client names them: those at a known address, and optional ones, may be left out. */
export type InstructionAccounts<A extends AccountsShape> = {
  readonly [K in Exclude<keyof A, FixedNames<A>>]: Address | TransactionSigner;
} & { readonly [K in keyof A & FixedNames<A>]?: Address | TransactionSigner | null };

type ArgsOf<F extends Fields> = string extends keyof F
  ? [args?: Record<never, never>]
  : keyof F extends never
    ? [args?: Record<never, never>]
    : [args: InferFields<F>];

/** An instruction for a transaction, by the names of its accounts and arguments. */
export type InstructionBuilder<I> =
  I extends InstructionDefinition<infer A, infer F, any>
    ? (
        accounts: InstructionAccounts<A>,
        ...args: ArgsOf<F>
      ) => Instruction & { readonly accounts: readonly AccountMeta[] }
    : never;

/** A call of an instruction from another program. */
export type InstructionCall<I> =
  I extends InstructionDefinition<infer A, infer F, any>
    ? (ctx: CpiContext<{ readonly [K in keyof A]: AccountLikes[string] }>, ...args: ArgsOf<F>) => void
    : never;

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
 * @throws ParhelionError `INVALID_DECLARATION` where accounts lack what their creation needs.
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
  const { name = 'program' } = declaration;
  const entries = Object.entries(instructions).map(([key, definition]) => new Entry(key, definition, declaration));
  for (const entry of entries) checkDeclaration(name, entry);
  const programAddress = toPubkey(address).toString() as Address;
  const find = (data: Uint8Array) => entries.find((entry) => entry.matches(data));
  const base = defineProgram(
    (programId, accounts, data) => {
      try {
        if (programId !== programAddress) throw anchorError('DeclaredProgramIdMismatch');
        const entry = find(data);
        if (entry === undefined) throw anchorError('InstructionFallbackNotFound');
        entry.run(programId, accounts, data.subarray(DISCRIMINATOR_LEN));
      } catch (thrown) {
        if (thrown instanceof ProgramError) logAnchorError(thrown);
        throw thrown;
      }
    },
    {
      name,
      computeUnits: (data) => find(data)?.computeUnits ?? DEFAULT_COMPUTE_UNITS,
      errors: errorNames(declaration),
      decodeInstruction: (data) => find(data)?.describe(data.subarray(DISCRIMINATOR_LEN)),
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

/** Writes an event to the log, where clients find it. */
export function emit<T>(type: EventType<T>, data: NoInfer<T>): void {
  const encoded = type.codec.encode(data);
  const bytes = new Uint8Array(DISCRIMINATOR_LEN + encoded.length);
  bytes.set(type.discriminator);
  bytes.set(encoded, DISCRIMINATOR_LEN);
  solLogData([bytes]);
}

/** One instruction of a program, ready to run. */
class Entry {
  readonly key: string;
  readonly definition: AnyInstruction;
  readonly computeUnits: number;
  readonly #discriminator: Uint8Array;
  readonly #codec: Schema<Record<string, unknown>>['codec'];

  constructor(key: string, definition: AnyInstruction, { computeUnits }: ProgramDeclaration) {
    this.key = key;
    this.definition = definition;
    this.computeUnits = definition.computeUnits ?? computeUnits ?? DEFAULT_COMPUTE_UNITS;
    this.#discriminator = discriminator('global', snakeCase(key));
    this.#codec = fieldsCodec(definition.args) as Schema<Record<string, unknown>>['codec'];
  }

  matches(data: Uint8Array): boolean {
    return data.length >= DISCRIMINATOR_LEN && this.#discriminator.every((byte, i) => data[i] === byte);
  }

  run(programId: Address, infos: readonly AccountInfo[], data: Uint8Array): void {
    const { accounts: shape, handler, returns } = this.definition;
    msg(`Instruction: ${pascalCase(this.key)}`);
    let args: Record<string, unknown>;
    try {
      args = this.#codec.decode(data);
    } catch {
      throw anchorError('InstructionDidNotDeserialize');
    }
    const accounts = new DeclaredAccounts(programId, shape, infos, args);
    const result = handler(
      {
        programId,
        accounts: accounts.values as never,
        bumps: accounts.bumps as never,
        remainingAccounts: accounts.remaining,
      },
      args as never,
    );
    if (isPromise(result)) throw new ParhelionError('ASYNC_PROGRAM', { program: this.key });
    if (returns !== undefined) setReturnData(new Uint8Array(returns.codec.encode(result)));
    accounts.exit();
  }

  describe(data: Uint8Array) {
    const accountNames = Object.keys(this.definition.accounts);
    return { name: this.key, args: this.#codec.decode(data), accountNames };
  }

  encode(args: Record<string, unknown>): Uint8Array {
    const encoded = this.#codec.encode(args);
    const data = new Uint8Array(DISCRIMINATOR_LEN + encoded.length);
    data.set(this.#discriminator);
    data.set(encoded, DISCRIMINATOR_LEN);
    return data;
  }

  builder(programAddress: Address) {
    const shape: AccountsShape = this.definition.accounts;
    return (accounts: Readonly<Record<string, Address | TransactionSigner | null>>, args = {}): Instruction => ({
      programAddress,
      accounts: Object.entries(shape).map(([name, spec]) => {
        // An optional account that isn't there is this program's own address.
        const given = accounts[name] ?? (spec.isOptional ? programAddress : spec.addresses?.[0]);
        if (given === undefined || given === null) {
          const received = 'nothing';
          throw new ParhelionError('INVALID_ARGUMENT', {
            name: `The account ${name}`,
            expected: 'an address',
            received,
          });
        }
        const isHere = given !== programAddress;
        const field = { options: spec.options, spec };
        const isSigning = isHere && (spec.kind === 'signer' || isSigner(field));
        const role = (isSigning ? 2 : 0) | (isHere && isMut(field) ? 1 : 0);
        if (typeof given === 'string') return { address: given, role };
        return isSigning ? { address: given.address, role, signer: given } : { address: given.address, role };
      }) as never,
      data: this.encode(args),
    });
  }

  caller(programAddress: Address) {
    const build = this.builder(programAddress);
    return (ctx: CpiContext<AccountLikes>, args = {}): void => {
      const keys = Object.entries(ctx.accounts).map(([name, account]) => [name, infoOf(account).key] as const);
      ctx.invoke(build(Object.fromEntries(keys), args));
    };
  }
}

function isPromise(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'then' in value;
}

function errorNames({ errors = {} }: ProgramDeclaration): Record<number, string> {
  const own = Object.values(errors).map((make) => {
    const { code, codeName } = make();
    return [code, codeName] as const;
  });
  const anchors = Object.entries(ANCHOR_ERRORS).map(([name, [code]]) => [code, name] as const);
  return Object.fromEntries([...anchors, ...own]);
}

/** What types can't say: an account that is made needs others. */
function checkDeclaration(program: string, { key, definition }: Entry): void {
  const shape: AccountsShape = definition.accounts;
  const refuse = (name: string, what: string): never => {
    const reason = `in ${key}, the account ${name} ${what}`;
    throw new ParhelionError('INVALID_DECLARATION', { program, reason });
  };
  for (const [name, { options, kind, type, isAssociated }] of Object.entries(shape)) {
    const isInit = options.init === true || options.initIfNeeded === true;
    const needed: string[] = [];
    if (isInit || options.realloc !== undefined) needed.push('systemProgram');
    if (isInit && isAssociated) needed.push('associatedTokenProgram');
    if (isInit && (kind === 'token' || kind === 'mint')) needed.push(options.tokenProgram ?? 'tokenProgram');
    for (const other of needed) if (!(other in shape)) refuse(name, `needs an account named ${other} beside it`);
    if (!isInit) {
      if (options.close !== undefined && options.mut !== true) refuse(name, 'is closed, and must be `mut`');
      if (options.realloc !== undefined && options.mut !== true) refuse(name, 'is resized, and must be `mut`');
      continue;
    }
    if (options.payer === undefined) refuse(name, 'is created, and needs a `payer`');
    if (kind === 'token' && (options.mint === undefined || options.authority === undefined)) {
      refuse(name, 'is created, and needs a `mint` and an `authority`');
    }
    if (kind === 'mint' && (options.decimals === undefined || options.authority === undefined)) {
      refuse(name, 'is created, and needs `decimals` and an `authority`');
    }
    if (kind === 'state' && options.space === undefined && type?.accountSpace === undefined) {
      refuse(name, 'is created, and needs a `space`: its type has no largest size');
    }
  }
}
