// From moves to the bytes of a transaction: a few moves together, with compute-budget requests, in one of the three wire
// forms, through lookup tables where there are some, signed where somebody checks; and now and then spoiled (mutate.ts).

import { COMPUTE_BUDGET_ID } from '../../../src/runtime/addresses.ts';
import { readU64 } from '../../../src/wire/bytes.ts';
import { encodeMessage, type VersionedMessage } from '../../../src/wire/message.ts';
import { compileMessage } from '../../../src/wire/message-compiler.ts';
import { Pubkey } from '../../../src/wire/pubkey.ts';
import { createTransaction, encodeTransaction } from '../../../src/wire/transaction.ts';
import { type Ix, ix, u8, u32, u64 } from './encode.ts';
import { throughPrograms } from './generators/cpi.ts';
import { signWith } from './keyring.ts';
import { spoilBytes, spoilData, spoilInstructions, spoilMessage } from './mutate.ts';
import type { Move, World } from './world.ts';

export interface Composed {
  readonly bytes: Uint8Array;
  /** Whether the transaction was spoiled on purpose. */
  readonly isSpoiled: boolean;
}

const TABLE_META_LEN = 56;
const U64_MAX = (1n << 64n) - 1n;

/** One transaction in four is spoiled, in one place or more. */
const SPOILED_ONE_IN = 4;

/** `isPlain`: as good as it can be. */
export function compose(world: World, moves: readonly Move[], isPlain: boolean): Composed {
  const { random } = world;
  const isSpoiled = !isPlain && random.chance(SPOILED_ONE_IN);
  const level = isSpoiled
    ? random.weighted([[6, 'instructions'] as const, [2, 'message'] as const, [1, 'bytes'] as const])
    : undefined;
  const nonce = moves.find((move) => move.nonce !== undefined)?.nonce;
  let isSpoiledLate = false;
  let instructions = moves.flatMap((move) => move.instructions);
  if (level === 'instructions' && random.chance(2)) instructions = spoilInstructions(world, instructions);
  else if (level === 'instructions') isSpoiledLate = true;
  instructions = throughPrograms(world, instructions, isPlain);
  if (isSpoiledLate) instructions = spoilInstructions(world, instructions);
  if (isPlain) return { bytes: plain(world, instructions), isSpoiled };
  const version = random.weighted<VersionedMessage['version']>([
    [5, 'legacy'],
    [4, 0],
    [2, 1],
  ]);
  if (version !== 1 || random.chance(10)) instructions = withComputeBudget(world, instructions, nonce !== undefined);
  const feePayer = payerFor(world, instructions);
  let message = compileMessage({
    feePayer,
    recentBlockhash: nonce ?? blockhash(world),
    instructions: instructions.map(toCompile),
    version,
    ...(version === 0 && random.chance(2) ? { lookupTables: lookupTables(world) } : {}),
    ...(version === 1 ? { config: config(world) } : {}),
  });
  if (level === 'message') message = spoilMessage(world, message);
  const bytes = encode(world, message, level === 'message' && random.chance(8));
  return { bytes: level === 'bytes' ? spoilBytes(world, bytes) : bytes, isSpoiled };
}

const toCompile = ({ programId, accounts, data }: Ix) => ({
  programAddress: programId,
  accounts: accounts.map(({ pubkey, isSigner, isWritable }) => ({ address: pubkey, isSigner, isWritable })),
  data,
});

function plain(world: World, instructions: readonly Ix[]): Uint8Array {
  return encode(
    world,
    compileMessage({
      feePayer: world.actors[0],
      recentBlockhash: world.machines.bank.latestBlockhash,
      instructions: instructions.map(toCompile),
    }),
    false,
  );
}

/** Mostly somebody rich; now and then anybody. */
function payerFor(world: World, instructions: readonly Ix[]): Pubkey {
  const { random } = world;
  if (random.chance(40)) return world.anyKey();
  const signers = instructions.flatMap(({ accounts }) => accounts.filter(({ isSigner }) => isSigner));
  const payers = signers.map(({ pubkey }) => pubkey).filter((key) => world.actors.some((actor) => actor.equals(key)));
  return payers.length > 0 && random.chance(2) ? random.pick(payers) : world.actor();
}

function blockhash(world: World): Uint8Array {
  const { random } = world;
  return random.chance(60) ? random.bytes(32) : world.machines.bank.latestBlockhash;
}

function withComputeBudget(world: World, instructions: readonly Ix[], isNonce: boolean): Ix[] {
  const { random } = world;
  const requests: Ix[] = [];
  const request = (...data: Uint8Array[]) => requests.push(ix(COMPUTE_BUDGET_ID, [], ...data));
  // Without a limit most instructions get 200,000 units, which is seldom too little.
  if (random.chance(2)) {
    const limit = random.weighted<() => number>([
      [30, () => 1_400_000],
      [2, () => random.below(20_000)],
      [1, () => random.below(1000)],
      [1, () => random.pick([0, 150, 151, 0xffff_ffff])],
    ])();
    request(u8(2), u32(limit));
  }
  if (random.chance(4)) request(u8(3), u64(random.chance(8) ? random.edge() : BigInt(random.below(2_000_000))));
  if (random.chance(12)) {
    request(u8(1), u32(random.pick([32_768, 33_792, 65_536, 66_560, 262_144, 263_168, 32_767, 40_000, 0])));
  }
  if (random.chance(16)) {
    request(u8(4), u32(random.chance(2) ? 10_000_000 : random.pick([0, 1, 200, 1000, 10_000, 200_000, 0xffff_ffff])));
  }
  if (random.chance(100)) request(random.pick([u8(0), u8(5), new Uint8Array(0), u8(2), u8(1)]));
  if (requests.length > 0 && random.chance(100)) requests.push(random.pick(requests));
  // A nonce must be advanced first.
  return isNonce || random.chance(10) ? [...instructions, ...requests] : [...requests, ...instructions];
}

function config(world: World): NonNullable<Parameters<typeof compileMessage>[0]['config']> {
  const { random } = world;
  return {
    computeUnitLimit: random.chance(20)
      ? undefined
      : random.pick([1_400_000, 1_400_000, 200_000, random.below(5000), 0xffff_ffff]),
    loadedAccountsDataSizeLimit: random.chance(30)
      ? random.pick([undefined, 0, 1000, 100_000])
      : random.pick([67_108_864, 10_000_000, 0xffff_ffff]),
    priorityFee: random.chance(2) ? undefined : random.chance(10) ? random.edge() : BigInt(random.below(100_000)),
    heapSize: random.chance(4) ? random.pick([32_768, 65_536, 262_144, 33_792, 32_769, 263_168, 1024]) : undefined,
  };
}

/** The addresses are read from the tables as they are; an index that isn't active yet is a mistake worth making. */
function lookupTables(world: World): { address: Pubkey; addresses: Pubkey[] }[] {
  const tables: { address: Pubkey; addresses: Pubkey[] }[] = [];
  for (const key of world.random.shuffled(world.all('table')).slice(0, 3)) {
    const data = world.account(key)?.data;
    if (data === undefined || data.length <= TABLE_META_LEN) continue;
    const isUsable = world.slot > readU64(data, 12) && readU64(data, 4) === U64_MAX;
    if (!isUsable && !world.random.chance(12)) continue;
    const addresses: Pubkey[] = [];
    for (let at = TABLE_META_LEN; at + 32 <= data.length; at += 32) addresses.push(Pubkey.at(data, at));
    tables.push({ address: key, addresses });
  }
  return tables;
}

/** Another transaction of the same shape: the present blockhash, and a little of the data of its instructions changed. */
export function vary(world: World, message: VersionedMessage): Composed {
  const { random } = world;
  const instructions = message.instructions.map((instruction) => {
    const { programIdIndex, accounts, data } = instruction;
    return random.chance(3) ? { programIdIndex, accounts, data: spoilData(random, data) } : instruction;
  });
  const { version, header, accountKeys, addressTableLookups, config: options } = message;
  const varied: VersionedMessage = {
    version,
    header,
    accountKeys,
    recentBlockhash: blockhash(world),
    instructions,
    addressTableLookups,
    ...(options === undefined ? {} : { config: options }),
  };
  return { bytes: encode(world, varied, false), isSpoiled: true };
}

/** Signatures that somebody checks are true, but for one in a few. The others are at least each its own. */
function encode(world: World, message: VersionedMessage, hasWrongCount: boolean): Uint8Array {
  const { random, options } = world;
  const messageBytes = encodeMessage(message);
  let count = message.header.numRequiredSignatures;
  if (hasWrongCount && message.version !== 1) count = Math.max(0, count + random.between(-1, 1));
  const signatures: Uint8Array[] = [];
  for (let i = 0; i < Math.min(count, 127); i++) {
    const key = message.accountKeys[i];
    const isSigned = options.sigverify && key !== undefined && !random.chance(150);
    signatures.push((isSigned ? signWith(key, messageBytes) : undefined) ?? world.freshSignature());
  }
  if (message.version === 1 || count <= 127) {
    return encodeTransaction(createTransaction(message, signatures, messageBytes));
  }
  return messageBytes;
}
