// The input of a program: its accounts, instruction data and id, written straight into the machine's memory; and what
// the program left there, taken back into the accounts.
// Two layouts. Aligned (loaders v2 and v3): every field at a multiple of its size, and 10 KiB after each account's data
// for it to grow into. Unaligned (loader v1): packed, accounts keep their size.
// An account named twice is written once; its other places hold the position of the first.
// With `virtual_address_space_adjustments` the same bytes are mapped as regions, one for each account's data, so that
// what a program may not write is not writable. `account_data_direct_mapping` adds nothing a program could see: it spares
// a copy that this machine makes in any case.
// Source: agave program-runtime/src/serialization.rs.

import { MM_INPUT_START } from '../sbpf/address-space.ts';
import type { InputRegion } from '../sbpf/memory.ts';
import type { Vm } from '../sbpf/vm.ts';
import type { Account } from '../wire/account.ts';
import { Pubkey } from '../wire/pubkey.ts';
import { type Activation, SerializedAccount } from './activation.ts';
import { BorrowedAccount } from './borrowed-account.ts';
import { fail } from './errors.ts';
import type { RuntimeFeatures } from './features.ts';
import type { InvokeContext } from './invoke-context.ts';
import {
  type InstructionContext,
  MAX_ACCOUNT_DATA_GROWTH_PER_TRANSACTION,
  MAX_ACCOUNT_DATA_LEN,
  MAX_ACCOUNTS_PER_INSTRUCTION,
  type TransactionAccount,
} from './transaction-context.ts';

const SOURCE = 'agave program-runtime/src/serialization.rs';

/** Bytes an account may grow by in one instruction. */
export const MAX_PERMITTED_DATA_INCREASE = 10_240;
/** Records and the pointers of SIMD-0449 are aligned to this. */
const BPF_ALIGN_OF_U128 = 8;
/** First byte of an account's record; a smaller number is the position of the account it repeats. */
const NON_DUP_MARKER = 0xff;

// Offsets in a record of the aligned layout.
const ALIGNED_KEY = 8;
const ALIGNED_OWNER = 40;
const ALIGNED_LAMPORTS = 72;
const ALIGNED_DATA_LEN = 80;
const ALIGNED_DATA = 88;
const ALIGNED_DUPLICATE_SIZE = 8;

// Offsets in a record of the unaligned layout; owner, executable and rent epoch stand behind the data.
const UNALIGNED_KEY = 3;
const UNALIGNED_LAMPORTS = 35;
const UNALIGNED_DATA_LEN = 43;
const UNALIGNED_DATA = 51;
const UNALIGNED_TAIL_SIZE = 32 + 1 + 8;

const U64_SIZE = 8;
const PUBKEY_SIZE = 32;

/** The parts of an activation that the input decides. */
export interface SerializedParameters {
  readonly accounts: readonly SerializedAccount[];
  readonly inputOffset: number;
  readonly vmInstructionDataAddr: number;
}

/** Writes the input of `instruction` and maps it. */
export function serializeParameters(
  instruction: InstructionContext,
  vm: Vm<InvokeContext>,
  isLoaderDeprecated: boolean,
  features: RuntimeFeatures,
): SerializedParameters {
  const count = instruction.accounts.length;
  if (count > MAX_ACCOUNTS_PER_INSTRUCTION) {
    fail('MaxAccountsExceeded', {
      rule: 'serialize_parameters',
      source: SOURCE,
      asked: 'accounts',
      limit: MAX_ACCOUNTS_PER_INSTRUCTION,
      actual: count,
    });
  }
  const parameters = isLoaderDeprecated
    ? serializeUnaligned(instruction, vm)
    : serializeAligned(instruction, vm, features.direct_account_pointers_in_program_input);
  if (features.virtual_address_space_adjustments) {
    lastInputOf(vm).isTracked = false;
    return mapAccountRegions(instruction, vm, parameters, isLoaderDeprecated);
  }
  return parameters;
}

function serializeAligned(
  instruction: InstructionContext,
  vm: Vm<InvokeContext>,
  withAccountPointers: boolean,
): SerializedParameters & { readonly inputLen: number } {
  const { data, accounts: instructionAccounts, transaction } = instruction;
  const count = instructionAccounts.length;
  let inputLen = U64_SIZE + U64_SIZE + data.length + PUBKEY_SIZE;
  for (let i = 0; i < count; i++) {
    const { indexInTransaction } = instructionAccounts[i];
    if (instruction.indexOfAccount(indexInTransaction) !== i) {
      inputLen += ALIGNED_DUPLICATE_SIZE;
    } else {
      inputLen += ALIGNED_DATA + reservedDataLen(transaction.accounts[indexInTransaction].data.length) + U64_SIZE;
    }
  }
  const pointersAt = alignUp(inputLen);
  if (withAccountPointers) inputLen = pointersAt + count * U64_SIZE;

  const last = lastInputOf(vm);
  const inputOffset = vm.prepareInput(inputLen);
  const { bytes, view } = vm.memory;
  const accounts: SerializedAccount[] = [];
  writeLen(view, inputOffset, count);
  let at = inputOffset + U64_SIZE;
  let known = 0;
  let isAsLast = true;
  for (let i = 0; i < count; i++) {
    const { indexInTransaction, isSigner, isWritable } = instructionAccounts[i];
    const first = instruction.indexOfAccount(indexInTransaction);
    if (first !== i) {
      writeLen(view, at, first);
      accounts.push(accounts[first]);
      at += ALIGNED_DUPLICATE_SIZE;
      continue;
    }
    const account = transaction.accounts[indexInTransaction];
    const dataLen = account.data.length;
    const dataEnd = at + ALIGNED_DATA + dataLen;
    const end = at + ALIGNED_DATA + reservedDataLen(dataLen);
    isAsLast &&= known < last.count && last.records[known].at === at && last.records[known].originalDataLen === dataLen;
    bytes[at] = NON_DUP_MARKER;
    bytes[at + 1] = isSigner ? 1 : 0;
    bytes[at + 2] = isWritable ? 1 : 0;
    if (!isAsLast || at - inputOffset < last.written || !last.holds(known, account)) {
      bytes[at + 3] = account.executable ? 1 : 0;
      view.setUint32(at + 4, 0, true);
      account.key.writeInView(view, at + ALIGNED_KEY);
      account.owner.writeInView(view, at + ALIGNED_OWNER);
      account.writeLamports(view, at + ALIGNED_LAMPORTS);
      writeLen(view, at + ALIGNED_DATA_LEN, dataLen);
      bytes.set(account.data, at + ALIGNED_DATA);
      if (!isAsLast || dataEnd - inputOffset < last.written) last.zeroRoom(known, bytes, dataEnd, end, inputOffset);
      writeRentEpoch(view, end);
      last.note(known, account, at, dataEnd - inputOffset, inputOffset);
    }
    accounts.push(last.records[known]);
    known++;
    at = end + U64_SIZE;
  }
  last.count = known;
  last.isTracked = true;
  vm.trackInput(last.ends, known, isAsLast ? Math.min(last.written, inputLen) : 0);
  writeLen(view, at, data.length);
  const dataAt = at + U64_SIZE;
  bytes.set(data, dataAt);
  at = dataAt + data.length;
  instruction.programId.writeInView(view, at);
  if (withAccountPointers) {
    at += PUBKEY_SIZE;
    bytes.fill(0, at, inputOffset + pointersAt);
    at = inputOffset + pointersAt;
    for (const { vmAddr } of accounts) {
      writeLen(view, at, vmAddr);
      at += U64_SIZE;
    }
  }
  return { accounts, inputOffset, inputLen, vmInstructionDataAddr: dataAt - inputOffset + MM_INPUT_START };
}

/**
 * The aligned input that a machine got last. Where the next one has its accounts at the same places, much of it need not be
 * written again: the room to grow, which is zeros that few programs touch (five accounts have 50 KiB of it), and accounts
 * that are the same versions as last time, behind what the program may have written.
 */
class LastInput {
  /** Of accounts; 0 where memory holds another input since. */
  count = 0;
  /** By account: where it lies; and the end of its data, from the input's start. */
  readonly records: SerializedAccount[] = [];
  readonly ends = new Int32Array(MAX_ACCOUNTS_PER_INSTRUCTION);
  /** By account: what its record was written from. */
  readonly #keys: Pubkey[] = [];
  readonly #originals: (Account | undefined)[] = [];
  /** Up to where the program may have written it, from the input's start. */
  written = 0;
  /** Whether the machine still tells how far the program wrote. */
  isTracked = false;

  /** Whether the record at a position is this account's, but for the flags of the instruction. */
  holds(position: number, account: TransactionAccount): boolean {
    return (
      account.version === 0 &&
      this.#originals[position] === account.original &&
      this.#keys[position] === account.key &&
      this.records[position].version === 0
    );
  }

  /** Zeros the room behind an account's data, but for what is still zero of the room behind the account in its place. */
  zeroRoom(position: number, bytes: Uint8Array, start: number, end: number, inputOffset: number): void {
    let zerosFrom = end;
    let zerosTo = end;
    if (position < this.count) {
      const { dataAt, originalDataLen } = this.records[position];
      zerosFrom = Math.max(dataAt + originalDataLen, inputOffset + this.written);
      zerosTo = dataAt + reservedDataLen(originalDataLen);
    }
    if (start < zerosFrom) bytes.fill(0, start, Math.min(zerosFrom, end));
    if (zerosTo < end) bytes.fill(0, Math.max(zerosTo, start), end);
  }

  /** Notes that a record was written from an account. */
  note(position: number, account: TransactionAccount, at: number, end: number, inputOffset: number): void {
    const { version } = account;
    const last = this.records[position];
    this.ends[position] = end;
    this.#keys[position] = account.key;
    this.#originals[position] = version === 0 ? account.original : undefined;
    const dataLen = account.data.length;
    if (last !== undefined && last.at === at && last.originalDataLen === dataLen && last.version === version) return;
    this.records[position] = new SerializedAccount(
      dataLen,
      version,
      at,
      at + ALIGNED_KEY,
      at + ALIGNED_OWNER,
      at + ALIGNED_LAMPORTS,
      at + ALIGNED_DATA,
      inputOffset,
      undefined,
    );
  }
}

function lastInputOf(vm: Vm<InvokeContext>): LastInput {
  return (vm.inputNotes ??= new LastInput()) as LastInput;
}

/** To be called when a program has run, while its machine still knows. */
export function noteWrittenInput(vm: Vm<InvokeContext>): void {
  const last = lastInputOf(vm);
  if (last.isTracked) last.written = vm.memory.writtenInput;
  else last.count = 0;
  last.isTracked = false;
}

function serializeUnaligned(
  instruction: InstructionContext,
  vm: Vm<InvokeContext>,
): SerializedParameters & { readonly inputLen: number } {
  const { data, accounts: instructionAccounts, transaction } = instruction;
  const count = instructionAccounts.length;
  let inputLen = U64_SIZE + U64_SIZE + data.length + PUBKEY_SIZE;
  for (let i = 0; i < count; i++) {
    const { indexInTransaction } = instructionAccounts[i];
    const isFirst = instruction.indexOfAccount(indexInTransaction) === i;
    const dataLen = transaction.accounts[indexInTransaction].data.length;
    inputLen += isFirst ? UNALIGNED_DATA + dataLen + UNALIGNED_TAIL_SIZE : 1;
  }

  const inputOffset = vm.prepareInput(inputLen);
  const { bytes, view } = vm.memory;
  const accounts: SerializedAccount[] = [];
  writeLen(view, inputOffset, count);
  let at = inputOffset + U64_SIZE;
  for (let i = 0; i < count; i++) {
    const { indexInTransaction, isSigner, isWritable } = instructionAccounts[i];
    const first = instruction.indexOfAccount(indexInTransaction);
    if (first !== i) {
      bytes[at] = first;
      accounts.push(accounts[first]);
      at += 1;
      continue;
    }
    const account = transaction.accounts[indexInTransaction];
    const dataLen = account.data.length;
    bytes[at] = NON_DUP_MARKER;
    bytes[at + 1] = isSigner ? 1 : 0;
    bytes[at + 2] = isWritable ? 1 : 0;
    account.key.writeInView(view, at + UNALIGNED_KEY);
    account.writeLamports(view, at + UNALIGNED_LAMPORTS);
    writeLen(view, at + UNALIGNED_DATA_LEN, dataLen);
    bytes.set(account.data, at + UNALIGNED_DATA);
    const ownerAt = at + UNALIGNED_DATA + dataLen;
    account.owner.writeInView(view, ownerAt);
    bytes[ownerAt + PUBKEY_SIZE] = account.executable ? 1 : 0;
    writeRentEpoch(view, ownerAt + PUBKEY_SIZE + 1);
    accounts.push(
      new SerializedAccount(
        dataLen,
        account.version,
        at,
        at + UNALIGNED_KEY,
        ownerAt,
        at + UNALIGNED_LAMPORTS,
        at + UNALIGNED_DATA,
        inputOffset,
        undefined,
      ),
    );
    at = ownerAt + UNALIGNED_TAIL_SIZE;
  }
  writeLen(view, at, data.length);
  const dataAt = at + U64_SIZE;
  bytes.set(data, dataAt);
  instruction.programId.writeInView(view, dataAt + data.length);
  return { accounts, inputOffset, inputLen, vmInstructionDataAddr: dataAt - inputOffset + MM_INPUT_START };
}

/** Takes lamports, data and owner of each account from the program's memory, by the rules of what it may change. */
export function deserializeParameters(
  instruction: InstructionContext,
  activation: Activation,
  features: RuntimeFeatures,
): void {
  const { accounts: instructionAccounts, transaction } = instruction;
  const { memory } = activation.vm;
  const { isLoaderDeprecated } = activation;
  const { view } = memory;
  // Behind what the program may have written, an account that has not changed is as it was.
  const unwrittenFrom = lastInputOf(activation.vm).isTracked
    ? activation.inputOffset + memory.writtenInput
    : Number.POSITIVE_INFINITY;
  for (let i = 0; i < instructionAccounts.length; i++) {
    const { indexInTransaction } = instructionAccounts[i];
    if (instruction.indexOfAccount(indexInTransaction) !== i) continue;
    const serialized = activation.accounts[i];
    const account = transaction.accounts[indexInTransaction];
    if (serialized.at >= unwrittenFrom && serialized.version === account.version) continue;
    const { lamportsAt, dataAt, ownerAt } = serialized;
    let dataLen = serialized.originalDataLen;
    if (!isLoaderDeprecated) {
      dataLen = Number(memory.readU64(dataAt - U64_SIZE));
      const isWithinLimit = dataLen <= serialized.originalDataLen + MAX_PERMITTED_DATA_INCREASE;
      if (isWithinLimit && account.isUnchangedIn(memory, lamportsAt, ownerAt, dataAt, dataLen)) continue;
    }
    const borrowed = instruction.borrow(i);
    if (!account.equalsLamportsAt(view, lamportsAt)) {
      borrowed.setLamportsHalves(view.getInt32(lamportsAt, true), view.getInt32(lamportsAt + 4, true));
    }
    if (!isLoaderDeprecated) checkGrowth(instruction, borrowed, serialized.originalDataLen, dataLen);
    if (!features.virtual_address_space_adjustments) borrowed.updateData(memory, dataAt, dataLen);
    else if (borrowed.canDataBeChanged() === undefined) borrowed.updateData(memory, dataAt, dataLen);
    else if (borrowed.data.length !== dataLen) borrowed.setDataLength(dataLen);
    // Last, so that a program may change lamports and data of an account that it gives away.
    if (!isLoaderDeprecated && !borrowed.owner.equalsInView(view, ownerAt)) {
      borrowed.setOwner(Pubkey.internedInView(memory.view, ownerAt));
    }
    borrowed.release();
  }
}

function checkGrowth(
  instruction: InstructionContext,
  borrowed: BorrowedAccount,
  originalDataLen: number,
  dataLen: number,
): void {
  if (dataLen - originalDataLen <= MAX_PERMITTED_DATA_INCREASE && dataLen <= MAX_ACCOUNT_DATA_LEN) return;
  fail('InvalidRealloc', {
    rule: 'deserialize_parameters',
    source: SOURCE,
    account: borrowed.key,
    program: instruction.programId,
    asked: 'resize data',
    limit: Math.min(originalDataLen + MAX_PERMITTED_DATA_INCREASE, MAX_ACCOUNT_DATA_LEN),
    actual: dataLen,
  });
}

// Regions.

/** Bytes of guest addresses that an account's data can use. */
export function addressSpaceReservedForAccount(originalDataLen: number, isLoaderDeprecated: boolean): number {
  return isLoaderDeprecated ? originalDataLen : originalDataLen + MAX_PERMITTED_DATA_INCREASE;
}

/** Source: agave serialization.rs, Serializer::write_account, push_region. */
function mapAccountRegions(
  instruction: InstructionContext,
  vm: Vm<InvokeContext>,
  parameters: SerializedParameters & { readonly inputLen: number },
  isLoaderDeprecated: boolean,
): SerializedParameters {
  const { inputOffset, inputLen } = parameters;
  const regions: InputRegion[] = [];
  const accounts: SerializedAccount[] = [];
  let start = MM_INPUT_START;
  const pushTo = (end: number): void => {
    const hostOffset = start - MM_INPUT_START + inputOffset;
    regions.push({ vmAddr: start, hostOffset, len: end - start, writable: true, payload: -1 });
    start = end;
  };
  for (let i = 0; i < parameters.accounts.length; i++) {
    const serialized = parameters.accounts[i];
    const { indexInTransaction, isSigner, isWritable } = instruction.accounts[i];
    const first = instruction.indexOfAccount(indexInTransaction);
    if (first !== i) {
      accounts.push(accounts[first]);
      continue;
    }
    pushTo(serialized.vmDataAddr);
    const reserved = addressSpaceReservedForAccount(serialized.originalDataLen, isLoaderDeprecated);
    if (reserved > 0) {
      pushTo(start + reserved);
      const region = regions[regions.length - 1];
      const borrowed = BorrowedAccount.take(instruction, indexInTransaction, isSigner, isWritable);
      modifyRegionOfAccount(borrowed, region);
      borrowed.release();
      accounts.push(serialized.withRegion(region));
    } else {
      accounts.push(serialized);
    }
  }
  pushTo(MM_INPUT_START + inputLen);
  vm.mapInput(regions, (access, vmAddr, len, region, maxLen) => {
    return access === 'store' && growAccount(instruction, vmAddr + len - region.vmAddr, region, maxLen);
  });
  return { accounts, inputOffset, vmInstructionDataAddr: parameters.vmInstructionDataAddr };
}

/** Gives an account's region the account's length, and lets the program write it if it may. */
export function modifyRegionOfAccount(borrowed: BorrowedAccount, region: InputRegion): void {
  const writable = borrowed.canDataBeChanged() === undefined;
  region.len = borrowed.data.length;
  region.writable = writable;
  region.payload = writable ? borrowed.indexInTransaction : -1;
}

/**
 * A program writes behind the end of an account that it may change: the account grows at once to all it may reach, and
 * is cut to the length that the program has stored when the program calls or ends.
 *
 * Source: agave transaction-context/src/transaction.rs, access_violation_handler.
 */
function growAccount(
  instruction: InstructionContext,
  requestedLen: number,
  region: InputRegion,
  reservedLen: number,
): boolean {
  if (region.payload < 0 || requestedLen > reservedLen) return false;
  if (requestedLen > region.len) {
    const { transaction } = instruction;
    const account = transaction.accounts[region.payload];
    const remainingGrowth = Math.max(0, MAX_ACCOUNT_DATA_GROWTH_PER_TRANSACTION - transaction.resizeDelta);
    const oldLen = account.data.length;
    const newLen = Math.min(reservedLen, MAX_ACCOUNT_DATA_LEN, oldLen + remainingGrowth);
    transaction.resizeDelta += newLen - oldLen;
    const data = new Uint8Array(newLen);
    data.set(account.data);
    account.data = data;
    account.version++;
    region.len = newLen;
  }
  return true;
}

// Parts.

function alignUp(length: number): number {
  return Math.ceil(length / BPF_ALIGN_OF_U128) * BPF_ALIGN_OF_U128;
}

/** Bytes that data takes in the aligned layout, with the room to grow and the padding. */
function reservedDataLen(dataLen: number): number {
  return alignUp(dataLen) + MAX_PERMITTED_DATA_INCREASE;
}

/** A number that is exact, as a u64. */
function writeLen(view: DataView, at: number, value: number): void {
  view.setUint32(at, value >>> 0, true);
  view.setUint32(at + 4, (value / 0x1_0000_0000) | 0, true);
}

/** Always the largest u64. Source: SIMD-0267. */
function writeRentEpoch(view: DataView, at: number): void {
  view.setInt32(at, -1, true);
  view.setInt32(at + 4, -1, true);
}
