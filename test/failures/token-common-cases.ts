// What everybody meets who moves, mints, freezes and closes tokens: the errors of Token, and of Token-2022 without extensions.

import { failure } from './case.ts';
import * as s from './scene.ts';

const { PAYER, ALICE, BOB, MINT, OTHER_MINT, ALICE_TOKENS, BOB_TOKENS, meta, u8, u64, join, instruction } = s;

const tokens = (scene: s.Scene, program = s.TOKEN): void => s.mintAndTokens(scene, 100n, 1, program);

export const TOKEN_COMMON_CASES = [
  failure(
    'token-too-little',
    "alice's tokens hold 100, and 500 are to be moved.",
    'TOKEN_INSUFFICIENT_FUNDS',
    ["alice's tokens", '100', '500'],
    (scene) => {
      tokens(scene);
      return scene.send([s.tokenTransfer(ALICE_TOKENS, BOB_TOKENS, PAYER, 500n)]);
    },
  ),
  failure(
    'token-wrong-owner',
    "alice signs for tokens that are the payer's.",
    'TOKEN_OWNER_MISMATCH',
    ['alice', 'payer'],
    (scene) => {
      tokens(scene);
      scene.account(ALICE);
      return scene.send([s.tokenTransfer(ALICE_TOKENS, BOB_TOKENS, ALICE, 5n)]);
    },
  ),
  failure(
    'token-mint-mismatch',
    "bob's tokens are of another mint.",
    'TOKEN_MINT_MISMATCH',
    ["bob's tokens", 'other mint'],
    (scene) => {
      tokens(scene);
      scene.mint(OTHER_MINT);
      scene.tokens(BOB_TOKENS, OTHER_MINT, BOB, 0n);
      return scene.send([s.tokenTransfer(ALICE_TOKENS, BOB_TOKENS, PAYER, 5n)]);
    },
  ),
  failure(
    'token-accounts-swapped',
    'Mint and source are swapped in TransferChecked.',
    'PROGRAM_INVALID_ACCOUNT_DATA',
    [/a mint, not a token account|token account, not a mint/, /order/],
    (scene) => {
      tokens(scene);
      return scene.send([s.tokenTransferChecked(MINT, ALICE_TOKENS, BOB_TOKENS, PAYER, 5n, 6)]);
    },
  ),
  failure('token-frozen', "alice's tokens are frozen.", 'TOKEN_ACCOUNT_FROZEN', ["alice's tokens", /thaw/], (scene) => {
    tokens(scene);
    scene.tokens(ALICE_TOKENS, MINT, PAYER, 100n, 2);
    return scene.send([s.tokenTransfer(ALICE_TOKENS, BOB_TOKENS, PAYER, 5n)]);
  }),
  failure(
    'token-decimals',
    'The mint has 6 decimals, the instruction says 9.',
    'TOKEN_MINT_DECIMALS_MISMATCH',
    ['6', '9'],
    (scene) => {
      tokens(scene);
      return scene.send([s.tokenTransferChecked(ALICE_TOKENS, MINT, BOB_TOKENS, PAYER, 5n, 9)]);
    },
  ),
  failure(
    'token-destination-missing',
    "bob's token account was never created.",
    /* Token looks at its owner first. */ 'PROGRAM_INVALID_ACCOUNT_DATA',
    ["bob's tokens", /does not exist/],
    (scene) => {
      scene.mint(MINT);
      scene.tokens(ALICE_TOKENS, MINT, PAYER, 100n);
      return scene.send([s.tokenTransfer(ALICE_TOKENS, BOB_TOKENS, PAYER, 5n)]);
    },
  ),
  failure(
    'token-destination-is-wallet',
    "The tokens are sent to bob's wallet, not to his token account.",
    'PROGRAM_INVALID_ACCOUNT_DATA',
    ['bob', /owned by System/],
    (scene) => {
      tokens(scene);
      scene.account(BOB);
      return scene.send([s.tokenTransfer(ALICE_TOKENS, BOB, PAYER, 5n)]);
    },
  ),
  failure(
    'token-programs-swapped',
    'The accounts are of Token-2022, the instruction goes to Token.',
    'ACCOUNT_DATA_NOT_OWNED',
    ['Token-2022'],
    (scene) => {
      tokens(scene, s.TOKEN_2022);
      return scene.send([s.tokenTransfer(ALICE_TOKENS, BOB_TOKENS, PAYER, 5n)]);
    },
  ),
  failure(
    'token-2022-gets-token',
    'The accounts are of Token, the instruction goes to Token-2022.',
    'PROGRAM_INCORRECT_PROGRAM_ID',
    [/belongs to Token\b/],
    (scene) => {
      tokens(scene);
      return scene.send([s.tokenTransfer(ALICE_TOKENS, BOB_TOKENS, PAYER, 5n, s.TOKEN_2022)]);
    },
  ),
  failure(
    'token-authority-unsigned',
    'The authority bob is not marked a signer.',
    'PROGRAM_MISSING_REQUIRED_SIGNATURE',
    ['bob', /sign/],
    (scene) => {
      tokens(scene);
      scene.tokens(ALICE_TOKENS, MINT, BOB, 100n);
      return scene.send([
        instruction(s.TOKEN, [meta(ALICE_TOKENS, 'w'), meta(BOB_TOKENS, 'w'), meta(BOB)], join(u8(3), u64(5n))),
      ]);
    },
  ),
  failure(
    'mint-wrong-authority',
    'alice is not the mint authority.',
    'TOKEN_OWNER_MISMATCH',
    [/mint authority/, 'alice'],
    (scene) => {
      tokens(scene);
      scene.account(ALICE);
      return scene.send([s.mintTo(MINT, ALICE_TOKENS, ALICE, 5n)]);
    },
  ),
  failure(
    'mint-fixed-supply',
    'The mint authority was given up.',
    'TOKEN_FIXED_SUPPLY',
    [/no mint authority/],
    (scene) => {
      tokens(scene);
      scene.mint(MINT, s.mintData(undefined));
      return scene.send([s.mintTo(MINT, ALICE_TOKENS, PAYER, 5n)]);
    },
  ),
  failure(
    'close-with-balance',
    'A token account with a balance is closed.',
    'TOKEN_NON_NATIVE_HAS_BALANCE',
    [/still holds 100/],
    (scene) => {
      tokens(scene);
      return scene.send([instruction(s.TOKEN, [meta(ALICE_TOKENS, 'w'), meta(PAYER, 'w'), meta(PAYER, 's')], u8(9))]);
    },
  ),
  failure('mint-initialized-twice', 'The mint exists already.', 'TOKEN_ALREADY_IN_USE', [/already/], (scene) => {
    tokens(scene);
    return scene.send([instruction(s.TOKEN, [meta(MINT, 'w')], join(u8(20, 6), PAYER.bytes, u8(0)))]);
  }),
  failure(
    'mint-without-rent',
    'The account of the mint was funded with 1,000,000 lamports; it needs 1,461,600.',
    'TOKEN_NOT_RENT_EXEMPT',
    [/rent/],
    (scene) => {
      scene.account(MINT, { lamports: 1_000_000n, owner: s.TOKEN, data: new Uint8Array(82) });
      return scene.send([instruction(s.TOKEN, [meta(MINT, 'w')], join(u8(20, 6), PAYER.bytes, u8(0)))]);
    },
  ),
  failure(
    'freeze-without-authority',
    'The mint has no freeze authority.',
    'TOKEN_MINT_CANNOT_FREEZE',
    [/no freeze authority/],
    (scene) => {
      tokens(scene);
      scene.mint(MINT, s.mintData(PAYER));
      return scene.send([instruction(s.TOKEN, [meta(ALICE_TOKENS, 'w'), meta(MINT), meta(PAYER, 's')], u8(10))]);
    },
  ),
  failure('thaw-not-frozen', 'The account to thaw is not frozen.', 'TOKEN_INVALID_STATE', [/not frozen/], (scene) => {
    tokens(scene);
    return scene.send([instruction(s.TOKEN, [meta(ALICE_TOKENS, 'w'), meta(MINT), meta(PAYER, 's')], u8(11))]);
  }),
  failure(
    'token-uninitialized',
    'The source was created but never initialized.',
    'PROGRAM_UNINITIALIZED_ACCOUNT',
    [/not initialized/],
    (scene) => {
      tokens(scene);
      scene.account(ALICE_TOKENS, { lamports: 10_000_000n, owner: s.TOKEN, data: new Uint8Array(165) });
      return scene.send([s.tokenTransfer(ALICE_TOKENS, BOB_TOKENS, PAYER, 5n)]);
    },
  ),
  failure(
    'token-garbage',
    'The bytes are no instruction of Token.',
    'TOKEN_INVALID_INSTRUCTION',
    [/no instruction/],
    (scene) => scene.send([instruction(s.TOKEN, [], u8(200))]),
  ),
  failure(
    'token-too-few-accounts',
    'Transfer got two accounts of three.',
    'INSTRUCTION_ACCOUNTS_MISSING',
    [/all accounts/],
    (scene) => {
      tokens(scene);
      return scene.send([instruction(s.TOKEN, [meta(ALICE_TOKENS, 'w'), meta(BOB_TOKENS, 'w')], join(u8(3), u64(5n)))]);
    },
  ),
  failure(
    'token-readonly',
    "alice's tokens are passed read-only.",
    'ACCOUNT_DATA_READONLY',
    ["alice's tokens", /writable/],
    (scene) => {
      tokens(scene);
      return scene.send([
        instruction(s.TOKEN, [meta(ALICE_TOKENS), meta(BOB_TOKENS, 'w'), meta(PAYER, 's')], join(u8(3), u64(5n))),
      ]);
    },
  ),
  failure(
    'token-2022-fee-mint',
    'A Token-2022 mint with the memo extension: the destination requires a memo.',
    'TOKEN_2022_NO_MEMO',
    [/memo/i],
    (scene) => {
      tokens(scene, s.TOKEN_2022);
      const data = join(s.tokenData(MINT, BOB, 0n), u8(2), u8(8, 0, 1, 0, 1));
      scene.account(BOB_TOKENS, { lamports: 10_000_000n, owner: s.TOKEN_2022, data });
      return scene.send([s.tokenTransferChecked(ALICE_TOKENS, MINT, BOB_TOKENS, PAYER, 5n, 6, s.TOKEN_2022)]);
    },
  ),
  failure(
    'token-2022-too-little',
    'Token-2022: 100 are there, 500 are to be moved.',
    'TOKEN_2022_INSUFFICIENT_FUNDS',
    ['100', '500'],
    (scene) => {
      tokens(scene, s.TOKEN_2022);
      return scene.send([s.tokenTransferChecked(ALICE_TOKENS, MINT, BOB_TOKENS, PAYER, 500n, 6, s.TOKEN_2022)]);
    },
  ),
];
