// The explanation of a frame: what the rule that refused looked at, what the accounts and the calls say, what the program
// said itself, and the seeds that would have fitted, in the order of how much each of them knows.

import { readAnchorLog } from './anchor-log.ts';
import { flagOrigins, nameOfProgram } from './explain-flags.ts';
import { seedCause, seedNote, signerInstead } from './explain-seeds.ts';
import { findInState, lastWords } from './explain-state.ts';
import { causeAmong, type Finding } from './explain-view.ts';
import {
  accountInTransaction,
  dedupe,
  docsOf,
  EXPLANATION_CODES,
  type ExplainedAccount,
  type Explanation,
  namesIn,
  withNames,
} from './explanation.ts';
import { RUNTIME_CODES } from './explanation-codes.ts';
import { codeOfFailure, linesOf, type NamedError, NO_FACTS, nameError } from './failure-code.ts';
import { describeCallers, describeFault, describeReported, lacksAccount } from './failure-fault.ts';
import { type History, historyOf, isWritten, type States, turningPoint } from './failure-history.ts';
import { type Earlier, earlierOf, eventWords } from './failure-history-text.ts';
import { laterHelp } from './failure-order.ts';
import { CALL_SOURCE, ruleOf } from './failure-rule.ts';
import { describeFailure, type FailureText, type ShowAddress } from './failure-text.ts';
import { Guard } from './guard.ts';
import { WELL_KNOWN_NAMES } from './names.ts';
import { anchorErrorCode } from './program-error-codes.ts';
import { investigateSeeds, type SeedReport } from './seed-detective.ts';
import {
  type CallFrame,
  callsOf,
  type FrameFault,
  type RefusalFacts,
  type TransactionTrace,
} from './transaction-trace.ts';
import { numberText } from './value-text.ts';

/** @param path from the top-level instruction to the frame that raised the failure */
export function explainFrame(trace: TransactionTrace, path: readonly CallFrame[]): Explanation {
  return new FrameExplainer(trace, path).explain();
}

/** Changes that are told where nothing stands out. */
const SHOWN_CHANGES = 3;

/** Findings that are worth a note where they are not the cause. */
const NOTED: ReadonlySet<Finding['kind']> = new Set([
  'wrongProgram',
  'missing',
  'notAMint',
  'notATokenAccount',
  'mint',
  'frozen',
  'initialized',
  'uninitialized',
  'tooFew',
  'misplaced',
  'hook',
  'derivation',
  'returnData',
]);

/** Findings that keep an instruction from passing, whichever it is. */
const BARRIERS: ReadonlySet<Finding['kind']> = new Set(['owner', 'frozen', 'uninitialized', 'wrongProgram', 'mint']);

class FrameExplainer {
  readonly #trace: TransactionTrace;
  readonly #path: readonly CallFrame[];
  readonly #frame: CallFrame;
  readonly #facts: RefusalFacts;
  readonly #show: ShowAddress;
  readonly #text: FailureText;
  readonly #program: string;
  readonly #named: NamedError;
  readonly #guard = new Guard();

  constructor(trace: TransactionTrace, path: readonly CallFrame[]) {
    this.#trace = trace;
    this.#path = path;
    this.#frame = path[path.length - 1];
    this.#facts = this.#frame.failure!.refusal ?? NO_FACTS;
    this.#show = namesIn(trace);
    this.#text = describeFailure(trace, this.#show)!;
    this.#program = nameOfProgram(this.#frame, this.#show);
    this.#named = nameError(this.#frame);
  }

  explain(): Explanation {
    const frame = this.#frame;
    const failure = frame.failure!;
    const facts = this.#facts;
    const named = this.#named;
    const guard = this.#guard;
    const history = guard.run('history', () => historyOf(this.#trace, frame));
    // A frame that made no calls looked at what it was given; what it changed itself before it failed is not to blame.
    const states = callsOf(frame).length === 0 ? history?.now : undefined;
    const findings = findInState(this.#trace, this.#path, this.#show, guard, states);
    const seeds = guard.run('seeds', () => investigateSeeds(this.#trace, this.#path, this.#show)) ?? null;
    const signing = seedCause(seeds, frame, this.#text);
    const anchor = readAnchorLog(frame);
    const found = causeAmong(findings, named.name, named.message !== undefined);
    const finding = found !== undefined && this.#leavesOpen(found) ? found : undefined;
    const hook = findings.find(({ kind }) => kind === 'hook');
    const earlier = guard.run('earlier', () => found && history && this.#earlier(found, history));
    const later = guard.run('later', () => found && laterHelp(this.#trace, this.#path, found, this.#show));
    const code = this.#codeOf(finding);
    const row = EXPLANATION_CODES[code] ?? RUNTIME_CODES['PROGRAM_ERROR'];
    const isCall = failure.stage === 'before';
    const refused = facts.asked === 'signer' ? (facts.account ?? seeds?.match?.expected) : undefined;
    const instead = guard.run('signer', () =>
      isCall && refused !== undefined ? signerInstead(this.#trace, refused, this.#show) : undefined,
    );
    const seedFixes = seeds?.match == null ? [] : [seeds.match.fix];
    const account =
      facts.account ??
      finding?.account ??
      this.#anchorAccount(anchor?.account) ??
      frame.fault?.access?.account ??
      (isCall ? seeds?.match?.expected : undefined) ??
      null;
    const isAdvised = found?.errors.includes(named.name) || found?.kind === 'misplaced';
    const advised = finding ?? (isAdvised ? found : hook);
    const others = this.#text.fixes.filter((fix) => !(earlier?.isInstead && fix === advised?.fix));
    const specific = dedupe([
      ...(instead === undefined ? [] : [instead]),
      ...(isCall ? seedFixes : []),
      ...(earlier === undefined || earlier.fix === '' ? [] : [earlier.fix]),
      ...(later === undefined ? [] : [later.fix]),
      ...(advised === undefined || advised.fix === '' || earlier?.isInstead ? [] : [advised.fix]),
      ...(isCall ? [] : seedFixes),
      ...this.#anchorFixes(anchor),
      ...others.filter((fix) => !row.fixes.includes(fix) && !this.#isSettled(fix, seeds)),
    ]);
    const cause = shorten(
      signing ??
        [guard.run('cause', () => this.#cause(finding, anchor)) ?? this.#text.cause, earlier?.sentence, later?.sentence]
          .filter(Boolean)
          .join(' '),
    );
    const flags = guard.list('flags', () =>
      account === null ? [] : flagOrigins(this.#trace, this.#path, account, this.#show),
    );
    const rule = ruleOf(failure.kind, frame.programAddress);
    return {
      code,
      title: shorten(named.message === undefined ? this.#text.title : `${named.name}: ${named.message}`),
      cause,
      fixes: specific.length > 0 ? specific : named.fixes.length > 0 ? named.fixes : row.fixes,
      notes: [
        ...guard.list('notes', () => this.#notes(findings, finding, seedNote(seeds, signing))),
        ...guard.list('changes', () => (found === undefined && history ? this.#changesBefore(history) : [])),
        ...guard.notes,
      ],
      rule: facts.rule || failure.callStep || rule?.rule || null,
      source: facts.source || (failure.callStep === null ? rule?.source : CALL_SOURCE) || null,
      frame: {
        path: frame.path,
        programs: this.#path.map((each) => nameOfProgram(each, this.#show)),
        programAddress: frame.programAddress,
        program: frame.programName,
        instruction: frame.instruction?.name ?? null,
      },
      account: account === null ? null : this.#account(account, [cause, ...specific].join(' ')),
      accounts: frame.accounts.map(({ address }) => this.#account(address)),
      asked: facts.asked,
      held: facts.held,
      limit: facts.limit,
      actual: facts.actual,
      flags,
      fault: this.#fault(),
      seeds,
      earlier: earlier === undefined ? null : { path: earlier.frame.path, account: earlier.address },
      docs: docsOf(code),
    };
  }

  /** What the transaction itself did before, without which what was found would not be there. */
  #earlier(found: Finding, history: History): Earlier | undefined {
    const { name, message } = this.#named;
    const look = (states: States) => findInState(this.#trace, this.#path, this.#show, this.#guard, states, true);
    const isFound = (each: Finding): boolean =>
      each.account === found.account &&
      (each.account !== undefined || each.kind === found.kind) &&
      causeAmong([each], name, message !== undefined) !== undefined;
    const now = look(history.now);
    let before: readonly Finding[] = now;
    const event = turningPoint(history, (states) => {
      before = states === history.now ? now : look(states);
      return before.some(isFound);
    });
    if (event === undefined) return undefined;
    const earlier = earlierOf(event, this.#path, found, this.#show, history.events);
    // Without it something else would have stood in the way: undoing it is no help.
    const isNeeded = before.some(
      ({ kind, account }) => BARRIERS.has(kind) && !now.some((each) => each.kind === kind && each.account === account),
    );
    return isNeeded ? { ...earlier, fix: '', isInstead: false } : earlier;
  }

  /** Where nothing stands out: what earlier frames wrote to the accounts that the program looked at. */
  #changesBefore({ events }: History): string[] {
    const { programAddress } = this.#frame;
    const isWellKnown = programAddress !== null && Object.hasOwn(WELL_KNOWN_NAMES, programAddress);
    if (!this.#isReturned() || isWellKnown) return [];
    const notes: string[] = [];
    for (const { address } of this.#frame.accounts) {
      const event = events.findLast((each) => each.address === address && isWritten(each));
      if (event === undefined || notes.length >= SHOWN_CHANGES) continue;
      notes.push(`Before it, ${eventWords(event, this.#path, this.#show)}.`);
    }
    return dedupe(notes);
  }

  /** Whether a fix is for seeds that are not known, and they are. */
  #isSettled(fix: string, seeds: SeedReport | null): boolean {
    return seeds?.match != null && this.#text.seedFixes?.includes(fix) === true;
  }

  /** Whether the program itself returned the error, rather than a rule of the runtime. */
  #isReturned(): boolean {
    const isRuleless = this.#facts.rule === 'program result' || this.#facts.rule === '';
    return this.#frame.failure!.stage === 'run' && isRuleless && this.#frame.fault === null;
  }

  /** Whether what refused leaves open why: a program's own check, or a builtin's that names no facts. */
  #leavesOpen({ kind, errors, sentence, fix }: Finding): boolean {
    if (sentence === '' || (kind === 'hook' && fix === '')) return false;
    const { rule, account, detail, limit } = this.#facts;
    const isAboutAccount = account !== null && !['foreign', 'wrongProgram', 'space'].includes(kind);
    if ((kind === 'funds' || kind === 'derivation') && errors.includes(this.#named.name)) return true;
    if (kind === 'derivation' && this.#saysWhy()) return false;
    const isSilent = rule !== '' && !isAboutAccount && detail === null && limit === null;
    return this.#isReturned() || isSilent || this.#frame.failure!.kind === 'ExternalAccountDataModified';
  }

  #codeOf(finding: Finding | undefined): string {
    const code = codeOfFailure(this.#frame);
    const isVague = code === 'PROGRAM_CUSTOM_ERROR';
    if (finding?.kind === 'returnData' && (isVague || this.#named.code === '')) return 'PROGRAM_RETURN_DATA';
    return isVague && finding?.kind === 'derivation' ? 'PROGRAM_PDA_MISMATCH' : code;
  }

  #cause(finding: Finding | undefined, anchor: ReturnType<typeof readAnchorLog>): string {
    const { kind, text, error } = this.#frame.failure!;
    const named = this.#named;
    const program = this.#program;
    if (finding !== undefined) return this.#introduced(finding);
    if (anchor !== undefined) return this.#anchorCause(anchor);
    const panic = this.#panic();
    if (panic !== undefined && (kind === 'Panic' || kind === 'Abort'))
      return [`${program} panicked: ${panic}.`, lacksAccount(this.#frame, panic)].filter(Boolean).join(' ');
    const fault = describeFault(this.#frame, program, this.#show);
    if (fault !== undefined) return panic === undefined ? fault : `${fault} Before, it said: ${panic}.`;
    const { account, limit, actual, detail } = this.#facts;
    if (named.message !== undefined) {
      const instruction = this.#frame.instruction === null ? '' : ` in ${this.#frame.instruction.name}`;
      const about = account === null ? '' : ` for ${this.#accountWords(account)}`;
      const because = detail === null ? '' : ` (${withNames(detail, this.#show)})`;
      return this.#withLastWords(
        `${program} returned ${named.name}${instruction}${about}: ${named.message.replace(/\.$/, '')}${because}.`,
      );
    }
    const isStopped = error === 'ProgramFailedToComplete' && !this.#text.cause.includes(text) && !this.#text.isWhole;
    const withText = isStopped
      ? `${this.#text.cause.replace(/\.$/, '')}: ${withNames(text, this.#show).replace(/\.$/, '')}.`
      : this.#text.cause;
    const isSaid =
      limit === null || actual === null || this.#text.said.includes('limit') || withText.includes(`${actual}`);
    return this.#withLastWords(
      isSaid
        ? withText
        : `${withText} ${numberText(actual)} ${this.#facts.asked ?? 'were asked for'}; ${numberText(limit)} are allowed.`,
    );
  }

  /** Adds what the program logged as its reason, where it returned the error itself. */
  #withLastWords(sentence: string): string {
    const isSilent = this.#isReturned() || this.#frame.failure!.kind === 'Abort';
    const last = isSilent ? lastWords(this.#frame, this.#named.name).at(-1) : undefined;
    return last === undefined || sentence.includes(last)
      ? sentence
      : `${sentence} It logged: "${withNames(last, this.#show)}".`;
  }

  /** Whether a program that returned a number of its own said something of another kind about it. */
  #saysWhy(): boolean {
    const { error, text } = this.#frame.failure!;
    if (typeof error !== 'object') return false;
    const { detail } = this.#facts;
    const words = detail === null || detail === text ? lastWords(this.#frame, this.#named.name) : [detail];
    return words.length > 0 && !words.some((word) => /pda|seed|address|deriv|bump|key/i.test(word));
  }

  /** A derivation stands beside a number that means nothing to us: that it is the cause is not said. */
  #introduced({ kind, sentence }: Finding): string {
    const { error } = this.#frame.failure!;
    const isUnknown = typeof error === 'object' && this.#named.message === undefined;
    return kind === 'derivation' && isUnknown
      ? `${this.#program} returned its own error ${error.Custom}. ${sentence}`
      : sentence;
  }

  #anchorCause(anchor: NonNullable<ReturnType<typeof readAnchorLog>>): string {
    const { name, message = '' } = this.#named;
    const account = anchor.account === undefined ? '' : ` of the account \`${anchor.account}\``;
    const where = anchor.place === undefined ? '' : `, at ${anchor.place}`;
    const [left, right] = SIDES[name] ?? ['left', 'right'];
    const sides =
      anchor.left === undefined
        ? ''
        : `: ${left} ${withNames(anchor.left, this.#show)}, ${right} ${withNames(anchor.right ?? '', this.#show)}`;
    const said = (message === '' ? anchor.message : message).replace(/\.$/, '');
    return `${this.#program} returned ${name}${account}${where}${sides}. ${said}.`;
  }

  /** Which account to pass, where Anchor logged the address that it wants and an account of the call is the other one. */
  #anchorFixes(anchor: ReturnType<typeof readAnchorLog>): string[] {
    const sides = WANTED[this.#named.name];
    const [wanted, given] = sides === undefined ? [] : sides.map((side) => anchor?.[side]);
    if (wanted === undefined || given === undefined || wanted === given) return [];
    const places = this.#frame.accounts.filter(({ address, role }) => address === given && role !== null);
    if (places.length !== 1) return [];
    const pass = `Pass ${this.#show(wanted)} as \`${places[0].role}\`, in place of ${this.#show(given)}.`;
    // The account that has the field may be the wrong one as well.
    if (this.#named.name !== 'ConstraintHasOne' || anchor?.account === undefined) return [pass];
    return [
      `Where \`${anchor.account}\` is the right one: ${lowerFirst(pass)}`,
      `Where ${this.#show(given)} is the right \`${places[0].role}\`: pass another \`${anchor.account}\`, one that names ${this.#show(given)}.`,
    ];
  }

  #accountWords(address: string): string {
    const role = this.#frame.accounts.find((account) => account.address === address)?.role ?? null;
    return role === null ? this.#show(address) : `\`${role}\` (${this.#show(address)})`;
  }

  /** What the program logged when it panicked. */
  #panic(): string | undefined {
    const line = linesOf(this.#frame).findLast((each) =>
      /panicked at|Error: memory allocation failed|custom program panic/.test(each),
    );
    const { failure } = this.#frame;
    if (line !== undefined)
      return `${line.replace(/^Program log: (?:panicked: |panicked at (?=\w*Error:))?/, '')}${this.#place()}`;
    return failure!.kind === 'Panic' ? failure!.text.replace(/^SBF program Panicked /, '') : undefined;
  }

  /** Where a program in TypeScript threw; empty where it is none. */
  #place(): string {
    const place = this.#facts.rule === 'panic' ? /, (at .*)$/.exec(this.#facts.detail ?? '')?.[1] : undefined;
    return place === undefined ? '' : `, ${place}`;
  }

  #fault(): FrameFault | null {
    const own = this.#frame.fault;
    const isCall = this.#frame.failure!.stage !== 'run';
    return own ?? (isCall ? (this.#path[this.#path.length - 2]?.fault ?? null) : null);
  }

  #notes(findings: readonly Finding[], cause: Finding | undefined, seedNote: string | undefined): string[] {
    const notes: string[] = [];
    for (const finding of findings) {
      const isApart = finding.kind === 'derivation' && !this.#isReturned();
      const isNoted = NOTED.has(finding.kind) && finding.errors.length === 0 && !isApart;
      if (finding !== cause && isNoted) notes.push(finding.sentence);
    }
    if (cause !== undefined && this.#isReturned()) {
      const last = lastWords(this.#frame, this.#named.name).at(-1);
      if (last !== undefined) notes.push(`${this.#program} logged: "${withNames(last, this.#show)}".`);
    }
    if (seedNote !== undefined) notes.push(seedNote);
    for (const note of [describeReported(this.#path, this.#show), describeCallers(this.#frame)]) {
      if (note !== undefined) notes.push(note);
    }
    const isCut = this.#path.some((each) => each.steps.some((step) => step.type === 'log' && !step.isKept));
    if (isCut) notes.push('The log was truncated at its byte limit: the last lines are in the trace, not in the log.');
    const { error } = this.#frame.failure!;
    if (
      typeof error === 'object' &&
      this.#facts.rule === 'program result' &&
      this.#named.code === 'PROGRAM_CUSTOM_ERROR'
    ) {
      const anchor = anchorErrorCode(error.Custom);
      if (anchor !== undefined)
        notes.push(`If the program is written with Anchor, ${error.Custom} is ${anchor.name}: ${anchor.message}`);
    }
    return dedupe(notes);
  }

  #anchorAccount(role: string | undefined): string | null {
    if (role === undefined) return null;
    const camel = role.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
    return this.#frame.accounts.find((account) => account.role === role || account.role === camel)?.address ?? null;
  }

  /** @param said what is said of it: of an account that is named twice, the role that it is about is told */
  #account(address: string, said = ''): ExplainedAccount {
    const places = this.#frame.accounts.filter((each) => each.address === address);
    const account = places.find(({ role }) => role !== null && said.includes(`\`${role}\``)) ?? places[0];
    const inTransaction = accountInTransaction(this.#trace, address);
    if (account === undefined) return inTransaction;
    const { name, role, isSigner, isWritable } = account;
    return { address, name: name ?? inTransaction.name, role, index: inTransaction.index, isSigner, isWritable };
  }
}

/** What the two sides of a comparison are, where Anchor always logs the same two. Source: anchor lang/syn/src/codegen. */
const SIDES: Readonly<Record<string, readonly [left: string, right: string]>> = {
  ConstraintSeeds: ['given', 'derived'],
  ConstraintAddress: ['given', 'required'],
  ConstraintHasOne: ['in its data', 'given'],
  ConstraintAssociated: ['given', 'derived'],
  AccountOwnedByWrongProgram: ['its owner is', 'and should be'],
  ConstraintOwner: ['its owner is', 'and should be'],
  InvalidProgramId: ['given', 'required'],
  DeclaredProgramIdMismatch: ['it runs as', 'it declares'],
};

/** The side of a comparison that names the account wanted, and that of the account given. */
const WANTED: Readonly<Record<string, readonly ['left' | 'right', 'left' | 'right']>> = {
  ConstraintHasOne: ['left', 'right'],
  ConstraintAddress: ['right', 'left'],
  InvalidProgramId: ['right', 'left'],
};

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}

/** Lists of bytes and long texts of programs, cut: the trace has all of it. */
function shorten(text: string): string {
  return text
    .replace(
      /\[(\d+(?:, \d+){15})(?:, \d+)+\]/g,
      (list, start: string) => `[${start}, … (${list.split(',').length} bytes)]`,
    )
    .replace(/\S{400,}/g, (word) => `${word.slice(0, 200)}…`);
}
