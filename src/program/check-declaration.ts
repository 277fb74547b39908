// What types can't say of a program's declaration, and Anchor's compiler or its IDL refuse: accounts that lack what their
// creation needs, callbacks that ask for what isn't there, and discriminators that could be taken for one another.
// Source: anchor lang/syn/src/parser/accounts/constraints.rs, ConstraintGroupBuilder::build; idl/src/build.rs, verify.

import { ParhelionError } from '../wire/errors.ts';
import type { AccountsShape, AnySpec } from './account-types.ts';
import type { Entry } from './instruction-entry.ts';
import type { AccountType, EventType } from './schema.ts';
import { standIn } from './seed-path.ts';

type Refuse = (name: string, what: string) => never;

/** @throws ParhelionError `INVALID_DECLARATION` */
export function checkDeclaration(program: string, entries: readonly Entry[], events: readonly EventType<any>[]): void {
  const states = new Map<string, AccountType<any>>();
  for (const { key, definition } of entries) {
    const refuse: Refuse = (name, what) => {
      throw new ParhelionError('INVALID_DECLARATION', { program, reason: `in ${key}, the account ${name} ${what}` });
    };
    checkShape(definition.accounts, Object.keys(definition.args), refuse, states);
  }
  const refuse = (reason: string): never => {
    throw new ParhelionError('INVALID_DECLARATION', { program, reason });
  };
  const instructions = entries.map(({ key, discriminator }) => ({ name: key, discriminator }));
  checkDiscriminators('instructions', instructions, refuse);
  checkDiscriminators('accounts', [...states.values()], refuse);
  checkDiscriminators('events', events, refuse);
  checkZeros([...states.values()], refuse);
}

function checkShape(
  shape: AccountsShape,
  args: readonly string[],
  refuse: Refuse,
  states: Map<string, AccountType<any>>,
): void {
  for (const [name, spec] of Object.entries(shape)) {
    if (spec.accounts !== undefined) checkShape(spec.accounts, args, refuse, states);
    for (const type of [spec.type, spec.migratesTo]) {
      if (type !== undefined && type.programAddress === undefined) states.set(type.name, type);
    }
    checkNeeds(name, spec, shape, refuse);
    checkCallbacks(name, spec, shape, args, refuse);
  }
}

function checkNeeds(name: string, spec: AnySpec, shape: AccountsShape, refuse: Refuse): void {
  const { options, kind, type, isAssociated } = spec;
  const isInit = options['init'] === true || options['initIfNeeded'] === true;
  const needed: string[] = [];
  if (isInit || options['realloc'] !== undefined) needed.push('systemProgram');
  if (isInit && isAssociated) needed.push('associatedTokenProgram');
  if (isInit && (kind === 'token' || kind === 'mint')) needed.push(options['tokenProgram'] ?? 'tokenProgram');
  for (const other of needed) if (!(other in shape)) refuse(name, `needs an account named ${other} beside it`);
  if (isAssociated && options['seeds'] !== undefined) refuse(name, 'is at the address of its wallet, and has no seeds');
  if (!isInit) {
    if (options['close'] !== undefined && options['mut'] !== true) refuse(name, 'is closed, and must be `mut`');
    if (options['realloc'] !== undefined && options['mut'] !== true) refuse(name, 'is resized, and must be `mut`');
    return;
  }
  if (options['payer'] === undefined) refuse(name, 'is created, and needs a `payer`');
  if (kind === 'token' && (options['mint'] === undefined || options['authority'] === undefined)) {
    refuse(name, 'is created, and needs a `mint` and an `authority`');
  }
  if (kind === 'mint' && (options['decimals'] === undefined || options['authority'] === undefined)) {
    refuse(name, 'is created, and needs `decimals` and an `authority`');
  }
  if (type !== undefined && options['space'] === undefined && type.accountSpace === undefined) {
    refuse(name, 'is created, and needs a `space`: its type has no largest size');
  }
}

/** Seeds are called with stand-ins, to see which accounts and arguments they look at. */
function checkCallbacks(
  name: string,
  { options }: AnySpec,
  shape: AccountsShape,
  args: readonly string[],
  refuse: Refuse,
): void {
  const { seeds } = options as { seeds?: (accounts: unknown, args: unknown) => unknown };
  if (seeds === undefined) return;
  const noting = (root: 'account' | 'arg', what: string, names: readonly string[]) => {
    return new Proxy(standIn(root) as object, {
      get(target, property, receiver) {
        if (typeof property === 'string' && !names.includes(property)) {
          refuse(name, `has seeds of ${what} ${property}, and there is none`);
        }
        return Reflect.get(target, property, receiver);
      },
    });
  };
  try {
    seeds(noting('account', 'an account', Object.keys(shape)), noting('arg', 'an argument', args));
  } catch (thrown) {
    // Seeds that compute something can't with a stand-in.
    if (thrown instanceof ParhelionError && thrown.code === 'INVALID_DECLARATION') throw thrown;
  }
}

interface Named {
  readonly name: string;
  readonly discriminator: Uint8Array;
}

function checkDiscriminators(what: string, all: readonly Named[], refuse: (reason: string) => never): void {
  for (const outer of all) {
    if (outer.discriminator.length === 0) refuse(`empty discriminators are not allowed for ${what}: ${outer.name}`);
    for (const inner of all) {
      const isPrefix = inner.discriminator.every((byte, i) => outer.discriminator[i] === byte);
      if (inner.name !== outer.name && isPrefix) {
        refuse(`ambiguous discriminators for ${what} ${outer.name} and ${inner.name}`);
      }
    }
  }
}

/** A discriminator of zeros, or one that begins with as many as another is long, is taken for that of a new account. */
function checkZeros(all: readonly Named[], refuse: (reason: string) => never): void {
  for (const { name, discriminator } of all) {
    const found = discriminator.findIndex((byte) => byte !== 0);
    if (found < 0) refuse(`all zero account discriminators are not allowed: ${name}`);
    const other = all.find((each) => each.discriminator.length <= found);
    if (other !== undefined) {
      refuse(`accounts may allow substitution when used with \`zero\`: ${name} and ${other.name}`);
    }
  }
}
