// All modules that this room emits, and the file that holds them ready. They are emitted beforehand, because that takes
// a fresh process 1 ms for each KiB; the emitters and this file aren't loaded by anyone else.

import { encodeBase64 } from '../wire/base64.ts';
import { emitAddressModule } from './curve25519/address-emitter.ts';
import { emitSignatureModule } from './curve25519/signature-emitter.ts';
import type { EmittedModule } from './emitted-module.ts';
import { emitHashModule } from './hashing/hash-emitter.ts';
import { emitTextModule } from './text-emitter.ts';

/** The content of modules.generated.ts. */
export function renderModules(): string {
  const modules: { readonly [name: string]: EmittedModule } = {
    ADDRESS_MODULE: emitAddressModule(),
    HASH_MODULE: emitHashModule(),
    SIGNATURE_MODULE: emitSignatureModule(),
    TEXT_MODULE: emitTextModule(),
  };
  const lines = ['// Written by scripts/emit-crypto-modules.ts from what modules.ts lists. Do not edit.'];
  for (const [name, { bytes, map }] of Object.entries(modules)) {
    const places = Object.entries(map).map(([place, address]) => `    ${place}: ${address},`);
    lines.push('', `export const ${name} = {`, '  map: {', ...places, '  },');
    lines.push('  base64:', `    '${encodeBase64(bytes)}',`, '} as const;');
  }
  return `${lines.join('\n')}\n`;
}
