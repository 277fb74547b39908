// The recorded transactions, run and looked at.

import { Bank, type TransactionRecord } from '../../src/bank/bank.ts';
import { FeatureSet } from '../../src/runtime/features.ts';
import { LITESVM_RULES } from '../../src/runtime/rules.ts';
import { RENT_EXEMPT_RENT_EPOCH } from '../../src/wire/account.ts';
import { decodeBase64 } from '../../src/wire/base64.ts';
import { Pubkey } from '../../src/wire/pubkey.ts';
import { decodeTransaction } from '../../src/wire/transaction.ts';

interface RecordedCase {
  readonly id: string;
  readonly opts: { readonly sigverify: boolean; readonly blockhashCheck: boolean };
  readonly accounts: readonly { address: string; lamports: string; owner: string; executable: boolean; data: string }[];
  readonly steps: readonly { readonly tx: string }[];
}

/** Runs the transactions of a case, a line of cases.jsonl, one after the other. */
export function* runRecorded(line: string): Generator<{ readonly id: string; readonly record: TransactionRecord }> {
  const { id, opts, accounts, steps } = JSON.parse(line) as RecordedCase;
  const bank = new Bank({
    features: FeatureSet.mainnet(),
    rules: LITESVM_RULES,
    verifySignatures: opts.sigverify,
    checkBlockhash: opts.blockhashCheck,
  });
  for (const { address, lamports, owner, executable, data } of accounts) {
    bank.setAccount(Pubkey.fromBase58(address), {
      lamports: BigInt(lamports),
      owner: Pubkey.fromBase58(owner),
      executable,
      data: decodeBase64(data),
      rentEpoch: RENT_EXEMPT_RENT_EPOCH,
    });
  }
  for (const { tx } of steps) {
    let transaction: ReturnType<typeof decodeTransaction>;
    try {
      transaction = decodeTransaction(decodeBase64(tx), { allowTrailingBytes: true });
    } catch {
      continue;
    }
    yield { id, record: bank.send(transaction) };
  }
}
