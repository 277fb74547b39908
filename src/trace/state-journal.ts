// Follows the transaction's accounts from boundary to boundary of the frames, keeping only what changed between two: a
// program that rewrites a byte of a ten-megabyte account in each of sixty calls leaves sixty bytes here.
// Each step of the journal belongs to the frame that was running, so what a frame changed by itself is the sum of its own
// steps, and what it changed together with its calls is the sum of all steps between its start and its end.
// Bytes past the end of an account's data count as zero, so that a change of length needs no third kind of byte.

import type { TransactionAccount } from '../runtime/transaction-context.ts';
import { equalBytes, readU64 } from '../wire/bytes.ts';
import { Pubkey } from '../wire/pubkey.ts';
import { INSTRUCTIONS_SYSVAR_ADDRESS } from './names.ts';

const INSTRUCTIONS_SYSVAR_ID = Pubkey.fromBase58(INSTRUCTIONS_SYSVAR_ADDRESS);

/** The state of an account at a boundary. `data` is never written: it is a stored version's, or a copy of ours. */
export interface Snapshot {
  readonly lamports: bigint;
  readonly owner: Pubkey;
  readonly executable: boolean;
  readonly data: Uint8Array;
}

/** What an account of Token or Token-2022 holds. */
export interface Tokens {
  readonly mint: Pubkey;
  readonly owner: Pubkey;
  readonly amount: bigint;
}

/** A range of data and what stood there; both sides have the same length. */
export interface Patch {
  readonly offset: number;
  readonly before: Uint8Array;
  readonly after: Uint8Array;
}

/** What changed about one account between two boundaries. */
export interface Delta {
  readonly index: number;
  readonly lamports: readonly [before: bigint, after: bigint];
  readonly owner: readonly [before: Pubkey, after: Pubkey];
  readonly executable: readonly [before: boolean, after: boolean];
  readonly dataLen: readonly [before: number, after: number];
  /** What a token account held; undefined where it is none on either side, and on the side where it is none. */
  readonly tokens?: readonly [before: Tokens | undefined, after: Tokens | undefined] | undefined;
  /** Undefined where the data changed and the journal was full. */
  readonly patches: readonly Patch[] | undefined;
}

export interface JournalStep<F> {
  readonly frame: F | undefined;
  readonly deltas: readonly Delta[];
}

/** What the patches of one transaction may take, in bytes. A program can make more; no trace is worth that memory. */
const JOURNAL_BYTES_LIMIT = 64 * 1024 * 1024;
/** What a patch takes besides its bytes. */
const PATCH_OVERHEAD = 256;

/** A snapshot that follows its account. */
interface Shadow {
  lamports: bigint;
  owner: Pubkey;
  executable: boolean;
  data: Uint8Array;
  /** Whether `data` is the shadow's own, to be written in place. */
  isCopy: boolean;
}

export class StateJournal<F> {
  readonly steps: JournalStep<F>[] = [];
  readonly before: readonly Snapshot[];
  readonly #accounts: readonly TransactionAccount[];
  /** The accounts at the last boundary. Those of `before` itself until they change. */
  readonly #shadows: Snapshot[];
  readonly #skipped: number;
  #bytesLeft = JOURNAL_BYTES_LIMIT;

  constructor(accounts: readonly TransactionAccount[]) {
    this.#accounts = accounts;
    this.before = accounts.map(({ lamports, owner, executable, data, original }): Snapshot => {
      return { lamports, owner, executable, data: data === original.data ? data : data.slice() };
    });
    this.#shadows = [...this.before];
    // The runtime writes the index of the running instruction into it. Nobody changed anything.
    this.#skipped = accounts.findIndex((account) => account.key.equals(INSTRUCTIONS_SYSVAR_ID));
  }

  /** Ends a step: whatever differs from the last boundary was done by `frame`. */
  mark(frame: F | undefined): void {
    const deltas: Delta[] = [];
    for (let i = 0; i < this.#accounts.length; i++) {
      if (i === this.#skipped) continue;
      const delta = this.#takeDelta(i);
      if (delta !== undefined) deltas.push(delta);
    }
    if (deltas.length > 0) this.steps.push({ frame, deltas });
  }

  /** The state at the last boundary: what never changed is the object that stands in `before`. */
  after(): readonly Snapshot[] {
    return this.#shadows;
  }

  /** The state when there were so many steps. Where a patch wasn't kept, the data is that of before. */
  at(stepCount: number): Snapshot[] {
    const states = this.before.map((state) => ({ ...state }));
    for (const { deltas } of this.steps.slice(0, stepCount)) {
      for (const { index, lamports, owner, executable, dataLen, patches } of deltas) {
        const state = states[index];
        [, state.lamports] = lamports;
        [, state.owner] = owner;
        [, state.executable] = executable;
        if (patches?.length === 0 && dataLen[0] === dataLen[1]) continue;
        const data = cut(state.data, 0, dataLen[1]);
        // A patch reaches as far as the longer of the two; what is cut off is zeros.
        for (const { offset, after } of patches ?? []) {
          if (offset < data.length) data.set(after.subarray(0, data.length - offset), offset);
        }
        state.data = data;
      }
    }
    return states;
  }

  /** What differs between the shadow and the account; brings the shadow up to date. */
  #takeDelta(index: number): Delta | undefined {
    const known = this.#shadows[index];
    const account = this.#accounts[index];
    const { lamports, owner, executable, data } = account;
    const dataChanged = data !== known.data && !equalBytes(data, known.data);
    if (!dataChanged && lamports === known.lamports && executable === known.executable && owner.equals(known.owner)) {
      return undefined;
    }
    const delta: Delta = {
      index,
      lamports: [known.lamports, lamports],
      owner: [known.owner, owner],
      executable: [known.executable, executable],
      dataLen: [known.data.length, data.length],
      patches: dataChanged ? this.#diff(known.data, data) : [],
      tokens: tokensOf(known, account),
    };
    const shadow = known === this.before[index] ? { ...known, isCopy: false } : (known as Shadow);
    this.#shadows[index] = shadow;
    shadow.lamports = lamports;
    shadow.owner = owner;
    shadow.executable = executable;
    if (dataChanged) {
      if (shadow.isCopy && shadow.data.length === data.length) {
        shadow.data.set(data);
      } else {
        shadow.data = data.slice();
        shadow.isCopy = true;
      }
    }
    return delta;
  }

  #diff(before: Uint8Array, after: Uint8Array): readonly Patch[] | undefined {
    const patches = diffData(before, after, this.#bytesLeft);
    if (patches === undefined) this.#bytesLeft = 0;
    else for (const { after: bytes } of patches) this.#bytesLeft -= costOf(bytes.length);
    return patches;
  }
}

const TOKEN_PROGRAMS = [
  'TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA',
  'TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb',
].map(Pubkey.fromBase58);
const TOKEN_ACCOUNT_LEN = 165;
const TOKEN_STATE_OFFSET = 108;
/** Behind the fields that both programs share, Token-2022 says of what kind an account with extensions is. */
const ACCOUNT_TYPE_TOKEN_ACCOUNT = 2;

/** Source: solana-program token interface/src/state.rs, Account; token-2022 interface/src/extension/mod.rs, AccountType. */
export function readTokens({ owner, data }: { readonly owner: Pubkey; readonly data: Uint8Array }): Tokens | undefined {
  if (data.length < TOKEN_ACCOUNT_LEN || data[TOKEN_STATE_OFFSET] === 0) return undefined;
  const is2022 = owner.equals(TOKEN_PROGRAMS[1]);
  if (!is2022 && !owner.equals(TOKEN_PROGRAMS[0])) return undefined;
  const isAccount = data.length === TOKEN_ACCOUNT_LEN || (is2022 && data[165] === ACCOUNT_TYPE_TOKEN_ACCOUNT);
  if (!isAccount) return undefined;
  return { mint: Pubkey.at(data, 0), owner: Pubkey.at(data, 32), amount: readU64(data, 64) };
}

function tokensOf(before: Snapshot, after: Snapshot | TransactionAccount): Delta['tokens'] {
  const was = readTokens(before);
  const is = readTokens(after);
  return was === undefined && is === undefined ? undefined : [was, is];
}

/** Ranges closer than this are one: the fields of a layout are read better whole. */
const JOINED_GAP = 8;

/** Undefined where the patches would take more than `bytesLeft`. */
function diffData(before: Uint8Array, after: Uint8Array, bytesLeft = Number.POSITIVE_INFINITY): Patch[] | undefined {
  const end = Math.max(before.length, after.length);
  const patches: Patch[] = [];
  let start = -1;
  let last = -1;
  const common = Math.min(before.length, after.length);
  for (let i = 0; i < end; i++) {
    if (i < common ? before[i] === after[i] : (before[i] ?? 0) === (after[i] ?? 0)) continue;
    if (start >= 0 && i - last > JOINED_GAP) {
      if ((bytesLeft -= costOf(last + 1 - start)) < 0) return undefined;
      patches.push(cutPatch(before, after, start, last + 1));
      start = -1;
    }
    if (start < 0) start = i;
    last = i;
  }
  if (start >= 0) {
    if (bytesLeft < costOf(last + 1 - start)) return undefined;
    patches.push(cutPatch(before, after, start, last + 1));
  }
  return patches;
}

function costOf(patchLen: number): number {
  return PATCH_OVERHEAD + 2 * patchLen;
}

function cutPatch(before: Uint8Array, after: Uint8Array, start: number, end: number): Patch {
  return { offset: start, before: cut(before, start, end), after: cut(after, start, end) };
}

function cut(data: Uint8Array, start: number, end: number): Uint8Array {
  const bytes = new Uint8Array(end - start);
  if (start < data.length) bytes.set(data.subarray(start, Math.min(end, data.length)));
  return bytes;
}

/** The net change over several deltas of one account, oldest first; undefined where they cancel out. */
export function composeDeltas(deltas: readonly Delta[]): Delta | undefined {
  const first = deltas[0];
  if (deltas.length === 1) return first;
  const last = deltas[deltas.length - 1];
  const net: Delta = {
    index: first.index,
    lamports: [first.lamports[0], last.lamports[1]],
    owner: [first.owner[0], last.owner[1]],
    executable: [first.executable[0], last.executable[1]],
    dataLen: [first.dataLen[0], last.dataLen[1]],
    patches: composePatches(deltas),
    tokens:
      first.tokens?.[0] === undefined && last.tokens?.[1] === undefined
        ? undefined
        : [first.tokens?.[0], last.tokens?.[1]],
  };
  const isNothing =
    net.lamports[0] === net.lamports[1] &&
    net.owner[0].equals(net.owner[1]) &&
    net.executable[0] === net.executable[1] &&
    net.dataLen[0] === net.dataLen[1] &&
    net.patches?.length === 0;
  return isNothing ? undefined : net;
}

/** Patches in order of time to patches in order of place, which no longer overlap. */
function composePatches(deltas: readonly Delta[]): Patch[] | undefined {
  const patches: Patch[] = [];
  for (const delta of deltas) {
    if (delta.patches === undefined) return undefined;
    for (const patch of delta.patches) patches.push(patch);
  }
  // `inside` holds positions in time.
  const spans: { start: number; end: number; inside: number[] }[] = [];
  const byPlace = patches.map((_, i) => i).sort((a, b) => patches[a].offset - patches[b].offset);
  for (const i of byPlace) {
    const { offset, after } = patches[i];
    const end = offset + after.length;
    const open = spans[spans.length - 1];
    if (open !== undefined && offset <= open.end) {
      open.end = Math.max(open.end, end);
      open.inside.push(i);
    } else {
      spans.push({ start: offset, end, inside: [i] });
    }
  }
  return spans.flatMap(({ start, end, inside }) => {
    const before = new Uint8Array(end - start);
    const after = new Uint8Array(end - start);
    inside.sort((a, b) => a - b);
    for (const i of inside) after.set(patches[i].after, patches[i].offset - start);
    for (const i of inside.reverse()) before.set(patches[i].before, patches[i].offset - start);
    return diffData(before, after)!.map((patch) => ({ ...patch, offset: patch.offset + start }));
  });
}
