// Hostile transactions through `Svm`. The outcome is told and explained too, one time in a few.

import fc from 'fast-check';
import { FeatureSet } from '../../src/runtime/features.ts';
import { LITESVM_RULES } from '../../src/runtime/rules.ts';
import { Svm, type TransactionOutcome } from '../../src/testing/svm.ts';
import { explain, formatExplanation, formatTrace, traceToJson } from '../../src/trace/index.ts';
import { exampleElfs } from './examples.ts';
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
  ];
}

function tell(outcome: TransactionOutcome): void {
  const { trace } = outcome;
  formatTrace(trace);
  JSON.stringify(traceToJson(trace));
  const explanation = explain(outcome);
  if (explanation !== null) formatExplanation(explanation);
  void [outcome.logs, outcome.innerInstructions, outcome.postAccounts];
}
