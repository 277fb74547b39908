// Each declared program of the examples has a native twin. The twin runs beside it on everything the example plays, and on each
// instruction once more with something wrong: verdict, accounts and return data must be the same.
import { AccountRole, type Address, type Instruction, type KeyPairSigner } from '@solana/kit';
import type { ProgramShadow, TransactionOutcome } from 'parhelion';
import type { TypeScriptProgram } from 'parhelion/program';
import { expect, test } from 'vitest';
import * as game from './04-game-payout/example.ts';
import { nativeGame } from './04-game-payout/native.ts';
import * as router from './05-swap-router/example.ts';
import { nativePool, nativeRouter } from './05-swap-router/native.ts';
import * as nft from './06-nft-mint/example.ts';
import { nativeMetadata, nativeMinter } from './06-nft-mint/native.ts';
import * as held from './07-held-by-a-pda/example.ts';
import { nativeAuction, nativeOrders, nativePrediction } from './07-held-by-a-pda/native.ts';
import * as shop from './08-bundle-or-cpi/example.ts';
import { nativeShop } from './08-bundle-or-cpi/native.ts';
import * as keepers from './09-authority-handover/example.ts';
import { makeNativeKeeper } from './09-authority-handover/native.ts';
import { Stage } from './support/stage.ts';

const TWINS: ReadonlyMap<unknown, TypeScriptProgram> = new Map<unknown, TypeScriptProgram>([
  [game.game, nativeGame],
  [router.pool, nativePool],
  [router.router, nativeRouter],
  [nft.metadata, nativeMetadata],
  [nft.minter, nativeMinter],
  [held.auction, nativeAuction],
  [held.orders, nativeOrders],
  [held.prediction, nativePrediction],
  [shop.shop, nativeShop],
  [keepers.keeperA, makeNativeKeeper(keepers.keeperA)],
  [keepers.keeperB, makeNativeKeeper(keepers.keeperB)],
]);

const STRANGER = 'Stranger11111111111111111111111111111111111' as Address;

/** A stage that shadows what it is given, and sends every instruction spoiled before it sends it. */
class TwinStage extends Stage {
  readonly shadows: ProgramShadow[] = [];
  spoiled = 0;

  constructor() {
    super();
    const add = this.svm.addProgram.bind(this.svm);
    this.svm.addProgram = (address, program) => {
      add(address, program);
      const twin = TWINS.get(program);
      if (twin !== undefined) this.shadows.push(this.svm.shadowProgram(address, twin));
    };
  }

  override async send(feePayer: KeyPairSigner, ...instructions: readonly Instruction[]): Promise<TransactionOutcome> {
    const [only] = instructions;
    if (instructions.length === 1 && this.shadows.some(({ address }) => address === only.programAddress)) {
      for (const wrong of spoil(only)) {
        const before = this.svm.snapshot();
        await super.send(feePayer, wrong);
        this.svm.revert(before);
        this.spoiled++;
      }
    }
    return super.send(feePayer, ...instructions);
  }
}

function* spoil({ programAddress, accounts = [], data = new Uint8Array(0) }: Instruction): Generator<Instruction> {
  for (const [i, account] of accounts.entries()) {
    const withAccount = (other: (typeof accounts)[number]): Instruction => {
      return { programAddress, data, accounts: accounts.map((each, at) => (at === i ? other : each)) };
    };
    const isWritable = account.role === AccountRole.WRITABLE || account.role === AccountRole.WRITABLE_SIGNER;
    const isSigner = account.role === AccountRole.READONLY_SIGNER || account.role === AccountRole.WRITABLE_SIGNER;
    const unsigned = isWritable ? AccountRole.WRITABLE : AccountRole.READONLY;
    yield { programAddress, data, accounts: accounts.slice(0, i) };
    yield withAccount({ address: account.address, role: unsigned });
    yield withAccount({ address: STRANGER, role: unsigned });
    if (!isSigner) yield withAccount({ address: account.address, role: AccountRole.READONLY });
    yield withAccount(accounts[(i + 1) % accounts.length]);
  }
  yield { programAddress, accounts, data: data.slice(0, -1) };
  yield { programAddress, accounts, data: data.slice(0, 4) };
}

const PLAYS: Readonly<Record<string, (stage: Stage) => Promise<unknown>>> = {
  'a game': game.playOn,
  'a swap router': router.playOn,
  'an NFT': nft.playOn,
  'an auction': held.playAuction,
  'an order book': held.playOrders,
  'a prediction market': held.playPrediction,
  'a shop': shop.playOn,
  keepers: keepers.playOn,
};

test.each(Object.entries(PLAYS))('%s in both styles', async (_name, play) => {
  const stage = new TwinStage();
  await play(stage);
  expect(stage.shadows.flatMap(({ differences }) => differences.map(({ text }) => text))).toEqual([]);
  expect(stage.shadows.every(({ callCount }) => callCount > 0)).toBe(true);
  expect(stage.spoiled).toBeGreaterThan(play === router.playOn ? -1 : 20); // it sends its transaction itself
});
