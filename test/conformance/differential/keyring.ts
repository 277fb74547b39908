// Key pairs by number, the same in every run. Made when first asked for and kept for the process: making one costs more
// than running a transaction.

import { createPrivateKey, createPublicKey, type KeyObject, sign } from 'node:crypto';
import { Pubkey } from '../../../src/wire/pubkey.ts';

/** What stands before the 32 secret bytes of an Ed25519 key in PKCS #8 (RFC 8410). */
const PKCS8_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex');
const SPKI_PREFIX_LEN = 12;

const secrets: KeyObject[] = [];
const publicKeys: Pubkey[] = [];
const numbers = new Map<string, number>();

export function keyNumber(number: number): Pubkey {
  for (let i = publicKeys.length; i <= number; i++) {
    const seed = new Uint8Array(32);
    new DataView(seed.buffer).setUint32(0, i + 1, true);
    const secret = createPrivateKey({ key: Buffer.concat([PKCS8_PREFIX, seed]), format: 'der', type: 'pkcs8' });
    const spki = createPublicKey(secret).export({ format: 'der', type: 'spki' });
    const key = Pubkey.at(new Uint8Array(spki), SPKI_PREFIX_LEN);
    secrets.push(secret);
    publicKeys.push(key);
    numbers.set(key.toString(), i);
  }
  return publicKeys[number];
}

/** The signature of a key of this ring; undefined where it is none. */
export function signWith(key: Pubkey, message: Uint8Array): Uint8Array | undefined {
  const number = numbers.get(key.toString());
  return number === undefined ? undefined : new Uint8Array(sign(null, message, secrets[number]));
}
