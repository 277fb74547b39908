// `parhelion trace|explain|units|ledger FILE`: runs a capsule and prints its tree, why it failed, where its units went, or what
// each frame did to its accounts. `units --save` and `--check` are units-file.ts's.

import { advise } from '../testing/advice.ts';
import { runCapsule } from '../testing/capsule.ts';
import type { TransactionOutcome } from '../testing/outcome.ts';
import {
  accountUnits,
  escapeText,
  explain,
  flameGraph,
  flameGraphHtml,
  foldUnits,
  formatAdvice,
  formatExplanation,
  formatLedger,
  formatTrace,
  formatUnits,
  jsonText,
  pprofUnits,
  TRACE_LEVELS,
  traceToJson,
  valueToJson,
} from '../trace/index.ts';
import { ParhelionError } from '../wire/errors.ts';
import type { CommandLine } from './arguments.ts';
import { readIdlFiles } from './idl-files.ts';
import type { InputFiles } from './input-files.ts';
import { checkUnits, saveUnits } from './units-file.ts';

export interface CapsuleCommand
  extends Pick<CommandLine, 'names' | 'json' | 'level' | 'form' | 'save' | 'check' | 'idls'> {
  readonly command: 'trace' | 'explain' | 'units' | 'ledger';
  readonly files: InputFiles;
  readonly color: boolean;
  readonly width: number;
}

type Write = (output: string | Uint8Array) => void;
type Say = (sentence: string) => void;

/**
 * Runs the one capsule that a command line names.
 *
 * @param say for what the run does without.
 */
export function runCapsuleFile(
  { names, files, idls }: Pick<CapsuleCommand, 'names' | 'files' | 'idls'>,
  say: Say,
): TransactionOutcome {
  // The IDLs first: one that can't be read is told before anything runs.
  const decoders = readIdlFiles(idls, files);
  const outcome = runCapsule(files.json(names[0]), { decoders, onNote: say });
  for (const [address] of decoders) {
    if (outcome.trace.accounts.some((account) => account.address === address)) continue;
    say(`The IDL of ${address} is of no use here: the transaction has no such account.`);
  }
  return outcome;
}

/** @returns the exit code: 1 where `--check` found more units, or a capsule's transaction failed under `explain`. */
export function runCapsuleCommand(options: CapsuleCommand, write: Write, say: Say): number {
  const { command, json, color, width } = options;
  // What can't be printed is said before anything runs.
  const level = oneOf('--level', TRACE_LEVELS, options.level ?? 'accounts');
  const form = oneOf('--form', UNITS_FORMS, options.form ?? 'table');
  const outcome = runCapsuleFile(options, say);
  switch (command) {
    case 'trace':
      write(json ? jsonText(traceToJson(outcome.trace)) : formatTrace(outcome.trace, { color, width, level }));
      return 0;
    case 'ledger': {
      const { ledger, trace } = outcome;
      if (!json) sayNothingRan(outcome, write);
      write(json ? jsonText(valueToJson(ledger)) : formatLedger(ledger, trace.names, { color, width }));
      return 0;
    }
    case 'units':
      return printUnits(options, form, outcome, write);
    case 'explain': {
      const explanation = explain(outcome);
      if (json) write(jsonText(valueToJson(explanation)));
      else
        write(explanation === null ? '✓ the transaction succeeds' : formatExplanation(explanation, { color, width }));
      return explanation === null ? 0 : 1;
    }
  }
}

const UNITS_FORMS = ['table', 'folded', 'svg', 'html', 'pprof'] as const;

function printUnits(
  { save, check, json, color, width, files }: CapsuleCommand,
  form: (typeof UNITS_FORMS)[number],
  outcome: TransactionOutcome,
  write: Write,
): number {
  const units = accountUnits(outcome.trace);
  if (save !== undefined) {
    const saved = saveUnits(units, save);
    if (json) write(jsonText({ savedTo: save, units: saved }));
    return 0;
  }
  if (check !== undefined) {
    const found = checkUnits(units, files.json(check), check);
    write(json ? jsonText(found) : found.lines.join('\n'));
    return found.isPassed ? 0 : 1;
  }
  if (json) {
    write(jsonText({ units, advice: valueToJson(advise(outcome)) }));
    return 0;
  }
  switch (form) {
    case 'table': {
      sayNothingRan(outcome, write);
      write(formatUnits(units));
      const advice = formatAdvice(advise(outcome), { color, width });
      if (advice !== '') write(`\n${advice}`);
      break;
    }
    case 'folded':
      write(foldUnits(units));
      break;
    case 'svg':
      write(flameGraph(units));
      break;
    case 'html':
      write(flameGraphHtml(units));
      break;
    case 'pprof':
      write(pprofUnits(units));
  }
  return 0;
}

/** Zeros alone would leave open why. */
function sayNothingRan({ trace }: TransactionOutcome, write: Write): void {
  const { verdict, errorText } = trace;
  if (verdict === 'refused') write(`✗ nothing ran: ${escapeText(errorText ?? 'the transaction was rejected')}\n`);
}

function oneOf<const T extends readonly string[]>(name: string, known: T, received: string): T[number] {
  if (known.includes(received)) return received;
  throw new ParhelionError('INVALID_ARGUMENT', {
    name,
    expected: known.join(', '),
    received: JSON.stringify(received),
  });
}
