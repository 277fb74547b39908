// Keccak-f[1600] in WebAssembly, as a sponge of 136 bytes a block: what keccak256 is made of.
// A state is 25 lanes of 64 bits, lane (x, y) at 5y + x; the constants of its rounds follow from two small recurrences.
// Padding is the caller's: the byte 1 behind the message, and the top bit of the block's last byte.
// Source: FIPS 202 §3 for the permutation; the padding is Keccak's own, without the two bits of SHA-3.

import type { ModuleBuilder } from '../../wasm/module-builder.ts';
import { KECCAK256_BLOCK_BYTES } from './padding.ts';

const ROUNDS = 24;
const LANES = 25;
export const KECCAK_STATE_BYTES = LANES * 8;
export const KECCAK_TABLE_BYTES = ROUNDS * 8;

/** Constants of the rounds, for a data segment. */
export function keccakTable(): Uint8Array {
  const out = new Uint8Array(KECCAK_TABLE_BYTES);
  // Bit 2^j − 1 of a round's constant is the next output of a shift register, for j from 0 to 6.
  let register = 1;
  for (let round = 0; round < ROUNDS; round++) {
    for (let j = 0; j < 7; j++) {
      const bit = 2 ** j - 1;
      if (register & 1) out[round * 8 + (bit >> 3)] |= 1 << (bit & 7);
      register = (register << 1) ^ (register & 0x80 ? 0x171 : 0);
    }
  }
  return out;
}

/** Distance by which each lane is rotated, and the lane it then becomes. */
function rotations(): { readonly from: number; readonly to: number; readonly distance: number }[] {
  const out = [{ from: 0, to: 0, distance: 0 }];
  let [x, y] = [1, 0];
  for (let t = 0; t < 24; t++) {
    const [nextX, nextY] = [y, (2 * x + 3 * y) % 5];
    out.push({ from: 5 * y + x, to: 5 * nextY + nextX, distance: (((t + 1) * (t + 2)) / 2) % 64 });
    [x, y] = [nextX, nextY];
  }
  return out;
}

/** `keccak256(state, data, blockCount)`: absorbs whole blocks, one at least. `table` is where {@link keccakTable} is. */
export function defineKeccak256(module: ModuleBuilder, table: number): number {
  const f = module.function(['i32', 'i32', 'i32']);
  const [state, data, blocksLeft] = [0, 1, 2];
  const lanes = Array.from({ length: LANES }, () => f.local('i64'));
  const moved = Array.from({ length: LANES }, () => f.local('i64'));
  const columns = Array.from({ length: 5 }, () => f.local('i64'));
  const change = f.local('i64');
  const round = f.local('i32');
  const nextBlock = f.loop();
  for (const [i, lane] of lanes.entries()) {
    const at = 8 * i;
    f.get(state).load('i64Load', at);
    if (at < KECCAK256_BLOCK_BYTES) f.get(data).load('i64Load', at).op('i64Xor');
    f.set(lane);
  }
  f.i32(0).set(round);
  const nextRound = f.loop();
  for (const [x, column] of columns.entries()) {
    f.get(lanes[x]);
    for (let y = 1; y < 5; y++) f.get(lanes[5 * y + x]).op('i64Xor');
    f.set(column);
  }
  for (let x = 0; x < 5; x++) {
    const [left, right] = [columns[(x + 4) % 5], columns[(x + 1) % 5]];
    f.get(right).i64(1).op('i64Rotl').get(left).op('i64Xor').set(change);
    for (let i = x; i < LANES; i += 5) f.get(lanes[i]).get(change).op('i64Xor').set(lanes[i]);
  }
  for (const { from, to, distance } of rotations()) {
    const [lane, place] = [lanes[from], moved[to]];
    f.get(lane).i64(distance).op('i64Rotl').set(place);
  }
  for (let y = 0; y < 25; y += 5) {
    for (let x = 0; x < 5; x++) {
      const [first, second, third] = [moved[y + x], moved[y + ((x + 1) % 5)], moved[y + ((x + 2) % 5)]];
      const lane = lanes[y + x];
      f.get(second).i64(-1).op('i64Xor').get(third).op('i64And').get(first).op('i64Xor').set(lane);
    }
  }
  f.get(lanes[0]).get(round).load('i64Load', table).op('i64Xor').set(lanes[0]);
  f.get(round).i32(8).op('i32Add').tee(round).i32(KECCAK_TABLE_BYTES).op('i32LtU').brIf(nextRound);
  f.end();
  for (const [i, lane] of lanes.entries()) {
    const at = 8 * i;
    f.get(state).get(lane).store('i64Store', at);
  }
  f.get(data).i32(KECCAK256_BLOCK_BYTES).op('i32Add').set(data);
  f.get(blocksLeft).i32(1).op('i32Sub').tee(blocksLeft).brIf(nextBlock);
  f.end();
  return f.index;
}
