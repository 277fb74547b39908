// Lays out what a V0–V2 program can read of itself: its code and constants, each at its address, the rest zero.
// Source: sbpf src/elf.rs, parse_ro_sections.

import { MM_REGION_SIZE, MM_STACK_START } from '../address-space.ts';
import type { Config } from '../config.ts';
import { ElfError } from '../errors.ts';
import { fileRangeOf } from './format.ts';
import type { LenientElf } from './lenient-parser.ts';

/** By exact name: .rodata.str1 and its like count as zeros. */
const READ_ONLY_SECTIONS = ['.text', '.rodata', '.data.rel.ro', '.eh_frame'];

export interface RodataImage {
  readonly bytes: Uint8Array;
  readonly vmAddr: number;
  /** The image is a part of the file, gaps and all, instead of a copy of the sections. */
  readonly isFileSlice: boolean;
}

interface Piece {
  readonly addr: number;
  readonly bytes: Uint8Array;
}

/** `bytes` is the relocated file. @throws ElfError */
export function layOutRodata(elf: LenientElf, bytes: Uint8Array, config: Config): RodataImage {
  let hasMisplaced = false;
  let first = -1;
  let last = -1;
  let lowest = Number.POSITIVE_INFINITY;
  let highest = 0;
  let filled = 0;
  const pieces: Piece[] = [];
  for (const [i, section] of elf.sections.entries()) {
    if (!READ_ONLY_SECTIONS.includes(elf.sectionNames[i])) continue;
    if (first < 0) first = i;
    last = i;
    if (section.addr !== section.offset) hasMisplaced = true;
    if ((config.rejectBrokenElfs && hasMisplaced) || section.addr > BigInt(MM_STACK_START - MM_REGION_SIZE)) {
      throw new ElfError('ValueOutOfBounds');
    }
    const { start, end } = fileRangeOf(section);
    const piece = { addr: Number(section.addr), bytes: bytes.subarray(Number(start), Number(end)) };
    pieces.push(piece);
    lowest = Math.min(lowest, piece.addr);
    highest = Math.max(highest, piece.addr + piece.bytes.length);
    filled += piece.bytes.length;
  }

  if (config.rejectBrokenElfs && lowest + filled > highest) throw new ElfError('ValueOutOfBounds');

  const areConsecutive = last - first + 1 === pieces.length;
  if (config.optimizeRodata && !hasMisplaced && areConsecutive) {
    return { bytes: bytes.subarray(lowest, highest), vmAddr: vmAddrOf(lowest), isFileSlice: true };
  }
  // Unoptimized, the gap below the lowest section is part of the image, as zeros.
  const base = config.optimizeRodata ? lowest : 0;
  const length = highest - base;
  if (length > bytes.length) throw new ElfError('ValueOutOfBounds');
  const image = new Uint8Array(length);
  for (const piece of pieces) image.set(piece.bytes, piece.addr - base);
  return { bytes: image, vmAddr: vmAddrOf(base), isFileSlice: false };
}

/** Linkers count addresses from the region's start, or from zero. */
function vmAddrOf(addr: number): number {
  return addr >= MM_REGION_SIZE ? addr : addr + MM_REGION_SIZE;
}
