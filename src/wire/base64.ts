// Standard base64 with padding (RFC 4648 §4), as the RPC, program logs and return data use it.
// Written out because a core room has neither Buffer nor atob.

import { ParhelionError } from './errors.ts';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const VALUE_OF = new Int8Array(128).fill(-1);
for (let i = 0; i < 64; i++) VALUE_OF[ALPHABET.charCodeAt(i)] = i;

export function encodeBase64(bytes: Uint8Array): string {
  let text = '';
  let i = 0;
  for (; i + 2 < bytes.length; i += 3) {
    const group = (bytes[i] << 16) | (bytes[i + 1] << 8) | bytes[i + 2];
    text += ALPHABET[group >> 18] + ALPHABET[(group >> 12) & 63] + ALPHABET[(group >> 6) & 63] + ALPHABET[group & 63];
  }
  if (i + 1 === bytes.length) {
    text += `${ALPHABET[bytes[i] >> 2] + ALPHABET[(bytes[i] << 4) & 63]}==`;
  } else if (i + 2 === bytes.length) {
    const group = (bytes[i] << 8) | bytes[i + 1];
    text += `${ALPHABET[group >> 10] + ALPHABET[(group >> 4) & 63] + ALPHABET[(group << 2) & 63]}=`;
  }
  return text;
}

/**
 * The bytes of padded base64 text. Each byte string has one text: missing padding and stray low bits are refused, as
 * the validator's decoder does.
 *
 * @throws ParhelionError `INVALID_BASE64`.
 */
export function decodeBase64(text: string): Uint8Array {
  const refuse = (reason: string): never => {
    throw new ParhelionError('INVALID_BASE64', { reason });
  };
  if (text.length % 4 !== 0) refuse(`its length ${text.length} is not a multiple of 4; pad it with "="`);
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
  const out = new Uint8Array((text.length / 4) * 3 - padding);
  const digitCount = text.length - padding;
  let pending = 0;
  let pendingBits = 0;
  let offset = 0;
  for (let i = 0; i < digitCount; i++) {
    const code = text.charCodeAt(i);
    const value = code < 128 ? VALUE_OF[code] : -1;
    if (value < 0) refuse(`the character ${JSON.stringify(text[i])} at ${i} is not of the alphabet`);
    pending = ((pending << 6) | value) & 0xffff;
    pendingBits += 6;
    if (pendingBits >= 8) {
      pendingBits -= 8;
      out[offset++] = pending >> pendingBits;
    }
  }
  if ((pending & ((1 << pendingBits) - 1)) !== 0) refuse('its last character has bits beyond the last byte');
  return out;
}
