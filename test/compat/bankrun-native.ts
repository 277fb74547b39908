// Runs the scripts against npm solana-bankrun, in a process of its own: the native module reads its settings from the
// process's environment, which a test's thread doesn't share, and what it panics on stays here. Prints JSON.

import { createRequire } from 'node:module';
import { type Module, SCRIPTS, VALUES } from './bankrun-scripts.ts';
import { observe, observeAsync, plain, shapeOf } from './observe.ts';

const native: Module = createRequire(import.meta.url)('solana-bankrun');
const results: Record<string, unknown> = {};
for (const [name, script] of Object.entries(SCRIPTS)) results[name] = plain(await observeAsync(() => script(native)));
for (const [name, script] of Object.entries(VALUES)) results[name] = observe(() => script(native));
const shapes = Object.fromEntries(Object.entries(native).map(([name, value]) => [name, shapeOf(value)]));
process.stdout.write(JSON.stringify({ results, shapes }), () => process.exit(0));
