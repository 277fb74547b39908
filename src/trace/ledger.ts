// What each frame did to each account: lamports, tokens, owner, length and ranges of data, before and after, and the fields
// that an IDL or a known layout sees in them. The frame's own changes and those of all below it add up to what changed
// between its start and its end, and those of the top-level frames to what the transaction changed. Reads the trace only.

import type { DecoderRegistry } from './decoder.ts';
import { readTokenAccount } from './decoders/token-state.ts';
import { type AccountFields, type FieldsOfChanges, fieldsOfChanges } from './ledger-fields.ts';
import {
  type AccountChange,
  type CallFrame,
  callsOf,
  type DataChange,
  type TokenHolding,
  type TransactionTrace,
} from './transaction-trace.ts';

export interface LedgerEntry {
  readonly address: string;
  readonly name: string | null;
  readonly lamports: { readonly before: bigint; readonly after: bigint; readonly change: bigint };
  /** Of a token account. */
  readonly tokens: {
    readonly mint: string;
    readonly before: bigint;
    readonly after: bigint;
    readonly change: bigint;
  } | null;
  /** Null where it stayed. */
  readonly owner: { readonly before: string; readonly after: string } | null;
  readonly executable: { readonly before: boolean; readonly after: boolean } | null;
  readonly dataLength: { readonly before: number; readonly after: number } | null;
  /** Null where too many changed to be kept. */
  readonly data: readonly DataChange[] | null;
  /** Null where no decoder knows the account, or none of its fields changed. */
  readonly fields: AccountFields | null;
}

export interface FrameLedger {
  readonly path: readonly number[];
  readonly program: string;
  readonly instruction: string | null;
  /** By the frame's own program. */
  readonly own: readonly LedgerEntry[];
  /** With the calls below. */
  readonly entries: readonly LedgerEntry[];
  readonly calls: readonly FrameLedger[];
}

export interface Ledger {
  /** False where the transaction failed: all of it was discarded, but for the fee. */
  readonly isKept: boolean;
  /** Lamports, paid by the first account before the first frame. */
  readonly fee: bigint;
  readonly frames: readonly FrameLedger[];
  /** Lamports by account, over all frames; those without change are left out. */
  readonly lamports: Readonly<Record<string, bigint>>;
  /** Tokens by account and mint (`account mint`). */
  readonly tokens: Readonly<Record<string, bigint>>;
  /** Whether these sums are what changed between the first frame's start and the last one's end, to the unit. */
  readonly isBalanced: boolean;
}

/**
 * The ledger of a transaction.
 *
 * @param decoders what reads accounts besides the layouts of Token, Token-2022, Stake, lookup tables and nonces.
 */
export function ledgerOf(trace: TransactionTrace, decoders?: DecoderRegistry): Ledger {
  const fields = fieldsOfChanges(trace, decoders);
  const frames = trace.instructions.map((frame) => ledgerOfFrame(frame, fields));
  const lamports: Record<string, bigint> = {};
  const tokens: Record<string, bigint> = {};
  for (const frame of trace.instructions) {
    for (const { address, lamports: balance, tokens: held } of frame.changes) {
      add(lamports, address, balance.after - balance.before);
      if (held?.before != null) add(tokens, `${address} ${held.before.mint}`, -held.before.amount);
      if (held?.after != null) add(tokens, `${address} ${held.after.mint}`, held.after.amount);
    }
  }
  const isBalanced = isSame(lamports, lamportsOf(trace)) && isSame(tokens, tokensOf(trace));
  return { isKept: trace.verdict === 'success', fee: trace.fee, frames, lamports, tokens, isBalanced };
}

function lamportsOf({ accounts }: TransactionTrace): Record<string, bigint> {
  const totals: Record<string, bigint> = {};
  for (const { address, before, after } of accounts)
    add(totals, address, (after?.lamports ?? 0n) - (before?.lamports ?? 0n));
  return totals;
}

function tokensOf({ accounts }: TransactionTrace): Record<string, bigint> {
  const totals: Record<string, bigint> = {};
  for (const { address, before, after } of accounts) {
    for (const [state, sign] of [
      [before, -1n],
      [after, 1n],
    ] as const) {
      const tokens = state === null ? undefined : readTokenAccount(state);
      if (tokens !== undefined && tokens.state !== 0) add(totals, `${address} ${tokens.mint}`, sign * tokens.amount);
    }
  }
  return totals;
}

function isSame(one: Readonly<Record<string, bigint>>, other: Readonly<Record<string, bigint>>): boolean {
  const names = Object.keys(one);
  return names.length === Object.keys(other).length && names.every((name) => one[name] === other[name]);
}

function add(totals: Record<string, bigint>, key: string, change: bigint): void {
  const sum = (totals[key] ?? 0n) + change;
  if (sum === 0n) delete totals[key];
  else totals[key] = sum;
}

function ledgerOfFrame(frame: CallFrame, fields: FieldsOfChanges): FrameLedger {
  return {
    path: frame.path,
    program: frame.programName ?? frame.programAddress ?? '?',
    instruction: frame.instruction?.name ?? null,
    own: frame.ownChanges.map((change) => entryOf(change, fields)),
    entries: frame.changes.map((change) => entryOf(change, fields)),
    calls: callsOf(frame).map((call) => ledgerOfFrame(call, fields)),
  };
}

function entryOf(change: AccountChange, fields: FieldsOfChanges): LedgerEntry {
  const { address, name, lamports, owner, executable, dataLength, data, tokens } = change;
  return {
    address,
    name,
    lamports: { ...lamports, change: lamports.after - lamports.before },
    tokens: tokens === undefined ? null : tokenEntry(tokens.before, tokens.after),
    owner: owner.before === owner.after ? null : owner,
    executable: executable.before === executable.after ? null : executable,
    dataLength: dataLength.before === dataLength.after ? null : dataLength,
    data,
    fields: fields.get(change) ?? null,
  };
}

function tokenEntry(was: TokenHolding | null, is: TokenHolding | null): LedgerEntry['tokens'] {
  const mint = (is ?? was)?.mint;
  // An account that was closed and made anew may be of another mint.
  const [before, after] = [was?.mint === mint ? (was?.amount ?? 0n) : 0n, is?.amount ?? 0n];
  return mint === undefined || before === after ? null : { mint, before, after, change: after - before };
}
