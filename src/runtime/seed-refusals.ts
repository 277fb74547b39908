// Seeds that give no address, refused: which of them is at fault, in facts that an explanation can use.

import { MAX_SEED_LEN, MAX_SEEDS, PUBKEY_ERROR_TEXT, type PubkeyError } from '../crypto/program-address.ts';
import type { U64 } from '../sbpf/memory.ts';
import { decodeBase58, encodeBase58 } from '../wire/base58.ts';
import { encodeHex } from '../wire/bytes.ts';
import { PUBKEY_BYTES, type Pubkey } from '../wire/pubkey.ts';
import { type Refusal, SyscallError } from './errors.ts';

/** Fails a call whose seeds give no address. */
export function refuseSignerSeeds(error: PubkeyError, seeds: readonly Uint8Array[], program: Pubkey): never {
  const text = `Could not create program address with signer seeds: ${PUBKEY_ERROR_TEXT[error]}`;
  const facts = { rule: 'create_program_address', source: 'solana-sdk address/src/lib.rs', program };
  throw new SyscallError('BadSeeds', text, {
    ...facts,
    ...(longSeedFacts(seeds) ?? { asked: 'signer', detail: `seeds ${describeSeeds(seeds)}` }),
  });
}

/** Which seed is too long; undefined where none is. */
function longSeedFacts(seeds: readonly Uint8Array[]): Partial<Refusal> | undefined {
  const place = seeds.findIndex((seed) => seed.length > MAX_SEED_LEN);
  if (place < 0) return undefined;
  const { length } = seeds[place];
  const detail = `seed ${place} of ${describeSeeds(seeds)} has ${length} bytes`;
  return { asked: `bytes of seed ${place}`, limit: MAX_SEED_LEN, actual: length, detail };
}

/** Seeds as a reader would write them: text where they are text, addresses in base58, else hexadecimal. */
export function describeSeeds(seeds: readonly Uint8Array[]): string {
  return `[${seeds.map(describeSeed).join(', ')}]`;
}

const ADDRESS_TEXT = /^[1-9A-HJ-NP-Za-km-z]{32,44}$/;

function describeSeed(seed: Uint8Array): string {
  const shown = seed.subarray(0, 64);
  const more = seed.length > shown.length ? `… (${seed.length} bytes)` : '';
  const isText = shown.length > 0 && shown.every((byte) => byte >= 0x20 && byte < 0x7f);
  const text = isText ? String.fromCharCode(...shown) : '';
  const isAddress = seed.length > MAX_SEED_LEN && ADDRESS_TEXT.test(text) && decodeBase58(text).length === PUBKEY_BYTES;
  if (isAddress) return `the text of ${text}`;
  if (seed.length === PUBKEY_BYTES && !isText) return encodeBase58(seed);
  return (isText ? JSON.stringify(text) : `0x${encodeHex(shown)}`) + more;
}

const BAD_SEEDS = `Could not create program address with signer seeds: ${PUBKEY_ERROR_TEXT.MaxSeedLengthExceeded}`;
const BAD_SEEDS_RULE = {
  rule: 'translate_and_check_program_address_inputs',
  source: 'agave syscalls/src/lib.rs',
} as const;

/** Fails where there are more than 16 seeds. */
export function refuseSeedCount(actual: U64, program: Pubkey | undefined): never {
  throw new SyscallError('BadSeeds', BAD_SEEDS, {
    ...BAD_SEEDS_RULE,
    program,
    asked: 'seeds',
    limit: MAX_SEEDS,
    actual,
  });
}

/** Fails at a seed of more than 32 bytes. `bytes` is undefined where they can't be read. */
export function refuseSeed(place: number, len: U64, bytes: Uint8Array | undefined, program: Pubkey | undefined): never {
  const shown = bytes === undefined ? '' : ` ${describeSeeds([bytes]).slice(1, -1)}`;
  const detail = `seed ${place},${shown}${shown === '' ? '' : ','} has ${len} bytes`;
  const facts = { ...BAD_SEEDS_RULE, program, asked: `bytes of seed ${place}`, limit: MAX_SEED_LEN, actual: len };
  throw new SyscallError('BadSeeds', BAD_SEEDS, { ...facts, detail });
}
