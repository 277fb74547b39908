// Hostile transactions on both machines, in a process of its own: LiteSVM may not survive them, we must. What is about to run
// is noted first, so that whoever started the worker goes on behind it.
// Arguments: seed, first case, number of cases, file for notes.

import { openSync, writeSync } from 'node:fs';
import fc from 'fast-check';
import { SYSTEM_PROGRAM_ID } from '../../src/runtime/addresses.ts';
import { FeatureSet } from '../../src/runtime/features.ts';
import { RENT_EXEMPT_RENT_EPOCH } from '../../src/wire/account.ts';
import { encodeBase64 } from '../../src/wire/base64.ts';
import { exampleElfs } from '../hostile/examples.ts';
import {
  builtinCalls,
  DRIVER,
  driverFor,
  type HostileCase,
  lyingSyscalls,
  PAYER,
  spoiledBytes,
  spoiledPrograms,
  VICTIM,
} from '../hostile/hostile-transactions.ts';
import { Machines, PLAIN_OPTIONS } from './differential/machines.ts';

/** What a worker says of a case that differs, and of how far it is. */
export interface HostileMessage {
  readonly done: number;
  readonly failure?: { readonly name: string; readonly difference: string };
}

/** Cases that one seed of fast-check makes: a case can be made again without those before. */
const BATCH = 250;
/** Cases on the same machines. */
const CASES_PER_MACHINE = 50;
const KINDS: readonly fc.Arbitrary<HostileCase>[] = [builtinCalls, lyingSyscalls, spoiledPrograms, spoiledBytes];

function newMachines(): Machines {
  const machines = new Machines({ ...PLAIN_OPTIONS, blockhashCheck: false });
  const rich = { lamports: 10n ** 15n, data: new Uint8Array(0), owner: SYSTEM_PROGRAM_ID, executable: false };
  machines.apply({ kind: 'account', key: PAYER, account: { ...rich, rentEpoch: RENT_EXEMPT_RENT_EPOCH } });
  machines.apply({ kind: 'program', key: DRIVER, elf: driverFor(FeatureSet.mainnet(), 0) });
  machines.apply({ kind: 'program', key: VICTIM, elf: exampleElfs().at(-2)! });
  return machines;
}

/** The first difference, in words. */
function run(machines: Machines, { accounts, elf, bytes }: HostileCase, beforeSend: () => void): string | undefined {
  beforeSend();
  for (const { key, account } of accounts) {
    try {
      machines.apply({ kind: 'account', key, account });
    } catch {
      // LiteSVM takes no executable account that isn't a program: then neither has it.
    }
  }
  if (elf !== undefined) {
    try {
      machines.apply({ kind: 'program', key: VICTIM, elf });
    } catch {
      return undefined;
    }
  }
  return machines.apply({ kind: 'send', bytes }).difference;
}

function work(seed: number, first: number, count: number, noteFile: string): void {
  const notes = openSync(noteFile, 'w');
  let machines = newMachines();
  let cases: HostileCase[] = [];
  for (let i = first; i < first + count; i++) {
    const batch = Math.floor(i / BATCH);
    if (i === first || i % BATCH === 0) {
      const made = fc.sample(KINDS[batch % KINDS.length], { seed: seed * 1_000_003 + batch, numRuns: BATCH });
      cases = made.slice(i % BATCH);
    }
    if ((i - first) % CASES_PER_MACHINE === 0) machines = newMachines();
    const each = cases.shift();
    if (each === undefined) continue;
    const note = () => writeSync(notes, String(i).padEnd(20), 0);
    const difference = run(machines, each, note);
    if (difference === undefined) {
      if ((i + 1) % BATCH === 0) process.send?.({ done: i + 1 } satisfies HostileMessage);
      continue;
    }
    machines = newMachines();
    const name = `case ${i} of seed ${seed}: ${encodeBase64(each.bytes)}`;
    process.send?.({ done: i + 1, failure: { name, difference } } satisfies HostileMessage);
  }
  process.send?.({ done: first + count } satisfies HostileMessage);
}

if (process.send !== undefined) {
  const [seed, first, count] = process.argv.slice(2, 5).map(Number);
  work(seed, first, count, process.argv[5]);
  process.disconnect?.();
}
