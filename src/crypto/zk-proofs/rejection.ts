// Why a proof isn't accepted, in the words of Rust's debug output, which the program logs. Thrown to unwind to `verifyProof`.

import { Verdict } from '../../wire/errors.ts';

export class ProofRejection extends Verdict {
  readonly text: string;

  constructor(text: string) {
    super();
    this.text = text;
  }
}
