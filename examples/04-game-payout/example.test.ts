import { TOKEN_PROGRAM_ADDRESS } from '@solana-program/token';
import { expect, test } from 'vitest';
import 'parhelion/vitest';
import { SOL, Stage } from '../support/stage.ts';
import { playOn } from './example.ts';

test('only the winner is paid, and once', async () => {
  const { outcomes, alice, vault, userToken, tokenVault } = await playOn(new Stage());
  expect(outcomes['before the oracle has decided']).toFailWith('NotDecided');
  expect(outcomes["with an oracle of the loser's own"]).toFailWith('ConstraintAddress');
  expect(outcomes['the loser asks']).toFailWith('Lost');
  const won = outcomes['the winner is paid'];
  expect(won).toSucceed();
  expect(won).toBeSignedBy(vault);
  expect(won).toChangeLamports(vault, -2n * SOL);
  expect(won.trace.accounts.find(({ address }) => address === alice.address)!.after!.lamports).toBeGreaterThan(
    100n * SOL,
  );
  expect(outcomes['and asks again']).toFailWith('AccountNotInitialized');

  const claimed = outcomes['the reward is claimed'];
  expect(claimed).toInvoke(TOKEN_PROGRAM_ADDRESS, 'Transfer');
  expect(claimed).toBeSignedBy(tokenVault);
  expect(claimed).toChangeTokens(userToken, 500n);
  expect(outcomes['and claimed again']).toFailWith('ConstraintRaw');
});
