// Keccak-f[1600], n times over a state on the stack that is fed from the heap.
#include "../common.h"
static const u64 ROUND[24] = {
  0x0000000000000001, 0x0000000000008082, 0x800000000000808a, 0x8000000080008000, 0x000000000000808b, 0x0000000080000001,
  0x8000000080008081, 0x8000000000008009, 0x000000000000008a, 0x0000000000000088, 0x0000000080008009, 0x000000008000000a,
  0x000000008000808b, 0x800000000000008b, 0x8000000000008089, 0x8000000000008003, 0x8000000000008002, 0x8000000000000080,
  0x000000000000800a, 0x800000008000000a, 0x8000000080008081, 0x8000000000008080, 0x0000000080000001, 0x8000000080008008,
};
static const u8 ROTATION[24] = {1, 3, 6, 10, 15, 21, 28, 36, 45, 55, 2, 14, 27, 41, 56, 8, 25, 43, 62, 18, 39, 61, 20, 44};
static const u8 LANE[24] = {10, 7, 11, 17, 18, 3, 5, 16, 8, 21, 24, 4, 15, 23, 19, 13, 12, 2, 20, 14, 22, 9, 6, 1};
INL u64 rotl(u64 x, u64 by) { return (x << by) | (x >> (64 - by)); }
NOINL void permute(u64 *state) {
  for (u64 round = 0; round < 24; round++) {
    u64 parity[5];
    for (u64 i = 0; i < 5; i++) parity[i] = state[i] ^ state[i + 5] ^ state[i + 10] ^ state[i + 15] ^ state[i + 20];
    for (u64 i = 0; i < 5; i++) {
      u64 t = parity[(i + 4) % 5] ^ rotl(parity[(i + 1) % 5], 1);
      for (u64 j = 0; j < 25; j += 5) state[j + i] ^= t;
    }
    u64 moved = state[1];
    for (u64 i = 0; i < 24; i++) {
      u64 lane = LANE[i];
      u64 kept = state[lane];
      state[lane] = rotl(moved, ROTATION[i]);
      moved = kept;
    }
    for (u64 j = 0; j < 25; j += 5) {
      u64 row[5];
      for (u64 i = 0; i < 5; i++) row[i] = state[j + i];
      for (u64 i = 0; i < 5; i++) state[j + i] = row[i] ^ (~row[(i + 1) % 5] & row[(i + 2) % 5]);
    }
    state[0] ^= ROUND[round];
  }
}
u64 run(u64 n) {
  u64 state[25];
  u8 *message = HEAP;
  for (u64 i = 0; i < 25; i++) state[i] = 0;
  for (u64 i = 0; i < 136; i++) message[i] = i * 11 + 5;
  for (u64 k = 0; k < n; k++) {
    for (u64 i = 0; i < 17; i++) state[i] ^= ((u64 *)message)[i];
    permute(state);
  }
  return state[0] ^ (state[0] >> 32);
}
