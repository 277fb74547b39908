// Seeds that lead elsewhere than they should: twelve kinds of mistakes, each made to a working derivation, and what the
// detective makes of them.

import { describe, expect, it } from 'vitest';
import { findProgramAddress } from '../../src/crypto/program-address.ts';
import { explain } from '../../src/trace/index.ts';
import type { Pubkey } from '../../src/wire/pubkey.ts';
import * as s from './scene.ts';

const { ALICE, BOB, OUTER, INNER, key, meta, u8, u64, join, text } = s;

const be = (bytes: Uint8Array): Uint8Array => bytes.toReversed();
const number = u64(7n);

interface Mistake {
  readonly kind: string;
  /** Under `under`, which is OUTER unless said. */
  readonly right: readonly Uint8Array[];
  readonly given: readonly Uint8Array[];
  readonly under?: Pubkey;
  readonly says: RegExp;
}

const MISTAKES: readonly Mistake[] = [
  {
    kind: 'another address',
    right: [text('vault'), BOB.bytes],
    given: [text('vault'), ALICE.bytes],
    says: /seed 1 is bob, not alice/,
  },
  {
    kind: 'the order',
    right: [text('vault'), ALICE.bytes, number],
    given: [ALICE.bytes, text('vault'), number],
    says: /order/,
  },
  {
    kind: 'a missing seed',
    right: [text('vault'), ALICE.bytes],
    given: [text('vault')],
    says: /alice is missing, as seed 1/,
  },
  {
    kind: 'a seed too many',
    right: [text('vault')],
    given: [text('vault'), ALICE.bytes],
    says: /seed 1 \(alice\) is too much/,
  },
  { kind: 'byte order', right: [text('vault'), be(number)], given: [text('vault'), number], says: /big-endian/ },
  {
    kind: 'byte order, the other way',
    right: [text('vault'), number],
    given: [text('vault'), be(number)],
    says: /the number 7 as u64, little-endian/,
  },
  { kind: 'width', right: [text('vault'), number.slice(0, 4)], given: [text('vault'), number], says: /u32/ },
  { kind: 'the number as text', right: [text('vault'), text('7')], given: [text('vault'), number], says: /as text/ },
  {
    kind: 'the address as text',
    right: [text('vault'), text(ALICE.toString().slice(0, 32))],
    given: [text('vault'), ALICE.bytes],
    says: /as text/,
  },
  {
    kind: 'the case of the text',
    right: [text('vault'), ALICE.bytes],
    given: [text('Vault'), ALICE.bytes],
    says: /lower case/,
  },
  {
    kind: 'the program',
    right: [text('vault'), ALICE.bytes],
    given: [text('vault'), ALICE.bytes],
    under: INNER,
    says: /program is inner program/,
  },
  { kind: 'off by one', right: [text('vault'), u64(8n)], given: [text('vault'), number], says: /the value \+ 1/ },
  {
    kind: 'a zero byte',
    right: [text('vault\0'), ALICE.bytes],
    given: [text('vault'), ALICE.bytes],
    says: /zero byte/,
  },
  {
    kind: 'a separator',
    right: [text('user_vault'), ALICE.bytes],
    given: [text('user-vault'), ALICE.bytes],
    says: /with _ for -/,
  },
];

describe('a PDA check fails, and the detective finds', () => {
  it.each(MISTAKES)('$kind', ({ right, given, under = OUTER, says }) => {
    const { address } = findProgramAddress(right, under) as { address: Pubkey };
    const scene = new s.Scene({}, false);
    scene.account(address);
    for (const wallet of [ALICE, BOB]) scene.account(wallet);
    scene.program(OUTER, 'find');
    scene.program(INNER, 'say');
    const accounts = [meta(address), meta(ALICE), meta(BOB), meta(INNER), meta(key(77))];
    let at = scene.dataAddr(accounts) + 16n + BigInt(given.length * 16);
    const slices = given.map((seed) => {
      const slice = join(u64(at), u64(BigInt(seed.length)));
      at += BigInt(seed.length);
      return slice;
    });
    const data = join(u64(14n << 32n), u64(BigInt(given.length)), ...slices, ...given);
    const { outcome } = scene.send([s.instruction(OUTER, accounts, data)]);
    const start = performance.now();
    const { seeds } = explain(outcome)!;
    expect(seeds?.match, seeds?.text).not.toBeNull();
    expect(seeds!.match!.expected).toBe(address.toString());
    expect(seeds!.match!.difference).toMatch(says);
    // Bounded by tries; the time is that of a slow machine, trace included.
    expect(performance.now() - start).toBeLessThan(2000);
  });

  it('nothing where nothing fits, and says how much was tried', () => {
    const scene = new s.Scene({}, false);
    scene.account(key(78));
    scene.program(OUTER, 'find');
    const accounts = [meta(key(78))];
    const at = scene.dataAddr(accounts) + 32n;
    const data = join(u64(14n << 32n), u64(1n), u64(at), u64(5n), text('vault'), u8(0));
    const { seeds } = explain(scene.send([s.instruction(OUTER, accounts, data)]).outcome)!;
    expect(seeds).toMatchObject({ match: null });
    expect(seeds!.tries).toBeGreaterThan(100);
    expect(seeds!.tries).toBeLessThanOrEqual(20_000);
    expect(seeds!.text).toMatch(/No seeds one change away/);
  });
});
