// The loaders of compiled programs. Called for a program that a loader owns, this runs the program: input in, machine
// run, accounts back. Called under a loader's own id, it is management: loader v3's instructions are in loader-v3.ts,
// those of v1 and v2 are no more.
// The order of log lines is fixed: `consumed` whenever the machine ran, then `Program return:`, then (by the invoke
// context) `success` or `failed`.
// Source: agave programs/bpf_loader/src/lib.rs, process_instruction_inner; program-runtime/src/vm.rs, execute.

import { MM_INPUT_START } from '../../sbpf/address-space.ts';
import { EbpfError } from '../../sbpf/errors.ts';
import type { Executable } from '../../sbpf/executable.ts';
import type { U64 } from '../../sbpf/memory.ts';
import { VmPool } from '../../sbpf/vm.ts';
import { encodeBase64 } from '../../wire/base64.ts';
import { Verdict } from '../../wire/errors.ts';
import { programErrorAt } from '../../wire/program-error.ts';
import type { InstructionError } from '../../wire/transaction-error.ts';
import type { Activation } from '../activation.ts';
import { BPF_LOADER_DEPRECATED_ID, BPF_LOADER_ID, BPF_LOADER_UPGRADEABLE_ID, NATIVE_LOADER_ID } from '../addresses.ts';
import { fail, InstructionFailure } from '../errors.ts';
import {
  DEFAULT_LOADER_COMPUTE_UNITS,
  DEPRECATED_LOADER_COMPUTE_UNITS,
  heapUnits,
  UPGRADEABLE_LOADER_COMPUTE_UNITS,
} from '../execution-cost.ts';
import { describeFault } from '../fault.ts';
import type { InvokeContext } from '../invoke-context.ts';
import { consumedLine } from '../log-collector.ts';
import type { CompiledEntry } from '../program-cache.ts';
import {
  addressSpaceReservedForAccount,
  deserializeParameters,
  noteWrittenInput,
  serializeParameters,
} from '../serialization.ts';
import { memoryOperationsFor } from '../syscalls/memory.ts';
import type { InstructionContext } from '../transaction-context.ts';
import { processLoaderV3Instruction } from './loader-v3.ts';

const LOADER_SOURCE = 'agave programs/bpf_loader/src/lib.rs';
const VM_SOURCE = 'agave program-runtime/src/vm.rs';

/** Machines, reused from run to run: a call takes one more, so there are as many as calls ever nested. */
const VM_POOL: VmPool = new VmPool();

/** The entry of all three loaders. */
export function processBpfLoader(context: InvokeContext): void {
  const { programId, programAccount } = context.current;
  if (programAccount.owner.equals(NATIVE_LOADER_ID)) {
    processManagement(context);
    return;
  }
  const entry = context.programs.get(programId);
  if (entry === undefined) {
    context.log('Program is not cached');
    fail('UnsupportedProgramId', {
      rule: 'program_cache_for_tx_batch.find',
      source: LOADER_SOURCE,
      program: programId,
    });
  }
  if (entry.type === 'hosted') {
    context.transaction.isSeen = true;
    entry.program.process(context);
    return;
  }
  executeEntry(context, entry);
}

/** Runs a compiled program as the one at the current instruction's address. */
export function executeEntry(context: InvokeContext, entry: CompiledEntry): void {
  const { programId } = context.current;
  if (entry.type !== 'loaded') {
    context.log('Program is not deployed');
    const detail = entry.reason ?? entry.type;
    fail('UnsupportedProgramId', {
      rule: 'program is not deployed',
      source: LOADER_SOURCE,
      program: programId,
      detail,
    });
  }
  execute(context, entry.executable);
}

function processManagement(context: InvokeContext): void {
  const { programId } = context.current;
  if (programId.equals(BPF_LOADER_UPGRADEABLE_ID)) {
    context.consume(UPGRADEABLE_LOADER_COMPUTE_UNITS);
    processLoaderV3Instruction(context);
    return;
  }
  if (programId.equals(BPF_LOADER_ID)) {
    context.consume(DEFAULT_LOADER_COMPUTE_UNITS);
    context.log('BPF loader management instructions are no longer supported');
  } else if (programId.equals(BPF_LOADER_DEPRECATED_ID)) {
    context.consume(DEPRECATED_LOADER_COMPUTE_UNITS);
    context.log('Deprecated loader is no longer supported');
  } else {
    context.log('Invalid BPF loader id');
  }
  fail('UnsupportedProgramId', { rule: 'process_instruction_inner', source: LOADER_SOURCE, program: programId });
}

/**
 * Runs a program that is a function of the host, with the heap charge and the log lines of a compiled one.
 *
 * @param run runs the program's own code and returns what takes its changes into the accounts
 */
export function executeHosted(context: InvokeContext, run: () => () => void): void {
  const { meter } = context;
  const unitsBefore = meter.remaining;
  chargeHeap(context);
  const unitsBeforeRun = meter.remaining;
  let finish: (() => void) | undefined;
  let failure: Verdict | undefined;
  try {
    finish = run();
  } catch (thrown) {
    if (!(thrown instanceof Verdict)) throw thrown;
    failure = thrown;
  }
  logRun(context, unitsBeforeRun, unitsBefore);
  if (failure !== undefined) throw failure;
  finish?.();
}

/** The lines that end a run. */
function logRun(context: InvokeContext, unitsBeforeRun: number, unitsBefore: number): void {
  const { programId } = context.current;
  context.log(consumedLine(programId, unitsBeforeRun - context.meter.remaining, unitsBefore));
  const { returnData } = context.transaction;
  if (returnData.data.length > 0) {
    // The id is the running program's, whoever set the data.
    context.log(`Program return: ${programId.toString()} ${encodeBase64(returnData.data)}`);
  }
}

function execute(context: InvokeContext, executable: Executable): void {
  const { meter } = context;
  const { features } = context.environment;
  const instruction = context.current;
  const isLoaderDeprecated = instruction.programAccount.owner.equals(BPF_LOADER_DEPRECATED_ID);
  const vm = VM_POOL.acquire();
  try {
    const parameters = serializeParameters(instruction, vm, isLoaderDeprecated, features);
    const activation: Activation = {
      vm,
      accounts: parameters.accounts,
      inputOffset: parameters.inputOffset,
      checkAligned: !isLoaderDeprecated,
      isLoaderDeprecated,
      heapPosition: 0,
      callStep: '',
    };
    instruction.activation = activation;
    const unitsBefore = meter.remaining;
    chargeHeap(context);
    const unitsBeforeRun = meter.remaining;
    const result = vm.run({
      executable,
      context,
      meter,
      heapSize: context.heapSize,
      r1: MM_INPUT_START,
      r2: parameters.vmInstructionDataAddr,
      memoryOperations: memoryOperationsFor(context.costs),
      mustInterpret: context.listener !== undefined,
      onInstruction: context.listener?.watch?.({
        vm,
        executable,
        instruction,
        activation,
        heapSize: context.heapSize,
        vmInstructionDataAddr: parameters.vmInstructionDataAddr,
      }),
      onSyscall: syscallListener(context),
    });
    if (result.instructions === 0 && result.error instanceof EbpfError && result.error.is('InvalidMemoryRegion')) {
      context.log(`Failed to create SBF VM: ${result.error.text}`);
      fail('ProgramEnvironmentSetupFailure', { rule: 'create_vm', source: VM_SOURCE, detail: result.error.text });
    }
    const isForfeited = result.error !== undefined && !result.fromSyscall && features.deplete_cu_meter_on_vm_failure;
    if (result.error !== undefined && context.listener !== undefined) {
      const { error } = result;
      const fault = describeFault(vm, executable, instruction, activation, context.heapSize, { ...result, error });
      context.listener.on({ type: 'fault', fault, forfeited: isForfeited ? meter.remaining : 0 });
    }
    logRun(context, unitsBeforeRun, unitsBefore);
    if (result.error !== undefined) {
      if (isForfeited) meter.remaining = 0;
      throw features.virtual_address_space_adjustments
        ? explainAccessViolation(instruction, activation, result.error)
        : result.error;
    }
    if (result.r0 !== 0) {
      const error = instructionErrorOf(result.r0);
      fail(error, { rule: 'program result', source: VM_SOURCE, program: instruction.programId, actual: result.r0 });
    }
    deserializeParameters(instruction, activation, features);
  } finally {
    instruction.activation = undefined;
    noteWrittenInput(vm);
    VM_POOL.release(vm);
  }
}

function syscallListener({ listener, meter }: InvokeContext) {
  if (listener === undefined) return undefined;
  return (name: string, unitsBefore: number) => {
    listener.on({ type: 'syscall', name, units: unitsBefore - meter.remaining });
  };
}

function chargeHeap(context: InvokeContext): void {
  try {
    const units = heapUnits(context.costs, context.heapSize);
    context.consume(units);
    if (units > 0) context.listener?.on({ type: 'heap', units });
  } catch (failure) {
    if (!(failure instanceof InstructionFailure)) throw failure;
    context.log(`Failed to create SBF VM: ${failure.text}`);
    fail('ProgramEnvironmentSetupFailure', failure.refusal);
  }
}

/**
 * With an account's data mapped as its own region, touching what the program may not is an access violation of the
 * machine; here it becomes the error that the change itself would have met.
 */
function explainAccessViolation(instruction: InstructionContext, activation: Activation, error: Verdict): Verdict {
  if (!(error instanceof EbpfError) || error.kind !== 'AccessViolation') return error;
  const { access, vmAddr, len } = error.data as { access: 'load' | 'store'; vmAddr: bigint; len: bigint };
  const index = activation.accounts.findIndex((account) => {
    const end =
      account.vmDataAddr + addressSpaceReservedForAccount(account.originalDataLen, activation.isLoaderDeprecated);
    return vmAddr >= account.vmDataAddr && vmAddr < end;
  });
  if (index < 0) return error;
  const { vmDataAddr, originalDataLen } = activation.accounts[index];
  const end = vmDataAddr + addressSpaceReservedForAccount(originalDataLen, activation.isLoaderDeprecated);
  if (vmAddr + len > end) return error;
  const borrowed = instruction.borrow(index);
  const refused = borrowed.canDataBeChanged();
  borrowed.release();
  if (access === 'store' && refused !== undefined) {
    return new InstructionFailure(refused.error, refused.refusal, error);
  }
  return new InstructionFailure(
    access === 'load' && refused !== undefined ? 'AccountDataTooSmall' : 'InvalidRealloc',
    {
      rule: 'access violation in account data',
      source: VM_SOURCE,
      account: borrowed.key,
      program: instruction.programId,
      asked: `${access} ${len} bytes at offset ${vmAddr - BigInt(vmDataAddr)} of the data`,
      limit: borrowed.data.length,
    },
    error,
  );
}

/** The instruction error that a program's return value other than 0 stands for. */
export function instructionErrorOf(r0: U64): InstructionError {
  if (r0 < 0x1_0000_0000) return { Custom: Number(r0) };
  // A bigint is 2^53 or more: no error's value.
  if (typeof r0 === 'bigint' || r0 % 0x1_0000_0000 !== 0) return 'InvalidError';
  return programErrorAt(r0 / 0x1_0000_0000) ?? 'InvalidError';
}
