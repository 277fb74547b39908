// Cross-program invocation: a program asks the runtime to run another program, with accounts it was given itself and with
// signatures of its own derived addresses. The two syscalls differ in how the call lies in memory (cpi-abi.ts) only.
//
// The order is the contract, failing paths included: charge the call; read the instruction and charge its bytes; derive the
// signers; may this program be called; may the caller grant these accounts (invoke-context.ts); find the accounts in the
// caller's memory and charge theirs; take the caller's changes in; run; write the callee's changes back (cpi-accounts.ts).
// A refused call never returns to the caller: its error is the caller's.
//
// Every call is an attempt, reported to the listener before the first check and when it is over, with the refusal that
// ended it. Without a listener nothing is made for it.
// Source: agave program-runtime/src/cpi.rs, cpi_common.

import { addressOfSeeds, addSeed, beginSeeds, MAX_SEEDS } from '../crypto/program-address.ts';
import type { U64, VmMemory } from '../sbpf/memory.ts';
import type { Syscall } from '../sbpf/syscall-registry.ts';
import { Verdict } from '../wire/errors.ts';
import { PUBKEY_BYTES, Pubkey } from '../wire/pubkey.ts';
import { currentActivation } from './activation.ts';
import { BPF_LOADER_DEPRECATED_ID, BPF_LOADER_ID, BPF_LOADER_UPGRADEABLE_ID, NATIVE_LOADER_ID } from './addresses.ts';
import { C_ABI, type CallAbi, CPI_SOURCE, RUST_ABI } from './cpi-abi.ts';
import {
  translateAccounts,
  updateCalleeAccount,
  updateCallerAccount,
  updateCallerAccountRegion,
} from './cpi-accounts.ts';
import { fail, SyscallError } from './errors.ts';
import { bytesCost } from './execution-cost.ts';
import type { DerivedSigner } from './execution-events.ts';
import type { CallMeta, InvokeContext } from './invoke-context.ts';
import { PRECOMPILES } from './precompiles/index.ts';
import { refuseSignerSeeds } from './seed-refusals.ts';
import {
  followSlice,
  readVmSlices,
  translateBytes,
  translateSlice,
  translateType,
  VM_SLICE_ALIGN,
  VM_SLICE_SIZE,
} from './syscalls/memory-access.ts';
import { MAX_ACCOUNTS_PER_INSTRUCTION } from './transaction-context.ts';

/** Bytes of instruction data that a call may pass. */
const MAX_INSTRUCTION_DATA_LEN = 10 * 1024;
/** Groups of signer seeds that a call may pass. */
export const MAX_SIGNERS = 16;

/**
 * Calls a program; the structures are those of the C SDK.
 *
 * r1 `instructionAddr`: VM address of a `SolInstruction`, 8-aligned
 * r2 `accountInfosAddr`: VM address of the `SolAccountInfo`s, 8-aligned; in stack, heap or constants
 * r3 `accountInfosLen`: how many, at most 255
 * r4 `signersSeedsAddr`: VM address of the groups of seeds `{ addr: u64, len: u64 }`, 8-aligned
 * r5 `signersSeedsLen`: how many groups, at most 16; 0 reads none
 *
 * r0 is 0: a call that fails ends the caller too. Charges `invokeUnits`, then bytes of data and metas, of infos, of
 * account data.
 */
export const solInvokeSignedC: Syscall<InvokeContext> = (context, memory, r1, r2, r3, r4, r5) =>
  invokeSigned(context, memory, C_ABI, r1, r2, r3, r4, r5);

/** The same; the structures are those of the Rust SDK: `StableInstruction`, `AccountInfo`, `&[&[&[u8]]]`. */
export const solInvokeSignedRust: Syscall<InvokeContext> = (context, memory, r1, r2, r3, r4, r5) =>
  invokeSigned(context, memory, RUST_ABI, r1, r2, r3, r4, r5);

function invokeSigned(
  context: InvokeContext,
  memory: VmMemory,
  abi: CallAbi,
  instructionAddr: U64,
  infosAddr: U64,
  infosLen: U64,
  seedsAddr: U64,
  seedsLen: U64,
): number {
  const { listener } = context;
  if (listener === undefined) {
    call(context, memory, abi, instructionAddr, infosAddr, infosLen, seedsAddr, seedsLen, undefined);
    return 0;
  }
  const activation = currentActivation(context);
  listener.on({ type: 'attempt', abi: abi.name, caller: context.current, unitsRemaining: context.meter.remaining });
  const attempt = new Attempt(context);
  let failure: Verdict | undefined;
  try {
    call(context, memory, abi, instructionAddr, infosAddr, infosLen, seedsAddr, seedsLen, attempt);
  } catch (thrown) {
    if (!(thrown instanceof Verdict)) throw thrown;
    failure = thrown;
    attempt.describeAnyway(memory, abi, instructionAddr);
  }
  const unitsRemaining = context.meter.remaining;
  listener.on({ type: 'attemptEnd', failure, step: activation.callStep, unitsRemaining });
  if (failure !== undefined) throw failure;
  return 0;
}

function call(
  context: InvokeContext,
  memory: VmMemory,
  abi: CallAbi,
  instructionAddr: U64,
  infosAddr: U64,
  infosLen: U64,
  seedsAddr: U64,
  seedsLen: U64,
  attempt: Attempt | undefined,
): void {
  const { features } = context.environment;
  const caller = context.current;
  const activation = currentActivation(context);
  const unitsAtCall = context.meter.remaining;
  activation.callStep = 'translate_instruction';
  context.consume(context.costs.invokeUnits);
  const { programId, metas, data } = translateInstruction(context, memory, abi, instructionAddr, attempt);

  activation.callStep = 'translate_signers';
  const signers = translateSigners(context, memory, caller.programId, seedsAddr, seedsLen, attempt);
  attempt?.describe();

  activation.callStep = 'check_authorized_program';
  checkAuthorizedProgram(context, programId, data);

  activation.callStep = 'prepare_next_cpi_instruction';
  const callee = context.prepareNextInstruction(programId, metas, data, signers);
  callee.abi = abi.name;
  callee.signers = signers;
  callee.unitsAtCall = unitsAtCall;

  activation.callStep = 'translate_accounts';
  const accounts = translateAccounts(context, memory, abi, infosAddr, infosLen, caller, callee);

  if (features.syscall_parameter_address_restrictions) {
    activation.callStep = 'update_callee_account';
    for (let i = 0; i < accounts.length; i++) updateCalleeAccount(context, memory, activation, caller, accounts[i]);
  }

  activation.callStep = 'process_instruction';
  context.processInstruction(callee);

  activation.callStep = 'update_caller_account';
  for (let i = 0; i < accounts.length; i++) {
    const account = accounts[i];
    if (account.isWritableInCallee) updateCallerAccount(context, memory, activation, account);
  }
  if (features.virtual_address_space_adjustments) {
    for (const account of accounts) if (account.updateRegion) updateCallerAccountRegion(memory, caller, account);
  }
  callee.unitsAtReturn = context.meter.remaining;
}

interface CallInstruction {
  readonly programId: Pubkey;
  readonly metas: readonly CallMeta[];
  readonly data: Uint8Array;
}

/** Source: agave cpi.rs, translate_instruction_c, translate_instruction_rust. */
function translateInstruction(
  context: InvokeContext,
  memory: VmMemory,
  abi: CallAbi,
  instructionAddr: U64,
  attempt: Attempt | undefined,
): CallInstruction {
  const layout = abi.instruction;
  const at = translateType(context, memory, 'load', instructionAddr, layout.size, 8);
  const programId = readKey(context, memory, at + layout.programId, layout.hasProgramIdAddr);
  const metasLen = memory.readU64(at + layout.metasLen);
  const { size, align } = abi.meta;
  const metasAt = followSlice(context, memory, at + layout.metasAddr, metasLen, size, align);
  const dataLen = memory.readU64(at + layout.dataLen);
  const dataAt = followSlice(context, memory, at + layout.dataAddr, dataLen, 1, 1);
  checkInstructionSize(programId, metasLen, dataLen);
  // Both were found in memory, so both are numbers.
  const metaCount = metasLen as number;
  const dataEnd = dataAt + (dataLen as number);
  const { costs } = context;
  context.consume(bytesCost(costs, dataLen as number) + bytesCost(costs, metaCount * costs.accountMetaBytes));
  const metas: CallMeta[] = [];
  for (let i = 0; i < metaCount; i++) metas.push(translateMeta(context, memory, abi, metasAt + i * size));
  const instruction: CallInstruction = { programId, metas, data: memory.bytes.slice(dataAt, dataEnd) };
  if (attempt !== undefined) attempt.instruction = instruction;
  return instruction;
}

/** Source: agave cpi.rs, check_instruction_size. */
export function checkInstructionSize(program: Pubkey, metasLen: U64, dataLen: U64): void {
  if (metasLen > MAX_ACCOUNTS_PER_INSTRUCTION) {
    const limit = MAX_ACCOUNTS_PER_INSTRUCTION;
    const text = `Invoked an instruction with too many accounts (${metasLen} > ${limit})`;
    refuseSize('MaxInstructionAccountsExceeded', text, program, 'accounts', limit, metasLen);
  }
  if (dataLen > MAX_INSTRUCTION_DATA_LEN) {
    const limit = MAX_INSTRUCTION_DATA_LEN;
    const text = `Invoked an instruction with data that is too large (${dataLen} > ${limit})`;
    refuseSize('MaxInstructionDataLenExceeded', text, program, 'bytes of data', limit, dataLen);
  }
}

function refuseSize(kind: string, text: string, program: Pubkey, asked: string, limit: number, actual: U64): never {
  throw new SyscallError(kind, text, {
    rule: 'check_instruction_size',
    source: CPI_SOURCE,
    program,
    asked,
    limit,
    actual,
  });
}

function translateMeta(context: InvokeContext, memory: VmMemory, abi: CallAbi, at: number): CallMeta {
  const layout = abi.meta;
  const isSigner = memory.bytes[at + layout.isSigner];
  const isWritable = memory.bytes[at + layout.isWritable];
  if (isSigner > 1 || isWritable > 1) {
    fail('InvalidArgument', {
      rule: 'translate_instruction',
      source: CPI_SOURCE,
      asked: isSigner > 1 ? 'signer' : 'writable',
      limit: 1,
      actual: Math.max(isSigner, isWritable),
      detail: 'a flag of an account meta is neither 0 nor 1',
    });
  }
  const keyAt = layout.hasKeyAddr ? memory.follow('load', at + layout.key, PUBKEY_BYTES) : at + layout.key;
  const { transaction } = context;
  const indexInTransaction = transaction.indexOfKeyAt(memory.view, keyAt);
  const pubkey = indexInTransaction < 0 ? Pubkey.at(memory.bytes, keyAt) : transaction.accounts[indexInTransaction].key;
  return { pubkey, indexInTransaction, isSigner: isSigner === 1, isWritable: isWritable === 1 };
}

/** The key at a host offset, or at the guest address that stands there. */
function readKey(context: InvokeContext, memory: VmMemory, at: number, isAddr: boolean): Pubkey {
  const keyAt = isAddr ? memory.follow('load', at, PUBKEY_BYTES) : at;
  const { transaction } = context;
  const index = transaction.indexOfKeyAt(memory.view, keyAt);
  return index < 0 ? Pubkey.at(memory.bytes, keyAt) : transaction.accounts[index].key;
}

const NO_SIGNERS: readonly Pubkey[] = [];

/** Derives the addresses that the caller signs for. Source: agave cpi.rs, translate_signers_c, translate_signers_rust. */
function translateSigners(
  context: InvokeContext,
  memory: VmMemory,
  programId: Pubkey,
  seedsAddr: U64,
  seedsLen: U64,
  attempt: Attempt | undefined,
): readonly Pubkey[] {
  if (seedsLen === 0) return NO_SIGNERS;
  const groupsAt = translateSlice(context, memory, 'load', seedsAddr, seedsLen, VM_SLICE_SIZE, VM_SLICE_ALIGN);
  if (seedsLen > MAX_SIGNERS) {
    throw new SyscallError('TooManySigners', 'Too many signers', {
      rule: 'translate_signers',
      source: CPI_SOURCE,
      asked: 'groups of signer seeds',
      limit: MAX_SIGNERS,
      actual: seedsLen,
    });
  }
  const signers: Pubkey[] = [];
  for (let i = 0; i < (seedsLen as number); i++) {
    const groupAt = groupsAt + i * VM_SLICE_SIZE;
    translateSeeds(context, memory, groupAt);
    const address = addressOfSeeds(programId.bytes, 0);
    if (typeof address === 'string') {
      const seeds = readSeeds(context, memory, groupAt);
      if (attempt !== undefined) {
        context.listener?.on({ type: 'derive', seeds, programId, address: undefined, bump: undefined });
      }
      refuseSignerSeeds(address, seeds, programId);
    }
    attempt?.signers.push({ seeds: readSeeds(context, memory, groupAt), address });
    signers.push(address);
  }
  return signers;
}

/** Hands over, as `addSeed` takes them, the seeds of the group that is a slice at an offset in memory. */
function translateSeeds(context: InvokeContext, memory: VmMemory, groupAt: number): void {
  const len = memory.readU64(groupAt + 8);
  const seedsAt = followSlice(context, memory, groupAt, len, VM_SLICE_SIZE, VM_SLICE_ALIGN);
  if (len > MAX_SEEDS) {
    fail('MaxSeedLengthExceeded', {
      rule: 'translate_signers',
      source: CPI_SOURCE,
      asked: 'seeds of one signer',
      limit: MAX_SEEDS,
      actual: len,
    });
  }
  beginSeeds();
  for (let i = 0; i < (len as number); i++) {
    const at = seedsAt + i * VM_SLICE_SIZE;
    const seedLen = memory.readU64(at + 8);
    addSeed(memory.bytes, followSlice(context, memory, at, seedLen, 1, 1), seedLen as number);
  }
}

/** Copies of the same, for who is told of them. */
function readSeeds(context: InvokeContext, memory: VmMemory, groupAt: number): Uint8Array[] {
  const len = memory.readU64(groupAt + 8);
  const seedsAt = followSlice(context, memory, groupAt, len, VM_SLICE_SIZE, VM_SLICE_ALIGN);
  return readVmSlices(memory, seedsAt, len as number).map(({ addr, len: seedLen }) => {
    const offset = translateBytes(memory, addr, seedLen);
    return memory.bytes.slice(offset, offset + Number(seedLen));
  });
}

// Instructions of loader v3 that may be called. Source: solana-sdk loader-v3-interface instruction.rs, is_*_instruction.
const UPGRADE = 3;
const SET_AUTHORITY = 4;
const CLOSE = 5;
const SET_AUTHORITY_CHECKED = 7;

/** Source: agave cpi.rs, check_authorized_program. */
export function checkAuthorizedProgram(context: InvokeContext, programId: Pubkey, data: Uint8Array): void {
  let detail: string;
  if (
    programId.equals(NATIVE_LOADER_ID) ||
    programId.equals(BPF_LOADER_ID) ||
    programId.equals(BPF_LOADER_DEPRECATED_ID)
  ) {
    detail = 'a loader that runs programs only';
  } else if (programId.equals(BPF_LOADER_UPGRADEABLE_ID)) {
    const tag = data[0];
    if (tag === UPGRADE || tag === SET_AUTHORITY || tag === CLOSE) return;
    const { enable_bpf_loader_set_authority_checked_ix } = context.environment.features;
    if (tag === SET_AUTHORITY_CHECKED && enable_bpf_loader_set_authority_checked_ix) return;
    detail = `of the loader's instructions only Upgrade, SetAuthority, Close and SetAuthorityChecked; asked for ${tag ?? 'nothing'}`;
  } else if (PRECOMPILES.has(programId)) {
    detail = 'a precompile, which checks signatures of top-level instructions only';
  } else {
    return;
  }
  throw new SyscallError('ProgramNotSupported', `Program ${programId} not supported by inner instructions`, {
    rule: 'check_authorized_program',
    source: CPI_SOURCE,
    program: programId,
    detail,
  });
}

/** What is told of a call while it is made. */
class Attempt {
  readonly signers: DerivedSigner[] = [];
  instruction: CallInstruction | undefined;
  readonly #context: InvokeContext;
  #isDescribed = false;

  constructor(context: InvokeContext) {
    this.#context = context;
  }

  describe(): void {
    const { instruction, signers } = this;
    if (instruction === undefined || this.#isDescribed) return;
    this.#isDescribed = true;
    const { programId, metas, data } = instruction;
    const described = { programId, accounts: metas, data };
    this.#context.listener?.on({ type: 'attemptDescribed', instruction: described, signers });
  }

  /** Tells what can be read of a call that was refused before it was read, without charging for it. */
  describeAnyway(memory: VmMemory, abi: CallAbi, instructionAddr: U64): void {
    this.instruction ??= peek(() => peekInstruction(this.#context, memory, abi, instructionAddr));
    this.describe();
  }
}

function peekInstruction(
  context: InvokeContext,
  memory: VmMemory,
  abi: CallAbi,
  instructionAddr: U64,
): CallInstruction {
  const layout = abi.instruction;
  const at = memory.load(instructionAddr, layout.size);
  const programId = readKey(context, memory, at + layout.programId, layout.hasProgramIdAddr);
  const dataLen = Math.min(Number(memory.readU64(at + layout.dataLen)), MAX_INSTRUCTION_DATA_LEN);
  const dataAt = peek(() => translateBytes(memory, memory.readU64(at + layout.dataAddr), dataLen));
  const data = dataAt === undefined ? new Uint8Array(0) : memory.bytes.slice(dataAt, dataAt + dataLen);
  const count = Math.min(Number(memory.readU64(at + layout.metasLen)), MAX_ACCOUNTS_PER_INSTRUCTION);
  const { size } = abi.meta;
  const metasAt = peek(() => translateBytes(memory, memory.readU64(at + layout.metasAddr), count * size));
  const metas: CallMeta[] = [];
  for (let i = 0; metasAt !== undefined && i < count; i++) {
    const meta = peek(() => translateMeta(context, memory, abi, metasAt + i * size));
    if (meta !== undefined) metas.push(meta);
  }
  return { programId, metas, data };
}

/** What `read` returns, or undefined where memory refuses. */
function peek<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (refused) {
    if (!(refused instanceof Verdict)) throw refused;
    return undefined;
  }
}
