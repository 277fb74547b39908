// Calls from a program written in TypeScript: `invoke` and `invokeSigned`. They go the way of a compiled program's call
// (runtime/cpi.ts), with the same checks in the same order, the same charges and log lines, and the same events; what is
// read from guest memory there is handed over as a value here.
// Source: agave program-runtime/src/cpi.rs, cpi_common; solana-sdk cpi/src/lib.rs, invoke_signed.

import type { Instruction } from '@solana/kit';
import { createProgramAddress, MAX_SEEDS } from '../crypto/program-address.ts';
import { checkAuthorizedProgram, checkInstructionSize, MAX_SIGNERS } from '../runtime/cpi.ts';
import { CPI_SOURCE } from '../runtime/cpi-abi.ts';
import { MAX_CPI_ACCOUNT_INFOS } from '../runtime/cpi-accounts.ts';
import { fail, SyscallError } from '../runtime/errors.ts';
import {
  ACCOUNT_INFO_BYTE_SIZE,
  ACCOUNT_META_BYTE_SIZE,
  CPI_BYTES_PER_UNIT,
  INVOKE_UNITS,
} from '../runtime/execution-cost.ts';
import type { DerivedSigner } from '../runtime/execution-events.ts';
import type { CallMeta } from '../runtime/invoke-context.ts';
import { refuseSignerSeeds } from '../runtime/seed-refusals.ts';
import { MAX_PERMITTED_DATA_INCREASE } from '../runtime/serialization.ts';
import type { InstructionContext } from '../runtime/transaction-context.ts';
import { Verdict } from '../wire/errors.ts';
import type { Pubkey } from '../wire/pubkey.ts';
import type { AccountInfo } from './account-info.ts';
import { type Seed, seedBytes, toPubkey } from './address.ts';
import { type ProgramFrame, runSyscall } from './frame.ts';

/** Bits of kit's `AccountRole`. */
const WRITABLE = 1;
const SIGNER = 2;

/**
 * Calls a program and waits until it has run. What it changed is in the account infos afterwards.
 *
 * @param instruction as @solana/kit and the clients of programs make it.
 * @param accountInfos must hold each account of the instruction and the program itself, in any order.
 * A call that is refused, or whose callee fails, ends this program too, whatever it catches.
 *
 * @example
 * ```ts
 * const pay = getTransferSolInstruction({ source: createNoopSigner(from.key), destination: to.key, amount });
 * invoke(pay, [from, to, systemProgram]);
 * ```
 */
export function invoke(instruction: Instruction, accountInfos: readonly AccountInfo[]): void {
  invokeSigned(instruction, accountInfos, []);
}

/**
 * The same, with the signatures of addresses derived from this program's id.
 *
 * @param signersSeeds for each such address its seeds, the bump included.
 *
 * @example
 * ```ts
 * invokeSigned(payOut, [vault, winner, systemProgram], [['vault', winner.key, bump]]);
 * ```
 */
export function invokeSigned(
  instruction: Instruction,
  accountInfos: readonly AccountInfo[],
  signersSeeds: readonly (readonly Seed[])[],
): void {
  runSyscall('invokeSigned', 'sol_invoke_signed_rust', (frame) => {
    makeCall(frame, instruction, accountInfos, signersSeeds);
  });
}

function makeCall(
  frame: ProgramFrame,
  instruction: Instruction,
  accountInfos: readonly AccountInfo[],
  signersSeeds: readonly (readonly Seed[])[],
): void {
  const { context } = frame;
  const { listener } = context;
  const call = new Call(frame, instruction, accountInfos, signersSeeds);
  const unitsRemaining = context.meter.remaining;
  listener?.on({ type: 'attempt', abi: 'typescript', caller: context.current, unitsRemaining });
  let ended: { readonly thrown: unknown } | undefined;
  try {
    frame.attempt(() => call.run());
  } catch (thrown) {
    ended = { thrown };
    if (thrown instanceof Verdict) call.describe();
  }
  const failure = ended?.thrown instanceof Verdict ? ended.thrown : undefined;
  listener?.on({ type: 'attemptEnd', failure, step: call.step, unitsRemaining: context.meter.remaining });
  if (ended !== undefined) throw ended.thrown;
}

class Call {
  /** The Agave function that the call is in. */
  step = 'translate_instruction';
  readonly #frame: ProgramFrame;
  readonly #programId: Pubkey;
  readonly #metas: readonly CallMeta[];
  readonly #data: Uint8Array;
  readonly #infos: readonly AccountInfo[];
  readonly #seeds: readonly (readonly Seed[])[];
  readonly #signers: DerivedSigner[] = [];
  #isDescribed = false;

  constructor(
    frame: ProgramFrame,
    instruction: Instruction,
    infos: readonly AccountInfo[],
    seeds: readonly (readonly Seed[])[],
  ) {
    const { transaction } = frame.context;
    this.#frame = frame;
    this.#programId = toPubkey(instruction.programAddress);
    this.#metas = (instruction.accounts ?? []).map(({ address, role }) => {
      const pubkey = toPubkey(address);
      const indexInTransaction = transaction.indexOf(pubkey);
      return { pubkey, indexInTransaction, isSigner: (role & SIGNER) !== 0, isWritable: (role & WRITABLE) !== 0 };
    });
    this.#data = new Uint8Array(instruction.data ?? []);
    this.#infos = infos;
    this.#seeds = seeds;
  }

  run(): void {
    const { context, instruction: caller } = this.#frame;
    const programId = this.#programId;
    const metas = this.#metas;
    const data = this.#data;
    context.consume(INVOKE_UNITS);
    checkInstructionSize(programId, metas.length, data.length);
    context.consume(
      Math.floor(data.length / CPI_BYTES_PER_UNIT) +
        Math.floor((metas.length * ACCOUNT_META_BYTE_SIZE) / CPI_BYTES_PER_UNIT),
    );
    this.step = 'translate_signers';
    const signers = this.#deriveSigners(caller.programId);
    this.describe();
    this.step = 'check_authorized_program';
    checkAuthorizedProgram(context, programId, data);
    this.step = 'prepare_next_cpi_instruction';
    const callee = context.prepareNextInstruction(programId, metas, data, signers);
    this.step = 'translate_accounts';
    const accounts = this.#findAccounts(callee);
    this.step = 'update_callee_account';
    for (const { info, indexInCaller } of accounts) {
      if (info.isUnchanged) continue;
      const borrowed = caller.borrow(indexInCaller);
      info.takeInto(borrowed);
      borrowed.release();
    }
    const versions = accounts.map(({ info }) => info.account.version);
    this.step = 'process_instruction';
    context.processInstruction(callee);
    this.step = 'update_caller_account';
    accounts.forEach(({ info, isWritable }, i) => {
      if (isWritable && info.account.version !== versions[i]) this.#updateCaller(info);
    });
  }

  describe(): void {
    if (this.#isDescribed) return;
    this.#isDescribed = true;
    const instruction = { programId: this.#programId, accounts: this.#metas, data: this.#data };
    this.#frame.context.listener?.on({ type: 'attemptDescribed', instruction, signers: this.#signers });
  }

  /** Source: agave cpi.rs, translate_signers_rust. */
  #deriveSigners(programId: Pubkey): readonly Pubkey[] {
    const rule = 'translate_signers';
    if (this.#seeds.length > MAX_SIGNERS) {
      const asked = 'groups of signer seeds';
      const facts = { rule, source: CPI_SOURCE, asked, limit: MAX_SIGNERS, actual: this.#seeds.length };
      throw new SyscallError('TooManySigners', 'Too many signers', facts);
    }
    for (const group of this.#seeds) {
      if (group.length > MAX_SEEDS) {
        const asked = 'seeds of one signer';
        fail('MaxSeedLengthExceeded', { rule, source: CPI_SOURCE, asked, limit: MAX_SEEDS, actual: group.length });
      }
      const seeds = group.map(seedBytes);
      const address = createProgramAddress(seeds, programId);
      if (typeof address === 'string') {
        const { listener } = this.#frame.context;
        listener?.on({ type: 'derive', seeds, programId, address: undefined, bump: undefined });
        refuseSignerSeeds(address, seeds, programId);
      }
      this.#signers.push({ seeds, address });
    }
    return this.#signers.map(({ address }) => address);
  }

  /** Source: agave cpi.rs, translate_accounts_common. */
  #findAccounts(callee: InstructionContext): CallAccount[] {
    const { context, instruction: caller } = this.#frame;
    const infos = this.#infos;
    if (infos.length > MAX_CPI_ACCOUNT_INFOS) {
      const limit = MAX_CPI_ACCOUNT_INFOS;
      const text = `Invoked an instruction with too many account info's (${infos.length} > ${limit})`;
      const facts = { rule: 'check_account_infos', source: CPI_SOURCE, asked: 'account infos', limit };
      throw new SyscallError('MaxInstructionAccountInfosExceeded', text, { ...facts, actual: infos.length });
    }
    context.consume(Math.floor((infos.length * ACCOUNT_INFO_BYTE_SIZE) / CPI_BYTES_PER_UNIT));
    const accounts: CallAccount[] = [];
    callee.accounts.forEach(({ indexInTransaction, isWritable }, i) => {
      if (callee.indexOfAccount(indexInTransaction) !== i) return;
      const account = context.transaction.accounts[indexInTransaction];
      if (account.executable) {
        context.consume(Math.floor(account.data.length / CPI_BYTES_PER_UNIT));
        return;
      }
      const info = infos.find((each) => each.account === account);
      if (info === undefined) {
        context.log(`Instruction references an unknown account ${account.key}`);
        const detail = `none of the ${infos.length} account infos has this key`;
        fail('MissingAccount', { rule: 'translate_accounts_common', source: CPI_SOURCE, account: account.key, detail });
      }
      const limit = info.originalDataLen + MAX_PERMITTED_DATA_INCREASE;
      if (info.dataLen > limit) this.#refuseLength('get_serialized_data', info, limit, info.dataLen);
      context.consume(Math.floor(info.dataLen / CPI_BYTES_PER_UNIT));
      accounts.push({ info, indexInCaller: caller.indexOfAccount(indexInTransaction), isWritable });
    });
    return accounts;
  }

  /** Source: agave cpi.rs, update_caller_account. */
  #updateCaller(info: AccountInfo): void {
    const { length } = info.account.data;
    const limit = info.originalDataLen + MAX_PERMITTED_DATA_INCREASE;
    if (length > limit) {
      const { context } = this.#frame;
      context.log(`Account data size realloc limited to ${MAX_PERMITTED_DATA_INCREASE} in inner instructions`);
      this.#refuseLength('update_caller_account', info, limit, length);
    }
    info.copyFrom();
  }

  #refuseLength(rule: string, { account }: AccountInfo, limit: number, actual: number): never {
    fail('InvalidRealloc', { rule, source: CPI_SOURCE, account: account.key, asked: 'resize data', limit, actual });
  }
}

interface CallAccount {
  readonly info: AccountInfo;
  readonly indexInCaller: number;
  readonly isWritable: boolean;
}
