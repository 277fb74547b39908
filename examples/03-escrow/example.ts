// Paying out of an escrow: lamports at an address derived from "escrow". Where those seeds hash to a point off the curve they
// are an address as they are; half of all seeds don't, and need one more byte, the bump. Searching for it costs 1,500 units
// a try; a client that has searched before can pass it.
import {
  AccountRole,
  type Address,
  createNoopSigner,
  getProgramDerivedAddress,
  getU64Decoder,
  getU64Encoder,
} from '@solana/kit';
import { getTransferSolInstruction, SYSTEM_PROGRAM_ADDRESS } from '@solana-program/system';
import { createProgramAddress, defineProgram, findProgramAddress, invokeSigned, type Seed } from 'parhelion/program';
import { type Played, SOL, Stage } from '../support/stage.ts';

// #region escrow
/** Its ["escrow"] lies off the curve: no bump is needed. */
export const ESCROW = 'Escrow1111111111111111111111111111111111111' as Address;

export const escrow = defineProgram(
  (programId, accounts, data) => {
    const [from, to] = accounts;
    if (from.key !== createProgramAddress(['escrow'], programId)) throw new Error('this is not the escrow');
    const amount = getU64Decoder().decode(data);
    const pay = getTransferSolInstruction({ source: createNoopSigner(from.key), destination: to.key, amount });
    invokeSigned(pay, accounts, [['escrow']]);
  },
  { name: 'escrow' },
);
// #endregion

// #region escrow2
/** Its ["escrow"] is a point on the curve. */
export const ESCROW_2 = 'Escrow2111111111111111111111111111111111111' as Address;

/** The first byte says how the seeds are made, the rest is the amount and, for `GIVEN`, the bump. */
export const [BARE, FOUND, GIVEN] = [0, 1, 2];

export const escrow2 = defineProgram(
  (programId, accounts, data) => {
    const [from, to] = accounts;
    const seeds: Seed[] = ['escrow'];
    if (data[0] === FOUND) seeds.push(findProgramAddress(['escrow'], programId)[1]);
    if (data[0] === GIVEN) seeds.push(data[9]); // a wrong one derives to another address, which is not the escrow
    const amount = getU64Decoder().decode(data, 1);
    const pay = getTransferSolInstruction({ source: createNoopSigner(from.key), destination: to.key, amount });
    invokeSigned(pay, accounts, [seeds]);
  },
  { name: 'escrow2' },
);
// #endregion

export async function play(): Promise<Played> {
  return (await playOn(new Stage())).outcomes;
}

export async function playOn(stage: Stage) {
  stage.svm.addProgram(ESCROW, escrow);
  stage.svm.addProgram(ESCROW_2, escrow2);
  const alice = await stage.wallet('alice');
  // Off chain, once, for nothing.
  const [address2, bump] = await getProgramDerivedAddress({ programAddress: ESCROW_2, seeds: ['escrow'] });
  const address = 'HYNT9Ub589usXbxxDW5VkhTXJeSH61TyuUwNezCxyBvs' as Address;
  for (const each of [address, address2])
    stage.account(stage.name(each, 'the escrow'), SYSTEM_PROGRAM_ADDRESS, undefined, 10n * SOL);

  const call = (programAddress: Address, from: Address, ...data: (number | Iterable<number>)[]) => ({
    programAddress,
    accounts: [
      { address: from, role: AccountRole.WRITABLE },
      { address: alice.address, role: AccountRole.WRITABLE },
      { address: SYSTEM_PROGRAM_ADDRESS, role: AccountRole.READONLY },
    ],
    data: new Uint8Array(data.flatMap((part) => (typeof part === 'number' ? [part] : [...part]))),
  });
  const amount = getU64Encoder().encode(SOL);
  const outcomes = {
    'seeds alone': await stage.send(alice, call(ESCROW, address, amount)),
    'seeds on the curve': await stage.send(alice, call(ESCROW_2, address2, BARE, amount)),
    'the bump searched for': await stage.send(alice, call(ESCROW_2, address2, FOUND, amount)),
    'the bump passed': await stage.send(alice, call(ESCROW_2, address2, GIVEN, amount, bump)),
    'a wrong bump passed': await stage.send(alice, call(ESCROW_2, address2, GIVEN, amount, bump - 3)),
  };
  return { outcomes, alice, bump };
}
