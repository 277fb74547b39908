// Mints of Token-2022 with extensions, made and checked by declared programs, and read by Token-2022's own client.

import { type Address, isSome, type KeyPairSigner, unwrapOption } from '@solana/kit';
import { TOKEN_PROGRAM_ADDRESS } from '@solana-program/token';
import { getMintDecoder, getTokenDecoder, TOKEN_2022_PROGRAM_ADDRESS } from '@solana-program/token-2022';
import { beforeEach, expect, test } from 'vitest';
import {
  type DeclaredProgram,
  instruction,
  mint,
  program,
  signer,
  systemProgram,
  tokenAccount,
  tokenInterface,
  uncheckedAccount,
} from '../../src/program/index.ts';
import { Stage } from './stage.ts';

const HOME = 'ForwardA11111111111111111111111111111111111' as Address;
const A = 'To11Box111111111111111111111111111111111111' as Address;
const B = 'To11Box211111111111111111111111111111111111' as Address;

const ALL = {
  groupPointer: { authority: 'a', groupAddress: 'b' },
  groupMemberPointer: { authority: 'a', memberAddress: 'b' },
  metadataPointer: { authority: 'a', metadataAddress: 'b' },
  closeAuthority: { authority: 'a' },
  transferHook: { authority: 'a', programId: 'b' },
  permanentDelegate: { delegate: 'a' },
  pausable: { authority: 'a' },
} as const;
const HALF = { metadataPointer: { metadataAddress: 'b' }, transferHook: { authority: 'a' } } as const;
type Extensions = typeof ALL | typeof HALF | Record<never, never>;

const others = {
  a: uncheckedAccount(),
  b: uncheckedAccount(),
  payer: signer({ mut: true }),
  tokenProgram: tokenInterface(),
  systemProgram: systemProgram(),
};
const making = <const E extends Extensions>(extensions: E) => {
  const made = mint({ init: true, payer: 'payer', decimals: 6, authority: 'payer', freezeAuthority: 'a', extensions });
  return instruction<any>({ accounts: { mint: made, ...others }, handler: () => {} });
};
const checking = <const E extends Extensions>(extensions: E) => {
  return instruction<any>({ accounts: { mint: mint({ extensions }), ...others }, handler: () => {} });
};
const home = program(HOME, {
  makeAll: making(ALL),
  makeHalf: making(HALF),
  makeNone: making({}),
  checkAll: checking(ALL),
  ...Object.fromEntries(
    Object.entries(ALL).map(([key, parts]) => [`check_${key}`, checking({ [key]: parts } as never)]),
  ),
  makeToken: instruction({
    accounts: {
      token: tokenAccount({ init: true, payer: 'payer', mint: 'mint', authority: 'payer' }),
      mint: mint(),
      payer: signer({ mut: true }),
      tokenProgram: tokenInterface(),
      systemProgram: systemProgram(),
    },
    handler: () => {},
  }),
});
const call = home.instructions as unknown as Readonly<Record<string, (accounts: object) => never>>;

let stage: Stage;
let alice: KeyPairSigner;
let mintSigner: KeyPairSigner;
beforeEach(async () => {
  stage = new Stage();
  alice = await stage.wallet(1);
  mintSigner = await stage.wallet(3, 0n);
  stage.svm.addProgram(home.address, home as unknown as DeclaredProgram);
});
const accounts = () => ({ mint: mintSigner, a: A, b: B, payer: alice, tokenProgram: TOKEN_2022_PROGRAM_ADDRESS });
const dataAt = (address: Address) => {
  const stored = stage.svm.getAccount(address);
  if (!stored.exists) throw new Error('it is not there');
  return stored.data;
};
const extensionsOf = (data: ReturnType<typeof dataAt>) => {
  const { extensions } = getMintDecoder().decode(data);
  return isSome(extensions) ? extensions.value : [];
};

test('a mint with all of them, as Token-2022’s client reads it', async () => {
  expect((await stage.send(alice, [call['makeAll'](accounts())])).error).toBeNull();
  const data = dataAt(mintSigner.address);
  expect(data.length).toBe(166 + 7 * 4 + 4 * 64 + 2 * 32 + 33);
  const read = extensionsOf(data).map((extension) => {
    const values = Object.values(extension).map((value) => {
      return typeof value === 'object' && value !== null && '__option' in value ? unwrapOption(value as never) : value;
    });
    return values;
  });
  expect(read).toEqual([
    ['GroupPointer', A, B],
    ['GroupMemberPointer', A, B],
    ['MetadataPointer', A, B],
    ['MintCloseAuthority', A],
    ['TransferHook', A, B],
    ['PermanentDelegate', A],
    ['PausableConfig', A, false],
  ]);
  expect((await stage.send(alice, [call['checkAll'](accounts())])).error).toBeNull();
});

test('a mint with some, in part', async () => {
  expect((await stage.send(alice, [call['makeHalf'](accounts())])).error).toBeNull();
  const [pointer, hook] = extensionsOf(dataAt(mintSigner.address));
  expect(pointer).toMatchObject({ __kind: 'MetadataPointer', authority: { __option: 'None' } });
  expect(hook).toMatchObject({ __kind: 'TransferHook', authority: A });
});

test.each([
  ['groupPointer', 2024, 2025],
  ['groupMemberPointer', 2027, 2028],
  ['metadataPointer', 2030, 2031],
  ['closeAuthority', 2033, 2034],
  ['permanentDelegate', 2035, 2036],
  ['transferHook', 2037, 2038],
  ['pausable', 2043, 2044],
])('%s: missing, or of somebody else', async (key, missing, other) => {
  const check = async (given: object) => (await stage.send(alice, [call[`check_${key}`](given)])).error;
  expect((await stage.send(alice, [call['makeNone'](accounts())])).error).toBeNull();
  expect(dataAt(mintSigner.address).length).toBe(82);
  expect(await check(accounts())).toEqual({ InstructionError: [0, { Custom: missing }] });
  const second = { ...accounts(), mint: await stage.wallet(4, 0n) };
  expect((await stage.send(alice, [call['makeAll'](second)])).error).toBeNull();
  expect(await check(second)).toBeNull();
  expect(await check({ ...second, a: B })).toEqual({ InstructionError: [0, { Custom: other }] });
});

test('a token account of such a mint has room for what the mint asks', async () => {
  expect((await stage.send(alice, [call['makeAll'](accounts())])).error).toBeNull();
  const token = await stage.wallet(5, 0n);
  const make = { token, mint: mintSigner.address, payer: alice, tokenProgram: TOKEN_2022_PROGRAM_ADDRESS };
  expect((await stage.send(alice, [call['makeToken'](make)])).error).toBeNull();
  const { extensions } = getTokenDecoder().decode(dataAt(token.address));
  const kinds = isSome(extensions) ? extensions.value.map(({ __kind }) => __kind) : [];
  expect(kinds.toSorted()).toEqual(['PausableAccount', 'TransferHookAccount']);
});

test('a mint may be declared as one of Token only', async () => {
  const only = program(A, {
    look: instruction({ accounts: { mint: mint({ program: TOKEN_PROGRAM_ADDRESS }) }, handler: () => {} }),
  });
  stage.svm.addProgram(only.address, only);
  expect((await stage.send(alice, [call['makeNone'](accounts())])).error).toBeNull();
  const { error, logs } = await stage.send(alice, [only.instructions.look({ mint: mintSigner.address })]);
  expect(error).toEqual({ InstructionError: [0, { Custom: 3007 }] });
  expect(logs).toEqual(expect.arrayContaining(['Program log: Right:', `Program log: ${TOKEN_PROGRAM_ADDRESS}`]));
});
