// MurmurHash3 (x86, 32 bits, seed 0): the keys of functions and syscalls. A V0–V2 `call` holds such a key instead of a
// target, and so does a V3+ call of a syscall. Source: sbpf src/ebpf.rs, hash_symbol_name.

const C1 = 0xcc9e2d51;
const C2 = 0x1b873593;
const UTF8 = new TextEncoder();

/** The key of a syscall's name, or of any bytes, as u32. */
export function hashSymbolName(name: string | Uint8Array): number {
  const bytes = typeof name === 'string' ? UTF8.encode(name) : name;
  const tail = bytes.length & ~3;
  let hash = 0;
  for (let i = 0; i < tail; i += 4) {
    hash = mixWord(hash, bytes[i] | (bytes[i + 1] << 8) | (bytes[i + 2] << 16) | (bytes[i + 3] << 24));
  }
  let rest = 0;
  for (let i = bytes.length - 1; i >= tail; i--) rest = (rest << 8) | bytes[i];
  if (bytes.length > tail) hash ^= scramble(rest);
  return finish(hash, bytes.length);
}

/** The key of the function at `pc`: the hash of the pc as a little-endian u64. */
export function hashPc(pc: number): number {
  return finish(mixWord(mixWord(0, pc | 0), 0), 8);
}

function scramble(word: number): number {
  word = Math.imul(word, C1);
  return Math.imul((word << 15) | (word >>> 17), C2);
}

function mixWord(hash: number, word: number): number {
  hash ^= scramble(word);
  return (Math.imul((hash << 13) | (hash >>> 19), 5) + 0xe6546b64) | 0;
}

function finish(hash: number, length: number): number {
  hash ^= length;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
