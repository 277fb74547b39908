// Where the state of a running program lies in the first pages of a machine's WebAssembly memory. Engines (the
// interpreter, a compiler) and the host read and write it in place, so an engine can stop at any instruction and another
// one, or the host, can go on from there: registers, pc, frames and regions are all in here, and nowhere else whenever
// no engine is running. Offsets count bytes; a "slot" is an instruction's number in the text.
//
// Offset 0 is never the address of guest memory: translation uses it to say "no".

/** r0 to r10 as u64. Eleven are used; the other five take the damage when unverified code names r11 to r15. */
export const REGISTERS = 0x080;
/** Slot of the instruction that runs next, or that stopped the run. */
export const PC = 0x100;
/** How many frames are on the frame stack. */
export const CALL_DEPTH = 0x104;
/** An `exit` at this depth leaves the engine: 0, unless an engine asks another to finish one function for it. */
export const BASE_DEPTH = 0x108;
/** Instructions the engine may still execute before it must come back. i32 */
export const FUEL = 0x10c;
/** Pushing a frame that makes CALL_DEPTH equal to this fails. */
export const MAX_CALL_DEPTH = 0x110;
/** What a call adds to r10. */
export const FRAME_STRIDE = 0x114;
/** Offset of the instructions in memory, and how many bytes of them there are: a multiple of 8. */
export const TEXT = 0x118;
export const TEXT_LEN = 0x11c;
/** Offset of the call targets of the text: one i32 per slot, see program-images.ts. */
export const CALL_TARGETS = 0x120;
/** An exit code's further fact: which syscall. */
export const DETAIL = 0x124;
/** u64: the guest address of slot 0. */
export const TEXT_VM_ADDR = 0x128;
/** u64: the guest address that an access in trouble asked for. */
export const ACCESS_ADDR = 0x130;

/**
 * Five regions by the upper half of the address, 0 to 4. Each: how many bytes may be read; how many may be written
 * without further ado (memory.ts raises this as the run goes on); offset in memory; the bits of the region offset that
 * number frames, if every other frame is a gap, else 0; the region offset from which everything counts as written.
 */
export const REGIONS = 0x140;
export const REGION_SHIFT = 5;
export const REGION_COUNT = 5;
export const READ_LIMIT = 0;
export const WRITE_LIMIT = 4;
export const HOST_OFFSET = 8;
export const GAP_MASK = 12;
export const DIRTY_FROM = 16;

/** One stretch of a region that the table above cannot describe, found by the host last time. Empty when END is 0. */
export const WINDOW_REGION = 0x1e0;
export const WINDOW_START = 0x1e4;
export const WINDOW_READ_END = 0x1e8;
export const WINDOW_WRITE_END = 0x1ec;
/** What turns a region offset into an offset in memory, by addition modulo 2^32. */
export const WINDOW_DELTA = 0x1f0;
/** How many more stores beyond a write limit are worth a look before the whole region counts as written. */
export const PATIENCE = 0x1f4;

/** The frame stack: r6 to r10, then the slot to return to. */
export const FRAMES = 0x400;
export const FRAME_SHIFT = 6;
export const FRAME_RETURN_PC = 40;
export const FRAME_CAPACITY = 256;

/** Room for the guest's stack and heap; input and programs follow. */
export const STACK = 0x1_0000;
export const STACK_CAPACITY = 0x4_0000;
export const HEAP = STACK + STACK_CAPACITY;
export const HEAP_CAPACITY = 0x4_0000;
export const INPUT = HEAP + HEAP_CAPACITY;
