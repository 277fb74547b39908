// The programs of an Anchor workspace: the table `programs.localnet` of its Anchor.toml, as name and address. Read here is
// what of TOML such a table is written in: a header, an inline table, or dotted keys; strings of one line.
// Source: https://toml.io/en/v1.0.0; for the errors, solana-bankrun src/lib.rs, start_anchor.

import { nativeError } from '../testing/litesvm/arguments.ts';

const TABLE = ['programs', 'localnet'];

/** Throws bankrun's error where there is no such table, or it isn't one. */
export function localnetPrograms(toml: string): ReadonlyMap<string, string> {
  const programs = new Map<string, string>();
  let isTableThere = false;
  let path: string[] = [];
  const add = (keys: readonly string[], value: string) => {
    if (isPrefix(keys, TABLE)) {
      if (keys.length > TABLE.length) return;
      // The whole table, or what stands above it, in braces.
      if (!value.startsWith('{')) {
        if (keys.length === TABLE.length) throw nativeError('Failed to parse `programs.localnet` table.');
        return;
      }
      isTableThere ||= keys.length === TABLE.length;
      for (const [innerKeys, innerValue] of inlineEntries(value)) add([...keys, ...innerKeys], innerValue);
    } else if (isPrefix(TABLE, keys) && keys.length === TABLE.length + 1) {
      isTableThere = true;
      const text = stringOf(value);
      if (text === undefined) throw nativeError(`Invalid pubkey in \`programs.localnet\` table. ${value}`);
      programs.set(keys[TABLE.length], text);
    }
  };
  for (const line of toml.split(/\r?\n/).map(withoutComment)) {
    const header = /^\[([^[\]]+)\]$/.exec(line);
    if (header !== null) {
      path = keysOf(header[1]);
      isTableThere ||= isPrefix(path, TABLE) && path.length === TABLE.length;
      continue;
    }
    const separator = equalsSign(line);
    if (separator > 0) add([...path, ...keysOf(line.slice(0, separator))], line.slice(separator + 1).trim());
  }
  if (!isTableThere) throw nativeError('`programs.localnet` not found in Anchor.toml');
  return programs;
}

/** Whether `keys` are the first of `whole`. */
function isPrefix(keys: readonly string[], whole: readonly string[]): boolean {
  return keys.length <= whole.length && keys.every((key, i) => key === whole[i]);
}

/** `a."b.c"` → a, b.c */
function keysOf(text: string): string[] {
  return Array.from(
    text.matchAll(/"([^"]*)"|'([^']*)'|([\w-]+)/g),
    ([, double, single, bare]) => double ?? single ?? bare,
  );
}

function stringOf(value: string): string | undefined {
  const match = /^"([^"\\]*)"$|^'([^']*)'$/.exec(value);
  return match === null ? undefined : (match[1] ?? match[2]);
}

/** The entries of `{ a = "…", b = "…" }`. */
function inlineEntries(table: string): [string[], string][] {
  const body = table.slice(1, table.lastIndexOf('}'));
  return splitOutsideQuotes(body, ',')
    .filter((entry) => equalsSign(entry) > 0)
    .map((entry) => [keysOf(entry.slice(0, equalsSign(entry))), entry.slice(equalsSign(entry) + 1).trim()]);
}

function equalsSign(text: string): number {
  const [before] = splitOutsideQuotes(text, '=');
  return before.length === text.length ? -1 : before.length;
}

function withoutComment(line: string): string {
  return splitOutsideQuotes(line, '#')[0].trim();
}

/** Splits at a character where it stands neither in quotes nor in braces. */
function splitOutsideQuotes(text: string, separator: string): string[] {
  const parts = [''];
  let quote = '';
  let depth = 0;
  for (const char of text) {
    if (quote !== '') {
      if (char === quote) quote = '';
    } else if (char === '"' || char === "'") {
      quote = char;
    } else if (char === '{') {
      depth++;
    } else if (char === '}') {
      depth--;
    }
    if (char === separator && quote === '' && depth === 0) parts.push('');
    else parts[parts.length - 1] += char;
  }
  return parts;
}
