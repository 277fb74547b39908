// Clients that were made for Anchor programs drive a declared one: Anchor's own, and one that Codama generates from the IDL.

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
import { counter } from './declared-programs.ts';
import { Stage } from './stage.ts';

let stage: Stage;
let alice: KeyPairSigner;
let bob: KeyPairSigner;
beforeEach(async () => {
  stage = new Stage();
  [alice, bob] = [await stage.wallet(1), await stage.wallet(2)];
  stage.svm.addProgram(counter.address, counter as DeclaredProgram);
});

describe('Anchor’s client', () => {
  let client: anchor.Program;
  // Without a type of its own for the IDL every name is possible, and none is known.
  let methods: any;
  beforeEach(() => {
    const getAccountInfoAndContext = async (key: PublicKey) => {
      const stored = stage.svm.getAccount(key.toBase58() as Address);
      const value = stored.exists
        ? {
            ...stored,
            data: Buffer.from(stored.data),
            owner: new PublicKey(stored.programAddress),
            lamports: Number(stored.lamports),
          }
        : null;
      return { context: { slot: 0 }, value };
    };
    const connection = {
      commitment: 'processed',
      getAccountInfoAndContext,
      getAccountInfo: async (key: PublicKey) => (await getAccountInfoAndContext(key)).value,
    } as unknown as Connection;
    client = new anchor.Program(idl(counter) as unknown as anchor.Idl, {
      connection,
      publicKey: new PublicKey(alice.address),
    });
    methods = client.methods;
  });

  const toKit = (instruction: TransactionInstruction): Instruction => ({
    programAddress: instruction.programId.toBase58() as Address,
    accounts: instruction.keys.map(({ pubkey, isSigner, isWritable }) => {
      const address = pubkey.toBase58() as Address;
      const role = ((isSigner ? 2 : 0) | (isWritable ? 1 : 0)) as AccountRole;
      const signer = [alice, bob].find((each) => each.address === address);
      return isSigner && signer !== undefined ? { address, role, signer } : { address, role };
    }),
    data: new Uint8Array(instruction.data),
  });

  test('finds the addresses, calls, reads accounts, events and errors', async () => {
    const create = await methods.create(new anchor.BN(1), 'mine').accounts({ owner: alice.address }).instruction();
    expect((await stage.send(alice, [toKit(create)])).error).toBeNull();
    const address = create.keys[0].pubkey;
    expect(await (client.account as any).counter.fetch(address)).toMatchObject({ label: 'mine', last: null });

    const add = await methods.add(new anchor.BN(7)).accounts({ counter: address }).instruction();
    const added = await stage.send(alice, [toKit(add)]);
    expect(added.error).toBeNull();
    const stored = await (client.account as any).counter.fetch(address);
    expect(stored.owner.toBase58()).toBe(alice.address);
    expect(stored.count.toNumber()).toBe(7);
    expect(stored.last).toEqual({ tails: { times: 3 } });

    const [event, ...others] = [...new anchor.EventParser(client.programId, client.coder).parseLogs([...added.logs])];
    expect(others).toEqual([]);
    expect(event.name).toBe('added');
    expect(event.data['total'].toNumber()).toBe(7);

    const tooMuch = await methods.add(new anchor.BN(1000)).accounts({ counter: address }).instruction();
    const failed = await stage.send(alice, [toKit(tooMuch)]);
    const error = anchor.AnchorError.parse([...failed.logs]);
    expect(error?.error).toMatchObject({
      errorCode: { code: 'TooMuch', number: 6000 },
      errorMessage: 'That is too much',
    });

    const foreign = await methods
      .add(new anchor.BN(1))
      .accountsPartial({ counter: address, owner: bob.address })
      .instruction();
    const refused = anchor.AnchorError.parse([...(await stage.send(alice, [toKit(foreign)])).logs]);
    expect(refused?.error).toMatchObject({
      errorCode: { code: 'ConstraintHasOne', number: 2001 },
      origin: 'counter',
      comparedValues: [new PublicKey(alice.address), new PublicKey(bob.address)],
    });
  });
});

describe('a client that Codama generates', () => {
  const folder = fileURLToPath(new URL('./generated', import.meta.url));
  let client: any;
  beforeAll(async () => {
    mkdirSync(folder, { recursive: true });
    const codama = createFromRoot(rootNodeFromAnchor(idl(counter) as never));
    await codama.accept(renderVisitor(folder, { generatedFolder: 'src', formatCode: false, syncPackageJson: false }));
    client = await import('./generated/src/index.ts' as string);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  // Its renderer makes nothing of events.
  test('finds the addresses, calls, reads accounts and errors', async () => {
    const create = await client.getCreateInstructionAsync({ owner: alice, id: 1n, label: 'mine' });
    expect((await stage.send(alice, [create])).error).toBeNull();
    const address: Address = create.accounts[0].address;

    const add = client.getAddInstruction({ counter: address, owner: alice, by: 7n });
    const added = await stage.send(alice, [add]);
    expect(added.error).toBeNull();
    const stored = client.decodeCounter(stage.svm.getAccount(address));
    expect(stored.data).toMatchObject({
      owner: alice.address,
      count: 7n,
      label: 'mine',
      last: { __option: 'Some', value: { __kind: 'Tails', times: 3 } },
    });

    const failed = await stage.send(alice, [client.getAddInstruction({ counter: address, owner: alice, by: 1000n })]);
    expect(failed.error).toEqual({ InstructionError: [0, { Custom: client.COUNTER_ERROR__TOO_MUCH }] });
    expect(client.getCounterErrorMessage(client.COUNTER_ERROR__TOO_MUCH)).toBe('That is too much');
    expect(client.parseAddInstruction(add)).toMatchObject({ accounts: { counter: { address } }, data: { by: 7n } });
  });
});
