import { SYSTEM_PROGRAM_ADDRESS } from '@solana-program/system';
import { ASSOCIATED_TOKEN_PROGRAM_ADDRESS, decodeMint, TOKEN_PROGRAM_ADDRESS } from '@solana-program/token';
import { expect, test } from 'vitest';
import 'parhelion/vitest';
import { Stage } from '../support/stage.ts';
import { Metadata, metadata, playOn } from './example.ts';

test('mint, metadata and token in one click', async () => {
  const stage = new Stage();
  const { outcomes, mint, held, about } = await playOn(stage);
  const outcome = outcomes['one click'];
  expect(outcome).toSucceed();
  expect(outcome).toInvoke(SYSTEM_PROGRAM_ADDRESS, 'CreateAccount');
  expect(outcome).toInvoke(TOKEN_PROGRAM_ADDRESS, 'InitializeMint2');
  expect(outcome).toInvoke(ASSOCIATED_TOKEN_PROGRAM_ADDRESS);
  expect(outcome).toInvoke(metadata.address, 'create');
  expect(outcome).toInvoke(TOKEN_PROGRAM_ADDRESS, 'SetAuthority');
  expect(outcome).toChangeTokens(held, 1n);
  const stored = stage.svm.getAccount(mint);
  if (!stored.exists) throw new Error('there is no mint');
  expect(decodeMint(stored).data).toMatchObject({ supply: 1n, decimals: 0, mintAuthority: { __option: 'None' } });
  expect(Metadata.codec.decode(stage.dataOf(about), 8)).toMatchObject({ mint, name: 'Mock sun' });
});
