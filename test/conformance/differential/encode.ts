// Instructions as generators write them, and the pieces of their data.

import type { Pubkey } from '../../../src/wire/pubkey.ts';
import { text, u8, u16, u32, u64 } from '../../support/bytes.ts';

export { text, u8, u16, u32, u64 };

export interface Meta {
  readonly pubkey: Pubkey;
  readonly isSigner: boolean;
  readonly isWritable: boolean;
}

export interface Ix {
  readonly programId: Pubkey;
  readonly accounts: readonly Meta[];
  readonly data: Uint8Array;
}

/** An account of an instruction; flags in short: `s` signs, `w` is written. */
export function meta(pubkey: Pubkey, flags: '' | 's' | 'w' | 'sw' = ''): Meta {
  return { pubkey, isSigner: flags.includes('s'), isWritable: flags.includes('w') };
}

export function ix(programId: Pubkey, accounts: readonly Meta[], ...data: readonly Uint8Array[]): Ix {
  return { programId, accounts, data: Buffer.concat(data) };
}

/** A string of bincode: its length as a u64 first. */
export function string64(value: string): Uint8Array {
  const bytes = text(value);
  return Buffer.concat([u64(bytes.length), bytes]);
}

/** A string of borsh: its length as a u32 first. */
export function string32(value: string): Uint8Array {
  const bytes = text(value);
  return Buffer.concat([u32(bytes.length), bytes]);
}

/** An option with a tag of one byte. */
export function option(value: Uint8Array | undefined): Uint8Array {
  return value === undefined ? u8(0) : Buffer.concat([u8(1), value]);
}

export const NO_BYTES: Uint8Array = new Uint8Array(0);
