// Lamports for nothing, as LiteSVM gives them: a transfer from an account that has 1,000,000 SOL, by a transaction like any
// other. It pays a fee, and the same airdrop under the same blockhash is a duplicate.
// Source: litesvm crates/litesvm/src/lib.rs, airdrop.

import { hashes } from '../crypto/hashes.ts';
import { SYSTEM_PROGRAM_ID } from '../runtime/addresses.ts';
import { writeU32, writeU64 } from '../wire/bytes.ts';
import { encodeMessage } from '../wire/message.ts';
import { compileMessage } from '../wire/message-compiler.ts';
import type { Pubkey } from '../wire/pubkey.ts';
import { createTransaction } from '../wire/transaction.ts';
import type { Bank, TransactionRecord } from './bank.ts';
import { FAUCET_ADDRESS } from './genesis.ts';

/** System's instruction number for a transfer. */
const SYSTEM_TRANSFER = 2;

/** The signature is made up, but of the message, so that repeats are known for what they are. */
export function airdropFromFaucet(bank: Bank, recipient: Pubkey, lamports: bigint): TransactionRecord {
  const data = new Uint8Array(12);
  writeU32(data, 0, SYSTEM_TRANSFER);
  writeU64(data, 4, lamports);
  const accounts = [
    { address: FAUCET_ADDRESS, isSigner: true, isWritable: true },
    { address: recipient, isSigner: false, isWritable: true },
  ];
  const message = compileMessage({
    feePayer: FAUCET_ADDRESS,
    instructions: [{ programAddress: SYSTEM_PROGRAM_ID, accounts, data }],
    recentBlockhash: bank.latestBlockhash,
  });
  const signature = hashes.sha512(encodeMessage(message));
  return bank.sendTrusted(createTransaction(message, [signature]));
}
