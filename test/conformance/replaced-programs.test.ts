// Programs that are put in each other's place, and ways of a program that are taken late: on every engine, and under two sets
// of gates in turns, each run ends as on LiteSVM. What is compiled belongs to bytes and gates, not to an address.

import { afterEach, expect, test } from 'vitest';
import { assembleElf } from '../../src/sbpf/assembler.ts';
import { compileMessage } from '../../src/wire/message-compiler.ts';
import { Pubkey } from '../../src/wire/pubkey.ts';
import { createTransaction, encodeTransaction } from '../../src/wire/transaction.ts';
import { Machines, PLAIN_OPTIONS } from './differential/machines.ts';
import { accountStep } from './differential/world.ts';
import { ENGINE_NAMES, type EngineName, useEngine } from './engines.ts';

const PAYER = new Pubkey(new Uint8Array(32).fill(0x51));
const PROGRAM = new Pubkey(new Uint8Array(32).fill(0x52));
const HELD = new Pubkey(new Uint8Array(32).fill(0x53));

afterEach(() => useEngine('tiers'));

/** Goes round a loop; then takes the way that its data names; ends with a number of its own. */
const program = (number: number): Uint8Array =>
  assembleElf(`
entrypoint:
  mov64 r6, r2
  ldxb r7, [r6+0]
  mov64 r8, 40
  lddw r1, 0x300000000
again:
  stxdw [r1+0], r8
  add64 r1, 8
  add64 r8, -1
  jne r8, 0, again
  jeq r7, 0, finish
  jeq r7, 1, logs
  jeq r7, 2, faults
  jeq r7, 3, calls
  lddw r1, 0x400000060
  ldxdw r0, [r1+0]
  stxdw [r1+0], r7
  ja finish
logs:
  lddw r1, 0x300000008
  ldxdw r1, [r1+0]
  mov64 r2, ${number}
  mov64 r3, r7
  mov64 r4, 0
  mov64 r5, 0
  syscall sol_log_64_
  ja finish
calls:
  mov64 r1, 5
  call sum
  mov64 r1, r0
  mov64 r2, 0
  mov64 r3, 0
  mov64 r4, 0
  mov64 r5, 0
  syscall sol_log_64_
  ja finish
faults:
  lddw r1, 0x30000${number === 1 ? '7ffc' : '8000'}
  ldxdw r0, [r1+0]
finish:
  mov64 r0, ${number}
  exit
sum:
  mov64 r0, ${number * 10}
  add64 r0, r1
  jeq r1, 0, done
  add64 r1, -1
  call sum
done:
  exit
`);

class Place {
  readonly machines: Machines;
  #sent = 0;

  constructor(engine: EngineName, isMapped = false) {
    const on = ['virtual_address_space_adjustments', 'account_data_direct_mapping'] as const;
    this.machines = new Machines({ ...PLAIN_OPTIONS, blockhashCheck: false, engine, ...(isMapped ? { on } : {}) });
    this.machines.apply(accountStep(PAYER, {}));
    this.machines.apply(accountStep(HELD, { owner: PROGRAM, data: new Uint8Array(16) }));
  }

  put(elf: Uint8Array): void {
    this.machines.apply({ kind: 'program', key: PROGRAM, elf });
  }

  run(way: number): string {
    const accounts = [{ address: HELD, isSigner: false, isWritable: way % 2 === 0 }];
    const message = compileMessage({
      feePayer: PAYER,
      recentBlockhash: this.machines.bank.latestBlockhash,
      instructions: [{ programAddress: PROGRAM, accounts, data: Uint8Array.of(way) }],
    });
    const signature = new Uint8Array(64);
    new DataView(signature.buffer).setUint32(0, ++this.#sent);
    const bytes = encodeTransaction(createTransaction(message, [signature]));
    const { difference, outcome } = this.machines.apply({ kind: 'send', bytes });
    expect(difference, `way ${way}, run ${this.#sent}`).toBeUndefined();
    return JSON.stringify(outcome?.error);
  }
}

test.each(ENGINE_NAMES)('a program in the place of another is run, and that one again: %s', (engine) => {
  const place = new Place(engine);
  const elfs = [1, 2, 3].map(program);
  const ends = new Set<string>();
  for (let round = 0; round < 6; round++) {
    place.put(elfs[round % 3]);
    for (const way of [0, 0, 0, 1, 0, 2, 3, 4, 5, 0]) ends.add(place.run(way));
  }
  expect(ends.size).toBe(4);
});

test.each(ENGINE_NAMES)('ways that are taken late, and then often: %s', (engine) => {
  const place = new Place(engine);
  place.put(program(0));
  for (const way of [0, 1, 3, 4, 2, 5]) for (let i = 0; i < 50; i++) place.run(i % 10 === 9 ? 0 : way);
});

test.each(ENGINE_NAMES)('the same file under two sets of gates, in turns: %s', (engine) => {
  const places = [new Place(engine), new Place(engine, true)];
  for (const place of places) place.put(program(1));
  for (let i = 0; i < 60; i++) for (const place of places) place.run(i % 6);
});
