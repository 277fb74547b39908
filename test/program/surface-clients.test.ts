// Clients made for Anchor programs and the less common parts of a declared one: groups of accounts, discriminators of its own,
// events by self-call, accounts used where they lie, constants.

import { mkdirSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as anchor from '@anchor-lang/core';
import { rootNodeFromAnchor } from '@codama/nodes-from-anchor';
import { renderVisitor } from '@codama/renderers-js';
import type { AccountRole, Address, Instruction, KeyPairSigner } from '@solana/kit';
import { type Connection, PublicKey, type TransactionInstruction } from '@solana/web3.js';
import { createFromRoot } from 'codama';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type DeclaredProgram, idl } from '../../src/program/index.ts';
import { Stage } from './stage.ts';
import { Book, SURFACE, surface } from './surface-programs.ts';

const AT = 'To11Box111111111111111111111111111111111111' as Address;

let stage: Stage;
let alice: KeyPairSigner;
beforeEach(async () => {
  stage = new Stage();
  alice = await stage.wallet(1);
  stage.svm.addProgram(surface.address, surface as DeclaredProgram);
});

describe('Anchor’s client', () => {
  let client: anchor.Program;
  let methods: any;
  let coders: any;
  beforeEach(() => {
    const connection = { commitment: 'processed' } as unknown as Connection;
    client = new anchor.Program(idl(surface) as unknown as anchor.Idl, {
      connection,
      publicKey: new PublicKey(alice.address),
    });
    methods = client.methods;
    coders = client.coder;
  });

  const send = async (builder: { instruction(): Promise<TransactionInstruction> }) => {
    const { programId, keys, data } = await builder.instruction();
    const instruction: Instruction = {
      programAddress: programId.toBase58() as Address,
      accounts: keys.map(({ pubkey, isSigner, isWritable }) => {
        const role = ((isSigner ? 2 : 0) | (isWritable ? 1 : 0)) as AccountRole;
        return isSigner
          ? { address: alice.address, role, signer: alice }
          : { address: pubkey.toBase58() as Address, role };
      }),
      data: new Uint8Array(data),
    };
    const outcome = await stage.send(alice, [instruction]);
    expect(outcome.error).toBeNull();
    return { outcome, keys };
  };
  const dataAt = (address: Address) => {
    const stored = stage.svm.getAccount(address);
    if (!stored.exists) throw new Error('it is not there');
    return Buffer.from(stored.data);
  };
  const make = async (id: number, value: number) => {
    const { keys } = await send(methods.make(id, new anchor.BN(value)).accounts({ owner: alice.address }));
    return keys[0].pubkey.toBase58() as Address;
  };

  test('fills groups of accounts, and speaks with other discriminators', async () => {
    const [first, extra] = [await make(1, 5), await make(2, 6)];
    const boxes = { first, owner: alice.address, other: null };
    await send(methods.add(new anchor.BN(10)).accounts({ boxes, extra }));
    expect(coders.accounts.decode('box1', dataAt(first)).value.toNumber()).toBe(15);
    expect(coders.accounts.decode('box1', dataAt(extra)).value.toNumber()).toBe(16);
    const seeds = [Buffer.from('grouped'), new PublicKey(alice.address).toBuffer()];
    const [address, bump] = PublicKey.findProgramAddressSync(seeds, new PublicKey(SURFACE));
    const { keys } = await send(methods.makeInGroup().accounts({ made: { owner: alice.address } }));
    expect(keys[0].pubkey.toBase58()).toBe(address.toBase58());
    expect(coders.accounts.decode('box1', dataAt(address.toBase58() as Address)).value.toNumber()).toBe(bump);
  });

  test('finds the accounts of events by self-call, and decodes them', async () => {
    const { outcome } = await send(methods.pay(new anchor.BN(5)).accounts({ from: alice.address }));
    const events = outcome.innerInstructions[0].instructions.map(({ data }) => {
      return coders.events.decode(Buffer.from(data.subarray(8)).toString('base64'));
    });
    expect(events.map(({ name }) => name)).toEqual(['paid', 'noted']);
    expect(events[0].data.to.toBase58()).toBe(alice.address);
    expect(events[0].data.amount.toNumber()).toBe(5);
    expect(events[1].data).toEqual({ text: 'paid' });
  });

  test('decodes accounts that are used where they lie, and reads constants', async () => {
    stage.account(AT, SURFACE, new Uint8Array(8 + Book.space!));
    await send(methods.openBook().accounts({ book: AT, owner: alice.address }));
    await send(methods.trade(1, new anchor.BN(70)).accounts({ book: AT }).accountsPartial({ owner: alice.address }));
    const book = coders.accounts.decode('book', dataAt(AT));
    expect(book.owner.toBase58()).toBe(alice.address);
    expect(book.orders[1].price.toNumber()).toBe(70);
    expect(book.orders[1]).toMatchObject({ size: 8, side: 1, flags: [1, 9] });
    const constants = (client.idl as anchor.Idl).constants?.map(({ name, value }) => [name, value]);
    expect(constants).toEqual([
      ['greeting', '"hi \\"you\\""'],
      ['maxBoxes', '3'],
      ['seed', '[1, 2, 3]'],
    ]);
  });
});

describe('a client that Codama generates', () => {
  const folder = fileURLToPath(new URL('./generated-surface', import.meta.url));
  let client: any;
  beforeAll(async () => {
    mkdirSync(folder, { recursive: true });
    const codama = createFromRoot(rootNodeFromAnchor(idl(surface) as never));
    await codama.accept(renderVisitor(folder, { generatedFolder: 'src', formatCode: false, syncPackageJson: false }));
    client = await import('./generated-surface/src/index.ts' as string);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const send = async (instruction: Instruction) => {
    const outcome = await stage.send(alice, [instruction]);
    expect(outcome.error).toBeNull();
    return outcome;
  };

  test('calls with other discriminators, fills groups, emits, and decodes', async () => {
    const made: Address[] = [];
    for (const [id, value] of [
      [1, 5n],
      [2, 6n],
    ] as const) {
      const make = await client.getMakeInstructionAsync({ owner: alice, id, value });
      await send(make);
      made.push(make.accounts[0].address);
    }
    const [first, extra] = made;
    await send(client.getAddInstruction({ boxesFirst: first, boxesOwner: alice, extra, first, owner: alice, by: 10n }));
    expect(client.decodeBox1(stage.svm.getAccount(first)).data).toMatchObject({ owner: alice.address, value: 15n });
    expect(client.decodeBox1(stage.svm.getAccount(extra)).data).toMatchObject({ value: 16n });
    const pay = await client.getPayInstructionAsync({ from: alice, program: SURFACE, amount: 5n });
    expect((await send(pay)).innerInstructions[0].instructions).toHaveLength(2);
    stage.account(AT, SURFACE, new Uint8Array(8 + Book.space!));
    await send(client.getOpenBookInstruction({ book: AT, owner: alice }));
    const book = client.decodeBook(stage.svm.getAccount(AT)).data;
    expect(book).toMatchObject({ owner: alice.address, count: 0n });
    expect(book.orders[1]).toMatchObject({ price: 7n, size: 8, side: 1 });
  });
});
