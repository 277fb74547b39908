// What a transaction pays: a fixed price for each signature, those checked by precompiles included, and its priority fee.
// Who may pay, and whether the payer has enough, is said here too; when it is asked, in transaction-processor.ts.
// Source: agave fee/src/lib.rs; svm/src/account_loader.rs, validate_fee_payer.

import type { Account } from '../wire/account.ts';
import { U64_MAX } from '../wire/bytes.ts';
import type { VersionedMessage } from '../wire/message.ts';
import type { Pubkey } from '../wire/pubkey.ts';
import type { TransactionError } from '../wire/transaction-error.ts';
import { ED25519_ID, INCINERATOR_ID, SECP256K1_ID, SECP256R1_ID, SYSTEM_PROGRAM_ID } from './addresses.ts';
import { type Refusal, refuseTransaction } from './errors.ts';
import type { RuntimeFeatures } from './features.ts';
import { isInitializedNonceTag, NONCE_STATE_SIZE } from './nonce.ts';
import { isRentTransitionAllowed, minimumBalance } from './rent.ts';
import type { Rent } from './sysvars/layouts.ts';

/** Lamports. */
export function calculateFee(signatureCount: number, lamportsPerSignature: bigint, priorityFee: bigint): bigint {
  const fee = signatureCount === 1 ? lamportsPerSignature : saturate(BigInt(signatureCount) * lamportsPerSignature);
  return priorityFee === 0n ? fee : saturate(fee + priorityFee);
}

/** How many signatures a message pays for. A precompile's instruction says in its first byte how many it brings. */
export function countSignatures({ header, accountKeys, instructions }: VersionedMessage): number {
  let count = header.numRequiredSignatures;
  for (let i = 0; i < instructions.length; i++) {
    const { programIdIndex, data } = instructions[i];
    if (data.length > 0 && isSignaturePrecompile(accountKeys[programIdIndex])) count += data[0];
  }
  return count;
}

export function isSignaturePrecompile(program: Pubkey): boolean {
  return program.equals(ED25519_ID) || program.equals(SECP256K1_ID) || program.equals(SECP256R1_ID);
}

function saturate(lamports: bigint): bigint {
  return lamports < U64_MAX ? lamports : U64_MAX;
}

/**
 * Takes the fee from its payer and returns the payer as it is then, or refuses the transaction.
 *
 * @param index of the payer among the transaction's accounts, for the error
 */
export function takeFee(
  payer: Account,
  key: Pubkey,
  index: number,
  fee: bigint,
  rent: Rent,
  features: RuntimeFeatures,
): Account {
  const { lamports, data, owner, executable, rentEpoch } = payer;
  const left = lamports - fee;
  // Most payers are like this one; who isn't, is asked by and by.
  if (data.length === 0 && left > 0n && left >= minimumBalance(rent, 0) && owner.equals(SYSTEM_PROGRAM_ID)) {
    return { lamports: left, data, owner, executable, rentEpoch };
  }
  if (lamports === 0n) refuse(key, 'AccountNotFound', { asked: 'lamports', limit: fee, actual: 0n });
  if (!owner.equals(SYSTEM_PROGRAM_ID)) refuse(key, 'InvalidAccountForFee', { detail: `owned by ${owner}` });
  let needed = fee;
  if (data.length > 0) {
    if (data.length !== NONCE_STATE_SIZE || !isInitializedNonceTag(data)) {
      refuse(key, 'InvalidAccountForFee', { detail: `it holds ${data.length} bytes of data` });
    }
    needed += minimumBalance(rent, NONCE_STATE_SIZE);
  }
  if (lamports < needed) {
    refuse(key, 'InsufficientFundsForFee', { asked: 'lamports', limit: needed, actual: lamports });
  }
  const after: Account = { lamports: left, data, owner, executable, rentEpoch };
  if (!isRentTransitionAllowed(rent, features, payer, after) && !key.equals(INCINERATOR_ID)) {
    const limit = minimumBalance(rent, data.length);
    const detail = `it would have ${after.lamports} lamports left after the fee of ${fee}`;
    refuse(key, { InsufficientFundsForRent: { account_index: index } }, { limit, actual: after.lamports, detail });
  }
  return after;
}

function refuse(payer: Pubkey, error: TransactionError, facts: Partial<Refusal>): never {
  const source = 'agave svm/src/account_loader.rs';
  return refuseTransaction(error, { rule: 'validate_fee_payer', source, account: payer, ...facts });
}
