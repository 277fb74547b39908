// The IDL of a declared program, in Anchor's present form (spec 0.1.0), for Anchor's and Codama's clients. Names are in Rust's
// spelling, which clients turn back.
// Seeds are functions; what they are made of is found out by calling them with stand-ins that note where each seed came from.
// Seeds that compute something stay out of the IDL: a client then has to be given the address.
// Source: anchor idl/spec/src/lib.rs; lang/syn/src/idl/.

import { seedBytes } from './address.ts';
import { isMut, isSigner } from './constraints.ts';
import type { DeclaredProgram, InstructionDefinition } from './declare-program.ts';
import type { AccountsShape, AnySpec, SeedsOf } from './declared-accounts.ts';
import { ASSOCIATED_TOKEN_PROGRAM, TOKEN_PROGRAM } from './declared-accounts.ts';
import { discriminator } from './discriminator.ts';
import { snakeCase } from './names.ts';
import {
  definitionsOf,
  type IdlField,
  type IdlType,
  type IdlTypeDefinition,
  idlFields,
  type StateType,
} from './schema.ts';
import { type SeedPath, seedPathOf, standIn } from './seed-path.ts';

export const IDL_SPEC = '0.1.0';

export interface Idl {
  readonly address: string;
  readonly metadata: {
    readonly name: string;
    readonly version: string;
    readonly spec: string;
    readonly description?: string;
  };
  readonly instructions: IdlInstruction[];
  readonly accounts: IdlNamed[];
  readonly events: IdlNamed[];
  readonly errors: { readonly code: number; readonly name: string; readonly msg?: string }[];
  readonly types: { readonly name: string; readonly type: IdlTypeDefinition }[];
}

export interface IdlNamed {
  readonly name: string;
  readonly discriminator: number[];
}

export interface IdlInstruction extends IdlNamed {
  readonly docs?: string[];
  readonly accounts: IdlInstructionAccount[];
  readonly args: IdlField[];
  readonly returns?: IdlType;
}

export interface IdlInstructionAccount {
  readonly name: string;
  readonly writable?: true;
  readonly signer?: true;
  readonly optional?: true;
  readonly address?: string;
  readonly pda?: { readonly seeds: IdlSeed[]; readonly program?: IdlSeed };
  readonly relations?: string[];
}

export type IdlSeed =
  | { readonly kind: 'const'; readonly value: number[] }
  | { readonly kind: 'arg'; readonly path: string }
  | { readonly kind: 'account'; readonly path: string; readonly account?: string };

/**
 * The IDL of a declared program: plain data, ready for `JSON.stringify`.
 *
 * @example
 * ```ts
 * const client = new anchor.Program(idl(escrow), provider);
 * ```
 */
export function idl(program: DeclaredProgram<any>): Idl {
  const { name = 'program', version = '0.1.0', description, errors = {}, events = [] } = program.declaration;
  const states = new Map<string, StateType<unknown>>();
  const definitions = new Map<string, IdlTypeDefinition>();
  const instructions = Object.entries(
    program.declared as Readonly<Record<string, InstructionDefinition<any, any, any>>>,
  ).map(([key, definition]): IdlInstruction => {
    const shape: AccountsShape = definition.accounts;
    for (const { type } of Object.values(shape)) {
      if (type === undefined) continue;
      if (type.programAddress === undefined || type.programAddress === program.address) states.set(type.name, type);
      for (const [defined, of] of type.definitions) definitions.set(defined, of);
    }
    for (const [defined, of] of definitionsOf(definition.args)) definitions.set(defined, of);
    for (const [defined, of] of definition.returns?.definitions ?? []) definitions.set(defined, of);
    const rustName = snakeCase(key);
    return {
      name: rustName,
      ...(definition.docs.length === 0 ? {} : { docs: [...definition.docs] }),
      discriminator: [...discriminator('global', rustName)],
      accounts: Object.entries(shape).map(([account, spec]) => describeAccount(account, spec, shape)),
      args: idlFields(definition.args),
      ...(definition.returns === undefined ? {} : { returns: definition.returns.idl }),
    };
  });
  for (const event of events) for (const [defined, of] of event.definitions) definitions.set(defined, of);
  return {
    address: program.address,
    metadata: { name: snakeCase(name), version, spec: IDL_SPEC, ...(description === undefined ? {} : { description }) },
    instructions: instructions.sort(byName),
    accounts: [...states.values()].map(describeNamed).sort(byName),
    events: events.map(describeNamed).sort(byName),
    errors: Object.values(errors).map((make) => {
      const { code, codeName, text } = make();
      return { code, name: codeName, msg: text };
    }),
    types: [...definitions].map(([defined, type]) => ({ name: defined, type })).sort(byName),
  };
}

function describeNamed({ name, discriminator }: { name: string; discriminator: Uint8Array }): IdlNamed {
  return { name, discriminator: [...discriminator] };
}

function byName(a: { name: string }, b: { name: string }): number {
  return a.name < b.name ? -1 : 1;
}

function describeAccount(name: string, spec: AnySpec, shape: AccountsShape): IdlInstructionAccount {
  const field = { options: spec.options, spec };
  const pda = pdaOf(spec, shape);
  const relations = Object.entries(shape)
    .filter(([, { options }]) => [options['hasOne'] ?? []].flat().includes(name))
    .map(([other]) => snakeCase(other));
  const address = spec.addresses?.length === 1 ? spec.addresses[0] : spec.options['address'];
  return {
    name: snakeCase(name),
    ...(isMut(field) ? { writable: true } : {}),
    ...(spec.kind === 'signer' || isSigner(field) ? { signer: true } : {}),
    ...(spec.isOptional ? { optional: true } : {}),
    ...(typeof address === 'string' ? { address } : {}),
    ...(pda === undefined ? {} : { pda }),
    ...(relations.length === 0 ? {} : { relations }),
  };
}

function pdaOf({ options, isAssociated }: AnySpec, shape: AccountsShape): IdlInstructionAccount['pda'] {
  if (isAssociated) {
    const { authority, mint, tokenProgram } = options as { authority: string; mint: string; tokenProgram?: string };
    const program = tokenProgram ?? ('tokenProgram' in shape && options['init'] ? 'tokenProgram' : undefined);
    return {
      seeds: [
        { kind: 'account', path: snakeCase(authority) },
        program === undefined ? constant(TOKEN_PROGRAM) : { kind: 'account', path: snakeCase(program) },
        { kind: 'account', path: snakeCase(mint) },
      ],
      program: constant(ASSOCIATED_TOKEN_PROGRAM),
    };
  }
  const { seeds, seedsProgram } = options as { seeds?: SeedsOf; seedsProgram?: unknown };
  if (seeds === undefined) return undefined;
  try {
    const parts = seeds(standIn('account') as never, standIn('arg') as never).map((seed) => describeSeed(seed, shape));
    if (seedsProgram === undefined) return { seeds: parts };
    const program =
      typeof seedsProgram === 'function' ? seedsProgram(standIn('account'), standIn('arg')) : seedsProgram;
    return { seeds: parts, program: describeSeed(program, shape) };
  } catch {
    return undefined;
  }
}

function constant(seed: string): IdlSeed {
  return { kind: 'const', value: [...seedBytes(seed)] };
}

/** Throws where the seed isn't one that an IDL can say. */
function describeSeed(seed: unknown, shape: AccountsShape): IdlSeed {
  const path = seedPathOf(seed);
  if (path === undefined) return { kind: 'const', value: [...seedBytes(seed as never)] };
  return path.root === 'arg' ? { kind: 'arg', path: path.steps.map(snakeCase).join('.') } : accountSeed(path, shape);
}

function accountSeed({ steps }: SeedPath, shape: AccountsShape): IdlSeed {
  const [name, ...rest] = steps;
  const type = shape[name]?.type;
  const inner = rest[0] === 'info' ? rest.slice(1) : rest;
  if (inner.length === 1 && inner[0] === 'key') return { kind: 'account', path: snakeCase(name) };
  if (inner[0] !== 'data' || inner.length < 2 || type === undefined) throw new TypeError('not a path of an account');
  return { kind: 'account', path: [name, ...inner.slice(1)].map(snakeCase).join('.'), account: type.name };
}
