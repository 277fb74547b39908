// What a program in TypeScript may do with the Svm that is running it: look, and simulate. Nothing else may change meanwhile,
// for what the transaction leaves is stored over it. And what its code throws past everything leaves nothing behind.

import { AccountRole, type Address, address, type KeyPairSigner, lamports } from '@solana/kit';
import { getTransferSolInstruction } from '@solana-program/system';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { defineProgram } from '../../src/program/index.ts';
import { ParhelionError } from '../../src/wire/errors.ts';
import { Pubkey } from '../../src/wire/pubkey.ts';
import { ENGINE_NAMES, useEngine } from '../conformance/engines.ts';
import { DRIVER_ELF, infoOf, layOutAligned, Script } from '../support/cpi-driver.ts';
import { SOL, Stage } from './stage.ts';

const PROGRAM = 'ForwardA11111111111111111111111111111111111' as Address;
const DRIVER = 'ForwardB11111111111111111111111111111111111' as Address;
const BOX = 'To11Box111111111111111111111111111111111111' as Address;

let stage: Stage;
let alice: KeyPairSigner;
let bob: KeyPairSigner;
beforeEach(async () => {
  stage = new Stage({ signatureVerification: false });
  alice = await stage.wallet(1);
  bob = await stage.wallet(2);
  stage.account(BOX, PROGRAM, new Uint8Array(8));
});
afterEach(() => useEngine('tiers'));

const balance = ({ svm }: Stage, of: Address) => svm.getBalance(of) ?? 0n;
const give = (amount: bigint) => getTransferSolInstruction({ source: alice, destination: bob.address, amount });

/** Bytes of a signed transfer from Alice to Bob. */
async function transferBytes(amount: bigint): Promise<Uint8Array> {
  const other = new Stage();
  let bytes: Uint8Array | undefined;
  const { sendTransaction } = other.svm;
  other.svm.sendTransaction = (transaction) => {
    bytes = transaction as never;
    return sendTransaction.call(other.svm, transaction);
  };
  await other.send(alice, [give(amount)]);
  return bytes!;
}

async function run(within: () => void) {
  stage.svm.addProgram(
    PROGRAM,
    defineProgram((_id, [box]) => {
      within();
      box.data[0] = 7;
    }),
  );
  const accounts = [
    { address: BOX, role: AccountRole.WRITABLE },
    { address: bob.address, role: AccountRole.WRITABLE },
  ];
  return stage.send(alice, [give(SOL), { programAddress: PROGRAM, accounts }]);
}

const changes: readonly (readonly [name: string, change: (transfer: Uint8Array, snapshot: number) => unknown])[] = [
  ['sendTransaction', (transfer) => stage.svm.sendTransaction(transfer)],
  ['airdrop', () => stage.svm.airdrop(alice.address, lamports(SOL))],
  ['setAccount', () => stage.account(BOX, PROGRAM, new Uint8Array(16))],
  ['addProgram', () => stage.svm.addProgram(DRIVER, DRIVER_ELF)],
  ['expireBlockhash', () => stage.svm.expireBlockhash()],
  ['warpToSlot', () => stage.svm.warpToSlot(1000n as never)],
  ['revert', (_, snapshot) => stage.svm.revert(snapshot)],
];

test.each(changes)('%s is refused, and nothing has changed', async (_name, change) => {
  const snapshot = stage.svm.snapshot();
  const transfer = await transferBytes(5n);
  const before = [balance(stage, alice.address), balance(stage, bob.address)];
  await expect(run(() => change(transfer, snapshot))).rejects.toMatchObject({ code: 'TRANSACTION_RUNNING' });
  expect([balance(stage, alice.address), balance(stage, bob.address)]).toEqual(before);
  expect(stage.svm.getAccount(BOX)).toMatchObject({ data: new Uint8Array(8) });
  const { error } = await run(() => {});
  expect(error).toBeNull();
});

test.each(changes)(
  '%s is refused where the program catches that, and the transaction goes on',
  async (_name, change) => {
    const snapshot = stage.svm.snapshot();
    const transfer = await transferBytes(5n);
    const before = balance(stage, alice.address) + balance(stage, bob.address);
    let caught: unknown;
    const { error, fee } = await run(() => {
      try {
        change(transfer, snapshot);
      } catch (thrown) {
        caught = thrown;
      }
    });
    expect(caught).toBeInstanceOf(ParhelionError);
    expect(error).toBeNull();
    expect(stage.svm.getAccount(BOX)).toMatchObject({ data: Uint8Array.of(7, 0, 0, 0, 0, 0, 0, 0) });
    expect(balance(stage, alice.address) + balance(stage, bob.address)).toBe(before - fee);
  },
);

test('accounts are read as they were before, and a simulation is what it would have been', async () => {
  const transfer = await transferBytes(5n);
  const simulate = () => {
    const { error, logs, computeUnitsConsumed } = stage.svm.simulateTransaction(transfer);
    return { error, logs, computeUnitsConsumed };
  };
  const before = { bob: balance(stage, bob.address), simulated: simulate() };
  let within: unknown;
  const { error } = await run(() => {
    within = { bob: balance(stage, bob.address), simulated: simulate() };
  });
  expect(error).toBeNull();
  expect(within).toEqual(before);
  expect(balance(stage, bob.address)).toBe(before.bob + SOL);
});

test('another Svm runs what it is sent', async () => {
  const other = new Stage({ signatureVerification: false });
  for (const number of [1, 2]) await other.wallet(number);
  const transfer = await transferBytes(5n);
  const before = [balance(stage, bob.address), balance(other, bob.address)];
  const { error } = await run(() => expect(other.svm.sendTransaction(transfer).error).toBeNull());
  expect(error).toBeNull();
  expect([balance(stage, bob.address), balance(other, bob.address)]).toEqual([before[0] + SOL, before[1] + 5n]);
});

test.each(ENGINE_NAMES)('what is thrown past compiled programs leaves nothing behind: %s', async (engine) => {
  const mistake = new ParhelionError('NO_FILES', {});
  const keys = [BOX, PROGRAM].map((key) => Pubkey.fromBase58(key));
  const infos = layOutAligned([
    { key: keys[0], dataLen: 8 },
    { key: keys[1], dataLen: 40 },
  ]).map(infoOf);
  const script = new Script().store64(0x3_0000_7000n, 9n).call('rust', {
    programId: keys[1],
    infos: infos.slice(0, 1),
    metas: [{ pubkey: keys[0], isSigner: false, isWritable: false }],
  });
  const accounts = [BOX, PROGRAM].map((each) => ({ address: address(each), role: AccountRole.READONLY }));
  const call = { programAddress: DRIVER, accounts, data: script.log64(0x3_0000_7000n).exit() };
  const look = {
    programAddress: DRIVER,
    accounts,
    data: new Script().log64(0x3_0000_7000n).log64(0x2_0000_0100n).exit(),
  };
  let isThrown = false;
  const play = async (throws: boolean) => {
    useEngine(engine);
    const here = new Stage({ signatureVerification: false });
    await here.wallet(1);
    here.account(BOX, PROGRAM, new Uint8Array(8));
    here.svm.addProgram(DRIVER, DRIVER_ELF);
    here.svm.addProgram(
      PROGRAM,
      defineProgram(() => {
        if (isThrown) throw mistake;
      }),
    );
    const seen: unknown[] = [];
    for (let i = 0; i < 6; i++) {
      isThrown = throws && i % 2 === 1;
      if (isThrown) await expect(here.send(alice, [call])).rejects.toBe(mistake);
      isThrown = false;
      for (const instruction of [call, look]) {
        const { error, logs, computeUnitsConsumed } = await here.send(alice, [instruction]);
        seen.push({ error, logs, computeUnitsConsumed });
      }
    }
    return seen;
  };
  const undisturbed = await play(false);
  expect(undisturbed[0]).toMatchObject({ error: null });
  expect(await play(true)).toEqual(undisturbed);
});
