// A capsule of a transaction that a cluster has run, from recorded RPC answers: the transaction, and its accounts. Balances
// and token amounts are brought back to what they were before it, where the answer tells them; everything else of an
// account is as it was recorded. What the transaction needs and nobody recorded is named.

import { Bank } from '../bank/bank.ts';
import { programDataAddressOf } from '../bank/program-accounts.ts';
import { ADDRESS_LOOKUP_TABLE_ID, BPF_LOADER_UPGRADEABLE_ID, CLOCK_ID, SYSVAR_OWNER_ID } from '../runtime/addresses.ts';
import { FeatureSet } from '../runtime/features.ts';
import { AGAVE_RULES } from '../runtime/rules.ts';
import { decodeClock, encodeClock } from '../runtime/sysvars/layouts.ts';
import type { BankView } from '../runtime/transaction-processor.ts';
import { readTokenAccount } from '../trace/decoders/token-state.ts';
import { type Account, RENT_EXEMPT_RENT_EPOCH } from '../wire/account.ts';
import { concatBytes, readU32, readU64, U64_MAX, writeU32, writeU64 } from '../wire/bytes.ts';
import { Pubkey } from '../wire/pubkey.ts';
import { type Capsule, makeCapsule } from './capsule.ts';
import {
  type RecordedAccounts,
  type RecordedTransaction,
  readRecordedAccounts,
  readRecordedTransaction,
  refuseRecording,
} from './capsule-recording.ts';

export interface RpcRecording {
  /** What `getTransaction` answered, with encoding `base64` or `json`. */
  readonly transaction: unknown;
  /**
   * The accounts it names, the program data accounts of its programs, and its lookup tables: answers of
   * `getMultipleAccounts` and `getAccountInfo`, with encoding `base64`.
   */
  readonly accounts: unknown;
  /** In place of what the answer says. */
  readonly slot?: bigint;
  /** Seconds since 1970, in place of the answer's `blockTime`. */
  readonly unixTimestamp?: bigint;
  /** Gates that were active. Default: those of mainnet. */
  readonly features?: FeatureSet;
  /** Address → name, for traces. */
  readonly names?: Readonly<Record<string, string>>;
}

/**
 * Makes a capsule of a transaction that a cluster has run.
 *
 * @throws ParhelionError `INVALID_RECORDING` naming what can't be read, or the accounts that are missing.
 *
 * @example
 * ```ts
 * const transaction = await rpc.getTransaction(signature, { encoding: 'base64', maxSupportedTransactionVersion: 0 }).send();
 * const accounts = await rpc.getMultipleAccounts(addresses, { encoding: 'base64' }).send();
 * const capsule = capsuleFromRpc({ transaction, accounts: { addresses, ...accounts } });
 * console.log(explain(runCapsule(capsule)));
 * ```
 */
export function capsuleFromRpc(recording: RpcRecording): Capsule {
  const recorded = readRecordedTransaction(recording.transaction);
  const { transaction, keys } = recorded;
  const accounts = readRecordedAccounts(recording.accounts, keys);
  const notes: string[] = [];
  const bank = new Bank({ features: recording.features ?? FeatureSet.mainnet(), rules: AGAVE_RULES });
  const slot = recording.slot ?? recorded.slot;
  if (slot !== undefined) bank.warpToSlot(slot);
  setTime(bank, recording.unixTimestamp ?? recorded.blockTime);
  rewindBalances(recorded, accounts, notes);
  addLookupTables(recorded, accounts, notes);
  checkComplete(recorded, accounts, bank);
  for (const [address, account] of accounts) {
    // Sysvars are those of the slot, not of when they were asked for.
    if (account === null || account.owner.equals(SYSVAR_OWNER_ID)) continue;
    bank.setAccount(Pubkey.fromBase58(address), deployedBefore(address, account, bank.slot, notes));
  }
  const view: BankView & { readonly features: FeatureSet } = {
    getAccount: (key) => (accounts.get(key.toString()) === null ? undefined : bank.getAccount(key)),
    environment: bank.environment,
    features: bank.features,
    programs: bank.programs,
    latestBlockhash: bank.latestBlockhash,
    // The cluster has accepted all three.
    isRecentBlockhash: () => true,
    isAlreadyProcessed: () => false,
    verifySignatures: false,
    checkBlockhash: true,
    computeBudgetOverride: undefined,
  };
  const capsule = makeCapsule(transaction, view, new Map(Object.entries(recording.names ?? {})));
  const { error, logs, computeUnitsConsumed } = recorded;
  return {
    ...capsule,
    recorded: { error, logs: logs ?? null, computeUnitsConsumed: computeUnitsConsumed ?? null },
    notes,
  };
}

function setTime(bank: Bank, unixTimestamp: bigint | undefined): void {
  const clock = bank.getAccount(CLOCK_ID);
  const decoded = clock === undefined ? undefined : decodeClock(clock.data);
  if (decoded === undefined || unixTimestamp === undefined) return;
  bank.setSysvar(CLOCK_ID, encodeClock({ ...decoded, unixTimestamp }));
}

/** What the answer tells of the time before the transaction. */
function rewindBalances(recorded: RecordedTransaction, accounts: RecordedAccounts, notes: string[]): void {
  const { keys, preBalances, preTokenAmounts } = recorded;
  if (preBalances === undefined) {
    notes.push('Accounts are as recorded: the answer has no preBalances.');
    return;
  }
  for (const [i, address] of keys.entries()) {
    const lamports = preBalances[i];
    const account = accounts.get(address);
    if (lamports === undefined || account === undefined) continue;
    if (lamports === 0n) accounts.set(address, null);
    else if (account !== null) accounts.set(address, { ...account, lamports });
  }
  for (const { address, mint, amount } of preTokenAmounts) {
    const account = accounts.get(address);
    if (account == null) continue;
    if (readTokenAccount({ owner: account.owner.toString(), data: account.data })?.mint !== mint) continue;
    const data = account.data.slice();
    writeU64(data, TOKEN_AMOUNT_OFFSET, amount);
    accounts.set(address, { ...account, data });
  }
  notes.push('Lamports and token amounts are those before the transaction; all else of each account is as recorded.');
}

const TOKEN_AMOUNT_OFFSET = 64;

/** Tables that nobody recorded, made from the addresses that the node says were loaded. */
function addLookupTables(
  { transaction, loaded }: RecordedTransaction,
  accounts: RecordedAccounts,
  notes: string[],
): void {
  const { message } = transaction;
  const lookups = message.version === 0 ? message.addressTableLookups : [];
  const taken = { writable: 0, readonly: 0 };
  for (const { accountKey, writableIndexes, readonlyIndexes } of lookups) {
    const address = accountKey.toString();
    const count = Math.max(-1, ...writableIndexes, ...readonlyIndexes) + 1;
    const list: Uint8Array[] = Array.from({ length: count }, () => new Uint8Array(32));
    const take = (kind: 'writable' | 'readonly', indexes: Uint8Array) => {
      for (const index of indexes) {
        const key = loaded?.[kind][taken[kind]++];
        if (key !== undefined) list[index] = Pubkey.fromBase58(key).bytes;
      }
    };
    take('writable', writableIndexes);
    take('readonly', readonlyIndexes);
    if (accounts.get(address) != null) continue;
    if (loaded === undefined) {
      refuseRecording(
        `the lookup table ${address} is missing from the accounts, and the answer has no meta.loadedAddresses: fetch it with getAccountInfo`,
      );
    }
    accounts.set(address, lookupTable(list));
    notes.push(`The lookup table ${address} is made from the addresses that were loaded.`);
  }
}

function lookupTable(addresses: readonly Uint8Array[]): Account {
  const meta = new Uint8Array(56);
  writeU32(meta, 0, 1);
  writeU64(meta, 4, U64_MAX);
  return {
    lamports: 1_000_000_000n,
    owner: ADDRESS_LOOKUP_TABLE_ID,
    executable: false,
    rentEpoch: RENT_EXEMPT_RENT_EPOCH,
    data: concatBytes([meta, ...addresses]),
  };
}

const SHOWN_MISSING = 8;

/** Everything the transaction names must be there, or be known not to be; and what its programs consist of. */
function checkComplete(recorded: RecordedTransaction, accounts: RecordedAccounts, bank: Bank): void {
  const { keys, preBalances } = recorded;
  const missing: string[] = [];
  for (const [i, address] of keys.entries()) {
    const account = accounts.get(address);
    const before = preBalances?.[i];
    const isKnown = bank.getAccount(Pubkey.fromBase58(address)) !== undefined;
    if (account === undefined && before !== 0n && !isKnown) missing.push(`${address} (account #${i})`);
    if (account === null && before !== undefined && before > 0n && !isKnown) {
      missing.push(`${address} (account #${i}, which had ${before} lamports before the transaction and is gone since)`);
    }
  }
  for (const [address, account] of accounts) {
    if (account === null || !account.owner.equals(BPF_LOADER_UPGRADEABLE_ID) || !account.executable) continue;
    const isProgram = account.data.length >= 36 && readU32(account.data, 0) === 2;
    const data = isProgram ? new Pubkey(account.data.slice(4, 36)) : programDataAddressOf(Pubkey.fromBase58(address));
    if (accounts.get(data.toString()) != null || bank.getAccount(data) !== undefined) continue;
    missing.push(`${data} (the program data of ${address})`);
  }
  if (missing.length === 0) return;
  const more = missing.length > SHOWN_MISSING ? ` and ${missing.length - SHOWN_MISSING} more` : '';
  refuseRecording(
    `these accounts are missing: ${missing.slice(0, SHOWN_MISSING).join(', ')}${more}. Fetch them with getMultipleAccounts, encoding base64; null says that one does not exist`,
  );
}

/** A program that was deployed again since could not be called at the slot of the transaction. */
function deployedBefore(address: string, account: Account, slot: bigint, notes: string[]): Account {
  const isProgramData = account.owner.equals(BPF_LOADER_UPGRADEABLE_ID) && account.data.length >= 12;
  if (!isProgramData || readU32(account.data, 0) !== 3 || readU64(account.data, 4) < slot) return account;
  notes.push(
    `The program of ${address} was deployed in slot ${readU64(account.data, 4)}, after the transaction: its code may not be what ran.`,
  );
  const data = account.data.slice();
  writeU64(data, 4, 0n);
  return { ...account, data };
}
