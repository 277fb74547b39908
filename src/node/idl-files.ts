// `--idl [ADDRESS=]FILE`: IDLs for the programs of a capsule, which has none of its own where it was made of RPC answers.

import type { Address } from '@solana/kit';
import { DecoderRegistry, readIdl } from '../trace/index.ts';
import { ParhelionError } from '../wire/errors.ts';
import { Pubkey } from '../wire/pubkey.ts';
import type { InputFiles } from './input-files.ts';

const WITH_ADDRESS = /^([1-9A-HJ-NP-Za-km-z]{32,44})=(.+)$/s;

/** @throws ParhelionError `UNREADABLE_FILE` where a file is no IDL, or none says which program it is of. */
export function readIdlFiles(idls: readonly string[], files: InputFiles): DecoderRegistry {
  const decoders = new DecoderRegistry();
  for (const given of idls) {
    const [, address, file = given] = WITH_ADDRESS.exec(given) ?? [];
    const idl = read(file, files);
    const program = address ?? idl.address;
    if (program === undefined) {
      unreadable(file, 'the IDL does not say which program it is of: name it as ADDRESS=FILE');
    }
    try {
      Pubkey.fromBase58(program);
    } catch {
      unreadable(file, `${JSON.stringify(program)} is no address of a program`);
    }
    decoders.register(program as Address, idl.decoder);
  }
  return decoders;
}

function read(file: string, files: InputFiles): ReturnType<typeof readIdl> {
  const value = files.json(file);
  try {
    return readIdl(value);
  } catch (error) {
    return unreadable(file, `it is no IDL (${error instanceof Error ? error.message : String(error)})`);
  }
}

function unreadable(file: string, reason: string): never {
  throw new ParhelionError('UNREADABLE_FILE', { file, reason: reason.replace(/\.(\)?)$/, '$1') });
}
