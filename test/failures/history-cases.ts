// What an earlier instruction or call of the same transaction brought about: broken transactions that were written before
// looking at how they are explained.

import { findProgramAddress } from '../../src/crypto/program-address.ts';
import type { Pubkey } from '../../src/wire/pubkey.ts';
import { failure } from './case.ts';
import * as s from './scene.ts';
import { account22, extended, tlv } from './token-cases.ts';

const { PAYER, ALICE, BOB, MINT, ALICE_TOKENS, BOB_TOKENS, VAULT, POOL, OUTER, TOKEN, TOKEN_2022, SYSTEM, STAKE } = s;
const { meta, u8, u32, u64, join, instruction, key, Script, CLOCK, RENT, STAKE_HISTORY, RECENT_BLOCKHASHES } = s;

const NATIVE_MINT = s.toKey(s.NATIVE_MINT);

const close = (account: Pubkey) => instruction(TOKEN, [meta(account, 'w'), meta(PAYER, 'w'), meta(PAYER, 's')], u8(9));
const transfer22 = s.tokenTransferChecked(ALICE_TOKENS, MINT, BOB_TOKENS, PAYER, 5n, 6, TOKEN_2022);
const MINT_TOKENS = 0;
const FREEZE_ACCOUNT = 1;
const ACCOUNT_OWNER = 2;
const setAuthority = (account: Pubkey, type: number, to?: Pubkey) =>
  instruction(
    TOKEN,
    [meta(account, 'w'), meta(PAYER, 's')],
    to === undefined ? u8(6, type, 0) : join(u8(6, type, 1), to.bytes),
  );
const assign = (account: Pubkey, owner: Pubkey) =>
  instruction(SYSTEM, [meta(account, 'sw')], join(u32(1), owner.bytes));
const allocate = (account: Pubkey, space: bigint) =>
  instruction(SYSTEM, [meta(account, 'sw')], join(u32(8), u64(space)));
const freeze = instruction(TOKEN, [meta(ALICE_TOKENS, 'w'), meta(MINT), meta(PAYER, 's')], u8(10));
const advance = instruction(SYSTEM, [meta(ALICE, 'w'), meta(RECENT_BLOCKHASHES), meta(PAYER, 's')], u32(4));

const tokens = s.mintAndTokens;
const delegated = (scene: s.Scene, amount: bigint) => {
  const data = s.tokenData(MINT, PAYER, 50n);
  data.set(join(u32(1), ALICE.bytes), 72);
  data.set(u64(amount), 121);
  scene.account(ALICE_TOKENS, { lamports: 10_000_000n, owner: TOKEN, data });
};
const nonce = (scene: s.Scene) => {
  const data = join(u32(1), u32(1), PAYER.bytes, key(9).bytes, u64(5000n));
  scene.account(ALICE, { lamports: 5_000_000n, data });
  scene.warp(2);
};
const stake = (scene: s.Scene) => {
  const data = new Uint8Array(200);
  data.set(join(u32(1), u64(2_282_880n), PAYER.bytes, PAYER.bytes), 0);
  scene.account(VAULT, { lamports: 5_000_000_000n, owner: STAKE, data });
  scene.account(POOL, { lamports: 2_282_880n, owner: STAKE, data: new Uint8Array(200) });
};
const withdraw = (lamports: bigint) =>
  instruction(
    STAKE,
    [meta(VAULT, 'w'), meta(PAYER, 'w'), meta(CLOCK), meta(STAKE_HISTORY), meta(PAYER, 's')],
    join(u32(4), u64(lamports)),
  );

export const HISTORY_CASES = [
  failure(
    'delegate-replaced-who-owns-the-destination',
    'alice is the delegate, until the first instruction approves bob in her place; then she moves tokens to her own account.',
    'TOKEN_OWNER_MISMATCH',
    [/Let payer be the `authority`/, /instruction #0 \(Token: Approve\)/, /^(?!.*swap)/s],
    (scene) => {
      tokens(scene);
      delegated(scene, 20n);
      scene.account(ALICE);
      scene.account(BOB);
      scene.tokens(VAULT, MINT, ALICE, 30n);
      return scene.send([
        instruction(TOKEN, [meta(ALICE_TOKENS, 'w'), meta(BOB), meta(PAYER, 's')], join(u8(4), u64(20n))),
        s.tokenTransfer(ALICE_TOKENS, VAULT, ALICE, 5n),
      ]);
    },
  ),
  failure(
    'delegation-of-this-transaction-taken-back',
    'The first instruction makes alice the delegate, the second revokes that, and she moves tokens to her own account.',
    'TOKEN_OWNER_MISMATCH',
    [/instruction #1 \(Token: Revoke\)/, /^(?!.*swap)/s],
    (scene) => {
      tokens(scene);
      scene.account(ALICE);
      scene.tokens(VAULT, MINT, ALICE, 30n);
      return scene.send([
        instruction(TOKEN, [meta(ALICE_TOKENS, 'w'), meta(ALICE), meta(PAYER, 's')], join(u8(4), u64(20n))),
        instruction(TOKEN, [meta(ALICE_TOKENS, 'w'), meta(PAYER, 's')], u8(5)),
        s.tokenTransfer(ALICE_TOKENS, VAULT, ALICE, 5n),
      ]);
    },
  ),
  failure(
    'minted-to-closed',
    'The first instruction closes the token account, the second mints to it.',
    'PROGRAM_INVALID_ACCOUNT_DATA',
    [/instruction #0 \(Token: CloseAccount\) closed alice's tokens/, /before instruction #1/],
    (scene) => {
      tokens(scene, 0n);
      return scene.send([close(ALICE_TOKENS), s.mintTo(MINT, ALICE_TOKENS, PAYER, 5n)]);
    },
  ),
  failure(
    'synced-after-close',
    'A wrapped SOL account is closed, funded again with a transfer and synced: it is a wallet by then.',
    'PROGRAM_INCORRECT_PROGRAM_ID',
    [/owned by System/, /instruction #0 \(Token: CloseAccount\) closed vault/],
    (scene) => {
      scene.mint(NATIVE_MINT, s.mintData(undefined, 9));
      const data = s.tokenData(NATIVE_MINT, PAYER, 0n);
      data.set(join(u32(1), u64(2_039_280n)), 109);
      scene.account(VAULT, { lamports: 2_039_280n, owner: TOKEN, data });
      return scene.send([
        close(VAULT),
        s.transfer(PAYER, VAULT, 5_000_000n),
        instruction(TOKEN, [meta(VAULT, 'w')], u8(17)),
      ]);
    },
  ),
  failure(
    'rent-after-close',
    'The account is closed, then sent 1,000 lamports, too few for any account.',
    'TX_RENT',
    [/Instruction #1 \(System: TransferSol\) put 1,000 lamports into alice's tokens/, '889,880'],
    (scene) => {
      tokens(scene, 0n);
      return scene.send([close(ALICE_TOKENS), s.transfer(PAYER, ALICE_TOKENS, 1000n)]);
    },
  ),
  failure(
    'mint-authority-given-up',
    'SetAuthority removes the mint authority before MintTo needs it.',
    'TOKEN_FIXED_SUPPLY',
    [/instruction #0 \(Token: SetAuthority\) removed the mint authority of mint/],
    (scene) => {
      tokens(scene);
      return scene.send([setAuthority(MINT, MINT_TOKENS), s.mintTo(MINT, ALICE_TOKENS, PAYER, 5n)]);
    },
  ),
  failure(
    'mint-authority-handed-over',
    'SetAuthority makes bob the mint authority, then payer mints.',
    'TOKEN_OWNER_MISMATCH',
    [/instruction #0 \(Token: SetAuthority\) changed the mint authority of mint from payer to bob/],
    (scene) => {
      tokens(scene);
      return scene.send([setAuthority(MINT, MINT_TOKENS, BOB), s.mintTo(MINT, ALICE_TOKENS, PAYER, 5n)]);
    },
  ),
  failure(
    'freeze-authority-given-up',
    'SetAuthority removes the freeze authority before FreezeAccount needs it.',
    'TOKEN_MINT_CANNOT_FREEZE',
    [/instruction #0 \(Token: SetAuthority\) removed the freeze authority of mint/],
    (scene) => {
      tokens(scene);
      return scene.send([setAuthority(MINT, FREEZE_ACCOUNT), freeze]);
    },
  ),
  failure(
    'tokens-handed-over',
    'SetAuthority gives the token account to bob, then payer transfers from it.',
    'TOKEN_OWNER_MISMATCH',
    [/instruction #0 \(Token: SetAuthority\) changed the owner of alice's tokens from payer to bob/],
    (scene) => {
      tokens(scene);
      return scene.send([
        setAuthority(ALICE_TOKENS, ACCOUNT_OWNER, BOB),
        s.tokenTransfer(ALICE_TOKENS, BOB_TOKENS, PAYER, 5n),
      ]);
    },
  ),
  failure(
    'delegate-revoked-before',
    'Revoke takes away what the delegate of the next instruction needs.',
    'TOKEN_OWNER_MISMATCH',
    [/instruction #0 \(Token: Revoke\) removed the delegate of alice's tokens/],
    (scene) => {
      tokens(scene);
      delegated(scene, 10n);
      return scene.send([
        instruction(TOKEN, [meta(ALICE_TOKENS, 'w'), meta(PAYER, 's')], u8(5)),
        s.tokenTransfer(ALICE_TOKENS, BOB_TOKENS, ALICE, 5n),
      ]);
    },
  ),
  failure(
    'allowance-used-up',
    'A delegate for 10 transfers 7 twice.',
    'TOKEN_INSUFFICIENT_FUNDS',
    [/delegate for 3/, /instruction #0 \(Token: Transfer\) took 7 of the 10 tokens .* approved/, /approve more/],
    (scene) => {
      tokens(scene);
      delegated(scene, 10n);
      const transfer = s.tokenTransfer(ALICE_TOKENS, BOB_TOKENS, ALICE, 7n);
      return scene.send([transfer, transfer]);
    },
  ),
  failure(
    'frozen-before',
    'FreezeAccount, then a transfer from the account.',
    'TOKEN_ACCOUNT_FROZEN',
    [/instruction #0 \(Token: FreezeAccount\) froze alice's tokens/],
    (scene) => {
      tokens(scene);
      return scene.send([freeze, s.tokenTransfer(ALICE_TOKENS, BOB_TOKENS, PAYER, 5n)]);
    },
  ),
  failure(
    'frozen-twice',
    'FreezeAccount twice.',
    'TOKEN_INVALID_STATE',
    [/frozen already/, /Leave out one of both, instruction #0 or #1/],
    (scene) => {
      tokens(scene);
      return scene.send([freeze, freeze]);
    },
  ),
  failure(
    'tokens-spent-twice',
    'Of 10 tokens two transfers take 4 each, the third has 2 left.',
    'TOKEN_INSUFFICIENT_FUNDS',
    [/holds 2, and 4/, /instruction #1 \(Token: Transfer\) took 4 of the 6 tokens of alice's tokens/],
    (scene) => {
      tokens(scene, 10n);
      const transfer = s.tokenTransfer(ALICE_TOKENS, BOB_TOKENS, PAYER, 4n);
      return scene.send([transfer, transfer, transfer]);
    },
  ),
  failure(
    'minted-then-closed',
    'MintTo puts tokens into an account that was empty, then CloseAccount refuses.',
    'TOKEN_NON_NATIVE_HAS_BALANCE',
    [/still holds 5/, /instruction #0 \(Token: MintTo\) put 5 tokens into alice's tokens/],
    (scene) => {
      tokens(scene, 0n);
      return scene.send([s.mintTo(MINT, ALICE_TOKENS, PAYER, 5n), close(ALICE_TOKENS)]);
    },
  ),
  failure(
    'ata-created-twice',
    'Create for the same associated token account twice.',
    'PROGRAM_ILLEGAL_OWNER',
    [/call #0\.\d \(System: CreateAccount\) created/, /Leave out one of both, instruction #0 or #1/, /Idempotent/],
    (scene) => {
      scene.mint(MINT);
      const seeds = [BOB.bytes, s.toKey(TOKEN).bytes, MINT.bytes];
      const { address } = findProgramAddress(seeds, s.toKey(s.ATA)) as { address: Pubkey };
      const create = s.ataCreate(PAYER, address, BOB, MINT);
      return scene.send([create, create]);
    },
  ),
  failure(
    'created-twice',
    'CreateAccount twice for one address.',
    'SYSTEM_ACCOUNT_ALREADY_IN_USE',
    [/instruction #0 \(System: CreateAccount\) created vault/, /Leave out one of both/],
    (scene) => {
      const create = s.createAccount(PAYER, VAULT, 2_000_000n, 10n, OUTER);
      return scene.send([create, create]);
    },
  ),
  failure(
    'funded-then-created',
    'A transfer funds the address before CreateAccount, which wants it empty.',
    'SYSTEM_ACCOUNT_ALREADY_IN_USE',
    [/instruction #0 \(System: TransferSol\) put 2,000,000 lamports into vault/, /Allocate and Assign/],
    (scene) =>
      scene.send([s.transfer(PAYER, VAULT, 2_000_000n), s.createAccount(PAYER, VAULT, 2_000_000n, 10n, OUTER)]),
  ),
  failure(
    'given-away-then-spent',
    'Assign gives alice to a program, then System is to transfer from her.',
    'ACCOUNT_LAMPORTS_NOT_OWNED',
    [/instruction #0 \(System: Assign\) gave alice to outer program/],
    (scene) => {
      scene.account(ALICE);
      return scene.send([assign(ALICE, OUTER), s.transfer(ALICE, BOB, 5n)]);
    },
  ),
  failure(
    'allocated-then-spent',
    'Allocate gives alice data, then System is to transfer from her.',
    'PROGRAM_INVALID_ARGUMENT',
    [/must not carry data/, /instruction #0 \(System: Allocate\) resized alice from 0 to 10 bytes/],
    (scene) => {
      scene.account(ALICE);
      return scene.send([allocate(ALICE, 10n), s.transfer(ALICE, BOB, 5n)]);
    },
  ),
  failure(
    'given-away-then-allocated',
    'Assign gives alice to a program before Allocate: System only allocates what it owns.',
    'SYSTEM_ACCOUNT_ALREADY_IN_USE',
    [/instruction #0 \(System: Assign\) gave alice to outer program/, /change their order/],
    (scene) => {
      scene.account(ALICE);
      return scene.send([assign(ALICE, OUTER), allocate(ALICE, 10n)]);
    },
  ),
  failure(
    'drained-by-a-call',
    'A program moves all of alice’s lamports by a call; the next instruction finds none.',
    'SYSTEM_RESULT_WITH_NEGATIVE_LAMPORTS',
    [
      /has 0 lamports, and 1 is asked for/,
      /call #0\.0 \(System: TransferSol\) took all 10,000,000,000 lamports of alice/,
    ],
    (scene) => {
      scene.program(OUTER, 'driver');
      scene.account(ALICE);
      scene.account(BOB);
      const accounts = [meta(ALICE, 'sw'), meta(BOB, 'w'), meta(SYSTEM)];
      const script = new Script().call('rust', {
        programId: s.toKey(SYSTEM),
        infos: scene.infos(accounts),
        metas: accounts
          .slice(0, 2)
          .map(({ address, isSigner, isWritable }) => ({ pubkey: address, isSigner, isWritable })),
        data: join(u32(2), u64(10_000_000_000n)),
      });
      return scene.send([scene.script(accounts, script), s.transfer(ALICE, BOB, 1n)]);
    },
  ),
  failure(
    'payer-short-of-the-fee',
    'payer transfers all it has: the fee was taken first, so 5,000 lamports are missing.',
    'SYSTEM_RESULT_WITH_NEGATIVE_LAMPORTS',
    [/after the transaction's fee of 5,000/, /at most 99,999,995,000 lamports, or give payer 5,000 lamports more/],
    (scene) => scene.send([s.transfer(PAYER, BOB, 100_000_000_000n)]),
  ),
  failure(
    'nonce-advanced-twice',
    'AdvanceNonceAccount twice in one transaction.',
    'SYSTEM_NONCE_BLOCKHASH_NOT_EXPIRED',
    [/instruction #0 \(System: AdvanceNonceAccount\) changed the nonce of alice/, /Leave out one of both/],
    (scene) => {
      nonce(scene);
      return scene.send([advance, advance]);
    },
  ),
  failure(
    'nonce-handed-over',
    'AuthorizeNonceAccount makes bob the authority, then payer advances.',
    'PROGRAM_MISSING_REQUIRED_SIGNATURE',
    [/instruction #0 \(System: AuthorizeNonceAccount\) changed the authority of alice from payer to bob/],
    (scene) => {
      nonce(scene);
      return scene.send([instruction(SYSTEM, [meta(ALICE, 'w'), meta(PAYER, 's')], join(u32(7), BOB.bytes)), advance]);
    },
  ),
  failure(
    'nonce-emptied',
    'WithdrawNonceAccount takes all, then the nonce is advanced.',
    'PROGRAM_INVALID_ACCOUNT_DATA',
    [/instruction #0 \(System: WithdrawNonceAccount\) closed alice/],
    (scene) => {
      nonce(scene);
      return scene.send([
        instruction(
          SYSTEM,
          [meta(ALICE, 'w'), meta(BOB, 'w'), meta(RECENT_BLOCKHASHES), meta(RENT), meta(PAYER, 's')],
          join(u32(5), u64(5_000_000n)),
        ),
        advance,
      ]);
    },
  ),
  failure(
    'paused-before',
    'Pause, then a transfer of the mint.',
    'TOKEN_2022_MINT_PAUSED',
    [/instruction #0 \(Token-2022: Pause\) changed the extension PausableConfig of mint/],
    (scene) => {
      extended(scene, tlv([26, join(PAYER.bytes, u8(0))]), tlv([27, u8()]));
      return scene.send([instruction(TOKEN_2022, [meta(MINT, 'w'), meta(PAYER, 's')], u8(44, 1)), transfer22]);
    },
  ),
  failure(
    'memo-required-before',
    'The first instruction makes bob’s account require memos, the second transfers without one.',
    'TOKEN_2022_NO_MEMO',
    [/instruction #0 \(Token-2022: EnableMemoTransfers\)/, /Put a Memo instruction/],
    (scene) => {
      extended(scene, new Uint8Array(0), tlv([8, u8(0)]));
      const data = account22(MINT, PAYER, 0n, tlv([8, u8(0)]));
      scene.account(BOB_TOKENS, { lamports: 20_000_000n, owner: TOKEN_2022, data });
      return scene.send([instruction(TOKEN_2022, [meta(BOB_TOKENS, 'w'), meta(PAYER, 's')], u8(30, 0)), transfer22]);
    },
  ),
  failure(
    'stake-emptied-then-split',
    'Withdraw takes all of the stake account, then it is to be split.',
    'PROGRAM_INSUFFICIENT_FUNDS',
    ['vault', /instruction #0 \(Stake: Withdraw\) closed vault/],
    (scene) => {
      stake(scene);
      return scene.send([
        withdraw(5_000_000_000n),
        instruction(STAKE, [meta(VAULT, 'w'), meta(POOL, 'w'), meta(PAYER, 's')], join(u32(3), u64(1_000_000_000n))),
      ]);
    },
  ),
  failure(
    'stake-handed-over',
    'Authorize makes bob the withdrawer, then payer withdraws.',
    'PROGRAM_MISSING_REQUIRED_SIGNATURE',
    [/instruction #0 \(Stake: Authorize\) changed the withdrawer of vault from payer to bob/],
    (scene) => {
      stake(scene);
      return scene.send([
        instruction(STAKE, [meta(VAULT, 'w'), meta(CLOCK), meta(PAYER, 's')], join(u32(1), BOB.bytes, u32(1))),
        withdraw(1_000_000_000n),
      ]);
    },
  ),
];
