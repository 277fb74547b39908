// Clients that `declareProgram` makes of IDLs.

import type { Address, KeyPairSigner } from '@solana/kit';
import { beforeEach, describe, expect, test } from 'vitest';
import {
  account,
  accountLoader,
  CpiContext,
  type DeclaredProgram,
  declareProgram,
  type IdlLike,
  idl,
  instruction,
  msg,
  program,
  signer,
  toBytes,
  uncheckedAccount,
} from '../../src/program/index.ts';
import { counter } from './declared-programs.ts';
import { Stage } from './stage.ts';
import { Book, Box1, Paid, SURFACE, surface, surfaceErrors } from './surface-programs.ts';

const A = 'To11Box111111111111111111111111111111111111' as Address;
const B = 'To11Box211111111111111111111111111111111111' as Address;

let stage: Stage;
let alice: KeyPairSigner;
beforeEach(async () => {
  stage = new Stage();
  alice = await stage.wallet(1);
  stage.svm.addProgram(surface.address, surface as DeclaredProgram);
});

/** As it is read from a file. */
const parsed = (declared: unknown): IdlLike => JSON.parse(JSON.stringify(idl(declared as DeclaredProgram)));

/** Part of the IDL of `surface`, to the letter. */
const PART = {
  address: SURFACE,
  metadata: { name: 'surface' },
  instructions: [
    {
      name: 'make_box',
      discriminator: [5],
      accounts: [
        { name: 'the_box', writable: true },
        { name: 'owner', writable: true, signer: true },
        { name: 'system_program', address: '11111111111111111111111111111111' },
        { name: 'inner', accounts: [{ name: 'one' }, { name: 'other_one', optional: true }] },
        { name: 'event_authority' },
        { name: 'program' },
      ],
      args: [
        { name: 'box_id', type: 'u8' },
        { name: 'what', type: { defined: { name: 'What' } } },
      ],
      returns: 'u64',
    },
    { name: 'nothing', discriminator: [6], accounts: [], args: [] },
  ],
  accounts: [{ name: 'Box', discriminator: [1, 1] }],
  events: [{ name: 'Noted', discriminator: [7] }],
  errors: [{ code: 6000, name: 'NotFirst', msg: 'It is not the first' }],
  types: [
    {
      name: 'What',
      type: {
        kind: 'enum',
        variants: [
          { name: 'None' },
          { name: 'Some', fields: [{ name: 'how_many', type: 'u16' }] },
          { name: 'Pair', fields: ['u8', { option: 'i64' }] },
        ],
      },
    },
    {
      name: 'Box',
      type: {
        kind: 'struct',
        fields: [
          { name: 'owner', type: 'pubkey' },
          { name: 'big_values', type: { vec: 'u64' } },
          { name: 'hash', type: { array: ['u8', 4] } },
          {
            name: 'pairs',
            type: {
              defined: {
                name: 'Pairs',
                generics: [
                  { kind: 'type', type: 'u16' },
                  { kind: 'const', value: '2' },
                ],
              },
            },
          },
        ],
      },
    },
    {
      name: 'Pairs',
      generics: [
        { kind: 'type', name: 'T' },
        { kind: 'const', name: 'N', type: 'usize' },
      ],
      type: { kind: 'struct', fields: [{ name: 'all', type: { array: [{ generic: 'T' }, { generic: 'N' }] } }] },
    },
    { name: 'Noted', type: { kind: 'struct', fields: [{ name: 'text', type: { defined: { name: 'Alias' } } }] } },
    { name: 'Alias', type: { kind: 'type', alias: 'string' } },
  ],
  constants: [
    { name: 'MAX', type: 'u64', value: '1_000' },
    { name: 'SEED', type: 'bytes', value: '[1, 2]' },
    { name: 'NAME', type: 'string', value: '"a \\"b\\""' },
  ],
} as const;

describe('an IDL that is known to the letter', () => {
  const part = declareProgram(PART);

  test('gives typed instructions', () => {
    const { data, accounts } = part.instructions.makeBox(
      { theBox: A, owner: alice, inner: { one: B } },
      { boxId: 3, what: { kind: 'Pair', fields: [1, 2n] } },
    );
    expect([...data!]).toEqual([5, 3, 2, 1, 1, 2, 0, 0, 0, 0, 0, 0, 0]);
    expect(accounts.map(({ role }) => role)).toEqual([1, 3, 0, 0, 0, 0, 0]);
    expect(accounts[4].address).toBe(SURFACE);
    expect(accounts[6].address).toBe(SURFACE);
    expect(part.instructions.nothing({}).data).toEqual(new Uint8Array([6]));
    const what = { kind: 'None' } as const;
    const inner = { one: A };
    // @ts-expect-error There is no account `box`.
    const wrong = () => part.instructions.makeBox({ box: A, owner: A, inner }, { boxId: 3, what });
    // @ts-expect-error It is a number.
    const wide = () => part.instructions.makeBox({ theBox: A, owner: A, inner }, { boxId: 3n, what });
    expect(wrong).toThrow();
    expect(wide).toBeTypeOf('function');
    // @ts-expect-error There is no such instruction.
    expect(part.instructions.other).toBeUndefined();
  });

  test('gives typed accounts, events, errors and constants', () => {
    const value = {
      owner: A,
      bigValues: [1n, 2n],
      hash: new Uint8Array([1, 2, 3, 4]),
      pairs: { all: [5, 6] },
    };
    const bytes = part.accounts.Box.codec.encode(value);
    const decoded = part.accounts.Box.codec.decode(bytes);
    expect(decoded).toEqual(value);
    const first: bigint = decoded.bigValues[0];
    expect(first).toBe(1n);
    // @ts-expect-error It has no such field.
    expect(decoded.values).toBeUndefined();
    expect(part.accounts.Box.programAddress).toBe(SURFACE);
    const { text } = part.events.Noted.codec.decode(toBytes(part.events.Noted, { text: 'hello' }));
    expect(text.toUpperCase()).toBe('HELLO');
    expect(part.errors.NotFirst()).toMatchObject({ code: 6000, text: 'It is not the first' });
    const { MAX, SEED, NAME } = part.constants;
    expect([MAX + 1n, SEED, NAME]).toEqual([1001n, new Uint8Array([1, 2]), 'a "b"']);
  });

  test('has accounts for declarations', () => {
    instruction({
      accounts: { box: account(part.accounts.Box, { hasOne: 'owner' }), owner: signer() },
      handler: ({ accounts: { box } }) => {
        const [first]: bigint[] = box.data.bigValues;
        return void first;
      },
    });
  });
});

test.each([
  ['surface', surface],
  ['counter', counter],
] as const)('of a declared program and of its IDL come the same instructions: %s', (_name, declared) => {
  const external = declareProgram(parsed(declared));
  expect(Object.keys(external.instructions).toSorted()).toEqual(Object.keys(declared.instructions).toSorted());
  const book = { book: A, owner: alice };
  const build = (from: { readonly instructions: object }) => {
    const of = from.instructions as Readonly<Record<string, (accounts: object, args?: object) => unknown>>;
    return declared === surface
      ? [
          of['make']({ box: A, owner: alice }, { id: 1, value: 2n }),
          of['add']({ boxes: { first: A, owner: alice }, extra: B }, { by: 3n }),
          of['pay']({ from: alice }, { amount: 1n }),
          of['trade'](book, { index: 1, price: 2n }),
        ]
      : [of['add']({ counter: A, owner: alice }, { by: 3n }), of['compare']({ left: A })];
  };
  expect(build(external)).toEqual(build(declared));
});

test('a program that is only known by its IDL is called, and its accounts read', async () => {
  const external = declareProgram(parsed(surface));
  expect([...external.accounts['Book'].codec.encode({ ...EMPTY_BOOK, count: 3n })]).toEqual([
    ...Book.codec.encode({ ...EMPTY_BOOK, count: 3n }),
  ]);
  expect([...external.events['Paid'].discriminator]).toEqual([...Paid.discriminator]);
  expect(external.errors['Closed']().code).toBe(surfaceErrors.Closed().code);
  const relay = program(A, {
    run: instruction({
      accounts: {
        box: account(external.accounts['Box1'] as never, { mut: true }),
        book: accountLoader(external.accounts['Book'] as never),
        owner: signer({ mut: true }),
        surface: uncheckedAccount(),
      },
      handler: ({ accounts: { box, book, owner, surface: callee } }) => {
        const boxes = { first: box, owner, other: null };
        const data = box.data as { value: bigint };
        expect(() => external.cpi['add'](CpiContext.of(callee, { boxes, extra: box }), {})).toThrow();
        external.cpi['lazy'](CpiContext.of(callee, { box }), { isLooked: 1 });
        box.reload();
        msg(`${data.value} ${(box.data as { value: bigint }).value} ${(book.load() as { count: bigint }).count}`);
        msg(`${external.cpi['anything'](CpiContext.of(callee, { any: box })).get()}`);
      },
    }),
  });
  stage.svm.addProgram(relay.address, relay);
  stage.account(B, SURFACE, new Uint8Array([...Box1.discriminator, ...Box1.codec.encode({ owner: A, value: 5n })]));
  const book = 'ForwardB11111111111111111111111111111111111' as Address;
  stage.account(
    book,
    SURFACE,
    new Uint8Array([...Book.discriminator, ...Book.codec.encode({ ...EMPTY_BOOK, count: 3n })]),
  );
  const outcome = await stage.send(alice, [relay.instructions.run({ box: B, book, owner: alice, surface: SURFACE })]);
  expect(outcome.error).toBeNull();
  expect(outcome.logs).toEqual(expect.arrayContaining(['Program log: 5 6 3', 'Program log: 42']));
});

const EMPTY_BOOK = {
  owner: A,
  count: 0n,
  orders: [1, 2, 3, 4].map((price) => ({ price: BigInt(price), size: 0, side: 0, flags: new Uint8Array(2) })),
  last: new Array<number>(8).fill(0),
} as const;

test('IDLs that can’t be read are refused', () => {
  const make = (types: readonly object[]) => () => {
    const name = 'Loop';
    declareProgram({ address: A, instructions: [], accounts: [{ name, discriminator: [1] }], types: types as never });
  };
  const loop = {
    name: 'Loop',
    type: { kind: 'struct', fields: [{ name: 'next', type: { option: { defined: { name: 'Loop' } } } }] },
  };
  expect(make([loop])).toThrow(/the type Loop has itself in it/);
  expect(make([])).toThrow(/there is no type Loop/);
  expect(make([{ name: 'Loop', type: { kind: 'struct', fields: [{ name: 'x', type: 'u256' }] } }])).toThrow(
    /u256 can't be read/,
  );
  expect(() => declareProgram({ name: 'old', instructions: [] } as never)).toThrow(/its IDL says no address/);
});
