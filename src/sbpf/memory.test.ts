import { beforeEach, describe, expect, it } from 'vitest';
import { DEFAULT_CONFIG } from './config.ts';
import { EbpfError } from './errors.ts';
import { Executable } from './executable.ts';
import type { InputFault, InputRegion, U64, VmMemory } from './memory.ts';
import { NO_SYSCALLS } from './syscall-registry.ts';
import type { SbpfVersion } from './version.ts';
import { Vm } from './vm.ts';

const EXIT = Uint8Array.of(0x95, 0, 0, 0, 0, 0, 0, 0);
const KIB = 1024;
const STACK = 0x2_0000_0000;
const HEAP = 0x3_0000_0000;
const INPUT = 0x4_0000_0000;

/** The memory of a machine that has just run `exit`, with 100 bytes of input and 32 KiB of heap. */
function memoryOf(version: SbpfVersion, options: { gaps?: boolean; maxCallDepth?: number } = {}): VmMemory {
  const vm = new Vm();
  vm.prepareInput(100);
  const config = {
    ...DEFAULT_CONFIG,
    enableStackFrameGaps: options.gaps ?? true,
    maxCallDepth: options.maxCallDepth ?? 64,
  };
  run(vm, Executable.fromText(EXIT, version, config, NO_SYSCALLS));
  return vm.memory;
}

function run(vm: Vm, executable: Executable): void {
  const { error } = vm.run({ executable, context: undefined, meter: { remaining: 1 }, heapSize: 32 * KIB });
  expect(error).toBeUndefined();
}

function refusal(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (error instanceof EbpfError) return error.text;
    throw error;
  }
  return 'nothing';
}

describe('regions', () => {
  // version, access, address, length, whether it is there
  const rows: [SbpfVersion, 'load' | 'store', number, number, boolean, string][] = [
    [0, 'load', 0, 1, false, 'V0 maps nothing at 0'],
    [0, 'load', 0x1_0000_0000, 8, true, 'V0 reads its program'],
    [0, 'load', 0x1_0000_0001, 8, false, 'one byte too far'],
    [0, 'store', 0x1_0000_0000, 1, false, 'the program is read-only'],
    [3, 'load', 0, 8, true, 'V3 has constants at 0 (bare text: the program)'],
    [3, 'load', 1, 8, false, 'beyond them'],
    [3, 'store', 0, 1, false, 'constants are read-only'],
    [3, 'load', 0x1_0000_0000, 1, false, 'V3 cannot read its code'],
    [3, 'store', STACK, 256 * KIB, true, 'the whole stack'],
    [3, 'store', STACK + 256 * KIB - 7, 8, false, 'over its end'],
    [3, 'store', HEAP + 32 * KIB - 8, 8, true, 'the last of the heap'],
    [3, 'store', HEAP + 32 * KIB - 7, 8, false, 'over its end'],
    [3, 'load', HEAP - 1, 2, false, 'an access is in one region'],
    [3, 'store', INPUT, 100, true, 'the input'],
    [3, 'load', INPUT, 101, false, 'over its end'],
    [3, 'load', INPUT + 100, 0, true, 'nothing, at the end'],
    [3, 'load', INPUT + 101, 0, false, 'nothing, beyond the end'],
    [3, 'load', 0x5_0000_0000, 1, false, 'nothing is above the input'],
    [3, 'load', 0x14_0000_0000, 1, false, 'the upper half is not taken modulo anything'],
    [3, 'load', 2 ** 52 + INPUT, 1, false, 'far above'],
  ];
  it.each(rows)('V%d: %s at %i of %i bytes: %s (%s)', (version, access, vmAddr, len, expected) => {
    expect(refusal(() => memoryOf(version).translate(access, vmAddr, len)) === 'nothing').toBe(expected);
  });

  it('hold no address or length of 2^53 and above', () => {
    const memory = memoryOf(3);
    expect(refusal(() => memory.load(2n ** 64n - 1n, 1))).toContain('0xffffffffffffffff (in unallocated region)');
    expect(refusal(() => memory.load(INPUT, 2n ** 64n - 1n))).toContain('reading 18446744073709551615 bytes');
  });
});

describe('the stack with gaps', () => {
  const memory = memoryOf(0);

  it('has a frame in every other 4 KiB, end to end in memory', () => {
    const first = memory.load(STACK, 1);
    expect(memory.load(STACK + 0xfff, 1) - first).toBe(0xfff);
    expect(memory.load(STACK + 0x2000, 1) - first).toBe(0x1000);
    expect(memory.load(STACK + 63 * 0x2000 + 0xff8, 8) - first).toBe(64 * 0x1000 - 8);
  });

  it('tests only the first byte against the gap: the rest goes on in the next frame', () => {
    expect(memory.load(STACK + 0xffc, 8) - memory.load(STACK, 1)).toBe(0xffc);
    expect(memory.store(STACK, 256 * KIB)).toBe(memory.load(STACK, 1));
  });

  it('refuses an access that starts in a gap, or runs over the last frame', () => {
    expect(refusal(() => memory.load(STACK + 0x1000, 1))).toContain('stack frame 1 ');
    expect(refusal(() => memory.load(STACK + 0x1fff, 2))).toContain('stack frame 1 ');
    expect(refusal(() => memory.load(STACK + 63 * 0x2000 + 0xff9, 8))).toContain('(in stack region)');
  });
});

describe('violations', () => {
  const rows: [string, SbpfVersion, 'load' | 'store', U64, U64, string][] = [
    ['null', 0, 'load', 0, 8, 'Access violation reading 8 bytes at address 0x0 (in unallocated region)'],
    [
      'writing code',
      0,
      'store',
      0x1_0000_0000,
      4,
      'Access violation writing 4 bytes at address 0x100000000 (in program region)',
    ],
    ['writing constants', 3, 'store', 2, 1, 'Access violation writing 1 bytes at address 0x2 (in allocated region)'],
    [
      'V3 code',
      3,
      'load',
      0x1_0000_0000,
      4,
      'Access violation reading 4 bytes at address 0x100000000 (in unallocated region)',
    ],
    [
      'over the end of the heap',
      0,
      'load',
      HEAP + 32 * KIB - 1,
      2,
      'Access violation reading 2 bytes at address 0x300007fff (in heap region)',
    ],
    [
      'beyond the heap',
      0,
      'load',
      HEAP + 32 * KIB,
      1,
      'Access violation reading 1 bytes at address 0x300008000 (in unallocated region)',
    ],
    [
      'over the end of the input',
      0,
      'store',
      INPUT + 99,
      2,
      'Access violation writing 2 bytes at address 0x400000063 (in input region)',
    ],
    [
      'the first address with a frame',
      0,
      'load',
      STACK - 8191,
      1,
      'Access violation in stack frame -1 at address 0x1ffffe001 of size 1',
    ],
    [
      'one below it',
      0,
      'load',
      STACK - 8192,
      1,
      'Access violation reading 1 bytes at address 0x1ffffe000 (in unallocated region)',
    ],
    [
      'rounding is toward zero',
      0,
      'load',
      STACK - 4095,
      1,
      'Access violation in stack frame 0 at address 0x1fffff001 of size 1',
    ],
    [
      'frame 64 counts',
      3,
      'load',
      STACK + 64 * 4096 + 4095,
      1,
      'Access violation in stack frame 64 at address 0x200040fff of size 1',
    ],
    [
      'frame 65 does not',
      3,
      'load',
      STACK + 65 * 4096,
      1,
      'Access violation reading 1 bytes at address 0x200041000 (in unallocated region)',
    ],
    [
      'far up the gapped stack',
      0,
      'load',
      STACK + 63 * 0x2000 + 0x1000,
      1,
      'Access violation reading 1 bytes at address 0x20007f000 (in stack region)',
    ],
    [
      'V1 names no frames',
      1,
      'load',
      STACK - 1,
      1,
      'Access violation reading 1 bytes at address 0x1ffffffff (in unallocated region)',
    ],
    [
      'V2 names no frames',
      2,
      'store',
      STACK + 256 * KIB - 1,
      2,
      'Access violation writing 2 bytes at address 0x20003ffff (in stack region)',
    ],
    [
      'negative as i64',
      3,
      'load',
      0x8000_0000_0000_0000n,
      1,
      'Access violation reading 1 bytes at address 0x8000000000000000 (in unallocated region)',
    ],
  ];
  it.each(rows)('%s', (_, version, access, vmAddr, len, text) => {
    expect(refusal(() => memoryOf(version).translate(access, vmAddr, len))).toBe(text);
  });

  it('count frames up to the call depth of the config', () => {
    const memory = memoryOf(3, { maxCallDepth: 2 });
    expect(refusal(() => memory.load(STACK + 2 * 4096, 1))).toContain('stack frame 2 ');
    expect(refusal(() => memory.load(STACK + 3 * 4096, 1))).toContain('unallocated');
  });
});

describe('values', () => {
  const memory = memoryOf(3);
  const at = memory.store(INPUT + 3, 8);

  it.each([0, 1, 2 ** 32 - 1, 2 ** 32, 2 ** 53 - 1, 2n ** 53n, 2n ** 64n - 1n])(
    'u64 %s is read as it was written',
    (value) => {
      memory.writeU64(at, value);
      expect(memory.readU64(at)).toBe(value);
      expect(memory.view.getBigUint64(at, true)).toBe(BigInt(value));
    },
  );

  it('are numbers below 2^53, whatever wrote them', () => {
    memory.writeU64(at, 5n);
    expect(memory.readU64(at)).toBe(5);
  });
});

describe('input in regions', () => {
  let vm: Vm;
  let host: number;
  let regions: InputRegion[];
  let asked: unknown[];
  const executable = Executable.fromText(EXIT, 3, DEFAULT_CONFIG, NO_SYSCALLS);

  beforeEach(() => {
    vm = new Vm();
    host = vm.prepareInput(1000);
    regions = [
      { vmAddr: INPUT, hostOffset: host, len: 96, writable: true, payload: -1 },
      { vmAddr: INPUT + 96, hostOffset: host + 200, len: 40, writable: false, payload: 7 },
      { vmAddr: INPUT + 96 + 100, hostOffset: host + 500, len: 8, writable: true, payload: -1 },
    ];
    asked = [];
  });

  const start = (onFault?: InputFault): VmMemory => {
    vm.mapInput(regions, onFault);
    run(vm, executable);
    return vm.memory;
  };
  const grow: InputFault = (access, vmAddr, len, region, maxLen) => {
    asked.push([access, vmAddr - INPUT, len, region.payload, maxLen]);
    const needed = vmAddr + len - region.vmAddr;
    if (access === 'load' || needed > maxLen) return false;
    region.writable = true;
    region.len = Math.max(region.len, needed);
    return true;
  };

  it('is found by the last region that starts at or before an address', () => {
    const memory = start();
    expect(memory.store(INPUT + 95, 1)).toBe(host + 95);
    expect(memory.load(INPUT + 96, 40)).toBe(host + 200);
    expect(memory.store(INPUT + 196, 8)).toBe(host + 500);
  });

  it('joins no neighbours, and leaves what is between them unmapped', () => {
    const memory = start();
    expect(refusal(() => memory.load(INPUT + 92, 8))).toContain('(in input region)');
    expect(refusal(() => memory.load(INPUT + 96 + 40, 1))).toContain('(in unallocated region)');
    expect(refusal(() => memory.store(INPUT + 96, 1))).toContain('(in input region)');
    expect(refusal(() => memory.load(INPUT + 96 + 108, 1))).toContain('(in unallocated region)');
  });

  it('asks about an access that touches, and repeats it after a change', () => {
    const memory = start(grow);
    expect(memory.touch('store', INPUT + 96 + 44, 8)).toBe(host + 244);
    expect(asked).toEqual([['store', 96 + 44, 8, 7, 100]]);
    expect(regions[1]).toMatchObject({ len: 52, writable: true });
  });

  it('does not ask when an access only translates, or the region has no payload', () => {
    const memory = start(grow);
    expect(refusal(() => memory.translate('store', INPUT + 96, 8))).toContain('writing 8 bytes');
    expect(refusal(() => memory.touch('store', INPUT + 90, 8))).toContain('writing 8 bytes');
    expect(asked).toEqual([]);
  });

  it('says what it would have said when nothing changes', () => {
    const memory = start(grow);
    expect(refusal(() => memory.touch('load', INPUT + 96 + 40, 8))).toBe(
      'Access violation reading 8 bytes at address 0x400000088 (in unallocated region)',
    );
    expect(asked).toHaveLength(1);
  });

  it('notices a region that grew into its neighbour', () => {
    const memory = start((_access, _vmAddr, _len, region) => {
      region.len = 101;
      region.writable = true;
      return true;
    });
    expect(refusal(() => memory.touch('store', INPUT + 96, 8))).toBe('Invalid memory region at index 4');
  });

  it('cannot be in a mapping by the upper half of the address', () => {
    vm.mapInput(regions);
    const request = { context: undefined, meter: { remaining: 1 }, heapSize: 0 };
    const aligned = Executable.fromText(EXIT, 3, { ...DEFAULT_CONFIG, alignedMemoryMapping: true }, NO_SYSCALLS);
    expect(vm.run({ ...request, executable: aligned })).toMatchObject({ instructions: 0 });
    expect(vm.error?.text).toBe('Invalid memory region at index 4');
    vm.run({ ...request, executable: Executable.fromText(EXIT, 4, DEFAULT_CONFIG, NO_SYSCALLS) });
    expect(vm.error?.text).toBe('Invalid memory region at index 4');
  });

  it('must not overlap', () => {
    regions[0].len = 97;
    vm.mapInput(regions);
    vm.run({ executable, context: undefined, meter: { remaining: 1 }, heapSize: 0 });
    expect(vm.error?.text).toBe('Invalid memory region at index 4');
  });
});

describe('growth', () => {
  it('makes room for an input of any legal size, and the programs after it', () => {
    const vm = new Vm();
    const executable = Executable.fromText(EXIT, 0, DEFAULT_CONFIG, NO_SYSCALLS);
    run(vm, executable);
    const len = 64 * KIB * KIB + 255 * 10 * KIB;
    const host = vm.prepareInput(len);
    expect(host % 16).toBe(0);
    vm.memory.bytes[host + len - 1] = 0xee;
    run(vm, executable);
    expect(vm.memory.bytes[vm.memory.load(INPUT + len - 1, 1)]).toBe(0xee);
    expect(vm.memory.bytes[vm.memory.load(0x1_0000_0000, 1)]).toBe(0x95);
  });
});
