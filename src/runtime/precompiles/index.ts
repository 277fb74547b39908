// The precompiles by address: each a function in one table.

import { PubkeyMap } from '../../wire/pubkey-map.ts';
import { ED25519_ID, SECP256K1_ID, SECP256R1_ID } from '../addresses.ts';
import { verifyEd25519 } from './ed25519.ts';
import type { Precompile } from './precompile.ts';
import { verifySecp256k1 } from './secp256k1.ts';
import { verifySecp256r1 } from './secp256r1.ts';

export type { Precompile } from './precompile.ts';

export const PRECOMPILES: PubkeyMap<Precompile> = new PubkeyMap<Precompile>()
  .set(ED25519_ID, verifyEd25519)
  .set(SECP256K1_ID, verifySecp256k1)
  .set(SECP256R1_ID, verifySecp256r1);
