import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { Bank } from '../../src/bank/bank.ts';
import { FeatureSet } from '../../src/runtime/features.ts';
import { LITESVM_RULES } from '../../src/runtime/rules.ts';
import { executeTransaction } from '../../src/runtime/transaction-processor.ts';
import { createDefaultDecoders, TraceRecorder } from '../../src/trace/index.ts';
import { RENT_EXEMPT_RENT_EPOCH } from '../../src/wire/account.ts';
import { decodeBase64 } from '../../src/wire/base64.ts';
import { Pubkey } from '../../src/wire/pubkey.ts';
import { decodeTransaction } from '../../src/wire/transaction.ts';
import { brokenLaws } from './invariants.ts';

const CASES = fileURLToPath(new URL('../../../shared/data/transactions/cases.jsonl', import.meta.url));
/** Every so many cases; 1 takes them all, and half a minute. */
const STRIDE = 16;

interface RecordedCase {
  readonly id: string;
  readonly opts: { readonly sigverify: boolean; readonly blockhashCheck: boolean };
  readonly accounts: readonly { address: string; lamports: string; owner: string; executable: boolean; data: string }[];
  readonly steps: readonly { readonly tx: string }[];
}

test('tracing a recorded transaction changes nothing, and its tree adds up', () => {
  if (!existsSync(CASES)) {
    console.log('no recorded transactions beside the repository: none traced');
    return;
  }
  const decoders = createDefaultDecoders();
  const broken: string[] = [];
  let traced = 0;
  const cases = readFileSync(CASES, 'utf8')
    .split('\n')
    .filter((line, i) => line !== '' && i % STRIDE === 0);
  for (const line of cases) {
    const { id, opts, accounts, steps } = JSON.parse(line) as RecordedCase;
    const { sigverify, blockhashCheck } = opts;
    const bank = new Bank({
      features: FeatureSet.mainnet(),
      rules: LITESVM_RULES,
      verifySignatures: sigverify,
      checkBlockhash: blockhashCheck,
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
      const { prepared, execution } = bank.send(transaction);
      const recorder = new TraceRecorder({ decoders });
      const error = prepared.status === 'rejected' ? prepared.error : execution?.error;
      if (prepared.status === 'prepared') {
        const again = executeTransaction(prepared, recorder);
        for (const field of ['error', 'logs', 'computeUnitsConsumed', 'innerInstructions'] as const) {
          if (JSON.stringify(again[field]) !== JSON.stringify(execution?.[field]))
            broken.push(`${id}: ${field} differs with a listener`);
        }
      }
      const trace = recorder.trace({
        error,
        fee: prepared.fee,
        computeUnitsConsumed: execution?.computeUnitsConsumed ?? 0,
      });
      for (const law of brokenLaws(trace, execution)) broken.push(`${id}: ${law}`);
      traced++;
    }
  }
  expect(broken).toEqual([]);
  console.log(`${traced} recorded transactions traced`);
}, 300_000);
