// A set of feature gates, which a bank carries: what is active, and since when. The gates are in feature-gates.ts.
// The runtime reads `FeatureSet.runtime`, a plain record of booleans.

import { ParhelionError } from '../wire/errors.ts';
import type { Pubkey } from '../wire/pubkey.ts';
import {
  ADDRESS_START_LEN,
  ADDRESS_STARTS,
  FEATURE_GATES,
  type FeatureGate,
  MAINNET_NAMES,
  WAITING_NAMES,
} from './feature-gates.ts';

export { FEATURE_GATES, type FeatureGate, LATEST_MAINNET_ACTIVATION_SLOT } from './feature-gates.ts';

export type FeatureName = keyof typeof FEATURE_GATES;
/** Which gates are active. */
export type RuntimeFeatures = { readonly [N in FeatureName]: boolean };
/** A gate's name, or the address of its account. */
export type FeatureId = FeatureName | Pubkey | (string & {});

const MAINNET = MAINNET_NAMES.split(' ') as readonly FeatureName[];
export const FEATURE_NAMES: readonly FeatureName[] = [...MAINNET, ...(WAITING_NAMES.split(' ') as FeatureName[])];
let nameOfAddress: Map<string, FeatureName> | undefined;
let addressStarts: Set<string> | undefined;

/** A set of active gates, each with the slot it was activated at. A value: `with` and `without` make a new one. */
export class FeatureSet {
  readonly runtime: RuntimeFeatures;
  readonly #makeSlots: () => ReadonlyMap<FeatureName, bigint>;
  #madeSlots: ReadonlyMap<FeatureName, bigint> | undefined;
  /** One object for all, because what programs are loaded for is remembered by it. */
  static #mainnet: FeatureSet | undefined;

  private constructor(isActive: (name: FeatureName) => boolean, makeSlots: () => ReadonlyMap<FeatureName, bigint>) {
    const runtime: { [N in FeatureName]?: boolean } = {};
    for (const name of FEATURE_NAMES) runtime[name] = isActive(name);
    this.runtime = readFast(runtime as RuntimeFeatures);
    this.#makeSlots = makeSlots;
  }

  static #from(slots: ReadonlyMap<FeatureName, bigint>): FeatureSet {
    return new FeatureSet(
      (name) => slots.has(name),
      () => slots,
    );
  }

  /** Made when they are asked for: a fresh process wants to know what is active, not since when. */
  get #slots(): ReadonlyMap<FeatureName, bigint> {
    return (this.#madeSlots ??= this.#makeSlots());
  }

  /** What is active on mainnet-beta, at the slots of its activation there. */
  static mainnet(): FeatureSet {
    if (FeatureSet.#mainnet === undefined) {
      const active = new Set(MAINNET);
      FeatureSet.#mainnet = new FeatureSet((name) => active.has(name), mainnetSlots);
    }
    return FeatureSet.#mainnet;
  }

  /** Every gate known, activated at slot 0. */
  static all(): FeatureSet {
    return FeatureSet.#from(new Map(FEATURE_NAMES.map((name) => [name, 0n])));
  }

  static none(): FeatureSet {
    return FeatureSet.#from(new Map());
  }

  /**
   * These gates, each with the slot it was activated at.
   *
   * @throws ParhelionError `UNKNOWN_FEATURE`
   */
  static of(slots: Iterable<readonly [FeatureId, bigint]>): FeatureSet {
    const known = new Map<FeatureName, bigint>();
    for (const [feature, slot] of slots) known.set(featureName(feature), slot);
    return FeatureSet.#from(known);
  }

  /**
   * This set with one more gate, activated at `slot`.
   *
   * @throws ParhelionError `UNKNOWN_FEATURE`
   */
  with(feature: FeatureId, slot = 0n): FeatureSet {
    return FeatureSet.#from(new Map(this.#slots).set(featureName(feature), slot));
  }

  /**
   * This set without these gates.
   *
   * @throws ParhelionError `UNKNOWN_FEATURE`
   */
  without(...features: readonly FeatureId[]): FeatureSet {
    const slots = new Map(this.#slots);
    for (const feature of features) slots.delete(featureName(feature));
    return FeatureSet.#from(slots);
  }

  /**
   * The base58 address of a gate.
   *
   * @throws ParhelionError `UNKNOWN_FEATURE`
   */
  static addressOf(feature: FeatureId): string {
    return FEATURE_GATES[featureName(feature)].address;
  }

  /** @throws ParhelionError `UNKNOWN_FEATURE` */
  isActive(feature: FeatureId): boolean {
    return this.runtime[featureName(feature)];
  }

  /** @throws ParhelionError `UNKNOWN_FEATURE` */
  activatedSlot(feature: FeatureId): bigint | undefined {
    return this.#slots.get(featureName(feature));
  }

  /** The active gates, by name. */
  get active(): readonly FeatureName[] {
    return [...this.#slots.keys()];
  }
}

/** Look-ups after which V8 takes note of where a piece of code finds things. */
const LOOK_UPS = 16;

/**
 * The same record. V8 keeps so many properties as a hash table, and a call between programs reads some thirty of them; but
 * not those of an object that others are seen to inherit from.
 */
function readFast(features: RuntimeFeatures): RuntimeFeatures {
  const heir: RuntimeFeatures = Object.create(features);
  const lookUp = (from: RuntimeFeatures): boolean => from.virtual_address_space_adjustments;
  for (let i = 0; i < LOOK_UPS; i++) lookUp(heir);
  return features;
}

function mainnetSlots(): Map<FeatureName, bigint> {
  return new Map(MAINNET.map((name) => [name, BigInt((FEATURE_GATES[name] as FeatureGate).mainnet!)]));
}

/** Whether an address may be a gate's. Hardly any other is taken for one, and the table isn't needed to tell. */
export function mayBeFeature(address: string): boolean {
  addressStarts ??= new Set(ADDRESS_STARTS.split(' '));
  return addressStarts.has(address.slice(0, ADDRESS_START_LEN));
}

function featureName(feature: FeatureId): FeatureName {
  const text = `${feature}`;
  if (Object.hasOwn(FEATURE_GATES, text)) return text as FeatureName;
  nameOfAddress ??= new Map(FEATURE_NAMES.map((each) => [FEATURE_GATES[each].address, each]));
  const name = nameOfAddress.get(text);
  if (name === undefined) throw new ParhelionError('UNKNOWN_FEATURE', { feature: text });
  return name;
}
