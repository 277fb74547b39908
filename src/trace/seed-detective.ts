// Where seeds led to another address than the one that was meant: looks for the seeds that lead there, one change away from
// those that were given. What is tried, in order: every bump; other programs; leaving one out, or putting in or in place
// of one whatever the transaction knows (addresses, seeds used elsewhere in it, numbers of its instruction data); other
// orders; numbers of other widths and byte orders, one more and one less, as decimal text; text in other cases, with a
// zero byte, padded, hashed; addresses as text.
// Each try is one SHA-256, compared with the addresses that could be meant; a hit is a proof, since nobody finds another
// preimage. The search ends after a fixed number of tries, about 50 ms, so that its result is the same everywhere.

import { hashes } from '../crypto/hashes.ts';
import { decodeBase58, encodeBase58 } from '../wire/base58.ts';
import { concatBytes, equalBytes } from '../wire/bytes.ts';
import type { ShowAddress } from './failure-text.ts';
import { readSeeds } from './seeds.ts';
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
export const MAX_TRIES = 20_000;
const MARKER = new TextEncoder().encode('ProgramDerivedAddress');
const MAX_SEED_LEN = 32;
const MAX_SEEDS = 16;
const METHOD = 'seeds one change away from those given, hashed and compared with the accounts of the call';
/** Tried with each other change: nearly all bumps that a search finds are among them. */
const LIKELY_BUMPS: readonly number[] = Array.from({ length: 12 }, (_, i) => 255 - i);

interface Question {
  readonly programAddress: string;
  readonly seeds: readonly Uint8Array[];
  /** Whether the last seed is a bump, given by the program. */
  readonly hasBump: boolean;
  /** Addresses that may be meant. */
  readonly targets: readonly string[];
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
  for (const question of questions) {
    match = search.answer(question) ?? null;
    if (match !== null || search.isExhausted) break;
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
      ...frame.signers.map((s): Derivation => ({ ...s, programAddress, bump: null })),
    ];
    const found = [...given, ...caller.derivations].map((derivation) => questionOf(derivation, targets));
    // Where no seeds were given, those used elsewhere in the transaction under the same program may be one change away.
    const elsewhere = derivationsOf(trace).filter((derivation) => derivation.programAddress === programAddress);
    return unique([...found, ...elsewhere.map((derivation) => questionOf(derivation, targets))]).filter(
      (question) => question.targets.length > 0 && question.seeds.length > 0,
    );
  }
  if (stage !== 'run' || (refusal !== null && refusal.rule !== 'program result')) return [];
  const last = frame.derivations.at(-1);
  if (last === undefined || error === 'ComputationalBudgetExceeded') return [];
  const addresses = frame.accounts.map(({ address }) => address);
  if (last.address !== null && addresses.includes(last.address)) return [];
  const known = new Set(derivationsOf(trace).flatMap(({ address }) => (address === null ? [] : [address])));
  const targets = addresses.filter((address) => !known.has(address) && !Object.hasOwn(WELL_KNOWN, address));
  return [questionOf(last, targets)];
}

const WELL_KNOWN: Readonly<Record<string, true>> = { '11111111111111111111111111111111': true };

function questionOf({ programAddress, seeds, bump }: Derivation, targets: readonly string[]): Question {
  const bytes = seeds.map((seed) => seed.bytes);
  const hasBump = bump === null && bytes.length > 0 && bytes[bytes.length - 1].length === 1;
  return { programAddress, seeds: bytes, hasBump, targets };
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
          .map((signer): Derivation => ({ ...signer, programAddress: caller.programAddress!, bump: null }))),
    ...callsOf(frame).flatMap((call) => of(call, frame)),
  ];
  return trace.instructions.flatMap((frame) => of(frame, undefined));
}

interface Change {
  readonly seeds: readonly Uint8Array[];
  readonly programAddress?: string;
  readonly difference: string;
}

interface Known {
  readonly bytes: Uint8Array;
  readonly words: string;
}

class Search {
  tries = 0;
  readonly #trace: TransactionTrace;
  readonly #path: readonly CallFrame[];
  readonly #show: ShowAddress;

  constructor(trace: TransactionTrace, path: readonly CallFrame[], show: ShowAddress) {
    this.#trace = trace;
    this.#path = path;
    this.#show = show;
  }

  get isExhausted(): boolean {
    return this.tries >= MAX_TRIES;
  }

  answer(question: Question): SeedMatch | undefined {
    const { seeds, hasBump } = question;
    const body = hasBump ? seeds.slice(0, -1) : seeds;
    const given = hasBump ? seeds[seeds.length - 1][0] : undefined;
    const all = Array.from({ length: 256 }, (_, i) => 255 - i);
    const first = this.#tryBumps(question, { seeds: body, difference: '' }, all, given);
    if (first !== undefined) return first;
    const bumps = given === undefined ? LIKELY_BUMPS : [given, ...LIKELY_BUMPS];
    for (const change of this.#changes(question, body)) {
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
    const program = decodeBase58(programAddress);
    if (program === undefined) return undefined;
    const targets = question.targets.map((address) => ({ address, bytes: decodeBase58(address)! }));
    const hit = (input: Uint8Array) => {
      this.tries++;
      const hash = hashes.sha256(input);
      return targets.find(({ bytes }) => bytes[0] === hash[0] && equalBytes(bytes, hash));
    };
    const bare = hit(concatBytes([...seeds, program, MARKER]));
    if (bare !== undefined) {
      const without = given === undefined ? [] : [`the bump ${given} does not belong to it`];
      return this.#match(bare.address, programAddress, seeds, [change.difference, ...without]);
    }
    const input = concatBytes([...seeds, Uint8Array.of(0), program, MARKER]);
    const at = input.length - MARKER.length - program.length - 1;
    for (const bump of bumps) {
      if (this.isExhausted) return undefined;
      input[at] = bump;
      const found = hit(input);
      if (found === undefined) continue;
      const aboutBump =
        given === undefined
          ? change.difference === ''
            ? [`the bump ${bump} is missing`]
            : [`with the bump ${bump}`]
          : given === bump
            ? []
            : [`the bump is ${bump}, not ${given}`];
      return this.#match(
        found.address,
        programAddress,
        [...seeds, Uint8Array.of(bump)],
        [change.difference, ...aboutBump],
      );
    }
    return undefined;
  }

  #match(
    expected: string,
    programAddress: string,
    seeds: readonly Uint8Array[],
    differences: readonly string[],
  ): SeedMatch {
    const readings = readSeeds(seeds);
    const difference =
      differences.filter((text) => text !== '').join(', ') || 'these very seeds lead there, under this program';
    const list = readings.map((seed) => (seed.kind === 'bump' ? `bump ${seed.text}` : this.#words(seed)));
    return {
      expected,
      programAddress,
      seeds: readings,
      difference,
      fix: `Derive ${this.#show(expected)} from [${list.join(', ')}] under ${this.#show(programAddress)}: ${difference}.`,
    };
  }

  #words({ kind, text }: Seed): string {
    return kind === 'address' ? this.#show(text) : kind === 'text' ? JSON.stringify(text) : text;
  }

  *#changes(question: Question, body: readonly Uint8Array[]): Generator<Change> {
    for (const programAddress of this.#programs()) {
      if (programAddress === question.programAddress) continue;
      const difference = `the program is ${this.#show(programAddress)}, not ${this.#show(question.programAddress)}`;
      yield { seeds: body, programAddress, difference };
    }
    for (let i = 0; i < body.length; i++) {
      for (const { bytes, words } of variantsOf(body[i])) {
        yield { seeds: body.with(i, bytes), difference: `seed ${i} is ${words}` };
      }
    }
    for (let i = 0; i < body.length; i++) {
      yield { seeds: body.toSpliced(i, 1), difference: `seed ${i} (${this.#name(body[i])}) is too much` };
    }
    for (const order of orders(body.length)) {
      const difference = `the order of the seeds is ${order.map((i) => this.#name(body[i])).join(', ')}`;
      yield { seeds: order.map((i) => body[i]), difference };
    }
    const known = this.#known();
    for (let i = 0; i < body.length; i++) {
      // What is of the same kind is likelier to be meant, but there is time for all.
      for (const { bytes, words } of known) {
        if (equalBytes(bytes, body[i])) continue;
        yield { seeds: body.with(i, bytes), difference: `seed ${i} is ${words}, not ${this.#name(body[i])}` };
      }
    }
    for (let i = 0; i <= body.length; i++) {
      for (const { bytes, words } of known) {
        yield { seeds: body.toSpliced(i, 0, bytes), difference: `${words} is missing, as seed ${i}` };
      }
    }
  }

  #name(seed: Uint8Array): string {
    return this.#words(readSeeds([seed])[0]);
  }

  #programs(): string[] {
    const called = this.#trace.instructions.flatMap(function all(frame: CallFrame): string[] {
      return [...(frame.programAddress === null ? [] : [frame.programAddress]), ...callsOf(frame).flatMap(all)];
    });
    const executable = this.#trace.accounts.filter(({ before }) => before?.executable).map(({ address }) => address);
    return [...new Set([...called, ...executable])];
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
    for (const frame of new Set([top, this.#path[this.#path.length - 2] ?? top])) {
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
      const key = encodeBase58(bytes);
      if (bytes.length === 0 || bytes.length > MAX_SEED_LEN || seen.has(key)) return false;
      seen.add(key);
      return true;
    });
  }
}

/** Programs that other programs derive with. */
const OFTEN_SEEDS = [
  'TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA',
  'TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb',
  'metaqbxxUerdq28cj1RbAWkYQm3ybzjb6a8bt518x1s',
];

/** Bytes of each account's data that are looked through, and how many addresses and numbers in all. */
const STORED_BYTES = 264;
const MAX_STORED = 120;

/** Where a number or an address may lie in instruction data: behind a tag of 0, 1 or 8 bytes, and at the end. */
function dataRanges(data: Uint8Array): [offset: number, len: number][] {
  const ranges: [number, number][] = [];
  for (const offset of [0, 1, 8, 9, 16]) {
    for (const len of [1, 2, 4, 8, 32]) if (offset + len <= data.length) ranges.push([offset, len]);
  }
  for (const len of [1, 2, 4, 8, 32]) if (len < data.length) ranges.push([data.length - len, len]);
  return ranges.slice(0, 24);
}

/** The orders of so many seeds but for the one they have; those of long lists are swaps of two. */
function* orders(count: number): Generator<number[]> {
  const start = Array.from({ length: count }, (_, i) => i);
  if (count > 5) {
    for (let i = 0; i < count; i++) {
      for (let j = i + 1; j < count; j++) yield start.with(i, j).with(j, i);
    }
    return;
  }
  for (const order of permutations(start)) if (order.some((value, i) => value !== i)) yield order;
}

function permutations(items: readonly number[]): number[][] {
  if (items.length < 2) return [[...items]];
  return items.flatMap((item, i) => permutations(items.toSpliced(i, 1)).map((rest) => [item, ...rest]));
}

/** The same value in other bytes. */
function variantsOf(seed: Uint8Array): Known[] {
  const variants: Known[] = [];
  const add = (bytes: Uint8Array, words: string) => {
    if (bytes.length > 0 && bytes.length <= MAX_SEED_LEN && !equalBytes(bytes, seed)) variants.push({ bytes, words });
  };
  if (seed.length <= 8 && seed.length > 0) {
    const values: [bigint, string][] = [];
    const little = numberOf(seed);
    const big = numberOf(seed.toReversed());
    // The smaller is likely what was meant, and of two readings that give the same bytes the first is told.
    for (const value of big < little ? [big, little] : [little, big]) values.push([value, '']);
    if (little < 0xffff_ffff_ffff_ffffn) values.push([little + 1n, ' + 1']);
    if (little > 0n) values.push([little - 1n, ' - 1']);
    for (const [value, what] of values) {
      const shown = what === '' ? `${value}` : `${value} (the value${what})`;
      for (const width of [1, 2, 4, 8, 16]) {
        const bytes = bytesOf(value, width);
        if (bytes === undefined) continue;
        add(bytes, `the number ${shown} as u${width * 8}, little-endian`);
        add(bytes.toReversed(), `the number ${shown} as u${width * 8}, big-endian`);
      }
      add(new TextEncoder().encode(value.toString()), `the number ${shown} as text`);
    }
  }
  const text = textOf(seed);
  if (text !== undefined) {
    const encode = (value: string) => new TextEncoder().encode(value);
    const forms: [string, string][] = [
      [text.toLowerCase(), 'lower case'],
      [text.toUpperCase(), 'upper case'],
      [text.charAt(0).toUpperCase() + text.slice(1), 'capitalized'],
      [text.replaceAll('_', '-'), 'with - for _'],
      [text.replaceAll('-', '_'), 'with _ for -'],
      [text.replaceAll(/[_-]/g, ''), 'without separators'],
      [text.replaceAll(/[_-]/g, ' '), 'with blanks'],
      [text.trim(), 'without blanks around it'],
      [`${text}\0`, 'with a zero byte behind it'],
      [text.replace(/\0+$/, ''), 'without the zero bytes'],
      [`"${text}"`, 'with quotes'],
      [`${text}s`, 'in the plural'],
      [text.replace(/s$/, ''), 'in the singular'],
      [text.replace(/([a-z])([A-Z])/g, '$1_$2').toLowerCase(), 'in snake_case'],
    ];
    for (const [value, words] of forms) add(encode(value), `${JSON.stringify(value)} (${words})`);
    const padded = new Uint8Array(32);
    padded.set(seed.subarray(0, 32));
    add(padded, `${JSON.stringify(text)} padded with zeros to 32 bytes`);
    if (/^\d{1,19}$/.test(text)) {
      for (const width of [1, 2, 4, 8]) {
        const bytes = bytesOf(BigInt(text), width);
        if (bytes !== undefined) add(bytes, `the number ${text} as u${width * 8}, little-endian`);
      }
    }
    const prefix = new Uint8Array(4 + seed.length);
    prefix[0] = seed.length;
    prefix.set(seed, 4);
    add(prefix, `${JSON.stringify(text)} with Borsh's length before it`);
    const key = tryBase58(text);
    if (key !== undefined) add(key, `the bytes that ${JSON.stringify(text)} stands for in base58`);
    if (/^(?:[0-9a-f]{2})+$/i.test(text)) {
      add(
        Uint8Array.from(text.match(/../g)!, (pair) => Number.parseInt(pair, 16)),
        `the bytes that ${JSON.stringify(text)} stands for in hex`,
      );
    }
  }
  if (seed.length === 32) {
    const base58 = encodeBase58(seed);
    add(new TextEncoder().encode(base58.slice(0, 32)), 'the first 32 characters of the address as text');
    add(new TextEncoder().encode(base58.slice(0, 8)), 'the first 8 characters of the address as text');
    add(seed.slice(0, 8), 'the first 8 bytes of the address');
    add(seed.toReversed(), 'the address, its bytes reversed');
  }
  add(hashes.sha256(seed), 'the SHA-256 of what was given');
  return variants;
}

function tryBase58(text: string): Uint8Array | undefined {
  return /^[1-9A-HJ-NP-Za-km-z]+$/.test(text) ? decodeBase58(text) : undefined;
}

function textOf(seed: Uint8Array): string | undefined {
  const isText = seed.length > 0 && seed.every((byte, i) => (byte >= 0x20 && byte < 0x7f) || (byte === 0 && i > 0));
  return isText ? String.fromCharCode(...seed) : undefined;
}

function numberOf(bytes: Uint8Array): bigint {
  let value = 0n;
  for (let i = bytes.length - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[i]);
  return value;
}

function bytesOf(value: bigint, width: number): Uint8Array | undefined {
  if (value < 0n || value >> BigInt(width * 8) !== 0n) return undefined;
  return Uint8Array.from({ length: width }, (_, i) => Number((value >> BigInt(i * 8)) & 0xffn));
}
