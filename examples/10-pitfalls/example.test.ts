import { expect, test } from 'vitest';
import 'parhelion/vitest';
import { attack } from './example.ts';
import { PITFALLS } from './pitfalls.ts';

/** What the exploit meets in the secure program. */
const REFUSALS: Readonly<Record<string, string>> = {
  'the called program is not pinned': 'IncorrectProgramId',
  'an account is not what it is taken for': 'InvalidAccountOwner',
  'the seeds come from the attacker': 'PrivilegeEscalation',
  'any bump will do': 'InvalidSeeds',
  'nobody asks whether the owner has signed': 'MissingRequiredSignature',
  'an account is read before a CPI and believed after it': 'InsufficientFunds',
  'closed, but not cleared: it is revived': 'UninitializedAccount',
  'seeds of changing length collide': 'PrivilegeEscalation',
};

test.each(PITFALLS.map((pitfall) => [pitfall.title, pitfall] as const))('%s', async (_title, pitfall) => {
  expect((await attack(pitfall, 'insecure')).gained).toBe(true);
  const { outcome, gained } = await attack(pitfall, 'secure');
  expect(gained).toBe(false);
  const refusal = REFUSALS[pitfall.title];
  if (refusal !== undefined) expect(outcome).toFailWith(refusal);
});

test('the runtime itself refuses the two that only harm their owners', async () => {
  const [unsigned, unbalanced] = PITFALLS.filter(
    ({ title }) => title.startsWith('invoke') || title.startsWith('a credit'),
  );
  expect((await attack(unsigned, 'insecure')).outcome).toRefuseInvoke('signer');
  expect((await attack(unsigned, 'secure')).outcome).toSucceed();
  expect((await attack(unbalanced, 'insecure')).outcome).toFailWith('UnbalancedInstruction');
  expect((await attack(unbalanced, 'secure')).outcome).toSucceed();
});
