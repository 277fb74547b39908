import { expect, test } from 'vitest';
import 'parhelion/vitest';
import { Stage } from '../support/stage.ts';
import { playOn } from './example.ts';

test('both do the same; the bundle costs less and trusts more', async () => {
  const { outcomes, till } = await playOn(new Stage());
  const bundle = outcomes['three instructions'];
  const cpi = outcomes['one, with CPIs'];
  for (const outcome of [bundle, cpi]) {
    expect(outcome).toSucceed();
    expect(outcome).toChangeTokens(till, 250n);
    expect(outcome).toLog('delivered');
  }
  expect(bundle.computeUnitsConsumed).toBeLessThan(cpi.computeUnitsConsumed);
  expect(outcomes['the bundle without paying']).toSucceed();
});
