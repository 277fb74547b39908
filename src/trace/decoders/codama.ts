// From the parsers of the @solana-program clients, which Codama generates, to a ProgramDecoder.
// A parser throws where accounts are missing. The name and the arguments are still wanted then (a call with too few
// accounts is just what somebody is looking for), so it is asked again with stand-ins.

import type { AccountMeta, Address } from '@solana/kit';
import type { EncodedInstruction, InstructionReading, ProgramDecoder } from '../decoder.ts';
import { describeErrorBy, type ErrorNames } from './program-errors.ts';

/** What each generated `parse…Instruction` takes and returns, as far as it is the same for all. */
interface ClientInstruction {
  readonly programAddress: Address;
  readonly accounts: readonly AccountMeta[];
  readonly data: Uint8Array;
}

interface ParsedInstruction {
  readonly instructionType: number;
  readonly accounts?: Readonly<Record<string, AccountMeta | undefined>>;
  readonly data?: object;
  /** Of a `Batch`: the instructions in it. */
  readonly instructions?: readonly ParsedInstruction[];
}

/** Names of an enum's members by number, as TypeScript compiles enums. */
type EnumNames = Readonly<Record<number, string>>;

export interface CodamaProgram {
  readonly parse: (instruction: ClientInstruction) => unknown;
  readonly instructions: EnumNames;
  /** Arguments that are members of an enum, by name. */
  readonly enums?: Readonly<Record<string, EnumNames>>;
  readonly errors?: ErrorNames;
}

/** More accounts than any instruction of these programs names. */
const STAND_IN_COUNT = 32;
const STAND_IN: AccountMeta = { address: '' as Address, role: 0 };

export function codamaDecoder(program: CodamaProgram): ProgramDecoder {
  return {
    decodeInstruction: (instruction) => decodeInstruction(program, instruction),
    describeError: describeErrorBy(program.errors ?? []),
  };
}

function decodeInstruction(program: CodamaProgram, instruction: EncodedInstruction): InstructionReading | undefined {
  const { programAddress, data } = instruction;
  // An object for each place: the parsers hand them back under their names, and identity tells the place.
  const accounts: AccountMeta[] = instruction.accounts.map(({ address, isSigner, isWritable }) => {
    return { address, role: (isSigner ? 2 : 0) | (isWritable ? 1 : 0) };
  });
  let parsed: ParsedInstruction;
  try {
    parsed = program.parse({ programAddress, accounts, data }) as ParsedInstruction;
  } catch {
    const standIns: AccountMeta[] = new Array(Math.max(0, STAND_IN_COUNT - accounts.length)).fill(STAND_IN);
    parsed = program.parse({ programAddress, accounts: [...accounts, ...standIns], data }) as ParsedInstruction;
  }
  const name = program.instructions[parsed.instructionType];
  if (name === undefined) return undefined;
  const accountNames: (string | undefined)[] = new Array(accounts.length).fill(undefined);
  for (const [accountName, meta] of Object.entries(parsed.accounts ?? {})) {
    const place = meta === undefined ? -1 : accounts.indexOf(meta);
    if (place >= 0) accountNames[place] = accountName;
  }
  return { name, args: argsOf(program, parsed) as InstructionReading['args'], accountNames };
}

/** Values are as the codecs made them; the registry turns them into plain ones. */
function argsOf(program: CodamaProgram, parsed: ParsedInstruction): Record<string, unknown> {
  if (parsed.instructions !== undefined) {
    const instructions = parsed.instructions.map((inner) => {
      return { [program.instructions[inner.instructionType]]: argsOf(program, inner) };
    });
    return { instructions };
  }
  const args: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(parsed.data ?? {})) {
    if (name.toLowerCase().endsWith('discriminator')) continue;
    args[name] = typeof value === 'number' ? (program.enums?.[name]?.[value] ?? value) : value;
  }
  return args;
}
