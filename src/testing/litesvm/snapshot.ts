// The whole state of a LiteSVM in bytes, and back. The format is Parhelion's own, of this version: npm litesvm's bytes can't
// be read, nor can it read these. All integers little-endian:
//   8 bytes "PHSVM" 0 0 and the format's version, u32 length of the header, the header (JSON in UTF-8: settings, gates,
//   blockhash, history; u64 as decimal text, bytes as base64), u32 number of accounts, then each account:
//   key 32, owner 32, lamports u64, rent epoch u64, executable u8, u32 length of the data, the data.

import type { Account } from '../../wire/account.ts';
import { decodeBase64, encodeBase64 } from '../../wire/base64.ts';
import { equalBytes, readU32, readU64, writeU32, writeU64 } from '../../wire/bytes.ts';
import { PUBKEY_BYTES, Pubkey } from '../../wire/pubkey.ts';
import type { TransactionError } from '../../wire/transaction-error.ts';
import { fail } from './arguments.ts';
import type { TransactionSummary } from './metadata.ts';

const MAGIC = Uint8Array.of(0x50, 0x48, 0x53, 0x56, 0x4d, 0, 0, 1);
const ACCOUNT_HEAD_LEN = PUBKEY_BYTES * 2 + 8 + 8 + 1 + 4;

export interface SnapshotSettings {
  readonly verifySignatures: boolean;
  readonly checkBlockhash: boolean;
  /** Bytes; null for no limit. */
  readonly logBytesLimit: number | null;
  readonly blockhash: string;
  /** Field → decimal text. */
  readonly computeBudget: { readonly [field: string]: string } | null;
  /** Addresses, with the slot of activation as decimal text or, where the gate is not active, null. */
  readonly features: readonly (readonly [address: string, slot: string | null])[];
  readonly historyCapacities: readonly [entries: number, indices: number];
}

export interface Snapshot {
  readonly settings: SnapshotSettings;
  readonly history: readonly TransactionSummary[];
  readonly accounts: readonly (readonly [Pubkey, Account])[];
}

export function encodeSnapshot({ settings, history, accounts }: Snapshot): Uint8Array {
  const header = new TextEncoder().encode(JSON.stringify({ settings, history: history.map(toJson) }));
  const accountsLen = accounts.reduce((len, [, { data }]) => len + ACCOUNT_HEAD_LEN + data.length, 0);
  const out = new Uint8Array(MAGIC.length + 4 + header.length + 4 + accountsLen);
  out.set(MAGIC);
  writeU32(out, MAGIC.length, header.length);
  out.set(header, MAGIC.length + 4);
  let offset = MAGIC.length + 4 + header.length;
  writeU32(out, offset, accounts.length);
  offset += 4;
  for (const [key, { lamports, data, owner, executable, rentEpoch }] of accounts) {
    out.set(key.bytes, offset);
    out.set(owner.bytes, offset + 32);
    writeU64(out, offset + 64, lamports);
    writeU64(out, offset + 72, rentEpoch);
    out[offset + 80] = executable ? 1 : 0;
    writeU32(out, offset + 81, data.length);
    out.set(data, offset + ACCOUNT_HEAD_LEN);
    offset += ACCOUNT_HEAD_LEN + data.length;
  }
  return out;
}

/** Throws LiteSVM's error where the bytes are none of these. */
export function decodeSnapshot(bytes: Uint8Array): Snapshot {
  if (bytes.length === 0) refuse('empty input');
  const reader = new Reader(bytes);
  if (!equalBytes(reader.take(MAGIC.length), MAGIC)) refuse("these aren't the bytes of a snapshot of this version");
  const header = parseHeader(reader.take(reader.u32()));
  const accounts: [Pubkey, Account][] = [];
  for (let count = reader.u32(); count > 0; count--) {
    const head = reader.take(ACCOUNT_HEAD_LEN);
    const account: Account = {
      lamports: readU64(head, 64),
      data: reader.take(readU32(head, 81)).slice(),
      owner: Pubkey.interned(head, 32),
      executable: head[80] !== 0,
      rentEpoch: readU64(head, 72),
    };
    accounts.push([Pubkey.at(head, 0), account]);
  }
  return { ...header, accounts };
}

function parseHeader(bytes: Uint8Array): Pick<Snapshot, 'settings' | 'history'> {
  try {
    const { settings, history } = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    checkSettings(settings);
    return { settings, history: history.map(fromJson) };
  } catch {
    return refuse('its header is damaged');
  }
}

const isText = (value: unknown): value is string => typeof value === 'string';
const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0;
const isFlag = (value: unknown): boolean => typeof value === 'boolean';
const isU64Text = (value: unknown): boolean => isText(value) && /^\d{1,20}$/.test(value) && BigInt(value) >> 64n === 0n;

/** Throws, whatever, where the settings aren't of their form. */
function checkSettings(settings: SnapshotSettings): void {
  const { blockhash, computeBudget, features, historyCapacities, logBytesLimit } = settings;
  Pubkey.fromBase58(blockhash);
  for (const [address] of features) Pubkey.fromBase58(address);
  const isWell =
    isFlag(settings.verifySignatures) &&
    isFlag(settings.checkBlockhash) &&
    (logBytesLimit === null || isCount(logBytesLimit)) &&
    features.every(([, slot]) => slot === null || isU64Text(slot)) &&
    (computeBudget === null || (isText(computeBudget['heapSize']) && Object.values(computeBudget).every(isU64Text))) &&
    Array.isArray(historyCapacities) &&
    historyCapacities.length === 2 &&
    historyCapacities.every(isCount);
  if (!isWell) throw new Error('settings');
}

class Reader {
  readonly #bytes: Uint8Array;
  #offset = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  take(len: number): Uint8Array {
    const end = this.#offset + len;
    if (end > this.#bytes.length) refuse(`read error: Attempting to read ${len} bytes`);
    const taken = this.#bytes.subarray(this.#offset, end);
    this.#offset = end;
    return taken;
  }

  u32(): number {
    return readU32(this.take(4), 0);
  }
}

function refuse(reason: string): never {
  return fail(`Failed to load snapshot: ${reason}`);
}

// Summaries in JSON.

type InnerJson = readonly [programIdIndex: number, accounts: string, data: string, stackHeight: number];

interface SummaryJson {
  readonly error: TransactionError | null;
  readonly signature: string;
  readonly logs: readonly string[];
  readonly inner: readonly (readonly InnerJson[])[];
  readonly units: string;
  readonly returnData: readonly [programId: string, data: string];
  readonly fee: string;
}

function toJson(summary: TransactionSummary): SummaryJson {
  const { returnData } = summary;
  return {
    error: summary.error ?? null,
    signature: encodeBase64(summary.signature),
    logs: summary.logs,
    inner: summary.innerInstructions.map((list) =>
      list.map((one) => [one.programIdIndex, encodeBase64(one.accounts), encodeBase64(one.data), one.stackHeight]),
    ),
    units: `${summary.computeUnitsConsumed}`,
    returnData: [encodeBase64(returnData.programId), encodeBase64(returnData.data)],
    fee: `${summary.fee}`,
  };
}

function fromJson(json: SummaryJson): TransactionSummary {
  const [programId, data] = json.returnData;
  if (!json.logs.every(isText)) throw new Error('logs');
  return {
    error: json.error ?? undefined,
    signature: decodeBase64(json.signature),
    logs: json.logs,
    innerInstructions: json.inner.map((list) =>
      list.map(([programIdIndex, accounts, instructionData, stackHeight]) => ({
        programIdIndex,
        accounts: decodeBase64(accounts),
        data: decodeBase64(instructionData),
        stackHeight,
      })),
    ),
    computeUnitsConsumed: BigInt(json.units),
    returnData: { programId: decodeBase64(programId), data: decodeBase64(data) },
    fee: BigInt(json.fee),
  };
}
