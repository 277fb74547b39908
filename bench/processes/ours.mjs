// One task of processes.ts with Parhelion; prints its figure.

import { countedMemory, readInput, timed } from './task.mjs';

const [task, folder] = process.argv.slice(2);
const { payer, program, counterAt, transaction, elf } = readInput(folder);
const LAMPORTS = 10n ** 14n;

async function start() {
  const { Svm } = await import('parhelion');
  const svm = new Svm({ signatureVerification: false });
  svm.airdrop(payer, LAMPORTS);
  return svm;
}

function send(svm) {
  const { error } = svm.sendTransaction(transaction);
  if (error !== null) throw new Error(JSON.stringify(error));
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
