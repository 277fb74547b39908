// Writes src/crypto/modules.generated.ts: the WebAssembly of the crypto room, emitted. A test fails when it is stale.
//
//   npx tsx scripts/emit-crypto-modules.ts

import { writeFileSync } from 'node:fs';
import { renderModules } from '../src/crypto/modules.ts';

writeFileSync(new URL('../src/crypto/modules.generated.ts', import.meta.url), renderModules());
