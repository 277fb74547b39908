// Runs a model of a program, written in TypeScript, beside the program itself, call by call, and compares what they did. The
// model runs on a copy of the transaction as it was when the call began; what the program did is what stays. Of a call that
// both fail alike nothing else is compared, and none where the program ran out of units: a model's units are an estimate.

import type { TypeScriptProgram } from '../program/define-program.ts';
import { InstructionFailure } from '../runtime/errors.ts';
import { InvokeContext } from '../runtime/invoke-context.ts';
import type { BuiltinProgram } from '../runtime/program-cache.ts';
import { executeEntry } from '../runtime/programs/bpf-loader.ts';
import { InstructionContext, TransactionAccount, TransactionContext } from '../runtime/transaction-context.ts';
import { encodeHex, equalBytes } from '../wire/bytes.ts';
import { Verdict } from '../wire/errors.ts';
import type { InstructionError } from '../wire/transaction-error.ts';
import type { Address } from './kit.ts';
import type { Observed } from './observed-programs.ts';

/** Where a model and its program first differed in one call. */
export interface ShadowDifference {
  /** Which call of the program it was, from 0. */
  readonly call: number;
  readonly what: 'verdict' | 'account' | 'returnData';
  readonly data: Uint8Array;
  readonly accounts: readonly string[];
  /** Of the program, in words. */
  readonly expected: string;
  /** Of the model. */
  readonly actual: string;
  /** All of it in one sentence. */
  readonly text: string;
}

export interface ProgramShadow extends Observed {
  /** How many calls were compared. */
  readonly callCount: number;
  readonly differences: readonly ShadowDifference[];
  /** @throws Error with the first difference in words, where there is one. */
  assertNoDifference(): void;
}

/** What a shadow has found. */
export class ShadowReport {
  callCount = 0;
  readonly differences: ShadowDifference[] = [];
}

/** Units are no part of the comparison: a model never runs out of them. */
const MODEL_COMPUTE_UNITS = 1_000_000_000;

/**
 * What stands at the program's address while it is shadowed.
 *
 * @param original the program itself where it is written in TypeScript; without it there is a compiled one behind.
 */
export function shadowedProgram(
  original: BuiltinProgram | undefined,
  model: TypeScriptProgram,
  report: ShadowReport,
): BuiltinProgram {
  return {
    name: model.name,
    process(context: InvokeContext): void {
      const copy = copyContext(context);
      const failure = verdictOf(() => (original === undefined ? runCompiled(context) : original.process(context)));
      if (!ranOut(failure)) {
        const call = report.callCount++;
        const modelFailure = verdictOf(() => model.process(copy));
        const difference = compare(call, context, failure, copy, modelFailure);
        if (difference !== undefined) report.differences.push(difference);
      }
      if (failure !== undefined) throw failure;
    },
  };
}

function runCompiled(context: InvokeContext): void {
  const entry = context.programs.getCompiled(context.current.programId);
  if (entry === undefined) throw new Error('A program that is shadowed has always a compiled one behind it.');
  executeEntry(context, entry);
}

function verdictOf(run: () => void): Verdict | undefined {
  try {
    run();
  } catch (thrown) {
    if (thrown instanceof Verdict) return thrown;
    throw thrown;
  }
  return undefined;
}

function errorOf(verdict: Verdict | undefined): InstructionError | undefined {
  if (verdict === undefined) return undefined;
  return verdict instanceof InstructionFailure ? verdict.error : 'ProgramFailedToComplete';
}

function ranOut(verdict: Verdict | undefined): boolean {
  return errorOf(verdict) === 'ComputationalBudgetExceeded' || verdict?.text.includes('exceeded CUs meter') === true;
}

/** The same transaction at the same place, to go on with apart. */
function copyContext(context: InvokeContext): InvokeContext {
  const { transaction, environment, programs, heapSize, costs } = context;
  const accounts = transaction.accounts.map(copyAccount);
  const { maxStackHeight, maxTraceLength, returnData } = transaction;
  const copy = new TransactionContext(accounts, maxStackHeight, returnData.programId, maxTraceLength);
  copy.returnData = transaction.returnData;
  copy.lamportsDelta = transaction.lamportsDelta;
  copy.resizeDelta = transaction.resizeDelta;
  const copies = new Map<InstructionContext, InstructionContext>();
  for (const instruction of transaction.trace) {
    const { programIndexInTransaction, accounts: metas, data, topLevelIndex, caller } = instruction;
    const from = caller && copies.get(caller);
    const made = new InstructionContext(copy, programIndexInTransaction, metas, data, topLevelIndex, from);
    copies.set(instruction, made);
    copy.appendToTrace(made);
  }
  copy.current = transaction.current && copies.get(transaction.current);
  return new InvokeContext({
    transaction: copy,
    environment,
    programs,
    computeUnitLimit: MODEL_COMPUTE_UNITS,
    heapSize,
    costs,
    logs: undefined,
    listener: undefined,
  });
}

function copyAccount(account: TransactionAccount): TransactionAccount {
  const copy = new TransactionAccount(account.key, account.original);
  copy.lamports = account.lamports;
  copy.owner = account.owner;
  copy.executable = account.executable;
  copy.rentEpoch = account.rentEpoch;
  copy.version = account.version;
  // The stored version's data is never written in place.
  copy.data = account.data === account.original.data ? account.data : account.data.slice();
  return copy;
}

function compare(
  call: number,
  { transaction, current }: InvokeContext,
  failure: Verdict | undefined,
  copy: InvokeContext,
  modelFailure: Verdict | undefined,
): ShadowDifference | undefined {
  const accounts = current.accounts.map(({ indexInTransaction }) => {
    return transaction.accounts[indexInTransaction].key.toString();
  });
  const differ = (
    what: ShadowDifference['what'],
    where: string,
    expected: string,
    actual: string,
  ): ShadowDifference => {
    const text = `Call ${call} of the program (data ${encodeHex(current.data)}): ${where} is ${expected}; of the model it is ${actual}.`;
    return { call, what, data: current.data, accounts, expected, actual, text };
  };
  const [error, modelError] = [errorOf(failure), errorOf(modelFailure)].map((each) =>
    JSON.stringify(each ?? 'success'),
  );
  if (error !== modelError)
    return differ('verdict', 'the verdict', error, `${modelError} (${modelFailure?.text ?? ''})`);
  if (failure !== undefined) return undefined;
  for (const [i, account] of transaction.accounts.entries()) {
    const other = copy.transaction.accounts[i];
    const at = (field: string) => `${field} of ${account.key}`;
    if (account.lamports !== other.lamports) {
      return differ('account', at('lamports'), `${account.lamports}`, `${other.lamports}`);
    }
    if (!account.owner.equals(other.owner)) return differ('account', at('owner'), `${account.owner}`, `${other.owner}`);
    if (!equalBytes(account.data, other.data)) {
      return differ('account', at('data'), encodeHex(account.data), encodeHex(other.data));
    }
  }
  const [returned, modelReturned] = [transaction.returnData.data, copy.transaction.returnData.data];
  if (equalBytes(returned, modelReturned)) return undefined;
  return differ('returnData', 'return data', encodeHex(returned), encodeHex(modelReturned));
}

/** The face of a report. */
export function programShadow(address: Address, report: ShadowReport, restore: () => void): ProgramShadow {
  return {
    address,
    restore,
    get callCount() {
      return report.callCount;
    },
    get differences() {
      return report.differences;
    },
    assertNoDifference() {
      const [first] = report.differences;
      if (first !== undefined) throw new Error(first.text);
    },
  };
}
