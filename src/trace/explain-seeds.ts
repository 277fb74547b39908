// What went wrong with seeds, in sentences: addresses that a program derived and was not given, seeds that give no address at
// all, and what the search for the right ones (seed-detective.ts) found out about a call.

import { readTokenAccount } from './decoders/token-state.ts';
import { ASSOCIATED_TOKEN_PROGRAM, type FrameView } from './explain-view.ts';
import type { FailureText, ShowAddress } from './failure-text.ts';
import { isPassed, type SeedReport } from './seed-detective.ts';
import { bumpInstead, seedWords } from './seeds.ts';
import type { CallFrame, Derivation, Seed, TransactionTrace } from './transaction-trace.ts';
import { numberText } from './value-text.ts';

const MAX_SEEDS = 16;
/** A search that finds nothing tries, and pays for, every bump; and Rust panics at it. */
const SEARCH_ERRORS = ['ComputationalBudgetExceeded', 'Abort', 'Panic'];

/** Why a signature was refused, where the right seeds were found; undefined where that says nothing new. */
export function seedCause(report: SeedReport | null, frame: CallFrame, { cause }: FailureText): string | undefined {
  const match = report?.match;
  if (match == null || frame.failure!.stage !== 'before') return undefined;
  if (match.cause !== null) return match.cause;
  const isIdle = ({ address }: { readonly address: string }) =>
    !frame.accounts.some((account) => account.address === address && account.asked?.isSigner);
  const areGiven = frame.signers.some(isIdle) || frame.derivations.length > 0;
  return areGiven ? `${cause.replace(/\.$/, '')}: ${match.difference}.` : undefined;
}

/** What the search came to, in short where the cause has said it. */
export function seedNote(report: SeedReport | null, cause: string | undefined): string | undefined {
  const difference = report?.match?.difference;
  const isSaid = difference !== undefined && cause?.includes(difference) === true;
  return isSaid ? `The seeds were found in ${numberText(report!.tries)} tries.` : report?.text;
}

/** What signs in the place of a token account, which by itself signs nothing. */
export function signerInstead(trace: TransactionTrace, address: string, show: ShowAddress): string | undefined {
  const state = trace.accounts.find((account) => account.address === address)?.before;
  const token = state == null ? undefined : readTokenAccount(state);
  if (token === undefined || token.owner === address) return undefined;
  return `${show(address)} is a token account: what signs for its tokens is its owner, ${show(token.owner)}.`;
}

/** Seeds that the caller gave for an account that its own metas don't mark as a signer. */
export function lookAtIdleSeeds(view: FrameView): void {
  const { frame, path, show } = view;
  const caller = path[path.length - 2];
  for (const { address, seeds } of frame.signers) {
    const account = frame.accounts.find((each) => each.address === address && !each.isSigner);
    if (account === undefined || caller?.programAddress == null || seeds.length === 0) continue;
    view.add(
      'signature',
      `${view.who(account)} did not sign: ${show(caller.programAddress)} gives its seeds, but its own metas mark it as no signer.`,
      `Mark ${view.who(account)} a signer in the metas of the call.`,
      account,
    );
  }
}

/** The last address the program derived, where there is none, or where it isn't one that it was given. */
export function lookAtDerivations(view: FrameView): void {
  const { derivations, accounts, programAddress } = view.frame;
  const last = derivations.at(-1);
  if (last === undefined || isPassed(view.frame, last)) return;
  const isSearch = last.bump !== null || view.frame.syscalls.every(({ name }) => name !== 'sol_create_program_address');
  const seeds = derivedFrom(last, programAddress, isSearch, view.show);
  if (last.address === null) {
    if (isSearch && last.seeds.length >= MAX_SEEDS) {
      view.add(
        'derivation',
        `The program searched for an address ${seeds}: with the bump these are ${last.seeds.length + 1} seeds, and ${MAX_SEEDS} are the limit.`,
        'Join seeds, or hash them first, so that at most 15 are left for find_program_address.',
        undefined,
        SEARCH_ERRORS,
      );
    } else {
      view.add(
        'derivation',
        `The program derived an address ${seeds}, and there is none: what they hash to is a point on the curve, which could be a wallet.`,
        bumpInstead(last, view.show) ?? 'Use the bump that find_program_address gives, as the last seed.',
        undefined,
      );
    }
    return;
  }
  if (accounts.some(({ address }) => address === last.address)) return;
  // The place that the program meant isn't known, but for the program whose places are.
  const role = programAddress === ASSOCIATED_TOKEN_PROGRAM ? view.by('ata') : undefined;
  view.add(
    'derivation',
    `The program derived ${view.show(last.address)} (${last.address}) ${seeds}, and it was not given that address${role === undefined ? '' : `: \`ata\` is ${view.show(role.address)}`}.`,
    `Pass ${last.address}${role === undefined ? '' : ' as `ata`'}, or correct what the seeds are made of.`,
    role,
  );
}

function derivedFrom(
  { seeds, bump, programAddress }: Derivation,
  own: string | null,
  isSearch: boolean,
  show: ShowAddress,
): string {
  // What a search is given has no bump among it.
  const asGiven = seeds.map((seed): Seed => (isSearch && seed.kind === 'bump' ? { ...seed, kind: 'number' } : seed));
  const words = seedWords(asGiven, show);
  const list = bump === null ? words : `${words.slice(0, -1)}${seeds.length === 0 ? '' : ', '}bump ${bump}]`;
  return `from ${list}${programAddress === own ? '' : ` under ${show(programAddress)}`}`;
}
