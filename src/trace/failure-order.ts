// Whether a later instruction, which never ran, would have made what the failing one lacked: then their order is wrong.
// A reading of the instructions' names and of the places of their accounts.

import type { Finding } from './explain-view.ts';
import { frameWords } from './failure-history-text.ts';
import type { ShowAddress } from './failure-text.ts';
import type { CallFrame, TransactionTrace } from './transaction-trace.ts';

export interface LaterHelp {
  readonly sentence: string;
  readonly fix: string;
}

const ABSENT: ReadonlySet<Finding['kind']> = new Set(['missing', 'absent', 'uninitialized']);
/** Roles of accounts that are there before, whatever is made. */
const GIVEN_ROLE = /payer|funding|owner|authority|base|source|^from|mint$/i;

export function laterHelp(
  trace: TransactionTrace,
  path: readonly CallFrame[],
  { kind, account }: Pick<Finding, 'kind' | 'account'>,
  show: ShowAddress,
): LaterHelp | undefined {
  if (account === undefined) return undefined;
  const isAbsent = ABSENT.has(kind);
  if (!isAbsent && kind !== 'funds') return undefined;
  const names = isAbsent ? /^(Create|Initialize)/ : /^(Transfer|MintTo)/;
  const later = trace.instructions.find(({ verdict, instruction, accounts }) => {
    if (verdict !== 'notRun' || instruction === null || !names.test(instruction.name)) return false;
    const place = accounts.findIndex(({ address }) => address === account);
    if (place < 0 || !accounts[place].isWritable) return false;
    const isMintMade = instruction.name.startsWith('InitializeMint') && place === 0;
    return isMintMade || !GIVEN_ROLE.test(accounts[place].role ?? '');
  });
  if (later === undefined) return undefined;
  const who = frameWords(later, [], show);
  const failed = `instruction #${path[0].path[0]}`;
  const what = isAbsent ? `makes ${show(account)}` : `brings something into ${show(account)}`;
  return { sentence: `Only ${who}, which comes after, ${what}.`, fix: `Put ${who} before ${failed}.` };
}
