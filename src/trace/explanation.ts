// The shape of an explanation, and what the explanation of a frame and that of a whole transaction share.

import { type CodeRow, RUNTIME_CODES } from './explanation-codes.ts';
import type { ShowAddress } from './failure-text.ts';
import { INTERFACE_ERROR_CODES } from './interface-error-codes.ts';
import { WELL_KNOWN_NAMES } from './names.ts';
import { PROGRAM_ERROR_CODES } from './program-error-codes.ts';
import type { SeedReport } from './seed-detective.ts';
import type { Flags, FrameFault, TransactionTrace } from './transaction-trace.ts';
import { AddressText } from './value-text.ts';

/** Code → row, of everything that can be explained. */
export const EXPLANATION_CODES: Readonly<Record<string, CodeRow>> = {
  ...RUNTIME_CODES,
  ...PROGRAM_ERROR_CODES,
  ...INTERFACE_ERROR_CODES,
};

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
  /** The lookup table that the transaction has it from, and the index there; absent where there is none. */
  readonly lookup?: { readonly table: string; readonly index: number };
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
  /** The frame of the transaction that brought it about by what it did to an account; null where none did. */
  readonly earlier: { readonly path: readonly number[]; readonly account: string } | null;
  /** Page of the docs. */
  readonly docs: string;
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

export function accountInTransaction(trace: TransactionTrace, address: string): ExplainedAccount {
  const index = trace.accounts.findIndex((account) => account.address === address);
  const account = trace.accounts[index];
  const name = Object.hasOwn(trace.names, address) ? trace.names[address] : null;
  const { isSigner = false, isWritable = false } = account ?? {};
  return { address, name, role: null, index, isSigner, isWritable };
}

export function docsOf(code: string): string {
  return `docs/errors/${code}.md`;
}

export function flagWords({ isSigner, isWritable }: Flags): string {
  return `${isWritable ? 'writable' : 'read-only'}, ${isSigner ? 'a signer' : 'not a signer'}`;
}

/** A sentence of the runtime or a program, with the addresses in it written as elsewhere. */
export function withNames(text: string, show: ShowAddress): string {
  return text.replace(/[1-9A-HJ-NP-Za-km-z]{32,44}/g, show);
}

export function dedupe(texts: readonly string[]): string[] {
  return [...new Set(texts)];
}
