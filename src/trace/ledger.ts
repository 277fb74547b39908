// What each frame did to each account: lamports, tokens, owner, length and ranges of data, before and after. The frame's
// own changes and those of all below it add up to what changed between its start and its end, and those of the top-level
// frames to what the transaction changed. Reads the trace only.

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
  readonly dataLength: { readonly before: number; readonly after: number } | null;
  /** Null where too many changed to be kept. */
  readonly data: readonly DataChange[] | null;
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
}

/** The ledger of a transaction. */
export function ledgerOf(trace: TransactionTrace): Ledger {
  const frames = trace.instructions.map(ledgerOfFrame);
  const lamports: Record<string, bigint> = {};
  const tokens: Record<string, bigint> = {};
  for (const frame of frames) {
    for (const entry of frame.entries) {
      add(lamports, entry.address, entry.lamports.change);
      if (entry.tokens !== null) add(tokens, `${entry.address} ${entry.tokens.mint}`, entry.tokens.change);
    }
  }
  return { isKept: trace.verdict === 'success', fee: trace.fee, frames, lamports, tokens };
}

function add(totals: Record<string, bigint>, key: string, change: bigint): void {
  const sum = (totals[key] ?? 0n) + change;
  if (sum === 0n) delete totals[key];
  else totals[key] = sum;
}

function ledgerOfFrame(frame: CallFrame): FrameLedger {
  return {
    path: frame.path,
    program: frame.programName ?? frame.programAddress ?? '?',
    instruction: frame.instruction?.name ?? null,
    own: frame.ownChanges.map(entryOf),
    entries: frame.changes.map(entryOf),
    calls: callsOf(frame).map(ledgerOfFrame),
  };
}

function entryOf(change: AccountChange): LedgerEntry {
  const { address, name, lamports, owner, dataLength, data, tokens } = change;
  return {
    address,
    name,
    lamports: { ...lamports, change: lamports.after - lamports.before },
    tokens: tokens === undefined ? null : tokenEntry(tokens.before, tokens.after),
    owner: owner.before === owner.after ? null : owner,
    dataLength: dataLength.before === dataLength.after ? null : dataLength,
    data,
  };
}

function tokenEntry(was: TokenHolding | null, is: TokenHolding | null): LedgerEntry['tokens'] {
  const [before, after] = [was?.amount ?? 0n, is?.amount ?? 0n];
  const mint = (is ?? was)?.mint;
  return mint === undefined || before === after ? null : { mint, before, after, change: after - before };
}
