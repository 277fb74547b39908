// Makes an instance of a module that was emitted beforehand: to emit one in a fresh process takes longer than all that
// is then done with it.

import { decodeBase64 } from '../wire/base64.ts';

/** Of ES2026; where the host has it, a fresh process saves two milliseconds. */
const { fromBase64 } = Uint8Array as { fromBase64?: (text: string) => Uint8Array };

/** The module's exports. Its memory is its own. */
export function instantiate(base64: string): WebAssembly.Instance['exports'] {
  const bytes = fromBase64 === undefined ? decodeBase64(base64) : fromBase64.call(Uint8Array, base64);
  return new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports;
}
