// What stands at a moment, for users: the state that a replay stopped in, or that a recording kept, with the names that the
// trace gives to accounts and roles. Everything is a copy.

import type { RewindAccount, RewindFrame, RewindMoment, RewindPoint } from '../trace/rewind.ts';
import type { Snapshot } from '../trace/state-journal.ts';
import type { AccountState, CallFrame, LogLine, TracedAccount } from '../trace/transaction-trace.ts';
import { toAddress } from './kit.ts';
import type { StilledMachine } from './rewind-machine.ts';

export interface PointFacts {
  readonly moment: RewindMoment;
  /** What the moment's frame did, by the trace; undefined at the start and the end. */
  readonly call: CallFrame | undefined;
  readonly unitsConsumed: number;
  readonly unitsRemaining: number;
  readonly lines: readonly LogLine[];
  /** As the runtime has them. */
  readonly before: readonly Snapshot[];
  readonly now: readonly Snapshot[];
  readonly traced: readonly TracedAccount[];
  readonly machine: StilledMachine | undefined;
}

export class StilledPoint implements RewindPoint {
  readonly moment: RewindMoment;
  readonly unitsConsumed: number;
  readonly unitsRemaining: number;
  readonly machine: StilledMachine | null;
  readonly #facts: PointFacts;
  #accounts: readonly RewindAccount[] | undefined;

  constructor(facts: PointFacts) {
    this.moment = facts.moment;
    this.unitsConsumed = facts.unitsConsumed;
    this.unitsRemaining = facts.unitsRemaining;
    this.machine = facts.machine ?? null;
    this.#facts = facts;
  }

  get logs(): readonly string[] {
    const logs: string[] = [];
    let isTruncated = false;
    for (const { line, isKept } of this.#facts.lines) {
      if (isKept) logs.push(line);
      else if (!isTruncated) {
        isTruncated = true;
        logs.push('Log truncated');
      }
    }
    return logs;
  }

  get accounts(): readonly RewindAccount[] {
    return (this.#accounts ??= this.#readAccounts());
  }

  #readAccounts(): readonly RewindAccount[] {
    const { moment, call, traced, before, now, machine } = this.#facts;
    const inMemory = moment.type === 'step' ? machine?.accounts() : undefined;
    return traced.map((account, i) => {
      const place = call?.accounts.findIndex(({ address }) => address === account.address) ?? -1;
      const held = place < 0 ? account : call!.accounts[place];
      return {
        address: account.address,
        name: account.name,
        role: place < 0 ? null : call!.accounts[place].role,
        place,
        isSigner: held.isSigner,
        isWritable: held.isWritable,
        before: stateOf(before[i]),
        now: stateOf(inMemory?.get(i) ?? now[i]),
      };
    });
  }
}

function stateOf({ lamports, owner, executable, data }: Snapshot): AccountState {
  return { lamports, owner: toAddress(owner), executable, data: data.slice() };
}

/** A frame's name and counts, for lists. */
export function frameOf(
  { path, stepCount, callerStep }: Pick<RewindFrame, 'path' | 'stepCount'> & { readonly callerStep: number },
  call: CallFrame | undefined,
): RewindFrame {
  return {
    path,
    programAddress: call?.programAddress ?? null,
    name: call?.programName ?? call?.programAddress ?? 'a call that could not be read',
    instruction: call?.instruction?.name ?? null,
    stepCount,
    callerStep: callerStep < 0 ? null : callerStep,
  };
}
