// Makes an instance of a module that was emitted beforehand: to emit one in a fresh process takes longer than all that
// is then done with it.

import { decodeBase64 } from '../wire/base64.ts';
import { TEXT_MODULE } from './text.generated.ts';

const PAGE = 65536;

/** Of ES2026. Hosts that don't have it get a decoder of our own: see text-emitter.ts. */
const { fromBase64 } = Uint8Array as { fromBase64?: (text: string) => Uint8Array };

/** The module's exports. Its memory is its own. */
export function instantiate(base64: string): WebAssembly.Instance['exports'] {
  return exportsOf(fromBase64 === undefined ? decode(base64) : fromBase64.call(Uint8Array, base64));
}

function exportsOf(bytes: Uint8Array): WebAssembly.Instance['exports'] {
  return new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports;
}

let decoder: WebAssembly.Instance['exports'] | undefined;

function decode(base64: string): Uint8Array {
  decoder ??= exportsOf(decodeBase64(TEXT_MODULE.base64));
  const memory: WebAssembly.Memory = decoder['memory'];
  const start = TEXT_MODULE.map.text;
  const missing = start + base64.length - memory.buffer.byteLength;
  if (missing > 0) memory.grow(Math.ceil(missing / PAGE));
  new TextEncoder().encodeInto(base64, new Uint8Array(memory.buffer, start));
  decoder['decode'](base64.length);
  const padding = base64.endsWith('==') ? 2 : base64.endsWith('=') ? 1 : 0;
  return new Uint8Array(memory.buffer, start, (base64.length / 4) * 3 - padding);
}
