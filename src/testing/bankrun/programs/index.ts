// The programs that a bankrun starts with: the builds of solana-program-test 1.18. To add one, add it to
// scripts/bundle-programs.mjs and run that with `--write`. Where the project was built without `solana-bankrun` the modules
// have no program, and what stands at the address is the bank's, of today.

import type { BundledProgram } from '../../../bank/bundled/index.ts';
import { program as associatedToken } from './associated-token.generated.ts';
import { program as memo } from './memo.generated.ts';
import { program as memoV1 } from './memo-v1.generated.ts';
import { program as token } from './token.generated.ts';
import { program as token2022 } from './token-2022.generated.ts';

export const PROGRAMS_OF_1_18: readonly BundledProgram[] = [token, token2022, associatedToken, memoV1, memo].filter(
  (program) => program !== undefined,
);
