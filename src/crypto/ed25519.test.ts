import { createPublicKey, verify } from 'node:crypto';
import { ed25519 } from '@noble/curves/ed25519.js';
import { LiteSVM } from 'litesvm';
import { describe, expect, test } from 'vitest';
import { randomNumbers } from '../../test/support/random-numbers.ts';
import { encodeMessage } from '../wire/message.ts';
import { compileMessage } from '../wire/message-compiler.ts';
import { Pubkey } from '../wire/pubkey.ts';
import { createTransaction, encodeTransaction } from '../wire/transaction.ts';
import { P, Y_OF_ORDER_8 } from './curve25519/constants.ts';
import { verifyPrecompileSignature, verifySignatureStrict } from './ed25519.ts';
import { hashes } from './hashes.ts';

const { Point } = ed25519;
const { ORDER } = Point.Fn;
type Point = InstanceType<typeof Point>;

const toBigInt = (bytes: Uint8Array): bigint => BigInt(`0x${Buffer.from(bytes).reverse().toString('hex')}`);
const toBytes = (value: bigint): Uint8Array =>
  Uint8Array.from(Buffer.from(value.toString(16).padStart(64, '0'), 'hex').reverse());
const join = (...parts: Uint8Array[]): Uint8Array => Uint8Array.from(Buffer.concat(parts));
const challenge = (r: Uint8Array, a: Uint8Array, message: Uint8Array): bigint =>
  toBigInt(hashes.sha512(join(r, a, message))) % ORDER;

/** A generator of the eight points of small order: what the prime-order part of a point cancels out of. */
const TORSION = Point.fromBytes(
  toBytes(55188659117513257062467267217118295137698188065244968500265048394206261417927n),
  true,
);
const torsion = (i: number): Point => (i === 0 ? Point.ZERO : TORSION.multiplyUnsafe(BigInt(i)));

const SECRET = 0x1234567890abcdef1234567890abcdef1234567890abcdef1234567890abcdefn % ORDER;
const KEY = Point.BASE.multiply(SECRET);

/** The message of a transaction that does nothing, different for each `nonce`; LiteSVM can be asked about it. */
function messageFor(publicKey: Uint8Array, nonce: number): Uint8Array {
  const recentBlockhash = hashes.sha256(Uint8Array.of(nonce, nonce >> 8));
  return encodeMessage(compileMessage({ feePayer: new Pubkey(publicKey), instructions: [], recentBlockhash }));
}

interface Case {
  readonly name: string;
  readonly signature: Uint8Array;
  readonly message: Uint8Array;
  readonly publicKey: Uint8Array;
  readonly holds: boolean;
}

/** A signature with R + Tr in place of R and by A + Ta in place of A. */
function signWithTorsion(tr: Point, ta: Point, nonce: number): Omit<Case, 'name' | 'holds'> & { k: bigint } {
  const publicKey = KEY.add(ta).toBytes();
  const message = messageFor(publicKey, nonce);
  const r = BigInt(nonce + 1) * 0x1234567n;
  const rBytes = Point.BASE.multiply(r).add(tr).toBytes();
  const k = challenge(rBytes, publicKey, message);
  const signature = join(rBytes, toBytes((r + k * SECRET) % ORDER));
  return { signature, message, publicKey, k };
}

function makeCases(): Case[] {
  const cases: Case[] = [];
  const valid = signWithTorsion(Point.ZERO, Point.ZERO, 1);
  cases.push({ name: 'valid', ...valid, holds: true });
  for (let bit = 0; bit < 512; bit += 37) {
    const signature = valid.signature.slice();
    signature[bit >> 3] ^= 1 << (bit & 7);
    cases.push({ name: `bit ${bit} of the signature flipped`, ...valid, signature, holds: false });
  }
  const s = toBigInt(valid.signature.subarray(32));
  for (let i = 1n; s + i * ORDER < 2n ** 256n; i++) {
    const signature = join(valid.signature.subarray(0, 32), toBytes(s + i * ORDER));
    cases.push({ name: `s + ${i}L`, ...valid, signature, holds: false });
  }
  for (const [i, j] of [
    [0, 1],
    [1, 0],
    [3, 5],
  ] as const) {
    // R of small order that solves the equation: s = k·a and R = 0, shifted by torsion on either side.
    const publicKey = KEY.add(torsion(j)).toBytes();
    const message = messageFor(publicKey, 7);
    const rBytes = torsion(i).toBytes();
    const k = challenge(rBytes, publicKey, message);
    const signature = join(rBytes, toBytes((k * SECRET) % ORDER));
    cases.push({ name: `R of small order ${i}, A off by ${j}`, signature, message, publicKey, holds: false });
  }
  for (let i = 0; i < 8; i++) {
    // A of small order: [s]B − [k]A is R for any k that A's order divides.
    const publicKey = torsion(i).toBytes();
    for (let nonce = 0; nonce < 64; nonce++) {
      const message = messageFor(publicKey, nonce);
      const rBytes = Point.BASE.multiply(5n).toBytes();
      if (challenge(rBytes, publicKey, message) % 8n !== 0n) continue;
      const signature = join(rBytes, toBytes(5n));
      cases.push({ name: `A of small order ${i}`, signature, message, publicKey, holds: false });
      break;
    }
  }
  // Points of mixed order: without the cofactor the torsion must cancel by itself.
  for (const a of [3, 5, 7]) {
    for (let i = 0; i < 8; i++) {
      const holdsBy = new Set<boolean>();
      for (let nonce = 0; nonce < 200 && holdsBy.size < 2; nonce++) {
        const { k, ...made } = signWithTorsion(torsion(i), torsion(a), nonce);
        const holds = (Number(k % 8n) * a + i) % 8 === 0;
        if (holdsBy.has(holds)) continue;
        holdsBy.add(holds);
        cases.push({ name: `mixed order, A off by ${a}, R by ${i}: ${holds}`, ...made, holds });
      }
    }
  }
  for (const y of [2n, 2n ** 255n - 19n + 2n]) {
    cases.push({ name: `A beside the curve, y = ${y}`, ...valid, publicKey: toBytes(y), holds: false });
  }
  return cases;
}

describe('strict signatures', () => {
  const cases = makeCases();

  test.each(cases)('$name', ({ signature, message, publicKey, holds }) => {
    expect(verifySignatureStrict(signature, message, publicKey)).toBe(holds);
    expect(verifyPrecompileSignature(signature, message, publicKey)).toBe(holds);
  });

  test('LiteSVM rejects the same transactions', () => {
    const svm = new LiteSVM().withBlockhashCheck(false);
    const inner = (svm as unknown as { inner: { sendLegacyTransaction(bytes: Uint8Array): object } }).inner;
    for (const { name, signature, publicKey, holds } of cases) {
      // The nonce is in the message; a case whose key was swapped has a message of its own.
      const { message } = cases.find((candidate) => candidate.name === name) as Case;
      const decoded = compileMessage({
        feePayer: new Pubkey(publicKey),
        instructions: [],
        recentBlockhash: message.slice(message.length - 33, message.length - 1),
      });
      const outcome = inner.sendLegacyTransaction(encodeTransaction(createTransaction(decoded, [signature])));
      expect(!String(outcome).includes('SignatureFailure'), name).toBe(holds);
    }
  });

  test('keys and signatures of other lengths fail', () => {
    const { signature, message, publicKey } = cases[0];
    expect(verifySignatureStrict(signature.subarray(1), message, publicKey)).toBe(false);
    expect(verifySignatureStrict(signature, message, publicKey.subarray(1))).toBe(false);
  });
});

describe("signatures of @noble's", () => {
  test('hold for messages of every length about a block, and not for a neighbour', () => {
    const secret = new Uint8Array(32).fill(7);
    const publicKey = ed25519.getPublicKey(secret);
    for (const length of [0, 1, 31, 46, 47, 48, 63, 64, 65, 111, 112, 128, 175, 176, 177, 200, 1232, 10_000]) {
      const message = Uint8Array.from({ length }, (_, i) => i * 7 + length);
      const signature = ed25519.sign(message, secret);
      expect(verifySignatureStrict(signature, message, publicKey), `${length}`).toBe(true);
      expect(verifySignatureStrict(signature, join(message, Uint8Array.of(0)), publicKey), `${length}`).toBe(false);
    }
  });
});

describe('tables', () => {
  const makeKey = (i: number) => {
    const secret = hashes.sha256(Uint8Array.of(i, i >> 8));
    return { secret, publicKey: ed25519.getPublicKey(secret) };
  };
  const message = Uint8Array.of(1, 2, 3);
  const forge = (signature: Uint8Array, bit: number): Uint8Array =>
    signature.with(bit >> 3, signature[bit >> 3] ^ (1 << (bit & 7)));

  test('a key gives the same answers at its first use, at its hundredth, and whichever table the base point has', () => {
    const { secret, publicKey } = makeKey(1);
    for (let i = 0; i < 600; i++) {
      // Edge digits of s and k turn up by number; a new nonce is a new message.
      const text = Uint8Array.of(i, i >> 8);
      const signature = i < 60 || i > 560 ? ed25519.sign(text, secret) : ed25519.sign(message, secret);
      const signed = i < 60 || i > 560 ? text : message;
      if (!verifySignatureStrict(signature, signed, publicKey)) expect.fail(`use ${i}`);
      if (verifySignatureStrict(forge(signature, (i * 5) % 512), signed, publicKey)) expect.fail(`forged, use ${i}`);
    }
  });

  test('more keys than there are tables, each of them often', () => {
    const keys = Array.from({ length: 80 }, (_, i) => makeKey(100 + i)).map((key) => ({
      ...key,
      signature: ed25519.sign(message, key.secret),
    }));
    for (let round = 0; round < 12; round++) {
      for (const [i, { publicKey, signature }] of keys.entries()) {
        if (!verifySignatureStrict(signature, message, publicKey)) expect.fail(`key ${i} in round ${round}`);
        if (verifySignatureStrict(keys[(i + 1) % 80].signature, message, publicKey)) expect.fail(`key ${i}, foreign`);
      }
    }
  });

  test('points and scalars at the edges hold with and without a table', () => {
    // Secrets whose multiples are few or many of the base point, and s near 0 and L.
    for (const secret of [1n, 2n, 15n, 16n, 17n, 128n, 2n ** 252n, ORDER - 1n, ORDER - 2n, (ORDER - 1n) / 2n]) {
      const publicKey = Point.BASE.multiply(secret).toBytes();
      for (const r of [1n, 2n, ORDER - 1n, 2n ** 251n]) {
        const rBytes = Point.BASE.multiply(r).toBytes();
        const k = challenge(rBytes, publicKey, message);
        const s = (r + k * secret) % ORDER;
        for (let use = 0; use < 3; use++) {
          expect(verifySignatureStrict(join(rBytes, toBytes(s)), message, publicKey)).toBe(true);
          expect(verifySignatureStrict(join(rBytes, toBytes((s + 1n) % ORDER)), message, publicKey)).toBe(false);
        }
        // s = 0 needs R = −[k]A; s = L − 1 is one off.
        const other = join(rBytes, toBytes(0n));
        expect(verifySignatureStrict(other, message, publicKey)).toBe(false);
      }
    }
  });

  test('a key with a part of small order gives each answer by its own message, however often it was seen', () => {
    for (const [secret, order] of [
      [5n, 8],
      [77n, 4],
      [1234n, 2],
    ] as const) {
      const publicKey = Point.BASE.multiply(secret)
        .add(torsion(8 / order))
        .toBytes();
      const rBytes = Point.BASE.multiply(9n).toBytes();
      const answers = new Set<boolean>();
      for (let use = 0; use < 120; use++) {
        const text = Uint8Array.of(use, 5);
        const k = challenge(rBytes, publicKey, text);
        const signature = join(rBytes, toBytes((9n + k * secret) % ORDER));
        const holds = k % BigInt(order) === 0n;
        answers.add(holds);
        expect(verifySignatureStrict(signature, text, publicKey), `use ${use}`).toBe(holds);
        // The same with L added to s: nobody may make a second signature of one.
        if (holds)
          expect(
            verifySignatureStrict(join(rBytes, toBytes(((9n + k * secret) % ORDER) + ORDER)), text, publicKey),
          ).toBe(false);
      }
      expect(answers.size).toBe(2);
    }
  });

  test('keys of small order, of p and above, and off the curve hold nothing, however often they were seen', () => {
    const keys = [0n, 1n, P - 1n, Y_OF_ORDER_8, ...Array.from({ length: 19 }, (_, i) => P + BigInt(i)), 2n, 7n].flatMap(
      (y) => [toBytes(y), toBytes(y + 2n ** 255n)],
    );
    const signature = join(Point.BASE.toBytes(), toBytes(1n));
    for (let use = 0; use < 40; use++) {
      for (const key of keys) expect(verifySignatureStrict(signature, Uint8Array.of(use), key)).toBe(false);
    }
  });

  test('R and A that cancel: a sum that passes through the identity', () => {
    // [s]B = [k]A + R with R = B, A = B: s = k + 1.
    const bytes = Point.BASE.toBytes();
    for (let i = 0; i < 20; i++) {
      const text = Uint8Array.of(i, 77);
      const s = (challenge(bytes, bytes, text) + 1n) % ORDER;
      expect(verifySignatureStrict(join(bytes, toBytes(s)), text, bytes)).toBe(true);
    }
  });
});

describe('R of p and above', () => {
  test('is refused by both', () => {
    // Nobody can sign with such an R, its logarithm being unknown: all there is to see is that neither throws.
    const { publicKey, message } = makeCases()[0];
    for (let y = 0n; y < 19n; y++) {
      const signature = join(toBytes(2n ** 255n - 19n + y), toBytes(1n));
      expect(verifySignatureStrict(signature, message, publicKey)).toBe(false);
      expect(verifyPrecompileSignature(signature, message, publicKey)).toBe(false);
    }
  });
});

describe('beside other implementations', () => {
  const { random, randomBig, randomBytes } = randomNumbers(77);
  const SPKI = Buffer.from('302a300506032b6570032100', 'hex');
  /** OpenSSL's answer: cofactorless and with canonical s, but points of small order and y of p and above pass as A. */
  function hostVerifies(signature: Uint8Array, message: Uint8Array, publicKey: Uint8Array): boolean {
    const key = createPublicKey({ key: Buffer.concat([SPKI, publicKey]), format: 'der', type: 'spki' });
    return verify(null, message, key, signature);
  }
  /** The rules word by word, in another's arithmetic: [s]B − [k]A = R without the cofactor, R in its canonical bytes. */
  function holdsByTheRules(signature: Uint8Array, message: Uint8Array, publicKey: Uint8Array): boolean {
    const [rBytes, s] = [signature.subarray(0, 32), toBigInt(signature.subarray(32))];
    if (s >= ORDER) return false;
    let [a, r]: (Point | undefined)[] = [];
    try {
      [a, r] = [Point.fromBytes(publicKey, true), Point.fromBytes(rBytes, true)];
    } catch {
      return false;
    }
    if (a.isSmallOrder() || r.isSmallOrder()) return false;
    const k = challenge(rBytes, publicKey, message);
    const sum = (s === 0n ? Point.ZERO : Point.BASE.multiplyUnsafe(s)).subtract(a.multiplyUnsafe(k));
    return Buffer.from(sum.toBytes()).equals(Buffer.from(rBytes));
  }

  interface Signed {
    readonly signature: Uint8Array;
    readonly message: Uint8Array;
    readonly publicKey: Uint8Array;
  }
  const flipped = (bytes: Uint8Array): Uint8Array => {
    const bit = Math.floor(random() * bytes.length * 8);
    return bytes.with(bit >> 3, bytes[bit >> 3] ^ (1 << (bit & 7)));
  };
  const EDGES = [0n, 1n, 2n ** 255n - 20n, 2n ** 255n - 19n, 2n ** 255n - 18n, 2n ** 255n - 1n, 2n ** 256n - 1n, ORDER];
  const SPOILERS: { readonly [name: string]: (signed: Signed) => Signed } = {
    nothing: (signed) => signed,
    'a bit of the signature': (signed) => ({ ...signed, signature: flipped(signed.signature) }),
    'a bit of the key': (signed) => ({ ...signed, publicKey: flipped(signed.publicKey) }),
    'a bit of the message': (signed) => ({ ...signed, message: flipped(signed.message) }),
    "R's sign": (signed) => ({ ...signed, signature: signed.signature.with(31, signed.signature[31] ^ 0x80) }),
    "A's sign": (signed) => ({ ...signed, publicKey: signed.publicKey.with(31, signed.publicKey[31] ^ 0x80) }),
    'R at an edge': (signed) => ({
      ...signed,
      signature: join(toBytes(EDGES[Math.floor(random() * EDGES.length)]), signed.signature.subarray(32)),
    }),
    's at an edge': (signed) => ({
      ...signed,
      signature: join(signed.signature.subarray(0, 32), toBytes(EDGES[Math.floor(random() * EDGES.length)])),
    }),
    'A at an edge': (signed) => ({ ...signed, publicKey: toBytes(EDGES[Math.floor(random() * EDGES.length)]) }),
    's + L': (signed) => ({
      ...signed,
      signature: join(signed.signature.subarray(0, 32), toBytes(toBigInt(signed.signature.subarray(32)) + ORDER)),
    }),
    'R off by a point of small order': (signed) => {
      const r = Point.fromBytes(signed.signature.subarray(0, 32)).add(torsion(1 + Math.floor(random() * 7)));
      return { ...signed, signature: join(r.toBytes(), signed.signature.subarray(32)) };
    },
    everything: () => ({ signature: randomBytes(64), message: randomBytes(20), publicKey: randomBytes(32) }),
  };

  test.each(Object.entries(SPOILERS))('agree where this was spoiled: %s', (name, spoil) => {
    for (let i = 0; i < 8; i++) {
      const secret = randomBytes(32);
      const message = randomBytes(1 + Math.floor(random() * 300));
      const made = { signature: ed25519.sign(message, secret), message, publicKey: ed25519.getPublicKey(secret) };
      const { signature, message: said, publicKey } = spoil(made);
      const holds = verifySignatureStrict(signature, said, publicKey);
      const what = `${name}: ${Buffer.from(signature).toString('hex')} ${Buffer.from(publicKey).toString('hex')}`;
      expect(holds, what).toBe(holdsByTheRules(signature, said, publicKey));
      if (holds) expect(hostVerifies(signature, said, publicKey), what).toBe(true);
      else if (!name.includes('edge')) expect(hostVerifies(signature, said, publicKey), what).toBe(false);
      if (name === 'nothing') expect(holds, what).toBe(true);
    }
  });

  test('agree on keys and nonces of mixed order, whose challenges cancel the torsion or do not', () => {
    const found = new Set<boolean>();
    for (let i = 0; i < 32; i++) {
      const [ta, tr] = [1 + (i % 7), Math.floor(random() * 8)];
      const secret = (randomBig(252) % (ORDER - 1n)) + 1n;
      const nonce = (randomBig(252) % (ORDER - 1n)) + 1n;
      const publicKey = Point.BASE.multiply(secret).add(torsion(ta)).toBytes();
      const rBytes = Point.BASE.multiply(nonce).add(torsion(tr)).toBytes();
      const message = randomBytes(32);
      const s = (nonce + challenge(rBytes, publicKey, message) * secret) % ORDER;
      const signature = join(rBytes, toBytes(s));
      const holds = verifySignatureStrict(signature, message, publicKey);
      expect(holds, `${i}`).toBe(holdsByTheRules(signature, message, publicKey));
      expect(holds, `${i}`).toBe(hostVerifies(signature, message, publicKey));
      found.add(holds);
    }
    expect(found.size).toBe(2);
  });
});
