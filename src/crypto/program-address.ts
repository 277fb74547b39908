// Addresses that no key pair can have: hashes of seeds and a program's id that fall beside the curve, so that only the
// program can sign for them. And addresses derived from another by a text, which the System program handles.
// Errors are returned, because a program may ask for an address that isn't there.
// Source: solana-sdk address/src/lib.rs, create_program_address, try_find_program_address, create_with_seed.

import { equalBytes } from '../wire/bytes.ts';
import { PUBKEY_BYTES, Pubkey } from '../wire/pubkey.ts';
import { addressModule, INPUT, KEY } from './curve25519/address-module.ts';
import { hashes } from './hashes.ts';

/** How many seeds an address may have, the bump included. */
export const MAX_SEEDS = 16;
/** Bytes of one seed. */
export const MAX_SEED_LEN = 32;

const PDA_MARKER = Uint8Array.from('ProgramDerivedAddress', (letter) => letter.charCodeAt(0));

/** Why there is no such address. The order is the number a program sees. */
export const PUBKEY_ERROR_TEXT = {
  MaxSeedLengthExceeded: 'Length of the seed is too long for address generation',
  InvalidSeeds: 'Provided seeds do not result in a valid address',
  IllegalOwner: 'Provided owner is not allowed',
} as const;
export type PubkeyError = keyof typeof PUBKEY_ERROR_TEXT;

export interface ProgramAddress {
  readonly address: Pubkey;
  /** The seed that was added; 255 − `bump` tries failed before it. */
  readonly bump: number;
}

/** The address of these seeds, or why there is none: too many or too long (32 bytes each), or it lies on the curve. */
export function createProgramAddress(seeds: readonly Uint8Array[], programId: Pubkey): Pubkey | PubkeyError {
  if (seeds.length > MAX_SEEDS) return 'MaxSeedLengthExceeded';
  const inputLen = writeInput(seeds, 0, programId);
  if (inputLen === undefined) return 'MaxSeedLengthExceeded';
  const module = addressModule();
  return module.derive(inputLen) !== 0 ? 'InvalidSeeds' : Pubkey.at(module.memory, KEY);
}

/**
 * The address of these seeds and the highest bump that leads off the curve. Bumps go from 255 down to 1; `InvalidSeeds`
 * where each of them fails, which chance alone never brings about.
 */
export function findProgramAddress(
  seeds: readonly Uint8Array[],
  programId: Pubkey,
): ProgramAddress | 'MaxSeedLengthExceeded' | 'InvalidSeeds' {
  if (seeds.length + 1 > MAX_SEEDS) return 'MaxSeedLengthExceeded';
  const inputLen = writeInput(seeds, 1, programId);
  if (inputLen === undefined) return 'MaxSeedLengthExceeded';
  const module = addressModule();
  const bump = module.findBump(inputLen, INPUT + inputLen - PDA_MARKER.length - PUBKEY_BYTES - 1);
  return bump === 0 ? 'InvalidSeeds' : { address: Pubkey.at(module.memory, KEY), bump };
}

/** The address derived from `base` by a text. It may lie on the curve. */
export function createWithSeed(
  base: Pubkey,
  seed: string,
  owner: Pubkey,
): Pubkey | 'MaxSeedLengthExceeded' | 'IllegalOwner' {
  const seedBytes = new TextEncoder().encode(seed);
  if (seedBytes.length > MAX_SEED_LEN) return 'MaxSeedLengthExceeded';
  // Such an owner could be made to collide with a program-derived address of its own.
  if (equalBytes(owner.bytes.subarray(PUBKEY_BYTES - PDA_MARKER.length), PDA_MARKER)) return 'IllegalOwner';
  const input = new Uint8Array(2 * PUBKEY_BYTES + seedBytes.length);
  input.set(base.bytes, 0);
  input.set(seedBytes, PUBKEY_BYTES);
  input.set(owner.bytes, PUBKEY_BYTES + seedBytes.length);
  return new Pubkey(hashes.sha256(input));
}

/**
 * Writes what is hashed: the seeds, `gap` bytes for a bump, the program's id, the marker. Returns its length, undefined
 * where a seed is too long.
 */
function writeInput(seeds: readonly Uint8Array[], gap: number, programId: Pubkey): number | undefined {
  const { memory } = addressModule();
  let offset = INPUT;
  for (const seed of seeds) {
    if (seed.length > MAX_SEED_LEN) return undefined;
    memory.set(seed, offset);
    offset += seed.length;
  }
  offset += gap;
  memory.set(programId.bytes, offset);
  memory.set(PDA_MARKER, offset + PUBKEY_BYTES);
  return offset + PUBKEY_BYTES + PDA_MARKER.length - INPUT;
}
