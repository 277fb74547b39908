// The decoders that a trace is made with: those of the programs that nearly every transaction meets, and the user's own.

import type { DecoderRegistry } from '../trace/decoder.ts';
import { createDefaultDecoders } from '../trace/decoders/index.ts';

let defaults: DecoderRegistry | undefined;

/** @param own goes before what Parhelion knows. */
export function decodersWith(own: DecoderRegistry | undefined): DecoderRegistry {
  defaults ??= createDefaultDecoders();
  return own === undefined ? defaults : own.over(defaults);
}
