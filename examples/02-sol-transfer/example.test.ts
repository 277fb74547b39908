import { SYSTEM_PROGRAM_ADDRESS } from '@solana-program/system';
import { expect, test } from 'vitest';
import 'parhelion/vitest';
import { SOL, Stage } from '../support/stage.ts';
import { declared, playOn } from './example.ts';

test('twelve ways to the same end', async () => {
  const { outcomes, alice, bob, pdas } = await playOn(new Stage());
  for (const [title, outcome] of Object.entries(outcomes)) {
    expect(outcome, title).toSucceed();
    expect(outcome, title).toInvoke(SYSTEM_PROGRAM_ADDRESS, 'TransferSol');
    expect(outcome, title).toChangeLamports(bob.address, SOL / 10n);
    const pda = title.startsWith('declared') ? pdas.declared : pdas.native;
    if (title.includes('PDA')) expect(outcome, title).toBeSignedBy(pda);
    expect(outcome, title).toChangeLamports(title.includes('PDA') ? pda : alice.address, -SOL / 10n);
  }
  // The call itself is the same one, however it was made.
  const calls = Object.values(outcomes).map((outcome) => outcome.innerInstructions[0].instructions[0].data);
  expect(new Set(calls.map(String)).size).toBe(1);
});

test('a PDA of somebody else is refused', async () => {
  const stage = new Stage();
  const { alice, pdas } = await playOn(stage);
  const carol = await stage.wallet('carol');
  const steal = declared.instructions.pdaOne({ pdaAccount: pdas.declared, recipient: carol.address }, { amount: SOL });
  expect(await stage.send(alice, steal)).toFailWith('ConstraintSeeds');
});
