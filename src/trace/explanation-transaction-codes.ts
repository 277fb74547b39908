// The part of the table of codes that is about transactions as a whole: explanation-codes.ts has the rest.

import { type CodeRow, row } from './explanation-row.ts';

/** Rejected before anything ran, or found wanting as a whole. */
export const TRANSACTION_CODES = {
  TX_MALFORMED: row(
    'The transaction contradicts itself',
    'A count, an index or a size in the message is out of bounds, or the transaction is longer than a packet. Validators refuse it before they look at any account (SanitizeFailure).',
    'Compile the message with a client library instead of by hand.',
    'Where it is too long: use an address lookup table, or split it.',
  ),
  TX_SIGNATURE_INVALID: row(
    'A signature does not fit',
    'Signature i must be made with the key of account i over exactly the bytes of the message. One is missing, is by another key, or was made before the message changed.',
    'Sign last, with every key that the header names as a signer.',
  ),
  TX_ACCOUNT_TWICE: row(
    'An account is listed twice',
    'The account keys of a message, those of its lookup tables included, must be distinct. Instructions refer to one key as often as they like.',
    'List the key once; where a lookup table holds it too, take it from one of the two.',
  ),
  TX_TOO_MANY_ACCOUNTS: row(
    'The transaction names too many accounts',
    'A transaction may lock 64 accounts, those of its lookup tables included.',
    'Split the transaction.',
  ),
  TX_BLOCKHASH_NOT_FOUND: row(
    'The blockhash is unknown or too old',
    'A transaction must carry one of the last 150 blockhashes, so that it can be forgotten afterwards. This one carries none of them, and no durable nonce stands in for it.',
    'Fetch the latest blockhash, set it, and sign again.',
    'In tests: fetch the blockhash after the last warp or expireBlockhash.',
  ),
  TX_NONCE_INVALID: row(
    'The durable nonce does not date the transaction',
    "The first instruction advances a nonce account, but the account's stored nonce is not the transaction's blockhash, was advanced in this block already, or its authority does not sign.",
    "Read the nonce account anew, use its value as the transaction's blockhash, and let its authority sign.",
  ),
  TX_ALREADY_PROCESSED: row(
    'The transaction was processed before',
    'A transaction with the same message and blockhash was processed before, successfully or not. It is not run again.',
    'Build it anew with a fresh blockhash, or change something in it.',
  ),
  TX_PAYER_MISSING: row(
    'The fee payer does not exist',
    'The first account of the message pays the fee. It has no lamports.',
    'Fund it first: an airdrop in a test, a transfer elsewhere.',
  ),
  TX_PAYER_INVALID: row(
    'The fee payer is not a wallet',
    'Only an account of the System program without data, or a nonce account, can pay fees. PDAs, token accounts and data accounts cannot.',
    'Let a wallet pay the fee.',
  ),
  TX_PAYER_POOR: row(
    'The fee payer cannot pay the fee',
    'The payer has fewer lamports than signatures, precompile signatures and priority fee together cost.',
    'Fund the payer, or lower the compute unit price.',
  ),
  TX_RENT: row(
    'An account would be left below the rent-exempt minimum',
    'After a transaction each account it wrote must hold nothing at all, or the minimum for its size: (128 + bytes of data) × 6,960 lamports.',
    'Leave the account its minimum, or take everything out of it.',
    'Where the account is new, send it at least 890,880 lamports.',
  ),
  TX_PROGRAM_MISSING: row(
    'A program of the transaction does not exist',
    'An instruction names a program account that is not there.',
    'Check the program address and the cluster; deploy the program, or add it to the test.',
  ),
  TX_NOT_A_PROGRAM: row(
    'An instruction names an account that is no program',
    'The account at the program’s place is owned by no loader.',
    'Check the program address: wallets, mints and PDAs are no programs. Are program and account swapped?',
  ),
  TX_LOOKUP_TABLE_MISSING: row(
    'A lookup table does not exist',
    'The message loads addresses from a table that is not there, or that was deactivated.',
    'Check the address of the table; create it, or use another one.',
  ),
  TX_LOOKUP_TABLE_OWNER: row(
    'An account named as a lookup table is not one',
    'Its owner is another program than Address Lookup Table.',
    'Check the address of the table.',
  ),
  TX_LOOKUP_TABLE_DATA: row(
    'An account named as a lookup table holds none',
    'Its owner is right, but its data is no initialized table.',
    'Check the address of the table, and that it was created.',
  ),
  TX_LOOKUP_TABLE_INDEX: row(
    'A lookup table has no address at that index',
    'The message takes an address that the table does not have yet. Addresses can be used from the slot after the one that added them.',
    'Wait a slot after extending the table (in a test: warpToSlot), and check the index.',
  ),
  TX_LOADED_DATA_SIZE: row(
    'The accounts hold more bytes than the transaction may load',
    'All accounts, with programs and 64 bytes for each, count against a limit: 64 MiB, or what SetLoadedAccountsDataSizeLimit says.',
    'Raise SetLoadedAccountsDataSizeLimit, or name fewer and smaller accounts.',
  ),
  TX_LOADED_DATA_SIZE_ZERO: row(
    'The limit on loaded bytes is zero',
    'SetLoadedAccountsDataSizeLimit was given 0, which no transaction can keep.',
    'Leave the instruction out, or give it what the accounts need.',
  ),
  TX_COMPUTE_BUDGET_TWICE: row(
    'A compute budget value is set twice',
    'Each of the compute budget instructions may stand in a transaction once.',
    'Remove the second one. Does a library add its own?',
  ),
  TX_COMPUTE_BUDGET_INVALID: row(
    'A compute budget instruction is invalid',
    'Its bytes are none of the program’s instructions, or its value is out of range: a heap frame is a multiple of 1,024 from 32,768 to 262,144 bytes.',
    'Build it with a client library, and check the value.',
  ),
  TX_VERSION_UNSUPPORTED: row(
    'The version of the message is not active',
    'The message has a version, or loads addresses in a way, that the feature set does not allow.',
    'Use version 0, or switch the feature on.',
  ),
  TX_REFUSED: row(
    'The transaction was refused',
    'A check on the transaction as a whole refused it.',
    'See the error’s own text.',
  ),
} satisfies Record<string, CodeRow>;
