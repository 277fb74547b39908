import { describe, expect, it } from 'vitest';
import { ByteWriter } from './byte-writer.ts';
import type { FunctionBuilder, ValueType } from './function-builder.ts';
import { ModuleBuilder } from './module-builder.ts';
import { type LoadOp, Op, type PlainOp, type StoreOp } from './opcodes.ts';
import type { SimdPlainOp } from './simd-opcodes.ts';

type Exports = Record<string, (...args: (number | bigint)[]) => number | bigint>;

function instantiate(module: ModuleBuilder, imports: Record<string, Record<string, unknown>> = {}): Exports {
  return new WebAssembly.Instance(new WebAssembly.Module(module.finish()), imports).exports;
}

/** Runs one function made of nothing but its body. */
function evaluate(result: ValueType, body: (f: FunctionBuilder) => void): number | bigint {
  const module = new ModuleBuilder();
  body(module.function([], [result], 'f'));
  return instantiate(module)['f']();
}

describe('LEB128', () => {
  const written = (write: (w: ByteWriter) => void): number[] => {
    const w = new ByteWriter(1);
    write(w);
    return [...w.bytes];
  };

  it('writes unsigned integers, seven bits a byte', () => {
    expect(written((w) => w.u32(0))).toEqual([0]);
    expect(written((w) => w.u32(127))).toEqual([0x7f]);
    expect(written((w) => w.u32(128))).toEqual([0x80, 1]);
    expect(written((w) => w.u32(624_485))).toEqual([0xe5, 0x8e, 0x26]);
    expect(written((w) => w.u32(0xffff_ffff))).toEqual([0xff, 0xff, 0xff, 0xff, 0x0f]);
  });

  it('writes signed integers with their sign in the last byte', () => {
    expect(written((w) => w.s32(63))).toEqual([0x3f]);
    expect(written((w) => w.s32(64))).toEqual([0xc0, 0]);
    expect(written((w) => w.s32(-64))).toEqual([0x40]);
    expect(written((w) => w.s32(-65))).toEqual([0xbf, 0x7f]);
    expect(written((w) => w.s32(-123_456))).toEqual([0xc0, 0xbb, 0x78]);
  });
});

describe('constants', () => {
  it.each([0, 1, -1, 63, 64, -64, -65, 8191, -8192, 0x7fff_ffff, -0x8000_0000])('an i32 of %d comes back', (value) => {
    expect(evaluate('i32', (f) => f.i32(value))).toBe(value);
  });

  it('takes a u32 for the i32 of the same bits', () => {
    expect(evaluate('i32', (f) => f.i32(0xff00_ff00))).toBe(0xff00_ff00 | 0);
  });

  it.each([
    0n,
    63n,
    64n,
    -64n,
    -65n,
    0x7fff_ffffn,
    0x8000_0000n,
    0xffff_ffffn,
    -0x8000_0000n,
    -0x8000_0001n,
    2n ** 52n,
    -(2n ** 52n),
    2n ** 63n - 1n,
    -(2n ** 63n),
  ])('an i64 of %d comes back, from a bigint and from a number', (value) => {
    expect(evaluate('i64', (f) => f.i64(value))).toBe(value);
    if (BigInt(Number(value)) === value) expect(evaluate('i64', (f) => f.i64(Number(value)))).toBe(value);
  });
});

describe('functions', () => {
  it('call each other in any order, and imports', () => {
    const module = new ModuleBuilder();
    const twice = module.importFunction('host', 'twice', ['i32'], ['i32']);
    const first = module.function(['i32'], ['i32'], 'first');
    const second = module.function(['i32'], ['i32']);
    first.get(0).call(second.index);
    second.get(0).call(twice).i32(1).op('i32Add');
    expect(instantiate(module, { host: { twice: (x: number) => x * 2 } })['first'](20)).toBe(41);
  });

  it('refuse an import that would shift their indices', () => {
    const module = new ModuleBuilder();
    module.function([]);
    expect(() => module.importFunction('host', 'late', [])).toThrow('before any is defined');
  });

  it('refuse to end inside a block', () => {
    const module = new ModuleBuilder();
    module.function([]).block();
    expect(() => module.finish()).toThrow('1 blocks open');
  });

  it('keep locals of mixed types apart from parameters', () => {
    const module = new ModuleBuilder();
    const f = module.function(['i64', 'i32'], ['i64'], 'f');
    const [a, b, c] = [f.local('i64'), f.local('i32'), f.local('i64')];
    expect([a, b, c]).toEqual([2, 3, 4]);
    f.get(1).set(b).get(0).set(c).get(b).op('i64ExtendI32S').get(c).op('i64Add').get(a).op('i64Add');
    expect(instantiate(module)['f'](40n, 2)).toBe(42n);
  });

  it('are found through a table by their type', () => {
    const module = new ModuleBuilder();
    const main = module.function(['i32'], ['i32'], 'main');
    const table = module.table(2, 2);
    const ten = module.function([], ['i32']);
    const twenty = module.function([], ['i32']);
    ten.i32(10);
    twenty.i32(20);
    module.elements(0, [ten.index, twenty.index]);
    main.get(0).callIndirect(module.type([], ['i32']), table);
    const exports = instantiate(module);
    expect([exports['main'](0), exports['main'](1)]).toEqual([10, 20]);
  });
});

describe('blocks', () => {
  it('are named by labels, from however deep', () => {
    const module = new ModuleBuilder();
    const f = module.function(['i32'], ['i32'], 'f');
    const end = f.block('i32');
    const cases = [f.block(), f.block(), f.block()].reverse();
    f.get(0).brTable([cases[0], cases[1]], cases[2]);
    for (const value of [100, 200, 300]) {
      f.end();
      f.i32(value).br(end);
    }
    f.end();
    const exports = instantiate(module);
    expect([0, 1, 2, 99].map((i) => exports['f'](i))).toEqual([100, 200, 300, 300]);
  });

  it('loop while a condition holds, and choose', () => {
    const module = new ModuleBuilder();
    const f = module.function(['i32'], ['i32'], 'sumOfEven');
    const sum = f.local('i32');
    const again = f.loop();
    f.get(0).i32(1).op('i32And', 'i32Eqz');
    f.if('i32');
    f.get(0).else().i32(0).end();
    f.get(sum).op('i32Add').set(sum);
    f.get(0).i32(1).op('i32Sub').tee(0).brIf(again);
    f.end();
    f.get(sum);
    expect(instantiate(module)['sumOfEven'](10)).toBe(30);
  });
});

describe('memory', () => {
  it('is imported or made, filled, copied, and written at the start', () => {
    const memory = new WebAssembly.Memory({ initial: 1 });
    const module = new ModuleBuilder();
    module.importMemory('host', 'memory', 1);
    module.data(300, Uint8Array.of(1, 2, 3));
    const f = module.function([], [], 'f');
    f.i32(100).i32(7).i32(4).memoryFill();
    f.i32(102).i32(300).i32(3).memoryCopy();
    f.i32(96).i64(-2).store('i64Store32', 16);
    instantiate(module, { host: { memory } })['f']();
    expect([...new Uint8Array(memory.buffer, 100, 5)]).toEqual([7, 7, 1, 2, 3]);
    expect(new DataView(memory.buffer).getInt32(112, true)).toBe(-2);
  });

  it('loads what it stores at every width', () => {
    const widths: [StoreOp, LoadOp, bigint][] = [
      ['i64Store8', 'i64Load8U', 0xf0n],
      ['i64Store16', 'i64Load16S', -0x1ff0n],
      ['i64Store32', 'i64Load32U', 0xfedc_def0n],
      ['i64Store', 'i64Load', 0x0edc_ba98_fedc_def0n],
    ];
    for (const [store, load, expected] of widths) {
      const module = new ModuleBuilder();
      module.memory(1, 1);
      const f = module.function(['i64'], ['i64'], 'f');
      f.i32(1).get(0).store(store, 2).i32(1).load(load, 2);
      const value = expected === -0x1ff0n ? 0xe010n : expected;
      expect(instantiate(module)['f'](value)).toBe(expected);
    }
  });
});

describe('globals', () => {
  it('start at their value, and are shared by functions', () => {
    const module = new ModuleBuilder();
    const counter = module.global('i64', -3);
    const other = module.global('i32', 5);
    const f = module.function([], ['i64'], 'next');
    f.getGlobal(counter).getGlobal(other).op('i64ExtendI32S', 'i64Add').setGlobal(counter).getGlobal(counter);
    const exports = instantiate(module);
    expect([exports['next'](), exports['next']()]).toEqual([2n, 7n]);
  });
});

describe('opcodes', () => {
  // The host's validation knows the type of each: a wrong byte would leave the wrong type on the stack or mean nothing.
  const operands = (op: string): ('i32' | 'i64')[] => {
    if (op === 'i32WrapI64') return ['i64'];
    if (op.startsWith('i64ExtendI32')) return ['i32'];
    const type = op.startsWith('i32') ? 'i32' : 'i64';
    return /Eqz|Clz|Ctz|Popcnt|Extend/.test(op) ? [type] : [type, type];
  };
  const result = (op: string): 'i32' | 'i64' =>
    op.startsWith('i32') || /i64(Eqz|Eq|Ne|Lt|Gt|Le|Ge)/.test(op) ? 'i32' : 'i64';

  it.each(Object.keys(Op).filter((op) => /^i(32|64)/.test(op) && !/Load|Store|Const/.test(op)))(
    '%s validates',
    (op) => {
      const module = new ModuleBuilder();
      const f = module.function([], [result(op)], 'f');
      for (const type of operands(op)) type === 'i32' ? f.i32(6) : f.i64(6);
      f.op(op as PlainOp);
      expect(() => instantiate(module)).not.toThrow();
    },
  );
});

describe('vectors', () => {
  /** The lanes that a body leaves, when 2 and 3, then 5 and 7 lie at 0 and 16. */
  const lanes = (body: (f: FunctionBuilder) => void): number[] => {
    const module = new ModuleBuilder();
    module.memory(1, 1, 'memory');
    module.data(0, new Uint8Array(Float64Array.of(2, 3, 5, 7).buffer));
    const f = module.function([], [], 'f');
    f.i32(0);
    body(f);
    f.storeVector(32);
    const exports = instantiate(module);
    exports['f']();
    const { buffer } = exports['memory'] as unknown as WebAssembly.Memory;
    return [...new Float64Array(buffer, 32, 2)];
  };
  const both = (f: FunctionBuilder): FunctionBuilder =>
    f.i32(0).loadVector('v128Load').i32(0).loadVector('v128Load', 16);

  it.each<[SimdPlainOp, number[]]>([
    ['f64x2Add', [7, 10]],
    ['f64x2Sub', [-3, -4]],
    ['f64x2Mul', [10, 21]],
  ])('%s', (op, expected) => {
    expect(lanes((f) => both(f).simd(op))).toEqual(expected);
  });

  it('are shuffled by lanes', () => {
    expect(lanes((f) => both(f).shuffle(1, 2))).toEqual([3, 5]);
    expect(lanes((f) => both(f).shuffle(3, 0))).toEqual([7, 2]);
  });

  it('are loaded in part, and made of integers', () => {
    expect(lanes((f) => f.i32(8).loadVector('v128Load64Zero'))).toEqual([3, 0]);
    const integers = lanes((f) =>
      f
        .i32(40)
        .i64(-0x2_ffff_fffbn)
        .store('i64Store')
        .i32(40)
        .loadVector('v128Load64Zero')
        .simd('f64x2ConvertLowI32x4S'),
    );
    expect(integers).toEqual([5, -3]);
  });
});
