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
/** A further fact of an engine's answer, such as which syscall it wants. */
export const DETAIL = 0x124;
/** u64: the guest address of slot 0. */
export const TEXT_VM_ADDR = 0x128;
/** u64: the guest address that an access in trouble asked for. */
export const ACCESS_ADDR = 0x130;
/** What turns an eighth of an instruction's offset in memory into the offset of its byte of the profile. */
export const PROFILE = 0x138;

/**
 * Five regions by the upper half of the address, 0 to 4. These are the fields of region 0; those of the next are
 * `1 << REGION_SHIFT` bytes further.
 */
export const REGION_SHIFT = 5;
export const REGION_COUNT = 5;
/** How many bytes may be read. */
export const READ_LIMIT = 0x140;
/** How many may be written without further ado. What raises it as a run goes on: memory.ts. */
export const WRITE_LIMIT = READ_LIMIT + 4;
/** Offset in memory. */
export const HOST_OFFSET = READ_LIMIT + 8;
/** The bits of a region offset that number frames, where every other frame is a gap; else 0. */
export const GAP_MASK = READ_LIMIT + 12;
/** The region offset from which everything counts as written. */
export const DIRTY_FROM = READ_LIMIT + 16;

/** Frames and gaps are this long where there are gaps. An offset has this bit set if it is in a gap. */
export const GAP_SIZE = 4096;
/** Write limits, and DIRTY_FROM, are multiples of this many bytes, or a region's end. */
export const DIRT_GRAIN = 1024;

/** One stretch of a region that the table above cannot describe, found by the host last time. Empty when END is 0. */
export const WINDOW_REGION = 0x1e0;
export const WINDOW_START = 0x1e4;
export const WINDOW_READ_END = 0x1e8;
export const WINDOW_WRITE_END = 0x1ec;
/** What turns a region offset into an offset in memory, by addition modulo 2^32. */
export const WINDOW_DELTA = 0x1f0;
/** How many more stores beyond a write limit are worth a look before the whole region counts as written. */
export const PATIENCE = 0x1f4;

/**
 * What compiled code goes by, made from the table of regions before it runs (compiler/runtime-functions.ts). i64: units
 * left; negative when the run is over and every function is to return at once.
 */
export const UNITS = 0x1f8;
/**
 * By the lowest three bits of an address's upper half, eight bytes each: the guest address behind the last byte that may
 * be read, or written, without further ado (0 where nothing may); what turns the address's lower half into an offset in
 * memory, by addition modulo 2^32.
 */
export const READ_ENDS = 0x200;
export const WRITE_ENDS = 0x240;
export const HOST_BASES = 0x280;
/** By region, eight bytes each: the region offsets below which any access of up to eight bytes may read, or write. */
export const READ_ROOMS = 0x2c0;
export const WRITE_ROOMS = 0x300;

/** Not 0 where the table of regions has changed since READ_ENDS and its like were made from it. */
export const STALE = 0x340;
/** Bytes up to which a memory operation (memory-operations.ts) costs so many units; 0 bytes: the host does them all. */
export const MEMORY_OPERATION_MAX = 0x344;
export const MEMORY_OPERATION_UNITS = 0x348;

/**
 * Of the heap, where stores go without further ado: i64, the offset it starts at, and for how many offsets an access of up to
 * eight bytes may start. From DIRTY_FROM on once something was stored there (allocators of Rust's begin at the end of the
 * heap), before that below the write limit.
 */
export const HEAP_WINDOW_START = 0x350;
export const HEAP_WINDOW_LEN = 0x358;

/** The frame stack: `1 << FRAME_SHIFT` bytes each, r6 to r10 and then the slot to return to. */
export const FRAMES = 0x400;
export const FRAME_SHIFT = 6;
export const FRAME_RETURN_PC = FRAMES + 40;
export const FRAME_CAPACITY = 256;

/** For each version 256 bytes: where the interpreter's first table has an opcode. Constant. */
export const OPCODE_RANKS = FRAMES + (FRAME_CAPACITY << FRAME_SHIFT);

/** Room for the guest's stack and heap; input and programs follow. */
export const STACK = 0x1_0000;
export const STACK_CAPACITY = 0x4_0000;
export const HEAP = STACK + STACK_CAPACITY;
export const HEAP_CAPACITY = 0x4_0000;
export const INPUT = HEAP + HEAP_CAPACITY;
