// What System and Memo refuse.

import { failure } from './case.ts';
import * as s from './scene.ts';

const { PAYER, ALICE, BOB, VAULT, OUTER, key, meta, u8, u32, u64, join, text, instruction } = s;

export const SYSTEM_CASES = [
  failure(
    'transfer-too-much',
    'alice has 10 SOL and sends 11.',
    'SYSTEM_RESULT_WITH_NEGATIVE_LAMPORTS',
    ['alice', /11,000,000,000|11000000000/],
    (scene) => {
      scene.account(ALICE);
      return scene.send([s.transfer(ALICE, BOB, 11_000_000_000n)]);
    },
  ),
  failure(
    'transfer-from-data-account',
    'Lamports are taken from an account with data by System.',
    'PROGRAM_INVALID_ARGUMENT',
    [/carries data|data/],
    (scene) => {
      scene.account(ALICE, { data: new Uint8Array(8) });
      return scene.send([s.transfer(ALICE, BOB, 1_000_000n)]);
    },
  ),
  failure(
    'transfer-from-foreign',
    'System takes lamports from an account that a program owns.',
    'ACCOUNT_LAMPORTS_NOT_OWNED',
    ['vault', /owner/],
    (scene) => {
      scene.account(VAULT, { owner: OUTER });
      return scene.send([s.transfer(VAULT, BOB, 1_000_000n)]);
    },
  ),
  failure(
    'create-existing',
    'The account to create exists.',
    'SYSTEM_ACCOUNT_ALREADY_IN_USE',
    ['bob', /already/],
    (scene) => {
      scene.account(BOB);
      return scene.send([s.createAccount(PAYER, BOB, 1_000_000n, 8n, OUTER)]);
    },
  ),
  failure(
    'create-too-large',
    'An account of 11 MiB is asked for.',
    'SYSTEM_INVALID_ACCOUNT_DATA_LENGTH',
    ['10485760'],
    (scene) => scene.send([s.createAccount(PAYER, BOB, 1_000_000n, 11_534_336n, OUTER)]),
  ),
  failure(
    'create-without-rent',
    'The new account of 100 bytes gets 1,000,000 lamports; it needs 1,586,880.',
    'TX_RENT',
    ['bob', '1,586,880'],
    (scene) => scene.send([s.createAccount(PAYER, BOB, 1_000_000n, 100n, OUTER)]),
  ),
  failure(
    'create-unsigned',
    'The new account bob did not sign its creation.',
    'PROGRAM_MISSING_REQUIRED_SIGNATURE',
    ['bob', /sign/],
    (scene) => {
      const create = s.createAccount(PAYER, BOB, 1_000_000n, 0n, OUTER);
      return scene.send([{ ...create, accounts: [create.accounts![0], meta(BOB, 'w')] } as never]);
    },
  ),
  failure(
    'create-with-wrong-seed',
    'The address was made with another seed.',
    'SYSTEM_ADDRESS_WITH_SEED_MISMATCH',
    [/does not match derived address/],
    (scene) =>
      scene.send([
        instruction(
          s.SYSTEM,
          [meta(PAYER, 'sw'), meta(key(60), 'w')],
          join(u32(3), PAYER.bytes, u64(5n), text('vault'), u64(1_000_000n), u64(0n), OUTER.bytes),
        ),
      ]),
  ),
  failure(
    'system-garbage',
    'The bytes are no System instruction.',
    'PROGRAM_INVALID_INSTRUCTION_DATA',
    [/InvalidInstructionData/],
    (scene) => scene.send([instruction(s.SYSTEM, [], u32(99))]),
  ),
  failure('system-too-few-accounts', 'Transfer got one account.', 'INSTRUCTION_ACCOUNTS_MISSING', [/2/], (scene) =>
    scene.send([instruction(s.SYSTEM, [meta(PAYER, 'sw')], join(u32(2), u64(1n)))]),
  ),
  failure(
    'transfer-readonly',
    'The recipient is read-only.',
    'ACCOUNT_LAMPORTS_READONLY',
    ['bob', /writable/],
    (scene) => {
      scene.account(BOB);
      return scene.send([instruction(s.SYSTEM, [meta(PAYER, 'sw'), meta(BOB)], join(u32(2), u64(1n)))]);
    },
  ),
  failure('memo-not-utf8', 'The memo is not UTF-8.', 'SYSCALL_ARGUMENT', ['Memo'], (scene) =>
    scene.send([instruction(s.MEMO, [], u8(0xff, 0xfe))]),
  ),
  failure(
    'memo-unsigned',
    'The memo names bob, who did not sign.',
    'PROGRAM_MISSING_REQUIRED_SIGNATURE',
    ['Memo'],
    (scene) => scene.send([instruction(s.MEMO, [meta(BOB)], text('hi'))]),
  ),
];
