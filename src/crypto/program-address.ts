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
  beginSeeds();
  for (const seed of seeds) addSeed(seed, 0, seed.length);
  return addressOfSeeds(programId.bytes, 0);
}

/**
 * The address of these seeds and the highest bump that leads off the curve. Bumps go from 255 down to 1; `InvalidSeeds`
 * where each of them fails, which chance alone never brings about.
 */
export function findProgramAddress(
  seeds: readonly Uint8Array[],
  programId: Pubkey,
): ProgramAddress | 'MaxSeedLengthExceeded' | 'InvalidSeeds' {
  beginSeeds();
  for (const seed of seeds) addSeed(seed, 0, seed.length);
  return addressAndBumpOfSeeds(programId.bytes, 0);
}

// The same in steps, for seeds that lie in guest memory: `beginSeeds`, `addSeed` for each, and one of the two questions.

let seedCount = 0;
let inputLen = 0;
let isTooLong = false;

export function beginSeeds(): void {
  seedCount = 0;
  inputLen = 0;
  isTooLong = false;
}

export function addSeed(bytes: Uint8Array, offset: number, length: number): void {
  seedCount++;
  if (length > MAX_SEED_LEN || seedCount > MAX_SEEDS) isTooLong = true;
  if (!isTooLong) append(bytes, offset, length);
}

/** @see createProgramAddress */
export function addressOfSeeds(programId: Uint8Array, programIdAt: number): Pubkey | PubkeyError {
  if (isTooLong) return 'MaxSeedLengthExceeded';
  appendProgram(programId, programIdAt);
  const known = recall(NO_BUMP);
  if (known !== undefined) return known.address ?? 'InvalidSeeds';
  const module = addressModule();
  const address = module.derive(inputLen) !== 0 ? undefined : Pubkey.at(module.memory, KEY);
  remember(NO_BUMP, address);
  return address ?? 'InvalidSeeds';
}

/** @see findProgramAddress */
export function addressAndBumpOfSeeds(
  programId: Uint8Array,
  programIdAt: number,
): ProgramAddress | 'MaxSeedLengthExceeded' | 'InvalidSeeds' {
  if (isTooLong || seedCount === MAX_SEEDS) return 'MaxSeedLengthExceeded';
  const bumpAt = inputLen++;
  appendProgram(programId, programIdAt);
  const known = recall(bumpAt);
  if (known?.address !== undefined) return { address: known.address, bump: known.input[bumpAt] };
  const module = addressModule();
  const bump = module.findBump(inputLen, INPUT + bumpAt);
  if (bump === 0) return 'InvalidSeeds';
  const address = Pubkey.at(module.memory, KEY);
  remember(bumpAt, address);
  return { address, bump };
}

function appendProgram(programId: Uint8Array, programIdAt: number): void {
  append(programId, programIdAt, PUBKEY_BYTES);
  append(PDA_MARKER, 0, PDA_MARKER.length);
}

function append(bytes: Uint8Array, offset: number, length: number): void {
  const { memory } = addressModule();
  const at = INPUT + inputLen;
  for (let i = 0; i < length; i++) memory[at + i] = bytes[offset + i];
  inputLen += length;
}

// What was derived lately. A program that finds an address signs for it next, with the same seeds and the bump it found;
// and the next transaction often has the same addresses. To compare costs a tenth of what it costs to derive.

interface Derivation {
  /** All that was hashed, the bump included. */
  readonly input: Uint8Array;
  /** Where in `input` the bump is that was searched for, or NO_BUMP. */
  readonly bumpAt: number;
  /** Undefined where the hash is on the curve. */
  readonly address: Pubkey | undefined;
}

const NO_BUMP = -1;
const REMEMBERED = 8;
const derivations: Derivation[] = [];
let oldest = 0;

/** What is known of the input at hand: of what a search has found, any bump counts as the one that it found. */
function recall(bumpAt: number): Derivation | undefined {
  for (let i = 0; i < derivations.length; i++) {
    const derivation = derivations[i];
    const { input } = derivation;
    if (input.length !== inputLen || (bumpAt !== NO_BUMP && bumpAt !== derivation.bumpAt)) continue;
    if (isInput(input, bumpAt)) return derivation;
  }
  return undefined;
}

function isInput(input: Uint8Array, except: number): boolean {
  const { memory } = addressModule();
  for (let i = 0; i < input.length; i++) if (memory[INPUT + i] !== input[i] && i !== except) return false;
  return true;
}

function remember(bumpAt: number, address: Pubkey | undefined): void {
  const input = addressModule().memory.slice(INPUT, INPUT + inputLen);
  derivations[oldest] = { input, bumpAt, address };
  oldest = (oldest + 1) % REMEMBERED;
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
