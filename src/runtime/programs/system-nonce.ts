// The System program's instructions on nonce accounts. A nonce account holds a value that stands in for a recent blockhash;
// advancing it gives it the next one, which a transaction signed for the old value can't use.
// Withdrawing everything closes the account, withdrawing less must leave it rent exempt.
// Source: agave programs/system/src/system_instruction.rs, system_processor.rs; solana-sdk nonce/src/{state,versions}.rs.

import { equalBytes, readU32, U64_MAX, writeU32, writeU64 } from '../../wire/bytes.ts';
import { Pubkey } from '../../wire/pubkey.ts';
import type { InstructionError } from '../../wire/transaction-error.ts';
import { SYSTEM_PROGRAM_ID } from '../addresses.ts';
import type { BorrowedAccount } from '../borrowed-account.ts';
import { fail, type Refusal } from '../errors.ts';
import type { InvokeContext } from '../invoke-context.ts';
import { durableNonceFromBlockhash, NONCE_STATE_SIZE } from '../nonce.ts';
import { minimumBalance } from '../rent.ts';
import { SYSTEM_ERROR } from './system-error.ts';
import { recentBlockhashesWithAccountCheck, rentWithAccountCheck } from './sysvar-accounts.ts';

const SOURCE = 'agave programs/system/src/system_instruction.rs';

const VERSION_LEGACY = 0;
const VERSION_CURRENT = 1;
const STATE_UNINITIALIZED = 0;
const STATE_INITIALIZED = 1;
const AUTHORITY_OFFSET = 8;
const DURABLE_NONCE_OFFSET = 40;
const LAMPORTS_PER_SIGNATURE_OFFSET = 72;
/** Bytes of a nonce account that holds no nonce. */
const UNINITIALIZED_SIZE = 8;

/** Accounts: nonce (writable), RecentBlockhashes, authority (signer, at any position). */
export function advanceNonceAccount(context: InvokeContext): void {
  context.current.checkNumberOfAccounts(1);
  const account = context.current.borrow(0);
  checkRecentBlockhashes(context, 'Advance');
  checkWritable(context, account, 'Advance');
  if (readNonceState(account) === STATE_UNINITIALIZED) refuseState(context, account, 'Advance');
  const authority = Pubkey.at(account.data, AUTHORITY_OFFSET);
  if (!context.current.hasSigner(authority)) {
    refuse(context, 'MissingRequiredSignature', `Advance nonce account: Account ${authority} must be a signer`, {
      account: authority,
      asked: 'signer',
    });
  }
  const next = checkNonceExpired(context, account, 'Advance');
  writeNonce(context, account, authority, next);
  account.release();
}

/** Accounts: nonce (writable), recipient (writable), RecentBlockhashes, Rent, authority (signer, at any position). */
export function withdrawNonceAccount(context: InvokeContext, lamports: bigint): void {
  context.current.checkNumberOfAccounts(2);
  recentBlockhashesWithAccountCheck(context, 2);
  const rent = rentWithAccountCheck(context, 3);
  const from = context.current.borrow(0);
  checkWritable(context, from, 'Withdraw');
  if (readNonceState(from) === STATE_UNINITIALIZED) {
    checkFunds(context, from, lamports);
    checkWithdrawSigner(context, from.key);
  } else {
    const authority = Pubkey.at(from.data, AUTHORITY_OFFSET);
    if (lamports === from.lamports) {
      checkNonceExpired(context, from, 'Withdraw');
      checkWithdrawSigner(context, authority);
      const data = stateMut(from, UNINITIALIZED_SIZE);
      writeU32(data, 0, VERSION_CURRENT);
      writeU32(data, 4, STATE_UNINITIALIZED);
    } else {
      const needed = lamports + minimumBalance(rent, from.data.length);
      if (needed > U64_MAX)
        fail('InsufficientFunds', { rule: 'withdraw_nonce_account', source: SOURCE, account: from.key });
      checkFunds(context, from, needed);
      checkWithdrawSigner(context, authority);
    }
  }
  from.checkedSubLamports(lamports);
  from.release();
  const to = context.current.borrow(1);
  to.checkedAddLamports(lamports);
  to.release();
}

/** Accounts: nonce (writable), RecentBlockhashes, Rent. Nobody need sign: the account is the System program's already. */
export function initializeNonceAccount(context: InvokeContext, authority: Pubkey): void {
  context.current.checkNumberOfAccounts(1);
  const account = context.current.borrow(0);
  checkRecentBlockhashes(context, 'Initialize');
  const rent = rentWithAccountCheck(context, 2);
  checkWritable(context, account, 'Initialize');
  if (readNonceState(account) === STATE_INITIALIZED) refuseState(context, account, 'Initialize');
  const minimum = minimumBalance(rent, account.data.length);
  if (account.lamports < minimum) {
    const message = `Initialize nonce account: insufficient lamports ${account.lamports}, need ${minimum}`;
    const facts = { account: account.key, asked: 'lamports', limit: account.lamports, actual: minimum };
    refuse(context, 'InsufficientFunds', message, facts);
  }
  writeNonce(context, account, authority, durableNonceFromBlockhash(context.environment.blockhash));
  account.release();
}

/** Accounts: nonce (writable), authority (signer, at any position). */
export function authorizeNonceAccount(context: InvokeContext, newAuthority: Pubkey): void {
  context.current.checkNumberOfAccounts(1);
  const account = context.current.borrow(0);
  checkWritable(context, account, 'Authorize');
  if (readNonceState(account) === STATE_UNINITIALIZED) refuseState(context, account, 'Authorize');
  const authority = Pubkey.at(account.data, AUTHORITY_OFFSET);
  if (!context.current.hasSigner(authority)) {
    refuse(context, 'MissingRequiredSignature', `Authorize nonce account: Account ${authority} must sign`, {
      account: authority,
      asked: 'signer',
    });
  }
  stateMut(account, NONCE_STATE_SIZE).set(newAuthority.bytes, AUTHORITY_OFFSET);
  account.release();
}

/** Accounts: nonce (writable). Makes a nonce of the time before durable nonces one of now; anyone may ask for it. */
export function upgradeNonceAccount(context: InvokeContext): void {
  context.current.checkNumberOfAccounts(1);
  const account = context.current.borrow(0);
  const facts = { rule: 'UpgradeNonceAccount', source: SOURCE, account: account.key };
  if (!account.owner.equals(SYSTEM_PROGRAM_ID)) fail('InvalidAccountOwner', facts);
  if (!account.isWritable) fail('InvalidArgument', { ...facts, asked: 'writable' });
  const state = readNonceState(account);
  if (state === STATE_UNINITIALIZED || readU32(account.data, 0) !== VERSION_LEGACY) fail('InvalidArgument', facts);
  const data = stateMut(account, NONCE_STATE_SIZE);
  writeU32(data, 0, VERSION_CURRENT);
  const nonce = data.slice(DURABLE_NONCE_OFFSET, LAMPORTS_PER_SIGNATURE_OFFSET);
  data.set(durableNonceFromBlockhash(nonce), DURABLE_NONCE_OFFSET);
  account.release();
}

type Verb = 'Advance' | 'Withdraw' | 'Initialize' | 'Authorize';

/** Whether the account holds a nonce; `InvalidAccountData` where it is neither. */
function readNonceState(account: BorrowedAccount): number {
  const { data } = account;
  const version = readU32(data, 0);
  const state = readU32(data, 4);
  const isState = state === STATE_UNINITIALIZED || (state === STATE_INITIALIZED && data.length >= NONCE_STATE_SIZE);
  if (data.length < UNINITIALIZED_SIZE || version > VERSION_CURRENT || !isState) {
    fail('InvalidAccountData', { rule: 'get_state', source: SOURCE, account: account.key });
  }
  return state;
}

/** The data for writing a state of `size` bytes. Source: agave transaction-context, set_state. */
function stateMut(account: BorrowedAccount, size: number): Uint8Array {
  const data = account.dataMut();
  if (size > data.length) {
    fail('AccountDataTooSmall', {
      rule: 'set_state',
      source: SOURCE,
      account: account.key,
      limit: data.length,
      actual: size,
    });
  }
  return data;
}

function writeNonce(context: InvokeContext, account: BorrowedAccount, authority: Pubkey, nonce: Uint8Array): void {
  const data = stateMut(account, NONCE_STATE_SIZE);
  writeU32(data, 0, VERSION_CURRENT);
  writeU32(data, 4, STATE_INITIALIZED);
  data.set(authority.bytes, AUTHORITY_OFFSET);
  data.set(nonce, DURABLE_NONCE_OFFSET);
  writeU64(data, LAMPORTS_PER_SIGNATURE_OFFSET, context.environment.lamportsPerSignature);
}

function checkRecentBlockhashes(context: InvokeContext, verb: Verb): void {
  if (recentBlockhashesWithAccountCheck(context, 1).length > 0) return;
  const message = `${verb} nonce account: recent blockhash list is empty`;
  refuse(context, SYSTEM_ERROR.NonceNoRecentBlockhashes, message, {});
}

function checkWritable(context: InvokeContext, account: BorrowedAccount, verb: Verb): void {
  if (account.isWritable) return;
  refuse(context, 'InvalidArgument', `${verb} nonce account: Account ${account.key} must be writeable`, {
    account: account.key,
    asked: 'writable',
  });
}

/** Fails where the nonce is of this block already; else returns the next one. */
function checkNonceExpired(context: InvokeContext, account: BorrowedAccount, verb: Verb): Uint8Array {
  const next = durableNonceFromBlockhash(context.environment.blockhash);
  if (equalBytes(account.data.subarray(DURABLE_NONCE_OFFSET, LAMPORTS_PER_SIGNATURE_OFFSET), next)) {
    const message = `${verb} nonce account: nonce can only advance once per slot`;
    refuse(context, SYSTEM_ERROR.NonceBlockhashNotExpired, message, { account: account.key });
  }
  return next;
}

function checkFunds(context: InvokeContext, account: BorrowedAccount, needed: bigint): void {
  if (needed <= account.lamports) return;
  const message = `Withdraw nonce account: insufficient lamports ${account.lamports}, need ${needed}`;
  const facts = { account: account.key, asked: 'lamports', limit: account.lamports, actual: needed };
  refuse(context, 'InsufficientFunds', message, facts);
}

function checkWithdrawSigner(context: InvokeContext, signer: Pubkey): void {
  if (context.current.hasSigner(signer)) return;
  refuse(context, 'MissingRequiredSignature', `Withdraw nonce account: Account ${signer} must sign`, {
    account: signer,
    asked: 'signer',
  });
}

function refuseState(context: InvokeContext, account: BorrowedAccount, verb: Verb): never {
  const message = `${verb} nonce account: Account ${account.key} state is invalid`;
  refuse(context, 'InvalidAccountData', message, { account: account.key });
}

/** Logs why, and fails. */
function refuse(context: InvokeContext, error: InstructionError, message: string, facts: Partial<Refusal>): never {
  context.log(message);
  fail(error, { rule: 'system_instruction', source: SOURCE, detail: message, ...facts });
}
