// One sequence of the differential suite: a pair of fresh machines, some accounts to begin with, then transactions of
// random moves, each compared at once, and all accounts compared at the end. It stops at the first difference.
// The same seed and number make the same sequence.

import { FEATURE_NAMES, type FeatureName, FeatureSet } from '../../../src/runtime/features.ts';
import { ParhelionError } from '../../../src/wire/errors.ts';
import type { EngineName } from '../engines.ts';
import { type Composed, compose, vary } from './compose.ts';
import { GENERATORS, MAKERS, startingSteps } from './generators/index.ts';
import {
  type BeforeSend,
  decode,
  type MachineOptions,
  Machines,
  PLAIN_OPTIONS,
  type Step,
  whatGoesWrong,
} from './machines.ts';
import { Random } from './random.ts';
import { type Move, World } from './world.ts';

export interface SequenceResult {
  /** Transactions that both machines ran or refused. */
  readonly transactions: number;
  /** Everything that was done, from the beginning. */
  readonly options: MachineOptions;
  readonly steps: readonly Step[];
  /** In words; undefined where both agreed on everything. */
  readonly difference: string | undefined;
  /** Differences with an explanation, by name: the sequence ends with the first. */
  readonly explained: readonly string[];
}

export interface SequenceOptions {
  readonly seed: number;
  readonly number: number;
  /** At most. */
  readonly transactions: number;
  readonly beforeSend?: BeforeSend | undefined;
  /** Hears how each transaction ended, for statistics. */
  readonly onOutcome?: ((moves: readonly Move[], isSpoiled: boolean, error: unknown) => void) | undefined;
}

export function runSequence(options: SequenceOptions): SequenceResult {
  const random = Random.of(options.seed, options.number);
  const engine = ENGINES[options.number % ENGINES.length];
  const machineOptions: MachineOptions = { ...someOptions(random), engine };
  const machines = new Machines(machineOptions, options.beforeSend);
  const world = new World(random, machineOptions, machines);
  const sequence = new Sequence(world, options);
  const difference = whatGoesWrong(() => sequence.run());
  const { transactions, steps, explained } = sequence;
  return { transactions, options: machineOptions, steps, difference, explained };
}

/** Sequence by sequence. */
const ENGINES: readonly EngineName[] = [
  'tiers',
  'in turns',
  'ahead',
  'partly compiled',
  'tiers',
  'compiler',
  'ahead, in turns',
  'interpreter',
];

/** Gates that are off or on elsewhere, in sets that belong together. */
const GATES: readonly { readonly on?: readonly FeatureName[]; readonly off?: readonly FeatureName[] }[] = [
  { off: ['syscall_parameter_address_restrictions'] },
  { on: ['virtual_address_space_adjustments'] },
  { on: ['virtual_address_space_adjustments', 'account_data_direct_mapping'] },
  { on: ['raise_cpi_nesting_limit_to_8', 'increase_tx_account_lock_limit'] },
  { off: ['relax_post_exec_min_balance_check'] },
];

const BUDGETS: readonly NonNullable<MachineOptions['computeBudget']>[] = [
  { computeUnitLimit: 1_400_000, heapSize: 32_768 },
  { computeUnitLimit: 5000, heapSize: 32_768 },
  { computeUnitLimit: 1_000_000, heapSize: 262_144 },
];

/** With these LiteSVM can't load its own programs, or goes on as if nothing had changed. */
const GATES_LEFT_ALONE: readonly FeatureName[] = [
  'disable_sbpf_v0_execution',
  'reenable_sbpf_v0_execution',
  'enable_sbpf_v1_deployment_and_execution',
  'enable_sbpf_v2_deployment_and_execution',
  'enable_sbpf_v3_deployment_and_execution',
];
const GATES_TO_FLIP = FEATURE_NAMES.filter((name) => !GATES_LEFT_ALONE.includes(name));

/** Gates that are otherwise than on mainnet: a set that belongs together, or any few. */
function someGates(random: Random): Pick<MachineOptions, 'on' | 'off'> {
  if (random.chance(2)) return random.pick(GATES);
  const mainnet = FeatureSet.mainnet();
  const names = Array.from({ length: random.between(1, 3) }, () => random.pick(GATES_TO_FLIP));
  const isOn = (name: FeatureName): boolean => mainnet.isActive(name);
  return { on: names.filter((name) => !isOn(name)), off: names.filter(isOn) };
}

function someOptions(random: Random): MachineOptions {
  return {
    ...PLAIN_OPTIONS,
    sigverify: random.chance(6),
    blockhashCheck: !random.chance(8),
    logBytesLimit: random.chance(12) ? random.pick([null, 300, 1000]) : 10_000,
    // LiteSVM's budget has a stack depth of its own, which takes no notice of gates: one or the other.
    ...(random.chance(15) ? { computeBudget: random.pick(BUDGETS) } : random.chance(6) ? someGates(random) : {}),
  };
}

/** Tracing and rewinding a transaction takes several times as long as running it. */
const TRANSACTIONS_PER_OBSERVATION = 10;

class Sequence {
  readonly steps: Step[] = [];
  readonly explained: string[] = [];
  transactions = 0;
  readonly #world: World;
  readonly #options: SequenceOptions;
  #last: Composed | undefined;

  constructor(world: World, options: SequenceOptions) {
    this.#world = world;
    this.#options = options;
  }

  run(): string | undefined {
    for (const step of startingSteps(this.#world)) {
      const difference = this.#apply(step);
      if (difference !== undefined) return difference;
    }
    for (const maker of MAKERS) {
      const move = maker(this.#world);
      const difference = move && this.#compose([move], true);
      if (difference !== undefined) return difference;
    }
    while (this.transactions < this.#options.transactions) {
      const difference = this.#next();
      if (difference !== undefined) return difference;
      if (this.explained.length > 0) return undefined;
    }
    return this.#world.machines.compareAll();
  }

  #next(): string | undefined {
    const { random, machines } = this.#world;
    if (random.chance(25)) this.#apply({ kind: 'expireBlockhash' });
    if (random.chance(25))
      this.#apply({ kind: 'warp', slot: machines.bank.slot + BigInt(random.pick([1, 1, 2, 513, 432_000])) });
    if (this.#last !== undefined && random.chance(40)) return this.#send(this.#last, [], 'send');
    if (this.#last !== undefined && random.chance(30)) return this.#sendAlike(this.#last);
    return this.#compose(this.#moves(), false);
  }

  #compose(moves: readonly Move[], isPlain: boolean): string | undefined {
    for (const step of moves.flatMap((move) => move.setup ?? [])) {
      const difference = this.#apply(step);
      if (difference !== undefined) return difference;
    }
    let composed: Composed;
    try {
      composed = compose(this.#world, moves, isPlain);
    } catch (error) {
      // Too many keys or bytes for the wire form.
      if (error instanceof ParhelionError) return undefined;
      throw error;
    }
    this.#last = composed;
    return this.#send(composed, moves, !isPlain && this.#world.random.chance(25) ? 'simulate' : 'send');
  }

  /** Some transactions of one shape in a row: the second gets it, the third has it. */
  #sendAlike({ bytes }: Composed): string | undefined {
    const message = decode(bytes)?.message;
    if (message === undefined) return undefined;
    for (let count = this.#world.random.between(3, 6); count > 0 && this.explained.length === 0; count--) {
      const difference = this.#send(vary(this.#world, message), [], 'send');
      if (difference !== undefined) return difference;
    }
    return undefined;
  }

  #moves(): Move[] {
    const { random } = this.#world;
    const moves: Move[] = [];
    const count = random.pick([1, 1, 1, 1, 1, 1, 2, 2, 3]);
    while (moves.length < count) {
      const move = random.weighted(GENERATORS)(this.#world);
      if (move === undefined) continue;
      if (move.isAlone) return moves.length === 0 ? [move] : moves;
      moves.push(move);
    }
    return moves;
  }

  #send({ bytes, isSpoiled }: Composed, moves: readonly Move[], kind: 'send' | 'simulate'): string | undefined {
    const isObserved = (this.transactions + 1) % TRANSACTIONS_PER_OBSERVATION === 0;
    const step: Step = isObserved ? { kind, bytes, isObserved } : { kind, bytes };
    this.steps.push(step);
    const { difference, explained, outcome } = this.#world.machines.apply(step);
    if (explained !== undefined) this.explained.push(explained);
    if (outcome === undefined) return difference;
    this.transactions++;
    this.#options.onOutcome?.(moves, isSpoiled, outcome.error);
    return difference;
  }

  #apply(step: Step): string | undefined {
    this.steps.push(step);
    return this.#world.machines.apply(step).difference;
  }
}
