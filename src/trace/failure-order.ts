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

/** What would have helped, by what stands out. */
const HELP: Readonly<Partial<Record<Finding['kind'], RegExp>>> = {
  missing: /^(Create|Initialize)/,
  absent: /^(Create|Initialize)/,
  uninitialized: /^(Create|Initialize)/,
  funds: /^(Transfer|MintTo)/,
  frozen: /^Thaw/,
  owner: /^(Approve|SetAuthority)/,
  space: /^Initialize(?!Mint2?$|Account[23]?$|Multisig2?$)/,
};
/** Roles of accounts that are there before, whatever is made. */
const GIVEN_ROLE = /payer|funding|owner|authority|base|source|^from|mint$/i;

export function laterHelp(
  trace: TransactionTrace,
  path: readonly CallFrame[],
  { kind, account }: Pick<Finding, 'kind' | 'account'>,
  show: ShowAddress,
): LaterHelp | undefined {
  const names = HELP[kind];
  // Whose authority is wrong is said of the one who has none; what it has none over comes first in the call.
  const about = kind === 'owner' ? path[path.length - 1].accounts[0]?.address : account;
  if (names === undefined || about === undefined) return undefined;
  const later = trace.instructions.find(({ verdict, instruction, accounts }) => {
    if (verdict !== 'notRun' || instruction === null || !names.test(instruction.name)) return false;
    const place = accounts.findIndex(({ address }) => address === about);
    if (place < 0 || !accounts[place].isWritable) return false;
    return place === 0 ? kind !== 'funds' : !GIVEN_ROLE.test(accounts[place].role ?? '');
  });
  if (later === undefined) return undefined;
  const who = frameWords(later, [], show);
  const failed = `instruction #${path[0].path[0]}`;
  return {
    sentence: `${WORDS[kind] ?? 'What would make it good'} comes only after: ${who}.`,
    fix: `Put ${who} before ${failed}.`,
  };
}

const WORDS: Readonly<Partial<Record<Finding['kind'], string>>> = {
  missing: 'What makes it',
  absent: 'What makes it',
  uninitialized: 'What initializes it',
  funds: 'What brings something into it',
  frozen: 'What thaws it',
  owner: 'What gives the authority',
  space: 'An extension that takes space',
};
