import {
  address,
  appendTransactionMessageInstruction,
  compileTransaction,
  createTransactionMessage,
  getAddressEncoder,
  lamports,
  pipe,
  setTransactionMessageFeePayer,
  setTransactionMessageLifetimeUsingBlockhash,
} from '@solana/kit';
import { FailedTransactionMetadata, LiteSVM } from 'litesvm';
import { describe, expect, test } from 'vitest';
import { assembledRodataVmAddr, assembleElf } from '../assembler.ts';
import { DEFAULT_CONFIG } from '../config.ts';
import { disassemble } from '../disassembler.ts';
import { Executable } from '../executable.ts';
import { NO_SYSCALLS } from '../syscall-registry.ts';
import { verify } from '../verifier.ts';
import type { SbpfVersion } from '../version.ts';

const VERSIONS = [0, 1, 2, 3] as const;

const hello = new TextEncoder().encode('hello from assembly');
const GREETER = address('Greeter111111111111111111111111111111111111');
const CALLER = address('CaLLer1111111111111111111111111111111111111');
const PAYER = address('Payer11111111111111111111111111111111111111');

/** A constant, where `lddw` may be missing. */
const constant = (register: string, value: number): string =>
  `mov64 ${register}, ${Math.floor(value / 0x1_0000_0000)}
   lsh64 ${register}, 32
   or64 ${register}, ${value % 0x1_0000_0000}`;

const greeter = (version: SbpfVersion): Uint8Array =>
  assembleElf(
    `function_log:
       ${constant('r1', assembledRodataVmAddr(version))}
       mov64 r2, ${hello.length}
       syscall sol_log_
       mov64 r0, 0
       exit
     entrypoint:
       call function_log
       exit`,
    { version, rodata: hello },
  );

const caller = (version: SbpfVersion): Uint8Array =>
  assembleElf(
    `entrypoint:
       ${version === 1 || version === 2 ? 'add64 r10, -64' : ''}
       ${constant('r1', assembledRodataVmAddr(version))}
       stxdw [r10-40], r1
       stdw [r10-32], 0
       stdw [r10-24], 0
       stdw [r10-16], 0
       stdw [r10-8], 0
       mov64 r1, r10
       add64 r1, -40
       mov64 r2, 0
       mov64 r3, 0
       mov64 r4, 0
       mov64 r5, 0
       syscall sol_invoke_signed_c
       syscall sol_log_compute_units_
       exit`,
    { version, rodata: new Uint8Array(getAddressEncoder().encode(GREETER)) },
  );

function run(svm: LiteSVM): string[] {
  const message = pipe(
    createTransactionMessage({ version: 'legacy' }),
    (m) => setTransactionMessageFeePayer(PAYER, m),
    (m) =>
      setTransactionMessageLifetimeUsingBlockhash({ blockhash: svm.latestBlockhash(), lastValidBlockHeight: 0n }, m),
    (m) =>
      appendTransactionMessageInstruction({ programAddress: CALLER, accounts: [{ address: GREETER, role: 0 }] }, m),
  );
  const result = svm.sendTransaction(compileTransaction(message));
  if (result instanceof FailedTransactionMetadata) throw new Error(result.toString());
  return result.logs();
}

describe('assembleElf', () => {
  test.each(VERSIONS)('makes V%i files that run on an independent implementation, syscalls and all', (version) => {
    const svm = new LiteSVM().withSigverify(false);
    svm.airdrop(PAYER, lamports(1_000_000_000n));
    svm.addProgram(GREETER, greeter(version));
    svm.addProgram(CALLER, caller(version));
    const logs = run(svm);
    expect(logs).toContain('Program log: hello from assembly');
    expect(logs).toContain(`Program ${GREETER} success`);
    expect(logs[logs.length - 1]).toBe(`Program ${CALLER} success`);
  });

  test.each([0, 1, 2, 3, 4] as const)(
    'makes V%i files that our own loader takes, strict settings included',
    (version) => {
      const config = { ...DEFAULT_CONFIG, rejectBrokenElfs: true, optimizeRodata: false };
      const executable = Executable.load(assembleElf('entrypoint:\nexit', { version }), config, NO_SYSCALLS);
      expect(executable).toBeInstanceOf(Executable);
      expect(verify(executable as Executable)).toBeUndefined();
    },
  );

  test('keeps a call of the very next relative target -1, which a V0 loader would leave unresolved', () => {
    const elf = assembleElf('mov64 r0, 1\nfunction_self:\ncall function_self\nexit', { version: 0 });
    const executable = Executable.load(elf, DEFAULT_CONFIG, NO_SYSCALLS) as Executable;
    expect(disassemble(executable)).toEqual([
      'entrypoint:',
      '    mov64 r0, 1',
      '',
      'function_1:',
      '    call function_1',
      '    exit',
    ]);
  });

  test.each([
    ['syscall 5', 'Syscalls of a V0 file are called by name, not by hash (insn #0)'],
    [`syscall ${'n'.repeat(64)}`, `The name ${'n'.repeat(64)} is longer than a V0 file can hold: 63 bytes`],
  ])('refuses what a V0 file cannot say: %s', (source, message) => {
    expect(() => assembleElf(source, { version: 0 })).toThrow(message);
  });
});
