// Random programs and inputs for comparing engines, from a seed. Plain noise would fault at once, so that registers start
// as useful values, memory is mostly reached through r6 to r10, and jumps stay in the text.

import { opcodesOf } from '../../src/sbpf/opcodes.ts';
import type { SbpfVersion } from '../../src/sbpf/version.ts';

const STACK = 0x2_0000_0000n;
const HEAP = 0x3_0000_0000n;
const INPUT = 0x4_0000_0000n;

export interface Random {
  below(n: number): number;
  oneOf<T>(items: readonly T[]): T;
  u32(): number;
}

/** mulberry32 */
export function randomNumbers(seed: number): Random {
  let state = seed;
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return (t ^ (t >>> 14)) >>> 0;
  };
  return { u32: next, below: (n) => next() % n, oneOf: (items) => items[next() % items.length] };
}

const INTERESTING = [0, 1, -1, 2, 7, 8, 31, 32, 63, 64, -8, 0x7fff_ffff, -0x8000_0000, 0x1000, -4096];
const PROLOGUE = 10;

/** What V0–V2 calls can name without an ELF file. */
export const FUNCTION_KEYS = 30;

/**
 * Text that mostly passes the verifier, gets some way and ends in one of many ways. The first ten instructions load r0 to
 * r9 from the input, eight bytes each. `relativeCalls`: as in an ELF file; else a V0–V2 call names a function below 30.
 */
export function randomProgram(random: Random, version: SbpfVersion, relativeCalls: boolean): Uint8Array {
  const load = version === 2 ? 0x9c : 0x79;
  const slots: number[][] = [];
  const slot = (code: number, dst: number, src: number, offset: number, immediate: number): void => {
    const bytes = new Uint8Array(8);
    const view = new DataView(bytes.buffer);
    bytes[0] = code;
    bytes[1] = dst | (src << 4);
    view.setInt16(2, offset, true);
    view.setInt32(4, immediate | 0, true);
    slots.push([...bytes]);
  };
  // Registers come from the input: r1 last, since it is what points there.
  for (const register of [0, 2, 3, 4, 5, 6, 7, 8, 9, 1]) slot(load, register, 1, register * 8, 0);

  const opcodes = opcodesOf(version).filter((opcode) => opcode !== undefined);
  const length = PROLOGUE + 4 + random.below(40);
  while (slots.length < length) {
    const opcode = random.oneOf(opcodes);
    const dst = random.below(10);
    const src = random.below(11);
    const immediate = random.below(3) === 0 ? random.u32() : random.oneOf(INTERESTING);
    const isMemory = opcode.class === 'load' || opcode.class === 'store';
    const away = (random.below(length) - slots.length) | 0;
    if (opcode.mnemonic === 'lddw' && random.below(3) === 0) {
      // The address of a function, mostly called at once.
      slot(opcode.code, dst, 0, 0, random.below(length) * 8);
      slot(0, 0, 0, 0, 1);
      if (random.below(4) !== 0) slot(0x8d, version >= 3 ? dst : 0, 0, 0, version < 2 ? dst : 0);
    } else if (opcode.mnemonic === 'lddw') {
      slot(opcode.code, dst, 0, 0, random.u32());
      slot(0, 0, 0, 0, random.below(2) === 0 ? random.u32() : random.below(6));
    } else if (opcode.mnemonic === 'call') {
      // -1 would be a call of itself, which ELF files leave to relocation.
      if (relativeCalls || version >= 3) slot(opcode.code, 0, 1, 0, away === -1 ? 0 : away);
      else slot(opcode.code, 0, 0, 0, random.below(FUNCTION_KEYS + 10));
    } else if (opcode.mnemonic === 'callx') {
      slot(opcode.code, version >= 3 ? dst : 0, version === 2 ? dst : 0, 0, version < 2 ? dst : 0);
    } else if (opcode.mnemonic === 'exit') {
      if (random.below(3) === 0) slot(opcode.code, 0, 0, 0, 0);
    } else if (isMemory) {
      const base = random.oneOf([6, 7, 8, 9, 10]);
      const offset = random.below(4) === 0 ? (random.u32() << 16) >> 16 : random.below(64) - 40;
      if (opcode.class === 'load') slot(opcode.code, random.below(6), base, offset, 0);
      else slot(opcode.code, base, src, offset, immediate);
    } else if (opcode.class === 'jump32' || opcode.class === 'jump64') {
      slot(opcode.code, dst, src, away, immediate);
    } else if (opcode.mnemonic === 'le' || opcode.mnemonic === 'be') {
      slot(opcode.code, dst, 0, 0, random.oneOf([16, 32, 64]));
    } else {
      const shift = opcode.immediate.startsWith('below') && opcode.operands === 'dst, imm';
      // Registers from r6 up mostly keep their pointers.
      slot(
        opcode.code,
        random.below(5) === 0 ? dst : random.below(6),
        src,
        0,
        shift ? random.below(32) : immediate || 1,
      );
    }
  }
  if (random.below(4) !== 0) slot(0x95, 0, 0, 0, 0);
  return Uint8Array.from(slots.flat());
}

/** 160 bytes for such a program: numbers, interesting numbers, and pointers for r5 to r9. */
export function randomInput(random: Random): Uint8Array {
  const input = new Uint8Array(160);
  const view = new DataView(input.buffer);
  for (let i = 0; i < input.length; i += 4) view.setUint32(i, random.u32(), true);
  const code = 0x1_0000_0000n + BigInt(random.below(60) * 8 + random.below(8));
  const pointers = [STACK + 64n, STACK + 0x2010n, STACK + 0xffcn, HEAP + 48n, HEAP + 1500n, INPUT + 50n, code];
  for (let register = 6; register < 10; register++) view.setBigUint64(register * 8, random.oneOf(pointers), true);
  view.setBigUint64(5 * 8, code, true);
  for (const register of [0, 2]) {
    if (random.below(2) === 0) view.setBigInt64(register * 8, BigInt(random.oneOf(INTERESTING)), true);
  }
  return input;
}
