// The listings in the README and in docs/ are those of the examples that run.
import { expect, test } from 'vitest';
// @ts-expect-error a script without types
import { pages } from '../scripts/embed-listings.mjs';

test.each((pages() as { name: string; page: string; expected: string }[]).map((each) => [each.name, each] as const))(
  '%s shows the code that runs (else: node scripts/embed-listings.mjs)',
  (_name, { page, expected }) => {
    expect(page).toBe(expected);
  },
);
