import { secp256k1 } from '@noble/curves/secp256k1.js';
import { numberToBytesBE } from '@noble/curves/utils.js';
import { expect, test } from 'vitest';
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
import { concatBytes, encodeHex, U64_MAX } from '../../wire/bytes.ts';

const syscall = 'sol_secp256k1_recover';
const N = secp256k1.Point.Fn.ORDER;
const P = secp256k1.Point.Fp.ORDER;
const SIGNATURE = PAYLOAD + 32n;
const random = seededBytes(21);
const be32 = (value: bigint): Uint8Array => numberToBytesBE(value, 32);

const call = (hash: Uint8Array, r: bigint, s: bigint, recoveryId: Arg): SyscallCall => ({
  syscall,
  args: [PAYLOAD, recoveryId, SIGNATURE, HEAP],
  payload: concatBytes([hash, be32(r), be32(s)]),
  output: [HEAP, 64],
});

test('the key of a signature, in both halves of s', () => {
  for (let i = 0; i < 8; i++) {
    const hash = random(32);
    const key = random(32);
    const signature = secp256k1.sign(hash, key, { prehash: false, format: 'recovered' });
    const { r, s } = secp256k1.Signature.fromBytes(signature.subarray(1), 'compact');
    const expected = encodeHex(secp256k1.getPublicKey(key, false).subarray(1));
    checkRow(call(hash, r, s, signature[0]), { r0: 0, output: expected, units: 25_000 });
    checkRow(call(hash, r, N - s, signature[0] ^ 1), { r0: 0, output: expected });
  }
});

test('random signatures and every recovery id', () => {
  const results = new Map<bigint | undefined, number>();
  for (let i = 0; i < 40; i++) {
    const [r, s] = [BigInt(`0x${encodeHex(random(32))}`), BigInt(`0x${encodeHex(random(32))}`)];
    const r0 = returned(compare(call(random(32), i % 4 > 1 ? r % (P - N) : r, s, i % 4)));
    results.set(r0, (results.get(r0) ?? 0) + 1);
  }
  expect([...results.keys()].sort()).toEqual([0n, 3n]);
});

const hash = new Uint8Array(32).fill(1);
test.each<Row>([
  ['the recovery id before the signature', call(hash, N, N, 4), { r0: 2 }],
  ['a recovery id that is 1 in its low byte', call(hash, 1n, 1n, 257), { r0: 2 }],
  ['the greatest recovery id', call(hash, 1n, 1n, U64_MAX), { r0: 2 }],
  ['r = 0', call(hash, 0n, 1n, 0), { r0: 3 }],
  ['s = 0', call(hash, 1n, 0n, 0), { r0: 3 }],
  ['r = n', call(hash, N, 1n, 0), { r0: 3 }],
  ['s = n', call(hash, 1n, N, 0), { r0: 3 }],
  ['r without a point', call(hash, 5n, 1n, 0), { r0: 3 }],
  ['r + n beyond the field', call(hash, P - N, 1n, 2), { r0: 3 }],
  ['r + n in the field', call(hash, P - N - 3n, 1n, 2), {}],
  ['a hash of zero', call(new Uint8Array(32), 1n, 1n, 0), { r0: 0 }],
  ['a hash beyond n', call(new Uint8Array(32).fill(255), 1n, 1n, 1), { r0: 0 }],
  [
    'the point at infinity: s·R = e·G',
    call(be32(1n), secp256k1.Point.BASE.x, 1n, Number(secp256k1.Point.BASE.y & 1n)),
    { r0: 3 },
  ],
  ['the result before the hash', { syscall, args: [1, 9, 2, 3] }, { failed: violation('writing', 64, 3) }],
  ['the hash before the signature', { syscall, args: [1, 9, 2, HEAP] }, { failed: violation('reading', 32, 1) }],
  [
    'the signature before the recovery id',
    { syscall, args: [HEAP, 9, 2, HEAP] },
    { failed: violation('reading', 64, 2) },
  ],
  ['units first', { syscall, args: [1, 1, 1, 1], units: 25_020 }, OUT_OF_UNITS],
])('%s', (_title, row, expected) => {
  if (row.args?.[1] !== 2 || expected.r0 === 3) checkRow(row, expected);
  else compare(row);
});
