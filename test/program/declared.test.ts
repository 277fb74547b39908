// Programs in the declared style: accounts and constraints, errors and log lines as Anchor's, state, events, the IDL.

import { type Address, getProgramDerivedAddress, type Instruction, type KeyPairSigner } from '@solana/kit';
import { beforeEach, describe, expect, test } from 'vitest';
import {
  account,
  CpiContext,
  type DeclaredProgram,
  idl,
  instruction,
  program,
  signer,
  systemAccount,
  systemProgram,
  u64,
  uncheckedAccount,
} from '../../src/program/index.ts';
import { ADDRESS, Added, Counter, counter, escrow, OTHER } from './declared-programs.ts';
import { SOL, Stage } from './stage.ts';

let stage: Stage;
let alice: KeyPairSigner;
let bob: KeyPairSigner;
let counterOf: (owner: Address, id?: bigint) => Promise<Address>;
beforeEach(async () => {
  stage = new Stage();
  [alice, bob] = [await stage.wallet(1), await stage.wallet(2)];
  for (const each of [escrow, counter] as DeclaredProgram[]) stage.svm.addProgram(each.address, each);
  counterOf = async (owner, id = 1n) => {
    const { getAddressEncoder, getU64Encoder } = await import('@solana/kit');
    const seeds = ['counter', getAddressEncoder().encode(owner), getU64Encoder().encode(id)];
    return (await getProgramDerivedAddress({ programAddress: OTHER, seeds }))[0];
  };
});

const send = (instructions: readonly Instruction[], payer = alice) => stage.send(payer, instructions);
const create = async (owner: KeyPairSigner = alice, id = 1n) => {
  const address = await counterOf(owner.address, id);
  const outcome = await send([counter.instructions.create({ counter: address, owner }, { id, label: 'mine' })], owner);
  expect(outcome.error).toBeNull();
  return address;
};
/** The program's own lines. */
const linesOf = (logs: readonly string[]) => {
  return logs.filter((line) => line.startsWith('Program log: ')).map((line) => line.slice('Program log: '.length));
};

describe('the escrow of the README', () => {
  const pda = async () => {
    const { getAddressEncoder } = await import('@solana/kit');
    const seeds = ['pda', getAddressEncoder().encode(bob.address)];
    return (await getProgramDerivedAddress({ programAddress: escrow.address, seeds }))[0];
  };

  test('pays out of its PDA', async () => {
    stage.account(await pda(), '11111111111111111111111111111111' as Address);
    const accounts = { pdaAccount: await pda(), recipient: bob.address };
    const outcome = await send([escrow.instructions.solTransfer(accounts, { amount: 5n })]);
    expect(outcome.error).toBeNull();
    expect(stage.svm.getBalance(bob.address)).toBe(100n * SOL + 5n);
    expect(linesOf(outcome.logs)).toEqual(['Instruction: SolTransfer']);
    expect(outcome.trace.instructions[0]).toMatchObject({
      programName: 'escrow',
      instruction: { name: 'solTransfer', args: { amount: 5n } },
    });
  });

  test('refuses another account in its place, in the words of Anchor', async () => {
    const accounts = { pdaAccount: alice.address, recipient: bob.address };
    const outcome = await send([escrow.instructions.solTransfer(accounts, { amount: 5n })]);
    expect(outcome.error).toEqual({ InstructionError: [0, { Custom: 2006 }] });
    expect(linesOf(outcome.logs)).toEqual([
      'Instruction: SolTransfer',
      'AnchorError caused by account: pda_account. Error Code: ConstraintSeeds. Error Number: 2006. Error Message: A seeds constraint was violated.',
      'Left:',
      alice.address,
      'Right:',
      await pda(),
    ]);
  });
});

describe('state', () => {
  test('is created, written, read back and closed', async () => {
    const address = await create();
    const added = await send([counter.instructions.add({ counter: address, owner: alice }, { by: 7n })]);
    expect(added.error).toBeNull();
    expect(added.returnData?.data).toEqual(new Uint8Array([7, 0, 0, 0, 0, 0, 0, 0]));
    const stored = stage.svm.getAccount(address);
    if (!stored.exists) throw new Error('it is not there');
    expect(stored.data.length).toBe(Counter.accountSpace);
    expect(Counter.codec.decode(stored.data, 8)).toMatchObject({
      owner: alice.address,
      count: 7n,
      label: 'mine',
      last: { kind: 'Tails', times: 3 },
    });
    const before = stage.svm.getBalance(alice.address);
    expect((await send([counter.instructions.close({ counter: address, owner: alice })])).error).toBeNull();
    expect(stage.svm.getAccount(address).exists).toBe(false);
    expect(stage.svm.getBalance(alice.address)).toBe(before - 5000n + stored.lamports);
  });

  test('is created where lamports were sent before', async () => {
    stage.account(await counterOf(alice.address), '11111111111111111111111111111111' as Address, undefined, 1_000_000n);
    await create();
  });

  test('grows and shrinks', async () => {
    const address = await create();
    for (const space of [500n, 100n]) {
      const outcome = await send([counter.instructions.resize({ counter: address, owner: alice }, { space })]);
      expect(outcome.error).toBeNull();
      const stored = stage.svm.getAccount(address);
      expect(stored).toMatchObject({ lamports: stage.svm.minimumBalanceForRentExemption(space), space });
    }
  });

  test('an event is in the log', async () => {
    const address = await create();
    const outcome = await send([counter.instructions.add({ counter: address, owner: alice }, { by: 7n })]);
    const line = outcome.logs.find((each) => each.startsWith('Program data: '));
    const data = Uint8Array.from(atob(line!.slice('Program data: '.length)), (c) => c.charCodeAt(0));
    expect([...data.subarray(0, 8)]).toEqual([...Added.discriminator]);
    expect(Added.codec.decode(data, 8)).toEqual({ by: 7n, total: 7n });
  });
});

describe('failures have Anchor’s numbers and words', () => {
  const anchors = (origin: string, name: string, number: number, text: string) =>
    `AnchorError ${origin}. Error Code: ${name}. Error Number: ${number}. Error Message: ${text}.`;

  test.each<
    readonly [string, (address: Address) => readonly Instruction[] | Promise<readonly Instruction[]>, number, string]
  >([
    [
      'an error of the program',
      (address) => [counter.instructions.add({ counter: address, owner: alice }, { by: 1000n })],
      6000,
      anchors('occurred', 'TooMuch', 6000, 'That is too much'),
    ],
    [
      'has one',
      (address) => [counter.instructions.add({ counter: address, owner: bob }, { by: 1n })],
      2001,
      anchors('caused by account: counter', 'ConstraintHasOne', 2001, 'A has one constraint was violated'),
    ],
    [
      'an error in place of Anchor’s',
      (address) => [counter.instructions.close({ counter: address, owner: bob })],
      6001,
      anchors('caused by account: counter', 'NotYours', 6001, 'It is not yours'),
    ],
    [
      'an account that is not there',
      () => [counter.instructions.add({ counter: OTHER_WALLET, owner: alice }, { by: 1n })],
      3012,
      anchors(
        'caused by account: counter',
        'AccountNotInitialized',
        3012,
        'The program expected this account to be already initialized',
      ),
    ],
    [
      'an account of another owner',
      () => [counter.instructions.add({ counter: bob.address, owner: alice }, { by: 1n })],
      3007,
      anchors(
        'caused by account: counter',
        'AccountOwnedByWrongProgram',
        3007,
        'The given account is owned by a different program than expected',
      ),
    ],
    [
      'an account of another type',
      () => {
        stage.account(OTHER_WALLET, OTHER, new Uint8Array(100).fill(1));
        return [counter.instructions.add({ counter: OTHER_WALLET, owner: alice }, { by: 1n })];
      },
      3002,
      anchors(
        'caused by account: counter',
        'AccountDiscriminatorMismatch',
        3002,
        'Account discriminator did not match what was expected',
      ),
    ],
    [
      'an account too short for a discriminator',
      () => {
        stage.account(OTHER_WALLET, OTHER, new Uint8Array(7));
        return [counter.instructions.add({ counter: OTHER_WALLET, owner: alice }, { by: 1n })];
      },
      3001,
      anchors(
        'caused by account: counter',
        'AccountDiscriminatorNotFound',
        3001,
        'No discriminator was found on the account',
      ),
    ],
    [
      'an account too short for its type',
      () => {
        stage.account(OTHER_WALLET, OTHER, new Uint8Array([...Counter.discriminator, 1, 2]));
        return [counter.instructions.add({ counter: OTHER_WALLET, owner: alice }, { by: 1n })];
      },
      3003,
      anchors('caused by account: counter', 'AccountDidNotDeserialize', 3003, 'Failed to deserialize the account'),
    ],
    [
      'somebody who has not signed',
      (address) => {
        const add = counter.instructions.add({ counter: address, owner: alice }, { by: 1n });
        return [{ ...add, accounts: [add.accounts[0], { address: bob.address, role: 0 }] }];
      },
      3010,
      anchors('caused by account: owner', 'AccountNotSigner', 3010, 'The given account did not sign'),
    ],
    [
      'an account that is read-only',
      (address) => {
        const add = counter.instructions.add({ counter: address, owner: alice }, { by: 1n });
        return [{ ...add, accounts: [{ ...add.accounts[0], role: 0 }, add.accounts[1]] }];
      },
      2000,
      anchors('caused by account: counter', 'ConstraintMut', 2000, 'A mut constraint was violated'),
    ],
    [
      'too few accounts',
      (address) => {
        const add = counter.instructions.add({ counter: address, owner: alice }, { by: 1n });
        return [{ ...add, accounts: add.accounts.slice(0, 1) }];
      },
      3005,
      anchors(
        'caused by account: owner',
        'AccountNotEnoughKeys',
        3005,
        'Not enough account keys given to the instruction',
      ),
    ],
    [
      'no such instruction',
      () => [{ programAddress: OTHER, data: new Uint8Array(8) }],
      101,
      anchors('occurred', 'InstructionFallbackNotFound', 101, 'Fallback functions are not supported'),
    ],
    [
      'no instruction at all',
      () => [{ programAddress: OTHER }],
      101,
      anchors('occurred', 'InstructionFallbackNotFound', 101, 'Fallback functions are not supported'),
    ],
    [
      'arguments that are missing',
      (address) => {
        const add = counter.instructions.add({ counter: address, owner: alice }, { by: 1n });
        return [{ ...add, data: add.data!.slice(0, 12) }];
      },
      102,
      anchors(
        'occurred',
        'InstructionDidNotDeserialize',
        102,
        'The program could not deserialize the given instruction',
      ),
    ],
    [
      'a program id',
      (address) => {
        const resize = counter.instructions.resize(
          { counter: address, owner: alice, systemProgram: OTHER },
          { space: 1n },
        );
        return [resize];
      },
      3008,
      anchors('caused by account: system_program', 'InvalidProgramId', 3008, 'Program ID was not as expected'),
    ],
    [
      'growth beyond the limit',
      (address) => [counter.instructions.resize({ counter: address, owner: alice }, { space: 20_000n })],
      3016,
      anchors(
        'caused by account: counter',
        'AccountReallocExceedsLimit',
        3016,
        'The account reallocation exceeds the MAX_PERMITTED_DATA_INCREASE limit',
      ),
    ],
    [
      'keys that differ',
      (address) => [counter.instructions.compare({ left: address, right: bob.address })],
      2502,
      anchors('occurred', 'RequireKeysEqViolated', 2502, 'A require_keys_eq expression was violated'),
    ],
    [
      'values that differ, and an optional account that is not there',
      (address) => [counter.instructions.compare({ left: address })],
      2501,
      anchors('occurred', 'RequireEqViolated', 2501, 'A require_eq expression was violated'),
    ],
    [
      'an address',
      (address) => [counter.instructions.pinned({ known: bob.address, two: address, three: address })],
      2040,
      anchors(
        'caused by account: three',
        'ConstraintDuplicateMutableAccount',
        2040,
        'A duplicate mutable account constraint was violated',
      ),
    ],
    [
      'an address that is another',
      async (address) => [counter.instructions.pinned({ known: bob.address, two: address, three: await create(bob) })],
      2012,
      anchors('caused by account: known', 'ConstraintAddress', 2012, 'An address constraint was violated'),
    ],
    [
      'a constraint of its own',
      async (address) => [
        counter.instructions.pinned({ known: ADDRESS as Address, two: address, three: await create(bob) }),
      ],
      2003,
      anchors('caused by account: two', 'ConstraintRaw', 2003, 'A raw constraint was violated'),
    ],
  ])('%s', async (_name, build, code, line) => {
    const address = await create();
    const outcome = await send(await build(address));
    expect(outcome.error).toEqual({ InstructionError: [0, { Custom: code }] });
    expect(linesOf(outcome.logs)).toContain(line);
  });

  test('a program at another address than it declares', async () => {
    stage.svm.addProgram(OTHER_WALLET, counter as DeclaredProgram);
    const outcome = await send([{ programAddress: OTHER_WALLET, data: new Uint8Array(8) }]);
    expect(outcome.error).toEqual({ InstructionError: [0, { Custom: 4100 }] });
  });

  test('an account that is there can not be created', async () => {
    const address = await create();
    const outcome = await send([
      counter.instructions.create({ counter: address, owner: alice }, { id: 1n, label: '' }),
    ]);
    expect(outcome.error).toEqual({ InstructionError: [0, { Custom: 0 }] });
    expect(outcome.logs.join('\n')).toContain('already in use');
  });
});

const OTHER_WALLET = 'To11Box111111111111111111111111111111111111' as Address;

test('a declared program calls another', async () => {
  const address = await create();
  const relay = program('To11Box211111111111111111111111111111111111', {
    addTwice: instruction({
      accounts: { counter: uncheckedAccount({ mut: true }), owner: signer(), program: uncheckedAccount() },
      args: { by: u64 },
      handler: ({ accounts: { counter: target, owner, program: callee } }, { by }) => {
        for (let i = 0; i < 2; i++) counter.cpi.add(CpiContext.of(callee, { counter: target, owner }), { by });
      },
    }),
  });
  stage.svm.addProgram(relay.address, relay);
  const accounts = { counter: address, owner: alice, program: OTHER };
  const outcome = await send([relay.instructions.addTwice(accounts, { by: 4n })]);
  expect(outcome.error).toBeNull();
  expect(outcome.returnData).toMatchObject({ programAddress: OTHER, data: new Uint8Array([8, 0, 0, 0, 0, 0, 0, 0]) });
});

test('the IDL', () => {
  const emitted = idl(counter);
  expect(emitted.instructions.map(({ name }) => name)).toEqual([
    'add',
    'close',
    'compare',
    'create',
    'pinned',
    'resize',
  ]);
  expect(emitted.instructions[3]).toEqual({
    name: 'create',
    discriminator: [24, 30, 200, 40, 5, 28, 7, 119],
    accounts: [
      {
        name: 'counter',
        writable: true,
        pda: {
          seeds: [
            { kind: 'const', value: [...new TextEncoder().encode('counter')] },
            { kind: 'account', path: 'owner' },
            { kind: 'arg', path: 'id' },
          ],
        },
      },
      { name: 'owner', writable: true, signer: true },
      { name: 'system_program', address: '11111111111111111111111111111111' },
    ],
    args: [
      { name: 'id', type: 'u64' },
      { name: 'label', type: 'string' },
    ],
  });
  expect(emitted.errors).toEqual([
    { code: 6000, name: 'TooMuch', msg: 'That is too much' },
    { code: 6001, name: 'NotYours', msg: 'It is not yours' },
  ]);
  expect(emitted.types.map(({ name }) => name)).toEqual(['Added', 'Counter', 'Side']);
});

test('declarations that can not be right', () => {
  const make = (accounts: object) => () => {
    program(ADDRESS, { x: instruction<any>({ accounts: accounts as never, handler: () => {} }) });
  };
  const code = expect.objectContaining({ code: 'INVALID_DECLARATION' });
  expect(make({ a: account(Counter, { init: true, payer: 'b' }), b: signer() })).toThrow(code);
  expect(make({ a: account(Counter, { init: true }), systemProgram: systemProgram() })).toThrow(code);
  expect(make({ a: account(Counter, { close: 'b' }), b: signer() })).toThrow(code);
});

test('wrong declarations do not compile', () => {
  const handler = () => {};
  // @ts-expect-error There is no account named `nobody`.
  instruction({ accounts: { a: account(Counter, { hasOne: 'nobody' }) }, handler });
  // @ts-expect-error There is no account named `nobody`.
  instruction({ accounts: { a: account(Counter, { mut: true, close: 'nobody' }), owner: signer() }, handler });
  // @ts-expect-error A signer can't be created.
  signer({ init: true });
  instruction({
    accounts: { a: account(Counter), b: systemAccount({ seeds: () => ['b'], bump: () => 1 }) },
    args: { amount: u64 },
    handler: (ctx, args) => {
      // @ts-expect-error There is no such account.
      void ctx.accounts.c;
      // @ts-expect-error Its state has no such field.
      void ctx.accounts.a.data.nothing;
      // @ts-expect-error It is a bigint.
      const amount: string = args.amount;
      // @ts-expect-error The bump was given, so none was found.
      void [amount, ctx.bumps.b];
    },
  });
  // @ts-expect-error The arguments are missing.
  expect(() => escrow.instructions.solTransfer({ pdaAccount: OTHER, recipient: OTHER })).toThrow();
  // @ts-expect-error An account is missing.
  expect(() => escrow.instructions.solTransfer({ pdaAccount: OTHER }, { amount: 1n })).toThrow();
});
