import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { renderModules } from './modules.ts';

test('generated modules are what the emitters write', () => {
  for (const [file, text] of renderModules()) {
    const current = readFileSync(new URL(`./${file}`, import.meta.url), 'utf8');
    expect(current === text, `${file} is stale: run npx tsx scripts/emit-crypto-modules.ts`).toBe(true);
  }
});
