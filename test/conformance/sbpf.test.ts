import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { runSbpfCases } from './sbpf.ts';

const DATA = fileURLToPath(new URL('../../../shared/data/sbpf/', import.meta.url));

test("machine, verifier, assembler and disassembler agree with the sbpf crate's own tests", () => {
  const files = ['cases.json', 'elf-cases.json'].map((name) => DATA + name);
  if (!files.every(existsSync)) {
    console.log('no recorded cases beside the repository: nothing compared');
    return;
  }
  const report = runSbpfCases(files);
  expect(report.failures).toEqual([]);
  expect(report.passed).toBeGreaterThan(300);
});
