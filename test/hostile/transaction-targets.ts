// Hostile transactions through `Svm`. The outcome is told and explained too, one time in a few.

import fc from 'fast-check';
import { hashes } from '../../src/crypto/hashes.ts';
import { SYSTEM_PROGRAM_ID } from '../../src/runtime/addresses.ts';
import { FeatureSet } from '../../src/runtime/features.ts';
import { LITESVM_RULES } from '../../src/runtime/rules.ts';
import { Svm, type TransactionOutcome } from '../../src/testing/svm.ts';
import { MISSING_PART } from '../../src/trace/guard.ts';
import { explain, formatExplanation, formatTrace, traceToJson } from '../../src/trace/index.ts';
import { compileMessage } from '../../src/wire/message-compiler.ts';
import { Pubkey } from '../../src/wire/pubkey.ts';
import { createTransaction, encodeTransaction } from '../../src/wire/transaction.ts';
import { Counter, counter, OTHER } from '../program/declared-programs.ts';
import { exampleElfs, key } from './examples.ts';
import {
  builtinCalls,
  DRIVER,
  driverFor,
  type HostileCase,
  lyingSyscalls,
  PAYER,
  spoiledBytes,
  spoiledPrograms,
  VICTIM,
} from './hostile-transactions.ts';
import { bytesLike } from './inputs.ts';
import { type Target, target } from './target.ts';

/** One in so many outcomes is told in every way there is. */
const TOLD_ONE_IN = 16;

/** Today's chain, one with every gate on, one by LiteSVM's rules, one with account data in regions. */
function chains(): readonly { readonly svm: Svm; readonly start: number }[] {
  const relaxed = { signatureVerification: false, blockhashCheck: false, historyCapacity: 4 };
  const mainnet = FeatureSet.mainnet();
  const mapped = mainnet.with('virtual_address_space_adjustments').with('account_data_direct_mapping');
  const rows = [
    { features: mainnet, version: 0 },
    { features: FeatureSet.all(), version: 3 },
    { features: mainnet, version: 3, rules: LITESVM_RULES, logBytesLimit: Number.POSITIVE_INFINITY },
    { features: mapped, version: 0 },
  ] as const;
  return rows.map(({ version, ...options }) => {
    const svm = new Svm({ ...relaxed, ...options });
    svm.addProgram(DRIVER.toString() as never, driverFor(options.features, version));
    svm.addProgram(VICTIM.toString() as never, exampleElfs().at(-2)!);
    svm.airdrop(PAYER.toString() as never, 100_000_000_000n as never);
    return { svm, start: svm.snapshot() };
  });
}

/** Of one machine at a time: the next case begins where this one did. */
function run(svm: Svm, { accounts, elf, bytes }: HostileCase): TransactionOutcome {
  for (const { key, account } of accounts) {
    svm.setAccount({
      address: key.toString() as never,
      lamports: account.lamports as never,
      data: account.data,
      programAddress: account.owner.toString() as never,
      executable: account.executable,
      space: BigInt(account.data.length),
    });
  }
  // What is refused here would be refused where it is deployed.
  if (elf !== undefined) svm.addProgram(VICTIM.toString() as never, elf);
  return svm.sendTransaction(bytes);
}

export function transactionTargets(): Target[] {
  let made: ReturnType<typeof chains> | undefined;
  let runs = 0;
  const transactions = (name: string, cases: fc.Arbitrary<HostileCase>, weight: number): Target =>
    target(
      name,
      fc.tuple(fc.nat(3), cases),
      ([which, each]) => {
        made ??= chains();
        const { svm, start } = made[which];
        try {
          const outcome = run(svm, each);
          if (++runs % TOLD_ONE_IN === 0) tell(outcome);
        } finally {
          svm.revert(start);
        }
      },
      { weight },
    );
  return [
    transactions('transactions from spoiled bytes', spoiledBytes, 2),
    transactions('instructions of builtins on hostile accounts', builtinCalls, 4),
    transactions('syscalls with arguments that lie', lyingSyscalls, 4),
    transactions('programs from spoiled files', spoiledPrograms, 1),
    declaredTarget(),
  ];
}

/** Arguments and accounts of a program in TypeScript, read by its declaration. */
function declaredTarget(): Target {
  const address = OTHER.toString();
  const call = (name: string, ...args: readonly number[]): Uint8Array =>
    Uint8Array.of(...hashes.sha256(new TextEncoder().encode(`global:${name}`)).subarray(0, 8), ...args);
  const u64 = [1, 0, 0, 0, 0, 0, 0, 0];
  const calls = [
    call('create', ...u64, 2, 0, 0, 0, 97, 98),
    call('add', ...u64),
    call('close'),
    call('resize', 200, 0),
  ];
  const state = Uint8Array.of(...Counter.discriminator, ...PAYER.bytes, ...u64, 255, 2, 0, 0, 0, 97, 98, 1, 1, 3);
  const keys = [PAYER, key(2), key(3), SYSTEM_PROGRAM_ID];
  const place = fc.tuple(fc.constantFrom(...keys), fc.boolean(), fc.boolean());
  const inputs = fc.tuple(bytesLike(calls), bytesLike([state]), fc.array(place, { maxLength: 5 }), fc.boolean());
  let made: { readonly svm: Svm; readonly start: number } | undefined;
  return target(
    'arguments and accounts of a declared program',
    inputs,
    ([data, stored, metas, isOwn]) => {
      if (made === undefined) {
        const svm = new Svm({ signatureVerification: false, blockhashCheck: false, historyCapacity: 4 });
        svm.addProgram(address as never, counter as never);
        svm.airdrop(PAYER.toString() as never, 100_000_000_000n as never);
        made = { svm, start: svm.snapshot() };
      }
      const { svm, start } = made;
      const accounts = metas.map(([each, isSigner, isWritable]) => ({ address: each, isSigner, isWritable }));
      const instruction = { programAddress: Pubkey.fromBase58(address), accounts, data };
      const message = compileMessage({
        feePayer: PAYER,
        recentBlockhash: new Uint8Array(32),
        instructions: [instruction],
      });
      const count = message.header.numRequiredSignatures;
      const signatures = Array.from({ length: count }, (_, i) => new Uint8Array(64).fill(i + 1));
      try {
        svm.setAccount({
          address: key(2).toString() as never,
          lamports: 10_000_000n as never,
          data: stored,
          programAddress: (isOwn ? address : SYSTEM_PROGRAM_ID.toString()) as never,
          executable: false,
          space: BigInt(stored.length),
        });
        tell(svm.sendTransaction(encodeTransaction(createTransaction(message, signatures))));
      } finally {
        svm.revert(start);
      }
    },
    { weight: 0.2 },
  );
}

/** Everything that is told of an outcome; the explanation with all its parts. */
export function tell(outcome: TransactionOutcome): void {
  const { trace } = outcome;
  void [outcome.logs, outcome.innerInstructions, outcome.postAccounts];
  formatTrace(trace);
  JSON.stringify(traceToJson(trace));
  const explanation = explain(outcome);
  if (explanation === null) return;
  formatExplanation(explanation);
  if (explanation.notes.join().includes(MISSING_PART)) throw new Error(explanation.notes.join());
}
