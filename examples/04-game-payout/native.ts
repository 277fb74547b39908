// The game once more, in native style.
import { SYSTEM_PROGRAM_ADDRESS } from '@solana-program/system';
import { getTokenSize, TOKEN_PROGRAM_ADDRESS } from '@solana-program/token';
import { bool, CpiContext, createProgramAddress, require, struct, token, transfer, u64 } from 'parhelion/program';
import {
  bumpOf,
  close,
  create,
  demand,
  mustBeMut,
  mustDiffer,
  readArgs,
  readState,
  twinOf,
  writeState,
} from '../support/native.ts';
import { Bet, errors, game, ORACLE, ORACLE_PROGRAM, Reward } from './example.ts';

const BetArgs = struct('BetArgs', { heads: bool, stake: u64 });

export const nativeGame = twinOf(game, {
  bet: (accounts, args, programId) => {
    const { heads, stake } = readArgs(BetArgs, args);
    const [bet, vault, player] = [accounts.any(), accounts.wallet(), accounts.signer()];
    const systemProgram = accounts.program(SYSTEM_PROGRAM_ADDRESS);
    const bump = bumpOf(bet, ['bet', player.key], programId);
    const seeds = ['bet', player.key, bump];
    create(bet, player, systemProgram, { space: Bet.accountSpace!, owner: programId, seeds });
    mustBeMut(bet);
    bumpOf(vault, ['vault'], programId);
    mustBeMut(vault, player);

    transfer(CpiContext.of(systemProgram, { from: player, to: vault }), stake);
    writeState(bet, Bet, { player: player.key, heads, stake });
  },

  payout: (accounts, _args, programId) => {
    const [bet, vault, oracle, player] = [
      accounts.state(Bet, programId),
      accounts.wallet(),
      accounts.any(),
      accounts.wallet(),
    ];
    const systemProgram = accounts.program(SYSTEM_PROGRAM_ADDRESS);
    bumpOf(bet, ['bet', player.key], programId);
    mustBeMut(bet);
    const placed = readState(bet, Bet);
    demand(placed.player === player.key, 'ConstraintHasOne');
    const bump = bumpOf(vault, ['vault'], programId);
    mustBeMut(vault);
    demand(oracle.owner === ORACLE_PROGRAM, 'ConstraintOwner');
    demand(oracle.key === ORACLE, 'ConstraintAddress');
    mustBeMut(player);

    const [decided, heads] = oracle.data;
    require(decided === 1, errors.NotDecided);
    require((heads === 1) === placed.heads, errors.Lost);
    const payment = CpiContext.of(systemProgram, { from: vault, to: player });
    transfer(payment.withSigner([['vault', bump]]), 2n * placed.stake);
    close(bet, player);
  },

  openReward: (accounts, args, programId) => {
    const amount = readArgs(u64, args);
    const [reward, vault, mint, user, house] = [
      accounts.any(),
      accounts.any(),
      accounts.mint(),
      accounts.wallet(),
      accounts.signer(),
    ];
    const tokenProgram = accounts.program(TOKEN_PROGRAM_ADDRESS);
    const systemProgram = accounts.program(SYSTEM_PROGRAM_ADDRESS);
    const rewardSeeds = ['reward', user.key, bumpOf(reward, ['reward', user.key], programId)];
    create(reward, house, systemProgram, { space: Reward.accountSpace!, owner: programId, seeds: rewardSeeds });
    mustBeMut(reward);
    const vaultBump = bumpOf(vault, ['vault', user.key], programId);
    const vaultSeeds = ['vault', user.key, vaultBump];
    create(vault, house, systemProgram, { space: getTokenSize(), owner: TOKEN_PROGRAM_ADDRESS, seeds: vaultSeeds });
    token.initializeAccount3(CpiContext.of(tokenProgram, { account: vault, mint, authority: vault }));
    mustBeMut(vault, house);

    writeState(reward, Reward, { user: user.key, amount, vaultBump, claimed: false });
  },

  claimReward: (accounts, _args, programId) => {
    const [reward, vault, userToken, user] = [
      accounts.state(Reward, programId),
      accounts.token(),
      accounts.token(),
      accounts.signer(),
    ];
    const tokenProgram = accounts.program(TOKEN_PROGRAM_ADDRESS);
    mustDiffer(reward, vault, userToken);
    mustBeMut(reward);
    const earned = readState(reward, Reward);
    demand(earned.user === user.key, 'ConstraintHasOne');
    demand(!earned.claimed, 'ConstraintRaw');
    const seeds = ['vault', user.key, earned.vaultBump];
    demand(vault.key === createProgramAddress(seeds, programId), 'ConstraintSeeds');
    mustBeMut(vault, userToken);

    const payment = CpiContext.of(tokenProgram, { from: vault, to: userToken, authority: vault });
    token.transfer(payment.withSigner([seeds]), earned.amount);
    writeState(reward, Reward, { ...earned, claimed: true });
  },
});
