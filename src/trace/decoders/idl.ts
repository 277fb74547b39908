// A decoder from a program's IDL: Anchor's, old and new form, and Codama's root node. Reads instruction names, arguments,
// names of accounts, what accounts hold, and errors. What an IDL says is its author's word: what doesn't fit the bytes is
// shown as bytes, and an IDL that is none throws. Its lists are idl-parts.ts's, types idl-types.ts's.
// Source: anchor idl/spec/src/lib.rs; codama packages/node-types.

import { hashes } from '../../crypto/hashes.ts';
import { equalBytes } from '../../wire/bytes.ts';
import { ParhelionError } from '../../wire/errors.ts';
import type { AccountReading, ProgramDecoder } from '../decoder.ts';
import type { DecodedValue } from '../transaction-trace.ts';
import { namedItems, refusePart } from './idl-parts.ts';
import { asObject, asText, type Json, type NamedTypes, objects, TypeReader, widthOf } from './idl-types.ts';

interface IdlInstruction {
  readonly name: string;
  readonly discriminator: Uint8Array;
  readonly accounts: readonly IdlAccountPlace[];
  /** Undefined where the form of the arguments isn't one that is read. */
  readonly args: readonly { readonly name: string; readonly type: unknown }[];
}

interface IdlAccountPlace {
  readonly name: string;
  readonly isOptional: boolean;
  readonly isSigner: boolean;
}

/** An account of the program, by what its data begins with or how long it is. */
interface IdlAccount {
  readonly name: string;
  readonly type: unknown;
  /** Bytes before the fields, where they are no field themselves. */
  readonly skipped: number;
  readonly isOf: (data: Uint8Array) => boolean;
}

export interface ProgramIdl {
  readonly name: string | undefined;
  /** Where the IDL names its program. */
  readonly address: string | undefined;
  readonly decoder: ProgramDecoder;
}

/**
 * Reads an IDL.
 *
 * @throws ParhelionError `INVALID_ARGUMENT` where it is none of the known forms, or a part of it isn't what that form has.
 */
export function readIdl(value: unknown): ProgramIdl {
  const idl = asObject(value);
  if (idl === undefined) return refuse(typeof value);
  const program = asObject(idl['program']);
  if (idl['kind'] === 'rootNode' && program !== undefined) return readCodama(program);
  if (!Array.isArray(idl['instructions'])) return refuse('an object without instructions');
  return readAnchor(idl);
}

function refuse(received: string): never {
  const expected = "an Anchor IDL (with `instructions`) or Codama's root node (with `program`)";
  throw new ParhelionError('INVALID_ARGUMENT', { name: 'An IDL', expected, received });
}

function readAnchor(idl: Json): ProgramIdl {
  const metadata = asObject(idl['metadata']);
  const name = asText(metadata?.['name']) ?? asText(idl['name']);
  const instructions = namedItems(idl, 'instructions').map((instruction, i): IdlInstruction => {
    const path = `instructions[${i}].`;
    return {
      name: instruction.name,
      discriminator: discriminatorOf(instruction, path) ?? anchorDiscriminator(instruction.name),
      accounts: flattenAccounts(instruction, path),
      args: namedItems(instruction, 'args', path).map(({ name: own, type }) => ({ name: own, type })),
    };
  });
  const errors = errorsOf(idl, 'msg');
  const address = asText(idl['address']) ?? asText(metadata?.['address']);
  const types = new Map(namedItems(idl, 'types').map((type) => [type.name, type as unknown]));
  const accounts = namedItems(idl, 'accounts').map((account, i): IdlAccount => {
    const discriminator = discriminatorOf(account, `accounts[${i}].`) ?? hashStart(`account:${account.name}`);
    return {
      name: account.name,
      type: account['type'] ?? { defined: account.name },
      skipped: discriminator.length,
      isOf: (data) => startsWith(data, discriminator),
    };
  });
  return { name, address, decoder: decoderOf({ name, instructions, errors, types, accounts }) };
}

/** Undefined where the IDL leaves it to the name. */
function discriminatorOf(owner: Json, path: string): Uint8Array | undefined {
  const given = owner['discriminator'] ?? undefined;
  if (given === undefined) return undefined;
  const isByte = (value: unknown): value is number =>
    typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 255;
  if (Array.isArray(given) && given.every(isByte)) return Uint8Array.from(given);
  return refusePart(`${path}discriminator`, 'a list of bytes', given);
}

type Errors = ReadonlyMap<number, { readonly name: string; readonly message: string | undefined }>;

/** `text` is what their message is called. */
function errorsOf(owner: Json, text: string, path = ''): Errors {
  return new Map(
    namedItems(owner, 'errors', path).map((error, i) => {
      const { name, code } = error;
      if (typeof code !== 'number') return refusePart(`${path}errors[${i}].code`, 'a number', code);
      return [code, { name, message: asText(error[text]) }];
    }),
  );
}

/** Structs of accounts in structs; more than anybody writes. */
const MAX_NESTING = 32;

/** Accounts of the struct, nested structs in place. */
function flattenAccounts(owner: Json, path: string, depth = 0): IdlAccountPlace[] {
  if (depth > MAX_NESTING) return refuse(`accounts nested more than ${MAX_NESTING} deep`);
  return namedItems(owner, 'accounts', path).flatMap((account, i) => {
    const { accounts: inner, name, optional, isOptional, signer, isSigner } = account;
    if (Array.isArray(inner)) return flattenAccounts(account, `${path}accounts[${i}].`, depth + 1);
    return [
      {
        name,
        isOptional: optional === true || isOptional === true,
        isSigner: signer === true || isSigner === true,
      },
    ];
  });
}

function anchorDiscriminator(name: string): Uint8Array {
  const snake = name
    .replace(/([A-Z])/g, '_$1')
    .replace(/^_/, '')
    .toLowerCase();
  return hashStart(`global:${snake}`);
}

/** Anchor's discriminator of a name. */
function hashStart(name: string): Uint8Array {
  return hashes.sha256(new TextEncoder().encode(name)).slice(0, 8);
}

/** An empty beginning says nothing of what it begins. */
function startsWith(data: Uint8Array, start: Uint8Array, offset = 0): boolean {
  return start.length > 0 && equalBytes(data.subarray(offset, offset + start.length), start);
}

function readCodama(program: Json): ProgramIdl {
  const path = 'program.';
  const instructions = namedItems(program, 'instructions', path).map((instruction, i): IdlInstruction => {
    const own = `${path}instructions[${i}].`;
    const args = namedItems(instruction, 'arguments', own);
    const isDefault = (arg: Json) => arg['defaultValueStrategy'] === 'omitted' && arg['defaultValue'] !== undefined;
    const parts = args.filter(isDefault).map((arg) => encodeDefault(arg));
    return {
      name: instruction.name,
      discriminator: Uint8Array.from(parts.flatMap((part) => [...part])),
      accounts: namedItems(instruction, 'accounts', own).map(({ name, isOptional, isSigner }) => {
        return { name, isOptional: isOptional === true, isSigner: isSigner === true };
      }),
      args: args.filter((arg) => !isDefault(arg)).map(({ name, type }) => ({ name, type })),
    };
  });
  const errors = errorsOf(program, 'message', path);
  const name = asText(program['name']);
  const types = new Map(namedItems(program, 'definedTypes', path).map((type) => [type.name, type['type']]));
  const accounts = namedItems(program, 'accounts', path).map((account): IdlAccount => {
    return { name: account.name, type: account['data'], skipped: 0, isOf: recogniserOf(account) };
  });
  const decoder = decoderOf({ name, instructions, errors, types, accounts });
  return { name, address: asText(program['publicKey']), decoder };
}

/** All its discriminators must fit; an account without any is never recognised. */
function recogniserOf(account: Json): (data: Uint8Array) => boolean {
  const tests = objects(account['discriminators']).map((node): ((data: Uint8Array) => boolean) => {
    const offset = Number(node['offset'] ?? 0);
    switch (node['kind']) {
      case 'sizeDiscriminatorNode':
        return (data) => data.length === node['size'];
      case 'constantDiscriminatorNode': {
        const constant = asObject(node['constant']);
        const bytes = encodeDefault({ type: constant?.['type'], defaultValue: constant?.['value'] });
        return (data) => startsWith(data, bytes, offset);
      }
      case 'fieldDiscriminatorNode': {
        const fields = objects(asObject(account['data'])?.['fields']);
        const field = fields.find((each) => each['name'] === node['name']);
        const bytes = field === undefined ? new Uint8Array(0) : encodeDefault(field);
        return (data) => startsWith(data, bytes, offset);
      }
      default:
        return () => false;
    }
  });
  return (data) => tests.length > 0 && tests.every((test) => test(data));
}

/** A number of its format, or bytes. */
function encodeDefault(arg: Json): Uint8Array {
  const value = asObject(arg['defaultValue']);
  const type = asObject(arg['type']);
  if (value?.['kind'] === 'bytesValueNode' && value['encoding'] === 'base16') {
    return Uint8Array.from((asText(value['data']) ?? '').match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
  }
  const width = widthOf(asText(type?.['format'])) ?? 1;
  const given = value?.['number'] ?? 0;
  if (typeof given !== 'number' || !Number.isInteger(given))
    return refuse('an omitted argument that is no whole number');
  const number = BigInt(given);
  return Uint8Array.from({ length: width }, (_, i) => Number((number >> BigInt(8 * i)) & 0xffn));
}

interface IdlParts {
  readonly name: string | undefined;
  readonly instructions: readonly IdlInstruction[];
  readonly errors: Errors;
  readonly types: NamedTypes;
  readonly accounts: readonly IdlAccount[];
}

function decoderOf({ name, instructions, errors, types, accounts: known }: IdlParts): ProgramDecoder {
  return {
    ...(name === undefined ? {} : { name }),
    isFromIdl: true,
    decodeInstruction({ data, accounts }) {
      const found = instructions.find(({ discriminator }) => startsWith(data, discriminator));
      if (found === undefined) return undefined;
      const behind = found.accounts.slice(accounts.length);
      // Optional ones at the end may be left out.
      const missing = behind.slice(0, behind.findLastIndex(({ isOptional }) => !isOptional) + 1);
      const unsigned = found.accounts.filter(
        ({ isSigner, isOptional }, i) => isSigner && !isOptional && accounts[i]?.isSigner === false,
      );
      return {
        name: found.name,
        ...readArgs(found, data, types),
        ...(unsigned.length === 0 ? {} : { unsignedAccounts: unsigned.map((place) => place.name) }),
        accountNames: accounts.map((_, i) => found.accounts[i]?.name),
        ...(missing.length === 0 ? {} : { missingAccounts: missing.map((place) => place.name) }),
      };
    },
    decodeAccount(data): AccountReading | undefined {
      const found = known.find(({ isOf }) => isOf(data));
      if (found === undefined) return undefined;
      const fields = new TypeReader(data, found.skipped, types).read(found.type);
      return { name: found.name, fields: asObject(fields) === undefined ? { value: fields } : (fields as Fields) };
    },
    describeError(code) {
      const error = errors.get(code);
      if (error === undefined) return undefined;
      return error.message === undefined ? { name: error.name } : { name: error.name, message: error.message };
    },
  };
}

type Fields = Readonly<Record<string, DecodedValue>>;

/** As many as can be read; what follows a type that isn't known is left as bytes. */
function readArgs(
  { args, discriminator }: IdlInstruction,
  data: Uint8Array,
  types: NamedTypes,
): { readonly args: Record<string, DecodedValue>; readonly cutArgument?: string } {
  const reader = new TypeReader(data, discriminator.length, types);
  const values: Record<string, DecodedValue> = {};
  for (const { name, type } of args) {
    const start = reader.offset;
    try {
      values[name] = reader.read(type);
    } catch {
      values[name] = data.slice(start);
      return reader.isPastEnd ? { args: values, cutArgument: name } : { args: values };
    }
  }
  return { args: values };
}
