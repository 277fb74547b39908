import { bn254 } from '@noble/curves/bn254.js';
import { numberToBytesBE } from '@noble/curves/utils.js';
import { describe, expect, test } from 'vitest';
import {
  type Arg,
  checkRow,
  compare,
  HEAP,
  OUT_OF_UNITS,
  PAYLOAD,
  type Row,
  returned,
  type SyscallCall,
  seededBytes,
  violation,
} from '../../../test/support/syscall-oracle.ts';
import { concatBytes, U64_MAX } from '../../wire/bytes.ts';

const GROUP_OP = 'sol_alt_bn128_group_op';
const COMPRESSION = 'sol_alt_bn128_compression';
const LE = 0x80;
const { Fp, Fp2, Fr } = bn254.fields;
const P = Fp.ORDER;
const R = Fr.ORDER;
const random = seededBytes(5);

const be32 = (value: bigint): Uint8Array => numberToBytesBE(value, 32);
/** The other endianness: each coordinate reversed. */
const swap = (bytes: Uint8Array, size: number): Uint8Array =>
  concatBytes(Array.from({ length: bytes.length / size }, (_, i) => bytes.slice(i * size, (i + 1) * size).reverse()));
const withBits = (bytes: Uint8Array, at: number, bits: number): Uint8Array => {
  const copy = bytes.slice();
  copy[at] |= bits;
  return copy;
};
const flipped = (bytes: Uint8Array, at: number): Uint8Array => {
  const copy = bytes.slice();
  copy[at] ^= 1;
  return copy;
};

const g1 = (scalar: bigint): Uint8Array => {
  const { x, y } = bn254.G1.Point.BASE.multiply(scalar).toAffine();
  return concatBytes([be32(x), be32(y)]);
};
const g2Bytes = (x: { c0: bigint; c1: bigint }, y: { c0: bigint; c1: bigint }): Uint8Array =>
  concatBytes([x.c1, x.c0, y.c1, y.c0].map(be32));
const g2 = (scalar: bigint): Uint8Array => {
  const { x, y } = bn254.G2.Point.BASE.multiply(scalar).toAffine();
  return g2Bytes(x, y);
};
/** A point of the twist beside the subgroup: the first x that has a y. */
const strayG2 = ((): Uint8Array => {
  const { b } = bn254.G2.Point.CURVE();
  for (let c = 1n; ; c++) {
    const x = { c0: c, c1: 2n };
    try {
      return g2Bytes(x, Fp2.sqrt(Fp2.add(Fp2.mul(Fp2.sqr(x), x), b)));
    } catch {}
  }
})();

/** Encodings, big-endian. `size` is a coordinate's, so that y starts there. */
const oddPoints = (point: (scalar: bigint) => Uint8Array, size: number): Uint8Array[] => [
  point(1n),
  point(R - 1n),
  new Uint8Array(2 * size),
  withBits(point(3n), size, 0x80), // negative flag on y: let pass
  withBits(point(3n), size, 0x40), // infinity flag on y
  withBits(point(3n), size, 0xc0),
  withBits(point(3n), 0, 0x40), // flags on x
  withBits(point(3n), 0, 0x80),
  withBits(new Uint8Array(2 * size), size, 0x40), // infinity by flag alone
  withBits(new Uint8Array(2 * size), size, 0x80),
  flipped(point(3n), 2 * size - 1), // beside the curve
  concatBytes([point(3n).subarray(0, size - 32), be32(P), point(3n).subarray(size)]), // x = p
  concatBytes([point(3n).subarray(0, 2 * size - 32), withBits(be32(P), 0, 0x80)]), // y = p
  concatBytes([point(3n).subarray(0, 2 * size - 32), be32(P)]),
];
const ODD_G1 = oddPoints(g1, 32);
const ODD_G2 = [...oddPoints(g2, 64), strayG2];

/** The call, in both endiannesses; they must agree on r0, and on the output once it is swapped. */
function operate(
  op: number,
  parts: readonly (readonly [bytes: Uint8Array, size: number])[],
  outputLen: number,
): bigint {
  const callFor = (payload: Uint8Array, flag: number): SyscallCall => ({
    syscall: GROUP_OP,
    args: [op | flag, PAYLOAD, payload.length, HEAP],
    payload,
    output: [HEAP, outputLen],
    units: 1_000_000,
  });
  const big = compare(callFor(concatBytes(parts.map(([bytes]) => bytes)), 0));
  const little = compare(callFor(concatBytes(parts.map(([bytes, size]) => swap(bytes, size))), LE));
  expect(returned(little)).toBe(returned(big));
  return returned(big) as bigint;
}

describe('group operations', () => {
  test('sums of points of G1', () => {
    const results = ODD_G1.map((left, i) =>
      operate(
        0,
        [
          [left, 32],
          [ODD_G1[(i * 3 + 1) % ODD_G1.length], 32],
        ],
        64,
      ),
    );
    expect(results).toContain(0n);
    expect(
      operate(
        0,
        [
          [g1(1n), 32],
          [g1(R - 1n), 32],
        ],
        64,
      ),
    ).toBe(0n);
    expect(
      operate(
        0,
        [
          [g1(2n), 32],
          [g1(2n), 32],
        ],
        64,
      ),
    ).toBe(0n);
    for (let i = 0n; i < 20n; i++)
      expect(
        operate(
          0,
          [
            [g1(i ** 9n + 1n), 32],
            [g1(i + 1n), 32],
          ],
          64,
        ),
      ).toBe(0n);
    expect(
      ODD_G1.map((point) =>
        operate(
          0,
          [
            [point, 32],
            [g1(5n), 32],
          ],
          64,
        ),
      ).map(Number),
    ).toEqual([0, 0, 0, 0, 0, 1, 1, 1, 0, 1, 1, 1, 1, 1]);
  });

  test('sums of points of the twist, the subgroup not being asked for', () => {
    ODD_G2.forEach((left, i) => {
      operate(
        4,
        [
          [left, 64],
          [ODD_G2[(i * 4 + 1) % ODD_G2.length], 64],
        ],
        128,
      );
    });
    expect(
      operate(
        4,
        [
          [strayG2, 64],
          [g2(2n), 64],
        ],
        128,
      ),
    ).toBe(0n);
    expect(
      operate(
        4,
        [
          [strayG2, 64],
          [strayG2, 64],
        ],
        128,
      ),
    ).toBe(0n);
    expect(
      operate(
        4,
        [
          [g2(2n), 64],
          [g2(R - 2n), 64],
        ],
        128,
      ),
    ).toBe(0n);
  });

  const scalars = [0n, 1n, 2n, R - 1n, R, R + 1n, 2n ** 256n - 1n].map(be32);
  test('products by any 256-bit number', () => {
    scalars.forEach((scalar, i) => {
      expect(
        operate(
          2,
          [
            [g1(7n), 32],
            [scalar, 32],
          ],
          64,
        ),
      ).toBe(0n);
      if (i % 2 === 0)
        expect(
          operate(
            6,
            [
              [g2(7n), 64],
              [scalar, 32],
            ],
            128,
          ),
        ).toBe(0n);
    });
    for (const point of ODD_G1)
      operate(
        2,
        [
          [point, 32],
          [random(32), 32],
        ],
        64,
      );
    for (const point of ODD_G2)
      operate(
        6,
        [
          [point, 64],
          [be32(3n), 32],
        ],
        128,
      );
    expect(
      operate(
        6,
        [
          [strayG2, 64],
          [be32(3n), 32],
        ],
        128,
      ),
    ).toBe(1n);
  });

  const len = (op: number, input: Arg, r0: number): Row => [
    `operation ${op.toString(16)} on ${input} bytes`,
    { syscall: GROUP_OP, args: [op, HEAP + 256n, input, HEAP], units: 100_000 },
    { r0 },
  ];
  test.each<Row>([
    len(0, 0, 0),
    len(0, 1, 0),
    len(0, 128, 0),
    len(0, 129, 1),
    len(0 | LE, 127, 1),
    len(0 | LE, 128, 0),
    len(0 | LE, 129, 1),
    len(0 | LE, 0, 1),
    len(2, 0, 0),
    len(2, 95, 0),
    len(2, 96, 0),
    len(2, 97, 1),
    len(2, 128, 1),
    len(2 | LE, 95, 1),
    len(2 | LE, 96, 0),
    len(2 | LE, 128, 1),
    len(4, 0, 1),
    len(4, 255, 1),
    len(4, 256, 0),
    len(4, 257, 1),
    len(4 | LE, 255, 1),
    len(4 | LE, 256, 0),
    len(6, 159, 1),
    len(6, 160, 0),
    len(6, 161, 1),
    len(6 | LE, 160, 0),
    len(6 | LE, 161, 1),
    len(3, 0, 0),
    len(3, 1, 1),
    len(3, 191, 1),
    len(3, 192, 0),
    len(3, 193, 1),
    len(3, 384, 0),
    len(3 | LE, 0, 0),
    len(3 | LE, 192, 0),
  ])('%s', (_title, call, expected) => checkRow(call, expected));

  test('a short sum is filled up with zeros', () => {
    checkRow(
      { syscall: GROUP_OP, args: [0, PAYLOAD, 64, HEAP], payload: concatBytes([g1(3n), g1(4n)]), output: [HEAP, 64] },
      { output: [...g1(3n)].map((byte) => byte.toString(16).padStart(2, '0')).join('') },
    );
  });

  const bad = (op: Arg, more: Partial<SyscallCall> = {}): SyscallCall => ({
    syscall: GROUP_OP,
    args: [op, 1, 1, 1],
    units: 60,
    ...more,
  });
  test.each<Row>([
    ...[1, 5, 7, 8, 0x7f, 0x81, 0x85, 0x87, 0x100, 0x180, 1n << 32n, U64_MAX].map(
      (op): Row => [`operation 0x${op.toString(16)} before its charge`, bad(op), { failed: 'InvalidAttribute' }],
    ),
    ...[LE, LE | 2, LE | 3].map(
      (op): Row => [
        `little-endian without its gate, ${op.toString(16)}`,
        bad(op, { off: ['alt_bn128_little_endian'] }),
        { failed: 'InvalidAttribute' },
      ],
    ),
    ...[4, 6, LE | 4, LE | 6].map(
      (op): Row => [
        `G2 without its gate, ${op.toString(16)}`,
        bad(op, { off: ['enable_alt_bn128_g2_syscalls'] }),
        { failed: 'InvalidAttribute' },
      ],
    ),
    [
      'little-endian G2 without the gate of little-endian',
      { syscall: GROUP_OP, args: [LE | 4, HEAP, 256, HEAP], off: ['alt_bn128_little_endian'] },
      { r0: 0 },
    ],
    ['the result before the input', bad(0, { units: 1000 }), { failed: violation('writing', 64, 1) }],
    ['the input', { syscall: GROUP_OP, args: [4, 1, 5, HEAP] }, { failed: violation('reading', 5, 1) }],
    ['the result of a pairing', { syscall: GROUP_OP, args: [3, 1, 5, 2] }, { failed: violation('writing', 32, 2) }],
    ['units before the result', bad(2), OUT_OF_UNITS],
    ['units of an endless pairing', bad(3, { args: [3, 1, U64_MAX, 1] }), OUT_OF_UNITS],
    ['an endless sum', { syscall: GROUP_OP, args: [0, 1, U64_MAX, HEAP] }, { failed: 'InvalidLength' }],
    ['nothing from a bad address', { syscall: GROUP_OP, args: [0, 1, 0, HEAP] }, { r0: 0 }],
    [
      'over its own input',
      {
        syscall: GROUP_OP,
        args: [0, PAYLOAD, 128, PAYLOAD],
        payload: concatBytes([g1(1n), g1(2n)]),
        output: [PAYLOAD, 64],
      },
      { r0: 0 },
    ],
    [
      'nothing is written where it fails',
      {
        syscall: GROUP_OP,
        args: [0, PAYLOAD, 128, PAYLOAD],
        payload: new Uint8Array(128).fill(1),
        output: [PAYLOAD, 4],
      },
      { r0: 1, output: '01010101' },
    ],
  ])('%s', (_title, call, expected) => checkRow(call, expected));

  test.each([
    [0, 128, 334],
    [2, 96, 3840],
    [4, 256, 535],
    [6, 160, 15_670],
    [3, 0, 36_364 + 85 + 32],
    [3, 191, 36_364 + 85 + 191 + 32],
    [3, 384, 36_364 + 12_121 + 85 + 384 + 32],
  ])('operation %i on %i bytes costs %i', (op, input, units) => {
    checkRow({ syscall: GROUP_OP, args: [op, HEAP, input, HEAP + 1024n] }, { r0: input === 191 ? 1 : 0, units });
  });
});

describe('pairing', () => {
  const isOne = (pairs: readonly (readonly [Uint8Array, Uint8Array])[]): string => {
    const payload = concatBytes(pairs.flat());
    const swapped = concatBytes(pairs.flatMap(([a, b]) => [swap(a, 32), swap(b, 64)]));
    const call = { syscall: GROUP_OP, output: [HEAP, 32] } as const;
    const big = compare({ ...call, args: [3, PAYLOAD, payload.length, HEAP], payload });
    const little = compare({ ...call, args: [3 | LE, PAYLOAD, payload.length, HEAP], payload: swapped });
    expect(returned(little)).toBe(returned(big));
    if (returned(big) !== 0n) return 'refused';
    const one = `${'00'.repeat(31)}01`;
    expect(little.returnData).toBe(big.returnData === one ? `01${'00'.repeat(31)}` : '00'.repeat(32));
    return big.returnData === one ? 'one' : 'other';
  };
  const zero1 = new Uint8Array(64);
  const zero2 = new Uint8Array(128);

  test.each([
    ['no pair', [], 'one'],
    ['a pair', [[g1(1n), g2(1n)]], 'other'],
    [
      'pairs that cancel',
      [
        [g1(6n), g2(1n)],
        [g1(R - 2n), g2(3n)],
      ],
      'one',
    ],
    ['infinity in G1', [[zero1, g2(1n)]], 'one'],
    ['infinity in G2', [[g1(1n), zero2]], 'one'],
    [
      'infinity beside a pair',
      [
        [zero1, zero2],
        [g1(1n), g2(1n)],
      ],
      'other',
    ],
    ['a stray point', [[g1(1n), strayG2]], 'refused'],
    ['a stray point against infinity', [[zero1, strayG2]], 'refused'],
    ['a point beside the curve', [[flipped(g1(1n), 63), zero2]], 'refused'],
  ] as [string, [Uint8Array, Uint8Array][], string][])('%s', (_title, pairs, expected) => {
    expect(isOne(pairs)).toBe(expected);
  });
});

describe('compression', () => {
  const run = (op: number, bytes: Uint8Array, size: number, outputLen: number): bigint => {
    const call = (payload: Uint8Array, flag: number): SyscallCall => ({
      syscall: COMPRESSION,
      args: [op | flag, PAYLOAD, payload.length, HEAP],
      payload,
      output: [HEAP, outputLen],
    });
    const big = compare(call(bytes, 0));
    expect(returned(compare(call(swap(bytes, size), LE)))).toBe(returned(big));
    return returned(big) as bigint;
  };

  test('of points, on the curve or not', () => {
    expect(ODD_G1.map((point) => Number(run(0, point, 32, 32)))).toEqual([0, 0, 0, 0, 0, 1, 1, 1, 0, 0, 0, 1, 1, 1]);
    for (const point of ODD_G2) run(2, point, 64, 64);
    for (let i = 0; i < 10; i++) {
      run(
        0,
        random(64).map((byte, at) => (at % 32 === 0 ? byte & 0x2f : byte)),
        32,
        32,
      );
      run(
        2,
        random(128).map((byte, at) => (at % 32 === 0 ? byte & 0x2f : byte)),
        64,
        64,
      );
    }
    // The sign of y, where c1 is 0 and c0 decides.
    for (const y of [
      { c0: 1n, c1: 0n },
      { c0: P - 1n, c1: 0n },
      { c0: 5n, c1: P - 1n },
      { c0: P - 1n, c1: 1n },
    ]) {
      run(2, g2Bytes({ c0: 9n, c1: 8n }, y), 64, 64);
    }
    for (const y of [0n, (P - 1n) / 2n, (P + 1n) / 2n, P - 1n]) run(0, concatBytes([be32(9n), be32(y)]), 32, 32);
  });

  test('undone', () => {
    let solved = 0;
    for (let i = 0; i < 16; i++) {
      const x = random(32).map((byte, at) => (at === 0 ? (byte & 0x8f) % 0xa0 : byte));
      if (run(1, x, 32, 64) === 0n) solved++;
      const x2 = random(64).map((byte, at) => (at === 0 ? byte & 0x8f : at === 32 ? byte & 0x1f : byte));
      if (run(3, x2, 64, 128) === 0n) solved++;
    }
    expect(solved).toBeGreaterThan(6);
    for (const flags of [0, 0x40, 0x80, 0xc0]) {
      run(1, withBits(new Uint8Array(32), 0, flags), 32, 64);
      run(1, withBits(be32(1n), 0, flags), 32, 64);
      run(1, withBits(be32(P), 0, flags), 32, 64);
      run(3, withBits(new Uint8Array(64), 0, flags), 64, 128);
      run(3, withBits(strayG2.subarray(0, 64), 0, flags), 64, 128);
      run(3, withBits(g2(5n).subarray(0, 64), 0, flags), 64, 128);
      run(3, withBits(concatBytes([be32(P), be32(1n)]), 0, flags), 64, 128);
      run(3, withBits(concatBytes([be32(1n), be32(P)]), 0, flags), 64, 128);
    }
    expect(run(3, strayG2.subarray(0, 64), 64, 128)).toBe(0n);
  });

  const cost = [130, 498, 186, 13_710];
  const inputLen = [64, 32, 128, 64];
  test.each([0, 1, 2, 3, 0x80, 0x81, 0x82, 0x83])('operation %i: its cost and the only length it takes', (op) => {
    const len = inputLen[op & 3];
    checkRow({ syscall: COMPRESSION, args: [op, HEAP + 512n, len, HEAP] }, { r0: 0, units: cost[op & 3] });
    for (const other of [0, len - 1, len + 1]) {
      checkRow({ syscall: COMPRESSION, args: [op, HEAP + 512n, other, HEAP] }, { r0: 1, units: cost[op & 3] });
    }
  });

  test.each<Row>([
    ...[4, 0x84, 0x100, U64_MAX].map(
      (op): Row => [
        `operation ${op}`,
        { syscall: COMPRESSION, args: [op, 1, 1, 1], units: 60 },
        { failed: 'InvalidAttribute' },
      ],
    ),
    ...[LE, LE | 1, LE | 2, LE | 3].map(
      (op): Row => [
        `little-endian without its gate, ${op}`,
        { syscall: COMPRESSION, args: [op, 1, 1, 1], off: ['alt_bn128_little_endian'] },
        { failed: 'InvalidAttribute' },
      ],
    ),
    [
      'the result before the input',
      { syscall: COMPRESSION, args: [3, 1, 64, 2] },
      { failed: violation('writing', 128, 2) },
    ],
    ['the input', { syscall: COMPRESSION, args: [0, 1, 64, HEAP] }, { failed: violation('reading', 64, 1) }],
    ['units', { syscall: COMPRESSION, args: [0, 1, 64, 1], units: 150 }, OUT_OF_UNITS],
  ])('%s', (_title, call, expected) => checkRow(call, expected));
});
