// The syscalls that derive program addresses.
// Source: agave syscalls/src/lib.rs, SyscallCreateProgramAddress, SyscallTryFindProgramAddress.

import {
  addressAndBumpOfSeeds,
  addressOfSeeds,
  addSeed,
  beginSeeds,
  MAX_SEED_LEN,
  MAX_SEEDS,
} from '../../crypto/program-address.ts';
import type { U64, VmMemory } from '../../sbpf/memory.ts';
import { Verdict } from '../../wire/errors.ts';
import { PUBKEY_BYTES, Pubkey } from '../../wire/pubkey.ts';
import type { InvokeContext } from '../invoke-context.ts';
import { refuseSeed, refuseSeedCount } from '../seed-refusals.ts';
import {
  followSlice,
  readVmSlices,
  translateBytes,
  translateOutput,
  translateOutputs,
  translateType,
  translateVmSlices,
  VM_SLICE_SIZE,
} from './memory-access.ts';
import type { RuntimeSyscall, SyscallTable } from './syscall-table.ts';

/** Bumps that are tried: 255 down to 1. */
const BUMP_COUNT = 255;
/** Bytes of a seed that is too long and is still worth to be told. */
const MAX_SHOWN_SEED = 256;

/**
 * Derives an address from seeds.
 *
 * r1 `seedsAddr`: VM address of `seedsCount` pairs `{ addr: u64, len: u64 }`, 8-aligned
 * r2 `seedsCount`: 16 at most
 * r3 `programIdAddr`: VM address of 32 bytes
 * r4 `addressAddr`: VM address for 32 bytes
 *
 * Charges 1500; checks the list, its length, each seed's length (32 at most) and address in turn, then the id. r0 is 1,
 * and r4 isn't looked at, where the hash lies on the curve; else 0.
 */
const createProgramAddressSyscall: RuntimeSyscall = (
  context,
  memory,
  seedsAddr,
  seedsCount,
  programIdAddr,
  addressAddr,
) => {
  context.consume(context.costs.createProgramAddressUnits);
  const programIdAt = translateInputs(context, memory, seedsAddr, seedsCount, programIdAddr);
  const address = addressOfSeeds(memory.bytes, programIdAt);
  const told = typeof address === 'string' ? undefined : address;
  tell(context, memory, seedsAddr, seedsCount, programIdAt, told, undefined);
  if (typeof address === 'string') return 1;
  const offset = translateOutput(memory, addressAddr, PUBKEY_BYTES);
  memory.bytes.set(address.bytes, offset);
  return 0;
};

/**
 * Derives an address from seeds and the highest bump that makes it one.
 *
 * r1 to r4 as in `sol_create_program_address`; r5 `bumpAddr`: VM address for one byte
 *
 * Charges 1500 first and again for each bump that failed; 16 seeds leave no room for a bump, so that each one fails.
 * The outputs are looked at only once an address is found. r0 is 1 where there is none, else 0.
 */
const tryFindProgramAddress: RuntimeSyscall = (
  context,
  memory,
  seedsAddr,
  seedsCount,
  programIdAddr,
  addressAddr,
  bumpAddr,
) => {
  context.consume(context.costs.createProgramAddressUnits);
  const programIdAt = translateInputs(context, memory, seedsAddr, seedsCount, programIdAddr);
  const found = addressAndBumpOfSeeds(memory.bytes, programIdAt);
  const { address, bump } = typeof found === 'string' ? NOT_FOUND : found;
  tell(context, memory, seedsAddr, seedsCount, programIdAt, address, bump);
  const failures = typeof found === 'string' ? BUMP_COUNT : BUMP_COUNT - found.bump;
  context.consume(context.costs.createProgramAddressUnits * failures);
  if (typeof found === 'string') return 1;
  const [bumpOffset, addressOffset] = translateOutputs(context, memory, [
    { vmAddr: bumpAddr, len: 1, align: 1 },
    { vmAddr: addressAddr, len: PUBKEY_BYTES, align: 1 },
  ]);
  memory.bytes[bumpOffset] = found.bump;
  memory.bytes.set(found.address.bytes, addressOffset);
  return 0;
};

const NOT_FOUND = { address: undefined, bump: undefined };

function tell(
  { listener }: InvokeContext,
  memory: VmMemory,
  seedsAddr: U64,
  seedsCount: U64,
  programIdAt: number,
  address: Pubkey | undefined,
  bump: number | undefined,
): void {
  if (listener === undefined) return;
  const list = seedsCount === 0 ? 0 : memory.load(seedsAddr, Number(seedsCount) * VM_SLICE_SIZE);
  const seeds = readVmSlices(memory, list, Number(seedsCount)).map(({ addr, len }) => {
    const offset = translateBytes(memory, addr, len);
    return memory.bytes.slice(offset, offset + Number(len));
  });
  listener.on({ type: 'derive', seeds, programId: Pubkey.at(memory.bytes, programIdAt), address, bump });
}

/**
 * Hands the seeds over, as `addSeed` takes them, and returns the host offset of the program's id.
 *
 * Source: agave syscalls/src/lib.rs, translate_and_check_program_address_inputs.
 */
function translateInputs(
  context: InvokeContext,
  memory: VmMemory,
  seedsAddr: U64,
  seedsCount: U64,
  programIdAddr: U64,
): number {
  const list = translateVmSlices(context, memory, seedsAddr, seedsCount);
  const program = () => peekKey(memory, programIdAddr);
  if (seedsCount > MAX_SEEDS) refuseSeedCount(seedsCount, program());
  beginSeeds();
  for (let i = 0; i < (seedsCount as number); i++) {
    const at = list + i * VM_SLICE_SIZE;
    const len = memory.readU64(at + 8);
    if (len > MAX_SEED_LEN) refuseSeed(i, len, peekBytes(memory, memory.readU64(at), len), program());
    addSeed(memory.bytes, followSlice(context, memory, at, len, 1, 1), len as number);
  }
  return translateType(context, memory, 'load', programIdAddr, PUBKEY_BYTES, 1);
}

/** For the words of a refusal: what can't be read is left out. */
function peekKey(memory: VmMemory, vmAddr: U64): Pubkey | undefined {
  const bytes = peekBytes(memory, vmAddr, PUBKEY_BYTES);
  return bytes === undefined ? undefined : new Pubkey(bytes);
}

function peekBytes(memory: VmMemory, vmAddr: U64, len: U64): Uint8Array | undefined {
  if (len > MAX_SHOWN_SEED) return undefined;
  try {
    const offset = memory.load(vmAddr, len);
    return memory.bytes.slice(offset, offset + Number(len));
  } catch (refused) {
    if (!(refused instanceof Verdict)) throw refused;
    return undefined;
  }
}

export const PROGRAM_ADDRESS_SYSCALLS: SyscallTable = {
  sol_create_program_address: { syscall: createProgramAddressSyscall },
  sol_try_find_program_address: { syscall: tryFindProgramAddress },
};
