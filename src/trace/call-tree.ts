// From what was recorded to the tree that people and tools read: names and decodes instructions, says of each account
// what was held and asked, splits the compute units, adds up the changes, and finds the frame where a failure began.

import type { Address } from '@solana/kit';
import type { InstructionFailure, Refusal } from '../runtime/errors.ts';
import type { Instruction } from '../runtime/execution-events.ts';
import type { Fault } from '../runtime/fault.ts';
import type { InstructionContext, TransactionContext } from '../runtime/transaction-context.ts';
import type { Verdict } from '../wire/errors.ts';
import type { Pubkey } from '../wire/pubkey.ts';
import { displayTransactionError, type InstructionError } from '../wire/transaction-error.ts';
import type { DecoderRegistry } from './decoder.ts';
import { AddressNames } from './names.ts';
import { type OutcomeFacts, programOf, type RecordedFrame, type TransactionMeta } from './recorder.ts';
import { readSeeds } from './seeds.ts';
import {
  composeDeltas,
  type Delta,
  readTokens,
  type Snapshot,
  type StateJournal,
  type Tokens,
} from './state-journal.ts';
import type {
  AccountChange,
  AccountState,
  CallFrame,
  DecodedValue,
  Derivation,
  Flags,
  FrameAccount,
  FrameComputeUnits,
  FrameFailure,
  FrameFault,
  FrameStep,
  PdaSigner,
  RefusalFacts,
  TokenHolding,
  TracedAccount,
  TransactionTrace,
} from './transaction-trace.ts';

export interface Recording {
  readonly topLevel: readonly RecordedFrame[];
  readonly transaction: TransactionContext | undefined;
  readonly journal: StateJournal<RecordedFrame> | undefined;
  readonly computeUnitLimit: number | undefined;
}

export function buildTrace(
  recording: Recording,
  facts: OutcomeFacts,
  decoders: DecoderRegistry,
  labels: ReadonlyMap<string, string> | undefined,
): TransactionTrace {
  return new TreeBuilder(recording, facts, decoders, new AddressNames(labels)).build();
}

const address = (key: Pubkey): Address => key.toString() as Address;

class TreeBuilder {
  readonly #recording: Recording;
  readonly #facts: OutcomeFacts;
  readonly #decoders: DecoderRegistry;
  readonly #names: AddressNames;

  constructor(recording: Recording, facts: OutcomeFacts, decoders: DecoderRegistry, names: AddressNames) {
    this.#recording = recording;
    this.#facts = facts;
    this.#decoders = decoders;
    this.#names = names;
  }

  build(): TransactionTrace {
    const { topLevel, transaction, computeUnitLimit } = this.#recording;
    const { error, fee, isFeeCharged = true, signature, refusal } = this.#facts;
    const ran = topLevel.map((frame, i) => this.#frame(frame, [i]));
    const notRun = (this.#facts.instructions ?? []).slice(ran.length).map((instruction, i) => {
      return this.#notRun(instruction, ran.length + i);
    });
    const refused = refusal === undefined ? null : this.#refusal(refusal);
    return {
      verdict: error === undefined ? 'success' : transaction === undefined ? 'refused' : 'failed',
      signature: signature ?? null,
      error: error ?? null,
      errorText: error === undefined ? null : displayTransactionError(error),
      refusal: refused,
      fee,
      isFeeCharged,
      computeUnits: {
        consumed: this.#facts.computeUnitsConsumed,
        limit: this.#facts.computeUnitLimit ?? computeUnitLimit ?? null,
      },
      accounts: this.#accounts(),
      instructions: [...ran, ...notRun],
      names: this.#names.found,
    };
  }

  #frame(recorded: RecordedFrame, path: readonly number[]): CallFrame {
    const program = programOf(recorded);
    const { context, asked } = recorded;
    const data = context?.data ?? asked?.data ?? new Uint8Array(0);
    const signers = recorded.signers.map((signer): PdaSigner => {
      for (const seed of signer.seeds) if (seed.length === 32) this.#names.nameOf(readSeeds([seed])[0].text);
      return { address: address(signer.address), seeds: readSeeds(signer.seeds) };
    });
    const steps: FrameStep[] = [];
    let callCount = 0;
    for (const step of recorded.steps) {
      if ('line' in step) steps.push({ type: 'log', ...step });
      else steps.push({ type: 'call', frame: this.#frame(step, [...path, callCount++]) });
    }
    const { decoded, accounts } = this.#instruction(program, this.#frameAccounts(recorded), data);
    const { returnData } = recorded;
    const failure = this.#failure(recorded, program);
    const changes = this.#changes(recorded, 'all');
    const ownChanges = callCount === 0 ? changes : this.#changes(recorded, 'own');
    return {
      path,
      verdict: failure === null ? 'success' : recorded.isEntered ? 'failed' : 'refused',
      programAddress: program === undefined ? null : address(program),
      programName: program === undefined ? null : this.#programName(program),
      stackHeight: recorded.stackHeight,
      abi: recorded.abi ?? null,
      instruction: decoded,
      data: data.slice(),
      accounts,
      signers,
      computeUnits: unitsOf(recorded, steps),
      steps,
      returnData:
        returnData === undefined ? null : { programAddress: address(returnData.programId), data: returnData.data },
      ownChanges,
      changes,
      failure,
      syscalls: recorded.syscalls.map((syscall) => ({ ...syscall })),
      heapUnits: recorded.heapUnits,
      derivations: recorded.derivations.map((derivation) => this.#derivation(derivation)),
      fault: recorded.fault === undefined ? null : this.#fault(recorded.fault),
    };
  }

  #notRun(instruction: Instruction, index: number): CallFrame {
    const { programId, data } = instruction;
    const metas = instruction.accounts.map((meta) => this.#frameAccount(meta.pubkey, meta, null, null, false));
    const { decoded, accounts } = this.#instruction(programId, metas, data);
    return {
      path: [index],
      verdict: 'notRun',
      programAddress: address(programId),
      programName: this.#programName(programId),
      stackHeight: 1,
      abi: null,
      instruction: decoded,
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

  #derivation({ seeds, programId, address: derived, bump, step }: RecordedFrame['derivations'][number]): Derivation {
    for (const seed of seeds) if (seed.length === 32) this.#names.nameOf(readSeeds([seed])[0].text);
    return {
      programAddress: address(programId),
      seeds: readSeeds(seeds),
      address: derived === undefined ? null : address(derived),
      bump: bump ?? null,
      step,
    };
  }

  #fault({ place, callStack, registers, code, syscall, access }: Fault): FrameFault {
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
              account: access.account === undefined ? null : address(access.account),
            },
    };
  }

  #programName(program: Pubkey): string | null {
    const text = address(program);
    return this.#names.nameOf(text) ?? this.#decoders.nameOf(text) ?? null;
  }

  /** Decodes, and gives the accounts the roles that the decoder knows. */
  #instruction(program: Pubkey | undefined, accounts: FrameAccount[], data: Uint8Array) {
    if (program === undefined) return { decoded: null, accounts };
    const reading = this.#decoders.decode({ programAddress: address(program), accounts, data });
    if (reading === undefined) return { decoded: null, accounts };
    for (const value of Object.values(reading.instruction.args)) this.#nameAddressesIn(value);
    return {
      decoded: reading.instruction,
      accounts: accounts.map((account, i) => ({ ...account, role: reading.accountNames[i] ?? null })),
    };
  }

  #nameAddressesIn(value: DecodedValue): void {
    if (typeof value === 'string') this.#names.nameOf(value);
    else if (typeof value === 'object' && value !== null && !(value instanceof Uint8Array)) {
      for (const inner of Object.values(value)) this.#nameAddressesIn(inner);
    }
  }

  #frameAccounts(recorded: RecordedFrame): FrameAccount[] {
    const { context, asked, signers } = recorded;
    const caller = recorded.parent?.context;
    const isPdaSigner = (key: Pubkey, isSigner: boolean): boolean => {
      return isSigner && signers.some((signer) => signer.address.equals(key));
    };
    if (context !== undefined && (recorded.isEntered || asked === undefined)) {
      return context.accounts.map((account, i) => {
        const { key } = context.transaction.accounts[account.indexInTransaction];
        const meta = asked?.accounts[i];
        return this.#frameAccount(
          key,
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
      return this.#frameAccount(
        meta.pubkey,
        merged,
        flagsOf(meta),
        heldBy(caller, index),
        isPdaSigner(meta.pubkey, merged.isSigner),
      );
    });
  }

  #frameAccount(
    key: Pubkey,
    flags: Flags,
    asked: Flags | null,
    held: Flags | null,
    isPdaSigner: boolean,
  ): FrameAccount {
    return {
      address: address(key),
      name: this.#names.nameOf(address(key)),
      role: null,
      index: this.#indexOf(key),
      ...flagsOf(flags),
      asked,
      held,
      isPdaSigner,
    };
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
    const isOrigin = !recorded.steps.some((step) => !('line' in step) && isSameFailure(step, error));
    const isCustom = typeof error !== 'string';
    const { refusal } = root as { refusal?: Refusal };
    const stage = !recorded.isEntered ? 'before' : recorded.failure === undefined ? 'after' : 'run';
    return {
      error,
      kind: 'error' in root ? (isCustom ? 'Custom' : error) : 'kind' in root ? String(root.kind) : 'Verdict',
      text: root.text,
      custom:
        isCustom && isOrigin && program !== undefined
          ? this.#decoders.describeError(address(program), error.Custom)
          : null,
      isOrigin,
      stage,
      callStep: stage === 'run' ? null : (recorded.step ?? null),
      refusal: refusal === undefined || !isOrigin ? null : this.#refusal(refusal),
    };
  }

  #refusal(refusal: Refusal): RefusalFacts {
    const { rule, source, account, program, asked, held, limit, actual, detail } = refusal;
    for (const key of [account, program]) if (key !== undefined) this.#names.nameOf(address(key));
    return {
      rule,
      source,
      account: account === undefined ? null : address(account),
      program: program === undefined ? null : address(program),
      asked: asked ?? null,
      held: held === undefined ? null : flagsOf(held),
      limit: limit ?? null,
      actual: actual ?? null,
      detail: detail ?? null,
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
    const key = address(this.#recording.transaction!.accounts[delta.index].key);
    const [ownerBefore, ownerAfter] = delta.owner.map(address);
    this.#names.nameOf(ownerBefore);
    this.#names.nameOf(ownerAfter);
    return {
      address: key,
      name: this.#names.nameOf(key),
      index: delta.index,
      lamports: { before: delta.lamports[0], after: delta.lamports[1] },
      owner: { before: ownerBefore, after: ownerAfter },
      executable: { before: delta.executable[0], after: delta.executable[1] },
      dataLength: { before: delta.dataLen[0], after: delta.dataLen[1] },
      data: delta.patches ?? null,
      ...(delta.tokens === undefined ? {} : { tokens: this.#tokens(delta.tokens) }),
    };
  }

  #tokens([before, after]: NonNullable<Delta['tokens']>): NonNullable<AccountChange['tokens']> {
    const holding = (tokens: Tokens | undefined): TokenHolding | null => {
      if (tokens === undefined) return null;
      const { mint, owner, amount } = tokens;
      for (const key of [mint, owner]) this.#names.nameOf(address(key));
      return { mint: address(mint), owner: address(owner), amount };
    };
    return { before: holding(before), after: holding(after) };
  }

  #accounts(): TracedAccount[] {
    const { transaction, journal, topLevel } = this.#recording;
    const metas = this.#facts.accounts;
    if (transaction === undefined || journal === undefined) {
      return (metas ?? []).map((meta) => ({ ...this.#account(meta.pubkey, meta, null, null), ...this.#listing(meta) }));
    }
    const changed = new Set<number>();
    for (const { deltas } of journal.steps) for (const { index } of deltas) changed.add(index);
    const after = journal.after();
    // The runtime may have added accounts of its own behind those of the message.
    return transaction.accounts.slice(0, metas?.length).map(({ key }, i) => {
      const flags = metas?.[i] ?? flagsAtTopLevel(topLevel, i);
      const before = this.#state(journal.before[i]);
      const account = this.#account(key, flags, before, changed.has(i) ? this.#state(after[i]) : before);
      return metas === undefined ? account : { ...account, ...this.#listing(metas[i]) };
    });
  }

  /** How an account came into the transaction. */
  #listing({ lookup, isDemoted }: TransactionMeta): Pick<TracedAccount, 'lookup' | 'isDemoted'> {
    const demoted = isDemoted === true ? { isDemoted } : {};
    if (lookup === undefined) return demoted;
    const table = address(lookup.table);
    this.#names.nameOf(table);
    return { lookup: { table, index: lookup.index }, ...demoted };
  }

  #account(key: Pubkey, flags: Flags, before: AccountState | null, after: AccountState | null): TracedAccount {
    return { address: address(key), name: this.#names.nameOf(address(key)), ...flagsOf(flags), before, after };
  }

  /** A copy: the data may be that of a stored account, which whoever reads the trace must not reach. */
  #state({ lamports, owner, executable, data }: Snapshot): AccountState {
    this.#names.nameOf(address(owner));
    const tokens = readTokens({ owner, data });
    if (tokens !== undefined) for (const named of [tokens.mint, tokens.owner]) this.#names.nameOf(address(named));
    return { lamports, owner: address(owner), executable, data: data.slice() };
  }
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

/** The verdict that was raised, where Agave folds it into another. */
function rootOf(verdict: Verdict): Verdict {
  return (verdict as Partial<InstructionFailure>).cause ?? verdict;
}

/** What stands in the transaction's error: every verdict that is no instruction error is folded into this one. */
function errorOf(verdict: Verdict): InstructionError {
  return (verdict as Partial<InstructionFailure>).error ?? 'ProgramFailedToComplete';
}

/** Whether a frame that failed with `error` may have it from this call of its. */
function isSameFailure(call: RecordedFrame, error: InstructionError): boolean {
  const failure = call.failure ?? call.attemptFailure;
  if (failure === undefined) return false;
  const inner = errorOf(failure);
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
