import { expect, test } from 'vitest';
import { hashPc, hashSymbolName } from './murmur3.ts';

// Keys that programs on chain hold, and the reference implementation's for the lengths that leave a tail.
test.each([
  ['entrypoint', 0x71e3cf81],
  ['log', 0x6bf5c3fe],
  ['gather_bytes', 0x91020cdd],
  ['abort', 0xb6fc1a11],
  ['sol_log_', 0x207559bd],
  ['sol_invoke_signed_c', 0xa22b9c85],
  ['sol_alt_bn128_group_op', 0xae0c318b],
  ['sol_remaining_compute_units', 0xedef5aee],
  ['', 0],
])('the key of %j', (name, key) => {
  expect(hashSymbolName(name)).toBe(key);
});

test.each([
  [0, 0x63852afc],
  [1, 0x53075d44],
  [8, 0xf6db493f],
])('the key of the function at slot %i is the hash of the slot as u64', (pc, key) => {
  expect(hashPc(pc)).toBe(key);
  expect(hashSymbolName(Uint8Array.from([pc, 0, 0, 0, 0, 0, 0, 0]))).toBe(key);
});
