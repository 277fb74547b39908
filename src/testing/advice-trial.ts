// Running a transaction again with a change: other flags, fewer accounts, another limit, another build of a program. The
// bank of that time is put together from what the prepared transaction holds, so a trial sees the same accounts, whatever
// became of the chain. Messages are compiled anew, with every account listed and nobody's signature; a first trial without
// a change shows whether that alone makes a difference.

import { COMPUTE_BUDGET_ID, NATIVE_LOADER_ID } from '../runtime/addresses.ts';
import type { ExecutionListener } from '../runtime/execution-events.ts';
import type { TransactionExecution } from '../runtime/transaction-execution.ts';
import {
  type BankView,
  executeTransaction,
  type PreparedTransaction,
  prepareTransaction,
} from '../runtime/transaction-processor.ts';
import type { AdviceCost } from '../trace/advice.ts';
import type { Account } from '../wire/account.ts';
import { equalBytes } from '../wire/bytes.ts';
import { encodeMessage } from '../wire/message.ts';
import { compileMessage, type Instruction } from '../wire/message-compiler.ts';
import type { Pubkey } from '../wire/pubkey.ts';
import { PubkeyMap } from '../wire/pubkey-map.ts';
import type { VersionedTransaction } from '../wire/transaction.ts';

/** What a trial may change. */
export interface Change {
  readonly instructions?: readonly Instruction[];
  /** In place of those that the transaction found. */
  readonly accounts?: PubkeyMap<Account>;
  readonly listener?: ExecutionListener;
}

export interface Trial {
  readonly execution: TransactionExecution;
  readonly cost: AdviceCost;
  /** The state of every account of the transaction before its first instruction, and at its end. */
  readonly initial: PubkeyMap<Account>;
  readonly final: PubkeyMap<Account>;
  /** Accounts that were other ones from the start. */
  readonly replaced: PubkeyMap<Account> | undefined;
}

// Source: agave cost-model/src/block_cost_limits.rs.
const SIGNATURE_COST = 720;
const WRITE_LOCK_UNITS = 300;
const INSTRUCTION_DATA_BYTES_PER_UNIT = 4;
const HEAP_COST_PER_PAGE = 8;
const PAGE_BYTES = 32 * 1024;

export class TrialBench {
  readonly prepared: PreparedTransaction;
  /** The transaction's instructions, with their accounts by key. */
  readonly instructions: readonly Instruction[];
  readonly #accounts = new PubkeyMap<Account>();

  constructor(prepared: PreparedTransaction) {
    this.prepared = prepared;
    const { keys, roles, transaction } = prepared.sanitized;
    const { accounts, programs } = prepared.loaded;
    for (const { programDataKey, programData } of programs) {
      if (programDataKey !== undefined && programData !== undefined) this.#accounts.set(programDataKey, programData);
    }
    for (const [i, key] of keys.entries()) {
      const account = i === 0 ? prepared.storedPayer : accounts[i];
      if (account.lamports !== 0n || i === 0) this.#accounts.set(key, account);
    }
    // A transaction that asks for nothing has no account of the program that is asked.
    if (!keys.some((key) => key.equals(COMPUTE_BUDGET_ID)))
      this.#accounts.set(COMPUTE_BUDGET_ID, COMPUTE_BUDGET_ACCOUNT);
    this.instructions = transaction.message.instructions.map(({ programIdIndex, accounts: indexes, data }) => ({
      programAddress: keys[programIdIndex],
      accounts: Array.from(indexes, (i) => {
        const { isSigner, isWritable } = roles[i];
        return { address: keys[i], isSigner, isWritable };
      }),
      data,
    }));
  }

  account(key: Pubkey): Account | undefined {
    return this.#accounts.get(key);
  }

  /** Undefined where the changed transaction is rejected. */
  run(change: Change = {}): Trial | undefined {
    const transaction = this.#compile(change.instructions ?? this.instructions);
    const bank = this.#bank(change.accounts);
    const prepared = prepareTransaction(transaction, bank);
    if (prepared.status === 'rejected' || prepared.loadError !== undefined) return undefined;
    const execution = executeTransaction(prepared, change.listener);
    const initial = new PubkeyMap<Account>();
    const final = new PubkeyMap<Account>();
    for (const [i, key] of prepared.sanitized.keys.entries()) {
      initial.set(key, prepared.loaded.accounts[i]);
      final.set(key, prepared.loaded.accounts[i]);
    }
    for (const [key, account] of execution.accounts) final.set(key, account);
    return { execution, initial, final, replaced: change.accounts, cost: costOf(prepared, execution) };
  }

  #compile(instructions: readonly Instruction[]): VersionedTransaction {
    const { keys, transaction } = this.prepared.sanitized;
    const { recentBlockhash, config, version } = transaction.message;
    const isNewest = version === 1;
    const message = compileMessage({
      feePayer: keys[0],
      instructions,
      recentBlockhash,
      version: isNewest ? 1 : 'legacy',
      ...(isNewest && config !== undefined ? { config } : {}),
    });
    const messageBytes = encodeMessage(message);
    const { numRequiredSignatures } = message.header;
    const signatures = Array.from({ length: numRequiredSignatures }, () => new Uint8Array(64));
    return { signatures, message, messageBytes, serializedLen: messageBytes.length + 64 * signatures.length + 1 };
  }

  #bank(changed: PubkeyMap<Account> | undefined): BankView {
    const { environment, programs } = this.prepared;
    const { rules } = environment;
    return {
      getAccount: (key) => changed?.get(key) ?? this.#accounts.get(key),
      // Without lookup tables it may be longer than a packet.
      environment: { ...environment, rules: { ...rules, enforcePacketSize: false } },
      programs,
      latestBlockhash: environment.blockhash,
      isRecentBlockhash: () => true,
      isAlreadyProcessed: () => false,
      verifySignatures: false,
      checkBlockhash: false,
    };
  }
}

const COMPUTE_BUDGET_ACCOUNT: Account = {
  lamports: 1n,
  owner: NATIVE_LOADER_ID,
  executable: true,
  rentEpoch: 0n,
  data: new TextEncoder().encode('compute_budget_program'),
};

function costOf(prepared: PreparedTransaction, { computeUnitsConsumed }: TransactionExecution): AdviceCost {
  const { transaction, roles } = prepared.sanitized;
  const { instructions, header } = transaction.message;
  const dataLen = instructions.reduce((sum, { data }) => sum + data.length, 0);
  const { computeUnitLimit } = prepared.limits;
  const { loadedAccountsDataSizeLimit = 0 } = prepared.limits as { readonly loadedAccountsDataSizeLimit?: number };
  const blockCost =
    header.numRequiredSignatures * SIGNATURE_COST +
    roles.filter(({ isWritable }) => isWritable).length * WRITE_LOCK_UNITS +
    Math.floor(dataLen / INSTRUCTION_DATA_BYTES_PER_UNIT) +
    computeUnitLimit +
    Math.ceil(loadedAccountsDataSizeLimit / PAGE_BYTES) * HEAP_COST_PER_PAGE;
  return { computeUnits: computeUnitsConsumed, fee: prepared.fee, blockCost, bytes: transaction.serializedLen };
}

/**
 * Whether a trial came to the same end: succeeded or failed alike, left every account the same (but for the fee), and its
 * programs said and returned the same.
 */
export function hasSameEnd(
  trial: Trial,
  baseline: Trial,
  payer: Pubkey,
  said: readonly string[] | null = saidBy(baseline.execution),
): boolean {
  const [a, b] = [trial.execution, baseline.execution];
  if (JSON.stringify(a.error) !== JSON.stringify(b.error)) return false;
  if (said !== null && saidBy(a).join('\n') !== said.join('\n')) return false;
  if (!equalBytes(a.returnData?.data ?? NOTHING, b.returnData?.data ?? NOTHING)) return false;
  for (const [key, account] of baseline.final) {
    if (trial.replaced?.get(key) !== undefined) continue;
    // What is not in the transaction any more stays as it was: so it must have stayed before.
    const other = trial.final.get(key) ?? baseline.initial.get(key)!;
    const difference = key.equals(payer) ? baseline.cost.fee - trial.cost.fee : 0n;
    if (other.lamports !== account.lamports + difference) return false;
    if (!other.owner.equals(account.owner) || !equalBytes(other.data, account.data)) return false;
  }
  return true;
}

const NOTHING = new Uint8Array(0);

/** What programs wrote themselves. */
function saidBy({ logs }: TransactionExecution): string[] {
  return logs.filter((line) => line.startsWith('Program log: ') || line.startsWith('Program data: '));
}
