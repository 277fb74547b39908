// Where the compute units of a transaction went: each frame's split into its own instructions, each kind of syscall, the
// base price and the bytes of its calls, the search for addresses, its heap, and what a fault took. The parts of a frame
// sum to its total; `consumed` is what stands in its `consumed` line, which leaves out the heap and what was taken.
// Output: a table, folded stacks (a line a stack, for flame-graph tools), an SVG that needs nothing else, pprof.
// Reads the trace only.

import { INVOKE_UNITS } from '../runtime/execution-cost.ts';
import { escapeText } from './plain-text.ts';
import { type CallFrame, callsOf, type TransactionTrace } from './transaction-trace.ts';
import { numberText } from './value-text.ts';

/** Names of the parts that are no syscall. */
export type UnitsPart =
  | 'instructions'
  | 'builtin'
  | 'cpi base'
  | 'cpi bytes'
  | 'pda search'
  | 'heap'
  | 'taken by a fault';

export interface FrameUnits {
  readonly path: readonly number[];
  readonly program: string;
  readonly instruction: string | null;
  /** Parts of the frame alone, by name: a `UnitsPart` or a syscall. Zeros are left out. */
  readonly parts: Readonly<Record<string, number>>;
  /** The parts together. */
  readonly own: number;
  /** With the calls below. */
  readonly total: number;
  /** What the frame's `consumed` line says; null for builtins and frames that never ran, which have none. */
  readonly consumed: number | null;
  readonly calls: readonly FrameUnits[];
}

const PDA_SEARCH = 'sol_try_find_program_address';

/**
 * The compute units of each top-level instruction, as a tree.
 *
 * @example
 * ```ts
 * console.log(formatUnits(accountUnits(outcome.trace)));
 * ```
 */
export function accountUnits(trace: TransactionTrace): FrameUnits[] {
  return trace.instructions.map(unitsOfFrame);
}

function unitsOfFrame(frame: CallFrame): FrameUnits {
  const { own, total, forfeited } = frame.computeUnits;
  const calls = callsOf(frame);
  const parts: Record<string, number> = {};
  const add = (name: string, units: number) => {
    if (units !== 0) parts[name] = (parts[name] ?? 0) + units;
  };
  let rest = own;
  const take = (name: string, units: number) => {
    const taken = Math.min(units, rest);
    rest -= taken;
    add(name, taken);
  };
  take('taken by a fault', forfeited);
  take('heap', frame.heapUnits);
  for (const call of calls) {
    const { call: price } = call.computeUnits;
    const base = call.abi === 'native' ? 0 : Math.min(price, INVOKE_UNITS);
    take('cpi base', base);
    take('cpi bytes', price - base);
  }
  for (const { name, units } of frame.syscalls) {
    // What a call costs was taken above, and what the callee used is its own.
    if (!name.startsWith('sol_invoke_signed')) take(name === PDA_SEARCH ? 'pda search' : name, units);
  }
  const line = consumedLine(frame);
  add(line === null ? 'builtin' : 'instructions', rest);
  return {
    path: frame.path,
    program: frame.programName ?? frame.programAddress ?? '?',
    instruction: frame.instruction?.name ?? null,
    parts,
    own,
    total,
    consumed: line,
    calls: calls.map(unitsOfFrame),
  };
}

function consumedLine(frame: CallFrame): number | null {
  for (const step of frame.steps) {
    if (step.type === 'log' && step.kind === 'consumed') return Number(/consumed (\d+) of/.exec(step.line)![1]);
  }
  return null;
}

/** For a screen or a file of text: labels and IDLs can hold anything. */
const nameOf = ({ program, instruction }: FrameUnits): string => {
  return escapeText(instruction === null ? program : `${program}::${instruction}`);
};

/** A table: frames indented, their parts below them. */
export function formatUnits(units: readonly FrameUnits[]): string {
  const rows: [name: string, own: string, total: string][] = [['', 'own', 'total']];
  const visit = (frame: FrameUnits, indent: string) => {
    rows.push([`${indent}#${frame.path.join('.')} ${nameOf(frame)}`, numberText(frame.own), numberText(frame.total)]);
    const parts = Object.entries(frame.parts).sort(([, a], [, b]) => b - a);
    for (const [name, value] of parts) rows.push([`${indent}    ${name}`, numberText(value), '']);
    for (const call of frame.calls) visit(call, `${indent}  `);
  };
  for (const frame of units) visit(frame, '');
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((each) => each[column].length)));
  return rows
    .map(([name, own, total]) =>
      `${name.padEnd(widths[0])}  ${own.padStart(widths[1])}  ${total.padStart(widths[2])}`.trimEnd(),
    )
    .join('\n');
}

interface Stack {
  readonly names: readonly string[];
  readonly units: number;
}

function stacksOf(units: readonly FrameUnits[]): Stack[] {
  const visit = (frame: FrameUnits, above: readonly string[]): Stack[] => {
    const names = [...above, nameOf(frame)];
    const own = Object.entries(frame.parts).map(([part, value]) => ({
      names: part === 'instructions' || part === 'builtin' ? names : [...names, part],
      units: value,
    }));
    return [...own, ...frame.calls.flatMap((call) => visit(call, names))];
  };
  return units.flatMap((frame) => visit(frame, []));
}

/** `a;b;c 120`, a line a stack: what flamegraph.pl, inferno and speedscope read. */
export function foldUnits(units: readonly FrameUnits[]): string {
  return stacksOf(units)
    .map(({ names, units: value }) => `${names.map((name) => name.replaceAll(/[;\s]/g, '_')).join(';')} ${value}`)
    .join('\n');
}

interface Box {
  readonly name: string;
  readonly total: number;
  readonly boxes: readonly Box[];
}

function boxOf(frame: FrameUnits): Box {
  const parts = Object.entries(frame.parts)
    .filter(([part]) => part !== 'instructions' && part !== 'builtin')
    .map(([name, total]): Box => ({ name, total, boxes: [] }));
  return { name: nameOf(frame), total: frame.total, boxes: [...frame.calls.map(boxOf), ...parts] };
}

const ROW_HEIGHT = 18;
const SVG_WIDTH = 1200;
const CHARACTER_WIDTH = 7;

/** A flame graph, or icicle: the transaction above, calls below. An SVG that needs nothing else; a title on each box. */
export function flameGraph(units: readonly FrameUnits[]): string {
  const total = units.reduce((sum, frame) => sum + frame.total, 0);
  const root: Box = { name: 'transaction', total, boxes: units.map(boxOf) };
  const shapes: string[] = [];
  let depth = 0;
  const draw = (box: Box, x: number, level: number) => {
    if (box.total === 0) return;
    depth = Math.max(depth, level);
    const width = (box.total / Math.max(1, total)) * SVG_WIDTH;
    const label = `${box.name} · ${numberText(box.total)}`;
    const share = ((100 * box.total) / Math.max(1, total)).toFixed(1);
    const shown = width < 3 * CHARACTER_WIDTH ? '' : label.slice(0, Math.floor((width - 6) / CHARACTER_WIDTH));
    const y = level * ROW_HEIGHT;
    shapes.push(
      `<g><title>${escapeXml(`${label} units, ${share} %`)}</title><rect x="${x.toFixed(2)}" y="${y}" width="${width.toFixed(2)}" height="${ROW_HEIGHT - 1}" fill="${colorOf(box.name)}"/><text x="${(x + 3).toFixed(2)}" y="${y + 13}">${escapeXml(shown)}</text></g>`,
    );
    let at = x;
    for (const inner of box.boxes) {
      draw(inner, at, level + 1);
      at += (inner.total / Math.max(1, total)) * SVG_WIDTH;
    }
  };
  draw(root, 0, 0);
  const height = (depth + 1) * ROW_HEIGHT;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${SVG_WIDTH} ${height}" width="${SVG_WIDTH}" height="${height}" font-family="monospace" font-size="11">\n${shapes.join('\n')}\n</svg>\n`;
}

/** The flame graph as a page. */
export function flameGraphHtml(units: readonly FrameUnits[], title = 'Compute units'): string {
  return `<!doctype html><meta charset="utf-8"><title>${escapeXml(title)}</title><h1 style="font:16px sans-serif">${escapeXml(title)}</h1>\n${flameGraph(units)}`;
}

function colorOf(name: string): string {
  let hash = 0;
  for (const character of name) hash = (hash * 31 + character.codePointAt(0)!) >>> 0;
  return `hsl(${hash % 60}, 80%, ${65 + (hash % 15)}%)`;
}

function escapeXml(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** The profile as pprof reads it: the protobuf `perftools.profiles.Profile`, not compressed. */
export function pprofUnits(units: readonly FrameUnits[]): Uint8Array {
  const strings = ['', 'units', 'count'];
  const stringOf = (text: string): number => {
    const known = strings.indexOf(text);
    return known >= 0 ? known : strings.push(text) - 1;
  };
  const functions = new Map<string, number>();
  const idOf = (name: string): number => {
    let id = functions.get(name);
    if (id === undefined) functions.set(name, (id = functions.size + 1));
    return id;
  };
  const samples = stacksOf(units).map(({ names, units: value }) => {
    return message(2, [...packed(1, names.map(idOf).reverse()), ...packed(2, [value])]);
  });
  const tables = [...functions].flatMap(([name, id]) => [
    message(4, [...field(1, id), ...message(4, field(1, id))]),
    message(5, [...field(1, id), ...field(2, stringOf(name))]),
  ]);
  const texts = strings.map((text) => message(6, [...new TextEncoder().encode(text)]));
  return Uint8Array.from([
    ...message(1, [...field(1, 1), ...field(2, 2)]),
    ...samples.flat(),
    ...tables.flat(),
    ...texts.flat(),
  ]);
}

// Protobuf: fields of wire type 0 (numbers) and 2 (bytes).

function varint(value: number): number[] {
  const bytes: number[] = [];
  for (; value >= 0x80; value = Math.floor(value / 128)) bytes.push((value % 128) | 0x80);
  return [...bytes, value];
}

function field(number: number, value: number): number[] {
  return [...varint(number << 3), ...varint(value)];
}

function message(number: number, bytes: readonly number[]): number[] {
  return [...varint((number << 3) | 2), ...varint(bytes.length), ...bytes];
}

function packed(number: number, values: readonly number[]): number[] {
  return message(number, values.flatMap(varint));
}
