// Calls that nobody wrote: honest ones with some of their words replaced by others that are interesting, in nested scripts,
// on accounts of all kinds. Both sides must say the same of each. The sequence is the same in each run; a longer one is
// run with PARHELION_FUZZ set to the number of transactions.

import { expect, test } from 'vitest';
import { OTHERS_FLIPPED } from '../../test/conformance/feature-gates/table.ts';
import { type Abi, type Call, HEAP, INPUT, type Info, infoOf, Script, STACK } from '../../test/support/cpi-driver.ts';
import {
  CALLEE,
  CALLER,
  CALLER_METAS,
  DERIVED,
  DERIVED_SEEDS,
  EMPTY,
  type Loader,
  ON_CURVE_SEEDS,
  OTHER_SEEDS,
  OUTSIDE,
  OWNED,
  OWNED_READONLY,
  READONLY,
  READONLY_SIGNER,
  SIGNER,
  Stage,
  THEIRS,
  THIRD,
  UNKNOWN,
} from '../../test/support/cpi-stage.ts';
import type { OracleOptions } from '../../test/support/litesvm-oracle.ts';
import { writeU32, writeU64 } from '../wire/bytes.ts';
import type { Pubkey } from '../wire/pubkey.ts';
import { COMPUTE_BUDGET_ID, SYSTEM_PROGRAM_ID } from './addresses.ts';

const COUNT = Number(process.env.PARHELION_FUZZ ?? 40);

/** Source: the xorshift32 generator of G. Marsaglia. */
class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed | 0 || 1;
  }

  below(count: number): number {
    let x = this.#state;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.#state = x;
    return (x >>> 0) % count;
  }

  chance(oneIn: number): boolean {
    return this.below(oneIn) === 0;
  }

  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)];
  }
}

const ACCOUNTS = [
  OWNED,
  THEIRS,
  READONLY,
  SIGNER,
  READONLY_SIGNER,
  EMPTY,
  DERIVED,
  OWNED_READONLY,
  CALLEE,
  CALLER,
  THIRD,
];
const LENGTHS = [
  0n,
  1n,
  7n,
  8n,
  15n,
  16n,
  17n,
  24n,
  10_240n,
  10_256n,
  10_257n,
  1n << 32n,
  1n << 53n,
  1n << 63n,
  (1n << 64n) - 1n,
];

class Fuzzer {
  readonly #random: Random;
  readonly #stage: Stage;

  constructor(random: Random, stage: Stage) {
    this.#random = random;
    this.#stage = stage;
  }

  /** A script for CALLER itself. */
  topLevel(): Uint8Array {
    return this.#script(
      CALLER,
      CALLER_METAS.map(({ pubkey }) => pubkey),
      undefined,
      0,
    );
  }

  /** A script for `program`, called with these accounts. */
  #script(program: Pubkey, keys: readonly Pubkey[], aligned: boolean | undefined, depth: number): Uint8Array {
    const random = this.#random;
    const script = new Script();
    const frame = this.#stage.frameOf(keys, [], aligned);
    const steps = 1 + random.below(4);
    for (let i = 0; i < steps; i++) {
      const account = frame.length === 0 ? undefined : random.pick(frame);
      if (depth < 5 && random.chance(2)) this.#call(script, keys, aligned, depth);
      else if (account !== undefined) this.#touch(script, account);
    }
    void program;
    return script.exit(random.chance(12) ? BigInt(random.below(5)) << BigInt(random.pick([0, 32])) : 0n);
  }

  /** Writes to an account, more or less as programs do. */
  #touch(script: Script, account: ReturnType<Stage['account']>): void {
    const random = this.#random;
    const lamports = this.#stage.oracle.bank.getAccount(account.key)?.lamports ?? 0n;
    switch (random.below(9)) {
      case 0:
        script.store64(account.vmDataAddr + BigInt(random.below(3) * 8), BigInt(random.below(5)));
        break;
      case 1:
        script.store64(account.vmLenAddr, random.pick(LENGTHS));
        break;
      case 2:
        script.store64(account.vmLamportsAddr, lamports + BigInt(random.below(3) - 1));
        break;
      case 3:
        script.storeKey(account.vmOwnerAddr, random.pick([CALLER, CALLEE, SYSTEM_PROGRAM_ID]));
        break;
      case 4:
        script.store64(account.vmDataAddr, 0n).store64(account.vmDataAddr + 8n, 0n);
        break;
      case 5:
        script.log64(account.vmDataAddr).log64(account.vmLenAddr).log64(account.vmLamportsAddr);
        break;
      case 6:
        script.setReturnData(new Uint8Array(random.below(20)).fill(7));
        break;
      case 7:
        script.log64(account.vmDataAddr + random.pick(LENGTHS));
        break;
      default:
        script.store64(account.vmDataAddr + BigInt(random.below(10_300)), 1n);
    }
  }

  #call(script: Script, held: readonly Pubkey[], aligned: boolean | undefined, depth: number): void {
    const random = this.#random;
    const abi: Abi = random.pick(['c', 'rust']);
    const known = held.length === 0 ? ACCOUNTS : held.filter((key) => ACCOUNTS.includes(key));
    const count = random.below(5);
    const metas: NonNullable<Call['metas']>[number][] = [];
    for (let i = 0; i < count; i++) {
      const pubkey = random.chance(40)
        ? random.pick([UNKNOWN, OUTSIDE])
        : random.pick(known.length === 0 ? ACCOUNTS : known);
      const given = CALLER_METAS.find((meta) => meta.pubkey === pubkey);
      metas.push({
        pubkey,
        isSigner: random.chance(20) ? random.chance(2) : (given?.isSigner ?? false) && random.chance(2),
        isWritable: random.chance(20) ? random.chance(2) : (given?.isWritable ?? false) && !random.chance(3),
        ...(random.chance(60) ? { signerByte: random.below(256) } : {}),
      });
    }
    const programId = random.pick([CALLEE, CALLEE, CALLER, THIRD, SYSTEM_PROGRAM_ID, COMPUTE_BUDGET_ID]);
    if (!random.chance(15) && held.includes(programId))
      metas.push({ pubkey: programId, isSigner: false, isWritable: false });
    const frame = this.#stage.frameOf(held, [], aligned);
    const infos: Info[] = [];
    for (const { pubkey } of metas) {
      const account = frame.find((each) => each.key.equals(pubkey));
      if (account === undefined || random.chance(40)) continue;
      infos.push(this.#spoil(infoOf(account)));
    }
    if (random.chance(5)) infos.reverse();
    const data =
      programId === SYSTEM_PROGRAM_ID
        ? this.#systemData()
        : this.#script(
            programId,
            metas.map(({ pubkey }) => pubkey),
            true,
            depth + 1,
          );
    const call: Call = {
      programId,
      metas,
      infos,
      data: data.length > 10_240 ? data.subarray(0, 100) : data,
      ...(random.chance(4)
        ? { seeds: [random.pick([DERIVED_SEEDS, DERIVED_SEEDS, OTHER_SEEDS, ON_CURVE_SEEDS])] }
        : {}),
      ...(random.chance(25) ? { registers: { [random.pick(['r1', 'r2', 'r4'])]: this.#address() } } : {}),
      ...(random.chance(25) ? { fields: { [random.pick(['metasLen', 'dataLen'])]: random.pick(LENGTHS) } } : {}),
    };
    script.call(abi, call);
  }

  #spoil(info: Info): Info {
    const random = this.#random;
    if (random.chance(6)) return { ...info, dataLen: random.pick(LENGTHS) };
    if (!random.chance(25)) return info;
    const field = random.pick([
      'keyAddr',
      'ownerAddr',
      'lamportsAddr',
      'dataAddr',
      'lamportsCellAddr',
      'dataCellAddr',
    ] as const);
    return {
      ...info,
      [field]: random.chance(2) ? (info[field] ?? HEAP) + BigInt(random.below(17) - 8) : this.#address(),
    };
  }

  #address(): bigint {
    const random = this.#random;
    const base = random.pick([
      0n,
      0x1_0000_0000n,
      STACK,
      HEAP,
      INPUT,
      INPUT - 64n,
      HEAP + 32_000n,
      1n << 53n,
      (1n << 64n) - 64n,
    ]);
    return base + BigInt(random.below(9) * 8 + (random.chance(4) ? random.below(8) : 0));
  }

  #systemData(): Uint8Array {
    const random = this.#random;
    const data = new Uint8Array(52);
    writeU32(data, 0, random.pick([0, 1, 2, 2, 2, 8, 13]));
    writeU64(data, 4, random.pick([0n, 1n, 1_000_000n, 1n << 40n]));
    writeU64(data, 12, random.pick([0n, 10n, 10_241n]));
    data.set(random.pick([CALLEE, CALLER]).bytes, 20);
    return data;
  }
}

const SURROUNDINGS: readonly { name: string; options: OracleOptions; loader: Loader }[] = [
  { name: 'as they are', options: {}, loader: 'v3' },
  { name: 'from loader v1', options: {}, loader: 'v1' },
  {
    name: 'with pointers of any origin',
    options: { without: ['syscall_parameter_address_restrictions'] },
    loader: 'v3',
  },
  { name: 'with account data in regions', options: { with: ['virtual_address_space_adjustments'] }, loader: 'v3' },
  {
    name: 'with account data mapped',
    options: { with: ['virtual_address_space_adjustments', 'account_data_direct_mapping'] },
    loader: 'v3',
  },
  { name: 'with every gate flipped that nobody asks about', options: OTHERS_FLIPPED, loader: 'v3' },
];

test.each(SURROUNDINGS)(
  `${COUNT} transactions, $name`,
  ({ options, loader }) => {
    const stage = new Stage(options);
    const ends = new Map<string, number>();
    for (let seed = 1; seed <= COUNT; seed++) {
      stage.reset(loader);
      const script = new Fuzzer(new Random(seed * 0x9e3779b1), stage).topLevel();
      if (script.length > 60_000) continue;
      try {
        const { error } = stage.run(script, { units: 1_400_000 });
        const end = JSON.stringify(error);
        ends.set(end, (ends.get(end) ?? 0) + 1);
      } catch (failure) {
        throw new Error(`seed ${seed}: ${(failure as Error).message}`, { cause: failure });
      }
    }
    if (process.env.PARHELION_FUZZ !== undefined) console.log([...ends].sort((a, b) => b[1] - a[1]));
    expect(ends.size).toBeGreaterThan(3);
  },
  0,
);
