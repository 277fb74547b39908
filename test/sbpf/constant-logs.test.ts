// Texts among a program's constants, whose lines are remembered: the same address with other lengths, other programs with
// other texts there, texts that are none. Against LiteSVM.

import { address, lamports } from '@solana/kit';
import { LiteSVM } from 'litesvm';
import { expect, it } from 'vitest';
import { Svm } from '../../src/index.ts';
import { assembledRodataVmAddr, assembleElf } from '../../src/sbpf/assembler.ts';
import { compileMessage, createTransaction, encodeMessage, encodeTransaction, Pubkey } from '../../src/wire/index.ts';

const PAYER = new Pubkey(new Uint8Array(32).fill(7));
const TEXTS = ['Instruction: Transfer', 'Instruction: Another thing', 'caf\u00e9 au lait, au lait'];
const BROKEN = Uint8Array.of(0x61, 0xff, 0x61, 0x61, 0x61, 0x61, 0x61, 0x61);

it('are logged as they stand, time after time', () => {
  const ours = new Svm({ signatureVerification: false });
  const theirs = new LiteSVM().withSigverify(false);
  const logged = new Set<string>();
  const payer = address(PAYER.toString());
  ours.airdrop(payer, lamports(10n ** 10n));
  theirs.airdrop(payer, lamports(10n ** 10n));
  const programs = [...TEXTS.map((text) => new TextEncoder().encode(text)), BROKEN].map((rodata, i) => {
    const key = new Pubkey(new Uint8Array(32).fill(100 + i));
    // r1 points at the instruction's data: each byte of it is a length, the last one 0.
    const source = `
      mov64 r6, r1
      add64 r6, 16
    next:
      ldxb r2, [r6+0]
      jeq r2, 0, done
      lddw r1, ${assembledRodataVmAddr(3)}
      syscall sol_log_
      add64 r6, 1
      ja next
    done:
      mov64 r0, 0
      exit`;
    const elf = assembleElf(source, { rodata });
    ours.addProgram(address(key.toString()), elf);
    theirs.addProgram(address(key.toString()), elf);
    return key;
  });
  for (const lengths of [
    [5, 8, 5],
    [8, 4, 1, 4],
    [3, 8, 200],
  ]) {
    for (const programAddress of programs) {
      const message = compileMessage({
        feePayer: PAYER,
        recentBlockhash: Pubkey.fromBase58(ours.latestBlockhash()).bytes,
        instructions: [{ programAddress, accounts: [], data: Uint8Array.of(...lengths, 0) }],
      });
      const signature = new Uint8Array(64).fill(lengths[0] + programAddress.bytes[0]);
      const bytes = encodeTransaction(createTransaction(message, [signature], encodeMessage(message)));
      const { logs } = ours.sendTransaction(bytes);
      const native = theirs as unknown as {
        inner: { sendLegacyTransaction(bytes: Uint8Array): { logs?(): string[]; meta?(): { logs(): string[] } } };
      };
      const sent = native.inner.sendLegacyTransaction(bytes);
      for (const line of logs) if (line.startsWith('Program log: ')) logged.add(line);
      expect(logs).toEqual(sent.logs?.() ?? sent.meta?.().logs());
    }
  }
  expect([...logged]).toContain('Program log: Instruct');
  expect(logged.size).toBe(8);
});
