// Decoders of the programs that nearly every transaction meets: one table, program address → decoder.
// Instructions are read by the parsers of the @solana-program clients, out of a bundle (scripts/bundle-decoders.mjs) that
// is run when the first instruction is decoded that fixed-layouts.ts doesn't know: importing this module costs its text,
// and no codec.

import { DecoderRegistry, type ProgramDecoder } from '../decoder.ts';
import { loadClients } from './clients.generated.ts';
import { codamaDecoder } from './codama.ts';
import { ASSOCIATED_TOKEN_LAYOUTS, COMPUTE_BUDGET_LAYOUTS, SYSTEM_LAYOUTS, TOKEN_LAYOUTS } from './fixed-layouts.ts';
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

/** What is in the bundle, by the names that the script's entry gives; `never` fits wherever a decoder wants it. */
type Clients = Readonly<Record<string, never>>;

let loaded: Clients | undefined;
const clients = (): Clients => (loaded ??= loadClients() as Clients);

const SYSTEM = codamaDecoder({
  errors: SYSTEM_ERRORS,
  fixed: SYSTEM_LAYOUTS,
  client: () => ({
    parse: clients()['parseSystemInstruction'],
    instructions: clients()['SystemInstruction'],
  }),
});

const TOKEN = codamaDecoder({
  errors: TOKEN_ERRORS,
  fixed: TOKEN_LAYOUTS,
  client: () => ({
    parse: clients()['parseTokenInstruction'],
    instructions: clients()['TokenInstruction'],
    enums: { authorityType: clients()['TokenAuthorityType'] },
    parseBatch: clients()['parseTokenBatchInstruction'],
  }),
});

const TOKEN_2022 = codamaDecoder({
  errors: TOKEN_2022_ERRORS,
  fixed: TOKEN_LAYOUTS,
  client: () => ({
    parse: clients()['parseToken2022Instruction'],
    instructions: clients()['Token2022Instruction'],
    enums: { authorityType: clients()['Token2022AuthorityType'], state: clients()['Token2022AccountState'] },
    parseBatch: clients()['parseToken2022BatchInstruction'],
  }),
});

const ASSOCIATED_TOKEN = codamaDecoder({
  errors: ASSOCIATED_TOKEN_ERRORS,
  fixed: ASSOCIATED_TOKEN_LAYOUTS,
  client: () => ({
    parse: clients()['parseAssociatedTokenInstruction'],
    instructions: clients()['AssociatedTokenInstruction'],
    // The program takes no data at all for `Create`; the client's parser doesn't.
    dataIfEmpty: new Uint8Array(1),
  }),
});

const COMPUTE_BUDGET = codamaDecoder({
  errors: [],
  fixed: COMPUTE_BUDGET_LAYOUTS,
  client: () => ({
    parse: clients()['parseComputeBudgetInstruction'],
    instructions: clients()['ComputeBudgetInstruction'],
  }),
});

const STAKE = codamaDecoder({
  errors: STAKE_ERRORS,
  client: () => ({
    parse: clients()['parseStakeInstruction'],
    instructions: clients()['StakeInstruction'],
    enums: { stakeAuthorize: clients()['StakeAuthorize'] },
  }),
});

const ADDRESS_LOOKUP_TABLE = codamaDecoder({
  errors: [],
  client: () => ({
    parse: clients()['parseAddressLookupTableInstruction'],
    instructions: clients()['AddressLookupTableInstruction'],
  }),
});

/** A memo is its data. */
const MEMO: ProgramDecoder = {
  decodeInstruction: ({ data, accounts }) => ({
    name: 'Memo',
    args: { memo: new TextDecoder().decode(data) },
    accountNames: accounts.map(() => 'signer'),
  }),
};

const PRECOMPILE: ProgramDecoder = { describeError: describeErrorBy(PRECOMPILE_ERRORS) };

/** Program address and decoder. */
export const DEFAULT_DECODERS: readonly (readonly [address: string, decoder: ProgramDecoder])[] = [
  ['11111111111111111111111111111111', SYSTEM],
  ['TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA', TOKEN],
  ['TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb', TOKEN_2022],
  ['ATokenGPvbdGVxr1b2hvZbsiqW5xWH25efTNsLJA8knL', ASSOCIATED_TOKEN],
  ['Memo1UhkJRfHyvLMcVucJwxXeuD728EqVDDwQDxFMNo', MEMO],
  ['MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr', MEMO],
  ['Memo4c2pN8afCj432Lb7RMVKi9PbQnnW7ewFFaV3oAH', MEMO],
  ['ComputeBudget111111111111111111111111111111', COMPUTE_BUDGET],
  ['Stake11111111111111111111111111111111111111', STAKE],
  ['AddressLookupTab1e1111111111111111111111111', ADDRESS_LOOKUP_TABLE],
  ['BPFLoaderUpgradeab1e11111111111111111111111', LOADER_V3_DECODER],
  ['Ed25519SigVerify111111111111111111111111111', PRECOMPILE],
  ['KeccakSecp256k11111111111111111111111111111', PRECOMPILE],
  ['Secp256r1SigVerify1111111111111111111111111', PRECOMPILE],
];

/** A new registry with the decoders of the well-known programs, to add your own to. */
export function createDefaultDecoders(): DecoderRegistry {
  return new DecoderRegistry(DEFAULT_DECODERS);
}
