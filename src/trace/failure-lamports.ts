// An account that has too few lamports for what is to be taken from it: how many are lacking, whether the fee is why, and
// what to do about it. From what the rule looked at.

import type { ShowAddress } from './failure-text.ts';
import type { CallFrame, RefusalFacts, TransactionTrace } from './transaction-trace.ts';
import { numberText } from './value-text.ts';

export function lamportsText(lamports: number | bigint): string {
  return `${numberText(lamports)} lamport${BigInt(lamports) === 1n ? '' : 's'}`;
}

/**
 * Undefined where the rule did not ask for lamports.
 *
 * @param who the account, with its role
 */
export function describeLack(
  trace: TransactionTrace,
  frame: CallFrame,
  { asked, limit, actual, account }: RefusalFacts,
  who: string,
  show: ShowAddress,
): { readonly sentence: string; readonly fix: string } | undefined {
  if (asked !== 'lamports' || account === null || limit === null || actual === null) return undefined;
  const [have, need] = [BigInt(limit), BigInt(actual)];
  if (have >= need) return undefined;
  const isPayer = trace.accounts[0]?.address === account && trace.fee > 0n;
  const missing = need - have;
  const after = isPayer ? ` after the transaction's fee of ${numberText(trace.fee)}` : '';
  const name = frame.instruction?.name ?? '';
  // What a program takes by a call, and what a new account is to hold, is not for the sender to lower.
  const asks = frame.instruction?.args['withdrawAmount'] ?? frame.instruction?.args['lamports'];
  if (name.startsWith('Withdraw') && typeof asks === 'bigint' && asks < need) {
    const keep = need - asks;
    const rest = have > keep ? `${lamportsText(have - keep)} at most, or all ` : 'all ';
    return {
      sentence: `${who} has ${lamportsText(have)}, of which ${numberText(keep)} must stay as long as it is there; ${numberText(asks)} are asked for.`,
      fix: `Withdraw ${rest}${numberText(have)} of it.`,
    };
  }
  const isOpen = frame.path.length === 1 && name.startsWith('Transfer') && have > 0n;
  const fee = isPayer && have + trace.fee >= need && isOpen ? 'Leave the fee to the payer: ' : '';
  const most = isOpen ? `${fee === '' ? 'Move' : 'move'} at most ${lamportsText(have)}, or give` : 'Give';
  return {
    sentence: `${who} has ${lamportsText(have)}${after}, and ${need === 1n ? '1 is' : `${numberText(need)} are`} asked for.`,
    fix: `${fee}${most} ${show(account)} ${lamportsText(missing)} more before.`,
  };
}
