// Programs that tests put in the place of others, or look at: mocks, spies and shadows. Each can be taken back.

import type { AccountInfo } from '../program/account-info.ts';
import { defineProgram, type ProgramOptions, type TypeScriptProgram } from '../program/define-program.ts';
import { discriminator } from '../program/discriminator.ts';
import { snakeCase } from '../program/names.ts';
import { ProgramError } from '../program/program-error.ts';
import type { DecoderRegistry } from '../trace/decoder.ts';
import { type CallFrame, callsOf, type DecodedValue, type TransactionTrace } from '../trace/transaction-trace.ts';
import type { Address } from './kit.ts';

/** One call of a mocked program. */
export interface MockCall {
  readonly programAddress: Address;
  readonly accounts: readonly AccountInfo[];
  readonly data: Uint8Array;
  /** What a decoder made of the instruction, where there is one; else undefined. */
  readonly instruction: string | undefined;
  readonly args: { readonly [name: string]: DecodedValue };
}

/** Does what the mock should do: change accounts, log, return data, call, or throw a `ProgramError`. */
export type MockHandler = (call: MockCall) => void;

/**
 * A handler for all instructions, or one for each by name: as the decoder of the address calls it, or as an Anchor program
 * does. `default` gets all others; without it they fail with `InvalidInstructionData`.
 */
export type MockHandlers = MockHandler | Readonly<Record<string, MockHandler>>;

/** Something that stands in a program's place, or looks at it, until it is taken back. */
export interface Observed {
  readonly address: Address;
  /** Puts back what was there before. */
  restore(): void;
}

export interface ProgramMock extends Observed {
  /** Every call that was handled, first to last, also of transactions that failed. */
  readonly calls: readonly MockCall[];
}

export interface ProgramSpy extends Observed {
  /** Every frame of the program, in the transactions sent since: attempts that were refused too. */
  readonly calls: readonly CallFrame[];
}

/** The program of a mock. Its calls are noted in `calls`. */
export function mockProgram(
  handlers: MockHandlers,
  calls: MockCall[],
  decoders: () => DecoderRegistry,
): TypeScriptProgram {
  const options: ProgramOptions = { name: 'mock' };
  return defineProgram((programAddress, accounts, data) => {
    const decoded = decoders().decode({
      programAddress,
      accounts: accounts.map(({ key, isSigner, isWritable }) => ({ address: key, isSigner, isWritable })),
      data,
    });
    const { name, args } = decoded?.instruction ?? { name: undefined, args: {} };
    const [instruction, handler] = handlerOf(handlers, name, data);
    const call: MockCall = { programAddress, accounts, data, instruction, args };
    calls.push(call);
    if (handler === undefined)
      throw new ProgramError('InvalidInstructionData', `the mock has no handler for ${instruction}`);
    handler(call);
  }, options);
}

function handlerOf(
  handlers: MockHandlers,
  name: string | undefined,
  data: Uint8Array,
): [instruction: string | undefined, handler: MockHandler | undefined] {
  if (typeof handlers === 'function') return [name, handlers];
  if (name !== undefined && Object.hasOwn(handlers, name)) return [name, handlers[name]];
  for (const [key, handler] of Object.entries(handlers)) {
    const prefix = discriminator('global', snakeCase(key));
    if (data.length >= prefix.length && prefix.every((byte, i) => data[i] === byte)) return [key, handler];
  }
  return [name, handlers['default']];
}

/** The frames of a program, in the order in which they were asked for. */
export function framesOf(trace: TransactionTrace, address: string): CallFrame[] {
  const found: CallFrame[] = [];
  const visit = (frame: CallFrame): void => {
    if (frame.programAddress === address && frame.verdict !== 'notRun') found.push(frame);
    callsOf(frame).forEach(visit);
  };
  trace.instructions.forEach(visit);
  return found;
}
