// What a trace shows of a fault doesn't depend on what ran before it in the process: compiled code doesn't keep registers that
// nothing reads any more, so a run that is listened to is interpreted, however hot its program is.

import { expect, test } from 'vitest';
import type { FrameFault } from '../../src/trace/index.ts';
import { formatTrace } from '../../src/trace/index.ts';
import { instruction, join, OUTER, Scene, u64 } from '../failures/scene.ts';

/** Stores and loads in as many rounds as the data says, then loads from the address it names. r0 to r5 are dead by then. */
const SOURCE = `
entrypoint:
  ldxdw r6, [r2+0]
  ldxdw r7, [r2+8]
again:
  stxdw [r10-8], r6
  ldxdw r0, [r10-8]
  mov64 r3, r0
  add64 r3, 5
  mov64 r4, r3
  stxdw [r10-16], r4
  ldxdw r5, [r10-16]
  add64 r5, r0
  stxdw [r10-24], r5
  sub64 r6, 1
  jne r6, 0, again
  ldxdw r8, [r7+0]
  mov64 r0, 0
  exit
`;
const STACK = 0x2_0000_0000n;
const NOWHERE = 0x7_0000_0000n;
/** Eleven instructions each: nearly the 200,000 units of an instruction. */
const ROUNDS = 18_000n;
/** So many runs of as many rounds are twice what a process interprets before it compiles its first program. */
const RUNS_UNTIL_HOT = 16;

const run = (scene: Scene, rounds: bigint, address: bigint) => {
  scene.svm.expireBlockhash();
  return scene.send([instruction(OUTER, [], join(u64(rounds), u64(address)))]).outcome;
};

function faultOf(scene: Scene): { readonly fault: FrameFault; readonly text: string } {
  const { trace } = run(scene, 3n, NOWHERE);
  const { fault } = trace.instructions[0];
  if (fault === null) throw new Error('it did not fault');
  return { fault, text: formatTrace(trace, { level: 'instructions' }) };
}

test('a fault has the same registers and text before its program is compiled and after', () => {
  const scene = new Scene({}, false);
  scene.program(OUTER, { asm: SOURCE });
  const fresh = faultOf(scene);
  expect(fresh.fault.registers.slice(3)).toEqual([6n, 6n, 7n, 0n, NOWHERE, 0n, 0n, STACK + 4096n]);
  for (let i = 0; i < RUNS_UNTIL_HOT; i++) {
    expect(run(scene, ROUNDS, STACK).error).toBeNull();
  }
  const hot = faultOf(scene);
  expect(hot.fault).toEqual(fresh.fault);
  expect(hot.text).toBe(fresh.text);
});
