import type { Address } from '@solana/kit';
import { describe, expect, it } from 'vitest';
import { testKey } from '../../../test/support/staged-transaction.ts';
import { DecoderRegistry, type EncodedInstruction, type ProgramDecoder } from '../decoder.ts';
import { loadClients } from './clients.generated.ts';
import { codamaDecoder } from './codama.ts';
import {
  ASSOCIATED_TOKEN_LAYOUTS,
  COMPUTE_BUDGET_LAYOUTS,
  type FixedLayouts,
  readFixed,
  SYSTEM_LAYOUTS,
  TOKEN_LAYOUTS,
} from './fixed-layouts.ts';

const clients = loadClients() as Readonly<Record<string, never>>;
const program = testKey(9).toString() as Address;

/** A registry that knows one program, by the client's parser alone. */
function parserOf(name: string): DecoderRegistry {
  const decoder: ProgramDecoder = codamaDecoder({
    errors: [],
    client: () => ({ parse: clients[`parse${name}Instruction`], instructions: clients[`${name}Instruction`] }),
  });
  return new DecoderRegistry([[program, decoder]]);
}

const rows: readonly (readonly [client: string, FixedLayouts])[] = [
  ['System', SYSTEM_LAYOUTS],
  ['Token', TOKEN_LAYOUTS],
  ['Token2022', TOKEN_LAYOUTS],
  ['AssociatedToken', ASSOCIATED_TOKEN_LAYOUTS],
  ['ComputeBudget', COMPUTE_BUDGET_LAYOUTS],
];

describe.each(rows)('the fixed layouts of %s', (client, layouts) => {
  const parser = parserOf(client);
  const decoder: ProgramDecoder = { decodeInstruction: (i) => readFixed(layouts, i.data, i.accounts.length) };
  const fixed = new DecoderRegistry([[program, decoder]]);
  const known = layouts.byTag.flatMap((layout, tag) => (layout === undefined ? [] : [{ ...layout, tag }]));

  it.each(known)('read $name as the parser does', ({ tag, length, accounts }) => {
    const data = Uint8Array.from({ length }, (_, i) => (i < layouts.tagSize ? 0 : 255 - i));
    data[0] = tag;
    for (const count of [accounts.length, accounts.length + 2]) {
      const metas = Array.from({ length: count }, (_, i) => {
        return { address: testKey(i).toString() as Address, isSigner: i === 0, isWritable: i < 2 };
      });
      const instruction: EncodedInstruction = { programAddress: program, accounts: metas, data };
      const parsed = parser.decode(instruction)!;
      const read = fixed.decode(instruction)!;
      expect(read.instruction).toEqual(parsed.instruction);
      expect(Object.keys(read.instruction.args)).toEqual(Object.keys(parsed.instruction.args));
      expect(metas.map((_, i) => read.accountNames[i])).toEqual(metas.map((_, i) => parsed.accountNames[i]));
    }
  });

  it('leave what does not fit to the parser', () => {
    for (const { tag, length, accounts } of known) {
      const data = new Uint8Array(length + 1);
      data[0] = tag;
      const count = accounts.length;
      expect(readFixed(layouts, data, count)).toBeUndefined();
      if (length > layouts.tagSize) expect(readFixed(layouts, data.subarray(0, length - 1), count)).toBeUndefined();
      if (count > 0) expect(readFixed(layouts, data.subarray(0, length), count - 1)).toBeUndefined();
    }
    expect(readFixed(layouts, Uint8Array.of(), 9)).toBeUndefined();
    expect(readFixed(layouts, Uint8Array.of(250, 255, 255, 255), 9)).toBeUndefined();
  });
});
