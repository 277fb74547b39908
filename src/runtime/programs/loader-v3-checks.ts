// What the instructions of loader v3 share: who may change a buffer or a program, and how a refusal is said.
// Source: agave programs/bpf_loader/src/lib.rs, process_loader_upgradeable_instruction.

import type { Pubkey } from '../../wire/pubkey.ts';
import type { InstructionError } from '../../wire/transaction-error.ts';
import { fail, type Refusal } from '../errors.ts';
import type { InvokeContext } from '../invoke-context.ts';

export const LOADER_V3_SOURCE = 'agave programs/bpf_loader/src/lib.rs';

export function checkBufferAuthority(context: InvokeContext, authority: Pubkey | undefined, index: number): void {
  checkSigningAuthority(context, authority, index, {
    none: 'Buffer is immutable',
    other: 'Incorrect buffer authority provided',
    unsigned: 'Buffer authority did not sign',
  });
}

export function checkUpgradeAuthority(context: InvokeContext, authority: Pubkey | undefined, index: number): void {
  checkSigningAuthority(context, authority, index, {
    none: 'Program not upgradeable',
    other: 'Incorrect upgrade authority provided',
    unsigned: 'Upgrade authority did not sign',
  });
}

/** Fails where there is no authority any more, or the instruction's account at `index` isn't it, or hasn't signed. */
export function checkSigningAuthority(
  context: InvokeContext,
  authority: Pubkey | undefined,
  index: number,
  messages: { readonly none: string; readonly other: string; readonly unsigned: string },
): void {
  const { current } = context;
  if (authority === undefined) refuse(context, 'Immutable', messages.none, {});
  const given = current.keyAt(index);
  if (!authority.equals(given)) {
    refuse(context, 'IncorrectAuthority', messages.other, { account: given, detail: `the authority is ${authority}` });
  }
  if (!current.isSigner(index)) {
    refuse(context, 'MissingRequiredSignature', messages.unsigned, { account: authority, asked: 'signer' });
  }
}

/** Logs why, and fails. */
export function refuse(
  context: InvokeContext,
  error: InstructionError,
  message: string,
  facts: Partial<Refusal>,
): never {
  context.log(message);
  fail(error, { rule: 'process_loader_upgradeable_instruction', source: LOADER_V3_SOURCE, detail: message, ...facts });
}
