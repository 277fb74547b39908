// What goes wrong where an associated token account is created.

import { failure } from './case.ts';
import * as s from './scene.ts';

const { PAYER, ALICE, BOB, MINT, OTHER_MINT, ataOf, meta, u8, instruction } = s;

export const ASSOCIATED_TOKEN_CASES = [
  failure(
    'ata-of-other-mint',
    'The address was derived for another mint than the one that is passed.',
    'PROGRAM_INVALID_SEEDS',
    [/other mint/],
    (scene) => {
      scene.mint(MINT);
      scene.mint(OTHER_MINT);
      return scene.send([s.ataCreate(PAYER, ataOf(ALICE, OTHER_MINT), ALICE, MINT), s.transfer(PAYER, OTHER_MINT, 1n)]);
    },
  ),
  failure(
    'ata-without-system',
    'The System program is left out; Token stands at its place, one too early.',
    'INSTRUCTION_ACCOUNTS_MISSING',
    [/`systemProgram` \(System\) is left out/, /account 4, stands Token/, /as account 4, before Token/],
    (scene) => {
      scene.mint(MINT);
      const accounts = [meta(PAYER, 'sw'), meta(ataOf(ALICE, MINT), 'w'), meta(ALICE), meta(MINT), meta(s.TOKEN)];
      return scene.send([instruction(s.ATA, accounts, u8(0))]);
    },
  ),
  failure(
    'ata-of-other-wallet',
    'The address was derived for alice, the instruction names bob.',
    'PROGRAM_INVALID_SEEDS',
    ['alice'],
    (scene) => {
      scene.mint(MINT);
      scene.account(ALICE);
      return scene.send([s.ataCreate(PAYER, ataOf(ALICE, MINT), BOB, MINT), s.transfer(PAYER, ALICE, 1n)]);
    },
  ),
  failure(
    'ata-of-other-token-program',
    'The address was derived with Token-2022, the instruction names Token.',
    'PROGRAM_INVALID_SEEDS',
    ['Token-2022'],
    (scene) => {
      scene.mint(MINT);
      return scene.send([
        s.ataCreate(PAYER, ataOf(ALICE, MINT, s.TOKEN_2022), ALICE, MINT),
        instruction(s.TOKEN_2022, [], u8(17)),
      ]);
    },
  ),
  failure(
    'ata-token-program-swapped',
    'The mint is of Token-2022, the ATA is made for Token.',
    'PROGRAM_INCORRECT_PROGRAM_ID',
    ['Token-2022'],
    (scene) => {
      scene.mint(MINT, s.mintData(PAYER), s.TOKEN_2022);
      return scene.send([s.ataCreate(PAYER, ataOf(ALICE, MINT), ALICE, MINT)]);
    },
  ),
  failure(
    'ata-exists',
    'The associated token account exists already.',
    'PROGRAM_ILLEGAL_OWNER',
    [/exists already/, /Idempotent/],
    (scene) => {
      scene.mint(MINT);
      scene.tokens(ataOf(ALICE, MINT), MINT, ALICE, 0n);
      return scene.send([s.ataCreate(PAYER, ataOf(ALICE, MINT), ALICE, MINT)]);
    },
  ),
  failure(
    'ata-readonly',
    'The new token account is passed read-only.',
    'CPI_WRITABLE_PRIVILEGE',
    [/`ata` \(account 1\) writable/],
    (scene) => {
      scene.mint(MINT);
      const create = s.ataCreate(PAYER, ataOf(ALICE, MINT), ALICE, MINT);
      return scene.send([
        { ...create, accounts: (create.accounts ?? []).map((m, i) => (i === 1 ? { ...m, isWritable: false } : m)) },
      ]);
    },
  ),
  failure(
    'ata-mint-missing',
    'The mint does not exist.',
    'PROGRAM_INCORRECT_PROGRAM_ID',
    ['mint', /does not exist/],
    (scene) => scene.send([s.ataCreate(PAYER, ataOf(ALICE, MINT), ALICE, MINT)]),
  ),
  failure(
    'ata-payer-poor',
    'alice can pay the fee but not the rent of the token account.',
    'SYSTEM_RESULT_WITH_NEGATIVE_LAMPORTS',
    ['alice'],
    (scene) => {
      scene.mint(MINT);
      scene.account(ALICE, { lamports: 1_500_000n });
      return scene.send([s.ataCreate(ALICE, ataOf(ALICE, MINT), ALICE, MINT)], { feePayer: ALICE });
    },
  ),
];
