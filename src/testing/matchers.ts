// What tests ask of an outcome, in three forms: `checks` say whether it holds and why not; `assertOutcome` throws where it
// doesn't; `createMatchers` makes matchers for `expect.extend` of vitest and jest. A failed one prints the tree of calls.

import { formatTrace } from '../trace/format.ts';
import { type CallFrame, callsOf, pathToOrigin, type TransactionTrace } from '../trace/transaction-trace.ts';
import { readU64 } from '../wire/bytes.ts';
import { displayTransactionError, type TransactionError } from '../wire/transaction-error.ts';
import type { TransactionOutcome } from './outcome.ts';

export interface CheckResult {
  readonly pass: boolean;
  /** Says what was wanted and what came, with the tree; of a check that holds, why its opposite doesn't. */
  readonly message: () => string;
}

/** The number or name of a program's own error, the name of another, or the error in the RPC's JSON shape. */
export type ExpectedError = number | string | TransactionError;

/** A program by its address, or by the name that traces give it. */
type ProgramLike = string;

function result(outcome: TransactionOutcome, pass: boolean, wanted: string, came: string): CheckResult {
  const message = () => {
    const head = pass
      ? `Expected the transaction not to ${wanted}, but ${came}.`
      : `Expected the transaction to ${wanted}, but ${came}.`;
    return `${head}\n\n${formatTrace(outcome.trace)}`;
  };
  return { pass, message };
}

function verdictOf({ error }: TransactionOutcome): string {
  return error === null ? 'it succeeded' : `it failed: ${displayTransactionError(error)}`;
}

/** Every call of the tree, outermost first; top-level instructions are none. */
function callsIn(trace: TransactionTrace): CallFrame[] {
  const calls: CallFrame[] = [];
  const visit = (frame: CallFrame): void => {
    for (const call of callsOf(frame)) {
      calls.push(call);
      visit(call);
    }
  };
  trace.instructions.forEach(visit);
  return calls;
}

function isOf(frame: CallFrame, program: ProgramLike): boolean {
  return frame.programAddress === program || frame.programName === program;
}

function nameOf(frame: CallFrame): string {
  const program = frame.programName ?? frame.programAddress ?? 'an unknown program';
  return frame.instruction === null ? program : `${program}::${frame.instruction.name}`;
}

const listOf = (frames: readonly CallFrame[]) => (frames.length === 0 ? 'none' : frames.map(nameOf).join(', '));

function toSucceed(outcome: TransactionOutcome): CheckResult {
  return result(outcome, outcome.error === null, 'succeed', verdictOf(outcome));
}

function toFailWith(outcome: TransactionOutcome, expected: ExpectedError): CheckResult {
  const shown = typeof expected === 'object' ? JSON.stringify(expected) : String(expected);
  return result(outcome, isError(outcome, expected), `fail with ${shown}`, verdictOf(outcome));
}

function isError(outcome: TransactionOutcome, expected: ExpectedError): boolean {
  const { error } = outcome;
  if (error === null) return false;
  if (typeof expected === 'object') return JSON.stringify(error) === JSON.stringify(expected);
  if (error === expected) return true;
  if (typeof error === 'string' || !('InstructionError' in error)) return false;
  const [, inner] = error.InstructionError;
  if (inner === expected) return true;
  if (typeof inner === 'object' && inner.Custom === expected) return true;
  // The variant that was raised, where Agave folds it into another, and what the program calls its own error.
  const failure = pathToOrigin(outcome.trace).at(-1)?.failure;
  return failure?.kind === expected || failure?.custom?.name === expected;
}

function toInvoke(outcome: TransactionOutcome, program: ProgramLike, instruction?: string): CheckResult {
  const calls = callsIn(outcome.trace).filter((call) => call.verdict !== 'refused');
  const pass = calls.some(
    (call) => isOf(call, program) && (instruction === undefined || call.instruction?.name === instruction),
  );
  const wanted = `invoke ${program}${instruction === undefined ? '' : `::${instruction}`}`;
  return result(outcome, pass, wanted, `its calls were: ${listOf(calls)}`);
}

function toRefuseInvoke(outcome: TransactionOutcome, rule?: string): CheckResult {
  const refused = callsIn(outcome.trace).filter((call) => call.verdict === 'refused');
  const pass = refused.some(({ failure }) => {
    const facts = [failure?.kind, failure?.refusal?.rule, failure?.refusal?.asked, failure?.callStep];
    return rule === undefined || facts.includes(rule);
  });
  const came = refused.map((call) => `${nameOf(call)} with ${call.failure?.kind}`).join(', ') || 'none';
  return result(
    outcome,
    pass,
    `have a call refused${rule === undefined ? '' : ` with ${rule}`}`,
    `refused were: ${came}`,
  );
}

function toBeSignedBy(outcome: TransactionOutcome, address: string): CheckResult {
  const signers = callsIn(outcome.trace).flatMap((call) => call.signers.map((signer) => signer.address as string));
  const came = `the derived signers of its calls were: ${signers.join(', ') || 'none'}`;
  return result(outcome, signers.includes(address), `have a call signed by ${address}`, came);
}

function toChangeLamports(outcome: TransactionOutcome, address: string, delta: bigint): CheckResult {
  const account = outcome.trace.accounts.find((each) => each.address === address);
  const isKept = outcome.error === null;
  const change = isKept ? (account?.after?.lamports ?? 0n) - (account?.before?.lamports ?? 0n) : 0n;
  const came = account === undefined ? 'it is no account of the transaction' : `they changed by ${change}`;
  return result(outcome, change === delta, `change the lamports of ${address} by ${delta} (fee aside)`, came);
}

const TOKEN_AMOUNT_OFFSET = 64;
const TOKEN_LEN = 165;

function toChangeTokens(outcome: TransactionOutcome, tokenAccount: string, delta: bigint): CheckResult {
  const account = outcome.trace.accounts.find((each) => each.address === tokenAccount);
  const amountOf = (data: Uint8Array | undefined) => {
    return data === undefined || data.length < TOKEN_LEN ? 0n : readU64(data, TOKEN_AMOUNT_OFFSET);
  };
  const isKept = outcome.error === null;
  const change = isKept ? amountOf(account?.after?.data) - amountOf(account?.before?.data) : 0n;
  const came = account === undefined ? 'it is no account of the transaction' : `they changed by ${change}`;
  return result(outcome, change === delta, `change the tokens of ${tokenAccount} by ${delta}`, came);
}

function toLog(outcome: TransactionOutcome, expected: string | RegExp): CheckResult {
  const pass = outcome.logs.some((line) =>
    typeof expected === 'string' ? line.includes(expected) : expected.test(line),
  );
  return result(outcome, pass, `log ${expected}`, `the log is:\n${outcome.logs.join('\n')}`);
}

/** The checks of an outcome, each with the same arguments as the matcher of its name. */
export const checks = {
  toSucceed,
  toFailWith,
  toInvoke,
  toRefuseInvoke,
  toBeSignedBy,
  toChangeLamports,
  toChangeTokens,
  toLog,
} as const;

type Checks = typeof checks;
type ArgumentsOf<K extends keyof Checks> = Checks[K] extends (outcome: TransactionOutcome, ...args: infer A) => unknown
  ? A
  : never;
type Assertions = { readonly [K in keyof Checks]: (outcome: TransactionOutcome, ...args: ArgumentsOf<K>) => void };

/**
 * The matchers as plain functions, for any test runner: each throws an `Error` with the tree where it doesn't hold.
 *
 * @example
 * ```ts
 * assertOutcome.toFailWith(outcome, 'PrivilegeEscalation');
 * ```
 */
export const assertOutcome: Assertions = Object.fromEntries(
  Object.entries(checks).map(([name, check]) => [
    name,
    (...args: [TransactionOutcome, ...never[]]) => {
      const { pass, message } = (check as (...all: unknown[]) => CheckResult)(...args);
      if (!pass) throw new Error(message());
    },
  ]),
) as never;

/** What the matchers add to `expect(outcome)`. */
export interface OutcomeMatchers<R = void> {
  /** It succeeded. */
  toSucceed(): R;
  /** It failed with this error: its name, the number or name of a program's own, or the RPC's JSON shape. */
  toFailWith(error: ExpectedError): R;
  /** Some program in it called this program (by address or name), with this instruction (by the decoder's name). */
  toInvoke(program: string, instruction?: string): R;
  /** A call in it was refused before it ran: with this error, by this rule, or for want of `signer` or `writable`. */
  toRefuseInvoke(rule?: string): R;
  /** A call in it was signed by this address with seeds. */
  toBeSignedBy(address: string): R;
  /** Between the fee and the end, by so many lamports. */
  toChangeLamports(address: string, delta: bigint): R;
  /** Of a token account, in the mint's smallest unit. */
  toChangeTokens(tokenAccount: string, delta: bigint): R;
  /** A line of the log has this in it. */
  toLog(expected: string | RegExp): R;
  /** The tree of calls is as the snapshot has it. */
  toMatchTrace(): R;
}

/** As much of `expect` as a snapshot needs. */
type Expect = (value: unknown) => { toMatchSnapshot(): void };

/**
 * Matchers for `expect.extend`, of vitest and of jest.
 *
 * @param expect the test runner's: `toMatchTrace` is a snapshot.
 *
 * With jest, types are added so: `declare module 'expect' { interface Matchers<R extends void | Promise<void>, T = unknown>
 * extends OutcomeMatchers<R> {} }`. With vitest, importing `parhelion/vitest` does it all.
 *
 * @example
 * ```ts
 * expect.extend(createMatchers(expect));
 * expect(outcome).toInvoke(TOKEN_PROGRAM_ADDRESS, 'TransferChecked');
 * ```
 */
export function createMatchers(expect: Expect) {
  return {
    ...checks,
    toMatchTrace(outcome: TransactionOutcome): CheckResult {
      expect(formatTrace(outcome.trace, { level: 'logs' })).toMatchSnapshot();
      return { pass: true, message: () => 'Expected the tree not to be as the snapshot has it.' };
    },
  };
}
