// Plays each pitfall twice: the exploit against the insecure program, and against the secure one.
import { type Played, Stage } from '../support/stage.ts';
import { type Exploit, PITFALLS, type Pitfall, PROGRAM } from './pitfalls.ts';

export async function attack(pitfall: Pitfall, which: 'insecure' | 'secure'): Promise<Exploit> {
  const stage = new Stage();
  stage.svm.addProgram(PROGRAM, pitfall[which]);
  return pitfall.exploit(stage, await stage.wallet('attacker'), await stage.wallet('victim'));
}

export async function play(): Promise<Played> {
  const played: Record<string, Exploit['outcome']> = {};
  for (const pitfall of PITFALLS) {
    for (const which of ['insecure', 'secure'] as const) {
      played[`${pitfall.title} (${which})`] = (await attack(pitfall, which)).outcome;
    }
  }
  return played;
}
