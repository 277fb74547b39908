import {
  type Address,
  address,
  appendTransactionMessageInstructions,
  createKeyPairSignerFromPrivateKeyBytes,
  createTransactionMessage,
  getTransactionEncoder,
  type Instruction,
  type KeyPairSigner,
  lamports,
  type MaybeEncodedAccount,
  pipe,
  type Signature,
  setTransactionMessageFeePayerSigner,
  setTransactionMessageLifetimeUsingBlockhash,
  signTransactionMessageWithSigners,
  type Transaction,
} from '@solana/kit';
import { getAddMemoInstruction } from '@solana-program/memo';
import { getCreateAccountInstruction, getTransferSolInstruction, SYSTEM_PROGRAM_ADDRESS } from '@solana-program/system';
import {
  findAssociatedTokenPda,
  getCreateAssociatedTokenInstructionAsync,
  getInitializeMint2Instruction,
  getMintSize,
  getMintToInstruction,
  getTokenDecoder,
  getTransferCheckedInstruction,
  TOKEN_PROGRAM_ADDRESS,
} from '@solana-program/token';
import fc from 'fast-check';
import { LiteSVM } from 'litesvm';
import { beforeEach, describe, expect, test } from 'vitest';
import { bundledElf, bundledPrograms } from '../bank/bundled/index.ts';
import { FeatureSet, formatTrace, LITESVM_RULES, ParhelionError, Svm, type SvmOptions } from '../index.ts';
import { assembleElf } from '../sbpf/index.ts';
import { TransactionOutcome } from './outcome.ts';

const SOL = 1_000_000_000n;
const PROGRAM = address('Counter111111111111111111111111111111111111');
const LOADER_V1 = address('BPFLoader1111111111111111111111111111111111');
const LOADER_V2 = address('BPFLoader2111111111111111111111111111111111');
const LOADER_V3 = address('BPFLoaderUpgradeab1e11111111111111111111111');
// The client's own default is a later program, which mainnet has and LiteSVM doesn't.
const MEMO = address('MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr');
const SYSVAR_CLOCK = address('SysvarC1ock11111111111111111111111111111111');
const MEMO_ELF = bundledElf(bundledPrograms(FeatureSet.mainnet().runtime).find(({ name }) => name === 'Memo')!);

const signer = (n: number) => createKeyPairSignerFromPrivateKeyBytes(new Uint8Array(32).fill(n));
const alice = await signer(1);
const bob = await signer(2);
const mint = await signer(3);

let svm: Svm;

beforeEach(() => {
  svm = new Svm();
  svm.airdrop(alice.address, lamports(10n * SOL));
});

async function sign(instructions: readonly Instruction[], feePayer: KeyPairSigner = alice): Promise<Transaction> {
  const lifetime = { blockhash: svm.latestBlockhash(), lastValidBlockHeight: 1000n };
  return signTransactionMessageWithSigners(
    pipe(
      createTransactionMessage({ version: 0 }),
      (m) => setTransactionMessageFeePayerSigner(feePayer, m),
      (m) => setTransactionMessageLifetimeUsingBlockhash(lifetime, m),
      (m) => appendTransactionMessageInstructions(instructions, m),
    ),
  );
}

const transfer = (amount: bigint) => getTransferSolInstruction({ source: alice, destination: bob.address, amount });

async function send(...instructions: Instruction[]): Promise<TransactionOutcome> {
  return svm.sendTransaction(await sign(instructions));
}

async function createMint(): Promise<void> {
  const space = getMintSize();
  const rent = svm.minimumBalanceForRentExemption(BigInt(space));
  const programAddress = TOKEN_PROGRAM_ADDRESS;
  const outcome = await send(
    getCreateAccountInstruction({ payer: alice, newAccount: mint, lamports: rent, space, programAddress }),
    getInitializeMint2Instruction({ mint: mint.address, decimals: 2, mintAuthority: alice.address }),
  );
  expect(outcome.error).toBeNull();
}

async function tokenAccountOf(owner: Address): Promise<Address> {
  const [found] = await findAssociatedTokenPda({ owner, mint: mint.address, tokenProgram: TOKEN_PROGRAM_ADDRESS });
  return found;
}

describe('a new Svm', () => {
  test('has the programs everybody uses', () => {
    for (const { address: program } of bundledPrograms(FeatureSet.mainnet().runtime)) {
      expect(svm.getAccount(program as Address)).toMatchObject({ exists: true, executable: true });
    }
    expect(svm.getAccount(SYSTEM_PROGRAM_ADDRESS)).toMatchObject({ exists: true, executable: true });
  });

  test('is made in less than a millisecond once the first was', () => {
    const times = Array.from({ length: 50 }, () => {
      const start = performance.now();
      new Svm();
      return performance.now() - start;
    });
    expect(times.sort((a, b) => a - b)[25]).toBeLessThan(1);
  });

  test('shares nothing that another can change', async () => {
    const other = new Svm();
    await send(transfer(SOL));
    svm.expireBlockhash();
    expect(other.getBalance(bob.address)).toBe(0n);
    expect(other.latestBlockhash()).not.toBe(svm.latestBlockhash());
  });

  test('takes a feature set', () => {
    const gate = 'raise_cpi_nesting_limit_to_8';
    const features = FeatureSet.mainnet().with(gate, 5n);
    const account = new Svm({ features }).getAccount(FeatureSet.addressOf(gate) as Address);
    expect(account).toMatchObject({ exists: true, data: Uint8Array.of(1, 5, 0, 0, 0, 0, 0, 0, 0) });
    expect(svm.getAccount(FeatureSet.addressOf(gate) as Address).exists).toBe(false);
  });
});

describe('a transaction', () => {
  test('that transfers SOL moves it and costs a fee', async () => {
    const outcome = await send(transfer(3n * SOL));
    expect(outcome).toBeInstanceOf(TransactionOutcome);
    expect(outcome).toMatchObject({ error: null, computeUnitsConsumed: 150n, fee: 5000n });
    expect(outcome.logs).toEqual([
      'Program 11111111111111111111111111111111 invoke [1]',
      'Program 11111111111111111111111111111111 success',
    ]);
    expect(outcome.innerInstructions).toEqual([]);
    expect(outcome.returnData).toBeNull();
    expect(svm.getBalance(bob.address)).toBe(3n * SOL);
    expect(svm.getBalance(alice.address)).toBe(7n * SOL - 5000n);
  });

  test('that fails is returned, not thrown, and found by its signature', async () => {
    const outcome = await send(transfer(11n * SOL));
    expect(outcome.error).toEqual({ InstructionError: [0, { Custom: 1 }] });
    expect(svm.getBalance(alice.address)).toBe(10n * SOL - 5000n);
    const found = svm.getTransaction(outcome.signature);
    expect(found).toMatchObject({ error: outcome.error, logs: outcome.logs, signature: outcome.signature });
  });

  test('may be given as wire bytes, also in a Buffer, which may change afterwards', async () => {
    const transaction = await sign([transfer(SOL)]);
    const wire = Buffer.from(getTransactionEncoder().encode(transaction));
    const outcome = svm.sendTransaction(wire);
    wire.fill(0xff);
    expect(outcome.error).toBeNull();
    expect(outcome.signature).toBe(svm.getTransaction(outcome.signature)?.signature);
    expect(outcome.trace.instructions[0].instruction?.name).toBe('TransferSol');
    expect(svm.sendTransaction(transaction).error).toBe('AlreadyProcessed');
  });

  test('that isn’t signed is rejected', async () => {
    const signed = await sign([transfer(SOL)]);
    const transaction = { ...signed, signatures: { [alice.address]: null } };
    expect(svm.sendTransaction(transaction).error).toBe('SignatureFailure');
    expect(svm.getTransaction('1'.repeat(64) as Signature)).toBeNull();
    expect(new Svm({ signatureVerification: false, rules: LITESVM_RULES }).sendTransaction(transaction).error).toBe(
      'AccountNotFound',
    );
  });

  test('that is rejected can be traced too', async () => {
    svm.setAccount({ ...emptyAccount(alice.address), lamports: lamports(0n) });
    const outcome = await send(transfer(SOL));
    expect(outcome).toMatchObject({ error: 'AccountNotFound', computeUnitsConsumed: 0n, logs: [] });
    expect(outcome.trace).toMatchObject({ verdict: 'refused', errorText: expect.stringContaining('debit an account') });
    expect(formatTrace(outcome.trace)).toContain('debit an account');
    expect(outcome.postAccounts).toEqual([]);
  });

  test('simulated says what it would leave and changes nothing', async () => {
    const outcome = svm.simulateTransaction(await sign([transfer(SOL)]));
    expect(outcome.error).toBeNull();
    expect(outcome.postAccounts.map((account) => [account.address, account.lamports])).toEqual([
      [alice.address, 9n * SOL - 5000n],
      [bob.address, SOL],
    ]);
    expect(svm.getBalance(bob.address)).toBe(0n);
    expect(svm.getTransaction(outcome.signature)).toBeNull();
  });

  test('keeps its trace, however the chain goes on', async () => {
    const outcome = await send(transfer(SOL));
    const expected = formatTrace((await sendOn(new Svm())).trace);
    await send(transfer(2n * SOL));
    svm.setAccount({ ...emptyAccount(alice.address), lamports: lamports(1n) });
    svm.warpToSlot(5n);
    expect(formatTrace(outcome.trace)).toBe(expected);
    expect(outcome.trace).toBe(outcome.trace);

    async function sendOn(fresh: Svm): Promise<TransactionOutcome> {
      fresh.airdrop(alice.address, lamports(10n * SOL));
      return fresh.sendTransaction(await sign([transfer(SOL)]));
    }
  });

  test('leaves return data and inner instructions as the RPC shows them', async () => {
    await createMint();
    const outcome = await send(
      getAddMemoInstruction({ memo: 'hello' }, { programAddress: MEMO }),
      await getCreateAssociatedTokenInstructionAsync({ payer: alice, owner: bob.address, mint: mint.address }),
    );
    expect(outcome.error).toBeNull();
    const [{ index, instructions }] = outcome.innerInstructions;
    expect(index).toBe(1);
    expect(instructions.map(({ programAddress, stackHeight }) => [programAddress, stackHeight])).toEqual([
      [TOKEN_PROGRAM_ADDRESS, 2],
      [SYSTEM_PROGRAM_ADDRESS, 2],
      [TOKEN_PROGRAM_ADDRESS, 2],
      [TOKEN_PROGRAM_ADDRESS, 2],
    ]);
    const created = await tokenAccountOf(bob.address);
    expect(instructions[1].accounts).toEqual([alice.address, created]);
    expect(outcome.trace.instructions[1].steps.some((step) => step.type === 'call')).toBe(true);
    const returning = await send({
      programAddress: TOKEN_PROGRAM_ADDRESS,
      accounts: [readonly(mint.address)],
      data: Uint8Array.of(21),
    });
    expect(returning.returnData).toEqual({
      programAddress: TOKEN_PROGRAM_ADDRESS,
      data: Uint8Array.of(165, 0, 0, 0, 0, 0, 0, 0),
    });
  });

  test('is forgotten when so many came after it that the history has no room', async () => {
    svm = new Svm({ historyCapacity: 2 });
    svm.airdrop(alice.address, lamports(10n * SOL));
    const outcomes = [];
    for (const n of [1n, 2n, 3n]) outcomes.push(await send(transfer(n * SOL)));
    expect(outcomes.map(({ signature }) => svm.getTransaction(signature) !== null)).toEqual([false, true, true]);
    expect(svm.sendTransaction(await sign([transfer(SOL)])).error).toBe('AlreadyProcessed');
  });

  test('runs within a compute budget of the caller’s', async () => {
    svm = new Svm({ computeBudget: { computeUnitLimit: 149, heapSize: 32_768 } });
    svm.airdrop(alice.address, lamports(10n * SOL));
    const outcome = await send(transfer(SOL));
    expect(outcome.error).toEqual({ InstructionError: [0, 'ComputationalBudgetExceeded'] });
  });

  test('logs as much as it may', async () => {
    svm = new Svm({ logBytesLimit: 60 });
    svm.airdrop(alice.address, lamports(10n * SOL));
    expect((await send(transfer(SOL))).logs).toEqual([
      'Program 11111111111111111111111111111111 invoke [1]',
      'Log truncated',
    ]);
  });
});

const readonly = (each: Address) => ({ address: each, role: 0 as const });

function emptyAccount(of: Address) {
  return {
    address: of,
    lamports: lamports(SOL),
    data: new Uint8Array(0),
    programAddress: SYSTEM_PROGRAM_ADDRESS,
    executable: false,
    space: 0n,
  };
}

describe('tokens, by the programs that mainnet runs', () => {
  test('are minted and transferred between associated accounts', async () => {
    await createMint();
    const from = await tokenAccountOf(alice.address);
    const to = await tokenAccountOf(bob.address);
    const outcome = await send(
      await getCreateAssociatedTokenInstructionAsync({ payer: alice, owner: alice.address, mint: mint.address }),
      await getCreateAssociatedTokenInstructionAsync({ payer: alice, owner: bob.address, mint: mint.address }),
      getMintToInstruction({ mint: mint.address, token: from, mintAuthority: alice, amount: 1000n }),
      getTransferCheckedInstruction({
        source: from,
        mint: mint.address,
        destination: to,
        authority: alice,
        amount: 250n,
        decimals: 2,
      }),
    );
    expect(outcome.error).toBeNull();
    const amounts = [from, to].map((each) => {
      const account = svm.getAccount(each);
      if (!account.exists) throw new Error('the token account is missing');
      return getTokenDecoder().decode(account.data).amount;
    });
    expect(amounts).toEqual([750n, 250n]);
  });

  test('leave what they leave on LiteSVM: logs, units, accounts', async () => {
    const lite = new LiteSVM();
    lite.setAccount(emptyAccount(alice.address));
    svm = new Svm({ rules: LITESVM_RULES });
    svm.setAccount(emptyAccount(alice.address));
    const space = getMintSize();
    const rent = svm.minimumBalanceForRentExemption(BigInt(space));
    const programAddress = TOKEN_PROGRAM_ADDRESS;
    const steps = [
      [
        getCreateAccountInstruction({ payer: alice, newAccount: mint, lamports: rent, space, programAddress }),
        getInitializeMint2Instruction({ mint: mint.address, decimals: 2, mintAuthority: alice.address }),
      ],
      [await getCreateAssociatedTokenInstructionAsync({ payer: alice, owner: bob.address, mint: mint.address })],
      [await getCreateAssociatedTokenInstructionAsync({ payer: alice, owner: bob.address, mint: mint.address })],
    ];
    for (const instructions of steps) {
      const transaction = await sign(instructions);
      const ours = svm.sendTransaction(transaction);
      const result = lite.sendTransaction(transaction);
      const theirs = 'meta' in result ? result.meta() : result;
      expect(ours.logs).toEqual(theirs.logs());
      expect(ours.computeUnitsConsumed).toBe(theirs.computeUnitsConsumed());
      for (const each of [alice.address, mint.address, await tokenAccountOf(bob.address)]) {
        expect(bytesAsText(svm.getAccount(each))).toEqual(bytesAsText(lite.getAccount(each)));
      }
    }
  });
});

function bytesAsText(account: MaybeEncodedAccount) {
  return { ...account, data: account.exists ? Buffer.from(account.data).toString('hex') : '' };
}

describe('accounts', () => {
  test('come back as they were set', () => {
    const account = { ...emptyAccount(bob.address), data: Uint8Array.of(1, 2, 3), programAddress: PROGRAM, space: 3n };
    svm.setAccount(account);
    expect(svm.getAccount(bob.address)).toEqual({ ...account, exists: true });
    expect(svm.getBalance(bob.address)).toBe(SOL);
  });

  test('are copied on the way in and on the way out', () => {
    const data = Uint8Array.of(1, 2, 3);
    svm.setAccount({ ...emptyAccount(bob.address), data });
    data[0] = 99;
    const account = svm.getAccount(bob.address);
    if (account.exists) account.data[1] = 99;
    expect(svm.getAccount(bob.address)).toMatchObject({ data: Uint8Array.of(1, 2, 3) });
  });

  test('without lamports are not there', () => {
    svm.setAccount(emptyAccount(bob.address));
    svm.setAccount({ ...emptyAccount(bob.address), lamports: lamports(0n) });
    expect(svm.getAccount(bob.address)).toEqual({ address: bob.address, exists: false });
    expect(svm.getBalance(bob.address)).toBe(0n);
  });

  test('need a minimum balance, LiteSVM’s', () => {
    const lite = new LiteSVM();
    for (const space of [0n, 1n, 82n, 165n, 10_485_760n, 10_485_761n, 0xffff_ffff_ffff_ffffn]) {
      expect([space, svm.minimumBalanceForRentExemption(space)]).toEqual([
        space,
        lite.minimumBalanceForRentExemption(space),
      ]);
    }
  });
});

describe('an airdrop', () => {
  test('adds up and may be repeated', () => {
    svm.airdrop(bob.address, lamports(SOL));
    svm.airdrop(bob.address, lamports(SOL));
    expect(svm.getBalance(bob.address)).toBe(2n * SOL);
  });

  test('keeps what an account holds', () => {
    svm.setAccount({ ...emptyAccount(bob.address), data: Uint8Array.of(7), programAddress: PROGRAM, space: 1n });
    svm.airdrop(bob.address, lamports(5n));
    expect(svm.getAccount(bob.address)).toMatchObject({
      lamports: SOL + 5n,
      data: Uint8Array.of(7),
      programAddress: PROGRAM,
    });
  });

  test.each([
    ['less than the minimum balance', 890_879n, 'needs 890880'],
    ['more than a balance can be', 0xffff_ffff_ffff_ffffn, 'no balance exceeds'],
  ])('of %s fails', (_, amount, reason) => {
    svm.setAccount({ ...emptyAccount(mint.address), lamports: lamports(890_880n) });
    const to = amount > SOL ? mint.address : bob.address;
    expect(() => svm.airdrop(to, lamports(amount))).toThrow(
      expect.objectContaining({ code: 'AIRDROP_FAILED', message: expect.stringContaining(reason) }),
    );
    expect(svm.getBalance(bob.address)).toBe(0n);
  });

  test('under LiteSVM’s rules is a transfer that can’t be repeated under one blockhash', () => {
    svm = new Svm({ rules: LITESVM_RULES });
    svm.airdrop(bob.address, lamports(SOL));
    expect(() => svm.airdrop(bob.address, lamports(SOL))).toThrow('already been processed');
    svm.expireBlockhash();
    svm.airdrop(bob.address, lamports(SOL));
    expect(svm.getBalance(bob.address)).toBe(2n * SOL);
    expect(() => svm.airdrop(mint.address, lamports(1n))).toThrow('insufficient funds for rent');
  });
});

describe('a program', () => {
  test.each([
    ['the upgradeable loader where none is named', undefined, LOADER_V3],
    ['loader v3', LOADER_V3, LOADER_V3],
    ['loader v2', LOADER_V2, LOADER_V2],
  ])('runs at once under %s', async (_, loader, owner) => {
    svm.addProgram(PROGRAM, MEMO_ELF, loader === undefined ? {} : { loader });
    expect(svm.getAccount(PROGRAM)).toMatchObject({ executable: true, programAddress: owner });
    const outcome = await send({ programAddress: PROGRAM, accounts: [], data: new TextEncoder().encode('hi') });
    expect(outcome.error).toBeNull();
    expect(outcome.logs[0]).toBe(`Program ${PROGRAM} invoke [1]`);
    expect(outcome.logs.filter((line) => line.startsWith('Program log: ')).join()).toContain('hi');
  });

  test.each([undefined, LOADER_V1, LOADER_V2])('is stored as LiteSVM stores it (%s)', (loader) => {
    svm = new Svm({ rules: LITESVM_RULES });
    const lite = new LiteSVM();
    svm.addProgram(PROGRAM, MEMO_ELF, loader === undefined ? {} : { loader });
    lite.addProgramWithLoader(PROGRAM, MEMO_ELF, loader ?? LOADER_V3);
    const theirs = lite.getAccount(PROGRAM);
    expect(bytesAsText(svm.getAccount(PROGRAM))).toEqual(bytesAsText(theirs));
    for (const each of lite.getProgramAccounts(LOADER_V3)) {
      expect(bytesAsText(svm.getAccount(each.address))).toEqual(bytesAsText(lite.getAccount(each.address)));
    }
  });

  // What may not be deployed any more, or never might, still loads where it was deployed: then the call of what isn't
  // there fails, not the program.
  test.each(['sol_alloc_free_', 'sol_no_such_syscall'])(
    'that names %s is added, as LiteSVM adds it',
    async (syscall) => {
      const elf = assembleElf(`jeq r1, 0, +1\nsyscall ${syscall}\nexit`, { version: 0 });
      const lite = new LiteSVM();
      svm = new Svm({ rules: LITESVM_RULES });
      for (const each of [svm, lite]) {
        each.airdrop(alice.address, lamports(10n * SOL));
        each.addProgram(PROGRAM, elf);
      }
      expect(svm.latestBlockhash()).toBe(lite.latestBlockhash());
      const transaction = await sign([{ programAddress: PROGRAM }]);
      const theirs = lite.sendTransaction(transaction);
      const { logs } = svm.sendTransaction(transaction);
      expect(logs).toEqual(('meta' in theirs ? theirs.meta() : theirs).logs());
    },
  );

  test('may be replaced', async () => {
    const elf = bundledElf(bundledPrograms(FeatureSet.mainnet().runtime)[0]);
    svm.addProgram(PROGRAM, elf);
    svm.addProgram(PROGRAM, MEMO_ELF);
    const outcome = await send({ programAddress: PROGRAM, accounts: [], data: new TextEncoder().encode('hi') });
    expect(outcome.error).toBeNull();
  });
});

describe('time', () => {
  test('a warp moves the clock, and blockhashes with it', () => {
    const before = svm.latestBlockhash();
    svm.warpToSlot(svm.getClock().slot + 2n);
    expect(svm.getClock().slot).toBe(447_552_002n);
    expect(svm.latestBlockhash()).not.toBe(before);
    expect(svm.getSlotHashes().map(({ slot }) => slot)).toEqual([447_552_001n, 447_552_000n]);
    expect(svm.getSlotHashes()[1].hash).toBe(before);
    expect(svm.getRecentBlockhashes()[0].blockhash).toBe(svm.latestBlockhash());
    svm.warpToSlot(100n);
    expect(svm.getClock().slot).toBe(100n);
  });

  test('an expired blockhash makes the same instructions another transaction', async () => {
    await send(transfer(SOL));
    expect((await send(transfer(SOL))).error).toBe('AlreadyProcessed');
    svm.expireBlockhash();
    expect((await send(transfer(SOL))).error).toBeNull();
  });
});

describe('snapshots', () => {
  test('take back everything', async () => {
    const id = svm.snapshot();
    const transaction = await sign([transfer(SOL)]);
    const { signature } = svm.sendTransaction(transaction);
    svm.addProgram(PROGRAM, MEMO_ELF);
    svm.setClock({ ...svm.getClock(), slot: 9n });
    svm.expireBlockhash();
    svm.revert(id);
    expect(svm.getBalance(bob.address)).toBe(0n);
    expect(svm.getTransaction(signature)).toBeNull();
    expect(svm.getAccount(PROGRAM).exists).toBe(false);
    expect(svm.getClock().slot).toBe(447_552_000n);
    expect(svm.sendTransaction(transaction).error).toBeNull();
  });

  test('cost the same however much there is', () => {
    for (let i = 0; i < 20_000; i++) {
      const bytes = new Uint8Array(32);
      new DataView(bytes.buffer).setUint32(0, i + 1);
      svm.setAccount({ ...emptyAccount(addressOf(bytes)), lamports: lamports(BigInt(i + 1)) });
    }
    const start = performance.now();
    for (let i = 0; i < 1000; i++) svm.revert(svm.snapshot());
    expect((performance.now() - start) / 1000).toBeLessThan(0.5);
  });
});

function addressOf(bytes: Uint8Array): Address {
  const digits = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';
  let value = BigInt(`0x${Buffer.from(bytes).toString('hex')}`);
  let text = '';
  for (; value > 0n; value /= 58n) text = digits[Number(value % 58n)] + text;
  return ('1'.repeat(bytes.findIndex((byte) => byte !== 0)) + text) as Address;
}

describe('bad input', () => {
  const bad = (value: unknown) => value as never;
  const rows: [name: string, code: string, act: (svm: Svm) => unknown][] = [
    ['no bytes', 'MALFORMED_TRANSACTION', (s) => s.sendTransaction(new Uint8Array(0))],
    ['noise', 'MALFORMED_TRANSACTION', (s) => s.sendTransaction(new Uint8Array(300).fill(0xc3))],
    ['nothing', 'MALFORMED_TRANSACTION', (s) => s.sendTransaction(bad(undefined))],
    ['a number', 'MALFORMED_TRANSACTION', (s) => s.simulateTransaction(bad(7))],
    ['a text', 'MALFORMED_TRANSACTION', (s) => s.sendTransaction(bad('AAAA'))],
    ['an empty object', 'MALFORMED_TRANSACTION', (s) => s.sendTransaction(bad({}))],
    ['no signatures', 'MALFORMED_TRANSACTION', (s) => s.sendTransaction(bad({ messageBytes: new Uint8Array(9) }))],
    [
      'a message that is none',
      'MALFORMED_TRANSACTION',
      (s) => s.sendTransaction(bad({ messageBytes: new Uint8Array(9).fill(255), signatures: {} })),
    ],
    [
      'a signature of 63 bytes',
      'MALFORMED_TRANSACTION',
      (s) => s.sendTransaction(bad({ ...transaction, signatures: { x: new Uint8Array(63) } })),
    ],
    ['an address of 31 bytes', 'INVALID_ADDRESS', (s) => s.getAccount(bad('1'.repeat(31)))],
    ['an address of 33 bytes', 'INVALID_ADDRESS', (s) => s.getBalance(bad('1'.repeat(33)))],
    ['no address', 'INVALID_ADDRESS', (s) => s.getAccount(bad(undefined))],
    ['an address that isn’t base58', 'INVALID_ADDRESS', (s) => s.airdrop(bad('0OIl'), lamports(SOL))],
    ['an address of a million digits', 'INVALID_ADDRESS', (s) => s.getAccount(bad('2'.repeat(1_000_000)))],
    ['an account that is none', 'INVALID_ADDRESS', (s) => s.setAccount(bad(null))],
    ['negative lamports', 'INVALID_ACCOUNT', (s) => s.setAccount({ ...account, lamports: bad(-1n) })],
    ['lamports as a number', 'INVALID_ACCOUNT', (s) => s.setAccount({ ...account, lamports: bad(5) })],
    ['too many lamports', 'INVALID_ACCOUNT', (s) => s.setAccount({ ...account, lamports: bad(1n << 64n) })],
    ['data that isn’t bytes', 'INVALID_ACCOUNT', (s) => s.setAccount({ ...account, data: bad([1, 2]) })],
    [
      'more data than an account can have',
      'INVALID_ACCOUNT',
      (s) => s.setAccount({ ...account, data: new Uint8Array(10_485_761) }),
    ],
    ['a flag that is none', 'INVALID_ACCOUNT', (s) => s.setAccount({ ...account, executable: bad(1) })],
    ['an owner that is none', 'INVALID_ADDRESS', (s) => s.setAccount({ ...account, programAddress: bad('x') })],
    ['a sysvar’s account cut short', 'INVALID_SYSVAR', (s) => s.setAccount({ ...account, address: SYSVAR_CLOCK })],
    [
      'a sysvar removed',
      'INVALID_SYSVAR',
      (s) => s.setAccount({ ...account, address: SYSVAR_CLOCK, lamports: lamports(0n) }),
    ],
    ['an airdrop of a number', 'INVALID_ARGUMENT', (s) => s.airdrop(bob.address, bad(5))],
    ['an ELF that is none', 'INVALID_PROGRAM', (s) => s.addProgram(PROGRAM, new Uint8Array(100))],
    ['an empty ELF', 'INVALID_PROGRAM', (s) => s.addProgram(PROGRAM, new Uint8Array(0), { loader: LOADER_V2 })],
    ['an ELF cut in half', 'INVALID_PROGRAM', (s) => s.addProgram(PROGRAM, MEMO_ELF.subarray(0, 1200))],
    ['an ELF as a text', 'INVALID_ARGUMENT', (s) => s.addProgram(PROGRAM, bad('counter.so'))],
    [
      'a loader that is none',
      'UNSUPPORTED_LOADER',
      (s) => s.addProgram(PROGRAM, MEMO_ELF, { loader: SYSTEM_PROGRAM_ADDRESS }),
    ],
    ['a slot below zero', 'INVALID_ARGUMENT', (s) => s.warpToSlot(bad(-1n))],
    ['a slot as a number', 'INVALID_ARGUMENT', (s) => s.warpToSlot(bad(5))],
    ['a space below zero', 'INVALID_ARGUMENT', (s) => s.minimumBalanceForRentExemption(-1n)],
    ['a snapshot never taken', 'UNKNOWN_SNAPSHOT', (s) => s.revert(12345)],
    ['a program in the place of a sysvar', 'INVALID_SYSVAR', (s) => s.addProgram(SYSVAR_CLOCK, assembleElf('exit'))],
    ['a mock in the place of a sysvar', 'INVALID_SYSVAR', (s) => void s.mockProgram(SYSVAR_CLOCK, () => {})],
    ['a snapshot that is an object', 'INVALID_ARGUMENT', (s) => s.revert(bad([Object.create(null)]))],
    ['a signature that is none', 'INVALID_ARGUMENT', (s) => s.getTransaction(bad('abc'))],
    ['no signature', 'INVALID_ARGUMENT', (s) => s.getTransaction(bad(undefined))],
    ['a feature nobody knows', 'UNKNOWN_FEATURE', () => FeatureSet.mainnet().with('no_such_gate')],
    ['a clock that is none', 'INVALID_SYSVAR', (s) => s.setClock(bad({ slot: 5 }))],
    ['a negative limit', 'INVALID_ARGUMENT', () => new Svm({ logBytesLimit: -1 })],
    ['options that are null', 'INVALID_ARGUMENT', () => new Svm(bad(null))],
    ['a budget that is null', 'INVALID_ARGUMENT', () => new Svm({ computeBudget: bad(null) })],
    ['decoders that are none', 'INVALID_ARGUMENT', () => new Svm({ decoders: bad([]) })],
    ['half a transaction of history', 'INVALID_ARGUMENT', () => new Svm({ historyCapacity: 0.5 } satisfies SvmOptions)],
    [
      'features that are none',
      'INVALID_ARGUMENT',
      () => new Svm({ features: bad(['bpf_account_data_direct_mapping']) }),
    ],
    ['rules that are none', 'INVALID_ARGUMENT', () => new Svm({ rules: bad('litesvm') })],
    ['names that are none', 'INVALID_ARGUMENT', () => new Svm({ names: bad({ [PROGRAM]: 'counter' }) })],
    ['a budget of nothing', 'INVALID_ARGUMENT', () => new Svm({ computeBudget: bad({}) })],
    [
      'a heap that no machine has',
      'INVALID_ARGUMENT',
      () => new Svm({ computeBudget: { computeUnitLimit: 1_000_000, heapSize: 262_145 } }),
    ],
  ];
  const account = emptyAccount(bob.address);
  let transaction: Transaction;

  test.each(rows)('%s is a ParhelionError and changes nothing', async (_, code, act) => {
    transaction = await sign([transfer(SOL)]);
    const state = () => [
      svm.getClock(),
      svm.latestBlockhash(),
      ...[alice.address, bob.address, PROGRAM, SYSVAR_CLOCK].map((each) => svm.getAccount(each)),
    ];
    const before = state();
    let thrown: unknown;
    try {
      act(svm);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(ParhelionError);
    expect((thrown as ParhelionError).code).toBe(code);
    expect((thrown as ParhelionError).message.length).toBeLessThan(400);
    expect(state()).toEqual(before);
    expect(svm.sendTransaction(transaction).error).toBeNull();
  });

  test('of any bytes, and of a transaction with some of them changed, does no harm', async () => {
    const wire = Uint8Array.from(getTransactionEncoder().encode(await sign([transfer(SOL)])));
    const changed = fc
      .array(fc.tuple(fc.nat(wire.length - 1), fc.nat(255)), { minLength: 1, maxLength: 8 })
      .map((changes) => {
        const bytes = wire.slice();
        for (const [offset, byte] of changes) bytes[offset] = byte;
        return bytes;
      });
    const open = new Svm({ signatureVerification: false, blockhashCheck: false });
    open.airdrop(alice.address, lamports(10n * SOL));
    fc.assert(
      fc.property(fc.oneof(changed, fc.uint8Array({ maxLength: 400 })), (bytes) => {
        try {
          open.simulateTransaction(bytes).trace;
        } catch (error) {
          if (!(error instanceof ParhelionError) || error.code !== 'MALFORMED_TRANSACTION') throw error;
        }
      }),
      { numRuns: 400, seed: 6 },
    );
    expect(open.getBalance(alice.address)).toBe(10n * SOL);
  });
});
