// Code that was compiled ahead, at build time (scripts/compile-ahead.mjs), for programs that nearly everybody calls: for
// what is commonly done with them no compiler is read, and none runs. What the code takes for granted is written down beside it
// (`environmentOf`); where anything of that is different, the program is interpreted and compiled like any other.
//
// Its notes of what had run when it was compiled come along too: a program that is compiled again later begins with them,
// for what runs compiled leaves no notes.

import { decodeBase64 } from '../../wire/base64.ts';
import * as layout from '../control-block.ts';
import type { Executable } from '../executable.ts';
import type { CompiledProgram } from './compiled-program.ts';
import { UNSEEN } from './profile.ts';

/** To be raised whenever what compiled code imports, or what its entries leave behind, means something else than before. */
const CONVENTION = 1;

/** What of a program's compiled code can be written down. */
export interface AheadModule {
  /** What it was compiled for. */
  readonly environment: string;
  /** Asked for once. */
  readonly wasm: Uint8Array;
  /** The slot that it is entered at. */
  readonly entry: number;
  /** Base64 of numbers: see `CompiledProgram`. */
  readonly sites: string;
  /** Base64 of what had run: how many slots had not, then what one that had has in the profile, and so on. */
  readonly seen: string;
}

/** Reads the module. It is not asked before the program runs. */
export type AheadSource = () => AheadModule;

const sources = new WeakMap<Executable, AheadSource>();
const known = new WeakMap<AheadModule, CompiledProgram>();

/** Notes where compiled code of a program is. The source must be of this very program. */
export function noteAhead(executable: Executable, source: AheadSource): void {
  sources.set(executable, source);
}

export function aheadModuleOf(executable: Executable): AheadModule | undefined {
  const module = sources.get(executable)?.();
  return module?.environment === environmentOf(executable) ? module : undefined;
}

/** All that compiled code depends on, the program itself excepted. */
export function environmentOf({ version, config, syscalls }: Executable): string {
  const names = syscalls.list.map(({ name, syscall, argumentCount }) => {
    const { neverReturns = false, memoryOperation = '' } = syscall;
    return `${name}/${argumentCount}${neverReturns ? '!' : ''}${memoryOperation}`;
  });
  return JSON.stringify([CONVENTION, version, sorted(config), sorted(layout), names.join()]);
}

/** Bundlers keep names, but not always their order. */
const sorted = (record: object): unknown[] => Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1));

/** The code, ready to be instantiated by any machine. Undefined where the host forbids it. */
export function compiledAhead(module: AheadModule): CompiledProgram | undefined {
  let compiled = known.get(module);
  if (compiled === undefined) {
    const bytes = module.wasm;
    let wasm: WebAssembly.Module;
    try {
      wasm = new WebAssembly.Module(bytes);
    } catch (error) {
      if (!WebAssembly.validate(bytes)) throw error;
      return undefined;
    }
    compiled = new AheadProgram(module, wasm, bytes);
    known.set(module, compiled);
  }
  return compiled;
}

class AheadProgram implements CompiledProgram {
  readonly module: WebAssembly.Module;
  readonly bytes: Uint8Array;
  readonly entries: ReadonlyMap<number, string>;
  // It is entered where the program starts: no call returns there.
  readonly leaks: CompiledProgram['leaks'] = new Map();
  readonly leaving: ReadonlySet<number> = new Set();
  readonly indices: ReadonlyMap<string, number> = new Map();
  readonly isPartial = true;
  readonly #written: AheadModule;
  #sites: readonly number[] | undefined;

  constructor(written: AheadModule, module: WebAssembly.Module, bytes: Uint8Array) {
    this.module = module;
    this.bytes = bytes;
    this.entries = new Map([[written.entry, `at${written.entry}`]]);
    this.#written = written;
  }

  /** Few runs fail. */
  get sites(): readonly number[] {
    return (this.#sites ??= readNumbers(this.#written.sites));
  }
}

/** What had run: see profile.ts. */
export function seenAhead({ seen }: AheadModule, slots: number): Uint8Array {
  const profile = new Uint8Array(slots).fill(UNSEEN);
  const numbers = readNumbers(seen);
  for (let i = 0, slot = 0; i < numbers.length; i += 2, slot++) {
    slot += numbers[i];
    profile[slot] = numbers[i + 1];
  }
  return profile;
}

/** Numbers of seven bits a byte, the lowest first; the eighth bit says that more follow. */
function readNumbers(text: string): number[] {
  const numbers: number[] = [];
  let number = 0;
  let shift = 0;
  for (const byte of decodeBase64(text)) {
    number |= (byte & 0x7f) << shift;
    shift += 7;
    if (byte < 0x80) {
      numbers.push(number);
      number = shift = 0;
    }
  }
  return numbers;
}
