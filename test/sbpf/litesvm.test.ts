// The interpreter against LiteSVM, which compiles programs to machine code: random programs, from a fixed seed, must cost
// the same units and end in the same words. Over twenty thousand have; a few run each time.

import { address, getAddressEncoder, getTransactionDecoder, lamports } from '@solana/kit';
import { FailedTransactionMetadata, LiteSVM } from 'litesvm';
import { describe, expect, it } from 'vitest';
import { type Config, DEFAULT_CONFIG } from '../../src/sbpf/config.ts';
import { writeElf } from '../../src/sbpf/elf/writer.ts';
import { ElfError } from '../../src/sbpf/errors.ts';
import { Executable } from '../../src/sbpf/executable.ts';
import { NO_SYSCALLS } from '../../src/sbpf/syscall-registry.ts';
import { verify } from '../../src/sbpf/verifier.ts';
import { Vm } from '../../src/sbpf/vm.ts';
import { randomInput, randomNumbers, randomProgram } from './random-programs.ts';

const MAINNET: Config = {
  ...DEFAULT_CONFIG,
  optimizeRodata: false,
  alignedMemoryMapping: true,
  enabledSbpfVersions: [0, 3],
};
const PAYER = address('Payer11111111111111111111111111111111111111');
const PROGRAM = address('Program111111111111111111111111111111111111');
const COMPUTE_BUDGET = address('ComputeBudget111111111111111111111111111111');
const COMPUTE_BUDGET_COST = 150;
const DATA = 0x4_0000_0010;

interface Outcome {
  readonly units: number;
  readonly end: string;
}

/** Of a transaction that sets the limit and calls the program with `data`. */
function outcomeOfLiteSvm(svm: LiteSVM, data: Uint8Array, budget: number): Outcome {
  const keys = [PAYER, COMPUTE_BUDGET, PROGRAM].flatMap((key) => [...getAddressEncoder().encode(key)]);
  const limit = budget + COMPUTE_BUDGET_COST;
  const bytes = [1, ...new Uint8Array(64), 1, 0, 2, 3, ...keys, ...new Uint8Array(32), 2];
  bytes.push(1, 0, 5, 2, limit & 255, limit >> 8, 0, 0);
  bytes.push(2, 0, (data.length & 127) | 128, data.length >> 7, ...data);
  const sent = svm.sendTransaction(getTransactionDecoder().decode(Uint8Array.from(bytes)));
  const logs = (sent instanceof FailedTransactionMetadata ? sent.meta() : sent).logs().join('\n');
  const end = /^Program Program1\S+ (?:failed: (.*)|success)$/m.exec(logs);
  return {
    units: Number(/^Program Program1\S+ consumed (\d+) of/m.exec(logs)?.[1]),
    end: end === null ? logs : (end[1] ?? 'success'),
  };
}

function outcomeOfVm(vm: Vm, executable: Executable, data: Uint8Array, budget: number): Outcome {
  const input = vm.prepareInput(16 + data.length + 32);
  vm.memory.bytes.fill(0, input, input + 16);
  vm.memory.writeU64(input + 8, data.length);
  vm.memory.bytes.set(data, input + 16);
  vm.memory.bytes.set(getAddressEncoder().encode(PROGRAM), input + 16 + data.length);
  const meter = { remaining: budget };
  const { r0, error, instructions } = vm.run({ executable, context: undefined, meter, heapSize: 32 * 1024, r2: DATA });
  const end = error?.text ?? (r0 === 0 ? 'success' : `custom program error: 0x${r0.toString(16)}`);
  return { units: instructions, end };
}

describe.each([0, 1, 2, 3] as const)('random programs of V%d', (version) => {
  it('run as LiteSVM runs them', () => {
    const svm = new LiteSVM().withSigverify(false).withBlockhashCheck(false).withTransactionHistory(0n);
    svm.airdrop(PAYER, lamports(10n ** 12n));
    const vm = new Vm();
    const random = randomNumbers(0xace0 + version);
    let compared = 0;
    for (let i = 0; i < 100; i++) {
      const text = randomProgram(random, version, true);
      const data = randomInput(random).subarray(16);
      const budget = random.below(5) === 0 ? 1 + random.below(40) : 300;
      const elf = writeElf({ version, text, rodata: new Uint8Array(0), entryPc: 0, relocations: [] });
      const executable = Executable.load(elf, MAINNET, NO_SYSCALLS);
      if (executable instanceof ElfError || verify(executable) !== undefined) continue;
      svm.addProgram(PROGRAM, elf);
      const theirs = outcomeOfLiteSvm(svm, data, budget);
      const ours = outcomeOfVm(vm, executable, data, budget);
      // An r0 of more than 32 bits is an error of its own kind, or none: the runtime's business.
      const isWide = ours.end.startsWith('custom') && ours.end.length > 'custom program error: 0x'.length + 8;
      expect(isWide ? { ...ours, end: theirs.end } : ours, `program ${i}`).toEqual(theirs);
      compared++;
    }
    expect(compared).toBeGreaterThan(50);
  });
});
