// What the crypto room costs, beside LiteSVM's signature check in the same process: microseconds, the best of a few rounds.
//
//   npx tsx --conditions=source bench/crypto.ts

import { ed25519 } from '@noble/curves/ed25519.js';
import { address, lamports } from '@solana/kit';
import { LiteSVM } from 'litesvm';
import { isOnCurve } from '../src/crypto/curve.ts';
import { verifySignatureStrict } from '../src/crypto/ed25519.ts';
import { hashes } from '../src/crypto/hashes.ts';
import { createProgramAddress, findProgramAddress } from '../src/crypto/program-address.ts';
import { encodeMessage } from '../src/wire/message.ts';
import { compileMessage } from '../src/wire/message-compiler.ts';
import { DEFAULT_PUBKEY, Pubkey } from '../src/wire/pubkey.ts';
import { createTransaction, decodeTransaction, encodeTransaction } from '../src/wire/transaction.ts';
import { sanitizeTransaction } from '../src/wire/transaction-sanitizer.ts';

const KEYS = 300;
const ROUNDS = 12;
const system = address(DEFAULT_PUBKEY.toString());

const [withCheck, withoutCheck] = [true, false].map((sigverify) =>
  new LiteSVM().withSigverify(sigverify).withBlockhashCheck(false).withTransactionHistory(0n),
);
const raw = (svm: LiteSVM) => (svm as unknown as { inner: { sendLegacyTransaction(bytes: Uint8Array): object } }).inner;

const transfers = Array.from({ length: KEYS }, (_, i) => {
  const secret = hashes.sha256(Uint8Array.of(i, i >> 8));
  const payer = new Pubkey(ed25519.getPublicKey(secret));
  const accounts = [payer, new Pubkey(new Uint8Array(32).fill(9))].map((key) => ({
    address: key,
    isSigner: key === payer,
    isWritable: true,
  }));
  const data = Uint8Array.of(2, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0);
  const message = compileMessage({ feePayer: payer, instructions: [{ programAddress: system, accounts, data }] });
  const signed = encodeMessage(message);
  const signature = ed25519.sign(signed, secret);
  for (const svm of [withCheck, withoutCheck]) {
    for (const meta of accounts) {
      svm.setAccount({
        address: address(meta.address.toString()),
        lamports: lamports(10n ** 12n),
        data: new Uint8Array(0),
        programAddress: system,
        executable: false,
        space: 0n,
      });
    }
  }
  return { bytes: encodeTransaction(createTransaction(message, [signature])), signature, signed, key: payer.bytes };
});

const best = new Map<string, number>();
function time(name: string, count: number, run: (i: number) => void): void {
  const start = performance.now();
  for (let i = 0; i < count; i++) run(i % KEYS);
  const each = ((performance.now() - start) / count) * 1000;
  best.set(name, Math.min(best.get(name) ?? Number.POSITIVE_INFINITY, each));
}

const verify = (i: number): void => {
  const { signature, signed, key } = transfers[i];
  if (!verifySignatureStrict(signature, signed, key)) throw new Error('A true signature was refused.');
};
const program = new Pubkey(transfers[0].key);
const bytes200 = transfers[0].signed.subarray(0, 200);
for (let round = 0; round < ROUNDS; round++) {
  time('LiteSVM: transfer, signature checked', KEYS, (i) => raw(withCheck).sendLegacyTransaction(transfers[i].bytes));
  time('LiteSVM: transfer, not checked', KEYS, (i) => raw(withoutCheck).sendLegacyTransaction(transfers[i].bytes));
  time('signature, one key', KEYS, () => verify(0));
  // 64 of these have tables by then, the others are multiplied by doubling.
  time(`signature, ${KEYS} keys`, KEYS, verify);
  time('decode and sanitize a transfer', KEYS * 10, (i) => sanitizeTransaction(decodeTransaction(transfers[i].bytes)));
  time('isOnCurve', KEYS * 10, (i) => isOnCurve(transfers[i].key));
  time('createProgramAddress', KEYS * 5, (i) => createProgramAddress([transfers[i].key], program));
  time('findProgramAddress', KEYS * 5, (i) => findProgramAddress([transfers[i].key], program));
  for (const name of ['sha256', 'sha512', 'keccak256', 'blake3'] as const) {
    time(`${name}, ${bytes200.length} bytes`, KEYS * 5, () => hashes[name](bytes200));
  }
}
for (const [name, each] of best) console.log(`${name.padEnd(40)} ${each.toFixed(2).padStart(8)} µs`);
const signatureInLiteSvm =
  (best.get('LiteSVM: transfer, signature checked') ?? 0) - (best.get('LiteSVM: transfer, not checked') ?? 0);
for (const name of ['signature, one key', `signature, ${KEYS} keys`]) {
  const ratio = signatureInLiteSvm / (best.get(name) ?? 1);
  console.log(`${name}: ${ratio.toFixed(2)} of LiteSVM's ${signatureInLiteSvm.toFixed(1)} µs`);
}
