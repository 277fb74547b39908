// Programs of each loader against LiteSVM: what they find in their input, what they may leave there, how they end and
// what is logged of it. Everything that can be seen is compared by the oracle; `says` is what a line of the log must hold.

import { beforeAll, describe, expect, test } from 'vitest';
import { INPUT, infoOf, Script } from '../../../test/support/cpi-driver.ts';
import {
  CALLEE,
  CALLER,
  EMPTY,
  type Loader,
  meta,
  OWNED,
  OWNED_READONLY,
  PAYER,
  READONLY,
  SIGNER,
  Stage,
  THEIRS,
} from '../../../test/support/cpi-stage.ts';
import type { Outcome } from '../../../test/support/litesvm-oracle.ts';
import { assembleElf } from '../../sbpf/assembler.ts';
import type { SbpfVersion } from '../../sbpf/version.ts';
import { compileMessage } from '../../wire/message-compiler.ts';
import type { Pubkey } from '../../wire/pubkey.ts';
import {
  BPF_LOADER_DEPRECATED_ID,
  BPF_LOADER_ID,
  BPF_LOADER_UPGRADEABLE_ID,
  COMPUTE_BUDGET_ID,
  NATIVE_LOADER_ID,
} from '../addresses.ts';
import { instructionErrorOf } from './bpf-loader.ts';

const LOADERS: readonly Loader[] = ['v1', 'v2', 'v3'];

let stage: Stage;
let pointers: Stage;
beforeAll(() => {
  stage = new Stage();
  pointers = new Stage({ with: ['direct_account_pointers_in_program_input'] });
});

function expectSaid(outcome: Outcome, says: string): void {
  if (says === 'success') expect(outcome.error, outcome.logs.join('\n')).toBeNull();
  else expect([...outcome.logs, JSON.stringify(outcome.error)].join('\n')).toContain(says);
}

describe('the input', () => {
  /** Sees all of the input, a window at a time: the log holds no more. */
  function readInput(on: Stage, loader: Loader, metas = on.metas): void {
    on.reset(loader);
    on.metas = metas;
    const WINDOW = 5000n;
    const last = on.frame[on.frame.length - 1].vmDataAddr;
    for (let at = INPUT; at < last + 11_000n; at += WINDOW) {
      on.reset(loader);
      on.metas = metas;
      const outcome = on.run(new Script().logData(at, WINDOW));
      // Behind the end of the input lies nothing.
      if (outcome.error !== null) break;
    }
  }

  test.each(LOADERS)('of loader %s', (loader) => {
    readInput(stage, loader);
  });
  test.each(LOADERS)('of loader %s with account pointers', (loader) => {
    readInput(pointers, loader);
  });
  test.each(LOADERS)('of loader %s with accounts named twice and data of odd lengths', (loader) => {
    const odd = [OWNED, THEIRS, READONLY];
    stage.reset(loader);
    for (const [i, key] of odd.entries()) {
      stage.oracle.setAccount(key, {
        lamports: 1_000_000_000n,
        owner: CALLEE,
        data: new Uint8Array(1 + i * 3).fill(i + 1),
      });
    }
    stage.metas = [meta(OWNED, 'w'), meta(OWNED), meta(THEIRS), meta(SIGNER, 's'), meta(THEIRS, 'w'), meta(READONLY)];
    const window = loader === 'v1' ? 300n : 5000n;
    for (let at = INPUT; at < INPUT + (loader === 'v1' ? 900n : 45_000n); at += window) {
      stage.run(new Script().logData(at, window));
    }
  });

  test.each(LOADERS)('of loader %s without accounts', (loader) => {
    stage.reset(loader);
    stage.metas = [];
    const outcome = stage.run(new Script().logData(INPUT, 8n + 8n));
    expect(outcome.error).toBeNull();
  });

  test('with more accounts than can be numbered', () => {
    for (const [count, says] of [
      [255, 'success'],
      [256, 'failed: Max accounts exceeded'],
    ] as const) {
      stage.reset();
      stage.metas = Array.from({ length: count }, () => meta(OWNED));
      expectSaid(stage.run(new Script()), says);
    }
  });
});

describe('inputs that follow each other', () => {
  const SETS: readonly (readonly Pubkey[])[] = [
    [OWNED, THEIRS, READONLY],
    [OWNED, THEIRS, READONLY],
    [OWNED, THEIRS],
    [THEIRS, OWNED, READONLY],
    [READONLY, OWNED, THEIRS],
  ];
  /** Of READONLY's data, in words: each twice, so that only the content differs. */
  const LENGTHS = [3, 1, 2, 5, 1, 1, 4, 3];

  // Machines write no more of an input than differs from the last one. Each run writes some of the room that accounts have
  // to grow, some of their data, and reads what earlier ones wrote.
  test('leave nothing to the next', () => {
    const left: bigint[] = [];
    for (let run = 0; run < 60; run++) {
      stage.reset();
      const data = new Uint8Array(8 * LENGTHS[(run >> 1) % LENGTHS.length]).fill(run);
      stage.oracle.setAccount(READONLY, { lamports: BigInt(10_000_000 + run), owner: CALLEE, data });
      const keys = SETS[((run * 7) >> 3) % SETS.length];
      stage.metas = keys.map((key) => meta(key, key === READONLY ? '' : 'w'));
      const { frame } = stage;
      const end = frame[frame.length - 1].vmDataAddr + 10_000n;
      const script = new Script();
      for (const at of left.slice(-6)) if (at < end) script.log64(at);
      const account = frame[run % keys.length];
      const at = account.vmDataAddr + BigInt((account.dataLen + 7) & -8) + BigInt(((run * 1176) % 10_000) & -8);
      if (run % 3 !== 0) script.store64(at, 0xabcdefn);
      for (const { vmDataAddr, vmLamportsAddr, dataLen } of frame) {
        script
          .log64(vmDataAddr)
          .log64(vmLamportsAddr)
          .log64(vmDataAddr + BigInt((dataLen + 7) & -8));
      }
      if (run % 4 === 0) script.store64(frame[keys.indexOf(OWNED)].vmDataAddr, BigInt(run));
      left.push(at);
      expectSaid(stage.run(script), 'success');
    }
  });
});

describe('what a program leaves in its input', () => {
  interface Row {
    readonly name: string;
    readonly script: (on: Stage) => Script;
    readonly says: string;
    /** Where loader v1 says something else. */
    readonly saysV1?: string;
    readonly twice?: boolean;
  }

  const add = (script: Script, on: Stage, key: Pubkey, lamports: bigint): Script =>
    script.store64(on.account(key).vmLamportsAddr, (on.oracle.bank.getAccount(key)?.lamports ?? 0n) + lamports);
  const zero = (script: Script, on: Stage, key: Pubkey): Script =>
    script.store64(on.account(key).vmDataAddr, 0n).store64(on.account(key).vmDataAddr + 8n, 0n);

  const ROWS: readonly Row[] = [
    { name: 'nothing', script: () => new Script(), says: 'success' },
    { name: 'lamports moved', script: (on) => add(add(new Script(), on, OWNED, -9n), on, THEIRS, 9n), says: 'success' },
    {
      name: 'lamports moved to an account that was none',
      script: (on) => add(add(new Script(), on, OWNED, -1_000_000n), on, EMPTY, 1_000_000n),
      says: 'success',
    },
    { name: 'lamports from nowhere', script: (on) => add(new Script(), on, OWNED, 1n), says: 'UnbalancedInstruction' },
    { name: 'lamports gone', script: (on) => add(new Script(), on, OWNED, -1n), says: 'UnbalancedInstruction' },
    {
      name: 'lamports of others spent',
      script: (on) => add(add(new Script(), on, THEIRS, -1n), on, OWNED, 1n),
      says: 'spent from the balance of an account it does not own',
    },
    {
      name: 'a read-only balance changed',
      script: (on) => add(new Script(), on, READONLY, 1n),
      says: 'changed the balance of a read-only account',
    },
    {
      name: 'a read-only balance spent',
      script: (on) => add(new Script(), on, OWNED_READONLY, -1n),
      says: 'changed the balance of a read-only account',
    },
    {
      name: 'all lamports spent',
      script: (on) => add(add(new Script(), on, OWNED, -10_000_000n), on, THEIRS, 10_000_000n),
      says: 'success',
    },
    {
      name: 'data written',
      script: (on) => new Script().store64(on.account(OWNED).vmDataAddr, 1n << 63n),
      says: 'success',
    },
    {
      name: 'data of others written',
      script: (on) => new Script().store64(on.account(THEIRS).vmDataAddr, 0n),
      says: 'modified data of an account it does not own',
    },
    {
      name: 'data of others written as it was',
      script: (on) => new Script().store8(on.account(THEIRS).vmDataAddr, 1),
      says: 'success',
    },
    {
      name: 'read-only data written',
      script: (on) => new Script().store64(on.account(OWNED_READONLY).vmDataAddr, 0n),
      says: 'modified data of a read-only account',
    },
    {
      name: 'read-only data of others written',
      script: (on) => new Script().store64(on.account(READONLY).vmDataAddr, 0n),
      says: 'modified data of a read-only account',
    },
    {
      name: 'data grown',
      script: (on) =>
        new Script().store64(on.account(OWNED).vmLenAddr, 24n).store64(on.account(OWNED).vmDataAddr + 16n, 7n),
      says: 'success',
    },
    {
      name: 'data grown by 10240',
      script: (on) => new Script().store64(on.account(OWNED).vmLenAddr, 10_256n),
      says: 'InsufficientFundsForRent',
      saysV1: 'success',
    },
    {
      name: 'data grown by 10241',
      script: (on) => new Script().store64(on.account(OWNED).vmLenAddr, 10_257n),
      says: 'Failed to reallocate account data',
      saysV1: 'success',
    },
    {
      name: 'data grown beyond all bounds',
      script: (on) => new Script().store64(on.account(OWNED).vmLenAddr, (1n << 64n) - 1n),
      says: 'Failed to reallocate account data',
      saysV1: 'success',
    },
    { name: 'data shrunk', script: (on) => new Script().store64(on.account(OWNED).vmLenAddr, 3n), says: 'success' },
    {
      name: 'data shrunk to nothing',
      script: (on) => new Script().store64(on.account(OWNED).vmLenAddr, 0n),
      says: 'success',
    },
    {
      name: 'data of others grown',
      script: (on) => new Script().store64(on.account(THEIRS).vmLenAddr, 17n),
      says: 'modified data of an account it does not own',
      saysV1: 'success',
    },
    {
      name: 'data of others shrunk',
      script: (on) => new Script().store64(on.account(THEIRS).vmLenAddr, 15n),
      says: 'modified data of an account it does not own',
      saysV1: 'success',
    },
    {
      name: 'read-only data shrunk',
      script: (on) => new Script().store64(on.account(OWNED_READONLY).vmLenAddr, 15n),
      says: 'modified data of a read-only account',
      saysV1: 'success',
    },
    {
      name: 'an account with data given away',
      script: (on) => new Script().storeKey(on.account(OWNED).vmOwnerAddr, CALLEE),
      says: 'illegally modified the program id',
      saysV1: 'success',
    },
    {
      name: 'a zeroed account given away',
      script: (on) => zero(new Script(), on, OWNED).storeKey(on.account(OWNED).vmOwnerAddr, CALLEE),
      says: 'success',
    },
    {
      name: 'an account given away and taken back',
      script: (on) =>
        new Script().storeKey(on.account(OWNED).vmOwnerAddr, CALLEE).storeKey(on.account(OWNED).vmOwnerAddr, CALLER),
      says: 'success',
    },
    {
      name: 'an account of others taken',
      script: (on) => new Script().storeKey(on.account(THEIRS).vmOwnerAddr, CALLER),
      says: 'illegally modified the program id',
      saysV1: 'success',
    },
    {
      name: 'the first of two wrongs',
      script: (on) => add(new Script().store64(on.account(THEIRS).vmDataAddr, 0n), on, READONLY, 1n),
      says: 'modified data of an account it does not own',
    },
    {
      name: 'lamports before data',
      script: (on) => add(new Script().store64(on.account(THEIRS).vmDataAddr, 0n), on, THEIRS, -1n),
      says: 'spent from the balance',
    },
    {
      name: 'keys and flags written over',
      script: (on) => {
        const { vmKeyAddr } = on.account(OWNED);
        return new Script().store64(vmKeyAddr, 0n).store8(vmKeyAddr - 1n, 9);
      },
      says: 'success',
    },
    { name: 'the number of accounts written over', script: () => new Script().store64(INPUT, 0n), says: 'success' },
    {
      name: 'a change of an account named twice',
      script: (on) => new Script().store64(on.account(OWNED).vmDataAddr, 5n),
      says: 'success',
      twice: true,
    },
    {
      name: 'wrongs, and an error of its own: the error counts',
      script: (on) => new Script().store64(on.account(THEIRS).vmDataAddr, 0n),
      says: 'modified data',
    },
  ];

  for (const loader of LOADERS) {
    test.each(ROWS)(`$name (loader ${loader})`, ({ script, says, saysV1, twice }) => {
      stage.reset(loader);
      if (twice) stage.metas = [meta(OWNED), meta(OWNED, 'w'), ...stage.metas];
      expectSaid(stage.run(script(stage)), loader === 'v1' ? (saysV1 ?? says) : says);
    });
  }

  test('is not looked at where the program fails', () => {
    stage.reset();
    const script = new Script().store64(stage.account(THEIRS).vmDataAddr, 0n);
    expectSaid(stage.run(script.exit(7n)), 'failed: custom program error: 0x7');
  });
});

describe('how a program ends', () => {
  const RESULTS: readonly bigint[] = [
    ...Array.from({ length: 29 }, (_, i) => BigInt(i) << 32n),
    1n,
    0xffff_ffffn,
    (1n << 32n) + 1n,
    (2n << 32n) + 1n,
    1n << 53n,
    1n << 63n,
    (1n << 64n) - 1n,
  ];
  test.each(RESULTS)('with %d', (r0) => {
    stage.reset();
    stage.run(new Script().exit(r0));
  });

  test('a number that is exact and one that is not are read alike', () => {
    expect(instructionErrorOf(26 * 2 ** 32)).toBe('IncorrectAuthority');
    expect(instructionErrorOf(27 * 2 ** 32)).toBe('InvalidError');
    expect(instructionErrorOf(1n << 60n)).toBe('InvalidError');
    expect(instructionErrorOf(4_294_967_295)).toEqual({ Custom: 4_294_967_295 });
  });

  const FAULTS: readonly { name: string; source: string; says: string; version?: SbpfVersion }[] = [
    { name: 'reads nothing', source: 'mov64 r1, 8\nldxdw r0, [r1+0]\nexit', says: 'Access violation' },
    { name: 'writes its code', source: 'mov64 r1, 1\nlsh64 r1, 32\nstxdw [r1+0], r1\nexit', says: 'Access violation' },
    { name: 'divides by zero', source: 'mov64 r1, 0\ndiv64 r0, r1\nexit', says: 'divide by zero', version: 0 },
    { name: 'never ends', source: 'spin:\nja spin\nexit', says: 'exceeded CUs meter at BPF instruction' },
    {
      name: 'calls itself for ever',
      source: 'entrypoint:\ncall entrypoint\nexit',
      says: 'exceeded max BPF to BPF call depth',
    },
    { name: 'panics', source: 'syscall abort\nexit', says: 'SBF program panicked' },
    { name: 'calls a syscall that is none', source: 'syscall sol_no_such_thing\nexit', says: 'failed' },
    {
      name: 'logs from nowhere',
      source: 'mov64 r1, 8\nmov64 r2, 5\nsyscall sol_log_\nexit',
      says: 'Access violation reading 5 bytes',
    },
  ];
  test.each(FAULTS)('$name', ({ source, says, version = 3 }) => {
    stage.reset('v3', assembleElf(source, { version }));
    expectSaid(stage.run(new Script(), { units: 5000 }), says);
  });

  test.each([0, 1, 2, 3] as const)('in SBPF V%d', (version) => {
    for (const loader of LOADERS) {
      stage.reset(loader, assembleElf('mov64 r0, 77\nexit', { version }));
      expectSaid(stage.run(new Script()), 'custom program error: 0x4d');
    }
  });

  test('with return data, which is logged on success and on failure', () => {
    stage.reset();
    expectSaid(stage.run(new Script().setReturnData(Uint8Array.of(1, 2, 3))), `Program return: ${CALLER} AQID`);
    stage.reset();
    expectSaid(stage.run(new Script().setReturnData(Uint8Array.of(1)).exit(5n)), `Program return: ${CALLER} AQ==`);
    stage.reset();
    stage.run(new Script().setReturnData(new Uint8Array(1024)));
    stage.reset();
    expectSaid(stage.run(new Script().setReturnData(new Uint8Array(1025))), 'Return data too large (1025 > 1024)');
  });

  test.each([32, 33, 40, 64, 65, 256])('with a heap of %d KiB, which costs', (kibibytes) => {
    stage.reset();
    stage.run(new Script(), { heap: kibibytes * 1024 });
    stage.reset();
    const inner = new Script().exit();
    stage.run(new Script().call('c', { programId: CALLEE, data: inner }), { heap: kibibytes * 1024 });
  });

  test('without the units for its heap', () => {
    for (let units = 290; units < 370; units += 3) {
      stage.reset();
      stage.run(new Script(), { heap: 256 * 1024, units });
    }
    stage.reset();
    expectSaid(
      stage.run(new Script(), { heap: 256 * 1024, units: 340 }),
      'Failed to create SBF VM: Computational budget exceeded',
    );
  });

  test('at each number of units', () => {
    const script = new Script().log64(INPUT).setReturnData(Uint8Array.of(1));
    for (let units = 150; units < 480; units += 1) {
      stage.reset();
      stage.run(script, { units });
    }
  });
});

describe('loaders themselves', () => {
  const call = (program: Pubkey, data: Uint8Array = new Uint8Array(0), units?: number): Outcome => {
    stage.reset();
    const { oracle } = stage;
    const budget = Uint8Array.of(2, (units ?? 10_000) & 0xff, (units ?? 10_000) >> 8, 0, 0);
    return oracle.send(
      compileMessage({
        feePayer: PAYER,
        recentBlockhash: oracle.blockhash,
        instructions: [
          { programAddress: COMPUTE_BUDGET_ID, data: budget },
          { programAddress: program, data },
        ],
      }),
    );
  };

  test.each([
    [BPF_LOADER_ID, 'BPF loader management instructions are no longer supported'],
    [BPF_LOADER_DEPRECATED_ID, 'Deprecated loader is no longer supported'],
    [BPF_LOADER_UPGRADEABLE_ID, 'failed: invalid instruction data'],
  ] as const)('%s as a program', (program, says) => {
    expectSaid(call(program), says);
    call(program, new Uint8Array(100));
    expectSaid(call(program, new Uint8Array(4), 300), 'failed: Computational budget exceeded');
  });

  test('the native loader as a program', () => {
    expect(call(NATIVE_LOADER_ID).error).toEqual({ InstructionError: [1, 'UnsupportedProgramId'] });
  });
});

describe('accounts of 10 MiB', () => {
  const MAX = 10 * 1024 * 1024;

  test('are read, written at their end and passed on', () => {
    stage.reset();
    const lamports = 100_000_000_000n;
    stage.oracle.setAccount(OWNED, { lamports, owner: CALLER, data: new Uint8Array(MAX).fill(1) });
    stage.oracle.setAccount(THEIRS, { lamports, owner: CALLEE, data: new Uint8Array(MAX) });
    const { frame } = stage;
    const [owned, theirs] = frame;
    const inner = stage.frameOf([OWNED, THEIRS]);
    const metas = [meta(OWNED, 'w'), meta(THEIRS, 'w')];
    const data = new Script().store64(inner[1].vmDataAddr + BigInt(MAX - 8), 5n).exit();
    const infos = [infoOf(owned), infoOf(theirs)];
    const script = new Script()
      .store64(owned.vmDataAddr + BigInt(MAX - 8), 3n)
      .call('rust', { programId: CALLEE, metas, infos, data })
      .log64(theirs.vmDataAddr + BigInt(MAX - 8));
    expectSaid(stage.run(script), 'Program log: 0x5,');
  });

  test('do not grow', () => {
    stage.reset();
    stage.oracle.setAccount(OWNED, { lamports: 100_000_000_000n, owner: CALLER, data: new Uint8Array(MAX - 1) });
    const { vmLenAddr } = stage.account(OWNED);
    expectSaid(stage.run(new Script().store64(vmLenAddr, BigInt(MAX + 1))), 'Failed to reallocate account data');
    expectSaid(stage.run(new Script().store64(vmLenAddr, BigInt(MAX))), 'success');
  });
});
