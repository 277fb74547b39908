// Addresses that no key pair can have: hashes of seeds and a program's id that fall beside the curve, so that only the
// program can sign for them. And addresses derived from another by a text, which the System program handles.
// Errors are returned, because a program may ask for an address that isn't there.
// Source: solana-sdk address/src/lib.rs, create_program_address, try_find_program_address, create_with_seed.

import { equalBytes } from '../wire/bytes.ts';
import { PUBKEY_BYTES, Pubkey } from '../wire/pubkey.ts';
import { isOnCurve } from './curve.ts';
import { hashes } from './hashes.ts';

/** How many seeds an address may have, the bump included. */
export const MAX_SEEDS = 16;
/** Bytes of one seed. */
export const MAX_SEED_LEN = 32;

const MARKER_TEXT = 'ProgramDerivedAddress';
const PDA_MARKER = Uint8Array.from(MARKER_TEXT, (letter) => letter.charCodeAt(0));

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
  const input = joinSeeds(seeds, 0, programId);
  if (input === undefined) return 'MaxSeedLengthExceeded';
  const hash = hashes.sha256(input);
  return isOnCurve(hash) ? 'InvalidSeeds' : new Pubkey(hash);
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
  const input = joinSeeds(seeds, 1, programId);
  if (input === undefined) return 'MaxSeedLengthExceeded';
  const bumpOffset = input.length - PDA_MARKER.length - PUBKEY_BYTES - 1;
  for (let bump = 255; bump > 0; bump--) {
    input[bumpOffset] = bump;
    const hash = hashes.sha256(input);
    if (!isOnCurve(hash)) return { address: new Pubkey(hash), bump };
  }
  return 'InvalidSeeds';
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

/** What is hashed: the seeds, `gap` bytes for a bump, the program's id, the marker. Undefined where a seed is too long. */
function joinSeeds(seeds: readonly Uint8Array[], gap: number, programId: Pubkey): Uint8Array | undefined {
  let seedsLen = gap;
  for (const seed of seeds) {
    if (seed.length > MAX_SEED_LEN) return undefined;
    seedsLen += seed.length;
  }
  const input = new Uint8Array(seedsLen + PUBKEY_BYTES + PDA_MARKER.length);
  let offset = 0;
  for (const seed of seeds) {
    input.set(seed, offset);
    offset += seed.length;
  }
  input.set(programId.bytes, offset + gap);
  input.set(PDA_MARKER, offset + gap + PUBKEY_BYTES);
  return input;
}
