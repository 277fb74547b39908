// The IDL of a declared program, in Anchor's present form (spec 0.1.0), for Anchor's and Codama's clients. Names are in Rust's
// spelling, which clients turn back.
// Seeds are functions; what they are made of is found out by calling them with stand-ins that note where each seed came from.
// Seeds that compute something stay out of the IDL: a client then has to be given the address.
// Source: anchor idl/spec/src/lib.rs; lang/syn/src/idl/.

import type { Address } from '@solana/kit';
import { isMut, isSigner } from './account-scope.ts';
import type { AccountsShape, AnySpec, SeedsOf } from './account-types.ts';
import { seedBytes } from './address.ts';
import type { Constant, DeclaredProgram } from './declare-program.ts';
import { ASSOCIATED_TOKEN_PROGRAM, TOKEN_PROGRAM } from './declared-accounts.ts';
import { Entry, type Instructions } from './instruction-entry.ts';
import { snakeCase } from './names.ts';
import {
  type AccountType,
  definitionsOf,
  type IdlField,
  type IdlType,
  type IdlTypeDefinition,
  idlFields,
  type Schema,
} from './schema.ts';
import { type SeedPath, seedPathOf, standIn } from './seed-path.ts';

const IDL_SPEC = '0.1.0';

export interface Idl {
  readonly address: string;
  readonly metadata: {
    readonly name: string;
    readonly version: string;
    readonly spec: string;
    readonly description?: string;
  };
  readonly docs?: string[];
  readonly instructions: IdlInstruction[];
  readonly accounts: IdlNamed[];
  readonly events: IdlNamed[];
  readonly errors: { readonly code: number; readonly name: string; readonly msg?: string }[];
  readonly types: (IdlTypeDefinition & { readonly name: string })[];
  readonly constants?: IdlConstant[];
}

export interface IdlConstant {
  readonly name: string;
  readonly docs?: string[];
  readonly type: IdlType;
  /** As Rust's debug format writes it. */
  readonly value: string;
}

export interface IdlNamed {
  readonly name: string;
  readonly discriminator: number[];
}

export interface IdlInstruction extends IdlNamed {
  readonly docs?: string[];
  readonly accounts: IdlAccountItem[];
  readonly args: IdlField[];
  readonly returns?: IdlType;
}

/** An account, or several under one name. */
export type IdlAccountItem = IdlInstructionAccount | IdlAccountGroup;

export interface IdlAccountGroup {
  readonly name: string;
  readonly accounts: IdlAccountItem[];
}

export interface IdlInstructionAccount {
  readonly name: string;
  readonly docs?: string[];
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
 * const client = new Program(idl(escrow), provider); // Anchor's
 * ```
 */
export function idl(program: DeclaredProgram<any>): Idl {
  const { declaration, address } = program;
  const { name = 'program', version = '0.1.0', description, docs = [], errors = {} } = declaration;
  const { events = [], constants = {} } = declaration;
  const known = new Definitions(address);
  const instructions = Object.entries(program.declared as Instructions).map(([key, definition]): IdlInstruction => {
    const { accounts, args, returns, docs } = definition;
    known.addAccounts(accounts);
    known.add(definitionsOf(args), returns?.definitions ?? []);
    return {
      name: snakeCase(key),
      ...describeDocs(docs),
      discriminator: [...new Entry(key, definition, 0).discriminator],
      accounts: describeAccounts(accounts),
      args: idlFields(args),
      ...(returns === undefined ? {} : { returns: returns.idl }),
    };
  });
  for (const event of events) known.add(event.definitions);
  const described = Object.entries(constants).map(([key, value]) => describeConstant(key, value));
  return {
    address,
    metadata: { name: snakeCase(name), version, spec: IDL_SPEC, ...(description === undefined ? {} : { description }) },
    ...describeDocs(docs),
    instructions: instructions.sort(byName),
    accounts: [...known.states.values()].map(describeNamed).sort(byName),
    events: events.map(describeNamed).sort(byName),
    errors: Object.values(errors).map((make) => {
      const { code, codeName, text } = make();
      return { code, name: codeName, msg: text };
    }),
    types: [...known.types].map(([defined, type]) => ({ name: defined, ...type })).sort(byName),
    ...(described.length === 0 ? {} : { constants: described.sort(byName) }),
  };
}

/** The types that a program's instructions and events are made of. */
class Definitions {
  readonly states = new Map<string, AccountType<unknown>>();
  readonly types = new Map<string, IdlTypeDefinition>();
  readonly #address: string;

  constructor(address: string) {
    this.#address = address;
  }

  add(...all: Iterable<readonly [string, IdlTypeDefinition]>[]): void {
    for (const definitions of all) for (const [name, definition] of definitions) this.types.set(name, definition);
  }

  addAccounts(shape: AccountsShape): void {
    for (const { type, migratesTo, accounts } of Object.values(shape)) {
      if (accounts !== undefined) this.addAccounts(accounts);
      for (const each of [type, migratesTo]) {
        if (each === undefined) continue;
        const { owners, programAddress = this.#address } = each;
        if ((owners ?? [programAddress]).includes(this.#address as Address)) this.states.set(each.name, each);
        this.add(each.definitions);
      }
    }
  }
}

function describeDocs(docs: readonly string[]): { docs?: string[] } {
  return docs.length === 0 ? {} : { docs: [...docs] };
}

function describeConstant(name: string, { schema, value, docs }: Constant): IdlConstant {
  return { name, ...describeDocs(docs), type: schema.idl, value: debugText(schema, value) };
}

function debugText({ idl: type }: Schema<unknown>, value: unknown): string {
  if (type === 'string') return JSON.stringify(value);
  if (value instanceof Uint8Array || Array.isArray(value)) return `[${[...value].join(', ')}]`;
  return String(value);
}

function describeNamed({ name, discriminator }: { name: string; discriminator: Uint8Array }): IdlNamed {
  return { name, discriminator: [...discriminator] };
}

function byName(a: { name: string }, b: { name: string }): number {
  return a.name < b.name ? -1 : 1;
}

function describeAccounts(shape: AccountsShape): IdlAccountItem[] {
  return Object.entries(shape).map(([name, spec]) => {
    if (spec.accounts === undefined) return describeAccount(name, spec, shape);
    return { name: snakeCase(name), accounts: describeAccounts(spec.accounts) };
  });
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
    ...describeDocs(spec.docs),
    ...(isMut(field) ? { writable: true } : {}),
    ...(spec.kind === 'signer' || isSigner(field) ? { signer: true } : {}),
    ...(spec.isOptional ? { optional: true } : {}),
    ...(typeof address === 'string' ? { address } : {}),
    ...(pda === undefined ? {} : { pda }),
    ...(relations.length === 0 ? {} : { relations }),
  };
}

function pdaOf({ options, isAssociated, derived }: AnySpec, shape: AccountsShape): IdlInstructionAccount['pda'] {
  if (derived?.seeds !== undefined) return { seeds: derived.seeds.map(constant) };
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
