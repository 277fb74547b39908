import { expect, test } from 'vitest';
import { Vm } from '../sbpf/vm.ts';
import { RENT_EXEMPT_RENT_EPOCH } from '../wire/account.ts';
import { Pubkey } from '../wire/pubkey.ts';
import { FeatureSet } from './features.ts';
import { noteWrittenInput, serializeParameters } from './serialization.ts';
import { TransactionAccount } from './transaction-account.ts';
import { InstructionContext, TransactionContext } from './transaction-context.ts';

const INPUT_START = 0x4_0000_0000;

/** Numbers that look random and are the same each time. Source: Marsaglia's xorshift32. */
function randomNumbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

/** A few accounts with data of a few lengths, in any order, some of them twice, for loader v1 now and then. */
function randomInstruction(random: (below: number) => number, accounts: TransactionAccount[]): InstructionContext {
  const transaction = new TransactionContext(accounts, 5, accounts[0].key);
  const named = Array.from({ length: random(6) }, () => {
    return { indexInTransaction: random(accounts.length), isSigner: random(2) === 0, isWritable: random(2) === 0 };
  });
  return new InstructionContext(transaction, 0, named, new Uint8Array(random(40)).fill(9), 0, undefined);
}

test.each([1, 2, 3])('an input is the same in a machine that had other inputs before: %d', (seed) => {
  const random = randomNumbers(seed * 7919);
  const features = FeatureSet.mainnet().runtime;
  const stored = Array.from({ length: 6 }, (_, i) => {
    const data = new Uint8Array([0, 1, 82, 165, 165, 3000][i]).fill(i + 1);
    return { lamports: BigInt(i), data, owner: keyOf(90 + i), executable: false, rentEpoch: RENT_EXEMPT_RENT_EPOCH };
  });
  const used = new Vm();
  for (let round = 0; round < 400; round++) {
    const accounts = stored.map((account, i) => new TransactionAccount(keyOf(i), account));
    const instruction = randomInstruction(random, accounts);
    const isLoaderDeprecated = random(8) === 0;
    const inputs = [used, new Vm()].map((vm) => {
      vm.prepareInput(0);
      const { inputOffset } = serializeParameters(instruction, vm, isLoaderDeprecated, features);
      return Buffer.from(vm.memory.bytes.subarray(inputOffset, inputOffset + vm.inputLen));
    });
    expect(inputs[0].equals(inputs[1]), `round ${round}`).toBe(true);
    // What a program, or a call that comes back, does to it.
    for (let writes = random(4); writes > 0; writes--) {
      const at = random(used.inputLen);
      const len = Math.min(1 + random(40), used.inputLen - at);
      const offset = used.memory.store(INPUT_START + at, len);
      used.memory.bytes.fill(0xee, offset, offset + len);
    }
    noteWrittenInput(used);
  }
});

function keyOf(n: number): Pubkey {
  return new Pubkey(new Uint8Array(32).fill(n + 1));
}
