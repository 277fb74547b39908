// What can be told of a program from its declaration: its IDL, and what doesn't compile.

import type { Address } from '@solana/kit';
import { expect, test } from 'vitest';
import {
  account,
  accounts,
  constant,
  type DataAccount,
  type DeclaredAccount,
  emitCpi,
  eventCpi,
  idl,
  instruction,
  mint,
  program,
  signer,
  state,
  systemAccount,
  systemProgram,
  toBytes,
  u64,
  uncheckedAccount,
} from '../../src/program/index.ts';
import { Box1, Paid, surface } from './surface-programs.ts';

const AT = 'To11Box111111111111111111111111111111111111' as Address;

test('the IDL', () => {
  const emitted = idl(surface);
  expect(emitted.docs).toEqual(['All kinds of things.']);
  expect(emitted.constants).toEqual([
    { name: 'GREETING', type: 'string', value: '"hi \\"you\\""' },
    { name: 'MAX_BOXES', docs: ['How many.'], type: 'u8', value: '3' },
    { name: 'SEED', type: { array: ['u8', 3] }, value: '[1, 2, 3]' },
  ]);
  const find = <T extends { name: string }>(all: readonly T[], name: string) => all.find((each) => each.name === name)!;
  expect(find(emitted.instructions, 'make')).toMatchObject({ docs: ['Makes a box.'] });
  expect(find(emitted.instructions, 'add')).toMatchObject({
    discriminator: [9, 9, 9],
    accounts: [
      {
        name: 'boxes',
        accounts: [
          { name: 'first', writable: true },
          { name: 'owner', docs: ['Who owns the boxes.'], writable: true, signer: true, relations: ['first'] },
          { name: 'other', writable: true, optional: true },
        ],
      },
      { name: 'extra', writable: true },
    ],
  });
  expect(find(emitted.instructions, 'pay').accounts.slice(1)).toEqual([
    {
      name: 'event_authority',
      pda: { seeds: [{ kind: 'const', value: [...new TextEncoder().encode('__event_authority')] }] },
    },
    { name: 'program' },
  ]);
  expect(emitted.accounts.map(({ name, discriminator }) => [name, discriminator.length])).toEqual([
    ['Book', 8],
    ['Box1', 2],
    ['Box2', 1],
  ]);
  expect(find(emitted.types, 'Book')).toMatchObject({ serialization: 'bytemuck', repr: { kind: 'c' } });
  expect(find(emitted.types, 'Box1')).toMatchObject({ docs: ['A box.'] });
});

test('callbacks are held against the accounts and arguments where they say what they want', () => {
  const handler = () => {};
  const Owned = state('Owned', { limit: u64 });
  type Wants = { readonly owner: DeclaredAccount; readonly box: DataAccount<{ limit: bigint }> };
  instruction({
    accounts: {
      box: account(Owned, {
        constraint: (a: Wants, args: { by: bigint }) => a.box.data.limit > args.by,
      }),
      owner: signer({ seeds: (a: { box: DeclaredAccount }) => [a.box.key] }),
    },
    args: { by: u64 },
    handler: ({ bumps }) => void bumps.owner,
  });
  instruction({
    // @ts-expect-error There is no account named `owner`.
    accounts: { box: account(Owned, { constraint: (a: Wants) => a.box.data.limit > 1n }) },
    handler,
  });
  instruction({
    // @ts-expect-error It has no data.
    accounts: { box: uncheckedAccount({ constraint: (a: Wants) => a.box.data.limit > 1n }), owner: signer() },
    handler,
  });
  instruction({
    // @ts-expect-error There is no argument named `id`.
    accounts: { box: systemAccount({ seeds: (_a: object, args: { id: bigint }) => [toBytes(u64, args.id)] }) },
    args: { by: u64 },
    handler,
  });
  instruction({
    accounts: {
      // @ts-expect-error The argument is a bigint.
      box: account(Owned, { init: true, payer: 'p', space: (args: { by: number }) => args.by }),
      p: signer(),
      systemProgram: systemProgram(),
    },
    args: { by: u64 },
    handler,
  });
  // What says nothing is found out when the program is declared.
  const wrong = instruction({ accounts: { box: systemAccount({ seeds: (a) => [a.nobody.key] }) }, handler });
  expect(() => program(AT, { wrong })).toThrow(/has seeds of an account nobody, and there is none/);
});

test('wrong declarations of groups, events and constants do not compile', () => {
  // @ts-expect-error There is no account named `owner` in the group.
  accounts({ box: account(Box1, { hasOne: 'owner' }) });
  const Group = accounts({ box: account(Box1), owner: signer() });
  instruction({
    accounts: { group: Group },
    handler: (ctx) => {
      // @ts-expect-error It has no such account.
      void ctx.accounts.group.nobody;
    },
  });
  // @ts-expect-error The accounts of `eventCpi()` are missing.
  instruction({ accounts: { from: signer() }, handler: (ctx) => emitCpi(ctx, Paid, { to: AT, amount: 1n }) });
  instruction({
    accounts: eventCpi(),
    // @ts-expect-error The event has an amount.
    handler: (ctx) => emitCpi(ctx, Paid, { to: AT }),
  });
  // @ts-expect-error It is a bigint.
  constant(u64, 'x');
  // @ts-expect-error There is no extension of this name.
  mint({ extensions: { nothing: { authority: 'a' } } });
  instruction({
    // @ts-expect-error There is no account named `nobody`.
    accounts: { mint: mint({ extensions: { closeAuthority: { authority: 'nobody' } } }) },
    handler: () => {},
  });
});
