// Every syscall but the calls between programs, with arguments that make sense and some that don't. One program has them
// all: its instruction data is a list of commands, each a number and five registers, or bytes to copy.

import { bls12_381 } from '@noble/curves/bls12-381.js';
import { bn254 } from '@noble/curves/bn254.js';
import { ed25519, ristretto255 } from '@noble/curves/ed25519.js';
import { secp256k1 } from '@noble/curves/secp256k1.js';
import {
  BPF_LOADER_DEPRECATED_ID,
  BPF_LOADER_ID,
  CLOCK_ID,
  EPOCH_REWARDS_ID,
  EPOCH_SCHEDULE_ID,
  LAST_RESTART_SLOT_ID,
  RENT_ID,
  SLOT_HASHES_ID,
  STAKE_HISTORY_ID,
} from '../../../../src/runtime/addresses.ts';
import { assembleElf } from '../../../../src/sbpf/assembler.ts';
import type { Pubkey } from '../../../../src/wire/pubkey.ts';
import { COPY_COMMAND, HEAP, INPUT, LOG_R0, STACK } from '../../../support/cpi-driver.ts';
import { ix, type Meta, meta, text, u64 } from '../encode.ts';
import type { Step } from '../machines.ts';
import type { Random } from '../random.ts';
import { accountStep, type Generator, type World } from '../world.ts';

/** Where arguments are taken from. */
class Arguments {
  readonly random: Random;
  /** Copies to make first, as commands. */
  readonly copies: Uint8Array[] = [];
  #heap = HEAP;

  constructor(random: Random) {
    this.random = random;
  }

  /** Bytes in the heap, at an odd address now and then. */
  bytes(bytes: Uint8Array): bigint {
    if (bytes.length === 0) return this.random.pick([0n, HEAP, this.#heap]);
    const at = this.#heap;
    const padded = new Uint8Array(Math.ceil(bytes.length / 8) * 8);
    padded.set(bytes);
    this.#heap += BigInt(padded.length);
    this.copies.push(Buffer.concat([u64(COPY), u64(at), u64(padded.length), padded]));
    return this.#spoiled(at);
  }

  /** Room for so many bytes. */
  out(length: number): bigint {
    const at = this.#heap;
    this.#heap += BigInt(Math.ceil(length / 8) * 8);
    const { random } = this;
    return this.#spoiled(random.chance(8) ? random.pick([STACK + 512n, STACK, INPUT + 96n, at]) : at);
  }

  /** A list of address and length for each part. */
  slices(parts: readonly Uint8Array[]): bigint {
    const { random } = this;
    return this.bytes(
      Buffer.concat(
        parts.flatMap((part) => [
          u64(this.bytes(part)),
          u64(random.mostly(part.length, [0, 1 << 20, part.length + 1])),
        ]),
      ),
    );
  }

  length(usual: number): bigint {
    const { random } = this;
    return random.mostly(BigInt(usual), [BigInt(usual + 1), 0n, random.edge(), 1n << 63n]);
  }

  #spoiled(at: bigint): bigint {
    const { random } = this;
    return random.mostly(at, [at + 1n, at + 4n, 0n, HEAP + 32_760n, INPUT, 0x1_0000_0000n, STACK - 8n, random.u64()]);
  }
}

const COPY = 1;
const SEEDS = ['', 'a', 'seed', 'x'.repeat(32), 'x'.repeat(33)].map(text);
const SYSVARS = [
  CLOCK_ID,
  EPOCH_REWARDS_ID,
  EPOCH_SCHEDULE_ID,
  LAST_RESTART_SLOT_ID,
  RENT_ID,
  SLOT_HASHES_ID,
  STAKE_HISTORY_ID,
];

/** Points and scalars, by curve; made when first asked for. */
interface Elements {
  readonly points: readonly Uint8Array[];
  readonly scalars: readonly Uint8Array[];
}
const elements = new Map<string, Elements>();

function elementsOf(curve: string, make: () => Elements): Elements {
  let known = elements.get(curve);
  if (known === undefined) elements.set(curve, (known = make()));
  return known;
}

const bigEndian = (value: bigint, length: number): Uint8Array =>
  Buffer.from(value.toString(16).padStart(length * 2, '0'), 'hex');
const littleEndian = (value: bigint): Uint8Array => bigEndian(value, 32).reverse();
const FACTORS = [1n, 2n, 3n, 0x1234_5678_9abc_def0n];

const edwards = (): Elements =>
  elementsOf('edwards', () => ({
    points: FACTORS.map((factor) => ed25519.Point.BASE.multiply(factor).toBytes()),
    scalars: [0n, ...FACTORS, ed25519.Point.Fn.ORDER - 1n, ed25519.Point.Fn.ORDER].map(littleEndian),
  }));
const ristretto = (): Elements =>
  elementsOf('ristretto', () => ({
    points: FACTORS.map((factor) => ristretto255.Point.BASE.multiply(factor).toBytes()),
    scalars: edwards().scalars,
  }));

/** Big-endian, as EIP-197 has them. */
const bnG1 = (): Elements =>
  elementsOf('bn254 G1', () => ({
    points: [
      new Uint8Array(64),
      ...FACTORS.map((factor) => {
        const { x, y } = bn254.G1.Point.BASE.multiply(factor).toAffine();
        return Buffer.concat([bigEndian(x, 32), bigEndian(y, 32)]);
      }),
    ],
    scalars: [0n, ...FACTORS, (1n << 256n) - 1n].map((value) => bigEndian(value, 32)),
  }));
const bnG2 = (): Elements =>
  elementsOf('bn254 G2', () => ({
    points: [
      new Uint8Array(128),
      ...FACTORS.map((factor) => {
        const { x, y } = bn254.G2.Point.BASE.multiply(factor).toAffine();
        return Buffer.concat([x.c1, x.c0, y.c1, y.c0].map((value) => bigEndian(value, 32)));
      }),
    ],
    scalars: bnG1().scalars,
  }));
const blsG1 = (): Elements =>
  elementsOf('bls12-381 G1', () => ({
    points: FACTORS.map((factor) => bls12_381.G1.Point.BASE.multiply(factor).toBytes(false)),
    scalars: [0n, ...FACTORS, bls12_381.fields.Fr.ORDER].map((value) => bigEndian(value, 32)),
  }));
const blsG2 = (): Elements =>
  elementsOf('bls12-381 G2', () => ({
    points: FACTORS.map((factor) => bls12_381.G2.Point.BASE.multiply(factor).toBytes(false)),
    scalars: blsG1().scalars,
  }));

/** Words of so many bytes turned around: the little-endian form. */
function turned(bytes: Uint8Array, word: number): Uint8Array {
  const out = new Uint8Array(bytes.length);
  for (let at = 0; at < bytes.length; at += word) out.set(bytes.slice(at, at + word).reverse(), at);
  return out;
}

function flipped(random: Random, bytes: Uint8Array): Uint8Array {
  if (bytes.length === 0 || !random.chance(8)) return bytes;
  const out = Uint8Array.from(bytes);
  out[random.below(out.length)] ^= 1 << random.below(8);
  return out;
}

type Registers = readonly (bigint | number)[];

/** A syscall's registers, of a usual call. */
type Arrange = (args: Arguments) => Registers;

const some = (args: Arguments, most: number): Uint8Array => args.random.bytes(args.random.below(most + 1));

const hash: Arrange = (args) => {
  const parts = Array.from({ length: args.random.below(5) }, () => some(args, 200));
  return [args.slices(parts), args.length(parts.length), args.out(64)];
};

const sysvar =
  (length: number): Arrange =>
  (args) => [args.out(length)];

const groupOp: Arrange = (args) => {
  const { random } = args;
  const [id, kind, size] = random.pick([
    [0, edwards, 32],
    [1, ristretto, 32],
    [5, blsG1, 96],
    [6, blsG2, 192],
  ] as const);
  const { points, scalars } = kind();
  const op = random.below(3);
  const isBig = id >= 5 && random.chance(2);
  const form = (bytes: Uint8Array) => (id < 5 || isBig ? bytes : turned(bytes, bytes.length === 32 ? 32 : 48));
  const left = flipped(random, form(random.pick(op === 2 ? scalars : points)));
  const right = flipped(random, form(random.pick(points)));
  const curve = random.mostly(id | (isBig ? 0x80 : 0), [2, 3, 4, 0x80]);
  return [curve, random.mostly(op, [3, 255]), args.bytes(left), args.bytes(right), args.out(size)];
};

const validate: Arrange = (args) => {
  const [curve, , , point] = groupOp(args);
  return [curve, point];
};

const multiscalar: Arrange = (args) => {
  const { random } = args;
  const id = random.below(2);
  const { points, scalars } = id === 0 ? edwards() : ristretto();
  const count = random.mostly(random.between(1, 4), [0, 513]);
  const pick = (from: readonly Uint8Array[]) =>
    Buffer.concat(Array.from({ length: Math.min(count, 8) }, () => flipped(random, random.pick(from))));
  return [
    random.mostly(id, [2, 5]),
    args.bytes(pick(scalars)),
    args.bytes(pick(points)),
    args.length(count),
    args.out(32),
  ];
};

const bnGroup: Arrange = (args) => {
  const { random } = args;
  const [op, kind, size] = random.pick([
    [0, bnG1, 64],
    [2, bnG1, 64],
    [4, bnG2, 128],
    [6, bnG2, 128],
    [3, bnG2, 32],
  ] as const);
  const { points, scalars } = kind();
  let input = Buffer.concat([random.pick(points), random.pick(op === 0 || op === 4 ? points : scalars)]);
  if (op === 3) {
    const pairs = Array.from({ length: random.below(3) }, () => [random.pick(bnG1().points), random.pick(points)]);
    input = Buffer.concat(pairs.flat());
  }
  const bytes = flipped(random, random.mostly<Uint8Array>(input, [input.subarray(0, -1), input.subarray(0, 64)]));
  return [random.mostly(op, [1, 5, 7, op | 0x80]), args.bytes(bytes), args.length(bytes.length), args.out(size)];
};

const bnCompression: Arrange = (args) => {
  const { random } = args;
  const op = random.below(4);
  const points = (op < 2 ? bnG1 : bnG2)().points;
  const point = random.pick(points);
  // Half of a point is its compressed form, but for the sign.
  const input = op % 2 === 0 ? point : point.subarray(0, point.length / 2);
  const bytes = flipped(random, input);
  return [random.mostly(op, [op | 0x80, 4]), args.bytes(bytes), args.length(bytes.length), args.out(128)];
};

const recover: Arrange = (args) => {
  const { random } = args;
  const message = random.bytes(32);
  const signature = secp256k1.sign(message, new Uint8Array(32).fill(5), { prehash: false, format: 'recovered' });
  const id = random.mostly(BigInt(signature[0]), [0n, 1n, 2n, 3n, 4n, 1n << 32n]);
  return [args.bytes(message), id, args.bytes(flipped(random, signature.subarray(1))), args.out(64)];
};

const poseidon: Arrange = (args) => {
  const { random } = args;
  const parts = Array.from({ length: random.mostly(random.between(1, 3), [0, 12, 13]) }, () => {
    const part = random.bytes(random.mostly(32, [31, 33, 0]));
    part[0] = 0;
    part[part.length - 1] = 0;
    return part;
  });
  return [
    random.mostly(0, [1]),
    random.mostly(random.below(2), [2]),
    args.slices(parts),
    args.length(parts.length),
    args.out(32),
  ];
};

const seeds: Arrange = (args) => {
  const { random } = args;
  const list = Array.from({ length: random.mostly(random.below(4), [15, 16, 17]) }, () =>
    random.mostly(some(args, 8), SEEDS),
  );
  return [args.slices(list), args.length(list.length), args.bytes(random.bytes(32)), args.out(32), args.out(1)];
};

const SYSCALLS: readonly (readonly [name: string, arrange: Arrange])[] = [
  ['abort', () => []],
  [
    'sol_panic_',
    (args) => {
      const file = args.random.mostly(text('src/lib.rs'), [Uint8Array.of(0xff), new Uint8Array(0)]);
      return [args.bytes(file), args.length(file.length), 12, 34];
    },
  ],
  [
    'sol_log_',
    (args) => {
      const bytes = args.random.mostly(text('grüße 🌻'.slice(args.random.below(8))), [
        some(args, 9),
        Uint8Array.of(0xf0, 0x9f),
      ]);
      return [args.bytes(bytes), args.length(bytes.length)];
    },
  ],
  ['sol_log_64_', ({ random }) => [random.u64(), random.edge(), 0, 1, random.u32()]],
  ['sol_log_pubkey', (args) => [args.bytes(args.random.bytes(32))]],
  ['sol_log_compute_units_', () => []],
  [
    'sol_log_data',
    (args) => {
      const parts = Array.from({ length: args.random.below(4) }, () => some(args, 40));
      return [args.slices(parts), args.length(parts.length)];
    },
  ],
  ['sol_create_program_address', seeds],
  ['sol_try_find_program_address', seeds],
  ['sol_sha256', hash],
  ['sol_keccak256', hash],
  ['sol_blake3', hash],
  ['sol_sha512', hash],
  ['sol_secp256k1_recover', recover],
  ['sol_curve_validate_point', validate],
  ['sol_curve_group_op', groupOp],
  ['sol_curve_multiscalar_mul', multiscalar],
  [
    'sol_curve_decompress',
    (args) => {
      const [id, points] = args.random.pick([
        [0x85, blsG1().points],
        [0x86, blsG2().points],
      ] as const);
      const point = Uint8Array.from(args.random.pick(points)).subarray(0, id === 0x85 ? 48 : 96);
      point[0] |= args.random.pick([0x80, 0xa0, 0]);
      return [args.random.mostly(id, [5, 6, 0]), args.bytes(flipped(args.random, point)), args.out(192)];
    },
  ],
  [
    'sol_curve_pairing_map',
    (args) => {
      const { random } = args;
      const count = random.mostly(1, [0, 2, 9]);
      const pick = (from: readonly Uint8Array[]) =>
        args.bytes(flipped(random, Buffer.concat(Array.from({ length: Math.min(count, 2) }, () => random.pick(from)))));
      return [random.mostly(0x84, [4, 5]), count, pick(blsG1().points), pick(blsG2().points), args.out(576)];
    },
  ],
  ['sol_alt_bn128_group_op', bnGroup],
  ['sol_alt_bn128_compression', bnCompression],
  ['sol_poseidon', poseidon],
  ['sol_get_clock_sysvar', sysvar(40)],
  ['sol_get_epoch_schedule_sysvar', sysvar(40)],
  ['sol_get_rent_sysvar', sysvar(24)],
  ['sol_get_last_restart_slot', sysvar(8)],
  ['sol_get_epoch_rewards_sysvar', sysvar(96)],
  ['sol_get_fees_sysvar', sysvar(8)],
  [
    'sol_get_sysvar',
    (args) => {
      const { random } = args;
      const key = random.mostly(random.pick(SYSVARS).bytes, [random.bytes(32)]);
      const length = random.mostly(random.below(60), [20_488, 20_489, 0]);
      return [
        args.bytes(key),
        args.out(length),
        random.mostly(BigInt(random.below(40)), [random.edge()]),
        args.length(length),
      ];
    },
  ],
  ['sol_get_epoch_stake', (args) => [args.random.chance(2) ? 0n : args.bytes(args.random.bytes(32))]],
  ['sol_memcpy_', (args) => [args.out(64), args.bytes(args.random.bytes(64)), args.length(args.random.below(65))]],
  ['sol_memmove_', (args) => [args.out(64), args.bytes(args.random.bytes(64)), args.length(args.random.below(65))]],
  ['sol_memset_', (args) => [args.out(64), args.random.u64(), args.length(args.random.below(65))]],
  [
    'sol_memcmp_',
    (args) => [
      args.bytes(new Uint8Array(16)),
      args.bytes(args.random.mostly(new Uint8Array(16), [args.random.bytes(16)])),
      args.length(16),
      args.out(4),
    ],
  ],
  ['sol_alloc_free_', ({ random }) => [random.mostly(random.below(3000), [1 << 30, 0]), random.mostly(0n, [HEAP])]],
  [
    'sol_get_processed_sibling_instruction',
    (args) => [args.random.below(3), args.out(16), args.out(32), args.out(64), args.out(200)],
  ],
  ['sol_get_stack_height', () => []],
  [
    'sol_set_return_data',
    (args) => [args.bytes(args.random.bytes(40)), args.random.mostly(BigInt(args.random.below(41)), [1024n, 1025n])],
  ],
  ['sol_get_return_data', (args) => [args.out(40), args.random.below(41), args.out(32)]],
  ['sol_remaining_compute_units', () => []],
  ['sol_big_mod_exp', (args) => [args.out(48), args.out(32)]],
];

/** Commands from here on are syscalls. */
const FIRST_SYSCALL = 2;

function source(names: readonly string[]): string {
  return `
entrypoint:
  mov64 r6, r2
next:
  ldxdw r7, [r6+0]
  jeq r7, 0, finish
  jeq r7, 1, copy
  ldxdw r1, [r6+8]
  ldxdw r2, [r6+16]
  ldxdw r3, [r6+24]
  ldxdw r4, [r6+32]
  ldxdw r5, [r6+40]
${names.map((_, i) => `  jeq r7, ${FIRST_SYSCALL + i}, call_${i}`).join('\n')}
  mov64 r0, 99
  exit
${names.map((name, i) => `call_${i}:\n  syscall ${name}\n  ja done`).join('\n')}
done:
${LOG_R0}
  add64 r6, 48
  ja next
finish:
  ldxdw r1, [r6+8]
  ldxdw r2, [r6+16]
  syscall sol_set_return_data
  mov64 r0, 0
  exit
${COPY_COMMAND}`;
}

const NAMES = SYSCALLS.map(([name]) => name);
/** The names that no machine knows make no V0 program that loads. */
const programs = new Map<number, Uint8Array>();

function program(version: 0 | 3): Uint8Array {
  let elf = programs.get(version);
  if (elf === undefined) programs.set(version, (elf = assembleElf(source(NAMES), { version })));
  return elf;
}

interface Caller {
  readonly key: Pubkey;
}

const callersOf = new WeakMap<World, readonly Caller[]>();

/** The program under loaders v3, v2 and v1. */
export function startingSyscallPrograms(world: World): Step[] {
  const callers = [0, 1, 2].map((): Caller => ({ key: world.fresh() }));
  callersOf.set(world, callers);
  const steps: Step[] = [{ kind: 'program', key: callers[0].key, elf: program(3) }];
  for (const [i, owner] of [BPF_LOADER_ID, BPF_LOADER_DEPRECATED_ID].entries()) {
    const data = program(i === 0 ? 3 : 0);
    steps.push(accountStep(callers[1 + i].key, { lamports: world.rent(data.length), owner, data, executable: true }));
  }
  return steps;
}

const callSome: Generator = (world) => {
  const { random } = world;
  const callers = callersOf.get(world);
  if (callers === undefined) return undefined;
  const args = new Arguments(random);
  const commands: Uint8Array[] = [];
  let output = HEAP;
  // The first two end the program.
  for (let i = random.between(1, 4); i > 0; i--) {
    const index = random.chance(30) ? random.below(2) : random.between(2, SYSCALLS.length - 1);
    const registers = [...SYSCALLS[index][1](args), 0, 0, 0, 0, 0].slice(0, 5);
    output = BigInt(registers[random.below(5)]);
    commands.push(Buffer.concat([FIRST_SYSCALL + index, ...registers].map((value) => u64(value))));
  }
  const isReadable = output >= HEAP && output < HEAP + 32_000n;
  const data = Buffer.concat([...args.copies, ...commands, u64(0), u64(isReadable ? output : HEAP), u64(64)]);
  const accounts: Meta[] = random.chance(2) ? [] : [meta(world.anyKey())];
  return {
    name: 'syscalls',
    instructions: [ix(random.mostly(callers[0], callers).key, accounts, data)],
    isAlone: random.chance(2),
  };
};

export const SYSCALL_CALLS: readonly (readonly [weight: number, generator: Generator])[] = [[1, callSome]];
