// Run by eager.mjs in a process of its own: does what a test's first seconds do, with a built package, and prints which
// functions ran: by file, pairs of offsets.
//
//   node first-run.mjs FOLDER

import { Session } from 'node:inspector';
import { pathToFileURL } from 'node:url';

const folder = pathToFileURL(`${process.argv[2]}/`).href;
const session = new Session();
session.connect();
// Answers come before `post` returns.
const post = (method, params) => {
  let answer;
  session.post(method, params, (error, result) => {
    if (error) throw error;
    answer = result;
  });
  return answer;
};
post('Profiler.enable');
post('Profiler.startPreciseCoverage', { callCount: true, detailed: false });

const { Svm } = await import(`${folder}index.js`);
const { compileMessage, createTransaction, encodeMessage, encodeTransaction, Pubkey } = await import(
  `${folder}wire.js`
);
const svm = new Svm({ signatureVerification: false });
const keyOf = (value) => new Pubkey(new Uint8Array(32).fill(value));
const [payer, recipient, program] = [1, 2, 3].map(keyOf);
svm.airdrop(`${payer}`, 10n ** 12n);
send({ programAddress: '11111111111111111111111111111111', accounts: [payer, recipient], data: transferOf(10n ** 9n) });
// Any program that needs no accounts will do.
const memo = svm.getAccount('MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr');
svm.addProgram(`${program}`, memo.data);
send({ programAddress: `${program}`, accounts: [], data: new TextEncoder().encode('good morning') });

const { result } = post('Profiler.takePreciseCoverage');
const ran = Object.fromEntries(
  result
    .filter(({ url }) => url.startsWith(folder))
    .map(({ url, functions }) => [
      url.slice(folder.length),
      functions.map(({ ranges }) => ranges[0]).flatMap((r) => (r.count > 0 ? [[r.startOffset, r.endOffset]] : [])),
    ]),
);
process.stdout.write(JSON.stringify(ran));

function transferOf(lamports) {
  const data = new DataView(new ArrayBuffer(12));
  data.setUint32(0, 2, true);
  data.setBigUint64(4, lamports, true);
  return new Uint8Array(data.buffer);
}

function send({ programAddress, accounts, data }) {
  const message = compileMessage({
    feePayer: payer,
    recentBlockhash: Pubkey.fromBase58(svm.latestBlockhash()).bytes,
    instructions: [
      {
        programAddress: Pubkey.fromBase58(programAddress),
        accounts: accounts.map((address, i) => ({ address, isSigner: i === 0, isWritable: true })),
        data,
      },
    ],
  });
  const bytes = encodeTransaction(
    createTransaction(message, [new Uint8Array(64).fill(data.length)], encodeMessage(message)),
  );
  const { error, logs } = svm.sendTransaction(bytes);
  if (error !== null) throw new Error(`${JSON.stringify(error)}\n${logs.join('\n')}`);
}
