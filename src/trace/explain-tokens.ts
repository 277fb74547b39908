// What the accounts of a failed call to Token, Token-2022 or Associated Token say about why it failed: a token account of
// another mint, a wallet where a mint should be, an authority that does not own, a balance too small.
// Extensions are explain-token-2022.ts's.

import { isOnCurve } from '../crypto/curve.ts';
import { decodeBase58 } from '../wire/base58.ts';
import {
  isTokenProgram,
  keyAt,
  type Multisig,
  readExtensions,
  readMint,
  readMultisig,
  readTokenAccount,
  type TokenAccount,
} from './decoders/token-state.ts';
import { lookAtTokenRules } from './explain-token-rules.ts';
import { ASSOCIATED_TOKEN_PROGRAM, type FrameView, isGone, SYSTEM_PROGRAM } from './explain-view.ts';
import { historyOf } from './failure-history.ts';
import type { FrameAccount } from './transaction-trace.ts';
import { numberText } from './value-text.ts';

const MINT_ROLES = new Set(['mint', 'nativeMint', 'ownedTokenMint', 'ownerTokenMint', 'nestedTokenMint']);
const TOKEN_ACCOUNT_ROLES = new Set(['source', 'destination', 'account', 'token', 'sourceToken', 'destinationToken']);
const AUTHORITY_ROLES = new Set(['authority', 'owner', 'mintAuthority', 'freezeAuthority', 'closeAuthority']);
/** Their `destination` takes lamports. */
const TO_WALLETS = new Set(['CloseAccount', 'WithdrawExcessLamports', 'UnwrapLamports']);

export function lookAtTokens(view: FrameView): void {
  const { accounts, instruction, programAddress } = view.frame;
  if (!isTokenProgram(programAddress)) return;
  const initializes = instruction?.name.startsWith('Initialize') ?? false;
  for (const account of accounts) {
    const { role } = account;
    if (role === null) continue;
    const isMint = MINT_ROLES.has(role);
    const isToken = TOKEN_ACCOUNT_ROLES.has(role) && !(role === 'destination' && TO_WALLETS.has(view.instruction));
    if (isMint || isToken) lookAtKind(view, account, isMint, initializes, programAddress!);
  }
  lookAtMints(view);
  lookAtAuthority(view);
  lookAtAmount(view);
  lookAtDecimals(view);
  lookAtStates(view);
  lookAtTokenRules(view);
}

function lookAtKind(
  view: FrameView,
  account: FrameAccount,
  isMint: boolean,
  initializes: boolean,
  program: string,
): void {
  const state = view.stateOf(account);
  const who = view.who(account);
  const kind = isMint ? 'a mint' : 'a token account';
  if (isGone(state)) {
    const isTarget = initializes && view.frame.accounts[0] === account;
    view.add(
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
    const isCalledByAta = view.path.at(-2)?.programAddress === ASSOCIATED_TOKEN_PROGRAM;
    view.add(
      'wrongProgram',
      isOther
        ? `${who} belongs to ${view.show(state.owner)}, and the instruction was sent to ${view.show(program)}.`
        : `${who} is owned by ${view.show(state.owner)}, so it is not ${kind} of ${view.show(program)}.`,
      isOther && isCalledByAta
        ? `Pass ${view.show(state.owner)} as \`tokenProgram\`, and derive the address with it.`
        : isOther
          ? `Send the instruction to ${view.show(state.owner)}.`
          : `Pass ${kind} as \`${account.role}\`.`,
      account,
    );
    return;
  }
  const [mint, token] = [readMint(state), readTokenAccount(state)];
  // Too small for either: explain-token-rules.ts tells.
  if (initializes && view.frame.accounts[0] === account && mint === undefined && token === undefined) return;
  if (isMint && mint === undefined) {
    view.add(
      'notAMint',
      `${who} is ${token === undefined ? 'no mint' : 'a token account, not a mint'}.`,
      `Pass the mint as \`${account.role}\`; is the order of the accounts right?`,
      account,
    );
  } else if (!isMint && token === undefined && !(initializes && mint !== undefined)) {
    const isInstructionOfMints =
      view.frame.accounts[0] === account && mint !== undefined && view.frame.instruction?.name === 'CloseAccount';
    if (!isInstructionOfMints)
      view.add(
        'notATokenAccount',
        `${who} is ${mint === undefined ? 'no token account' : 'a mint, not a token account'}.`,
        `Pass a token account as \`${account.role}\`; is the order of the accounts right?`,
        account,
      );
  } else if ((mint !== undefined && !mint.isInitialized) || (token !== undefined && token.state === 0)) {
    if (!initializes || view.frame.accounts[0] !== account) {
      view.add('uninitialized', `${who} is not initialized.`, `Initialize ${who} first.`, account);
    }
  } else if (initializes && view.frame.accounts[0] === account) {
    view.add('initialized', `${who} is initialized already.`, 'Use it as it is, or another account.', account);
  }
}

function lookAtMints(view: FrameView): void {
  const tokens = view.frame.accounts.flatMap((account) => {
    const state = view.stateOf(account);
    const token = state === undefined ? undefined : readTokenAccount(state);
    return token === undefined || token.state === 0 || account.role === null ? [] : [{ account, token }];
  });
  const mint = view.frame.accounts.find(({ role }) => role === 'mint');
  for (const { account, token } of tokens) {
    if (mint !== undefined && token.mint !== mint.address && TOKEN_ACCOUNT_ROLES.has(account.role!)) {
      view.add(
        'mint',
        `${view.who(account)} holds tokens of ${view.show(token.mint)}, and the instruction names the mint ${view.show(mint.address)}.`,
        `Pass the token account of ${view.show(mint.address)}, or the mint ${view.show(token.mint)}.`,
        account,
      );
    }
  }
  if (mint === undefined && tokens.length > 1 && tokens[0].token.mint !== tokens[1].token.mint) {
    const [a, b] = tokens;
    view.add(
      'mint',
      `${view.who(a.account)} holds tokens of ${view.show(a.token.mint)}, ${view.who(b.account)} of ${view.show(b.token.mint)}.`,
      `Pass two token accounts of one mint.`,
      b.account,
    );
  }
}

function lookAtAuthority(view: FrameView): void {
  const { accounts } = view.frame;
  const authority = accounts.find(({ role }) => role !== null && AUTHORITY_ROLES.has(role));
  if (authority === undefined || view.instruction === '' || view.instruction.startsWith('Initialize')) return;
  const subject = accounts[0];
  const state = view.stateOf(subject);
  if (state === undefined) return;
  const multisig = multisigOf(view, authority);
  if (multisig !== undefined) lookAtMultisig(view, authority, multisig);
  else if (!authority.isSigner) {
    view.add(
      'signature',
      `${view.who(authority)} did not sign.`,
      `Let ${view.show(authority.address)} sign: mark it a signer in the instruction; a PDA signs by its seeds in invoke_signed.`,
      authority,
    );
  }
  const token = readTokenAccount(state);
  const mint = readMint(state);
  if (token !== undefined && token.state !== 0) lookAtOwner(view, authority, subject, token);
  else if (mint?.isInitialized) {
    if (view.instruction === 'CloseAccount') {
      const closer = readExtensions(state).get('MintCloseAuthority');
      authorityMismatch(
        view,
        authority,
        subject,
        'close authority',
        closer === undefined ? undefined : keyAt(closer, 0),
      );
      return;
    }
    const isFreeze = view.frame.instruction?.args['authorityType'] === 'FreezeAccount';
    const named = isFreeze ? mint.freezeAuthority : mint.authority;
    if (/^(MintTo|SetAuthority)/.test(view.instruction))
      authorityMismatch(view, authority, subject, isFreeze ? 'freeze authority' : 'mint authority', named);
  }
}

function lookAtOwner(view: FrameView, authority: FrameAccount, subject: FrameAccount, token: TokenAccount): void {
  if (/^(Freeze|Thaw)Account/.test(view.instruction)) {
    const mintAccount = view.by('mint');
    const mintState = mintAccount === undefined ? undefined : view.stateOf(mintAccount);
    const freezer = mintState === undefined ? undefined : readMint(mintState)?.freezeAuthority;
    authorityMismatch(view, authority, mintAccount ?? subject, 'freeze authority', freezer);
    return;
  }
  const isOfCloser =
    view.instruction === 'CloseAccount' || view.frame.instruction?.args['authorityType'] === 'CloseAccount';
  const closer = isOfCloser ? token.closeAuthority : undefined;
  // Delegates move and burn, and do nothing else.
  const isForDelegates = /^(Transfer|Burn)/.test(view.instruction);
  const permanent = permanentDelegate(view, token);
  const allowed = [closer ?? token.owner, ...(isForDelegates ? [token.delegate, permanent] : [])];
  if (allowed.includes(authority.address)) return;
  const others = !isForDelegates
    ? []
    : [
        ...(token.delegate === undefined ? [] : [`its delegate ${view.show(token.delegate)}`]),
        ...(permanent === undefined ? [] : [`the permanent delegate of its mint ${view.show(permanent)}`]),
      ];
  const what = closer === undefined ? 'owner' : 'close authority';
  const swapped = closer === undefined && !view.isPast ? swappedWith(view, subject, token) : undefined;
  authorityMismatch(view, authority, subject, what, closer ?? token.owner, others, swapped);
}

function permanentDelegate(view: FrameView, { mint }: TokenAccount): string | undefined {
  const state = view.stateAt(mint);
  const delegate = state === undefined ? undefined : readExtensions(state).get('PermanentDelegate');
  return delegate === undefined ? undefined : keyAt(delegate, 0);
}

interface Swapped {
  readonly sentence: string;
  readonly fix: string;
}

function authorityMismatch(
  view: FrameView,
  authority: FrameAccount,
  subject: FrameAccount,
  what: string,
  named: string | undefined,
  others: readonly string[] = [],
  swapped?: Swapped,
): void {
  if (named === authority.address) return;
  const also = others.length === 0 ? '' : ` (${others.join(', ')})`;
  view.add(
    'owner',
    named === undefined
      ? `${view.who(subject)} has no ${what}.`
      : `The ${what} of ${view.who(subject)} is ${view.show(named)}${also}, and the instruction names ${view.show(authority.address)}.${swapped === undefined ? '' : ` ${swapped.sentence}`}`,
    named === undefined
      ? ''
      : swapped === undefined
        ? `Let ${view.show(named)} be the \`${authority.role}\` and sign.`
        : `${swapped.fix} Otherwise let ${view.show(named)} be the \`${authority.role}\` and sign.`,
    authority,
  );
}

function multisigOf(view: FrameView, account: FrameAccount): Multisig | undefined {
  const state = view.stateOf(account);
  return state === undefined ? undefined : readMultisig(state);
}

function lookAtMultisig(view: FrameView, authority: FrameAccount, { required, signers }: Multisig): void {
  const signed = signers.filter((signer) => view.frame.accounts.some((a) => a.address === signer && a.isSigner));
  if (signed.length >= required) return;
  const missing = signers.filter((signer) => !signed.includes(signer)).map(view.show);
  view.add(
    'signature',
    `${view.who(authority)} is a multisig that needs ${required} of its ${signers.length} signers, and ${signed.length} signed${signed.length === 0 ? '' : ` (${signed.map(view.show).join(', ')})`}.`,
    `Let ${required - signed.length} more of ${missing.join(', ')} sign, named behind the other accounts.`,
    authority,
  );
}

/**
 * Where the authority has a say over the destination, and none over the source, nor had or will have any in this
 * transaction; where the way back would pass; and where the source is no program's, to whom a user may have stood in.
 */
function swappedWith(view: FrameView, source: FrameAccount, token: TokenAccount): Swapped | undefined {
  const [authority, destination] = [view.by('authority'), view.by('destination')];
  if (!view.instruction.startsWith('Transfer') || authority === undefined || destination === undefined)
    return undefined;
  const state = view.stateOf(destination);
  const other = state === undefined ? undefined : readTokenAccount(state);
  const amount = view.frame.instruction?.args['amount'];
  const isWayBack = other?.owner === authority.address && other.mint === token.mint && other.state === 1;
  if (!isWayBack || (typeof amount === 'bigint' && other.amount < amount)) return undefined;
  if (!isOnCurve(decodeBase58(token.owner)!) || hasSay(view, source, token, authority.address)) return undefined;
  return {
    sentence: `${view.who(authority)} owns ${view.who(destination)}, and not the source: the two look swapped.`,
    fix: `Where it is meant to go from ${view.show(destination.address)} to ${view.show(source.address)}: swap \`source\` and \`destination\`.`,
  };
}

/** Whether it may move tokens of the source, could before the failing call, or is made somebody who may behind it. */
function hasSay(view: FrameView, source: FrameAccount, token: TokenAccount, authority: string): boolean {
  const isOf = (each: TokenAccount | undefined) => each?.owner === authority || each?.delegate === authority;
  if (isOf(token) || permanentDelegate(view, token) === authority) return true;
  const first = view.trace.accounts[source.index]?.before;
  if (first != null && isOf(readTokenAccount(first))) return true;
  const events = historyOf(view.trace, view.frame)?.events ?? [];
  if (events.some(({ address, before }) => address === source.address && isOf(readTokenAccount(before)))) return true;
  return view.trace.instructions.some(
    ({ verdict, instruction, accounts }) =>
      verdict === 'notRun' &&
      /^(Approve|SetAuthority)/.test(instruction?.name ?? '') &&
      accounts[0]?.address === source.address &&
      (accounts.some(({ address }) => address === authority) || Object.values(instruction!.args).includes(authority)),
  );
}

function lookAtAmount(view: FrameView): void {
  const { instruction, accounts } = view.frame;
  const amount = instruction?.args['amount'];
  const [source] = accounts;
  const state = source === undefined ? undefined : view.stateOf(source);
  const token = state === undefined ? undefined : readTokenAccount(state);
  if (instruction === null || token === undefined) return;
  const takes = /^(Transfer|Burn)/.test(instruction.name);
  const swapped = view.isPast ? undefined : swappedWith(view, source, token);
  if (takes && typeof amount === 'bigint' && amount > token.amount) {
    view.add(
      'funds',
      `${view.who(source)} holds ${numberText(token.amount)}, and ${numberText(amount)} are asked for (in the mint's smallest unit).${swapped === undefined ? '' : ` ${swapped.sentence}`}`,
      swapped !== undefined
        ? swapped.fix
        : token.amount === 0n
          ? `Bring ${numberText(amount)} into ${view.show(source.address)} first.`
          : `Move at most ${numberText(token.amount)}, or bring more into ${view.show(source.address)} first.`,
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
    view.add(
      'funds',
      `${view.who(authority)} is a delegate for ${numberText(token.delegatedAmount)}, and ${numberText(amount)} are asked for.`,
      `Approve ${numberText(amount)} or more, or move less.`,
      authority,
    );
  }
  if (instruction.name === 'CloseAccount' && token.amount > 0n) {
    view.add(
      'balanceLeft',
      `${view.who(source)} still holds ${numberText(token.amount)}.`,
      'Transfer or burn the rest first.',
      source,
    );
  }
}

function lookAtDecimals(view: FrameView): void {
  const decimals = view.frame.instruction?.args['decimals'];
  const mintAccount = view.by('mint');
  const mintState = mintAccount === undefined ? undefined : view.stateOf(mintAccount);
  const mint = mintState === undefined ? undefined : readMint(mintState);
  if (typeof decimals === 'number' && mint?.isInitialized && mint.decimals !== decimals) {
    view.add(
      'decimals',
      `${view.who(mintAccount!)} has ${mint.decimals} decimals, and the instruction says ${decimals}.`,
      `Say ${mint.decimals} decimals.`,
      mintAccount,
    );
  }
}

function lookAtStates(view: FrameView): void {
  for (const account of view.frame.accounts) {
    const state = view.stateOf(account);
    const token = state === undefined ? undefined : readTokenAccount(state);
    const isThaw = view.instruction === 'ThawAccount';
    if (token?.state === 2 && view.instruction === 'FreezeAccount')
      view.add('frozen', `${view.who(account)} is frozen already.`, 'There is nothing to freeze.', account);
    else if (token?.state === 2 && !isThaw)
      view.add('frozen', `${view.who(account)} is frozen.`, 'Let the freeze authority of its mint thaw it.', account);
    else if (token?.state === 1 && isThaw)
      view.add('notFrozen', `${view.who(account)} is not frozen.`, 'There is nothing to thaw.', account);
  }
}

export function lookAtAssociatedToken(view: FrameView): void {
  if (view.frame.programAddress !== ASSOCIATED_TOKEN_PROGRAM) return;
  const mint = view.by('mint');
  const tokenProgram = view.by('tokenProgram');
  const state = mint === undefined ? undefined : view.stateOf(mint);
  if (mint === undefined || tokenProgram === undefined) return;
  if (state === undefined || state.lamports === 0n) {
    view.add(
      'missing',
      `${view.who(mint)} does not exist: it should be a mint.`,
      'Create the mint first, or pass the right one.',
      mint,
    );
  } else if (state.owner !== tokenProgram.address) {
    const isOther = isTokenProgram(state.owner);
    view.add(
      'wrongProgram',
      isOther
        ? `${view.who(mint)} belongs to ${view.show(state.owner)}, and the instruction names ${view.show(tokenProgram.address)} as its token program.`
        : `${view.who(mint)} is owned by ${view.show(state.owner)}, so it is no mint of ${view.show(tokenProgram.address)}.`,
      isOther ? `Pass ${view.show(state.owner)} as \`tokenProgram\`, and derive the address with it.` : 'Pass a mint.',
      mint,
    );
  }
  const ata = view.by('ata');
  const existing = ata === undefined ? undefined : view.stateOf(ata);
  if (ata !== undefined && existing !== undefined && existing.lamports > 0n && existing.owner !== SYSTEM_PROGRAM) {
    const token = readTokenAccount(existing);
    const wallet = view.by('owner');
    view.add(
      'initialized',
      `${view.who(ata)} exists already${token === undefined ? '' : `, for ${view.show(token.owner)} and the mint ${view.show(token.mint)}`}.`,
      'Use it as it is, or CreateAssociatedTokenIdempotent, which accepts that.',
      ata,
    );
    if (token !== undefined && token.mint !== mint.address) {
      view.add(
        'mint',
        `${view.who(ata)} exists already, and holds tokens of ${view.show(token.mint)}, not of ${view.show(mint.address)}.`,
        'No transaction leaves it so: in a test, write the account with the mint of its address.',
        ata,
      );
    }
    if (token !== undefined && wallet !== undefined && token.owner !== wallet.address) {
      view.add(
        'owner',
        `${view.who(ata)} belongs to ${view.show(token.owner)} by now, not to ${view.show(wallet.address)}.`,
        'Use another token account.',
        ata,
      );
    }
  }
}
