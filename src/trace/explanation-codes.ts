// The one table of what Parhelion explains: a stable code, what happened in general, and what usually helps. Messages,
// fixes and the pages of docs/errors are all made from it (scripts/make-error-pages.ts). What happened in a particular
// transaction is said by explain.ts. Errors of well-known programs are in program-error-codes.ts, in the same form.

import { type CodeRow, row, snake } from './explanation-row.ts';
import { TRANSACTION_CODES } from './explanation-transaction-codes.ts';

export type { CodeRow } from './explanation-row.ts';

/** Calls between programs that were refused, or whose results could not be handed back. */
const CPI_CODES = {
  CPI_WRITABLE_PRIVILEGE: row(
    'A call asks to write an account its caller may only read',
    'A program can pass on only what it holds. The account is read-only in the calling instruction and writable in the call.',
    'Mark the account writable in the transaction’s instruction, and in each call on the way down.',
    'Where nothing is written, pass it read-only.',
  ),
  CPI_SIGNER_PRIVILEGE: row(
    'A call asks for a signature nobody gave',
    'An account that signs a call must have signed the calling instruction, or be an address derived from the seeds given to invoke_signed under the calling program’s id.',
    'A wallet: let it sign the transaction, and mark it a signer in the instruction.',
    'A PDA: give invoke_signed its seeds with the bump, under the program that owns the derivation.',
  ),
  CPI_ACCOUNT_NOT_IN_TRANSACTION: row(
    'A call names an account the transaction does not have',
    'Everything a call touches must be listed by the transaction.',
    'Add the account to the outer instruction.',
  ),
  CPI_ACCOUNT_NOT_HELD: row(
    'A call names an account its caller was not given',
    'The transaction has the account, but the instruction of the calling program does not name it.',
    'Add the account to the instruction (or call) of the calling program.',
  ),
  CPI_PROGRAM_NOT_IN_TRANSACTION: row(
    'The called program is not an account of the transaction',
    'A program that is called is an account like any other: the transaction must list it.',
    'Add the program to the accounts of the outer instruction.',
  ),
  CPI_PROGRAM_NOT_HELD: row(
    'The called program is not among the caller’s accounts',
    'The transaction lists the program, but the instruction of the calling program does not name it.',
    'Add the program to the accounts of the calling instruction.',
  ),
  CPI_ACCOUNT_INFO_MISSING: row(
    'An account of the call is not among the account infos',
    'Each account that the instruction of a call names must also be in the list of account infos.',
    'Add its AccountInfo to the slice given to invoke.',
  ),
  CPI_SEEDS_INVALID: row(
    'The signer seeds give no address',
    'What seeds, program id and marker hash to lies on the curve, so it could be a wallet; or a seed is longer than 32 bytes.',
    'Use the bump of find_program_address as the last seed, and seeds of at most 32 bytes.',
  ),
  CPI_TOO_MANY_SIGNERS: row(
    'A call gives seeds for too many signers',
    'At most 16 groups of seeds.',
    'Sign for fewer accounts in one call.',
  ),
  CPI_TOO_MANY_SEEDS: row(
    'A signer has too many seeds',
    'At most 16 seeds, the bump included.',
    'Join seeds, or hash them first.',
  ),
  CPI_PROGRAM_NOT_CALLABLE: row(
    'This program cannot be called by programs',
    'Loaders (but for upgrades and authorities of loader v3) and the signature precompiles are for top-level instructions only.',
    'Make it an instruction of the transaction.',
  ),
  CPI_REENTRANCY: row(
    'A program was called while it is running further out',
    'A → B → A is refused; a program may only call itself directly.',
    'Do what the callback does in an instruction of its own, or move it to a third program.',
  ),
  CPI_DEPTH: row(
    'Calls are nested too deep',
    'At most 5 programs may stand on the stack: the top-level one and 4 calls below each other.',
    'Do part of the work in an instruction of its own.',
  ),
  CPI_TRACE_LENGTH: row(
    'The transaction makes too many calls',
    'Top-level instructions and calls together are at most 64.',
    'Split the transaction.',
  ),
  CPI_UNBALANCED: row(
    'A program made a call with its lamports out of balance',
    'Before each call the lamports that the caller took must have been given to another account.',
    'Finish moving lamports before the call, or after it: not half.',
  ),
  CPI_TOO_MANY_ACCOUNTS: row('A call has too many accounts', 'At most 255 accounts.', 'Pass fewer accounts.'),
  CPI_DATA_TOO_LARGE: row(
    'The data of a call is too large',
    'At most 10,240 bytes of instruction data.',
    'Pass large data in an account.',
  ),
  CPI_TOO_MANY_INFOS: row(
    'A call passes too many account infos',
    'At most 255 account infos.',
    'Pass only what the call names.',
  ),
  CPI_FLAG_INVALID: row(
    'A flag of a call’s account meta is neither 0 nor 1',
    'is_signer and is_writable must be 0 or 1. Other bytes mean that the structure is laid out otherwise.',
    'Check the layout of the account metas (C and Rust differ in the order of the flags).',
  ),
  CPI_POINTER_INVALID: row(
    'A call’s account info points elsewhere than the runtime put the account',
    'The pointers of an AccountInfo must be those of the program’s own input.',
    'Pass the AccountInfo that the program was given; don’t build or move its fields.',
  ),
  CPI_POINTER_UNALIGNED: row(
    'A pointer handed to the runtime is not aligned',
    'Structures of a call must lie at multiples of 8.',
    'Use the SDK’s types, or align the buffer.',
  ),
  CPI_MEMORY: row(
    'A call’s structures lie outside of memory',
    'A pointer or a length handed to the runtime leads out of the program’s memory.',
    'Check pointers and lengths of the instruction, metas, infos and seeds.',
  ),
  CPI_REALLOC: row(
    'A call grew an account too far',
    'An account may grow by 10,240 bytes within one top-level instruction of a program that passes it on.',
    'Create the account in an instruction of the transaction, or grow it step by step.',
  ),
  CPI_REFUSED: row('A call was refused', 'A check of the runtime refused the call.', 'See the rule and its facts.'),
} satisfies Record<string, CodeRow>;

/** What a program did to an account that it may not, found when the program or a call of it ended. */
const ACCOUNT_CODES = {
  ACCOUNT_LAMPORTS_NOT_OWNED: row(
    'A program took lamports from an account it does not own',
    'Only the owner of an account may debit it.',
    'Let the owner do it: System’s transfer for wallets, signed for.',
  ),
  ACCOUNT_LAMPORTS_READONLY: row(
    'A program changed the lamports of a read-only account',
    'The account is not writable in this instruction.',
    'Mark the account writable.',
  ),
  ACCOUNT_DATA_READONLY: row(
    'A program wrote to a read-only account',
    'The account is not writable in this instruction.',
    'Mark the account writable in the instruction (Anchor: #[account(mut)]).',
  ),
  ACCOUNT_DATA_NOT_OWNED: row(
    'A program wrote to an account it does not own',
    'Only the owner of an account may write its data.',
    'Check that the right account was passed; create it with this program as its owner, or let its owner write.',
  ),
  ACCOUNT_OWNER_CHANGE: row(
    'A program may not change this account’s owner',
    'Only the present owner may, on a writable account whose data is all zeros.',
    'Zero the data first, and pass the account writable.',
  ),
  ACCOUNT_EXECUTABLE_CHANGE: row(
    'A program may not make this account executable',
    'Only the owner may, on a writable account that is exempt from rent.',
    'Deploy programs with the loader.',
  ),
  ACCOUNT_REALLOC: row(
    'An account was resized too far',
    'An account grows by at most 10,240 bytes in an instruction, to at most 10 MiB.',
    'Grow it in several instructions, or create it at its full size.',
  ),
  ACCOUNT_ALLOCATIONS: row(
    'A transaction allocated too much',
    'All accounts of a transaction together may grow by 20 MiB.',
    'Split the transaction.',
  ),
  ACCOUNT_BORROWED: row(
    'An account is in use already',
    'The same account was borrowed twice: it was passed twice, or a borrow was kept across a call.',
    'Drop borrows before a call; don’t pass one account under two names.',
  ),
  ACCOUNT_DATA_TOO_SMALL: row(
    'An account is too small',
    'What is to be written or read does not fit into the account’s data.',
    'Create the account with the size its state needs.',
  ),
  INSTRUCTION_UNBALANCED: row(
    'An instruction made or lost lamports',
    'The lamports of its accounts must sum to what they were.',
    'Give each lamport that is taken from one account to another.',
  ),
  INSTRUCTION_ACCOUNTS_MISSING: row(
    'An instruction got fewer accounts than it needs',
    'The program looked for an account behind the last one.',
    'Pass all accounts, in the program’s order.',
  ),
  INSTRUCTION_TOO_MANY_ACCOUNTS: row(
    'An instruction has too many accounts',
    'At most 255 accounts.',
    'Pass fewer accounts.',
  ),
} satisfies Record<string, CodeRow>;

/** Of the machine that runs compiled programs. */
const VM_CODES = {
  VM_ACCESS_VIOLATION: row(
    'A program reached outside of its memory',
    'It read or wrote at an address that is not mapped, or wrote where it may only read.',
    'Check indexes and slices of account data and instruction data before they are used.',
  ),
  VM_STACK_OVERFLOW: row(
    'A program left its stack frame',
    'A frame has 4,096 bytes. Large arrays and structures on the stack, or deep recursion, run over its end.',
    'Box large values (Anchor: Box<Account<…>>, zero-copy), and split large functions.',
  ),
  VM_CALL_DEPTH: row(
    'Functions of a program are nested too deep',
    'At most 64 calls of functions may be in progress.',
    'Turn the recursion into a loop.',
  ),
  VM_DIVISION: row(
    'A program divided by zero, or overflowed a division',
    'The machine stops at such a division.',
    'Use checked_div.',
  ),
  VM_CODE: row(
    'A program ran into something that is no instruction',
    'It jumped or ran outside of its code, or met an instruction or a syscall that is not there.',
    'Build it with the tools and the syscalls of the target cluster.',
  ),
  VM_OUT_OF_UNITS: row(
    'A program used up the compute units',
    'All instructions and calls of a transaction share its limit: 200,000 for each top-level instruction unless SetComputeUnitLimit says otherwise.',
    'Raise the limit with SetComputeUnitLimit (1,400,000 at most), or do less.',
  ),
  VM_SETUP: row(
    'There were too few compute units to start a program',
    'A heap larger than 32 KiB costs 8 units for each further 32 KiB, before the program runs.',
    'Raise the limit with SetComputeUnitLimit, or ask for less heap.',
  ),
  COMPUTE_EXCEEDED: row(
    'A charge exceeded the compute units that were left',
    'A syscall, a call or a builtin program costs more than the transaction had left.',
    'Raise the limit with SetComputeUnitLimit (1,400,000 at most), or do less.',
  ),
} satisfies Record<string, CodeRow>;

/** A program’s own doing. */
const PROGRAM_CODES = {
  PROGRAM_PANIC: row(
    'A program panicked',
    'Its own code gave up: unwrap on nothing, an index out of bounds, an overflow, an assertion.',
    'Look at the file and line; handle the case.',
  ),
  PROGRAM_ABORT: row(
    'A program aborted',
    'It called abort: a panic without a message, or its allocator had no memory left.',
    'Look at the log lines before it.',
  ),
  PROGRAM_OUT_OF_MEMORY: row(
    'A program ran out of heap',
    'Its allocator hands out 32 KiB and takes nothing back, unless RequestHeapFrame and an allocator that knows of it say otherwise.',
    'Allocate less; add RequestHeapFrame and a larger allocator.',
  ),
  PROGRAM_CUSTOM_ERROR: row(
    'A program returned an error of its own',
    'The number means what the program says it means.',
    'Register the program’s IDL to see the error’s name, or look the number up in its source.',
  ),
  PROGRAM_ERROR: row(
    'A program returned an error',
    'The program’s own check failed.',
    'Look at its accounts and arguments.',
  ),
  PROGRAM_NOT_DEPLOYED: row(
    'The program cannot be run',
    'There is no program at the address, or it is closed, was deployed in this very slot, or does not pass the verifier.',
    'Check the address, deploy the program, and wait a slot after a deployment.',
  ),
  PROGRAM_MANAGEMENT: row(
    'A loader refuses the instruction',
    'BPF loaders v1 and v2 accept no management instructions any more.',
    'Deploy with loader v3.',
  ),
  PROGRAM_PDA_MISMATCH: row(
    'A program was given another address than it derived',
    'The program derived an address from seeds and compared it with an account it was given.',
    'Derive the address with the program’s own seeds, in its order, and pass that one.',
  ),
  PROGRAM_RETURN_DATA: row(
    'Return data was not what the caller expected',
    'Each call clears the return data, and a deeper call clears or replaces what a callee had set.',
    'Let the callee set its return data last, after its own calls; check which program set it.',
  ),
  SYSCALL_ARGUMENT: row(
    'A syscall refused its arguments',
    'A length, a pointer or a value given to the runtime is not one it takes.',
    'See the text and the rule.',
  ),
} satisfies Record<string, CodeRow>;

/** Errors that programs of all kinds return, by the name of the variant. Source: solana-sdk program-error/src/lib.rs. */
const RETURNED: Readonly<Record<string, CodeRow>> = {
  InvalidArgument: row(
    'Invalid program argument',
    'An argument, an account or a value was not what the program expects.',
    'Check the order of the accounts, and the arguments.',
  ),
  InvalidInstructionData: row(
    'Invalid instruction data',
    'The bytes are no instruction of the program, or are too short.',
    'Check the discriminator and the encoding of the arguments.',
  ),
  InvalidAccountData: row(
    'Invalid account data',
    'An account holds something else than the program expects there.',
    'Check the order of the accounts, and that each is initialized and of the right kind.',
  ),
  AccountDataTooSmall: row(
    'Account data too small',
    'The state does not fit into the account.',
    'Create the account with enough space.',
  ),
  InsufficientFunds: row('Insufficient funds', 'An account has less than is to be taken.', 'Fund it, or take less.'),
  IncorrectProgramId: row(
    'Incorrect program id',
    'An account or a program is another one than expected: often Token and Token-2022 are swapped.',
    'Pass the program that owns the accounts.',
  ),
  MissingRequiredSignature: row(
    'Missing required signature',
    'An account that must sign did not.',
    'Mark it a signer and let it sign; a PDA signs by its seeds in invoke_signed.',
  ),
  AccountAlreadyInitialized: row(
    'Account already initialized',
    'The account holds state already.',
    'Use it as it is, or another address.',
  ),
  UninitializedAccount: row('Uninitialized account', 'The account holds no state yet.', 'Initialize it first.'),
  InvalidSeeds: row(
    'Invalid seeds',
    'Seeds do not lead to the address that was given.',
    'Derive the address with the program’s own seeds and id.',
  ),
  MaxSeedLengthExceeded: row(
    'Seed too long',
    'A seed has more than 32 bytes, or there are more than 16.',
    'Hash long values, or cut them into seeds of 32 bytes.',
  ),
  BorshIoError: row(
    'Borsh could not read or write',
    'Account data or arguments are shorter than the type, or of another type.',
    'Check the account’s type and size.',
  ),
  AccountNotRentExempt: row(
    'Account not rent exempt',
    'The account has fewer lamports than the minimum for its size.',
    'Fund it with the rent-exempt minimum.',
  ),
  UnsupportedSysvar: row(
    'Unsupported sysvar',
    'The program asked for a sysvar that is not there.',
    'Pass it as an account, or use another.',
  ),
  IllegalOwner: row(
    'Illegal owner',
    'An account has an owner that is not allowed here.',
    'Check the account and its owner.',
  ),
  InvalidAccountOwner: row(
    'Invalid account owner',
    'An account is owned by another program than expected.',
    'Check the account, and that it was created by the right program.',
  ),
  ArithmeticOverflow: row('Arithmetic overflow', 'A calculation left the range of its type.', 'Check the amounts.'),
  Immutable: row('Immutable account', 'The account may not be changed any more.', 'Use another account.'),
  IncorrectAuthority: row(
    'Incorrect authority',
    'The authority is another one than the account names.',
    'Let the right authority sign.',
  ),
  InvalidError: row(
    'An error code that means nothing',
    'The program returned a value that is no error of the runtime.',
    'Is it an error of the program’s own, shifted? Errors are 32 bits.',
  ),
  BuiltinProgramsMustConsumeComputeUnits: row(
    'A builtin consumed nothing',
    'A builtin program succeeded without a charge.',
    'A compiled program that returns it means something else: look at its source.',
  ),
  InvalidRealloc: row('Invalid resize', 'The program refuses the new size.', 'See ACCOUNT_REALLOC.'),
  AccountBorrowFailed: row(
    'Account borrow failed',
    'RefCell: the account is borrowed already.',
    'Drop the borrow first; is one account passed twice?',
  ),
};

const RETURNED_CODES: Readonly<Record<string, CodeRow>> = Object.fromEntries(
  Object.entries(RETURNED).map(([name, value]) => [`PROGRAM_${snake(name)}`, value]),
);

export const RUNTIME_CODES: Readonly<Record<string, CodeRow>> = {
  ...TRANSACTION_CODES,
  ...CPI_CODES,
  ...ACCOUNT_CODES,
  ...VM_CODES,
  ...PROGRAM_CODES,
  ...RETURNED_CODES,
};
