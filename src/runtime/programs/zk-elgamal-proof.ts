// The ZK ElGamal Proof program: verifies the proofs that confidential transfers rest on, and keeps what was proved in an
// account, where other programs find it. The proof comes with the instruction or lies in an account.
// What is proved and how is crypto's; here are the units, the accounts and the order of the checks.
// Source: agave programs/zk-elgamal-proof/src/lib.rs; zk-elgamal-proof interface/src/state.rs.

import { type ProofKind, proofKind, rejectionOf } from '../../crypto/zk-proofs/index.ts';
import { readU32 } from '../../wire/bytes.ts';
import { PUBKEY_BYTES, Pubkey } from '../../wire/pubkey.ts';
import type { InstructionErrorName } from '../../wire/transaction-error.ts';
import { SYSTEM_PROGRAM_ID } from '../addresses.ts';
import type { BorrowedAccount } from '../borrowed-account.ts';
import { fail, type Refusal } from '../errors.ts';
import { ZK_ELGAMAL_PROOF_COMPUTE_UNITS } from '../execution-cost.ts';
import type { InvokeContext } from '../invoke-context.ts';

const SOURCE = 'agave programs/zk-elgamal-proof/src/lib.rs';
const CLOSE_CONTEXT_STATE = 0;
/** A tag and an offset: the proof lies in the first account. */
const DATA_LEN_WITH_PROOF_ACCOUNT = 5;
/** Of a context account: the authority, then the type of the proof; behind it what was proved. */
const PROOF_TYPE_OFFSET = PUBKEY_BYTES;
const META_LEN = PUBKEY_BYTES + 1;

export function processZkElGamalProof(context: InvokeContext): void {
  const { disable_zk_elgamal_proof_program, reenable_zk_elgamal_proof_program } = context.environment.features;
  if (disable_zk_elgamal_proof_program && !reenable_zk_elgamal_proof_program) {
    context.log('zk-elgamal-proof program is temporarily disabled');
    refuse('InvalidInstructionData', 'disable_zk_elgamal_proof_program', {});
  }
  const { data } = context.current;
  const tag = data.length === 0 ? undefined : data[0];
  if (tag === CLOSE_CONTEXT_STATE) {
    context.consume(ZK_ELGAMAL_PROOF_COMPUTE_UNITS[tag]);
    context.log('CloseContextState');
    closeContextState(context);
    return;
  }
  const kind = tag === undefined ? undefined : proofKind(tag);
  if (tag === undefined || kind === undefined) {
    refuse('InvalidInstructionData', 'instruction_type', { detail: `no instruction has the tag ${tag}` });
  }
  context.consume(ZK_ELGAMAL_PROOF_COMPUTE_UNITS[tag]);
  context.log(`Verify${kind.name}`);
  verifyProof(context, tag, kind);
}

/** Accounts: where the proof lies, if it isn't in the data; where what was proved goes (writable) and who may close it. */
function verifyProof(context: InvokeContext, tag: number, kind: ProofKind): void {
  const { current } = context;
  const isInAccount = current.data.length === DATA_LEN_WITH_PROOF_ACCOUNT;
  const proofData = isInAccount ? readProofAccount(context, kind) : current.data.subarray(1);
  const proved = proofData.subarray(0, kind.contextLen);
  const dataLen = kind.contextLen + kind.proofLen;
  if (proofData.length !== dataLen) {
    context.log('invalid proof data');
    refuse('InvalidInstructionData', 'proof_data', { limit: dataLen, actual: proofData.length });
  }
  const rejection = rejectionOf(kind, proved, proofData.subarray(kind.contextLen));
  if (rejection !== undefined) {
    context.log(`proof verification failed: ${rejection}`);
    refuse('InvalidInstructionData', 'verify_proof', { detail: rejection });
  }
  const firstIndex = isInAccount ? 1 : 0;
  if (current.accounts.length >= firstIndex + 2) storeContext(context, firstIndex, tag, proved);
}

function readProofAccount({ current }: InvokeContext, kind: ProofKind): Uint8Array {
  const account = current.borrow(0);
  const start = readU32(current.data, 1);
  const end = start + kind.contextLen + kind.proofLen;
  if (end > account.data.length) {
    const facts = { account: account.key, limit: account.data.length, actual: end };
    refuse('InvalidAccountData', 'proof_data_account', facts);
  }
  const bytes = account.data.slice(start, end);
  account.release();
  return bytes;
}

function storeContext({ current }: InvokeContext, index: number, tag: number, proved: Uint8Array): void {
  // The authority is borrowed for its key: it must not be the account itself, but only for as long.
  const authorityAccount = current.borrow(index + 1);
  const authority = authorityAccount.key;
  authorityAccount.release();
  const account = current.borrow(index);
  checkOwner(account, current.programId);
  if (proofTypeOf(account) !== 0) {
    refuse('AccountAlreadyInitialized', 'proof_context_account', { account: account.key });
  }
  const state = new Uint8Array(META_LEN + proved.length);
  state.set(authority.bytes);
  state[PROOF_TYPE_OFFSET] = tag;
  state.set(proved, META_LEN);
  if (account.data.length !== state.length) {
    const facts = { account: account.key, limit: state.length, actual: account.data.length };
    refuse('InvalidAccountData', 'proof_context_account', facts);
  }
  account.setDataFromSlice(state);
  account.release();
}

/** Accounts: the context account (writable), who gets its lamports (writable), its authority (signer). */
function closeContextState({ current }: InvokeContext): void {
  if (!current.isSigner(2)) {
    const facts = { account: current.keyAt(2), asked: 'signer' };
    refuse('MissingRequiredSignature', 'process_close_proof_context', facts);
  }
  const authority = current.keyAt(2);
  if (current.keyAt(0).equals(current.keyAt(1))) {
    const facts = { account: current.keyAt(0), detail: 'it would get its own lamports' };
    refuse('InvalidInstructionData', 'process_close_proof_context', facts);
  }
  const account = current.borrow(0);
  checkOwner(account, current.programId);
  if (proofTypeOf(account) === 0) {
    refuse('UninitializedAccount', 'process_close_proof_context', { account: account.key });
  }
  const stored = Pubkey.at(account.data, 0);
  if (!authority.equals(stored)) {
    const facts = { account: authority, detail: `the authority is ${stored}` };
    refuse('InvalidAccountOwner', 'process_close_proof_context', facts);
  }
  const destination = current.borrow(1);
  destination.checkedAddLamports(account.lamports);
  account.setLamports(0n);
  account.setDataLength(0);
  account.setOwner(SYSTEM_PROGRAM_ID);
  destination.release();
  account.release();
}

function checkOwner(account: BorrowedAccount, programId: Pubkey): void {
  if (account.owner.equals(programId)) return;
  refuse('InvalidAccountOwner', 'proof_context_account', { account: account.key, detail: `owned by ${account.owner}` });
}

function proofTypeOf(account: BorrowedAccount): number {
  if (account.data.length < META_LEN) {
    const facts = { account: account.key, limit: META_LEN, actual: account.data.length };
    refuse('InvalidAccountData', 'ProofContextStateMeta::try_from_bytes', facts);
  }
  return account.data[PROOF_TYPE_OFFSET];
}

function refuse(error: InstructionErrorName, rule: string, facts: Partial<Refusal>): never {
  fail(error, { rule, source: SOURCE, ...facts });
}
