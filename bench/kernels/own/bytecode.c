// An interpreter of a small bytecode: one switch over sixteen instructions, registers in an array on the stack.
#include "../common.h"
enum { END, INC, SUB, ADD, XOR, SHL, SHR, MUL, OR, AND, NOT, ODD, ROTATE, LESS, SWAP, HASH };
static const u8 PROGRAM[] = {
  INC, 10, 2,  ADD, 1, 0,  XOR, 0, 1,  SHL, 1, 3,  SHR, 0, 7,   MUL, 2, 1,  OR, 3, 2,  AND, 0, 3,
  NOT, 1, 1,   ODD, 2, 0,  SUB, 3, 5,  LESS, 2, 1, ROTATE, 1, 2, SWAP, 0, 1, HASH, 0, 0, END, 0, 0,
};
u64 run(u64 n) {
  u64 registers[16], hash = 0;
  for (u64 i = 0; i < 16; i++) registers[i] = i * 0x9e3779b97f4a7c15ULL;
  const u8 *next = PROGRAM;
  for (u64 left = n; left != 0; left--) {
    u8 op = next[0];
    u64 *a = &registers[next[1]], *b = &registers[next[2]], amount = next[2], other;
    next += 3;
    switch (op) {
      case END: next = PROGRAM; break;
      case INC: *a = *b + 1; break;
      case SUB: *a -= *b; break;
      case ADD: *a += *b; break;
      case XOR: *a ^= *b; break;
      case SHL: *a <<= amount; break;
      case SHR: *a = (*a >> amount) + 0x1234567; break;
      case MUL: *a *= *b | 1; break;
      case OR: *a |= *b; break;
      case AND: *a &= *b | 0xffff; break;
      case NOT: *a = ~*b; break;
      case ODD: if (*a & 1) *a += *b; break;
      case ROTATE: *a = (*a << amount) | (*a >> (64 - amount)); break;
      case LESS: if (*a > *b) *a -= *b; break;
      case SWAP: other = *a; *a = *b; *b = other; break;
      case HASH: hash = hash * 31 + *a; break;
    }
  }
  return hash ^ (hash >> 32) ^ registers[0] ^ registers[3];
}
