// What the accounts of a failed instruction say about why it failed: a token account of another mint, a wallet where a mint
// should be, an authority that does not own, a balance too small, an address that is not the one the program derived.
// Each finding is read off the accounts as they were when the instruction failed; nothing is guessed. Which of them is the
// cause is decided by the error that came back.
// Source of layouts: solana-program token interface/src/state.rs; token-2022 interface/src/extension/mod.rs.

import { encodeBase58 } from '../wire/base58.ts';
import { readU32, readU64 } from '../wire/bytes.ts';
import type { ShowAddress } from './failure-text.ts';
import {
  type AccountState,
  type CallFrame,
  callsOf,
  type FrameAccount,
  type TransactionTrace,
} from './transaction-trace.ts';
import { numberText } from './value-text.ts';

export interface Finding {
  readonly kind: FindingKind;
  readonly sentence: string;
  readonly fix: string;
  readonly account: string | undefined;
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
  | 'authority'
  | 'rent'
  | 'derivation'
  | 'returnData';

export const TOKEN_PROGRAM = 'TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA';
export const TOKEN_2022_PROGRAM = 'TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb';
export const ASSOCIATED_TOKEN_PROGRAM = 'ATokenGPvbdGVxr1b2hvZbsiqW5xWH25efTNsLJA8knL';
const SYSTEM_PROGRAM = '11111111111111111111111111111111';

const MINT_LEN = 82;
const TOKEN_ACCOUNT_LEN = 165;
const MULTISIG_LEN = 355;

interface Mint {
  readonly authority: string | undefined;
  readonly freezeAuthority: string | undefined;
  readonly decimals: number;
  readonly isInitialized: boolean;
}

interface TokenAccount {
  readonly mint: string;
  readonly owner: string;
  readonly amount: bigint;
  readonly delegate: string | undefined;
  /** 0 uninitialized, 1 initialized, 2 frozen. */
  readonly state: number;
  readonly delegatedAmount: bigint;
  readonly closeAuthority: string | undefined;
}

const keyAt = (data: Uint8Array, offset: number): string => encodeBase58(data.subarray(offset, offset + 32));
const optionalKeyAt = (data: Uint8Array, offset: number): string | undefined => {
  return readU32(data, offset) === 1 ? keyAt(data, offset + 4) : undefined;
};

function readMint({ data, owner }: AccountState): Mint | undefined {
  if (!isTokenProgram(owner)) return undefined;
  const isMint = data.length === MINT_LEN || (data.length > TOKEN_ACCOUNT_LEN && data[TOKEN_ACCOUNT_LEN] === 1);
  if (!isMint || data.length === MULTISIG_LEN) return undefined;
  return {
    authority: optionalKeyAt(data, 0),
    freezeAuthority: optionalKeyAt(data, 46),
    decimals: data[44],
    isInitialized: data[45] === 1,
  };
}

function readTokenAccount({ data, owner }: AccountState): TokenAccount | undefined {
  if (!isTokenProgram(owner) || data.length < TOKEN_ACCOUNT_LEN || data.length === MULTISIG_LEN) return undefined;
  if (data.length > TOKEN_ACCOUNT_LEN && data[TOKEN_ACCOUNT_LEN] !== 2) return undefined;
  return {
    mint: keyAt(data, 0),
    owner: keyAt(data, 32),
    amount: readU64(data, 64),
    delegate: optionalKeyAt(data, 72),
    state: data[108],
    delegatedAmount: readU64(data, 121),
    closeAuthority: optionalKeyAt(data, 129),
  };
}

function isTokenProgram(address: string | null): boolean {
  return address === TOKEN_PROGRAM || address === TOKEN_2022_PROGRAM;
}

const MINT_ROLES = new Set(['mint', 'nativeMint', 'ownedTokenMint', 'ownerTokenMint', 'nestedTokenMint']);
const TOKEN_ACCOUNT_ROLES = new Set(['source', 'destination', 'account', 'token', 'sourceToken', 'destinationToken']);
const AUTHORITY_ROLES = new Set(['authority', 'owner', 'mintAuthority', 'freezeAuthority', 'closeAuthority']);

/** What stands out about the accounts of the frame that failed. */
export function findInState(trace: TransactionTrace, frame: CallFrame, show: ShowAddress): Finding[] {
  const looker = new Looker(trace, frame, show);
  if (isTokenProgram(frame.programAddress)) looker.lookAtTokens();
  if (frame.programAddress === ASSOCIATED_TOKEN_PROGRAM) looker.lookAtAssociatedToken();
  looker.lookAtDerivations();
  looker.lookAtReturnData();
  return looker.findings;
}

class Looker {
  readonly findings: Finding[] = [];
  readonly #trace: TransactionTrace;
  readonly #frame: CallFrame;
  readonly #show: ShowAddress;

  constructor(trace: TransactionTrace, frame: CallFrame, show: ShowAddress) {
    this.#trace = trace;
    this.#frame = frame;
    this.#show = show;
  }

  lookAtTokens(): void {
    const { accounts, instruction, programAddress } = this.#frame;
    const initializes = instruction?.name.startsWith('Initialize') ?? false;
    for (const account of accounts) {
      const { role } = account;
      if (role === null) continue;
      const isMint = MINT_ROLES.has(role);
      const isToken = TOKEN_ACCOUNT_ROLES.has(role);
      if (isMint || isToken) this.#lookAtKind(account, isMint, initializes, programAddress!);
    }
    this.#lookAtMints();
    this.#lookAtAuthority();
    this.#lookAtAmount();
    this.#lookAtStates();
  }

  #lookAtKind(account: FrameAccount, isMint: boolean, initializes: boolean, program: string): void {
    const state = this.#state(account);
    const who = this.#who(account);
    const kind = isMint ? 'a mint' : 'a token account';
    if (state === undefined || (state.lamports === 0n && state.data.length === 0)) {
      const isTarget = initializes && this.#frame.accounts[0] === account;
      this.#add(
        'missing',
        `${who} does not exist: it should be ${isTarget ? `an account made for ${kind}` : kind}.`,
        isTarget
          ? `Create ${who} with System's CreateAccount first, in the same transaction.`
          : `Create ${who} before, or pass ${kind} that exists.`,
        account,
      );
      return;
    }
    if (state.owner !== program) {
      const isOther = isTokenProgram(state.owner);
      this.#add(
        'wrongProgram',
        isOther
          ? `${who} belongs to ${this.#show(state.owner)}, and the instruction was sent to ${this.#show(program)}.`
          : `${who} is owned by ${this.#show(state.owner)}, so it is not ${kind} of ${this.#show(program)}.`,
        isOther ? `Send the instruction to ${this.#show(state.owner)}.` : `Pass ${kind} as \`${account.role}\`.`,
        account,
      );
      return;
    }
    const [mint, token] = [readMint(state), readTokenAccount(state)];
    if (isMint && mint === undefined) {
      this.#add(
        'notAMint',
        `${who} is ${token === undefined ? 'no mint' : 'a token account, not a mint'}.`,
        `Pass the mint as \`${account.role}\`; is the order of the accounts right?`,
        account,
      );
    } else if (!isMint && token === undefined && !(initializes && mint !== undefined)) {
      const isInstructionOfMints =
        this.#frame.accounts[0] === account && mint !== undefined && this.#frame.instruction?.name === 'CloseAccount';
      if (!isInstructionOfMints)
        this.#add(
          'notATokenAccount',
          `${who} is ${mint === undefined ? 'no token account' : 'a mint, not a token account'}.`,
          `Pass a token account as \`${account.role}\`; is the order of the accounts right?`,
          account,
        );
    } else if ((mint !== undefined && !mint.isInitialized) || (token !== undefined && token.state === 0)) {
      if (!initializes || this.#frame.accounts[0] !== account) {
        this.#add('uninitialized', `${who} is not initialized.`, `Initialize ${who} first.`, account);
      }
    } else if (initializes && this.#frame.accounts[0] === account) {
      this.#add('initialized', `${who} is initialized already.`, 'Use it as it is, or another account.', account);
    }
  }

  #lookAtMints(): void {
    const tokens = this.#frame.accounts.flatMap((account) => {
      const state = this.#state(account);
      const token = state === undefined ? undefined : readTokenAccount(state);
      return token === undefined || token.state === 0 || account.role === null ? [] : [{ account, token }];
    });
    const mint = this.#frame.accounts.find(({ role }) => role === 'mint');
    for (const { account, token } of tokens) {
      if (mint !== undefined && token.mint !== mint.address && TOKEN_ACCOUNT_ROLES.has(account.role!)) {
        this.#add(
          'mint',
          `${this.#who(account)} holds tokens of ${this.#show(token.mint)}, and the instruction names the mint ${this.#show(mint.address)}.`,
          `Pass the token account of ${this.#show(mint.address)}, or the mint ${this.#show(token.mint)}.`,
          account,
        );
      }
    }
    if (mint === undefined && tokens.length > 1 && tokens[0].token.mint !== tokens[1].token.mint) {
      const [a, b] = tokens;
      this.#add(
        'mint',
        `${this.#who(a.account)} holds tokens of ${this.#show(a.token.mint)}, ${this.#who(b.account)} of ${this.#show(b.token.mint)}.`,
        `Pass two token accounts of one mint.`,
        b.account,
      );
    }
  }

  #lookAtAuthority(): void {
    const { accounts, instruction } = this.#frame;
    const authority = accounts.find(({ role }) => role !== null && AUTHORITY_ROLES.has(role));
    if (authority === undefined || instruction === null || instruction.name.startsWith('Initialize')) return;
    const subject = accounts[0];
    const state = this.#state(subject);
    if (state === undefined) return;
    if (!authority.isSigner && !this.#isMultisig(authority)) {
      this.#add(
        'signature',
        `${this.#who(authority)} did not sign.`,
        `Let ${this.#show(authority.address)} sign: mark it a signer in the instruction; a PDA signs by its seeds in invoke_signed.`,
        authority,
      );
    }
    const token = readTokenAccount(state);
    const mint = readMint(state);
    if (token !== undefined && token.state !== 0) {
      if (instruction.name.startsWith('FreezeAccount') || instruction.name.startsWith('ThawAccount')) {
        const mintAccount = accounts.find(({ role }) => role === 'mint');
        const mintState = mintAccount === undefined ? undefined : this.#state(mintAccount);
        const freezer = mintState === undefined ? undefined : readMint(mintState)?.freezeAuthority;
        if (freezer !== authority.address)
          this.#authorityMismatch(authority, mintAccount ?? subject, 'freeze authority', freezer);
        return;
      }
      const closer = instruction.name === 'CloseAccount' ? token.closeAuthority : undefined;
      const allowed = [closer ?? token.owner, token.delegate];
      if (!allowed.includes(authority.address))
        this.#authorityMismatch(
          authority,
          subject,
          closer === undefined ? 'owner' : 'close authority',
          closer ?? token.owner,
        );
    } else if (mint?.isInitialized) {
      const isFreeze = instruction.args['authorityType'] === 'FreezeAccount';
      const named = isFreeze ? mint.freezeAuthority : mint.authority;
      if (named !== authority.address)
        this.#authorityMismatch(authority, subject, isFreeze ? 'freeze authority' : 'mint authority', named);
    }
  }

  #authorityMismatch(authority: FrameAccount, subject: FrameAccount, what: string, named: string | undefined): void {
    this.#add(
      'owner',
      named === undefined
        ? `${this.#who(subject)} has no ${what}.`
        : `The ${what} of ${this.#who(subject)} is ${this.#show(named)}, and the instruction names ${this.#show(authority.address)}.`,
      named === undefined ? 'Nobody can do this.' : `Let ${this.#show(named)} be the \`${authority.role}\` and sign.`,
      authority,
    );
  }

  #isMultisig(account: FrameAccount): boolean {
    return this.#state(account)?.data.length === MULTISIG_LEN;
  }

  #lookAtAmount(): void {
    const { instruction, accounts } = this.#frame;
    const amount = instruction?.args['amount'];
    const [source] = accounts;
    const state = source === undefined ? undefined : this.#state(source);
    const token = state === undefined ? undefined : readTokenAccount(state);
    if (instruction === null || token === undefined) return;
    const takes = /^(Transfer|Burn)/.test(instruction.name);
    if (takes && typeof amount === 'bigint' && amount > token.amount) {
      this.#add(
        'funds',
        `${this.#who(source)} holds ${numberText(token.amount)}, and ${numberText(amount)} are asked for (in the mint's smallest unit).`,
        `Move at most ${numberText(token.amount)}, or bring more into ${this.#show(source.address)} first.`,
        source,
      );
    }
    const authority = accounts.find(({ role }) => role === 'authority');
    if (
      takes &&
      typeof amount === 'bigint' &&
      authority !== undefined &&
      authority.address === token.delegate &&
      authority.address !== token.owner &&
      amount > token.delegatedAmount
    ) {
      this.#add(
        'funds',
        `${this.#who(authority)} is a delegate for ${numberText(token.delegatedAmount)}, and ${numberText(amount)} are asked for.`,
        'Approve more.',
        authority,
      );
    }
    if (instruction.name === 'CloseAccount' && token.amount > 0n) {
      this.#add(
        'balanceLeft',
        `${this.#who(source)} still holds ${numberText(token.amount)}.`,
        'Transfer or burn the rest first.',
        source,
      );
    }
    const decimals = instruction.args['decimals'];
    const mintAccount = accounts.find(({ role }) => role === 'mint');
    const mintState = mintAccount === undefined ? undefined : this.#state(mintAccount);
    const mint = mintState === undefined ? undefined : readMint(mintState);
    if (typeof decimals === 'number' && mint?.isInitialized && mint.decimals !== decimals) {
      this.#add(
        'decimals',
        `${this.#who(mintAccount!)} has ${mint.decimals} decimals, and the instruction says ${decimals}.`,
        `Say ${mint.decimals} decimals.`,
        mintAccount,
      );
    }
  }

  #lookAtStates(): void {
    for (const account of this.#frame.accounts) {
      const state = this.#state(account);
      const token = state === undefined ? undefined : readTokenAccount(state);
      if (token?.state === 2)
        this.#add(
          'frozen',
          `${this.#who(account)} is frozen.`,
          'Let the freeze authority of its mint thaw it.',
          account,
        );
      else if (token?.state === 1 && this.#frame.instruction?.name === 'ThawAccount')
        this.#add('notFrozen', `${this.#who(account)} is not frozen.`, 'There is nothing to thaw.', account);
    }
  }

  lookAtAssociatedToken(): void {
    const { accounts } = this.#frame;
    const by = (role: string) => accounts.find((account) => account.role === role);
    const mint = by('mint');
    const tokenProgram = by('tokenProgram');
    const state = mint === undefined ? undefined : this.#state(mint);
    if (mint === undefined || tokenProgram === undefined) return;
    if (state === undefined || state.lamports === 0n) {
      this.#add(
        'missing',
        `${this.#who(mint)} does not exist: it should be a mint.`,
        'Create the mint first, or pass the right one.',
        mint,
      );
    } else if (state.owner !== tokenProgram.address) {
      const isOther = isTokenProgram(state.owner);
      this.#add(
        'wrongProgram',
        isOther
          ? `${this.#who(mint)} belongs to ${this.#show(state.owner)}, and the instruction names ${this.#show(tokenProgram.address)} as its token program.`
          : `${this.#who(mint)} is owned by ${this.#show(state.owner)}, so it is no mint of ${this.#show(tokenProgram.address)}.`,
        isOther
          ? `Pass ${this.#show(state.owner)} as \`tokenProgram\`, and derive the address with it.`
          : 'Pass a mint.',
        mint,
      );
    }
    const ata = by('ata');
    const existing = ata === undefined ? undefined : this.#state(ata);
    if (ata !== undefined && existing !== undefined && existing.lamports > 0n && existing.owner !== SYSTEM_PROGRAM) {
      const token = readTokenAccount(existing);
      const wallet = by('owner');
      this.#add(
        'initialized',
        `${this.#who(ata)} exists already${token === undefined ? '' : `, for ${this.#show(token.owner)} and the mint ${this.#show(token.mint)}`}.`,
        'Use it as it is, or CreateAssociatedTokenIdempotent, which accepts that.',
        ata,
      );
      if (token !== undefined && wallet !== undefined && token.owner !== wallet.address) {
        this.#add(
          'owner',
          `${this.#who(ata)} belongs to ${this.#show(token.owner)} by now, not to ${this.#show(wallet.address)}.`,
          'Use another token account.',
          ata,
        );
      }
    }
  }

  /** The last address the program derived, where it isn't one that it was given. */
  lookAtDerivations(): void {
    const { derivations, accounts, programAddress } = this.#frame;
    const last = derivations.at(-1);
    if (last === undefined || last.address === null || accounts.some(({ address }) => address === last.address)) return;
    const seeds = last.seeds.map((seed) =>
      seed.kind === 'address' ? this.#show(seed.text) : seed.kind === 'text' ? JSON.stringify(seed.text) : seed.text,
    );
    if (last.bump !== null) seeds.push(`bump ${last.bump}`);
    const under = last.programAddress === programAddress ? '' : ` under ${this.#show(last.programAddress)}`;
    // The place that the program meant isn't known, unless only one account is no program, no signer and no sysvar.
    const role =
      programAddress === ASSOCIATED_TOKEN_PROGRAM ? accounts.find((account) => account.role === 'ata') : undefined;
    this.#add(
      'derivation',
      `The program derived ${this.#show(last.address)} (${last.address}) from [${seeds.join(', ')}]${under}, and it was not given that address${role === undefined ? '' : `: \`ata\` is ${this.#show(role.address)}`}.`,
      `Pass ${last.address}${role === undefined ? '' : ' as `ata`'}, or correct what the seeds are made of.`,
      role,
    );
  }

  /** What the program read as return data was not its callee's. */
  lookAtReturnData(): void {
    if (!this.#frame.syscalls.some(({ name }) => name === 'sol_get_return_data')) return;
    const lastCall = callsOf(this.#frame).findLast((call) => call.failure === null);
    if (lastCall === undefined) return;
    const callee = lastCall.programName ?? this.#show(lastCall.programAddress!);
    const setter = lastCall.returnData?.programAddress;
    if (setter === lastCall.programAddress) return;
    const deeper = callsOf(lastCall).at(-1);
    const overwriter = setter ?? deeper?.programAddress;
    this.#add(
      'returnData',
      setter === undefined
        ? `After ${callee} returned there was no return data${deeper === undefined ? ': it set none' : `: its own call to ${this.#show(overwriter!)} cleared it, as each call does`}.`
        : `After ${callee} returned the return data was that of ${this.#show(setter)}, which ${callee} called: a deeper call clears or replaces what was set before.`,
      `Let ${callee} set its return data after its own calls.`,
      undefined,
    );
  }

  #state({ index, address }: FrameAccount): AccountState | undefined {
    const account = this.#trace.accounts[index];
    if (account === undefined || account.address !== address) return undefined;
    return account.after ?? account.before ?? undefined;
  }

  #who({ role, address }: FrameAccount): string {
    return role === null ? this.#show(address) : `\`${role}\` (${this.#show(address)})`;
  }

  #add(kind: FindingKind, sentence: string, fix: string, account: FrameAccount | undefined): void {
    this.findings.push({ kind, sentence, fix, account: account?.address });
  }
}

/** Which findings explain which error, the likeliest first. */
const CAUSES: Readonly<Record<string, readonly FindingKind[]>> = {
  InsufficientFunds: ['funds'],
  InvalidMint: ['notAMint', 'mint', 'missing'],
  MintMismatch: ['mint'],
  OwnerMismatch: ['owner', 'authority'],
  FixedSupply: ['owner'],
  UninitializedState: ['missing', 'uninitialized'],
  AlreadyInUse: ['initialized'],
  InvalidState: ['notFrozen', 'frozen', 'uninitialized'],
  AccountFrozen: ['frozen'],
  MintDecimalsMismatch: ['decimals'],
  NonNativeHasBalance: ['balanceLeft'],
  MintCannotFreeze: ['owner'],
  InvalidOwner: ['owner'],
  InvalidAccountData: ['missing', 'wrongProgram', 'notAMint', 'notATokenAccount', 'mint', 'uninitialized'],
  UninitializedAccount: ['missing', 'uninitialized', 'wrongProgram'],
  IncorrectProgramId: ['wrongProgram', 'missing'],
  InvalidAccountOwner: ['wrongProgram', 'missing', 'owner'],
  IllegalOwner: ['initialized', 'wrongProgram', 'missing', 'owner'],
  MissingRequiredSignature: ['signature'],
  InvalidSeeds: ['derivation'],
  ConstraintSeeds: ['derivation'],
  AccountNotRentExempt: ['rent'],
  NotRentExempt: ['missing'],
  ConstraintTokenMint: ['mint'],
  ExternalAccountDataModified: ['wrongProgram'],
};

/** For errors whose name says nothing. */
const ANY_CAUSE: readonly FindingKind[] = ['returnData', 'derivation', 'wrongProgram', 'missing'];

export function causeAmong(findings: readonly Finding[], error: string): Finding | undefined {
  for (const kind of CAUSES[error] === undefined ? ANY_CAUSE : [...CAUSES[error], 'returnData', 'derivation']) {
    const found = findings.find((finding) => finding.kind === kind);
    if (found !== undefined) return found;
  }
  return undefined;
}
