// Rust's {:?} of the values that our errors carry: strings, integers, lists of both.

export type DebugValue = number | bigint | string;

/** `kind`, or `kind(a, b)`, as Rust's derived Debug prints an enum's variant. */
export function debugVariant(kind: string, data: readonly DebugValue[]): string {
  return data.length === 0 ? kind : `${kind}(${data.map(debugValue).join(', ')})`;
}

function debugValue(value: DebugValue): string {
  return typeof value === 'string' ? debugString(value) : value.toString();
}

/** A string in quotes, escaped. Source: Rust core, char::escape_debug (grapheme extenders are left as they are). */
export function debugString(text: string): string {
  let out = '"';
  for (const char of text) {
    const code = char.codePointAt(0)!;
    if (char === '"' || char === '\\') out += `\\${char}`;
    else if (char === '\n') out += '\\n';
    else if (char === '\r') out += '\\r';
    else if (char === '\t') out += '\\t';
    else if (code === 0) out += '\\0';
    else if (code < 0x20 || (code >= 0x7f && code < 0xa0)) out += `\\u{${code.toString(16)}}`;
    else out += char;
  }
  return `${out}"`;
}
