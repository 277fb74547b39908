// Reads instruction fixtures: one instruction, the accounts before, what the runtime may see, and the effects.
// Two protobuf schemas are in use: Mollusk's `org.mollusk.svm.InstrFixture` and Firedancer's
// `org.solana.sealevel.v1.InstrFixture` in its older form with slot and epoch contexts. Both are read into one shape.
// Source: anza-xyz/mollusk fuzz/{fixture,fixture-fd}/proto.

import type { Account } from '../../src/wire/account.ts';
import { ParhelionError } from '../../src/wire/errors.ts';
import { PROGRAM_ERRORS, programErrorAt } from '../../src/wire/program-error.ts';
import { Pubkey } from '../../src/wire/pubkey.ts';
import type { InstructionError } from '../../src/wire/transaction-error.ts';
import { INSTRUCTION_ERROR_TEXT } from '../../src/wire/transaction-error.ts';

export interface FixtureSysvars {
  readonly clock: {
    slot: bigint;
    epochStartTimestamp: bigint;
    epoch: bigint;
    leaderScheduleEpoch: bigint;
    unixTimestamp: bigint;
  };
  readonly epochSchedule: {
    slotsPerEpoch: bigint;
    leaderScheduleSlotOffset: bigint;
    warmup: boolean;
    firstNormalEpoch: bigint;
    firstNormalSlot: bigint;
  };
  readonly rent: { lamportsPerByte: bigint; exemptionThreshold: number; burnPercent: number };
  readonly slotHashes: readonly { slot: bigint; hash: Uint8Array }[];
}

/** What a result was written down as. Mollusk keeps only errors that a program could have returned itself. */
export type ExpectedResult =
  | { readonly kind: 'success' }
  /** `exact`: written down as it was, not folded into what a program can return. */
  | { readonly kind: 'error'; readonly error: InstructionError; readonly exact: boolean }
  /** It failed with an error that a program can't return. */
  | { readonly kind: 'otherError' };

export interface Fixture {
  readonly computeUnitLimit: number;
  readonly maxStackHeight: number | undefined;
  /** The first eight bytes of each active feature's address, as hex. */
  readonly features: ReadonlySet<string>;
  /** Undefined where the sysvars are among the accounts. */
  readonly sysvars: FixtureSysvars | undefined;
  readonly slot: bigint;
  readonly programId: Pubkey;
  readonly instructionAccounts: readonly { index: number; isSigner: boolean; isWritable: boolean }[];
  readonly data: Uint8Array;
  readonly accounts: readonly (readonly [Pubkey, Account])[];
  readonly expected: {
    readonly result: ExpectedResult;
    readonly computeUnits: number;
    readonly returnData: Uint8Array;
    readonly accounts: readonly (readonly [Pubkey, Account])[];
  };
}

/** @throws ParhelionError `MALFORMED_FIXTURE` */
export function decodeFixture(bytes: Uint8Array): Fixture {
  const root = new Message(bytes);
  // Firedancer's fixture has metadata first and three fields, Mollusk's has two.
  return root.has(3) ? decodeProtosol(root) : decodeMollusk(root);
}

function decodeMollusk(root: Message): Fixture {
  const input = root.message(1);
  const output = root.message(2);
  const budget = input.message(1);
  const sysvars = input.message(3);
  const clock = sysvars.message(1);
  const schedule = sysvars.message(3);
  const rent = sysvars.message(4);
  return {
    computeUnitLimit: Number(budget.uint(1)),
    maxStackHeight: Number(budget.uint(5)) || undefined,
    features: input.message(2).fixed64s(1),
    sysvars: {
      clock: {
        slot: clock.uint(1),
        epochStartTimestamp: clock.int(2),
        epoch: clock.uint(3),
        leaderScheduleEpoch: clock.uint(4),
        unixTimestamp: clock.int(5),
      },
      epochSchedule: {
        slotsPerEpoch: schedule.uint(1),
        leaderScheduleSlotOffset: schedule.uint(2),
        warmup: schedule.bool(3),
        firstNormalEpoch: schedule.uint(4),
        firstNormalSlot: schedule.uint(5),
      },
      rent: { lamportsPerByte: rent.uint(1), exemptionThreshold: rent.double(2), burnPercent: Number(rent.uint(3)) },
      slotHashes: sysvars
        .message(5)
        .messages(1)
        .map((entry) => ({ slot: entry.uint(1), hash: entry.bytes(2) })),
    },
    slot: clock.uint(1),
    programId: input.pubkey(4),
    instructionAccounts: input.messages(5).map((meta) => ({
      index: Number(meta.uint(1)),
      isSigner: meta.bool(2),
      isWritable: meta.bool(3),
    })),
    data: input.bytes(6),
    accounts: input.messages(7).map(decodeAccount),
    expected: {
      result: decodeProgramResult(output.uint(3)),
      computeUnits: Number(output.uint(1)),
      returnData: output.bytes(4),
      accounts: output.messages(5).map(decodeAccount),
    },
  };
}

function decodeProtosol(root: Message): Fixture {
  const input = root.message(2);
  const output = root.message(3);
  const computeUnitLimit = Number(input.uint(6));
  const code = Number(output.uint(1));
  const name = INSTRUCTION_ERROR_NAMES[code - 1];
  if (code !== 0 && name === undefined) malformed(`there is no instruction error ${code - 1}`);
  const error = name === 'Custom' ? { Custom: Number(output.uint(2)) } : (name as Exclude<InstructionError, object>);
  return {
    computeUnitLimit,
    maxStackHeight: undefined,
    features: input.message(9).message(1).fixed64s(1),
    sysvars: undefined,
    slot: input.message(8).fixed64(1),
    programId: input.pubkey(1),
    instructionAccounts: input.messages(4).map((meta) => ({
      index: Number(meta.uint(1)),
      isWritable: meta.bool(2),
      isSigner: meta.bool(3),
    })),
    data: input.bytes(5),
    accounts: input.messages(3).map(decodeAccount),
    expected: {
      result: code === 0 ? { kind: 'success' } : { kind: 'error', error, exact: true },
      computeUnits: computeUnitLimit - Number(output.uint(4)),
      returnData: output.bytes(5),
      accounts: output.messages(3).map(decodeAccount),
    },
  };
}

function decodeAccount(account: Message): readonly [Pubkey, Account] {
  return [
    account.pubkey(1),
    {
      lamports: account.uint(2),
      data: account.bytes(3),
      executable: account.bool(4),
      rentEpoch: account.uint(5),
      owner: account.pubkey(6),
    },
  ];
}

const INSTRUCTION_ERROR_NAMES = Object.keys(INSTRUCTION_ERROR_TEXT);

function decodeProgramResult(result: bigint): ExpectedResult {
  if (result === 0n) return { kind: 'success' };
  if (result === 0xffff_ffff_ffff_ffffn) return { kind: 'otherError' };
  if (result < 1n << 32n) return { kind: 'error', error: { Custom: Number(result) }, exact: false };
  const place = Number(result >> 32n);
  // `InvalidError` stands in place 0.
  const error = place === 0 ? 'InvalidError' : programErrorAt(place);
  if (error === undefined || (result & 0xffff_ffffn) !== 0n) malformed(`the program result ${result} has no meaning`);
  return { kind: 'error', error, exact: false };
}

/** Whether a program can return this error itself. */
export function isProgramError(error: InstructionError): boolean {
  return typeof error === 'object' || (PROGRAM_ERRORS as readonly InstructionError[]).includes(error);
}

function malformed(reason: string): never {
  throw new ParhelionError('MALFORMED_FIXTURE', { reason });
}

type Field = bigint | Uint8Array;

/** One protobuf message, its fields by number. Absent fields read as proto3's defaults. */
class Message {
  readonly #fields = new Map<number, Field[]>();

  constructor(bytes: Uint8Array) {
    let offset = 0;
    const varint = (): bigint => {
      let value = 0n;
      for (let shift = 0n; shift < 70n; shift += 7n) {
        const byte = bytes[offset++];
        if (byte === undefined) malformed('it ends in the middle of a number');
        value |= BigInt(byte & 0x7f) << shift;
        if (byte < 0x80) return BigInt.asUintN(64, value);
      }
      return malformed('a number is longer than 64 bits');
    };
    const take = (len: number): Uint8Array => {
      if (offset + len > bytes.length) malformed('it ends in the middle of a field');
      offset += len;
      return bytes.slice(offset - len, offset);
    };
    while (offset < bytes.length) {
      const key = varint();
      const number = Number(key >> 3n);
      const wireType = Number(key & 7n);
      let value: Field;
      if (wireType === 0) value = varint();
      else if (wireType === 1) value = take(8);
      else if (wireType === 2) value = take(Number(varint()));
      else if (wireType === 5) value = take(4);
      else malformed(`field ${number} has the unknown wire type ${wireType}`);
      const values = this.#fields.get(number);
      if (values === undefined) this.#fields.set(number, [value]);
      else values.push(value);
    }
  }

  has(number: number): boolean {
    return this.#fields.has(number);
  }

  uint(number: number): bigint {
    const value = this.#last(number) ?? 0n;
    return typeof value === 'bigint' ? value : malformed(`field ${number} should be a number`);
  }

  int(number: number): bigint {
    return BigInt.asIntN(64, this.uint(number));
  }

  bool(number: number): boolean {
    return this.uint(number) !== 0n;
  }

  bytes(number: number): Uint8Array {
    const value = this.#last(number) ?? new Uint8Array(0);
    return typeof value === 'bigint' ? malformed(`field ${number} should be bytes`) : value;
  }

  double(number: number): number {
    return this.has(number) ? this.#view(number).getFloat64(0, true) : 0;
  }

  fixed64(number: number): bigint {
    return this.has(number) ? this.#view(number).getBigUint64(0, true) : 0n;
  }

  pubkey(number: number): Pubkey {
    const bytes = this.bytes(number);
    return bytes.length === 32
      ? new Pubkey(bytes)
      : malformed(`field ${number} should be 32 bytes, it has ${bytes.length}`);
  }

  message(number: number): Message {
    return new Message(this.bytes(number));
  }

  messages(number: number): Message[] {
    return (this.#fields.get(number) ?? []).map((value) =>
      typeof value === 'bigint' ? malformed(`field ${number} should be a message`) : new Message(value),
    );
  }

  /** A repeated fixed64, packed or not: each value's eight bytes as hex. */
  fixed64s(number: number): ReadonlySet<string> {
    const all = new Set<string>();
    for (const value of this.#fields.get(number) ?? []) {
      if (typeof value === 'bigint' || value.length % 8 !== 0) malformed(`field ${number} should hold 8-byte numbers`);
      for (let i = 0; i < value.length; i += 8) all.add(hex(value.subarray(i, i + 8)));
    }
    return all;
  }

  #last(number: number): Field | undefined {
    return this.#fields.get(number)?.at(-1);
  }

  #view(number: number): DataView {
    const bytes = this.bytes(number);
    if (bytes.length !== 8) malformed(`field ${number} should be 8 bytes`);
    return new DataView(bytes.buffer, bytes.byteOffset, 8);
  }
}

export function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
