// The virtual machine as a library: a chain in one object, synchronous, with no clock and no chance of its own. Each
// method checks what it is given, crosses to the inside (kit.ts, sysvars.ts) and asks the bank.
// A caller's mistake throws a ParhelionError and changes nothing. What the chain says of a transaction is returned.

import { airdropFromFaucet } from '../bank/airdrop.ts';
import { Bank, errorOf } from '../bank/bank.ts';
import { elfAccount, programAccount, programDataAccount, programDataAddressOf } from '../bank/program-accounts.ts';
import type { TypeScriptProgram } from '../program/define-program.ts';
import {
  BPF_LOADER_DEPRECATED_ID,
  BPF_LOADER_ID,
  BPF_LOADER_UPGRADEABLE_ID,
  SYSTEM_PROGRAM_ID,
} from '../runtime/addresses.ts';
import { FeatureSet } from '../runtime/features.ts';
import { hostedProgram, hostProgram, programEnvironment } from '../runtime/program-cache.ts';
import { minimumBalance } from '../runtime/rent.ts';
import { AGAVE_RULES } from '../runtime/rules.ts';
import type { Rent } from '../runtime/sysvars/layouts.ts';
import { DecoderRegistry } from '../trace/decoder.ts';
import { readIdl } from '../trace/decoders/idl.ts';
import { type TraceOptions, TraceRecorder } from '../trace/recorder.ts';
import { type Account, RENT_EXEMPT_RENT_EPOCH } from '../wire/account.ts';
import { ParhelionError } from '../wire/errors.ts';
import type { Pubkey } from '../wire/pubkey.ts';
import { displayTransactionError } from '../wire/transaction-error.ts';
import { type Capsule, makeCapsule } from './capsule.ts';
import { decodersWith } from './default-decoders.ts';
import {
  type Address,
  type Blockhash,
  copyBytes,
  describe,
  type EncodedAccount,
  fromAddress,
  fromBytes,
  fromEncodedAccount,
  fromSignature,
  fromTransaction,
  fromU64,
  type Lamports,
  type MaybeEncodedAccount,
  type ReadonlyUint8Array,
  type Signature,
  type Slot,
  type Transaction,
  toAddress,
  toBlockhash,
  toMaybeEncodedAccount,
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
import { checkOptions, Labels, type SvmOptions } from './svm-options.ts';
import { SysvarAccess } from './sysvar-access.ts';
import { SYSVAR_FORMS } from './sysvars.ts';
import { isTypeScriptProgram, programDecoder } from './typescript-program.ts';

export { TransactionOutcome } from './outcome.ts';
export type { SvmOptions } from './svm-options.ts';

export interface AddProgramOptions {
  /** The loader that owns the program: BPF loader v1, v2 or v3 (upgradeable). Default: v3. */
  readonly loader?: Address;
}

const U64_MAX = 0xffff_ffff_ffff_ffffn;

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
export class Svm extends SysvarAccess {
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
    for (const outcomes of this.#spied) outcomes.push(outcome);
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
   * svm.label(vaultAddress, 'vault');
   * ```
   */
  label(address: Address, name: string): void {
    this.#labels.set(fromAddress(address).toString(), name);
  }

  // Accounts.

  /**
   * The account at an address, with a copy of its data.
   *
   * @returns kit's `MaybeEncodedAccount`: `exists` is false where there is none.
   * @throws ParhelionError `INVALID_ADDRESS`
   *
   * @example
   * ```ts
   * const account = svm.getAccount(mint);
   * if (account.exists) console.log(account.programAddress, account.data);
   * ```
   */
  getAccount(address: Address): MaybeEncodedAccount {
    const key = fromAddress(address);
    return toMaybeEncodedAccount(key, this.#bank.getAccount(key));
  }

  /**
   * Stores an account as it is, past all rules: also what no transaction could bring about. Its data is copied. One
   * without lamports is removed.
   *
   * @throws ParhelionError `INVALID_ADDRESS`
   * @throws ParhelionError `INVALID_ACCOUNT` saying which field isn't what it must be.
   * @throws ParhelionError `INVALID_SYSVAR` where the account of a sysvar would not hold one any more.
   *
   * @example
   * ```ts
   * svm.setAccount({ address, lamports: lamports(1_000_000n), data, programAddress, executable: false, space: 8n });
   * ```
   */
  setAccount(account: EncodedAccount): void {
    const [key, stored] = fromEncodedAccount(account);
    checkSysvarAccount(key, stored);
    this.#bank.setAccount(key, stored);
  }

  /**
   * Lamports at an address: 0 where there is no account.
   *
   * @throws ParhelionError `INVALID_ADDRESS`
   */
  getBalance(address: Address): Lamports {
    return (this.#bank.getAccount(fromAddress(address))?.lamports ?? 0n) as Lamports;
  }

  /**
   * Gives lamports to an address, out of nothing; there is no transaction, no fee, and the same airdrop may be repeated.
   * Under LiteSVM's rules it is a transfer from an account with 1,000,000 SOL, and a repeat under the same blockhash
   * fails, as it does there.
   *
   * @throws ParhelionError `INVALID_ADDRESS`
   * @throws ParhelionError `INVALID_ARGUMENT` where the lamports aren't a bigint from 0 to 2^64 - 1.
   * @throws ParhelionError `AIRDROP_FAILED` where the account would have less than the minimum for its size (890,880
   * lamports for one without data), which a transfer may not leave either, or more than 2^64 - 1.
   *
   * @example
   * ```ts
   * svm.airdrop(alice.address, lamports(1_000_000_000n)); // 1 SOL
   * ```
   */
  airdrop(address: Address, lamports: Lamports): void {
    const key = fromAddress(address);
    const amount = fromU64('The lamports of an airdrop', lamports);
    const fail = (reason: string) => {
      throw new ParhelionError('AIRDROP_FAILED', { address: key.toString(), lamports: amount, reason });
    };
    if (this.#bank.rules.name === 'litesvm') {
      const error = errorOf(airdropFromFaucet(this.#bank, key, amount));
      if (error !== undefined) fail(displayTransactionError(error));
      return;
    }
    const account = this.#bank.getAccount(key) ?? EMPTY_ACCOUNT;
    const balance = account.lamports + amount;
    const minimum = minimumBalance(this.#rent, account.data.length);
    if (balance > U64_MAX) fail(`the account has ${account.lamports} already, and no balance exceeds 2^64 - 1`);
    if (amount > 0n && balance < minimum) {
      fail(
        `the account would have ${balance} lamports, and one with ${account.data.length} bytes of data needs ${minimum}`,
      );
    }
    this.#bank.setAccount(key, { ...copyFields(account), lamports: balance });
  }

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
    const isLiteSvm = this.#bank.rules.name === 'litesvm';
    // A program deployed in the present slot could not be called yet.
    const stored = isUpgradeable
      ? programDataAccount(bytes, isLiteSvm ? this.#bank.slot : 0n, this.#rent)
      : elfAccount(bytes, loader, this.#rent);
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
    this.#bank.setAccount(key, programAccount(programDataKey, this.#rent));
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
   * const oracle = svm.mockProgram(oracleAddress, { getPrice: () => setReturnData(toBytes(u64, 42n)) });
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
    this.#bank.setAccount(key, elfAccount(data, BPF_LOADER_ID, this.#rent));
    this.#recordHosted();
  }

  /** From now on transactions that could run TypeScript are recorded as they run. */
  #recordHosted(): void {
    this.#bank.listenToHosted = () => {
      const { decoders, names } = this.#traceOptions;
      return new TraceRecorder({ decoders: decodersWith(decoders), names });
    };
  }

  /**
   * Lamports that an account with so many bytes of data must hold; what no account can have, where it may not be as long.
   *
   * @param space bytes of data.
   * @throws ParhelionError `INVALID_ARGUMENT` where `space` isn't a bigint from 0 to 2^64 - 1.
   */
  minimumBalanceForRentExemption(space: bigint): Lamports {
    const minimum = minimumBalance(this.#rent, Number(fromU64('The space of an account', space)));
    return (minimum > 0n ? minimum : 1n) as Lamports;
  }

  // Time.

  /** The newest blockhash: what a transaction should carry. */
  latestBlockhash(): Blockhash {
    return toBlockhash(this.#bank.latestBlockhashKey);
  }

  /**
   * Makes a new blockhash, as the end of a block does; the clock's slot stays. The blockhashes before it stay valid as on
   * a validator, where a transaction's blockhash may be 150 blocks old. Under LiteSVM's rules only the newest is valid.
   *
   * @example
   * ```ts
   * svm.expireBlockhash(); // the same instructions make another transaction now
   * ```
   */
  expireBlockhash(): void {
    this.#bank.expireBlockhash();
  }

  /**
   * Moves the clock to a slot. The chain goes on as if each slot in between had had its block:
   *
   * - `Clock.slot` is the slot; `epoch` and `leaderScheduleEpoch` go on by the epochs that begin in between.
   * - `Clock.unixTimestamp` stays; set it with `setClock`.
   * - A new blockhash for each slot: one taken before a warp of more than 150 slots is too old afterwards.
   * - SlotHashes and RecentBlockhashes list those blocks. SlotHistory stays as it is.
   * - Programs deployed in an earlier slot can be called.
   *
   * An earlier slot may be given too, which no chain can do: the clock goes back, SlotHashes forgets what is then in the
   * future, blockhashes stay. Under LiteSVM's rules nothing changes but `Clock.slot`.
   *
   * @throws ParhelionError `INVALID_ARGUMENT` where the slot isn't a bigint from 0 to 2^64 - 1.
   *
   * @example
   * ```ts
   * svm.warpToSlot(svm.getClock().slot + 432_000n); // an epoch later
   * ```
   */
  warpToSlot(slot: Slot): void {
    this.#bank.warpToSlot(fromU64('A slot', slot));
  }

  // Snapshots.

  /**
   * Notes the whole state (accounts, sysvars, blockhashes, processed transactions), in constant time.
   *
   * @returns the snapshot's id, for `revert`.
   *
   * @example
   * ```ts
   * const id = svm.snapshot();
   * svm.sendTransaction(transaction);
   * svm.revert(id); // as if it had never been sent
   * ```
   */
  snapshot(): number {
    return this.#bank.snapshot();
  }

  /**
   * Goes back to a snapshot, in constant time. It may be gone back to again; snapshots taken after it are discarded.
   *
   * @throws ParhelionError `UNKNOWN_SNAPSHOT`
   * @throws ParhelionError `INVALID_ARGUMENT` where `id` isn't a number.
   */
  revert(id: number): void {
    if (typeof id !== 'number') {
      const expected = 'the number that snapshot() returned';
      throw new ParhelionError('INVALID_ARGUMENT', { name: 'A snapshot', expected, received: describe(id) });
    }
    this.#bank.revert(id);
  }

  get #rent(): Rent {
    const { rent } = this.#bank.environment.sysvars;
    if (rent === undefined) throw new Error('A bank always has a Rent sysvar.');
    return rent;
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

const EMPTY_ACCOUNT: Account = {
  lamports: 0n,
  data: new Uint8Array(0),
  owner: SYSTEM_PROGRAM_ID,
  executable: false,
  rentEpoch: RENT_EXEMPT_RENT_EPOCH,
};

/** The fields alone: an account may be of a class that makes its data when it is read. */
function copyFields({ lamports, data, owner, executable, rentEpoch }: Account): Account {
  return { lamports, data, owner, executable, rentEpoch };
}

/** A program would take the place of the sysvar. */
function refuseSysvar(key: Pubkey): void {
  const form = SYSVAR_FORMS.find((each) => each.key.equals(key));
  if (form !== undefined)
    throw new ParhelionError('INVALID_SYSVAR', { name: form.name, reason: 'its address is no place for a program' });
}

/** The sysvars that have a getter must stay readable. */
function checkSysvarAccount(key: Pubkey, account: Account): void {
  for (const form of SYSVAR_FORMS) {
    if (!form.key.equals(key)) continue;
    const { name } = form;
    if (account.lamports === 0n) throw new ParhelionError('INVALID_SYSVAR', { name, reason: 'it can not be removed' });
    if (form.decode(account.data) !== undefined) return;
    const reason = `its account has ${account.data.length} bytes of data that are not of its form`;
    throw new ParhelionError('INVALID_SYSVAR', { name, reason });
  }
}
