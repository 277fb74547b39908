// Decoders of the programs that nearly every transaction meets: one table, program address → decoder.
// The one place that loads the @solana-program clients, and with them kit's codecs: import it where traces are made for
// people to read, not where the tree's types are wanted.

import * as addressLookupTable from '@solana-program/address-lookup-table';
import * as computeBudget from '@solana-program/compute-budget';
import { SUPPORTED_MEMO_PROGRAM_ADDRESSES } from '@solana-program/memo';
import * as stake from '@solana-program/stake';
import * as system from '@solana-program/system';
import * as token from '@solana-program/token';
import * as token2022 from '@solana-program/token-2022';
import type { ProgramDecoder } from '../decoder.ts';
import { type CodamaProgram, codamaDecoder } from './codama.ts';
import { LOADER_V3_DECODER } from './loader-v3.ts';
import {
  ASSOCIATED_TOKEN_ERRORS,
  describeErrorBy,
  PRECOMPILE_ERRORS,
  STAKE_ERRORS,
  SYSTEM_ERRORS,
  TOKEN_2022_ERRORS,
  TOKEN_ERRORS,
} from './program-errors.ts';

/** `parse` is typed loosely: each client types its own instruction, and Token-2022's for an older kit. */
type Parse = CodamaProgram['parse'];

const MEMO: ProgramDecoder = {
  decodeInstruction: ({ data, accounts }) => ({
    name: 'Memo',
    args: { memo: new TextDecoder().decode(data) },
    accountNames: accounts.map(() => 'signer'),
  }),
};

const PRECOMPILE: ProgramDecoder = { describeError: describeErrorBy(PRECOMPILE_ERRORS) };

/** Program address and decoder. Give them to a `DecoderRegistry`. */
export const DEFAULT_DECODERS: readonly (readonly [address: string, decoder: ProgramDecoder])[] = [
  [
    system.SYSTEM_PROGRAM_ADDRESS,
    codamaDecoder({
      parse: system.parseSystemInstruction as Parse,
      instructions: system.SystemInstruction,
      errors: SYSTEM_ERRORS,
    }),
  ],
  [
    token.TOKEN_PROGRAM_ADDRESS,
    codamaDecoder({
      parse: parseTokenInstruction,
      instructions: token.TokenInstruction,
      enums: { authorityType: token.AuthorityType },
      errors: TOKEN_ERRORS,
    }),
  ],
  [
    token2022.TOKEN_2022_PROGRAM_ADDRESS,
    codamaDecoder({
      parse: parseToken2022Instruction,
      instructions: token2022.Token2022Instruction,
      enums: { authorityType: token2022.AuthorityType, state: token2022.AccountState },
      errors: TOKEN_2022_ERRORS,
    }),
  ],
  [
    token.ASSOCIATED_TOKEN_PROGRAM_ADDRESS,
    codamaDecoder({
      parse: parseAssociatedTokenInstruction,
      instructions: token.AssociatedTokenInstruction,
      errors: ASSOCIATED_TOKEN_ERRORS,
    }),
  ],
  ...SUPPORTED_MEMO_PROGRAM_ADDRESSES.map((address) => [address, MEMO] as const),
  [
    computeBudget.COMPUTE_BUDGET_PROGRAM_ADDRESS,
    codamaDecoder({
      parse: computeBudget.parseComputeBudgetInstruction as Parse,
      instructions: computeBudget.ComputeBudgetInstruction,
    }),
  ],
  [
    stake.STAKE_PROGRAM_ADDRESS,
    codamaDecoder({
      parse: stake.parseStakeInstruction as Parse,
      instructions: stake.StakeInstruction,
      enums: { stakeAuthorize: stake.StakeAuthorize },
      errors: STAKE_ERRORS,
    }),
  ],
  [
    addressLookupTable.ADDRESS_LOOKUP_TABLE_PROGRAM_ADDRESS,
    codamaDecoder({
      parse: addressLookupTable.parseAddressLookupTableInstruction as Parse,
      instructions: addressLookupTable.AddressLookupTableInstruction,
    }),
  ],
  ['BPFLoaderUpgradeab1e11111111111111111111111', LOADER_V3_DECODER],
  ['Ed25519SigVerify111111111111111111111111111', PRECOMPILE],
  ['KeccakSecp256k11111111111111111111111111111', PRECOMPILE],
  ['Secp256r1SigVerify1111111111111111111111111', PRECOMPILE],
];

/** A batch is parsed with what is in it. */
function parseTokenInstruction(instruction: Parameters<Parse>[0]): unknown {
  const type = token.identifyTokenInstruction(instruction);
  if (type !== token.TokenInstruction.Batch) return token.parseTokenInstruction(instruction);
  return { instructionType: type, ...token.parseBatchInstruction(instruction) };
}

function parseToken2022Instruction(instruction: Parameters<Parse>[0]): unknown {
  const type = token2022.identifyToken2022Instruction(instruction);
  if (type !== token2022.Token2022Instruction.Batch) return (token2022.parseToken2022Instruction as Parse)(instruction);
  return { instructionType: type, ...(token2022.parseBatchInstruction as (i: unknown) => object)(instruction) };
}

/** The program takes an instruction without data for `Create`, which the client's parser doesn't. */
function parseAssociatedTokenInstruction(instruction: Parameters<Parse>[0]): unknown {
  const data = instruction.data.length === 0 ? new Uint8Array(1) : instruction.data;
  return token.parseAssociatedTokenInstruction({ ...instruction, data });
}
