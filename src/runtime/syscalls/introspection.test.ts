import { beforeAll, describe, expect, test } from 'vitest';
import { HEAP, Script, u64s } from '../../../test/support/cpi-driver.ts';
import {
  CALLEE,
  CALLER,
  CALLER_METAS,
  meta,
  OWNED,
  PAYER,
  READONLY_SIGNER,
  SIGNER,
  Stage,
  THIRD,
} from '../../../test/support/cpi-stage.ts';
import type { Outcome } from '../../../test/support/litesvm-oracle.ts';
import { checkRow, OUT_OF_UNITS } from '../../../test/support/syscall-oracle.ts';
import { compileMessage } from '../../wire/message-compiler.ts';
import type { Pubkey } from '../../wire/pubkey.ts';
import { ED25519_ID } from '../addresses.ts';
import type { AccountMeta } from '../execution-events.ts';

let stage: Stage;
beforeAll(() => {
  stage = new Stage();
});

interface TopLevel {
  readonly program: Pubkey;
  readonly data: Uint8Array;
  readonly metas?: readonly AccountMeta[];
}

/** One transaction of these instructions, on both sides. */
function run(...instructions: readonly TopLevel[]): Outcome {
  stage.reset();
  return stage.oracle.send(
    compileMessage({
      feePayer: PAYER,
      recentBlockhash: stage.oracle.blockhash,
      instructions: instructions.map(({ program, data, metas = [] }) => ({
        programAddress: program,
        accounts: metas.map(({ pubkey, isSigner, isWritable }) => ({ address: pubkey, isSigner, isWritable })),
        data,
      })),
    }),
  );
}

/** Asks for a sibling whose lengths are thought to be these, and logs all that was written. */
function ask(script: Script, index: bigint, dataLen: number, accountsCount: number): Script {
  const metaAddr = script.put(u64s(BigInt(dataLen), BigInt(accountsCount)));
  const programId = script.reserve(32);
  const data = script.reserve(dataLen);
  const accounts = script.reserve(accountsCount * 34, 1n);
  script.getSibling(index, metaAddr, programId, data, accounts);
  return script.logData(metaAddr, accounts + BigInt(accountsCount * 34) - metaAddr);
}

const answers = ({ logs }: Outcome): string[] =>
  logs.filter((line) => line.startsWith('Program log: ')).map((line) => line.slice(13).split(',')[0]);
const shortScript = new Script().exit();
const longerScript = new Script().logStackHeight().exit();
const callerOf = (script: Script): TopLevel => ({ program: CALLER, data: script.exit(), metas: CALLER_METAS });

describe('siblings at the top', () => {
  const first: TopLevel = { program: CALLEE, data: shortScript, metas: [meta(OWNED, 'w'), meta(SIGNER, 's')] };
  const second: TopLevel = { program: ED25519_ID, data: Uint8Array.of(0, 7) };
  const third: TopLevel = {
    program: THIRD,
    data: longerScript,
    metas: [meta(READONLY_SIGNER, 'ws'), meta(OWNED), meta(OWNED)],
  };

  test('the latest is 0, precompiles count, and the running one does not', () => {
    const script = new Script();
    for (const [index, len, count] of [
      [0n, longerScript.length, 3],
      [1n, 2, 0],
      [2n, shortScript.length, 2],
      [3n, 0, 0],
      [(1n << 64n) - 1n, 0, 0],
      [1n << 60n, 0, 0],
    ] as const) {
      ask(script, index, len, count);
    }
    const outcome = run(first, second, third, callerOf(script));
    expect(outcome.error).toBe(null);
    expect(answers(outcome)).toEqual(['0x1', '0x1', '0x1', '0x1', '0x0', '0x0', '0x0']);
  });

  test('the first instruction has none', () => {
    expect(answers(run(callerOf(ask(new Script(), 0n, 0, 0)), third))).toEqual(['0x0', '0x1']);
  });

  test.each([
    ['the data is longer', 15, 2],
    ['the data is shorter', 17, 2],
    ['there are more accounts', 16, 1],
    ['there are fewer accounts', 16, 3],
  ])('%s than thought: only the lengths are written', (_title, len, count) => {
    expect(shortScript.length).toBe(16);
    const outcome = run(first, callerOf(ask(new Script(), 0n, len, count)));
    expect(answers(outcome)).toEqual(['0x1']);
  });

  const layout = (script: Script): bigint => script.put(u64s(16n, 2n));
  test.each([
    ['the meta first', (s: Script) => s.getSibling(0n, 1n, 2n, 3n, 4n), 'writing 16 bytes at address 0x1'],
    ['a meta that is not aligned', (s: Script) => s.getSibling(0n, HEAP + 4n, 2n, 3n, 4n), 'Unaligned pointer'],
    ["the program's id", (s: Script) => s.getSibling(0n, layout(s), 2n, 3n, 4n), 'writing 32 bytes at address 0x2'],
    ['the data', (s: Script) => s.getSibling(0n, layout(s), HEAP + 256n, 3n, 4n), 'writing 16 bytes at address 0x3'],
    [
      'the accounts',
      (s: Script) => s.getSibling(0n, layout(s), HEAP + 256n, HEAP + 512n, 4n),
      'writing 68 bytes at address 0x4',
    ],
    [
      'the id in the data',
      (s: Script) => s.getSibling(0n, layout(s), HEAP + 256n, HEAP + 287n, HEAP + 512n),
      'Overlapping copy',
    ],
    [
      'the id in the accounts',
      (s: Script) => s.getSibling(0n, layout(s), HEAP + 579n, HEAP + 256n, HEAP + 512n),
      'Overlapping copy',
    ],
    [
      'the data in the accounts',
      (s: Script) => s.getSibling(0n, layout(s), HEAP + 256n, HEAP + 497n, HEAP + 512n),
      'Overlapping copy',
    ],
    [
      'the id in the meta',
      (s: Script) => s.getSibling(0n, layout(s), HEAP, HEAP + 256n, HEAP + 512n),
      'Overlapping copy',
    ],
    [
      'the data in the meta',
      (s: Script) => s.getSibling(0n, layout(s), HEAP + 256n, HEAP + 15n, HEAP + 512n),
      'Overlapping copy',
    ],
    [
      'the accounts in the meta',
      (s: Script) => s.getSibling(0n, layout(s), HEAP + 256n, HEAP + 512n, HEAP + 15n),
      'Overlapping copy',
    ],
    ['side by side', (s: Script) => s.getSibling(0n, layout(s), HEAP + 16n, HEAP + 48n, HEAP + 64n), undefined],
    ['bad addresses, where there is no such sibling', (s: Script) => s.getSibling(1n, 1n, 2n, 3n, 4n), undefined],
    ['bad addresses, where the lengths are wrong', (s: Script) => s.getSibling(0n, HEAP, 2n, 3n, 4n), undefined],
  ] as const)('checks: %s', (_title, write, failure) => {
    const script = new Script();
    write(script);
    const outcome = run(first, callerOf(script));
    if (failure === undefined) expect(outcome.error).toBe(null);
    else expect(outcome.logs.join('\n')).toContain(failure);
  });

  test('nothing but its own lengths is looked at of a sibling without data and accounts', () => {
    const script = new Script();
    script.getSibling(0n, script.put(u64s(0n, 0n)), HEAP + 256n, 1n, 2n);
    expect(answers(run({ program: ED25519_ID, data: Uint8Array.of(0, 7) }, callerOf(script)))).toEqual(['0x1']);
  });
});

test('siblings of a call are the calls of the same caller', () => {
  const asking = new Script();
  ask(asking, 0n, longerScript.length, 1);
  ask(asking, 1n, shortScript.length, 2);
  ask(asking, 2n, 0, 0);
  const askingData = asking.exit();

  const nested = new Script();
  nested.call('c', { programId: THIRD, data: shortScript });
  ask(nested, 0n, 0, 0);
  const caller = new Script();
  const call = (data: Uint8Array, metas: AccountMeta[]): Script => {
    return caller.call('c', { programId: CALLEE, data, metas, infos: stage.infos(OWNED, SIGNER) });
  };
  call(shortScript, [meta(OWNED, 'w'), meta(SIGNER, 's')]);
  call(nested.exit(), [meta(THIRD)]);
  call(longerScript, [meta(OWNED)]);
  call(askingData, []);
  const outcome = run({ program: THIRD, data: longerScript }, callerOf(caller), callerOf(caller));
  expect(outcome.error).toBe(null);
  const ofEach = ['0x1', '0x2', '0x1', '0x1', '0x1'];
  expect(answers(outcome)).toEqual(['0x1', ...ofEach, ...ofEach]);
});

test('the height of the stack', () => {
  const script = new Script().logStackHeight().call('c', { programId: CALLEE, data: longerScript });
  expect(answers(run(callerOf(script)))).toEqual(['0x1', '0x2']);
  checkRow({ syscall: 'sol_get_stack_height' }, { r0: 1, units: 100 });
});

test('the height of the stack, without the units for it', () => {
  checkRow({ syscall: 'sol_get_stack_height', units: 21 + 99 }, OUT_OF_UNITS);
});

test('the units that remain are those after the call', () => {
  const call = { syscall: 'sol_remaining_compute_units', on: ['remaining_compute_units_syscall_enabled'] } as const;
  checkRow(call, { r0: 200_000 - 11 - 10 - 100, units: 100 });
  checkRow({ ...call, units: 21 + 100 }, { failed: 'exceeded CUs meter at BPF instruction' });
});

test('the units that remain can not be asked for without their gate', () => {
  checkRow({ syscall: 'sol_remaining_compute_units' }, { failed: 'unsupported BPF instruction' });
});

test('return data pass from a callee to its caller, and are gone when another program starts', () => {
  const out = new Script();
  const room = out.reserve(64);
  out.call('c', { programId: CALLEE, data: new Script().setReturnData(Uint8Array.of(1, 2, 3)).exit() });
  out.getReturnData(room + 32n, 3n, room).logData(room, 40n);
  out.call('c', { programId: CALLEE, data: new Script().getReturnData(HEAP, 9n, HEAP).exit() });
  out.getReturnData(room + 32n, 3n, room).logData(room, 40n);
  const outcome = run(callerOf(out));
  expect(answers(outcome)).toEqual(['0x3', '0x0', '0x0']);
});
