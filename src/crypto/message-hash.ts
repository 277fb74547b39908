// The hash by which the status cache knows a message it has seen.
// Source: solana-sdk message/src/versions/mod.rs, hash_raw_message.

import { hashes } from './hashes.ts';

const DOMAIN = 'solana-tx-message-v1';

/** blake3 of the domain prefix and the signed bytes: 32 bytes. */
export function hashMessage(messageBytes: Uint8Array): Uint8Array {
  const input = new Uint8Array(DOMAIN.length + messageBytes.length);
  for (let i = 0; i < DOMAIN.length; i++) input[i] = DOMAIN.charCodeAt(i);
  input.set(messageBytes, DOMAIN.length);
  return hashes.blake3(input);
}
