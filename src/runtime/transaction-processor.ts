// Takes a transaction through every check, in order, to a prepared one that can run; runs it; and says what is left.
// `prepareTransaction` reads the bank. `executeTransaction` reads only what was prepared, all of it values, so that it can
// be repeated with a listener to see what happened. To store the outcome is for the bank.
// Where a validator and LiteSVM differ, the switch of rules.ts stands in the condition.
// Source: agave runtime/src/bank.rs, verify_transaction; runtime/src/bank/check_transactions.rs;
// svm/src/transaction_processor.rs; litesvm crates/litesvm/src/lib.rs.

import type { Account } from '../wire/account.ts';
import { equalBytes } from '../wire/bytes.ts';
import type { VersionedMessage } from '../wire/message.ts';
import { type ShapedInstruction, ShapedMessage } from '../wire/message-shape.ts';
import { DEFAULT_PUBKEY, type Pubkey } from '../wire/pubkey.ts';
import type { VersionedTransaction } from '../wire/transaction.ts';
import type { TransactionError } from '../wire/transaction-error.ts';
import { MAX_ACCOUNT_KEYS } from '../wire/transaction-sanitizer.ts';
import {
  ADDRESS_LOOKUP_TABLE_BASE_SIZE,
  type LoadedAccounts,
  loadAccounts,
  MISSING_ACCOUNT,
  withRentEpochOfExempt,
} from './account-loader.ts';
import { INCINERATOR_ID } from './addresses.ts';
import type { BuiltinAllocation, TransactionLimits } from './compute-budget.ts';
import type { ExecutionEnvironment } from './environment.ts';
import { InstructionFailure, type Refusal, refuseTransaction, TransactionFailure } from './errors.ts';
import {
  type ExecutionCosts,
  MAX_INSTRUCTION_STACK_DEPTH,
  MAX_INSTRUCTION_STACK_DEPTH_SIMD_0268,
} from './execution-cost.ts';
import type { ExecutionListener } from './execution-events.ts';
import { calculateFee, countSignatures, takeFee } from './fees.ts';
import { FrameNotes } from './frame-notes.ts';
import { InvokeContext } from './invoke-context.ts';
import { LogCollector } from './log-collector.ts';
import { factsOf, type MessageFacts, noteFacts } from './message-facts.ts';
import { type ProgramCache, TransactionProgramCache } from './program-cache.ts';
import { isRentTransitionAllowed, minimumBalance } from './rent.ts';
import { resolveAccounts, type SanitizedTransaction } from './sanitized-transaction.ts';
import type { Rent } from './sysvars/layouts.ts';
import { checkAge, checkForm, checkLocks, checkSignatures, limitsOf, readRequests } from './transaction-checks.ts';
import { InstructionContext, type ReturnData, TransactionAccount, TransactionContext } from './transaction-context.ts';
import { halves, splitU64 } from './u64-halves.ts';

/** What a transaction may use, and what calls and syscalls cost it: mainnet's, where it isn't said. */
interface ExecutionLimits {
  readonly computeUnitLimit: number;
  /** Bytes. */
  readonly heapSize: number;
  /** How deep instructions nest, and how many may run in all. */
  readonly maxStackHeight?: number | undefined;
  readonly maxTraceLength?: number | undefined;
  readonly costs?: ExecutionCosts | undefined;
}

/** What a caller may set in place of what transactions ask for. The fee still follows what they ask for. */
export interface ComputeBudgetOverride extends ExecutionLimits {}

/** What the processor asks of a bank. */
export interface BankView {
  /** The stored account; undefined where there is none. It holds lamports, but for what LiteSVM keeps. */
  getAccount(key: Pubkey): Account | undefined;
  /**
   * What stood at a program's data account when the program's own account was stored; undefined where that isn't
   * known. Asked by rules that go by it.
   */
  programDataWhenStored?(program: Pubkey): { readonly account: Account | undefined } | undefined;
  readonly environment: ExecutionEnvironment;
  readonly programs: ProgramCache;
  readonly latestBlockhash: Uint8Array;
  /** Whether `hash` is at most `maxAge` blocks old; 150 where it isn't said. */
  isRecentBlockhash(hash: Uint8Array, maxAge?: number): boolean;
  isAlreadyProcessed(transaction: VersionedTransaction): boolean;
  readonly verifySignatures: boolean;
  readonly checkBlockhash: boolean;
  readonly computeBudgetOverride?: ComputeBudgetOverride | undefined;
  /** How many accounts a transaction may lock; where it isn't said, the feature gates say it. */
  readonly accountLockLimit?: number | undefined;
  /** What builtins add to the default limit of units; mainnet's where it isn't said. */
  readonly builtinAllocation?: BuiltinAllocation | undefined;
}

/** A transaction that leaves no trace in the bank. */
export interface RejectedTransaction {
  readonly status: 'rejected';
  readonly error: TransactionError;
  /** The fee it would have paid, where the failure came after the fee was known. Nothing was charged. */
  readonly fee: bigint;
  /** What the check looked at. */
  readonly refusal?: Refusal | undefined;
}

/** A transaction that pays its fee, with everything it needs to run. All of it is immutable. */
export interface PreparedTransaction {
  readonly status: 'prepared';
  readonly transaction: VersionedTransaction;
  readonly sanitized: SanitizedTransaction;
  readonly environment: ExecutionEnvironment;
  readonly programs: ProgramCache;
  readonly limits: ExecutionLimits;
  /** Lamports. */
  readonly fee: bigint;
  readonly loaded: LoadedAccounts;
  /** Why the accounts could not be loaded. The transaction pays its fee and runs nothing. */
  readonly loadError: TransactionError | undefined;
  /** Bytes. */
  readonly loadedAccountsDataSize: number;
  /** The payer as it is stored, and with its fee taken. */
  readonly storedPayer: Account;
  readonly payer: Account;
  /** The nonce account as a failure leaves it, where a nonce dates the transaction. */
  readonly nonce: AccountChange | undefined;
}

export type AccountChange = readonly [key: Pubkey, account: Account];

/** A call that a program made, as the RPC shows it. Indexes are those of the transaction's keys. */
export interface InnerInstruction {
  readonly programIdIndex: number;
  readonly accounts: Uint8Array;
  readonly data: Uint8Array;
  /** 2 for a call made by a top-level instruction. */
  readonly stackHeight: number;
}

export interface TransactionExecution {
  readonly error: TransactionError | undefined;
  readonly logs: readonly string[];
  readonly computeUnitsConsumed: number;
  /** Lamports. */
  readonly fee: bigint;
  /** Of the last program that was entered; its data is empty where none was set. Undefined where nothing ran. */
  readonly returnData: ReturnData | undefined;
  /** A list for each top-level instruction; none at all where nothing ran. */
  readonly innerInstructions: readonly (readonly InnerInstruction[])[];
  /** What to store: every writable account of a success, the rollback accounts of a failure. */
  readonly accounts: readonly AccountChange[];
  /** Bytes. */
  readonly loadedAccountsDataSize: number;
  /** Of a success where more than one instruction ran. */
  readonly frames?: FrameNotes | undefined;
}

/** Every check before a transaction runs, in order. Loads the accounts; computes and takes the fee. */
export function prepareTransaction(
  transaction: VersionedTransaction,
  bank: BankView,
): PreparedTransaction | RejectedTransaction {
  const { rules } = bank.environment;
  let fee = 0n;
  try {
    const facts = factsOf(transaction, bank);
    checkForm(transaction, bank, facts);
    let limits = facts?.limits;
    let requests =
      limits === undefined && rules.checkComputeBudgetBeforeAge ? readRequests(transaction, bank) : undefined;
    const sanitized = resolve(transaction, bank, facts);
    if (facts === undefined) checkLocks(sanitized, bank);
    if (!rules.verifySignaturesFirst && bank.verifySignatures) checkSignatures(transaction);

    if (rules.checkComputeBudgetBeforeAge) limits ??= limitsOf(transaction, requests);
    const nonce = checkAge(sanitized, bank);
    if (limits === undefined) {
      requests ??= readRequests(transaction, bank);
      limits = limitsOf(transaction, requests);
    }
    if (facts === undefined) noteFacts(transaction, sanitized, limits, bank);
    const canBeKnown = rules.duplicateDetection === 'message' || bank.verifySignatures;
    if (canBeKnown && bank.isAlreadyProcessed(transaction)) {
      const source = 'agave runtime/src/bank/check_transactions.rs';
      refuseTransaction('AlreadyProcessed', { rule: 'check_status_cache', source });
    }

    const known = facts?.signatureCount ?? -1;
    const signatureCount = known >= 0 ? known : countSignatures(transaction.message);
    fee = calculateFee(signatureCount, bank.environment.lamportsPerSignature, limits.priorityFee);
    return prepareLoaded(sanitized, limits, nonce, fee, bank);
  } catch (failure) {
    if (!(failure instanceof TransactionFailure)) throw failure;
    return { status: 'rejected', error: failure.error, fee, refusal: failure.refusal };
  }
}

/** What the facts say, or what is found out anew. */
function resolve(
  transaction: VersionedTransaction,
  bank: BankView,
  facts: MessageFacts | undefined,
): SanitizedTransaction {
  if (facts === undefined) return resolveAccounts(transaction, bank);
  return { transaction, keys: facts.keys, roles: facts.roles, plans: facts.plans };
}

function prepareLoaded(
  sanitized: SanitizedTransaction,
  limits: TransactionLimits,
  nonce: AccountChange | undefined,
  fee: bigint,
  bank: BankView,
): PreparedTransaction {
  const { environment, programs } = bank;
  const { features, rules } = environment;
  const { transaction, keys } = sanitized;
  const { message } = transaction;
  const rent = rentOf(environment);
  const sizeLimit = limits.loadedAccountsDataSizeLimit;
  if (!rules.takeFeeFirst && message.addressTableLookups.length * ADDRESS_LOOKUP_TABLE_BASE_SIZE > sizeLimit) {
    refuseTransaction('MaxLoadedAccountsDataSizeExceeded', {
      rule: 'load_transaction_accounts',
      source: 'agave svm/src/account_loader.rs',
      asked: 'bytes of lookup tables',
      limit: sizeLimit,
      actual: message.addressTableLookups.length * ADDRESS_LOOKUP_TABLE_BASE_SIZE,
    });
  }
  const storedPayer = bank.getAccount(keys[0]) ?? MISSING_ACCOUNT;
  const payer = takeFee(withRentEpochOfExempt(storedPayer, rent), keys[0], 0, fee, rent, features);
  const loaded = loadAccounts({ sanitized, payer, sizeLimit, rent, rules, bank });
  const keptNonce = rules.advanceNonceOfFailures ? nonce : undefined;
  if (loaded.error !== undefined && !rules.chargeForLoadFailures) refuseTransaction(loaded.error, loaded.refusal);

  // Only a transaction dated by a nonce, or by nothing, has another blockhash than the bank.
  const keepsEnvironment =
    rules.advanceNonceToBankBlockhash || equalBytes(environment.blockhash, message.recentBlockhash);
  return {
    status: 'prepared',
    transaction,
    sanitized,
    environment: keepsEnvironment ? environment : { ...environment, blockhash: message.recentBlockhash },
    programs,
    limits: bank.computeBudgetOverride ?? limits,
    fee,
    loaded,
    loadError: loaded.error,
    loadedAccountsDataSize:
      loaded.error === undefined
        ? loaded.size
        : features.define_ltds_fee_only_semantics
          ? Math.min(loaded.size, sizeLimit)
          : rollbackAccountsOf(keys[0], payer, storedPayer, keptNonce).reduce(
              (size, [, { data }]) => size + data.length,
              0,
            ),
    storedPayer,
    payer,
    nonce: keptNonce,
  };
}

function rentOf({ rent: ruled, sysvars }: ExecutionEnvironment): Rent {
  const rent = ruled ?? sysvars.rent;
  if (rent === undefined) throw new Error('A bank always has a Rent sysvar.');
  return rent;
}

/**
 * What is stored of a transaction that fails: its payer and its nonce. Source: agave svm/src/rollback_accounts.rs,
 * RollbackAccounts::new.
 */
function rollbackAccountsOf(
  payerKey: Pubkey,
  payer: Account,
  storedPayer: Account,
  nonce: AccountChange | undefined,
): readonly AccountChange[] {
  // Without a nonce the payer keeps its rent epoch.
  if (nonce === undefined) return [[payerKey, { ...payer, rentEpoch: storedPayer.rentEpoch }]];
  const [nonceKey, advanced] = nonce;
  if (nonceKey.equals(payerKey)) return [[payerKey, { ...payer, data: advanced.data }]];
  return [[payerKey, payer], nonce];
}

function rollbackAccounts({ sanitized, payer, storedPayer, nonce }: PreparedTransaction): readonly AccountChange[] {
  return rollbackAccountsOf(sanitized.keys[0], payer, storedPayer, nonce);
}

const NO_ITEMS: readonly never[] = [];

/** Runs a prepared transaction. The same one may be run again, with the same outcome. */
export function executeTransaction(prepared: PreparedTransaction, listener?: ExecutionListener): TransactionExecution {
  const { sanitized, environment, fee, loaded, loadedAccountsDataSize } = prepared;
  if (prepared.loadError !== undefined) {
    return {
      error: prepared.loadError,
      logs: NO_ITEMS,
      computeUnitsConsumed: 0,
      fee,
      returnData: undefined,
      innerInstructions: NO_ITEMS,
      accounts: rollbackAccounts(prepared),
      loadedAccountsDataSize,
    };
  }
  const transaction = createTransactionContext(prepared);
  const logs = new LogCollector(environment.logBytesLimit);
  const { computeUnitLimit } = prepared.limits;
  const context = new InvokeContext({
    transaction,
    environment,
    programs: new TransactionProgramCache(prepared.programs, loaded.programs, environment.slot, environment.rules),
    computeUnitLimit,
    heapSize: prepared.limits.heapSize,
    costs: prepared.limits.costs ?? environment.costs,
    logs,
    listener,
  });
  listener?.on({ type: 'transactionStart', transaction, unitsRemaining: computeUnitLimit });
  const failed = processMessage(sanitized, context);
  const error = failed ?? checkOutcome(prepared, transaction);
  if (listener !== undefined) {
    const refusal =
      failed === undefined && error !== undefined ? outcomeRefusal(prepared, transaction, error) : undefined;
    listener.on({ type: 'transactionEnd', transaction, unitsRemaining: context.meter.remaining, refusal });
  }
  const accounts = error === undefined ? writtenAccounts(sanitized, transaction) : rollbackAccounts(prepared);
  reuseAccounts(transaction, listener);
  return {
    error,
    logs: logs.lines,
    computeUnitsConsumed: computeUnitLimit - context.meter.remaining,
    fee,
    returnData: transaction.returnData,
    innerInstructions: innerInstructionsOf(transaction, sanitized.plans.length),
    accounts,
    loadedAccountsDataSize,
    frames: error === undefined && transaction.traceLength > 1 ? new FrameNotes(transaction) : undefined,
  };
}

function createTransactionContext(prepared: PreparedTransaction): TransactionContext {
  const { sanitized, environment, limits, loaded } = prepared;
  const { keys } = sanitized;
  const accounts = new Array<TransactionAccount>(keys.length);
  for (let i = 0; i < accounts.length; i++) {
    const spare = spareAccounts.pop();
    accounts[i] =
      spare === undefined
        ? new TransactionAccount(keys[i], loaded.accounts[i])
        : spare.begin(keys[i], loaded.accounts[i]);
  }
  const ruledStackHeight = environment.features.raise_cpi_nesting_limit_to_8
    ? MAX_INSTRUCTION_STACK_DEPTH_SIMD_0268
    : MAX_INSTRUCTION_STACK_DEPTH;
  const maxStackHeight = limits.maxStackHeight ?? ruledStackHeight;
  return new TransactionContext(accounts, maxStackHeight, DEFAULT_PUBKEY, limits.maxTraceLength);
}

/** Working copies of runs that are over and that nobody has seen. A transaction is a quarter working copies. */
const spareAccounts: TransactionAccount[] = [];

/** Who listened, or ran as a function of the host, may still hold on to what the run was made of. */
function reuseAccounts(transaction: TransactionContext, listener: ExecutionListener | undefined): void {
  if (listener !== undefined || transaction.isSeen) return;
  const { accounts } = transaction;
  for (let i = 0; i < accounts.length && spareAccounts.length < MAX_ACCOUNT_KEYS; i++) spareAccounts.push(accounts[i]);
}

/** Runs the top-level instructions one by one, up to the first that fails. Source: agave svm/src/message_processor.rs. */
function processMessage(sanitized: SanitizedTransaction, context: InvokeContext): TransactionError | undefined {
  const { transaction, plans } = sanitized;
  const { message } = transaction;
  for (let i = 0; i < plans.length; i++) {
    const { programIndex, accounts, positions, precompile } = plans[i];
    const instruction = new InstructionContext(
      context.transaction,
      programIndex,
      accounts,
      bodyOf(message, i),
      i,
      undefined,
      positions,
    );
    try {
      if (precompile === undefined) context.processInstruction(instruction);
      else {
        const instructionDatas = message.instructions.map((each) => each.data);
        context.processPrecompile(instruction, precompile, instructionDatas);
      }
    } catch (failure) {
      if (!(failure instanceof InstructionFailure)) throw failure;
      return { InstructionError: [i & 0xff, failure.error] };
    }
  }
  return undefined;
}

/** Of an instruction that was read by a shape, no view is made unless it is asked for. */
function bodyOf(message: VersionedMessage, index: number): Uint8Array | ShapedInstruction {
  return message instanceof ShapedMessage ? message.instructionAt(index) : message.instructions[index].data;
}

/** What must hold once every instruction has succeeded. */
function checkOutcome(prepared: PreparedTransaction, transaction: TransactionContext): TransactionError | undefined {
  const { sanitized, environment } = prepared;
  const { features, rules } = environment;
  const { keys, roles } = sanitized;
  const rent = rentOf(environment);
  let deltaLow = 0;
  let deltaHigh = 0;
  for (let i = 0; i < keys.length; i++) {
    const account = transaction.accounts[i];
    if (!account.touched) continue;
    splitU64(account.original.lamports);
    deltaLow += (account.lamportsLow >>> 0) - (halves[0] >>> 0);
    deltaHigh += (account.lamportsHigh >>> 0) - (halves[1] >>> 0);
    if (!roles[i].isWritable || isRentTransitionAllowed(rent, features, account.original, account)) continue;
    if (!keys[i].equals(INCINERATOR_ID)) return { InsufficientFundsForRent: { account_index: i } };
  }
  const isBalanced = deltaHigh * 2 ** 32 + deltaLow === 0;
  return rules.checkLamportSum && !isBalanced ? 'UnbalancedTransaction' : undefined;
}

/** What `checkOutcome` looked at, for who listens. */
function outcomeRefusal(
  { environment }: PreparedTransaction,
  transaction: TransactionContext,
  error: TransactionError,
): Refusal {
  if (typeof error === 'object' && 'InsufficientFundsForRent' in error) {
    const { key, lamports, data } = transaction.accounts[error.InsufficientFundsForRent.account_index];
    return {
      rule: 'verify_changes',
      source: 'agave svm/src/transaction_account_state_info.rs',
      account: key,
      asked: 'lamports',
      limit: minimumBalance(rentOf(environment), data.length),
      actual: lamports,
    };
  }
  const actual = transaction.accounts.reduce((sum, a) => sum + a.lamports - a.original.lamports, 0n);
  return { rule: 'execute_loaded_transaction', source: 'agave svm/src/transaction_processor.rs', limit: 0n, actual };
}

function writtenAccounts(
  { keys, roles }: SanitizedTransaction,
  transaction: TransactionContext,
): readonly AccountChange[] {
  let count = 0;
  for (let i = 0; i < keys.length; i++) if (roles[i].isWritable) count++;
  const changes = new Array<AccountChange>(count);
  for (let i = 0, at = 0; at < count; i++) {
    if (!roles[i].isWritable) continue;
    const account = transaction.accounts[i];
    changes[at++] = [keys[i], account.touched ? account.toAccount() : account.original];
  }
  return changes;
}

/** The calls under the top-level instruction they came from. Source: svm/src/transaction_processor.rs, deconstruct_transaction. */
function innerInstructionsOf(
  transaction: TransactionContext,
  topLevelCount: number,
): readonly (readonly InnerInstruction[])[] {
  if (!transaction.hasCalls) return noCalls(topLevelCount);
  const lists: InnerInstruction[][] = [];
  for (let i = 0; i < topLevelCount; i++) lists.push([]);
  for (const instruction of transaction.trace) {
    const { topLevelIndex, stackHeight, programIndexInTransaction, accounts, data } = instruction;
    if (stackHeight === 1) continue;
    // Not `Uint8Array.from`, which takes a microsecond for its iterator.
    const indexes = new Uint8Array(accounts.length);
    for (let i = 0; i < indexes.length; i++) indexes[i] = accounts[i].indexInTransaction;
    lists[topLevelIndex].push({
      programIdIndex: programIndexInTransaction,
      accounts: indexes,
      data,
      stackHeight,
    });
  }
  return lists;
}

const NO_CALLS: (readonly (readonly never[])[] | undefined)[] = [];

/** That many empty lists. Most transactions make no calls. */
function noCalls(topLevelCount: number): readonly (readonly never[])[] {
  return (NO_CALLS[topLevelCount] ??= new Array<readonly never[]>(topLevelCount).fill(NO_ITEMS));
}
