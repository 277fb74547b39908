// A few hostile inputs for each target, always the same ones; `npm run conformance -- hostile --count 1000000` throws many.

import { describe, test } from 'vitest';
import { allTargets } from './all.ts';

const RUNS = 40;

describe('hostile input is refused as documented', () => {
  test.each(allTargets().map((target) => [target.name, target] as const))('%s', (_, { weight, run }) => {
    run({ numRuns: Math.ceil(RUNS * weight), seed: 20261121 });
  });
});
