// Where broken transactions play: the same accounts in Parhelion and in LiteSVM, addresses that are the same on every run,
// builders for instructions and account data, and small compiled programs that do what a case needs.

import internal from 'litesvm/dist/internal.js';
import { findProgramAddress } from '../../src/crypto/program-address.ts';
import { AGAVE_RULES } from '../../src/runtime/rules.ts';
import { assembleElf } from '../../src/sbpf/index.ts';
import { Svm, type SvmOptions, type TransactionOutcome } from '../../src/testing/svm.ts';
import { decodeBase58 } from '../../src/wire/base58.ts';
import { concatBytes } from '../../src/wire/bytes.ts';
import type { VersionedMessage } from '../../src/wire/message.ts';
import { type CompileMessageInput, compileMessage, type Instruction } from '../../src/wire/message-compiler.ts';
import { Pubkey } from '../../src/wire/pubkey.ts';
import { createTransaction, encodeTransaction } from '../../src/wire/transaction.ts';
import { text, u8, u32, u64 } from '../support/bytes.ts';
import { DRIVER_ELF, type FrameAccount, infoOf, layOutAligned, Script } from '../support/cpi-driver.ts';

export { text, u8, u32, u64 };

export const key = (number: number): Pubkey => new Pubkey(new Uint8Array(32).fill(number));
export const SYSTEM = '11111111111111111111111111111111';
export const TOKEN = 'TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA';
export const TOKEN_2022 = 'TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb';
export const ATA = 'ATokenGPvbdGVxr1b2hvZbsiqW5xWH25efTNsLJA8knL';
export const MEMO = 'MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr';
export const COMPUTE_BUDGET = 'ComputeBudget111111111111111111111111111111';
export const LOOKUP_TABLE = 'AddressLookupTab1e1111111111111111111111111';
export const STAKE = 'Stake11111111111111111111111111111111111111';
export const ED25519 = 'Ed25519SigVerify111111111111111111111111111';
export const LOADER_V2 = 'BPFLoader2111111111111111111111111111111111';
export const LOADER_V3 = 'BPFLoaderUpgradeab1e11111111111111111111111';
export const CLOCK = 'SysvarC1ock11111111111111111111111111111111';
export const RENT = 'SysvarRent111111111111111111111111111111111';
export const STAKE_HISTORY = 'SysvarStakeHistory1111111111111111111111111';
export const RECENT_BLOCKHASHES = 'SysvarRecentB1ockHashes11111111111111111111';
export const NATIVE_MINT = 'So11111111111111111111111111111111111111112';

export const PAYER = key(1);
export const ALICE = key(21);
export const BOB = key(22);
export const MINT = key(23);
export const OTHER_MINT = key(24);
export const ALICE_TOKENS = key(25);
export const BOB_TOKENS = key(26);
export const VAULT = key(27);
export const POOL = key(28);
/** Programs. */
export const OUTER = key(31);
export const INNER = key(32);
export const DEEP = key(33);

const LABELS: readonly (readonly [string, string])[] = [
  [PAYER, 'payer'],
  [ALICE, 'alice'],
  [BOB, 'bob'],
  [MINT, 'mint'],
  [OTHER_MINT, 'other mint'],
  [ALICE_TOKENS, "alice's tokens"],
  [BOB_TOKENS, "bob's tokens"],
  [VAULT, 'vault'],
  [POOL, 'pool'],
  [OUTER, 'outer program'],
  [INNER, 'inner program'],
  [DEEP, 'deep program'],
].map(([address, name]) => [String(address), String(name)] as const);

export const toKey = (address: Pubkey | string): Pubkey => {
  return typeof address === 'string' ? Pubkey.fromBase58(address) : address;
};

export interface Derived {
  readonly address: Pubkey;
  readonly bump: number;
}

export const pdaOf = (seeds: readonly Uint8Array[], program: Pubkey | string = OUTER): Derived => {
  return findProgramAddress(seeds, toKey(program)) as Derived;
};
export const ataOf = (owner: Pubkey, mint: Pubkey, tokenProgram = TOKEN): Pubkey => {
  return pdaOf([owner.bytes, toKey(tokenProgram).bytes, mint.bytes], ATA).address;
};

export type Meta = ReturnType<typeof meta>;
export const meta = (address: Pubkey | string, flags: '' | 's' | 'w' | 'sw' = '') => {
  return { address: toKey(address), isSigner: flags.includes('s'), isWritable: flags.includes('w') };
};

export const join = (...parts: readonly Uint8Array[]): Uint8Array => concatBytes(parts);

// Instructions

const make = (program: Pubkey | string, accounts: Instruction['accounts'], data: Uint8Array): Instruction => {
  return { programAddress: toKey(program), accounts: accounts ?? [], data };
};

export const transfer = (from: Pubkey, to: Pubkey, lamports: bigint): Instruction =>
  make(SYSTEM, [meta(from, 'sw'), meta(to, 'w')], join(u32(2), u64(lamports)));
export const createAccount = (from: Pubkey, to: Pubkey, lamports: bigint, space: bigint, owner: Pubkey | string) =>
  make(SYSTEM, [meta(from, 'sw'), meta(to, 'sw')], join(u32(0), u64(lamports), u64(space), toKey(owner).bytes));

export const ataCreate = (payer: Pubkey, ata: Pubkey, owner: Pubkey, mint: Pubkey, tokenProgram = TOKEN) =>
  make(ATA, [meta(payer, 'sw'), meta(ata, 'w'), meta(owner), meta(mint), meta(SYSTEM), meta(tokenProgram)], u8(0));

export const tokenTransfer = (from: Pubkey, to: Pubkey, authority: Pubkey, amount: bigint, program = TOKEN) =>
  make(program, [meta(from, 'w'), meta(to, 'w'), meta(authority, 's')], join(u8(3), u64(amount)));
export const tokenTransferChecked = (
  from: Pubkey,
  mint: Pubkey,
  to: Pubkey,
  authority: Pubkey,
  amount: bigint,
  decimals: number,
  program = TOKEN,
) =>
  make(
    program,
    [meta(from, 'w'), meta(mint), meta(to, 'w'), meta(authority, 's')],
    join(u8(12), u64(amount), u8(decimals)),
  );
export const mintTo = (mint: Pubkey, to: Pubkey, authority: Pubkey, amount: bigint, program = TOKEN) =>
  make(program, [meta(mint, 'w'), meta(to, 'w'), meta(authority, 's')], join(u8(7), u64(amount)));
export const instruction = make;

// Account data

export function mintData(authority: Pubkey | undefined, decimals = 6, freeze?: Pubkey): Uint8Array {
  const data = new Uint8Array(82);
  if (authority !== undefined) data.set(join(u32(1), authority.bytes), 0);
  data.set(u64(1_000_000n), 36);
  data[44] = decimals;
  data[45] = 1;
  if (freeze !== undefined) data.set(join(u32(1), freeze.bytes), 46);
  return data;
}

export function tokenData(mint: Pubkey, owner: Pubkey, amount: bigint, state = 1): Uint8Array {
  const data = new Uint8Array(165);
  data.set(mint.bytes, 0);
  data.set(owner.bytes, 32);
  data.set(u64(amount), 64);
  data[108] = state;
  return data;
}

// Programs

/** Logs its instruction data behind the first 8 bytes, and returns these. */
const SAY_ELF = assembleElf(`
entrypoint:
  ldxdw r6, [r2-8]
  ldxdw r7, [r2+0]
  mov64 r1, r2
  add64 r1, 8
  mov64 r2, r6
  sub64 r2, 8
  syscall sol_log_
  mov64 r0, r7
  exit
`);

/**
 * Derives an address as a program checks one: instruction data is the error to return, the number of seeds, their
 * slices. Compares with the key of account 0.
 */
const checker = (syscall: string): Uint8Array =>
  assembleElf(`
entrypoint:
  ldxdw r8, [r2+0]
  ldxdw r7, [r2+8]
  ldxdw r3, [r2-8]
  add64 r3, r2
  mov64 r6, r1
  mov64 r1, r2
  add64 r1, 16
  mov64 r2, r7
  lddw r4, 0x300000000
  lddw r5, 0x300000020
  syscall ${syscall}
  jne r0, 0, wrong
  lddw r4, 0x300000000
  ldxdw r1, [r4+0]
  ldxdw r2, [r6+16]
  jne r1, r2, wrong
  mov64 r0, 0
  exit
wrong:
  mov64 r0, r8
  exit
`);

const ELFS = {
  driver: DRIVER_ELF,
  say: SAY_ELF,
  find: checker('sol_try_find_program_address'),
  create: checker('sol_create_program_address'),
};

const assembled = new Map<string, Uint8Array>();

/** One of the programs above, or one in assembly. */
export function elfOf(program: keyof typeof ELFS | { readonly asm: string }): Uint8Array {
  if (typeof program === 'string') return ELFS[program];
  let elf = assembled.get(program.asm);
  if (elf === undefined) assembled.set(program.asm, (elf = assembleElf(program.asm)));
  return elf;
}

export const say = (program: Pubkey, code: bigint, line: string, accounts: Instruction['accounts'] = []): Instruction =>
  make(program, accounts, join(u64(code), text(line)));

// The two sides

interface SceneAccount {
  readonly lamports?: bigint;
  readonly owner?: Pubkey | string;
  readonly data?: Uint8Array;
  readonly executable?: boolean;
}

type LiteSvm = InstanceType<typeof internal.LiteSvm>;

export interface SceneOptions {
  readonly sigverify?: boolean;
  readonly blockhashCheck?: boolean;
  readonly svm?: SvmOptions;
}

export class Scene {
  readonly svm: Svm;
  readonly #lite: LiteSvm | undefined;
  readonly #touched: Pubkey[] = [];
  readonly #lens = new Map<string, number>();
  readonly names = new Map<string, string>(LABELS);
  #isHosted = false;

  constructor(options: SceneOptions = {}, withLite = true) {
    const { sigverify = false, blockhashCheck = true } = options;
    this.svm = new Svm({
      signatureVerification: sigverify,
      blockhashCheck,
      names: this.names,
      // Scripts are longer than what they stand for.
      rules: { ...AGAVE_RULES, enforcePacketSize: false },
      ...options.svm,
    });
    if (withLite) {
      this.#lite = new internal.LiteSvm();
      this.#lite.setSigverify(sigverify);
      this.#lite.setBlockhashCheck(blockhashCheck);
    }
    this.account(PAYER, { lamports: 100_000_000_000n });
  }

  account(address: Pubkey, account: SceneAccount = {}): Pubkey {
    const { lamports = 10_000_000_000n, owner = SYSTEM, data = new Uint8Array(0), executable = false } = account;
    const programAddress = String(owner);
    this.svm.setAccount({
      address: String(address),
      lamports,
      data,
      programAddress,
      executable,
      space: BigInt(data.length),
    } as unknown as Parameters<Svm['setAccount']>[0]);
    const max = (1n << 64n) - 1n;
    this.#lite?.setAccount(
      address.bytes,
      new internal.Account(lamports, data, decodeBase58(programAddress), executable, max),
    );
    this.#touched.push(address);
    this.#lens.set(String(address), data.length);
    return address;
  }

  program(address: Pubkey, program: Parameters<typeof elfOf>[0]): Pubkey {
    const elf = elfOf(program);
    this.svm.addProgram(String(address) as never, elf);
    this.#lite?.addProgram(address.bytes, elf);
    this.#lens.set(String(address), 36);
    return address;
  }

  /** A program in TypeScript, which LiteSVM can't run: it prints nothing beside it. */
  hosted(address: Pubkey, program: Parameters<Svm['addProgram']>[1]): Pubkey {
    this.svm.addProgram(String(address) as never, program);
    this.#isHosted = true;
    return address;
  }

  mint(address: Pubkey, data = mintData(PAYER), program: string = TOKEN): Pubkey {
    return this.account(address, { lamports: 10_000_000n, owner: program, data });
  }

  tokens(address: Pubkey, mint: Pubkey, owner: Pubkey, amount: bigint, state = 1, program: string = TOKEN): Pubkey {
    return this.account(address, {
      lamports: 10_000_000n,
      owner: program,
      data: tokenData(mint, owner, amount, state),
    });
  }

  warp(slots: number): void {
    const slot = this.svm.getClock().slot + BigInt(slots);
    this.svm.warpToSlot(slot as never);
    this.#lite?.warpToSlot(slot);
  }

  /** Where a program with these accounts finds them. */
  frame(accounts: readonly { readonly address: Pubkey | string }[]): FrameAccount[] {
    return layOutAligned(
      accounts.map(({ address }) => ({
        key: toKey(address),
        dataLen: this.#lens.get(String(address)) ?? lenOfKnown(this.svm, address),
      })),
    );
  }

  /** Guest address of the instruction data of an instruction with these accounts. */
  dataAddr(accounts: readonly { readonly address: Pubkey | string }[]): bigint {
    const sentinel = key(255);
    const frame = this.frame([...accounts, { address: sentinel }]);
    // The sentinel's record begins where the data's length stands: 88 bytes before its data.
    return frame[frame.length - 1].vmDataAddr - 88n + 8n;
  }

  /** The instruction that makes `OUTER` run a script. */
  script(accounts: readonly Meta[], script: Script | Uint8Array, program: Pubkey = OUTER): Instruction {
    return make(program, accounts, script instanceof Uint8Array ? script : script.exit());
  }

  infos(accounts: readonly { readonly address: Pubkey | string }[]) {
    return this.frame(accounts).map(infoOf);
  }

  send(
    instructions: readonly Instruction[],
    options: Partial<CompileMessageInput> & {
      readonly change?: (message: VersionedMessage) => VersionedMessage;
      readonly signatures?: (count: number) => Uint8Array[];
    } = {},
  ): SentBoth {
    const build = (blockhash: Uint8Array): Uint8Array => {
      const compiled = compileMessage({ feePayer: PAYER, recentBlockhash: blockhash, instructions, ...options });
      const message = options.change?.(compiled) ?? compiled;
      const count = message.header.numRequiredSignatures;
      const signatures = options.signatures?.(count) ?? Array.from({ length: count }, () => new Uint8Array(64).fill(1));
      return encodeTransaction(createTransaction(message, signatures));
    };
    return this.sendBytes(build);
  }

  sendBytes(build: (blockhash: Uint8Array) => Uint8Array): SentBoth {
    const outcome = this.svm.sendTransaction(build(decodeBase58(this.svm.latestBlockhash())));
    return { outcome, lite: this.#lite === undefined || this.#isHosted ? '' : liteText(this.#lite, build) };
  }

  /** The same without LiteSVM: what it can't take without ending the process. */
  get liteless(): boolean {
    return this.#lite === undefined;
  }
}

function lenOfKnown(svm: Svm, address: Pubkey | string): number {
  const account = svm.getAccount(String(address) as never);
  return account.exists ? account.data.length : 0;
}

/** A mint, which the payer may mint and freeze; tokens that the payer holds as alice's; and bob's, who has none. */
export function mintAndTokens(scene: Scene, ofAlice = 50n, state = 1, program = TOKEN): void {
  scene.mint(MINT, mintData(PAYER, 6, PAYER), program);
  scene.tokens(ALICE_TOKENS, MINT, PAYER, ofAlice, state, program);
  scene.tokens(BOB_TOKENS, MINT, BOB, 0n, 1, program);
}

export interface SentBoth {
  readonly outcome: TransactionOutcome;
  /** What LiteSVM prints: its error and its log. */
  readonly lite: string;
}

function liteText(lite: LiteSvm, build: (blockhash: Uint8Array) => Uint8Array): string {
  const result = lite.sendVersionedTransaction(build(decodeBase58(lite.latestBlockhash())));
  if (!(result instanceof internal.FailedTransactionMetadata)) return 'Ok (LiteSVM accepts it)';
  const error = /err: (.*?), meta: /s.exec(result.toString())?.[1] ?? result.toString();
  return [error, ...result.meta().logs()].join('\n');
}

export { infoOf, Script };
