// Writes docs/conformance.md: the table of a run, with what was compared with what, and every difference that has an
// explanation.

import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { LITESVM_DEVIATIONS } from '../../src/runtime/rules.ts';
import { EXPLAINED_FIXTURES } from './all.ts';
import { EXPLAINED } from './differential/explained.ts';
import { type Report, tableOf } from './report.ts';

const ROOT = new URL('../../', import.meta.url);
const PAGE = fileURLToPath(new URL('docs/conformance.md', ROOT));

export function writePage(reports: readonly Report[]): void {
  writeFileSync(PAGE, `${linesOf(reports).join('\n')}\n`);
}

function versionOf(packageFile: string): string {
  return (JSON.parse(readFileSync(new URL(packageFile, ROOT), 'utf8')) as { version: string }).version;
}

function linesOf(reports: readonly Report[]): string[] {
  return [
    '# Conformance',
    '',
    '<!-- Written by `npm run conformance -- --write`. -->',
    '',
    `Parhelion ${versionOf('package.json')} against npm \`litesvm\` ${versionOf('node_modules/litesvm/package.json')} (Agave 4.3.0 crates,`,
    `sbpf 0.23.0) and against recorded expectations, on Node ${process.versions.node}, ${new Date().toISOString().slice(0, 10)}.`,
    '',
    ...tableOf(reports),
    '',
    '- **sbpf**: the cases of the sbpf crate: assembly, verifier, ELF files. **fixtures**: single instructions recorded from mainnet',
    '  transactions, run on the programs that are bundled, without comparing units: the builds recorded were others.',
    '  **transactions**: generated ones, with the outcomes that LiteSVM had.',
    '- **traces**: every recorded transaction traced, explained and rewound: that changes nothing in its outcome, and units, lamports',
    '  and logs of its frames add up. The differential suite looks at every tenth of its transactions in the same way.',
    '- **cpi**: C programs that take every step of a cross-program invocation and meet every refusal, in both ABIs, run here and on',
    '  LiteSVM; again with other rules of memory and calls switched on.',
    '- **programs**: random sBPF programs, interpreted, compiled, taking turns, and on LiteSVM: result, units, error, registers,',
    '  stack, heap.',
    '- **hostile**: bad input for everything that reads input: transactions, messages, ELF files, assembly, accounts of every kind,',
    '  instruction data, IDLs, capsules, snapshots, arguments of `Svm`; transactions with spoiled programs and syscalls whose',
    '  pointers and lengths lie. Only documented errors may come out, soon, without memory growing; one input in 50 is a transaction',
    '  that runs on LiteSVM too.',
    '- **differential**: random transactions in sequences, valid and spoiled, here and on LiteSVM in one process. Compared after',
    '  each: status, error, logs, units, inner instructions, return data, fee, what a simulation would store, and every account',
    '  that could have changed; at the end of each sequence every account that was named.',
    '',
    'Whole transactions run on the tiers as users have them, interpreted, compiled, partly compiled at random moments, and with',
    'compiled code made to give up at random blocks: fixtures, transactions and cpi on each of these, the sequences of differential',
    'and the transactions of traces on one of them in turn.',
    '',
    'Seeds are fixed: a run can be repeated, by anyone. `npm run conformance -- --help` tells how.',
    '',
    '## Explained differences',
    '',
    ...explained(),
    '',
    "## LiteSVM's rules around the runtime",
    '',
    'What one instruction does is the same everywhere. Around it LiteSVM deviates from a validator for convenience; against it, the',
    'bank runs under its rules. Each deviation is one switch of `src/runtime/rules.ts`:',
    '',
    '| switch | LiteSVM |',
    '|---|---|',
    ...Object.entries(LITESVM_DEVIATIONS).map(([name, text]) => `| \`${name}\` | ${text} |`),
  ];
}

function explained(): string[] {
  const rows = [
    ...EXPLAINED.map(({ name, rule }) => `| differential | ${name} | ${rule} |`),
    ...Object.entries(EXPLAINED_FIXTURES).map(([name, { rule }]) => `| fixtures: loader-v3 | \`${name}…\` | ${rule} |`),
  ];
  return ['| suite | difference | rule |', '|---|---|---|', ...rows];
}
