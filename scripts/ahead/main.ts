// Plays the scenarios, and writes what ran of the bundled programs as compiled code, for src/sbpf/compiler/ahead.ts to read.
// Started by compile-ahead.mjs:
//
//   main.ts FOLDER STAMP MODULE…      the modules to write; STAMP tells what they were made from

import { writeFileSync } from 'node:fs';
import { deflateRawSync } from 'node:zlib';
import { bundledElf, bundledPrograms } from '../../src/bank/bundled/index.ts';
import { FeatureSet } from '../../src/runtime/features.ts';
import { writeAhead } from '../../src/sbpf/compiler/ahead-writer.ts';
import { coverageOf } from './coverage.ts';
import { SCENARIOS } from './scenarios.ts';
import { Stage } from './stage.ts';

const [folder, stamp, ...modules] = process.argv.slice(2);
const covered = await coverageOf(async () => {
  for (const play of SCENARIOS) await play(new Stage());
});
const bundled = bundledPrograms(FeatureSet.mainnet().runtime);
for (const module of modules) {
  const [name, address] = module.split('=');
  const program = bundled.find((each) => each.address === address)!;
  const elf = Buffer.from(bundledElf(program));
  const { executable, seen } = covered.find((each) => elf.equals(each.elf))!;
  const { wasm, ...rest } = writeAhead(executable, seen);
  const deflated = deflateRawSync(wasm, { level: 9 }).toString('base64');
  const ahead = { sha256: program.sha256, length: wasm.length, ...rest, deflated };
  const text = `// Written by scripts/compile-ahead.mjs. Not committed.
// From ${stamp}

import type { ProgramAhead } from '../ahead.ts';

export const program: ProgramAhead | undefined = ${JSON.stringify(ahead, undefined, 2)};
`;
  writeFileSync(`${folder}/${name}.generated.ts`, text);
  console.log(`compile-ahead: ${program.name}, ${wasm.length} bytes, ${deflated.length} deflated`);
}
