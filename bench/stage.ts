// The same chain on both sides: accounts and programs are put on both, and a transaction is compared before it is timed:
// error, logs, units, and every account it names. LiteSVM's native object is reached past its class, so that its cost
// can be told from that of the class around it.

import { type Address, address, type Lamports } from '@solana/kit';
import { LiteSVM } from 'litesvm';
import { Svm, type SvmOptions } from 'parhelion';
import { encodeHex, type Pubkey } from 'parhelion/wire';
import type { Call } from './call.ts';

interface LiteSvmMeta {
  logs(): string[];
  computeUnitsConsumed(): bigint;
}

/** What LiteSVM's class hands over to. */
export interface NativeLiteSvm {
  sendLegacyTransaction(bytes: Uint8Array): LiteSvmMeta | { err(): unknown; meta(): LiteSvmMeta };
  sendVersionedTransaction(bytes: Uint8Array): LiteSvmMeta | { err(): unknown; meta(): LiteSvmMeta };
}

function nativeOf(svm: LiteSVM): NativeLiteSvm {
  return (svm as unknown as { inner: NativeLiteSvm }).inner;
}

export interface StagedAccount {
  readonly key: Pubkey;
  readonly owner: Pubkey;
  readonly lamports?: bigint;
  readonly data?: Uint8Array;
}

/** Enough for whatever a benchmark pays. */
export const PLENTY = 10n ** 18n;

export function addressOf(key: Pubkey): Address {
  return address(key.toString());
}

export class Stage {
  readonly ours: Svm;
  readonly theirs: LiteSVM;
  readonly native: NativeLiteSvm;
  readonly #staged: StagedAccount[] = [];

  constructor(options: SvmOptions = {}, theirs: LiteSVM = new LiteSVM()) {
    this.ours = new Svm({ signatureVerification: false, ...options });
    this.theirs = theirs.withSigverify(options.signatureVerification ?? false);
    this.native = nativeOf(this.theirs);
  }

  setAccount(staged: StagedAccount): this {
    this.#staged.push(staged);
    this.#store(staged);
    return this;
  }

  /** Puts back what was staged: the two sides were timed for as long, not as often. */
  restage(): this {
    for (const staged of this.#staged) this.#store(staged);
    return this;
  }

  #store({ key, owner, lamports = PLENTY, data = new Uint8Array(0) }: StagedAccount): void {
    const account = {
      address: addressOf(key),
      programAddress: addressOf(owner),
      lamports: lamports as Lamports,
      data,
      executable: false,
      space: BigInt(data.length),
    };
    this.ours.setAccount(account);
    this.theirs.setAccount(account);
  }

  addProgram(key: Pubkey, elf: Uint8Array): this {
    this.ours.addProgram(addressOf(key), elf);
    this.theirs.addProgram(addressOf(key), elf);
    return this;
  }

  /** LiteSVM by its native method. */
  sendNative(call: Call): LiteSvmMeta | { err(): unknown; meta(): LiteSvmMeta } {
    const { bytes } = call;
    return call.version === 'legacy'
      ? this.native.sendLegacyTransaction(bytes)
      : this.native.sendVersionedTransaction(bytes);
  }

  /** Sends the call to both, and throws where they differ or it fails. Returns the units it takes. */
  compare(call: Call): number {
    const ours = this.ours.sendTransaction(call.bytes);
    const theirs = this.sendNative(call);
    const failed = 'err' in theirs;
    if (ours.error !== null || failed) {
      const error = failed ? String(theirs) : 'none';
      throw new Error(
        `a benchmark's transaction failed: ${JSON.stringify(ours.error)} here, ${error} there\n${ours.logs.join('\n')}`,
      );
    }
    same('logs', ours.logs, theirs.logs());
    same('units', ours.computeUnitsConsumed, theirs.computeUnitsConsumed());
    for (const key of call.keys) this.compareAccount(addressOf(key));
    return Number(ours.computeUnitsConsumed);
  }

  /** Throws where the two sides have not the same there. */
  compareAccount(key: Address): void {
    const [ours, theirs] = [this.ours, this.theirs].map((svm) => svm.getAccount(key));
    same(`existence of ${key}`, ours.exists, theirs.exists);
    if (!ours.exists || !theirs.exists) return;
    same(`lamports of ${key}`, ours.lamports, theirs.lamports);
    same(`owner of ${key}`, ours.programAddress, theirs.programAddress);
    same(`executable flag of ${key}`, ours.executable, theirs.executable);
    same(`data of ${key}`, encodeHex(new Uint8Array(ours.data)), encodeHex(new Uint8Array(theirs.data)));
  }
}

function same(what: string, ours: unknown, theirs: unknown): void {
  const [a, b] = [ours, theirs].map(show);
  if (a !== b) throw new Error(`${what} differ: ${a} here, ${b} in LiteSVM`);
}

function show(value: unknown): string {
  return JSON.stringify(value, (_, item) => (typeof item === 'bigint' ? `${item}` : item)) ?? 'nothing';
}
