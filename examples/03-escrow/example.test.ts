import { expect, test } from 'vitest';
import 'parhelion/vitest';
import { SOL, Stage } from '../support/stage.ts';
import { playOn } from './example.ts';

test('what a bump is for, and what it costs', async () => {
  const { outcomes, alice, bump } = await playOn(new Stage());
  for (const title of ['seeds alone', 'the bump searched for', 'the bump passed'] as const) {
    expect(outcomes[title], title).toSucceed();
    expect(outcomes[title], title).toChangeLamports(alice.address, SOL);
  }
  expect(outcomes['seeds on the curve']).toFailWith('BadSeeds');
  expect(outcomes['a wrong bump passed']).not.toSucceed();
  // The search: one try for each bump from 255 down.
  const saved =
    outcomes['the bump searched for'].computeUnitsConsumed - outcomes['the bump passed'].computeUnitsConsumed;
  expect(saved).toBe(1500n * BigInt(256 - bump));
});
