// Plays one example and prints the tree of each of its transactions: `tsx examples/support/play.ts 03-escrow`.
import { formatTrace } from 'parhelion';
import type { Played } from './stage.ts';

const [folder] = process.argv.slice(2);
const { play } = (await import(`../${folder}/example.ts`)) as { play: () => Promise<Played> };
for (const [title, outcome] of Object.entries(await play())) {
  console.log(`\n── ${title}\n`);
  console.log(formatTrace(outcome.trace));
}
