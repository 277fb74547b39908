// Instructions in the wrong order, and what programs find that an earlier instruction or call did: broken transactions that
// were written before looking at how they are explained.

import { failure } from './case.ts';
import * as s from './scene.ts';

const { PAYER, ALICE, BOB, MINT, ALICE_TOKENS, BOB_TOKENS, VAULT, POOL, OUTER, INNER, TOKEN } = s;
const { meta, u8, u64, join, instruction, Script } = s;

const token = (data: Uint8Array, ...accounts: s.Meta[]) => instruction(TOKEN, accounts, data);
const initializeAccount = token(join(u8(18), PAYER.bytes), meta(VAULT, 'w'), meta(MINT));
const transfer = s.tokenTransfer(ALICE_TOKENS, BOB_TOKENS, PAYER, 5n);
const close = token(u8(9), meta(ALICE_TOKENS, 'w'), meta(PAYER, 'w'), meta(PAYER, 's'));
const WITH_TOKEN = [meta(ALICE_TOKENS, 'w'), meta(BOB_TOKENS, 'w'), meta(PAYER, 'sw'), meta(TOKEN)];

const tokens = s.mintAndTokens;
/** A program's call to Token that moves from alice's tokens to bob's. */
const moves = (scene: s.Scene, amount: bigint) => ({
  programId: s.toKey(TOKEN),
  infos: scene.infos(WITH_TOKEN),
  metas: WITH_TOKEN.slice(0, 3).map(({ address, isSigner, isWritable }) => ({ pubkey: address, isSigner, isWritable })),
  data: join(u8(3), u64(amount)),
});

export const ORDER_CASES = [
  failure(
    'approved-after-use',
    'alice transfers as a delegate before Approve makes her one.',
    'TOKEN_OWNER_MISMATCH',
    [/comes only after: instruction #1 \(Token: Approve\)/, /Put instruction #1/],
    (scene) => {
      tokens(scene);
      scene.account(ALICE);
      const approve = token(join(u8(4), u64(10n)), meta(ALICE_TOKENS, 'w'), meta(ALICE), meta(PAYER, 's'));
      return scene.send([s.tokenTransfer(ALICE_TOKENS, BOB_TOKENS, ALICE, 5n), approve]);
    },
  ),
  failure(
    'thawed-after-use',
    'The transfer stands before ThawAccount.',
    'TOKEN_ACCOUNT_FROZEN',
    [/comes only after: instruction #1 \(Token: ThawAccount\)/],
    (scene) => {
      tokens(scene, 50n, 2);
      return scene.send([transfer, token(u8(11), meta(ALICE_TOKENS, 'w'), meta(MINT), meta(PAYER, 's'))]);
    },
  ),
  failure(
    'minted-after-use',
    'The transfer stands before the MintTo that brings the tokens.',
    'TOKEN_INSUFFICIENT_FUNDS',
    [/comes only after: instruction #1 \(Token: MintTo\)/],
    (scene) => {
      tokens(scene, 0n);
      return scene.send([transfer, s.mintTo(MINT, ALICE_TOKENS, PAYER, 5n)]);
    },
  ),
  failure(
    'funded-after-use',
    'alice spends before the transfer that funds her.',
    'SYSTEM_RESULT_WITH_NEGATIVE_LAMPORTS',
    [/comes only after: instruction #1 \(System: TransferSol\)/],
    (scene) => scene.send([s.transfer(ALICE, BOB, 5_000_000n), s.transfer(PAYER, ALICE, 50_000_000n)]),
  ),
  failure(
    'initialized-before-created',
    'InitializeAccount3 stands before CreateAccount.',
    'PROGRAM_INVALID_ACCOUNT_DATA',
    [/does not exist/, /comes only after: instruction #1 \(System: CreateAccount\)/],
    (scene) => {
      scene.mint(MINT);
      return scene.send([initializeAccount, s.createAccount(PAYER, VAULT, 2_039_280n, 165n, TOKEN)]);
    },
  ),
  failure(
    'account-before-its-mint',
    'The token account is initialized before its mint is.',
    'TOKEN_INVALID_MINT',
    [/`mint` .*is not initialized/, /comes only after: instruction #3 \(Token: InitializeMint2\)/],
    (scene) =>
      scene.send([
        s.createAccount(PAYER, MINT, 1_461_600n, 82n, TOKEN),
        s.createAccount(PAYER, VAULT, 2_039_280n, 165n, TOKEN),
        initializeAccount,
        token(join(u8(20, 6), PAYER.bytes, u8(0)), meta(MINT, 'w')),
      ]),
  ),
  failure(
    'spent-twice-in-calls',
    'A program moves 4 of 5 tokens by a call, and then 4 again.',
    'TOKEN_INSUFFICIENT_FUNDS',
    [/holds 1, and 4/, /call #0\.0 \(Token: Transfer\) took 4 of the 5 tokens/, /and call #0\.1/],
    (scene) => {
      tokens(scene, 5n);
      scene.program(OUTER, 'driver');
      const move = moves(scene, 4n);
      return scene.send([scene.script(WITH_TOKEN, new Script().call('rust', move).call('rust', move))]);
    },
  ),
  failure(
    'frozen-before-a-nested-call',
    'FreezeAccount at top level, then a transfer two calls deep.',
    'TOKEN_ACCOUNT_FROZEN',
    [/instruction #0 \(Token: FreezeAccount\) froze alice's tokens/],
    (scene) => {
      tokens(scene, 5n);
      scene.program(OUTER, 'driver');
      scene.program(INNER, 'driver');
      const accounts = [...WITH_TOKEN, meta(INNER)];
      const script = new Script().call('rust', {
        programId: INNER,
        infos: scene.infos(accounts),
        metas: WITH_TOKEN.map(({ address, isSigner, isWritable }) => ({ pubkey: address, isSigner, isWritable })),
        data: new Script().call('rust', moves(scene, 4n)).exit(),
      });
      const freeze = token(u8(10), meta(ALICE_TOKENS, 'w'), meta(MINT), meta(PAYER, 's'));
      return scene.send([freeze, scene.script(accounts, script)]);
    },
  ),
  failure(
    'anchor-account-closed-before',
    'An Anchor program wants an account that the instruction before has closed.',
    'ANCHOR_ACCOUNT_NOT_INITIALIZED',
    [/alice's tokens does not exist/, /instruction #0 \(Token: CloseAccount\) closed alice's tokens/],
    (scene) => {
      tokens(scene, 0n);
      scene.program(OUTER, 'say');
      const log =
        'AnchorError caused by account: vault. Error Code: AccountNotInitialized. Error Number: 3012. Error Message: The program expected this account to be already initialized.';
      return scene.send([close, s.say(OUTER, 3012n, log, [meta(ALICE_TOKENS, 'w'), meta(PAYER, 's')])]);
    },
  ),
  failure(
    'own-error-after-a-write',
    'A program returns its own error over an account that another program wrote to before.',
    'PROGRAM_CUSTOM_ERROR',
    [/pool is locked/, /Before it, instruction #0 \(outer program\) changed the data of pool/],
    (scene) => {
      scene.program(OUTER, { asm: 'entrypoint:\n mov64 r2, 7\n stxb [r1+96], r2\n mov64 r0, 0\n exit' });
      scene.program(INNER, 'say');
      scene.account(POOL, { owner: OUTER, data: new Uint8Array(16) });
      return scene.send([
        instruction(OUTER, [meta(POOL, 'w')], u8()),
        s.say(INNER, 6000n, 'pool is locked', [meta(POOL)]),
      ]);
    },
  ),
  failure(
    'closed-by-its-delegate',
    'payer is the delegate of bob’s account and wants to close it: delegates move and burn only.',
    'TOKEN_OWNER_MISMATCH',
    [/owner of `account` .* is bob/],
    (scene) => {
      tokens(scene);
      const data = s.tokenData(MINT, BOB, 0n);
      data.set(join(u8(1, 0, 0, 0), PAYER.bytes), 72);
      scene.account(ALICE_TOKENS, { lamports: 10_000_000n, owner: TOKEN, data });
      return scene.send([close]);
    },
  ),
  failure(
    'lamports-to-a-program-that-runs',
    'A program that the transaction runs is sent lamports: the runtime makes it read-only.',
    'ACCOUNT_LAMPORTS_READONLY',
    [/outer program/, /in a transaction that runs it/],
    (scene) => {
      scene.program(OUTER, { asm: 'entrypoint:\n mov64 r0, 0\n exit' });
      return scene.send([s.transfer(PAYER, OUTER, 1_000_000n), instruction(OUTER, [], u8())]);
    },
  ),
  failure(
    'approved-for-too-little',
    'bob is approved for 3 in #0, and moves 5 in #1: to leave the approval out is no help.',
    'TOKEN_INSUFFICIENT_FUNDS',
    [/delegate for 3, and 5 are asked for/, /Approve 5 or more/, /^(?!.*leave that out)/s],
    (scene) => {
      tokens(scene);
      scene.account(BOB);
      return scene.send([
        token(join(u8(4), u64(3n)), meta(ALICE_TOKENS, 'w'), meta(BOB), meta(PAYER, 's')),
        s.tokenTransfer(ALICE_TOKENS, BOB_TOKENS, BOB, 5n),
      ]);
    },
  ),
  failure(
    'closed-then-used',
    'The first instruction closes the token account, the second transfers from it.',
    'PROGRAM_INVALID_ACCOUNT_DATA',
    ["alice's tokens", /does not exist/, /instruction #0 \(Token: CloseAccount\) closed alice's tokens/],
    (scene) => {
      scene.mint(MINT);
      scene.tokens(s.ALICE_TOKENS, MINT, PAYER, 0n);
      scene.tokens(s.BOB_TOKENS, MINT, BOB, 0n);
      const close = instruction(s.TOKEN, [meta(s.ALICE_TOKENS, 'w'), meta(PAYER, 'w'), meta(PAYER, 's')], u8(9));
      return scene.send([close, s.tokenTransfer(s.ALICE_TOKENS, s.BOB_TOKENS, PAYER, 0n)]);
    },
  ),
];
