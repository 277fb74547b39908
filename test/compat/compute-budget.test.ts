// Every field of LiteSVM's ComputeBudget, set to odd values, has the effect that it has in npm litesvm: programs that use
// each syscall, and calls between real ones, end alike and with the same units.

import {
  address,
  appendTransactionMessageInstructions,
  createKeyPairSignerFromPrivateKeyBytes,
  createTransactionMessage,
  getAddressCodec,
  type Instruction,
  type KeyPairSigner,
  type Lamports,
  pipe,
  setTransactionMessageFeePayerSigner,
  signTransactionMessageWithSigners,
} from '@solana/kit';
import { getCreateAccountInstruction } from '@solana-program/system';
import {
  getCreateAssociatedTokenInstructionAsync,
  getInitializeMint2Instruction,
  TOKEN_PROGRAM_ADDRESS,
} from '@solana-program/token';
import native from 'litesvm';
import nativeInternal from 'litesvm/dist/internal.js';
import { beforeAll, expect, test } from 'vitest';
import * as adapter from '../../src/node/litesvm.ts';
import { assembleElf } from '../../src/sbpf/assembler.ts';
import { observe } from './observe.ts';

type Modules = Omit<typeof nativeInternal, 'SimulatedTransactionInfo'> & typeof native;
type LiteSVM = InstanceType<Modules['LiteSVM']>;

const THEIRS: Modules = { ...nativeInternal, ...native };
const OURS = adapter as unknown as Modules;

const HEAP = '0x300000000';
const PAIR = `${HEAP}\nlddw r2, 1`;

/** What a program does with memory that is all zeros. Its result is one more thing to compare. */
const SYSCALLS: Record<string, string> = {
  logs: `lddw r1, ${HEAP}
    lddw r2, 7
    syscall sol_log_
    syscall sol_log_64_
    lddw r1, ${HEAP}
    syscall sol_log_pubkey
    syscall sol_log_compute_units_
    lddw r1, ${PAIR}
    syscall sol_log_data
    syscall sol_remaining_compute_units`,
  memory: `lddw r1, ${HEAP}
    lddw r2, 0x300001000
    lddw r3, 3000
    syscall sol_memcpy_
    lddw r1, ${HEAP}
    lddw r2, 0
    lddw r3, 5
    syscall sol_memset_`,
  sysvars: `lddw r1, ${HEAP}
    syscall sol_get_clock_sysvar
    lddw r1, 0x300001000
    syscall sol_get_rent_sysvar
    syscall sol_get_stack_height`,
  returnData: `lddw r1, ${HEAP}
    lddw r2, 600
    syscall sol_set_return_data
    lddw r1, ${HEAP}
    lddw r2, 600
    lddw r3, 0x300001000
    syscall sol_get_return_data`,
  addresses: `lddw r1, ${HEAP}
    mov64 r2, 0
    lddw r3, ${HEAP}
    lddw r4, 0x300000100
    lddw r5, 0x300000200
    syscall sol_try_find_program_address
    lddw r1, ${HEAP}
    mov64 r2, 0
    lddw r3, ${HEAP}
    lddw r4, 0x300000100
    syscall sol_create_program_address`,
  hashes: `lddw r1, ${HEAP}
    lddw r2, 50
    stdw [r1+8], 0
    lddw r3, 1000
    stxdw [r1+8], r3
    stxdw [r1+0], r1
    lddw r3, 0x300002000
    syscall sol_sha256
    lddw r1, ${HEAP}
    lddw r2, 2
    lddw r3, 0x300002000
    syscall sol_keccak256`,
  poseidon: `mov64 r1, 0
    mov64 r2, 0
    lddw r3, ${HEAP}
    lddw r4, 3
    lddw r5, 0x300002000
    syscall sol_poseidon`,
  secp256k1: `lddw r1, ${HEAP}
    mov64 r2, 0
    lddw r3, ${HEAP}
    lddw r4, 0x300002000
    syscall sol_secp256k1_recover`,
  ...Object.fromEntries(
    [0, 1].flatMap((curve) => [
      [`validate ${curve}`, `mov64 r1, ${curve}\nlddw r2, ${HEAP}\nsyscall sol_curve_validate_point`],
      ...[0, 1, 2].map((op) => [
        `group operation ${curve} ${op}`,
        `mov64 r1, ${curve}
        mov64 r2, ${op}
        lddw r3, ${HEAP}
        lddw r4, ${HEAP}
        lddw r5, 0x300002000
        syscall sol_curve_group_op`,
      ]),
      [
        `sum of products ${curve}`,
        `mov64 r1, ${curve}
        lddw r2, ${HEAP}
        lddw r3, ${HEAP}
        mov64 r4, 4
        lddw r5, 0x300002000
        syscall sol_curve_multiscalar_mul`,
      ],
    ]),
  ),
  ...Object.fromEntries(
    [
      [0, 128],
      [2, 96],
      [3, 384],
      [4, 256],
      [6, 160],
    ].map(([op, len]) => [
      `alt_bn128 ${op}`,
      `mov64 r1, ${op}
      lddw r2, ${HEAP}
      lddw r3, ${len}
      lddw r4, 0x300002000
      syscall sol_alt_bn128_group_op`,
    ]),
  ),
  ...Object.fromEntries(
    [64, 32, 128, 64].map((len, op) => [
      `alt_bn128 compression ${op}`,
      `mov64 r1, ${op}
      lddw r2, ${HEAP}
      lddw r3, ${len}
      lddw r4, 0x300002000
      syscall sol_alt_bn128_compression`,
    ]),
  ),
};

const addressOf = (n: number) => getAddressCodec().decode(new Uint8Array(32).fill(n));
const SYSTEM = address('11111111111111111111111111111111');

/** Calls itself as often as the first byte of the instruction's data says, each time with a frame of 2,000 bytes in use. */
const RECURSION = `entrypoint:
    ldxb r6, [r1+16]
    call descend
    mov64 r0, 0
    exit
  descend:
    stxdw [r10-2000], r6
    jeq r6, 0, +2
    add64 r6, -1
    call descend
    exit`;

let payer: KeyPairSigner;
let theirs: LiteSVM;
let ours: LiteSVM;
let transactions: Awaited<ReturnType<typeof transactionOf>>[];

beforeAll(async () => {
  payer = await createKeyPairSignerFromPrivateKeyBytes(new Uint8Array(32).fill(1));
  const mint = await createKeyPairSignerFromPrivateKeyBytes(new Uint8Array(32).fill(2));
  const createToken = [
    getCreateAccountInstruction({
      payer,
      newAccount: mint,
      lamports: 10_000_000n,
      space: 82n,
      programAddress: TOKEN_PROGRAM_ADDRESS,
    }),
    getInitializeMint2Instruction({ mint: mint.address, decimals: 6, mintAuthority: payer.address }),
    await getCreateAssociatedTokenInstructionAsync({ payer, owner: payer.address, mint: mint.address }),
  ];
  theirs = prepare(THEIRS);
  ours = prepare(OURS);
  expect(ours.latestBlockhash()).toBe(theirs.latestBlockhash());
  const calls = Object.keys(SYSCALLS).map((_, i) => [{ programAddress: addressOf(100 + i) }]);
  transactions = await Promise.all([...calls, createToken].map((list) => transactionOf(theirs, list)));
});

/** One with a payer. */
function richSvm({ LiteSVM }: Modules): LiteSVM {
  const svm = new LiteSVM().withTransactionHistory(0n);
  const none = { data: new Uint8Array(0), space: 0n, executable: false, programAddress: SYSTEM };
  svm.setAccount({ address: payer.address, lamports: 1_000_000_000_000n as Lamports, ...none });
  return svm;
}

/** One with all programs, too. */
function prepare(modules: Modules): LiteSVM {
  const svm = richSvm(modules);
  Object.values(SYSCALLS).forEach((code, i) => {
    svm.addProgram(addressOf(100 + i), assembleElf(`${code}\nmov64 r0, 0\nexit`));
  });
  return svm;
}

async function transactionOf(svm: LiteSVM, list: readonly Instruction[]) {
  return pipe(
    createTransactionMessage({ version: 0 }),
    (m) => setTransactionMessageFeePayerSigner(payer, m),
    (m) => appendTransactionMessageInstructions(list, m),
    (m) => svm.setTransactionMessageLifetimeUsingLatestBlockhash(m),
    (m) => signTransactionMessageWithSigners(m),
  );
}

/** Values to try of a field, one field at a time. */
const VALUES: Record<string, readonly bigint[]> = {
  computeUnitLimit: [0n, 5_000n],
  maxInstructionStackDepth: [0n, 1n, 2n],
  maxInstructionTraceLength: [0n, 1n, 4n],
  sha256MaxSlices: [0n, 2n, 49n],
  cpiBytesPerUnit: [0n, 1n, 7n, 1n << 40n],
};
const FIELDS = Object.keys(Object.getOwnPropertyDescriptors(THEIRS.ComputeBudget.prototype)).filter(
  (name) => name !== 'constructor' && name !== 'heapSize' && name !== 'maxCallDepth' && name !== 'stackFrameSize',
);

function run(svm: LiteSVM, { ComputeBudget }: Modules, field: string, value: bigint): unknown {
  svm.withComputeBudget(Object.assign(new ComputeBudget(), { [field]: value }));
  return transactions.map((transaction) => {
    const result = svm.simulateTransaction(transaction);
    return observe(() => [result.meta().computeUnitsConsumed(), result.meta().logs(), `${result}`]);
  });
}

test.each(FIELDS)('%s', (field) => {
  for (const value of VALUES[field] ?? [7n, 1n << 63n]) {
    expect(run(ours, OURS, field, value), `${value}`).toEqual(run(theirs, THEIRS, field, value));
  }
});

const STACKS: readonly (readonly [name: string, maxCallDepth: bigint, stackFrameSize: bigint])[] = [
  ['mainnet', 64n, 4096n],
  ['few frames', 5n, 4096n],
  ['one frame', 1n, 4096n],
  ['small frames', 64n, 1024n],
  ['large frames', 16n, 16_384n],
];

test.each(STACKS)('a stack of another size: %s', async (_, maxCallDepth, stackFrameSize) => {
  const script = async (m: Modules) => {
    const budget = new m.ComputeBudget();
    Object.assign(budget, { maxCallDepth, stackFrameSize });
    const svm = richSvm(m);
    const early = addressOf(1);
    svm.addProgram(early, assembleElf(RECURSION));
    const late = addressOf(2);
    svm.withComputeBudget(budget).withBuiltins().addProgram(late, assembleElf(RECURSION));
    const seen: unknown[] = [];
    for (const programAddress of [early, late]) {
      for (const depth of [0, 3, 4, 15, 62, 63]) {
        const tx = await transactionOf(svm, [{ programAddress, data: Uint8Array.of(depth) }]);
        const result = svm.simulateTransaction(tx);
        seen.push([depth, result.meta().logs(), `${result}`]);
      }
    }
    return seen;
  };
  expect(await script(OURS)).toEqual(await script(THEIRS));
});
