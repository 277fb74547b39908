// Programs that are put into a LiteSVM: with `addProgram`, or as an account that is executable. It loads both on the spot,
// so what is no program is refused there and not when it is called.
// Source: litesvm crates/litesvm/src/lib.rs, add_program_internal; crates/litesvm/src/accounts_db.rs, load_program.

import type { Bank } from '../../bank/bank.ts';
import {
  elfAccount,
  PROGRAM_DATA_METADATA_LEN,
  programAccount,
  programDataAccount,
  programDataAddressOf,
} from '../../bank/program-accounts.ts';
import {
  BPF_LOADER_DEPRECATED_ID,
  BPF_LOADER_ID,
  BPF_LOADER_UPGRADEABLE_ID,
  LOADER_V4_ID,
  NATIVE_LOADER_ID,
} from '../../runtime/addresses.ts';
import {
  type CompiledEntry,
  LOADER_V4_STATE_LEN,
  ProgramEnvironment,
  programDataAddress,
  programEnvironment,
  type StackLimits,
} from '../../runtime/program-cache.ts';
import type { Rent } from '../../runtime/sysvars/layouts.ts';
import type { Account } from '../../wire/account.ts';
import type { Pubkey } from '../../wire/pubkey.ts';
import { displayInstructionError, type InstructionErrorName } from '../../wire/transaction-error.ts';
import { fail } from './arguments.ts';

/**
 * What programs are loaded for, but for those that were there before: LiteSVM loads a program when it is stored and keeps
 * it as it is, whatever gates are switched afterwards.
 */
class LaterEnvironment extends ProgramEnvironment {
  readonly #earlier = new WeakMap<Uint8Array, ProgramEnvironment>();

  constructor(present: ProgramEnvironment, bank: Bank) {
    super(present.config, () => present.syscalls);
    const { environment } = bank.programs;
    for (const [, account] of bank.accounts()) {
      if (!account.executable || account.owner.equals(NATIVE_LOADER_ID)) continue;
      const stored = programStoredIn(bank, account);
      if (stored === undefined) continue;
      const known = environment instanceof LaterEnvironment ? environment.#earlier.get(stored.data) : undefined;
      this.#earlier.set(stored.data, known ?? environment);
    }
  }

  override load(data: Uint8Array, elfOffset: number): CompiledEntry {
    return this.#earlier.get(data)?.load(data, elfOffset) ?? super.load(data, elfOffset);
  }
}

/** Loads programs for the present gates, and a stack of this size, from now on. */
export function renewPrograms(bank: Bank, stack: StackLimits | undefined): void {
  bank.renewPrograms(new LaterEnvironment(programEnvironment(bank.features.runtime, stack), bank));
}

/** The account that holds the ELF of an executable one; undefined where there is none. */
function programStoredIn(bank: Bank, account: Account): Account | undefined {
  if (!account.owner.equals(BPF_LOADER_UPGRADEABLE_ID)) return account;
  const programDataKey = programDataAddress(account);
  return programDataKey && bank.getAccount(programDataKey);
}

/** Stores a program. One that doesn't load is refused once it is stored, as LiteSVM does it. */
export function storeProgram(
  bank: Bank,
  program: Pubkey,
  elf: Uint8Array,
  options: { readonly loader: Pubkey; readonly rent: Rent; readonly environment: ProgramEnvironment },
): void {
  const { loader, rent, environment } = options;
  let stored: Account;
  if (loader.equals(BPF_LOADER_UPGRADEABLE_ID)) {
    const programDataKey = programDataAddressOf(program);
    stored = programDataAccount(elf, bank.slot, rent);
    bank.setAccount(programDataKey, stored);
    bank.setAccount(program, programAccount(programDataKey, rent));
  } else if (loader.equals(BPF_LOADER_ID) || loader.equals(BPF_LOADER_DEPRECATED_ID)) {
    stored = elfAccount(elf, loader, rent);
    bank.setAccount(program, stored);
  } else {
    return fail(`Failed to add program: Unsupported loader: ${loader}`);
  }
  const loaded = environment.load(stored.data, stored.data.length - elf.length);
  if (loaded.type !== 'loaded') fail(`Failed to add program: ${loaded.reason}`);
}

/** Refuses an executable account that isn't a program. One whose program data is missing is a closed program. */
export function checkExecutable(bank: Bank, account: Account): void {
  const { data, owner } = account;
  if (owner.equals(BPF_LOADER_ID) || owner.equals(BPF_LOADER_DEPRECATED_ID)) {
    checkElf(bank, data, 0);
  } else if (owner.equals(BPF_LOADER_UPGRADEABLE_ID)) {
    const programDataKey = programDataAddress(account) ?? refuse('InvalidAccountData');
    const programData = bank.getAccount(programDataKey);
    if (programData !== undefined) checkElf(bank, programData.data, PROGRAM_DATA_METADATA_LEN);
  } else if (owner.equals(LOADER_V4_ID)) {
    checkElf(bank, data, LOADER_V4_STATE_LEN);
  } else {
    refuse('IncorrectProgramId');
  }
}

function checkElf(bank: Bank, data: Uint8Array, elfOffset: number): void {
  if (data.length < elfOffset || bank.programs.environment.load(data, elfOffset).type !== 'loaded') {
    refuse('InvalidAccountData');
  }
}

function refuse(error: InstructionErrorName): never {
  return fail(`Failed to set account: ${displayInstructionError(error)}`);
}
