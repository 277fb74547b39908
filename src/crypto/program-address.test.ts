import { address, createAddressWithSeed, getProgramDerivedAddress } from '@solana/kit';
import { describe, expect, test } from 'vitest';
import { Pubkey } from '../wire/pubkey.ts';
import { isOnCurve } from './curve.ts';
import { hashes } from './hashes.ts';
import { createProgramAddress, createWithSeed, findProgramAddress, type ProgramAddress } from './program-address.ts';

const text = (value: string): Uint8Array => new TextEncoder().encode(value);
const LOADER = Pubkey.fromBase58('BPFLoaderUpgradeab1e11111111111111111111111');
const SEED_KEY = Pubkey.fromBase58('SeedPubey1111111111111111111111111111111111');

describe('createProgramAddress', () => {
  // Source: solana-sdk address/src/lib.rs, test_create_program_address.
  test.each<[string, Uint8Array[], string]>([
    ['an empty seed and a bump', [text(''), Uint8Array.of(1)], 'BwqrghZA2htAcqq8dzP1WDAhTXYTYWj7CHxF5j7TDBAe'],
    ['UTF-8', [text('☉'), Uint8Array.of(0)], '13yWmRpaTR4r5nAktwLqMpRNr28tnVUZw26rTvPSSB19'],
    ['two texts', [text('Talking'), text('Squirrels')], '2fnQrngrQT4SeLcdToJAD96phoEjNL2man2kfRLCASVk'],
    ['a key', [SEED_KEY.bytes, Uint8Array.of(1)], '976ymqVnfE32QFe6NfGDctSvVa36LWnvYxhU6G2232YL'],
  ])('%s', (_, seeds, expected) => {
    expect(String(createProgramAddress(seeds, LOADER))).toBe(expected);
  });

  test('seeds are joined without a mark between them', () => {
    const whole = createProgramAddress([text('TalkingSquirrels')], LOADER);
    expect(String(whole)).toBe(String(createProgramAddress([text('Talking'), text('Squirrels')], LOADER)));
  });

  test('32 bytes a seed and 16 seeds are the most; none are fine', () => {
    const long = new Uint8Array(32);
    expect(createProgramAddress([new Uint8Array(33)], LOADER)).toBe('MaxSeedLengthExceeded');
    expect(createProgramAddress(new Array(17).fill(text('')), LOADER)).toBe('MaxSeedLengthExceeded');
    for (const seeds of [[], [long], new Array(16).fill(long), new Array(16).fill(text(''))]) {
      expect(createProgramAddress(seeds, LOADER)).not.toBe('MaxSeedLengthExceeded');
    }
  });

  test('a hash on the curve is no program address', () => {
    const outcomes = Array.from({ length: 64 }, (_, i) => createProgramAddress([Uint8Array.of(i)], LOADER));
    const refused = outcomes.filter((outcome) => outcome === 'InvalidSeeds').length;
    expect(refused).toBeGreaterThan(16);
    expect(refused).toBeLessThan(48);
    for (const outcome of outcomes) if (typeof outcome !== 'string') expect(isOnCurve(outcome.bytes)).toBe(false);
  });
});

describe('findProgramAddress', () => {
  test("agrees with kit's on 200 addresses, bump included", async () => {
    for (let i = 0; i < 200; i++) {
      const programId = new Pubkey(hashes.sha256(Uint8Array.of(i)));
      const seeds = [text('seed'), Uint8Array.of(i), hashes.sha256(Uint8Array.of(i, 1)).subarray(0, i % 33)];
      const [expected, bump] = await getProgramDerivedAddress({ programAddress: address(programId.toString()), seeds });
      const found = findProgramAddress(seeds, programId) as ProgramAddress;
      expect([found.address.toString(), found.bump]).toEqual([expected, bump]);
      const created = createProgramAddress([...seeds, Uint8Array.of(found.bump)], programId);
      expect(String(created)).toBe(expected);
    }
  });

  test('the bump takes a seed of the sixteen', () => {
    expect(findProgramAddress(new Array(16).fill(text('')), LOADER)).toBe('MaxSeedLengthExceeded');
    expect(findProgramAddress([new Uint8Array(33)], LOADER)).toBe('MaxSeedLengthExceeded');
    expect(findProgramAddress(new Array(15).fill(new Uint8Array(32)), LOADER)).toHaveProperty('bump');
  });
});

test('what was derived lately is told from what looks like it', () => {
  const other = new Pubkey(Uint8Array.from(LOADER.bytes, (byte, i) => (i === 31 ? byte ^ 1 : byte)));
  const outcomes = () =>
    [LOADER, other].flatMap((programId) => {
      const { address: found, bump } = findProgramAddress([text('vault'), text('a')], programId) as ProgramAddress;
      const with256 = Array.from({ length: 256 }, (_, i) =>
        createProgramAddress([text('vaulta'), Uint8Array.of(i)], programId),
      );
      const joined = findProgramAddress([text('vaulta')], programId) as ProgramAddress;
      // A search for the bump of other seeds, which end in the bump that was found.
      const longer = findProgramAddress([text('vaulta'), Uint8Array.of(bump)], programId) as ProgramAddress;
      return [found, bump, ...with256, joined.address, joined.bump, longer.address, longer.bump].map(String);
    });
  const first = outcomes();
  expect(first[0]).toBe(first[2 + Number(first[1])]);
  expect(first.slice(3 + Number(first[1]), 258).every((address) => address === 'InvalidSeeds')).toBe(true);
  expect(outcomes()).toEqual(first);
  expect(first.slice(0, 2)).toEqual(first.slice(258, 260));
  expect(new Set(first).size).toBeGreaterThan(200);
});

describe('createWithSeed', () => {
  test("agrees with kit's", async () => {
    for (const seed of ['', 'vote:0', '☉'.repeat(10), 'x'.repeat(32)]) {
      const expected = await createAddressWithSeed({
        baseAddress: address(SEED_KEY.toString()),
        programAddress: address(LOADER.toString()),
        seed,
      });
      expect(String(createWithSeed(SEED_KEY, seed, LOADER))).toBe(expected);
    }
  });

  test('bytes are counted, not letters', () => {
    expect(createWithSeed(SEED_KEY, '☉'.repeat(11), LOADER)).toBe('MaxSeedLengthExceeded');
    expect(createWithSeed(SEED_KEY, 'x'.repeat(33), LOADER)).toBe('MaxSeedLengthExceeded');
  });

  test('an owner that ends like the marker is refused', () => {
    const bytes = new Uint8Array(32);
    bytes.set(text('ProgramDerivedAddress'), 11);
    expect(createWithSeed(SEED_KEY, 'x', new Pubkey(bytes))).toBe('IllegalOwner');
    bytes[11] ^= 1;
    expect(createWithSeed(SEED_KEY, 'x', new Pubkey(bytes))).toBeInstanceOf(Pubkey);
  });
});
