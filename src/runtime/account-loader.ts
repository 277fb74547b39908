// Loads a transaction's accounts: counts their size against the transaction's limit, makes up those that aren't stored,
// checks that what its instructions call can be called, and notes which programs it could run.
// The fee payer is handed in with the fee taken.
// Source: agave svm/src/account_loader.rs, load_transaction_accounts.

import { type Account, RENT_EXEMPT_RENT_EPOCH } from '../wire/account.ts';
import { DEFAULT_PUBKEY, type Pubkey } from '../wire/pubkey.ts';
import type { TransactionError } from '../wire/transaction-error.ts';
import {
  BPF_LOADER_DEPRECATED_ID,
  BPF_LOADER_ID,
  BPF_LOADER_UPGRADEABLE_ID,
  INSTRUCTIONS_SYSVAR_ID,
  LOADER_V4_ID,
  NATIVE_LOADER_ID,
  SYSVAR_OWNER_ID,
} from './addresses.ts';
import { type ProgramSource, programDataAddress } from './program-cache.ts';
import { isRentExempt } from './rent.ts';
import type { TransactionRules } from './rules.ts';
import type { SanitizedTransaction } from './sanitized-transaction.ts';
import { constructInstructionsData } from './sysvars/instructions.ts';
import type { Rent } from './sysvars/layouts.ts';

/** What every stored account counts beside its data (SIMD-0186). */
export const TRANSACTION_ACCOUNT_BASE_SIZE = 64;
/** What every lookup table counts: the largest one there can be (SIMD-0186). */
export const ADDRESS_LOOKUP_TABLE_BASE_SIZE = 8248;

const NO_DATA = new Uint8Array(0);

/** What an account that isn't stored looks like. */
export const MISSING_ACCOUNT: Account = {
  lamports: 0n,
  data: NO_DATA,
  owner: DEFAULT_PUBKEY,
  executable: false,
  rentEpoch: RENT_EXEMPT_RENT_EPOCH,
};

export interface LoadedAccounts {
  /** One for each key of the transaction, then the loaders appended. Fewer where loading failed. */
  readonly accounts: readonly Account[];
  /** Keys of the loaders behind the transaction's own accounts. */
  readonly appendedKeys: readonly Pubkey[];
  /** The accounts that a loader owns: what can be called as a program. */
  readonly programs: readonly ProgramSource[];
  readonly size: number;
  readonly error: TransactionError | undefined;
}

interface LoadRequest {
  readonly sanitized: SanitizedTransaction;
  /** The account at index 0, with the fee taken. */
  readonly payer: Account;
  /** Bytes. */
  readonly sizeLimit: number;
  readonly rent: Rent;
  readonly rules: TransactionRules;
  readonly bank: { getAccount(key: Pubkey): Account | undefined };
}

const NO_KEYS: readonly Pubkey[] = [];

export function loadAccounts(request: LoadRequest): LoadedAccounts {
  const { sanitized, payer, sizeLimit, rules } = request;
  const { transaction, keys, roles } = sanitized;
  const accounts: Account[] = [];
  const programs: ProgramSource[] = [];
  let appendedKeys = NO_KEYS;
  let size = transaction.message.addressTableLookups.length * ADDRESS_LOOKUP_TABLE_BASE_SIZE;
  const end = (error: TransactionError | undefined): LoadedAccounts => ({
    accounts,
    appendedKeys,
    programs,
    size,
    error,
  });

  if (size > sizeLimit) return end('MaxLoadedAccountsDataSizeExceeded');
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i];
    let account: Account | undefined;
    if (i === 0) {
      account = payer;
      size += TRANSACTION_ACCOUNT_BASE_SIZE + account.data.length;
    } else if (key.equals(INSTRUCTIONS_SYSVAR_ID)) {
      account = instructionsSysvarAccount(sanitized);
      // No packet is long enough for this: only rules without a limit on its size come here.
      if (account === undefined) return end('SanitizeFailure');
    } else if ((account = request.bank.getAccount(key)) !== undefined) {
      if (roles[i].isWritable) account = withRentEpochOfExempt(account, request.rent);
      size += TRANSACTION_ACCOUNT_BASE_SIZE + account.data.length;
    } else {
      account = MISSING_ACCOUNT;
    }
    if (size > sizeLimit) return end('MaxLoadedAccountsDataSizeExceeded');
    accounts.push(account);

    if (!isLoader(account.owner)) continue;
    const programDataKey = account.owner.equals(BPF_LOADER_UPGRADEABLE_ID) ? programDataAddress(account) : undefined;
    const programData = programDataKey && request.bank.getAccount(programDataKey);
    // Where two programs share their data, or a program is its own, it counts once.
    if (rules.countUnlistedProgramData && programDataKey !== undefined && programData !== undefined) {
      const isCounted =
        keys.some((listed) => listed.equals(programDataKey)) ||
        programs.some((program) => program.programDataKey?.equals(programDataKey));
      if (!isCounted) {
        size += TRANSACTION_ACCOUNT_BASE_SIZE + programData.data.length;
        if (size > sizeLimit) return end('MaxLoadedAccountsDataSizeExceeded');
      }
    }
    programs.push({ key, account, programDataKey, programData });
  }

  for (const { programIdIndex } of transaction.message.instructions) {
    const key = keys[programIdIndex];
    const program = accounts[programIdIndex];
    const error = checkProgram(key, program, rules);
    if (error !== undefined) return end(error);
    if (!rules.appendLoaderAccounts || key.equals(NATIVE_LOADER_ID) || program.owner.equals(NATIVE_LOADER_ID)) continue;
    const loader = request.bank.getAccount(program.owner);
    if (loader === undefined || !loader.executable || !loader.owner.equals(NATIVE_LOADER_ID)) {
      return end('InvalidProgramForExecution');
    }
    if (!keys.some((listed) => listed.equals(program.owner)) && !appendedKeys.some((k) => k.equals(program.owner))) {
      accounts.push(loader);
      appendedKeys = [...appendedKeys, program.owner];
    }
  }
  return end(undefined);
}

/** Whether what a top-level instruction calls may run at all. Whether it does is found out when it is called. */
function checkProgram(key: Pubkey, account: Account, rules: TransactionRules): TransactionError | undefined {
  if (rules.allowNativeLoaderAsProgram && key.equals(NATIVE_LOADER_ID)) return undefined;
  // The instructions sysvar is made up for the transaction: it isn't stored either.
  const isStored = account.lamports > 0n;
  if (rules.distinguishMissingPrograms && !isStored) return 'ProgramAccountNotFound';
  const isCallable = rules.ignoreExecutableFlag
    ? account.owner.equals(NATIVE_LOADER_ID) || isLoader(account.owner)
    : account.executable;
  return isCallable ? undefined : 'InvalidProgramForExecution';
}

function isLoader(owner: Pubkey): boolean {
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
  return { ...account, rentEpoch: RENT_EXEMPT_RENT_EPOCH };
}

function instructionsSysvarAccount({ transaction, keys, roles }: SanitizedTransaction): Account | undefined {
  const data = constructInstructionsData(transaction.message.instructions, keys, roles);
  return data && { lamports: 0n, data, owner: SYSVAR_OWNER_ID, executable: false, rentEpoch: 0n };
}
