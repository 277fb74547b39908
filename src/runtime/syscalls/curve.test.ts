import { bls12_381 } from '@noble/curves/bls12-381.js';
import { ed25519, ristretto255 } from '@noble/curves/ed25519.js';
import { numberToBytesBE, numberToBytesLE } from '@noble/curves/utils.js';
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
import { concatBytes, decodeHex, U64_MAX } from '../../wire/bytes.ts';

const VALIDATE = 'sol_curve_validate_point';
const GROUP_OP = 'sol_curve_group_op';
const MSM = 'sol_curve_multiscalar_mul';
const DECOMPRESS = 'sol_curve_decompress';
const PAIRING = 'sol_curve_pairing_map';
const invalidAttribute = { failed: 'InvalidAttribute' };

/** An operation on two inputs that lie one behind the other. */
function operation(curve: number, op: Arg, left: Uint8Array, right: Uint8Array): SyscallCall {
  const outputLen = right.length;
  return {
    syscall: GROUP_OP,
    args: [curve, op, PAYLOAD, PAYLOAD + BigInt(left.length), HEAP],
    payload: concatBytes([left, right]),
    output: [HEAP, outputLen],
  };
}

describe('Curve25519', () => {
  const EDWARDS = 0;
  const RISTRETTO = 1;
  const random = seededBytes(1);
  const L = ed25519.Point.Fn.ORDER;
  const scalarOf = (value: bigint): Uint8Array => numberToBytesLE(value, 32);
  const randomScalar = (): Uint8Array => {
    const bytes = random(32);
    bytes[31] &= 0x0f;
    return bytes;
  };
  const edwardsPoint = (scalar: bigint): Uint8Array => ed25519.Point.BASE.multiply(scalar).toBytes();
  const ristrettoPoint = (scalar: bigint): Uint8Array => ristretto255.Point.BASE.multiply(scalar).toBytes();

  /** Points of small order, non-canonical encodings and encodings of nothing. */
  const EDGES = [
    '0100000000000000000000000000000000000000000000000000000000000000', // identity
    '0100000000000000000000000000000000000000000000000000000000000080', // identity with the sign bit
    'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f', // order 2
    'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff', // order 2 with the sign bit
    '0000000000000000000000000000000000000000000000000000000000000000', // order 4
    '0000000000000000000000000000000000000000000000000000000000000080',
    '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05', // order 8
    'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
    'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f', // y = p
    'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f', // y = p + 1
    'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff',
    'ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff',
    '0200000000000000000000000000000000000000000000000000000000000000', // not on the curve
    'e2f2ae0a6abc4e71a884a961c500515f58e30b6aa582dd8db6a65945e08d2d76', // Ristretto's base
  ].map(decodeHex);
  const SCALARS = [
    scalarOf(0n),
    scalarOf(1n),
    scalarOf(8n),
    scalarOf(L - 1n),
    scalarOf(L),
    scalarOf(2n ** 256n - 1n),
    randomScalar(),
  ];

  test('points are told from what is none', () => {
    const candidates = [
      ...EDGES,
      edwardsPoint(5n),
      ristrettoPoint(7n),
      ...Array.from({ length: 25 }, () => random(32)),
    ];
    const results = candidates.flatMap((payload) =>
      [EDWARDS, RISTRETTO].map((curve) => returned(compare({ syscall: VALIDATE, args: [curve, PAYLOAD], payload }))),
    );
    expect(results.filter((result) => result === 0n).length).toBeGreaterThan(20);
    expect(results.filter((result) => result === 1n).length).toBeGreaterThan(20);
  });

  test.each([
    ['Edwards', EDWARDS, edwardsPoint],
    ['Ristretto', RISTRETTO, ristrettoPoint],
  ] as const)('sums, differences and products of %s points', (_name, curve, pointOf) => {
    const points = [...EDGES, pointOf(1n), pointOf(L - 1n), pointOf(123456789n), pointOf(2n ** 200n + 7n)];
    let succeeded = 0;
    points.forEach((left, i) => {
      for (const right of [points[(i + 1) % points.length], points[(i * 5 + 3) % points.length], left]) {
        for (const op of [0, 1]) if (returned(compare(operation(curve, op, left, right))) === 0n) succeeded++;
      }
    });
    points.forEach((point, i) => {
      for (const scalar of [SCALARS[i % SCALARS.length], SCALARS[(i + 3) % SCALARS.length]]) {
        if (returned(compare(operation(curve, 2, scalar, point))) === 0n) succeeded++;
      }
    });
    expect(succeeded).toBeGreaterThan(10);
  });

  test.each([EDWARDS, RISTRETTO])('random operands of curve %s', (curve) => {
    for (let i = 0; i < 40; i++) {
      const [a, b] = [BigInt(i) ** 40n + 3n, BigInt(i) ** 30n + 5n];
      const pointOf = curve === EDWARDS ? edwardsPoint : ristrettoPoint;
      const left = i % 3 === 2 ? randomScalar() : pointOf(a % L);
      expect(returned(compare(operation(curve, i % 3, left, pointOf(b % L))))).toBe(0n);
    }
  });

  const msm = (curve: Arg, scalars: Uint8Array[], points: Uint8Array[], units?: number): SyscallCall => ({
    syscall: MSM,
    args: [curve, PAYLOAD, PAYLOAD + BigInt(32 * scalars.length), scalars.length, HEAP],
    payload: concatBytes([...scalars, ...points]),
    output: [HEAP, 32],
    ...(units === undefined ? {} : { units }),
  });

  test.each([
    ['Edwards', EDWARDS, edwardsPoint, 2273, 758],
    ['Ristretto', RISTRETTO, ristrettoPoint, 2303, 788],
  ] as const)('sums of products of %s points', (_name, curve, pointOf, first, more) => {
    for (const count of [0, 1, 2, 3, 7, 20]) {
      const scalars = Array.from({ length: count }, (_, i) => (i === 2 ? scalarOf(0n) : randomScalar()));
      const points = Array.from({ length: count }, (_, i) => pointOf(BigInt(i) * 77n + 1n));
      checkRow(msm(curve, scalars, points), { r0: 0, units: first + more * Math.max(0, count - 1) });
    }
    const points = [pointOf(1n), pointOf(2n), EDGES[0]];
    checkRow(msm(curve, [scalarOf(L - 1n), scalarOf(1n), scalarOf(5n)], points), { r0: curve === EDWARDS ? 0 : 1 });
    checkRow(msm(curve, [scalarOf(L), scalarOf(1n), scalarOf(5n)], points), { r0: 1 });
    checkRow(msm(curve, [scalarOf(1n), scalarOf(1n)], [pointOf(1n), decodeHex('02'.padEnd(64, '0'))]), { r0: 1 });
  });

  test('the most points there may be', () => {
    const scalars = Array.from({ length: 512 }, randomScalar);
    const points = new Array<Uint8Array>(512).fill(edwardsPoint(9n));
    checkRow(msm(EDWARDS, scalars, points, 600_000), { r0: 0, units: 2273 + 758 * 511 });
  });

  test.each<Row>([
    ['validate: units before the address', { syscall: VALIDATE, args: [EDWARDS, 1], units: 21 + 158 }, OUT_OF_UNITS],
    ['validate: the address', { syscall: VALIDATE, args: [RISTRETTO, 1] }, { failed: violation('reading', 32, 1) }],
    [
      'add: the left before the right',
      { syscall: GROUP_OP, args: [EDWARDS, 0, 1, 2, 3] },
      { failed: violation('reading', 32, 1) },
    ],
    ['sub: the right', { syscall: GROUP_OP, args: [EDWARDS, 1, HEAP, 2, 3] }, { failed: violation('reading', 32, 2) }],
    [
      'mul: the result',
      { syscall: GROUP_OP, args: [EDWARDS, 2, HEAP, HEAP, 3] },
      { failed: violation('writing', 32, 3) },
    ],
    [
      'mul: no result to write',
      { syscall: GROUP_OP, args: [EDWARDS, 2, PAYLOAD, HEAP, 3], payload: SCALARS[4] },
      { r0: 1 },
    ],
    [
      'mul over its input',
      { ...operation(EDWARDS, 2, SCALARS[2], edwardsPoint(3n)), args: [EDWARDS, 2, PAYLOAD, PAYLOAD + 32n, PAYLOAD] },
      {},
    ],
    ['msm: too many points before the curve', { syscall: MSM, args: [9, 1, 1, 513] }, { failed: 'InvalidLength' }],
    ['msm: far too many points', { syscall: MSM, args: [0, 1, 1, U64_MAX] }, { failed: 'InvalidLength' }],
    ['msm: another curve', { syscall: MSM, args: [2, 1, 1, 512] }, invalidAttribute],
    ['msm: units', { syscall: MSM, args: [0, 1, 1, 512] }, OUT_OF_UNITS],
    ['msm: the scalars', { syscall: MSM, args: [0, 1, 1, 2] }, { failed: violation('reading', 64, 1) }],
    ['msm: the points', { syscall: MSM, args: [0, HEAP, 1, 2] }, { failed: violation('reading', 64, 1) }],
    ['msm: the result', { syscall: MSM, args: [0, HEAP, HEAP, 2, 1] }, { failed: violation('writing', 32, 1) }],
    ['msm: nothing at bad addresses', { syscall: MSM, args: [0, 1, 1, 0, HEAP], output: [HEAP, 1] }, { output: '01' }],
  ])('%s', (_title, call, expected) => checkRow(call, expected));

  test.each([
    ['validate', 159, { syscall: VALIDATE, args: [0, HEAP] }],
    ['validate', 169, { syscall: VALIDATE, args: [1, HEAP] }],
    ['add', 473, { syscall: GROUP_OP, args: [0, 0, HEAP, HEAP, HEAP] }],
    ['subtract', 475, { syscall: GROUP_OP, args: [0, 1, HEAP, HEAP, HEAP] }],
    ['multiply', 2177, { syscall: GROUP_OP, args: [0, 2, HEAP, HEAP, HEAP] }],
    ['add', 521, { syscall: GROUP_OP, args: [1, 0, HEAP, HEAP, HEAP] }],
    ['subtract', 519, { syscall: GROUP_OP, args: [1, 1, HEAP, HEAP, HEAP] }],
    ['multiply', 2208, { syscall: GROUP_OP, args: [1, 2, HEAP, HEAP, HEAP] }],
  ])('%s costs %i', (_title, units, call) => checkRow(call, { units }));
});

test.each<Row>([
  ['validate', { syscall: VALIDATE, args: [2, 1], units: 40 }, invalidAttribute],
  ['validate, a big number', { syscall: VALIDATE, args: [U64_MAX, 1] }, invalidAttribute],
  ['validate, a number that is a curve in its low half', { syscall: VALIDATE, args: [1n << 32n, 1] }, invalidAttribute],
  ["validate with the pairing's number", { syscall: VALIDATE, args: [4, 1] }, invalidAttribute],
  ['group operation', { syscall: GROUP_OP, args: [2, 0, 1, 1, 1], units: 40 }, invalidAttribute],
  ['an operation of Edwards', { syscall: GROUP_OP, args: [0, 3, 1, 1, 1], units: 40 }, invalidAttribute],
  ['an operation of Ristretto', { syscall: GROUP_OP, args: [1, U64_MAX, 1, 1, 1] }, invalidAttribute],
  ['an operation of BLS', { syscall: GROUP_OP, args: [0x85, 3, 1, 1, 1] }, invalidAttribute],
  [
    'BLS without its gate: validate',
    { syscall: VALIDATE, args: [5, 1], off: ['enable_bls12_381_syscall'] },
    invalidAttribute,
  ],
  [
    'BLS without its gate: group operation',
    { syscall: GROUP_OP, args: [0x86, 9, 1, 1, 1], off: ['enable_bls12_381_syscall'] },
    invalidAttribute,
  ],
  [
    'BLS without its gate: decompress',
    { syscall: DECOMPRESS, args: [5, 1, 1], off: ['enable_bls12_381_syscall'] },
    { failed: 'unsupported BPF instruction' },
  ],
  ['decompress Edwards', { syscall: DECOMPRESS, args: [0, 1, 1], units: 40 }, invalidAttribute],
  ['decompress, a pairing', { syscall: DECOMPRESS, args: [4, 1, 1] }, invalidAttribute],
  ['pairing of G1', { syscall: PAIRING, args: [5, 1, 1, 1, 1], units: 40 }, invalidAttribute],
])('an unknown curve or operation is refused before it is charged: %s', (_title, call, expected) => {
  checkRow(call, expected);
});

describe('BLS12-381', () => {
  const { G1, G2, fields } = bls12_381;
  const { Fp, Fp2 } = fields;
  const R = fields.Fr.ORDER;
  const random = seededBytes(3);
  const reverse = (bytes: Uint8Array): Uint8Array => bytes.slice().reverse();
  /** The other endianness: each coordinate reversed. */
  const swap = (bytes: Uint8Array, size: number): Uint8Array =>
    concatBytes(
      Array.from({ length: bytes.length / size }, (_, i) => reverse(bytes.subarray(i * size, (i + 1) * size))),
    );

  const g1 = (scalar: bigint): Uint8Array => G1.Point.BASE.multiply(scalar).toBytes(false);
  const g2 = (scalar: bigint): Uint8Array => G2.Point.BASE.multiply(scalar).toBytes(false);
  const infinity = (len: number): Uint8Array => Uint8Array.of(0x40, ...new Uint8Array(len - 1));
  const withByte = (bytes: Uint8Array, at: number, change: (byte: number) => number): Uint8Array => {
    const copy = bytes.slice();
    copy[at] = change(copy[at]);
    return copy;
  };

  /** A point of the curve beside the subgroup: the first x that has a y, uncompressed and compressed. */
  const strayG1 = ((): Uint8Array => {
    for (let x = 1n; ; x++) {
      try {
        const y = Fp.sqrt(Fp.add(Fp.pow(x, 3n), 4n));
        return concatBytes([numberToBytesBE(x, 48), numberToBytesBE(y, 48)]);
      } catch {}
    }
  })();
  const strayG2 = ((): Uint8Array => {
    for (let c = 1n; ; c++) {
      const x = { c0: c, c1: 0n };
      try {
        const y = Fp2.sqrt(Fp2.add(Fp2.mul(Fp2.sqr(x), x), { c0: 4n, c1: 4n }));
        return concatBytes([x.c1, x.c0, y.c1, y.c0].map((part) => numberToBytesBE(part, 48)));
      } catch {}
    }
  })();
  const withX = (bytes: Uint8Array, x: bigint): Uint8Array => concatBytes([numberToBytesBE(x, 48), bytes.subarray(48)]);

  const GROUPS = [
    { name: 'G1', id: 5, size: 48, point: g1, stray: strayG1, costs: [128, 129, 4627, 1565, 2100] },
    { name: 'G2', id: 6, size: 96, point: g2, stray: strayG2, costs: [203, 204, 8255, 1968, 3050] },
  ] as const;

  for (const { name, id, size, point, stray, costs } of GROUPS) {
    const len = 2 * size;
    const odd: [string, Uint8Array][] = [
      ['infinity', infinity(len)],
      ['infinity with a bit too many', withByte(infinity(len), len - 1, () => 1)],
      ['infinity with the greater flag', withByte(infinity(len), 0, () => 0x60)],
      ['infinity with a bit in the first byte', withByte(infinity(len), 0, () => 0x41)],
      ['the compressed flag', withByte(point(3n), 0, (byte) => byte | 0x80)],
      ['the greater flag', withByte(point(3n), 0, (byte) => byte | 0x20)],
      ['zeros', new Uint8Array(len)],
      ['a point beside the curve', withByte(point(3n), len - 1, (byte) => byte ^ 1)],
      ['x = p', withX(point(3n), Fp.ORDER)],
      ['beside the subgroup', stray],
      ['a point', point(12345n)],
    ];

    test(`${name}: points are told from what is none, in both endiannesses`, () => {
      const valid = odd.filter(([, bytes]) => {
        const big = returned(compare({ syscall: VALIDATE, args: [id | 0x80, PAYLOAD], payload: bytes }));
        const little = returned(compare({ syscall: VALIDATE, args: [id, PAYLOAD], payload: swap(bytes, size) }));
        expect(little).toBe(big);
        return big === 0n;
      });
      expect(valid.map(([title]) => title)).toEqual(['infinity', 'a point']);
    });

    test(`${name}: sums and differences, the subgroup not being asked for`, () => {
      const operands = [...odd.map(([, bytes]) => bytes), point(R - 1n), point(1n)];
      operands.forEach((left, i) => {
        const right = operands[(i * 3 + 10) % operands.length];
        for (const op of [0, 1]) {
          compare(operation(id | 0x80, op, left, right));
          compare(operation(id, op, swap(left, size), swap(right, size)));
        }
      });
      expect(returned(compare(operation(id | 0x80, 0, stray, point(2n))))).toBe(0n);
      expect(compare(operation(id | 0x80, 1, point(2n), point(2n))).returnData).toBe(`40${'00'.repeat(len - 1)}`);
      expect(compare(operation(id, 0, swap(stray, size), swap(stray, size))).error).toBe(undefined);
    });

    test(`${name}: products, the subgroup being asked for`, () => {
      const scalars = [0n, 1n, 2n, R - 1n, R, 2n ** 256n - 1n, BigInt(`0x${'37'.repeat(31)}`)];
      scalars.forEach((scalar, i) => {
        const operand = [point(9n), infinity(len), stray][i % 3];
        compare(operation(id | 0x80, 2, numberToBytesBE(scalar, 32), operand));
        compare(operation(id, 2, numberToBytesLE(scalar, 32), swap(point(7n), size)));
      });
      checkRow(operation(id | 0x80, 2, numberToBytesBE(5n, 32), stray), { r0: 1 });
      checkRow(operation(id | 0x80, 2, numberToBytesBE(R, 32), point(1n)), { r0: 1 });
    });

    test(`${name}: decompression`, () => {
      const compressed = (scalar: bigint): Uint8Array => (id === 5 ? G1 : G2).Point.BASE.multiply(scalar).toBytes(true);
      const inputs: [string, Uint8Array, number][] = [
        ['a point', compressed(3n), 0],
        ['its negative', withByte(compressed(3n), 0, (byte) => byte ^ 0x20), 0],
        ['infinity', withByte(infinity(size), 0, () => 0xc0), 0],
        ['infinity, not compressed', infinity(size), 1],
        ['infinity with the greater flag', withByte(infinity(size), 0, () => 0xe0), 1],
        [
          'infinity with a bit too many',
          withByte(
            withByte(infinity(size), 0, () => 0xc0),
            9,
            () => 1,
          ),
          1,
        ],
        ['not compressed', withByte(compressed(3n), 0, (byte) => byte & 0x7f), 1],
        ['beside the subgroup', withByte(stray.slice(0, size), 0, (byte) => byte | 0x80), 1],
        ['x = 0', withByte(new Uint8Array(size), 0, () => 0x80), 1],
        ['x = p', withByte(withX(compressed(3n), Fp.ORDER), 0, (byte) => byte | 0x80), 1],
        ['zeros', new Uint8Array(size), 1],
        ...Array.from({ length: 8 }, (_, i): [string, Uint8Array, number] => [
          'random',
          withByte(random(size), 0, (byte) => (byte & 0x2f) | 0x80),
          -i,
        ]),
      ];
      for (const [title, bytes, r0] of inputs) {
        const args = [id | 0x80, PAYLOAD, HEAP];
        const output = [HEAP, len] as const;
        const big = returned(compare({ syscall: DECOMPRESS, args, payload: bytes, output }));
        const little = { syscall: DECOMPRESS, args: [id, PAYLOAD, HEAP], payload: swap(bytes, size), output };
        expect(returned(compare(little)), title).toBe(big);
        if (title !== 'random') expect(big, title).toBe(BigInt(r0));
      }
    });

    const payload = concatBytes([point(1n), point(2n)]);
    const second = PAYLOAD + BigInt(len);
    test.each<Row>([
      [`${name}: add costs`, operation(id, 0, swap(point(1n), size), swap(point(2n), size)), { units: costs[0] }],
      [`${name}: subtract costs`, operation(id, 1, swap(point(1n), size), swap(point(2n), size)), { units: costs[1] }],
      [`${name}: multiply costs`, operation(id, 2, new Uint8Array(32), swap(point(2n), size)), { units: costs[2] }],
      [`${name}: validate costs`, { syscall: VALIDATE, args: [id, HEAP] }, { r0: 1, units: costs[3] }],
      [`${name}: decompress costs`, { syscall: DECOMPRESS, args: [id, HEAP, HEAP] }, { r0: 1, units: costs[4] }],
      [`${name}: validate's address`, { syscall: VALIDATE, args: [id, 1] }, { failed: violation('reading', len, 1) }],
      [`${name}: the left`, { syscall: GROUP_OP, args: [id, 0, 1, 2, 3] }, { failed: violation('reading', len, 1) }],
      [
        `${name}: the right`,
        { syscall: GROUP_OP, args: [id, 1, PAYLOAD, 2, 3], payload },
        { failed: violation('reading', len, 2) },
      ],
      [
        `${name}: the result`,
        { syscall: GROUP_OP, args: [id | 0x80, 0, PAYLOAD, second, 3], payload },
        { failed: violation('writing', len, 3) },
      ],
      [`${name}: no result to write`, { syscall: GROUP_OP, args: [id, 0, HEAP, HEAP, 3] }, { r0: 1 }],
      [`${name}: the scalar`, { syscall: GROUP_OP, args: [id, 2, 1, 2, 3] }, { failed: violation('reading', 32, 1) }],
      [
        `${name}: decompress's address`,
        { syscall: DECOMPRESS, args: [id, 1, 2] },
        { failed: violation('reading', size, 1) },
      ],
    ])('%s', (_title, call, expected) => checkRow(call, expected));
  }

  const pairing = (
    pairs: readonly (readonly [Uint8Array, Uint8Array])[],
    isBig: boolean,
    units?: number,
  ): SyscallCall => {
    const form = (bytes: Uint8Array, size: number): Uint8Array => (isBig ? bytes : swap(bytes, size));
    return {
      syscall: PAIRING,
      args: [isBig ? 0x84 : 4, pairs.length, PAYLOAD, PAYLOAD + BigInt(96 * pairs.length), HEAP],
      payload: concatBytes([...pairs.map(([a]) => form(a, 48)), ...pairs.map(([, b]) => form(b, 96))]),
      output: [HEAP, 576],
      ...(units === undefined ? {} : { units }),
    };
  };
  const nines = { units: 400_000 };

  test.each<Row>([
    ['one pair', pairing([[g1(3n), g2(5n)]], false), { r0: 0, units: 25_445 }],
    ['one pair, big-endian', pairing([[g1(3n), g2(5n)]], true), { r0: 0 }],
    [
      'two pairs that cancel',
      pairing(
        [
          [g1(3n), g2(5n)],
          [g1(R - 15n), g2(1n)],
        ],
        true,
      ),
      { r0: 0, units: 25_445 + 13_023 },
    ],
    [
      'infinity',
      pairing(
        [
          [infinity(96), g2(5n)],
          [g1(2n), infinity(192)],
        ],
        false,
      ),
      { r0: 0 },
    ],
    [
      'no pair at bad addresses',
      { syscall: PAIRING, args: [4, 0, 1, 1, HEAP], output: [HEAP, 576] },
      { r0: 0, units: 25_445 },
    ],
    ['no pair, big-endian', { syscall: PAIRING, args: [0x84, 0, 1, 1, HEAP], output: [HEAP, 576] }, { r0: 0 }],
    ['a stray point of G1', pairing([[strayG1, g2(5n)]], true), { r0: 1 }],
    ['a stray point of G2 against infinity', pairing([[infinity(96), strayG2]], true), { r0: 1 }],
    [
      'nine pairs',
      { ...pairing(new Array(9).fill([g1(1n), g2(1n)]), true), ...nines },
      { r0: 1, units: 25_445 + 8 * 13_023 },
    ],
    ['G1 before G2', { syscall: PAIRING, args: [4, 2, 1, 1, 1] }, { failed: violation('reading', 192, 1) }],
    ['G2', { syscall: PAIRING, args: [4, 2, HEAP, 1, 1] }, { failed: violation('reading', 384, 1) }],
    ['the result', { syscall: PAIRING, args: [4, 0, 1, 1, 1] }, { failed: violation('writing', 576, 1) }],
    ['units for any count', { syscall: PAIRING, args: [4, U64_MAX, 1, 1, 1] }, OUT_OF_UNITS],
  ])('pairing: %s', (_title, call, expected) => checkRow(call, expected));
});
