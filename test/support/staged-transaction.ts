// Runs transactions whose programs are TypeScript functions, on the real InvokeContext: its checks, its events, its log
// lines, and nothing else of the runtime. For tests of what listens.

import { NATIVE_LOADER_ID, SYSTEM_PROGRAM_ID } from '../../src/runtime/addresses.ts';
import type { ExecutionEnvironment } from '../../src/runtime/environment.ts';
import { InstructionFailure } from '../../src/runtime/errors.ts';
import type { ExecutionListener, Instruction } from '../../src/runtime/execution-events.ts';
import { InvokeContext } from '../../src/runtime/invoke-context.ts';
import { LogCollector } from '../../src/runtime/log-collector.ts';
import type { TransactionProgramCache } from '../../src/runtime/program-cache.ts';
import { InstructionContext, TransactionAccount, TransactionContext } from '../../src/runtime/transaction-context.ts';
import { Pubkey } from '../../src/wire/pubkey.ts';
import type { TransactionError } from '../../src/wire/transaction-error.ts';

export type StagedProgram = (context: InvokeContext) => void;

export interface StagedAccount {
  readonly key: Pubkey;
  readonly lamports?: bigint;
  readonly owner?: Pubkey;
  readonly data?: Uint8Array;
  readonly program?: StagedProgram;
}

export interface StagedTransaction {
  readonly accounts: readonly StagedAccount[];
  readonly instructions: readonly Instruction[];
  readonly computeUnitLimit?: number;
  readonly logBytesLimit?: number;
}

export interface StagedOutcome {
  readonly error: TransactionError | undefined;
  readonly logs: readonly string[];
  readonly computeUnitsConsumed: number;
  readonly fee: bigint;
  readonly finalAccounts: readonly TransactionAccount[];
}

export function runStaged(staged: StagedTransaction, listener: ExecutionListener | undefined): StagedOutcome {
  const { computeUnitLimit = 200_000 } = staged;
  const accounts = staged.accounts.map(({ key, lamports = 0n, owner, data = new Uint8Array(0), program }) => {
    const isProgram = program !== undefined;
    return new TransactionAccount(key, {
      lamports,
      owner: owner ?? (isProgram ? NATIVE_LOADER_ID : SYSTEM_PROGRAM_ID),
      data,
      executable: isProgram,
      rentEpoch: 0n,
    });
  });
  const transaction = new TransactionContext(accounts, 5, SYSTEM_PROGRAM_ID);
  const logs = new LogCollector(staged.logBytesLimit);
  const context = new InvokeContext({
    transaction,
    environment: {} as ExecutionEnvironment,
    programs: {
      builtin: (id: Pubkey) => {
        const program = staged.accounts.find(({ key }) => key.equals(id))?.program;
        return program === undefined ? undefined : { name: 'staged', process: program };
      },
    } as unknown as TransactionProgramCache,
    computeUnitLimit,
    heapSize: 32 * 1024,
    logs,
    listener,
  });
  listener?.on({ type: 'transactionStart', transaction, unitsRemaining: computeUnitLimit });
  let error: TransactionError | undefined;
  for (let i = 0; i < staged.instructions.length && error === undefined; i++) {
    const { programId, accounts: metas, data } = staged.instructions[i];
    const instruction = new InstructionContext(
      transaction,
      transaction.indexOf(programId),
      metas.map(({ pubkey, isSigner, isWritable }) => {
        return { indexInTransaction: transaction.indexOf(pubkey), isSigner, isWritable };
      }),
      data,
      i,
      undefined,
    );
    try {
      context.processInstruction(instruction);
    } catch (failure) {
      if (!(failure instanceof InstructionFailure)) throw failure;
      error = { InstructionError: [i, failure.error] };
    }
  }
  listener?.on({ type: 'transactionEnd', transaction, unitsRemaining: context.meter.remaining });
  return {
    error,
    logs: logs.lines,
    computeUnitsConsumed: computeUnitLimit - context.meter.remaining,
    fee: 5000n,
    finalAccounts: accounts,
  };
}

/** A key that is the same on every run: 32 bytes counted up from `seed`. */
export function testKey(seed: number): Pubkey {
  return new Pubkey(Uint8Array.from({ length: 32 }, (_, i) => (seed * 37 + i * 11 + 5) & 0xff));
}

/** Flags in short: `s` signer, `w` writable. */
export function meta(pubkey: Pubkey, flags: '' | 's' | 'w' | 'sw' = '') {
  return { pubkey, isSigner: flags.includes('s'), isWritable: flags.includes('w') };
}
