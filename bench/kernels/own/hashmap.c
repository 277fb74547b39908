// A map with open addressing: counts and sums by key, cleared and filled again.
#include "../common.h"
typedef struct { u64 key; u64 value; } Slot;
#define SLOTS 1024
#define KEYS 512
u64 run(u64 n) {
  Slot *slots = (Slot *)HEAP;
  u64 x = 88172645463325252ULL, hash = 0;
  for (u64 k = 0; k < n; k++) {
    for (u64 i = 0; i < SLOTS; i++) slots[i].key = 0;
    for (u64 i = 0; i < 700; i++) {
      x ^= x << 13; x ^= x >> 7; x ^= x << 17;
      u64 key = x % KEYS + 1, at = (key * 0x9e3779b97f4a7c15ULL) >> 54;
      while (slots[at].key != 0 && slots[at].key != key) at = (at + 1) % SLOTS;
      if (slots[at].key == 0) { slots[at].key = key; slots[at].value = 0; }
      slots[at].value += x;
      hash ^= slots[at].value;
    }
  }
  return hash ^ (hash >> 32);
}
