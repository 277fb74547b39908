// Management instructions of loader v3, the upgradeable loader: upload a program into a buffer, hand over its authority,
// close it. Deploying, upgrading and extending are in loader-v3-deployment.ts; running programs is bpf-loader.ts.
// The order of the checks is the contract, and some writes come before the last check: a failure ends the transaction, so
// that nobody sees them.
// Source: agave programs/bpf_loader/src/lib.rs, process_loader_upgradeable_instruction.

import { readU32 } from '../../wire/bytes.ts';
import type { Pubkey } from '../../wire/pubkey.ts';
import type { BorrowedAccount } from '../borrowed-account.ts';
import { fail } from '../errors.ts';
import type { InvokeContext } from '../invoke-context.ts';
import { InstructionReader } from './instruction-reader.ts';
import {
  checkBufferAuthority,
  checkSigningAuthority,
  checkUpgradeAuthority,
  LOADER_V3_SOURCE,
  refuse,
} from './loader-v3-checks.ts';
import { deploy, extend, upgrade } from './loader-v3-deployment.ts';
import {
  getState,
  type LoaderV3State,
  SIZE_OF_BUFFER_METADATA,
  SIZE_OF_PROGRAM_DATA_METADATA,
  SIZE_OF_UNINITIALIZED,
  setState,
} from './loader-v3-state.ts';
import { clockOf } from './sysvar-accounts.ts';

type Handler = (context: InvokeContext, reader: InstructionReader) => void;

/** By tag. Each reads all of its fields before it looks at an account. */
const INSTRUCTIONS: readonly (Handler | undefined)[] = [
  initializeBuffer,
  function write(context, reader) {
    const offset = reader.u32();
    writeBuffer(context, offset, reader.bytes());
  },
  function deployWithMaxDataLen(context, reader) {
    deploy(context, reader.u64());
  },
  upgrade,
  setAuthority,
  close,
  function extendProgram(context, reader) {
    extend(context, reader.u32());
  },
  setAuthorityChecked,
  undefined, // Migrate: removed with loader v4
  undefined, // ExtendProgramChecked: removed
];

/** The units are charged already. */
export function processLoaderV3Instruction(context: InvokeContext): void {
  const reader = new InstructionReader(context.current.data);
  const tag = reader.u32();
  const handler = INSTRUCTIONS[tag];
  if (handler === undefined) {
    fail('InvalidInstructionData', {
      rule: 'limited_deserialize',
      source: LOADER_V3_SOURCE,
      detail: `no instruction has the tag ${tag}`,
    });
  }
  handler(context, reader);
}

/** Accounts: buffer (writable), authority. Nobody need sign. */
function initializeBuffer(context: InvokeContext): void {
  const { current } = context;
  current.checkNumberOfAccounts(2);
  const buffer = current.borrow(0);
  if (getState(buffer).type !== 'uninitialized') {
    refuse(context, 'AccountAlreadyInitialized', 'Buffer account already initialized', { account: buffer.key });
  }
  setState(buffer, { type: 'buffer', authority: current.keyAt(1) });
  buffer.release();
}

/** Accounts: buffer (writable), authority (signer). */
function writeBuffer(context: InvokeContext, offset: number, bytes: Uint8Array): void {
  const { current } = context;
  current.checkNumberOfAccounts(2);
  const buffer = current.borrow(0);
  const state = getState(buffer);
  if (state.type !== 'buffer') refuse(context, 'InvalidAccountData', 'Invalid Buffer account', { account: buffer.key });
  checkBufferAuthority(context, state.authority, 1);
  const data = buffer.dataMut();
  const start = SIZE_OF_BUFFER_METADATA + offset;
  const end = start + bytes.length;
  if (data.length < end) {
    const facts = { account: buffer.key, limit: data.length, actual: end };
    refuse(context, 'AccountDataTooSmall', `Write overflow: ${data.length} < ${end}`, facts);
  }
  data.set(bytes, start);
  buffer.release();
}

/** Accounts: buffer or program data (writable), authority (signer), new authority (none: a program's last version). */
function setAuthority(context: InvokeContext): void {
  const { current } = context;
  current.checkNumberOfAccounts(2);
  const account = current.borrow(0);
  const newAuthority = current.accounts.length > 2 ? current.keyAt(2) : undefined;
  const state = getState(account);
  if (state.type === 'buffer' && newAuthority === undefined) {
    refuse(context, 'IncorrectAuthority', 'Buffer authority is not optional', { account: account.key });
  }
  checkAuthority(context, account, state);
  if (newAuthority === undefined) checkMayBecomeFinal(context, account);
  setState(account, { ...state, authority: newAuthority } as LoaderV3State);
  account.release();
  context.log(`New authority ${newAuthority === undefined ? 'None' : `Some(${newAuthority})`}`);
}

/** Where an ELF file has the version of its code, in bytes, and from which length on it is looked at. */
const ELF_FLAGS_OFFSET = 48;
const ELF_FLAGS_END = 52;
/** The first version that new programs may have once old ones are refused. */
const MIN_DEPLOYABLE_VERSION = 3;

/** A program of a version that can't be deployed any more must not lose who could upgrade it. Source: SIMD-0500. */
function checkMayBecomeFinal(context: InvokeContext, programData: BorrowedAccount): void {
  if (!context.environment.features.disable_sbpf_v0_v1_v2_deployment) return;
  const { data } = programData;
  if (data.length < SIZE_OF_PROGRAM_DATA_METADATA + ELF_FLAGS_END) return;
  const version = readU32(data, SIZE_OF_PROGRAM_DATA_METADATA + ELF_FLAGS_OFFSET);
  if (version >= MIN_DEPLOYABLE_VERSION) return;
  fail('InvalidAccountData', {
    rule: 'disable_sbpf_v0_v1_v2_deployment',
    source: 'SIMD-0500',
    account: programData.key,
    asked: 'make the program final',
    limit: MIN_DEPLOYABLE_VERSION,
    actual: version,
  });
}

/** Accounts: buffer or program data (writable), authority (signer), new authority (signer). */
function setAuthorityChecked(context: InvokeContext): void {
  const { current } = context;
  if (!context.environment.features.enable_bpf_loader_set_authority_checked_ix) {
    const rule = 'enable_bpf_loader_set_authority_checked_ix';
    fail('InvalidInstructionData', { rule, source: LOADER_V3_SOURCE, detail: 'the feature is inactive' });
  }
  current.checkNumberOfAccounts(3);
  const account = current.borrow(0);
  const newAuthority = current.keyAt(2);
  const state = getState(account);
  checkAuthority(context, account, state);
  if (!current.isSigner(2)) {
    const facts = { account: newAuthority, asked: 'signer' };
    refuse(context, 'MissingRequiredSignature', 'New authority did not sign', facts);
  }
  setState(account, { ...state, authority: newAuthority } as LoaderV3State);
  account.release();
  context.log(`New authority ${newAuthority}`);
}

/** Accounts: the account (writable), recipient (writable), authority (signer), program (writable; for program data). */
function close(context: InvokeContext): void {
  const { current } = context;
  current.checkNumberOfAccounts(2);
  if (current.accountAt(0).indexInTransaction === current.accountAt(1).indexInTransaction) {
    const message = 'Recipient is the same as the account being closed';
    refuse(context, 'InvalidArgument', message, { account: current.keyAt(0) });
  }
  const account = current.borrow(0);
  const state = getState(account);
  account.setDataLength(SIZE_OF_UNINITIALIZED);
  switch (state.type) {
    case 'uninitialized': {
      const recipient = current.borrow(1);
      recipient.checkedAddLamports(account.lamports);
      account.setLamports(0n);
      recipient.release();
      account.release();
      context.log(`Closed Uninitialized ${account.key}`);
      return;
    }
    case 'buffer':
      current.checkNumberOfAccounts(3);
      account.release();
      closeAccount(context, state.authority);
      context.log(`Closed Buffer ${account.key}`);
      return;
    case 'programData':
      current.checkNumberOfAccounts(4);
      account.release();
      closeProgram(context, account.key, state.slot, state.authority);
      return;
    case 'program':
      refuse(context, 'InvalidArgument', 'Account does not support closing', { account: account.key });
  }
}

function closeProgram(
  context: InvokeContext,
  programDataKey: Pubkey,
  deploymentSlot: bigint,
  authority: Pubkey | undefined,
): void {
  const { current } = context;
  const program = current.borrow(3);
  const programKey = program.key;
  if (!program.isWritable) {
    refuse(context, 'InvalidArgument', 'Program account is not writable', { account: programKey, asked: 'writable' });
  }
  if (!program.owner.equals(current.programId)) {
    const facts = { account: programKey, detail: `owned by ${program.owner}` };
    refuse(context, 'IncorrectProgramId', 'Program account not owned by loader', facts);
  }
  const { slot } = clockOf(context);
  if (slot === deploymentSlot) {
    const facts = { account: programDataKey, detail: `slot ${slot}` };
    refuse(context, 'InvalidArgument', 'Program was deployed in this block already', facts);
  }
  const state = getState(program);
  if (state.type !== 'program') refuse(context, 'InvalidArgument', 'Invalid Program account', { account: programKey });
  if (!state.programData.equals(programDataKey)) {
    const facts = { account: programDataKey, detail: `the program's data is at ${state.programData}` };
    refuse(context, 'InvalidArgument', 'ProgramData account does not match ProgramData account', facts);
  }
  program.release();
  closeAccount(context, authority);
  context.programs.set(programKey, { type: 'closed', reason: 'closed in this transaction' });
  context.log(`Closed Program ${programKey}`);
}

/** Source: agave programs/bpf_loader/src/lib.rs, common_close_account. */
function closeAccount(context: InvokeContext, authority: Pubkey | undefined): void {
  const { current } = context;
  checkSigningAuthority(context, authority, 2, {
    none: 'Account is immutable',
    other: 'Incorrect authority provided',
    unsigned: 'Authority did not sign',
  });
  const account = current.borrow(0);
  const recipient = current.borrow(1);
  recipient.checkedAddLamports(account.lamports);
  account.setLamports(0n);
  setState(account, { type: 'uninitialized' });
  recipient.release();
  account.release();
}

/** The authority of a buffer or of program data, in the words for each. */
function checkAuthority(context: InvokeContext, account: BorrowedAccount, state: LoaderV3State): void {
  if (state.type === 'buffer') checkBufferAuthority(context, state.authority, 1);
  else if (state.type === 'programData') checkUpgradeAuthority(context, state.authority, 1);
  else refuse(context, 'InvalidArgument', 'Account does not support authorities', { account: account.key });
}
