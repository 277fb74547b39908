// What those who look for causes share: the frame that failed with the state of its accounts, and the findings. A finding is
// read off the accounts and the calls; nothing is guessed. Which of them is the cause is decided by the error that came
// back.

import type { ShowAddress } from './failure-text.ts';
import type { AccountState, CallFrame, FrameAccount, TransactionTrace } from './transaction-trace.ts';

export interface Finding {
  readonly kind: FindingKind;
  readonly sentence: string;
  readonly fix: string;
  readonly account: string | undefined;
  /** Errors that this finding is the cause of, besides those that its kind may be. */
  readonly errors: readonly string[];
}

export type FindingKind =
  | 'wrongProgram'
  | 'missing'
  | 'notAMint'
  | 'notATokenAccount'
  | 'mint'
  | 'owner'
  | 'signature'
  | 'funds'
  | 'frozen'
  | 'notFrozen'
  | 'decimals'
  | 'initialized'
  | 'uninitialized'
  | 'balanceLeft'
  | 'tooFew'
  | 'misplaced'
  | 'twice'
  | 'space'
  | 'state'
  | 'absent'
  | 'foreign'
  | 'ownership'
  | 'hook'
  | 'derivation'
  | 'returnData'
  | 'undecoded';

export const SYSTEM_PROGRAM = '11111111111111111111111111111111';
export const ASSOCIATED_TOKEN_PROGRAM = 'ATokenGPvbdGVxr1b2hvZbsiqW5xWH25efTNsLJA8knL';

export class FrameView {
  readonly findings: Finding[] = [];
  readonly trace: TransactionTrace;
  /** From the top-level instruction to the frame that failed. */
  readonly path: readonly CallFrame[];
  readonly frame: CallFrame;
  readonly show: ShowAddress;
  /** Whether the accounts are looked at as they were before the frame began. */
  readonly isPast: boolean;
  readonly #states: ReadonlyMap<string, AccountState> | undefined;

  /** @param states of the accounts; when the transaction ended unless given */
  constructor(
    trace: TransactionTrace,
    path: readonly CallFrame[],
    show: ShowAddress,
    states?: ReadonlyMap<string, AccountState>,
    isPast = false,
  ) {
    this.#states = states;
    this.isPast = isPast;
    this.trace = trace;
    this.path = path;
    this.frame = path[path.length - 1];
    this.show = show;
  }

  get instruction(): string {
    return this.frame.instruction?.name ?? '';
  }

  /** The account's state; undefined where it isn't one of the transaction's. */
  stateOf({ index, address }: Pick<FrameAccount, 'index' | 'address'>): AccountState | undefined {
    const account = this.trace.accounts[index];
    if (account === undefined || account.address !== address) return undefined;
    if (this.#states !== undefined) return this.#states.get(address);
    return account.after ?? account.before ?? undefined;
  }

  stateAt(address: string): AccountState | undefined {
    if (this.#states !== undefined) return this.#states.get(address);
    const account = this.trace.accounts.find((each) => each.address === address);
    return account?.after ?? account?.before ?? undefined;
  }

  /** The first account with one of these roles. */
  by(...roles: readonly string[]): FrameAccount | undefined {
    return this.frame.accounts.find(({ role }) => role !== null && roles.includes(role));
  }

  who({ role, address }: Pick<FrameAccount, 'role' | 'address'>): string {
    return role === null ? this.show(address) : `\`${role}\` (${this.show(address)})`;
  }

  add(
    kind: FindingKind,
    sentence: string,
    fix: string,
    account: { readonly address: string } | undefined,
    errors: readonly string[] = [],
  ): void {
    this.findings.push({ kind, sentence, fix, account: account?.address, errors });
  }
}

/** As if it were not there, whatever is left of it. */
export function isGone(state: AccountState | undefined): state is undefined {
  return state === undefined || (state.lamports === 0n && state.data.length === 0);
}

/** Which kinds of findings explain which error, the likeliest first. */
const CAUSES: Readonly<Record<string, readonly FindingKind[]>> = {
  InsufficientFunds: ['funds', 'missing'],
  InvalidMint: ['notAMint', 'mint', 'missing', 'uninitialized'],
  MintMismatch: ['mint'],
  OwnerMismatch: ['owner'],
  FixedSupply: ['owner'],
  UninitializedState: ['missing', 'uninitialized'],
  AlreadyInUse: ['initialized'],
  InvalidState: ['notFrozen', 'frozen', 'uninitialized'],
  AccountFrozen: ['frozen'],
  MintDecimalsMismatch: ['decimals'],
  NonNativeHasBalance: ['balanceLeft'],
  MintCannotFreeze: ['owner'],
  InvalidOwner: ['owner'],
  InvalidAccountData: [
    'missing',
    'wrongProgram',
    'notAMint',
    'notATokenAccount',
    'mint',
    'uninitialized',
    'space',
    'misplaced',
    'absent',
  ],
  AccountDataTooSmall: ['space', 'missing'],
  UninitializedAccount: ['missing', 'uninitialized', 'wrongProgram', 'absent'],
  AccountAlreadyInitialized: ['initialized'],
  IncorrectProgramId: ['misplaced', 'wrongProgram', 'missing', 'foreign'],
  InvalidAccountOwner: ['misplaced', 'wrongProgram', 'missing', 'owner', 'foreign'],
  IllegalOwner: ['initialized', 'wrongProgram', 'missing', 'owner', 'foreign'],
  MissingRequiredSignature: ['signature', 'owner'],
  NotEnoughAccountKeys: ['hook', 'tooFew', 'misplaced'],
  AccountNotEnoughKeys: ['hook', 'tooFew'],
  IncorrectAccount: ['hook'],
  MissingAccount: ['hook', 'tooFew', 'misplaced'],
  AccountBorrowFailed: ['twice'],
  InvalidArgument: ['misplaced'],
  InvalidInstruction: ['undecoded'],
  InvalidInstructionData: ['undecoded'],
  InstructionDidNotDeserialize: ['undecoded'],
  // An account in the place of another is a seed in the place of another.
  InvalidSeeds: ['misplaced', 'derivation'],
  ConstraintSeeds: ['derivation'],
  NotRentExempt: ['missing'],
  ConstraintTokenMint: ['mint'],
  InvalidProgramId: ['misplaced'],
  AccountNotInitialized: ['absent'],
  AccountDiscriminatorNotFound: ['absent'],
  AccountOwnedByWrongProgram: ['foreign'],
  ExternalAccountDataModified: ['wrongProgram', 'ownership'],
  ExternalAccountLamportSpend: ['ownership'],
  ModifiedProgramId: ['ownership'],
  UnsupportedProgramId: ['ownership'],
};

/** For errors whose name says nothing. */
const ANY_CAUSE: readonly FindingKind[] = ['hook', 'returnData', 'derivation', 'wrongProgram', 'missing', 'misplaced'];

/** @param error the error's name, as its program calls it */
export function causeAmong(findings: readonly Finding[], error: string, isNamed: boolean): Finding | undefined {
  const own = findings.find(({ errors }) => errors.includes(error));
  if (own !== undefined) return own;
  const kinds = CAUSES[error];
  // An error with a name of its own says what is wrong; what else stands out is not the cause.
  const order =
    kinds === undefined ? (isNamed ? ['returnData', 'derivation'] : ANY_CAUSE) : [...kinds, 'returnData', 'derivation'];
  for (const kind of order) {
    const found = findings.find((finding) => finding.kind === kind && finding.errors.length === 0);
    if (found !== undefined) return found;
  }
  return undefined;
}
