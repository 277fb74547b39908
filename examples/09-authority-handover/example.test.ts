import { expect, test } from 'vitest';
import 'parhelion/vitest';
import { Stage } from '../support/stage.ts';
import { playOn } from './example.ts';

test('who owns the vault pays out of it', async () => {
  const { outcomes, a, b, to } = await playOn(new Stage());
  expect(outcomes['A pays']).toChangeTokens(to, 10n);
  expect(outcomes['B can not yet']).toFailWith('OwnerMismatch');
  expect(outcomes['A hands over']).toSucceed();
  expect(outcomes['A hands over']).toBeSignedBy(a);
  expect(outcomes['A can not any more']).toFailWith('OwnerMismatch');
  expect(outcomes['B pays']).toChangeTokens(to, 10n);
  expect(outcomes['B pays']).toBeSignedBy(b);
});
