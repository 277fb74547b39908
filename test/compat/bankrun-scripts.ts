// What is done with a bankrun, native or ours: the scripts, and the folder of files they need. Whoever runs them has the
// folder's path in SBF_OUT_DIR.

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  AddressLookupTableProgram,
  ComputeBudgetProgram,
  Keypair,
  MessageV0,
  PublicKey,
  StakeProgram,
  SystemProgram,
  Transaction,
  TransactionInstruction,
  VersionedTransaction,
} from '@solana/web3.js';
import type * as bankrun from 'solana-bankrun';
import { assembleElf } from '../../src/sbpf/assembler.ts';
import { encodeBase58 } from '../../src/wire/base58.ts';
import { observe, observeAsync, plain } from './observe.ts';

export type Module = typeof bankrun;
export type Context = bankrun.ProgramTestContext;

const key = (n: number) => new PublicKey(new Uint8Array(32).fill(n));
export const PROGRAM = key(50);
export const COUNTER = key(60);
export const SOL = 1_000_000_000;

const programs = {
  count: 'entrypoint:\nldxb r2, [r1+96]\nadd64 r2, 1\nstxb [r1+96], r2\nmov64 r0, 0\nexit',
  fail: 'entrypoint:\nldxb r0, [r1+16]\nexit',
  fault: 'entrypoint:\nldxdw r0, [r10+4096]\nexit',
  data: `entrypoint:
    mov64 r3, 0x1234
    stxdw [r10-8], r3
    mov64 r1, r10
    add64 r1, -8
    mov64 r2, 8
    syscall sol_set_return_data
    mov64 r0, 0
    exit`,
  clock: `entrypoint:
    mov64 r1, r10
    add64 r1, -40
    syscall sol_get_clock_sysvar
    ldxdw r2, [r10-8]
    mov64 r0, 0
    jslt r2, 100, 1
    syscall abort
    exit`,
};

/** Program files, and an Anchor workspace. */
export function fillFolder(folder: string): void {
  for (const [name, source] of Object.entries(programs)) {
    writeFileSync(join(folder, `${name}.so`), assembleElf(source, { version: 0 }));
  }
  const workspace = join(folder, 'workspace');
  mkdirSync(join(workspace, 'target/deploy'), { recursive: true });
  writeFileSync(join(workspace, 'target/deploy/counter.so'), assembleElf(programs.count, { version: 0 }));
  writeFileSync(
    join(workspace, 'Anchor.toml'),
    `[provider]\ncluster = "localnet"\n\n[programs.localnet] # here\ncounter = "${PROGRAM.toBase58()}"\n\n[programs.devnet]\nother = "x"\n`,
  );
}

const TOKEN = new PublicKey('TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA');
const TOKEN_2022 = new PublicKey('TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb');
const ASSOCIATED_TOKEN = new PublicKey('ATokenGPvbdGVxr1b2hvZbsiqW5xWH25efTNsLJA8knL');
const MEMO_V1 = new PublicKey('Memo1UhkJRfHyvLMcVucJwxXeuD728EqVDDwQDxFMNo');
const MEMO = new PublicKey('MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr');
const PAYER = Keypair.fromSeed(new Uint8Array(32).fill(3));
const MINT = Keypair.fromSeed(new Uint8Array(32).fill(4));

/** A mint, accounts of two others, tokens minted and moved, mistakes, memos: by transaction. */
function tokenInstructions(payer: PublicKey, tokenProgram: PublicKey): TransactionInstruction[][] {
  const mint = MINT.publicKey;
  const accountOf = (owner: PublicKey) =>
    PublicKey.findProgramAddressSync([owner.toBytes(), tokenProgram.toBytes(), mint.toBytes()], ASSOCIATED_TOKEN)[0];
  const instruction = (programId: PublicKey, data: number[], ...keys: [PublicKey, string?][]) =>
    new TransactionInstruction({
      programId,
      keys: keys.map(([pubkey, flags = '']) => ({
        pubkey,
        isSigner: flags.includes('s'),
        isWritable: flags.includes('w'),
      })),
      data: Buffer.from(data),
    });
  const create = (owner: PublicKey, tag: number) =>
    instruction(
      ASSOCIATED_TOKEN,
      [tag],
      [payer, 'sw'],
      [accountOf(owner), 'w'],
      [owner],
      [mint],
      [SystemProgram.programId],
      [tokenProgram],
    );
  const amount = (n: number) => [n & 0xff, n >> 8, 0, 0, 0, 0, 0, 0];
  const [one, other] = [key(7), key(9)];
  return [
    [
      SystemProgram.createAccount({
        fromPubkey: payer,
        newAccountPubkey: mint,
        lamports: 10_000_000,
        space: 82,
        programId: tokenProgram,
      }),
      instruction(tokenProgram, [20, 6, ...payer.toBytes(), 0], [mint, 'w']),
    ],
    [create(one, 0)],
    [create(one, 0), create(other, 1)],
    [create(one, 1), create(other, 1)],
    [instruction(tokenProgram, [7, ...amount(1000)], [mint, 'w'], [accountOf(one), 'w'], [payer, 's'])],
    [instruction(tokenProgram, [3, ...amount(10)], [accountOf(one), 'w'], [accountOf(other), 'w'], [payer, 's'])],
    [instruction(tokenProgram, [3, ...amount(0)], [accountOf(one), 'w'], [key(8), 'w'], [payer, 's'])],
    [instruction(tokenProgram, [99], [mint, 'w'])],
    [instruction(MEMO, [104, 105]), instruction(MEMO_V1, [104, 105])],
    [instruction(MEMO, [255, 254])],
  ];
}

const outDir = () => process.env['SBF_OUT_DIR']!;

export function transactionOf(
  context: Context,
  instructions: TransactionInstruction[],
  blockhash = context.lastBlockhash,
  signers: Keypair[] = [],
) {
  const tx = new Transaction();
  tx.recentBlockhash = blockhash;
  tx.feePayer = context.payer.publicKey;
  tx.add(...instructions);
  const isAsked = (signer: Keypair) =>
    instructions.some(({ keys }) => keys.some((meta) => meta.isSigner && meta.pubkey.equals(signer.publicKey)));
  tx.sign(context.payer, ...signers.filter(isAsked));
  return tx;
}

function versionedOf(context: Context, instructions: TransactionInstruction[], isSigned = true) {
  const message = MessageV0.compile({
    payerKey: context.payer.publicKey,
    instructions,
    recentBlockhash: context.lastBlockhash,
  });
  const tx = new VersionedTransaction(message);
  if (isSigned) tx.sign([context.payer]);
  return tx;
}

export const transfer = (context: Context, lamports: number | bigint, to = COUNTER) =>
  SystemProgram.transfer({ fromPubkey: context.payer.publicKey, toPubkey: to, lamports });

const call = (data: number[] = [], accounts: PublicKey[] = []) =>
  new TransactionInstruction({
    programId: PROGRAM,
    keys: accounts.map((pubkey) => ({ pubkey, isSigner: false, isWritable: true })),
    data: Buffer.from(data),
  });

const accountOf = (owner: PublicKey, data: Uint8Array = new Uint8Array(0), lamports = SOL) => ({
  executable: false,
  owner,
  lamports,
  data,
});
const counter = { address: COUNTER, info: accountOf(PROGRAM, new Uint8Array(4)) };
const named = (name: keyof typeof programs) => [{ name, programId: PROGRAM }];

function seeMeta(meta: bankrun.BanksTransactionMeta | null) {
  return (
    meta && {
      class: meta.constructor.name,
      logs: meta.logMessages,
      units: meta.computeUnitsConsumed,
      returnData: meta.returnData && [meta.returnData.programId.toBase58(), plain(meta.returnData.data)],
    }
  );
}

const seeResult = ({ result, meta }: bankrun.BanksTransactionResultWithMeta) => ({ result, meta: seeMeta(meta) });

const encodeHex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

/** Every chain has a payer of its own. */
function withoutPayer(context: Context, seen: unknown): unknown {
  const { publicKey } = context.payer;
  const text = JSON.stringify(plain(seen)).replaceAll(publicKey.toBase58(), 'payer');
  return JSON.parse(text.replaceAll(publicKey.toBuffer().toString('hex'), 'payer'));
}

const clockOf = async ({ banksClient }: Context) => plain(await banksClient.getClock());

type Script = (module: Module) => Promise<unknown>;

export const SCRIPTS: Record<string, Script> = {
  'a chain at its start': async (m) => {
    const context = await m.start([], []);
    const { banksClient: client, genesisConfig: genesis } = context;
    const [blockhash, lastValidBlockHeight] = (await client.getLatestBlockhash())!;
    return [
      await client.getSlot(),
      await client.getBlockHeight(),
      [await client.getSlot('processed'), await client.getSlot('confirmed'), await client.getSlot('finalized')],
      lastValidBlockHeight,
      [blockhash.length, context.lastBlockhash.length].map((length) => length > 40),
      plain(await client.getRent()),
      await client.getBalance(context.payer.publicKey),
      plain(genesis.epochSchedule),
      plain(genesis.rent),
      plain(genesis.pohConfig),
      plain(genesis.feeRateGovernor),
      plain(genesis.inflation),
      [genesis.ticksPerSlot, genesis.clusterType, genesis.nativeInstructionProcessors, genesis.rewardsPools.size],
      genesis.creationTime === Number((await client.getClock()).unixTimestamp),
      await client.getAccount(new PublicKey('So11111111111111111111111111111111111111112')),
      await client.getAccount(new PublicKey('9pan9bMn5HatX4EJdBwg9VgCa7Uz5HL8N1m5D3NdXejP')),
      await client.getAccount(new PublicKey('StakeConfig11111111111111111111111111111111')),
      await client.getAccount(key(9), 'processed'),
      [...genesis.accounts].filter(([at]) => at.toBase58().startsWith('So111')).map(([, account]) => account),
      context.payer.secretKey.length,
    ];
  },
  transfers: async (m) => {
    const context = await m.start([], []);
    const { banksClient: client } = context;
    const tx = transactionOf(context, [transfer(context, SOL)]);
    const signature = encodeBase58(tx.signature!);
    const seen: unknown[] = [await client.getTransactionStatus(signature)];
    seen.push(
      seeMeta(await client.processTransaction(tx)),
      await client.getBalance(COUNTER),
      await client.getAccount(COUNTER),
    );
    seen.push(
      await observeAsync(() => client.processTransaction(tx)),
      seeResult(await client.tryProcessTransaction(tx)),
    );
    seen.push(seeResult(await client.simulateTransaction(tx)), plain(await client.getTransactionStatus(signature)));
    return [...seen, await client.getBalance(context.payer.publicKey)];
  },
  'a versioned transfer, signed and not': async (m) => {
    const context = await m.start([], []);
    const { banksClient: client } = context;
    const seen: unknown[] = [seeMeta(await client.processTransaction(versionedOf(context, [transfer(context, SOL)])))];
    // Nobody looks at the signatures.
    const unsigned = versionedOf(context, [transfer(context, SOL + 1)], false);
    return [...seen, seeResult(await client.tryProcessTransaction(unsigned)), await client.getBalance(COUNTER)];
  },
  failures: async (m) => {
    const context = await m.start([], []);
    const { banksClient: client } = context;
    const seen: unknown[] = [];
    const instructions = [
      transfer(context, 10n ** 18n),
      transfer(context, 5),
      call(),
      SystemProgram.createAccount({
        fromPubkey: context.payer.publicKey,
        newAccountPubkey: context.payer.publicKey,
        lamports: SOL,
        space: 5,
        programId: PROGRAM,
      }),
    ];
    for (const instruction of instructions) {
      const tx = transactionOf(context, [instruction]);
      seen.push(seeResult(await client.simulateTransaction(tx)), seeResult(await client.tryProcessTransaction(tx)));
      seen.push(plain(await client.getTransactionStatus(encodeBase58(tx.signature!))));
    }
    const balances = [await client.getBalance(context.payer.publicKey), await client.getBalance(COUNTER)];
    return JSON.parse(
      JSON.stringify(plain([...seen, ...balances])).replaceAll(context.payer.publicKey.toBase58(), 'payer'),
    );
  },
  'failures that throw': async (m) => {
    const context = await m.start([], []);
    const { banksClient: client } = context;
    const foreign = transactionOf(context, [transfer(context, SOL)], key(1).toBase58());
    return [
      await observeAsync(() => client.processTransaction(transactionOf(context, [transfer(context, 10n ** 18n)]))),
      await observeAsync(() => client.processTransaction(transactionOf(context, [call()]))),
      await observeAsync(() => client.processTransaction(foreign)),
      seeResult(await client.tryProcessTransaction(foreign)),
      seeResult(await client.simulateTransaction(foreign)),
    ];
  },
  'several statuses': async (m) => {
    const context = await m.start([], []);
    const { banksClient: client } = context;
    const transactions = [
      transactionOf(context, [transfer(context, SOL)]),
      transactionOf(context, [transfer(context, 10n ** 18n)]),
    ];
    for (const tx of transactions) await client.tryProcessTransaction(tx);
    const signatures = [
      ...transactions.map((tx) => encodeBase58(tx.signature!)),
      encodeBase58(new Uint8Array(64).fill(7)),
    ];
    return plain(await client.getTransactionStatuses(signatures));
  },
  'a transaction that is only sent': async (m) => {
    const context = await m.start([], []);
    const { banksClient: client } = context;
    const sent = await client.sendTransaction(transactionOf(context, [transfer(context, SOL)]));
    await new Promise((resolve) => setTimeout(resolve, 100));
    return [sent, await client.getBalance(COUNTER)];
  },
  'simulations leave no trace': async (m) => {
    const context = await m.start([], []);
    const { banksClient: client } = context;
    const tx = transactionOf(context, [transfer(context, SOL)]);
    const seen = [
      seeResult(await client.simulateTransaction(tx)),
      seeResult(await client.simulateTransaction(tx, 'processed')),
    ];
    return [
      ...seen,
      await client.getBalance(COUNTER),
      await observeAsync(() => client.simulateTransaction(tx, 'recent' as never)),
    ];
  },
  'a program at work': async (m) => {
    const context = await m.start(named('count'), [counter]);
    const { banksClient: client } = context;
    const seen: unknown[] = [await client.getAccount(PROGRAM)];
    seen.push(seeMeta(await client.processTransaction(transactionOf(context, [call([1], [COUNTER])]))));
    seen.push(seeMeta(await client.processTransaction(versionedOf(context, [call([2], [COUNTER])]))));
    return [...seen, await client.getAccount(COUNTER)];
  },
  'sixty-four instructions': async (m) => {
    const context = await m.start(named('count'), [counter]);
    const tx = transactionOf(context, Array(64).fill(call([0], [COUNTER])));
    return [seeMeta(await context.banksClient.processTransaction(tx)), await context.banksClient.getAccount(COUNTER)];
  },
  'a program by setAccount': async (m) => {
    const context = await m.start([], [counter]);
    const loader = new PublicKey('BPFLoader2111111111111111111111111111111111');
    context.setAccount(PROGRAM, {
      ...accountOf(loader, assembleElf(programs.count, { version: 0 })),
      executable: true,
    });
    const result = await context.banksClient.tryProcessTransaction(transactionOf(context, [call([0], [COUNTER])]));
    return [seeResult(result), await context.banksClient.getAccount(COUNTER)];
  },
  'codes of failure, return data': async (m) => {
    const failing = await m.start(named('fail'), []);
    const seen: unknown[] = [];
    for (const code of [0, 1, 255]) {
      seen.push(seeResult(await failing.banksClient.tryProcessTransaction(transactionOf(failing, [call([code])]))));
    }
    const giving = await m.start(named('data'), []);
    seen.push(seeResult(await giving.banksClient.simulateTransaction(transactionOf(giving, [call()]))));
    return [...seen, seeResult(await giving.banksClient.tryProcessTransaction(transactionOf(giving, [call()])))];
  },
  'limits of units': async (m) => {
    const seen: unknown[] = [];
    for (const units of [1n, 4n, 5n, 10_000n, 1_400_000n]) {
      const context = await m.start(named('count'), [counter], units);
      const instructions = [ComputeBudgetProgram.setComputeUnitLimit({ units: 1000 }), call([0], [COUNTER])];
      seen.push(
        seeResult(await context.banksClient.tryProcessTransaction(transactionOf(context, instructions.slice(1)))),
      );
    }
    return seen;
  },
  'default limits of units': async (m) => {
    const context = await m.start(named('count'), [counter]);
    const { banksClient: client } = context;
    const price = ComputeBudgetProgram.setComputeUnitPrice({ microLamports: 1_000_000 });
    const seen: unknown[] = [];
    for (const builtins of [
      [],
      [transfer(context, SOL)],
      [price],
      [price, transfer(context, SOL), transfer(context, 1)],
    ]) {
      const instructions = [...builtins, call([builtins.length], [COUNTER])];
      seen.push(await client.getFeeForMessage(transactionOf(context, instructions).compileMessage()));
      seen.push(seeResult(await client.tryProcessTransaction(transactionOf(context, instructions))));
    }
    return seen;
  },
  'programs of a chain': async (m) => {
    const { banksClient: client } = await m.start([], []);
    const seen: unknown[] = [];
    for (const program of [TOKEN, TOKEN_2022, ASSOCIATED_TOKEN, MEMO_V1, MEMO])
      seen.push(plain(await client.getAccount(program)));
    return seen;
  },
  'tokens, calls between programs, memos': async (m) => {
    const seen: unknown[] = [];
    for (const tokenProgram of [TOKEN, TOKEN_2022]) {
      // Which bytes keys have decides how long it takes to compare them: the payer must be the same one.
      const { publicKey } = PAYER;
      const context = await m.start([], [{ address: publicKey, info: accountOf(SystemProgram.programId) }]);
      for (const instructions of tokenInstructions(publicKey, tokenProgram)) {
        const tx = new Transaction({ recentBlockhash: context.lastBlockhash, feePayer: publicKey }).add(
          ...instructions,
        );
        const isAsked = instructions.some(({ keys }) => keys[1]?.isSigner);
        tx.sign(PAYER, ...(isAsked ? [MINT] : []));
        seen.push(seeResult(await context.banksClient.tryProcessTransaction(tx)));
      }
    }
    return seen;
  },
  'lookup tables and stakes: what becomes of them': async (m) => {
    const context = await m.start([], []);
    const { banksClient: client } = context;
    const authority = context.payer.publicKey;
    const [create, table] = AddressLookupTableProgram.createLookupTable({ authority, payer: authority, recentSlot: 0 });
    const stake = { stakePubkey: MINT.publicKey, authorizedPubkey: authority };
    const lists: TransactionInstruction[][] = [
      [create],
      [
        AddressLookupTableProgram.extendLookupTable({
          payer: authority,
          authority,
          lookupTable: table,
          addresses: [COUNTER, PROGRAM],
        }),
      ],
      [AddressLookupTableProgram.deactivateLookupTable({ authority, lookupTable: table })],
      [AddressLookupTableProgram.closeLookupTable({ authority, lookupTable: table, recipient: COUNTER })],
      StakeProgram.createAccount({
        fromPubkey: authority,
        stakePubkey: MINT.publicKey,
        authorized: { staker: authority, withdrawer: authority },
        lamports: 5 * SOL,
      }).instructions,
      StakeProgram.withdraw({ ...stake, toPubkey: COUNTER, lamports: SOL }).instructions,
      StakeProgram.authorize({ ...stake, newAuthorizedPubkey: COUNTER, stakeAuthorizationType: { index: 0 } })
        .instructions,
      StakeProgram.withdraw({ ...stake, toPubkey: COUNTER, lamports: 50 * SOL }).instructions,
    ];
    const seen: unknown[] = [];
    for (const instructions of lists) {
      const tx = transactionOf(context, instructions, undefined, [MINT]);
      const { result } = await client.tryProcessTransaction(tx);
      const accounts = [await client.getAccount(table), await client.getAccount(MINT.publicKey)];
      seen.push(withoutPayer(context, [result, ...accounts.map((account) => account && encodeHex(account.data))]));
    }
    return seen;
  },
  'a limit of account locks': async (m) => {
    const context = await m.start([], [], undefined, 3n);
    const { banksClient: client } = context;
    const instructions = [1, 2].map((n) => transfer(context, SOL, key(n)));
    const seen = [seeResult(await client.tryProcessTransaction(transactionOf(context, instructions)))];
    return [...seen, seeResult(await client.tryProcessTransaction(transactionOf(context, instructions.slice(1))))];
  },
  'gates that are switched off': async (m) => {
    const gate = new PublicKey('16FMCmgLzCNNz6eTwGanbyN2ZxvTBSLuQ6DZhgeMshg');
    const context = await m.start([], [], undefined, undefined, [gate, key(5)]);
    const on = await m.start([], []);
    return [await context.banksClient.getAccount(gate), await on.banksClient.getAccount(gate)];
  },
  accounts: async (m) => {
    const context = await m.start(
      [],
      [{ address: key(1), info: { ...accountOf(PROGRAM, Uint8Array.of(1, 2)), rentEpoch: 7 } }],
    );
    const { banksClient: client } = context;
    const seen: unknown[] = [await client.getAccount(key(1))];
    context.setAccount(key(1), accountOf(PROGRAM, Uint8Array.of(3)));
    seen.push(await client.getAccount(key(1)));
    context.setAccount(key(1), accountOf(PROGRAM, Uint8Array.of(3), 0));
    seen.push(await client.getAccount(key(1)), await client.getBalance(key(1)));
    return [
      ...seen,
      observe(() => context.setAccount(key(1), accountOf(PROGRAM, Uint8Array.of(3), 0.5))),
      observe(() => context.setAccount(key(1), accountOf(PROGRAM, [1] as never))),
      observe(() => context.setAccount(key(1), {} as never)),
      await observeAsync(() => client.getAccount('abc' as never)),
      await observeAsync(() => client.getAccount(key(1), 'recent' as never)),
      await observeAsync(() => client.getTransactionStatus('0OIl')),
    ];
  },
  'the clock': async (m) => {
    const context = await m.start(named('clock'), []);
    const { banksClient: client } = context;
    const run = async (n: number) => seeResult(await client.tryProcessTransaction(transactionOf(context, [call([n])])));
    const seen: unknown[] = [await run(0)];
    context.setClock(new m.Clock(1000n, 1n, 100n, 3n, 50n));
    seen.push(await run(1), await clockOf(context), await client.getSlot());
    return [...seen, ...[undefined, null, 5, {}].map((value) => observe(() => context.setClock(value as never)))];
  },
  rent: async (m) => {
    const context = await m.start([], []);
    const { banksClient: client } = context;
    const before = await client.getRent();
    context.setRent(new m.Rent(before.lamportsPerByteYear, before.exemptionThreshold, 0));
    const seen: unknown[] = [plain(await client.getRent())];
    context.setRent(new m.Rent(7n, 3, 9));
    seen.push(plain(await client.getRent()));
    // Transactions are held to the rent that the chain began with.
    return [
      ...seen,
      seeResult(await client.tryProcessTransaction(transactionOf(context, [transfer(context, 50_000)]))),
    ];
  },
  warps: async (m) => {
    const context = await m.start([], []);
    const { banksClient: client } = context;
    context.setClock(new m.Clock(5n, 7n, 2n, 9n, 50n));
    const at = async () => [
      await client.getSlot(),
      await client.getBlockHeight(),
      (await client.getLatestBlockhash())![1],
      await clockOf(context),
    ];
    const old = context.lastBlockhash;
    const seen: unknown[] = [await at()];
    for (const slot of [2n, 3n, 40n, 1000n, 524_256n, 956_256n, 10_000_000n]) {
      context.warpToSlot(slot);
      seen.push(await at());
    }
    context.warpToEpoch(60n);
    seen.push(await at(), context.lastBlockhash !== old);
    seen.push(seeResult(await client.tryProcessTransaction(transactionOf(context, [transfer(context, SOL)], old))));
    seen.push(seeResult(await client.tryProcessTransaction(transactionOf(context, [transfer(context, SOL + 1)]))));
    return [
      ...seen,
      ...[0n, 1000n, 20_000_000n, -5n].map((slot) => observe(() => context.warpToSlot(slot))),
      ...[0n, 60n, -1n].map((epoch) => observe(() => context.warpToEpoch(epoch))),
      ...[5, undefined].map((slot) => observe(() => context.warpToSlot(slot as never))),
    ];
  },
  fees: async (m) => {
    const context = await m.start([], []);
    const { banksClient: client } = context;
    const price = ComputeBudgetProgram.setComputeUnitPrice({ microLamports: 1_000_000 });
    const limit = ComputeBudgetProgram.setComputeUnitLimit({ units: 1000 });
    const fee = async (instructions: TransactionInstruction[], blockhash?: string) =>
      await client.getFeeForMessage(transactionOf(context, instructions, blockhash).compileMessage());
    return [
      await fee([transfer(context, 1)]),
      await fee([price, limit, transfer(context, 1)]),
      await fee([price, limit, limit, transfer(context, 1)]),
      await fee([transfer(context, 1)], key(1).toBase58()),
    ];
  },
  'an Anchor workspace': async (m) => {
    const before = process.env['SBF_OUT_DIR'];
    const context = await m.startAnchor(join(outDir(), 'workspace'), [], [counter]);
    const result = await context.banksClient.tryProcessTransaction(transactionOf(context, [call([0], [COUNTER])]));
    const setTo = process.env['SBF_OUT_DIR']?.slice(before?.length);
    process.env['SBF_OUT_DIR'] = before;
    return [seeResult(result), setTo, await context.banksClient.getAccount(COUNTER)];
  },
  'Anchor workspaces that are none': async (m) => {
    const before = process.env['SBF_OUT_DIR'];
    const seen: unknown[] = [await observeAsync(() => m.startAnchor(join(outDir(), 'missing'), [], []))];
    const texts = [
      '',
      '[programs.devnet]\na = "x"\n',
      '[programs.localnet]\na = "xx"\n',
      '[programs]\nlocalnet = 5\n',
      '[programs]\n',
    ];
    for (const [i, text] of texts.entries()) {
      const path = join(outDir(), `workspace-${i}`);
      mkdirSync(path, { recursive: true });
      writeFileSync(join(path, 'Anchor.toml'), text);
      seen.push(await observeAsync(() => m.startAnchor(path, [], [])));
    }
    process.env['SBF_OUT_DIR'] = before;
    return seen;
  },
  'empty workspaces in other notations': async (m) => {
    const before = process.env['SBF_OUT_DIR'];
    const seen: unknown[] = [];
    for (const [i, text] of [
      '[programs.localnet]\n',
      '[programs]\nlocalnet = {}\n',
      'programs = { localnet = { } }\n',
      '["programs"."localnet"]\n',
    ].entries()) {
      const path = join(outDir(), `empty-${i}`);
      mkdirSync(path, { recursive: true });
      writeFileSync(join(path, 'Anchor.toml'), text);
      const context = await m.startAnchor(path, [], []);
      seen.push(await context.banksClient.getSlot());
    }
    process.env['SBF_OUT_DIR'] = before;
    return seen;
  },
};

export const VALUES: Record<string, (m: Module) => unknown> = {
  Clock: (m) => new m.Clock(1n, -2n, 3n, 4n, -5n),
  'Clock, numbers cut to 64 bits': (m) => new m.Clock(-5n, 1n << 63n, (1n << 64n) + 3n, 9n, -(1n << 70n)),
  'Clock, a number': (m) => new m.Clock(1 as never, 1n, 1n, 1n, 1n),
  'Clock, a field assigned': (m) => Object.assign(new m.Clock(1n, 1n, 1n, 1n, 1n), { slot: 5n }),
  'Clock, its keys': (m) => Object.keys(new m.Clock(1n, 1n, 1n, 1n, 1n)),
  Rent: (m) => new m.Rent(-5n, 1.5, 7),
  'Rent, too high a percentage': (m) => new m.Rent(5n, 1.5, 300),
  'Rent, a text': (m) => new m.Rent(5n, '1' as never, 3),
  'Rent.default': (m) => m.Rent.default(),
  'Rent.free': (m) => m.Rent.free(),
  'Rent.withSlotsPerEpoch': (m) =>
    [1n, 100n, 8192n, 432_000n, 1_000_000n].map((slots) => plain(m.Rent.withSlotsPerEpoch(slots))),
  calculateBurn: (m) => {
    const result = m.Rent.default().calculateBurn(101n);
    return [result.length, Object.keys(result), ...result.slice(2)];
  },
  minimumBalance: (m) =>
    [0n, 123n, 20_000_000n].flatMap((len) =>
      [m.Rent.default(), new m.Rent(7n, 0.1, 0)].map((rent) => rent.minimumBalance(len)),
    ),
  isExempt: (m) => [m.Rent.default().isExempt(1_746_960n, 123n), m.Rent.default().isExempt(1_746_959n, 123n)],
  due: (m) => [m.Rent.default().due(1n, 123n, 1.5), m.Rent.default().due(1_746_960n, 123n, 1)],
  dueAmount: (m) => [0.5, -1, Number.NaN].map((years) => m.Rent.default().dueAmount(123n, years)),
  'classes that only the module makes': (m) =>
    (['TransactionStatus', 'EpochSchedule', 'PohConfig', 'FeeRateGovernor'] as const).map((name) =>
      observe(() => new (m[name] as unknown as new () => object)()),
    ),
};
