// Runs instructions: the checks before one is pushed, the call of the program that its owner points to, the checks when
// it is popped, and the privileges of a call. Programs are found in the cache it is given; what a program may change is
// decided in borrowed-account.ts; how bytes of guest memory become an instruction is read in cpi.ts.
// Source: agave program-runtime/src/invoke_context.rs, transaction-context/src/transaction.rs.

import { Verdict } from '../wire/errors.ts';
import type { Pubkey } from '../wire/pubkey.ts';
import {
  BPF_LOADER_DEPRECATED_ID,
  BPF_LOADER_ID,
  BPF_LOADER_UPGRADEABLE_ID,
  LOADER_V4_ID,
  NATIVE_LOADER_ID,
  SYSVAR_OWNER_ID,
} from './addresses.ts';
import type { ExecutionEnvironment } from './environment.ts';
import { fail, InstructionFailure } from './errors.ts';
import { type ExecutionCosts, MAINNET_COSTS } from './execution-cost.ts';
import type { AccountMeta, DerivedSigner, ExecutionListener, Instruction } from './execution-events.ts';
import { invokeLine, type LogCollector, successLine } from './log-collector.ts';
import type { Precompile } from './precompiles/index.ts';
import type { TransactionProgramCache } from './program-cache.ts';
import { type InstructionAccount, InstructionContext, type TransactionContext } from './transaction-context.ts';

const CONTEXT_SOURCE = 'agave program-runtime/src/invoke_context.rs';
const TRANSACTION_SOURCE = 'agave transaction-context/src/transaction.rs';

/** An account of a call, looked up in the transaction: -1 where it isn't there. */
export interface CallMeta extends AccountMeta {
  readonly indexInTransaction: number;
}

/** An instruction account while the flags of its repetitions are gathered. */
type MergedAccount = { -readonly [K in keyof InstructionAccount]: InstructionAccount[K] };

export class InvokeContext {
  readonly transaction: TransactionContext;
  environment: ExecutionEnvironment;
  readonly programs: TransactionProgramCache;
  /** Compute units left to the whole transaction. The virtual machine charges it too. */
  readonly meter: { remaining: number };
  /** Bytes of heap that each program gets. */
  heapSize: number;
  /** What calls and syscalls take of the meter. */
  costs: ExecutionCosts;
  readonly logs: LogCollector | undefined;
  readonly listener: ExecutionListener | undefined;

  constructor(options: {
    transaction: TransactionContext;
    environment: ExecutionEnvironment;
    programs: TransactionProgramCache;
    computeUnitLimit: number;
    heapSize: number;
    costs?: ExecutionCosts | undefined;
    logs: LogCollector | undefined;
    listener: ExecutionListener | undefined;
  }) {
    this.transaction = options.transaction;
    this.environment = options.environment;
    this.programs = options.programs;
    this.meter = { remaining: options.computeUnitLimit };
    this.heapSize = options.heapSize;
    this.costs = options.costs ?? MAINNET_COSTS;
    this.logs = options.logs;
    this.listener = options.listener;
  }

  /** Makes it the context of a run that begins: what it is made of has begun already. */
  begin(environment: ExecutionEnvironment, computeUnitLimit: number, heapSize: number, costs = MAINNET_COSTS): void {
    this.environment = environment;
    this.meter.remaining = computeUnitLimit;
    this.heapSize = heapSize;
    this.costs = costs;
  }

  /** The instruction that is running. */
  get current(): InstructionContext {
    return this.transaction.current as InstructionContext;
  }

  /** Takes compute units, or empties the meter and fails with `ComputationalBudgetExceeded`. */
  consume(units: number): void {
    const { meter } = this;
    if (meter.remaining < units) {
      const actual = meter.remaining;
      meter.remaining = 0;
      fail('ComputationalBudgetExceeded', {
        rule: 'consume_checked',
        source: CONTEXT_SOURCE,
        limit: actual,
        actual: units,
      });
    }
    meter.remaining -= units;
  }

  log(line: string): void {
    const kept = this.logs === undefined || this.logs.log(line);
    this.listener?.on({ type: 'log', line, kept });
  }

  /** Pushes, runs and pops one instruction. Throws an `InstructionFailure` where any of the three fails. */
  processInstruction(instruction: InstructionContext): void {
    this.#pushOrReport(instruction);
    this.#enter(instruction, undefined, NO_DATAS);
  }

  /** The same for a precompile: it reads instruction data only, charges nothing and logs nothing. */
  processPrecompile(
    instruction: InstructionContext,
    precompile: Precompile,
    instructionDatas: readonly Uint8Array[],
  ): void {
    this.#pushOrReport(instruction);
    this.#enter(instruction, precompile, instructionDatas);
  }

  /** A call made by a builtin program. It vouches for signers by the seeds of their addresses, as other programs do. */
  nativeInvoke(instruction: Instruction, signers: readonly DerivedSigner[]): void {
    const caller = this.current;
    const { listener, transaction } = this;
    listener?.on({ type: 'attempt', abi: 'native', caller, unitsRemaining: this.meter.remaining });
    listener?.on({ type: 'attemptDescribed', instruction, signers });
    try {
      const { programId, data } = instruction;
      const accounts = instruction.accounts.map((meta) => ({
        ...meta,
        indexInTransaction: transaction.indexOf(meta.pubkey),
      }));
      const signerKeys = signers.map((signer) => signer.address);
      const callee = this.prepareNextInstruction(programId, accounts, data, signerKeys);
      callee.abi = 'native';
      callee.signers = signerKeys;
      callee.unitsAtCall = callee.unitsAtReturn = this.meter.remaining;
      this.processInstruction(callee);
      callee.unitsAtReturn = this.meter.remaining;
    } catch (failure) {
      if (failure instanceof Verdict) this.#endAttempt(failure);
      throw failure;
    }
    this.#endAttempt(undefined);
  }

  #endAttempt(failure: Verdict | undefined): void {
    this.listener?.on({ type: 'attemptEnd', failure, unitsRemaining: this.meter.remaining });
  }

  /**
   * Resolves a call's accounts against the transaction and checks that the caller may grant what the call asks:
   * an account it asks to write must be writable in the caller, a signer must have signed there or be in `signers`.
   * Flags of an account named more than once are merged first.
   *
   * Source: agave program-runtime/src/invoke_context.rs, prepare_next_cpi_instruction.
   */
  prepareNextInstruction(
    programId: Pubkey,
    metas: readonly CallMeta[],
    data: Uint8Array,
    signers: readonly Pubkey[],
  ): InstructionContext {
    const { transaction } = this;
    const caller = this.current;
    const accounts: MergedAccount[] = [];
    // Where in `accounts` each account of the transaction was first named. An entry nobody wrote is found out below.
    const positions =
      metas.length > 256 ? new Uint16Array(transaction.accounts.length) : new Uint8Array(transaction.accounts.length);
    for (let i = 0; i < metas.length; i++) {
      const { pubkey, indexInTransaction, isSigner, isWritable } = metas[i];
      if (indexInTransaction < 0) {
        this.log(`Instruction references an unknown account ${pubkey}`);
        this.#missingAccount(pubkey, 'not an account of the transaction');
      }
      const first = positions[indexInTransaction];
      if (first < i && accounts[first].indexInTransaction === indexInTransaction) {
        // Named before: the same object stands at both places, with the flags of both.
        const account = accounts[first];
        if (isSigner) account.isSigner = true;
        if (isWritable) account.isWritable = true;
        accounts.push(account);
      } else {
        positions[indexInTransaction] = i;
        accounts.push({ indexInTransaction, isSigner, isWritable });
      }
    }
    for (let i = 0; i < accounts.length; i++) {
      const account = accounts[i];
      if (positions[account.indexInTransaction] !== i) continue;
      const indexInCaller = caller.indexOfAccount(account.indexInTransaction);
      const { key } = transaction.accounts[account.indexInTransaction];
      if (indexInCaller < 0) this.#missingAccount(key, 'not an account of the calling instruction');
      const held = caller.accounts[indexInCaller];
      if (account.isWritable && !held.isWritable) {
        this.log(`${key}'s writable privilege escalated`);
        this.#privilegeEscalation(key, 'writable', held, signers);
      }
      if (account.isSigner && !held.isSigner && !includesKey(signers, key)) {
        this.log(`${key}'s signer privilege escalated`);
        this.#privilegeEscalation(key, 'signer', held, signers);
      }
    }
    const programIndex = transaction.indexOf(programId);
    if (programIndex < 0 || caller.indexOfAccount(programIndex) < 0) {
      this.log(`Unknown program ${programId}`);
      this.#missingAccount(
        programId,
        programIndex < 0 ? 'not an account of the transaction' : 'not an account of the calling instruction',
      );
    }
    const { topLevelIndex } = caller;
    return new InstructionContext(transaction, programIndex, accounts, data, topLevelIndex, caller, positions);
  }

  #missingAccount(account: Pubkey, detail: string): never {
    fail('MissingAccount', { rule: 'prepare_next_cpi_instruction', source: CONTEXT_SOURCE, account, detail });
  }

  #privilegeEscalation(
    account: Pubkey,
    asked: 'writable' | 'signer',
    held: InstructionAccount,
    signers: readonly Pubkey[],
  ): never {
    const { isSigner, isWritable } = held;
    const derived = signers.length === 0 ? 'no signer seeds' : `the signer seeds derive to ${signers.join(', ')}`;
    fail('PrivilegeEscalation', {
      rule: 'prepare_next_cpi_instruction',
      source: CONTEXT_SOURCE,
      account,
      program: this.current.programId,
      asked,
      held: { isSigner, isWritable },
      detail: asked === 'signer' ? derived : undefined,
    });
  }

  #pushOrReport(instruction: InstructionContext): void {
    try {
      this.#push(instruction);
    } catch (failure) {
      if (instruction.caller === undefined && failure instanceof Verdict) {
        this.listener?.on({ type: 'instructionRefused', instruction, failure });
      }
      throw failure;
    }
  }

  /** Source: agave program-runtime/src/invoke_context.rs, push; transaction-context/src/transaction.rs, push. */
  #push(instruction: InstructionContext): void {
    const { transaction } = this;
    const { current } = transaction;
    if (current !== undefined) this.#checkCall(current, instruction.programId);
    if (transaction.traceLength >= transaction.maxTraceLength) {
      const limit = transaction.maxTraceLength;
      fail('MaxInstructionTraceLengthExceeded', { rule: 'push', source: TRANSACTION_SOURCE, limit, actual: limit + 1 });
    }
    transaction.appendToTrace(instruction);
    if (instruction.stackHeight > transaction.maxStackHeight) {
      const limit = transaction.maxStackHeight;
      const program = instruction.programId;
      fail('CallDepth', { rule: 'push', source: TRANSACTION_SOURCE, program, limit, actual: limit + 1 });
    }
    const index = transaction.instructionsSysvarIndex;
    if (index >= 0) {
      const sysvar = transaction.accounts[index];
      if (sysvar.borrowed)
        fail('AccountBorrowFailed', { rule: 'push', source: TRANSACTION_SOURCE, account: sysvar.key });
      if (!sysvar.owner.equals(SYSVAR_OWNER_ID)) {
        fail('InvalidAccountOwner', { rule: 'push', source: TRANSACTION_SOURCE, account: sysvar.key });
      }
      const data = sysvar.makeDataMut();
      data[data.length - 2] = instruction.topLevelIndex & 0xff;
      data[data.length - 1] = instruction.topLevelIndex >> 8;
    }
    transaction.current = instruction;
  }

  /** A program may call itself, but none that called it; and nothing may be out of balance when it does. */
  #checkCall(current: InstructionContext, programId: Pubkey): void {
    const { transaction } = this;
    if (!current.programId.equals(programId)) {
      for (let frame: InstructionContext | undefined = current; frame !== undefined; frame = frame.caller) {
        if (!frame.programId.equals(programId)) continue;
        fail('ReentrancyNotAllowed', { rule: 'push', source: CONTEXT_SOURCE, program: programId });
      }
    }
    if (transaction.isBalanced) return;
    fail('UnbalancedInstruction', {
      rule: 'push',
      source: TRANSACTION_SOURCE,
      program: current.programId,
      limit: 0n,
      actual: transaction.lamportsDelta,
    });
  }

  /** Runs the program, or the precompile, between the events of entering and leaving, and pops. The first failure wins. */
  #enter(
    instruction: InstructionContext,
    precompile: Precompile | undefined,
    instructionDatas: readonly Uint8Array[],
  ): void {
    const { transaction, listener } = this;
    instruction.unitsAtEntry = this.meter.remaining;
    instruction.linesAtEntry = this.logs === undefined ? 0 : this.logs.count;
    listener?.on({ type: 'enter', instruction, unitsRemaining: this.meter.remaining });
    let failure: Verdict | undefined;
    try {
      if (precompile === undefined) this.#runProgram(instruction);
      else runPrecompile(precompile, instruction.data, instructionDatas);
    } catch (thrown) {
      if (!(thrown instanceof Verdict)) throw thrown;
      failure = thrown;
    }
    transaction.current = instruction.caller;
    failure ??= this.#checkBalance(instruction);
    instruction.unitsAtExit = this.meter.remaining;
    instruction.linesAtExit = this.logs === undefined ? 0 : this.logs.count;
    listener?.on({ type: 'exit', instruction, failure, unitsRemaining: this.meter.remaining });
    if (failure !== undefined) throw failure;
  }

  /** Source: agave transaction-context/src/transaction.rs, pop. */
  #checkBalance(instruction: InstructionContext): InstructionFailure | undefined {
    const { programAccount, programId } = instruction;
    if (programAccount.borrowed) {
      return new InstructionFailure('AccountBorrowOutstanding', {
        rule: 'pop',
        source: TRANSACTION_SOURCE,
        program: programId,
      });
    }
    const { transaction } = this;
    if (transaction.isBalanced) return undefined;
    return new InstructionFailure('UnbalancedInstruction', {
      rule: 'pop',
      source: TRANSACTION_SOURCE,
      program: programId,
      limit: 0n,
      actual: transaction.lamportsDelta,
    });
  }

  /** Source: agave program-runtime/src/invoke_context.rs, process_executable_chain. */
  #runProgram(instruction: InstructionContext): void {
    const { programId, programAccount } = instruction;
    const { owner } = programAccount;
    const builtinId = owner.equals(NATIVE_LOADER_ID) ? programId : isLoader(owner) ? owner : undefined;
    const builtin = builtinId === undefined ? undefined : this.programs.builtin(builtinId);
    if (builtin === undefined || builtinId === undefined) {
      const rule = 'process_executable_chain';
      fail('UnsupportedProgramId', { rule, source: CONTEXT_SOURCE, program: programId, detail: `owned by ${owner}` });
    }
    this.transaction.setReturnData(programId);
    this.log(invokeLine(programId, instruction.stackHeight));
    const unitsBefore = this.meter.remaining;
    try {
      builtin.process(this);
    } catch (thrown) {
      if (!(thrown instanceof Verdict)) throw thrown;
      this.log(`Program ${programId} failed: ${thrown.text}`);
      if (thrown instanceof InstructionFailure) throw thrown;
      throw new InstructionFailure('ProgramFailedToComplete', undefined, thrown);
    }
    this.log(successLine(programId));
    if (this.meter.remaining === unitsBefore && builtinId.equals(programId)) {
      fail('BuiltinProgramsMustConsumeComputeUnits', { rule: 'process_executable_chain', source: CONTEXT_SOURCE });
    }
  }
}

const NO_DATAS: readonly Uint8Array[] = [];

function runPrecompile(precompile: Precompile, data: Uint8Array, instructionDatas: readonly Uint8Array[]): void {
  const code = precompile(data, instructionDatas);
  if (code !== undefined) fail({ Custom: code });
}

function includesKey(keys: readonly Pubkey[], key: Pubkey): boolean {
  for (let i = 0; i < keys.length; i++) if (keys[i].equals(key)) return true;
  return false;
}

function isLoader(owner: Pubkey): boolean {
  return (
    owner.equals(BPF_LOADER_UPGRADEABLE_ID) ||
    owner.equals(BPF_LOADER_ID) ||
    owner.equals(BPF_LOADER_DEPRECATED_ID) ||
    owner.equals(LOADER_V4_ID)
  );
}
