// Where the checks stand that tell no facts of themselves: those of the machine, and of syscalls and precompiles that end
// a program. All others carry their rule in the refusal.

const SBPF_MEMORY = 'sbpf src/memory_region.rs';
const SBPF_INTERPRETER = 'sbpf src/interpreter.rs';
const SYSCALLS = 'agave syscalls/src/lib.rs';

export interface Rule {
  /** The check, spelled as in Agave. */
  readonly rule: string;
  readonly source: string;
}

const rule = (name: string, source: string): Rule => ({ rule: name, source });

const BY_KIND: Readonly<Record<string, Rule>> = {
  AccessViolation: rule('MemoryMapping::map', SBPF_MEMORY),
  StackAccessViolation: rule('MemoryMapping::map', SBPF_MEMORY),
  InvalidMemoryRegion: rule('MemoryMapping::new', SBPF_MEMORY),
  DivideByZero: rule('Interpreter::step', SBPF_INTERPRETER),
  DivideOverflow: rule('Interpreter::step', SBPF_INTERPRETER),
  ExecutionOverrun: rule('Interpreter::step', SBPF_INTERPRETER),
  CallOutsideTextSegment: rule('Interpreter::check_pc', SBPF_INTERPRETER),
  InvalidInstruction: rule('Interpreter::step', SBPF_INTERPRETER),
  UnsupportedInstruction: rule('Interpreter::step', SBPF_INTERPRETER),
  ExceededMaxInstructions: rule('Interpreter::step', SBPF_INTERPRETER),
  CallDepthExceeded: rule('Interpreter::push_frame', SBPF_INTERPRETER),
  Panic: rule('SyscallPanic', SYSCALLS),
  Abort: rule('SyscallAbort', SYSCALLS),
};

const BY_PROGRAM: Readonly<Record<string, Rule>> = {
  Ed25519SigVerify111111111111111111111111111: rule('verify', 'agave precompiles/src/ed25519.rs'),
  KeccakSecp256k11111111111111111111111111111: rule('verify', 'agave precompiles/src/secp256k1.rs'),
  Secp256r1SigVerify1111111111111111111111111: rule('verify', 'agave precompiles/src/secp256r1.rs'),
};

/** Where a call's arguments are read and its results handed back; the step names the function. */
export const CALL_SOURCE = 'agave program-runtime/src/cpi.rs';

/** Of errors that reject a transaction without a fact to tell. */
export const TRANSACTION_RULES: Readonly<Record<string, Rule>> = {
  AlreadyProcessed: rule('check_status_cache', 'agave runtime/src/bank/check_transactions.rs'),
  UnsupportedVersion: rule('verify_transaction', 'agave runtime/src/bank.rs'),
  InvalidLoadedAccountsDataSizeLimit: rule(
    'sanitize_and_convert_to_compute_budget_limits',
    'agave compute-budget-instruction/src/compute_budget_instruction_details.rs',
  ),
};

/** The rule that raises such an error, where only one does. */
export function ruleOf(kind: string, programAddress: string | null): Rule | undefined {
  if (Object.hasOwn(BY_KIND, kind)) return BY_KIND[kind];
  return programAddress !== null && Object.hasOwn(BY_PROGRAM, programAddress) ? BY_PROGRAM[programAddress] : undefined;
}
