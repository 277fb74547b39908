// What runs of the programs while scenarios are played: everything is interpreted, and the interpreter's notes are gathered
// from all machines.

import { elfFileOf } from '../../src/runtime/elf-files.ts';
import { profileOf, REACHED_BIT } from '../../src/sbpf/compiler/profile.ts';
import { TieredEngine } from '../../src/sbpf/compiler/tiered-engine.ts';
import type { Executable } from '../../src/sbpf/executable.ts';
import type { Vm } from '../../src/sbpf/vm.ts';

/** What ran of one program. */
export interface Coverage {
  readonly executable: Executable;
  readonly elf: Uint8Array;
  /** See profile.ts. */
  readonly seen: Uint8Array;
}

/** Of each program that was called. */
export async function coverageOf(play: () => Promise<void>): Promise<readonly Coverage[]> {
  const programs: Coverage[] = [];
  // Machines are made deep inside, but their engine is where all runs come by.
  const { execute } = TieredEngine.prototype;
  TieredEngine.prototype.execute = function (vm) {
    vm.mustInterpret = true;
    execute.call(this, vm);
    note(coverageIn(programs, vm.executable), vm);
  };
  try {
    await play();
  } finally {
    TieredEngine.prototype.execute = execute;
  }
  return programs.map((each) => ({ ...each, seen: profileOf(each.seen) }));
}

/** The same file may be loaded more than once. */
function coverageIn(programs: Coverage[], executable: Executable): Coverage {
  const elf = elfFileOf(executable)!;
  const known = programs.find((each) => each.executable === executable || Buffer.compare(each.elf, elf) === 0);
  if (known !== undefined) return known;
  const coverage = { executable, elf, seen: new Uint8Array(executable.text.length / 8) };
  programs.push(coverage);
  return coverage;
}

function note({ seen }: Coverage, { image, memory }: Vm): void {
  for (let slot = 0; slot < seen.length; slot++) {
    seen[slot] |= memory.bytes[image.profile + slot];
    if (memory.u32[(image.callTargets >> 2) + slot] !== 0) seen[slot] |= REACHED_BIT;
  }
}
