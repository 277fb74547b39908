// Where an account's flags came from, from the outside in: the transaction's header (or its lookup table), the top-level
// instruction, the metas that each program wrote into its call, the seeds it signed with.

import { type FlagOrigin, flagWords } from './explanation.ts';
import type { ShowAddress } from './failure-text.ts';
import { seedWords } from './seeds.ts';
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
  const { isSigner, isWritable, lookup, isDemoted } = trace.accounts[index];
  const words = flagWords({ isSigner, isWritable });
  const text =
    lookup === undefined
      ? `The transaction lists it as account #${index}: ${words}${index === 0 ? ' (it pays the fee)' : ''}.`
      : `Lookup table ${tableText(lookup.table, show)} adds it as account #${index}, from its index ${lookup.index}: ${words}.`;
  const demoted = isDemoted === true ? ` ${demotion(lookup === undefined ? 'It is listed' : 'It is looked up')}` : '';
  const origin = { where: 'transaction', path: [], isSigner, isWritable, text: text + demoted } as const;
  origins.push(lookup === undefined ? origin : { ...origin, lookup });
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
    const signer = account.isPdaSigner ? frame.signers.find((each) => each.address === address) : undefined;
    const given =
      signer === undefined || signer.seeds.length === 0 ? 'PDA seeds' : `the seeds ${seedWords(signer.seeds, show)}`;
    const seeds = account.isPdaSigner ? `, its signature by ${given}` : '';
    origins.push({
      where: 'call',
      path: frame.path,
      ...flags,
      text: `${caller}'s own metas in its call to ${program} ask for it${role}: ${flagWords(flags)}${seeds}.`,
    });
  });
  return origins;
}

/** A table by its name, where it has one, and by all of its address. */
function tableText(table: string, show: ShowAddress): string {
  const shown = show(table);
  return shown.includes('…') || shown === table ? table : `${shown} (${table})`;
}

function demotion(how: string): string {
  return `${how} as writable, but the runtime lets nobody write programs and sysvars in a transaction.`;
}

export function nameOfProgram(frame: CallFrame, show: ShowAddress): string {
  return frame.programName ?? (frame.programAddress === null ? 'a program' : show(frame.programAddress));
}
