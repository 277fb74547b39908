// 256-bit modular exponentiation by Montgomery products of eight 32-bit limbs.
#include "../common.h"
typedef struct { u32 limb[8]; } Number;
static const Number MODULUS = {{0xfc632551, 0xf3b9cac2, 0xa7179e84, 0xbce6faad, 0xffffffff, 0xffffffff, 0x00000000, 0xffffffff}};
#define INVERSE 0xee00bc4fu
NOINL void product(Number *out, const Number *a, const Number *b) {
  u32 sum[10];
  for (u64 i = 0; i < 10; i++) sum[i] = 0;
  for (u64 i = 0; i < 8; i++) {
    u64 carry = 0, factor = b->limb[i];
    for (u64 j = 0; j < 8; j++) {
      carry += sum[j] + factor * a->limb[j];
      sum[j] = carry;
      carry >>= 32;
    }
    carry += sum[8];
    sum[8] = carry;
    sum[9] = carry >> 32;
    factor = sum[0] * INVERSE;
    carry = sum[0] + factor * MODULUS.limb[0];
    carry >>= 32;
    for (u64 j = 1; j < 8; j++) {
      carry += sum[j] + factor * MODULUS.limb[j];
      sum[j - 1] = carry;
      carry >>= 32;
    }
    carry += sum[8];
    sum[7] = carry;
    sum[8] = sum[9] + (carry >> 32);
  }
  u64 borrow = 0;
  u32 less[8];
  for (u64 i = 0; i < 8; i++) {
    u64 difference = (u64)sum[i] - MODULUS.limb[i] - borrow;
    less[i] = difference;
    borrow = difference >> 63;
  }
  for (u64 i = 0; i < 8; i++) out->limb[i] = sum[8] < borrow ? sum[i] : less[i];
}
u64 run(u64 n) {
  Number base, power;
  for (u64 i = 0; i < 8; i++) { base.limb[i] = i * 0x9e3779b1u + 12345; power.limb[i] = i * 0x85ebca6bu + 1; }
  for (u64 k = 0; k < n; k++) {
    product(&power, &power, &power);
    if ((k * 0x9e3779b1u) & 0x8000) product(&power, &power, &base);
  }
  u64 hash = 0;
  for (u64 i = 0; i < 8; i++) hash = hash * 31 + power.limb[i];
  return hash ^ (hash >> 32);
}
