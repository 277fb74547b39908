// Traces of real programs, as people see them.

import { readFileSync } from 'node:fs';
import {
  AccountRole,
  type Address,
  appendTransactionMessageInstructions,
  createKeyPairSignerFromPrivateKeyBytes,
  createTransactionMessage,
  type Instruction,
  type KeyPairSigner,
  lamports,
  pipe,
  setTransactionMessageFeePayerSigner,
  setTransactionMessageLifetimeUsingBlockhash,
  signTransactionMessageWithSigners,
} from '@solana/kit';
import { getSetComputeUnitLimitInstruction } from '@solana-program/compute-budget';
import { getCreateAccountInstruction, getTransferSolInstruction } from '@solana-program/system';
import {
  getCreateAssociatedTokenInstructionAsync,
  getInitializeMint2Instruction,
  getMintSize,
  TOKEN_PROGRAM_ADDRESS,
} from '@solana-program/token';
import { describe, expect, it, test } from 'vitest';
import { SCENARIOS } from '../../src/node/demo/index.ts';
import { Stage } from '../../src/node/demo/stage.ts';
import { assembleElf } from '../../src/sbpf/index.ts';
import { Svm, type TransactionOutcome } from '../../src/testing/svm.ts';
import { type FormatOptions, formatTrace } from '../../src/trace/index.ts';
import { brokenLaws } from './invariants.ts';

const wallet = (number: number) => createKeyPairSignerFromPrivateKeyBytes(new Uint8Array(32).fill(number));
const alice = await wallet(1);
const mint = await wallet(3);

const names = new Map<string, string>([[alice.address, 'alice']]);

async function send(svm: Svm, payer: KeyPairSigner, instructions: readonly Instruction[]): Promise<TransactionOutcome> {
  const lifetime = { blockhash: svm.latestBlockhash(), lastValidBlockHeight: 2n ** 64n - 1n };
  const message = pipe(
    createTransactionMessage({ version: 0 }),
    (m) => setTransactionMessageFeePayerSigner(payer, m),
    (m) => setTransactionMessageLifetimeUsingBlockhash(lifetime, m),
    (m) => appendTransactionMessageInstructions(instructions, m),
  );
  return svm.sendTransaction(await signTransactionMessageWithSigners(message));
}

/** A machine with a mint, and the instruction that creates alice's token account for it. */
async function stageToken(): Promise<{ svm: Svm; create: Instruction }> {
  const svm = new Svm({ names });
  svm.airdrop(alice.address, lamports(10_000_000_000n));
  const space = getMintSize();
  const outcome = await send(svm, alice, [
    getCreateAccountInstruction({
      payer: alice,
      newAccount: mint,
      lamports: svm.minimumBalanceForRentExemption(BigInt(space)),
      space,
      programAddress: TOKEN_PROGRAM_ADDRESS,
    }),
    getInitializeMint2Instruction({ mint: mint.address, decimals: 6, mintAuthority: alice.address }),
  ]);
  expect(outcome.error).toBeNull();
  const create = await getCreateAssociatedTokenInstructionAsync({
    payer: alice,
    owner: alice.address,
    mint: mint.address,
  });
  return { svm, create };
}

function withRole(instruction: Instruction, place: number, role: AccountRole): Instruction {
  const accounts = instruction.accounts!.map((meta, i) => (i === place ? { ...meta, role } : meta));
  return { ...instruction, accounts };
}

function addProgram(svm: Svm, name: string, address: string): Address {
  const source = readFileSync(new URL(`../../examples/programs/${name}.s`, import.meta.url), 'utf8');
  svm.addProgram(address as Address, assembleElf(source));
  return address as Address;
}

const format = (outcome: TransactionOutcome, options?: FormatOptions) => `\n${formatTrace(outcome.trace, options)}\n`;

describe('the trace of', () => {
  it('a token account’s creation shows four calls, a PDA that signs, and what each call changed', async () => {
    const { svm, create } = await stageToken();
    const outcome = await send(svm, alice, [create]);
    expect(format(outcome)).toMatchInlineSnapshot(`
      "
      ✓ success
        fee 5,000 lamports · 13,416 of 200,000 compute units                                 own     total

      #0 Associated Token::CreateAssociatedToken                                          12,810    13,416
      │   payer          [sw]  alice
      │   ata            [-w]  JAYw…5qii
      │   owner          [sw]  alice
      │   mint           [--]  GyGK…Udse
      │   systemProgram  [--]  System
      │   tokenProgram   [--]  Token
      ├─ log Create
      ├─ Token::GetAccountDataSize                                                           183       183
      │  │   mint  [--]  GyGK…Udse
      │  └─ ← 0xa500000000000000 (u64 165)
      ├─ System::CreateAccount(lamports: 2,039,280, space: 165, programAddress: Token)       150       150
      │      payer       [sw]  alice
      │      newAccount  [sw]  JAYw…5qii  signed by seeds
      │      pda JAYw…5qii = [alice, Token, GyGK…Udse, bump 255]
      ├─ log Initialize the associated token account
      ├─ Token::InitializeImmutableOwner                                                      38        38
      │      account  [-w]  JAYw…5qii
      └─ Token::InitializeAccount3(owner: alice)                                             235       235
             account  [-w]  JAYw…5qii
             mint     [--]  GyGK…Udse

      accounts
        #0 [sw]  AKnL4NNf3DGWZJS6cPknBuEGnVsV4A4m5tgebLHaRSZ9  alice
        #1 [-w]  JAYwnTWS9z44Bv3N3otEHihbKfMLzTwwskqhWc9n5qii
        #2 [--]  11111111111111111111111111111111              System
        #3 [--]  ATokenGPvbdGVxr1b2hvZbsiqW5xWH25efTNsLJA8knL  Associated Token
        #4 [--]  GyGKxMyg1p9SsHfm15MkNUu1u9TN2JtTspcdmrtGUdse
        #5 [--]  TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA   Token
      "
    `);
    expect(format(outcome, { level: 'changes', width: 120 })).toMatchInlineSnapshot(`
      "
      ✓ success
        fee 5,000 lamports · 13,416 of 200,000 compute units                                                     own     total

      #0 Associated Token::CreateAssociatedToken                                                              12,810    13,416
      │   payer          [sw]  alice
      │   ata            [-w]  JAYw…5qii
      │   owner          [sw]  alice
      │   mint           [--]  GyGK…Udse
      │   systemProgram  [--]  System
      │   tokenProgram   [--]  Token
      ├─ log Create
      ├─ Token::GetAccountDataSize                                                                               183       183
      │  │   mint  [--]  GyGK…Udse
      │  └─ ← 0xa500000000000000 (u64 165)
      ├─ System::CreateAccount(lamports: 2,039,280, space: 165, programAddress: Token)                           150       150
      │  │   payer       [sw]  alice
      │  │   newAccount  [sw]  JAYw…5qii  signed by seeds
      │  │   pda JAYw…5qii = [alice, Token, GyGK…Udse, bump 255]
      │  ├─ Δ alice  lamports 9,998,523,400 → 9,996,484,120 (−2,039,280)
      │  └─ Δ JAYw…5qii  lamports 0 → 2,039,280 (+2,039,280) · owner System → Token · data 0 → 165 bytes
      ├─ log Initialize the associated token account
      ├─ Token::InitializeImmutableOwner                                                                          38        38
      │      account  [-w]  JAYw…5qii
      └─ Token::InitializeAccount3(owner: alice)                                                                 235       235
         │   account  [-w]  JAYw…5qii
         │   mint     [--]  GyGK…Udse
         └─ Δ JAYw…5qii  data[0..64] 0x0000000000000000… (64 bytes) → 0xed4928c628d1c2c6… (64 bytes) · data[108..109] 0x00 →
                0x01

      accounts
        #0 [sw]  AKnL4NNf3DGWZJS6cPknBuEGnVsV4A4m5tgebLHaRSZ9  alice  9,998,523,400 → 9,996,484,120 lamports
        #1 [-w]  JAYwnTWS9z44Bv3N3otEHihbKfMLzTwwskqhWc9n5qii  0 → 2,039,280 lamports
        #2 [--]  11111111111111111111111111111111              System
        #3 [--]  ATokenGPvbdGVxr1b2hvZbsiqW5xWH25efTNsLJA8knL  Associated Token
        #4 [--]  GyGKxMyg1p9SsHfm15MkNUu1u9TN2JtTspcdmrtGUdse
        #5 [--]  TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA   Token
      "
    `);
  });

  it('the same with the account read-only shows the call that was refused', async () => {
    const { svm, create } = await stageToken();
    expect(format(await send(svm, alice, [withRole(create, 1, AccountRole.READONLY)]))).toMatchInlineSnapshot(`
      "
      ✗ failed  Error processing Instruction 0: Cross-program invocation with unauthorized signer or
        writable account
        fee 5,000 lamports · 8,323 of 200,000 compute units                                  own     total

      #0 ✗ Associated Token::CreateAssociatedToken                                         8,140     8,323
      │   payer          [sw]  alice
      │   ata            [--]  JAYw…5qii
      │   owner          [sw]  alice
      │   mint           [--]  GyGK…Udse
      │   systemProgram  [--]  System
      │   tokenProgram   [--]  Token
      ├─ log Create
      ├─ Token::GetAccountDataSize                                                           183       183
      │  │   mint  [--]  GyGK…Udse
      │  └─ ← 0xa500000000000000 (u64 165)
      └─ ✗ System::CreateAccount                                                                   refused
         │   lamports        2,039,280
         │   space           165
         │   programAddress  Token
         │   payer           [sw]  alice
         │   newAccount      [sw]  JAYw…5qii  ✗ asked writable, held read-only
         │   pda JAYw…5qii = [alice, Token, GyGK…Udse, bump 255]
         ├─ runtime JAYwnTWS9z44Bv3N3otEHihbKfMLzTwwskqhWc9n5qii's writable privilege escalated
         └─ ✗ PrivilegeEscalation: Cross-program invocation with unauthorized signer or writable account
              why      Associated Token asks for \`newAccount\` (JAYw…5qii) to be writable in its call to
                       System, but holds it read-only itself.
              account  JAYwnTWS9z44Bv3N3otEHihbKfMLzTwwskqhWc9n5qii  account #4 of the transaction
              asked    writable
              held     read-only, not a signer
              rule     prepare_next_cpi_instruction  agave program-runtime/src/invoke_context.rs
              fix      Mark \`ata\` (account 1) writable in instruction #0 of the transaction.

      accounts
        #0 [sw]  AKnL4NNf3DGWZJS6cPknBuEGnVsV4A4m5tgebLHaRSZ9  alice
        #1 [--]  11111111111111111111111111111111              System
        #2 [--]  ATokenGPvbdGVxr1b2hvZbsiqW5xWH25efTNsLJA8knL  Associated Token
        #3 [--]  GyGKxMyg1p9SsHfm15MkNUu1u9TN2JtTspcdmrtGUdse
        #4 [--]  JAYwnTWS9z44Bv3N3otEHihbKfMLzTwwskqhWc9n5qii
        #5 [--]  TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA   Token
      "
    `);
  });

  it('the same without the System program shows which account is missing', async () => {
    const { svm, create } = await stageToken();
    const accounts = create.accounts!.map((meta, i) => (i === 4 ? { ...meta, address: alice.address } : meta));
    expect(
      format(await send(svm, alice, [{ ...create, accounts }]), { level: 'logs', width: 80 }),
    ).toMatchInlineSnapshot(`
      "
      ✗ failed  Error processing Instruction 0: An account required by the instruction
        is missing
        fee 5,000 lamports · 8,243 of 200,000 compute units              own     total

      #0 ✗ Associated Token::CreateAssociatedToken                     8,060     8,243
      ├─ log Create
      ├─ Token::GetAccountDataSize                                       183       183
      │  └─ ← 0xa500000000000000 (u64 165)
      └─ ✗ System::CreateAccount                                               refused
         │   lamports        2,039,280
         │   space           165
         │   programAddress  Token
         ├─ runtime Unknown program 11111111111111111111111111111111
         └─ ✗ MissingAccount: An account required by the instruction is missing
              why      Associated Token calls System, which is not an account of the
                       transaction.
              account  11111111111111111111111111111111  System
              rule     prepare_next_cpi_instruction  agave
                       program-runtime/src/invoke_context.rs
              fix      Add System to the accounts of instruction #0; a program that is
                       called is one of them.
      "
    `);
  });

  it('a callee that loops shows who emptied the meter', async () => {
    const svm = new Svm({ names });
    svm.airdrop(alice.address, lamports(10_000_000_000n));
    const forward = addProgram(svm, 'forward', 'ForwardA11111111111111111111111111111111111');
    const spin = addProgram(svm, 'spin', 'Spin111111111111111111111111111111111111111');
    const outcome = await send(svm, alice, [
      getSetComputeUnitLimitInstruction({ units: 30_000 }),
      { programAddress: forward, accounts: [{ address: spin, role: AccountRole.READONLY }] },
      getTransferSolInstruction({ source: alice, destination: mint.address, amount: 1n }),
    ]);
    expect(format(outcome)).toMatchInlineSnapshot(`
      "
      ✗ failed  Error processing Instruction 1: Program failed to complete
        fee 5,000 lamports · 30,000 of 30,000 compute units                                  own     total

      #0 Compute Budget::SetComputeUnitLimit(units: 30,000)                                  150       150

      #1 ✗ Forw…1111                                                                       1,006    29,850
      │   0  [--]  Spin…1111
      └─ ✗ Spin…1111                                                                      28,844    28,844
         └─ ✗ ExceededMaxInstructions: exceeded CUs meter at BPF instruction
              why      Spin…1111 ran out of compute units. All instructions and calls share the
                       transaction's 30,000.
              fix      Raise the limit with SetComputeUnitLimit (1,400,000 at most), or do less.

      #2 System::TransferSol(amount: 1)                                                            not run

      accounts
        #0 [sw]  AKnL4NNf3DGWZJS6cPknBuEGnVsV4A4m5tgebLHaRSZ9  alice
        #1 [-w]  GyGKxMyg1p9SsHfm15MkNUu1u9TN2JtTspcdmrtGUdse
        #2 [--]  11111111111111111111111111111111              System
        #3 [--]  ComputeBudget111111111111111111111111111111   Compute Budget
        #4 [--]  ForwardA11111111111111111111111111111111111
        #5 [--]  Spin111111111111111111111111111111111111111
      "
    `);
  });

  it('a transaction without a known blockhash shows what it would have done', async () => {
    const svm = new Svm({ names });
    svm.airdrop(alice.address, lamports(10_000_000_000n));
    const other = new Svm();
    other.expireBlockhash();
    const lifetime = { blockhash: other.latestBlockhash(), lastValidBlockHeight: 2n ** 64n - 1n };
    const message = pipe(
      createTransactionMessage({ version: 0 }),
      (m) => setTransactionMessageFeePayerSigner(alice, m),
      (m) => setTransactionMessageLifetimeUsingBlockhash(lifetime, m),
      (m) =>
        appendTransactionMessageInstructions(
          [getTransferSolInstruction({ source: alice, destination: mint.address, amount: 5n })],
          m,
        ),
    );
    expect(format(svm.sendTransaction(await signTransactionMessageWithSigners(message)))).toMatchInlineSnapshot(`
      "
      ✗ refused  Blockhash not found
        fee 0 lamports · 0 compute units

      #0 System::TransferSol(amount: 5)                                                            not run

      ✗ BlockhashNotFound  before the first instruction
        why      The transaction has expired, or is of another chain: blockhash 4QjE…AjmQ is not a recent
                 one.
        rule     check_transaction_age  agave runtime/src/bank/check_transactions.rs
        fix      Fetch the latest blockhash, set it, and sign again.
        fix      In tests: fetch the blockhash after the last warp or expireBlockhash.

      accounts
        #0 [sw]  AKnL4NNf3DGWZJS6cPknBuEGnVsV4A4m5tgebLHaRSZ9  alice
        #1 [-w]  GyGKxMyg1p9SsHfm15MkNUu1u9TN2JtTspcdmrtGUdse
        #2 [--]  11111111111111111111111111111111              System
                 4QjEBrJnATvydaCoPb7j4cneA5vSJNFsAYHQwRAjAjmQ
      "
    `);
  });

  it('a wallet left with too little shows which one, after all frames succeeded', async () => {
    const svm = new Svm({ names });
    svm.airdrop(alice.address, lamports(10_000_000_000n));
    const outcome = await send(svm, alice, [
      getTransferSolInstruction({ source: alice, destination: mint.address, amount: 5n }),
    ]);
    expect(format(outcome, { level: 'calls' })).toMatchInlineSnapshot(`
      "
      ✗ failed  Transaction results in an account (1) with insufficient funds for rent
        fee 5,000 lamports · 150 of 3,000 compute units                                      own     total

      #0 System::TransferSol(amount: 5)                                                      150       150

      ✗ InsufficientFundsForRent  after the last instruction
        why      GyGK…Udse would be left with 5 lamports; an account with 0 bytes of data must hold
                 890,880 to be exempt from rent, or nothing.
        account  GyGKxMyg1p9SsHfm15MkNUu1u9TN2JtTspcdmrtGUdse  account #1 of the transaction
        asked    lamports
        limit    890,880
        actual   5
        rule     verify_changes  agave svm/src/transaction_account_state_info.rs
        fix      Give GyGK…Udse 890,875 lamports more, 890,880 or more in all.

      accounts
        #1 [-w]  GyGKxMyg1p9SsHfm15MkNUu1u9TN2JtTspcdmrtGUdse
      "
    `);
  });
});

describe('every scenario of the demo', () => {
  it.each(SCENARIOS.map((scenario) => [scenario.name, scenario] as const))('%s adds up', async (_, scenario) => {
    const outcome = await scenario.play(new Stage());
    const { computeUnitsConsumed, trace } = outcome;
    const innerInstructions: { stackHeight: number }[][] = trace.instructions.map(() => []);
    for (const { index, instructions } of outcome.innerInstructions) innerInstructions[index] = [...instructions];
    expect(trace.computeUnits.consumed).toBe(Number(computeUnitsConsumed));
    expect(brokenLaws(trace, { logs: outcome.logs, innerInstructions })).toEqual([]);
  });
});

test('at the level of instructions a fault shows its code, callers and registers', async () => {
  const svm = new Svm({ names });
  svm.airdrop(alice.address, lamports(10_000_000_000n));
  const program = 'Spin111111111111111111111111111111111111111' as Address;
  const source = `
    entrypoint:
      lddw r6, 0x400000000
      mov64 r1, 24
      call function_5
      exit
    function_5:
      lsh64 r1, 32
      ldxdw r0, [r1+8]
      exit`;
  svm.addProgram(program, assembleElf(source));
  const outcome = await send(svm, alice, [{ programAddress: program }]);
  expect(format(outcome, { level: 'instructions', width: 80 })).toMatchInlineSnapshot(`
    "
    ✗ failed  Error processing Instruction 0: Program failed to complete
      fee 5,000 lamports · 200,000 of 200,000 compute units            own     total

    #0 ✗ Spin…1111                                                 200,000   200,000
    ├─ stopped in function_5 at instruction 6
    │    callers  entrypoint (3)
    │    load     8 bytes at 0x1800000008: no region of memory: above all of them
    │    code            2  mov64 r1, 24
    │                    3  call function_5
    │                    4  exit
    │                    5  lsh64 r1, 32
    │             →      6  ldxdw r0, [r1+0x8]
    │                    7  exit
    │    regs     r0  0x0000000000000000  r1  0x0000001800000000
    │             r2  0x0000000400000010  r3  0x0000000000000000
    │             r4  0x0000000000000000  r5  0x0000000000000000
    │             r6  0x0000000400000000  r7  0x0000000000000000
    │             r8  0x0000000000000000  r9  0x0000000000000000
    │             r10 0x0000000200002000
    └─ ✗ AccessViolation: Access violation reading 8 bytes at address 0x1800000008
         (in unallocated region)
         why      Spin…1111 was stopped by AccessViolation.
         units    199,995 were not used but taken: a fault of the machine empties
                  the meter
         fix      Check indexes and slices of account data and instruction data
                  before they are used.

    accounts
      #0 [sw]  AKnL4NNf3DGWZJS6cPknBuEGnVsV4A4m5tgebLHaRSZ9  alice
      #1 [--]  Spin111111111111111111111111111111111111111
    "
  `);
});
