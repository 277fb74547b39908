// Says in words why a transaction failed as a whole: it was rejected before its first instruction, or its accounts were
// found wanting after the last one. What the check that refused looked at becomes a sentence; where it told nothing, the
// table of codes has the general words. A frame's failure is failure-text.ts's.
// Source: agave runtime/src/bank.rs, svm/src/{transaction_processor,account_loader,rent_calculator}.rs.

import { RUNTIME_CODES } from './explanation-codes.ts';
import { lamportsText } from './failure-lamports.ts';
import type { ShowAddress } from './failure-text.ts';
import type { CallFrame, RefusalFacts, TransactionTrace } from './transaction-trace.ts';
import { numberText } from './value-text.ts';

export interface TransactionFailureText {
  /** Of the table of codes. */
  readonly code: string;
  readonly title: string;
  readonly cause: string;
  readonly fixes: readonly string[];
  /** The account it is about, where the error names one. */
  readonly account: { readonly address: string } | undefined;
}

const CODES: Readonly<Record<string, string>> = {
  AccountNotFound: 'TX_PAYER_MISSING',
  ProgramAccountNotFound: 'TX_PROGRAM_MISSING',
  InvalidProgramForExecution: 'TX_NOT_A_PROGRAM',
  InsufficientFundsForFee: 'TX_PAYER_POOR',
  InvalidAccountForFee: 'TX_PAYER_INVALID',
  AlreadyProcessed: 'TX_ALREADY_PROCESSED',
  BlockhashNotFound: 'TX_BLOCKHASH_NOT_FOUND',
  SignatureFailure: 'TX_SIGNATURE_INVALID',
  SanitizeFailure: 'TX_MALFORMED',
  AccountLoadedTwice: 'TX_ACCOUNT_TWICE',
  TooManyAccountLocks: 'TX_TOO_MANY_ACCOUNTS',
  UnsupportedVersion: 'TX_VERSION_UNSUPPORTED',
  AddressLookupTableNotFound: 'TX_LOOKUP_TABLE_MISSING',
  InvalidAddressLookupTableOwner: 'TX_LOOKUP_TABLE_OWNER',
  InvalidAddressLookupTableData: 'TX_LOOKUP_TABLE_DATA',
  InvalidAddressLookupTableIndex: 'TX_LOOKUP_TABLE_INDEX',
  MaxLoadedAccountsDataSizeExceeded: 'TX_LOADED_DATA_SIZE',
  InvalidLoadedAccountsDataSizeLimit: 'TX_LOADED_DATA_SIZE_ZERO',
  InsufficientFundsForRent: 'TX_RENT',
  DuplicateInstruction: 'TX_COMPUTE_BUDGET_TWICE',
  InstructionError: 'TX_COMPUTE_BUDGET_INVALID',
};

/** What a row may look at: the facts, and the same as words. */
interface Facts {
  readonly trace: TransactionTrace;
  readonly facts: RefusalFacts;
  readonly show: ShowAddress;
  readonly account: string;
  readonly program: string;
  readonly limit: string;
  readonly actual: string;
  /** The detail with a colon before it, or nothing. */
  readonly because: string;
}

interface Words {
  readonly code?: string;
  readonly cause: string;
  /** Before those of the table. */
  readonly fixes?: readonly string[];
  /** Whether those are all: the table's would repeat them. */
  readonly isAll?: boolean;
}

const ROWS: Readonly<Record<string, (facts: Facts) => string | Words>> = {
  AccountNotFound: (f) => `The fee payer ${f.account} does not exist: it has no lamports, and the fee is ${f.limit}.`,
  InsufficientFundsForFee: (f) => ({
    cause: `The fee payer ${f.account} has ${lamports(f.facts.actual)}; ${BigInt(f.facts.limit ?? 0) === f.trace.fee ? 'the fee is' : 'the fee, and what it must keep, are'} ${f.limit}.`,
    fixes: missingLamports(f, (missing) => `Give the payer ${missing} more.`),
  }),
  InvalidAccountForFee: (f) => `The fee payer ${f.account} is no wallet${f.because}.`,
  InsufficientFundsForRent: belowRent,
  SignatureFailure: (f) => `The signature of ${f.account} is invalid${f.because}.`,
  SanitizeFailure: (f) => ({
    cause: `The transaction is malformed${f.because}.`,
    ...(f.because.includes('bytes long')
      ? { fixes: ['Take accounts from an address lookup table, or split the transaction.'], isAll: true }
      : {}),
  }),
  AccountLoadedTwice: (f) => `${f.account} is listed twice among the accounts of the message.`,
  TooManyAccountLocks: (f) => `The transaction names ${f.actual} accounts; ${f.limit} are allowed.`,
  BlockhashNotFound: expired,
  ProgramAccountNotFound(f) {
    const places = f.trace.instructions.flatMap(({ programAddress, path }) => {
      return programAddress === f.facts.program ? [`#${path[0]}`] : [];
    });
    const where = places.length === 0 ? '' : `, which instruction ${places.join(', ')} calls,`;
    return `The program ${f.program}${where} does not exist.`;
  },
  InvalidProgramForExecution: (f) => `${f.program} is no program${f.because}.`,
  MaxLoadedAccountsDataSizeExceeded: (f) => ({
    cause: `The accounts hold ${f.actual} bytes${f.facts.account === null ? '' : `, counted up to ${f.account}`}; the transaction may load ${f.limit}.`,
    fixes: f.facts.actual === null ? [] : [`Ask for at least ${f.actual} bytes with SetLoadedAccountsDataSizeLimit.`],
  }),
  AddressLookupTableNotFound: (f) => `The lookup table ${f.account} can't be used${f.because}.`,
  InvalidAddressLookupTableOwner: (f) => `${f.account} is no lookup table${f.because}.`,
  InvalidAddressLookupTableData: (f) => `${f.account} is no lookup table${f.because}.`,
  InvalidAddressLookupTableIndex: (f) =>
    `The message takes address ${f.actual} of the lookup table ${f.account}, which has ${f.limit} that can be used${f.because}.`,
  DuplicateInstruction: (f) => `${f.facts.asked} stands in the transaction twice.`,
  InstructionError: (f) => `A Compute Budget instruction is invalid${f.because}.`,
};

/** Undefined where the transaction succeeded or a frame of it failed. */
export function describeTransactionFailure(
  trace: TransactionTrace,
  show: ShowAddress,
): TransactionFailureText | undefined {
  const { error, refusal } = trace;
  if (error === null || trace.instructions.some((frame) => frame.failure !== null)) return undefined;
  const title = typeof error === 'string' ? error : Object.keys(error)[0];
  const said = refusal === null ? undefined : ROWS[title]?.(factsOf(trace, refusal, show));
  const words = typeof said === 'string' ? { cause: said } : said;
  const code = words?.code ?? CODES[title] ?? 'TX_REFUSED';
  const row = RUNTIME_CODES[code];
  const address = refusal?.account ?? rentAccount(trace) ?? refusal?.program ?? null;
  return {
    code,
    title,
    cause: words?.cause ?? `${row.message}${CODES[title] === undefined ? ` It said: ${trace.errorText}.` : ''}`,
    fixes: [...(words?.fixes ?? []), ...(words?.isAll ? [] : row.fixes)],
    account: address === null ? undefined : { address },
  };
}

function factsOf(trace: TransactionTrace, facts: RefusalFacts, show: ShowAddress): Facts {
  const number = (value: number | bigint | null) => (value === null ? '?' : numberText(value));
  return {
    trace,
    facts,
    show,
    account: facts.account === null ? 'The account' : show(facts.account),
    program: facts.program === null ? 'that an instruction names' : show(facts.program),
    limit: number(facts.limit),
    actual: number(facts.actual),
    because: facts.detail === null ? '' : `: ${facts.detail.replace(/[1-9A-HJ-NP-Za-km-z]{32,44}/g, show)}`,
  };
}

function lamports(amount: number | bigint | null): string {
  return amount === null ? '? lamports' : lamportsText(amount);
}

function missingLamports({ facts }: Facts, words: (lamports: string) => string): string[] {
  const { limit, actual } = facts;
  return limit === null || actual === null ? [] : [words(lamportsText(BigInt(limit) - BigInt(actual)))];
}

/** After the last instruction, or, of the payer, after the fee. */
function belowRent(f: Facts): Words {
  const { trace, facts, account, limit } = f;
  const traced = trace.accounts.find(({ address }) => address === facts.account);
  const isNew = traced?.before != null && traced.before.lamports === 0n;
  const fee = /after the fee of (\d+)/.exec(facts.detail ?? '')?.[1];
  const after = fee === undefined ? '' : ` after the fee of ${numberText(BigInt(fee))}`;
  const size = traced?.after == null ? 'of its size' : `with ${numberText(traced.after.data.length)} bytes of data`;
  const words = (missing: string) =>
    fee === undefined
      ? `Leave ${missing} more in ${account}, or take everything out of it.`
      : `Give ${account} ${missing} more before.`;
  return {
    cause: `${account} would be left with ${lamports(facts.actual)}${after}; an account ${size} must hold ${limit} to be exempt from rent, or nothing.`,
    fixes: missingLamports(f, isNew ? (missing) => `Give ${account} ${missing} more, ${limit} or more in all.` : words),
    isAll: facts.actual !== null,
  };
}

function rentAccount({ error, accounts }: TransactionTrace): string | undefined {
  if (typeof error !== 'object' || error === null || !('InsufficientFundsForRent' in error)) return undefined;
  return accounts[error.InsufficientFundsForRent.account_index]?.address;
}

const isAdvance = (frame: CallFrame): boolean => frame.instruction?.name === 'AdvanceNonceAccount';

/** An old blockhash, or a durable nonce that doesn't stand in for it. */
function expired({ trace, facts, account, because }: Facts): Words {
  if (facts.detail?.includes('nonce')) {
    const where = facts.account === null ? '' : `in ${account} `;
    return { code: 'TX_NONCE_INVALID', cause: `The durable nonce ${where}does not date the transaction${because}.` };
  }
  const place = trace.instructions.findIndex(isAdvance);
  if (place > 0) {
    return {
      code: 'TX_NONCE_INVALID',
      cause: `AdvanceNonceAccount is instruction #${place}: only as instruction #0 does it make the nonce stand in for a blockhash${because}.`,
      fixes: ['Put AdvanceNonceAccount before all others, SetComputeUnitLimit and its like included.'],
    };
  }
  const nonce = trace.instructions[place]?.accounts[0];
  if (nonce !== undefined && !nonce.isWritable) {
    return {
      code: 'TX_NONCE_INVALID',
      cause: `The nonce account is read-only in instruction #0, so its nonce does not stand in for a blockhash${because}.`,
      fixes: ['Mark the nonce account writable in AdvanceNonceAccount.'],
    };
  }
  return { cause: `The transaction has expired, or is of another chain${because}.` };
}
