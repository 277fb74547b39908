// The less common parts of the declared style: groups of accounts, events by self-call, discriminators of one's own, accounts
// used where they lie, accounts between two types, programs and who may upgrade them.

import * as anchor from '@anchor-lang/core';
import { type Address, getProgramDerivedAddress, type KeyPairSigner } from '@solana/kit';
import { beforeEach, describe, expect, test } from 'vitest';
import { UPGRADEABLE_LOADER } from '../../src/program/account-values.ts';
import {
  ANCHOR_ERRORS,
  account,
  associatedTokenAccount,
  associatedTokenProgram,
  bool,
  CpiContext,
  type DeclaredProgram,
  event,
  getClock,
  getRent,
  instruction,
  mint,
  msg,
  program,
  programAccount,
  signer,
  state,
  systemProgram,
  sysvarAccount,
  toBytes,
  tokenProgram,
  u8,
  u16,
  u32,
  u64,
  uncheckedAccount,
  zeroCopy,
} from '../../src/program/index.ts';
import { assembleElf } from '../../src/sbpf/index.ts';
import { SOL, Stage } from './stage.ts';
import { Book, Box1, Box2, Paid, SURFACE, surface } from './surface-programs.ts';
import { createTokens, tokenAccountOf } from './tokens.ts';

const AT = 'To11Box111111111111111111111111111111111111' as Address;
const SHARED = 'ForwardC11111111111111111111111111111111111' as Address;
const AT2 = 'To11Box211111111111111111111111111111111111' as Address;

let stage: Stage;
let alice: KeyPairSigner;
let bob: KeyPairSigner;
beforeEach(async () => {
  stage = new Stage();
  [alice, bob] = [await stage.wallet(1), await stage.wallet(2)];
  stage.svm.addProgram(surface.address, surface as DeclaredProgram);
});

const send = (...instructions: Parameters<Stage['send']>[1][number][]) => stage.send(alice, instructions);
const linesOf = (logs: readonly string[]) => {
  return logs.filter((line) => line.startsWith('Program log: ')).map((line) => line.slice('Program log: '.length));
};
const custom = (code: number) => ({ InstructionError: [0, { Custom: code }] });
const putBox = (address: Address, value: bigint, owner = alice.address) => {
  const data = new Uint8Array([...Box1.discriminator, ...Box1.codec.encode({ owner, value })]);
  stage.account(address, SURFACE, data);
};
const dataAt = (address: Address): Uint8Array => {
  const stored = stage.svm.getAccount(address);
  if (!stored.exists) throw new Error('it is not there');
  return stored.data as Uint8Array;
};
const valueAt = (address: Address) => Box1.codec.decode(dataAt(address), 2).value;
const makeBox = async (id: number, value: bigint) => {
  const seeds = ['box', toBytesOf(alice.address), new Uint8Array([id])];
  const [box] = await getProgramDerivedAddress({ programAddress: SURFACE, seeds });
  const outcome = await send(surface.instructions.make({ box, owner: alice }, { id, value }));
  expect(outcome.error).toBeNull();
  return box;
};
const toBytesOf = (address: Address) =>
  new Uint8Array(Box1.codec.encode({ owner: address, value: 0n })).subarray(0, 32);

test('the errors have the numbers and texts that Anchor’s client knows', () => {
  for (const [name, [code, text]] of Object.entries(ANCHOR_ERRORS)) {
    const known = (anchor.LangErrorCode as Readonly<Record<string, number>>)[name];
    // Its text of that one is another.
    if (known === undefined || name === 'InvalidNumericConversion') continue;
    expect([name, code]).toEqual([name, known]);
    expect([name, text]).toEqual([name, anchor.LangErrorMessage.get(code)]);
  }
  // Programs used to have instructions for their IDL.
  const missing = Object.keys(anchor.LangErrorCode).filter((name) => !(name in ANCHOR_ERRORS));
  expect(missing.filter((name) => !name.startsWith('Idl'))).toEqual([]);
});

describe('a group of accounts', () => {
  test('is read where it stands, written back, and known to traces', async () => {
    const [first, extra] = [await makeBox(1, 5n), await makeBox(2, 6n)];
    const outcome = await send(surface.instructions.add({ boxes: { first, owner: alice }, extra }, { by: 10n }));
    expect(outcome.error).toBeNull();
    expect([valueAt(first), valueAt(extra)]).toEqual([15n, 16n]);
    const { instruction: decoded } = outcome.trace.instructions[0];
    expect(decoded).toMatchObject({ name: 'add', args: { by: 10n } });
    expect(outcome.trace.instructions[0].accounts.map(({ role }) => role)).toEqual([
      'boxes.first',
      'boxes.owner',
      'boxes.other',
      'extra',
    ]);
  });

  test('creates accounts and finds bumps', async () => {
    const seeds = ['grouped', toBytesOf(alice.address)];
    const [box, bump] = await getProgramDerivedAddress({ programAddress: SURFACE, seeds });
    expect((await send(surface.instructions.makeInGroup({ made: { parcel: box, owner: alice } }))).error).toBeNull();
    expect(valueAt(box)).toBe(BigInt(bump));
  });

  test.each([
    ['one of its own', (a: Address, b: Address) => ({ boxes: { first: a, owner: bob }, extra: b }), 2001, 'first'],
    [
      'the same twice in it',
      (a: Address, b: Address) => ({ boxes: { first: a, owner: alice, other: a }, extra: b }),
      2040,
      'other',
    ],
    ['one in it and one beside it', (a: Address) => ({ boxes: { first: a, owner: alice }, extra: a }), 2040, null],
    ['not there', (_: Address, b: Address) => ({ boxes: { first: AT, owner: alice }, extra: b }), 3012, 'first'],
  ] as const)('an account that is wrong, %s, has its own name', async (_name, accountsOf, code, name) => {
    const [first, extra] = [await makeBox(1, 5n), await makeBox(2, 6n)];
    const outcome = await send(surface.instructions.add(accountsOf(first, extra), { by: 1n }));
    expect(outcome.error).toEqual(custom(code));
    expect(linesOf(outcome.logs)[1]).toMatch(new RegExp(`^AnchorError caused by account: ${name ?? first}\\. `));
  });

  test('has a constraint as a whole', async () => {
    const [first, extra] = [await makeBox(1, 100n), await makeBox(2, 6n)];
    const outcome = await send(surface.instructions.add({ boxes: { first, owner: alice }, extra }, { by: 1n }));
    expect(outcome.error).toEqual(custom(6000));
    expect(linesOf(outcome.logs)[1]).toContain('caused by account: boxes. Error Code: NotFirst.');
  });

  test('is passed on in calls', async () => {
    const [first, extra] = [await makeBox(1, 5n), await makeBox(2, 6n)];
    const relay = program(AT, {
      pass: instruction({
        accounts: {
          first: uncheckedAccount({ mut: true }),
          owner: signer({ mut: true }),
          extra: uncheckedAccount({ mut: true }),
          surface: programAccount(SURFACE),
        },
        handler: ({ accounts: { first, owner, extra, surface: callee } }) => {
          surface.cpi.add(CpiContext.of(callee, { boxes: { first, owner, other: null }, extra }), { by: 3n });
          msg(`returned ${surface.cpi.anything(CpiContext.of(callee, { any: extra })).get()}`);
        },
      }),
    });
    stage.svm.addProgram(relay.address, relay);
    const outcome = await send(relay.instructions.pass({ first, owner: alice, extra }));
    expect(outcome.error).toBeNull();
    expect([valueAt(first), valueAt(extra)]).toEqual([8n, 9n]);
    expect(linesOf(outcome.logs)).toContain('returned 42');
  });
});

describe('events by self-call', () => {
  test('are inner instructions that the trace names', async () => {
    const outcome = await send(surface.instructions.pay({ from: alice }, { amount: 5n }));
    expect(outcome.error).toBeNull();
    const [first, second] = outcome.innerInstructions[0].instructions.map(({ data }) => data);
    expect(first.subarray(8)).toEqual(
      new Uint8Array([...Paid.discriminator, ...Paid.codec.encode({ to: alice.address, amount: 5n })]),
    );
    expect([...second.subarray(8)]).toEqual([7, 4, 0, 0, 0, ...new TextEncoder().encode('paid')]);
    const calls = outcome.trace.instructions[0].steps.flatMap((step) => (step.type === 'call' ? [step.frame] : []));
    expect(calls.map((frame) => frame.instruction?.name)).toEqual(['Paid', 'Noted']);
    expect(linesOf(outcome.logs)).toEqual(['Instruction: Pay']);
  });

  test.each([
    ['nobody', [], 'NotEnoughAccountKeys', 'ProgramError occurred. Error Code: NotEnoughAccountKeys. '],
    [
      'somebody who has not signed',
      ['bob'],
      { Custom: 2002 },
      'AnchorError caused by account: event_authority. Error Code: ConstraintSigner. ',
    ],
    [
      'another signer',
      ['alice'],
      { Custom: 2006 },
      'AnchorError caused by account: event_authority. Error Code: ConstraintSeeds. ',
    ],
  ] as const)('are taken from the program itself only: not from %s', async (_name, who, error, line) => {
    const accounts = who.map((name) => {
      return name === 'alice' ? { address: alice.address, role: 2, signer: alice } : { address: bob.address, role: 0 };
    });
    const data = new Uint8Array([0xe4, 0x45, 0xa5, 0x2e, 0x51, 0xcb, 0x9a, 0x1d]);
    const outcome = await send({ programAddress: SURFACE, accounts: accounts as never, data });
    expect(outcome.error).toEqual({ InstructionError: [0, error] });
    expect(linesOf(outcome.logs)[0]).toContain(line);
  });

  test('the authority must be at its address', async () => {
    const outcome = await send(surface.instructions.pay({ from: alice, eventAuthority: bob.address }, { amount: 5n }));
    expect(outcome.error).toEqual(custom(2012));
  });

  test('a program without any refuses them', async () => {
    const plain = program(AT, { none: instruction({ accounts: {}, handler: () => {} }) });
    stage.svm.addProgram(plain.address, plain);
    const data = new Uint8Array([0xe4, 0x45, 0xa5, 0x2e, 0x51, 0xcb, 0x9a, 0x1d]);
    expect((await send({ programAddress: AT, data })).error).toEqual(custom(1500));
  });
});

describe('discriminators', () => {
  test('of one’s own stand before instructions and accounts', async () => {
    expect([...dataAt(await makeBox(1, 5n)).subarray(0, 3)]).toEqual([1, 1, toBytesOf(alice.address)[0]]);
    const boxes = { first: AT, owner: alice };
    expect([...surface.instructions.add({ boxes, extra: AT }, { by: 1n }).data!].slice(0, 4)).toEqual([9, 9, 9, 1]);
  });

  test('what none of them begins is for the fallback', async () => {
    const outcome = await send({ programAddress: SURFACE, data: new Uint8Array([9, 9]) });
    expect(linesOf(outcome.logs)).toEqual(['fallback with 2 bytes']);
  });

  const none = { accounts: {}, handler: () => {} };
  const A = state('A', { x: u8 }, { discriminator: [1] });
  const B = state('B', { x: u8 }, { discriminator: [1, 2] });
  const Zeros = state('Zeros', { x: u8 }, { discriminator: [0, 0] });
  const HalfZero = state('HalfZero', { x: u8 }, { discriminator: [0, 2] });
  const holding = (...types: (typeof A)[]) => ({
    use: instruction<any>({
      accounts: Object.fromEntries(types.map((type) => [type.name, account(type)])),
      handler: () => {},
    }),
  });
  test.each<readonly [string, () => unknown, RegExp]>([
    [
      'instructions',
      () =>
        program(AT, {
          a: instruction({ ...none, discriminator: 1 }),
          b: instruction({ ...none, discriminator: [1, 2] }),
        }),
      /ambiguous discriminators for instructions b and a/,
    ],
    ['accounts', () => program(AT, holding(A, B)), /ambiguous discriminators for accounts B and A/],
    [
      'events',
      () => program(AT, {}, { events: [event('E', {}, { discriminator: 1 }), event('F', {}, { discriminator: 1 })] }),
      /ambiguous discriminators for events/,
    ],
    [
      'empty ones',
      () => program(AT, { a: instruction({ ...none, discriminator: [] }) }),
      /empty discriminators are not allowed for instructions: a/,
    ],
    ['zeros', () => program(AT, holding(Zeros)), /all zero account discriminators are not allowed: Zeros/],
    ['those that `zero` would take for new', () => program(AT, holding(A, HalfZero)), /HalfZero and A/],
  ])('that could be taken for one another are refused: %s', (_name, declare, message) => {
    expect(declare).toThrow(message);
  });
});

describe('accounts used where they lie', () => {
  const open = async () => {
    stage.account(AT, SURFACE, new Uint8Array(8 + Book.space!));
    const outcome = await send(surface.instructions.openBook({ book: AT, owner: alice }));
    expect(outcome.error).toBeNull();
    return AT;
  };

  test('are opened, written and read', async () => {
    const book = await open();
    const outcome = await send(surface.instructions.trade({ book, owner: alice }, { index: 1, price: 70n }));
    expect(outcome.error).toBeNull();
    expect(linesOf(outcome.logs)).toEqual(['Instruction: Trade', '70']);
    const data = Book.codec.decode(dataAt(book), 8);
    expect(data).toMatchObject({ owner: alice.address, count: 1n, last: [0, 0, 0, 0, 0, 0, 0, 1] });
    expect(data.orders[1]).toEqual({ price: 70n, size: 8, side: 1, flags: new Uint8Array([1, 9]) });
  });

  test.each<readonly [string, () => ReturnType<typeof send>, number]>([
    ['opened twice', async () => send(surface.instructions.openBook({ book: await open(), owner: alice })), 2013],
    [
      'not opened',
      async () => {
        stage.account(AT, SURFACE, new Uint8Array(8 + Book.space!));
        return send(surface.instructions.trade({ book: AT, owner: alice }, { index: 0, price: 1n }));
      },
      3002,
    ],
    [
      'of somebody else',
      async () => send(surface.instructions.trade({ book: await open(), owner: bob }, { index: 0, price: 1n })),
      2001,
    ],
    [
      'of another program',
      async () => {
        stage.account(AT, AT2, new Uint8Array(200));
        return send(surface.instructions.trade({ book: AT, owner: alice }, { index: 0, price: 1n }));
      },
      3007,
    ],
    [
      'too short for a discriminator',
      async () => {
        stage.account(AT, SURFACE, new Uint8Array(7));
        return send(surface.instructions.trade({ book: AT, owner: alice }, { index: 0, price: 1n }));
      },
      3001,
    ],
    ['written though read-only', async () => send(surface.instructions.peek({ book: await open() })), 3006],
  ])('%s', async (_name, play, code) => {
    expect((await play()).error).toEqual(custom(code));
  });

  test('must have no gaps, and nothing that isn’t plain bytes', () => {
    expect(() => zeroCopy('Gap', { a: u8, b: u32 })).toThrow(/before b is a gap of 3 bytes/);
    expect(() => zeroCopy('End', { a: u32, b: u16 })).toThrow(/behind its last field is a gap of 2 bytes/);
    expect(() => zeroCopy('Flag', { a: bool })).toThrow(/the field a can't be used where it lies/);
    const padded = zeroCopy('Padded', { a: bool, b: u32, c: u16 }, { unsafe: 'c' });
    const bytes = [1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0];
    expect([...padded.codec.encode({ a: true, b: 2, c: 3 })]).toEqual(bytes);
    expect(padded.codec.decode(new Uint8Array(bytes))).toEqual({ a: true, b: 2, c: 3 });
    expect(zeroCopy('Packed', { a: u8, b: u32 }, { unsafe: 'packed' }).space).toBe(5);
    // @ts-expect-error It is no Borsh.
    account(Book);
  });
});

describe('an account between two types', () => {
  test('is of the second when the instruction ends', async () => {
    putBox(AT, 5n);
    expect((await send(surface.instructions.migrate({ box: AT, owner: alice }, { really: 1 }))).error).toBeNull();
    expect([...dataAt(AT).subarray(0, 1)]).toEqual([2]);
    expect(Box2.codec.decode(dataAt(AT), 1)).toEqual({ owner: alice.address, value: 5n, note: 3 });
  });

  test.each([
    ['not migrated', 0, 2042, 'caused by account: box. '],
    ['migrated twice', 2, 2041, 'occurred. '],
  ] as const)('%s', async (_name, really, code, line) => {
    putBox(AT, 5n);
    const outcome = await send(surface.instructions.migrate({ box: AT, owner: alice }, { really }));
    expect(outcome.error).toEqual(custom(code));
    expect(linesOf(outcome.logs).at(-1)).toContain(line);
  });
});

test('an account that is read when it is looked at', async () => {
  putBox(AT, 5n);
  expect((await send(surface.instructions.lazy({ box: AT }, { isLooked: 1 }))).error).toBeNull();
  expect(valueAt(AT)).toBe(6n);
  // Too short: that is found when it is read, at the latest to be written back.
  stage.account(AT2, SURFACE, new Uint8Array([1, 1, 0]));
  const outcome = await send(surface.instructions.lazy({ box: AT2 }, { isLooked: 0 }));
  expect(outcome.error).toEqual({ InstructionError: [0, 'BorshIoError'] });
  stage.account(AT2, AT, new Uint8Array([3]));
  expect((await send(surface.instructions.lazy({ box: AT2 }, { isLooked: 0 }))).error).toEqual(custom(3001));
});

test('a program, and who may upgrade it', async () => {
  const target = stage.svm.addProgram(AT2, assembleElf('entrypoint:\nmov64 r0, 0\nexit'));
  void target;
  const [programData] = await getProgramDerivedAddress({
    programAddress: UPGRADEABLE_LOADER,
    seeds: [toBytesOf(AT)],
  });
  const u32Bytes = toBytes(u32, 2);
  stage.svm.setAccount({
    address: AT,
    programAddress: UPGRADEABLE_LOADER,
    data: new Uint8Array([...u32Bytes, ...toBytesOf(programData)]),
    lamports: SOL as never,
    executable: true,
    space: 36n,
  });
  const put = (authority: Address | null) => {
    const key = authority === null ? [0, ...new Uint8Array(32)] : [1, ...toBytesOf(authority)];
    stage.account(programData, UPGRADEABLE_LOADER, new Uint8Array([...toBytes(u32, 3), ...toBytes(u64, 77n), ...key]));
  };
  const upgrade = (who: KeyPairSigner) =>
    send(surface.instructions.upgrade({ target: AT, programData, authority: who }));
  put(alice.address);
  const outcome = await upgrade(alice);
  expect(outcome.error).toBeNull();
  expect(linesOf(outcome.logs)).toContain('deployed in 77');
  expect((await upgrade(bob)).error).toEqual(custom(2003));
  put(null);
  expect((await upgrade(alice)).error).toEqual(custom(2003));
  const data = { target: AT, programData: AT, authority: alice };
  expect((await send(surface.instructions.upgrade(data))).error).toEqual(custom(3013));
});

test('an account that several programs keep is written by the one that owns it', async () => {
  const Shared = state('Shared', { count: u8 }, { owners: [AT, AT2], discriminator: 5 });
  const add = instruction({
    accounts: { shared: account(Shared, { mut: true }) },
    handler: ({ accounts: { shared } }) => {
      shared.data.count++;
    },
  });
  const [one, other] = [program(AT, { add }), program(AT2, { add })];
  for (const each of [one, other]) stage.svm.addProgram(each.address, each);
  stage.account(SHARED, AT, new Uint8Array([5, 1]));
  for (const each of [one, other]) expect((await send(each.instructions.add({ shared: SHARED }))).error).toBeNull();
  expect([...dataAt(SHARED)]).toEqual([5, 2]);
  stage.account(SHARED, SURFACE, new Uint8Array([5, 1]));
  expect((await send(one.instructions.add({ shared: SHARED }))).error).toEqual(custom(3007));
});

test('a sysvar’s account is read where it is named', async () => {
  const reading = program(AT, {
    read: instruction({
      accounts: { clock: sysvarAccount('Clock'), rent: sysvarAccount('Rent') },
      handler: ({ accounts: { clock, rent } }) => {
        msg(`${clock.data.slot === getClock().slot} ${rent.data.lamportsPerByte === getRent().lamportsPerByte}`);
      },
    }),
  });
  stage.svm.addProgram(reading.address, reading);
  expect(linesOf((await send(reading.instructions.read({}))).logs)).toContain('true true');
  expect((await send(reading.instructions.read({ clock: bob.address }))).error).toEqual(custom(3015));
});

test('an associated account that is created must be the one: the call lacks it otherwise', async () => {
  const mintAddress = await createTokens(stage, alice, []);
  const making = program(AT, {
    make: instruction({
      accounts: {
        token: associatedTokenAccount({ init: true, payer: 'owner', mint: 'mint', authority: 'owner' }),
        mint: mint(),
        owner: signer({ mut: true }),
        tokenProgram: tokenProgram(),
        associatedTokenProgram: associatedTokenProgram(),
        systemProgram: systemProgram(),
      },
      handler: ({ accounts: { token } }) => msg(`${token.data.amount}`),
    }),
  });
  stage.svm.addProgram(making.address, making);
  const make = (token: Address) => send(making.instructions.make({ token, mint: mintAddress, owner: alice }));
  const wrong = await make(AT2);
  expect(wrong.error).toEqual({ InstructionError: [0, 'MissingAccount'] });
  const right = await make(await tokenAccountOf(alice.address, mintAddress));
  expect(right.error).toBeNull();
  expect(linesOf(right.logs)).toContain('0');
});
