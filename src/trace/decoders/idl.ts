// A decoder from a program's IDL: Anchor's, old and new form, and Codama's root node. Reads instruction names, arguments
// of plain types, names of accounts, and errors. What an IDL says is its author's word: what doesn't fit the bytes is shown
// as bytes, and an IDL that is none throws.
// Source: anchor idl/spec/src/lib.rs; codama packages/node-types.

import { hashes } from '../../crypto/hashes.ts';
import { encodeBase58 } from '../../wire/base58.ts';
import { equalBytes } from '../../wire/bytes.ts';
import { ParhelionError } from '../../wire/errors.ts';
import type { ProgramDecoder } from '../decoder.ts';
import type { DecodedValue } from '../transaction-trace.ts';

type Json = Readonly<Record<string, unknown>>;

interface IdlInstruction {
  readonly name: string;
  readonly discriminator: Uint8Array;
  readonly accounts: readonly string[];
  /** Undefined where the form of the arguments isn't one that is read. */
  readonly args: readonly { readonly name: string; readonly type: unknown }[];
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
 * @throws ParhelionError `INVALID_ARGUMENT` where it is none of the known forms.
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
  const instructions = objects(idl['instructions']).map((instruction): IdlInstruction => {
    const own = asText(instruction['name']) ?? '?';
    const given = instruction['discriminator'];
    return {
      name: own,
      discriminator: Array.isArray(given) ? bytesOf(given) : anchorDiscriminator(own),
      accounts: flattenAccounts(instruction['accounts']),
      args: objects(instruction['args']).map((arg) => ({ name: asText(arg['name']) ?? '?', type: arg['type'] })),
    };
  });
  const errors = errorsOf(idl['errors'], 'msg');
  const address = asText(idl['address']) ?? asText(metadata?.['address']);
  return { name, address, decoder: decoderOf(name, instructions, errors) };
}

function bytesOf(values: readonly unknown[]): Uint8Array {
  const isByte = (value: unknown): value is number =>
    typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 255;
  return values.every(isByte) ? Uint8Array.from(values) : refuse('a discriminator of other things than bytes');
}

type Errors = ReadonlyMap<number, { readonly name: string; readonly message: string | undefined }>;

/** Those with a number; `text` is what their message is called. */
function errorsOf(errors: unknown, text: string): Errors {
  const numbered = objects(errors).filter((error) => typeof error['code'] === 'number');
  return new Map(
    numbered.map((error) => [
      error['code'] as number,
      { name: asText(error['name']) ?? '?', message: asText(error[text]) },
    ]),
  );
}

/** Structs of accounts in structs; more than anybody writes. */
const MAX_NESTING = 32;

/** Accounts of the struct, nested structs in place. */
function flattenAccounts(accounts: unknown, depth = 0): string[] {
  if (depth > MAX_NESTING) return refuse(`accounts nested more than ${MAX_NESTING} deep`);
  return objects(accounts).flatMap((account) => {
    const { accounts: inner, name } = account;
    return Array.isArray(inner) ? flattenAccounts(inner, depth + 1) : [asText(name) ?? '?'];
  });
}

function anchorDiscriminator(name: string): Uint8Array {
  const snake = name
    .replace(/([A-Z])/g, '_$1')
    .replace(/^_/, '')
    .toLowerCase();
  return hashes.sha256(new TextEncoder().encode(`global:${snake}`)).slice(0, 8);
}

function readCodama(program: Json): ProgramIdl {
  const instructions = objects(program['instructions']).map((instruction): IdlInstruction => {
    const args = objects(instruction['arguments']);
    const isDefault = (arg: Json) => arg['defaultValueStrategy'] === 'omitted' && arg['defaultValue'] !== undefined;
    const parts = args.filter(isDefault).map((arg) => encodeDefault(arg));
    return {
      name: asText(instruction['name']) ?? '?',
      discriminator: Uint8Array.from(parts.flatMap((part) => [...part])),
      accounts: objects(instruction['accounts']).map((account) => asText(account['name']) ?? '?'),
      args: args
        .filter((arg) => !isDefault(arg))
        .map((arg) => ({ name: asText(arg['name']) ?? '?', type: arg['type'] })),
    };
  });
  const errors = errorsOf(program['errors'], 'message');
  const name = asText(program['name']);
  return { name, address: asText(program['publicKey']), decoder: decoderOf(name, instructions, errors) };
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

function decoderOf(name: string | undefined, instructions: readonly IdlInstruction[], errors: Errors): ProgramDecoder {
  return {
    ...(name === undefined ? {} : { name }),
    decodeInstruction({ data, accounts }) {
      const found = instructions.find(({ discriminator }) => {
        return discriminator.length > 0 && equalBytes(data.subarray(0, discriminator.length), discriminator);
      });
      if (found === undefined) return undefined;
      return {
        name: found.name,
        args: readArgs(found, data),
        accountNames: accounts.map((_, i) => found.accounts[i]),
      };
    },
    describeError(code) {
      const error = errors.get(code);
      if (error === undefined) return undefined;
      return error.message === undefined ? { name: error.name } : { name: error.name, message: error.message };
    },
  };
}

/** As many as can be read; what follows a type that isn't known is left as bytes. */
function readArgs({ args, discriminator }: IdlInstruction, data: Uint8Array): Record<string, DecodedValue> {
  const reader = new BorshReader(data, discriminator.length);
  const values: Record<string, DecodedValue> = {};
  for (const { name, type } of args) {
    const start = reader.offset;
    try {
      values[name] = reader.read(type);
    } catch {
      values[name] = data.slice(start);
      break;
    }
  }
  return values;
}

class BorshReader {
  offset: number;
  readonly #data: Uint8Array;

  /** Items of lists may take no bytes at all: there is an end to them too. */
  #itemsLeft: number;

  constructor(data: Uint8Array, offset: number) {
    this.#data = data;
    this.offset = offset;
    this.#itemsLeft = data.length;
  }

  /** @throws Error where the bytes end, or the type isn't a plain one. */
  read(type: unknown): DecodedValue {
    if (typeof type === 'string') return this.#plain(type);
    const node = asObject(type);
    if (node === undefined) throw new Error('no type');
    if ('option' in node) return this.#bytes(1)[0] === 0 ? null : this.read(node['option']);
    if ('vec' in node) return this.#list(Number(this.#number(4)), node['vec']);
    if (Array.isArray(node['array'])) return this.#list(Number(node['array'][1]), node['array'][0]);
    switch (node['kind']) {
      case 'numberTypeNode':
        return this.#plain(asText(node['format']) ?? '');
      case 'booleanTypeNode':
        return this.#plain('bool');
      case 'publicKeyTypeNode':
        return this.#plain('pubkey');
      case 'sizePrefixTypeNode':
        return this.#plain(asObject(node['type'])?.['kind'] === 'stringTypeNode' ? 'string' : 'bytes');
      default:
        throw new Error('a type that is not plain');
    }
  }

  #list(count: number, type: unknown): DecodedValue {
    if (!(count <= this.#itemsLeft)) throw new Error('too long');
    this.#itemsLeft -= count;
    return Array.from({ length: count }, () => this.read(type));
  }

  #plain(type: string): DecodedValue {
    switch (type) {
      case 'bool':
        return this.#bytes(1)[0] !== 0;
      case 'pubkey':
      case 'publicKey':
        return encodeBase58(this.#bytes(32));
      case 'string':
        return new TextDecoder().decode(this.#bytes(Number(this.#number(4))));
      case 'bytes':
        return this.#bytes(Number(this.#number(4))).slice();
      default: {
        const width = widthOf(type);
        if (width === undefined) throw new Error(`${type} is not a plain type`);
        const value = this.#number(width);
        const signed = type.startsWith('i') ? BigInt.asIntN(width * 8, value) : value;
        return width <= 4 ? Number(signed) : signed;
      }
    }
  }

  #number(width: number): bigint {
    return this.#bytes(width).reduceRight((value, byte) => (value << 8n) | BigInt(byte), 0n);
  }

  #bytes(count: number): Uint8Array {
    const end = this.offset + count;
    if (end > this.#data.length) throw new Error('the data ends');
    const bytes = this.#data.subarray(this.offset, end);
    this.offset = end;
    return bytes;
  }
}

function widthOf(type: string | undefined): number | undefined {
  const bits = /^[ui](8|16|32|64|128)$/.exec(type ?? '')?.[1];
  return bits === undefined ? undefined : Number(bits) / 8;
}

function asObject(value: unknown): Json | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : undefined;
}

function asText(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function objects(value: unknown): Json[] {
  return Array.isArray(value) ? value.map(asObject).filter((item) => item !== undefined) : [];
}
