// The instructions sysvar: an account that shows a transaction's own top-level instructions to its programs. It is made
// for each transaction that lists it and never stored; `push` keeps the current index in its last two bytes.
// Source: solana-sdk instructions-sysvar/src/lib.rs, construct_instructions_data.

import { writeU16 } from '../../wire/bytes.ts';
import type { CompiledInstruction } from '../../wire/message.ts';
import { PUBKEY_BYTES, type Pubkey } from '../../wire/pubkey.ts';
import type { InstructionAccount } from '../transaction-context.ts';

const IS_SIGNER = 1;
const IS_WRITABLE = 2;
const ACCOUNT_META_LEN = 1 + PUBKEY_BYTES;
const MAX_OFFSET = 0xffff;

/**
 * The account's data: `count, offset of each, then each: accounts { flags, key }, program id, data; current index`, every
 * number a u16. Undefined where an instruction begins too far back for a u16.
 *
 * @param roles of every key, as the transaction grants them
 */
export function constructInstructionsData(
  instructions: readonly CompiledInstruction[],
  keys: readonly Pubkey[],
  roles: readonly InstructionAccount[],
): Uint8Array | undefined {
  let len = 2 + instructions.length * 2;
  for (const { accounts, data } of instructions) {
    if (len > MAX_OFFSET) return undefined;
    len += 2 + accounts.length * ACCOUNT_META_LEN + PUBKEY_BYTES + 2 + data.length;
  }
  const out = new Uint8Array(len + 2);
  writeU16(out, 0, instructions.length);
  let offset = 2 + instructions.length * 2;
  for (const [i, { programIdIndex, accounts, data }] of instructions.entries()) {
    writeU16(out, 2 + i * 2, offset);
    writeU16(out, offset, accounts.length);
    offset += 2;
    for (const index of accounts) {
      const { isSigner, isWritable } = roles[index];
      out[offset] = (isSigner ? IS_SIGNER : 0) | (isWritable ? IS_WRITABLE : 0);
      out.set(keys[index].bytes, offset + 1);
      offset += ACCOUNT_META_LEN;
    }
    out.set(keys[programIdIndex].bytes, offset);
    offset += PUBKEY_BYTES;
    writeU16(out, offset, data.length);
    out.set(data, offset + 2);
    offset += 2 + data.length;
  }
  return out;
}
