// Numbers between their bytes and their limbs, for emitters: limbs of any width in i64 locals, bytes little-endian.

import type { FunctionBuilder } from '../../wasm/function-builder.ts';

/**
 * Leaves on the stack `bits` bits of the number whose `byteCount` bytes parameter `pointer` points at, from bit `start`
 * on. Nothing behind the bytes is read.
 */
export function loadBits(f: FunctionBuilder, pointer: number, byteCount: number, start: number, bits: number): void {
  const byte = Math.min(start >> 3, byteCount - 8);
  const shift = start - byte * 8;
  const mask = 2 ** bits - 1;
  f.get(pointer).load('i64Load', byte).i64(shift).op('i64ShrU').i64(mask).op('i64And');
}

/**
 * Stores limbs, none of which is negative or reaches into the next, where parameter 0 points, as 32 bytes or so many words
 * of eight. Limb i begins at bit `starts[i]`.
 */
export function storeBytes(f: FunctionBuilder, limbs: readonly number[], starts: readonly number[], words = 4): void {
  for (let word = 0; word < words; word++) {
    f.get(0);
    let isFirst = true;
    for (const [i, limb] of limbs.entries()) {
      const shift = starts[i] - word * 64;
      if ((starts[i + 1] ?? words * 64) <= word * 64 || shift >= 64) continue;
      const [distance, direction] = [Math.abs(shift), shift >= 0 ? 'i64Shl' : 'i64ShrU'] as const;
      f.get(limb).i64(distance).op(direction);
      if (!isFirst) f.op('i64Or');
      isFirst = false;
    }
    if (isFirst) f.i64(0);
    const at = word * 8;
    f.store('i64Store', at);
  }
}
