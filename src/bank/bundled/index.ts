// The programs every bank starts with. To add one, add it to scripts/bundle-programs.mjs and run that with `--write`.

import type { RuntimeFeatures } from '../../runtime/features.ts';
import { program as addressLookupTable } from './address-lookup-table.generated.ts';
import { program as associatedToken } from './associated-token.generated.ts';
import type { BundledProgram } from './bundled-program.ts';
import { program as memo } from './memo.generated.ts';
import { program as memoV1 } from './memo-v1.generated.ts';
import { program as stake } from './stake.generated.ts';
import { program as token } from './token.generated.ts';
import { program as token35 } from './token-3.5.generated.ts';
import { program as token2022 } from './token-2022.generated.ts';

export { withAhead } from './ahead.ts';
export { type BundledProgram, bundledElf } from './bundled-program.ts';

const PROGRAMS: readonly BundledProgram[] = [token2022, associatedToken, memoV1, memo, addressLookupTable, stake];

/** The programs of a bank with these features. Source: litesvm crates/litesvm/src/programs/mod.rs. */
export function bundledPrograms(features: RuntimeFeatures): readonly BundledProgram[] {
  return [features.replace_spl_token_with_p_token ? token : token35, ...PROGRAMS];
}
