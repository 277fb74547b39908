// The sBPF versions, and what each does otherwise: one predicate a difference, so that the code that asks says why it
// asks. V0 and V3 are what circulates; V1 and V2 load on mainnet; V4 exists in the sbpf crate only.
// Source: sbpf src/program.rs, SBPFVersion; its names are kept, except where noted.

import { MM_BYTECODE_START, MM_RODATA_START } from './address-space.ts';

export type SbpfVersion = 0 | 1 | 2 | 3 | 4;

/** SIMD-0166: r10 starts at the stack's top and `add64 r10, imm` moves it. Source: `manual_stack_frame_bump`. */
export const dynamicStackFrames = (v: SbpfVersion): boolean => v === 1 || v === 2;
/** SIMD-0166: an unmapped gap may follow each stack frame, where the config asks for it. */
export const stackFrameGaps = (v: SbpfVersion): boolean => v === 0;

/** SIMD-0174: the class of product, quotient and remainder instructions, in place of the older mul, div and mod. */
export const enablePqr = (v: SbpfVersion): boolean => v === 2;
/** SIMD-0174: 32-bit add and sub zero-extend; `mov32` from a register sign-extends. */
export const explicitSignExtensionOfResults = (v: SbpfVersion): boolean => v === 2;
/** SIMD-0174: `sub` with an immediate computes immediate minus register. */
export const swapSubRegImmOperands = (v: SbpfVersion): boolean => v === 2;
/** SIMD-0174 */
export const disableNeg = (v: SbpfVersion): boolean => v === 2;

/** SIMD-0173: `callx` names its register in src. */
export const callxUsesSrcReg = (v: SbpfVersion): boolean => v === 2;
/** SIMD-0173: `hor64` instead of `lddw`. */
export const disableLddw = (v: SbpfVersion): boolean => v === 2;
/** SIMD-0173 */
export const disableLe = (v: SbpfVersion): boolean => v === 2;
/** SIMD-0173: loads and stores live in the opcodes that mul, div, neg and mod left. */
export const moveMemoryInstructionClasses = (v: SbpfVersion): boolean => v === 2;

/** SIMD-0178: `call` holds a syscall's hash (src 0) or a relative target (src 1); nothing is relocated. */
export const staticSyscalls = (v: SbpfVersion): boolean => v >= 3;
/** SIMD-0189: two program headers are all that is read. */
export const enableStricterElfHeaders = (v: SbpfVersion): boolean => v >= 3;
/** SIMD-0189: read-only data at address 0, code unreadable. */
export const enableLowerRodataVaddr = (v: SbpfVersion): boolean => v >= 3;
/** SIMD-0377: jumps that compare 32 bits. */
export const enableJmp32 = (v: SbpfVersion): boolean => v >= 3;
/** SIMD-0377: `callx` names its register in dst. */
export const callxUsesDstReg = (v: SbpfVersion): boolean => v >= 3;

/** Where a version maps what it can read of its program. */
export const rodataVmAddr = (v: SbpfVersion): number =>
  enableLowerRodataVaddr(v) ? MM_RODATA_START : MM_BYTECODE_START;
