import { expect, test } from 'vitest';
import 'parhelion/vitest';
import type { TransactionOutcome } from 'parhelion';
import { SOL, Stage } from '../support/stage.ts';
import { playAuction, playOrders, playPrediction } from './example.ts';

const named = (outcome: TransactionOutcome, name: string) =>
  outcome.trace.accounts.find((each) => each.name === name)!.address;

test('an auction holds the best bid until it ends', async () => {
  const outcomes = await playAuction(new Stage());
  expect(outcomes['auction: the first bid']).toSucceed();
  expect(outcomes['auction: a bid that is too low']).toFailWith('TooLow');
  const higher = outcomes['auction: a higher one; the first goes back'];
  expect(higher).toChangeLamports(named(higher, 'alice'), SOL);
  expect(higher).toChangeLamports(named(higher, 'auction vault'), SOL);
  expect(outcomes['auction: settled too early']).toFailWith('Open');
  expect(outcomes['auction: a bid that is too late']).toFailWith('Over');
  const settled = outcomes['auction: settled'];
  expect(settled).toSucceed();
  expect(settled).toChangeLamports(named(settled, 'auction vault'), -2n * SOL);
});

test('two orders are settled at once, each to its maker', async () => {
  const outcomes = await playOrders(new Stage());
  const settled = outcomes['orders: settled'];
  expect(settled).toSucceed();
  expect(settled).toChangeTokens(named(settled, "carol's silver"), 500n);
  expect(settled).toChangeTokens(named(settled, "dave's gold"), 10n);
  expect(outcomes['orders: to somebody else']).not.toSucceed();
});

test('stakes are held until the question is answered', async () => {
  const outcomes = await playPrediction(new Stage());
  expect(outcomes['prediction: claimed too early']).toFailWith('Open');
  expect(outcomes['prediction: the loser claims']).toFailWith('Wrong');
  const won = outcomes['prediction: the winner takes all'];
  expect(won).toSucceed();
  expect(won).toChangeLamports(named(won, 'stakes'), -4n * SOL);
  expect(outcomes['prediction: and claims again']).not.toSucceed();
});
