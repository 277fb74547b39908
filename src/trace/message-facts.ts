// What a message alone says of a transaction: its accounts with the flags it asks for, and its instructions. For the
// trace of one that never ran, or not to its end.

import type { AccountMeta, Instruction } from '../runtime/execution-events.ts';
import type { VersionedMessage } from '../wire/message.ts';
import type { Pubkey } from '../wire/pubkey.ts';
import type { Flags } from './transaction-trace.ts';

/** The accounts as the runtime settled them: keys of lookup tables are among them, reserved ones are read-only. */
export interface ResolvedAccounts {
  readonly keys: readonly Pubkey[];
  readonly roles: readonly Flags[];
}

export interface MessageFacts {
  readonly accounts: readonly AccountMeta[];
  /** Up to the first one that names an account which isn't known: the message may be what was refused. */
  readonly instructions: readonly Instruction[];
}

/** Without `resolved`, only the message's own keys are known, with the flags its header asks for. */
export function messageFacts(message: VersionedMessage, resolved?: ResolvedAccounts): MessageFacts {
  const { header, accountKeys } = message;
  const keys = resolved?.keys ?? accountKeys;
  const accounts = keys.map((pubkey, i): AccountMeta => {
    const role = resolved?.roles[i];
    if (role !== undefined) return { pubkey, isSigner: role.isSigner, isWritable: role.isWritable };
    const isSigner = i < header.numRequiredSignatures;
    const end = isSigner
      ? header.numRequiredSignatures - header.numReadonlySignedAccounts
      : accountKeys.length - header.numReadonlyUnsignedAccounts;
    return { pubkey, isSigner, isWritable: i < end };
  });
  const instructions: Instruction[] = [];
  for (const { programIdIndex, accounts: indexes, data } of message.instructions) {
    const program = accounts[programIdIndex];
    if (program === undefined || indexes.some((index) => index >= accounts.length)) break;
    instructions.push({ programId: program.pubkey, accounts: Array.from(indexes, (index) => accounts[index]), data });
  }
  return { accounts, instructions };
}
