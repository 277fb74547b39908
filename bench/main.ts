// Compares with LiteSVM and prints ratios.
//
//   npm run bench                      everything
//   npm run bench -- --only Token      the workloads whose name contains it
//   npm run bench -- --json            an array of { name, ratio, goal, ours, theirs, unit } instead of a table
//   npm run bench -- --write           everything, and docs/performance.md from it

import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { parseArgs } from 'node:util';
import { renderHeader, renderPage, renderRow } from './report.ts';
import type { Row } from './workload.ts';
import { CALLS } from './workloads/calls.ts';
import { KERNEL_WORKLOADS } from './workloads/kernels.ts';
import { SIGNATURES } from './workloads/signatures.ts';
import { STATE } from './workloads/state.ts';
import { TRACES } from './workloads/traces.ts';
import { TRANSACTIONS } from './workloads/transactions.ts';

const WORKLOADS = [...KERNEL_WORKLOADS, ...TRANSACTIONS, ...CALLS, ...SIGNATURES, ...STATE, ...TRACES];
const PAGE = new URL('../docs/performance.md', import.meta.url);

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    only: { type: 'string', default: '' },
    write: { type: 'boolean', default: false },
  },
});

if (values.write && values.only !== '') throw new Error('--write takes the figures of all workloads');
const print = values.json ? () => {} : (line: string) => console.log(line);
const rows: Row[] = [];
print(renderHeader());
for (const workload of WORKLOADS) {
  if (!workload.name.includes(values.only)) continue;
  for (const row of await workload.run()) {
    rows.push(row);
    print(renderRow(row));
  }
}
if (values.json) console.log(JSON.stringify(rows, undefined, 2));
if (values.write) {
  const versionIn = (manifest: string | URL): string => JSON.parse(readFileSync(manifest, 'utf8')).version;
  const litesvm = versionIn(createRequire(import.meta.url).resolve('litesvm/package.json'));
  const parhelion = versionIn(new URL('../package.json', import.meta.url));
  writeFileSync(PAGE, renderPage(rows, { parhelion, litesvm }, new Date()));
}
