// Auction, order book and prediction market once more, in native style.
import { SYSTEM_PROGRAM_ADDRESS } from '@solana-program/system';
import { TOKEN_PROGRAM_ADDRESS } from '@solana-program/token';
import {
  type AccountInfo,
  bool,
  CpiContext,
  getClock,
  i64,
  require,
  struct,
  toBytes,
  token,
  transfer,
  u64,
} from 'parhelion/program';
import {
  bumpOf,
  close,
  create,
  demand,
  mustBeMut,
  mustDiffer,
  readArgs,
  readState,
  readToken,
  twinOf,
  writeState,
} from '../support/native.ts';
import { Auction, auction, errors, Order, orders, prediction, Question, Stake } from './example.ts';

export const nativeAuction = twinOf(auction, {
  open: (accounts, args, programId) => {
    const endsAt = readArgs(i64, args);
    const [info, seller] = [accounts.any(), accounts.signer()];
    const systemProgram = accounts.program(SYSTEM_PROGRAM_ADDRESS);
    const seeds = ['auction', seller.key, bumpOf(info, ['auction', seller.key], programId)];
    create(info, seller, systemProgram, { space: Auction.accountSpace!, owner: programId, seeds });
    mustBeMut(info, seller);

    writeState(info, Auction, { seller: seller.key, endsAt, best: 0n, bidder: seller.key });
  },

  bid: (accounts, args, programId) => {
    const amount = readArgs(u64, args);
    const [info, vault, outbid, bidder] = [
      accounts.state(Auction, programId),
      accounts.wallet(),
      accounts.wallet(),
      accounts.signer(),
    ];
    const systemProgram = accounts.program(SYSTEM_PROGRAM_ADDRESS);
    mustBeMut(info);
    const bump = bumpOf(vault, ['vault', info.key], programId);
    mustBeMut(vault, outbid);
    const state = readState(info, Auction);
    demand(outbid.key === state.bidder, 'ConstraintAddress');
    mustBeMut(bidder);

    require(getClock().unixTimestamp < state.endsAt, errors.Over);
    require(amount > state.best, errors.TooLow);
    if (state.best > 0n) {
      const back = CpiContext.of(systemProgram, { from: vault, to: outbid });
      transfer(back.withSigner([['vault', info.key, bump]]), state.best);
    }
    transfer(CpiContext.of(systemProgram, { from: bidder, to: vault }), amount);
    writeState(info, Auction, { ...state, best: amount, bidder: bidder.key });
  },

  settle: (accounts, _args, programId) => {
    const [info, vault, seller] = [accounts.state(Auction, programId), accounts.wallet(), accounts.wallet()];
    const systemProgram = accounts.program(SYSTEM_PROGRAM_ADDRESS);
    mustBeMut(info);
    const state = readState(info, Auction);
    demand(state.seller === seller.key, 'ConstraintHasOne');
    const bump = bumpOf(vault, ['vault', info.key], programId);
    mustBeMut(vault, seller);

    require(getClock().unixTimestamp >= state.endsAt, errors.Open);
    const payment = CpiContext.of(systemProgram, { from: vault, to: seller });
    transfer(payment.withSigner([['vault', info.key, bump]]), state.best);
    close(info, seller);
  },
});

const Terms = struct('Terms', { gives: u64, wants: u64 });

export const nativeOrders = twinOf(orders, {
  place: (accounts, args, programId) => {
    const { gives, wants } = readArgs(Terms, args);
    const [order, vault, source, maker] = [accounts.any(), accounts.token(), accounts.token(), accounts.signer()];
    const tokenProgram = accounts.program(TOKEN_PROGRAM_ADDRESS);
    const systemProgram = accounts.program(SYSTEM_PROGRAM_ADDRESS);
    const seeds = ['order', maker.key, bumpOf(order, ['order', maker.key], programId)];
    create(order, maker, systemProgram, { space: Order.accountSpace!, owner: programId, seeds });
    mustBeMut(order);
    mustDiffer(vault, source);
    mustBeMut(vault);
    demand(readToken(vault).owner === order.key, 'ConstraintTokenOwner');
    mustBeMut(source, maker);

    token.transfer(CpiContext.of(tokenProgram, { from: source, to: vault, authority: maker }), gives);
    writeState(order, Order, { maker: maker.key, gives, wants });
  },

  settle: (accounts, _args, programId) => {
    const [left, right] = [accounts.state(Order, programId), accounts.state(Order, programId)];
    const [leftVault, rightVault, toLeft, toRight] = [
      accounts.token(),
      accounts.token(),
      accounts.token(),
      accounts.token(),
    ];
    const tokenProgram = accounts.program(TOKEN_PROGRAM_ADDRESS);
    mustDiffer(left, right, leftVault, rightVault, toLeft, toRight);
    const [mine, theirs] = [readState(left, Order), readState(right, Order)];
    const leftBump = bumpOf(left, ['order', mine.maker], programId);
    mustBeMut(left);
    const rightBump = bumpOf(right, ['order', theirs.maker], programId);
    mustBeMut(right, leftVault);
    demand(readToken(leftVault).owner === left.key, 'ConstraintTokenOwner');
    mustBeMut(rightVault);
    demand(readToken(rightVault).owner === right.key, 'ConstraintTokenOwner');
    mustBeMut(toLeft);
    demand(readToken(toLeft).owner === mine.maker, 'ConstraintRaw');
    mustBeMut(toRight);
    demand(readToken(toRight).owner === theirs.maker, 'ConstraintRaw');

    require(mine.gives >= theirs.wants && theirs.gives >= mine.wants, errors.TooLow);
    const pay = (order: AccountInfo, bump: number, from: AccountInfo, to: AccountInfo): void => {
      const state = readState(order, Order);
      const payment = CpiContext.of(tokenProgram, { from, to, authority: order });
      token.transfer(payment.withSigner([['order', state.maker, bump]]), state.gives);
      writeState(order, Order, { ...state, gives: 0n });
    };
    pay(left, leftBump, leftVault, toRight);
    pay(right, rightBump, rightVault, toLeft);
  },
});

const StakeArgs = struct('StakeArgs', { onYes: bool, amount: u64 });

export const nativePrediction = twinOf(prediction, {
  ask: (accounts, args, programId) => {
    const id = toBytes(u64, readArgs(u64, args));
    const [question, judge] = [accounts.any(), accounts.signer()];
    const systemProgram = accounts.program(SYSTEM_PROGRAM_ADDRESS);
    const seeds = ['question', id, bumpOf(question, ['question', id], programId)];
    create(question, judge, systemProgram, { space: Question.accountSpace!, owner: programId, seeds });
    mustBeMut(question, judge);

    writeState(question, Question, { judge: judge.key, yes: 0n, no: 0n, answer: null });
  },

  stake: (accounts, args, programId) => {
    const { onYes, amount } = readArgs(StakeArgs, args);
    const [question, stake, vault, who] = [
      accounts.state(Question, programId),
      accounts.any(),
      accounts.wallet(),
      accounts.signer(),
    ];
    const systemProgram = accounts.program(SYSTEM_PROGRAM_ADDRESS);
    const seeds = ['stake', question.key, who.key, bumpOf(stake, ['stake', question.key, who.key], programId)];
    create(stake, who, systemProgram, { space: Stake.accountSpace!, owner: programId, seeds });
    mustBeMut(stake, question);
    const asked = readState(question, Question);
    demand(asked.answer === null, 'ConstraintRaw');
    bumpOf(vault, ['vault', question.key], programId);
    mustBeMut(vault, who);

    transfer(CpiContext.of(systemProgram, { from: who, to: vault }), amount);
    writeState(stake, Stake, { who: who.key, onYes, amount });
    const side = onYes ? 'yes' : 'no';
    writeState(question, Question, { ...asked, [side]: asked[side] + amount });
  },

  answer: (accounts, args, programId) => {
    const answer = readArgs(bool, args);
    const [question, judge] = [accounts.state(Question, programId), accounts.signer()];
    mustBeMut(question);
    const asked = readState(question, Question);
    demand(asked.judge === judge.key, 'ConstraintHasOne');

    require(asked.answer === null, errors.Over);
    writeState(question, Question, { ...asked, answer });
  },

  claim: (accounts, _args, programId) => {
    const [question, stake, vault, who] = [
      accounts.state(Question, programId),
      accounts.state(Stake, programId),
      accounts.wallet(),
      accounts.signer(),
    ];
    const systemProgram = accounts.program(SYSTEM_PROGRAM_ADDRESS);
    bumpOf(stake, ['stake', question.key, who.key], programId);
    mustBeMut(stake);
    const bump = bumpOf(vault, ['vault', question.key], programId);
    mustBeMut(vault, who);

    const { answer, yes, no } = readState(question, Question);
    const { onYes, amount } = readState(stake, Stake);
    require(answer !== null, errors.Open);
    require(answer === onYes, errors.Wrong);
    const payment = CpiContext.of(systemProgram, { from: vault, to: who });
    transfer(payment.withSigner([['vault', question.key, bump]]), (amount * (yes + no)) / (answer ? yes : no));
    close(stake, who);
  },
});
