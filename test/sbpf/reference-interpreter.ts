// A second interpreter to hold the engines against: slow and plain, bigints throughout, one instruction at a time, what
// each computes said once a mnemonic. It shares the opcode table and the version predicates with the engines, nothing
// else. Syscalls it has none.
// Source: sbpf src/interpreter.rs, Interpreter::step.

import { MM_HEAP_START, MM_INPUT_START, MM_STACK_START } from '../../src/sbpf/address-space.ts';
import type { Executable } from '../../src/sbpf/executable.ts';
import { opcodesOf } from '../../src/sbpf/opcodes.ts';
import {
  callxUsesDstReg,
  callxUsesSrcReg,
  dynamicStackFrames,
  explicitSignExtensionOfResults,
  stackFrameGaps,
  staticSyscalls,
  swapSubRegImmOperands,
} from '../../src/sbpf/version.ts';

const u64 = (x: bigint): bigint => BigInt.asUintN(64, x);
const s64 = (x: bigint): bigint => BigInt.asIntN(64, x);
const u32 = (x: bigint): bigint => BigInt.asUintN(32, x);
const s32 = (x: bigint): bigint => BigInt.asIntN(32, x);

/** Ends a run; the message says how. */
class Fault extends Error {}

export class ReferenceInterpreter {
  readonly executable: Executable;
  readonly memory: readonly { start: bigint; bytes: Uint8Array; writable: boolean; gaps: boolean }[];
  readonly r: bigint[] = new Array<bigint>(11).fill(0n);
  readonly frames: { saved: bigint[]; pc: number }[] = [];
  pc: number;
  instructions = 0;
  error: string | undefined;

  constructor(executable: Executable, input: Uint8Array, heapLen: number) {
    this.executable = executable;
    this.pc = executable.entryPc;
    const { version, config } = executable;
    const stackLen = config.stackFrameSize * config.maxCallDepth;
    this.memory = [
      { start: BigInt(executable.rodataVmAddr), bytes: executable.rodata, writable: false, gaps: false },
      { start: BigInt(MM_STACK_START), bytes: new Uint8Array(stackLen), writable: true, gaps: stackFrameGaps(version) },
      { start: BigInt(MM_HEAP_START), bytes: new Uint8Array(heapLen), writable: true, gaps: false },
      { start: BigInt(MM_INPUT_START), bytes: input.slice(), writable: true, gaps: false },
    ];
    this.r[1] = BigInt(MM_INPUT_START);
    this.r[10] = BigInt(MM_STACK_START) + BigInt(dynamicStackFrames(version) ? stackLen : 4096);
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
    if (this.frames.length === this.executable.config.maxCallDepth) throw new Fault('CallDepthExceeded');
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
