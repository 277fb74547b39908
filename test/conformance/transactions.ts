// Runs recorded transactions. Their outcomes are LiteSVM's, so they run under LiteSVM's rules around the runtime
// (src/runtime/rules.ts, where each deviation from a validator stands with its reason); what an instruction does is the
// same under both. Compared in full: status, error, logs, units, return data, inner instructions, and every watched account.

import { readFileSync } from 'node:fs';
import { Bank } from '../../src/bank/bank.ts';
import { FeatureSet } from '../../src/runtime/features.ts';
import { LITESVM_RULES } from '../../src/runtime/rules.ts';
import { type Account, RENT_EXEMPT_RENT_EPOCH } from '../../src/wire/account.ts';
import { decodeBase64, encodeBase64 } from '../../src/wire/base64.ts';
import { ParhelionError } from '../../src/wire/errors.ts';
import { Pubkey } from '../../src/wire/pubkey.ts';
import { decodeTransaction } from '../../src/wire/transaction.ts';
import type { TransactionError } from '../../src/wire/transaction-error.ts';
import { emptyReport, parseJson, type Report } from './report.ts';

interface RecordedAccount {
  readonly lamports: string;
  readonly owner: string;
  readonly executable: boolean;
  /** Base64. */
  readonly data: string;
}

interface RecordedCase {
  readonly id: string;
  readonly name: string;
  readonly opts: { readonly sigverify: boolean; readonly blockhashCheck: boolean };
  readonly accounts: readonly (RecordedAccount & { readonly address: string })[];
  readonly watch: readonly string[];
  readonly steps: readonly { readonly tx: string }[];
}

type RecordedStep =
  | { readonly status: 'throw' | 'abort' }
  | {
      readonly status: 'ok' | 'err';
      readonly err: TransactionError | null;
      readonly cu: string;
      readonly logs: readonly string[];
      readonly returnData: { readonly programId: string; readonly data: string } | null;
      readonly inner: readonly (readonly RecordedInnerInstruction[])[];
      readonly post: Readonly<Record<string, RecordedAccount | null>>;
    };

interface RecordedInnerInstruction {
  readonly programIdIndex: number;
  readonly accounts: readonly number[];
  readonly data: string;
  readonly stackHeight: number;
}

interface RecordedOutcome {
  readonly id: string;
  readonly steps?: readonly RecordedStep[];
  readonly setupError?: unknown;
}

/** Wrapped SOL of Token and Token-2022: LiteSVM starts without them, the recorder added them. */
const NATIVE_MINTS = [
  'So11111111111111111111111111111111111111112',
  '9pan9bMn5HatX4EJdBwg9VgCa7Uz5HL8N1m5D3NdXejP',
].map(Pubkey.fromBase58);

export function runTransactions(casesFile: string, outcomesFile: string): Report {
  const report = emptyReport('transactions');
  const outcomes = new Map(readLines<RecordedOutcome>(outcomesFile).map((outcome) => [outcome.id, outcome]));
  for (const recorded of readLines<RecordedCase>(casesFile)) {
    const name = `${recorded.id} ${recorded.name}`;
    const outcome = outcomes.get(recorded.id);
    if (outcome?.steps === undefined) {
      const reason =
        outcome?.setupError === undefined ? 'no outcome was recorded' : 'the native implementation refused an account';
      report.skipped.push({ name, reason });
    } else if (outcome.steps.some(({ status }) => status === 'abort')) {
      report.skipped.push({ name, reason: 'the native implementation crashed' });
    } else {
      const difference = runCase(recorded, outcome.steps);
      if (difference === undefined) report.passed++;
      else report.failures.push({ name, difference });
    }
  }
  return report;
}

function readLines<T>(file: string): T[] {
  return readFileSync(file, 'utf8')
    .split('\n')
    .flatMap((line, i) => (line === '' ? [] : [parseJson<T>(line, `${file}, line ${i + 1}`)]));
}

function runCase(recorded: RecordedCase, steps: readonly RecordedStep[]): string | undefined {
  const bank = new Bank({
    features: FeatureSet.mainnet(),
    rules: LITESVM_RULES,
    verifySignatures: recorded.opts.sigverify,
    checkBlockhash: recorded.opts.blockhashCheck,
  });
  const validator = new Bank({ features: bank.features });
  for (const mint of NATIVE_MINTS) bank.setAccount(mint, validator.getAccount(mint)!);
  // What the recorder knew of each account: at first what it had set itself.
  const known = new Map<string, string | undefined>();
  for (const { address, ...account } of recorded.accounts) {
    bank.setAccount(Pubkey.fromBase58(address), accountOf(account));
    known.set(address, canonical(account));
  }
  for (const [i, expected] of steps.entries()) {
    let difference: string | undefined;
    try {
      difference = firstDifference(expected, runStep(bank, recorded.steps[i].tx, recorded.watch, known));
    } catch (error) {
      difference = `${(error as Error).stack ?? error}`;
    }
    if (difference !== undefined) return steps.length === 1 ? difference : `step ${i}: ${difference}`;
  }
  return undefined;
}

function runStep(
  bank: Bank,
  wire: string,
  watch: readonly string[],
  known: Map<string, string | undefined>,
): RecordedStep {
  let transaction: ReturnType<typeof decodeTransaction>;
  try {
    transaction = decodeTransaction(decodeBase64(wire), { allowTrailingBytes: !bank.rules.refuseTrailingBytes });
  } catch (error) {
    if (error instanceof ParhelionError) return { status: 'throw' };
    throw error;
  }
  const { prepared, execution } = bank.send(transaction);
  const error = execution === undefined ? (prepared as { error: TransactionError }).error : execution.error;
  const post: Record<string, RecordedAccount | null> = {};
  for (const address of watch) {
    const after = recordAccount(bank.getAccount(Pubkey.fromBase58(address)));
    if ((canonical(after) ?? 'null') === (known.get(address) ?? 'null')) continue;
    known.set(address, canonical(after));
    post[address] = after;
  }
  const returned = execution?.returnData;
  return {
    status: error === undefined ? 'ok' : 'err',
    err: error ?? null,
    cu: `${execution?.computeUnitsConsumed ?? 0}`,
    logs: execution?.logs ?? [],
    returnData:
      returned === undefined || returned.data.length === 0
        ? null
        : { programId: `${returned.programId}`, data: encodeBase64(returned.data) },
    inner: (execution?.innerInstructions ?? []).map((instructions) =>
      instructions.map(({ programIdIndex, accounts, data, stackHeight }) => ({
        programIdIndex,
        accounts: [...accounts],
        data: encodeBase64(data),
        stackHeight,
      })),
    ),
    post,
  };
}

function firstDifference(expected: RecordedStep, got: RecordedStep): string | undefined {
  if (expected.status !== got.status) {
    return `status: expected ${expected.status} ${text(expected)}, got ${got.status} ${text(got)}`;
  }
  if (!('err' in expected) || !('err' in got)) return undefined;
  for (const field of ['err', 'cu', 'returnData', 'inner'] as const) {
    const [wanted, came] = [canonical(expected[field]), canonical(got[field])];
    if (wanted !== came) return `${field}: expected ${wanted}, got ${came}`;
  }
  for (let i = 0; i < Math.max(expected.logs.length, got.logs.length); i++) {
    const [wanted, came] = [expected.logs[i], got.logs[i]];
    if (wanted !== came) return `log line ${i}: expected ${JSON.stringify(wanted)}, got ${JSON.stringify(came)}`;
  }
  for (const address of new Set([...Object.keys(expected.post), ...Object.keys(got.post)])) {
    const [wanted, came] = [canonical(expected.post[address]), canonical(got.post[address])];
    if (wanted !== came) return `account ${address}: expected ${wanted ?? 'no change'}, got ${came ?? 'no change'}`;
  }
  return undefined;
}

const text = (step: RecordedStep): string => ('err' in step ? JSON.stringify(step.err) : '');

/** JSON with sorted keys. */
function canonical(value: unknown): string | undefined {
  return JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}

function accountOf({ lamports, owner, executable, data }: RecordedAccount): Account {
  return {
    lamports: BigInt(lamports),
    data: decodeBase64(data),
    owner: Pubkey.fromBase58(owner),
    executable,
    rentEpoch: RENT_EXEMPT_RENT_EPOCH,
  };
}

function recordAccount(account: Account | undefined): RecordedAccount | null {
  if (account === undefined) return null;
  const { lamports, owner, executable, data } = account;
  return { lamports: `${lamports}`, owner: `${owner}`, executable, data: encodeBase64(data) };
}
