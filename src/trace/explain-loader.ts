// What the accounts of loader v3 say about why it refused, or why a program could not be run: who the authorities are, what
// a buffer holds, when a program was deployed. The loader's own words name the account; here stand what to do about it, and
// whether it was so from the start.
// Source: agave programs/bpf_loader/src/lib.rs; solana-sdk loader-v3-interface/src/state.rs.

import { readU32, readU64 } from '../wire/bytes.ts';
import { keyAt } from './decoders/token-state.ts';
import { type FrameView, isGone } from './explain-view.ts';
import type { AccountState } from './transaction-trace.ts';
import { numberText } from './value-text.ts';

export const LOADER_V3 = 'BPFLoaderUpgradeab1e11111111111111111111111';
const BUFFER = 1;
const PROGRAM = 2;
const PROGRAM_DATA = 3;
const BUFFER_META_LEN = 37;
const PROGRAM_DATA_META_LEN = 45;

export interface LoaderState {
  readonly kind: 'buffer' | 'program' | 'program data';
  readonly programData?: string;
  readonly slot?: bigint;
  /** Undefined where there is none. */
  readonly authority?: string | undefined;
}

export function readLoaderState({
  owner,
  data,
}: Pick<AccountState, 'data'> & { readonly owner: string }): LoaderState | undefined {
  if (owner !== LOADER_V3 || data.length < 4) return undefined;
  const authorityAt = (at: number) => (data[at] === 1 ? keyAt(data, at + 1) : undefined);
  const kind = readU32(data, 0);
  if (kind === BUFFER && data.length >= BUFFER_META_LEN) return { kind: 'buffer', authority: authorityAt(4) };
  if (kind === PROGRAM && data.length >= 36) return { kind: 'program', programData: keyAt(data, 4) };
  if (kind !== PROGRAM_DATA || data.length < PROGRAM_DATA_META_LEN) return undefined;
  return { kind: 'program data', slot: readU64(data, 4), authority: authorityAt(12) };
}

/** What to do about what the loader says in its own words. */
export function lookAtLoader(view: FrameView): void {
  if (view.frame.programAddress !== LOADER_V3) return;
  const { refusal } = view.frame.failure!;
  const say = (error: string, fix: string) => view.add('state', '', fix, undefined, [error]);
  lookAtAuthorities(view);
  if (view.instruction === 'Upgrade' || view.instruction === 'DeployWithMaxDataLen') {
    const { limit = null, actual = null } = refusal ?? {};
    if (limit !== null && actual !== null && view.instruction === 'Upgrade') {
      const more = numberText(BigInt(actual) - BigInt(limit));
      say('AccountDataTooSmall', `Extend the program by ${more} bytes first (ExtendProgram, solana program extend).`);
    }
    lookAtBuffer(view);
    const [named] = /the program's data is at (\w+)/.exec(refusal?.detail ?? '')?.slice(1) ?? [];
    say(
      'InvalidArgument',
      named === undefined
        ? 'A program changes once a slot: wait for the next one.'
        : `Pass ${named} as \`programData\`.`,
    );
  }
  if (view.instruction === 'Write')
    say('AccountDataTooSmall', 'Create the buffer with the length of the program and 37 bytes.');
  say('Immutable', 'Its upgrade authority was given up for good: deploy it at another address.');
}

function lookAtAuthorities(view: FrameView): void {
  const given = view.by('authority', 'currentAuthority', 'bufferAuthority');
  const named = view.frame.accounts.flatMap((account) => {
    const state = view.stateOf(account);
    const loader = state === undefined ? undefined : readLoaderState(state);
    return loader === undefined || loader.kind === 'program' ? [] : [{ account, authority: loader.authority }];
  });
  for (const { account, authority } of named) {
    if (authority === undefined) {
      const fix = 'Its authority was given up for good: use another account.';
      view.add('state', '', fix, account, ['Immutable']);
      continue;
    }
    if (given === undefined || authority === given.address) continue;
    const isBuffer = account.role === 'buffer' && named.length > 1;
    view.add(
      'state',
      '',
      isBuffer
        ? `Give the buffer the same authority as the program (SetAuthority); its own is ${view.show(authority)}.`
        : `Let ${view.show(authority)}, the authority of ${view.show(account.address)}, be the authority and sign.`,
      account,
      ['IncorrectAuthority'],
    );
  }
}

function lookAtBuffer(view: FrameView): void {
  const buffer = view.by('buffer');
  const state = buffer === undefined ? undefined : view.stateOf(buffer);
  if (buffer === undefined || (!view.isPast && !isEmpty(state))) {
    view.add('state', '', 'Write the whole program into the buffer, built for what the cluster runs.', undefined, [
      'InvalidAccountData',
    ]);
    return;
  }
  if (!isEmpty(state)) return;
  const fix = 'Write the whole program into the buffer first; an upgrade empties it.';
  view.add('state', '', fix, buffer, ['InvalidAccountData', 'InvalidArgument']);
}

const isEmpty = (state: AccountState | undefined): boolean => isGone(state) || state.data.length <= BUFFER_META_LEN;

/** A program that can't be run: it is gone, or its data is, or was changed in this very slot. */
export function lookAtDeployment(view: FrameView): void {
  const { failure, programAddress } = view.frame;
  if (failure!.kind !== 'UnsupportedProgramId') return;
  const { program = null, detail = null } = failure!.refusal ?? {};
  const address = program ?? programAddress;
  const state = address === null ? undefined : view.stateAt(address);
  if (address === null) return;
  const data = state === undefined ? undefined : readLoaderState(state)?.programData;
  const held = data === undefined ? undefined : view.stateAt(data);
  const isHere = view.trace.accounts.some((account) => account.address === data);
  const deployment = held === undefined ? undefined : readLoaderState(held);
  const last = view.trace.accounts.find((account) => account.address === data)?.after;
  const isOfThisSlot =
    detail?.includes('in this slot') && last != null && deployment?.slot === readLoaderState(last)?.slot;
  const isClosed = isHere && deployment?.kind !== 'program data';
  if (isGone(state) || !state.executable || isClosed || isOfThisSlot) view.add('ownership', '', '', { address });
}
