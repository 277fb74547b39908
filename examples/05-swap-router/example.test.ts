import { TOKEN_PROGRAM_ADDRESS } from '@solana-program/token';
import { expect, test } from 'vitest';
import 'parhelion/vitest';
import { Stage } from '../support/stage.ts';
import { playOn, pool } from './example.ts';

test('all legs or none', async () => {
  const { outcomes, held, legs } = await playOn(new Stage());
  const failed = outcomes['one leg too little: nothing moves'];
  expect(failed).toFailWith('TooLittle');
  expect(failed).toInvoke(pool.address, 'swap'); // the legs did run
  for (const address of [...held, ...legs]) expect(failed).toChangeTokens(address, 0n);

  const swapped = outcomes['three swaps in one'];
  expect(swapped).toSucceed();
  expect(swapped.innerInstructions[0].instructions).toHaveLength(9);
  expect(swapped).toInvoke(TOKEN_PROGRAM_ADDRESS, 'Transfer');
  expect(swapped).toChangeTokens(held[0], -10_000n);
  expect(swapped).toChangeTokens(held[1], 0n);
  expect(swapped).toChangeTokens(held[3], 9_706n);
});
