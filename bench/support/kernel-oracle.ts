// A kernel in LiteSVM, called through its native interface, without the conversions of its public one.

import { LiteSVM } from 'litesvm';
import internal from 'litesvm/dist/internal.js';

const PAYER = new Uint8Array(32).fill(1);
const PROGRAM = new Uint8Array(32).fill(2);
const UNIT_LIMIT = 1_400_000n;
const SYSTEM_PROGRAM = new Uint8Array(32);

export class KernelOracle {
  readonly #svm: InstanceType<typeof internal.LiteSvm>;

  constructor(elf: Uint8Array) {
    const outer = new LiteSVM().withSigverify(false).withBlockhashCheck(false).withTransactionHistory(0n);
    const svm = (outer as unknown as { readonly inner: InstanceType<typeof internal.LiteSvm> }).inner;
    const budget = new internal.ComputeBudget();
    budget.computeUnitLimit = UNIT_LIMIT;
    svm.setComputeBudget(budget);
    svm.setAccount(PAYER, new internal.Account(10n ** 12n, new Uint8Array(0), SYSTEM_PROGRAM, false, 0n));
    svm.addProgram(PROGRAM, elf);
    this.#svm = svm;
  }

  /** Units used by a transaction of one instruction with two u64 of data. */
  run(n: number, expected: number): number {
    const data = new Uint8Array(16);
    const view = new DataView(data.buffer);
    view.setBigUint64(0, BigInt(n), true);
    view.setBigUint64(8, BigInt(expected), true);
    const bytes = [1, ...new Uint8Array(64), 1, 0, 1, 2, ...PAYER, ...PROGRAM, ...new Uint8Array(32)];
    bytes.push(1, 1, 0, data.length, ...data);
    const sent = this.#svm.sendLegacyTransaction(Uint8Array.from(bytes));
    const meta = sent instanceof internal.FailedTransactionMetadata ? sent.meta() : sent;
    return Number(meta.computeUnitsConsumed());
  }
}
