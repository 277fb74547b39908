// Sysvars that an instruction must name as accounts, though they are read from the cache.
// Source: agave program-runtime/src/sysvar_cache.rs, get_sysvar_with_account_check.

import type { Pubkey } from '../../wire/pubkey.ts';
import { CLOCK_ID, RECENT_BLOCKHASHES_ID, RENT_ID } from '../addresses.ts';
import { fail } from '../errors.ts';
import type { InvokeContext } from '../invoke-context.ts';
import type { Clock, RecentBlockhashes, Rent } from '../sysvars/layouts.ts';

const SOURCE = 'agave program-runtime/src/sysvar_cache.rs';

export function clockWithAccountCheck(context: InvokeContext, index: number): Clock {
  checkSysvarAccount(context, index, CLOCK_ID);
  return clockOf(context);
}

export function rentWithAccountCheck(context: InvokeContext, index: number): Rent {
  checkSysvarAccount(context, index, RENT_ID);
  return rentOf(context);
}

export function recentBlockhashesWithAccountCheck(context: InvokeContext, index: number): RecentBlockhashes {
  checkSysvarAccount(context, index, RECENT_BLOCKHASHES_ID);
  return context.environment.sysvars.recentBlockhashes ?? refuseUnsupported(RECENT_BLOCKHASHES_ID);
}

/** From the cache alone. */
export function clockOf(context: InvokeContext): Clock {
  return context.environment.sysvars.clock ?? refuseUnsupported(CLOCK_ID);
}

/** From the cache alone. */
export function rentOf(context: InvokeContext): Rent {
  return context.environment.sysvars.rent ?? refuseUnsupported(RENT_ID);
}

export function checkSysvarAccount(context: InvokeContext, index: number, id: Pubkey): void {
  const account = context.current.keyAt(index);
  if (account.equals(id)) return;
  fail('InvalidArgument', {
    rule: 'check_sysvar_account',
    source: SOURCE,
    account,
    detail: `account ${index} must be ${id}`,
  });
}

export function refuseUnsupported(account: Pubkey): never {
  fail('UnsupportedSysvar', { rule: 'sysvar_cache', source: SOURCE, account });
}
