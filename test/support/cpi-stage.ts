// The accounts that tests of calls play with, on both sides of an oracle: programs that are all the script driver, accounts
// that they own, that sign, that are read-only, empty, derived, or not of the instruction. `run` sends one transaction
// whose first instruction runs a script in CALLER.

import { createProgramAddress } from '../../src/crypto/program-address.ts';
import {
  BPF_LOADER_DEPRECATED_ID,
  BPF_LOADER_ID,
  COMPUTE_BUDGET_ID,
  SYSTEM_PROGRAM_ID,
} from '../../src/runtime/addresses.ts';
import type { AccountMeta, ExecutionListener } from '../../src/runtime/execution-events.ts';
import { writeU32 } from '../../src/wire/bytes.ts';
import { compileMessage } from '../../src/wire/message-compiler.ts';
import { Pubkey } from '../../src/wire/pubkey.ts';
import {
  DRIVER_ELF,
  type FrameAccount,
  type Info,
  infoOf,
  layOutAligned,
  layOutUnaligned,
  type Script,
} from './cpi-driver.ts';
import { Oracle, type OracleOptions, type Outcome } from './litesvm-oracle.ts';

const key = (i: number): Pubkey => new Pubkey(new Uint8Array(32).fill(i));

export const PAYER: Pubkey = key(1);
/** Programs. */
export const CALLER: Pubkey = key(2);
export const CALLEE: Pubkey = key(3);
export const THIRD: Pubkey = key(4);
/** 16 bytes, writable, owned by CALLER. */
export const OWNED: Pubkey = key(5);
/** 16 bytes, writable, owned by CALLEE. */
export const THEIRS: Pubkey = key(6);
/** 16 bytes, read-only, owned by CALLEE. */
export const READONLY: Pubkey = key(7);
/** A system account that signs, writable. */
export const SIGNER: Pubkey = key(8);
/** A system account that signs, read-only. */
export const READONLY_SIGNER: Pubkey = key(9);
/** No account yet, writable. */
export const EMPTY: Pubkey = key(10);
/** A system account of the transaction that CALLER's instruction doesn't name. */
export const OUTSIDE: Pubkey = key(11);
/** Not in the transaction. */
export const UNKNOWN: Pubkey = key(12);
/** 16 bytes, read-only, owned by CALLER. */
export const OWNED_READONLY: Pubkey = key(13);
/** A program of the transaction that CALLER's instruction doesn't name. */
export const OUTSIDE_PROGRAM: Pubkey = key(14);

const text = (value: string): Uint8Array => Uint8Array.from(value, (char) => char.charCodeAt(0));

/** Seeds of CALLER with the first bump that leads off the curve, or onto it. */
function findSeeds(name: string, onCurve: boolean): Uint8Array[] {
  for (let bump = 0; ; bump++) {
    const seeds = [text(name), Uint8Array.of(bump)];
    if ((typeof createProgramAddress(seeds, CALLER) === 'string') === onCurve) return seeds;
  }
}

/** Seeds by which CALLER signs for DERIVED. */
export const DERIVED_SEEDS: readonly Uint8Array[] = findSeeds('vault', false);
/** Seeds of another address of CALLER. */
export const OTHER_SEEDS: readonly Uint8Array[] = findSeeds('other', false);
/** Seeds that derive to no address. */
export const ON_CURVE_SEEDS: readonly Uint8Array[] = findSeeds('vault', true);
/** A system account, writable, that CALLER can sign for. */
export const DERIVED: Pubkey = createProgramAddress(DERIVED_SEEDS, CALLER) as Pubkey;

export const meta = (pubkey: Pubkey, flags: '' | 'w' | 's' | 'ws' = ''): AccountMeta => ({
  pubkey,
  isSigner: flags.includes('s'),
  isWritable: flags.includes('w'),
});

/** What CALLER's instruction names, in this order. */
export const CALLER_METAS: readonly AccountMeta[] = [
  meta(OWNED, 'w'),
  meta(THEIRS, 'w'),
  meta(READONLY),
  meta(SIGNER, 'ws'),
  meta(READONLY_SIGNER, 's'),
  meta(EMPTY, 'w'),
  meta(DERIVED, 'w'),
  meta(OWNED_READONLY),
  meta(CALLER),
  meta(CALLEE),
  meta(THIRD),
  meta(SYSTEM_PROGRAM_ID),
  meta(COMPUTE_BUDGET_ID),
];

export type Loader = 'v1' | 'v2' | 'v3';

export class Stage {
  readonly oracle: Oracle;
  metas: readonly AccountMeta[] = CALLER_METAS;
  #loader: Loader | undefined;
  #elf: Uint8Array | undefined;

  constructor(options: OracleOptions = {}) {
    this.oracle = new Oracle(options);
    for (const program of [CALLEE, THIRD, OUTSIDE_PROGRAM]) this.oracle.addProgram(program, DRIVER_ELF);
    this.reset();
  }

  /** Puts every account to its beginning. */
  reset(loader: Loader = 'v3', elf: Uint8Array = DRIVER_ELF): void {
    const { oracle } = this;
    this.metas = CALLER_METAS;
    // To load a program takes longer than to run most scripts.
    const isLoaded = this.#loader === loader && this.#elf === elf;
    this.#loader = loader;
    this.#elf = elf;
    if (!isLoaded) this.#load(loader, elf);
    const data = Uint8Array.from({ length: 16 }, (_, i) => i + 1);
    oracle.setAccount(PAYER, { lamports: 100_000_000_000n });
    oracle.setAccount(OWNED, { lamports: 10_000_000n, owner: CALLER, data });
    oracle.setAccount(OWNED_READONLY, { lamports: 10_000_000n, owner: CALLER, data });
    oracle.setAccount(THEIRS, { lamports: 20_000_000n, owner: CALLEE, data });
    oracle.setAccount(READONLY, { lamports: 30_000_000n, owner: CALLEE, data });
    oracle.setAccount(SIGNER, { lamports: 5_000_000_000n });
    oracle.setAccount(READONLY_SIGNER, { lamports: 6_000_000_000n });
    oracle.setAccount(EMPTY, { lamports: 0n });
    oracle.setAccount(OUTSIDE, { lamports: 7_000_000_000n });
    oracle.setAccount(DERIVED, { lamports: 8_000_000_000n });
  }

  #load(loader: Loader, elf: Uint8Array): void {
    const { oracle } = this;
    if (loader === 'v3') {
      oracle.addProgram(CALLER, elf);
    } else {
      const owner = loader === 'v1' ? BPF_LOADER_DEPRECATED_ID : BPF_LOADER_ID;
      oracle.setAccount(CALLER, { lamports: 1_000_000_000n, owner, executable: true, data: elf });
    }
  }

  /** Where CALLER finds its accounts. */
  get frame(): readonly FrameAccount[] {
    return this.frameOf(this.metas.map(({ pubkey }) => pubkey));
  }

  /** Where a frame with these accounts finds them; `dataLens` are what a caller has made of some. */
  frameOf(
    keys: readonly Pubkey[],
    dataLens: readonly (readonly [Pubkey, number])[] = [],
    aligned?: boolean,
  ): FrameAccount[] {
    const layOut = (aligned ?? this.#loader !== 'v1') ? layOutAligned : layOutUnaligned;
    return layOut(
      keys.map((key) => {
        const changed = dataLens.find(([other]) => other.equals(key))?.[1];
        return { key, dataLen: changed ?? this.oracle.bank.getAccount(key)?.data.length ?? 0 };
      }),
    );
  }

  /** CALLER's view of one account. */
  account(key: Pubkey): FrameAccount {
    const found = this.frame.find((account) => account.key.equals(key));
    if (found === undefined) throw new Error(`${key} is not an account of the caller.`);
    return found;
  }

  info(key: Pubkey): Info {
    return infoOf(this.account(key));
  }

  infos(...keys: readonly Pubkey[]): Info[] {
    return keys.map((key) => this.info(key));
  }

  /** Runs the script on both sides and expects the same of both. */
  run(
    script: Script | Uint8Array,
    options: { readonly units?: number; readonly heap?: number; readonly listener?: ExecutionListener } = {},
  ): Outcome {
    const data = script instanceof Uint8Array ? script : script.exit();
    const budget: {
      programAddress: Pubkey;
      data: Uint8Array;
      accounts: { address: Pubkey; isSigner: boolean; isWritable: boolean }[];
    }[] = [];
    const request = (tag: number, value: number): void => {
      const data = new Uint8Array(5);
      data[0] = tag;
      writeU32(data, 1, value);
      budget.push({ programAddress: COMPUTE_BUDGET_ID, data, accounts: [] });
    };
    request(2, options.units ?? 400_000);
    if (options.heap !== undefined) request(1, options.heap);
    budget[0].accounts = [OUTSIDE, OUTSIDE_PROGRAM].map((address) => ({ address, isSigner: false, isWritable: false }));
    const accounts = this.metas.map(({ pubkey, isSigner, isWritable }) => ({ address: pubkey, isSigner, isWritable }));
    this.oracle.bank.listener = options.listener;
    return this.oracle.send(
      compileMessage({
        feePayer: PAYER,
        recentBlockhash: this.oracle.blockhash,
        instructions: [...budget, { programAddress: CALLER, accounts, data }],
      }),
    );
  }
}
