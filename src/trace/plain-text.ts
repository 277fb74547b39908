// Text from programs and accounts is hostile until shown otherwise: it could move the cursor, colour the screen, reverse
// the reading direction or draw lines that look like ours. Everything printed goes through `escapeText`.

/** Controls, marks of format and direction, line separators, lone surrogates, unassigned, blanks that look like letters. */
const UNSAFE = /\p{Cc}|\p{Cf}|\p{Cs}|\p{Co}|\p{Cn}|\p{Zl}|\p{Zp}|[\u115f\u1160\u3164\uffa0]/gu;

/** Most texts: nothing in them need be looked up in Unicode's tables. */
const ASCII = /^[\x20-\x7e]*$/;

const SHORT_ESCAPES: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t', '\0': '\\0' };

/** The text with each unsafe character spelled out: `\n`, `\x1b`, `\u{202e}`. One line, whatever came in. */
export function escapeText(text: string): string {
  if (ASCII.test(text)) return text;
  return text.replace(UNSAFE, escapeCharacter).replace(STACKED_MARKS, (_, first: string, rest: string) => {
    return first + [...rest].map(escapeCharacter).join('');
  });
}

/** JSON that a terminal shows as it is: what JSON leaves as it stands, and `escapeText` doesn't, is spelled out its way. */
export function jsonText(value: unknown, indent = 2): string {
  return JSON.stringify(value, null, indent).replace(UNSAFE, (character) => {
    if (character === '\n') return character; // between the lines; within a string JSON spells it out itself
    return character.replace(/[\s\S]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
  });
}

/** More accents on one letter than any script uses: they would run over the lines above and below. */
const STACKED_MARKS = /(\p{M}{4})(\p{M}+)/gu;

function escapeCharacter(character: string): string {
  const short = SHORT_ESCAPES[character];
  if (short !== undefined) return short;
  const code = character.codePointAt(0)!;
  return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u{${code.toString(16)}}`;
}

/** The bytes as text, where they are UTF-8 that needs no escape; undefined otherwise, and for no bytes. */
export function decodePlainText(bytes: Uint8Array): string | undefined {
  if (bytes.length === 0) return undefined;
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    return escapeText(text) === text ? text : undefined;
  } catch {
    return undefined;
  }
}

/** Columns that an escaped text takes on a terminal: two for East Asian wide characters and emoji, none for accents. */
export function displayWidth(text: string): number {
  if (ASCII.test(text)) return text.length;
  let width = 0;
  for (const character of text) width += characterWidth(character.codePointAt(0)!);
  return width;
}

export function characterWidth(code: number): 0 | 1 | 2 {
  if (code < 0x300) return 1;
  if (COMBINING.test(String.fromCodePoint(code))) return 0;
  return WIDE.some(([first, last]) => code >= first && code <= last) ? 2 : 1;
}

const COMBINING = /^\p{M}$/u;

/** Source: Unicode EastAsianWidth.txt, ranges of W and F, roughly. */
const WIDE: readonly (readonly [first: number, last: number])[] = [
  [0x1100, 0x115f],
  [0x231a, 0x231b],
  [0x23e9, 0x23f3],
  [0x25fd, 0x25fe],
  [0x2614, 0x2615],
  [0x26a1, 0x26a1],
  [0x26bd, 0x26be],
  [0x2705, 0x2705],
  [0x270a, 0x270b],
  [0x2728, 0x2728],
  [0x274c, 0x274c],
  [0x2753, 0x2757],
  [0x2795, 0x2797],
  [0x2b1b, 0x2b1c],
  [0x2b50, 0x2b50],
  [0x2e80, 0x303e],
  [0x3041, 0x4dbf],
  [0x4e00, 0xa4cf],
  [0xa960, 0xa97f],
  [0xac00, 0xd7a3],
  [0xf900, 0xfaff],
  [0xfe30, 0xfe6f],
  [0xff00, 0xff60],
  [0xffe0, 0xffe6],
  [0x16fe0, 0x18aff],
  [0x1b000, 0x1b2ff],
  [0x1f004, 0x1f004],
  [0x1f0cf, 0x1f0cf],
  [0x1f18e, 0x1f202],
  [0x1f210, 0x1f23b],
  [0x1f300, 0x1f64f],
  [0x1f680, 0x1f6ff],
  [0x1f7e0, 0x1f7eb],
  [0x1f900, 0x1f9ff],
  [0x1fa70, 0x1faff],
  [0x20000, 0x3fffd],
];
