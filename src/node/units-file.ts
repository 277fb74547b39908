// `parhelion units --save` and `--check`: the units of each top-level instruction in a file, for CI, and what has become of them.

import { escapeText, type FrameUnits } from '../trace/index.ts';
import { ParhelionError } from '../wire/errors.ts';
import { writeText } from './input-files.ts';

/** Units by instruction: `#0 Token::TransferChecked`. */
export type SavedUnits = Readonly<Record<string, number>>;

export interface UnitsCheck {
  readonly isPassed: boolean;
  readonly units: SavedUnits;
  /** What changed, a line each. */
  readonly lines: readonly string[];
}

/** @throws ParhelionError `UNWRITABLE_FILE` */
export function saveUnits(units: readonly FrameUnits[], file: string): SavedUnits {
  const saved = unitsByName(units);
  writeText(file, `${JSON.stringify(saved, null, 2)}\n`);
  return saved;
}

/** @throws ParhelionError `UNREADABLE_FILE` where the file is none that `saveUnits` wrote. */
export function checkUnits(units: readonly FrameUnits[], saved: unknown, file: string): UnitsCheck {
  if (!isSavedUnits(saved)) {
    const reason = 'it is none that units --save wrote: names of instructions and their units';
    throw new ParhelionError('UNREADABLE_FILE', { file, reason });
  }
  const now = unitsByName(units);
  const worse: string[] = [];
  const better: string[] = [];
  const shownFile = escapeText(file);
  for (const [key, before] of Object.entries(saved)) {
    const after = Object.hasOwn(now, key) ? now[key] : undefined;
    const name = escapeText(key);
    if (after === undefined) worse.push(`✗ ${name}: not in this transaction`);
    else if (after > before) {
      worse.push(`✗ ${name}: ${after} units, ${after - before} more than the ${before} of ${shownFile}`);
    } else if (after < before) better.push(`✓ ${name}: ${after} units, ${before - after} less`);
  }
  for (const [name, after] of Object.entries(now)) {
    if (!Object.hasOwn(saved, name)) worse.push(`✗ ${escapeText(name)}: ${after} units, not in ${shownFile}`);
  }
  const isPassed = worse.length === 0;
  const lines = [...worse, ...better, ...(isPassed ? ['✓ no instruction uses more units than saved'] : [])];
  return { isPassed, units: now, lines };
}

function unitsByName(units: readonly FrameUnits[]): SavedUnits {
  return Object.fromEntries(
    units.map(({ path, program, instruction, total }) => {
      return [`#${path[0]} ${program}${instruction === null ? '' : `::${instruction}`}`, total];
    }),
  );
}

function isSavedUnits(saved: unknown): saved is SavedUnits {
  if (typeof saved !== 'object' || saved === null || Array.isArray(saved)) return false;
  return Object.values(saved).every((units) => Number.isSafeInteger(units) && units >= 0);
}
