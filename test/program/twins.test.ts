// A program in TypeScript and the same program in sBPF assembly, over the same transactions: verdict, log (but for the units
// that programs used themselves), accounts, return data and inner instructions must be the same.

import { readFileSync } from 'node:fs';
import {
  AccountRole,
  type Address,
  createNoopSigner,
  getU64Decoder,
  type Instruction,
  type KeyPairSigner,
} from '@solana/kit';
import { getTransferSolInstruction, SYSTEM_PROGRAM_ADDRESS } from '@solana-program/system';
import { expect, test } from 'vitest';
import {
  type AccountInfo,
  createProgramAddress,
  defineProgram,
  findProgramAddress,
  getClock,
  getRent,
  getStackHeight,
  invoke,
  invokeSigned,
  logComputeUnits,
  logPubkey,
  msg,
  ProgramError,
  setReturnData,
  type TypeScriptProgram,
} from '../../src/program/index.ts';
import { FeatureSet } from '../../src/runtime/features.ts';
import { assembleElf } from '../../src/sbpf/index.ts';
import type { TransactionOutcome } from '../../src/testing/svm.ts';
import { u64 } from '../support/bytes.ts';
import { SOL, Stage } from './stage.ts';

const A = 'ForwardA11111111111111111111111111111111111' as Address;
const B = 'ForwardB11111111111111111111111111111111111' as Address;
const BOX = 'To11Box111111111111111111111111111111111111' as Address;
const OTHER = 'To11Box211111111111111111111111111111111111' as Address;

const assemble = (name: string): Uint8Array => {
  return assembleElf(readFileSync(new URL(`../../examples/programs/${name}.s`, import.meta.url), 'utf8'));
};

const roleOf = ({ isSigner, isWritable }: AccountInfo): AccountRole => (isSigner ? 2 : 0) | (isWritable ? 1 : 0);

/** Calls its last account with the others. */
const forward = defineProgram((_id, accounts, data) => {
  const target = accounts.at(-1);
  if (target === undefined) return;
  const metas = accounts.slice(0, -1).map((account) => ({ address: account.key, role: roleOf(account) }));
  invoke({ programAddress: target.key, accounts: metas, data }, accounts);
});

const vault = defineProgram((_id, accounts, data) => {
  const [from, to] = accounts;
  const amount = getU64Decoder().decode(data, 1);
  const transfer = getTransferSolInstruction({ source: createNoopSigner(from.key), destination: to.key, amount });
  invokeSigned(transfer, accounts, [['vault', data[0]]]);
});

const toll = defineProgram((_id, [from, to], data) => {
  const amount = getU64Decoder().decode(data);
  from.lamports -= amount;
  to.lamports += amount - 1n;
});

/** What a log says but for the units of the programs' own. */
const linesOf = (outcome: TransactionOutcome) => {
  return outcome.logs.map((line) =>
    line.replace(/consumed \d+ of \d+/, 'consumed _ of _').replace(/(need|actual).*units.*/, '$1'),
  );
};

interface Twin {
  readonly elf: Uint8Array;
  readonly program: TypeScriptProgram;
}

async function compare(
  programs: Readonly<Record<string, Twin>>,
  play: (stage: Stage, alice: KeyPairSigner, bob: KeyPairSigner) => readonly Instruction[],
  watched: readonly Address[] = [],
  features = FeatureSet.mainnet(),
): Promise<TransactionOutcome> {
  const run = async (kind: 'elf' | 'program') => {
    const stage = new Stage({ features });
    const [alice, bob] = [await stage.wallet(1), await stage.wallet(2)];
    for (const [address, twin] of Object.entries(programs)) stage.svm.addProgram(address as Address, twin[kind]);
    const outcome = await stage.send(alice, play(stage, alice, bob));
    const accounts = [alice.address, bob.address, BOX, OTHER, ...watched].map((address) =>
      stage.svm.getAccount(address),
    );
    return { outcome, accounts };
  };
  const [compiled, written] = [await run('elf'), await run('program')];
  expect(written.outcome.error).toEqual(compiled.outcome.error);
  expect(linesOf(written.outcome)).toEqual(linesOf(compiled.outcome));
  expect(written.outcome.innerInstructions).toEqual(compiled.outcome.innerInstructions);
  expect(written.outcome.returnData).toEqual(compiled.outcome.returnData);
  expect(written.accounts).toEqual(compiled.accounts);
  return written.outcome;
}

const FORWARD: Twin = { elf: assemble('forward'), program: forward };
const readonly = (address: Address) => ({ address, role: AccountRole.READONLY });
const writable = (address: Address) => ({ address, role: AccountRole.WRITABLE });
const chain = (programAddress: Address, ...links: Address[]): Instruction => {
  return { programAddress, accounts: links.map(readonly), data: new Uint8Array(0) };
};

test.each([
  ['no account', [chain(A)]],
  ['a call of itself', [chain(A, A)]],
  ['four calls of itself', [chain(A, A, A, A, A)]],
  ['one call too many', [chain(A, A, A, A, A, A)]],
  ['another program', [chain(A, B)]],
  ['a call back', [chain(A, A, B)]],
  ['a transfer passed on', 'transfer'],
  ['a transfer passed on read-only', 'readonly'],
  ['a program that is none', [chain(A, BOX)]],
] as const)('forward: %s', async (_name, plan) => {
  await compare({ [A]: FORWARD, [B]: FORWARD }, (_stage, alice, bob) => {
    if (typeof plan !== 'string') return plan;
    const transfer = getTransferSolInstruction({ source: alice, destination: bob.address, amount: SOL });
    const accounts = [
      transfer.accounts[0],
      plan === 'readonly' ? readonly(bob.address) : transfer.accounts[1],
      readonly(SYSTEM_PROGRAM_ADDRESS),
    ];
    return [{ programAddress: A, accounts, data: transfer.data as Uint8Array }];
  });
});

test('a program without a call in it is called by a compiled one and calls a compiled one', async () => {
  for (const [first, second] of [
    [FORWARD.elf, forward],
    [forward, FORWARD.elf],
  ] as const) {
    const stage = new Stage();
    const [alice, bob] = [await stage.wallet(1), await stage.wallet(2)];
    stage.svm.addProgram(A, first);
    stage.svm.addProgram(B, second);
    const transfer = getTransferSolInstruction({ source: alice, destination: bob.address, amount: SOL });
    const accounts = [...transfer.accounts, readonly(SYSTEM_PROGRAM_ADDRESS), readonly(B)];
    const outcome = await stage.send(alice, [{ programAddress: A, accounts, data: transfer.data as Uint8Array }]);
    expect(outcome.error).toBeNull();
    expect(stage.svm.getBalance(bob.address)).toBe(101n * SOL);
    expect(outcome.innerInstructions[0].instructions.map((call) => call.stackHeight)).toEqual([2, 3]);
  }
});

/** Without an account and data the input is two zeros and the program id. */
const ASKING = `entrypoint:
mov64 r6, r1
mov64 r1, r10
sub64 r1, 64
syscall sol_get_clock_sysvar
mov64 r1, r10
sub64 r1, 64
syscall sol_get_rent_sysvar
syscall sol_get_stack_height
syscall sol_log_compute_units_
mov64 r1, r6
mov64 r2, 8
syscall sol_log_
mov64 r1, r6
add64 r1, 16
syscall sol_log_pubkey
mov64 r1, r6
mov64 r2, 0
mov64 r3, r6
add64 r3, 16
mov64 r4, r10
sub64 r4, 64
mov64 r5, r10
sub64 r5, 32
syscall sol_try_find_program_address
mov64 r1, r6
mov64 r2, 0
mov64 r3, r6
add64 r3, 16
mov64 r4, r10
sub64 r4, 64
syscall sol_create_program_address
mov64 r1, r6
mov64 r2, 8
syscall sol_set_return_data
mov64 r0, 0
exit`;
const asking = defineProgram((programId) => {
  getClock();
  getRent();
  getStackHeight();
  logComputeUnits();
  msg('\0'.repeat(8));
  logPubkey(programId);
  findProgramAddress([], programId);
  createProgramAddress([], programId);
  setReturnData(new Uint8Array(8));
});

test('the syscalls of both are in the trace, with their prices, and the addresses they derive', async () => {
  const traces = [assembleElf(ASKING), asking].map(async (program) => {
    const stage = new Stage();
    const alice = await stage.wallet(1);
    stage.svm.addProgram(A, program);
    const { error, trace } = await stage.send(alice, [{ programAddress: A }]);
    expect(error).toBeNull();
    const { syscalls, derivations } = trace.instructions[0];
    return { syscalls, derivations };
  });
  const [compiled, written] = await Promise.all(traces);
  expect(compiled.syscalls).toHaveLength(9);
  expect(compiled.derivations).toHaveLength(2);
  expect(written).toEqual(compiled);
});

test.each([0, 1, 2, 3, 250, 254, 255])('vault: the bump %i', async (bump) => {
  const { getProgramDerivedAddress } = await import('@solana/kit');
  const [address] = await getProgramDerivedAddress({ programAddress: A, seeds: ['vault'] });
  await compare(
    { [A]: { elf: assemble('vault'), program: vault } },
    (stage, _alice, bob) => {
      stage.account(address, SYSTEM_PROGRAM_ADDRESS);
      const accounts = [writable(address), writable(bob.address), readonly(SYSTEM_PROGRAM_ADDRESS)];
      return [{ programAddress: A, accounts, data: new Uint8Array([bump, ...u64(1000n)]) }];
    },
    [address],
  );
});

test('toll: a lamport that is kept', async () => {
  const play = (stage: Stage, _alice: KeyPairSigner, bob: KeyPairSigner): Instruction[] => {
    stage.account(BOX, A);
    return [{ programAddress: A, accounts: [writable(BOX), writable(bob.address)], data: u64(1000n) }];
  };
  const outcome = await compare({ [A]: { elf: assemble('toll'), program: toll } }, play);
  expect(outcome.error).toEqual({ InstructionError: [0, 'UnbalancedInstruction'] });
});

/** The same write in both languages; account 0's record begins at 8 in the input, account 1's at 8 + 88 + 16 + 10240 + 8. */
const WRITES: readonly [name: string, assembly: string, write: (a: AccountInfo, b: AccountInfo) => void][] = [
  ['a byte of data', 'stb [r1+96], 7', (a) => (a.data[0] = 7)],
  ['the byte that is there', 'stb [r1+96], 0', (a) => (a.data[0] = 0)],
  ['a lamport taken', 'ldxdw r2, [r1+80]\nsub64 r2, 1\nstxdw [r1+80], r2', (a) => (a.lamports -= 1n)],
  ['a lamport made', 'ldxdw r2, [r1+80]\nadd64 r2, 1\nstxdw [r1+80], r2', (a) => (a.lamports += 1n)],
  [
    'a lamport moved',
    'ldxdw r2, [r1+80]\nsub64 r2, 1\nstxdw [r1+80], r2\nldxdw r2, [r1+10432]\nadd64 r2, 1\nstxdw [r1+10432], r2',
    (a, b) => {
      a.lamports -= 1n;
      b.lamports += 1n;
    },
  ],
  [
    'the owner changed',
    'stdw [r1+48], 0\nstdw [r1+56], 0\nstdw [r1+64], 0\nstdw [r1+72], 0',
    (a) => a.assign(SYSTEM_PROGRAM_ADDRESS),
  ],
  ['data cut', 'stdw [r1+88], 4', (a) => a.resize(4)],
  ['data grown', 'stdw [r1+88], 10256', (a) => a.resize(10256)],
  [
    'a custom error',
    'mov64 r0, 7\nexit',
    () => {
      throw ProgramError.custom(7);
    },
  ],
  [
    'the custom error 0',
    'lddw r0, 0x100000000\nexit',
    () => {
      throw ProgramError.custom(0);
    },
  ],
  [
    'a standard error',
    'lddw r0, 0x900000000\nexit',
    () => {
      throw new ProgramError('AccountAlreadyInitialized');
    },
  ],
  [
    'a write and an error',
    'stb [r1+96], 7\nmov64 r0, 7\nexit',
    (a) => {
      a.data[0] = 7;
      throw ProgramError.custom(7);
    },
  ],
];
const OWNERS = [
  ['own', A],
  ['another', B],
] as const;
const ROLES = [writable, readonly] as const;
const FEATURES = [
  ['mainnet', FeatureSet.mainnet()],
  ['all', FeatureSet.all()],
] as const;

const CASES = WRITES.flatMap((write) =>
  OWNERS.flatMap((owner) => ROLES.flatMap((role) => FEATURES.map((features) => ({ write, owner, role, features })))),
)
  // Nothing sees that a byte is written over by itself (account-info.ts, Differs).
  .filter(({ write, features }) => write[0] !== 'the byte that is there' || features[0] === 'mainnet')
  .map(
    (row) =>
      [
        row.write[0],
        row.owner[0],
        row.role.name,
        row.features[0],
        row.write,
        row.owner[1],
        row.role,
        row.features[1],
      ] as const,
  );

test.each(CASES)(
  '%s, of its %s account, %s, features %s',
  async (_n, _o, _r, _f, [, assembly, write], owner, role, features) => {
    const elf = assembleElf(`entrypoint:\n${assembly}\nmov64 r0, 0\nexit\n`);
    const program = defineProgram((_id, [a, b]) => write(a, b));
    await compare(
      { [A]: { elf, program } },
      (stage) => {
        stage.account(BOX, owner, new Uint8Array(16));
        stage.account(OTHER, B);
        return [{ programAddress: A, accounts: [role(BOX), writable(OTHER)], data: new Uint8Array(0) }];
      },
      [],
      features,
    );
  },
);
