// From what was recorded to the tree that people and tools read: names and decodes instructions, says of each account
// what was held and asked, splits the compute units, adds up the changes, and finds the frame where a failure began.

import type { InstructionFailure, Refusal } from '../runtime/errors.ts';
import type { Instruction } from '../runtime/execution-events.ts';
import type { Fault } from '../runtime/fault.ts';
import type { InstructionContext, TransactionContext } from '../runtime/transaction-context.ts';
import type { Verdict } from '../wire/errors.ts';
import type { Pubkey } from '../wire/pubkey.ts';
import { displayTransactionError, type InstructionError } from '../wire/transaction-error.ts';
import { findNamesInFrame, findNamesInRefusal, findNamesInState } from './found-names.ts';
import { addressOf, type FrameReader, type RoledAccount } from './frame-reader.ts';
import type { FieldMaker } from './lazy-fields.ts';
import { type FrameFields, frameOf, traceOf, wholeFrame } from './plain-objects.ts';
import { type OutcomeFacts, programOf, type RecordedFrame, type TransactionMeta } from './recorder.ts';
import { readSeeds } from './seeds.ts';
import { composeDeltas, type Delta, type Snapshot, type StateJournal } from './state-journal.ts';
import type {
  AccountChange,
  AccountState,
  CallFrame,
  Derivation,
  Flags,
  FrameComputeUnits,
  FrameFailure,
  FrameFault,
  FrameStep,
  PdaSigner,
  RefusalFacts,
  TracedAccount,
  TransactionTrace,
} from './transaction-trace.ts';

export interface Recording {
  readonly topLevel: readonly RecordedFrame[];
  readonly transaction: TransactionContext | undefined;
  readonly journal: StateJournal<RecordedFrame> | undefined;
  readonly computeUnitLimit: number | undefined;
}

/** @param refusal of the transaction as a whole */
export function buildTrace(
  recording: Recording,
  facts: OutcomeFacts,
  refusal: Refusal | undefined,
  reader: FrameReader,
): TransactionTrace {
  return new TreeBuilder(recording, facts, reader).build(refusal);
}

class TreeBuilder implements FieldMaker {
  readonly #recording: Recording;
  readonly #facts: OutcomeFacts;
  readonly #reader: FrameReader;
  #trace: TransactionTrace | undefined;

  constructor(recording: Recording, facts: OutcomeFacts, reader: FrameReader) {
    this.#recording = recording;
    this.#facts = facts;
    this.#reader = reader;
  }

  build(refusal: Refusal | undefined): TransactionTrace {
    const { topLevel, transaction, computeUnitLimit } = this.#recording;
    const { error, fee, isFeeCharged = true, computeUnitsConsumed: consumed } = this.#facts;
    const instructions = topLevel.map((frame, i) => this.#frame(frame, [i]));
    const listed = this.#facts.instructions ?? [];
    for (let i = instructions.length; i < listed.length; i++) instructions.push(this.#notRun(listed[i], i));
    return (this.#trace = traceOf(
      {
        verdict: error === undefined ? 'success' : transaction === undefined ? 'refused' : 'failed',
        error: error ?? null,
        errorText: error === undefined ? null : displayTransactionError(error),
        refusal: refusal === undefined ? null : refusalFacts(refusal),
        fee,
        isFeeCharged,
        computeUnits: { consumed, limit: this.#facts.computeUnitLimit ?? computeUnitLimit ?? null },
        instructions,
      },
      this,
    ));
  }

  /** The trace's lazy fields. */
  make(name: string): unknown {
    if (name === 'signature') return this.#facts.signature ?? null;
    return name === 'accounts' ? this.#accounts() : this.#findNames();
  }

  #findNames(): Readonly<Record<string, string>> {
    const { names } = this.#reader;
    const { instructions, refusal } = this.#trace!;
    const { journal } = this.#recording;
    for (const frame of instructions) findNamesInFrame(frame, names);
    findNamesInRefusal(refusal, names);
    const after = journal?.after();
    this.#trace!.accounts.forEach(({ address, lookup }, i) => {
      for (const state of [journal?.before[i], after?.[i]]) if (state !== undefined) findNamesInState(state, names);
      names.find(address);
      if (lookup !== undefined) names.find(lookup.table);
    });
    return names.found;
  }

  #frame(recorded: RecordedFrame, path: readonly number[]): CallFrame {
    const program = programOf(recorded);
    const { context, asked } = recorded;
    const data = context?.data ?? asked?.data ?? new Uint8Array(0);
    const steps: FrameStep[] = [];
    let callCount = 0;
    for (const step of recorded.steps) {
      if ('line' in step) steps.push({ type: 'log', kind: step.kind, line: step.line, isKept: step.isKept });
      else steps.push({ type: 'call', frame: this.#frame(step, [...path, callCount++]) });
    }
    const accounts = this.#frameAccounts(recorded);
    const { returnData, signers, syscalls, derivations, journalStart, journalEnd } = recorded;
    const failure = this.#failure(recorded, program);
    const fields: FrameFields = {
      path,
      verdict: failure === null ? 'success' : recorded.isEntered ? 'failed' : 'refused',
      programAddress: program === undefined ? null : addressOf(program),
      programName: program === undefined ? null : this.#reader.programName(program),
      stackHeight: recorded.stackHeight,
      abi: recorded.abi ?? null,
      instruction: this.#reader.instruction(program, accounts, data),
      data: data.slice(),
      accounts,
      signers: signers.length === 0 ? [] : undefined,
      computeUnits: unitsOf(recorded, steps),
      steps,
      returnData:
        returnData === undefined ? null : { programAddress: addressOf(returnData.programId), data: returnData.data },
      ownChanges: journalStart === journalEnd ? [] : undefined,
      changes: journalStart === journalEnd ? [] : undefined,
      failure,
      syscalls: syscalls.length === 0 ? [] : syscalls.map(({ name, count, units }) => ({ name, count, units })),
      heapUnits: recorded.heapUnits,
      derivations: derivations.length === 0 ? [] : undefined,
      fault: recorded.fault === undefined ? null : faultOf(recorded.fault),
    };
    const isWhole = signers.length === 0 && journalStart === journalEnd && derivations.length === 0;
    return isWhole ? wholeFrame(fields) : frameOf(fields, { make: (name) => this.#frameField(recorded, name) });
  }

  #frameField(recorded: RecordedFrame, name: string): unknown {
    if (name === 'changes') return this.#changes(recorded, 'all');
    if (name === 'ownChanges') return this.#changes(recorded, 'own');
    if (name === 'derivations') return recorded.derivations.map(derivationOf);
    return recorded.signers.map((signer): PdaSigner => {
      return { address: addressOf(signer.address), seeds: readSeeds(signer.seeds) };
    });
  }

  #notRun(instruction: Instruction, index: number): CallFrame {
    const { programId, data } = instruction;
    const accounts = instruction.accounts.map((meta) => {
      return this.#reader.account(meta.pubkey, this.#indexOf(meta.pubkey), meta, null, null, false);
    });
    return {
      path: [index],
      verdict: 'notRun',
      programAddress: addressOf(programId),
      programName: this.#reader.programName(programId),
      stackHeight: 1,
      abi: null,
      instruction: this.#reader.instruction(programId, accounts, data),
      data: data.slice(),
      accounts,
      signers: [],
      computeUnits: { own: 0, total: 0, call: 0, forfeited: 0 },
      steps: [],
      returnData: null,
      ownChanges: [],
      changes: [],
      failure: null,
      syscalls: [],
      heapUnits: 0,
      derivations: [],
      fault: null,
    };
  }

  #frameAccounts(recorded: RecordedFrame): RoledAccount[] {
    const { context, asked, signers } = recorded;
    const caller = recorded.parent?.context;
    const isPdaSigner = (key: Pubkey, isSigner: boolean): boolean => {
      return isSigner && signers.some((signer) => signer.address.equals(key));
    };
    if (context !== undefined && (recorded.isEntered || asked === undefined)) {
      return context.accounts.map((account, i) => {
        const { key } = context.transaction.accounts[account.indexInTransaction];
        const meta = asked?.accounts[i];
        return this.#reader.account(
          key,
          account.indexInTransaction,
          account,
          meta === undefined ? null : flagsOf(meta),
          heldBy(caller, account.indexInTransaction),
          isPdaSigner(key, account.isSigner),
        );
      });
    }
    const metas = asked?.accounts ?? [];
    return metas.map((meta) => {
      const repeats = metas.filter((other) => other.pubkey.equals(meta.pubkey));
      const merged = { isSigner: repeats.some((m) => m.isSigner), isWritable: repeats.some((m) => m.isWritable) };
      const index = this.#recording.transaction?.indexOf(meta.pubkey) ?? -1;
      return this.#reader.account(
        meta.pubkey,
        this.#indexOf(meta.pubkey),
        merged,
        flagsOf(meta),
        heldBy(caller, index),
        isPdaSigner(meta.pubkey, merged.isSigner),
      );
    });
  }

  #indexOf(key: Pubkey): number {
    const { transaction } = this.#recording;
    if (transaction !== undefined) return transaction.indexOf(key);
    return this.#facts.accounts?.findIndex((meta) => meta.pubkey.equals(key)) ?? -1;
  }

  #failure(recorded: RecordedFrame, program: Pubkey | undefined): FrameFailure | null {
    const failure = recorded.failure ?? recorded.attemptFailure;
    if (failure === undefined) return null;
    const error = errorOf(failure);
    const root = rootOf(failure);
    const isOrigin = !recorded.steps.some((step) => !('line' in step) && isSameFailure(step, failure));
    const isCustom = typeof error !== 'string';
    const { refusal } = root as { refusal?: Refusal };
    const custom =
      isCustom && isOrigin && program !== undefined
        ? this.#reader.decoders.describeError(addressOf(program), error.Custom)
        : null;
    const isIdlSilent =
      custom === null &&
      isCustom &&
      isOrigin &&
      program !== undefined &&
      this.#reader.decoders.hasIdl(addressOf(program));
    const stage = !recorded.isEntered ? 'before' : recorded.failure === undefined ? 'after' : 'run';
    return {
      error,
      kind: 'error' in root ? (isCustom ? 'Custom' : error) : 'kind' in root ? String(root.kind) : 'Verdict',
      text: root.text,
      custom,
      ...(isIdlSilent ? { isIdlSilent } : {}),
      isOrigin,
      stage,
      callStep: stage === 'run' ? null : (recorded.step ?? null),
      refusal: refusal === undefined || !isOrigin ? null : refusalFacts(refusal),
    };
  }

  #changes(recorded: RecordedFrame, which: 'own' | 'all'): AccountChange[] {
    const { journal } = this.#recording;
    if (journal === undefined) return [];
    const { journalStart, journalEnd } = recorded;
    if (journalEnd === journalStart) return [];
    if (journalEnd === journalStart + 1) {
      // Most frames: they made no calls and changed each account once.
      const { frame, deltas } = journal.steps[journalStart];
      return which === 'own' && frame !== recorded ? [] : deltas.map((delta) => this.#change(delta));
    }
    const changes: Delta[] = [];
    const open = new Map<number, Delta[]>();
    const close = (index: number) => {
      const net = composeDeltas(open.get(index)!);
      if (net !== undefined) changes.push(net);
      open.delete(index);
    };
    for (const step of journal.steps.slice(journalStart, journalEnd)) {
      for (const delta of step.deltas) {
        if (which === 'own' && step.frame !== recorded) {
          if (open.has(delta.index)) close(delta.index);
          continue;
        }
        const deltas = open.get(delta.index);
        if (deltas === undefined) open.set(delta.index, [delta]);
        else deltas.push(delta);
      }
    }
    for (const index of [...open.keys()]) close(index);
    return changes.map((delta) => this.#change(delta));
  }

  #change(delta: Delta): AccountChange {
    return this.#reader.change(this.#recording.transaction!.accounts[delta.index].key, delta);
  }

  #accounts(): TracedAccount[] {
    const { transaction, journal, topLevel } = this.#recording;
    const metas = this.#facts.accounts;
    if (transaction === undefined || journal === undefined) {
      return (metas ?? []).map((meta) => ({ ...this.#account(meta.pubkey, meta, null, null), ...listingOf(meta) }));
    }
    const after = journal.after();
    // The runtime may have added accounts of its own behind those of the message.
    return transaction.accounts.slice(0, metas?.length).map(({ key }, i) => {
      const flags = metas?.[i] ?? flagsAtTopLevel(topLevel, i);
      const before = stateOf(journal.before[i]);
      const account = this.#account(key, flags, before, after[i] === journal.before[i] ? before : stateOf(after[i]));
      return metas === undefined ? account : { ...account, ...listingOf(metas[i]) };
    });
  }

  #account(key: Pubkey, flags: Flags, before: AccountState | null, after: AccountState | null): TracedAccount {
    return {
      address: addressOf(key),
      name: this.#reader.names.nameOf(addressOf(key)),
      ...flagsOf(flags),
      before,
      after,
    };
  }
}

/** How an account came into the transaction. */
function listingOf({ lookup, isDemoted }: TransactionMeta): Pick<TracedAccount, 'lookup' | 'isDemoted'> {
  const demoted = isDemoted === true ? { isDemoted } : {};
  if (lookup === undefined) return demoted;
  return { lookup: { table: addressOf(lookup.table), index: lookup.index }, ...demoted };
}

/** A copy: the data may be that of a stored account, which whoever reads the trace must not reach. */
function stateOf({ lamports, owner, executable, data }: Snapshot): AccountState {
  return { lamports, owner: addressOf(owner), executable, data: data.slice() };
}

function derivationOf({
  seeds,
  programId,
  address: derived,
  bump,
  step,
}: RecordedFrame['derivations'][number]): Derivation {
  return {
    programAddress: addressOf(programId),
    seeds: readSeeds(seeds),
    address: derived === undefined ? null : addressOf(derived),
    bump: bump ?? null,
    step,
  };
}

function faultOf({ place, callStack, registers, code, syscall, access }: Fault): FrameFault {
  return {
    place,
    callStack,
    registers,
    code,
    syscall: syscall ?? null,
    access:
      access === undefined
        ? null
        : {
            access: access.access,
            vmAddr: access.vmAddr,
            length: access.len,
            words: access.words,
            account: access.account === undefined ? null : addressOf(access.account),
          },
  };
}

function refusalFacts({ rule, source, account, program, asked, held, limit, actual, detail }: Refusal): RefusalFacts {
  return {
    rule,
    source,
    account: account === undefined ? null : addressOf(account),
    program: program === undefined ? null : addressOf(program),
    asked: asked ?? null,
    held: held === undefined ? null : flagsOf(held),
    limit: limit ?? null,
    actual: actual ?? null,
    detail: detail ?? null,
  };
}

function flagsOf({ isSigner, isWritable }: Flags): Flags {
  return { isSigner, isWritable };
}

/** What the caller's instruction holds of an account: the place where it is named first decides, as in Agave. */
function heldBy(caller: InstructionContext | undefined, indexInTransaction: number): Flags | null {
  if (caller === undefined || indexInTransaction < 0) return null;
  const place = caller.indexOfAccount(indexInTransaction);
  return place < 0 ? null : flagsOf(caller.accounts[place]);
}

/** A transaction's flags are the same in all its instructions; the first account pays the fee. */
function flagsAtTopLevel(topLevel: readonly RecordedFrame[], index: number): Flags {
  if (index === 0) return { isSigner: true, isWritable: true };
  for (const { context } of topLevel) {
    const held = heldBy(context, index);
    if (held !== null) return held;
  }
  return { isSigner: false, isWritable: false };
}

/** The verdict that was raised, where another stands for it. */
function causeOf(verdict: Verdict): Verdict {
  return (verdict as Partial<InstructionFailure>).cause ?? verdict;
}

/** The verdict that tells most: one that stands for another, and says by which rule, is told as itself. */
function rootOf(verdict: Verdict): Verdict {
  return (verdict as Partial<InstructionFailure>).refusal === undefined ? causeOf(verdict) : verdict;
}

/** What stands in the transaction's error: every verdict that is no instruction error is folded into this one. */
function errorOf(verdict: Verdict): InstructionError {
  return (verdict as Partial<InstructionFailure>).error ?? 'ProgramFailedToComplete';
}

/** Whether a frame's failure may be that of this call of its: the same error, or the same verdict under another name. */
function isSameFailure(call: RecordedFrame, failure: Verdict): boolean {
  const passed = call.failure ?? call.attemptFailure;
  if (passed === undefined) return false;
  if (causeOf(passed) === causeOf(failure)) return true;
  const [inner, error] = [errorOf(passed), errorOf(failure)];
  if (typeof inner === 'string' || typeof error === 'string') return inner === error;
  return inner.Custom === error.Custom;
}

function unitsOf(recorded: RecordedFrame, steps: readonly FrameStep[]): FrameComputeUnits {
  const { attempt, enter, exit, end } = recorded.units;
  const total = enter - exit;
  let own = total;
  for (const step of steps) if (step.type === 'call') own -= step.frame.computeUnits.total;
  const units = { own, total, call: attempt - enter + (exit - end), forfeited: recorded.forfeited };
  return recorded.context?.isEstimate ? { ...units, isEstimate: true } : units;
}
