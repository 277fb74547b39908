// Why a transaction failed, for people and for tools: a stable code, the rule and where it stands in Agave, the frame, the
// accounts by name, what was held and asked and who gave each flag, a sentence of cause and what to change.
// Sentences about the runtime's own rules are failure-text.ts's and transaction-failure-text.ts's; what the accounts say is
// explain-state.ts's; codes and general words are explanation-codes.ts's and program-error-codes.ts's. Seeds are searched
// by seed-detective.ts. Reads the trace only.

import { readAnchorLog } from './anchor-log.ts';
import { causeAmong, type Finding, findInState } from './explain-state.ts';
import { type CodeRow, RUNTIME_CODES, snake } from './explanation-codes.ts';
import { describeFailure, type FailureText, type ShowAddress } from './failure-text.ts';
import { WELL_KNOWN_NAMES } from './names.ts';
import {
  anchorErrorCode,
  PROGRAM_ERROR_CODES,
  type ProgramErrorCode,
  programErrorCode,
} from './program-error-codes.ts';
import { investigateSeeds, type SeedReport } from './seed-detective.ts';
import { describeTransactionFailure } from './transaction-failure-text.ts';
import {
  type CallFrame,
  callsOf,
  type Flags,
  type FrameFault,
  pathToOrigin,
  type RefusalFacts,
  type TransactionTrace,
} from './transaction-trace.ts';
import { AddressText } from './value-text.ts';

/** Code → row, of everything that can be explained. */
export const EXPLANATION_CODES: Readonly<Record<string, CodeRow>> = { ...RUNTIME_CODES, ...PROGRAM_ERROR_CODES };

export interface ExplainedAccount extends Flags {
  readonly address: string;
  readonly name: string | null;
  /** What the failing frame's instruction calls it. */
  readonly role: string | null;
  /** Index in the transaction; -1 where it isn't in it. */
  readonly index: number;
}

/** Where a flag came from, from the outside in. */
export interface FlagOrigin extends Flags {
  readonly where: 'transaction' | 'instruction' | 'call';
  /** Path of the frame; empty for the transaction. */
  readonly path: readonly number[];
  /** A sentence. */
  readonly text: string;
}

export interface Explanation {
  /** Stable: a key of `EXPLANATION_CODES`, with a page of that name in docs/errors. */
  readonly code: string;
  /** The error's name and its text. */
  readonly title: string;
  /** One sentence, or two. */
  readonly cause: string;
  /** Concrete where the facts tell; what usually helps where they don't. */
  readonly fixes: readonly string[];
  /** More that was noticed. */
  readonly notes: readonly string[];
  readonly rule: string | null;
  /** Path and symbol in Agave. */
  readonly source: string | null;
  /** Where it began; null where the transaction failed as a whole. */
  readonly frame: {
    readonly path: readonly number[];
    /** Programs from the top-level instruction down. */
    readonly programs: readonly string[];
    readonly programAddress: string | null;
    readonly program: string | null;
    readonly instruction: string | null;
  } | null;
  readonly account: ExplainedAccount | null;
  /** All accounts of the failing frame. */
  readonly accounts: readonly ExplainedAccount[];
  readonly asked: string | null;
  readonly held: Flags | null;
  readonly limit: number | bigint | null;
  readonly actual: number | bigint | null;
  readonly flags: readonly FlagOrigin[];
  /** Where the machine stopped: also the caller's place where a call of it was refused. */
  readonly fault: FrameFault | null;
  readonly seeds: SeedReport | null;
  /** Page of the docs. */
  readonly docs: string;
}

/**
 * Explains why a transaction failed.
 *
 * @returns null where it succeeded.
 *
 * @example
 * ```ts
 * const outcome = svm.sendTransaction(transaction);
 * const explanation = explain(outcome);
 * if (explanation !== null) console.log(explanation.code, explanation.cause, explanation.fixes);
 * ```
 */
export function explain(outcome: { readonly trace: TransactionTrace }): Explanation | null {
  const { trace } = outcome;
  if (trace.error === null) return null;
  const path = pathToOrigin(trace);
  return path.length === 0 ? explainTransaction(trace) : new FrameExplainer(trace, path).explain();
}

/** Names, PDAs by their seeds, short forms. */
export function namesIn(trace: TransactionTrace): ShowAddress {
  const text = new AddressText(
    trace.names,
    trace.accounts.map((account) => account.address),
  );
  return (address) =>
    trace.names[address] ?? (Object.hasOwn(WELL_KNOWN_NAMES, address) ? WELL_KNOWN_NAMES[address] : text.show(address));
}

// Transactions as a whole

const TRANSACTION_ERROR_CODES: Readonly<Record<string, string>> = {
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
  UnbalancedTransaction: 'TX_UNBALANCED',
  InsufficientFundsForRent: 'TX_RENT',
  DuplicateInstruction: 'TX_COMPUTE_BUDGET_TWICE',
  InstructionError: 'TX_COMPUTE_BUDGET_INVALID',
};

function explainTransaction(trace: TransactionTrace): Explanation {
  const show = namesIn(trace);
  const error = trace.error!;
  const name = typeof error === 'string' ? error : Object.keys(error)[0];
  const facts = trace.refusal;
  const isNonce = name === 'BlockhashNotFound' && (facts?.detail?.includes('nonce') ?? false);
  const code = isNonce ? 'TX_NONCE_INVALID' : (TRANSACTION_ERROR_CODES[name] ?? 'TX_REFUSED');
  const text = describeTransactionFailure(trace, show);
  const account = facts?.account ?? text?.account?.address ?? facts?.program ?? null;
  return {
    code,
    title: trace.errorText === null ? name : `${name}: ${trace.errorText}`,
    cause: transactionCause(name, facts, show) ?? text?.cause ?? `${trace.errorText}.`,
    fixes: [
      ...transactionFixes(name, facts, show),
      ...(text === undefined || text.fixes.length === 0 ? RUNTIME_CODES[code].fixes : text.fixes),
    ],
    notes: [],
    rule: facts?.rule ?? null,
    source: facts?.source ?? null,
    frame: null,
    account: account === null ? null : accountInTransaction(trace, account),
    accounts: trace.accounts.map(({ address }) => accountInTransaction(trace, address)),
    asked: facts?.asked ?? null,
    held: facts?.held ?? null,
    limit: facts?.limit ?? null,
    actual: facts?.actual ?? null,
    flags: [],
    fault: null,
    seeds: null,
    docs: docsOf(code),
  };
}

function accountInTransaction(trace: TransactionTrace, address: string): ExplainedAccount {
  const index = trace.accounts.findIndex((account) => account.address === address);
  const account = trace.accounts[index];
  const name = Object.hasOwn(trace.names, address) ? trace.names[address] : null;
  const { isSigner = false, isWritable = false } = account ?? {};
  return { address, name, role: null, index, isSigner, isWritable };
}

function transactionCause(name: string, facts: RefusalFacts | null, show: ShowAddress): string | undefined {
  if (facts === null) return undefined;
  const account = facts.account === null ? 'The account' : show(facts.account);
  const [limit, actual] = [number(facts.limit), number(facts.actual)];
  const because = facts.detail === null ? '' : `: ${withNames(facts.detail, show)}`;
  switch (name) {
    case 'AccountNotFound':
      return `The fee payer ${account} does not exist: it has no lamports, and the fee is ${limit}.`;
    case 'InsufficientFundsForFee':
      return `The fee payer ${account} has ${actual} lamports; the fee, and what it must keep, are ${limit}.`;
    case 'InvalidAccountForFee':
      return `The fee payer ${account} is no wallet${because}.`;
    case 'InsufficientFundsForRent':
      return `${account} would be left with ${actual} lamports; an account of its size must hold ${limit} to be exempt from rent, or nothing.`;
    case 'SignatureFailure':
      return `The signature of ${account} is invalid${because}.`;
    case 'SanitizeFailure':
      return `The transaction is malformed${because}.`;
    case 'AccountLoadedTwice':
      return `${account} is listed twice among the accounts of the message.`;
    case 'TooManyAccountLocks':
      return `The transaction names ${actual} accounts; ${limit} are allowed.`;
    case 'BlockhashNotFound':
      return facts.detail?.includes('nonce')
        ? `The durable nonce ${facts.account === null ? '' : `in ${account} `}does not date the transaction${because}.`
        : `The transaction has expired, or is of another chain${because}.`;
    case 'ProgramAccountNotFound':
      return `The program ${show(facts.program!)} does not exist.`;
    case 'InvalidProgramForExecution':
      return `${show(facts.program!)} is no program${because}.`;
    case 'MaxLoadedAccountsDataSizeExceeded':
      return `The accounts hold ${actual} bytes${facts.account === null ? '' : `, counted up to ${account}`}; the transaction may load ${limit}.`;
    case 'AddressLookupTableNotFound':
      return `The lookup table ${account} can't be used${because}.`;
    case 'InvalidAddressLookupTableOwner':
    case 'InvalidAddressLookupTableData':
      return `${account} is no lookup table${because}.`;
    case 'InvalidAddressLookupTableIndex':
      return `The message takes address ${actual} of the lookup table ${account}, which has ${limit} that can be used${because}.`;
    case 'DuplicateInstruction':
      return `${facts.asked} stands in the transaction twice.`;
    case 'InstructionError':
      return `A Compute Budget instruction is invalid${because}.`;
    default:
      return undefined;
  }
}

function transactionFixes(name: string, facts: RefusalFacts | null, show: ShowAddress): string[] {
  if (facts === null) return [];
  const { limit, actual } = facts;
  if (name === 'InsufficientFundsForRent' && limit !== null && actual !== null && facts.account !== null) {
    const missing = BigInt(limit) - BigInt(actual);
    return [`Leave ${number(missing)} lamports more in ${show(facts.account)}.`];
  }
  if (name === 'InsufficientFundsForFee' && limit !== null && actual !== null) {
    return [`Give the payer ${number(BigInt(limit) - BigInt(actual))} lamports more.`];
  }
  if (name === 'MaxLoadedAccountsDataSizeExceeded' && actual !== null) {
    return [`Ask for at least ${number(actual)} bytes with SetLoadedAccountsDataSizeLimit.`];
  }
  return [];
}

// Frames

const NO_FACTS: RefusalFacts = {
  rule: '',
  source: '',
  account: null,
  program: null,
  asked: null,
  held: null,
  limit: null,
  actual: null,
  detail: null,
};

/** Variant → code, where the variant alone decides. */
const KIND_CODES: Readonly<Record<string, string>> = {
  TooManySigners: 'CPI_TOO_MANY_SIGNERS',
  ProgramNotSupported: 'CPI_PROGRAM_NOT_CALLABLE',
  ReentrancyNotAllowed: 'CPI_REENTRANCY',
  CallDepth: 'CPI_DEPTH',
  MaxInstructionTraceLengthExceeded: 'CPI_TRACE_LENGTH',
  MaxInstructionAccountsExceeded: 'CPI_TOO_MANY_ACCOUNTS',
  MaxInstructionDataLenExceeded: 'CPI_DATA_TOO_LARGE',
  MaxInstructionAccountInfosExceeded: 'CPI_TOO_MANY_INFOS',
  ExternalAccountLamportSpend: 'ACCOUNT_LAMPORTS_NOT_OWNED',
  ReadonlyLamportChange: 'ACCOUNT_LAMPORTS_READONLY',
  ReadonlyDataModified: 'ACCOUNT_DATA_READONLY',
  ExternalAccountDataModified: 'ACCOUNT_DATA_NOT_OWNED',
  ModifiedProgramId: 'ACCOUNT_OWNER_CHANGE',
  ExecutableModified: 'ACCOUNT_EXECUTABLE_CHANGE',
  ExecutableAccountNotRentExempt: 'ACCOUNT_EXECUTABLE_CHANGE',
  MaxAccountsDataAllocationsExceeded: 'ACCOUNT_ALLOCATIONS',
  AccountBorrowFailed: 'ACCOUNT_BORROWED',
  AccountBorrowOutstanding: 'ACCOUNT_BORROWED',
  AccountDataTooSmall: 'ACCOUNT_DATA_TOO_SMALL',
  MaxAccountsExceeded: 'INSTRUCTION_TOO_MANY_ACCOUNTS',
  NotEnoughAccountKeys: 'INSTRUCTION_ACCOUNTS_MISSING',
  StackAccessViolation: 'VM_STACK_OVERFLOW',
  CallDepthExceeded: 'VM_CALL_DEPTH',
  DivideByZero: 'VM_DIVISION',
  DivideOverflow: 'VM_DIVISION',
  ExecutionOverrun: 'VM_CODE',
  CallOutsideTextSegment: 'VM_CODE',
  InvalidInstruction: 'VM_CODE',
  UnsupportedInstruction: 'VM_CODE',
  ExceededMaxInstructions: 'VM_OUT_OF_UNITS',
  ComputationalBudgetExceeded: 'COMPUTE_EXCEEDED',
  ProgramEnvironmentSetupFailure: 'VM_SETUP',
  Panic: 'PROGRAM_PANIC',
  Abort: 'PROGRAM_ABORT',
};

interface Named {
  readonly code: string;
  readonly name: string;
  readonly message: string | undefined;
  readonly fixes: readonly string[];
}

class FrameExplainer {
  readonly #trace: TransactionTrace;
  readonly #path: readonly CallFrame[];
  readonly #frame: CallFrame;
  readonly #facts: RefusalFacts;
  readonly #show: ShowAddress;
  readonly #text: FailureText;

  constructor(trace: TransactionTrace, path: readonly CallFrame[]) {
    this.#trace = trace;
    this.#path = path;
    this.#frame = path[path.length - 1];
    this.#facts = this.#frame.failure!.refusal ?? NO_FACTS;
    this.#show = namesIn(trace);
    this.#text = describeFailure(trace, this.#show)!;
  }

  explain(): Explanation {
    const frame = this.#frame;
    const failure = frame.failure!;
    const facts = this.#facts;
    const named = this.#named();
    const findings = failure.stage === 'run' ? findInState(this.#trace, frame, this.#show) : [];
    const seeds = investigateSeeds(this.#trace, this.#path, this.#show);
    const anchor = readAnchorLog(frame);
    const finding =
      this.#isReturned() || isBuiltinError(facts) || failure.kind === 'ExternalAccountDataModified'
        ? causeAmong(findings, named.name)
        : undefined;
    const code = this.#codeOf(named, finding);
    const row = EXPLANATION_CODES[code] ?? RUNTIME_CODES['PROGRAM_ERROR'];
    const account =
      facts.account ?? finding?.account ?? this.#anchorAccount(anchor?.account) ?? frame.fault?.access?.account ?? null;
    const specific = dedupe([
      ...(seeds?.match == null ? [] : [seeds.match.fix]),
      ...(finding === undefined ? [] : [finding.fix]),
      ...this.#text.fixes,
      ...named.fixes,
    ]);
    const fixes = specific.length > 0 ? specific : row.fixes;
    return {
      code,
      title: named.message === undefined ? this.#text.title : `${named.name}: ${named.message}`,
      cause: this.#cause(named, finding, anchor),
      fixes,
      notes: this.#notes(findings, finding, seeds),
      rule: this.#facts.rule || failure.callStep,
      source: this.#facts.source || null,
      frame: {
        path: frame.path,
        programs: this.#path.map((each) => this.#programOf(each)),
        programAddress: frame.programAddress,
        program: frame.programName,
        instruction: frame.instruction?.name ?? null,
      },
      account: account === null ? null : this.#account(account),
      accounts: frame.accounts.map(({ address }) => this.#account(address)),
      asked: facts.asked,
      held: facts.held,
      limit: facts.limit,
      actual: facts.actual,
      flags: account === null ? [] : this.#flagOrigins(account),
      fault: this.#fault(),
      seeds,
      docs: docsOf(code),
    };
  }

  #programOf(frame: CallFrame): string {
    return frame.programName ?? (frame.programAddress === null ? 'a program' : this.#show(frame.programAddress));
  }

  /** Whether the program itself returned the error, rather than a rule of the runtime. */
  #isReturned(): boolean {
    const failure = this.#frame.failure!;
    return (
      failure.stage === 'run' &&
      (this.#facts.rule === 'program result' || this.#facts.rule === '') &&
      this.#frame.fault === null
    );
  }

  /** The error by the name its program gives it. */
  #named(): Named {
    const { failure, programAddress, logs } = { ...this.#frame, failure: this.#frame.failure!, logs: this.#logs() };
    const { error, custom, kind } = failure;
    if (typeof error === 'string') return { code: '', name: kind, message: undefined, fixes: [] };
    const number = error.Custom;
    const known = programAddress === null ? undefined : programErrorCode(programAddress, number);
    const anchor = readAnchorLog(this.#frame);
    const isAnchor =
      anchor !== undefined ||
      logs.some((line) => line.startsWith('Program log: Instruction: ') || line.startsWith('Program log: AnchorError'));
    const fromAnchor: ProgramErrorCode | undefined =
      known === undefined && isAnchor ? anchorErrorCode(number) : undefined;
    const found = known ?? fromAnchor;
    if (found !== undefined) return { code: found.code, name: found.name, message: found.message, fixes: found.fixes };
    const name = custom?.name ?? anchor?.name ?? `Custom(${number})`;
    return { code: 'PROGRAM_CUSTOM_ERROR', name, message: custom?.message ?? anchor?.message ?? undefined, fixes: [] };
  }

  #codeOf(named: Named, finding: Finding | undefined): string {
    const { failure, programAddress } = this.#frame;
    const { kind, stage } = failure!;
    const { rule, asked, account, detail, limit } = this.#facts;
    if (named.code !== '') {
      const isVague = named.code === 'PROGRAM_CUSTOM_ERROR';
      if (isVague && finding?.kind === 'returnData') return 'PROGRAM_RETURN_DATA';
      return isVague && finding?.kind === 'derivation' ? 'PROGRAM_PDA_MISMATCH' : named.code;
    }
    if (finding?.kind === 'returnData') return 'PROGRAM_RETURN_DATA';
    if (rule === 'program result') return this.#returnedCode(kind);
    switch (kind) {
      case 'PrivilegeEscalation':
        return asked === 'signer' ? 'CPI_SIGNER_PRIVILEGE' : 'CPI_WRITABLE_PRIVILEGE';
      case 'MissingAccount': {
        if (rule === 'translate_accounts_common') return 'CPI_ACCOUNT_INFO_MISSING';
        if (rule !== 'prepare_next_cpi_instruction') return 'INSTRUCTION_ACCOUNTS_MISSING';
        const what = account === programAddress ? 'PROGRAM' : 'ACCOUNT';
        return `CPI_${what}_${detail?.includes('transaction') ? 'NOT_IN_TRANSACTION' : 'NOT_HELD'}`;
      }
      case 'BadSeeds':
        return stage === 'before' ? 'CPI_SEEDS_INVALID' : 'PROGRAM_MAX_SEED_LENGTH_EXCEEDED';
      case 'MaxSeedLengthExceeded':
        return rule === 'translate_signers' ? 'CPI_TOO_MANY_SEEDS' : this.#returnedCode(kind);
      case 'UnbalancedInstruction':
        return rule === 'push' ? 'CPI_UNBALANCED' : 'INSTRUCTION_UNBALANCED';
      case 'InvalidArgument':
        return rule === 'translate_instruction' ? 'CPI_FLAG_INVALID' : this.#returnedCode(kind);
      case 'InvalidRealloc':
        return stage === 'run' && limit !== null
          ? 'ACCOUNT_REALLOC'
          : stage === 'run'
            ? 'ACCOUNT_REALLOC'
            : 'CPI_REALLOC';
      case 'UnsupportedProgramId':
        return rule === 'process_instruction_inner' ? 'PROGRAM_MANAGEMENT' : 'PROGRAM_NOT_DEPLOYED';
      case 'UnalignedPointer':
        return stage === 'run' ? 'SYSCALL_ARGUMENT' : 'CPI_POINTER_UNALIGNED';
      case 'InvalidPointer':
        return stage === 'run' ? 'SYSCALL_ARGUMENT' : 'CPI_POINTER_INVALID';
      case 'AccessViolation':
        if (stage !== 'run') return 'CPI_MEMORY';
        return this.#frame.fault?.access?.words.startsWith('the stack') ? 'VM_STACK_OVERFLOW' : 'VM_ACCESS_VIOLATION';
      case 'Abort':
        return this.#logs().some((line) => /out of memory|memory allocation failed/.test(line))
          ? 'PROGRAM_OUT_OF_MEMORY'
          : 'PROGRAM_ABORT';
      default: {
        const code = KIND_CODES[kind];
        if (code !== undefined) return code;
        if (stage !== 'run') return 'CPI_REFUSED';
        return typeof failure!.error === 'string' && failure!.error === kind
          ? this.#returnedCode(kind)
          : 'SYSCALL_ARGUMENT';
      }
    }
  }

  #returnedCode(kind: string): string {
    if (kind === 'NotEnoughAccountKeys') return 'INSTRUCTION_ACCOUNTS_MISSING';
    const code = `PROGRAM_${snake(kind)}`;
    return Object.hasOwn(RUNTIME_CODES, code) ? code : (KIND_CODES[kind] ?? 'PROGRAM_ERROR');
  }

  #cause(named: Named, finding: Finding | undefined, anchor: ReturnType<typeof readAnchorLog>): string {
    const { kind } = this.#frame.failure!;
    const program = this.#programOf(this.#frame);
    if (finding !== undefined) return finding.sentence;
    if (anchor !== undefined) {
      const account = anchor.account === undefined ? '' : ` of the account \`${anchor.account}\``;
      const where = anchor.place === undefined ? '' : `, at ${anchor.place}`;
      const sides =
        anchor.left === undefined
          ? ''
          : `: left ${withNames(anchor.left, this.#show)}, right ${withNames(anchor.right ?? '', this.#show)}`;
      return `${program} returned ${named.name}${account}${where}${sides}. ${dedupe(
        [anchor.message, named.message ?? ''].map((text) => text.replace(/\.$/, '')),
      )
        .filter((text) => text !== '')
        .join('. ')}.`;
    }
    const panic = this.#panic();
    if (panic !== undefined && (kind === 'Panic' || kind === 'Abort')) return `${program} panicked: ${panic}.`;
    const fault = this.#frame.fault;
    if (fault !== null && this.#frame.failure!.stage === 'run') {
      const said = this.#faultSentence(program, fault);
      if (said !== undefined) return said;
    }
    if (named.message !== undefined && this.#facts.detail === null) {
      const instruction = this.#frame.instruction === null ? '' : ` in ${this.#frame.instruction.name}`;
      return `${program} returned ${named.name}${instruction}: ${named.message}`;
    }
    const { account, limit, actual } = this.#facts;
    if (named.message !== undefined && account !== null) {
      const instruction = this.#frame.instruction === null ? '' : ` in ${this.#frame.instruction.name}`;
      const detail = this.#facts.detail === null ? '' : ` (${withNames(this.#facts.detail, this.#show)})`;
      return `${program} returned ${named.name}${instruction} for ${this.#accountWords(account)}: ${named.message.replace(/\.$/, '')}${detail}.`;
    }
    const { text, error } = this.#frame.failure!;
    const isStopped = error === 'ProgramFailedToComplete' && !this.#text.cause.includes(text);
    const withText = isStopped
      ? `${this.#text.cause.replace(/\.$/, '')}: ${withNames(text, this.#show)}.`
      : this.#text.cause;
    const isSaid =
      limit === null || actual === null || this.#text.said.includes('limit') || withText.includes(`${actual}`);
    return isSaid
      ? withText
      : `${withText} ${number(actual)} ${this.#facts.asked ?? 'were asked for'}; ${number(limit)} are allowed.`;
  }

  #accountWords(address: string): string {
    const role = this.#frame.accounts.find((account) => account.address === address)?.role ?? null;
    return role === null ? this.#show(address) : `\`${role}\` (${this.#show(address)})`;
  }

  /** What the program logged when it panicked. */
  #panic(): string | undefined {
    const line = this.#logs().findLast((each) =>
      /panicked at|Error: memory allocation failed|custom program panic/.test(each),
    );
    const { failure } = this.#frame;
    if (line !== undefined) return line.replace(/^Program log: (?:panicked: )?/, '');
    return failure!.kind === 'Panic' ? failure!.text.replace(/^SBF program Panicked /, '') : undefined;
  }

  #faultSentence(program: string, fault: FrameFault): string | undefined {
    const { place, access, syscall } = fault;
    const where = `in ${place.functionName} (instruction ${place.pc})`;
    const { kind, text } = this.#frame.failure!;
    if (access !== null) {
      const verb = access.access === 'load' ? 'read' : 'wrote';
      const words = withNames(access.words, this.#show).replace(/account (\d+)/, (whole, index: string) => {
        const role = this.#frame.accounts[Number(index)]?.role;
        return role == null ? whole : `\`${role}\``;
      });
      return `${program} ${verb} ${access.length} bytes at 0x${access.vmAddr.toString(16)}, ${words}, ${where}${syscall === null ? '' : `, through ${syscall}`}.`;
    }
    switch (kind) {
      case 'DivideByZero':
        return `${program} divided by zero ${where}.`;
      case 'DivideOverflow':
        return `${program} overflowed a division ${where}.`;
      case 'CallDepthExceeded':
        return `${program} nested more than 64 calls of functions, innermost ${where}.`;
      case 'ExecutionOverrun':
      case 'CallOutsideTextSegment':
      case 'InvalidInstruction':
      case 'UnsupportedInstruction':
        return `${program} was stopped ${where}: ${text}.`;
      default:
        return undefined;
    }
  }

  #fault(): FrameFault | null {
    const own = this.#frame.fault;
    const isCall = this.#frame.failure!.stage !== 'run';
    const fault = own ?? (isCall ? (this.#path[this.#path.length - 2]?.fault ?? null) : null);
    return fault;
  }

  #notes(findings: readonly Finding[], cause: Finding | undefined, seeds: SeedReport | null): string[] {
    const notes: string[] = [];
    for (const finding of findings) if (finding !== cause) notes.push(finding.sentence);
    if (seeds !== null) notes.push(seeds.text);
    const { fault } = this.#frame;
    if (fault !== null && fault.callStack.length > 1) {
      notes.push(
        `Called from ${fault.callStack
          .slice(1)
          .map(({ functionName, pc }) => `${functionName} (${pc})`)
          .join(' ← ')}.`,
      );
    }
    const isCut = this.#path.some((each) => each.steps.some((step) => step.type === 'log' && !step.isKept));
    if (isCut) notes.push('The log was truncated at its byte limit: the last lines are in the trace, not in the log.');
    const { error } = this.#frame.failure!;
    if (
      typeof error === 'object' &&
      this.#facts.rule === 'program result' &&
      this.#named().code === 'PROGRAM_CUSTOM_ERROR'
    ) {
      const anchor = anchorErrorCode(error.Custom);
      if (anchor !== undefined)
        notes.push(`If the program is written with Anchor, ${error.Custom} is ${anchor.name}: ${anchor.message}`);
    }
    return notes;
  }

  #anchorAccount(role: string | undefined): string | null {
    if (role === undefined) return null;
    const camel = role.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
    return this.#frame.accounts.find((account) => account.role === role || account.role === camel)?.address ?? null;
  }

  #account(address: string): ExplainedAccount {
    const account = this.#frame.accounts.find((each) => each.address === address);
    const inTransaction = accountInTransaction(this.#trace, address);
    if (account === undefined) return inTransaction;
    const { name, role, isSigner, isWritable } = account;
    return { address, name: name ?? inTransaction.name, role, index: inTransaction.index, isSigner, isWritable };
  }

  #flagOrigins(address: string): FlagOrigin[] {
    const origins: FlagOrigin[] = [];
    const index = this.#trace.accounts.findIndex((account) => account.address === address);
    if (index < 0) {
      const text = 'The transaction does not list it.';
      return [{ where: 'transaction', path: [], isSigner: false, isWritable: false, text }];
    }
    const { isSigner, isWritable } = this.#trace.accounts[index];
    const text = `The transaction lists it as account #${index}: ${flagWords({ isSigner, isWritable })}${index === 0 ? ' (it pays the fee)' : ''}.`;
    origins.push({ where: 'transaction', path: [], isSigner, isWritable, text });
    this.#path.forEach((frame, depth) => {
      const account = frame.accounts.find((each) => each.address === address);
      const program = this.#programOf(frame);
      if (account === undefined) {
        const missing =
          depth === 0 ? `Instruction #${frame.path[0]} does not name it.` : `The call to ${program} does not name it.`;
        origins.push({
          where: depth === 0 ? 'instruction' : 'call',
          path: frame.path,
          isSigner: false,
          isWritable: false,
          text: missing,
        });
        return;
      }
      const flags = { isSigner: account.isSigner, isWritable: account.isWritable };
      const role = account.role === null ? '' : ` as \`${account.role}\``;
      if (depth === 0) {
        origins.push({
          where: 'instruction',
          path: frame.path,
          ...flags,
          text: `Instruction #${frame.path[0]} to ${program} names it${role}: ${flagWords(flags)}.`,
        });
        return;
      }
      const caller = this.#programOf(this.#path[depth - 1]);
      const seeds = account.isPdaSigner ? ', its signature by PDA seeds' : '';
      origins.push({
        where: 'call',
        path: frame.path,
        ...flags,
        text: `${caller}'s own metas in its call to ${program} ask for it${role}: ${flagWords(flags)}${seeds}.`,
      });
    });
    return origins;
  }

  #logs(): string[] {
    return this.#frame.steps.flatMap((step) => (step.type === 'log' ? [step.line] : []));
  }
}

/** A builtin names its error and the check; what the accounts say may say more. */
function isBuiltinError(facts: RefusalFacts): boolean {
  return facts.rule !== '' && facts.account === null && facts.detail === null && facts.limit === null;
}

function flagWords({ isSigner, isWritable }: Flags): string {
  return `${isWritable ? 'writable' : 'read-only'}, ${isSigner ? 'a signer' : 'not a signer'}`;
}

function docsOf(code: string): string {
  return `docs/errors/${code}.md`;
}

function number(value: number | bigint | null): string {
  return value === null ? '?' : value.toString().replace(/\B(?=(\d{3})+(?!\d))/g, ',');
}

function withNames(text: string, show: ShowAddress): string {
  return text.replace(/[1-9A-HJ-NP-Za-km-z]{32,44}/g, show);
}

function dedupe(texts: readonly string[]): string[] {
  return [...new Set(texts)];
}

/** The frames of a trace, outermost first, calls behind their callers. */
export function framesOf(trace: TransactionTrace): CallFrame[] {
  const all = (frame: CallFrame): CallFrame[] => [frame, ...callsOf(frame).flatMap(all)];
  return trace.instructions.flatMap(all);
}
