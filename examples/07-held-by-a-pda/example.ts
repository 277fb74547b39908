// Three markets that hold what is not theirs until an event decides: an auction until its end, an order book until two orders
// meet, a prediction market until the question is answered. What they hold belongs to PDAs, so only the program's rules move
// it; nobody has a key to it.
import {
  type Address,
  getAddressEncoder,
  getProgramDerivedAddress,
  getU64Encoder,
  type KeyPairSigner,
} from '@solana/kit';
import {
  account,
  bool,
  CpiContext,
  errorCodes,
  getClock,
  i64,
  instruction,
  option,
  program,
  pubkey,
  require,
  signer,
  state,
  systemAccount,
  systemProgram,
  toBytes,
  token,
  tokenAccount,
  tokenProgram,
  transfer,
  u64,
} from 'parhelion/program';
import { type Played, SOL, Stage } from '../support/stage.ts';

// #region auction
export const errors = errorCodes({
  TooLow: 'Somebody has bid more',
  Open: 'It is not over',
  Over: 'It is over',
  Wrong: 'The other side won',
});

export const Auction = state('Auction', { seller: pubkey, endsAt: i64, best: u64, bidder: pubkey });

export const auction = program(
  'AuctionHouse1111111111111111111111111111111',
  {
    open: instruction({
      accounts: {
        auction: account(Auction, { init: true, payer: 'seller', seeds: (a) => ['auction', a.seller.key] }),
        seller: signer({ mut: true }),
        systemProgram: systemProgram(),
      },
      args: { endsAt: i64 },
      handler: ({ accounts: { auction, seller } }, { endsAt }) => {
        Object.assign(auction.data, { seller: seller.key, endsAt, bidder: seller.key });
      },
    }),
    bid: instruction({
      accounts: {
        auction: account(Auction, { mut: true }),
        vault: systemAccount({ mut: true, seeds: (a) => ['vault', a.auction.key] }),
        outbid: systemAccount({ mut: true, address: (a) => a.auction.data.bidder }),
        bidder: signer({ mut: true }),
        systemProgram: systemProgram(),
      },
      args: { amount: u64 },
      handler: ({ accounts: { auction, vault, outbid, bidder, systemProgram }, bumps }, { amount }) => {
        require(getClock().unixTimestamp < auction.data.endsAt, errors.Over);
        require(amount > auction.data.best, errors.TooLow);
        const seeds = ['vault', auction.key, bumps.vault];
        if (auction.data.best > 0n) {
          const back = CpiContext.of(systemProgram, { from: vault, to: outbid }).withSigner([seeds]);
          transfer(back, auction.data.best);
        }
        transfer(CpiContext.of(systemProgram, { from: bidder, to: vault }), amount);
        Object.assign(auction.data, { best: amount, bidder: bidder.key });
      },
    }),
    settle: instruction({
      accounts: {
        auction: account(Auction, { mut: true, hasOne: 'seller', close: 'seller' }),
        vault: systemAccount({ mut: true, seeds: (a) => ['vault', a.auction.key] }),
        seller: systemAccount({ mut: true }),
        systemProgram: systemProgram(),
      },
      handler: ({ accounts: { auction, vault, seller, systemProgram }, bumps }) => {
        require(getClock().unixTimestamp >= auction.data.endsAt, errors.Open);
        const ctx = CpiContext.of(systemProgram, { from: vault, to: seller });
        transfer(ctx.withSigner([['vault', auction.key, bumps.vault]]), auction.data.best);
      },
    }),
  },
  { name: 'auction', errors },
);
// #endregion

// #region orders
export const Order = state('Order', { maker: pubkey, gives: u64, wants: u64 });

export const orders = program(
  'KeeperB111111111111111111111111111111111111',
  {
    place: instruction({
      accounts: {
        order: account(Order, { init: true, payer: 'maker', seeds: (a) => ['order', a.maker.key] }),
        vault: tokenAccount({ mut: true, authority: 'order' }), // the order itself owns what it offers
        source: tokenAccount({ mut: true }),
        maker: signer({ mut: true }),
        tokenProgram: tokenProgram(),
        systemProgram: systemProgram(),
      },
      args: { gives: u64, wants: u64 },
      handler: ({ accounts: { order, vault, source, maker, tokenProgram } }, { gives, wants }) => {
        Object.assign(order.data, { maker: maker.key, gives, wants });
        token.transfer(CpiContext.of(tokenProgram, { from: source, to: vault, authority: maker }), gives);
      },
    }),
    settle: instruction({
      accounts: {
        left: account(Order, { mut: true, seeds: (a) => ['order', a.left.data.maker] }),
        right: account(Order, { mut: true, seeds: (a) => ['order', a.right.data.maker] }),
        leftVault: tokenAccount({ mut: true, authority: 'left' }),
        rightVault: tokenAccount({ mut: true, authority: 'right' }),
        toLeft: tokenAccount({ mut: true, constraint: (a) => a.toLeft.data.owner === a.left.data.maker }),
        toRight: tokenAccount({ mut: true, constraint: (a) => a.toRight.data.owner === a.right.data.maker }),
        tokenProgram: tokenProgram(),
      },
      handler: ({ accounts, bumps }) => {
        const { left, right, leftVault, rightVault, toLeft, toRight, tokenProgram } = accounts;
        require(left.data.gives >= right.data.wants && right.data.gives >= left.data.wants, errors.TooLow);
        const pay = (order: typeof left, bump: number, from: typeof leftVault, to: typeof toLeft): void => {
          const ctx = CpiContext.of(tokenProgram, { from, to, authority: order });
          token.transfer(ctx.withSigner([['order', order.data.maker, bump]]), order.data.gives);
          order.data.gives = 0n;
        };
        pay(left, bumps.left, leftVault, toRight);
        pay(right, bumps.right, rightVault, toLeft);
      },
    }),
  },
  { name: 'orders', errors },
);
// #endregion

// #region prediction
export const Question = state('Question', { judge: pubkey, yes: u64, no: u64, answer: option(bool) });
export const Stake = state('Stake', { who: pubkey, onYes: bool, amount: u64 });

export const prediction = program(
  'PredictionMarket111111111111111111111111111',
  {
    ask: instruction({
      accounts: {
        question: account(Question, {
          init: true,
          payer: 'judge',
          seeds: (_a, args) => ['question', toBytes(u64, args.id)],
        }),
        judge: signer({ mut: true }),
        systemProgram: systemProgram(),
      },
      args: { id: u64 },
      handler: ({ accounts: { question, judge } }) => {
        question.data.judge = judge.key;
      },
    }),
    stake: instruction({
      accounts: {
        question: account(Question, { mut: true, constraint: (a) => a.question.data.answer === null }),
        stake: account(Stake, { init: true, payer: 'who', seeds: (a) => ['stake', a.question.key, a.who.key] }),
        vault: systemAccount({ mut: true, seeds: (a) => ['vault', a.question.key] }),
        who: signer({ mut: true }),
        systemProgram: systemProgram(),
      },
      args: { onYes: bool, amount: u64 },
      handler: ({ accounts: { question, stake, vault, who, systemProgram } }, { onYes, amount }) => {
        transfer(CpiContext.of(systemProgram, { from: who, to: vault }), amount);
        Object.assign(stake.data, { who: who.key, onYes, amount });
        question.data[onYes ? 'yes' : 'no'] += amount;
      },
    }),
    answer: instruction({
      accounts: { question: account(Question, { mut: true, hasOne: 'judge' }), judge: signer() },
      args: { answer: bool },
      handler: ({ accounts: { question } }, { answer }) => {
        require(question.data.answer === null, errors.Over);
        question.data.answer = answer;
      },
    }),
    claim: instruction({
      accounts: {
        question: account(Question),
        stake: account(Stake, { mut: true, seeds: (a) => ['stake', a.question.key, a.who.key], close: 'who' }),
        vault: systemAccount({ mut: true, seeds: (a) => ['vault', a.question.key] }),
        who: signer({ mut: true }),
        systemProgram: systemProgram(),
      },
      handler: ({ accounts: { question, stake, vault, who, systemProgram }, bumps }) => {
        const { answer, yes, no } = question.data;
        require(answer !== null, errors.Open);
        require(answer === stake.data.onYes, errors.Wrong);
        const share = (stake.data.amount * (yes + no)) / (answer ? yes : no);
        const ctx = CpiContext.of(systemProgram, { from: vault, to: who });
        transfer(ctx.withSigner([['vault', question.key, bumps.vault]]), share);
      },
    }),
  },
  { name: 'prediction', errors },
);
// #endregion

export async function play(): Promise<Played> {
  const stage = new Stage();
  return { ...(await playAuction(stage)), ...(await playOrders(stage)), ...(await playPrediction(stage)) };
}

const derive = async (programAddress: Address, ...seeds: (string | Address | bigint)[]) => {
  const bytes = seeds.map((seed, i) => {
    if (typeof seed === 'bigint') return getU64Encoder().encode(seed);
    return i === 0 ? seed : getAddressEncoder().encode(seed as Address);
  });
  return (await getProgramDerivedAddress({ programAddress, seeds: bytes }))[0];
};

export async function playAuction(stage: Stage) {
  stage.svm.addProgram(auction.address, auction);
  const [seller, alice, bob] = [await stage.wallet('seller'), await stage.wallet('alice'), await stage.wallet('bob')];
  const address = stage.name(await derive(auction.address, 'auction', seller.address), 'auction');
  const vault = stage.name(await derive(auction.address, 'vault', address), 'auction vault');
  const { open, bid, settle } = auction.instructions;
  const { unixTimestamp } = stage.svm.getClock();
  await stage.mustSend(seller, open({ auction: address, seller }, { endsAt: unixTimestamp + 60n }));
  const makeBid = (bidder: KeyPairSigner, outbid: Address, amount: bigint) => {
    return stage.send(bidder, bid({ auction: address, vault, outbid, bidder }, { amount }));
  };
  const settleNow = () => stage.send(seller, settle({ auction: address, vault, seller: seller.address }));
  const outcomes: Record<string, Awaited<ReturnType<typeof settleNow>>> = {
    'auction: the first bid': await makeBid(alice, seller.address, SOL),
    'auction: a bid that is too low': await makeBid(bob, alice.address, SOL),
    'auction: a higher one; the first goes back': await makeBid(bob, alice.address, 2n * SOL),
    'auction: settled too early': await settleNow(),
  };
  stage.svm.setClock({ ...stage.svm.getClock(), unixTimestamp: (unixTimestamp + 60n) as typeof unixTimestamp });
  outcomes['auction: a bid that is too late'] = await makeBid(alice, bob.address, 3n * SOL);
  outcomes['auction: settled'] = await settleNow();
  return outcomes;
}

export async function playOrders(stage: Stage) {
  stage.svm.addProgram(orders.address, orders);
  const [carol, dave] = [await stage.wallet('carol'), await stage.wallet('dave')];
  const [gold, silver] = [await stage.mint(carol, 'gold'), await stage.mint(carol, 'silver')];
  const { place, settle } = orders.instructions;
  const offer = async (maker: KeyPairSigner, mint: Address, gives: bigint, wants: bigint, name: string) => {
    const order = stage.name(await derive(orders.address, 'order', maker.address), `${name}'s order`);
    const source = await stage.tokens(carol, mint, maker.address, gives, `${name}'s own`);
    const vault = await stage.tokens(carol, mint, order, 0n, `${name}'s offer`);
    await stage.mustSend(maker, place({ order, vault, source, maker }, { gives, wants }));
    return { order, vault };
  };
  const left = await offer(carol, gold, 10n, 500n, 'carol');
  const right = await offer(dave, silver, 500n, 10n, 'dave');
  const toLeft = await stage.tokens(carol, silver, carol.address, 0n, "carol's silver");
  const toRight = await stage.tokens(carol, gold, dave.address, 0n, "dave's gold");
  const accounts = {
    left: left.order,
    right: right.order,
    leftVault: left.vault,
    rightVault: right.vault,
    toLeft,
    toRight,
  };
  const settled = await stage.send(dave, settle(accounts));
  const swapped = await stage.send(dave, settle({ ...accounts, toLeft: right.vault }));
  return { 'orders: settled': settled, 'orders: to somebody else': swapped };
}

export async function playPrediction(stage: Stage) {
  stage.svm.addProgram(prediction.address, prediction);
  const [judge, erin, frank] = [await stage.wallet('judge'), await stage.wallet('erin'), await stage.wallet('frank')];
  const question = stage.name(await derive(prediction.address, 'question', 1n), 'question');
  const vault = stage.name(await derive(prediction.address, 'vault', question), 'stakes');
  const { ask, stake, answer, claim } = prediction.instructions;
  await stage.mustSend(judge, ask({ question, judge }, { id: 1n }));
  const stakeOf = (who: Address) => derive(prediction.address, 'stake', question, who);
  for (const [who, onYes, amount] of [
    [erin, true, SOL],
    [frank, false, 3n * SOL],
  ] as const) {
    const accounts = { question, stake: await stakeOf(who.address), vault, who };
    await stage.mustSend(who, stake(accounts, { onYes, amount }));
  }
  const claimFor = async (who: KeyPairSigner) => {
    return stage.send(who, claim({ question, stake: await stakeOf(who.address), vault, who }));
  };
  const early = await claimFor(erin);
  await stage.mustSend(judge, answer({ question, judge }, { answer: true }));
  return {
    'prediction: claimed too early': early,
    'prediction: the loser claims': await claimFor(frank),
    'prediction: the winner takes all': await claimFor(erin),
    'prediction: and claims again': await claimFor(erin),
  };
}
