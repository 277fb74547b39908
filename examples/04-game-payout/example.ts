// A game. Bets go into a vault that is a PDA; an oracle's account decides; the vault pays the winner. And a reward in tokens:
// each user's token vault is an account at ["vault", user] that owns itself, its bump stored, and the reward is marked as
// claimed in the transaction that pays it.
import { type Address, getAddressEncoder, getProgramDerivedAddress } from '@solana/kit';
import { getMintToInstruction } from '@solana-program/token';
import {
  account,
  bool,
  CpiContext,
  errorCodes,
  instruction,
  mint,
  program,
  pubkey,
  require,
  signer,
  state,
  systemAccount,
  systemProgram,
  token,
  tokenAccount,
  tokenProgram,
  transfer,
  u8,
  u64,
  uncheckedAccount,
} from 'parhelion/program';
import { type Played, SOL, Stage } from '../support/stage.ts';

export const ORACLE_PROGRAM = 'Metadata11111111111111111111111111111111111' as Address;
/** Pinned: anybody can make an account that says what he wants. */
export const ORACLE = 'PriceFeed1111111111111111111111111111111111' as Address;

export const errors = errorCodes({ NotDecided: 'The oracle has not decided yet', Lost: 'This player has not won' });

// #region program
export const Bet = state('Bet', { player: pubkey, heads: bool, stake: u64 });
export const Reward = state('Reward', { user: pubkey, amount: u64, vaultBump: u8, claimed: bool });

export const game = program(
  'GameHouse1111111111111111111111111111111111',
  {
    bet: instruction({
      accounts: {
        bet: account(Bet, { init: true, payer: 'player', seeds: (a) => ['bet', a.player.key] }),
        vault: systemAccount({ mut: true, seeds: () => ['vault'] }),
        player: signer({ mut: true }),
        systemProgram: systemProgram(),
      },
      args: { heads: bool, stake: u64 },
      handler: ({ accounts: { bet, vault, player, systemProgram } }, { heads, stake }) => {
        Object.assign(bet.data, { player: player.key, heads, stake });
        transfer(CpiContext.of(systemProgram, { from: player, to: vault }), stake);
      },
    }),
    payout: instruction({
      accounts: {
        // Closed behind the handler: a bet is paid once.
        bet: account(Bet, { mut: true, seeds: (a) => ['bet', a.player.key], hasOne: 'player', close: 'player' }),
        vault: systemAccount({ mut: true, seeds: () => ['vault'] }),
        oracle: uncheckedAccount({ address: ORACLE, owner: ORACLE_PROGRAM }),
        player: systemAccount({ mut: true }),
        systemProgram: systemProgram(),
      },
      handler: ({ accounts: { bet, vault, oracle, player, systemProgram }, bumps }) => {
        const [decided, heads] = oracle.info.data;
        require(decided === 1, errors.NotDecided);
        require((heads === 1) === bet.data.heads, errors.Lost);
        const ctx = CpiContext.of(systemProgram, { from: vault, to: player }).withSigner([['vault', bumps.vault]]);
        transfer(ctx, 2n * bet.data.stake);
      },
    }),
    openReward: instruction({
      accounts: {
        reward: account(Reward, { init: true, payer: 'house', seeds: (a) => ['reward', a.user.key] }),
        vault: tokenAccount({
          init: true,
          payer: 'house',
          seeds: (a) => ['vault', a.user.key],
          mint: 'mint',
          authority: 'vault', // the account is its own owner: the program signs for it
        }),
        mint: mint(),
        user: systemAccount(),
        house: signer({ mut: true }),
        tokenProgram: tokenProgram(),
        systemProgram: systemProgram(),
      },
      args: { amount: u64 },
      handler: ({ accounts: { reward, user }, bumps }, { amount }) => {
        Object.assign(reward.data, { user: user.key, amount, vaultBump: bumps.vault, claimed: false });
      },
    }),
    claimReward: instruction({
      accounts: {
        reward: account(Reward, { mut: true, hasOne: 'user', constraint: (a) => !a.reward.data.claimed }),
        vault: tokenAccount({
          mut: true,
          seeds: (a) => ['vault', a.user.key],
          bump: (a) => a.reward.data.vaultBump, // stored, so that nobody has to search for it again
        }),
        userToken: tokenAccount({ mut: true }),
        user: signer(),
        tokenProgram: tokenProgram(),
      },
      handler: ({ accounts: { reward, vault, userToken, user, tokenProgram } }) => {
        const ctx = CpiContext.of(tokenProgram, { from: vault, to: userToken, authority: vault });
        token.transfer(ctx.withSigner([['vault', user.key, reward.data.vaultBump]]), reward.data.amount);
        reward.data.claimed = true;
      },
    }),
  },
  { name: 'game', errors },
);
// #endregion

export async function play(): Promise<Played> {
  return (await playOn(new Stage())).outcomes;
}

const derive = async (...seeds: (string | Address)[]) => {
  const bytes = seeds.map((seed, i) => (i === 0 ? seed : getAddressEncoder().encode(seed as Address)));
  return (await getProgramDerivedAddress({ programAddress: game.address, seeds: bytes }))[0];
};

export async function playOn(stage: Stage) {
  stage.svm.addProgram(game.address, game);
  const [house, alice, bob] = [await stage.wallet('house'), await stage.wallet('alice'), await stage.wallet('bob')];
  const vault = stage.name(await derive('vault'), 'vault');
  const { bet, payout, openReward, claimReward } = game.instructions;
  const betOf = async (player: Address) => ({ bet: await derive('bet', player), vault });
  await stage.mustSend(alice, bet({ ...(await betOf(alice.address)), player: alice }, { heads: true, stake: SOL }));
  await stage.mustSend(bob, bet({ ...(await betOf(bob.address)), player: bob }, { heads: false, stake: SOL }));

  const decide = (...data: number[]) => stage.account(ORACLE, ORACLE_PROGRAM, new Uint8Array(data));
  const pay = async (player: Address, oracle = ORACLE) => {
    return stage.send(house, payout({ ...(await betOf(player)), oracle, player }));
  };
  decide(0, 0);
  const early = await pay(alice.address);
  const forged = 'AuctionHouse1111111111111111111111111111111' as Address;
  stage.account(forged, ORACLE_PROGRAM, new Uint8Array([1, 0]));
  const faked = await pay(bob.address, forged);
  decide(1, 1);
  const lost = await pay(bob.address);
  const won = await pay(alice.address);
  const twice = await pay(alice.address);

  const gold = await stage.mint(house, 'gold');
  const userToken = await stage.tokens(house, gold, alice.address, 0n, "alice's gold");
  const reward = await derive('reward', alice.address);
  const tokenVault = stage.name(await derive('vault', alice.address), "alice's token vault");
  await stage.mustSend(
    house,
    openReward({ reward, vault: tokenVault, mint: gold, user: alice.address, house }, { amount: 500n }),
    getMintToInstruction({ mint: gold, token: tokenVault, mintAuthority: house, amount: 500n }),
  );
  const claim = claimReward({ reward, vault: tokenVault, userToken, user: alice });
  const claimed = await stage.send(alice, claim);
  const claimedTwice = await stage.send(alice, claim);
  const outcomes = {
    'before the oracle has decided': early,
    "with an oracle of the loser's own": faked,
    'the loser asks': lost,
    'the winner is paid': won,
    'and asks again': twice,
    'the reward is claimed': claimed,
    'and claimed again': claimedTwice,
  };
  return { outcomes, alice, vault, userToken, tokenVault };
}
