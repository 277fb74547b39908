// Ways to spoil a transaction that would have been good, at three levels: what its instructions say, what the compiled
// message says, and its bytes.

import type { CompiledInstruction, VersionedMessage } from '../../../src/wire/message.ts';
import { type Ix, type Meta, meta } from './encode.ts';
import type { Random } from './random.ts';
import type { World } from './world.ts';

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** Changes one thing or a few. */
export function spoilInstructions(world: World, instructions: readonly Ix[]): Ix[] {
  const out = instructions.map(({ programId, accounts, data }) => ({
    programId,
    accounts: [...accounts],
    data: Uint8Array.from(data),
  }));
  if (out.length === 0) return out;
  do {
    spoilInstruction(world, world.random.pick(out), out);
  } while (world.random.chance(3));
  return out;
}

/** Mostly another number in its last bytes; now and then another length, which may take two bytes to write. */
export function spoilData(random: Random, data: Uint8Array): Uint8Array {
  if (data.length === 0 || random.chance(6))
    return Buffer.concat([data, random.bytes(random.pick([1, 4, 8, 128, 200]))]);
  if (random.chance(6)) return data.slice(0, random.below(data.length));
  const out = Uint8Array.from(data);
  out[out.length - 1 - random.below(Math.min(out.length, 8))] ^= 1 << random.below(8);
  return out;
}

interface MutableIx extends Mutable<Ix> {
  accounts: Meta[];
  data: Uint8Array;
}

function spoilInstruction(world: World, target: MutableIx, all: MutableIx[]): void {
  const { random } = world;
  const { accounts } = target;
  const at = accounts.length === 0 ? 0 : random.below(accounts.length);
  const other = accounts.length === 0 ? 0 : random.below(accounts.length);
  const old = accounts[at];
  const kind = random.below(accounts.length === 0 ? 6 : 15);
  switch (kind) {
    case 0:
      target.data = target.data.subarray(0, random.below(target.data.length + 1));
      break;
    case 1:
      if (target.data.length > 0) target.data[random.below(target.data.length)] ^= 1 << random.below(8);
      break;
    case 2:
      if (target.data.length > 0)
        target.data[random.below(target.data.length)] = random.pick([0, 1, 2, 255, random.below(256)]);
      break;
    case 3:
      target.data = Buffer.concat([target.data, random.bytes(random.between(1, 9))]);
      break;
    case 4:
      accounts.push(meta(world.anyKey(), random.pick(['', 'w', 's', 'sw'])));
      break;
    case 5:
      if (random.chance(3)) target.programId = world.anyKey();
      else all.push({ ...target, accounts: [...accounts] });
      break;
    case 6:
    case 7:
      accounts[at] = { ...old, isSigner: !old.isSigner };
      break;
    case 8:
    case 9:
      accounts[at] = { ...old, isWritable: !old.isWritable };
      break;
    case 10:
      accounts[at] = accounts[other];
      accounts[other] = old;
      break;
    case 11:
      accounts[at] = { ...old, pubkey: accounts[other].pubkey };
      break;
    case 12:
      accounts.splice(at, 1);
      break;
    case 13:
      accounts[at] = { ...old, pubkey: random.chance(2) ? world.similarKey(old.pubkey) : world.anyKey() };
      break;
    default:
      accounts.length = at;
  }
}

/** Changes what a compiler would never write. */
export function spoilMessage(world: World, message: VersionedMessage): VersionedMessage {
  const { random } = world;
  const out = {
    ...message,
    header: { ...message.header },
    accountKeys: [...message.accountKeys],
    instructions: message.instructions.map(
      (each): Mutable<CompiledInstruction> => ({ ...each, accounts: Uint8Array.from(each.accounts) }),
    ),
    addressTableLookups: message.addressTableLookups.map((each) => ({ ...each })),
  };
  const { header, accountKeys, instructions, addressTableLookups } = out;
  const instruction = instructions.length === 0 ? undefined : random.pick(instructions);
  const lookup = addressTableLookups.length === 0 ? undefined : random.pick(addressTableLookups);
  const someIndex = (): number =>
    random.pick([0, 1, accountKeys.length - 1, accountKeys.length, random.below(256)]) & 0xff;
  switch (random.below(lookup === undefined ? 12 : 15)) {
    case 0:
      header.numRequiredSignatures = step(header.numRequiredSignatures, random.between(-1, 1));
      break;
    case 1:
      header.numReadonlySignedAccounts = step(header.numReadonlySignedAccounts, random.between(-1, 2));
      break;
    case 2:
      header.numReadonlyUnsignedAccounts = step(header.numReadonlyUnsignedAccounts, random.between(-2, 3));
      break;
    case 3:
      accountKeys[random.below(accountKeys.length)] = random.pick(accountKeys);
      break;
    case 4:
      accountKeys[random.below(accountKeys.length)] = world.anyKey();
      break;
    case 5:
      if (instruction !== undefined) instruction.programIdIndex = someIndex();
      break;
    case 6:
      if (instruction !== undefined && instruction.accounts.length > 0) {
        instruction.accounts[random.below(instruction.accounts.length)] = someIndex();
      }
      break;
    case 7:
      out.recentBlockhash = random.bytes(32);
      break;
    case 8:
      instructions.splice(random.below(instructions.length + 1), 1);
      break;
    case 9:
      // More instructions than a trace can hold, or more accounts than an instruction.
      if (instruction !== undefined) {
        const count = random.pick([62, 63, 64, 65, 70]);
        while (instructions.length < count) instructions.push(instruction);
      }
      break;
    case 10:
      if (instruction !== undefined) {
        const { accounts } = instruction;
        const count = random.pick([254, 255, 256, 260]);
        instruction.accounts = Uint8Array.from({ length: count }, (_, i) => accounts[i % accounts.length] ?? 0);
      }
      break;
    case 11: {
      const count = random.pick([60, 63, 64, 65, 66]);
      while (accountKeys.length < count) {
        accountKeys.push(world.fresh());
        header.numReadonlyUnsignedAccounts = step(header.numReadonlyUnsignedAccounts, 1);
      }
      break;
    }
    case 12:
      if (lookup !== undefined) lookup.accountKey = random.pick([world.anyKey(), ...world.all('table')]);
      break;
    case 13:
      if (lookup !== undefined) lookup.readonlyIndexes = Uint8Array.of(...lookup.readonlyIndexes, random.below(256));
      break;
    default:
      if (lookup !== undefined && random.chance(2)) addressTableLookups.push({ ...lookup });
      else if (lookup !== undefined)
        [lookup.writableIndexes, lookup.readonlyIndexes] = [lookup.readonlyIndexes, lookup.writableIndexes];
  }
  return out;
}

const step = (value: number, by: number): number => Math.min(255, Math.max(0, value + by));

/** Changes bytes, blindly. What comes out may be no transaction any more. */
export function spoilBytes(world: World, bytes: Uint8Array): Uint8Array {
  const { random } = world;
  let out: Uint8Array = Uint8Array.from(bytes);
  do {
    switch (random.below(4)) {
      case 0:
        out = Buffer.concat([out, random.bytes(random.between(1, 40))]);
        break;
      case 1:
        out[random.below(out.length)] = random.below(256);
        break;
      case 2:
        // Most bytes are signatures and keys; the ones in between say more.
        out[out.length - 1 - random.below(Math.min(out.length, 60))] ^= 1 << random.below(8);
        break;
      default:
        out[65 + random.below(Math.max(1, Math.min(5, out.length - 65)))] ^= 1 << random.below(8);
    }
  } while (random.chance(3));
  return out;
}
