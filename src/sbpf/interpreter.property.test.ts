// The interpreter against a second one that is slow and plain: bigints, one instruction at a time, written from the fact
// that each mnemonic states. Random programs, from a fixed seed, must end the same way in both: result, error, units,
// registers and every byte of memory.

import { describe, expect, it } from 'vitest';
import { DEFAULT_CONFIG } from './config.ts';
import { EbpfError } from './errors.ts';
import { Executable } from './executable.ts';
import { opcodesOf } from './opcodes.ts';
import { NO_SYSCALLS } from './syscall-registry.ts';
import { verify } from './verifier.ts';
import {
  callxUsesDstReg,
  callxUsesSrcReg,
  dynamicStackFrames,
  explicitSignExtensionOfResults,
  type SbpfVersion,
  stackFrameGaps,
  staticSyscalls,
  swapSubRegImmOperands,
} from './version.ts';
import { Vm } from './vm.ts';

const STACK_LEN = 5 * 4096;
const HEAP_LEN = 2048;
const MAX_CALL_DEPTH = 5;
const CONFIG = { ...DEFAULT_CONFIG, maxCallDepth: MAX_CALL_DEPTH };
const STACK = 0x2_0000_0000n;
const HEAP = 0x3_0000_0000n;
const INPUT = 0x4_0000_0000n;

const u64 = (x: bigint): bigint => BigInt.asUintN(64, x);
const s64 = (x: bigint): bigint => BigInt.asIntN(64, x);
const u32 = (x: bigint): bigint => BigInt.asUintN(32, x);
const s32 = (x: bigint): bigint => BigInt.asIntN(32, x);

class Fault extends Error {}

class Reference {
  readonly executable: Executable;
  readonly memory: readonly { start: bigint; bytes: Uint8Array; writable: boolean; gaps: boolean }[];
  readonly r: bigint[] = new Array<bigint>(11).fill(0n);
  readonly frames: { saved: bigint[]; pc: number }[] = [];
  pc: number;
  instructions = 0;
  error: string | undefined;

  constructor(executable: Executable, input: Uint8Array) {
    this.executable = executable;
    this.pc = executable.entryPc;
    const { version } = executable;
    this.memory = [
      { start: BigInt(executable.rodataVmAddr), bytes: executable.rodata, writable: false, gaps: false },
      { start: STACK, bytes: new Uint8Array(STACK_LEN), writable: true, gaps: stackFrameGaps(version) },
      { start: HEAP, bytes: new Uint8Array(HEAP_LEN), writable: true, gaps: false },
      { start: INPUT, bytes: input.slice(), writable: true, gaps: false },
    ];
    this.r[1] = INPUT;
    this.r[10] = STACK + BigInt(dynamicStackFrames(version) ? STACK_LEN : 4096);
  }

  run(budget: number): void {
    try {
      while (this.step(budget));
    } catch (fault) {
      if (!(fault instanceof Fault)) throw fault;
      this.error = fault.message;
    }
  }

  find(access: 'load' | 'store', vmAddr: bigint, len: number): [Uint8Array, number] {
    const address = u64(vmAddr);
    for (const { start, bytes, writable, gaps } of this.memory) {
      if (address >> 32n !== start >> 32n || (access === 'store' && !writable)) continue;
      let offset = Number(address - start);
      if (gaps && (offset & 0x1000) !== 0) continue;
      if (gaps) offset = Math.floor(offset / 0x2000) * 0x1000 + (offset % 0x1000);
      if (offset + len <= bytes.length) return [bytes, offset];
    }
    throw new Fault(`${access} ${len} at ${address}`);
  }

  pushFrame(): void {
    const { version } = this.executable;
    this.frames.push({ saved: this.r.slice(6, 11), pc: this.pc + 1 });
    if (this.frames.length === MAX_CALL_DEPTH) throw new Fault('CallDepthExceeded');
    if (!dynamicStackFrames(version)) this.r[10] = u64(this.r[10] + (stackFrameGaps(version) ? 0x2000n : 0x1000n));
  }

  step(budget: number): boolean {
    const { executable, r } = this;
    const { text, version } = executable;
    const slots = text.length / 8;
    if (this.instructions >= budget) throw new Fault('ExceededMaxInstructions');
    this.instructions++;
    if (this.pc >= slots) throw new Fault('ExecutionOverrun');
    const view = new DataView(text.buffer, text.byteOffset + this.pc * 8);
    const opcode = opcodesOf(version)[view.getUint8(0)];
    if (opcode === undefined) throw new Fault('UnsupportedInstruction');
    const dst = view.getUint8(1) & 15;
    const src = view.getUint8(1) >> 4;
    const offset = view.getInt16(2, true);
    const immediate = BigInt(view.getInt32(4, true));
    const isImmediate = !opcode.operands.includes('src');
    const a = r[dst];
    const b = isImmediate ? u64(immediate) : r[src];
    const zeroExtended = isImmediate ? u32(immediate) : b;
    let next = this.pc + 1;

    const nonZero = (x: bigint): bigint => {
      if (x === 0n) throw new Fault('DivideByZero');
      return x;
    };
    const signed = (x: bigint, y: bigint, bits: bigint, result: (x: bigint, y: bigint) => bigint): bigint => {
      nonZero(y);
      if (y === -1n && x === -(1n << (bits - 1n))) throw new Fault('DivideOverflow');
      return BigInt.asUintN(Number(bits), result(x, y));
    };
    const sum32 = (x: bigint): bigint => (explicitSignExtensionOfResults(version) ? u32(x) : u64(s32(x)));
    const swapped = isImmediate && swapSubRegImmOperands(version);
    const reversed = (x: bigint, bits: number): bigint => {
      let out = 0n;
      for (let i = 0; i < bits; i += 8) out = (out << 8n) | ((x >> BigInt(i)) & 255n);
      return out;
    };
    const size = ({ b: 1, h: 2, w: 4, dw: 8 } as Record<string, number>)[
      /(dw|b|h|w)$/.exec(opcode.mnemonic)?.[0] ?? 'b'
    ];
    const conditions = (x: bigint, y: bigint, sx: bigint, sy: bigint): Record<string, boolean> => ({
      jeq: x === y,
      jne: x !== y,
      jgt: x > y,
      jge: x >= y,
      jlt: x < y,
      jle: x <= y,
      jset: (x & y) !== 0n,
      jsgt: sx > sy,
      jsge: sx >= sy,
      jslt: sx < sy,
      jsle: sx <= sy,
    });

    if (opcode.class === 'load') {
      const [bytes, at] = this.find('load', r[src] + BigInt(offset), size);
      let value = 0n;
      for (let i = size - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[at + i]);
      r[dst] = value;
    } else if (opcode.class === 'store') {
      const [bytes, at] = this.find('store', a + BigInt(offset), size);
      for (let i = 0; i < size; i++) bytes[at + i] = Number((b >> BigInt(8 * i)) & 255n);
    } else if (opcode.class === 'jump64') {
      if (opcode.mnemonic === 'ja' || conditions(a, b, s64(a), s64(b))[opcode.mnemonic]) next += offset;
    } else if (opcode.class === 'jump32') {
      if (conditions(u32(a), u32(b), s32(a), s32(b))[opcode.mnemonic.replace('32', '')]) next += offset;
    } else {
      const results: Record<string, () => bigint> = {
        add32: () => sum32(a + b),
        sub32: () => sum32(swapped ? b - a : a - b),
        mul32: () => u64(s32(a * b)),
        div32: () => u32(a) / nonZero(u32(b)),
        mod32: () => u32(a) % nonZero(u32(b)),
        or32: () => u32(a | b),
        and32: () => u32(a & b),
        xor32: () => u32(a ^ b),
        lsh32: () => u32(u32(a) << (b & 31n)),
        rsh32: () => u32(a) >> (b & 31n),
        arsh32: () => u32(s32(a) >> (b & 31n)),
        neg32: () => u32(-a),
        mov32: () => (!isImmediate && explicitSignExtensionOfResults(version) ? u64(s32(b)) : u32(b)),
        le: () => BigInt.asUintN(Number(immediate), a),
        be: () => reversed(a, Number(immediate)),
        add64: () => u64(a + b),
        sub64: () => u64(swapped ? b - a : a - b),
        mul64: () => u64(a * b),
        div64: () => a / nonZero(b),
        mod64: () => a % nonZero(b),
        or64: () => a | b,
        and64: () => a & b,
        xor64: () => a ^ b,
        lsh64: () => u64(a << (b & 63n)),
        rsh64: () => a >> (b & 63n),
        arsh64: () => u64(s64(a) >> (b & 63n)),
        neg64: () => u64(-a),
        mov64: () => b,
        hor64: () => a | u64(u32(b) << 32n),
        lddw: () => {
          next++;
          return u32(immediate) | (BigInt(view.getUint32(12, true)) << 32n);
        },
        uhmul64: () => (a * zeroExtended) >> 64n,
        shmul64: () => u64((s64(a) * s64(b)) >> 64n),
        lmul32: () => u32(a * b),
        lmul64: () => u64(a * b),
        udiv32: () => u32(a) / nonZero(u32(b)),
        urem32: () => u32(a) % nonZero(u32(b)),
        udiv64: () => a / nonZero(zeroExtended),
        urem64: () => a % nonZero(zeroExtended),
        sdiv32: () => signed(s32(a), s32(b), 32n, (x, y) => x / y),
        srem32: () => signed(s32(a), s32(b), 32n, (x, y) => x % y),
        sdiv64: () => signed(s64(a), s64(b), 64n, (x, y) => x / y),
        srem64: () => signed(s64(a), s64(b), 64n, (x, y) => x % y),
      };
      switch (opcode.mnemonic) {
        case 'call': {
          const target = staticSyscalls(version)
            ? next + Number(immediate)
            : executable.functions.get(Number(u32(immediate)))?.pc;
          if (target === undefined) throw new Fault('UnsupportedInstruction');
          if (staticSyscalls(version) && (src !== 1 || target < 0 || target >= slots))
            throw new Fault('UnsupportedInstruction');
          this.pushFrame();
          if (target >= slots) throw new Fault('CallOutsideTextSegment');
          next = target;
          break;
        }
        case 'callx': {
          const register = callxUsesSrcReg(version) ? src : callxUsesDstReg(version) ? dst : Number(immediate);
          const target = u64(r[register] - BigInt(executable.textVmAddr)) / 8n;
          this.pushFrame();
          if (target >= BigInt(slots)) throw new Fault('CallOutsideTextSegment');
          next = Number(target);
          break;
        }
        case 'exit': {
          const frame = this.frames.pop();
          if (frame === undefined) return false;
          for (let i = 0; i < 5; i++) r[6 + i] = frame.saved[i];
          next = frame.pc;
          break;
        }
        default:
          r[dst] = results[opcode.mnemonic]();
      }
    }
    this.pc = next;
    return true;
  }
}

/** mulberry32 */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return (t ^ (t >>> 14)) >>> 0;
  };
}

const INTERESTING = [0, 1, -1, 2, 7, 8, 31, 32, 63, 64, -8, 0x7fff_ffff, -0x8000_0000, 0x1000, -4096];
const PROLOGUE = 10;

interface Random {
  below(n: number): number;
  oneOf<T>(items: readonly T[]): T;
  u32(): number;
}

function randomProgram(random: Random, version: SbpfVersion): Uint8Array {
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
    if (opcode.mnemonic === 'lddw') {
      slot(opcode.code, dst, 0, 0, random.u32());
      slot(0, 0, 0, 0, random.below(2) === 0 ? random.u32() : random.below(6));
    } else if (opcode.mnemonic === 'call') {
      slot(opcode.code, 0, 1, 0, version >= 3 ? away : random.below(length));
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

function randomInput(random: Random): Uint8Array {
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

const describeError = (error: unknown): string | undefined => {
  if (!(error instanceof EbpfError)) return undefined;
  if (!error.is('AccessViolation') && !error.is('StackAccessViolation')) return error.kind;
  const { access, vmAddr, len } = error.data as { access: string; vmAddr: bigint; len: bigint };
  return `${access} ${len} at ${vmAddr}`;
};

/** Where stack, heap or input are not as they should be. */
function firstDifference(vm: Vm, reference: Reference): string | undefined {
  for (const { start, bytes } of reference.memory.slice(1)) {
    const at = vm.memory.load(Number(start), bytes.length);
    for (let i = 0; i < bytes.length; i++) if (vm.memory.bytes[at + i] !== bytes[i]) return `${start} + ${i}`;
  }
  return undefined;
}

describe.each([0, 1, 2, 3, 4] as const)('random programs of V%d', (version) => {
  it('run as the plain interpreter runs them', () => {
    const next = randomNumbers(0x5eed + version);
    const random: Random = { below: (n) => next() % n, oneOf: (items) => items[next() % items.length], u32: next };
    const vm = new Vm();
    const endings = new Map<string, number>();
    for (let i = 0; i < 600; i++) {
      const text = randomProgram(random, version);
      const functions = new Map<number, { pc: number; name: string }>();
      if (!staticSyscalls(version)) {
        for (let k = 0; k < 30; k++) functions.set(k, { pc: random.below(text.length / 8 + 1), name: `function_${k}` });
      }
      const executable = Executable.fromText(text, version, CONFIG, NO_SYSCALLS, functions);
      if (verify(executable) !== undefined) continue;
      const input = randomInput(random);
      const budget = random.below(5) === 0 ? random.below(40) : 300;

      const reference = new Reference(executable, input);
      reference.run(budget);
      vm.memory.bytes.set(input, vm.prepareInput(input.length));
      const meter = { remaining: budget };
      const result = vm.run({ executable, context: undefined, meter, heapSize: HEAP_LEN });

      const seen = {
        error: describeError(result.error),
        instructions: result.instructions,
        remaining: meter.remaining,
        registers: vm.registers(),
        pc: result.pc,
        frames: result.error === undefined ? reference.frames.length : vm.callFrames().length,
        memory: firstDifference(vm, reference),
      };
      expect(seen, `program ${i}`).toEqual({
        error: reference.error,
        instructions: reference.instructions,
        remaining: budget - reference.instructions,
        registers: reference.r,
        pc: reference.pc,
        frames: reference.frames.length,
        memory: undefined,
      });
      const ending = reference.error?.replace(/ .*/, '') ?? 'exit';
      endings.set(ending, (endings.get(ending) ?? 0) + 1);
    }
    // The programs are worth running only if they end in many ways.
    for (const ending of ['exit', 'load', 'store', 'ExceededMaxInstructions', 'DivideByZero', 'CallDepthExceeded']) {
      expect(endings.get(ending) ?? 0, `${ending} of ${[...endings]}`).toBeGreaterThan(0);
    }
  });
});
