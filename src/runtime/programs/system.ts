// The System program: it creates accounts, gives them to programs and moves lamports. Nonce accounts, which it owns too,
// are in system-nonce.ts.
// An address may be signed for by its base, the account it was derived from by a text; "signers" are all accounts of
// the instruction that signed, at whatever position.
// Source: agave programs/system/src/system_processor.rs; solana-sdk system-interface (SystemInstruction, SystemError).

import { createWithSeed, PUBKEY_ERROR_TEXT, type PubkeyError } from '../../crypto/program-address.ts';
import type { Pubkey } from '../../wire/pubkey.ts';
import type { InstructionError } from '../../wire/transaction-error.ts';
import { SYSTEM_PROGRAM_ID } from '../addresses.ts';
import type { BorrowedAccount } from '../borrowed-account.ts';
import { fail, type Refusal } from '../errors.ts';
import { SYSTEM_PROGRAM_COMPUTE_UNITS } from '../execution-cost.ts';
import type { InvokeContext } from '../invoke-context.ts';
import { MAX_ACCOUNT_DATA_LEN } from '../transaction-context.ts';
import { halves, isBelow, joinU64, splitU64 } from '../u64-halves.ts';
import { InstructionReader } from './instruction-reader.ts';
import { SYSTEM_ERROR } from './system-error.ts';
import {
  advanceNonceAccount,
  authorizeNonceAccount,
  initializeNonceAccount,
  upgradeNonceAccount,
  withdrawNonceAccount,
} from './system-nonce.ts';

const SOURCE = 'agave programs/system/src/system_processor.rs';

/** The transfer's tag, and its length with the lamports. */
const TRANSFER = 2;
const TRANSFER_LEN = 12;

type Handler = (context: InvokeContext, reader: InstructionReader) => void;

/** By tag. Each reads all of its fields before it looks at an account. */
const INSTRUCTIONS: readonly Handler[] = [
  function createAccount(context, reader) {
    const lamports = reader.u64();
    const space = reader.u64();
    const owner = reader.pubkey();
    context.current.checkNumberOfAccounts(2);
    processCreateAccount(context, addressAt(context, 1), lamports, space, owner);
  },
  function assign(context, reader) {
    const owner = reader.pubkey();
    context.current.checkNumberOfAccounts(1);
    const account = context.current.borrow(0);
    processAssign(context, account, addressAt(context, 0), owner);
    account.release();
  },
  // Only where the data is too short comes here: see processSystem.
  function transfer(context, reader) {
    const lamports = reader.u64();
    context.current.checkNumberOfAccounts(2);
    transferLamports(context, 0, 1, lamports);
  },
  function createAccountWithSeed(context, reader) {
    const base = reader.pubkey();
    const seed = reader.text();
    const lamports = reader.u64();
    const space = reader.u64();
    const owner = reader.pubkey();
    context.current.checkNumberOfAccounts(2);
    processCreateAccount(context, derivedAddressAt(context, 1, base, seed, owner), lamports, space, owner);
  },
  advanceNonceAccount,
  function withdrawNonce(context, reader) {
    withdrawNonceAccount(context, reader.u64());
  },
  function initializeNonce(context, reader) {
    initializeNonceAccount(context, reader.pubkey());
  },
  function authorizeNonce(context, reader) {
    authorizeNonceAccount(context, reader.pubkey());
  },
  function allocate(context, reader) {
    const space = reader.u64();
    context.current.checkNumberOfAccounts(1);
    const account = context.current.borrow(0);
    processAllocate(context, account, addressAt(context, 0), space);
    account.release();
  },
  function allocateWithSeed(context, reader) {
    const base = reader.pubkey();
    const seed = reader.text();
    const space = reader.u64();
    const owner = reader.pubkey();
    context.current.checkNumberOfAccounts(1);
    const account = context.current.borrow(0);
    const address = derivedAddressAt(context, 0, base, seed, owner);
    processAllocate(context, account, address, space);
    processAssign(context, account, address, owner);
    account.release();
  },
  function assignWithSeed(context, reader) {
    const base = reader.pubkey();
    const seed = reader.text();
    const owner = reader.pubkey();
    context.current.checkNumberOfAccounts(1);
    const account = context.current.borrow(0);
    processAssign(context, account, derivedAddressAt(context, 0, base, seed, owner), owner);
    account.release();
  },
  function transferWithSeed(context, reader) {
    const lamports = reader.u64();
    const fromSeed = reader.text();
    const fromOwner = reader.pubkey();
    context.current.checkNumberOfAccounts(3);
    processTransferWithSeed(context, lamports, fromSeed, fromOwner);
  },
  upgradeNonceAccount,
  function createAccountAllowPrefund(context, reader) {
    const lamports = reader.u64();
    const space = reader.u64();
    const owner = reader.pubkey();
    if (!context.environment.features.create_account_allow_prefund) {
      fail('InvalidInstructionData', {
        rule: 'create_account_allow_prefund',
        source: SOURCE,
        detail: 'the feature is inactive',
      });
    }
    context.current.checkNumberOfAccounts(lamports > 0n ? 2 : 1);
    const address = addressAt(context, 0);
    const to = context.current.borrow(0);
    processAllocate(context, to, address, space);
    processAssign(context, to, address, owner);
    to.release();
    if (lamports > 0n) transferLamports(context, 1, 0, lamports);
  },
];

export function processSystem(context: InvokeContext): void {
  context.consume(SYSTEM_PROGRAM_COMPUTE_UNITS);
  const { current } = context;
  // What most transactions do, without a reader for it.
  if (current.dataLength >= TRANSFER_LEN && current.dataI32(0) === TRANSFER) {
    current.checkNumberOfAccounts(2);
    processTransfer(context, 0, 1, current.dataI32(4), current.dataI32(8));
    return;
  }
  const reader = new InstructionReader(current.data);
  const tag = reader.u32();
  const handler = INSTRUCTIONS[tag];
  if (handler === undefined) {
    fail('InvalidInstructionData', {
      rule: 'limited_deserialize',
      source: SOURCE,
      detail: `no instruction has the tag ${tag}`,
    });
  }
  handler(context, reader);
}

/** The address of an account, with the base that signs for it where it was derived. */
interface SignableAddress {
  readonly address: Pubkey;
  readonly base: Pubkey | undefined;
}

function addressAt(context: InvokeContext, index: number): SignableAddress {
  return { address: context.current.keyAt(index), base: undefined };
}

/** Fails where the address isn't the one that base, seed and owner derive to. */
function derivedAddressAt(
  context: InvokeContext,
  index: number,
  base: Pubkey,
  seed: string,
  owner: Pubkey,
): SignableAddress {
  const address = context.current.keyAt(index);
  const derived = deriveWithSeed(base, seed, owner);
  if (!address.equals(derived)) {
    refuse(
      context,
      SYSTEM_ERROR.AddressWithSeedMismatch,
      `Create: address ${address} does not match derived address ${derived}`,
      { account: address },
    );
  }
  return { address, base };
}

export function deriveWithSeed(base: Pubkey, seed: string, owner: Pubkey): Pubkey {
  const derived = createWithSeed(base, seed, owner);
  if (typeof derived === 'string') failWithPubkeyError(derived);
  return derived;
}

const PUBKEY_ERRORS = Object.keys(PUBKEY_ERROR_TEXT) as PubkeyError[];

/** A builtin passes such an error on as its number, which makes it a custom error of any program. */
function failWithPubkeyError(error: PubkeyError): never {
  fail(
    { Custom: PUBKEY_ERRORS.indexOf(error) },
    { rule: 'create_with_seed', source: 'solana-sdk address/src/lib.rs', detail: PUBKEY_ERROR_TEXT[error] },
  );
}

function hasSigned(context: InvokeContext, { address, base }: SignableAddress): boolean {
  return context.current.hasSigner(base ?? address);
}

/** As Rust's {:?} prints it. */
function describe({ address, base }: SignableAddress): string {
  return `Address { address: ${address}, base: ${base === undefined ? 'None' : `Some(${base})`} }`;
}

/** Logs why, and fails. */
function refuse(context: InvokeContext, error: InstructionError, message: string, facts?: Partial<Refusal>): never {
  context.log(message);
  fail(error, { rule: 'system_processor', source: SOURCE, detail: message, ...facts });
}

function processAllocate(
  context: InvokeContext,
  account: BorrowedAccount,
  address: SignableAddress,
  space: bigint,
): void {
  if (!hasSigned(context, address)) {
    refuse(context, 'MissingRequiredSignature', `Allocate: 'to' account ${describe(address)} must sign`, {
      account: address.base ?? address.address,
      asked: 'signer',
    });
  }
  if (account.data.length > 0 || !account.owner.equals(SYSTEM_PROGRAM_ID)) {
    refuse(context, SYSTEM_ERROR.AccountAlreadyInUse, `Allocate: account ${describe(address)} already in use`, {
      account: account.key,
      detail: `it has ${account.data.length} bytes and is owned by ${account.owner}`,
    });
  }
  if (space > MAX_ACCOUNT_DATA_LEN) {
    const message = `Allocate: requested ${space}, max allowed ${MAX_ACCOUNT_DATA_LEN}`;
    const facts = { account: account.key, limit: MAX_ACCOUNT_DATA_LEN, actual: space };
    refuse(context, SYSTEM_ERROR.InvalidAccountDataLength, message, facts);
  }
  account.setDataLength(Number(space));
}

function processAssign(
  context: InvokeContext,
  account: BorrowedAccount,
  address: SignableAddress,
  owner: Pubkey,
): void {
  // Nothing to do, so nothing is asked.
  if (account.owner.equals(owner)) return;
  if (!hasSigned(context, address)) {
    refuse(context, 'MissingRequiredSignature', `Assign: account ${describe(address)} must sign`, {
      account: address.base ?? address.address,
      asked: 'signer',
    });
  }
  account.setOwner(owner);
}

/** Account 0 pays, account 1 is created. */
function processCreateAccount(
  context: InvokeContext,
  toAddress: SignableAddress,
  lamports: bigint,
  space: bigint,
  owner: Pubkey,
): void {
  const to = context.current.borrow(1);
  if (to.lamports > 0n) {
    refuse(context, SYSTEM_ERROR.AccountAlreadyInUse, `Create Account: account ${describe(toAddress)} already in use`, {
      account: to.key,
      detail: `it has ${to.lamports} lamports`,
    });
  }
  processAllocate(context, to, toAddress, space);
  processAssign(context, to, toAddress, owner);
  to.release();
  transferLamports(context, 0, 1, lamports);
}

function transferLamports(context: InvokeContext, fromIndex: number, toIndex: number, lamports: bigint): void {
  splitU64(lamports);
  processTransfer(context, fromIndex, toIndex, halves[0], halves[1]);
}

/** @param low lamports, in signed halves */
function processTransfer(context: InvokeContext, fromIndex: number, toIndex: number, low: number, high: number): void {
  if (!context.current.isSigner(fromIndex)) {
    const from = context.current.keyAt(fromIndex);
    refuse(context, 'MissingRequiredSignature', `Transfer: \`from\` account ${from} must sign`, {
      account: from,
      asked: 'signer',
    });
  }
  transferVerified(context, fromIndex, toIndex, low, high);
}

/** Account 0 pays, account 1 is the base that signs for it, account 2 receives. */
function processTransferWithSeed(context: InvokeContext, lamports: bigint, fromSeed: string, fromOwner: Pubkey): void {
  const { current } = context;
  const base = current.keyAt(1);
  if (!current.isSigner(1)) {
    const facts = { account: base, asked: 'signer' };
    refuse(context, 'MissingRequiredSignature', `Transfer: 'from' account ${base} must sign`, facts);
  }
  const derived = deriveWithSeed(base, fromSeed, fromOwner);
  const from = current.keyAt(0);
  if (!from.equals(derived)) {
    const message = `Transfer: 'from' address ${from} does not match derived address ${derived}`;
    refuse(context, SYSTEM_ERROR.AddressWithSeedMismatch, message, { account: from });
  }
  splitU64(lamports);
  transferVerified(context, 0, 2, halves[0], halves[1]);
}

/** Moves lamports from an account that has been signed for. The two may be the same: each is taken only while it is changed. */
function transferVerified(context: InvokeContext, fromIndex: number, toIndex: number, low: number, high: number): void {
  const from = context.current.borrow(fromIndex);
  if (from.data.length > 0) {
    refuse(context, 'InvalidArgument', 'Transfer: `from` must not carry data', { account: from.key });
  }
  if (isBelow(from.account.lamportsLow, from.account.lamportsHigh, low, high)) {
    const lamports = joinU64(low, high);
    const message = `Transfer: insufficient lamports ${from.lamports}, need ${lamports}`;
    const facts = { account: from.key, asked: 'lamports', limit: from.lamports, actual: lamports };
    refuse(context, SYSTEM_ERROR.ResultWithNegativeLamports, message, facts);
  }
  from.checkedSubHalves(low, high);
  from.release();
  const to = context.current.borrow(toIndex);
  to.checkedAddHalves(low, high);
  to.release();
}
