// The figures as people read them: a table in the terminal, a page in docs/.

import { cpus, totalmem } from 'node:os';
import type { Row } from './workload.ts';

const HEADER = ['workload', 'ratio', 'goal', 'Parhelion', 'LiteSVM', ''] as const;

function cells(row: Row): string[] {
  const { name, ratio, goal, ours, theirs } = row;
  const { unit, scale } = row.unit === 'KiB' ? { unit: 'MiB', scale: 1 / 1024 } : { unit: row.unit, scale: 1 };
  const verdict = goal === null ? '' : ratio >= goal ? 'met' : 'missed';
  const figure = (value: number) => `${digits(value * scale)} ${unit}`;
  return [name, `${digits(ratio)}×`, goal === null ? '' : `${goal}×`, figure(ours), figure(theirs), verdict];
}

/** Three digits that say something. */
function digits(value: number): string {
  if (value >= 100) return value.toFixed(0);
  return value >= 10 ? value.toFixed(1) : value >= 0.1 ? value.toFixed(2) : value.toPrecision(2);
}

export function renderRow(row: Row): string {
  const [name, ratio, goal, ours, theirs, verdict] = cells(row);
  return [
    name.padEnd(68),
    ratio.padStart(8),
    goal.padStart(7),
    ours.padStart(15),
    theirs.padStart(15),
    verdict === '' ? '' : `  ${verdict}`,
  ].join('');
}

export function renderHeader(): string {
  const [name, ratio, goal, ours, theirs] = HEADER;
  return [name.padEnd(68), ratio.padStart(8), goal.padStart(7), ours.padStart(15), theirs.padStart(15)].join('');
}

/** What was compared with what. */
export interface Versions {
  readonly parhelion: string;
  readonly litesvm: string;
}

/** docs/performance.md. */
export function renderPage(rows: readonly Row[], versions: Versions, date: Date): string {
  const [cpu] = cpus();
  const machine = `${cpus().length} × ${cpu.model.trim()}, ${Math.round(totalmem() / 2 ** 30)} GB, Node ${process.versions.node}`;
  const lines = rows.map((row) => `| ${cells(row).join(' | ')} |`);
  const withGoal = rows.filter(({ goal }) => goal !== null);
  const met = withGoal.filter(({ ratio, goal }) => ratio >= goal!).length;
  return `# Performance

Written by \`npm run bench -- --write\`. Don't edit.

Everything is measured against LiteSVM ${versions.litesvm} (Agave's own code, its x86 compiler included, as a native addon) in the
same process: each side runs for a second to warm up, then both take turns in slices of some 40 ms, eleven rounds, medians.
The ratio is LiteSVM's time divided by Parhelion's: above 1 Parhelion is faster. Before anything is timed both sides run it and must agree in error, logs,
compute units and every account; what is timed is each time a new transaction, which neither side has seen before.

- *raw*: wire bytes, to LiteSVM's native method (past its JavaScript class) and to \`Svm.sendTransaction\`.
- *API*: @solana/kit's transaction object, to \`sendTransaction\` of both.
- *cold* and *fresh process*: one new process for each figure, medians of nine, with the package as it is published. A
  fresh process imports what its side needs and no more: a test that imports @solana/kit itself pays for that on both.
- *its trace*: our own time without the trace takes LiteSVM's place; read means every call, with its program, instruction,
  accounts and units. Unread: what stands in LiteSVM's place is a chain without decoders, labels and IDLs.
- Signatures aren't checked but where it says so; all else is as it is by default on both sides.

Taken on ${date.toISOString().slice(0, 10)} with Parhelion ${versions.parhelion} and LiteSVM ${versions.litesvm}. Machine: ${machine}.
${met} of ${withGoal.length} goals are met. Ratios differ from machine to machine, and some by a fifth from run to run.

| ${HEADER.join(' | ')} |
|${'---|'.repeat(HEADER.length)}
${lines.join('\n')}
`;
}
