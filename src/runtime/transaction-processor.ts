// Takes a transaction through every check, in order, to a prepared one that can run; runs it; and says what is left.
// `prepareTransaction` reads the bank. `executeTransaction` reads only what was prepared, all of it values, so that it can
// be repeated with a listener to see what happened. To store the outcome is for the bank.
// Where a validator and LiteSVM differ, the switch of rules.ts stands in the condition.
// Source: agave runtime/src/bank.rs, verify_transaction; runtime/src/bank/check_transactions.rs;
// svm/src/transaction_processor.rs; litesvm crates/litesvm/src/lib.rs.

import type { Account } from '../wire/account.ts';
import { equalBytes } from '../wire/bytes.ts';
import { DEFAULT_PUBKEY, type Pubkey } from '../wire/pubkey.ts';
import type { VersionedTransaction } from '../wire/transaction.ts';
import type { TransactionError } from '../wire/transaction-error.ts';
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
import { InvokeContext } from './invoke-context.ts';
import { LogCollector } from './log-collector.ts';
import { factsOf, type MessageFacts, noteFacts } from './message-facts.ts';
import { type ProgramCache, TransactionProgramCache } from './program-cache.ts';
import { isRentTransitionAllowed, minimumBalance } from './rent.ts';
import { resolveAccounts, type SanitizedTransaction } from './sanitized-transaction.ts';
import type { Rent } from './sysvars/layouts.ts';
import { checkAge, checkForm, checkLocks, checkSignatures, limitsOf, readRequests } from './transaction-checks.ts';
import { TransactionContext } from './transaction-context.ts';
import { type AccountChange, rollbackAccountsOf, TransactionExecution } from './transaction-execution.ts';

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

/** Runs a prepared transaction. The same one may be run again, with the same outcome. */
export function executeTransaction(prepared: PreparedTransaction, listener?: ExecutionListener): TransactionExecution {
  if (prepared.loadError !== undefined) return TransactionExecution.ofLoadFailure(prepared);
  const context = beginRun(prepared, listener);
  const { transaction } = context;
  listener?.on({ type: 'transactionStart', transaction, unitsRemaining: context.meter.remaining });
  const failed = processMessage(prepared.sanitized, context);
  const error = failed ?? checkOutcome(prepared, transaction);
  if (listener !== undefined) {
    const refusal =
      failed === undefined && error !== undefined ? outcomeRefusal(prepared, transaction, error) : undefined;
    listener.on({ type: 'transactionEnd', transaction, unitsRemaining: context.meter.remaining, refusal });
  }
  const execution = TransactionExecution.of(prepared, context, error);
  if (listener === undefined) endRun(context, execution);
  return execution;
}

/** Contexts of runs that are over and that nobody has seen: half of what a transfer needs, were it made anew. */
const spareContexts: InvokeContext[] = [];

/** A context with everything as it is before the first instruction. */
function beginRun(prepared: PreparedTransaction, listener: ExecutionListener | undefined): InvokeContext {
  const { sanitized, environment, limits, loaded } = prepared;
  const ruledStackHeight = environment.features.raise_cpi_nesting_limit_to_8
    ? MAX_INSTRUCTION_STACK_DEPTH_SIMD_0268
    : MAX_INSTRUCTION_STACK_DEPTH;
  const maxStackHeight = limits.maxStackHeight ?? ruledStackHeight;
  const { computeUnitLimit, heapSize } = limits;
  const costs = limits.costs ?? environment.costs;
  // Who listens may keep what he sees.
  const spare = listener === undefined ? spareContexts.pop() : undefined;
  if (spare === undefined) {
    const transaction = new TransactionContext([], maxStackHeight, DEFAULT_PUBKEY, limits.maxTraceLength);
    transaction.begin(sanitized.keys, loaded.accounts, maxStackHeight, limits.maxTraceLength);
    const logs = new LogCollector(environment.logBytesLimit);
    const { slot, rules } = environment;
    const programs = new TransactionProgramCache(prepared.programs, loaded.programs, slot, rules);
    return new InvokeContext({
      transaction,
      environment,
      programs,
      computeUnitLimit,
      heapSize,
      costs,
      logs,
      listener,
    });
  }
  spare.transaction.begin(sanitized.keys, loaded.accounts, maxStackHeight, limits.maxTraceLength);
  spare.programs.begin(prepared.programs, loaded.programs, environment.slot, environment.rules);
  spare.logs?.begin(environment.logBytesLimit);
  spare.begin(environment, computeUnitLimit, heapSize, costs);
  return spare;
}

/** A function of the host that ran may still hold on to what the run was made of, and the notes of calls do. */
function endRun(context: InvokeContext, execution: TransactionExecution): void {
  const { transaction } = context;
  if (transaction.isSeen) return;
  if (execution.frames !== undefined && transaction.hasCalls) transaction.giveUpAccounts();
  else if (spareContexts.length < MAX_SPARE_CONTEXTS) spareContexts.push(context);
}

/** More are in use at a time only where programs of the host send transactions. */
const MAX_SPARE_CONTEXTS = 4;

/** Runs the top-level instructions one by one, up to the first that fails. Source: agave svm/src/message_processor.rs. */
function processMessage(sanitized: SanitizedTransaction, context: InvokeContext): TransactionError | undefined {
  const { transaction, plans } = sanitized;
  const { message } = transaction;
  for (let i = 0; i < plans.length; i++) {
    const plan = plans[i];
    const { precompile } = plan;
    const instruction = context.transaction.topLevel(i, plan, message);
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
    deltaLow += (account.lamportsLow >>> 0) - (account.originalLow >>> 0);
    deltaHigh += (account.lamportsHigh >>> 0) - (account.originalHigh >>> 0);
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
