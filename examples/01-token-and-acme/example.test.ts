import { TOKEN_PROGRAM_ADDRESS } from '@solana-program/token';
import { expect, test } from 'vitest';
import 'parhelion/vitest';
import { Stage } from '../support/stage.ts';
import { playOn } from './example.ts';

test('both ways pay and launch', async () => {
  const stage = new Stage();
  const { outcomes, from, to } = await playOn(stage);
  const two = outcomes['two instructions'];
  const one = outcomes['one instruction with a CPI'];
  for (const outcome of [two, one]) {
    expect(outcome).toSucceed();
    expect(outcome).toChangeTokens(from, -100n);
    expect(outcome).toChangeTokens(to, 100n);
    expect(outcome).toLog('missiles launched');
  }
  expect(two).not.toInvoke(TOKEN_PROGRAM_ADDRESS);
  expect(one).toInvoke(TOKEN_PROGRAM_ADDRESS, 'Transfer');
  expect(stage.tokenBalance(to)).toBe(200n);
});
