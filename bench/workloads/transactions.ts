// Whole transactions with the checks of signatures off: what a test suite waits for. Each is timed twice where users have
// two ways: `raw` hands wire bytes to LiteSVM's native method and to ours; `API` hands @solana/kit's object to both.

import { LiteSVM, FeatureSet as LiteSvmFeatureSet } from 'litesvm';
import { FeatureSet } from 'parhelion';
import { type Instruction, Pubkey } from 'parhelion/wire';
import { findProgramAddress } from '../../src/crypto/program-address.ts';
import { bytesOf, Call, COUNTED, keyOf, u64 } from '../call.ts';
import { type Figures, measure, type Side } from '../measure.ts';
import { PLENTY, Stage } from '../stage.ts';
import { type Row, rowOf, type Workload } from '../workload.ts';

export const SYSTEM = Pubkey.fromBase58('11111111111111111111111111111111');
const TOKEN = Pubkey.fromBase58('TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA');
const ASSOCIATED_TOKEN = Pubkey.fromBase58('ATokenGPvbdGVxr1b2hvZbsiqW5xWH25efTNsLJA8knL');

const PAYER = keyOf(1);
const RECIPIENT = keyOf(2);
const MINT = keyOf(3);
const SOURCE = keyOf(4);
const DESTINATION = keyOf(5);

export function blockhashOf(stage: Stage): Uint8Array {
  return Pubkey.fromBase58(stage.ours.latestBlockhash()).bytes;
}

const writable = (address: Pubkey) => ({ address, isSigner: false, isWritable: true });
const readonly = (address: Pubkey) => ({ address, isSigner: false, isWritable: false });
const signer = (address: Pubkey) => ({ address, isSigner: true, isWritable: true });

/** System's Transfer. */
export function transfer(from: Pubkey, to: Pubkey, lamports: bigint): Instruction {
  return { programAddress: SYSTEM, accounts: [signer(from), writable(to)], data: bytesOf(2, 0, 0, 0, u64(lamports)) };
}

/** The rows of one call: raw always, API where a goal or `null` is given for it. */
export function timeCall(
  name: string,
  stage: Stage,
  call: Call,
  goals: { readonly raw: number | null; readonly api?: number | null },
): Row[] {
  stage.compare(call);
  stage.compare(call.next());
  const { ours, theirs } = stage;
  const raw = measure(
    repeat(() => ours.sendTransaction(call.next().bytes)),
    repeat(() => stage.sendNative(call.next())),
  );
  // Once more: by now both have optimised what they run.
  stage.restage().compare(call.next());
  const rows = [rowOf(`${name}, raw`, goals.raw, raw)];
  if (goals.api !== undefined) {
    const api = measure(
      repeat(() => ours.sendTransaction(call.next().kit)),
      repeat(() => theirs.sendTransaction(call.next().kit)),
    );
    rows.push(rowOf(`${name}, API`, goals.api, api));
  }
  return rows;
}

function repeat(once: () => unknown): Side {
  return {
    run(count) {
      for (let i = 0; i < count; i++) once();
    },
  };
}

export function stageWithPayer(stage: Stage = new Stage()): Stage {
  return stage.setAccount({ key: PAYER, owner: SYSTEM }).setAccount({ key: RECIPIENT, owner: SYSTEM });
}

export function transfers(count: number): Call {
  const stage = stageWithPayer();
  const instructions = Array.from({ length: count }, (_, i) =>
    // The last one counts.
    transfer(PAYER, RECIPIENT, i === count - 1 ? COUNTED : BigInt(i + 1)),
  );
  return new Call({ feePayer: PAYER, recentBlockhash: blockhashOf(stage), instructions });
}

// Tokens.

const MINT_LEN = 82;
const TOKEN_ACCOUNT_LEN = 165;

function mintData(): Uint8Array {
  const data = new Uint8Array(MINT_LEN);
  data.set(u64(10n ** 18n), 36);
  data[44] = 6; // decimals
  data[45] = 1; // initialized
  return data;
}

function tokenAccountData(owner: Pubkey, amount: bigint): Uint8Array {
  const data = new Uint8Array(TOKEN_ACCOUNT_LEN);
  data.set(MINT.bytes, 0);
  data.set(owner.bytes, 32);
  data.set(u64(amount), 64);
  data[108] = 1; // initialized
  return data;
}

export function stageWithTokens(stage?: Stage): Stage {
  return stageWithPayer(stage)
    .setAccount({ key: MINT, owner: TOKEN, data: mintData() })
    .setAccount({ key: SOURCE, owner: TOKEN, data: tokenAccountData(PAYER, 10n ** 17n) })
    .setAccount({ key: DESTINATION, owner: TOKEN, data: tokenAccountData(RECIPIENT, 0n) });
}

export function tokenTransfer(stage: Stage): Call {
  const accounts = [writable(SOURCE), writable(DESTINATION), signer(PAYER)];
  return new Call({
    feePayer: PAYER,
    recentBlockhash: blockhashOf(stage),
    instructions: [{ programAddress: TOKEN, accounts, data: bytesOf(3, u64(COUNTED)) }],
  });
}

/** With the program that was the Token program before p-token: both sides have it where that feature is off. */
function stageWithToken35(): Stage {
  const features = FeatureSet.mainnet().without('replace_spl_token_with_p_token');
  const theirFeatures = new LiteSvmFeatureSet();
  for (const name of features.active) {
    theirFeatures.activate(Pubkey.fromBase58(FeatureSet.addressOf(name)).bytes, features.activatedSlot(name) ?? 0n);
  }
  const theirs = LiteSVM.default()
    .withFeatureSet(theirFeatures)
    .withBuiltins()
    .withLamports(PLENTY)
    .withSysvars()
    .withPrecompiles()
    .withDefaultPrograms();
  return stageWithTokens(new Stage({ features }, theirs));
}

let wallets = 1000;

export function ataCreation(recentBlockhash: Uint8Array): Call {
  const wallet = keyOf(wallets++);
  const found = findProgramAddress([wallet.bytes, TOKEN.bytes, MINT.bytes], ASSOCIATED_TOKEN as never);
  if (typeof found === 'string') throw new Error(found);
  const accounts = [
    signer(PAYER),
    writable(new Pubkey(found.address.bytes)),
    readonly(wallet),
    readonly(MINT),
    readonly(SYSTEM),
    readonly(TOKEN),
  ];
  const instruction = { programAddress: ASSOCIATED_TOKEN, accounts, data: bytesOf(0) };
  return new Call({ feePayer: PAYER, recentBlockhash, instructions: [instruction] });
}

/** Creations, each sent once: it needs a wallet of its own, so they are made before they are sent. */
export function ataCreations(blockhash: Uint8Array, send: (call: Call) => unknown): Side {
  let calls: Call[] = [];
  return {
    before(count) {
      calls = Array.from({ length: count }, () => ataCreation(blockhash));
    },
    run(count) {
      for (let i = 0; i < count; i++) send(calls[i]);
    },
  };
}

function timeAtaCreation(): Row[] {
  const stage = stageWithTokens();
  const blockhash = blockhashOf(stage);
  for (let i = 0; i < 20; i++) stage.compare(ataCreation(blockhash));
  const side = (send: (call: Call) => unknown) => ataCreations(blockhash, send);
  const figures: Figures = measure(
    side((call) => stage.ours.sendTransaction(call.bytes)),
    side((call) => stage.sendNative(call)),
  );
  const api: Figures = measure(
    side((call) => stage.ours.sendTransaction(call.kit)),
    side((call) => stage.theirs.sendTransaction(call.kit)),
  );
  return [rowOf('ATA creation, raw', 3, figures), rowOf('ATA creation, API', null, api)];
}

export const TRANSACTIONS: readonly Workload[] = [
  {
    name: 'system transfer',
    run: () => timeCall('system transfer', stageWithPayer(), transfers(1), { raw: 4, api: 8 }),
  },
  {
    name: 'ten transfers',
    run: () => timeCall('ten transfers', stageWithPayer(), transfers(10), { raw: 7, api: null }),
  },
  {
    name: 'Token transfer',
    run() {
      const stage = stageWithTokens();
      return timeCall('Token transfer', stage, tokenTransfer(stage), { raw: 3, api: 5 });
    },
  },
  {
    name: 'SPL Token 3.5 transfer',
    run() {
      const stage = stageWithToken35();
      return timeCall('SPL Token 3.5 transfer', stage, tokenTransfer(stage), { raw: 3, api: null });
    },
  },
  { name: 'ATA creation', run: timeAtaCreation },
];
