// Writes src/crypto/*.generated.ts: the WebAssembly of the crypto room, emitted. A test fails when one is stale.
//
//   npx tsx scripts/emit-crypto-modules.ts

import { writeFileSync } from 'node:fs';
import { renderModules } from '../src/crypto/modules.ts';

for (const [file, text] of renderModules()) {
  writeFileSync(new URL(`../src/crypto/${file}`, import.meta.url), text);
}
