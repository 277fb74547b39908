// One instruction of a declared program: its handler behind its checks, and the two ways of asking for it, in a transaction
// and from another program.
// Source: anchor lang/syn/src/codegen/program/{handlers,instruction,cpi}.rs.

import type { AccountMeta, Address, Instruction, TransactionSigner } from '@solana/kit';
import { ParhelionError } from '../wire/errors.ts';
import type { AccountInfo } from './account-info.ts';
import { isMut, isSigner } from './account-scope.ts';
import type {
  AccountsOf,
  AccountsShape,
  AnySpec,
  BumpsOf,
  CallAccounts,
  Checked,
  InstructionAccounts,
} from './account-types.ts';
import { anchorError } from './anchor-error.ts';
import { DeclaredAccounts } from './constraints.ts';
import { type AccountLike, type AccountLikes, type CpiContext, infoOf, isAccountLike } from './cpi-context.ts';
import { discriminator } from './discriminator.ts';
import { pascalCase, snakeCase } from './names.ts';
import {
  type Discriminator,
  discriminatorBytes,
  type Fields,
  fieldsCodec,
  type InferFields,
  type Schema,
} from './schema.ts';
import { getReturnData, msg, setReturnData } from './syscalls.ts';

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
  readonly discriminator: Discriminator | undefined;
  readonly computeUnits: number | undefined;
  readonly docs: readonly string[];
  readonly handler: (ctx: Context<A>, args: InferFields<F>) => R;
}

export type AnyInstruction = InstructionDefinition<any, any, any>;
export type Instructions = Readonly<Record<string, AnyInstruction>>;

/**
 * Declares an instruction.
 *
 * @param definition.returns the type of what the handler returns; it becomes return data.
 * @param definition.discriminator what its data begins with, in place of Anchor's eight bytes.
 * @param definition.computeUnits what the handler's own code costs; calls and syscalls come on top.
 */
export function instruction<
  const A extends AccountsShape,
  const F extends Fields = Record<never, never>,
  R = void,
>(definition: {
  readonly accounts: A & Checked<A, InferFields<F>>;
  readonly args?: F;
  readonly returns?: Schema<R>;
  readonly discriminator?: Discriminator;
  readonly computeUnits?: number;
  readonly docs?: readonly string[];
  readonly handler: (ctx: Context<A>, args: InferFields<F>) => R;
}): InstructionDefinition<A, F, R> {
  const { accounts, args = {} as F, returns, discriminator, computeUnits, docs = [], handler } = definition;
  return { accounts, args, returns, discriminator, computeUnits, docs, handler };
}

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

/** What a call brings back. */
export interface CallResult<R> {
  /** What the callee returned. @throws Error, a panic, where somebody else returned last */
  get(): R;
}

/** A call of an instruction from another program. */
export type InstructionCall<I> =
  I extends InstructionDefinition<infer A, infer F, infer R>
    ? (ctx: CpiContext<CallAccounts<A, AccountLike>>, ...args: ArgsOf<F>) => undefined extends R ? void : CallResult<R>
    : never;

type GivenAccounts = { readonly [name: string]: Address | TransactionSigner | GivenAccounts | null | undefined };

export class Entry {
  readonly key: string;
  readonly definition: AnyInstruction;
  readonly computeUnits: number;
  readonly discriminator: Uint8Array;
  readonly #codec: Schema<Record<string, unknown>>['codec'];

  constructor(key: string, definition: AnyInstruction, computeUnits: number) {
    this.key = key;
    this.definition = definition;
    this.computeUnits = definition.computeUnits ?? computeUnits;
    this.discriminator = discriminatorBytes(definition.discriminator, () => discriminator('global', snakeCase(key)));
    this.#codec = fieldsCodec(definition.args) as Schema<Record<string, unknown>>['codec'];
  }

  matches(data: Uint8Array): boolean {
    return startsWith(data, this.discriminator);
  }

  /** Runs it on the whole of its data. */
  run(programId: Address, infos: readonly AccountInfo[], data: Uint8Array): void {
    const { accounts: shape, handler, returns } = this.definition;
    msg(`Instruction: ${pascalCase(this.key)}`);
    let args: Record<string, unknown>;
    try {
      args = this.#codec.decode(data, this.discriminator.length);
    } catch {
      throw anchorError('InstructionDidNotDeserialize');
    }
    const accounts = DeclaredAccounts.read(programId, shape, infos, args);
    const result = handler(
      {
        programId,
        accounts: accounts.values as never,
        bumps: accounts.bumps as never,
        remainingAccounts: accounts.remaining,
      },
      args as never,
    );
    if (isPromise(result)) {
      result.then(undefined, () => {});
      throw new ParhelionError('ASYNC_PROGRAM', { program: this.key });
    }
    if (returns !== undefined) setReturnData(new Uint8Array(returns.codec.encode(result)));
    accounts.exit();
  }

  describe(data: Uint8Array) {
    const args = this.#codec.decode(data, this.discriminator.length);
    return { name: this.key, args, accountNames: accountNames(this.definition.accounts) };
  }

  #encode(args: Record<string, unknown>): Uint8Array {
    const encoded = this.#codec.encode(args);
    const data = new Uint8Array(this.discriminator.length + encoded.length);
    data.set(this.discriminator);
    data.set(encoded, this.discriminator.length);
    return data;
  }

  builder(programAddress: Address) {
    const shape: AccountsShape = this.definition.accounts;
    return (accounts: GivenAccounts, args = {}): Instruction => ({
      programAddress,
      accounts: metasOf(shape, accounts, programAddress) as never,
      data: this.#encode(args),
    });
  }

  caller(programAddress: Address) {
    const build = this.builder(programAddress);
    const { returns } = this.definition;
    return (ctx: CpiContext<AccountLikes>, args = {}): CallResult<unknown> | undefined => {
      ctx.invoke(build(keysOf(ctx.accounts), args));
      if (returns === undefined) return undefined;
      return {
        get() {
          const returned = getReturnData();
          if (returned?.programId !== programAddress) throw new Error('CPI return data program_id mismatch');
          return returns.codec.decode(returned.data);
        },
      };
    };
  }
}

export function startsWith(data: Uint8Array, prefix: Uint8Array): boolean {
  return data.length >= prefix.length && prefix.every((byte, i) => data[i] === byte);
}

/** The accounts by their names in the order of the instruction; those of a group behind the group's name and a dot. */
function accountNames(shape: AccountsShape): string[] {
  return Object.entries(shape).flatMap(([name, { accounts }]) => {
    return accounts === undefined ? [name] : accountNames(accounts).map((inner) => `${name}.${inner}`);
  });
}

function keysOf(accounts: AccountLikes): GivenAccounts {
  const entries = Object.entries(accounts).map(([name, value]) => {
    if (value === null) return [name, null] as const;
    return [name, isAccountLike(value) ? infoOf(value).key : keysOf(value)] as const;
  });
  return Object.fromEntries(entries);
}

function metasOf(shape: AccountsShape, accounts: GivenAccounts, programAddress: Address): object[] {
  return Object.entries(shape).flatMap(([name, spec]) => {
    const given = accounts[name];
    if (spec.accounts !== undefined) return metasOf(spec.accounts, (given ?? {}) as GivenAccounts, programAddress);
    return [metaOf(name, spec, given as Address | TransactionSigner | null | undefined, programAddress)];
  });
}

function metaOf(
  name: string,
  spec: AnySpec,
  account: Address | TransactionSigner | null | undefined,
  programAddress: Address,
): object {
  // An optional account that isn't there is this program's own address.
  const known = spec.derived?.address(programAddress) ?? spec.addresses?.[0];
  const given = account ?? (spec.isOptional ? programAddress : known);
  if (given === undefined || given === null) {
    throw new ParhelionError('INVALID_ARGUMENT', {
      name: `The account ${name}`,
      expected: 'an address',
      received: 'nothing',
    });
  }
  const isHere = given !== programAddress || !spec.isOptional;
  const field = { options: spec.options, spec };
  const isSigning = isHere && (spec.kind === 'signer' || isSigner(field));
  const role = (isSigning ? 2 : 0) | (isHere && isMut(field) ? 1 : 0);
  if (typeof given === 'string') return { address: given, role };
  return isSigning ? { address: given.address, role, signer: given } : { address: given.address, role };
}

function isPromise(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}
