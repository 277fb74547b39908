// A transaction with all its accounts known by key and role: the keys of its message, those its lookup tables add, and
// what each may be used for. Roles are settled here once; instructions, the instructions sysvar, the rent check and the
// commit all read them.
// Source: solana-sdk message/src/{sanitized.rs, versions/v0/loaded.rs}; address-lookup-table-interface/src/state.rs;
// agave reserved-account-keys/src/lib.rs.

import type { Account } from '../wire/account.ts';
import { readU64, U64_MAX } from '../wire/bytes.ts';
import type { VersionedMessage } from '../wire/message.ts';
import { PUBKEY_BYTES, Pubkey } from '../wire/pubkey.ts';
import { PubkeyMap } from '../wire/pubkey-map.ts';
import type { VersionedTransaction } from '../wire/transaction.ts';
import type { TransactionErrorName } from '../wire/transaction-error.ts';
import { MAX_ACCOUNT_KEYS } from '../wire/transaction-sanitizer.ts';
import * as ids from './addresses.ts';
import type { ExecutionEnvironment } from './environment.ts';
import { type Refusal, refuseTransaction } from './errors.ts';
import { PRECOMPILES, type Precompile } from './precompiles/index.ts';
import type { SlotHashes } from './sysvars/layouts.ts';
import type { InstructionAccount, Positions } from './transaction-context.ts';

/** A top-level instruction without its data. */
export interface InstructionPlan {
  readonly programIndex: number;
  readonly accounts: readonly InstructionAccount[];
  /** Undefined where nobody has worked them out yet. */
  readonly positions: Positions | undefined;
  readonly precompile: Precompile | undefined;
}

/** A transaction with all its accounts known by key and role. */
export interface ResolvedMessage {
  /** Keys of the message, then all that lookup tables load as writable, then all they load as readonly. */
  readonly keys: readonly Pubkey[];
  /** What each key is to every instruction that names it, by the same index. */
  readonly roles: readonly InstructionAccount[];
  readonly plans: readonly InstructionPlan[];
}

export interface SanitizedTransaction extends ResolvedMessage {
  readonly transaction: VersionedTransaction;
}

/** Accounts that no transaction may write: programs of the runtime, sysvars. */
const RESERVED_ACCOUNT_KEYS = new PubkeyMap<true>();
for (const key of [
  ids.ADDRESS_LOOKUP_TABLE_ID,
  ids.BPF_LOADER_ID,
  ids.BPF_LOADER_DEPRECATED_ID,
  ids.BPF_LOADER_UPGRADEABLE_ID,
  ids.COMPUTE_BUDGET_ID,
  ids.CONFIG_PROGRAM_ID,
  ids.ED25519_ID,
  ids.FEATURE_PROGRAM_ID,
  ids.LOADER_V4_ID,
  ids.SECP256K1_ID,
  ids.SECP256R1_ID,
  ids.STAKE_CONFIG_ID,
  ids.STAKE_PROGRAM_ID,
  ids.SYSTEM_PROGRAM_ID,
  ids.VOTE_PROGRAM_ID,
  ids.ZK_ELGAMAL_PROOF_ID,
  ids.ZK_TOKEN_PROOF_ID,
  ids.CLOCK_ID,
  ids.EPOCH_REWARDS_ID,
  ids.EPOCH_SCHEDULE_ID,
  ids.FEES_ID,
  ids.INSTRUCTIONS_SYSVAR_ID,
  ids.LAST_RESTART_SLOT_ID,
  ids.RECENT_BLOCKHASHES_ID,
  ids.RENT_ID,
  ids.REWARDS_ID,
  ids.SLOT_HASHES_ID,
  ids.SLOT_HISTORY_ID,
  ids.STAKE_HISTORY_ID,
  ids.NATIVE_LOADER_ID,
  ids.SYSVAR_OWNER_ID,
]) {
  RESERVED_ACCOUNT_KEYS.set(key, true);
}

/** What resolving lookup tables needs of a bank. */
export interface LookupSource {
  getAccount(key: Pubkey): Account | undefined;
  readonly environment: Pick<ExecutionEnvironment, 'slot' | 'sysvars'>;
}

/** Names every account of a message whose form was found sane; the first bad lookup is refused. */
export function resolveAccounts(transaction: VersionedTransaction, source: LookupSource): SanitizedTransaction {
  const { message } = transaction;
  const { addressTableLookups: lookups } = message;
  let keys = message.accountKeys;
  let loadedWritableCount = 0;
  if (lookups.length > 0) {
    const { slot, sysvars } = source.environment;
    const { slotHashes } = sysvars;
    if (slotHashes === undefined) return refuseTransaction('AccountNotFound');
    const writable: Pubkey[] = [];
    const readonly: Pubkey[] = [];
    for (const { accountKey, writableIndexes, readonlyIndexes } of lookups) {
      const table = readLookupTable(accountKey, source.getAccount(accountKey));
      lookUp(table, writableIndexes, slot, slotHashes, writable);
      lookUp(table, readonlyIndexes, slot, slotHashes, readonly);
    }
    loadedWritableCount = writable.length;
    keys = [...keys, ...writable, ...readonly];
  }
  const roles = rolesOf(message, keys, loadedWritableCount);
  return { transaction, keys, roles, plans: planInstructions(message, keys, roles) };
}

/** Instructions with the same list of indexes share what it stands for. */
function planInstructions(
  { instructions }: VersionedMessage,
  keys: readonly Pubkey[],
  roles: readonly InstructionAccount[],
): InstructionPlan[] {
  let indexes: Uint8Array | undefined;
  let accounts: InstructionAccount[] = [];
  return instructions.map((instruction) => {
    if (instruction.accounts !== indexes) {
      indexes = instruction.accounts;
      accounts = new Array(indexes.length);
      for (let i = 0; i < indexes.length; i++) accounts[i] = roles[indexes[i]];
    }
    const programIndex = instruction.programIdIndex;
    return { programIndex, accounts, positions: undefined, precompile: PRECOMPILES.get(keys[programIndex]) };
  });
}

const LOOKUP_TABLE_META_SIZE = 56;
const LOOKUP_TABLE_TAG = 1;

interface LookupTable {
  readonly key: Pubkey;
  /** U64_MAX while the table is active. */
  readonly deactivationSlot: bigint;
  readonly lastExtendedSlot: bigint;
  /** How many addresses there were before the last extension. */
  readonly lastExtendedSlotStartIndex: number;
  readonly addressCount: number;
  readonly data: Uint8Array;
}

function refuseLookup(error: TransactionErrorName, account: Pubkey, facts: Partial<Refusal>): never {
  const source = 'agave svm/src/account_loader.rs, solana-sdk address-lookup-table-interface/src/state.rs';
  return refuseTransaction(error, { rule: 'load_addresses_from_lookup_table', source, account, ...facts });
}

function readLookupTable(key: Pubkey, account: Account | undefined): LookupTable {
  if (account === undefined) {
    return refuseLookup('AddressLookupTableNotFound', key, { detail: 'there is no such account' });
  }
  if (!account.owner.equals(ids.ADDRESS_LOOKUP_TABLE_ID)) {
    refuseLookup('InvalidAddressLookupTableOwner', key, { detail: `owned by ${account.owner}` });
  }
  const { data } = account;
  const addressesLen = data.length - LOOKUP_TABLE_META_SIZE;
  const isTable = addressesLen >= 0 && addressesLen % PUBKEY_BYTES === 0 && isLookupTableTag(data) && data[21] <= 1;
  if (!isTable) {
    const detail = `its ${data.length} bytes of data are not a lookup table's`;
    refuseLookup('InvalidAddressLookupTableData', key, { detail });
  }
  return {
    key,
    deactivationSlot: readU64(data, 4),
    lastExtendedSlot: readU64(data, 12),
    lastExtendedSlotStartIndex: data[20],
    addressCount: addressesLen / PUBKEY_BYTES,
    data,
  };
}

function isLookupTableTag(data: Uint8Array): boolean {
  return data[0] === LOOKUP_TABLE_TAG && data[1] === 0 && data[2] === 0 && data[3] === 0;
}

/** Appends the addresses at `indexes`. Those that were added in this slot can't be seen yet. */
function lookUp(table: LookupTable, indexes: Uint8Array, slot: bigint, slotHashes: SlotHashes, keys: Pubkey[]): void {
  const { deactivationSlot, data } = table;
  const isUsable =
    deactivationSlot === U64_MAX ||
    deactivationSlot === slot ||
    slotHashes.some((entry) => entry.slot === deactivationSlot);
  if (!isUsable) {
    const detail = `it was deactivated in slot ${deactivationSlot}`;
    refuseLookup('AddressLookupTableNotFound', table.key, { detail });
  }
  const activeCount = slot > table.lastExtendedSlot ? table.addressCount : table.lastExtendedSlotStartIndex;
  if (activeCount > table.addressCount) {
    const detail = 'it claims more addresses than it has';
    refuseLookup('InvalidAddressLookupTableData', table.key, { detail });
  }
  const known = knownAddresses(data);
  for (let i = 0; i < indexes.length; i++) {
    const index = indexes[i];
    if (index >= activeCount) {
      const waits = index < table.addressCount;
      refuseLookup('InvalidAddressLookupTableIndex', table.key, {
        asked: 'index',
        limit: activeCount,
        actual: index,
        detail: waits ? `address ${index} was added in slot ${table.lastExtendedSlot}, which is this one` : undefined,
      });
    }
    keys.push((known[index] ??= Pubkey.interned(data, LOOKUP_TABLE_META_SIZE + index * PUBKEY_BYTES)));
  }
}

/** The addresses of lookup tables that were used before, by the tables' data, which never changes in place. */
const addressesOfTables = new WeakMap<Uint8Array, (Pubkey | undefined)[]>();

function knownAddresses(data: Uint8Array): (Pubkey | undefined)[] {
  let addresses = addressesOfTables.get(data);
  if (addresses === undefined) addressesOfTables.set(data, (addresses = []));
  return addresses;
}

/**
 * Whether each account signs and may be written. A message asks by position; reserved accounts stay readonly, and so does
 * an account that an instruction calls as its program, unless the loader that can upgrade it is at hand.
 */
function rolesOf(
  message: VersionedMessage,
  keys: readonly Pubkey[],
  loadedWritableCount: number,
): InstructionAccount[] {
  const { header, accountKeys } = message;
  const staticCount = accountKeys.length;
  const signerCount = header.numRequiredSignatures;
  const writableSignerCount = signerCount - header.numReadonlySignedAccounts;
  const writableStaticCount = staticCount - header.numReadonlyUnsignedAccounts;
  const roles = new Array<InstructionAccount>(keys.length);
  for (let i = 0; i < keys.length; i++) {
    const isAskedWritable =
      i < signerCount
        ? i < writableSignerCount
        : i < staticCount
          ? i < writableStaticCount
          : i < staticCount + loadedWritableCount;
    const isWritable = isAskedWritable && !RESERVED_ACCOUNT_KEYS.has(keys[i]) && !isDemotedProgram(message, keys, i);
    roles[i] = roleOf(i, i < signerCount, isWritable);
  }
  return roles;
}

/** Every role there can be, made when it is first needed: most transactions have the same few. */
const ROLES: (InstructionAccount | undefined)[] = new Array(4 * MAX_ACCOUNT_KEYS).fill(undefined);

function roleOf(indexInTransaction: number, isSigner: boolean, isWritable: boolean): InstructionAccount {
  const place = indexInTransaction * 4 + (isSigner ? 2 : 0) + (isWritable ? 1 : 0);
  return (ROLES[place] ??= { indexInTransaction, isSigner, isWritable });
}

function isDemotedProgram(message: VersionedMessage, keys: readonly Pubkey[], index: number): boolean {
  const { instructions } = message;
  for (let i = 0; i < instructions.length; i++) {
    if (instructions[i].programIdIndex !== index) continue;
    return !keys.some((key) => key.equals(ids.BPF_LOADER_UPGRADEABLE_ID));
  }
  return false;
}

/** Source: agave accounts-db/src/account_locks.rs, validate_account_locks. */
export function hasDuplicateKeys(keys: readonly Pubkey[]): boolean {
  if (keys.length > MAX_KEYS_COMPARED && keys.length <= MAX_ACCOUNT_KEYS) return hasDuplicatesInTable(keys);
  for (let i = 1; i < keys.length; i++) {
    const key = keys[i];
    for (let j = 0; j < i; j++) if (key.equals(keys[j])) return true;
  }
  return false;
}

/** Up to so many keys, comparing each with all before it is quicker than a table. */
const MAX_KEYS_COMPARED = 12;
/** Number of the key in each slot: keys are numbered on and on, so that what earlier calls left needs no cleaning. */
const keyNumbers = new Int32Array(4 * MAX_ACCOUNT_KEYS);
let numbered = 0;

/** Sixty keys take 0.5 µs, by comparison 9. */
function hasDuplicatesInTable(keys: readonly Pubkey[]): boolean {
  const mask = keyNumbers.length - 1;
  if (numbered > 2 ** 30) {
    keyNumbers.fill(0);
    numbered = 0;
  }
  const first = numbered + 1;
  numbered += keys.length;
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i];
    let slot = key.hash & mask;
    for (; keyNumbers[slot] >= first; slot = (slot + 1) & mask) {
      if (keys[keyNumbers[slot] - first].equals(key)) return true;
    }
    keyNumbers[slot] = first + i;
  }
  return false;
}
