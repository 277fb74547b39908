import { AccountRole, type Address, type Instruction, lamports } from '@solana/kit';
import {
  getRequestHeapFrameInstruction,
  getSetComputeUnitLimitInstruction,
  getSetComputeUnitPriceInstruction,
} from '@solana-program/compute-budget';
import { getTransferSolInstruction } from '@solana-program/system';
import {
  getCreateAssociatedTokenIdempotentInstructionAsync,
  getCreateAssociatedTokenInstructionAsync,
} from '@solana-program/token';
import { expect, test } from 'vitest';
import { findProgramAddress, type ProgramAddress } from '../crypto/program-address.ts';
import { Stage } from '../node/demo/stage.ts';
import { createMint } from '../node/demo/token-scenarios.ts';
import { defineProgram } from '../program/index.ts';
import { FeatureSet } from '../runtime/features.ts';
import { assembleElf } from '../sbpf/index.ts';
import { type Advice, formatAdvice, savingText } from '../trace/index.ts';
import { Pubkey } from '../wire/pubkey.ts';
import { advise } from './advice.ts';

const PROGRAM = 'Spin111111111111111111111111111111111111111' as Address;

const brief = (advice: readonly Advice[]) => advice.map((each) => `${each.code}: ${savingText(each)}`);

/** Runs instructions, the last of which counts, and advises. */
async function adviseOn(
  source: string | undefined,
  make: (
    alice: Awaited<ReturnType<Stage['wallet']>>,
    bob: Awaited<ReturnType<Stage['wallet']>>,
  ) => readonly Instruction[],
) {
  const stage = new Stage();
  const [alice, bob] = [await stage.wallet('alice'), await stage.wallet('bob')];
  if (source !== undefined) stage.svm.addProgram(PROGRAM, assembleElf(source));
  const outcome = await stage.send(alice, make(alice, bob));
  return { outcome, advice: advise(outcome) };
}

/** Takes the byte of its instruction data as a seed, and looks for the address. */
const SEARCH = `
  entrypoint:
    stxdw [r10-16], r2
    mov64 r1, 1
    stxdw [r10-8], r1
    mov64 r3, r2
    add64 r3, 1
    mov64 r1, r10
    add64 r1, -16
    mov64 r2, 1
    mov64 r4, r10
    add64 r4, -64
    mov64 r5, r10
    add64 r5, -72
    syscall sol_try_find_program_address
    exit`;

test('a bump that is searched for: the tries beyond the first, as the run without them shows', async () => {
  const program = Pubkey.fromBase58(PROGRAM);
  const bumpOf = (seed: number) => (findProgramAddress([Uint8Array.of(seed)], program) as ProgramAddress).bump;
  const seed = Array.from({ length: 256 }, (_, i) => i).find((i) => bumpOf(i) === 252)!;
  const { outcome, advice } = await adviseOn(SEARCH, () => [
    getSetComputeUnitLimitInstruction({ units: 8_000 }),
    { programAddress: PROGRAM, data: Uint8Array.of(seed) },
  ]);
  const found = advice.find(({ code }) => code === 'KNOWN_BUMP')!;
  expect(found.text).toContain('(252) to Spin111111111111111111111111111111111111111');
  expect(found.before.computeUnits).toBe(Number(outcome.computeUnitsConsumed));
  expect(savingText(found)).toBe('4,500 units less');
});

test('a bump that is right at once is no advice, nor is what a well-known program searches', async () => {
  const stage = new Stage();
  const alice = await stage.wallet('alice');
  const mint = await createMint(stage, alice);
  const create = await getCreateAssociatedTokenIdempotentInstructionAsync({ payer: alice, owner: alice.address, mint });
  expect(advise(await stage.send(alice, [create])).map(({ code }) => code)).not.toContain('KNOWN_BUMP');
});

test('limits that are far above what is used, with the fee that they cost', async () => {
  const { advice } = await adviseOn(undefined, (source, { address: destination }) => [
    getSetComputeUnitLimitInstruction({ units: 1_000_000 }),
    getSetComputeUnitPriceInstruction({ microLamports: 1_000_000n }),
    getTransferSolInstruction({ source, destination, amount: 1n }),
  ]);
  expect(brief(advice)).toEqual([
    'LOWER_UNIT_LIMIT: 999,505 lamports less, block cost 1,017,710 → 18,205',
    'LOWER_DATA_LIMIT: block cost 1,017,710 → 1,001,343',
  ]);
});

test('log lines that cost much, by a run in which they are free', async () => {
  const { outcome, advice } = await adviseOn(
    `
    entrypoint:
      mov64 r6, 7
    again:
      syscall sol_log_64_
      sub64 r6, 1
      jgt r6, 0, again
      mov64 r0, 0
      exit`,
    () => [getSetComputeUnitLimitInstruction({ units: 2_000 }), { programAddress: PROGRAM }],
  );
  const found = advice.find(({ code }) => code === 'FEWER_LOGS')!;
  expect(found.text).toContain('7 lines');
  expect(found.before.computeUnits).toBe(Number(outcome.computeUnitsConsumed));
  expect(savingText(found)).toBe('700 units less');
});

test('a transaction that runs out of units is told how many it needs', async () => {
  const { outcome, advice } = await adviseOn(
    `
    entrypoint:
      mov64 r1, 0
    again:
      add64 r1, 1
      jlt r1, 1000, again
      mov64 r0, 0
      exit`,
    () => [getSetComputeUnitLimitInstruction({ units: 500 }), { programAddress: PROGRAM }],
  );
  expect(outcome.error).not.toBeNull();
  expect(advice.map(({ text }) => text)).toEqual([
    'Ask for 2,153 compute units or more with SetComputeUnitLimit: with 500 it fails.',
  ]);
});

test('locks, signatures, accounts and instructions that nothing needs', async () => {
  const { advice } = await adviseOn('entrypoint:\n  mov64 r0, 0\n  exit', (alice, bob) => [
    getSetComputeUnitLimitInstruction({ units: 1_000 }),
    getRequestHeapFrameInstruction({ bytes: 256 * 1024 }),
    getTransferSolInstruction({ source: alice, destination: alice.address, amount: 1n }),
    {
      programAddress: PROGRAM,
      accounts: [{ address: bob.address, role: AccountRole.WRITABLE_SIGNER, signer: bob } as never],
    },
  ]);
  expect(brief(advice)).toMatchInlineSnapshot(`
    [
      "UNNEEDED_INSTRUCTION: 206 units less, block cost 19,429 → 19,428, 8 bytes less",
      "UNNEEDED_INSTRUCTION: 150 units less, block cost 19,429 → 19,426, 49 bytes less",
      "UNNEEDED_INSTRUCTION: 58 units less, 5,000 lamports less, block cost 19,429 → 18,409, 132 bytes less",
      "READONLY_ACCOUNT: block cost 19,429 → 19,129",
      "UNNEEDED_SIGNER: 5,000 lamports less, block cost 19,429 → 18,709, 64 bytes less",
      "UNNEEDED_ACCOUNT: 5,000 lamports less, block cost 19,429 → 18,409, 97 bytes less",
      "LOWER_DATA_LIMIT: block cost 19,429 → 3,062",
    ]
  `);
});

test('an older build of Token is told from that of mainnet', async () => {
  const stage = new Stage(FeatureSet.mainnet().without('replace_spl_token_with_p_token'));
  const alice = await stage.wallet('alice');
  const mint = await createMint(stage, alice);
  const create = await getCreateAssociatedTokenInstructionAsync({ payer: alice, owner: alice.address, mint });
  const outcome = await stage.send(alice, [create]);
  const found = advise(outcome).find(({ code }) => code === 'NEWER_TOKEN')!;
  expect(found.before.computeUnits).toBe(Number(outcome.computeUnitsConsumed));
  const mainnet = new Stage();
  await createMint(mainnet, await mainnet.wallet('alice'));
  expect(found.after.computeUnits).toBe(Number((await mainnet.send(alice, [create])).computeUnitsConsumed));
});

test('an account that a program writes to where it is given is needed', async () => {
  // Writes a byte to its last account, if there is one.
  const source = `
    entrypoint:
      ldxdw r2, [r1+0]
      jeq r2, 0, done
      stb [r1+96], 9
    done:
      mov64 r0, 0
      exit`;
  const stage = new Stage();
  const alice = await stage.wallet('alice');
  stage.svm.addProgram(PROGRAM, assembleElf(source));
  const owned = 'Vau1t11111111111111111111111111111111111111' as Address;
  const account = { address: owned, lamports: lamports(2_000_000n), space: 8n, executable: false };
  stage.svm.setAccount({ ...account, programAddress: PROGRAM, data: new Uint8Array(8) });
  const outcome = await stage.send(alice, [
    { programAddress: PROGRAM, accounts: [{ address: owned, role: AccountRole.WRITABLE }] },
  ]);
  expect(outcome.error).toBeNull();
  const codes = advise(outcome).map(({ code }) => code);
  expect(codes).not.toContain('UNNEEDED_ACCOUNT');
  expect(codes).not.toContain('READONLY_ACCOUNT');
});

test('Create of what is there already passes as CreateIdempotent', async () => {
  const stage = new Stage();
  const alice = await stage.wallet('alice');
  const mint = await createMint(stage, alice);
  const create = await getCreateAssociatedTokenInstructionAsync({ payer: alice, owner: alice.address, mint });
  await stage.send(alice, [create]);
  stage.svm.expireBlockhash();
  const advice = advise(await stage.send(alice, [create]));
  expect(formatAdvice(advice)).toBe(
    '→ Create the token account of instruction #0 with CreateIdempotent: it is there already.  it passes\n  It ran so, to its end.',
  );
});

test('programs in TypeScript must not run twice: no advice', async () => {
  const stage = new Stage();
  const alice = await stage.wallet('alice');
  let runs = 0;
  stage.svm.addProgram(
    PROGRAM,
    defineProgram(() => {
      runs++;
    }),
  );
  expect(advise(await stage.send(alice, [{ programAddress: PROGRAM }]))).toEqual([]);
  expect(runs).toBe(1);
});
