// Forms of the compute units: each holds all units of the transaction, and is what the tools of others read.

import { describe, expect, it } from 'vitest';
import { SCENARIOS } from '../node/demo/index.ts';
import { Stage } from '../node/demo/stage.ts';
import type { TransactionTrace } from './transaction-trace.ts';
import {
  accountUnits,
  type FrameUnits,
  flameGraph,
  flameGraphHtml,
  foldUnits,
  formatUnits,
  pprofUnits,
} from './units.ts';

const TRACES = new Map<string, TransactionTrace>();
for (const { name, play } of SCENARIOS) TRACES.set(name, (await play(new Stage())).trace);
const NAMES = [...TRACES.keys()];

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

describe('all units of the transaction are', () => {
  it.each(NAMES)('in the tree, the folded stacks and the profile of %s', (name) => {
    const { consumed } = TRACES.get(name)!.computeUnits;
    const units = accountUnits(TRACES.get(name)!);
    expect(sum(units.map(({ total }) => total))).toBe(consumed);
    const stacks = foldUnits(units).split('\n');
    expect(sum(stacks.map((stack) => Number(/^[^ ]+ (\d+)$/.exec(stack)![1])))).toBe(consumed);
    const profile = decodeProfile(pprofUnits(units));
    expect(sum(profile.samples.map(({ value }) => value))).toBe(consumed);
    // The same stacks, by names; the innermost first, as pprof has it.
    const folded = profile.samples.map(({ stack, value }) => {
      return `${stack.toReversed().join(';').replaceAll(' ', '_')} ${value}`;
    });
    expect(folded).toEqual(stacks);
  });
});

describe('the flame graph', () => {
  const boxesOf = (svg: string) =>
    Array.from(svg.matchAll(/<rect x="([\d.]+)" y="(\d+)" width="([\d.]+)"/g), ([, x, y, width]) => {
      return { x: Number(x), y: Number(y), width: Number(width) };
    });

  it.each(NAMES)('of %s has boxes that lie within those above them', (name) => {
    const boxes = boxesOf(flameGraph(accountUnits(TRACES.get(name)!)));
    expect(boxes[0]).toEqual({ x: 0, y: 0, width: 1200 });
    for (const box of boxes.slice(1)) {
      const above = boxes.filter(({ x, y, width }) => {
        return y === box.y - 18 && x <= box.x + 0.02 && box.x + box.width <= x + width + 0.02;
      });
      expect(above.length).toBeGreaterThan(0);
    }
    // Boxes of a row lie beside each other.
    for (const y of new Set(boxes.map((box) => box.y))) {
      const row = boxes.filter((box) => box.y === y).sort((a, b) => a.x - b.x);
      row.slice(1).forEach((box, i) => {
        expect(row[i].x + row[i].width).toBeLessThanOrEqual(box.x + 0.02);
      });
    }
  });

  it('needs nothing from elsewhere, and no name can break it', () => {
    const frame: FrameUnits = {
      path: [0],
      program: `</title><script>alert("x")</script>&'\x00\u202e`,
      instruction: 'a;b c\n',
      parts: { instructions: 5 },
      own: 5,
      total: 5,
      consumed: 5,
      calls: [],
    };
    for (const text of [flameGraph([frame]), flameGraphHtml([frame], '</title><b>')]) {
      expect(text).not.toMatch(/<script|<b>|\0|\u202e|href|src=|@import/);
    }
    expect(foldUnits([frame])).toMatch(/^[^ ;\n]+ 5$/);
    expect(formatUnits([frame]).split('\n').length).toBe(3);
  });

  it('of nothing is drawn too', () => {
    expect(flameGraph([])).toMatch(/^<svg .*<\/svg>\n$/s);
    expect(foldUnits([])).toBe('');
    expect(decodeProfile(pprofUnits([])).samples).toEqual([]);
  });
});

describe('the profile', () => {
  it('is well formed: strings, functions and locations that it names are there', () => {
    for (const trace of TRACES.values()) {
      const { strings, sampleType } = decodeProfile(pprofUnits(accountUnits(trace)));
      expect(strings[0]).toBe('');
      expect(sampleType).toEqual(['units', 'count']);
      expect(new Set(strings).size).toBe(strings.length);
    }
  });

  it('holds numbers of any size', () => {
    const frame = { path: [0], program: 'p', instruction: null, own: 0, consumed: null, calls: [] };
    const large = [1, 127, 128, 2 ** 31, 2 ** 40 + 7].map((units): FrameUnits => {
      return { ...frame, parts: { builtin: units }, total: units };
    });
    const { samples } = decodeProfile(pprofUnits(large));
    expect(samples.map(({ value }) => value)).toEqual(large.map(({ total }) => total));
  });
});

// A reader of pprof's protobuf, from its definition alone. Source: google/pprof proto/profile.proto; protobuf.dev, encoding.

type Field = readonly [number: number, value: number | Uint8Array];

function fieldsOf(bytes: Uint8Array): Field[] {
  const fields: Field[] = [];
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = bytes[at++];
      expect(byte, 'the message is cut short').toBeDefined();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
    }
  };
  while (at < bytes.length) {
    const key = varint();
    const type = key & 7;
    expect([0, 2]).toContain(type);
    if (type === 0) {
      fields.push([key >> 3, varint()]);
      continue;
    }
    const length = varint();
    expect(at + length).toBeLessThanOrEqual(bytes.length);
    fields.push([key >> 3, bytes.subarray(at, (at += length))]);
  }
  return fields;
}

const all = (fields: readonly Field[], number: number): Uint8Array[] =>
  fields.flatMap(([each, value]) => (each === number && value instanceof Uint8Array ? [value] : []));
const one = (fields: readonly Field[], number: number): number =>
  (fields.find(([each]) => each === number)?.[1] as number | undefined) ?? 0;
/** Of repeated numbers, packed or not. */
const numbers = (fields: readonly Field[], number: number): number[] =>
  fields.flatMap(([each, value]) => {
    if (each !== number) return [];
    return typeof value === 'number' ? [value] : packedNumbers(value);
  });

function packedNumbers(bytes: Uint8Array): number[] {
  const values: number[] = [];
  let value = 0;
  let scale = 1;
  for (const byte of bytes) {
    value += (byte & 0x7f) * scale;
    scale *= 128;
    if (byte >= 0x80) continue;
    values.push(value);
    [value, scale] = [0, 1];
  }
  expect(scale).toBe(1);
  return values;
}

function decodeProfile(bytes: Uint8Array) {
  const profile = fieldsOf(bytes);
  const strings = all(profile, 6).map((text) => new TextDecoder('utf-8', { fatal: true }).decode(text));
  const functions = new Map(
    all(profile, 5).map((text) => {
      const fields = fieldsOf(text);
      return [one(fields, 1), strings[one(fields, 2)]] as const;
    }),
  );
  const locations = new Map(
    all(profile, 4).map((text) => {
      const fields = fieldsOf(text);
      const [line] = all(fields, 4).map(fieldsOf);
      const name = functions.get(one(line, 1));
      expect(name).toBeTruthy();
      expect(one(fields, 1)).toBeGreaterThan(0);
      return [one(fields, 1), name!] as const;
    }),
  );
  const samples = all(profile, 2).map((text) => {
    const fields = fieldsOf(text);
    const [value, ...more] = numbers(fields, 2);
    expect(more).toEqual([]);
    const stack = numbers(fields, 1).map((id) => {
      const name = locations.get(id);
      expect(name).toBeTruthy();
      return name!;
    });
    return { stack, value };
  });
  const [type] = all(profile, 1).map(fieldsOf);
  return { strings, samples, sampleType: [strings[one(type, 1)], strings[one(type, 2)]] };
}
