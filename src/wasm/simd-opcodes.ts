// The WebAssembly instructions on vectors of 128 bits that we emit, by their names in the text format (`f64x2.add` is
// `f64x2Add`). A prefix byte and a number each.
// Source: WebAssembly core specification, "Index of Instructions".

export const SIMD_PREFIX = 0xfd;

export const SimdOp = {
  v128Load: 0x00,
  v128Store: 0x0b,
  i8x16Shuffle: 0x0d,
  v128Load64Zero: 0x5d,
  f64x2Add: 0xf0,
  f64x2Sub: 0xf1,
  f64x2Mul: 0xf2,
  f64x2ConvertLowI32x4S: 0xfe,
} as const;

export type SimdOpName = keyof typeof SimdOp;
export type SimdLoadOp = Extract<SimdOpName, `v128Load${string}`>;
/** Those without an immediate. */
export type SimdPlainOp = Exclude<SimdOpName, SimdLoadOp | 'v128Store' | 'i8x16Shuffle'>;
