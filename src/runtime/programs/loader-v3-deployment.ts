// Loader v3: a program comes into being from a buffer, is upgraded from another, and is given room for more.
// Whatever becomes a program is loaded and verified by the rules for new ones, which are stricter than those it runs by;
// the transaction can't call it from there on, because programs change between slots.
// Source: agave programs/bpf_loader/src/lib.rs, process_loader_upgradeable_instruction, common_extend_program;
// program-runtime/src/deploy.rs. Where 4.2 and later check more than the sources read (buffer accounts), npm litesvm 1.5.0
// was asked.

import { findProgramAddress } from '../../crypto/program-address.ts';
import { ElfError } from '../../sbpf/errors.ts';
import { Executable } from '../../sbpf/executable.ts';
import { verify } from '../../sbpf/verifier.ts';
import { writeU32, writeU64 } from '../../wire/bytes.ts';
import type { Pubkey } from '../../wire/pubkey.ts';
import { SYSTEM_PROGRAM_ID } from '../addresses.ts';
import type { BorrowedAccount } from '../borrowed-account.ts';
import type { AccountMeta, Instruction } from '../execution-events.ts';
import type { InvokeContext } from '../invoke-context.ts';
import { deploymentEnvironment } from '../program-cache.ts';
import { minimumBalance } from '../rent.ts';
import type { Rent } from '../sysvars/layouts.ts';
import { MAX_ACCOUNT_DATA_LEN } from '../transaction-context.ts';
import { checkUpgradeAuthority, refuse } from './loader-v3-checks.ts';
import {
  getState,
  SIZE_OF_BUFFER_METADATA,
  SIZE_OF_PROGRAM,
  SIZE_OF_PROGRAM_DATA_METADATA,
  setState,
} from './loader-v3-state.ts';
import { clockOf, clockWithAccountCheck, rentOf, rentWithAccountCheck } from './sysvar-accounts.ts';

/** Least growth of a program that has room for more. Source: SIMD-0431. */
const MINIMUM_EXTEND_PROGRAM_BYTES = 10_240;
const U64_MAX = 0xffff_ffff_ffff_ffffn;

/** Accounts: payer, program data, program, buffer (all writable), Rent, Clock, System program, authority (signer). */
export function deploy(context: InvokeContext, maxDataLen: bigint): void {
  const { current } = context;
  current.checkNumberOfAccounts(4);
  const payerKey = current.keyAt(0);
  const programDataKey = current.keyAt(1);
  const rent = rentWithAccountCheck(context, 4);
  const { slot } = clockWithAccountCheck(context, 5);
  current.checkNumberOfAccounts(8);
  const authority = current.keyAt(7);

  const program = current.borrow(2);
  const programKey = program.key;
  if (getState(program).type !== 'uninitialized') {
    refuse(context, 'AccountAlreadyInitialized', 'Program account already initialized', { account: programKey });
  }
  if (program.data.length < SIZE_OF_PROGRAM) {
    const facts = { account: programKey, limit: SIZE_OF_PROGRAM, actual: program.data.length };
    refuse(context, 'AccountDataTooSmall', 'Program account too small', facts);
  }
  if (program.lamports < minimumBalance(rent, program.data.length)) {
    const facts = { account: programKey, limit: minimumBalance(rent, program.data.length), actual: program.lamports };
    refuse(context, 'ExecutableAccountNotRentExempt', 'Program account not rent-exempt', facts);
  }
  program.release();

  const buffer = current.borrow(3);
  const bufferKey = buffer.key;
  const elfLen = checkBuffer(context, buffer, 7);
  buffer.release();
  if (maxDataLen < elfLen) {
    const facts = { account: bufferKey, limit: maxDataLen, actual: elfLen };
    refuse(context, 'AccountDataTooSmall', 'Max data length is too small to hold Buffer data', facts);
  }
  const programDataLen = SIZE_OF_PROGRAM_DATA_METADATA + Number(maxDataLen);
  if (programDataLen > MAX_ACCOUNT_DATA_LEN) {
    const facts = { limit: MAX_ACCOUNT_DATA_LEN, actual: programDataLen };
    refuse(context, 'InvalidArgument', 'Max data length is too large', facts);
  }
  const derived = findProgramAddress([programKey.bytes], current.programId);
  if (typeof derived === 'string' || !derived.address.equals(programDataKey)) {
    const detail = typeof derived === 'string' ? derived : `it derives to ${derived.address}`;
    refuse(context, 'InvalidArgument', 'ProgramData address is not derived', { account: programDataKey, detail });
  }

  // The buffer pays for the program data, by way of the payer.
  {
    const buffer = current.borrow(3);
    const payer = current.borrow(0);
    payer.checkedAddLamports(buffer.lamports);
    buffer.setLamports(0n);
    payer.release();
    buffer.release();
  }
  const createAccount = createAccountInstruction(
    payerKey,
    programDataKey,
    atLeastOne(minimumBalance(rent, programDataLen)),
    programDataLen,
    current.programId,
    // Not of use to the System program. It is there so that the call's balances include what the buffer gave.
    bufferKey,
  );
  context.nativeInvoke(createAccount, [
    { seeds: [programKey.bytes, Uint8Array.of(derived.bump)], address: derived.address },
  ]);

  {
    const buffer = current.borrow(3);
    deployProgram(context, programKey, buffer.data.slice(SIZE_OF_BUFFER_METADATA), slot);
    buffer.release();
  }
  {
    const programData = current.borrow(1);
    setState(programData, { type: 'programData', slot, authority });
    const data = programData.dataMut();
    const buffer = current.borrow(3);
    data.set(buffer.data.subarray(SIZE_OF_BUFFER_METADATA), SIZE_OF_PROGRAM_DATA_METADATA);
    buffer.setDataLength(SIZE_OF_BUFFER_METADATA);
    buffer.release();
    programData.release();
  }
  {
    const program = current.borrow(2);
    setState(program, { type: 'program', programData: programDataKey });
    program.setExecutable(true, minimumBalance(rent, program.data.length));
    program.release();
  }
  context.log(`Deployed program ${programKey}`);
}

/** Accounts: program data, program, buffer, spill (all writable), Rent, Clock, authority (signer). */
export function upgrade(context: InvokeContext): void {
  const { current } = context;
  current.checkNumberOfAccounts(3);
  const programDataKey = current.keyAt(0);
  const rent = rentWithAccountCheck(context, 4);
  const { slot } = clockWithAccountCheck(context, 5);
  current.checkNumberOfAccounts(7);
  const authority = current.keyAt(6);

  const program = current.borrow(1);
  const programKey = program.key;
  if (!program.isWritable) {
    refuse(context, 'InvalidArgument', 'Program account not writeable', { account: programKey, asked: 'writable' });
  }
  if (!program.owner.equals(current.programId)) {
    const facts = { account: programKey, detail: `owned by ${program.owner}` };
    refuse(context, 'IncorrectProgramId', 'Program account not owned by loader', facts);
  }
  const programState = getState(program);
  if (programState.type !== 'program') {
    refuse(context, 'InvalidAccountData', 'Invalid Program account', { account: programKey });
  }
  if (!programState.programData.equals(programDataKey)) {
    const facts = { account: programDataKey, detail: `the program's data is at ${programState.programData}` };
    refuse(context, 'InvalidArgument', 'Program and ProgramData account mismatch', facts);
  }
  program.release();

  const buffer = current.borrow(2);
  const elfLen = checkBuffer(context, buffer, 6);
  const bufferLamports = buffer.lamports;
  buffer.release();

  const programData = current.borrow(0);
  const programDataLen = programData.data.length;
  const balanceRequired = atLeastOne(minimumBalance(rent, programDataLen));
  const lenRequired = SIZE_OF_PROGRAM_DATA_METADATA + elfLen;
  if (programDataLen < lenRequired) {
    const facts = { account: programDataKey, limit: programDataLen, actual: lenRequired };
    refuse(context, 'AccountDataTooSmall', 'ProgramData account not large enough', facts);
  }
  if (programData.lamports + bufferLamports < balanceRequired) {
    const facts = { account: programDataKey, limit: balanceRequired, actual: programData.lamports + bufferLamports };
    refuse(context, 'InsufficientFunds', 'Buffer account balance too low to fund upgrade', facts);
  }
  const programDataState = getState(programData);
  if (programDataState.type !== 'programData') {
    refuse(context, 'InvalidAccountData', 'Invalid ProgramData account', { account: programDataKey });
  }
  if (programDataState.slot === slot) {
    const facts = { account: programDataKey, detail: `slot ${slot}` };
    refuse(context, 'InvalidArgument', 'Program was deployed in this block already', facts);
  }
  checkUpgradeAuthority(context, programDataState.authority, 6);
  programData.release();

  {
    const buffer = current.borrow(2);
    deployProgram(context, programKey, buffer.data.slice(SIZE_OF_BUFFER_METADATA), slot);
    buffer.release();
  }
  {
    const programData = current.borrow(0);
    setState(programData, { type: 'programData', slot, authority });
    const data = programData.dataMut();
    const buffer = current.borrow(2);
    data.set(buffer.data.subarray(SIZE_OF_BUFFER_METADATA), SIZE_OF_PROGRAM_DATA_METADATA);
    data.fill(0, lenRequired);
    const spill = current.borrow(3);
    // A sum that doesn't fit stays at the top, as Agave's does.
    const total = programData.lamports + bufferLamports;
    spill.checkedAddLamports((total > U64_MAX ? U64_MAX : total) - balanceRequired);
    buffer.setLamports(0n);
    programData.setLamports(balanceRequired);
    buffer.setDataLength(SIZE_OF_BUFFER_METADATA);
    spill.release();
    buffer.release();
    programData.release();
  }
  context.log(`Upgraded program ${programKey}`);
}

/**
 * Accounts: program data (writable), program (writable), and where the longer data needs more lamports the System program
 * and a payer (writable, signer). Anyone may extend a program.
 */
export function extend(context: InvokeContext, additionalBytes: number): void {
  const { current } = context;
  if (additionalBytes === 0) {
    refuse(context, 'InvalidInstructionData', 'Additional bytes must be greater than 0', {});
  }
  const programData = current.borrow(0);
  const programDataKey = programData.key;
  if (!programData.owner.equals(current.programId)) {
    const facts = { account: programDataKey, detail: `owned by ${programData.owner}` };
    refuse(context, 'InvalidAccountOwner', 'ProgramData owner is invalid', facts);
  }
  if (!programData.isWritable) {
    const facts = { account: programDataKey, asked: 'writable' };
    refuse(context, 'InvalidArgument', 'ProgramData is not writable', facts);
  }
  const program = current.borrow(1);
  const programKey = program.key;
  if (!program.isWritable) {
    refuse(context, 'InvalidArgument', 'Program account is not writable', { account: programKey, asked: 'writable' });
  }
  if (!program.owner.equals(current.programId)) {
    const facts = { account: programKey, detail: `owned by ${program.owner}` };
    refuse(context, 'InvalidAccountOwner', 'Program account not owned by loader', facts);
  }
  const programState = getState(program);
  if (programState.type !== 'program') {
    refuse(context, 'InvalidAccountData', 'Invalid Program account', { account: programKey });
  }
  if (!programState.programData.equals(programDataKey)) {
    const facts = { account: programDataKey, detail: `the program's data is at ${programState.programData}` };
    refuse(context, 'InvalidArgument', 'Program account does not match ProgramData account', facts);
  }
  program.release();

  const newLen = checkExtendedLen(context, programData, additionalBytes);
  const { slot } = clockOf(context);
  const state = getState(programData);
  if (state.type !== 'programData') {
    refuse(context, 'InvalidAccountData', 'ProgramData state is invalid', { account: programDataKey });
  }
  if (state.slot === slot) {
    const facts = { account: programDataKey, detail: `slot ${slot}` };
    refuse(context, 'InvalidArgument', 'Program was extended in this block already', facts);
  }
  if (state.authority === undefined) {
    const message = 'Cannot extend ProgramData accounts that are not upgradeable';
    refuse(context, 'Immutable', message, { account: programDataKey });
  }
  const payment = missingLamports(rentOf(context), programData, newLen);
  programData.release();
  if (payment > 0n) context.nativeInvoke(transferInstruction(current.keyAt(3), programDataKey, payment), []);

  const extended = current.borrow(0);
  extended.setDataLength(newLen);
  deployProgram(context, programKey, extended.data.slice(SIZE_OF_PROGRAM_DATA_METADATA), slot);
  setState(extended, { type: 'programData', slot, authority: state.authority });
  extended.release();
  context.log(`Extended ProgramData account by ${additionalBytes} bytes`);
}

function checkExtendedLen(context: InvokeContext, programData: BorrowedAccount, additionalBytes: number): number {
  const oldLen = programData.data.length;
  const newLen = oldLen + additionalBytes;
  if (newLen > MAX_ACCOUNT_DATA_LEN) {
    const message = `Extended ProgramData length of ${newLen} bytes exceeds max account data length of ${MAX_ACCOUNT_DATA_LEN} bytes`;
    const facts = { account: programData.key, limit: MAX_ACCOUNT_DATA_LEN, actual: newLen };
    refuse(context, 'InvalidRealloc', message, facts);
  }
  if (
    context.environment.features.loader_v3_minimum_extend_program_size &&
    additionalBytes < MINIMUM_EXTEND_PROGRAM_BYTES &&
    newLen !== MAX_ACCOUNT_DATA_LEN
  ) {
    const limit = MINIMUM_EXTEND_PROGRAM_BYTES;
    const message = `ExtendProgram requires a minimum of ${limit} additional bytes or to extend to maximum size, but only ${additionalBytes} were requested`;
    refuse(context, 'InvalidArgument', message, { account: programData.key, limit, actual: additionalBytes });
  }
  return newLen;
}

function missingLamports(rent: Rent, account: BorrowedAccount, newLen: number): bigint {
  const missing = atLeastOne(minimumBalance(rent, newLen)) - account.lamports;
  return missing > 0n ? missing : 0n;
}

/** Loads and verifies a program by the rules for new ones; the transaction can't call it from here on. */
export function deployProgram(context: InvokeContext, program: Pubkey, elf: Uint8Array, slot: bigint): void {
  const { config, syscalls } = deploymentEnvironment(context.environment.features);
  const executable = Executable.load(elf, config, syscalls);
  if (executable instanceof ElfError) refuse(context, 'InvalidAccountData', executable.text, { program });
  const error = verify(executable);
  if (error !== undefined) refuse(context, 'InvalidAccountData', `Verifier error: ${error.text}`, { program });
  context.programs.set(program, { type: 'delayVisibility', reason: `deployed in this slot, ${slot}` });
}

/** Checks a buffer that is to be deployed, and returns the length of what it holds. */
function checkBuffer(context: InvokeContext, buffer: BorrowedAccount, authorityIndex: number): number {
  const { current } = context;
  const account = buffer.key;
  if (!buffer.isWritable) {
    refuse(context, 'InvalidArgument', 'Buffer account not writeable', { account, asked: 'writable' });
  }
  if (!buffer.owner.equals(current.programId)) {
    const detail = `owned by ${buffer.owner}`;
    refuse(context, 'IncorrectProgramId', 'Buffer account not owned by loader', { account, detail });
  }
  const state = getState(buffer);
  if (state.type !== 'buffer') refuse(context, 'InvalidArgument', 'Invalid Buffer account', { account });
  const authority = current.keyAt(authorityIndex);
  if (state.authority === undefined || !state.authority.equals(authority)) {
    const detail = `the buffer's authority is ${state.authority ?? 'nobody'}, the upgrade authority ${authority}`;
    refuse(context, 'IncorrectAuthority', "Buffer and upgrade authority don't match", { account, detail });
  }
  if (!current.isSigner(authorityIndex)) {
    const facts = { account: authority, asked: 'signer' };
    refuse(context, 'MissingRequiredSignature', 'Upgrade authority did not sign', facts);
  }
  const elfLen = buffer.data.length - SIZE_OF_BUFFER_METADATA;
  if (elfLen <= 0) {
    const facts = { account, limit: SIZE_OF_BUFFER_METADATA, actual: buffer.data.length };
    refuse(context, 'InvalidAccountData', 'Buffer account too small', facts);
  }
  return elfLen;
}

/** Source: solana-sdk system-interface, create_account; with one more account. */
function createAccountInstruction(
  from: Pubkey,
  to: Pubkey,
  lamports: bigint,
  space: number,
  owner: Pubkey,
  extra: Pubkey,
): Instruction {
  const data = new Uint8Array(4 + 8 + 8 + 32);
  writeU64(data, 4, lamports);
  writeU64(data, 12, BigInt(space));
  data.set(owner.bytes, 20);
  const accounts: AccountMeta[] = [
    { pubkey: from, isSigner: true, isWritable: true },
    { pubkey: to, isSigner: true, isWritable: true },
    { pubkey: extra, isSigner: false, isWritable: true },
  ];
  return { programId: SYSTEM_PROGRAM_ID, accounts, data };
}

/** Source: solana-sdk system-interface, transfer. */
function transferInstruction(from: Pubkey, to: Pubkey, lamports: bigint): Instruction {
  const data = new Uint8Array(4 + 8);
  writeU32(data, 0, 2);
  writeU64(data, 4, lamports);
  const accounts: AccountMeta[] = [
    { pubkey: from, isSigner: true, isWritable: true },
    { pubkey: to, isSigner: false, isWritable: true },
  ];
  return { programId: SYSTEM_PROGRAM_ID, accounts, data };
}

function atLeastOne(lamports: bigint): bigint {
  return lamports > 1n ? lamports : 1n;
}
