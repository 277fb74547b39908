// The instructions that nearly every transaction is made of, as rows: those whose arguments are fields of fixed size. A
// trace that is read after each of thousands of transactions has them decoded from here, in a tenth of the time that the
// clients' parsers take; whatever a row doesn't fit to the byte is left to those.
// A test holds every row against the parsers.

import { readU32, readU64 } from '../../wire/bytes.ts';
import { PUBKEY_BYTES, Pubkey } from '../../wire/pubkey.ts';
import type { InstructionReading } from '../decoder.ts';
import type { DecodedValue } from '../transaction-trace.ts';

type FieldType = 'u8' | 'u32' | 'u64' | 'address';

const SIZES: Readonly<Record<FieldType, number>> = { u8: 1, u32: 4, u64: 8, address: PUBKEY_BYTES };

interface FixedInstruction {
  readonly name: string;
  readonly accounts: readonly string[];
  readonly fields: readonly { readonly name: string; readonly type: FieldType }[];
  /** Bytes, tag included. */
  readonly length: number;
}

/** The fixed instructions of one program, by tag. */
export interface FixedLayouts {
  readonly tagSize: 1 | 4;
  readonly byTag: readonly (FixedInstruction | undefined)[];
}

/** `name(field type, …) account, account`. */
function layouts(tagSize: 1 | 4, rows: Readonly<Record<number, string>>): FixedLayouts {
  const byTag: (FixedInstruction | undefined)[] = [];
  for (const [tag, row] of Object.entries(rows)) {
    const [, name, args, accounts] = /^(\w+)\((.*)\)(.*)$/.exec(row)!;
    const fields = words(args, ',').map((field) => {
      const [fieldName, type] = words(field, ' ');
      return { name: fieldName, type: type as FieldType };
    });
    const length = fields.reduce<number>((sum, { type }) => sum + SIZES[type], tagSize);
    byTag[Number(tag)] = { name, accounts: words(accounts, ' '), fields, length };
  }
  return { tagSize, byTag };
}

function words(text: string, separator: string): string[] {
  return text
    .split(separator)
    .map((word) => word.trim())
    .filter((word) => word !== '');
}

/** Source: the IDLs of @solana-program/system, token, token-2022 and compute-budget. */
export const SYSTEM_LAYOUTS = layouts(4, {
  0: 'CreateAccount(lamports u64, space u64, programAddress address) payer newAccount',
  1: 'Assign(programAddress address) account',
  2: 'TransferSol(amount u64) source destination',
  4: 'AdvanceNonceAccount() nonceAccount recentBlockhashesSysvar nonceAuthority',
  8: 'Allocate(space u64) newAccount',
});

/** Token-2022 has the same under the same tags. */
export const TOKEN_LAYOUTS = layouts(1, {
  1: 'InitializeAccount() account mint owner rent',
  3: 'Transfer(amount u64) source destination authority',
  4: 'Approve(amount u64) source delegate owner',
  5: 'Revoke() source owner',
  7: 'MintTo(amount u64) mint token mintAuthority',
  8: 'Burn(amount u64) account mint authority',
  9: 'CloseAccount() account destination owner',
  12: 'TransferChecked(amount u64, decimals u8) source mint destination authority',
  14: 'MintToChecked(amount u64, decimals u8) mint token mintAuthority',
  15: 'BurnChecked(amount u64, decimals u8) account mint authority',
  16: 'InitializeAccount2(owner address) account mint rent',
  18: 'InitializeAccount3(owner address) account mint',
  22: 'InitializeImmutableOwner() account',
});

export const ASSOCIATED_TOKEN_LAYOUTS = layouts(1, {
  0: 'CreateAssociatedToken() payer ata owner mint systemProgram tokenProgram',
  1: 'CreateAssociatedTokenIdempotent() payer ata owner mint systemProgram tokenProgram',
});

export const COMPUTE_BUDGET_LAYOUTS = layouts(1, {
  1: 'RequestHeapFrame(bytes u32)',
  2: 'SetComputeUnitLimit(units u32)',
  3: 'SetComputeUnitPrice(microLamports u64)',
  4: 'SetLoadedAccountsDataSizeLimit(accountDataSizeLimit u32)',
});

/** Undefined where no row fits: another tag, fewer accounts, bytes too few or too many. */
export function readFixed(
  { tagSize, byTag }: FixedLayouts,
  data: Uint8Array,
  accountCount: number,
): InstructionReading | undefined {
  if (data.length < tagSize) return undefined;
  const layout = byTag[tagSize === 1 ? data[0] : readU32(data, 0)];
  if (layout === undefined || layout.length !== data.length || accountCount < layout.accounts.length) return undefined;
  const args: Record<string, DecodedValue> = {};
  let offset: number = tagSize;
  for (const { name, type } of layout.fields) {
    args[name] = readField(type, data, offset);
    offset += SIZES[type];
  }
  return { name: layout.name, args, accountNames: layout.accounts };
}

function readField(type: FieldType, data: Uint8Array, offset: number): DecodedValue {
  if (type === 'u64') return readU64(data, offset);
  if (type === 'u32') return readU32(data, offset) >>> 0;
  return type === 'u8' ? data[offset] : Pubkey.interned(data, offset).toString();
}
