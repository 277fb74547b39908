import {
  AccountRole,
  address,
  appendTransactionMessageInstructions,
  type Blockhash,
  compileTransactionMessage,
  createTransactionMessage,
  getCompiledTransactionMessageEncoder,
  pipe,
  setTransactionMessageFeePayer,
  setTransactionMessageLifetimeUsingBlockhash,
} from '@solana/kit';
import { describe, expect, test } from 'vitest';
import { encodeBase58 } from './base58.ts';
import { decodeMessage, encodeMessage } from './message.ts';
import { compileMessage } from './message-compiler.ts';
import { Pubkey } from './pubkey.ts';
import { sanitizeMessage } from './transaction-sanitizer.ts';

const keyOf = (i: number): Pubkey => new Pubkey(new Uint8Array(32).fill(i));
const meta = (i: number, isSigner: boolean, isWritable: boolean) => ({ address: keyOf(i), isSigner, isWritable });

describe('compileMessage', () => {
  test('groups keys by what any instruction asks of them, the payer first', () => {
    const message = compileMessage({
      feePayer: keyOf(50),
      instructions: [
        { programAddress: keyOf(9), accounts: [meta(8, false, false), meta(7, true, false), meta(6, false, true)] },
        { programAddress: keyOf(9), accounts: [meta(8, false, true), meta(5, true, true), meta(50, false, false)] },
      ],
    });
    expect(message.accountKeys.map((key) => key.bytes[0])).toEqual([50, 5, 7, 6, 8, 9]);
    expect(message.header).toEqual({
      numRequiredSignatures: 3,
      numReadonlySignedAccounts: 1,
      numReadonlyUnsignedAccounts: 1,
    });
    expect(message.instructions.map(({ accounts }) => [...accounts])).toEqual([
      [4, 2, 3],
      [4, 1, 0],
    ]);
    expect(sanitizeMessage(message)).toBeUndefined();
  });

  test('takes from lookup tables what neither signs nor is called', () => {
    const table = { address: keyOf(100), addresses: [keyOf(1), keyOf(2), keyOf(3), keyOf(9), keyOf(4)] };
    const message = compileMessage({
      feePayer: keyOf(50),
      instructions: [
        { programAddress: keyOf(9), accounts: [meta(4, false, true), meta(3, false, false), meta(2, true, false)] },
      ],
      lookupTables: [{ address: keyOf(99), addresses: [keyOf(77)] }, table],
    });
    expect(message.version).toBe(0);
    expect(message.accountKeys.map((key) => key.bytes[0])).toEqual([50, 2, 9]);
    expect(message.addressTableLookups).toEqual([
      { accountKey: keyOf(100), writableIndexes: Uint8Array.of(4), readonlyIndexes: Uint8Array.of(2) },
    ]);
    expect([...message.instructions[0].accounts]).toEqual([3, 4, 1]);
    expect(decodeMessage(encodeMessage(message))).toEqual(message);
  });

  test.each(['legacy', 0] as const)("agrees with kit's bytes of a version %s message", (version) => {
    const payer = address(encodeBase58(new Uint8Array(32).fill(50)));
    const kitBytes = pipe(
      createTransactionMessage({ version }),
      (m) => setTransactionMessageFeePayer(payer, m),
      (m) =>
        setTransactionMessageLifetimeUsingBlockhash(
          { blockhash: payer as string as Blockhash, lastValidBlockHeight: 0n },
          m,
        ),
      (m) =>
        appendTransactionMessageInstructions(
          [
            {
              programAddress: address(keyOf(9).toString()),
              accounts: [
                { address: address(keyOf(8).toString()), role: AccountRole.WRITABLE },
                { address: address(keyOf(7).toString()), role: AccountRole.READONLY_SIGNER },
              ],
              data: new Uint8Array([1, 2, 3]),
            },
          ],
          m,
        ),
      (m) => getCompiledTransactionMessageEncoder().encode(compileTransactionMessage(m)),
    );
    const own = compileMessage({
      feePayer: payer,
      instructions: [
        {
          programAddress: keyOf(9),
          accounts: [meta(8, false, true), meta(7, true, false)],
          data: new Uint8Array([1, 2, 3]),
        },
      ],
      recentBlockhash: keyOf(50).bytes,
      version,
    });
    expect(encodeMessage(own)).toEqual(new Uint8Array(kitBytes));
  });

  test('v1 carries its config', () => {
    const message = compileMessage({ feePayer: keyOf(1), instructions: [], version: 1, config: { heapSize: 65536 } });
    expect(decodeMessage(encodeMessage(message)).config).toEqual({
      priorityFee: undefined,
      computeUnitLimit: undefined,
      loadedAccountsDataSizeLimit: undefined,
      heapSize: 65536,
    });
  });
});
