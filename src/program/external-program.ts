// A program that is known by its IDL: a typed client for programs that call it, and for tests. As Anchor's `declare_program!`.
// Source: anchor lang/attribute/program/src/declare_program/.

import type { Address } from '@solana/kit';
import { ParhelionError } from '../wire/errors.ts';
import type { AccountsShape, AnySpec } from './account-types.ts';
import { toPubkey } from './address.ts';
import { AnchorError } from './anchor-error.ts';
import { eventCpi } from './event-cpi.ts';
import type { AccountItemLike, ExternalProgram, IdlLike } from './idl-inference.ts';
import { IdlSchemas } from './idl-schemas.ts';
import { Entry } from './instruction-entry.ts';
import { camelCase } from './names.ts';
import { type EventType, type Schema, state } from './schema.ts';
import { zeroCopy } from './zero-copy.ts';

/**
 * Makes a client of an Anchor IDL (of its present form, spec 0.1): calls and builders of its instructions, and types of its
 * accounts, events and errors. What is known of it to the letter, `as const`, is typed.
 *
 * @throws ParhelionError `INVALID_DECLARATION` where the IDL has an older form, or a type that has itself in it.
 *
 * @example
 * ```ts
 * const amm = declareProgram(ammIdl);
 * // In a handler of another program:
 * amm.cpi.swap(CpiContext.of(ammProgram, { pool, user }), { amountIn: 5n });
 * // In a test:
 * const { fee } = amm.accounts.Pool.codec.decode(poolAccount.data, amm.accounts.Pool.discriminator.length);
 * ```
 */
export function declareProgram<const I extends IdlLike>(idl: I): ExternalProgram<I> {
  const name = idl.metadata?.name ?? 'program';
  if (typeof idl.address !== 'string') {
    const reason = 'its IDL says no address. Convert it to the present form with `anchor idl convert`';
    throw new ParhelionError('INVALID_DECLARATION', { program: name, reason });
  }
  const address = toPubkey(idl.address).toString() as Address;
  const schemas = new IdlSchemas(idl);
  const entries = idl.instructions.map(({ name: key, discriminator, accounts, args, returns }) => {
    const definition = {
      accounts: shapeOf(accounts),
      args: schemas.args(args),
      returns: returns === undefined ? undefined : schemas.of(returns),
      discriminator,
      computeUnits: undefined,
      docs: [],
      handler: () => {},
    };
    return new Entry(camelCase(key), definition, 0);
  });
  const accounts = (idl.accounts ?? []).map((account) => [account.name, accountOf(account, schemas, address)] as const);
  const events = (idl.events ?? []).map(({ name: event, discriminator }) => {
    const type: EventType<any> = {
      ...schemas.defined(event),
      name: event,
      discriminator: Uint8Array.from(discriminator),
    };
    return [event, type] as const;
  });
  const errors = (idl.errors ?? []).map(({ code, name: error, msg = '' }) => {
    return [error, () => new AnchorError(error, code, msg)] as const;
  });
  const constants = (idl.constants ?? []).map(({ name: constant, type, value }) => {
    return [constant, valueOfConstant(type, value)] as const;
  });
  const plain = (idl.types ?? []).filter(({ generics = [] }) => generics.length === 0);
  const types = plain.map(({ name: type }): [string, Schema<any>] => [type, schemas.defined(type)]);
  return {
    address,
    instructions: Object.fromEntries(entries.map((entry) => [entry.key, entry.builder(address)])),
    cpi: Object.fromEntries(entries.map((entry) => [entry.key, entry.caller(address)])),
    accounts: Object.fromEntries(accounts),
    events: Object.fromEntries(events),
    errors: Object.fromEntries(errors),
    constants: Object.fromEntries(constants),
    types: Object.fromEntries(types),
  } as never;
}

function accountOf(
  { name, discriminator }: { readonly name: string; readonly discriminator: readonly number[] },
  schemas: IdlSchemas,
  programAddress: Address,
) {
  const { serialization } = schemas.typeLike(name);
  const options = { programAddress, discriminator };
  if (serialization === 'bytemuck' || serialization === 'bytemuckunsafe') {
    return zeroCopy(name, schemas.fieldsOf(name), { ...options, ...schemas.packingOf(name) });
  }
  const schema = schemas.defined(name);
  const accountSpace = schema.space === undefined ? undefined : discriminator.length + schema.space;
  return { ...state(name, {}, options), ...schema, accountSpace };
}

/** The accounts of an instruction as its callers give them: nothing is checked of them here. */
function shapeOf(items: readonly AccountItemLike[]): AccountsShape {
  const hasEvents = items.some(({ name }) => camelCase(name) === 'eventAuthority');
  const entries = items.map((item): [string, AnySpec] => {
    const name = camelCase(item.name);
    if (hasEvents && (name === 'eventAuthority' || name === 'program')) return [name, eventCpi()[name]!];
    const { accounts, writable, signer, optional = false, address } = item;
    const spec: AnySpec = {
      kind: accounts === undefined ? 'unchecked' : 'group',
      options: { mut: writable === true, signer: signer === true },
      isOptional: optional,
      docs: [],
      ...(address === undefined ? {} : { addresses: [address as Address] }),
      ...(accounts === undefined ? {} : { accounts: shapeOf(accounts) }),
    };
    return [name, spec];
  });
  return Object.fromEntries(entries);
}

/** Reads what Rust's debug format writes. */
function valueOfConstant(type: unknown, value: string): unknown {
  if (typeof type === 'string') {
    if (type === 'bool') return value === 'true';
    if (type === 'string') return textOf(value);
    if (type === 'pubkey') return value;
    if (/^[ui](64|128)$/.test(type)) return BigInt(value.replaceAll('_', ''));
    if (type !== 'bytes') return Number(value.replaceAll('_', ''));
  }
  const isBytes = type === 'bytes' || (type as { array?: readonly unknown[] }).array?.[0] === 'u8';
  return isBytes ? Uint8Array.from(JSON.parse(value)) : value;
}

/** Rust's escapes are nearly those of JSON; text with others stays as it is written. */
function textOf(value: string): string {
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}
