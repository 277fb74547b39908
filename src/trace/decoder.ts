// The seam for decoders: from a program's address to something that reads its instructions and names its errors. Those
// of the well-known programs are in decoders/, a module of its own because their codecs are large; users register theirs
// beside them.
// A decoder is somebody else's code fed with bytes of yet somebody else: whatever it throws means "not known".

import type { Address } from '@solana/kit';
import type { CustomError, DecodedInstruction, DecodedValue, Flags } from './transaction-trace.ts';

/** An instruction as a decoder sees it. */
export interface EncodedInstruction {
  readonly programAddress: Address;
  readonly accounts: readonly ({ readonly address: Address } & Flags)[];
  readonly data: Uint8Array;
}

/** What a decoder makes of an instruction. */
export interface InstructionReading {
  readonly name: string;
  readonly args: { readonly [name: string]: DecodedValue };
  /** What the account at each place is for; undefined where the decoder has no name for the place. */
  readonly accountNames: readonly (string | undefined)[];
  /** Names of required accounts behind those that were given. */
  readonly missingAccounts?: readonly string[];
  /** Names of accounts that must sign, and are no signers. */
  readonly unsignedAccounts?: readonly string[];
  /** The argument within which the data ends. */
  readonly cutArgument?: string;
}

/** What a decoder makes of an account's data. */
export interface AccountReading {
  /** What kind of account it is. */
  readonly name: string;
  readonly fields: { readonly [name: string]: DecodedValue };
}

export interface ProgramDecoder {
  /** The program's name, for addresses that are not well known. */
  readonly name?: string;
  /** Whether it is an IDL's reading: one that may be of another version of the program. */
  readonly isFromIdl?: boolean;
  /** Returns undefined for an instruction it doesn't know. */
  decodeInstruction?(instruction: EncodedInstruction): InstructionReading | undefined;
  /** Returns undefined for an account of the program that it doesn't know. */
  decodeAccount?(data: Uint8Array): AccountReading | undefined;
  /** What the program calls its custom error. */
  describeError?(code: number): { readonly name: string; readonly message?: string } | undefined;
}

/**
 * Decoders by program address.
 *
 * @example
 * ```ts
 * const decoders = createDefaultDecoders();
 * decoders.register(counter, {
 *   name: 'Counter',
 *   decodeInstruction: ({ data }) => ({ name: 'Add', args: { amount: data[0] }, accountNames: ['counter'] }),
 * });
 * const svm = new Svm({ decoders });
 * ```
 */
export class DecoderRegistry {
  #decoders: ReadonlyMap<string, ProgramDecoder>;
  /** What `over` made last, good until a decoder is registered. */
  #layered: { readonly fallback: DecoderRegistry; readonly registry: DecoderRegistry } | undefined;

  constructor(decoders: Iterable<readonly [address: string, decoder: ProgramDecoder]> = []) {
    this.#decoders = new Map(decoders);
  }

  /** Adds a decoder, in place of one that the address had. */
  register(programAddress: Address, decoder: ProgramDecoder): void {
    this.#decoders = new Map(this.#decoders).set(programAddress, decoder);
    this.#layered = undefined;
  }

  /** These decoders as they are now, and where an address has none, those of `fallback`. The same until one is added. */
  over(fallback: DecoderRegistry): DecoderRegistry {
    if (this.#layered?.fallback !== fallback) {
      this.#layered = { fallback, registry: new DecoderRegistry([...fallback, ...this]) };
    }
    return this.#layered.registry;
  }

  get(programAddress: string): ProgramDecoder | undefined {
    return this.#decoders.get(programAddress);
  }

  [Symbol.iterator](): Iterator<[string, ProgramDecoder]> {
    return this.#decoders.entries();
  }

  hasIdl(programAddress: string): boolean {
    return this.#decoders.get(programAddress)?.isFromIdl === true;
  }

  nameOf(programAddress: string): string | undefined {
    return this.#decoders.get(programAddress)?.name;
  }

  decode(
    instruction: EncodedInstruction,
  ): { readonly instruction: DecodedInstruction; readonly accountNames: readonly (string | undefined)[] } | undefined {
    try {
      const reading = this.#decoders.get(instruction.programAddress)?.decodeInstruction?.(instruction);
      if (reading === undefined) return undefined;
      const { name, args, accountNames, missingAccounts = [], unsignedAccounts = [], cutArgument } = reading;
      const decoded = { name: String(name), args: plainObject(args) };
      const isWhole = missingAccounts.length === 0 && unsignedAccounts.length === 0 && cutArgument === undefined;
      if (isWhole) return { instruction: decoded, accountNames: [...accountNames] };
      return {
        instruction: {
          ...decoded,
          ...(missingAccounts.length === 0 ? {} : { missingAccounts: missingAccounts.map(String) }),
          ...(unsignedAccounts.length === 0 ? {} : { unsignedAccounts: unsignedAccounts.map(String) }),
          ...(cutArgument === undefined ? {} : { cutArgument: String(cutArgument) }),
        },
        accountNames: [...accountNames],
      };
    } catch {
      return undefined;
    }
  }

  /** What an account of a program holds. */
  decodeAccount(programAddress: string, data: Uint8Array): AccountReading | undefined {
    try {
      const reading = this.#decoders.get(programAddress)?.decodeAccount?.(data);
      return reading === undefined ? undefined : { name: String(reading.name), fields: plainObject(reading.fields) };
    } catch {
      return undefined;
    }
  }

  describeError(programAddress: string, code: number): CustomError | null {
    try {
      const found = this.#decoders.get(programAddress)?.describeError?.(code);
      return found === undefined ? null : { code, name: String(found.name), message: found.message ?? null };
    } catch {
      return null;
    }
  }
}

const MAX_DEPTH = 8;
const PLAIN_PROPERTY = { enumerable: true, configurable: true, writable: true };

/** Plain copies of what codecs return: options become their value or null, bytes are copied, anything odd is text. */
function plainValue(value: unknown, depth: number): DecodedValue {
  if (value === null || value === undefined) return null;
  if (typeof value === 'boolean' || typeof value === 'number' || typeof value === 'bigint') return value;
  if (typeof value === 'string') return value;
  if (value instanceof Uint8Array) return value.slice();
  if (typeof value !== 'object' || depth >= MAX_DEPTH) return String(value);
  if (Array.isArray(value)) return value.map((item) => plainValue(item, depth + 1));
  if ('__option' in value) {
    return value.__option === 'Some' && 'value' in value ? plainValue(value.value, depth + 1) : null;
  }
  return plainObject(value, depth + 1);
}

function plainObject(value: object, depth = 0): { readonly [name: string]: DecodedValue } {
  const plain: Record<string, DecodedValue> = {};
  for (const name of Object.keys(value)) {
    const item = plainValue((value as Record<string, unknown>)[name], depth);
    // Set like any other, this one would be the object's prototype.
    if (name === '__proto__') Object.defineProperty(plain, name, { ...PLAIN_PROPERTY, value: item });
    else plain[name] = item;
  }
  return plain;
}
