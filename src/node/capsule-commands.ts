// `parhelion trace|explain|units FILE`: runs a capsule and prints its tree, why it failed, or where its units went.
// `units --save` writes the units of each top-level instruction to a file, `--check` compares with such a file, for CI.

import { readFileSync, writeFileSync } from 'node:fs';
import { advise } from '../testing/advice.ts';
import { runCapsule } from '../testing/capsule.ts';
import type { TransactionOutcome } from '../testing/outcome.ts';
import {
  accountUnits,
  explain,
  type FrameUnits,
  flameGraph,
  flameGraphHtml,
  foldUnits,
  formatAdvice,
  formatExplanation,
  formatTrace,
  formatUnits,
  pprofUnits,
  TRACE_LEVELS,
  type TraceLevel,
  traceToJson,
  valueToJson,
} from '../trace/index.ts';
import { ParhelionError } from '../wire/errors.ts';

export interface CapsuleCommand {
  readonly command: 'trace' | 'explain' | 'units';
  readonly files: readonly string[];
  readonly json: boolean;
  readonly color: boolean;
  readonly width: number;
  readonly level: string | undefined;
  readonly form: string | undefined;
  readonly save: string | undefined;
  readonly check: string | undefined;
}

type Write = (output: string | Uint8Array) => void;

/** Runs the one capsule that a command line names. */
export function runCapsuleFile(files: readonly string[]): TransactionOutcome {
  if (files.length !== 1) throw usage('FILE', 'one capsule', `${files.length} files`);
  return runCapsule(readJson(files[0]));
}

/** @returns the exit code: 1 where `--check` found more units, or a capsule's transaction failed under `explain`. */
export function runCapsuleCommand(options: CapsuleCommand, write: Write): number {
  const { command, files, json, color, width } = options;
  const outcome = runCapsuleFile(files);
  if (command === 'units') return printUnits(options, outcome, write);
  if (command === 'trace') {
    const level = options.level ?? 'accounts';
    if (!isLevel(level)) throw usage('--level', TRACE_LEVELS.join(', '), level);
    write(
      json ? JSON.stringify(traceToJson(outcome.trace), null, 2) : formatTrace(outcome.trace, { color, width, level }),
    );
    return 0;
  }
  const explanation = explain(outcome);
  if (json) write(JSON.stringify(valueToJson(explanation), null, 2));
  else write(explanation === null ? '✓ the transaction succeeds' : formatExplanation(explanation, { color, width }));
  return explanation === null ? 0 : 1;
}

function isLevel(level: string): level is TraceLevel {
  return (TRACE_LEVELS as readonly string[]).includes(level);
}

function printUnits(options: CapsuleCommand, outcome: TransactionOutcome, write: Write): number {
  const { form = 'table', save, check, json, color, width } = options;
  const units = accountUnits(outcome.trace);
  const saved = Object.fromEntries(units.map((frame) => [nameOf(frame), frame.total]));
  if (save !== undefined) {
    writeFileSync(save, `${JSON.stringify(saved, null, 2)}\n`);
    return 0;
  }
  if (check !== undefined) {
    const lines: string[] = [];
    const code = checkUnits(saved, readJson(check), check, (line) => lines.push(String(line)));
    write(json ? JSON.stringify({ isPassed: code === 0, units: saved, lines }, null, 2) : lines.join('\n'));
    return code;
  }
  if (json) {
    write(JSON.stringify({ units, advice: valueToJson(advise(outcome)) }, null, 2));
    return 0;
  }
  const forms: Readonly<Record<string, () => string | Uint8Array>> = {
    table: () => formatUnits(units),
    folded: () => foldUnits(units),
    svg: () => flameGraph(units),
    html: () => flameGraphHtml(units),
    pprof: () => pprofUnits(units),
  };
  const make = Object.hasOwn(forms, form) ? forms[form] : undefined;
  if (make === undefined) throw usage('--form', Object.keys(forms).join(', '), form);
  write(make());
  const advice = form === 'table' ? formatAdvice(advise(outcome), { color, width }) : '';
  if (advice !== '') write(`\n${advice}`);
  return 0;
}

function checkUnits(now: Readonly<Record<string, number>>, saved: unknown, file: string, write: Write): number {
  if (!isSavedUnits(saved))
    throw usage(file, 'a file that --save wrote: names of instructions and their units', 'something else');
  let worse = 0;
  for (const [name, before] of Object.entries(saved)) {
    const after = now[name];
    if (after === undefined) {
      worse++;
      write(`✗ ${name}: not in this transaction`);
    } else if (after > before) {
      worse++;
      write(`✗ ${name}: ${after} units, ${after - before} more than the ${before} of ${file}`);
    } else if (after < before) {
      write(`✓ ${name}: ${after} units, ${before - after} less`);
    }
  }
  for (const name of Object.keys(now)) {
    if (Object.hasOwn(saved, name)) continue;
    worse++;
    write(`✗ ${name}: ${now[name]} units, not in ${file}`);
  }
  if (worse === 0) write('✓ no instruction uses more units than saved');
  return worse === 0 ? 0 : 1;
}

function isSavedUnits(saved: unknown): saved is Readonly<Record<string, number>> {
  if (typeof saved !== 'object' || saved === null || Array.isArray(saved)) return false;
  return Object.values(saved).every((units) => Number.isSafeInteger(units) && units >= 0);
}

function nameOf({ path, program, instruction }: FrameUnits): string {
  return `#${path[0]} ${program}${instruction === null ? '' : `::${instruction}`}`;
}

export function readJson(file: string): unknown {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw usage(file, 'a file that can be read', error instanceof Error ? error.message : String(error));
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw usage(file, 'JSON', error instanceof Error ? error.message : String(error));
  }
}

function usage(name: string, expected: string, received: string): ParhelionError {
  return new ParhelionError('INVALID_ARGUMENT', { name, expected, received });
}
