import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { deflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { LiteSVM } from 'litesvm';
import { describe, expect, test } from 'vitest';
import { FeatureSet } from '../../runtime/features.ts';
import { Pubkey } from '../../wire/pubkey.ts';
import { programDataAddressOf } from '../program-accounts.ts';
import { bundledElf, bundledPrograms } from './index.ts';
import { inflate } from './inflate.ts';
import manifest from './manifest.json' with { type: 'json' };

const MAINNET = bundledPrograms(FeatureSet.mainnet().runtime);
const WITHOUT_FEATURES = bundledPrograms(FeatureSet.none().runtime);
const ALL = [...new Set([...MAINNET, ...WITHOUT_FEATURES])];

describe('the bundled programs', () => {
  test('are those of the manifest, byte for byte', () => {
    const found = ALL.map((program) => {
      const { name, address, loader, programDataAddress } = program;
      const elf = bundledElf(program);
      const sha256 = createHash('sha256').update(elf).digest('hex');
      return { name, address, loader, programDataAddress, length: elf.length, sha256 };
    });
    const expected = manifest.programs.map(({ module: _, ...entry }) => ({ programDataAddress: undefined, ...entry }));
    expect(found.sort(byHash)).toEqual(expected.sort(byHash));
  });

  test('each generated module is one of the manifest', () => {
    const files = readdirSync(new URL('.', import.meta.url)).filter((file) => file.endsWith('.generated.ts'));
    expect(files.sort()).toEqual(manifest.programs.map(({ module }) => `${module}.generated.ts`).sort());
  });

  test('the manifest names the version of litesvm that is installed', () => {
    const installed = new URL('../../../node_modules/litesvm/package.json', import.meta.url);
    expect(manifest.source).toBe(`litesvm ${JSON.parse(readFileSync(installed, 'utf8')).version}`);
  });

  test('the noted program data addresses are those that derive from the programs', () => {
    for (const { address, programDataAddress } of ALL) {
      if (programDataAddress === undefined) continue;
      expect(programDataAddressOf(Pubkey.fromBase58(address)).toString()).toBe(programDataAddress);
    }
  });

  test('an ELF is unpacked once', () => {
    expect(bundledElf(MAINNET[0])).toBe(bundledElf(MAINNET[0]));
  });

  test('Token is SPL Token 3.5 until its replacement is activated, as in LiteSVM', () => {
    const svm = LiteSVM.default().withBuiltins().withSysvars().withDefaultPrograms();
    const [token] = WITHOUT_FEATURES;
    const theirs = svm.getAccount(token.address as never) as { data: Uint8Array };
    expect(Buffer.compare(bundledElf(token), theirs.data)).toBe(0);
    expect(MAINNET[0].address).toBe(token.address);
  });
});

function byHash(a: { sha256: string }, b: { sha256: string }): number {
  return a.sha256 < b.sha256 ? -1 : 1;
}

describe('inflate', () => {
  const SOURCES = [
    new Uint8Array(0),
    Uint8Array.of(7),
    new Uint8Array(70_000),
    Uint8Array.from({ length: 70_000 }, (_, i) => (i * i) >> 7),
    bundledElf(MAINNET[0]),
  ];

  test.each([0, 1, 6, 9])('reads what zlib writes at level %i, in every kind of block', (level) => {
    for (const source of SOURCES) {
      for (const strategy of [0, 1, 2, 3, 4]) {
        const unpacked = inflate(deflateRawSync(source, { level, strategy }), source.length);
        expect([level, strategy, Buffer.compare(unpacked, source)]).toEqual([level, strategy, 0]);
      }
    }
  });

  test('reads what zlib writes of anything', () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 600 }),
      fc.array(fc.nat(3), { maxLength: 900 }).map((list) => Uint8Array.from(list)),
    );
    fc.assert(
      fc.property(bytes, fc.constantFrom(0, 2, 4), (source, strategy) => {
        return Buffer.compare(inflate(deflateRawSync(source, { strategy }), source.length), source) === 0;
      }),
      { numRuns: 300, seed: 5 },
    );
  });

  test('fails where the stream is broken, and comes to an end', () => {
    const packed = deflateRawSync(SOURCES[3]);
    expect(() => inflate(packed, 69_999)).toThrow('does not unpack');
    for (let i = 0; i < packed.length; i += 97) {
      const broken = Uint8Array.from(packed);
      broken[i] ^= 0x55;
      try {
        inflate(broken, SOURCES[3].length);
      } catch (error) {
        expect(error).toBeInstanceOf(Error);
      }
    }
  });
});
