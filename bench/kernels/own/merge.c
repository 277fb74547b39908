// Merge sort of 24-byte records by two keys, with the halves sorted by recursion.
#include "../common.h"
typedef struct { u64 key; u32 second; u32 number; u64 payload; } Record;
#define COUNT 600
INL int before(const Record *a, const Record *b) { return a->key != b->key ? a->key < b->key : a->second <= b->second; }
NOINL void sort(Record *records, Record *room, u64 count) {
  if (count < 2) return;
  u64 half = count / 2;
  sort(records, room, half);
  sort(records + half, room, count - half);
  u64 i = 0, j = half, k = 0;
  while (i < half && j < count) room[k++] = before(&records[i], &records[j]) ? records[i++] : records[j++];
  while (i < half) room[k++] = records[i++];
  while (j < count) room[k++] = records[j++];
  for (i = 0; i < count; i++) records[i] = room[i];
}
u64 run(u64 n) {
  Record *records = (Record *)HEAP, *room = records + COUNT;
  u64 x = 88172645463325252ULL, hash = 0;
  for (u64 k = 0; k < n; k++) {
    for (u64 i = 0; i < COUNT; i++) {
      x ^= x << 13; x ^= x >> 7; x ^= x << 17;
      records[i].key = x >> 56; records[i].second = x; records[i].number = i; records[i].payload = x * 3;
    }
    sort(records, room, COUNT);
    for (u64 i = 0; i < COUNT; i += 7) hash = hash * 31 + records[i].number + records[i].key;
  }
  return hash ^ (hash >> 32);
}
