// Reads what RPC nodes answer: a transaction of `getTransaction` in any encoding that keeps its bytes, and accounts of
// `getAccountInfo`, `getMultipleAccounts` and `getProgramAccounts`, in the shapes in which people keep such answers.
// What can't be read is named, with what to ask for instead.
// Source: agave rpc-client-types/src/response.rs; transaction-status-client-types/src/lib.rs.

import type { Account } from '../wire/account.ts';
import { decodeBase58 } from '../wire/base58.ts';
import { decodeBase64 } from '../wire/base64.ts';
import { U64_MAX } from '../wire/bytes.ts';
import { ParhelionError } from '../wire/errors.ts';
import type { MessageHeader, VersionedMessage } from '../wire/message.ts';
import { Pubkey } from '../wire/pubkey.ts';
import { createTransaction, decodeTransaction, type VersionedTransaction } from '../wire/transaction.ts';

type Json = Readonly<Record<string, unknown>>;

export interface RecordedTransaction {
  readonly transaction: VersionedTransaction;
  readonly slot: bigint | undefined;
  /** Seconds. */
  readonly blockTime: bigint | undefined;
  /** The transaction's accounts in its own order, those of lookup tables last; as far as they are known. */
  readonly keys: readonly string[];
  readonly loaded: { readonly writable: readonly string[]; readonly readonly: readonly string[] } | undefined;
  /** Lamports before, by place in `keys`. */
  readonly preBalances: readonly bigint[] | undefined;
  readonly preTokenAmounts: readonly { readonly address: string; readonly mint: string; readonly amount: bigint }[];
  readonly error: unknown;
  readonly logs: readonly string[] | undefined;
  readonly computeUnitsConsumed: number | undefined;
}

export function refuseRecording(reason: string): never {
  throw new ParhelionError('INVALID_RECORDING', { reason });
}

/** Reads an answer of `getTransaction`, whole or its `result`. */
export function readRecordedTransaction(answer: unknown): RecordedTransaction {
  const outer = asObject(answer);
  const result = outer !== undefined && 'result' in outer ? outer['result'] : answer;
  if (result === null) return refuseRecording('getTransaction answered null: the node does not know the transaction');
  const value = asObject(result);
  if (value?.['format'] === 'parhelion-capsule') return refuseRecording('it is a capsule already');
  if (value === undefined || !('transaction' in value)) {
    return refuseRecording('it has no field `transaction`: pass what getTransaction answered');
  }
  const transaction = readTransaction(value['transaction'], value['version']);
  const meta = asObject(value['meta']);
  const loaded = asObject(meta?.['loadedAddresses']);
  const writable = texts(loaded?.['writable']);
  const readonly = texts(loaded?.['readonly']);
  const keys = [...transaction.message.accountKeys.map(String), ...writable, ...readonly];
  return {
    transaction,
    slot: integer(value['slot']),
    blockTime: integer(value['blockTime']),
    keys,
    loaded: loaded === undefined ? undefined : { writable, readonly },
    preBalances: Array.isArray(meta?.['preBalances'])
      ? meta['preBalances'].map((lamports) => integer(lamports) ?? 0n)
      : undefined,
    preTokenAmounts: objects(meta?.['preTokenBalances']).flatMap((balance) => {
      const address = keys[Number(balance['accountIndex'])];
      const amount = integer(asObject(balance['uiTokenAmount'])?.['amount']);
      return address === undefined || amount === undefined ? [] : [{ address, mint: String(balance['mint']), amount }];
    }),
    error: meta?.['err'] ?? null,
    logs: Array.isArray(meta?.['logMessages']) ? texts(meta['logMessages']) : undefined,
    computeUnitsConsumed: typeof meta?.['computeUnitsConsumed'] === 'number' ? meta['computeUnitsConsumed'] : undefined,
  };
}

function readTransaction(value: unknown, version: unknown): VersionedTransaction {
  if (typeof value === 'string') return decodeTransaction(bytesOf(value, 'base58', 'the transaction'));
  if (Array.isArray(value)) {
    return decodeTransaction(bytesOf(String(value[0]), String(value[1]), 'the transaction'));
  }
  const transaction = asObject(value);
  const message = asObject(transaction?.['message']);
  if (message === undefined) return refuseRecording('`transaction` is neither encoded bytes nor a message');
  const header = asObject(message['header']);
  const instructions = objects(message['instructions']);
  const isParsed = header === undefined || instructions.some((each) => typeof each['programIdIndex'] !== 'number');
  if (isParsed) {
    return refuseRecording('it is of encoding jsonParsed, which loses bytes: ask getTransaction for encoding base64');
  }
  if (version !== undefined && version !== 'legacy' && version !== 0) {
    return refuseRecording(`its version is ${String(version)}: ask getTransaction for encoding base64`);
  }
  const lookups = objects(message['addressTableLookups']);
  const isLegacy = version === 'legacy' || (version === undefined && lookups.length === 0);
  const decoded = {
    version: isLegacy ? 'legacy' : 0,
    header: header as unknown as MessageHeader,
    accountKeys: texts(message['accountKeys']).map((key) => keyOf(key, 'an account key')),
    recentBlockhash: keyOf(message['recentBlockhash'], 'the blockhash').bytes,
    instructions: instructions.map((each) => ({
      programIdIndex: Number(each['programIdIndex']),
      accounts: Uint8Array.from(numbers(each['accounts'])),
      data: bytesOf(String(each['data'] ?? ''), 'base58', 'instruction data'),
    })),
    addressTableLookups: lookups.map((lookup) => ({
      accountKey: keyOf(lookup['accountKey'], 'a lookup table'),
      writableIndexes: Uint8Array.from(numbers(lookup['writableIndexes'])),
      readonlyIndexes: Uint8Array.from(numbers(lookup['readonlyIndexes'])),
    })),
    config: undefined,
  } as unknown as VersionedMessage;
  const signatures = texts(transaction?.['signatures']).map((text) => bytesOf(text, 'base58', 'a signature'));
  return createTransaction(decoded, signatures);
}

/** Address → account; null where the node said that there is none. */
export type RecordedAccounts = Map<string, Account | null>;

const SHAPES =
  'Pass an object from address to account, `[{ "pubkey", "account" }]`, `{ "addresses": […], "value": […] }`, or an answer of ' +
  'getMultipleAccounts for the accounts of the transaction in its own order';

/**
 * Reads answers with accounts.
 *
 * @param order addresses of the transaction's accounts: what a bare list of as many accounts is taken to be of.
 */
export function readRecordedAccounts(value: unknown, order: readonly string[]): RecordedAccounts {
  const found: RecordedAccounts = new Map();
  collect(value, order, found);
  return found;
}

function collect(value: unknown, order: readonly string[], found: RecordedAccounts): void {
  if (value === undefined || value === null) return;
  if (Array.isArray(value)) {
    if (value.length > 0 && value.every((each) => each === null || isAccount(each))) return pair(order, value, found);
    for (const each of value) collect(each, order, found);
    return;
  }
  const object = asObject(value);
  if (object === undefined) return refuseRecording(`the accounts can't be a ${typeof value}. ${SHAPES}`);
  if ('error' in object && !('result' in object)) {
    return refuseRecording(`the node answered an error for the accounts: ${JSON.stringify(object['error'])}`);
  }
  const params = Array.isArray(object['params']) ? object['params'][0] : undefined;
  const addresses =
    object['addresses'] ?? (Array.isArray(params) ? params : typeof params === 'string' ? [params] : undefined);
  const answer = object['value'] ?? answerIn(object['result']) ?? object['accounts'];
  if (Array.isArray(addresses)) return pair(texts(addresses), Array.isArray(answer) ? answer : [answer], found);
  if (typeof object['pubkey'] === 'string' && 'account' in object) {
    return pair([object['pubkey']], [object['account']], found);
  }
  if (answer !== undefined) return collect(answer, order, found);
  if (isAccount(object)) return refuseRecording(`an account comes without its address. ${SHAPES}`);
  const entries = Object.entries(object).filter(([key]) => key !== 'context');
  pair(
    entries.map(([key]) => key),
    entries.map(([, account]) => account),
    found,
  );
}

function answerIn(result: unknown): unknown {
  const object = asObject(result);
  return object !== undefined && 'value' in object ? object['value'] : (result ?? undefined);
}

function pair(addresses: readonly string[], accounts: readonly unknown[], found: RecordedAccounts): void {
  if (addresses.length !== accounts.length) {
    return refuseRecording(`there are ${accounts.length} accounts for ${addresses.length} addresses. ${SHAPES}`);
  }
  for (const [i, address] of addresses.entries()) {
    keyOf(address, 'an address of the accounts');
    found.set(address, readAccount(address, accounts[i]));
  }
}

function isAccount(value: unknown): boolean {
  const object = asObject(value);
  return object !== undefined && 'lamports' in object && 'owner' in object;
}

function readAccount(address: string, value: unknown): Account | null {
  // An answer of getAccountInfo under its address.
  const account = isAccount(value) || value === null ? value : answerIn(asObject(value)?.['result'] ?? value);
  if (account === null) return null;
  if (!isAccount(account)) return refuseRecording(`the account ${address} has no lamports and owner. ${SHAPES}`);
  const { lamports, owner, executable, rentEpoch, data } = account as Json;
  const balance = integer(lamports);
  if (balance === undefined) return refuseRecording(`the lamports of ${address} are no whole number`);
  return {
    lamports: balance,
    owner: keyOf(owner, `the owner of ${address}`),
    executable: executable === true,
    // JSON has no number for the largest one, which is what nearly every account has.
    rentEpoch: typeof rentEpoch === 'number' && rentEpoch < Number.MAX_SAFE_INTEGER ? BigInt(rentEpoch) : U64_MAX,
    data: dataOf(address, data),
  };
}

function dataOf(address: string, data: unknown): Uint8Array {
  if (typeof data === 'string') return bytesOf(data, 'base58', `the data of ${address}`);
  if (Array.isArray(data)) return bytesOf(String(data[0]), String(data[1]), `the data of ${address}`);
  return refuseRecording(
    `the data of ${address} is of encoding jsonParsed, which loses bytes: ask for the account with encoding base64`,
  );
}

function bytesOf(text: string, encoding: string, what: string): Uint8Array {
  if (encoding === 'base64' || encoding === 'base58') {
    try {
      return encoding === 'base64' ? decodeBase64(text) : text === '' ? new Uint8Array(0) : decodeBase58(text);
    } catch (error) {
      return refuseRecording(
        `${what} is not ${encoding} text (${error instanceof Error ? error.message : String(error)})`,
      );
    }
  }
  return refuseRecording(`${what} is of encoding ${encoding}: ask for encoding base64`);
}

function keyOf(value: unknown, what: string): Pubkey {
  try {
    const bytes = decodeBase58(String(value));
    if (bytes.length === 32) return new Pubkey(bytes);
  } catch {}
  return refuseRecording(`${what} is no address: ${String(value)}`);
}

function integer(value: unknown): bigint | undefined {
  if (typeof value === 'bigint') return value;
  if (typeof value === 'number') return Number.isInteger(value) && value >= 0 ? BigInt(value) : undefined;
  return typeof value === 'string' && /^\d{1,20}$/.test(value) ? BigInt(value) : undefined;
}

function asObject(value: unknown): Json | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : undefined;
}

const objects = (value: unknown): Json[] =>
  Array.isArray(value) ? value.map(asObject).filter((v) => v !== undefined) : [];
const texts = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : []);
const numbers = (value: unknown): number[] => (Array.isArray(value) ? value.map(Number) : []);
