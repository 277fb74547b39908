// From the parsers of the @solana-program clients, which Codama generates, to a ProgramDecoder.
// A parser throws where accounts are missing. The name and the arguments are still wanted then (a call with too few
// accounts is just what somebody is looking for), so it is asked again with stand-ins.

import type { AccountMeta, Address } from '@solana/kit';
import type { EncodedInstruction, InstructionReading, ProgramDecoder } from '../decoder.ts';
import { type FixedLayouts, readFixed } from './fixed-layouts.ts';
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

export interface CodamaClient {
  readonly parse: Parse;
  readonly instructions: EnumNames;
  /** Arguments that are members of an enum, by name. */
  readonly enums?: Readonly<Record<string, EnumNames>>;
  /** Parses a `Batch` with the instructions in it. */
  readonly parseBatch?: Parse;
  /** What an instruction without data means. */
  readonly dataIfEmpty?: Uint8Array;
}

/** What is known of a program. */
export interface CodamaProgram {
  readonly errors: ErrorNames;
  /** Instructions that need no parser. */
  readonly fixed?: FixedLayouts;
  /** Is asked when the first instruction comes that needs one. */
  readonly client: () => CodamaClient;
}

type Parse = (instruction: ClientInstruction) => unknown;

/** More accounts than any instruction of these programs names. */
const STAND_IN_COUNT = 32;
const standIn = (): AccountMeta => ({ address: '' as Address, role: 0 });

export function codamaDecoder({ errors, fixed, client }: CodamaProgram): ProgramDecoder {
  return {
    decodeInstruction(instruction) {
      const { data, accounts } = instruction;
      const reading = fixed === undefined ? undefined : readFixed(fixed, data, accounts.length);
      return reading ?? decodeInstruction(client(), instruction);
    },
    describeError: describeErrorBy(errors),
  };
}

function decodeInstruction(client: CodamaClient, instruction: EncodedInstruction): InstructionReading | undefined {
  const { programAddress } = instruction;
  const data = instruction.data.length === 0 ? (client.dataIfEmpty ?? instruction.data) : instruction.data;
  // An object for each place: the parsers hand them back under their names, and identity tells the place.
  const accounts: AccountMeta[] = instruction.accounts.map(({ address, isSigner, isWritable }) => {
    return { address, role: (isSigner ? 2 : 0) | (isWritable ? 1 : 0) };
  });
  let standIns: AccountMeta[] = [];
  let parsed: ParsedInstruction;
  try {
    parsed = parse(client, { programAddress, accounts, data });
  } catch {
    standIns = Array.from({ length: Math.max(0, STAND_IN_COUNT - accounts.length) }, standIn);
    parsed = parse(client, { programAddress, accounts: [...accounts, ...standIns], data });
  }
  const name = client.instructions[parsed.instructionType];
  if (name === undefined) return undefined;
  const accountNames: (string | undefined)[] = new Array(accounts.length).fill(undefined);
  for (const [accountName, meta] of Object.entries(parsed.accounts ?? {})) {
    const place = meta === undefined ? -1 : accounts.indexOf(meta);
    if (place >= 0) accountNames[place] = accountName;
  }
  const missing: string[] = [];
  for (const [missingName, meta] of Object.entries(parsed.accounts ?? {})) {
    const place = meta === undefined ? -1 : standIns.indexOf(meta);
    if (place >= 0) missing[place] = missingName;
  }
  return {
    name,
    args: argsOf(client, parsed) as InstructionReading['args'],
    accountNames,
    missingAccounts: Array.from(missing, (missingName) => missingName ?? '?'),
  };
}

function parse(client: CodamaClient, instruction: ClientInstruction): ParsedInstruction {
  const parsed = client.parse(instruction) as ParsedInstruction;
  if (client.parseBatch === undefined || client.instructions[parsed.instructionType] !== 'Batch') return parsed;
  return { instructionType: parsed.instructionType, ...(client.parseBatch(instruction) as object) };
}

/** Values are as the codecs made them; the registry turns them into plain ones. */
function argsOf(client: CodamaClient, parsed: ParsedInstruction): Record<string, unknown> {
  if (parsed.instructions !== undefined) {
    const instructions = parsed.instructions.map((inner) => {
      return { [client.instructions[inner.instructionType]]: argsOf(client, inner) };
    });
    return { instructions };
  }
  const args: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(parsed.data ?? {})) {
    if (name.toLowerCase().endsWith('discriminator')) continue;
    args[name] = typeof value === 'number' ? (client.enums?.[name]?.[value] ?? value) : value;
  }
  return args;
}
