// What a new `Svm` may be told, and what is wrong with it.

import { MAX_HEAP_FRAME_BYTES } from '../runtime/execution-cost.ts';
import { FeatureSet } from '../runtime/features.ts';
import { AGAVE_RULES, type TransactionRules } from '../runtime/rules.ts';
import type { ComputeBudgetOverride } from '../runtime/transaction-processor.ts';
import { DecoderRegistry } from '../trace/decoder.ts';
import { ParhelionError } from '../wire/errors.ts';
import { describe } from './kit.ts';

export interface SvmOptions {
  /** Which feature gates are active. Default: `FeatureSet.mainnet()`. */
  readonly features?: FeatureSet;
  /** The rules around the runtime: a validator's (`AGAVE_RULES`, the default) or LiteSVM's (`LITESVM_RULES`). */
  readonly rules?: TransactionRules;
  /** Whether signatures are checked. Default: true. */
  readonly signatureVerification?: boolean;
  /**
   * Whether a transaction must carry a recent blockhash or a durable nonce. Default: true. Without the check a
   * transaction that was processed is still refused when it is sent again.
   */
  readonly blockhashCheck?: boolean;
  /** Bytes of log that are kept of a transaction; `Infinity` for no limit. Default: 10,000, as on a validator. */
  readonly logBytesLimit?: number;
  /** How many transactions `getTransaction` can still find. Default: 256; 32 under LiteSVM's rules. */
  readonly historyCapacity?: number;
  /**
   * Compute units and bytes of heap (at most 256 KiB) for every transaction, in place of what it asks for. Fees still
   * follow what it asks for.
   */
  readonly computeBudget?: ComputeBudgetOverride;
  /** What reads instructions and errors in traces, where it isn't enough what Parhelion knows itself. */
  readonly decoders?: DecoderRegistry;
  /** Names of your own for addresses in traces: address → name. */
  readonly names?: ReadonlyMap<string, string>;
}

/** @throws ParhelionError `INVALID_ARGUMENT` where an option isn't of its kind, or a number doesn't make sense. */
export function checkOptions(options: SvmOptions): void {
  checkOption('The options', options, 'an object', isObject);
  const { logBytesLimit, historyCapacity, computeBudget } = options;
  checkOption('features', options.features, 'a FeatureSet, such as FeatureSet.mainnet()', isFeatureSet);
  checkOption('rules', options.rules, 'AGAVE_RULES, LITESVM_RULES, or one of them with changes', isRules);
  checkOption('names', options.names, 'a Map from addresses to names', isMap);
  checkOption('decoders', options.decoders, 'a DecoderRegistry', isDecoders);
  checkOption('computeBudget', computeBudget, 'an object with computeUnitLimit and heapSize', isObject);
  if (computeBudget !== undefined) {
    checkCount('computeBudget.computeUnitLimit', computeBudget.computeUnitLimit, Number.MAX_SAFE_INTEGER);
    checkCount('computeBudget.heapSize', computeBudget.heapSize, MAX_HEAP_FRAME_BYTES);
  }
  if (logBytesLimit !== undefined) checkCount('logBytesLimit', logBytesLimit, Number.POSITIVE_INFINITY);
  if (historyCapacity !== undefined) checkCount('historyCapacity', historyCapacity, Number.MAX_SAFE_INTEGER);
}

const isFeatureSet = (value: unknown): boolean => value instanceof FeatureSet;
const isDecoders = (value: unknown): boolean => value instanceof DecoderRegistry;
const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null;
const isMap = (value: unknown): boolean => value instanceof Map;
const isRules = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && Object.keys(AGAVE_RULES).every((name) => name in value);

function checkOption(name: string, value: unknown, expected: string, isValid: (value: unknown) => boolean): void {
  if (value === undefined || isValid(value)) return;
  throw new ParhelionError('INVALID_ARGUMENT', { name, expected, received: describe(value) });
}

function checkCount(name: string, value: unknown, most: number): void {
  if (typeof value === 'number' && value >= 0 && value <= most && (Number.isInteger(value) || value === most)) return;
  const expected = most === Number.POSITIVE_INFINITY ? 'from 0 on, or Infinity' : `from 0 to ${most}`;
  throw new ParhelionError('INVALID_ARGUMENT', {
    name,
    expected: `a whole number ${expected}`,
    received: describe(value),
  });
}

/** Names given by `label`, before those of the options, which their owner may go on changing. */
export class Labels extends Map<string, string> {
  readonly #given: ReadonlyMap<string, string> | undefined;

  constructor(given: ReadonlyMap<string, string> | undefined) {
    super();
    this.#given = given;
  }

  override get(address: string): string | undefined {
    return super.get(address) ?? this.#given?.get(address);
  }

  /** At least: zero where there are none. */
  override get size(): number {
    return super.size + (this.#given?.size ?? 0);
  }

  override [Symbol.iterator](): MapIterator<[string, string]> {
    return new Map([...(this.#given ?? []), ...super.entries()]).entries();
  }
}
