// All modules that this room emits, and the files that hold them ready. They are emitted beforehand, because that takes
// a fresh process 1 ms for each KiB; the emitters and this file aren't loaded by anyone else. Each has a file of its own,
// because few processes need all of them.

import { encodeBase64 } from '../wire/base64.ts';
import { emitAddressModule } from './curve25519/address-emitter.ts';
import { emitSignatureModule } from './curve25519/signature-emitter.ts';
import type { EmittedModule } from './emitted-module.ts';
import { emitHashModule } from './hashing/hash-emitter.ts';
import { emitTextModule } from './text-emitter.ts';

const MODULES: { readonly [name: string]: () => EmittedModule } = {
  address: emitAddressModule,
  hash: emitHashModule,
  signature: emitSignatureModule,
  text: emitTextModule,
};

/** The files `<name>.generated.ts`, with what has to be in them. */
export function renderModules(): ReadonlyMap<string, string> {
  return new Map(Object.entries(MODULES).map(([name, emit]) => [`${name}.generated.ts`, render(name, emit())]));
}

function render(name: string, { bytes, map }: EmittedModule): string {
  const places = Object.entries(map).map(([place, address]) => `    ${place}: ${address},`);
  return [
    '// Written by scripts/emit-crypto-modules.ts from what modules.ts lists. Do not edit.',
    '',
    `export const ${name.toUpperCase()}_MODULE = {`,
    '  map: {',
    ...places,
    '  },',
    '  base64:',
    `    '${encodeBase64(bytes)}',`,
    '} as const;',
    '',
  ].join('\n');
}
