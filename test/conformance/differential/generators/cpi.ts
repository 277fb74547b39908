// Calls between programs. The programs are all the script driver of test/support/cpi-driver.ts, under each loader: any
// instruction of another generator can be made through them, several levels deep, in both ABIs, signed for derived
// addresses; and scripts of their own change accounts, return data and pointers in ways a careful program would not.

import {
  BPF_LOADER_DEPRECATED_ID,
  BPF_LOADER_ID,
  BPF_LOADER_UPGRADEABLE_ID,
  COMPUTE_BUDGET_ID,
  ED25519_ID,
  SECP256K1_ID,
  SECP256R1_ID,
  SYSTEM_PROGRAM_ID,
} from '../../../../src/runtime/addresses.ts';
import { readU64 } from '../../../../src/wire/bytes.ts';
import type { Pubkey } from '../../../../src/wire/pubkey.ts';
import { PubkeyMap } from '../../../../src/wire/pubkey-map.ts';
import {
  type Abi,
  type Call,
  DRIVER_ELF,
  type FrameAccount,
  HEAP,
  INPUT,
  type Info,
  infoOf,
  layOutAligned,
  layOutUnaligned,
  Script,
  STACK,
} from '../../../support/cpi-driver.ts';
import { type Ix, ix, type Meta, meta, u32, u64 } from '../encode.ts';
import type { Step } from '../machines.ts';
import { accountStep, type Derived, type Generator, type World } from '../world.ts';

const MAX_CALL_DATA_LEN = 10_240;
const SCRATCH_LENS = [0, 1, 8, 16, 100, 1000];

/** A driver, and how its loader lays out accounts. */
interface Driver {
  readonly key: Pubkey;
  readonly isAligned: boolean;
}

const driversOf = new WeakMap<World, readonly Driver[]>();

/** Drivers under the loaders v3 (twice), v2 and v1; addresses they sign for; accounts they own. */
export function startingDrivers(world: World): Step[] {
  const drivers = [true, true, true, false].map((isAligned): Driver => ({ key: world.fresh('program'), isAligned }));
  driversOf.set(world, drivers);
  const [first, second, older, oldest] = drivers.map(({ key }) => key);
  const elf = { lamports: world.rent(DRIVER_ELF.length), executable: true, data: DRIVER_ELF };
  const steps: Step[] = [
    { kind: 'program', key: first, elf: DRIVER_ELF },
    { kind: 'program', key: second, elf: DRIVER_ELF },
    accountStep(older, { ...elf, owner: BPF_LOADER_ID }),
    accountStep(oldest, { ...elf, owner: BPF_LOADER_DEPRECATED_ID }),
  ];
  for (const [i, { key }] of drivers.entries()) {
    const derived = world.derive(key, `vault ${i}`);
    world.add('plain', derived.key);
    steps.push(accountStep(derived.key, { lamports: 100_000_000_000n }));
    for (let j = 0; j < 3; j++) {
      const data = world.random.bytes(world.random.pick(SCRATCH_LENS));
      const scratch = world.fresh('scratch');
      steps.push(accountStep(scratch, { lamports: world.rent(data.length) + BigInt(j * 1000), owner: key, data }));
    }
  }
  return steps;
}

const ADDRESSES = [0n, 0x1_0000_0000n, STACK, HEAP, INPUT, INPUT - 64n, HEAP + 32_000n, 1n << 53n, (1n << 64n) - 64n];
const LENGTHS = [
  0n,
  1n,
  7n,
  8n,
  15n,
  16n,
  24n,
  10_240n,
  10_256n,
  10_257n,
  1n << 32n,
  1n << 53n,
  1n << 63n,
  (1n << 64n) - 1n,
];

/**
 * The instructions as a transaction can carry them: those that a derived address must sign for are made by its program,
 * and now and then another one too.
 */
export function throughPrograms(world: World, instructions: readonly Ix[], onlyWhereNeeded: boolean): Ix[] {
  const drivers = driversOf.get(world);
  if (drivers === undefined) return [...instructions];
  const lens = new PubkeyMap<number>();
  return instructions.map((instruction) => {
    const { random } = world;
    const derived = derivedSigner(world, instruction);
    const isCalled = derived !== undefined || (!onlyWhereNeeded && random.chance(isCallable(instruction) ? 7 : 60));
    const driver = drivers.find(({ key }) => derived?.program.equals(key)) ?? random.pick(drivers);
    const outer = isCalled
      ? nested(world, driver, instruction, random.pick([0, 0, 0, 0, 1, 1, 2, 3, 4]), lens)
      : undefined;
    noteLength(lens, instruction);
    return outer ?? instruction;
  });
}

/** Whether programs may call it: not precompiles, and of the loader's instructions only a few. */
function isCallable({ programId, data }: Ix): boolean {
  if (programId.equals(BPF_LOADER_UPGRADEABLE_ID)) return [3, 4, 5, 7].includes(data[0]);
  return ![ED25519_ID, SECP256K1_ID, SECP256R1_ID].some((precompile) => precompile.equals(programId));
}

/** How long an account will be when the System program has done this. */
function noteLength(lens: PubkeyMap<number>, { programId, accounts, data }: Ix): void {
  if (!programId.equals(SYSTEM_PROGRAM_ID)) return;
  if (data[0] === 0 && accounts.length > 1) lens.set(accounts[1].pubkey, Number(readU64(data, 12)));
  else if (data[0] === 8 && accounts.length > 0) lens.set(accounts[0].pubkey, Number(readU64(data, 4)));
  else if (data[0] === 13 && accounts.length > 0) lens.set(accounts[0].pubkey, Number(readU64(data, 12)));
}

function derivedSigner(world: World, { accounts }: Ix): Derived | undefined {
  for (const { pubkey, isSigner } of accounts) {
    const derived = isSigner ? world.derivedOf(pubkey) : undefined;
    if (derived !== undefined) return derived;
  }
  return undefined;
}

/** The instruction made by a driver, called by another, and so on. As far as it fits. */
function nested(world: World, driver: Driver, inner: Ix, depth: number, lens: PubkeyMap<number>): Ix | undefined {
  const { random } = world;
  const others = random.shuffled((driversOf.get(world) ?? []).filter((each) => each !== driver));
  let out = called(world, driver, inner, lens);
  let last = driver;
  for (let i = 0; i < depth && out !== undefined; i++) {
    // A program may call itself, but not come back to one that waits.
    last = random.chance(3) ? last : random.mostly(others.pop() ?? last, [driver]);
    const deeper = called(world, last, out, lens);
    if (deeper === undefined) return out;
    out = deeper;
  }
  return out;
}

/** One instruction of `driver` that makes the call `inner`. */
function called(world: World, driver: Driver, inner: Ix, lens: PubkeyMap<number>): Ix | undefined {
  const { random } = world;
  if (inner.data.length > MAX_CALL_DATA_LEN || inner.accounts.length > 40) return undefined;
  const isOfDriver = (key: Pubkey) => world.derivedOf(key)?.program.equals(driver.key) ?? false;
  const metas = inner.accounts.map((each) =>
    each.isSigner && isOfDriver(each.pubkey) ? { ...each, isSigner: false } : each,
  );
  const extra = random.chance(4) ? [meta(world.find('scratch') ?? driver.key, random.pick(['', 'w']))] : [];
  const accounts = [...metas, meta(inner.programId), ...extra];
  const script = new Script();
  const frame = frameOf(world, driver, accounts, lens);
  if (random.chance(4)) touchSome(world, script, driver, frame, accounts);
  makeCall(world, script, driver, frame, inner);
  if (random.chance(4)) touchSome(world, script, driver, frame, accounts);
  const data = script.exit(random.chance(40) ? random.pick([1n, 2n << 32n, 1n << 32n, 99n << 32n]) : 0n);
  return data.length > 60_000 ? undefined : ix(driver.key, accounts, data);
}

function frameOf(world: World, driver: Driver, accounts: readonly Meta[], lens?: PubkeyMap<number>): FrameAccount[] {
  const layOut = driver.isAligned ? layOutAligned : layOutUnaligned;
  return layOut(
    accounts.map(({ pubkey }) => ({
      key: pubkey,
      dataLen: lens?.get(pubkey) ?? world.account(pubkey)?.data.length ?? 0,
    })),
  );
}

function makeCall(world: World, script: Script, driver: Driver, frame: readonly FrameAccount[], inner: Ix): void {
  const { random } = world;
  const abi: Abi = random.pick(['c', 'rust']);
  const isSpoiled = random.chance(10);
  const seeds = inner.accounts
    .map(({ pubkey, isSigner }) => (isSigner ? world.derivedOf(pubkey) : undefined))
    .filter((derived) => derived?.program.equals(driver.key))
    .map((derived) => derived!.seeds);
  if (isSpoiled && random.chance(6)) {
    const own = world.derived.find(({ program }) => program.equals(driver.key));
    if (own !== undefined)
      seeds.push(random.pick([own.seeds, own.seeds.slice(0, 1), [...own.seeds, own.seeds[0]], [new Uint8Array(33)]]));
  }
  let infos = infosFor(frame, [...inner.accounts, meta(inner.programId)]);
  // The callee itself needs no info.
  if (random.chance(6)) infos = infosFor(frame, inner.accounts);
  if (random.chance(5)) infos.reverse();
  let { accounts: metas } = inner;
  if (isSpoiled) {
    if (infos.length > 0 && random.chance(2)) {
      const at = random.below(infos.length);
      infos[at] = spoilInfo(world, infos[at]);
    }
    if (random.chance(4)) metas = spoilMetas(world, metas);
    if (random.chance(10))
      infos = infosFor(
        frame,
        frame.map(({ key }) => meta(key)),
      );
  }
  const call: Call = {
    programId: inner.programId,
    metas,
    infos,
    data: inner.data,
    ...(seeds.length > 0 ? { seeds } : {}),
    ...(isSpoiled && random.chance(8) ? { registers: { [random.pick(['r1', 'r2', 'r4'])]: someAddress(world) } } : {}),
    ...(isSpoiled && random.chance(8)
      ? { fields: { [random.pick(['metasLen', 'dataLen'])]: random.pick(LENGTHS) } }
      : {}),
  };
  script.call(abi, call);
}

function infosFor(frame: readonly FrameAccount[], metas: readonly Meta[]): Info[] {
  const infos: Info[] = [];
  const seen: Pubkey[] = [];
  for (const { pubkey } of metas) {
    const account = frame.find(({ key }) => key.equals(pubkey));
    if (account === undefined || seen.some((key) => key.equals(pubkey))) continue;
    seen.push(pubkey);
    infos.push(infoOf(account));
  }
  return infos;
}

function spoilMetas(world: World, metas: readonly Meta[]): NonNullable<Call['metas']> {
  const { random } = world;
  if (metas.length === 0) return [meta(world.anyKey(), 's')];
  const out: NonNullable<Call['metas']>[number][] = [...metas];
  const at = random.below(out.length);
  const change = random.pick([
    { isSigner: true },
    { isWritable: true },
    { pubkey: world.anyKey() },
    { signerByte: random.between(2, 255) },
    { writableByte: random.between(2, 255) },
  ]);
  out[at] = { ...out[at], ...change };
  return out;
}

function spoilInfo(world: World, info: Info): Info {
  const { random } = world;
  if (random.chance(2)) return { ...info, dataLen: random.pick(LENGTHS) };
  const field = random.pick([
    'keyAddr',
    'ownerAddr',
    'lamportsAddr',
    'dataAddr',
    'lamportsCellAddr',
    'dataCellAddr',
  ] as const);
  const value = random.chance(2) ? (info[field] ?? HEAP) + BigInt(random.below(17) - 8) : someAddress(world);
  return { ...info, [field]: value };
}

function someAddress(world: World): bigint {
  const { random } = world;
  return random.pick(ADDRESSES) + BigInt(random.below(9) * 8 + (random.chance(4) ? random.below(8) : 0));
}

/** One of the frame, with what its program may do to it. */
function touchSome(
  world: World,
  out: Script,
  driver: Driver,
  frame: readonly FrameAccount[],
  metas: readonly Meta[],
): void {
  const isOwn = ({ pubkey }: Meta) => world.account(pubkey)?.owner.equals(driver.key) ?? false;
  const own = metas.map((_, i) => i).filter((i) => metas[i].isWritable && isOwn(metas[i]));
  const { random } = world;
  if (own.length > 0 && !random.chance(3)) touch(world, out, frame[random.pick(own)], true);
  else touch(world, out, random.pick(frame), false);
}

/** Reads or writes an account, more or less as programs do; or does something else that leaves a trace. */
function touch(world: World, script: Script, account: FrameAccount, mayWrite: boolean): void {
  const { random } = world;
  const lamports = world.lamports(account.key);
  switch (mayWrite || random.chance(20) ? random.below(14) : random.between(5, 11)) {
    case 0:
      script.store64(account.vmDataAddr + BigInt(random.below(3) * 8), BigInt(random.below(5)));
      break;
    case 1:
      script.store64(
        account.vmLenAddr,
        random.chance(4) ? random.pick(LENGTHS) : BigInt(Math.max(0, account.dataLen + random.between(-8, 8))),
      );
      break;
    case 2:
      script.store64(account.vmLamportsAddr, random.chance(3) ? lamports + BigInt(random.below(3) - 1) : lamports);
      break;
    case 3:
      script.storeKey(
        account.vmOwnerAddr,
        random.pick([SYSTEM_PROGRAM_ID, ...(driversOf.get(world) ?? []).map(({ key }) => key)]),
      );
      break;
    case 4:
      for (let at = 0n; at < Math.min(account.dataLen, 32); at += 8n) script.store64(account.vmDataAddr + at, 0n);
      break;
    case 5:
    case 6:
      script.log64(account.vmDataAddr).log64(account.vmLenAddr).log64(account.vmLamportsAddr);
      break;
    case 7:
      script.setReturnData(random.bytes(random.mostly(random.below(40), [0, 1024, 1025])));
      break;
    case 8:
      script.getReturnData(HEAP + 30_000n, BigInt(random.below(40)), HEAP + 31_000n).log64(HEAP + 30_000n);
      break;
    case 9:
      script.logStackHeight();
      break;
    case 10: {
      const [at, data, keys] = [HEAP + 28_000n, HEAP + 29_000n, HEAP + 31_000n];
      script.store64(at, random.pick([0n, 12n, 16n, 52n])).store64(at + 8n, BigInt(random.below(4)));
      script.getSibling(BigInt(random.below(3)), at, at + 64n, data, keys);
      script
        .log64(at)
        .log64(at + 8n)
        .log64(at + 64n)
        .log64(data);
      break;
    }
    case 11:
      script.logData(account.vmDataAddr, BigInt(random.below(40)));
      break;
    case 12:
      script.log64(account.vmDataAddr + (random.chance(4) ? random.pick(LENGTHS) : 0n));
      break;
    default:
      script.store64(account.vmDataAddr + BigInt(random.below(10_300)), 1n);
  }
}

/** A script of several touches and calls on accounts of its own choice. */
const script: Generator = (world) => {
  const { random } = world;
  const drivers = driversOf.get(world);
  if (drivers === undefined) return undefined;
  const driver = random.pick(drivers);
  const keys = [
    ...random.shuffled(world.all('scratch')).slice(0, random.between(1, 4)),
    ...random.shuffled(world.actors).slice(0, random.below(3)),
    ...(random.chance(3) ? [world.anyKey()] : []),
  ];
  const accounts = keys.map((key): Meta => {
    const isActor = world.actors.some((actor) => actor.equals(key));
    return { pubkey: key, isSigner: isActor && random.chance(2), isWritable: !random.chance(4) };
  });
  if (random.chance(4)) accounts.push(random.pick(accounts));
  const all = [...accounts, ...drivers.map(({ key }) => meta(key)), meta(SYSTEM_PROGRAM_ID), meta(COMPUTE_BUDGET_ID)];
  const out = new Script();
  scriptSteps(world, out, [driver], all, accounts);
  const data = out.exit();
  if (data.length > 60_000) return undefined;
  return { name: 'cpi.script', instructions: [ix(driver.key, all, data)], isAlone: random.chance(2) };
};

/** `stack`: the drivers that run, the outermost first. */
function scriptSteps(
  world: World,
  out: Script,
  stack: readonly Driver[],
  held: readonly Meta[],
  own: readonly Meta[],
): void {
  const { random } = world;
  const driver = stack[stack.length - 1];
  const frame = frameOf(world, driver, held);
  for (let i = random.below(4); i >= 0; i--) {
    if (stack.length < 6 && random.chance(2)) makeCall(world, out, driver, frame, innerCall(world, stack, held, own));
    else if (frame.length > 0) touchSome(world, out, driver, frame, held);
  }
}

function innerCall(world: World, stack: readonly Driver[], held: readonly Meta[], own: readonly Meta[]): Ix {
  const { random } = world;
  const drivers = driversOf.get(world) ?? [];
  const chosen = random.shuffled(own).slice(0, random.below(own.length + 1));
  const metas = chosen.map(
    (each): Meta => ({
      pubkey: each.pubkey,
      isSigner: each.isSigner && !random.chance(6),
      isWritable: each.isWritable && !random.chance(6),
    }),
  );
  const payer = own.find(({ isSigner, isWritable }) => isSigner && isWritable);
  if (payer !== undefined && random.chance(4)) {
    const to = own.find(({ isWritable }) => isWritable) ?? payer;
    const data = random.mostly(
      [u32(2), u64(random.amount(1000n))],
      [
        [u32(8), u64(random.pick([0, 10, 10_241]))],
        [u32(1), random.pick(drivers).key.bytes],
      ],
    );
    return ix(SYSTEM_PROGRAM_ID, [payer, random.mostly(to, own)], ...data);
  }
  if (random.chance(20)) return ix(random.pick([COMPUTE_BUDGET_ID, world.anyKey()]), metas, u64(0));
  const last = stack[stack.length - 1];
  const free = drivers.filter((each) => each === last || !stack.includes(each));
  const driver = random.pick(random.mostly(free, [drivers]));
  const isDriver = (key: Pubkey) => drivers.some((each) => each.key.equals(key));
  const next = [...metas, ...held.filter(({ pubkey }) => isDriver(pubkey) || random.chance(6))];
  const inner = new Script();
  scriptSteps(world, inner, [...stack, driver], next, metas);
  const data = inner.exit(random.chance(20) ? random.pick([1n, 3n << 32n]) : 0n);
  // A script that is cut ends somewhere.
  return ix(driver.key, next, data.subarray(0, MAX_CALL_DATA_LEN));
}

export const CPI: readonly (readonly [weight: number, generator: Generator])[] = [[1, script]];
