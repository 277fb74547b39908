// The bundled programs that were compiled ahead, at build time: scripts/compile-ahead.mjs writes the modules beside.

import { type AheadModule, noteProgramAhead } from '../../runtime/program-cache.ts';
import { decodeBase64 } from '../../wire/base64.ts';
import { program as associatedToken } from './ahead/associated-token.generated.ts';
import { program as memo } from './ahead/memo.generated.ts';
import { program as token } from './ahead/token.generated.ts';
import { program as token2022 } from './ahead/token-2022.generated.ts';
import type { BundledProgram } from './bundled-program.ts';
import { inflate } from './inflate.ts';

/** What a module beside holds. */
export interface ProgramAhead extends Omit<AheadModule, 'wasm'> {
  /** Of the ELF that was compiled. */
  readonly sha256: string;
  /** Bytes of WebAssembly. */
  readonly length: number;
  /** Base64 of its raw deflate stream. */
  readonly deflated: string;
}

/** By address; undefined where nothing was compiled. */
const PROGRAMS: Readonly<Record<string, ProgramAhead | undefined>> = {
  ATokenGPvbdGVxr1b2hvZbsiqW5xWH25efTNsLJA8knL: associatedToken,
  MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr: memo,
  TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA: token,
  TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb: token2022,
};

/** The data of an account that holds the program, noted as the data of one that was compiled ahead where it was. */
export function withAhead(program: BundledProgram, accountData: Uint8Array): Uint8Array {
  const ahead = PROGRAMS[program.address];
  if (ahead?.sha256 === program.sha256) noteProgramAhead(accountData, program.length, () => moduleOf(ahead));
  return accountData;
}

const modules = new Map<ProgramAhead, AheadModule>();

/** The same each time: machines share what it is compiled to. */
function moduleOf(ahead: ProgramAhead): AheadModule {
  let module = modules.get(ahead);
  if (module === undefined) {
    const { environment, entry, sites, seen, length, deflated } = ahead;
    module = {
      ...{ environment, entry, sites, seen },
      get wasm() {
        return inflate(decodeBase64(deflated), length);
      },
    };
    modules.set(ahead, module);
  }
  return module;
}
