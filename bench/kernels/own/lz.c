// Compression with a table of hashes over a text on the heap, and back.
#include "../common.h"
#define LEN 6000
#define TABLE 1024
INL u32 read32(const u8 *p) { return p[0] | p[1] << 8 | p[2] << 16 | (u32)p[3] << 24; }
NOINL u64 compress(const u8 *in, u64 len, u8 *out, unsigned short *table) {
  u8 *o = out;
  u64 i = 0, literal = 0;
  for (u64 t = 0; t < TABLE; t++) table[t] = 0xffff;
  while (i + 4 < len) {
    u64 slot = (read32(in + i) * 2654435761u) >> 22;
    u64 candidate = table[slot];
    table[slot] = i;
    if (candidate == 0xffff || read32(in + candidate) != read32(in + i)) { i++; continue; }
    u64 match = 4;
    while (i + match < len && match < 255 && in[candidate + match] == in[i + match]) match++;
    u64 run = i - literal;
    *o++ = run; *o++ = run >> 8; *o++ = match; *o++ = candidate; *o++ = candidate >> 8;
    for (u64 k = 0; k < run; k++) *o++ = in[literal + k];
    i += match;
    literal = i;
  }
  u64 run = len - literal;
  *o++ = run; *o++ = run >> 8; *o++ = 0; *o++ = 0; *o++ = 0;
  for (u64 k = 0; k < run; k++) *o++ = in[literal + k];
  return o - out;
}
NOINL u64 expand(const u8 *in, u64 len, u8 *out) {
  u64 at = 0, i = 0;
  while (i < len) {
    u64 run = in[i] | in[i + 1] << 8, match = in[i + 2], from = in[i + 3] | in[i + 4] << 8;
    i += 5;
    for (u64 k = 0; k < run; k++) out[at++] = in[i++];
    for (u64 k = 0; k < match; k++) out[at++] = out[from++];
  }
  return at;
}
u64 run(u64 n) {
  u8 *text = HEAP, *packed = text + 8192, *back = packed + 12000;
  unsigned short *table = (unsigned short *)(text + 30000);
  u64 x = 88172645463325252ULL, hash = 0;
  for (u64 i = 0; i < LEN; i++) {
    if (i % 16 == 0) { x ^= x << 13; x ^= x >> 7; x ^= x << 17; }
    text[i] = i > 600 && (x & 3) ? text[i - 16 * (1 + (x >> 8 & 31))] : x >> (i % 16 * 3);
  }
  for (u64 k = 0; k < n; k++) {
    u64 len = compress(text, LEN, packed, table);
    hash = hash * 31 + len;
    if (expand(packed, len, back) != LEN) return 1;
    for (u64 i = 0; i < LEN; i++) if (back[i] != text[i]) return 2;
    text[k % LEN] ^= hash;
  }
  return hash ^ (hash >> 32);
}
