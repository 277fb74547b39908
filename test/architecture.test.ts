// ARCHITECTURE.md is true where a machine can tell: imports between rooms follow its table, and the files it names exist.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const SRC = join(ROOT, 'src');
const PAGE = readFileSync(join(ROOT, 'ARCHITECTURE.md'), 'utf8');

interface Import {
  readonly file: string;
  /** A room, or a package's name. */
  readonly target: string;
  /** Of a room's file: `runtime/fees.ts`. */
  readonly path: string;
  readonly isType: boolean;
}

const tableRows = [...PAGE.matchAll(/^\| `(\w+)\/` \|.*\| ([^|]+) \|$/gm)].map(([, room, cell]) => ({ room, cell }));
const rooms = readdirSync(SRC, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name);

/** Imports of `room` that leave it. Tests and comments are not looked at. */
function importsOf(room: string): Import[] {
  const files = readdirSync(join(SRC, room), { recursive: true }) as string[];
  return files
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts') && !name.endsWith('.generated.ts'))
    .flatMap((name) => {
      const file = join(SRC, room, name);
      const code = readFileSync(file, 'utf8').replace(/^\s*(\/\/|\/?\*).*$/gm, '');
      const statements = code.matchAll(
        /\b(?:import|export)\s+(type\s+)?(?:[\w*{}\s,$]+\sfrom\s+)?'([^']+)'|\bimport\('([^']+)'\)/g,
      );
      return [...statements].map(([, type, stated, dynamic]) => {
        const specifier = stated ?? dynamic;
        const isOwn = specifier.startsWith('.');
        const path = isOwn
          ? relative(SRC, resolve(dirname(file), specifier))
              .split(sep)
              .join('/')
          : specifier;
        const target = isOwn ? path.split('/')[0] : path;
        return { file: relative(SRC, file), target, path, isType: type !== undefined };
      });
    })
    .filter(({ target }) => target !== room);
}

function mayImport(cell: string, roomsAbove: readonly string[], { target, path, isType }: Import): boolean {
  return cell.split(', ').some((entry) => {
    if (entry === 'all above') return roomsAbove.includes(target);
    const [, name, types] = /^`?([^`']+)`?('s types)?$/.exec(entry) ?? [];
    if (types !== undefined && !isType) return false;
    if (name.endsWith('*')) return target.startsWith(name.slice(0, -1));
    return target === name || path === name;
  });
}

test('the table has a row for each room', () => {
  expect(tableRows.map(({ room }) => room).sort()).toEqual(rooms.sort());
});

test.each(tableRows)('$room imports what its row allows: $cell', ({ room, cell }) => {
  const above = tableRows
    .slice(
      0,
      tableRows.findIndex((row) => row.room === room),
    )
    .map((row) => row.room);
  const imports = importsOf(room);
  const wrong = imports.filter((found) => !mayImport(cell, above, found));
  expect(wrong.map(({ file, path, isType }) => `${file} imports ${isType ? 'types of ' : ''}${path}`)).toEqual([]);
});

test('arrows are read where there are some', () => {
  expect(importsOf('runtime').length).toBeGreaterThan(100);
});

test('the files it names exist', () => {
  const names = [...PAGE.matchAll(/`([\w./-]+\.(?:ts|md|json)|(?:test|src|docs)\/[\w/-]+)`/g)].map(([, name]) => name);
  expect(names.length).toBeGreaterThan(30);
  expect(names.filter((name) => !existsSync(join(SRC, name)) && !existsSync(join(ROOT, name)))).toEqual([]);
});
