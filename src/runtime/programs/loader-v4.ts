// Loader v4, which Agave gave up before it was activated: a program is one account, its state before its ELF file, and is
// retracted, rewritten and deployed again in place. Without its gate the loader is not there. Running a deployed program
// is bpf-loader.ts, as for the other loaders.
// The state is 48 bytes: u64 slot of the deployment, the authority or the next version, u64 status.
// Source: agave 4.1 programs/loader-v4/src/lib.rs; solana-sdk loader-v4-interface.

import { readU32, readU64, writeU32, writeU64 } from '../../wire/bytes.ts';
import { Pubkey } from '../../wire/pubkey.ts';
import type { InstructionErrorName } from '../../wire/transaction-error.ts';
import { BPF_LOADER_DEPRECATED_ID, BPF_LOADER_ID, BPF_LOADER_UPGRADEABLE_ID, LOADER_V4_ID } from '../addresses.ts';
import type { BorrowedAccount } from '../borrowed-account.ts';
import { fail, type Refusal } from '../errors.ts';
import { LOADER_V4_COMPUTE_UNITS } from '../execution-cost.ts';
import type { InvokeContext } from '../invoke-context.ts';
import { LOADER_V4_RETRACTED, LOADER_V4_STATE_LEN, LOADER_V4_STATUS_OFFSET } from '../program-cache.ts';
import { minimumBalance } from '../rent.ts';
import { processBpfLoader } from './bpf-loader.ts';
import { InstructionReader } from './instruction-reader.ts';
import { deployProgram } from './loader-v3-deployment.ts';
import { SIZE_OF_PROGRAM_DATA_METADATA } from './loader-v3-state.ts';
import { clockOf, rentOf } from './sysvar-accounts.ts';

const SOURCE = 'agave programs/loader-v4/src/lib.rs';
const AUTHORITY_OFFSET = 8;
const RETRACTED = LOADER_V4_RETRACTED;
const DEPLOYED = 1;
const FINALIZED = 2;
const DEPLOYMENT_COOLDOWN_IN_SLOTS = 1n;

type Handler = (context: InvokeContext, reader: InstructionReader) => void;

/** By tag. Each reads all of its fields before it looks at an account. */
const INSTRUCTIONS: readonly Handler[] = [
  function writeInstruction(context, reader) {
    const offset = reader.u32();
    write(context, offset, reader.bytes());
  },
  function copyInstruction(context, reader) {
    const [destinationOffset, sourceOffset] = [reader.u32(), reader.u32()];
    copy(context, destinationOffset, sourceOffset, reader.u32());
  },
  function setProgramLengthInstruction(context, reader) {
    setProgramLength(context, reader.u32());
  },
  deploy,
  retract,
  transferAuthority,
  finalize,
];

/** The loader's own instructions, and the programs it owns. */
export function processLoaderV4(context: InvokeContext): void {
  if (!context.current.programId.equals(LOADER_V4_ID)) {
    processBpfLoader(context);
    return;
  }
  context.consume(LOADER_V4_COMPUTE_UNITS);
  const reader = new InstructionReader(context.current.data);
  const tag = reader.u32();
  const handler = INSTRUCTIONS[tag];
  if (handler === undefined) {
    const detail = `no instruction has the tag ${tag}`;
    fail('InvalidInstructionData', { rule: 'limited_deserialize', source: SOURCE, detail });
  }
  handler(context, reader);
}

/** Accounts: program (writable), authority (signer). */
function write(context: InvokeContext, offset: number, bytes: Uint8Array): void {
  const program = borrowRetracted(context);
  const start = LOADER_V4_STATE_LEN + offset;
  writeAt(context, program, start, bytes);
  program.release();
}

/** Accounts: program (writable), authority (signer), source: a program of any loader, of v3 its program data. */
function copy(context: InvokeContext, destinationOffset: number, sourceOffset: number, len: number): void {
  const { current } = context;
  const program = current.borrow(0);
  const authority = current.keyAt(1);
  const source = current.borrow(2);
  checkProgram(context, program, authority);
  checkRetracted(context, program);
  const { owner } = source;
  let start = sourceOffset;
  if (owner.equals(LOADER_V4_ID)) start += LOADER_V4_STATE_LEN;
  else if (owner.equals(BPF_LOADER_UPGRADEABLE_ID)) start += SIZE_OF_PROGRAM_DATA_METADATA;
  else if (!owner.equals(BPF_LOADER_DEPRECATED_ID) && !owner.equals(BPF_LOADER_ID)) {
    refuse(context, 'InvalidArgument', 'Source is not a program', { account: source.key, detail: `owned by ${owner}` });
  }
  if (start + len > source.data.length) {
    const facts = { account: source.key, limit: source.data.length, actual: start + len };
    refuse(context, 'AccountDataTooSmall', 'Read out of bounds', facts);
  }
  writeAt(context, program, LOADER_V4_STATE_LEN + destinationOffset, source.data.subarray(start, start + len));
  source.release();
  program.release();
}

function writeAt(context: InvokeContext, program: BorrowedAccount, start: number, bytes: Uint8Array): void {
  const data = program.dataMut();
  const end = start + bytes.length;
  if (end > data.length) {
    const facts = { account: program.key, limit: data.length, actual: end };
    refuse(context, 'AccountDataTooSmall', 'Write out of bounds', facts);
  }
  data.set(bytes, start);
}

/** Accounts: program (writable), authority (signer), recipient of lamports that are too many (writable). */
function setProgramLength(context: InvokeContext, newLen: number): void {
  const { current } = context;
  const program = current.borrow(0);
  const authority = current.keyAt(1);
  const isNew = program.data.length < LOADER_V4_STATE_LEN;
  if (isNew) {
    checkOwner(context, program);
    checkWritable(context, program);
    checkSigned(context);
  } else {
    checkProgram(context, program, authority);
    checkRetracted(context, program);
  }
  const dataLen = LOADER_V4_STATE_LEN + newLen;
  const required = newLen === 0 ? 0n : atLeastOne(minimumBalance(rentOf(context), dataLen));
  if (program.lamports < required) {
    const facts = { account: program.key, limit: required, actual: program.lamports };
    refuse(context, 'InsufficientFunds', `Insufficient lamports, ${required} are required`, facts);
  }
  if (program.lamports > required) giveBack(context, program, program.lamports - required, newLen === 0);
  program.setDataLength(newLen === 0 ? 0 : dataLen);
  if (isNew && newLen !== 0) {
    program.setExecutable(true, minimumBalance(rentOf(context), dataLen));
    const data = program.dataMut();
    writeU64(data, 0, 0n);
    data.set(authority.bytes, AUTHORITY_OFFSET);
    setStatus(data, RETRACTED);
  }
  program.release();
}

function giveBack(context: InvokeContext, program: BorrowedAccount, lamports: bigint, isClosing: boolean): void {
  const { current } = context;
  // A recipient that is taken, being the program itself, is like none.
  const entry = current.accounts[2];
  if (entry === undefined || current.transaction.accounts[entry.indexInTransaction].borrowed) {
    if (!isClosing) return;
    const message = 'Closing a program requires a recipient account';
    refuse(context, 'InvalidArgument', message, { account: program.key });
  }
  const recipient = current.borrow(2);
  if (!recipient.isWritable) {
    const facts = { account: recipient.key, asked: 'writable' };
    refuse(context, 'InvalidArgument', 'Recipient is not writeable', facts);
  }
  program.checkedSubLamports(lamports);
  recipient.checkedAddLamports(lamports);
  recipient.release();
}

/** Accounts: program (writable), authority (signer). */
function deploy(context: InvokeContext): void {
  const program = borrowProgram(context);
  const { slot } = clockOf(context);
  const deployedAt = readU64(program.data, 0);
  // A program that was never deployed has the slot 0.
  if (deployedAt !== 0n) checkCooldown(context, program, slot);
  if (statusOf(program.data) !== RETRACTED) {
    refuse(context, 'InvalidArgument', 'Destination program is not retracted', { account: program.key });
  }
  deployProgram(context, program.key, program.data.slice(LOADER_V4_STATE_LEN), slot);
  const data = program.dataMut();
  writeU64(data, 0, slot);
  setStatus(data, DEPLOYED);
  program.release();
}

/** Accounts: program (writable), authority (signer). */
function retract(context: InvokeContext): void {
  const program = borrowProgram(context);
  checkCooldown(context, program, clockOf(context).slot);
  if (statusOf(program.data) !== DEPLOYED) {
    refuse(context, 'InvalidArgument', 'Program is not deployed', { account: program.key });
  }
  setStatus(program.dataMut(), RETRACTED);
  program.release();
  context.programs.set(program.key, { type: 'closed', reason: 'retracted in this transaction' });
}

/** Accounts: program (writable), authority (signer), new authority (signer). */
function transferAuthority(context: InvokeContext): void {
  const { current } = context;
  const program = current.borrow(0);
  const authority = current.keyAt(1);
  const newAuthority = current.keyAt(2);
  checkProgram(context, program, authority);
  if (!current.isSigner(2)) {
    const facts = { account: newAuthority, asked: 'signer' };
    refuse(context, 'MissingRequiredSignature', 'New authority did not sign', facts);
  }
  if (authority.equals(newAuthority)) refuse(context, 'InvalidArgument', 'No change', { account: newAuthority });
  program.dataMut().set(newAuthority.bytes, AUTHORITY_OFFSET);
  program.release();
}

/** Accounts: program (writable), authority (signer), next version: a program of the same authority, or itself. */
function finalize(context: InvokeContext): void {
  const { current } = context;
  const program = borrowProgram(context);
  if (statusOf(program.data) !== DEPLOYED) {
    refuse(context, 'InvalidArgument', 'Program must be deployed to be finalized', { account: program.key });
  }
  program.release();
  const next = current.borrow(2);
  if (!next.owner.equals(LOADER_V4_ID)) {
    const facts = { account: next.key, detail: `owned by ${next.owner}` };
    refuse(context, 'InvalidAccountOwner', 'Next version is not owned by loader', facts);
  }
  checkState(next);
  if (!authorityOf(next.data).equals(current.keyAt(1))) {
    const facts = { account: next.key, detail: `its authority is ${authorityOf(next.data)}` };
    refuse(context, 'IncorrectAuthority', 'Next version has a different authority', facts);
  }
  if (statusOf(next.data) === FINALIZED) {
    refuse(context, 'Immutable', 'Next version is finalized', { account: next.key });
  }
  next.release();
  const finalized = current.borrow(0);
  const data = finalized.dataMut();
  data.set(next.key.bytes, AUTHORITY_OFFSET);
  setStatus(data, FINALIZED);
  finalized.release();
}

/** The program, checked to be the authority's. */
function borrowProgram(context: InvokeContext): BorrowedAccount {
  const program = context.current.borrow(0);
  checkProgram(context, program, context.current.keyAt(1));
  return program;
}

function borrowRetracted(context: InvokeContext): BorrowedAccount {
  const program = borrowProgram(context);
  checkRetracted(context, program);
  return program;
}

function checkProgram(context: InvokeContext, program: BorrowedAccount, authority: Pubkey): void {
  checkOwner(context, program);
  checkState(program);
  checkWritable(context, program);
  checkSigned(context);
  const stored = authorityOf(program.data);
  if (!stored.equals(authority)) {
    const facts = { account: authority, detail: `the authority is ${stored}` };
    refuse(context, 'IncorrectAuthority', 'Incorrect authority provided', facts);
  }
  if (statusOf(program.data) === FINALIZED) {
    refuse(context, 'Immutable', 'Program is finalized', { account: program.key });
  }
}

function checkOwner(context: InvokeContext, program: BorrowedAccount): void {
  if (program.owner.equals(LOADER_V4_ID)) return;
  const facts = { account: program.key, detail: `owned by ${program.owner}` };
  refuse(context, 'InvalidAccountOwner', 'Program not owned by loader', facts);
}

function checkState({ key, data }: BorrowedAccount): void {
  if (data.length >= LOADER_V4_STATE_LEN) return;
  const facts = { account: key, limit: LOADER_V4_STATE_LEN, actual: data.length };
  fail('AccountDataTooSmall', { rule: 'get_state', source: SOURCE, ...facts });
}

function checkWritable(context: InvokeContext, program: BorrowedAccount): void {
  if (program.isWritable) return;
  refuse(context, 'InvalidArgument', 'Program is not writeable', { account: program.key, asked: 'writable' });
}

function checkSigned(context: InvokeContext): void {
  const { current } = context;
  if (current.isSigner(1)) return;
  const facts = { account: current.keyAt(1), asked: 'signer' };
  refuse(context, 'MissingRequiredSignature', 'Authority did not sign', facts);
}

function checkRetracted(context: InvokeContext, program: BorrowedAccount): void {
  if (statusOf(program.data) === RETRACTED) return;
  refuse(context, 'InvalidArgument', 'Program is not retracted', { account: program.key });
}

function checkCooldown(context: InvokeContext, program: BorrowedAccount, slot: bigint): void {
  const from = readU64(program.data, 0) + DEPLOYMENT_COOLDOWN_IN_SLOTS;
  if (from <= slot) return;
  const message = 'Program was deployed recently, cooldown still in effect';
  refuse(context, 'InvalidArgument', message, { account: program.key, limit: from, actual: slot });
}

const authorityOf = (data: Uint8Array): Pubkey => Pubkey.at(data, AUTHORITY_OFFSET);
const statusOf = (data: Uint8Array): number => readU32(data, LOADER_V4_STATUS_OFFSET);

function setStatus(data: Uint8Array, status: number): void {
  writeU32(data, LOADER_V4_STATUS_OFFSET, status);
  writeU32(data, LOADER_V4_STATUS_OFFSET + 4, 0);
}

function atLeastOne(lamports: bigint): bigint {
  return lamports > 1n ? lamports : 1n;
}

/** Logs why, and fails. */
function refuse(context: InvokeContext, error: InstructionErrorName, message: string, facts: Partial<Refusal>): never {
  context.log(message);
  fail(error, { rule: 'process_instruction', source: SOURCE, detail: message, ...facts });
}
