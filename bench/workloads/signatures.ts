// A transfer whose signature is checked: by a signer that the process has seen before, as tests have, and by one it has
// not. Signatures can't be made up, so each transaction is made and signed before it is sent.

import { Call, COUNTED, keyOf, Signer } from '../call.ts';
import { measure, type Side } from '../measure.ts';
import { Stage } from '../stage.ts';
import { type Row, rowOf, type Workload } from '../workload.ts';
import { blockhashOf, SYSTEM, stageWithPayer, transfer } from './transactions.ts';

const RECIPIENT = keyOf(2);
let amount = COUNTED;

function signedTransfer(stage: Stage, signer: Signer): Call {
  const recentBlockhash = blockhashOf(stage);
  const instructions = [transfer(signer.key, RECIPIENT, amount++)];
  return new Call({ feePayer: signer.key, recentBlockhash, instructions }, [signer]);
}

function time(name: string, goal: number, signerOf: (stage: Stage) => Signer): Row[] {
  const stage = stageWithPayer(new Stage({ signatureVerification: true }));
  for (let i = 0; i < 5; i++) stage.compare(signedTransfer(stage, signerOf(stage)));
  const side = (send: (call: Call) => unknown): Side => {
    let calls: Call[] = [];
    return {
      before(count) {
        calls = Array.from({ length: count }, () => signedTransfer(stage, signerOf(stage)));
      },
      run(count) {
        for (let i = 0; i < count; i++) send(calls[i]);
      },
    };
  };
  const figures = measure(
    side((call) => stage.ours.sendTransaction(call.bytes)),
    side((call) => stage.sendNative(call)),
  );
  return [rowOf(name, goal, figures)];
}

function funded(stage: Stage): Signer {
  const signer = Signer.generate();
  stage.setAccount({ key: signer.key, owner: SYSTEM });
  return signer;
}

export const SIGNATURES: readonly Workload[] = [
  {
    name: 'signature checked, known signer',
    run() {
      let known: Signer | undefined;
      return time('system transfer, signature checked, known signer, raw', 1.5, (stage) => (known ??= funded(stage)));
    },
  },
  {
    name: 'signature checked, new signer',
    run: () => time('system transfer, signature checked, new signer, raw', 1, funded),
  },
];
