// Where an account's flags came from, from the outside in: the transaction's header (or its lookup table), the top-level
// instruction, the metas that each program wrote into its call, the seeds it signed with.

import { type FlagOrigin, flagWords } from './explanation.ts';
import type { ShowAddress } from './failure-text.ts';
import type { CallFrame, TransactionTrace } from './transaction-trace.ts';

export function flagOrigins(
  trace: TransactionTrace,
  path: readonly CallFrame[],
  address: string,
  show: ShowAddress,
): FlagOrigin[] {
  const origins: FlagOrigin[] = [];
  const index = trace.accounts.findIndex((account) => account.address === address);
  if (index < 0) {
    const text = 'The transaction does not list it.';
    return [{ where: 'transaction', path: [], isSigner: false, isWritable: false, text }];
  }
  const { isSigner, isWritable } = trace.accounts[index];
  const text = `The transaction lists it as account #${index}: ${flagWords({ isSigner, isWritable })}${index === 0 ? ' (it pays the fee)' : ''}.`;
  origins.push({ where: 'transaction', path: [], isSigner, isWritable, text });
  path.forEach((frame, depth) => {
    const account = frame.accounts.find((each) => each.address === address);
    const program = nameOfProgram(frame, show);
    if (account === undefined) {
      const missing =
        depth === 0 ? `Instruction #${frame.path[0]} does not name it.` : `The call to ${program} does not name it.`;
      origins.push({
        where: depth === 0 ? 'instruction' : 'call',
        path: frame.path,
        isSigner: false,
        isWritable: false,
        text: missing,
      });
      return;
    }
    const flags = { isSigner: account.isSigner, isWritable: account.isWritable };
    const role = account.role === null ? '' : ` as \`${account.role}\``;
    if (depth === 0) {
      origins.push({
        where: 'instruction',
        path: frame.path,
        ...flags,
        text: `Instruction #${frame.path[0]} to ${program} names it${role}: ${flagWords(flags)}.`,
      });
      return;
    }
    const caller = nameOfProgram(path[depth - 1], show);
    const seeds = account.isPdaSigner ? ', its signature by PDA seeds' : '';
    origins.push({
      where: 'call',
      path: frame.path,
      ...flags,
      text: `${caller}'s own metas in its call to ${program} ask for it${role}: ${flagWords(flags)}${seeds}.`,
    });
  });
  return origins;
}

export function nameOfProgram(frame: CallFrame, show: ShowAddress): string {
  return frame.programName ?? (frame.programAddress === null ? 'a program' : show(frame.programAddress));
}
