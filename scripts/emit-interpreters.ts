// Writes src/sbpf/interpreter.generated.ts: the interpreters' WebAssembly, emitted. A test fails when it is stale.
//
//   npx tsx scripts/emit-interpreters.ts

import { writeFileSync } from 'node:fs';
import { renderInterpreters } from '../src/sbpf/interpreter.ts';

writeFileSync(new URL('../src/sbpf/interpreter.generated.ts', import.meta.url), renderInterpreters());
