// How a program lays out a call in its memory: the structures of the C and of the Rust SDK. Nothing is decided here but
// where each field is; what the fields may hold is for cpi.ts and cpi-accounts.ts.
// An instruction and its metas differ only in places, so they are tables of offsets. An account info differs in shape:
// Rust's points to cells that point to the values. Its flags and rent epoch are never read.
// Source: agave program-runtime/src/cpi.rs, SolInstruction, SolAccountMeta, SolAccountInfo; solana-sdk stable-layout,
// account-info.

import { MM_INPUT_START, MM_REGION_SIZE } from '../sbpf/address-space.ts';
import { addAddr, type U64, type VmMemory } from '../sbpf/memory.ts';
import { PUBKEY_BYTES } from '../wire/pubkey.ts';
import { currentActivation, type SerializedAccount } from './activation.ts';
import { SyscallError } from './errors.ts';
import { bytesCost } from './execution-cost.ts';
import type { InvokeContext } from './invoke-context.ts';
import { followType } from './syscalls/memory-access.ts';

export const CPI_SOURCE = 'agave program-runtime/src/cpi.rs';

export interface CallAbi {
  readonly name: 'c' | 'rust';
  readonly instruction: {
    readonly size: number;
    /** Offset of the program id, or of its address where `hasProgramIdAddr`. */
    readonly programId: number;
    readonly hasProgramIdAddr: boolean;
    readonly metasAddr: number;
    readonly metasLen: number;
    readonly dataAddr: number;
    readonly dataLen: number;
  };
  readonly meta: {
    readonly size: number;
    readonly align: number;
    /** Offset of the key, or of its address where `hasKeyAddr`. */
    readonly key: number;
    readonly hasKeyAddr: boolean;
    readonly isSigner: number;
    readonly isWritable: number;
  };
  readonly accountInfo: {
    readonly size: number;
    readonly keyAddr: number;
  };
  /** Follows an account info to the values it names. `infoOffset` is where it lies on the host, `infoAddr` in the guest. */
  readonly locateAccountFields: (
    context: InvokeContext,
    memory: VmMemory,
    infoOffset: number,
    infoAddr: number,
    serialized: SerializedAccount,
  ) => AccountFields;
}

/** Where the caller keeps what it knows of an account. Host offsets; all may be written. */
export interface AccountFields {
  readonly lamportsAt: number;
  readonly ownerAt: number;
  /** The length that the program goes by. The input has one of its own, before the data. */
  readonly lenAt: number;
  readonly vmDataAddr: U64;
  /** Bytes of data, as the account info says; `lenAt` says the same but where infos overlap. */
  readonly dataLen: U64;
}

const INFO_ALIGN = 8;
const U64_SIZE = 8;
/** The upper half of the input's addresses. */
const INPUT_REGION = MM_INPUT_START / MM_REGION_SIZE;
/** A cell that begins before this ends in the same region. */
const MAX_CELL_OFFSET = MM_REGION_SIZE - 256;

export const C_ABI: CallAbi = {
  name: 'c',
  instruction: {
    size: 40,
    programId: 0,
    hasProgramIdAddr: true,
    metasAddr: 8,
    metasLen: 16,
    dataAddr: 24,
    dataLen: 32,
  },
  meta: { size: 16, align: 8, key: 0, hasKeyAddr: true, isSigner: 9, isWritable: 8 },
  accountInfo: { size: 56, keyAddr: 0 },
  locateAccountFields(context, memory, infoOffset, infoAddr, serialized) {
    const restricted = context.environment.features.syscall_parameter_address_restrictions;
    const lamportsPointer = infoOffset + 8;
    const dataLen = memory.readU64(infoOffset + 16);
    const dataPointer = infoOffset + 24;
    const ownerPointer = infoOffset + 32;
    if (restricted) {
      checkPointer(context, memory, infoOffset, serialized.keyAt, 'key');
      checkPointer(context, memory, ownerPointer, serialized.ownerAt, 'owner');
      checkPointer(context, memory, lamportsPointer, serialized.lamportsAt, 'lamports');
      checkPointer(context, memory, dataPointer, serialized.dataAt, 'data');
    }
    const { lamportsAt, ownerAt } = restricted
      ? serialized
      : locateFields(context, memory, lamportsPointer, ownerPointer);
    if (!restricted) chargeBytes(context, dataLen);
    const lenAddr = infoAddr + 16;
    if (restricted) checkOutsideInput(lenAddr, 'data_len');
    // The info may be in read-only memory, whose length no one could update.
    const lenAt = memory.store(lenAddr, U64_SIZE);
    return { lamportsAt, ownerAt, lenAt, vmDataAddr: memory.readU64(dataPointer), dataLen };
  },
};

/** Strong and weak count and the borrow flag, which stand before the value in an `Rc<RefCell<_>>`. */
const RC_VALUE = 24;
/** A `&[u8]`: address and length. */
const SLICE_SIZE = 16;

export const RUST_ABI: CallAbi = {
  name: 'rust',
  instruction: {
    size: 80,
    programId: 48,
    hasProgramIdAddr: false,
    metasAddr: 0,
    metasLen: 16,
    dataAddr: 24,
    dataLen: 40,
  },
  meta: { size: 34, align: 1, key: 0, hasKeyAddr: false, isSigner: 32, isWritable: 33 },
  accountInfo: { size: 48, keyAddr: 0 },
  locateAccountFields(context, memory, infoOffset, _infoAddr, serialized) {
    const restricted = context.environment.features.syscall_parameter_address_restrictions;
    const ownerPointer = infoOffset + 24;
    if (restricted) {
      checkPointer(context, memory, infoOffset, serialized.keyAt, 'key');
      checkPointer(context, memory, ownerPointer, serialized.ownerAt, 'owner');
    }
    const lamportsRc = infoOffset + 8;
    const lamportsPointer = followType(context, memory, 'load', lamportsRc, U64_SIZE, U64_SIZE, RC_VALUE);
    if (restricted) {
      checkCellOutsideInput(memory, lamportsRc, 'lamports');
      checkPointer(context, memory, lamportsPointer, serialized.lamportsAt, 'lamports');
    }
    const { lamportsAt, ownerAt } = restricted
      ? serialized
      : locateFields(context, memory, lamportsPointer, ownerPointer);
    const dataRc = infoOffset + 16;
    if (restricted) checkCellOutsideInput(memory, dataRc, 'data');
    const sliceAt = followType(context, memory, 'load', dataRc, SLICE_SIZE, U64_SIZE, RC_VALUE);
    const dataLen = memory.readU64(sliceAt + U64_SIZE);
    if (restricted) checkPointer(context, memory, sliceAt, serialized.dataAt, 'data');
    else chargeBytes(context, dataLen);
    if (restricted) checkCellOutsideInput(memory, dataRc, 'data length', U64_SIZE);
    const lenAt = memory.follow('store', dataRc, U64_SIZE, RC_VALUE + U64_SIZE);
    return { lamportsAt, ownerAt, lenAt, vmDataAddr: memory.readU64(sliceAt), dataLen };
  },
};

/** Host offsets of two fields to be written, where nothing is known of the pointers to them. */
function locateFields(
  context: InvokeContext,
  memory: VmMemory,
  lamportsPointer: number,
  ownerPointer: number,
): { readonly lamportsAt: number; readonly ownerAt: number } {
  const lamportsAt = followType(context, memory, 'store', lamportsPointer, U64_SIZE, U64_SIZE);
  const ownerAt = followType(context, memory, 'store', ownerPointer, PUBKEY_BYTES, 1);
  return { lamportsAt, ownerAt };
}

/** Account infos are aligned to this in both. */
export const ACCOUNT_INFO_ALIGN: number = INFO_ALIGN;

/** Charges for bytes that a call passes. */
export function chargeBytes(context: InvokeContext, len: U64): void {
  context.consume(bytesCost(context.costs, Number(len)));
}

/**
 * Fails where a pointer of an account info isn't the one that the loader gave the program: the one to `fieldAt`. A program
 * that makes up its account infos could otherwise have a callee's changes written where it likes.
 *
 * Source: agave program-runtime/src/cpi.rs, check_account_info_pointer.
 */
function checkPointer(
  context: InvokeContext,
  memory: VmMemory,
  pointerAt: number,
  fieldAt: number,
  field: string,
): void {
  const { view } = memory;
  const inInput = fieldAt - currentActivation(context).inputOffset;
  if (view.getUint32(pointerAt + 4, true) === INPUT_REGION && view.getUint32(pointerAt, true) === inInput) return;
  const [given, expected] = [memory.readU64(pointerAt), MM_INPUT_START + inInput].map(
    (each) => `0x${each.toString(16)}`,
  );
  context.log(`Invalid account info pointer \`${field}': ${given} != ${expected}`);
  refusePointer('check_account_info_pointer', field, `it points to ${given}; the account's ${field} is at ${expected}`);
}

/** Fails where a cell that a callee's changes are written through lies in the input, which the callee's accounts share. */
function checkOutsideInput(vmAddr: U64, field: string): void {
  if (vmAddr < MM_INPUT_START) return;
  const address = `0x${vmAddr.toString(16)}`;
  refusePointer('CallerAccount', field, `its cell is at ${address}, inside the program's input`);
}

/** The same for the value in an `Rc` whose address stands `rcAt` in memory, `moved` bytes into it. */
function checkCellOutsideInput(memory: VmMemory, rcAt: number, field: string, moved = 0): void {
  const { view } = memory;
  const isBelow = view.getUint32(rcAt + 4, true) < INPUT_REGION && view.getUint32(rcAt, true) < MAX_CELL_OFFSET;
  if (!isBelow) checkOutsideInput(addAddr(memory.readU64(rcAt), RC_VALUE + moved), field);
}

export function refusePointer(rule: string, asked: string, detail: string): never {
  throw new SyscallError('InvalidPointer', 'Invalid pointer', { rule, source: CPI_SOURCE, asked, detail });
}
