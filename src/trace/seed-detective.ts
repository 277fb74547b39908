// Where seeds led to another address than the one that was meant: looks for the seeds that lead there, one change away from
// those that were given. What is tried, in order: every bump; other programs; leaving one out, or putting in or in place
// of one whatever the transaction knows (addresses, seeds used elsewhere in it, numbers of its instruction data); other
// orders; numbers of other widths and byte orders, one more and one less, as decimal text; text in other cases, with a
// zero byte, padded, hashed; addresses as text.
// Each try is one SHA-256, compared with the addresses that could be meant; a hit is a proof, since nobody finds another
// preimage. The search ends after a fixed number of tries, which take less than 50 ms, so that its result is the same
// everywhere.

import { hashes } from '../crypto/hashes.ts';
import { decodeBase58, encodeBase58 } from '../wire/base58.ts';
import { concatBytes, equalBytes } from '../wire/bytes.ts';
import type { ShowAddress } from './failure-text.ts';
import { WELL_KNOWN_NAMES } from './names.ts';
import { dataRanges, type Known, MAX_SEED_LEN, numberOf, OFTEN_SEEDS, orders, variantsOf } from './seed-variants.ts';
import { readSeeds, seedWords } from './seeds.ts';
import { type CallFrame, callsOf, type Derivation, type Seed, type TransactionTrace } from './transaction-trace.ts';
import { numberText } from './value-text.ts';

export interface SeedMatch {
  /** The address that was meant. */
  readonly expected: string;
  readonly programAddress: string;
  readonly seeds: readonly Seed[];
  /** What must be changed about the seeds that were given. */
  readonly difference: string;
  readonly fix: string;
  /** Why the call was refused, where that is all there is to it: the address is one that another program signs for. */
  readonly cause: string | null;
}

export interface SeedReport {
  /** How it was searched: always the same words for the same search. */
  readonly method: string;
  readonly tries: number;
  readonly isExhausted: boolean;
  readonly match: SeedMatch | null;
  readonly text: string;
}

/** SHA-256 computations of one investigation. */
const MAX_TRIES = 12_000;
const MARKER = new TextEncoder().encode('ProgramDerivedAddress');
const MAX_SEEDS = 16;
const METHOD = 'seeds one change away from those given, hashed and compared with the accounts of the call';
/** Tried with each other change: nearly all bumps that a search finds are among them. */
const LIKELY_BUMPS: readonly number[] = Array.from({ length: 7 }, (_, i) => 255 - i);

interface Question {
  readonly programAddress: string;
  readonly seeds: readonly Uint8Array[];
  /** Whether the last seed is a bump, given by the program. */
  readonly hasBump: boolean;
  /** Addresses that may be meant. */
  readonly targets: readonly string[];
  /** How many lists of seeds these were, where they are joined. */
  readonly joined?: number;
  /** Whether the seeds were given for another address, so that how they differ says nothing. */
  readonly isForOther?: boolean;
  /** Whether they are to sign, which seeds do under the calling program only. */
  readonly isForSigning: boolean;
}

/** Undefined kinds of failures give null: then no seeds were in question. */
export function investigateSeeds(
  trace: TransactionTrace,
  path: readonly CallFrame[],
  show: ShowAddress,
): SeedReport | null {
  const questions = questionsOf(trace, path);
  if (questions.length === 0) return null;
  const search = new Search(trace, path, show);
  let match: SeedMatch | null = null;
  // What is likely is tried of all seeds before what is not is tried of any.
  for (const reach of ['near', 'far'] as const) {
    for (const question of questions) match ??= search.answer(question, reach) ?? null;
  }
  const tries = numberText(search.tries);
  const text =
    match === null
      ? `No seeds one change away from those given lead to ${[...new Set(questions.flatMap(({ targets }) => targets))].map(show).slice(0, 4).join(' or ')} (${tries} tried${search.isExhausted ? ', then the search was ended' : ''}).`
      : `The seeds of ${show(match.expected)} were found in ${tries} tries: ${match.difference}.`;
  return { method: METHOD, tries: search.tries, isExhausted: search.isExhausted, match, text };
}

function questionsOf(trace: TransactionTrace, path: readonly CallFrame[]): Question[] {
  const frame = path[path.length - 1];
  const { failure } = frame;
  const { refusal, stage, kind, error } = failure!;
  const caller = path[path.length - 2];
  if (stage === 'before' && caller !== undefined && caller.programAddress !== null) {
    const isSigner = kind === 'PrivilegeEscalation' && refusal?.asked === 'signer' && refusal.account !== null;
    if (!isSigner && kind !== 'BadSeeds') return [];
    const wanted = frame.accounts.filter(({ asked, held }) => asked?.isSigner && !held?.isSigner).map((a) => a.address);
    const targets = isSigner ? [refusal!.account!] : wanted;
    const { programAddress } = caller;
    const given = [
      ...frame.derivations,
      ...frame.signers.map((s): Derivation => ({ ...s, programAddress, bump: null, step: 0 })),
    ];
    // Seeds that sign for another account of the call were hardly meant for this one.
    const isSpent = ({ address }: Derivation) =>
      frame.accounts.some((account) => account.address === address && account.asked?.isSigner);
    const found: Question[] = [
      ...given.filter((each) => !isSpent(each)).map((each) => questionOf(each, targets, true)),
      ...given.filter(isSpent).map((each) => ({ ...questionOf(each, targets, true), isForOther: true })),
      ...caller.derivations.map((each) => questionOf(each, targets, true)),
    ];
    if (frame.signers.length > 1) {
      const seeds = frame.signers.flatMap((signer) => signer.seeds);
      const derivation = { address: null, seeds, programAddress, bump: null, step: 0 };
      found.unshift({ ...questionOf(derivation, targets, true), joined: frame.signers.length });
    }
    // Where no seeds were given, those used elsewhere in the transaction under the same program may be one change away.
    const elsewhere = derivationsOf(trace).filter((derivation) => derivation.programAddress === programAddress);
    return unique([
      ...found,
      ...elsewhere.map((each) => ({ ...questionOf(each, targets, true), isForOther: true })),
    ]).filter((question) => question.targets.length > 0 && question.seeds.length > 0);
  }
  if (stage !== 'run' || (refusal !== null && refusal.rule !== 'program result')) return [];
  const last = frame.derivations.at(-1);
  if (last === undefined || isPassed(frame, last) || error === 'ComputationalBudgetExceeded') return [];
  const addresses = frame.accounts.map(({ address }) => address);
  if (last.address !== null && addresses.includes(last.address)) return [];
  const known = new Set(derivationsOf(trace).flatMap(({ address }) => (address === null ? [] : [address])));
  const targets = addresses.filter((address) => !known.has(address) && !Object.hasOwn(WELL_KNOWN_NAMES, address));
  return [questionOf(last, targets, false)];
}

function questionOf(
  { programAddress, seeds, bump }: Derivation,
  targets: readonly string[],
  isForSigning: boolean,
): Question {
  const bytes = seeds.map((seed) => seed.bytes);
  const hasBump = bump === null && bytes.length > 0 && bytes[bytes.length - 1].length === 1;
  return { programAddress, seeds: bytes, hasBump, targets, isForSigning };
}

export /** Whether the program went on with what it had derived: it made a call after that. */
function isPassed(frame: CallFrame, { step }: Derivation): boolean {
  return step !== undefined && frame.steps.slice(step).some(({ type }) => type === 'call');
}

function unique(questions: readonly Question[]): Question[] {
  return questions.filter((question, i) => {
    return (
      questions.findIndex(
        (other) =>
          other.programAddress === question.programAddress &&
          other.seeds.length === question.seeds.length &&
          other.seeds.every((seed, j) => equalBytes(seed, question.seeds[j])),
      ) === i
    );
  });
}

/** What every frame derived or signed with. */
function derivationsOf(trace: TransactionTrace): Derivation[] {
  const of = (frame: CallFrame, caller: CallFrame | undefined): Derivation[] => [
    ...frame.derivations,
    ...(caller?.programAddress == null
      ? []
      : frame.signers
          .filter(({ seeds }) => seeds.length > 0)
          .map((signer): Derivation => ({ ...signer, programAddress: caller.programAddress!, bump: null, step: 0 }))),
    ...callsOf(frame).flatMap((call) => of(call, frame)),
  ];
  return trace.instructions.flatMap((frame) => of(frame, undefined));
}

interface Change {
  readonly seeds: readonly Uint8Array[];
  readonly programAddress?: string;
  /** In words, which are made for the one that fits only; empty for no change. */
  readonly difference: () => string;
}

class Search {
  tries = 0;
  readonly #trace: TransactionTrace;
  readonly #path: readonly CallFrame[];
  readonly #show: ShowAddress;
  readonly #bytes = new Map<string, Uint8Array>();

  constructor(trace: TransactionTrace, path: readonly CallFrame[], show: ShowAddress) {
    this.#trace = trace;
    this.#path = path;
    this.#show = show;
  }

  /** The 32 bytes of an address. */
  #bytesOf(address: string): Uint8Array {
    let bytes = this.#bytes.get(address);
    if (bytes === undefined) this.#bytes.set(address, (bytes = decodeBase58(address)!));
    return bytes;
  }

  get isExhausted(): boolean {
    return this.tries >= MAX_TRIES;
  }

  /** @param reach `near`: other bumps and programs, the same values in other forms; `far`: other values */
  answer(question: Question, reach: 'near' | 'far'): SeedMatch | undefined {
    if (this.isExhausted) return undefined;
    const { seeds, hasBump } = question;
    const body = hasBump ? seeds.slice(0, -1) : seeds;
    const given = hasBump ? seeds[seeds.length - 1][0] : undefined;
    if (reach === 'near') {
      const all = Array.from({ length: 256 }, (_, i) => 255 - i);
      const { joined } = question;
      const difference = joined === undefined ? '' : `the seeds given for ${joined} signers are those of one`;
      const first = this.#tryBumps(question, { seeds: body, difference: () => difference }, all, given);
      if (first !== undefined) return first;
    }
    const bumps = given === undefined ? LIKELY_BUMPS : [given, ...LIKELY_BUMPS];
    if (question.joined !== undefined) return undefined;
    for (const change of reach === 'near' ? this.#nearChanges(question, body) : this.#farChanges(body)) {
      const match = this.#tryBumps(question, change, bumps, given);
      if (match !== undefined) return match;
      if (this.isExhausted) return undefined;
    }
    return undefined;
  }

  #tryBumps(
    question: Question,
    change: Change,
    bumps: readonly number[],
    given: number | undefined,
  ): SeedMatch | undefined {
    const programAddress = change.programAddress ?? question.programAddress;
    const { seeds } = change;
    if (seeds.length >= MAX_SEEDS || seeds.some((seed) => seed.length > MAX_SEED_LEN)) return undefined;
    const program = this.#bytesOf(programAddress);
    const { targets } = question;
    const hit = (input: Uint8Array) => {
      this.tries++;
      const hash = hashes.sha256(input);
      return targets.find((address) => {
        const bytes = this.#bytesOf(address);
        return bytes[0] === hash[0] && equalBytes(bytes, hash);
      });
    };
    const bare = hit(concatBytes([...seeds, program, MARKER]));
    if (bare !== undefined) {
      const without = given === undefined ? [] : [`the bump ${given} does not belong to it`];
      return this.#match(question, bare, programAddress, seeds, [change.difference(), ...without]);
    }
    const input = concatBytes([...seeds, Uint8Array.of(0), program, MARKER]);
    const at = input.length - MARKER.length - program.length - 1;
    for (const bump of bumps) {
      if (this.isExhausted) return undefined;
      input[at] = bump;
      const found = hit(input);
      if (found === undefined) continue;
      const difference = change.difference();
      const aboutBump =
        given === undefined
          ? difference === ''
            ? [`the bump ${bump} is missing`]
            : [`with the bump ${bump}`]
          : given === bump
            ? []
            : [`the bump is ${bump}, not ${given}`];
      const all = [...seeds, Uint8Array.of(bump)];
      return this.#match(question, found, programAddress, all, [difference, ...aboutBump]);
    }
    return undefined;
  }

  #match(
    question: Question,
    expected: string,
    programAddress: string,
    seeds: readonly Uint8Array[],
    differences: readonly string[],
  ): SeedMatch {
    const readings = readSeeds(seeds);
    const changes =
      differences.filter((text) => text !== '').join(', ') || 'these very seeds lead there, under this program';
    const list = seedWords(readings, this.#show);
    const difference = question.isForOther === true ? `they are ${list}` : changes;
    const [address, program] = [this.#show(expected), this.#show(programAddress)];
    const match = { expected, programAddress, seeds: readings, difference };
    if (question.isForSigning && programAddress !== question.programAddress) {
      const caller = this.#show(question.programAddress);
      return {
        ...match,
        cause: `${address} is a PDA of ${program}, from ${list}: only ${program} can sign for it. The call is ${caller}'s, and its seeds derive under its own id.`,
        fix: this.#signElsewhere(programAddress, address, caller),
      };
    }
    const other = question.isForSigning ? undefined : this.#accountInstead(question, readings, address);
    const fix = !question.isForSigning
      ? (other ?? `Where ${address} is meant: derive it from ${list} under ${program}; ${difference}.`)
      : differences.some((text) => text !== '')
        ? `Sign for ${address} with the seeds ${list}.`
        : `Give the seeds ${list} to invoke_signed: under ${program} they are those of ${address}.`;
    return { ...match, cause: null, fix };
  }

  /** Which account to pass, where the one seed that differs is the address of one; undefined where it is none. */
  #accountInstead({ seeds, hasBump }: Question, wanted: readonly Seed[], meant: string): string | undefined {
    const given = readSeeds(hasBump ? seeds.slice(0, -1) : seeds);
    const differing = given.flatMap((seed, i) => (seed.text === wanted[i]?.text ? [] : [[seed, wanted[i]] as const]));
    if (differing.length !== 1) return undefined;
    const [[seed, instead]] = differing;
    if (seed.kind !== 'address' || instead?.kind !== 'address') return undefined;
    const { accounts } = this.#path[this.#path.length - 1];
    const account = accounts.find(({ address, role }) => address === seed.text && role !== null);
    if (account === undefined) return undefined;
    return `Where ${meant} is meant: pass ${this.#show(instead.text)} as \`${account.role}\`, in place of ${this.#show(seed.text)}.`;
  }

  /** How an address of another program can sign after all. */
  #signElsewhere(programAddress: string, address: string, caller: string): string {
    const program = this.#show(programAddress);
    const instead = `use an address derived under ${caller} in place of ${address}`;
    const outer = this.#path.slice(0, -2).findIndex((frame) => frame.programAddress === programAddress);
    if (outer >= 0) {
      const next = this.#show(this.#path[outer + 1].programAddress!);
      return `Let ${program} give the seeds in its call to ${next}, and mark ${address} a signer in each call from there on; or ${instead}.`;
    }
    // Programs that everybody knows do what they do, and make nobody's calls.
    if (Object.hasOwn(WELL_KNOWN_NAMES, programAddress))
      return `${capital(instead)}: ${program} signs for its own only.`;
    return `Let ${program} make this call; or ${instead}.`;
  }

  *#nearChanges(question: Question, body: readonly Uint8Array[]): Generator<Change> {
    for (const programAddress of this.#programs(question)) {
      if (programAddress === question.programAddress) continue;
      const difference = () =>
        `the program is ${this.#show(programAddress)}, not ${this.#show(question.programAddress)}`;
      yield { seeds: body, programAddress, difference };
    }
    for (let i = 0; i < body.length; i++) {
      for (const { bytes, words } of variantsOf(body[i])) {
        yield { seeds: body.with(i, bytes), difference: () => `seed ${i} is ${words}, not ${this.#name(body[i])}` };
      }
    }
    for (const order of orders(body.length)) {
      const difference = () => `the order of the seeds is ${order.map((i) => this.#name(body[i])).join(', ')}`;
      yield { seeds: order.map((i) => body[i]), difference };
    }
    for (let i = 0; i < body.length; i++) {
      yield { seeds: body.toSpliced(i, 1), difference: () => `seed ${i} (${this.#name(body[i])}) is too much` };
    }
  }

  *#farChanges(body: readonly Uint8Array[]): Generator<Change> {
    const known = this.#known();
    for (let i = 0; i < body.length; i++) {
      // What is of the same kind is likelier to be meant, but there is time for all.
      for (const { bytes, words } of known) {
        if (equalBytes(bytes, body[i])) continue;
        yield { seeds: body.with(i, bytes), difference: () => `seed ${i} is ${words}, not ${this.#name(body[i])}` };
      }
    }
    for (let i = 0; i <= body.length; i++) {
      for (const { bytes, words } of known) {
        yield { seeds: body.toSpliced(i, 0, bytes), difference: () => `${words} is missing, as seed ${i}` };
      }
    }
  }

  #name(seed: Uint8Array): string {
    return this.#words(readSeeds([seed])[0]);
  }

  #words(seed: Seed): string {
    return seedWords([seed], this.#show).slice(1, -1);
  }

  #programs({ targets }: Question): string[] {
    const called = this.#trace.instructions.flatMap(function all(frame: CallFrame): string[] {
      return [...(frame.programAddress === null ? [] : [frame.programAddress]), ...callsOf(frame).flatMap(all)];
    });
    const executable = this.#trace.accounts.filter(({ before }) => before?.executable).map(({ address }) => address);
    // An address is mostly owned by the program that derives it.
    const owners = this.#trace.accounts
      .filter(({ address }) => targets.includes(address))
      .flatMap(({ before }) => (before === null ? [] : [before.owner]));
    return [...new Set([...called, ...owners, ...executable, ...OFTEN_DERIVE])];
  }

  /** What the accounts of the call hold: addresses and numbers at multiples of 8, as most layouts have them, and of 1 behind a tag. */
  #stored(): Known[] {
    const stored: Known[] = [];
    const frame = this.#path[this.#path.length - 1];
    const caller = this.#path[this.#path.length - 2] ?? frame;
    for (const address of new Set([...caller.accounts, ...frame.accounts].map((account) => account.address))) {
      const state = this.#trace.accounts.find((account) => account.address === address)?.before;
      if (state == null || state.executable || state.data.length > 10_000) continue;
      const data = state.data.subarray(0, STORED_BYTES);
      for (const len of [32, 8]) {
        for (let at = 0; at + len <= data.length && stored.length < MAX_STORED; at += 8) {
          const bytes = data.slice(at, at + len);
          // Mostly zeros: no address, and a number that other ways try too.
          if (bytes.filter((byte) => byte !== 0).length < (len === 32 ? 16 : 1)) continue;
          const what = len === 32 ? this.#show(encodeBase58(bytes)) : numberText(numberOf(bytes));
          stored.push({ bytes, words: `${what}, in the data of ${this.#show(address)} [${at}..${at + len}]` });
        }
      }
    }
    return stored;
  }

  /** What the transaction knows: addresses, seeds used elsewhere, what its accounts hold, instruction data. */
  #known(): Known[] {
    const known: Known[] = this.#trace.accounts.map(({ address }) => {
      return { bytes: decodeBase58(address)!, words: this.#show(address) };
    });
    for (const { seeds } of derivationsOf(this.#trace)) {
      for (const seed of seeds) known.push({ bytes: seed.bytes, words: this.#words(seed) });
    }
    for (const address of OFTEN_SEEDS) known.push({ bytes: decodeBase58(address)!, words: this.#show(address) });
    known.push(...this.#stored());
    const top = this.#path[0];
    for (const frame of new Set([top, this.#path[this.#path.length - 2] ?? top, this.#path[this.#path.length - 1]])) {
      for (const [name, value] of Object.entries(frame.instruction?.args ?? {})) {
        if (typeof value === 'string' && value.length <= 64)
          known.push({ bytes: new TextEncoder().encode(value), words: `\`${name}\`` });
      }
      for (const [offset, len] of dataRanges(frame.data)) {
        const words = `instruction data [${offset}..${offset + len}]`;
        known.push({ bytes: frame.data.slice(offset, offset + len), words });
      }
    }
    const seen = new Set<string>();
    return known.filter(({ bytes }) => {
      const key = String.fromCharCode(...bytes);
      if (bytes.length === 0 || bytes.length > MAX_SEED_LEN || seen.has(key)) return false;
      seen.add(key);
      return true;
    });
  }
}

/** Programs whose addresses others often take for their own: Associated Token. */
const OFTEN_DERIVE = ['ATokenGPvbdGVxr1b2hvZbsiqW5xWH25efTNsLJA8knL'];

/** Bytes of each account's data that are looked through, and how many addresses and numbers in all. */
const STORED_BYTES = 264;
const MAX_STORED = 120;

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
