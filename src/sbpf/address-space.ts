// Where things lie in guest memory: the upper half of an address is the number of a region, the lower half counts bytes
// in it. Source: sbpf src/ebpf.rs, MM_*.

/** Bytes of one instruction slot. */
export const INSN_SIZE = 8;

/** Each region starts at a multiple of this. */
export const MM_REGION_SIZE = 0x1_0000_0000;
/** V3+: constants. Unmapped in older versions. */
export const MM_RODATA_START = 0;
/** The code, and up to V2 the constants too. */
export const MM_BYTECODE_START = MM_REGION_SIZE;
export const MM_STACK_START = 2 * MM_REGION_SIZE;
export const MM_HEAP_START = 3 * MM_REGION_SIZE;
export const MM_INPUT_START = 4 * MM_REGION_SIZE;
