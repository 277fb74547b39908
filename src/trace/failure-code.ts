// Which code stands for a failure of a frame: from the variant that was raised, the rule that raised it, and, where a program
// returned an error of its own, what that program, Anchor or its IDL calls the number.

import { readAnchorLog } from './anchor-log.ts';
import { RUNTIME_CODES } from './explanation-codes.ts';
import { type ProgramErrorCode, snake } from './explanation-row.ts';
import { interfaceErrorCode } from './interface-error-codes.ts';
import { anchorErrorCode, programErrorCode } from './program-error-codes.ts';
import type { CallFrame, RefusalFacts } from './transaction-trace.ts';

export const NO_FACTS: RefusalFacts = {
  rule: '',
  source: '',
  account: null,
  program: null,
  asked: null,
  held: null,
  limit: null,
  actual: null,
  detail: null,
};

/** The rule of an error that stands for an access violation in an account's data. Source: runtime/programs/bpf-loader.ts. */
const MAPPED_ACCESS = 'access violation in account data';

/** Variant → code, where the variant alone decides. */
const KIND_CODES: Readonly<Record<string, string>> = {
  TooManySigners: 'CPI_TOO_MANY_SIGNERS',
  ProgramNotSupported: 'CPI_PROGRAM_NOT_CALLABLE',
  ReentrancyNotAllowed: 'CPI_REENTRANCY',
  CallDepth: 'CPI_DEPTH',
  MaxInstructionTraceLengthExceeded: 'CPI_TRACE_LENGTH',
  MaxInstructionAccountsExceeded: 'CPI_TOO_MANY_ACCOUNTS',
  MaxInstructionDataLenExceeded: 'CPI_DATA_TOO_LARGE',
  MaxInstructionAccountInfosExceeded: 'CPI_TOO_MANY_INFOS',
  ExternalAccountLamportSpend: 'ACCOUNT_LAMPORTS_NOT_OWNED',
  ReadonlyLamportChange: 'ACCOUNT_LAMPORTS_READONLY',
  ReadonlyDataModified: 'ACCOUNT_DATA_READONLY',
  ExternalAccountDataModified: 'ACCOUNT_DATA_NOT_OWNED',
  ModifiedProgramId: 'ACCOUNT_OWNER_CHANGE',
  ExecutableModified: 'ACCOUNT_EXECUTABLE_CHANGE',
  ExecutableAccountNotRentExempt: 'ACCOUNT_EXECUTABLE_CHANGE',
  MaxAccountsDataAllocationsExceeded: 'ACCOUNT_ALLOCATIONS',
  AccountBorrowFailed: 'ACCOUNT_BORROWED',
  AccountBorrowOutstanding: 'ACCOUNT_BORROWED',
  AccountDataTooSmall: 'ACCOUNT_DATA_TOO_SMALL',
  MaxAccountsExceeded: 'INSTRUCTION_TOO_MANY_ACCOUNTS',
  NotEnoughAccountKeys: 'INSTRUCTION_ACCOUNTS_MISSING',
  StackAccessViolation: 'VM_STACK_OVERFLOW',
  CallDepthExceeded: 'VM_CALL_DEPTH',
  DivideByZero: 'VM_DIVISION',
  DivideOverflow: 'VM_DIVISION',
  ExecutionOverrun: 'VM_CODE',
  CallOutsideTextSegment: 'VM_CODE',
  InvalidInstruction: 'VM_CODE',
  UnsupportedInstruction: 'VM_CODE',
  ExceededMaxInstructions: 'VM_OUT_OF_UNITS',
  ComputationalBudgetExceeded: 'COMPUTE_EXCEEDED',
  ProgramEnvironmentSetupFailure: 'VM_SETUP',
  Panic: 'PROGRAM_PANIC',
  Abort: 'PROGRAM_ABORT',
};

/** A program's own error by the name that is known for it. */
export interface NamedError {
  /** Empty where the error is one of the runtime's. */
  readonly code: string;
  readonly name: string;
  readonly message: string | undefined;
  readonly fixes: readonly string[];
}

/** Source: solana-sdk address/src/error.rs, AddressError. */
const PUBKEY_ERRORS = ['MaxSeedLengthExceeded', 'InvalidSeeds', 'IllegalOwner'];

export function linesOf(frame: CallFrame): string[] {
  return frame.steps.flatMap((step) => (step.type === 'log' ? [step.line] : []));
}

export function nameError(frame: CallFrame): NamedError {
  const { programAddress } = frame;
  const { error, custom, kind, isIdlSilent } = frame.failure!;
  if (typeof error === 'string') return { code: '', name: kind, message: undefined, fixes: [] };
  const number = error.Custom;
  const { refusal } = frame.failure!;
  // System, and lookup tables, pass on what a derivation returned, by its number, which reads as another error of System's.
  const isTable = programAddress === 'AddressLookupTab1e1111111111111111111111111' && number < PUBKEY_ERRORS.length;
  if (refusal?.rule === 'create_with_seed' || isTable) {
    const name = PUBKEY_ERRORS[number] ?? 'InvalidSeeds';
    const code = `PROGRAM_${snake(name)}`;
    return { code, name, message: RUNTIME_CODES[code].message, fixes: RUNTIME_CODES[code].fixes };
  }
  const known =
    (programAddress === null ? undefined : programErrorCode(programAddress, number)) ?? interfaceErrorCode(number);
  const anchor = readAnchorLog(frame);
  const isAnchor =
    anchor !== undefined || linesOf(frame).some((line) => /^Program log: (?:Instruction: |AnchorError)/.test(line));
  const fromAnchor: ProgramErrorCode | undefined =
    known === undefined && isAnchor ? anchorErrorCode(number) : undefined;
  const found = known ?? fromAnchor;
  if (found !== undefined) return { code: found.code, name: found.name, message: found.message, fixes: found.fixes };
  const name = custom?.name ?? anchor?.name ?? `Custom(${number})`;
  const place = anchor?.place === undefined ? 'the program’s source' : anchor.place;
  const fixes =
    custom !== null || anchor !== undefined
      ? [`Look at ${place}: where it returns ${name}.`]
      : isIdlSilent === true
        ? [
            `The IDL that is registered has no error ${number}: is it that of the deployed program? Register that one, or look the number up in the program’s source.`,
          ]
        : [];
  return { code: 'PROGRAM_CUSTOM_ERROR', name, message: custom?.message ?? anchor?.message ?? undefined, fixes };
}

/** The code of a frame's failure, by what the failure itself says. */
export function codeOfFailure(frame: CallFrame): string {
  const named = nameError(frame);
  if (named.code !== '') return named.code;
  const { programAddress, fault } = frame;
  const { kind, stage, error, refusal } = frame.failure!;
  const { rule, asked, account, detail } = refusal ?? NO_FACTS;
  if (rule === 'program result') return returnedCode(kind);
  if (rule === MAPPED_ACCESS) return 'VM_ACCESS_VIOLATION';
  switch (kind) {
    case 'PrivilegeEscalation':
      return asked === 'signer' ? 'CPI_SIGNER_PRIVILEGE' : 'CPI_WRITABLE_PRIVILEGE';
    case 'MissingAccount': {
      if (rule === 'translate_accounts_common') return 'CPI_ACCOUNT_INFO_MISSING';
      if (rule !== 'prepare_next_cpi_instruction') return 'INSTRUCTION_ACCOUNTS_MISSING';
      const what = account === programAddress ? 'PROGRAM' : 'ACCOUNT';
      return `CPI_${what}_${detail?.includes('transaction') ? 'NOT_IN_TRANSACTION' : 'NOT_HELD'}`;
    }
    case 'BadSeeds':
      return stage === 'before' ? 'CPI_SEEDS_INVALID' : 'PROGRAM_MAX_SEED_LENGTH_EXCEEDED';
    case 'MaxSeedLengthExceeded':
      return rule === 'translate_signers' ? 'CPI_TOO_MANY_SEEDS' : returnedCode(kind);
    case 'UnbalancedInstruction':
      return rule === 'push' ? 'CPI_UNBALANCED' : 'INSTRUCTION_UNBALANCED';
    case 'InvalidArgument':
      return rule === 'translate_instruction' ? 'CPI_FLAG_INVALID' : returnedCode(kind);
    case 'InvalidRealloc':
      return stage === 'run' ? 'ACCOUNT_REALLOC' : 'CPI_REALLOC';
    case 'UnsupportedProgramId':
      return rule === 'process_instruction_inner' ? 'PROGRAM_MANAGEMENT' : 'PROGRAM_NOT_DEPLOYED';
    case 'UnalignedPointer':
      return stage === 'run' ? 'SYSCALL_ARGUMENT' : 'CPI_POINTER_UNALIGNED';
    case 'InvalidPointer':
      return stage === 'run' ? 'SYSCALL_ARGUMENT' : 'CPI_POINTER_INVALID';
    case 'AccessViolation':
      if (stage !== 'run') return 'CPI_MEMORY';
      if (isOutOfHeap(frame)) return 'PROGRAM_OUT_OF_MEMORY';
      return fault?.access?.words.startsWith('the stack') ? 'VM_STACK_OVERFLOW' : 'VM_ACCESS_VIOLATION';
    case 'Abort':
      return isOutOfHeap(frame) ? 'PROGRAM_OUT_OF_MEMORY' : 'PROGRAM_ABORT';
    default: {
      const code = KIND_CODES[kind];
      if (code !== undefined) return code;
      if (stage !== 'run') return 'CPI_REFUSED';
      return typeof error === 'string' && error === kind ? returnedCode(kind) : 'SYSCALL_ARGUMENT';
    }
  }
}

/** Rust's allocator says so before it aborts, by whatever means. */
function isOutOfHeap(frame: CallFrame): boolean {
  return linesOf(frame).some((line) => /out of memory|memory allocation failed/.test(line));
}

function returnedCode(kind: string): string {
  if (kind === 'NotEnoughAccountKeys') return 'INSTRUCTION_ACCOUNTS_MISSING';
  const code = `PROGRAM_${snake(kind)}`;
  return Object.hasOwn(RUNTIME_CODES, code) ? code : 'PROGRAM_ERROR';
}
