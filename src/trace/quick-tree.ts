// The trace of a transaction that succeeded and made no calls, from its outcome alone. That is most transactions of most
// tests, and to read the trace of each must not cost as much as running it again. What the outcome doesn't tell (the
// syscalls, what each of several instructions changed) is taken from a trace that is recorded, once something of it is read.

import type { PreparedTransaction, TransactionExecution } from '../runtime/transaction-processor.ts';
import { addressOf, type FrameReader, kindOfLine, type RoledAccount } from './frame-reader.ts';
import type { FieldMaker } from './lazy-fields.ts';
import { type FrameFields, frameOf, traceOf } from './plain-objects.ts';
import type { OutcomeFacts } from './recorder.ts';
import type { Delta } from './state-journal.ts';
import type { AccountChange, CallFrame, FrameStep, TransactionTrace } from './transaction-trace.ts';

export interface QuickSource {
  readonly prepared: PreparedTransaction;
  readonly execution: TransactionExecution;
  readonly facts: OutcomeFacts;
  readonly reader: FrameReader;
  /** Makes the same trace from a recording. */
  record(): TransactionTrace;
}

/** Undefined where the outcome doesn't tell enough. */
export function quickTrace(source: QuickSource): TransactionTrace | undefined {
  const { execution, prepared } = source;
  const count = prepared.transaction.message.instructions.length;
  if (execution.error !== undefined || execution.innerInstructions.length !== count) return undefined;
  // Of several instructions the outcome doesn't say which logged what, and used how much.
  if (count !== 1 || execution.innerInstructions[0].length > 0) return undefined;
  return new QuickTree(source).build();
}

class QuickTree implements FieldMaker {
  readonly #source: QuickSource;
  #recorded: TransactionTrace | undefined;

  constructor(source: QuickSource) {
    this.#source = source;
  }

  build(): TransactionTrace | undefined {
    const { prepared, execution } = this.#source;
    const frame = this.#frame();
    if (frame === undefined) return undefined;
    return traceOf(
      {
        verdict: 'success',
        error: null,
        errorText: null,
        refusal: null,
        fee: execution.fee,
        isFeeCharged: true,
        computeUnits: { consumed: execution.computeUnitsConsumed, limit: prepared.limits.computeUnitLimit },
        instructions: [frame],
      },
      this,
    );
  }

  /** The trace's lazy fields. */
  make(name: string): unknown {
    if (name === 'signature') return this.#source.facts.signature ?? null;
    return this.recorded[name as 'accounts' | 'names'];
  }

  get recorded(): TransactionTrace {
    return (this.#recorded ??= this.#source.record());
  }

  #frame(): CallFrame | undefined {
    const { prepared, execution, reader } = this.#source;
    const { keys, roles } = prepared.sanitized;
    const { programIdIndex, accounts: indexes, data } = prepared.transaction.message.instructions[0];
    const program = keys[programIdIndex];
    const steps: FrameStep[] = [];
    let isCompiled = false;
    for (const line of execution.logs) {
      const kind = kindOfLine(line);
      // A line of the runtime's own may be the one that says that others were dropped.
      if (kind === 'runtime') return undefined;
      if (kind === 'consumed') isCompiled = true;
      steps.push({ type: 'log', kind, line, isKept: true });
    }
    // A precompile logs nothing, and leaves the return data of the program before it.
    if (steps.length === 0) return undefined;
    const accounts: RoledAccount[] = [];
    for (let i = 0; i < indexes.length; i++) {
      const index = indexes[i];
      accounts.push(reader.account(keys[index], index, roles[index], null, null, false));
    }
    const instruction = reader.instruction(program, accounts, data);
    const changes = isCompiled ? undefined : this.#changes();
    const total = execution.computeUnitsConsumed;
    const { returnData } = execution;
    const fields: FrameFields = {
      path: [0],
      verdict: 'success',
      programAddress: addressOf(program),
      programName: reader.programName(program),
      stackHeight: 1,
      abi: null,
      instruction,
      data: data.slice(),
      accounts,
      signers: [],
      computeUnits: { own: total, total, call: 0, forfeited: 0 },
      steps,
      returnData:
        returnData === undefined || returnData.data.length === 0
          ? null
          : { programAddress: addressOf(returnData.programId), data: returnData.data.slice() },
      ownChanges: changes,
      changes,
      failure: null,
      syscalls: isCompiled ? undefined : [],
      heapUnits: isCompiled ? undefined : 0,
      derivations: isCompiled ? undefined : [],
      fault: null,
    };
    if (changes !== undefined) return frameOf(fields);
    return frameOf(fields, { make: (name) => this.recorded.instructions[0][name as keyof CallFrame] });
  }

  /** What one instruction changed is what the transaction changed; undefined where data was, or may have been. */
  #changes(): AccountChange[] | undefined {
    const { prepared, execution, reader } = this.#source;
    const { keys, roles } = prepared.sanitized;
    const changes: AccountChange[] = [];
    for (let index = 0, written = 0; index < keys.length; index++) {
      if (!roles[index].isWritable) continue;
      const before = prepared.loaded.accounts[index];
      const [, after] = execution.accounts[written++];
      if (after === before) continue;
      // Of accounts with data the changed bytes are to be found, and what they held of tokens.
      if (after.data !== before.data || after.data.length > 0) return undefined;
      const isSame = after.lamports === before.lamports && after.executable === before.executable;
      if (isSame && after.owner.equals(before.owner)) continue;
      const delta: Delta = {
        index,
        lamports: [before.lamports, after.lamports],
        owner: [before.owner, after.owner],
        executable: [before.executable, after.executable],
        dataLen: [0, 0],
        patches: [],
      };
      changes.push(reader.change(keys[index], delta));
    }
    return changes;
  }
}
