// A program that every bank starts with, as the generated modules beside this file hold it, and its ELF once somebody
// asks for it. Written by scripts/bundle-programs.mjs from manifest.json, which says where the bytes come from.

import { decodeBase64 } from '../../wire/base64.ts';
import { inflate } from './inflate.ts';

export interface BundledProgram {
  /** As its users call it. */
  readonly name: string;
  readonly address: string;
  /** The loader that owns its account. */
  readonly loader: string;
  /** Where the ELF is, for a program of the upgradeable loader. Derived from the address, noted to save the derivation. */
  readonly programDataAddress: string | undefined;
  /** Bytes of the ELF. */
  readonly length: number;
  /** Of the ELF, in hexadecimal digits. */
  readonly sha256: string;
  /** Base64 of the ELF's raw deflate stream. */
  readonly deflated: string;
}

const elfs = new Map<BundledProgram, Uint8Array>();

/** The ELF: unpacked at the first call, the same bytes ever after. Not to be written to. */
export function bundledElf(program: BundledProgram): Uint8Array {
  let elf = elfs.get(program);
  if (elf === undefined) {
    elf = inflate(decodeBase64(program.deflated), program.length);
    elfs.set(program, elf);
  }
  return elf;
}
