// The virtual machine as a library: a chain in one object, synchronous, with no clock and no chance of its own. Each
// method checks what it is given, crosses to the inside (kit.ts, sysvars.ts) and asks the bank. Here are transactions and
// programs; accounts, time and snapshots are state-access.ts's, sysvars sysvar-access.ts's.
// A caller's mistake throws a ParhelionError and changes nothing. What the chain says of a transaction is returned.

import { Bank } from '../bank/bank.ts';
import { elfAccount, programAccount, programDataAccount, programDataAddressOf } from '../bank/program-accounts.ts';
import type { TypeScriptProgram } from '../program/define-program.ts';
import { BPF_LOADER_DEPRECATED_ID, BPF_LOADER_ID, BPF_LOADER_UPGRADEABLE_ID } from '../runtime/addresses.ts';
import { FeatureSet } from '../runtime/features.ts';
import { hostedProgram, hostProgram, programEnvironment } from '../runtime/program-cache.ts';
import { AGAVE_RULES } from '../runtime/rules.ts';
import { DecoderRegistry } from '../trace/decoder.ts';
import { readIdl } from '../trace/decoders/idl.ts';
import { type TraceOptions, TraceRecorder } from '../trace/recorder.ts';
import { ParhelionError } from '../wire/errors.ts';
import type { Pubkey } from '../wire/pubkey.ts';
import { type Capsule, makeCapsule } from './capsule.ts';
import { decodersWith } from './default-decoders.ts';
import {
  type Address,
  copyBytes,
  fromAddress,
  fromBytes,
  fromSignature,
  fromTransaction,
  type ReadonlyUint8Array,
  type Signature,
  type Transaction,
  toAddress,
} from './kit.ts';
import {
  framesOf,
  type MockCall,
  type MockHandlers,
  mockProgram,
  type ProgramMock,
  type ProgramSpy,
} from './observed-programs.ts';
import { TransactionOutcome } from './outcome.ts';
import { type ProgramShadow, programShadow, ShadowReport, shadowedProgram } from './shadow-program.ts';
import { copyFields, EMPTY_ACCOUNT, rentOf, StateAccess } from './state-access.ts';
import { checkOptions, Labels, type SvmOptions } from './svm-options.ts';
import { SYSVAR_FORMS } from './sysvars.ts';
import { isTypeScriptProgram, programDecoder } from './typescript-program.ts';

export { TransactionOutcome } from './outcome.ts';
export type { SvmOptions } from './svm-options.ts';

export interface AddProgramOptions {
  /** The loader that owns the program: BPF loader v1, v2 or v3 (upgradeable). Default: v3. */
  readonly loader?: Address;
}

/**
 * A Solana chain in one object. A new one has the builtin programs, the sysvars, the feature gates of mainnet, and the
 * programs everybody uses: Token, Token-2022, Associated Token Account, Memo, Address Lookup Table, Stake.
 *
 * @example
 * ```ts
 * const svm = new Svm();
 * svm.airdrop(alice.address, lamports(1_000_000_000n));
 * const outcome = svm.sendTransaction(transaction);
 * console.log(outcome.error, outcome.logs);
 * ```
 */
export class Svm extends StateAccess {
  readonly #bank: Bank;
  readonly #userDecoders: DecoderRegistry | undefined;
  readonly #labels: Labels;
  readonly #idls = new Map<string, unknown>();
  #traceOptions: TraceOptions;
  /** The outcomes of transactions since each spy began. */
  readonly #spied = new Set<TransactionOutcome[]>();

  /**
   * @throws ParhelionError `INVALID_ARGUMENT` where an option isn't of its kind, or a number doesn't make sense.
   */
  constructor(options: SvmOptions = {}) {
    checkOptions(options);
    const bank = new Bank({
      features: options.features ?? FeatureSet.mainnet(),
      rules: options.rules ?? AGAVE_RULES,
      verifySignatures: options.signatureVerification,
      checkBlockhash: options.blockhashCheck,
      logBytesLimit: options.logBytesLimit,
      historyCapacity: options.historyCapacity,
      computeBudgetOverride: options.computeBudget,
    });
    super(bank);
    this.#bank = bank;
    this.#userDecoders = options.decoders;
    this.#labels = new Labels(options.names);
    this.#traceOptions = { decoders: options.decoders, names: this.#labels };
  }

  // Transactions.

  /**
   * Runs a transaction and stores what it changes.
   *
   * @param transaction as @solana/kit compiles and signs it, or its wire bytes (legacy, v0, v1).
   * @returns its outcome, also where it failed. A transaction that was rejected before it could pay its fee leaves
   * no trace in the chain and isn't found by `getTransaction`.
   * @throws ParhelionError `MALFORMED_TRANSACTION` where the bytes aren't a transaction.
   *
   * @example
   * ```ts
   * const outcome = svm.sendTransaction(await signTransactionMessageWithSigners(message));
   * ```
   */
  sendTransaction(transaction: Transaction | ReadonlyUint8Array): TransactionOutcome {
    const outcome = this.#outcome(this.#bank.send(this.#decode(transaction)));
    if (this.#spied.size > 0) for (const outcomes of this.#spied) outcomes.push(outcome);
    return outcome;
  }

  /**
   * Runs a transaction, with all the checks of `sendTransaction`, and stores nothing.
   *
   * @returns its outcome, whose `postAccounts` are what would have been stored.
   * @throws ParhelionError `MALFORMED_TRANSACTION` where the bytes aren't a transaction.
   */
  simulateTransaction(transaction: Transaction | ReadonlyUint8Array): TransactionOutcome {
    return this.#outcome(this.#bank.simulate(this.#decode(transaction)));
  }

  /**
   * The outcome of a transaction that was sent, by its first signature; null where it is unknown, was rejected before it
   * paid its fee, or so many came after it that it is forgotten.
   *
   * @throws ParhelionError `INVALID_ARGUMENT` where the text isn't a signature.
   */
  getTransaction(signature: Signature): TransactionOutcome | null {
    const record = this.#bank.getTransaction(fromSignature(signature));
    return record === undefined ? null : this.#outcome(record);
  }

  /**
   * Everything a transaction needs to run again on any machine, as plain JSON: a bug report, a fixture. Nothing is sent.
   *
   * @throws ParhelionError `MALFORMED_TRANSACTION`
   *
   * @example
   * ```ts
   * writeFileSync('bug.json', JSON.stringify(svm.capsule(transaction))); // parhelion explain bug.json
   * ```
   */
  capsule(transaction: Transaction | ReadonlyUint8Array): Capsule {
    return makeCapsule(this.#decode(transaction), this.#bank, new Map(this.#labels), this.#idls);
  }

  /**
   * Reads a program's IDL (Anchor's old or new form, Codama's root node), so that traces and explanations show the names of
   * its instructions, arguments, accounts and errors.
   *
   * @param programAddress where the IDL doesn't name it.
   * @throws ParhelionError `INVALID_ARGUMENT` where it is none of these forms, or no address is known.
   * @throws ParhelionError `INVALID_ADDRESS`
   *
   * @example
   * ```ts
   * svm.registerIdl(JSON.parse(readFileSync('target/idl/counter.json', 'utf8')));
   * ```
   */
  registerIdl(idl: unknown, programAddress?: Address): void {
    const { decoder, address = '' } = readIdl(idl);
    const key = fromAddress(programAddress ?? (address as Address));
    const decoders = new DecoderRegistry(this.#traceOptions.decoders ?? []);
    decoders.register(key.toString() as Address, decoder);
    this.#idls.set(key.toString(), idl);
    this.#traceOptions = { ...this.#traceOptions, decoders };
  }

  /**
   * Gives an address a name, for traces and explanations.
   *
   * @throws ParhelionError `INVALID_ADDRESS`
   *
   * @example
   * ```ts
   * svm.label(vault, 'vault');
   * ```
   */
  label(address: Address, name: string): void {
    this.#labels.set(fromAddress(address).toString(), name);
  }

  // Programs.

  /**
   * Puts a program at an address, ready to be called: a compiled one, or one written in TypeScript (parhelion/program).
   *
   * @param elf the bytes of its ELF file, which are copied, or what `defineProgram` or `program` made.
   * @throws ParhelionError `INVALID_ADDRESS`
   * @throws ParhelionError `UNSUPPORTED_LOADER` where `loader` isn't BPF loader v1, v2 or v3.
   * @throws ParhelionError `INVALID_PROGRAM` where the bytes don't load or don't pass the verifier, with the text of the
   * check that refused them.
   * @throws ParhelionError `INVALID_SYSVAR` where a sysvar has the address.
   *
   * @example
   * ```ts
   * svm.addProgram(address('Counter111111111111111111111111111111111111'), readFileSync('target/deploy/counter.so'));
   * ```
   */
  addProgram(address: Address, elf: ReadonlyUint8Array | TypeScriptProgram, options: AddProgramOptions = {}): void {
    const key = fromAddress(address);
    if (isTypeScriptProgram(elf)) {
      this.#addTypeScriptProgram(key, elf);
      return;
    }
    const bytes = fromBytes('A program', elf);
    const loader = options.loader === undefined ? BPF_LOADER_UPGRADEABLE_ID : fromAddress(options.loader);
    const isUpgradeable = loader.equals(BPF_LOADER_UPGRADEABLE_ID);
    if (!isUpgradeable && !loader.equals(BPF_LOADER_ID) && !loader.equals(BPF_LOADER_DEPRECATED_ID)) {
      throw new ParhelionError('UNSUPPORTED_LOADER', { loader: loader.toString() });
    }
    // A program deployed in the present slot could not be called yet.
    const stored = isUpgradeable
      ? programDataAccount(bytes, this.#bank.chainRules.deploysInPresentSlot ? this.#bank.slot : 0n, rentOf(this.#bank))
      : elfAccount(bytes, loader, rentOf(this.#bank));
    // What a validator runs, it may have accepted long ago: so the checks are those for running, not for deploying.
    const environment = programEnvironment(this.#bank.features.runtime);
    const loaded = environment.load(stored.data, stored.data.length - bytes.length);
    if (loaded.type !== 'loaded') {
      throw new ParhelionError('INVALID_PROGRAM', { address: key.toString(), reason: loaded.reason ?? loaded.type });
    }
    refuseSysvar(key);
    if (!isUpgradeable) {
      this.#bank.setAccount(key, stored);
      return;
    }
    const programDataKey = programDataAddressOf(key);
    this.#bank.setAccount(programDataKey, stored);
    this.#bank.setAccount(key, programAccount(programDataKey, rentOf(this.#bank)));
  }

  /**
   * Puts a mock in the place of a program.
   *
   * @param handlers what it does: one function, or one for each instruction by name.
   * @returns the calls it was asked for, and the way back.
   * @throws ParhelionError `INVALID_ADDRESS`
   * @throws ParhelionError `INVALID_SYSVAR` where a sysvar has the address.
   *
   * @example
   * ```ts
   * const prices = svm.mockProgram(oracle, { getPrice: () => setReturnData(toBytes(u64, 42n)) });
   * ```
   */
  mockProgram(address: Address, handlers: MockHandlers): ProgramMock {
    const key = fromAddress(address);
    const before = this.#bank.getAccount(key);
    const calls: MockCall[] = [];
    const decoders = () => decodersWith(this.#traceOptions.decoders);
    this.#hostProgram(key, mockProgram(handlers, calls, decoders));
    return { address, calls, restore: () => this.#bank.setAccount(key, before ?? EMPTY_ACCOUNT) };
  }

  /**
   * Looks at a program, which runs as ever.
   *
   * @returns its calls in the transactions sent from now on, refused attempts too.
   * @throws ParhelionError `INVALID_ADDRESS`
   *
   * @example
   * ```ts
   * const token = svm.spyProgram(TOKEN_PROGRAM_ADDRESS);
   * svm.sendTransaction(swap);
   * expect(token.calls.map((call) => call.instruction?.name)).toEqual(['TransferChecked', 'TransferChecked']);
   * ```
   */
  spyProgram(address: Address): ProgramSpy {
    const text = fromAddress(address).toString();
    const outcomes: TransactionOutcome[] = [];
    this.#spied.add(outcomes);
    return {
      address,
      get calls() {
        return outcomes.flatMap(({ trace }) => framesOf(trace, text));
      },
      restore: () => this.#spied.delete(outcomes),
    };
  }

  /**
   * Runs a model in TypeScript beside a program, compiled or in TypeScript too, on the same inputs, and compares what each
   * call did. What the program does is what counts.
   *
   * @throws ParhelionError `INVALID_ADDRESS`
   * @throws ParhelionError `NO_PROGRAM` where there is none at the address.
   *
   * @example
   * ```ts
   * const shadow = svm.shadowProgram(TOKEN_PROGRAM_ADDRESS, tokenModel);
   * // … transactions …
   * shadow.assertNoDifference();
   * ```
   */
  shadowProgram(address: Address, model: TypeScriptProgram): ProgramShadow {
    const key = fromAddress(address);
    const before = this.#bank.getAccount(key);
    if (before === undefined || !before.executable) throw new ParhelionError('NO_PROGRAM', { address: key.toString() });
    const report = new ShadowReport();
    // The same bytes in an array of their own, which the runtime knows the shadow by.
    const data = copyBytes(before.data);
    hostProgram(data, shadowedProgram(hostedProgram(before.data), model, report));
    this.#bank.setAccount(key, { ...copyFields(before), data });
    this.#recordHosted();
    return programShadow(address, report, () => this.#bank.setAccount(key, before));
  }

  #addTypeScriptProgram(key: Pubkey, program: TypeScriptProgram): void {
    this.#hostProgram(key, program);
    // A decoder of the user's own goes before.
    if (this.#userDecoders?.get(key.toString()) !== undefined) return;
    const decoders = new DecoderRegistry(this.#traceOptions.decoders ?? []);
    decoders.register(toAddress(key), programDecoder(program));
    this.#traceOptions = { ...this.#traceOptions, decoders };
  }

  #hostProgram(key: Pubkey, program: TypeScriptProgram): void {
    // Its account says what it is; the array is what the runtime knows the program by.
    const data = new TextEncoder().encode(`TypeScript program ${program.name}`);
    hostProgram(data, program);
    refuseSysvar(key);
    this.#bank.setAccount(key, elfAccount(data, BPF_LOADER_ID, rentOf(this.#bank)));
    this.#recordHosted();
  }

  /** From now on transactions that could run TypeScript are recorded as they run. */
  #recordHosted(): void {
    this.#bank.listenToHosted = () => {
      const { decoders, names } = this.#traceOptions;
      return new TraceRecorder({ decoders: decodersWith(decoders), names });
    };
  }

  #decode(transaction: Transaction | ReadonlyUint8Array) {
    return fromTransaction(transaction, this.#bank.rules.refuseTrailingBytes ? undefined : LENIENT);
  }

  #outcome(record: ReturnType<Bank['send']>): TransactionOutcome {
    return new TransactionOutcome(record, this.#traceOptions);
  }
}

/** As LiteSVM reads transactions. */
const LENIENT = { allowTrailingBytes: true };

/** A program would take the place of the sysvar. */
function refuseSysvar(key: Pubkey): void {
  const form = SYSVAR_FORMS.find((each) => each.key.equals(key));
  if (form !== undefined)
    throw new ParhelionError('INVALID_SYSVAR', { name: form.name, reason: 'its address is no place for a program' });
}
