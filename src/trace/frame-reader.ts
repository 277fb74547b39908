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
const SPACE = 0x20;

/**
 * Whatever a program logs is behind `Program log: ` or `Program data: `, so no program can write one of the others. Looks at
 * single characters first: every line of every trace comes by.
 */
export function kindOfLine(line: string): LogKind {
  if (!line.startsWith(PROGRAM)) return 'runtime';
  switch (line[PROGRAM.length]) {
    case 'l':
      if (line.startsWith('log: ', PROGRAM.length)) return 'log';
      break;
    case 'd':
      if (line.startsWith('data: ', PROGRAM.length)) return 'data';
      break;
    case 'c':
      if (line.startsWith('consumption: ', PROGRAM.length)) return 'consumption';
      break;
    case 'r':
      if (line.startsWith('return: ', PROGRAM.length)) return 'return';
  }
  // An address, and what happened to its program.
  let end = PROGRAM.length;
  while (end <= PROGRAM.length + 44 && line.charCodeAt(end) !== SPACE) end++;
  if (end < PROGRAM.length + 32 || end > PROGRAM.length + 44) return 'runtime';
  switch (line[end + 1]) {
    case 'i':
      return line.startsWith('invoke [', end + 1) ? 'invoke' : 'runtime';
    case 's':
      return line.length === end + 8 && line.endsWith('success') ? 'success' : 'runtime';
    case 'f':
      return line.startsWith('failed: ', end + 1) ? 'failed' : 'runtime';
    case 'c':
      return line.startsWith('consumed ', end + 1) ? 'consumed' : 'runtime';
  }
  return 'runtime';
}
