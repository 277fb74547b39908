// What the two makers of frames have in common, from a recording (call-tree.ts) and from an outcome alone (quick-tree.ts):
// names, decoded instructions, accounts with their roles, changes of accounts.

import type { Address } from '@solana/kit';
import type { Pubkey } from '../wire/pubkey.ts';
import type { DecoderRegistry } from './decoder.ts';
import type { AddressNames } from './names.ts';
import type { Delta, Tokens } from './state-journal.ts';
import type {
  AccountChange,
  DecodedInstruction,
  Flags,
  FrameAccount,
  LogKind,
  TokenHolding,
} from './transaction-trace.ts';

/** An account before the decoder has said what it is for. */
export type RoledAccount = Omit<FrameAccount, 'role'> & { role: string | null };

export function addressOf(key: Pubkey): Address {
  return key.toString() as Address;
}

export class FrameReader {
  readonly decoders: DecoderRegistry;
  readonly names: AddressNames;

  constructor(decoders: DecoderRegistry, names: AddressNames) {
    this.decoders = decoders;
    this.names = names;
  }

  programName(program: Pubkey): string | null {
    const text = addressOf(program);
    return this.names.nameOf(text) ?? this.decoders.nameOf(text) ?? null;
  }

  /** Decodes, and gives the accounts the roles that the decoder knows. */
  instruction(program: Pubkey | undefined, accounts: readonly RoledAccount[], data: Uint8Array) {
    if (program === undefined) return null;
    const reading = this.decoders.decode({ programAddress: addressOf(program), accounts, data });
    if (reading === undefined) return null;
    for (let i = 0; i < accounts.length; i++) accounts[i].role = reading.accountNames[i] ?? null;
    return reading.instruction satisfies DecodedInstruction;
  }

  account(
    key: Pubkey,
    index: number,
    flags: Flags,
    asked: Flags | null,
    held: Flags | null,
    isPdaSigner: boolean,
  ): RoledAccount {
    const address = addressOf(key);
    return {
      address,
      name: this.names.nameOf(address),
      role: null,
      index,
      isSigner: flags.isSigner,
      isWritable: flags.isWritable,
      asked,
      held,
      isPdaSigner,
    };
  }

  /** @param account its key */
  change(account: Pubkey, { index, lamports, owner, executable, dataLen, patches, tokens }: Delta): AccountChange {
    const address = addressOf(account);
    const change = {
      address,
      name: this.names.nameOf(address),
      index,
      lamports: { before: lamports[0], after: lamports[1] },
      owner: { before: addressOf(owner[0]), after: addressOf(owner[1]) },
      executable: { before: executable[0], after: executable[1] },
      dataLength: { before: dataLen[0], after: dataLen[1] },
      data: patches ?? null,
    };
    if (tokens === undefined) return change;
    return { ...change, tokens: { before: holdingOf(tokens[0]), after: holdingOf(tokens[1]) } };
  }
}

function holdingOf(tokens: Tokens | undefined): TokenHolding | null {
  if (tokens === undefined) return null;
  return { mint: addressOf(tokens.mint), owner: addressOf(tokens.owner), amount: tokens.amount };
}

const PROGRAM = 'Program ';

/** Whatever a program logs is behind `Program log: ` or `Program data: `, so no program can write one of the others. */
export function kindOfLine(line: string): LogKind {
  if (!line.startsWith(PROGRAM)) return 'runtime';
  if (line.startsWith('Program log: ')) return 'log';
  if (line.startsWith('Program data: ')) return 'data';
  if (line.startsWith('Program consumption: ')) return 'consumption';
  if (line.startsWith('Program return: ')) return 'return';
  // An address, and what happened to its program.
  const end = line.indexOf(' ', PROGRAM.length);
  if (end < PROGRAM.length + 32 || end > PROGRAM.length + 44) return 'runtime';
  if (line.startsWith('invoke [', end + 1)) return 'invoke';
  if (line.startsWith('success', end + 1) && line.length === end + 8) return 'success';
  if (line.startsWith('failed: ', end + 1)) return 'failed';
  return line.startsWith('consumed ', end + 1) ? 'consumed' : 'runtime';
}
