// The same scripts against npm litesvm and against `parhelion/litesvm`: everything they see must be the same.
// Airdrops are signed by a key that LiteSVM makes up for each instance, so of their results the signature is left out.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  AccountRole,
  type Address,
  address,
  appendTransactionMessageInstructions,
  createKeyPairSignerFromPrivateKeyBytes,
  createTransactionMessage,
  getAddressCodec,
  getSignatureFromTransaction,
  type Instruction,
  type KeyPairSigner,
  type Lamports,
  pipe,
  setTransactionMessageFeePayerSigner,
  signTransactionMessageWithSigners,
  type Transaction,
} from '@solana/kit';
import { getRequestHeapFrameInstruction, getSetComputeUnitLimitInstruction } from '@solana-program/compute-budget';
import { getAddMemoInstruction } from '@solana-program/memo';
import { getCreateAccountInstruction, getTransferSolInstruction } from '@solana-program/system';
import {
  findAssociatedTokenPda,
  getCreateAssociatedTokenIdempotentInstructionAsync,
  getInitializeMint2Instruction,
  getMintToInstruction,
  TOKEN_PROGRAM_ADDRESS,
} from '@solana-program/token';
import native from 'litesvm';
import nativeInternal from 'litesvm/dist/internal.js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as adapter from '../../src/node/litesvm.ts';
import { assembleElf } from '../../src/sbpf/assembler.ts';
import { observe, observeAsync, plain } from './observe.ts';

type Modules = Omit<typeof nativeInternal, 'SimulatedTransactionInfo'> & typeof native;
type LiteSVM = InstanceType<Modules['LiteSVM']>;

const THEIRS: Modules = { ...nativeInternal, ...native };
const OURS = adapter as unknown as Modules;

const SOL = 1_000_000_000n;
const SYSTEM = address('11111111111111111111111111111111');
const CLOCK = address('SysvarC1ock11111111111111111111111111111111');
const LOADER_V1 = address('BPFLoader1111111111111111111111111111111111');
const LOADER_V2 = address('BPFLoader2111111111111111111111111111111111');
const LOADER_V3 = address('BPFLoaderUpgradeab1e11111111111111111111111');
const NATIVE_LOADER = address('NativeLoader1111111111111111111111111111111');
const NATIVE_MINT = address('So11111111111111111111111111111111111111112');
const NATIVE_MINT_2022 = address('9pan9bMn5HatX4EJdBwg9VgCa7Uz5HL8N1m5D3NdXejP');
const HASH = '4QjEBrJnATvydaCoPb7j4cneA5vSJNFsAYHQwRAjAjmQ';

const addressOf = (n: number) => getAddressCodec().decode(new Uint8Array(32).fill(n));
const PROGRAM = addressOf(50);
const COUNTER = addressOf(60);

// Programs of a few instructions.
const programs = {
  /** Adds one to the first byte of the first account. */
  count: 'ldxb r2, [r1+96]\nadd64 r2, 1\nstxb [r1+96], r2\nmov64 r0, 0\nexit',
  /** Fails with the number in the first byte of the instruction's data, where there is no account. */
  fail: 'ldxb r0, [r1+16]\nexit',
  /** Panics from second 100 on. */
  clock: `mov64 r1, r10
    add64 r1, -40
    syscall sol_get_clock_sysvar
    ldxdw r2, [r10-8]
    mov64 r0, 0
    jslt r2, 100, +1
    syscall abort
    exit`,
  /** Logs five numbers, and gives eight bytes back. */
  log: `mov64 r1, 1
    mov64 r2, 2
    mov64 r3, 3
    mov64 r4, 4
    mov64 r5, 5
    syscall sol_log_64_
    syscall sol_log_compute_units_
    mov64 r3, 0x1234
    stxdw [r10-8], r3
    mov64 r1, r10
    add64 r1, -8
    mov64 r2, 8
    syscall sol_set_return_data
    mov64 r0, 0
    exit`,
  /** Reads behind the end of its stack. */
  fault: 'ldxdw r0, [r10+4096]\nexit',
  /** Runs for ever. */
  loop: 'mov64 r0, 0\nja -2\nexit',
};
const elfOf = (name: keyof typeof programs) => assembleElf(programs[name]);

let payer: KeyPairSigner;
let mint: KeyPairSigner;
let folder: string;

beforeAll(async () => {
  payer = await createKeyPairSignerFromPrivateKeyBytes(new Uint8Array(32).fill(1));
  mint = await createKeyPairSignerFromPrivateKeyBytes(new Uint8Array(32).fill(2));
  folder = mkdtempSync(join(tmpdir(), 'parhelion-compat-'));
  writeFileSync(join(folder, 'count.so'), elfOf('count'));
  writeFileSync(join(folder, 'none.so'), 'no program');
});

afterAll(() => rmSync(folder, { recursive: true }));

function account(at: Address, owner: Address, data: Uint8Array = new Uint8Array(0), balance = SOL) {
  const space = BigInt(data.length);
  return { address: at, lamports: balance as Lamports, data, executable: false, programAddress: owner, space };
}

async function transactionOf(
  svm: LiteSVM,
  instructions: readonly Instruction[],
  options: { version?: 'legacy' | 0 | 1; feePayer?: KeyPairSigner } = {},
): Promise<Transaction> {
  // Kit's types follow the version, which is a variable here.
  const message = createTransactionMessage({ version: (options.version ?? 0) as 0 });
  return (await pipe(
    message,
    (m) => setTransactionMessageFeePayerSigner(options.feePayer ?? payer, m),
    (m) => appendTransactionMessageInstructions(instructions, m),
    (m) => svm.setTransactionMessageLifetimeUsingLatestBlockhash(m),
    (m) => signTransactionMessageWithSigners(m),
  )) as Transaction;
}

const transfer = (to: Address, amount: bigint) => getTransferSolInstruction({ source: payer, destination: to, amount });
const call = (data: number[] = [], accounts: Address[] = []): Instruction => ({
  programAddress: PROGRAM,
  data: Uint8Array.from(data),
  accounts: accounts.map((at) => ({ address: at, role: AccountRole.WRITABLE })),
});

/** One with a payer. */
function richSvm({ LiteSVM }: Modules): LiteSVM {
  const svm = new LiteSVM();
  svm.setAccount(account(payer.address, SYSTEM, undefined, 10n * SOL));
  return svm;
}

/** All there is to see of a result. */
function see(result: unknown): unknown {
  const seen: Record<string, unknown> = { ...(plain(result) as object) };
  // biome-ignore lint/suspicious/noExplicitAny: one of several classes
  const object = result as any;
  if (typeof object?.err === 'function') {
    const err = object.err();
    seen['err'] = plain(err);
    if (typeof err.err === 'function') seen['instructionError'] = plain(err.err());
  }
  const meta = typeof object?.meta === 'function' ? object.meta() : object;
  if (typeof meta?.logs !== 'function') return seen;
  return {
    ...seen,
    meta: plain(meta),
    logs: meta.logs(),
    prettyLogs: meta.prettyLogs(),
    units: meta.computeUnitsConsumed(),
    signature: plain(meta.signature()),
    returnData: [plain(meta.returnData()), plain(meta.returnData().programId()), plain(meta.returnData().data())],
    inner: meta.innerInstructions().map((list: unknown[]) =>
      // biome-ignore lint/suspicious/noExplicitAny: an InnerInstruction of either module
      list.map((inner: any) => {
        const instruction = inner.instruction();
        return [
          plain(inner),
          inner.stackHeight(),
          plain(instruction),
          instruction.programIdIndex(),
          plain(instruction.accounts()),
          plain(instruction.data()),
        ];
      }),
    ),
    postAccounts: typeof object.postAccounts === 'function' ? plain(object.postAccounts()) : undefined,
  };
}

/** The same without the signature. */
function seeAirdrop(result: unknown): unknown {
  const text = JSON.stringify(see(result), (_, value) => (typeof value === 'bigint' ? `${value}n` : value));
  return JSON.parse(
    text.replaceAll(/signature: \w+/g, 'signature: …').replaceAll(/"signature":"[^"]*"/g, '"signature":"…"'),
  );
}

type Script = (modules: Modules) => unknown;

const TRANSACTIONS: Record<string, Script> = {
  'a transfer, simulated, sent, sent again, found': async (m) => {
    const svm = richSvm(m);
    const tx = await transactionOf(svm, [transfer(COUNTER, SOL)]);
    const signature = getSignatureFromTransaction(tx);
    const seen = [svm.getTransaction(signature), see(svm.simulateTransaction(tx)), svm.getBalance(COUNTER)];
    seen.push(see(svm.sendTransaction(tx)), see(svm.getTransaction(signature)), svm.getBalance(COUNTER));
    seen.push(svm.getAccount(COUNTER), svm.getAccount(payer.address));
    return [...seen, see(svm.sendTransaction(tx)), see(svm.simulateTransaction(tx)), svm.getBalance(payer.address)];
  },
  'a legacy transfer': async (m) => {
    const svm = richSvm(m);
    return see(svm.sendTransaction(await transactionOf(svm, [transfer(COUNTER, SOL)], { version: 'legacy' })));
  },
  'a version 1 transfer': async (m) => {
    const svm = richSvm(m);
    return see(svm.sendTransaction(await transactionOf(svm, [transfer(COUNTER, SOL)], { version: 1 })));
  },
  'too large a transfer': async (m) => {
    const svm = richSvm(m);
    const tx = await transactionOf(svm, [transfer(COUNTER, 100n * SOL)]);
    return [see(svm.simulateTransaction(tx)), see(svm.sendTransaction(tx)), svm.getBalance(payer.address)];
  },
  'less than the rent-exempt minimum': async (m) => {
    const svm = richSvm(m);
    return see(svm.sendTransaction(await transactionOf(svm, [transfer(COUNTER, 5n)])));
  },
  'an account that is in the way': async (m) => {
    const svm = richSvm(m);
    const create = getCreateAccountInstruction({
      payer,
      newAccount: mint,
      lamports: SOL,
      space: 5n,
      programAddress: PROGRAM,
    });
    const first = see(svm.sendTransaction(await transactionOf(svm, [create])));
    svm.expireBlockhash();
    return [first, see(svm.sendTransaction(await transactionOf(svm, [create])))];
  },
  'a payer that is not there': async (m) => {
    const svm = new m.LiteSVM();
    return see(svm.sendTransaction(await transactionOf(svm, [transfer(COUNTER, SOL)])));
  },
  'a payer with too little': async (m) => {
    const svm = new m.LiteSVM();
    svm.setAccount(account(payer.address, SYSTEM, undefined, 4999n));
    return see(svm.sendTransaction(await transactionOf(svm, [transfer(COUNTER, SOL)])));
  },
  'a payer that a program owns': async (m) => {
    const svm = new m.LiteSVM();
    svm.setAccount(account(payer.address, PROGRAM, undefined, SOL));
    return see(svm.sendTransaction(await transactionOf(svm, [transfer(COUNTER, SOL)])));
  },
  'a program that is not there': async (m) => {
    const svm = richSvm(m);
    return see(svm.sendTransaction(await transactionOf(svm, [call()])));
  },
  'an expired blockhash': async (m) => {
    const svm = richSvm(m);
    const tx = await transactionOf(svm, [transfer(COUNTER, SOL)]);
    svm.expireBlockhash();
    return [see(svm.sendTransaction(tx)), see(svm.withBlockhashCheck(false).sendTransaction(tx))];
  },
  'the same compute-budget instruction twice': async (m) => {
    const svm = richSvm(m);
    const limit = getSetComputeUnitLimitInstruction({ units: 100 });
    return see(svm.sendTransaction(await transactionOf(svm, [limit, limit])));
  },
  'unit limits, by instruction': async (m) => {
    const svm = richSvm(m);
    svm.addProgram(PROGRAM, elfOf('log'));
    const seen: unknown[] = [];
    for (const units of [1, 150, 310, 1_400_000]) {
      const tx = await transactionOf(svm, [getSetComputeUnitLimitInstruction({ units }), call([units & 255])]);
      seen.push(see(svm.sendTransaction(tx)));
    }
    return seen;
  },
  'a larger heap': async (m) => {
    const svm = richSvm(m);
    svm.addProgram(PROGRAM, elfOf('log'));
    return see(
      svm.sendTransaction(await transactionOf(svm, [getRequestHeapFrameInstruction({ bytes: 262_144 }), call()])),
    );
  },
  'a missing signature': async (m) => {
    const svm = richSvm(m);
    const tx = await transactionOf(svm, [transfer(COUNTER, SOL)]);
    const unsigned = { ...tx, signatures: { [payer.address]: null } };
    const seen = [
      observe(() => svm.sendTransaction(unsigned as never)),
      observe(() => svm.simulateTransaction(unsigned as never)),
    ];
    return [...seen, see(svm.withSigverify(false).sendTransaction(unsigned as never))];
  },
  'a wrong signature': async (m) => {
    const svm = richSvm(m);
    const tx = await transactionOf(svm, [transfer(COUNTER, SOL)]);
    const wrong = { ...tx, signatures: { [payer.address]: new Uint8Array(64).fill(42) } };
    const seen = [see(svm.sendTransaction(wrong as never)), see(svm.simulateTransaction(wrong as never))];
    svm.withSigverify(false);
    return [...seen, see(svm.sendTransaction(wrong as never)), see(svm.sendTransaction(wrong as never))];
  },
  'what is no transaction': async (m) => {
    const svm = richSvm(m);
    return [null, undefined, {}, { messageBytes: new Uint8Array(0), signatures: {} }].map((value) =>
      observe(() => svm.sendTransaction(value as never)),
    );
  },
  'a memo, and one that is no text': async (m) => {
    const svm = richSvm(m);
    const memo = getAddMemoInstruction({ memo: 'hi "there"\n\tüñï\u0007 \\ 😀' });
    const noText = { ...memo, data: Uint8Array.of(255, 254) };
    const seen = [see(svm.sendTransaction(await transactionOf(svm, [memo])))];
    return [...seen, see(svm.sendTransaction(await transactionOf(svm, [noText])))];
  },
  'tokens: calls inside calls, accounts': async (m) => {
    const svm = richSvm(m);
    const [ata] = await findAssociatedTokenPda({
      owner: COUNTER,
      mint: mint.address,
      tokenProgram: TOKEN_PROGRAM_ADDRESS,
    });
    const instructions = [
      getCreateAccountInstruction({
        payer,
        newAccount: mint,
        lamports: svm.minimumBalanceForRentExemption(82n),
        space: 82n,
        programAddress: TOKEN_PROGRAM_ADDRESS,
      }),
      getInitializeMint2Instruction({ mint: mint.address, decimals: 6, mintAuthority: payer.address }),
      await getCreateAssociatedTokenIdempotentInstructionAsync({ payer, owner: COUNTER, mint: mint.address }),
      getMintToInstruction({ mint: mint.address, token: ata, mintAuthority: payer, amount: 7n }),
    ];
    const tx = await transactionOf(svm, instructions);
    const seen = [see(svm.simulateTransaction(tx)), see(svm.sendTransaction(tx)), svm.getAccount(ata)];
    const owned = svm.getProgramAccounts(TOKEN_PROGRAM_ADDRESS).sort((a, b) => (a.address < b.address ? -1 : 1));
    return [...seen, owned];
  },
  'forty transactions, of which 32 are remembered': async (m) => {
    const svm = richSvm(m).withSigverify(false);
    const sent: Transaction[] = [];
    for (let i = 0n; i < 40n; i++) {
      sent.push(await transactionOf(svm, [transfer(COUNTER, SOL / 10n + i)]));
      svm.sendTransaction(sent.at(-1)! as never);
    }
    return sent.map((tx) => svm.getTransaction(getSignatureFromTransaction(tx)) !== null);
  },
};

const PROGRAMS: Record<string, Script> = {
  counting: async (m) => {
    const svm = richSvm(m);
    svm.addProgram(PROGRAM, elfOf('count'));
    svm.setAccount(account(COUNTER, PROGRAM, new Uint8Array(4)));
    const seen: unknown[] = [];
    for (const n of [1, 2]) seen.push(see(svm.sendTransaction(await transactionOf(svm, [call([n], [COUNTER])]))));
    return [...seen, svm.getAccount(COUNTER), svm.getAccount(PROGRAM), svm.getProgramAccounts(PROGRAM)];
  },
  'sixty-four instructions': async (m) => {
    const svm = richSvm(m);
    svm.addProgram(PROGRAM, elfOf('count'));
    svm.setAccount(account(COUNTER, PROGRAM, new Uint8Array(4)));
    const seen = [see(svm.sendTransaction(await transactionOf(svm, Array(64).fill(call([0], [COUNTER])))))];
    return [...seen, svm.getAccount(COUNTER)];
  },
  'codes of failure': async (m) => {
    const svm = richSvm(m);
    svm.addProgram(PROGRAM, elfOf('fail'));
    const seen: unknown[] = [];
    for (const code of [0, 1, 255]) seen.push(see(svm.sendTransaction(await transactionOf(svm, [call([code])]))));
    return seen;
  },
  'a fault, and a loop': async (m) => {
    const seen: unknown[] = [];
    for (const name of ['fault', 'loop'] as const) {
      const svm = richSvm(m);
      svm.addProgram(PROGRAM, elfOf(name));
      seen.push(see(svm.sendTransaction(await transactionOf(svm, [call()]))));
    }
    return seen;
  },
  'return data, and logs cut off': async (m) => {
    const seen: unknown[] = [];
    for (const limit of [undefined, 10_000n, 200n, 100n, 0n]) {
      const svm = richSvm(m).withLogBytesLimit(limit);
      svm.addProgram(PROGRAM, elfOf('log'));
      seen.push(see(svm.sendTransaction(await transactionOf(svm, [call()]))));
    }
    return seen;
  },
  'the clock': async (m) => {
    const svm = richSvm(m);
    svm.addProgram(PROGRAM, elfOf('clock'));
    const seen: unknown[] = [];
    for (const unixTimestamp of [0n, 1_735_689_600n, 50n, -1n]) {
      const clock = svm.getClock();
      clock.unixTimestamp = unixTimestamp;
      svm.setClock(clock);
      seen.push(see(svm.sendTransaction(await transactionOf(svm, [call([seen.length])]))));
    }
    return seen;
  },
  'under each loader': async (m) => {
    const seen: unknown[] = [];
    for (const loader of [LOADER_V2, LOADER_V3, SYSTEM]) {
      const svm = richSvm(m);
      seen.push(
        observe(() => svm.addProgramWithLoader(PROGRAM, elfOf('count'), loader)),
        svm.getAccount(PROGRAM),
      );
      svm.setAccount(account(COUNTER, PROGRAM, new Uint8Array(4)));
      seen.push(see(svm.sendTransaction(await transactionOf(svm, [call([0], [COUNTER])]))));
    }
    return seen;
  },
  'from a file': async (m) => {
    const svm = richSvm(m);
    const seen = ['count.so', 'none.so', 'missing.so', '.'].map((name) =>
      observe(() => svm.addProgramFromFile(PROGRAM, join(folder, name))),
    );
    for (const path of [5, true, null, {}, [], () => 1, function named() {}, Symbol('path')]) {
      seen.push(observe(() => svm.addProgramFromFile(PROGRAM, path as never)));
    }
    return [...seen, svm.getAccount(PROGRAM)];
  },
  'by setAccount': async (m) => {
    const svm = richSvm(m);
    svm.setAccount({ ...account(PROGRAM, LOADER_V2, elfOf('count')), executable: true });
    svm.setAccount(account(COUNTER, PROGRAM, new Uint8Array(4)));
    return [see(svm.sendTransaction(await transactionOf(svm, [call([0], [COUNTER])]))), svm.getAccount(COUNTER)];
  },
  'what is no program': (m) => {
    const svm = richSvm(m);
    const junk = Uint8Array.of(1, 2, 3);
    const pointer = new Uint8Array(36);
    pointer.set([2, 0, 0, 0]);
    pointer.fill(9, 4);
    return [
      observe(() => svm.addProgram(PROGRAM, junk)),
      observe(() => svm.addProgram(PROGRAM, new Uint8Array(0))),
      observe(() => svm.addProgram(PROGRAM, [1, 2] as never)),
      ...[Int8Array, Uint8ClampedArray, Uint16Array, Float64Array, BigUint64Array].map((type) =>
        observe(() => svm.addProgram(PROGRAM, new type(4) as never)),
      ),
      observe(() => svm.addProgram(PROGRAM, new DataView(new ArrayBuffer(4)) as never)),
      observe(() => svm.addProgram('no address' as never, junk)),
      ...[SYSTEM, LOADER_V1, LOADER_V2, LOADER_V3, NATIVE_LOADER, PROGRAM].map((owner) =>
        observe(() => svm.setAccount({ ...account(PROGRAM, owner, junk), executable: true })),
      ),
      observe(() => svm.setAccount({ ...account(PROGRAM, LOADER_V3, pointer), executable: true })),
      svm.getAccount(PROGRAM),
    ];
  },
};

const STATE: Record<string, Script> = {
  'a new one': (m) => {
    const svm = new m.LiteSVM();
    const owners = [
      LOADER_V1,
      LOADER_V2,
      LOADER_V3,
      NATIVE_LOADER,
      address('Sysvar1111111111111111111111111111111111111'),
    ];
    const byAddress = (a: { address: string }, b: { address: string }) => (a.address < b.address ? -1 : 1);
    return [
      svm.latestBlockhash(),
      svm.getClock(),
      svm.getRent(),
      svm.getEpochSchedule(),
      svm.getEpochRewards(),
      svm.getLastRestartSlot(),
      svm.getSlotHashes(),
      svm.getSlotHistory().nextSlot,
      svm.getStakeHistory().get(0n),
      svm.getProgramAccounts(address('Feature111111111111111111111111111111111111')).sort(byAddress),
      ...owners.map((owner) => svm.getProgramAccounts(owner).sort(byAddress)),
      [NATIVE_MINT, NATIVE_MINT_2022].map((at) => svm.getAccount(at)),
    ];
  },
  'an empty one': (m) => {
    const svm = m.LiteSVM.default();
    return [
      svm.latestBlockhash(),
      svm.minimumBalanceForRentExemption(100n),
      svm.getAccount(CLOCK),
      svm.getBalance(SYSTEM),
      svm.getProgramAccounts(SYSTEM),
    ];
  },
  'an empty one, furnished part by part': (m) => {
    const svm = m.LiteSVM.default();
    const counts: unknown[] = [];
    const count = () => {
      for (const owner of [SYSTEM, NATIVE_LOADER, LOADER_V1, LOADER_V2, LOADER_V3, TOKEN_PROGRAM_ADDRESS]) {
        const owned = svm.getProgramAccounts(owner).map(({ lamports: balance, space }) => [balance, space]);
        counts.push(owned.sort((a, b) => (String(a) < String(b) ? -1 : 1)));
      }
    };
    for (const step of [
      'withBuiltins',
      'withSysvars',
      'withPrecompiles',
      'withDefaultPrograms',
      'withNativeMints',
    ] as const) {
      counts.push(svm[step]() === svm);
      count();
    }
    svm.withLamports(5n * SOL);
    count();
    return [...counts, svm.getRent(), svm.getClock(), svm.getAccount(NATIVE_MINT), svm.getAccount(NATIVE_MINT_2022)];
  },
  'mints without their programs': (m) => {
    const svm = m.LiteSVM.default().withSysvars().withNativeMints();
    return svm.getAccount(NATIVE_MINT);
  },
  'a furnished one at work': async (m) => {
    const svm = m.LiteSVM.default()
      .withBuiltins()
      .withLamports(100n * SOL)
      .withSysvars()
      .withDefaultPrograms();
    const seen = [seeAirdrop(svm.airdrop(payer.address, (3n * SOL) as Lamports)), svm.getBalance(payer.address)];
    svm.addProgram(PROGRAM, elfOf('log'));
    const memo = getAddMemoInstruction({ memo: 'hello' });
    const tx = await transactionOf(svm, [memo, transfer(COUNTER, SOL)]);
    // Nothing is checked: neither signatures nor blockhashes nor duplicates.
    seen.push(see(svm.sendTransaction({ ...tx, signatures: { [payer.address]: new Uint8Array(64) } } as never)));
    svm.expireBlockhash();
    return [...seen, see(svm.sendTransaction(tx)), see(svm.sendTransaction(tx)), svm.getBalance(COUNTER)];
  },
  'gates: all, and programs that come after them': async (m) => {
    const svm = richSvm(m).withFeatureSet(m.FeatureSet.allEnabled()).withBuiltins().withSysvars();
    svm.addProgram(PROGRAM, elfOf('count'));
    svm.setAccount(account(COUNTER, PROGRAM, new Uint8Array(4)));
    const seen = [
      see(svm.sendTransaction(await transactionOf(svm, [call([0], [COUNTER]), transfer(addressOf(61), 5n)]))),
    ];
    return [
      ...seen,
      svm.getRent(),
      svm.getClock(),
      see(svm.sendTransaction(await transactionOf(svm, [transfer(COUNTER, 7n)]))),
    ];
  },
  'gates: none': async (m) => {
    const svm = m.LiteSVM.default()
      .withFeatureSet(new m.FeatureSet())
      .withBuiltins()
      .withSysvars()
      .withLamports(SOL * 100n);
    const seen = [svm.getRent(), seeAirdrop(svm.airdrop(payer.address, SOL as Lamports))];
    return [...seen, see(svm.sendTransaction(await transactionOf(svm, [transfer(COUNTER, SOL / 2n)])))];
  },
  'gates: changed under programs that are there already': async (m) => {
    const seen: unknown[] = [];
    const [ata] = await findAssociatedTokenPda({
      owner: COUNTER,
      mint: mint.address,
      tokenProgram: TOKEN_PROGRAM_ADDRESS,
    });
    for (const features of [new m.FeatureSet(), m.FeatureSet.allEnabled()]) {
      for (const again of [false, true]) {
        const svm = richSvm(m).withFeatureSet(features);
        if (again) svm.withBuiltins();
        const create = getCreateAccountInstruction({
          payer,
          newAccount: mint,
          lamports: SOL,
          space: 82n,
          programAddress: TOKEN_PROGRAM_ADDRESS,
        });
        const instructions = [
          create,
          getInitializeMint2Instruction({ mint: mint.address, decimals: 6, mintAuthority: payer.address }),
          await getCreateAssociatedTokenIdempotentInstructionAsync({ payer, owner: COUNTER, mint: mint.address }),
          getMintToInstruction({ mint: mint.address, token: ata, mintAuthority: payer, amount: 7n }),
        ];
        seen.push(see(svm.sendTransaction(await transactionOf(svm, instructions))), svm.getAccount(ata));
        const memo = getAddMemoInstruction({ memo: 'hello' });
        seen.push(see(svm.sendTransaction(await transactionOf(svm, [memo, transfer(COUNTER, 5n)]))));
      }
    }
    return seen;
  },
  'gates: version 1 transactions without theirs': async (m) => {
    const features = m.FeatureSet.allEnabled();
    features.deactivate(getAddressCodec().encode(address('txv1aq4pp281K9um3tnPgkfX8UqtFT6wcVW3hNezGLL')) as Uint8Array);
    const svm = richSvm(m).withFeatureSet(features).withBuiltins();
    return see(svm.sendTransaction(await transactionOf(svm, [transfer(COUNTER, SOL)], { version: 1 })));
  },
  'compute budgets': async (m) => {
    const seen: unknown[] = [];
    for (const computeUnitLimit of [10n, 150n, 400n, 200_000n]) {
      const svm = richSvm(m);
      svm.addProgram(PROGRAM, elfOf('log'));
      const budget = new m.ComputeBudget();
      budget.computeUnitLimit = computeUnitLimit;
      budget.heapSize = 65_536;
      svm.withComputeBudget(budget);
      budget.computeUnitLimit = 1n;
      seen.push(
        see(svm.sendTransaction(await transactionOf(svm, [getSetComputeUnitLimitInstruction({ units: 9 }), call()]))),
      );
    }
    return [...seen, observe(() => new m.LiteSVM().withComputeBudget({} as never))];
  },
  airdrops: (m) => {
    const svm = new m.LiteSVM();
    const drop = (amount: bigint) => seeAirdrop(svm.airdrop(COUNTER, amount as Lamports));
    const seen = [drop(SOL), drop(SOL), drop(5n), drop(0n), svm.getBalance(COUNTER)];
    svm.expireBlockhash();
    seen.push(drop(SOL), drop(1_000_000n * SOL), svm.getBalance(COUNTER));
    return [...seen, ...[-1n, 1n << 64n, 5].map((amount) => observe(() => svm.airdrop(COUNTER, amount as Lamports)))];
  },
  'a small faucet': (m) => {
    const svm = new m.LiteSVM().withLamports(SOL);
    return [
      seeAirdrop(svm.airdrop(COUNTER, SOL as Lamports)),
      seeAirdrop(svm.airdrop(COUNTER, (SOL / 2n) as Lamports)),
    ];
  },
  'balances and accounts': (m) => {
    const svm = new m.LiteSVM();
    const seen = [svm.getBalance(COUNTER), svm.getAccount(COUNTER)];
    svm.setAccount(account(COUNTER, PROGRAM, Uint8Array.of(1, 2)));
    seen.push(svm.getBalance(COUNTER), svm.getAccount(COUNTER));
    svm.setAccount(account(COUNTER, PROGRAM, Uint8Array.of(3), 0n));
    seen.push(svm.getBalance(COUNTER), svm.getAccount(COUNTER));
    for (const wrong of [
      { ...account(COUNTER, PROGRAM), lamports: -1n },
      { ...account(COUNTER, PROGRAM), lamports: 1n << 64n },
      { ...account(COUNTER, PROGRAM), lamports: 7 },
      { ...account(COUNTER, PROGRAM), lamports: 'seven' },
      { ...account(COUNTER, PROGRAM), data: [1] },
      { ...account(COUNTER, PROGRAM), executable: 'yes' },
      { ...account(COUNTER, PROGRAM), programAddress: 'no address' },
      { ...account(COUNTER, PROGRAM), address: 'no address' },
      {},
    ]) {
      seen.push(observe(() => svm.setAccount(wrong as never)) as never, svm.getAccount(COUNTER));
    }
    return [...seen, observe(() => svm.getAccount('no address' as never)), observe(() => svm.getBalance(5 as never))];
  },
  'minimum balances': (m) => {
    const svm = new m.LiteSVM();
    const at = [0n, 1n, 165n, 10_485_760n, 10_485_761n, (1n << 64n) - 1n];
    const seen: unknown[] = at.map((len) => svm.minimumBalanceForRentExemption(len));
    svm.setRent(m.Rent.free());
    seen.push(at.map((len) => svm.minimumBalanceForRentExemption(len)));
    return [
      ...seen,
      ...[-1n, 1n << 64n, 5].map((len) => observe(() => svm.minimumBalanceForRentExemption(len as bigint))),
    ];
  },
  blockhashes: (m) => {
    const svm = new m.LiteSVM();
    const recent = address('SysvarRecentB1ockHashes11111111111111111111');
    const seen = [svm.latestBlockhash(), svm.getAccount(recent)];
    svm.expireBlockhash();
    return [...seen, svm.latestBlockhash(), svm.getAccount(recent), svm.getClock(), svm.getSlotHashes()];
  },
  warps: (m) => {
    const svm = new m.LiteSVM();
    const seen: unknown[] = [];
    for (const slot of [1000n, 0n, (1n << 64n) - 1n]) {
      svm.warpToSlot(slot);
      seen.push(svm.getClock(), svm.latestBlockhash());
    }
    return [
      ...seen,
      ...[-1n, 1n << 64n, 5].map((slot) => observe(() => svm.warpToSlot(slot as bigint))),
      svm.getClock(),
    ];
  },
  'sysvars, written and read': (m) => {
    const svm = new m.LiteSVM();
    svm.setClock(new m.Clock(1n, -2n, 3n, 4n, 5n));
    svm.setRent(new m.Rent(5n, 1.5, 7));
    svm.setEpochRewards(new m.EpochRewards(1n, 2n, HASH, 1n << 100n, 4n, 5n, true));
    svm.setEpochSchedule(new m.EpochSchedule(1n, 2n, false, 3n, 4n));
    svm.setLastRestartSlot(9n);
    svm.setSlotHashes([{ slot: 1n, hash: HASH }, svm.getSlotHashes()[0], { slot: 5n, hash: HASH }]);
    const history = svm.getSlotHistory();
    history.add(77n);
    svm.setSlotHistory(history);
    const stakes = svm.getStakeHistory();
    stakes.add(3n, new m.StakeHistoryEntry(1n, 2n, 3n));
    stakes.add(4n, new m.StakeHistoryEntry(5n, 6n, 7n));
    svm.setStakeHistory(stakes);
    const [slotHash] = svm.getSlotHashes();
    slotHash.slot = -5n;
    slotHash.hash = 'anything';
    const sysvars = svm.getProgramAccounts(address('Sysvar1111111111111111111111111111111111111'));
    return [
      svm.getClock(),
      svm.getRent(),
      svm.getEpochRewards(),
      svm.getEpochSchedule(),
      svm.getLastRestartSlot(),
      svm.getSlotHashes(),
      slotHash,
      [svm.getSlotHistory().bits, svm.getSlotHistory().nextSlot],
      [2n, 3n, 4n].map((epoch) => svm.getStakeHistory().get(epoch)),
      sysvars.sort((a, b) => (a.address < b.address ? -1 : 1)),
    ];
  },
  'sysvars that are none': (m) => {
    const svm = new m.LiteSVM();
    // biome-ignore lint/suspicious/noExplicitAny: wrong arguments
    const set = svm as any;
    const owned = svm.getProgramAccounts(address('Sysvar1111111111111111111111111111111111111'));
    return [
      ...['setClock', 'setRent', 'setEpochRewards', 'setEpochSchedule', 'setSlotHistory', 'setStakeHistory'].flatMap(
        (name) => [undefined, null, 5, {}].map((value) => observe(() => set[name](value))),
      ),
      ...[-1n, 5, 1n << 64n].map((value) => observe(() => set.setLastRestartSlot(value))),
      ...[
        5,
        null,
        {},
        [5],
        [{}],
        [{ slot: 1n }],
        [{ slot: 1, hash: HASH }],
        [{ slot: -1n, hash: HASH }],
        [{ slot: 1n, hash: 5 }],
        [{ slot: 1n, hash: 'zz' }],
        [{ slot: 1n, hash: '0' }],
      ].map((value) => observe(() => set.setSlotHashes(value))),
      ...owned
        .map(({ address: at }) => at)
        .sort()
        .map((at) => observe(() => svm.setAccount(account(at, SYSTEM, new Uint8Array(3))))),
      svm.getClock(),
      svm.getSlotHashes(),
    ];
  },
  'settings that are none': (m) => {
    // biome-ignore lint/suspicious/noExplicitAny: wrong arguments
    const svm = new m.LiteSVM() as any;
    return [
      ...[1, null, undefined].map((value) => observe(() => svm.withSigverify(value))),
      ...[1, null, undefined].map((value) => observe(() => svm.withBlockhashCheck(value))),
      ...[-1n, 5, null].map((value) => observe(() => svm.withTransactionHistory(value))),
      ...[-1n, 5].map((value) => observe(() => svm.withLogBytesLimit(value))),
      ...[-1n, 5, 1n << 64n].map((value) => observe(() => svm.withLamports(value))),
      ...[null, {}, 5].map((value) => observe(() => svm.withFeatureSet(value))),
    ];
  },
  'how many transactions are remembered': async (m) => {
    const asked: [number, bigint[]][] = [
      ...[0n, 1n, 31n, 32n, 33n, 64n, 65n, 100n].map((capacity): [number, bigint[]] => [0, [capacity]]),
      ...[0n, 10n, 20n, 50n].map((capacity): [number, bigint[]] => [15, [capacity]]),
      [0, [0n, 3n]],
      [0, [0n, 5n]],
      [0, [0n, 20n]],
      [15, [5n, 10n]],
      [15, [50n, 20n]],
    ];
    const maker = richSvm(m);
    const sent: Transaction[] = [];
    for (let i = 0n; i < 130n; i++) sent.push(await transactionOf(maker, [transfer(COUNTER, SOL / 100n + i)]));
    return asked.map(([before, capacities]) => {
      const svm = richSvm(m).withSigverify(false);
      for (const tx of sent.slice(0, before)) svm.sendTransaction(tx as never);
      for (const capacity of capacities) svm.withTransactionHistory(capacity);
      const isFound = () => sent.map((tx) => svm.getTransaction(getSignatureFromTransaction(tx)) !== null);
      const atOnce = isFound();
      for (const tx of sent.slice(before)) svm.sendTransaction(tx as never);
      return [before, capacities, atOnce.join(), isFound().join()];
    });
  },
  'duplicates without a history': async (m) => {
    const svm = richSvm(m).withTransactionHistory(0n);
    const tx = await transactionOf(svm, [transfer(COUNTER, SOL)]);
    return [
      see(svm.sendTransaction(tx)),
      see(svm.sendTransaction(tx)),
      svm.getTransaction(getSignatureFromTransaction(tx)),
    ];
  },
  'a signature that is none': (m) => {
    const svm = new m.LiteSVM();
    return [svm.getTransaction('5'.repeat(88) as never), observe(() => svm.getTransaction('0' as never))];
  },
};

const SNAPSHOTS: Record<string, Script> = {
  'bytes: state, settings, history': async (m) => {
    const svm = richSvm(m).withLogBytesLimit(200n);
    const budget = new m.ComputeBudget();
    budget.computeUnitLimit = 3_000n;
    svm.withComputeBudget(budget).withTransactionHistory(100n);
    svm.addProgram(PROGRAM, elfOf('log'));
    const first = await transactionOf(svm, [call(), transfer(COUNTER, SOL)]);
    const failing = await transactionOf(svm, [transfer(COUNTER, 100n * SOL)]);
    for (const tx of [first, failing]) svm.sendTransaction(tx);
    svm.warpToSlot(500_000_000n);
    const copy = m.LiteSVM.fromBytes(svm.toBytes());
    const seen = [first, failing].map((tx) => see(copy.getTransaction(getSignatureFromTransaction(tx))));
    seen.push(see(copy.sendTransaction(first)), copy.getClock(), copy.latestBlockhash(), copy.getBalance(COUNTER));
    svm.sendTransaction(await transactionOf(svm, [transfer(COUNTER, SOL)]));
    seen.push(copy.getBalance(COUNTER), see(copy.sendTransaction(await transactionOf(copy, [call([1])]))));
    return seen;
  },
  'bytes of an empty one': (m) => {
    const copy = m.LiteSVM.fromBytes(m.LiteSVM.default().toBytes());
    return [copy.getAccount(CLOCK), copy.latestBlockhash()];
  },
  'a file': (m) => {
    const path = join(folder, 'snapshot');
    const svm = richSvm(m);
    svm.saveToFile(path);
    const copy = m.LiteSVM.loadFromFile(path);
    return [copy.getBalance(payer.address), copy instanceof m.LiteSVM];
  },
  'files that are not there': (m) => [
    observe(() => m.LiteSVM.loadFromFile(join(folder, 'missing'))),
    observe(() => m.LiteSVM.loadFromFile(folder)),
    observe(() => m.LiteSVM.loadFromFile(5 as never)),
    observe(() => new m.LiteSVM().saveToFile(join(folder, 'missing', 'snapshot'))),
  ],
  'bytes that are no snapshot': (m) => [
    observe(() => m.LiteSVM.fromBytes(new Uint8Array(0))),
    // The texts for others follow the format.
    [Uint8Array.of(1, 2, 3), new Uint8Array(100), new m.LiteSVM().toBytes().slice(0, 1000)].map((bytes) => {
      const { thrown, message } = observe(() => m.LiteSVM.fromBytes(bytes)) as { thrown: string; message: string };
      return [thrown, message.slice(0, 'Failed to load snapshot: '.length)];
    }),
    observe(() => m.LiteSVM.fromBytes('text' as never)),
  ],
};

describe.each([
  ['transactions', TRANSACTIONS],
  ['programs', PROGRAMS],
  ['state', STATE],
  ['snapshots', SNAPSHOTS],
])('%s', (_, scripts) => {
  test.each(Object.entries(scripts))('%s', async (_name, script) => {
    const theirs = await observeAsync(() => script(THEIRS));
    expect(await observeAsync(() => script(OURS))).toEqual(theirs);
    expect(theirs).not.toHaveProperty('thrown');
  });
});

test('every method of the class is called above', async () => {
  const { readFileSync } = await import('node:fs');
  const text = readFileSync(new URL(import.meta.url), 'utf8');
  const { LiteSVM } = native;
  const names = [...Object.getOwnPropertyNames(LiteSVM.prototype), ...Object.getOwnPropertyNames(LiteSVM)];
  const missing = names.filter(
    (name) => !['constructor', 'length', 'name', 'prototype'].includes(name) && !text.includes(name),
  );
  expect(missing).toEqual([]);
  for (const name of Object.getOwnPropertyNames(LiteSVM.prototype)) {
    expect(adapter.LiteSVM.prototype, name).toHaveProperty(name);
  }
  expect(Object.keys(native).filter((name) => !(name in adapter))).toEqual([]);
});
