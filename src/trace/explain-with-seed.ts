// Which of base, seed and owner is another one, where System finds that an address is not derived from the three: whatever
// the transaction knows is put in the place of one of them. A hit is a proof, since nobody finds another preimage.

import { createWithSeed } from '../crypto/program-address.ts';
import { decodeBase58 } from '../wire/base58.ts';
import { Pubkey } from '../wire/pubkey.ts';
import { type FrameView, SYSTEM_PROGRAM } from './explain-view.ts';
import { WELL_KNOWN_NAMES } from './names.ts';
import { type CallFrame, callsOf } from './transaction-trace.ts';

interface Three {
  readonly base: string;
  readonly seed: string;
  readonly owner: string;
}

/** Numbers that are tried at the end of a seed: `stake:0`, `stake:1`. */
const NUMBERS = 32;

export function lookAtWithSeed(view: FrameView): void {
  const { programAddress, failure, accounts } = view.frame;
  const { account: wanted = null } = failure!.refusal ?? {};
  const given = programAddress === SYSTEM_PROGRAM ? threeOf(view.frame) : undefined;
  if (given === undefined || wanted === null || view.isPast) return;
  const account = accounts.find(({ address }) => address === wanted);
  const other = otherThan(given, wanted, view);
  if (account === undefined || other === undefined) return;
  const words = (each: Three, what: keyof Three) =>
    what === 'seed' ? JSON.stringify(each.seed) : view.show(each[what]);
  const what = (['base', 'seed', 'owner'] as const).find((each) => other[each] !== given[each]);
  // The address is derived from the three; something else was wrong with it.
  if (what === undefined) return;
  view.add(
    'derivation',
    `${view.who(account)} is derived from the ${what} ${words(other, what)}, and the instruction names the ${what} ${words(given, what)}; the other two of base, seed and owner fit.`,
    `Name ${words(other, what)} as the ${what}${what === 'base' ? ', and let it sign' : ''}; or pass the address that the three of the instruction derive to.`,
    account,
    ['AddressWithSeedMismatch'],
  );
}

/** As the instruction names them. */
function threeOf({ instruction, accounts }: CallFrame): Three | undefined {
  const { base = accounts[1]?.address, seed, fromSeed, programAddress, fromOwner } = instruction?.args ?? {};
  const text = seed ?? fromSeed;
  const owner = programAddress ?? fromOwner;
  const isWhole = typeof base === 'string' && typeof text === 'string' && typeof owner === 'string';
  return isWhole && /WithSeed$/.test(instruction!.name) ? { base, seed: text, owner } : undefined;
}

/** The three with one of them replaced, which lead to the address. */
function otherThan(given: Three, wanted: string, { trace }: FrameView): Three | undefined {
  const frames = trace.instructions.flatMap(withCalls);
  const threes = frames.flatMap((frame) => threeOf(frame) ?? []);
  const addresses = new Set([
    ...trace.accounts.map(({ address }) => address),
    ...threes.flatMap(({ base, owner }) => [base, owner]),
    ...trace.accounts.flatMap(({ before }) => (before === null ? [] : [before.owner])),
  ]);
  const tries = [
    ...[...addresses].map((base): Three => ({ ...given, base })),
    ...[...addresses, ...Object.keys(WELL_KNOWN_NAMES)].map((owner): Three => ({ ...given, owner })),
    ...[...threes.map(({ seed }) => seed), ...seedsLike(given.seed, [...addresses])].map((seed) => ({
      ...given,
      seed,
    })),
  ];
  return tries.find((each) => {
    const derived = createWithSeed(keyOf(each.base), each.seed, keyOf(each.owner));
    return typeof derived !== 'string' && derived.toString() === wanted;
  });
}

function withCalls(frame: CallFrame): CallFrame[] {
  return [frame, ...callsOf(frame).flatMap(withCalls)];
}

function seedsLike(seed: string, addresses: readonly string[]): string[] {
  const stem = seed.replace(/\d+$/, '');
  const numbers = Array.from({ length: NUMBERS }, (_, i) => `${i}`);
  const first = seed.charAt(0);
  return [
    '',
    seed.trim(),
    seed.toLowerCase(),
    seed.toUpperCase(),
    first.toUpperCase() + seed.slice(1),
    first.toLowerCase() + seed.slice(1),
    ...['-', '_', ' ', ':'].flatMap((mark) => ['-', '_', ' ', ':', ''].map((by) => seed.replaceAll(mark, by))),
    `${seed}s`,
    seed.replace(/s$/, ''),
    `${seed}\0`,
    ...['', '-', '_', ':'].flatMap((mark) => numbers.map((number) => `${stem}${mark}${number}`)),
    stem,
    // What fits of an address, as is the custom.
    ...addresses.map((address) => address.slice(0, 32)),
  ];
}

function keyOf(address: string): Pubkey {
  return new Pubkey(decodeBase58(address)!);
}
