// Assembly text to statements: labels, directives, instructions with their operands. Whether an instruction exists and
// takes such operands is the assembler's business. White space separates statements; a blank may follow a mnemonic or a
// comma. An operand is tried as register, integer, memory, label, in this order and without a second try, so a label that
// starts with `r` or a digit cannot be an operand.
// Source: sbpf src/asm_parser.rs. Differs: a comment, from `#` to the end of the line, is white space; sbpf has none.

import { ParhelionError } from '../wire/errors.ts';
import { debugString } from './rust-debug.ts';

/** Numbers are i64. */
export type Operand =
  | { readonly kind: 'register'; readonly register: bigint }
  | { readonly kind: 'integer'; readonly value: bigint }
  | { readonly kind: 'memory'; readonly register: bigint; readonly offset: bigint }
  | { readonly kind: 'label'; readonly name: string };

export type Statement =
  | { readonly kind: 'label'; readonly name: string }
  | { readonly kind: 'directive' | 'instruction'; readonly name: string; readonly operands: readonly Operand[] };

const SPACES = /(?:\s|#[^\n]*)*/uy;
const BLANKS = / */y;
const IDENT = /[\p{L}\p{N}_]+/uy;
const NAME = /[\p{L}\p{N}]+/uy;
const DIGITS = /[0-9]+/y;
const HEX = /0x([0-9a-fA-F]+)/y;

/** @throws ParhelionError `ASSEMBLY`, with line and column. */
export function parseAssembly(source: string): Statement[] {
  return new Parser(source).statements();
}

/** Operands as Rust's {:?} prints them. */
export function debugOperands(operands: readonly Operand[]): string {
  return `[${operands.map(debugOperand).join(', ')}]`;
}

function debugOperand(operand: Operand): string {
  if (operand.kind === 'register') return `Register(${operand.register})`;
  if (operand.kind === 'integer') return `Integer(${operand.value})`;
  if (operand.kind === 'memory') return `Memory(${operand.register}, ${operand.offset})`;
  return `Label(${debugString(operand.name)})`;
}

class Parser {
  readonly source: string;
  at = 0;

  constructor(source: string) {
    this.source = source;
  }

  statements(): Statement[] {
    const statements: Statement[] = [];
    this.take(SPACES);
    while (this.at < this.source.length) {
      statements.push(this.statement());
      this.take(SPACES);
    }
    return statements;
  }

  statement(): Statement {
    const label = this.label();
    if (label !== undefined) return { kind: 'label', name: label };
    const kind = this.takeChar('.') ? 'directive' : 'instruction';
    const name = this.take(NAME);
    if (name === undefined) {
      throw this.unexpected(
        kind === 'directive' ? ['letter or digit'] : ['letter or digit', "'_'", "'.'", 'whitespaces', 'end of input'],
      );
    }
    this.take(BLANKS);
    return { kind, name, operands: this.operands() };
  }

  label(): string | undefined {
    const start = this.at;
    const name = this.take(IDENT);
    if (name !== undefined && this.takeChar(':')) return name;
    this.at = start;
    return undefined;
  }

  operands(): Operand[] {
    const operands: Operand[] = [];
    let operand = this.operand();
    while (operand !== undefined) {
      operands.push(operand);
      if (!this.takeChar(',')) break;
      this.take(BLANKS);
      operand = this.operand();
      if (operand === undefined) throw this.unexpected(["'r'", 'integer', "'['", 'label']);
    }
    return operands;
  }

  /** Undefined where nothing that can start an operand follows. */
  operand(): Operand | undefined {
    const register = this.register();
    if (register !== undefined) return { kind: 'register', register };
    const value = this.integer();
    if (value !== undefined) return { kind: 'integer', value };
    if (this.takeChar('[')) return this.memory();
    const name = this.take(IDENT);
    return name === undefined ? undefined : { kind: 'label', name };
  }

  memory(): Operand {
    const register = this.register();
    if (register === undefined) throw this.unexpected(["'r'"]);
    this.take(BLANKS);
    const offset = this.integer() ?? 0n;
    if (!this.takeChar(']')) throw this.unexpected(["']'"]);
    return { kind: 'memory', register, offset };
  }

  register(): bigint | undefined {
    if (!this.takeChar('r')) return undefined;
    return this.decimal() ?? this.fail(['digit']);
  }

  integer(): bigint | undefined {
    const isNegative = this.source[this.at] === '-';
    const isSigned = this.takeChar('-') || this.takeChar('+');
    if (isSigned) this.take(BLANKS);
    HEX.lastIndex = this.at;
    const hex = HEX.exec(this.source);
    let value: bigint | undefined;
    if (hex) {
      this.at = HEX.lastIndex;
      const digits = BigInt(`0x${hex[1]}`);
      value = digits < 1n << 64n ? digits : 0n;
    } else {
      value = this.decimal();
    }
    if (value === undefined) return isSigned ? this.fail(['digit']) : undefined;
    return BigInt.asIntN(64, isNegative ? -value : value);
  }

  /** A decimal i64; one too large counts as 0. */
  decimal(): bigint | undefined {
    const digits = this.take(DIGITS);
    if (digits === undefined) return undefined;
    const value = BigInt(digits);
    return value < 1n << 63n ? value : 0n;
  }

  take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.at;
    const match = pattern.exec(this.source);
    if (match === null) return undefined;
    this.at = pattern.lastIndex;
    return match[0];
  }

  takeChar(char: string): boolean {
    if (this.source[this.at] !== char) return false;
    this.at++;
    return true;
  }

  fail(expected: readonly string[]): never {
    throw this.unexpected(expected);
  }

  unexpected(expected: readonly string[]): ParhelionError {
    const before = this.source.slice(0, this.at).split('\n');
    const column = [...before[before.length - 1]].length + 1;
    const char = this.source.slice(this.at, this.at + 2).match(/^./su)?.[0];
    const found = char === undefined ? 'end of input' : `'${char}'`;
    const list = expected.map((what) => `expected ${what}`).join(', ');
    return new ParhelionError('ASSEMBLY', {
      reason: `Parse error at line ${before.length} column ${column}: unexpected ${found}, ${list}`,
    });
  }
}
