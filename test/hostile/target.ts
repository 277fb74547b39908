// What hostile inputs are thrown at: something that reads input from outside, with the inputs made for it. The promise is
// the same everywhere: it returns, or throws an error of a documented kind, soon and without growing.

import fc from 'fast-check';
import { ParhelionError, Verdict } from '../../src/wire/errors.ts';

export interface Target {
  readonly name: string;
  /** How many inputs it gets, beside the others; 1 is usual. */
  readonly weight: number;
  /** Throws the inputs, and what a broken promise threw. `onRun` is called behind each input, not for those tried to shrink one. */
  readonly run: (options: { readonly numRuns: number; readonly seed: number; readonly onRun?: () => void }) => void;
}

/** Other kinds of errors that a target's own contract names. */
export type IsDocumented = (error: unknown) => boolean;

export function target<I>(
  name: string,
  inputs: fc.Arbitrary<I>,
  read: (input: I) => unknown,
  { weight = 1, isDocumented = () => false }: { readonly weight?: number; readonly isDocumented?: IsDocumented } = {},
): Target {
  return {
    name,
    weight,
    run: ({ numRuns, seed, onRun }) => {
      let isShrinking = false;
      const property = fc.property(inputs, (input) => {
        try {
          read(input);
        } catch (error) {
          if (isOfOurKinds(error) || isDocumented(error)) return;
          isShrinking = true;
          throw error;
        } finally {
          if (!isShrinking) onRun?.();
        }
      });
      fc.assert(property, { numRuns, seed, endOnFailure: false });
    },
  };
}

/** A caller's mistake with its code, or the chain's answer. */
function isOfOurKinds(error: unknown): boolean {
  return error instanceof ParhelionError ? typeof error.code === 'string' : error instanceof Verdict;
}
