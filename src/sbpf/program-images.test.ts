import { expect, test } from 'vitest';
import type { Executable } from './executable.ts';
import type { VmMemory } from './memory.ts';
import { ProgramImages } from './program-images.ts';

test('a machine lets its programs go when there are a thousand, so that what they were compiled to can be collected', () => {
  const memory = { bytes: new Uint8Array(1 << 20), grow() {} } as unknown as VmMemory;
  const images = new ProgramImages(memory, 64);
  const executable = () => ({ text: new Uint8Array(16), rodata: new Uint8Array(8) }) as unknown as Executable;
  const first = executable();
  const place = images.imageOf(first);
  expect(images.imageOf(first)).toBe(place);
  const starts = Array.from({ length: 1100 }, () => images.imageOf(executable()).rodata);
  // They follow each other, up to the one that begins anew.
  expect(starts.filter((start) => start === place.rodata)).toHaveLength(1);
  expect(images.imageOf(first)).not.toBe(place);
});
