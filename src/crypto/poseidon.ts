// The Poseidon hash over BN254's scalar field, with circomlib's parameters: S-box x⁵, 8 full rounds, state [0, inputs…],
// of which the first element is the result. Constants come from the Grain generator, on first use of each width.
// Source: solana-sdk poseidon/src/lib.rs; light-poseidon src/lib.rs, new_circom, hash_bytes_be.

import { grainGenConstants, type PoseidonFn, poseidon } from '@noble/curves/abstract/poseidon.js';
import { bn254_Fr } from '@noble/curves/bn254.js';
import { bytesToNumberBE, bytesToNumberLE, numberToBytesBE, numberToBytesLE } from '@noble/curves/utils.js';
import type { Endianness } from './curve-group.ts';

export const MAX_INPUTS = 12;
const INPUT_SIZE = 32;
/** By the number of inputs, from 1 on. */
const PARTIAL_ROUNDS = [56, 57, 56, 60, 60, 63, 64, 63, 60, 66, 60, 65];

const permutations: (PoseidonFn | undefined)[] = [];

function permutationFor(inputCount: number): PoseidonFn {
  let permutation = permutations[inputCount];
  if (permutation === undefined) {
    const roundsPartial = PARTIAL_ROUNDS[inputCount - 1];
    const options = { Fp: bn254_Fr, t: inputCount + 1, roundsFull: 8, roundsPartial, sboxPower: 5 };
    permutation = poseidon({ ...options, ...grainGenConstants(options) });
    permutations[inputCount] = permutation;
  }
  return permutation;
}

/**
 * The hash of 1 to 12 field elements, 32 bytes; undefined where there is another number of them, or one is not 32 bytes,
 * or not below the field's order.
 */
export function hashPoseidon(inputs: readonly Uint8Array[], endianness: Endianness): Uint8Array | undefined {
  if (inputs.length === 0 || inputs.length > MAX_INPUTS) return undefined;
  const state = [0n];
  for (const input of inputs) {
    if (input.length !== INPUT_SIZE) return undefined;
    const value = endianness === 'big' ? bytesToNumberBE(input) : bytesToNumberLE(input);
    if (value >= bn254_Fr.ORDER) return undefined;
    state.push(value);
  }
  const result = permutationFor(inputs.length)(state)[0];
  return endianness === 'big' ? numberToBytesBE(result, INPUT_SIZE) : numberToBytesLE(result, INPUT_SIZE);
}
