// The accounts of a call, in both directions. Before it: what the caller has written into its memory is taken into the
// accounts, as if the caller had ended, so that the callee sees it. After it: what the callee left in the accounts is
// written into the caller's memory, for each account that the callee could write.
// The two are not symmetric. Before, every account of the call is checked and taken; after, read-only ones are left alone,
// and executable flag, rent epoch, key and flags are never written.
// An account in the transaction that is flagged executable is never synchronised at all: a program does not change.
// Source: agave program-runtime/src/cpi.rs, translate_accounts_common, update_callee_account, update_caller_account.

import { MM_INPUT_START } from '../sbpf/address-space.ts';
import { addAddr, type U64, type VmMemory } from '../sbpf/memory.ts';
import { PUBKEY_BYTES, Pubkey } from '../wire/pubkey.ts';
import { type Activation, currentActivation, type SerializedAccount } from './activation.ts';
import { ACCOUNT_INFO_ALIGN, type CallAbi, CPI_SOURCE, chargeBytes, refusePointer } from './cpi-abi.ts';
import { fail, SyscallError } from './errors.ts';
import { bytesCost } from './execution-cost.ts';
import type { InvokeContext } from './invoke-context.ts';
import { addressSpaceReservedForAccount, MAX_PERMITTED_DATA_INCREASE, modifyRegionOfAccount } from './serialization.ts';
import { translateSlice, translateType } from './syscalls/memory-access.ts';
import type { InstructionContext, TransactionAccount } from './transaction-context.ts';

/** How many account infos one call may pass. Source: SIMD-0339. */
export const MAX_CPI_ACCOUNT_INFOS = 255;
const U64_SIZE = 8;

/** One account of the call, in the transaction and in the caller's memory. Host offsets. */
export interface CallerAccount {
  readonly account: TransactionAccount;
  readonly indexInTransaction: number;
  readonly indexInCaller: number;
  readonly serialized: SerializedAccount;
  readonly lamportsAt: number;
  readonly ownerAt: number;
  readonly lenAt: number;
  readonly vmDataAddr: U64;
  dataAt: number;
  dataLen: number;
  readonly isWritableInCallee: boolean;
  /** The account's version as the call began: as the caller's memory has it. */
  version: number;
  /** Whether the region of its data must be adjusted after the call. */
  updateRegion: boolean;
}

// The keys of the account infos of the call that is being prepared. Nothing else is prepared meanwhile.
const keyOffsets = new Int32Array(MAX_CPI_ACCOUNT_INFOS);
const keyPrefixes = new Int32Array(MAX_CPI_ACCOUNT_INFOS);

/**
 * Finds each account of the call among the account infos and checks that these are what the loader gave the caller.
 *
 * Charges for the infos, then for each account by its length.
 */
export function translateAccounts(
  context: InvokeContext,
  memory: VmMemory,
  abi: CallAbi,
  infosAddr: U64,
  infosLen: U64,
  caller: InstructionContext,
  callee: InstructionContext,
): CallerAccount[] {
  const { features } = context.environment;
  const restricted = features.syscall_parameter_address_restrictions;
  const infosOffset = translateAccountInfos(context, memory, abi, infosAddr, infosLen, restricted);
  const infoCount = infosLen as number;
  const activation = currentActivation(context);
  const { transaction } = context;
  const accounts: CallerAccount[] = [];
  for (let i = 0; i < callee.accounts.length; i++) {
    const { indexInTransaction, isWritable } = callee.accounts[i];
    if (callee.indexOfAccount(indexInTransaction) !== i) continue;
    const account = transaction.accounts[indexInTransaction];
    if (account.executable) {
      chargeBytes(context, account.data.length);
      continue;
    }
    const infoIndex = findAccountInfo(memory, account, infoCount);
    if (infoIndex < 0) {
      context.log(`Instruction references an unknown account ${account.key}`);
      const detail = `none of the ${infoCount} account infos has this key`;
      fail('MissingAccount', { rule: 'translate_accounts_common', source: CPI_SOURCE, account: account.key, detail });
    }
    const indexInCaller = caller.indexOfAccount(indexInTransaction);
    const serialized = activation.accounts[indexInCaller];
    const infoAt = infoIndex * abi.accountInfo.size;
    const fields = abi.locateAccountFields(
      context,
      memory,
      infosOffset + infoAt,
      (infosAddr as number) + infoAt,
      serialized,
    );
    const dataLen = restricted ? memory.readU64(fields.lenAt) : fields.dataLen;
    const dataAt = translateData(context, memory, activation, account, serialized, fields.vmDataAddr, dataLen);
    const { lamportsAt, ownerAt, lenAt, vmDataAddr } = fields;
    const callerAccount: CallerAccount = {
      account,
      indexInTransaction,
      indexInCaller,
      serialized,
      lamportsAt,
      ownerAt,
      lenAt,
      vmDataAddr,
      dataAt,
      dataLen: dataLen as number,
      isWritableInCallee: isWritable,
      version: -1,
      updateRegion: isWritable,
    };
    if (restricted) chargeBytes(context, dataLen);
    else updateCalleeAccount(context, memory, activation, caller, callerAccount);
    accounts.push(callerAccount);
  }
  return accounts;
}

/** Reads the keys of all account infos and returns the host offset of the first info. */
function translateAccountInfos(
  context: InvokeContext,
  memory: VmMemory,
  abi: CallAbi,
  infosAddr: U64,
  infosLen: U64,
  restricted: boolean,
): number {
  const { size, keyAddr } = abi.accountInfo;
  // Even an empty list is refused there. A sum too large for a number is certainly behind the input's start.
  if (restricted && Number(infosAddr) + Number(infosLen) * size >= MM_INPUT_START) {
    const address = `0x${infosAddr.toString(16)}`;
    refusePointer('translate_account_infos', 'account infos', `${infosLen} at ${address} reach the program's input`);
  }
  const infosOffset = translateSlice(context, memory, 'load', infosAddr, infosLen, size, ACCOUNT_INFO_ALIGN);
  if (infosLen > MAX_CPI_ACCOUNT_INFOS) {
    const text = `Invoked an instruction with too many account info's (${infosLen} > ${MAX_CPI_ACCOUNT_INFOS})`;
    throw new SyscallError('MaxInstructionAccountInfosExceeded', text, {
      rule: 'check_account_infos',
      source: CPI_SOURCE,
      asked: 'account infos',
      limit: MAX_CPI_ACCOUNT_INFOS,
      actual: infosLen,
    });
  }
  const count = infosLen as number;
  context.consume(bytesCost(context.costs, count * context.costs.accountInfoBytes));
  const { view } = memory;
  for (let i = 0; i < count; i++) {
    const keyOffset = memory.follow('load', infosOffset + i * size + keyAddr, PUBKEY_BYTES);
    keyOffsets[i] = keyOffset;
    keyPrefixes[i] = view.getInt32(keyOffset, true);
  }
  return infosOffset;
}

/** The first account info with the account's key, or -1. */
function findAccountInfo(memory: VmMemory, account: TransactionAccount, count: number): number {
  for (let i = 0; i < count; i++) {
    if (keyPrefixes[i] === account.keyPrefix && account.key.equalsInView(memory.view, keyOffsets[i])) return i;
  }
  return -1;
}

/** Host offset of the account's data. Source: agave cpi.rs, CallerAccount::get_serialized_data. */
function translateData(
  context: InvokeContext,
  memory: VmMemory,
  activation: Activation,
  account: TransactionAccount,
  serialized: SerializedAccount,
  vmDataAddr: U64,
  len: U64,
): number {
  const { syscall_parameter_address_restrictions, virtual_address_space_adjustments, account_data_direct_mapping } =
    context.environment.features;
  const limit = addressSpaceReservedForAccount(serialized.originalDataLen, activation.isLoaderDeprecated);
  if (syscall_parameter_address_restrictions && len > limit) {
    fail('InvalidRealloc', {
      rule: 'get_serialized_data',
      source: CPI_SOURCE,
      account: account.key,
      asked: 'resize data',
      limit,
      actual: len,
    });
  }
  // A region's permissions are for the program, not for this. Mapped data is reached without the pointer.
  const isOwn = syscall_parameter_address_restrictions || account_data_direct_mapping;
  const inInput = (isOwn ? serialized.vmDataAddr : Number(vmDataAddr)) - MM_INPUT_START;
  // Differs: with regions, Agave takes a pointer of any origin as one into the input, whatever lies there on the host; one
  // that leads out of it is an access violation here.
  const isInside = inInput >= 0 && inInput + Number(len) <= activation.vm.inputLen;
  if (syscall_parameter_address_restrictions || (virtual_address_space_adjustments && isInside)) {
    return activation.inputOffset + inInput;
  }
  return translateSlice(context, memory, 'store', vmDataAddr, len, 1, 1);
}

/** Takes the caller's view of an account into the transaction, checking each change as at the end of the caller. */
export function updateCalleeAccount(
  context: InvokeContext,
  memory: VmMemory,
  activation: Activation,
  caller: InstructionContext,
  callerAccount: CallerAccount,
): void {
  const { features } = context.environment;
  const { bytes, view } = memory;
  const { account, lamportsAt, dataAt, dataLen, ownerAt } = callerAccount;
  if (account.isUnchangedIn(memory, lamportsAt, ownerAt, dataAt, dataLen)) {
    callerAccount.version = account.version;
    return;
  }
  const borrowed = caller.borrow(callerAccount.indexInCaller);
  if (!account.equalsLamportsAt(view, lamportsAt)) {
    borrowed.setLamportsHalves(view.getInt32(lamportsAt, true), view.getInt32(lamportsAt + 4, true));
  }

  if (!features.virtual_address_space_adjustments) {
    borrowed.updateData(memory, dataAt, dataLen);
  } else {
    const prevLen = borrowed.data.length;
    const postLen = Number(memory.readU64(callerAccount.lenAt));
    if (prevLen !== postLen) {
      if (postLen < prevLen) {
        const { serialized, vmDataAddr } = callerAccount;
        const start = translateData(context, memory, activation, account, serialized, vmDataAddr, prevLen);
        bytes.fill(0, start + postLen, start + prevLen);
      }
      borrowed.setDataLength(postLen);
      callerAccount.updateRegion = true;
    }
    if (borrowed.canDataBeChanged() === undefined) borrowed.updateData(memory, dataAt, dataLen);
  }

  // Last, so that a program may change lamports and data of an account that it gives away.
  if (!borrowed.owner.equalsInView(view, ownerAt)) {
    borrowed.setOwner(Pubkey.internedInView(view, ownerAt));
    callerAccount.updateRegion = true;
  }
  borrowed.release();
  callerAccount.version = account.version;
}

/** Writes an account as the callee left it into the caller's memory. */
export function updateCallerAccount(
  context: InvokeContext,
  memory: VmMemory,
  activation: Activation,
  callerAccount: CallerAccount,
): void {
  const restricted = context.environment.features.syscall_parameter_address_restrictions;
  const { account, lenAt, serialized, vmDataAddr } = callerAccount;
  // What nobody has written since is in the caller's memory already; but pointers of any origin may share a place there.
  if (restricted && account.version === callerAccount.version) return;
  const { bytes, view } = memory;
  // Before the first write: what follows may refuse, and the next run must not take the record for what it was.
  memory.noteInputWrite(callerAccount.dataAt + Math.max(callerAccount.dataLen, account.data.length));
  account.writeLamports(view, callerAccount.lamportsAt);
  account.owner.writeInView(view, callerAccount.ownerAt);

  const prevLen = memory.readU64(lenAt);
  const postLen = account.data.length;
  const { originalDataLen } = serialized;
  const maxIncrease = restricted && activation.isLoaderDeprecated ? 0 : MAX_PERMITTED_DATA_INCREASE;
  if (postLen > originalDataLen + maxIncrease && (restricted || prevLen !== postLen)) {
    context.log(`Account data size realloc limited to ${maxIncrease} in inner instructions`);
    fail('InvalidRealloc', {
      rule: 'update_caller_account',
      source: CPI_SOURCE,
      account: account.key,
      asked: 'resize data',
      limit: originalDataLen + maxIncrease,
      actual: postLen,
    });
  }
  if (prevLen !== postLen) {
    if (postLen < prevLen) {
      if (postLen > callerAccount.dataLen) refuseDataLen(account);
      bytes.fill(0, callerAccount.dataAt + postLen, callerAccount.dataAt + callerAccount.dataLen);
    }
    callerAccount.dataAt = translateData(context, memory, activation, account, serialized, vmDataAddr, postLen);
    callerAccount.dataLen = postLen;
    memory.writeU64(lenAt, postLen);
    const inputLenAt = translateType(context, memory, 'store', addAddr(vmDataAddr, -U64_SIZE), U64_SIZE, U64_SIZE);
    memory.writeU64(inputLenAt, postLen);
  }
  if (callerAccount.dataLen !== postLen) refuseDataLen(account);
  bytes.set(account.data, callerAccount.dataAt);
  memory.noteInputWrite(callerAccount.dataAt + postLen);
}

function refuseDataLen(account: TransactionAccount): never {
  fail('AccountDataTooSmall', { rule: 'update_caller_account', source: CPI_SOURCE, account: account.key });
}

/** Adjusts the region of an account's data to what the caller may do with it now. */
export function updateCallerAccountRegion(
  memory: VmMemory,
  caller: InstructionContext,
  callerAccount: CallerAccount,
): void {
  const { region } = callerAccount.serialized;
  if (region === undefined) return;
  const borrowed = caller.borrow(callerAccount.indexInCaller);
  modifyRegionOfAccount(borrowed, region);
  borrowed.release();
  memory.checkRegion(region);
}
