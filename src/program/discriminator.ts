// The bytes by which Anchor's instructions, accounts and events are told apart.

import { hashes } from '../crypto/hashes.ts';

const DISCRIMINATOR_LEN = 8;

/** The first eight bytes of the hash of `namespace:name`. Instructions are named in snake case, types in Pascal case. */
export function discriminator(namespace: 'global' | 'account' | 'event', name: string): Uint8Array {
  return hashes.sha256(new TextEncoder().encode(`${namespace}:${name}`)).slice(0, DISCRIMINATOR_LEN);
}
