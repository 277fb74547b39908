// Loads a transaction's accounts: counts their size against the transaction's limit, makes up those that aren't stored,
// checks that what its instructions call can be called, and notes which programs it could run.
// The fee payer is handed in with the fee taken.
// Source: agave svm/src/account_loader.rs, load_transaction_accounts.

import { type Account, RENT_EXEMPT_RENT_EPOCH } from '../wire/account.ts';
import type { Pubkey } from '../wire/pubkey.ts';
import type { TransactionError } from '../wire/transaction-error.ts';
import {
  BPF_LOADER_DEPRECATED_ID,
  BPF_LOADER_ID,
  BPF_LOADER_UPGRADEABLE_ID,
  INSTRUCTIONS_SYSVAR_ID,
  LOADER_V4_ID,
  NATIVE_LOADER_ID,
  SYSTEM_PROGRAM_ID,
  SYSVAR_OWNER_ID,
} from './addresses.ts';
import type { Refusal } from './errors.ts';
import { type ProgramSource, programSource } from './program-cache.ts';
import { isRentExempt } from './rent.ts';
import type { TransactionRules } from './rules.ts';
import type { SanitizedTransaction } from './sanitized-transaction.ts';
import { constructInstructionsData } from './sysvars/instructions.ts';
import type { Rent } from './sysvars/layouts.ts';

/** What every stored account counts beside its data (SIMD-0186). */
const TRANSACTION_ACCOUNT_BASE_SIZE = 64;
/** What every lookup table counts: the largest one there can be (SIMD-0186). */
export const ADDRESS_LOOKUP_TABLE_BASE_SIZE = 8248;

const LOADER_SOURCE = 'agave svm/src/account_loader.rs';

const NO_DATA = new Uint8Array(0);

/** What an account that isn't stored looks like. */
export const MISSING_ACCOUNT: Account = {
  lamports: 0n,
  data: NO_DATA,
  owner: SYSTEM_PROGRAM_ID,
  executable: false,
  rentEpoch: RENT_EXEMPT_RENT_EPOCH,
};

export interface LoadedAccounts {
  /** One for each key of the transaction; fewer where loading failed. */
  readonly accounts: readonly Account[];
  /** The accounts that a loader owns: what can be called as a program. */
  readonly programs: readonly ProgramSource[];
  readonly size: number;
  readonly error: TransactionError | undefined;
  /** What `error` is about. */
  readonly refusal?: Refusal | undefined;
}

interface LoadRequest {
  readonly sanitized: SanitizedTransaction;
  /** The account at index 0, with the fee taken. */
  readonly payer: Account;
  /** Bytes. */
  readonly sizeLimit: number;
  readonly rent: Rent;
  readonly rules: TransactionRules;
  readonly bank: {
    getAccount(key: Pubkey): Account | undefined;
    programDataWhenStored?(program: Pubkey): { readonly account: Account | undefined } | undefined;
  };
}

type LoadingAccounts = { -readonly [K in keyof LoadedAccounts]: LoadedAccounts[K] } & {
  readonly accounts: Account[];
};
const NO_PROGRAMS: readonly ProgramSource[] = [];

/** Loads what it can: `error` says why it stopped. */
export function loadAccounts(request: LoadRequest): LoadedAccounts {
  const { sanitized, sizeLimit } = request;
  const { transaction, keys, plans } = sanitized;
  const { addressTableLookups } = transaction.message;
  const size = addressTableLookups.length * ADDRESS_LOOKUP_TABLE_BASE_SIZE;
  const accounts = new Array<Account>(keys.length);
  const loaded: LoadingAccounts = { accounts, programs: NO_PROGRAMS, size, error: undefined, refusal: undefined };
  if (size > sizeLimit) loaded.error = sizeExceeded(loaded, request, undefined);
  for (let i = 0; i < keys.length && loaded.error === undefined; i++) {
    loaded.error = loadAccount(loaded, request, keys[i], i);
  }
  for (let i = 0; i < plans.length && loaded.error === undefined; i++) {
    loaded.error = checkProgram(loaded, request, plans[i].programIndex);
  }
  return loaded;
}

function loadAccount(
  loaded: LoadingAccounts,
  request: LoadRequest,
  key: Pubkey,
  index: number,
): TransactionError | undefined {
  const { sanitized, sizeLimit } = request;
  let account: Account | undefined;
  if (index === 0) {
    account = request.payer;
    loaded.size += TRANSACTION_ACCOUNT_BASE_SIZE + account.data.length;
  } else if (key.equals(INSTRUCTIONS_SYSVAR_ID)) {
    account = instructionsSysvarAccount(sanitized);
    // No packet is long enough for this: only rules without a limit on its size come here.
    if (account === undefined) return 'SanitizeFailure';
  } else if ((account = request.bank.getAccount(key)) !== undefined) {
    if (sanitized.roles[index].isWritable) account = withRentEpochOfExempt(account, request.rent);
    loaded.size += TRANSACTION_ACCOUNT_BASE_SIZE + account.data.length;
  } else {
    account = MISSING_ACCOUNT;
  }
  if (loaded.size > sizeLimit) return sizeExceeded(loaded, request, key);
  if (isLoader(account.owner)) {
    noteProgram(loaded, request, key, account);
    if (loaded.size > sizeLimit) return sizeExceeded(loaded, request, key);
  }
  loaded.accounts[index] = account;
  return undefined;
}

/** @param account the one that was one too many; undefined where lookup tables alone are */
function sizeExceeded(loaded: LoadingAccounts, request: LoadRequest, account: Pubkey | undefined): TransactionError {
  loaded.refusal = {
    rule: 'increase_calculated_data_size',
    source: LOADER_SOURCE,
    account,
    asked: 'bytes of accounts',
    limit: request.sizeLimit,
    actual: loaded.size,
  };
  return 'MaxLoadedAccountsDataSizeExceeded';
}

function noteProgram(loaded: LoadingAccounts, request: LoadRequest, key: Pubkey, account: Account): void {
  const { programs } = loaded;
  const { bank, rules, sanitized } = request;
  const source = programSource(key, account, (programDataKey) => {
    const known = rules.readProgramsWhenStored ? bank.programDataWhenStored?.(key) : undefined;
    return known === undefined ? bank.getAccount(programDataKey) : known.account;
  });
  const { programDataKey, programData } = source;
  if (rules.countUnlistedProgramData && programDataKey !== undefined && programData !== undefined) {
    // Where two programs share their data it counts once.
    const isCounted =
      sanitized.keys.some((listed) => listed.equals(programDataKey)) ||
      programs.some((program) => program.programDataKey?.equals(programDataKey));
    if (!isCounted) loaded.size += TRANSACTION_ACCOUNT_BASE_SIZE + programData.data.length;
  }
  loaded.programs = programs.length === 0 ? [source] : [...programs, source];
}

/** Whether what a top-level instruction calls may run at all. Whether it does is found out when it is called. */
function checkProgram(loaded: LoadingAccounts, request: LoadRequest, index: number): TransactionError | undefined {
  const { rules } = request;
  const { keys } = request.sanitized;
  const { owner, executable, lamports } = loaded.accounts[index];
  if (rules.allowNativeLoaderAsProgram && keys[index].equals(NATIVE_LOADER_ID)) return undefined;
  // The instructions sysvar has no lamports either: it is made up for the transaction, not stored.
  if (rules.distinguishMissingPrograms && lamports === 0n) {
    loaded.refusal = { rule: 'load_transaction_accounts', source: LOADER_SOURCE, program: keys[index] };
    return 'ProgramAccountNotFound';
  }
  const isCallable = rules.ignoreExecutableFlag ? owner.equals(NATIVE_LOADER_ID) || isLoader(owner) : executable;
  if (isCallable) return undefined;
  loaded.refusal = {
    rule: 'load_transaction_accounts',
    source: LOADER_SOURCE,
    program: keys[index],
    detail: lamports === 0n ? 'there is no such account' : `owned by ${owner}${executable ? '' : ', not executable'}`,
  };
  return 'InvalidProgramForExecution';
}

function isLoader(owner: Pubkey): boolean {
  // The owners of most accounts that are no programs.
  if (owner === SYSTEM_PROGRAM_ID || owner === NATIVE_LOADER_ID) return false;
  return (
    owner.equals(BPF_LOADER_UPGRADEABLE_ID) ||
    owner.equals(BPF_LOADER_ID) ||
    owner.equals(BPF_LOADER_DEPRECATED_ID) ||
    owner.equals(LOADER_V4_ID)
  );
}

/** Source: agave svm/src/account_loader.rs, update_rent_exempt_status_for_account. */
export function withRentEpochOfExempt(account: Account, rent: Rent): Account {
  if (account.rentEpoch === RENT_EXEMPT_RENT_EPOCH || !isRentExempt(rent, account.lamports, account.data.length)) {
    return account;
  }
  // Field by field: a bundled program's data is a getter, which a spread would lose.
  const { lamports, data, owner, executable } = account;
  return { lamports, data, owner, executable, rentEpoch: RENT_EXEMPT_RENT_EPOCH };
}

function instructionsSysvarAccount({ transaction, keys, roles }: SanitizedTransaction): Account | undefined {
  const data = constructInstructionsData(transaction.message.instructions, keys, roles);
  return data && { lamports: 0n, data, owner: SYSVAR_OWNER_ID, executable: false, rentEpoch: 0n };
}
