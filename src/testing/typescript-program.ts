// What the library knows of programs written in TypeScript: that something is one, and how its calls are shown in traces.

import type { TypeScriptProgram } from '../program/define-program.ts';
import type { DecodedValue, ProgramDecoder } from '../trace/index.ts';

export function isTypeScriptProgram(value: unknown): value is TypeScriptProgram {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'typescript';
}

/** Reads the program's instructions by what it says of them itself. */
export function programDecoder({ name, options }: TypeScriptProgram): ProgramDecoder {
  return {
    name,
    decodeInstruction({ data, accounts }) {
      const decoded = options.decodeInstruction?.(data);
      if (decoded === undefined) return undefined;
      const { args = {}, accountNames = [] } = decoded;
      return {
        name: decoded.name,
        args: args as Readonly<Record<string, DecodedValue>>,
        accountNames: accounts.map((_, i) => accountNames[i]),
      };
    },
    describeError(code) {
      const text = options.errors?.[code];
      return text === undefined ? undefined : { name: text };
    },
  };
}
