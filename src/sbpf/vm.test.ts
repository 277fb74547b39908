import { describe, expect, it } from 'vitest';
import { Verdict } from '../wire/errors.ts';
import { assemble } from './assembler.ts';
import { type Config, DEFAULT_CONFIG } from './config.ts';
import { BASE_DEPTH, CALL_DEPTH, PC, REGISTERS } from './control-block.ts';
import { EbpfError } from './errors.ts';
import { Executable } from './executable.ts';
import { InterpreterEngine } from './interpreter-engine.ts';
import type { InputRegion, U64 } from './memory.ts';
import { type Syscall, SyscallRegistry } from './syscall-registry.ts';
import type { SbpfVersion } from './version.ts';
import { Vm, VmPool } from './vm.ts';

const STACK = 0x2_0000_0000;
const HEAP = 0x3_0000_0000;
const INPUT = 0x4_0000_0000;
const KIB = 1024;

class Refused extends Verdict {
  readonly text = 'refused';
}

function program(
  source: string,
  options: { version?: SbpfVersion; syscalls?: Record<string, Syscall>; config?: Partial<Config> } = {},
): Executable {
  const syscalls = new SyscallRegistry(Object.entries(options.syscalls ?? {}));
  return assemble(source, {
    version: options.version ?? 3,
    syscalls,
    config: { ...DEFAULT_CONFIG, ...options.config },
  });
}

const request = (executable: Executable, remaining = 10_000) => ({
  executable,
  context: undefined as unknown,
  meter: { remaining },
  heapSize: 32 * KIB,
});

describe('a run', () => {
  it('starts with r1 at the input, r2 as asked, r10 at the first frame, the rest 0', () => {
    const vm = new Vm();
    vm.prepareInput(0);
    vm.run({ ...request(program('exit')), r2: INPUT + 8 });
    expect(vm.registers()).toEqual([0, INPUT, INPUT + 8, 0, 0, 0, 0, 0, 0, 0, STACK + 4096].map(BigInt));
    vm.run({ ...request(program('exit', { version: 1 })), r1: 2n ** 64n - 1n });
    expect([vm.register(1), vm.register(2), vm.register(10)]).toEqual([2n ** 64n - 1n, 0, STACK + 256 * KIB]);
  });

  it('answers r0, units and where it ended', () => {
    const vm = new Vm();
    const meter = { remaining: 10 };
    expect(vm.run({ ...request(program('mov64 r0, 7\n exit')), meter })).toEqual({
      r0: 7,
      error: undefined,
      fromSyscall: false,
      instructions: 2,
      pc: 1,
      callFrames: [],
    });
    expect(meter.remaining).toBe(8);
  });

  it('may have read-only input', () => {
    const vm = new Vm();
    vm.prepareInput(8);
    const result = vm.run({ ...request(program('stb [r1+0], 1\n exit')), inputWritable: false });
    expect(result.error?.text).toBe('Access violation writing 1 bytes at address 0x400000000 (in input region)');
    expect(vm.run(request(program('stb [r1+0], 1\n exit'))).error).toBeUndefined();
  });

  it('shows each instruction before it runs', () => {
    const vm = new Vm();
    const seen: [number, U64][] = [];
    const source = 'mov64 r0, 3\n call function_1\n exit\n function_1:\n sub64 r0, 1\n exit';
    const result = vm.run({
      ...request(program(source, { version: 0 })),
      onInstruction: (m) => seen.push([m.pc, m.register(0)]),
    });
    expect(seen).toEqual([
      [0, 0],
      [1, 3],
      [3, 3],
      [4, 2],
      [2, 2],
    ]);
    expect(result.instructions).toBe(5);
  });
});

describe('the meter', () => {
  const source = `
    mov64 r1, 3
    loop:
    stxdw [r10-8], r1
    ldxdw r2, [r10-8]
    call function_1
    sub64 r1, 1
    jne r1, 0, loop
    lddw r0, 0x1122334455
    syscall nothing
    exit
    function_1:
    mov64 r3, r2
    exit`;
  const executable = program(source, { syscalls: { nothing: () => 9 } });
  const NEEDED = 1 + 3 * 7 + 3;

  it('runs out before the instruction that it has no unit for, wherever that is', () => {
    const vm = new Vm();
    expect(vm.run(request(executable, NEEDED))).toMatchObject({ r0: 9, error: undefined, instructions: NEEDED });
    for (let budget = 0; budget < NEEDED; budget++) {
      const meter = { remaining: budget };
      const result = vm.run({ ...request(executable), meter });
      expect((result.error as EbpfError).kind, `${budget}`).toBe('ExceededMaxInstructions');
      expect([result.instructions, meter.remaining]).toEqual([budget, 0]);
    }
  });

  it('gives the fault of the last unit before its own', () => {
    const vm = new Vm();
    const faults = program('mov64 r1, 0\n ldxb r0, [r1+0]\n exit', { version: 0 });
    expect(vm.run(request(faults, 2))).toMatchObject({ instructions: 2, pc: 1, error: { kind: 'AccessViolation' } });
    expect(vm.run(request(faults, 1))).toMatchObject({
      instructions: 1,
      pc: 1,
      error: { kind: 'ExceededMaxInstructions' },
    });
  });

  it('is exact over more instructions than an engine runs in one go', () => {
    const vm = new Vm();
    const n = 200_000;
    const long = program(`mov64 r1, ${n}\n loop:\n sub64 r1, 1\n jne r1, 0, loop\n exit`);
    for (const [budget, spent] of [
      [1_400_000, 2 * n + 2],
      [2 * n + 2, 2 * n + 2],
      [2 * n + 1, 2 * n + 1],
      [65_536, 65_536],
      [65_537, 65_537],
    ]) {
      const { instructions, error } = vm.run(request(long, budget));
      expect([instructions, error === undefined]).toEqual([spent, budget >= 2 * n + 2]);
    }
  });

  it('has been charged up to the call when a syscall looks, and is read again afterwards', () => {
    const meter = { remaining: 100 };
    const seen: number[] = [];
    const charging: Syscall = () => {
      seen.push(meter.remaining);
      meter.remaining -= 40;
      return 0;
    };
    const twice = program('mov64 r0, 0\n syscall charge\n mov64 r0, 0\n syscall charge\n exit', {
      syscalls: { charge: charging },
    });
    const result = new Vm().run({ ...request(twice), meter });
    expect(seen).toEqual([98, 56]);
    expect(result).toMatchObject({ instructions: 85, error: undefined });
    expect(meter.remaining).toBe(15);
  });

  it('lets a syscall finish that empties it, and stops at the next instruction', () => {
    const meter = { remaining: 5 };
    const empty = program('syscall empty\n exit', {
      syscalls: {
        empty: () => {
          meter.remaining = 0;
          return 3;
        },
      },
    });
    const result = new Vm().run({ ...request(empty), meter });
    expect(result).toMatchObject({ r0: 0, instructions: 5, pc: 1, error: { kind: 'ExceededMaxInstructions' } });
  });
});

describe('a syscall', () => {
  it('gets r1 to r5, as numbers where those are exact, and sets r0 alone', () => {
    let got: U64[] = [];
    const vm = new Vm();
    const source = `
      mov64 r1, 1
      lddw r2, 0x1fffffffffffff
      lddw r3, 0x20000000000000
      mov64 r4, -1
      mov64 r5, 0
      mov64 r6, 6
      syscall see
      exit`;
    const see: Syscall = (_context, _memory, ...registers) => {
      got = registers;
      return 2n ** 64n - 2n;
    };
    const result = vm.run(request(program(source, { syscalls: { see } })));
    expect(got).toEqual([1, 2 ** 53 - 1, 2n ** 53n, 2n ** 64n - 1n, 0]);
    expect(result.r0).toBe(2n ** 64n - 2n);
    expect(vm.registers().slice(1, 7)).toEqual([1n, 2n ** 53n - 1n, 2n ** 53n, 2n ** 64n - 1n, 0n, 6n]);
  });

  it('is found by the hash in a call of V0, where a relocation put it', () => {
    const executable = program('mov64 r1, 20\n syscall twice\n exit', {
      version: 0,
      syscalls: { twice: (_context, _memory, r1) => Number(r1) * 2 },
    });
    expect(new Vm().run(request(executable)).r0).toBe(40);
  });

  it('reads and writes guest memory, and gets the embedder’s object', () => {
    const context = { calls: 0 };
    const executable = program(
      `mov64 r1, r10
      sub64 r1, 16
      stdw [r1+0], 5
      syscall double
      ldxdw r0, [r10-16]
      exit`,
      {
        syscalls: {
          double: (c: typeof context, memory, r1) => {
            c.calls++;
            memory.writeU64(memory.store(r1, 8), Number(memory.readU64(memory.load(r1, 8))) * 2);
            return 0;
          },
        },
      },
    );
    const vm = new Vm<typeof context>();
    expect(vm.run({ ...request(executable), context }).r0).toBe(10);
    expect(context.calls).toBe(1);
  });

  it('ends the run by throwing a verdict', () => {
    const refused = new Refused();
    const vm = new Vm();
    const result = vm.run(
      request(
        program('mov64 r0, 1\n call function_1\n exit\n function_1:\n syscall decline\n exit', {
          syscalls: {
            decline: () => {
              throw refused;
            },
          },
        }),
      ),
    );
    expect(result).toMatchObject({ r0: 0, fromSyscall: true, instructions: 3, pc: 3, callFrames: [2] });
    expect(result.error).toBe(refused);
  });

  it('that touches what is not there fails with the violation, marked as its own', () => {
    const result = new Vm().run(
      request(
        program('mov64 r1, 0\n syscall peek\n exit', {
          version: 0,
          syscalls: { peek: (_c, memory, r1) => memory.load(r1, 4) },
        }),
      ),
    );
    expect(result).toMatchObject({ fromSyscall: true, instructions: 2, pc: 1 });
    expect((result.error as EbpfError).debug).toBe('AccessViolation(Load, 0, 4, "unallocated")');
  });

  it('that throws anything else is a bug, which leaves the machine fit for use', () => {
    const vm = new Vm();
    const broken = program('syscall broken\n exit', {
      syscalls: {
        broken: () => {
          throw new TypeError('a bug');
        },
      },
    });
    expect(() => vm.run(request(broken))).toThrow('a bug');
    expect(vm.run(request(program('mov64 r0, 4\n exit'))).r0).toBe(4);
  });

  it('may run another machine, down to some depth', () => {
    const pool = new VmPool();
    interface Context {
      depth: number;
      meter: { remaining: number };
    }
    const invoke: Syscall<Context> = (context, memory, r1) => {
      const callee = pool.acquire();
      try {
        const input = callee.prepareInput(8);
        callee.memory.writeU64(input, Number(memory.readU64(memory.load(r1, 8))) + 1);
        const result = callee.run({
          ...request(executable),
          context: { ...context, depth: context.depth + 1 },
          meter: context.meter,
        });
        if (result.error) throw result.error;
        // The callee's answer, through memory of the caller.
        memory.writeU64(memory.store(r1, 8), callee.memory.readU64(callee.memory.load(INPUT, 8)));
        return result.r0;
      } finally {
        pool.release(callee);
      }
    };
    const executable = program(
      `mov64 r6, r1
      syscall depth
      jeq r0, 5, done
      mov64 r1, r6
      syscall invoke
      add64 r0, 1
      exit
      done:
      mov64 r0, 100
      exit`,
      { syscalls: { depth: (context: Context) => context.depth, invoke } },
    );
    const vm = pool.acquire();
    const input = vm.prepareInput(8);
    vm.memory.writeU64(input, 10);
    const meter = { remaining: 1000 };
    const result = vm.run({ ...request(executable), context: { depth: 1, meter }, meter });
    expect(result).toMatchObject({ r0: 104, error: undefined, instructions: 4 * 7 + 5 });
    expect(vm.memory.readU64(vm.memory.load(INPUT, 8))).toBe(14);
  });

  it('cannot run the machine it is called from', () => {
    const vm: Vm = new Vm();
    const again = program('syscall again\n exit', { syscalls: { again: () => vm.run(request(again)).r0 } });
    expect(() => vm.run(request(again))).toThrow('is running a program');
    expect(vm.run(request(program('exit'))).error).toBeUndefined();
  });
});

describe('nothing of a run is left for the next', () => {
  const readsZero = (vm: Vm, vmAddr: number, len: number): boolean => {
    const at = vm.memory.load(vmAddr, len);
    return vm.memory.bytes.subarray(at, at + len).every((byte) => byte === 0);
  };
  const store = (vmAddr: number): string =>
    `lddw r1, 0x${vmAddr.toString(16)}\n lddw r2, 0x1111111111111111\n stxdw [r1+0], r2\n`;
  const cleanAfter = (source: string, version: SbpfVersion = 3, heapSize = 256 * KIB): void => {
    const vm = new Vm();
    vm.prepareInput(0);
    const first = vm.run({ ...request(program(`${source}\n exit`, { version }), 1_000_000), heapSize });
    expect(first.error).toBeUndefined();
    vm.run({ ...request(program('exit', { version: 3 })), heapSize: 256 * KIB });
    expect(vm.registers().slice(2, 10)).toEqual(new Array(8).fill(0n));
    expect(readsZero(vm, STACK, 256 * KIB)).toBe(true);
    expect(readsZero(vm, HEAP, 256 * KIB)).toBe(true);
  };

  it.each([0, 1016, 1020, 4088, 100_000, 131_064, 131_068, 131_072, 200_001, 262_136])(
    'a store at %d of stack and heap',
    (offset) => {
      cleanAfter(store(STACK + offset) + store(HEAP + offset));
    },
  );
  it.each([0, 1020, 4088, 4092, 0x2000 * 31 + 4092, 0x2000 * 32, 0x2000 * 63 + 4088])(
    'a store at %d of a gapped stack',
    (offset) => {
      cleanAfter(store(STACK + offset), 0);
    },
  );
  it('a stack that grows from the top', () => {
    cleanAfter('stdw [r10-8], -1\n add64 r10, -4096\n stdw [r10-8], -1\n stdw [r10+4088], -1', 1);
  });
  it('a smaller heap', () => {
    cleanAfter(store(HEAP + 1016), 3, 1024);
  });
  it('stores all over the place, more than are kept track of', () => {
    cleanAfter(`
      lddw r1, 0x300040000
      mov64 r3, 2000
      loop:
      sub64 r1, 127
      stdw [r1-8], -1
      sub64 r3, 1
      jne r3, 0, loop
      lddw r1, 0x200000000
      stdw [r1+500], -1
      lddw r1, 0x200020000
      stdw [r1+500], -1`);
  });
  it('what a syscall wrote', () => {
    const vm = new Vm();
    const fill: Syscall = (_c, memory, r1, r2) => {
      const at = memory.store(r1, r2);
      memory.bytes.fill(0xee, at, at + Number(r2));
      return 0;
    };
    for (const [vmAddr, len] of [
      [STACK + 100, 9000],
      [STACK + 150_000, 9000],
      [HEAP + 1, 32 * KIB - 1],
      [HEAP + 20_000, 10],
    ]) {
      const executable = program(`lddw r1, 0x${vmAddr.toString(16)}\n mov64 r2, ${len}\n syscall fill\n exit`, {
        syscalls: { fill },
      });
      expect(vm.run(request(executable)).error).toBeUndefined();
      expect(readsZero(vm, vmAddr, len)).toBe(false);
      vm.run(request(program('exit')));
      expect(readsZero(vm, STACK, 256 * KIB) && readsZero(vm, HEAP, 32 * KIB)).toBe(true);
    }
  });
  it('a run that failed, though its memory can be read until then', () => {
    const vm = new Vm();
    vm.run(request(program('stdw [r10-8], 7\n mov64 r0, 0\n mov64 r1, 0\n div64 r0, r1\n exit', { version: 0 })));
    expect(vm.memory.readU64(vm.memory.load(STACK + 4088, 8))).toBe(7);
    vm.run(request(program('exit')));
    expect(readsZero(vm, STACK, 8192)).toBe(true);
  });
  it('input, once the machine went through the pool', () => {
    const pool = new VmPool();
    const vm = pool.acquire();
    vm.memory.bytes.fill(0xee, vm.prepareInput(64), 64);
    vm.run(request(program('exit')));
    pool.release(vm);
    expect(pool.acquire()).toBe(vm);
    expect(vm.run(request(program('ldxb r0, [r1+0]\n exit'))).error?.text).toContain('unallocated');
  });
});

describe('programs', () => {
  it('stay apart in one machine, however many there are', () => {
    const vm = new Vm();
    const programs = Array.from({ length: 40 }, (_, i) =>
      program(`.fill 1000, ${i}\n mov64 r0, ${i}\n exit`.replace(/^/, `ja +1000\n`)),
    );
    for (let round = 0; round < 2; round++) {
      for (const [i, executable] of programs.entries()) expect(vm.run(request(executable)).r0).toBe(i);
    }
  });

  it('are copied again after others have taken their place', () => {
    const vm = new Vm();
    const large = (value: number): Executable => {
      const source = `mov64 r1, ${value}\n call function_1\n exit\n function_1:\n mov64 r0, r1\n exit`;
      const small = program(source, { version: 0 });
      const text = new Uint8Array(256 * KIB);
      text.set(small.text);
      return Executable.fromText(text, 0, small.config, small.syscalls, small.functions);
    };
    const programs = Array.from({ length: 50 }, (_, i) => large(i));
    for (const [i, executable] of programs.entries()) expect(vm.run(request(executable)).r0).toBe(i);
    for (const [i, executable] of programs.entries()) expect(vm.run(request(executable)).r0).toBe(i);
    vm.prepareInput(1024 * KIB);
    for (const [i, executable] of programs.entries()) expect(vm.run(request(executable)).r0).toBe(i);
  });

  it('of several versions share a machine', () => {
    const vm = new Vm();
    for (const version of [0, 1, 2, 3, 4, 0, 3] as const) {
      expect(
        vm.run(request(program('mov64 r0, 1\n mov32 r1, -1\n add32 r1, 0\n mov64 r0, r1\n exit', { version }))).r0,
      ).toBe(version === 2 ? 0xffff_ffff : 2n ** 64n - 1n);
    }
  });
});

describe('input in regions', () => {
  it('is reached by instructions, read and written through the callback', () => {
    const vm = new Vm();
    const host = vm.prepareInput(64);
    vm.memory.bytes.fill(0, host, host + 64);
    const regions: InputRegion[] = [
      { vmAddr: INPUT, hostOffset: host, len: 16, writable: true, payload: -1 },
      { vmAddr: INPUT + 16, hostOffset: host + 16, len: 8, writable: false, payload: 3 },
    ];
    const faults: string[] = [];
    vm.mapInput(regions, (access, vmAddr, len, region) => {
      faults.push(`${access} ${vmAddr - INPUT} ${len}`);
      region.writable = true;
      region.len = 16;
      return true;
    });
    const source = `
      stdw [r1+8], 5
      ldxdw r0, [r1+16]
      stdw [r1+24], 7
      stdw [r1+16], 6
      ldxdw r2, [r1+24]
      ldxdw r3, [r1+16]
      ldxdw r4, [r1+8]
      add64 r0, r2
      add64 r0, r3
      add64 r0, r4
      exit`;
    expect(vm.run(request(program(source)))).toMatchObject({ r0: 18, error: undefined, instructions: 11 });
    expect(faults).toEqual(['store 24 8']);
  });

  it('fails an instruction as it fails anything else', () => {
    const vm = new Vm();
    const host = vm.prepareInput(64);
    vm.mapInput([
      { vmAddr: INPUT, hostOffset: host, len: 16, writable: true, payload: -1 },
      { vmAddr: INPUT + 32, hostOffset: host + 16, len: 8, writable: false, payload: -1 },
    ]);
    const ends = (source: string): string | undefined => vm.run(request(program(`${source}\n exit`))).error?.text;
    expect(ends('ldxdw r0, [r1+9]')).toContain('(in input region)');
    expect(ends('ldxb r0, [r1+16]')).toContain('(in unallocated region)');
    expect(ends('ldxb r0, [r1+39]\n stb [r1+39], 1')).toContain(
      'writing 1 bytes at address 0x400000027 (in input region)',
    );
  });

  it('may change in a syscall', () => {
    const vm = new Vm();
    const host = vm.prepareInput(64);
    const regions: InputRegion[] = [{ vmAddr: INPUT, hostOffset: host, len: 16, writable: true, payload: -1 }];
    vm.mapInput(regions);
    const shrink: Syscall = () => {
      regions[0].len = 8;
      return 0;
    };
    const result = vm.run(
      request(
        program('ldxdw r0, [r1+8]\n mov64 r6, r1\n syscall shrink\n ldxdw r0, [r6+8]\n exit', { syscalls: { shrink } }),
      ),
    );
    expect(result).toMatchObject({ pc: 3, error: { kind: 'AccessViolation' } });
  });
});

describe('read-only data that starts later than its region', () => {
  it('is read through the slow path, and bounded on both sides', () => {
    const base = program('lddw r1, 0x100000100\n ldxb r0, [r1+0]\n ldxb r0, [r1+1]\n exit', { version: 0 });
    const moved = Object.assign(Object.create(Object.getPrototypeOf(base)) as Executable, base, {
      rodataVmAddr: 0x1_0000_0100,
    });
    const vm = new Vm();
    expect(vm.run(request(moved)).r0).toBe(1);
    for (const [offset, name] of [
      [-1, 'unallocated'],
      [40 - 7, 'program'],
    ]) {
      const reads = program(
        `lddw r1, 0x100000100\n ldxdw r0, [r1${Number(offset) < 0 ? offset : `+${offset}`}]\n exit`,
        { version: 0 },
      );
      const text = Object.assign(Object.create(Object.getPrototypeOf(reads)) as Executable, reads, {
        rodataVmAddr: 0x1_0000_0100,
      });
      const { error } = vm.run(request(text));
      if (Number(offset) < 0) expect(error?.text).toContain(`(in ${name} region)`);
      else expect(error).toBeInstanceOf(EbpfError);
    }
  });
});

describe('an engine', () => {
  it('goes on from wherever the control block says, and returns at the depth it is told', () => {
    // Stands for a compiler that has come to slot 3, one call deep, and wants that function finished.
    const source =
      'mov64 r0, 1\n call function_1\n exit\n function_1:\n add64 r0, r6\n call function_2\n exit\n function_2:\n add64 r0, 1\n exit';
    const executable = program(source);
    let state: unknown;
    const vm = new Vm((memory) => {
      const interpreter = new InterpreterEngine(memory);
      return {
        execute(m: Vm) {
          memory.u32[PC >> 2] = 3;
          memory.u32[CALL_DEPTH >> 2] = 1;
          memory.u32[BASE_DEPTH >> 2] = 1;
          memory.writeU64(REGISTERS, 1000);
          memory.writeU64(REGISTERS + 6 * 8, 30);
          interpreter.execute(m);
          state = [m.register(0), memory.u32[CALL_DEPTH >> 2], m.error];
        },
      };
    });
    expect(vm.run(request(executable)).instructions).toBe(5);
    expect(state).toEqual([1031, 1, undefined]);
  });
});
