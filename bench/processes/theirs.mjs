// One task of processes.ts with LiteSVM; prints its figure.

import { countedMemory, readInput, timed } from './task.mjs';

const [task, folder] = process.argv.slice(2);
const { payer, program, counterAt, transaction, elf } = readInput(folder);
const LAMPORTS = 10n ** 14n;

async function start() {
  const { LiteSVM } = await import('litesvm');
  const svm = new LiteSVM().withSigverify(false);
  svm.airdrop(payer, LAMPORTS);
  return svm;
}

function send(svm) {
  const outcome = svm.inner.sendLegacyTransaction(transaction);
  if ('err' in outcome) throw new Error(outcome.toString());
}

switch (task) {
  case 'first':
    await timed(async () => send(await start()));
    break;
  case 'program': {
    const svm = await start();
    await timed(() => {
      svm.addProgram(program, elf);
      send(svm);
    });
    break;
  }
  case 'whole':
    await timed(async () => {
      const svm = await start();
      svm.addProgram(program, elf);
      send(svm);
    });
    break;
  case 'memory': {
    const svm = await start();
    countedMemory(transaction, counterAt, () => send(svm));
    break;
  }
}
