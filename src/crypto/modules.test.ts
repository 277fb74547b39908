import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { renderModules } from './modules.ts';

test('modules.generated.ts is what the emitters write', () => {
  const current = readFileSync(new URL('./modules.generated.ts', import.meta.url), 'utf8');
  expect(current === renderModules(), 'stale: run npx tsx scripts/emit-crypto-modules.ts').toBe(true);
});
