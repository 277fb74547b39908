// Standard base64 with padding (RFC 4648 §4), as the RPC, program logs and return data use it.
// Written out because a core room has neither Buffer nor atob.

import { ParhelionError } from './errors.ts';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const VALUE_OF = new Int8Array(256).fill(-1);
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
  if (text.length % 4 !== 0) refuse(`its length ${text.length} is not a multiple of 4; pad it with "="`);
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
  const out = new Uint8Array((text.length / 4) * 3 - padding);
  // Bytes are read twice as fast as characters, above all by code that has just been loaded.
  const letters = new TextEncoder().encode(text);
  const digitCount = text.length - padding;
  const wholeEnd = digitCount - (digitCount % 4);
  let offset = 0;
  let stranger = 0;
  for (let i = 0; i < wholeEnd; i += 4) {
    const group =
      (VALUE_OF[letters[i]] << 18) |
      (VALUE_OF[letters[i + 1]] << 12) |
      (VALUE_OF[letters[i + 2]] << 6) |
      VALUE_OF[letters[i + 3]];
    stranger |= group;
    out[offset] = group >> 16;
    out[offset + 1] = group >> 8;
    out[offset + 2] = group;
    offset += 3;
  }
  if (wholeEnd < digitCount) {
    const third = padding === 1 ? VALUE_OF[letters[wholeEnd + 2]] << 6 : 0;
    const group = (VALUE_OF[letters[wholeEnd]] << 18) | (VALUE_OF[letters[wholeEnd + 1]] << 12) | third;
    stranger |= group;
    out[offset] = group >> 16;
    if (padding === 1) out[offset + 1] = group >> 8;
    if (stranger >= 0 && (group & (padding === 1 ? 0xff : 0xffff)) !== 0) {
      refuse('its last character has bits beyond the last byte');
    }
  }
  // A letter of another alphabet has the value −1, which makes its group negative.
  if (stranger < 0) {
    const i = [...text].findIndex((letter, at) => !ALPHABET.includes(letter) && at < digitCount);
    refuse(`the character ${JSON.stringify([...text][i])} at ${i} is not of the alphabet`);
  }
  return out;
}

function refuse(reason: string): never {
  throw new ParhelionError('INVALID_BASE64', { reason });
}
