// Every gate that the runtime consults does something, and what it does on and off is what LiteSVM or the source says.

import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { FEATURE_NAMES, type FeatureName, FeatureSet } from '../../../src/runtime/features.ts';
import { type Gates, PROBES, type Probe } from './probes.ts';
import { NOT_CONSULTED } from './table.ts';

const mainnet = FeatureSet.mainnet();

function gatesFor({ gate, besides }: Probe, isOn: boolean): Gates {
  const isActive = mainnet.isActive(gate);
  return {
    with: [...(besides?.with ?? []), ...(isOn && !isActive ? [gate] : [])],
    without: [...(besides?.without ?? []), ...(!isOn && isActive ? [gate] : [])],
  };
}

describe.each(PROBES)('$gate', (probe) => {
  test('on', () => {
    expect(probe.run(gatesFor(probe, true))).toBe(probe.on);
  });
  test('off', () => {
    expect(probe.run(gatesFor(probe, false))).toBe(probe.off);
  });
});

/** Gates that the source names as a field or in quotes, comments aside. */
function namedInSource(): Set<FeatureName> {
  const root = new URL('../../../src/', import.meta.url);
  const named = new Set<FeatureName>();
  for (const room of ['runtime', 'bank', 'sbpf', 'crypto', 'program']) {
    for (const file of readdirSync(new URL(room, root), { recursive: true, encoding: 'utf8' })) {
      if (!file.endsWith('.ts') || file.endsWith('.test.ts') || file === 'features.ts') continue;
      const code = readFileSync(new URL(`${room}/${file}`, root), 'utf8').replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, '');
      for (const [, field, text] of code.matchAll(/\.([a-z0-9_]+)\b|'([a-z0-9_]+)'/g)) {
        const name = (field ?? text) as FeatureName;
        if (FEATURE_NAMES.includes(name)) named.add(name);
      }
    }
  }
  return named;
}

test('every gate has a probe or a reason to have none', () => {
  const probed = new Set(PROBES.map(({ gate }) => gate));
  const reasons = Object.values(NOT_CONSULTED).flat();
  expect([...probed, ...reasons].sort()).toEqual([...FEATURE_NAMES].sort());
  expect(reasons.filter((name) => namedInSource().has(name))).toEqual([]);
});
