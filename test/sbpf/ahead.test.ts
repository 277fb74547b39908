// The bundled programs as they were compiled at build time: that this code is used where it may be, never where it may not,
// and comes to the same as the interpreter. The suites of whole transactions run it too (test/conformance/engines.ts).

import { afterEach, describe, expect, test, vi } from 'vitest';
import { SCENARIOS } from '../../scripts/ahead/scenarios.ts';
import { Stage } from '../../scripts/ahead/stage.ts';
import { bundledElf, bundledPrograms, withAhead } from '../../src/bank/bundled/index.ts';
import { FeatureSet } from '../../src/runtime/features.ts';
import { programEnvironment } from '../../src/runtime/program-cache.ts';
import { aheadModuleOf, environmentOf, noteAhead, seenAhead } from '../../src/sbpf/compiler/ahead.ts';
import { writeAhead } from '../../src/sbpf/compiler/ahead-writer.ts';
import { REACHED, UNSEEN } from '../../src/sbpf/compiler/profile.ts';
import { TieredEngine } from '../../src/sbpf/compiler/tiered-engine.ts';
import { assemble, type Executable } from '../../src/sbpf/index.ts';
import { InterpreterEngine } from '../../src/sbpf/interpreter-engine.ts';
import { Vm } from '../../src/sbpf/vm.ts';
import { type EngineName, useEngine } from '../conformance/engines.ts';

const MAINNET = FeatureSet.mainnet();
const PROGRAMS = bundledPrograms(MAINNET.runtime);
const COMPILED = PROGRAMS.filter(({ name }) => ['Token', 'Token-2022', 'Associated Token', 'Memo'].includes(name));

afterEach(() => useEngine('tiers'));

/** The same gates in a set of their own: what it runs, no other test has loaded. */
const apart = ({ active }: FeatureSet): FeatureSet => FeatureSet.of(active.map((name) => [name, 0n]));

function load(program: (typeof PROGRAMS)[number], features: FeatureSet): Executable {
  const entry = programEnvironment(features.runtime).load(withAhead(program, bundledElf(program).slice()), 0);
  if (entry.type !== 'loaded') throw new Error(entry.type);
  return entry.executable;
}

/** All that came of the scenarios. */
async function play(engine: EngineName, features = MAINNET, scenarios = SCENARIOS) {
  useEngine(engine);
  const all = [];
  for (const scenario of scenarios) {
    const stage = new Stage({ features: apart(features) });
    // Whether it succeeds may depend on the gates, and only the comparison counts.
    stage.mustAgree = features === MAINNET;
    await scenario(stage);
    for (const { error, logs, computeUnitsConsumed, returnData, postAccounts } of stage.outcomes) {
      all.push({ error, logs, computeUnitsConsumed, returnData, postAccounts });
    }
  }
  return all;
}

describe('what was compiled at build time', () => {
  test.each(COMPILED.filter(({ name }) => name !== 'Token-2022'))(
    '$name: is what today’s compiler makes',
    (program) => {
      const executable = load(program, MAINNET);
      const module = aheadModuleOf(executable)!;
      const seen = seenAhead(module, executable.text.length / 8);
      const again = writeAhead(executable, seen);
      expect(module).toEqual(again);
    },
  );

  test('all that the scenarios run, from the first transaction on', async () => {
    const interpreted = vi.spyOn(InterpreterEngine.prototype, 'executeSome');
    const compiled = vi.spyOn(TieredEngine.prototype, 'execute');
    await play('ahead');
    expect(interpreted).not.toHaveBeenCalled();
    expect(compiled.mock.calls.length).toBeGreaterThan(300);
    vi.restoreAllMocks();
  });

  test('comes to what the interpreter comes to, also where the two take turns', async () => {
    const expected = await play('interpreter');
    expect(await play('ahead')).toEqual(expected);
    expect(await play('ahead, in turns')).toEqual(expected);
  });

  test('is used under exactly the gates that leave its environment alone', () => {
    const program = PROGRAMS.find(({ name }) => name === 'Memo')!;
    const { environment } = aheadModuleOf(load(program, MAINNET))!;
    const used = new Set<boolean>();
    for (const name of Object.keys(MAINNET.runtime) as (keyof typeof MAINNET.runtime)[]) {
      const features = MAINNET.isActive(name) ? MAINNET.without(name) : MAINNET.with(name);
      // Without others of the sort, programs of this version can't be loaded any more.
      if (name === 'disable_sbpf_v0_execution') continue;
      const executable = load(program, features);
      const isUsed = aheadModuleOf(executable) !== undefined;
      expect([name, isUsed]).toEqual([name, environmentOf(executable) === environment]);
      used.add(isUsed);
    }
    expect(used.size).toBe(2);
  });

  test.each(['virtual_address_space_adjustments', 'enable_big_mod_exp_syscall'] as const)(
    'with %s, transactions come to what they come to in the interpreter',
    async (gate) => {
      const features = MAINNET.isActive(gate) ? MAINNET.without(gate) : MAINNET.with(gate);
      for (const program of COMPILED) expect(aheadModuleOf(load(program, features))).toBeUndefined();
      const expected = await play('interpreter', features, SCENARIOS.slice(0, 1));
      expect(await play('ahead', features, SCENARIOS.slice(0, 1))).toEqual(expected);
    },
  );

  test('is not used for another ELF at the same address', () => {
    const [token] = COMPILED;
    const other = { ...token, sha256: token.sha256.replace(/^./, (digit) => (digit === '0' ? '1' : '0')) };
    expect(aheadModuleOf(load(token, MAINNET))).toBeDefined();
    expect(aheadModuleOf(load(other, MAINNET))).toBeUndefined();
    expect(aheadModuleOf(load(COMPILED[1], MAINNET))).not.toBe(aheadModuleOf(load(token, MAINNET)));
  });
});

describe('code that was written down', () => {
  // Divides by the first byte of input; 9 has never run.
  const SOURCE = `
    ldxb r2, [r1+0]
    mov64 r0, 100
    jeq r2, 9, elsewhere
    div64 r0, r2
    exit
  elsewhere:
    ldxb r0, [r1+1]
    exit`;

  function machine(): { vm: Vm; executable: Executable; run: (first: number) => unknown } {
    const executable = assemble(SOURCE, { version: 3 });
    const seen = new Uint8Array(executable.text.length / 8).fill(UNSEEN);
    seen[0] = 4;
    const module = writeAhead(executable, seen);
    expect(seenAhead(module, seen.length)).toEqual(seen);
    noteAhead(executable, () => module);
    const vm = new Vm((memory) => new TieredEngine(memory, { ahead: true }));
    const run = (first: number) => {
      const at = vm.prepareInput(2);
      vm.memory.bytes.set([first, 7], at);
      const { r0, error, instructions, pc } = vm.run({
        executable,
        context: undefined,
        meter: { remaining: 50 },
        heapSize: 0,
      });
      return { r0, error: error?.text, instructions, pc };
    };
    return { vm, executable, run };
  }

  test('runs, fails where the program fails, and leaves to the interpreter what had not run', () => {
    const { vm, run } = machine();
    expect(run(4)).toEqual({ r0: 25, error: undefined, instructions: 5, pc: 4 });
    expect(run(0)).toMatchObject({ instructions: 4, pc: 3 });
    expect(vm.interpreted).toBe(0);
    expect(run(9)).toEqual({ r0: 7, error: undefined, instructions: 5, pc: 6 });
    expect(vm.interpreted).toBe(2);
  });

  test('is left alone where it was compiled for anything else', () => {
    const executable = assemble(SOURCE, { version: 3 });
    const module = writeAhead(executable, new Uint8Array(executable.text.length / 8).fill(REACHED));
    noteAhead(executable, () => module);
    expect(aheadModuleOf(executable)).toBe(module);
    for (const changed of [
      module.environment.replace('"stackFrameSize",4096', '"stackFrameSize",8192'),
      module.environment.replace('["UNITS",', '["UNITS",1'),
      module.environment.replace('[1,', '[0,'),
    ]) {
      expect(changed).not.toBe(module.environment);
      noteAhead(executable, () => ({ ...module, environment: changed }));
      expect(aheadModuleOf(executable)).toBeUndefined();
    }
  });

  test('is not compiled where the host forbids it', () => {
    const { run, vm } = machine();
    run(4);
    const { Module } = WebAssembly;
    const forbidding = machine();
    vi.spyOn(WebAssembly, 'Module').mockImplementation(
      class {
        constructor() {
          throw new Module(new Uint8Array());
        }
      } as never,
    );
    const outcome = forbidding.run(4);
    vi.restoreAllMocks();
    expect(outcome).toEqual(run(4));
    expect([vm.interpreted, forbidding.vm.interpreted]).toEqual([0, 5]);
  });
});
