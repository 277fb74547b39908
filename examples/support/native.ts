// What the native twins of the declared programs share. A declared program says what its accounts are, and the checks follow; a
// native one makes each check itself. To refuse with the same error it must make them in the same order: first every account's
// type, then what is created, then the conditions, account by account.
import type { Address } from '@solana/kit';
import { SYSTEM_PROGRAM_ADDRESS } from '@solana-program/system';
import { getTokenDecoder, TOKEN_PROGRAM_ADDRESS, type Token } from '@solana-program/token';
import {
  type AccountInfo,
  type AnchorErrorName,
  anchorError,
  CpiContext,
  type DeclaredProgram,
  defineProgram,
  findProgramAddress,
  getRent,
  idl,
  ProgramError,
  type Schema,
  type Seed,
  type StateType,
  system,
  type TypeScriptProgram,
} from 'parhelion/program';

/** An instruction: its accounts, its arguments as Borsh, and the program it belongs to. */
export type Handler = (accounts: Accounts, args: Uint8Array, programId: Address) => void;

/** A native program that answers to the instructions of a declared one, by the same first eight bytes. */
export function twinOf<P extends DeclaredProgram>(
  declared: P,
  handlers: { readonly [K in keyof P['declared']]: Handler },
): TypeScriptProgram {
  const snakeCase = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  const table = Object.entries<Handler>(handlers).map(([name, handler]) => {
    const { discriminator } = idl(declared).instructions.find((each) => each.name === snakeCase(name))!;
    return { discriminator, handler };
  });
  return defineProgram(
    (programId, accounts, data) => {
      const found = table.find(({ discriminator }) => discriminator.every((byte, i) => data[i] === byte));
      if (found === undefined) throw anchorError('InstructionFallbackNotFound');
      found.handler(new Accounts(accounts), data.subarray(8), programId);
    },
    { name: `${declared.name}, native` },
  );
}

export function demand(condition: boolean, error: AnchorErrorName): void {
  if (!condition) throw anchorError(error);
}

/** The arguments, or Anchor's error where they aren't some. */
export function readArgs<T>(schema: Schema<T>, args: Uint8Array): T {
  try {
    return schema.codec.decode(args);
  } catch {
    throw anchorError('InstructionDidNotDeserialize');
  }
}

// Types.

/** The accounts one after the other, each looked at when it is taken. */
export class Accounts {
  readonly #infos: readonly AccountInfo[];
  #next = 0;

  constructor(infos: readonly AccountInfo[]) {
    this.#infos = infos;
  }

  any(): AccountInfo {
    demand(this.#next < this.#infos.length, 'AccountNotEnoughKeys');
    return this.#infos[this.#next++];
  }

  signer(): AccountInfo {
    const info = this.any();
    demand(info.isSigner, 'AccountNotSigner');
    return info;
  }

  wallet(): AccountInfo {
    const info = this.any();
    demand(info.owner === SYSTEM_PROGRAM_ADDRESS, 'AccountNotSystemOwned');
    return info;
  }

  program(address: Address): AccountInfo {
    const info = this.any();
    demand(info.key === address, 'InvalidProgramId');
    demand(info.executable, 'InvalidProgramExecutable');
    return info;
  }

  owned(owner: Address): AccountInfo {
    const info = this.any();
    demand(info.owner !== SYSTEM_PROGRAM_ADDRESS || info.lamports > 0n, 'AccountNotInitialized');
    demand(info.owner === owner, 'AccountOwnedByWrongProgram');
    return info;
  }

  token(): AccountInfo {
    const info = this.owned(TOKEN_PROGRAM_ADDRESS);
    readToken(info);
    return info;
  }

  mint(): AccountInfo {
    const info = this.owned(TOKEN_PROGRAM_ADDRESS);
    if (info.data.length !== 82) throw new ProgramError('InvalidAccountData');
    if (info.data[45] === 0) throw new ProgramError('UninitializedAccount');
    return info;
  }

  state<T>(type: StateType<T>, programId: Address): AccountInfo {
    const info = this.owned(type.programAddress ?? programId);
    readState(info, type);
    return info;
  }

  rest(): readonly AccountInfo[] {
    return this.#infos.slice(this.#next);
  }
}

export function readToken(info: AccountInfo): Token {
  if (info.data.length !== 165) throw new ProgramError('InvalidAccountData');
  if (info.data[108] === 0) throw new ProgramError('UninitializedAccount');
  return getTokenDecoder().decode(info.data);
}

export function readState<T>(info: AccountInfo, { discriminator, codec }: StateType<T>): T {
  demand(info.data.length >= discriminator.length, 'AccountDiscriminatorNotFound');
  demand(
    discriminator.every((byte, i) => info.data[i] === byte),
    'AccountDiscriminatorMismatch',
  );
  return codec.decode(info.data, discriminator.length);
}

export function writeState<T>(info: AccountInfo, { discriminator, codec }: StateType<T>, value: T): void {
  info.data.set(discriminator);
  info.data.set(codec.encode(value), discriminator.length);
}

// Conditions.

/** Its bump, where the account is the program's own address of these seeds. */
export function bumpOf(info: AccountInfo, seeds: readonly Seed[], programId: Address): number {
  const [address, bump] = findProgramAddress([...seeds], programId);
  demand(info.key === address, 'ConstraintSeeds');
  return bump;
}

export function mustBeMut(...infos: readonly AccountInfo[]): void {
  for (const info of infos) demand(info.isWritable, 'ConstraintMut');
}

export function mustSign(info: AccountInfo): void {
  demand(info.isSigner, 'ConstraintSigner');
}

/** No two accounts that are written may be the same. */
export function mustDiffer(...infos: readonly AccountInfo[]): void {
  demand(new Set(infos.map(({ key }) => key)).size === infos.length, 'ConstraintDuplicateMutableAccount');
}

// Creation.

/** Makes an account of a program, at an address that signs by seeds or by itself. */
export function create(
  info: AccountInfo,
  payer: AccountInfo,
  systemProgram: AccountInfo,
  { space, owner, seeds }: { readonly space: number; readonly owner: Address; readonly seeds?: readonly Seed[] },
): void {
  const rent = getRent().minimumBalance(space);
  const signers = seeds === undefined ? [] : [[...seeds]];
  if (info.lamports === 0n) {
    system.createAccount(
      CpiContext.of(systemProgram, { from: payer, to: info }).withSigner(signers),
      rent,
      space,
      owner,
    );
    return;
  }
  demand(info.key !== payer.key, 'TryingToInitPayerAsProgramAccount');
  if (rent > info.lamports) {
    system.transfer(CpiContext.of(systemProgram, { from: payer, to: info }), rent - info.lamports);
  }
  system.allocate(CpiContext.of(systemProgram, { accountToAllocate: info }).withSigner(signers), space);
  system.assign(CpiContext.of(systemProgram, { accountToAssign: info }).withSigner(signers), owner);
}

/** Sends what an account holds to another and leaves nothing of it. */
export function close(info: AccountInfo, to: AccountInfo): void {
  to.lamports += info.lamports;
  info.lamports = 0n;
  info.assign(SYSTEM_PROGRAM_ADDRESS);
  info.resize(0);
}
