import { expect, test } from 'vitest';
import { Bank, errorOf } from '../bank/bank.ts';
import { fromTransaction } from '../testing/kit.ts';
import { type AccountMeta, compileMessage } from '../wire/message-compiler.ts';
import { Pubkey } from '../wire/pubkey.ts';
import { createTransaction, encodeTransaction } from '../wire/transaction.ts';
import { COMPUTE_BUDGET_ID, SYSTEM_PROGRAM_ID } from './addresses.ts';
import { FeatureSet } from './features.ts';
import { factsOf } from './message-facts.ts';

const PAYER = new Pubkey(new Uint8Array(32).fill(7));
const RECIPIENT = new Pubkey(new Uint8Array(32).fill(8));
const meta = (address: Pubkey, isSigner: boolean): AccountMeta => ({ address, isSigner, isWritable: true });

function bankOf(features = FeatureSet.mainnet()): Bank {
  const bank = new Bank({ features, verifySignatures: false });
  const owner = SYSTEM_PROGRAM_ID;
  bank.setAccount(PAYER, { lamports: 10n ** 12n, data: new Uint8Array(0), owner, executable: false, rentEpoch: 0n });
  return bank;
}

/** A transfer, with a limit of compute units where one is given. */
function transferOf(
  bank: Bank,
  lamports: number,
  { units, signatures = 1 }: { units?: number; signatures?: number } = {},
) {
  const data = new Uint8Array(12);
  new DataView(data.buffer).setUint32(0, 2, true);
  new DataView(data.buffer).setUint32(4, lamports, true);
  const limit = new Uint8Array(units === undefined ? 4 : 5);
  limit[0] = 2;
  if (units !== undefined) new DataView(limit.buffer).setUint32(1, units, true);
  const instructions = [
    { programAddress: COMPUTE_BUDGET_ID, accounts: [], data: limit },
    { programAddress: SYSTEM_PROGRAM_ID, accounts: [meta(PAYER, true), meta(RECIPIENT, false)], data },
  ];
  const message = compileMessage({ feePayer: PAYER, recentBlockhash: bank.latestBlockhash, instructions });
  const all = Array.from({ length: signatures }, () => new Uint8Array(64).fill(lamports & 0xff));
  return fromTransaction(encodeTransaction(createTransaction(message, all)));
}

test('what differs between messages of one shape is looked at each time', () => {
  const bank = bankOf();
  let lamports = 2_000_000;
  const send = (options?: Parameters<typeof transferOf>[2]) =>
    errorOf(bank.send(transferOf(bank, lamports++, options)));
  for (let i = 0; i < 4; i++) expect(send({ units: 1000 })).toBeUndefined();
  expect(factsOf(transferOf(bank, lamports, { units: 1000 }), bank)).toBeDefined();
  expect(send({ units: 200 })).toEqual({ InstructionError: [1, 'ComputationalBudgetExceeded'] });
  // Too short for a number.
  expect(send()).toEqual({ InstructionError: [0, 'InvalidInstructionData'] });
  expect(send({ units: 1000, signatures: 2 })).toBe('SanitizeFailure');
  expect(send({ units: 1000 })).toBeUndefined();
  const again = transferOf(bank, lamports, { units: 1000 });
  expect(errorOf(bank.send(again))).toBeUndefined();
  expect(errorOf(bank.send(again))).toBe('AlreadyProcessed');
});

test('facts hold under the gates that they were found under', () => {
  const bank = bankOf();
  for (let i = 0; i < 3; i++) bank.send(transferOf(bank, 2_000_000 + i, { units: 1000 }));
  const transaction = transferOf(bank, 3_000_000, { units: 1000 });
  expect(factsOf(transaction, bank)).toBeDefined();
  expect(factsOf(transaction, bankOf(FeatureSet.mainnet().without('increase_tx_account_lock_limit')))).toBeUndefined();
});
