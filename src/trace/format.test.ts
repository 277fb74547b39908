import { getTransferSolInstructionDataEncoder } from '@solana-program/system';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { meta, runStaged, type StagedProgram, testKey } from '../../test/support/staged-transaction.ts';
import { SYSTEM_PROGRAM_ID } from '../runtime/addresses.ts';
import { fail, SyscallError } from '../runtime/errors.ts';
import type { Instruction } from '../runtime/execution-events.ts';
import { Pubkey } from '../wire/pubkey.ts';
import { DecoderRegistry } from './decoder.ts';
import { DEFAULT_DECODERS } from './decoders/index.ts';
import { type FormatOptions, formatTrace, TRACE_LEVELS } from './format.ts';
import { displayWidth, escapeText } from './plain-text.ts';
import { type OutcomeFacts, TraceRecorder } from './recorder.ts';
import type { TransactionTrace } from './transaction-trace.ts';

const alice = testKey(1);
const vault = testKey(2);
const bob = testKey(3);
const vaultProgram = testKey(10);
const otherProgram = testKey(11);
const TOKEN = Pubkey.fromBase58('TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA');

const decoders = new DecoderRegistry(DEFAULT_DECODERS);
decoders.register(vaultProgram.toString() as never, {
  decodeInstruction: ({ data }) => {
    return data.length === 0
      ? undefined
      : { name: 'PayOut', args: { bump: data[0] }, accountNames: ['receiver', 'vault'] };
  },
});
const names = new Map([
  [vaultProgram.toString(), 'Vault'],
  [otherProgram.toString(), 'Other'],
  [alice.toString(), 'alice'],
]);

const transferData = (amount: bigint) => getTransferSolInstructionDataEncoder().encode({ amount }) as Uint8Array;

/** System's transfer, as far as these tests need it. */
const system: StagedProgram = (c) => {
  c.consume(150);
  const { data } = c.current;
  const lamports = new DataView(data.buffer, data.byteOffset).getBigUint64(4, true);
  const from = c.current.borrow(0);
  if (from.lamports < lamports) fail({ Custom: 1 });
  from.setLamports(from.lamports - lamports);
  from.release();
  const to = c.current.borrow(1);
  to.setLamports(to.lamports + lamports);
  to.release();
};

interface Scene {
  readonly vault?: StagedProgram;
  readonly other?: StagedProgram;
  readonly flags?: '' | 'w';
  readonly logBytesLimit?: number;
  readonly computeUnitLimit?: number;
  readonly facts?: Partial<OutcomeFacts>;
}

/** Two instructions: one of Vault, which holds alice, the vault, and the programs; then a plain transfer. */
function play(scene: Scene): TransactionTrace {
  const recorder = new TraceRecorder({ decoders, names });
  const instructions: Instruction[] = [
    {
      programId: vaultProgram,
      accounts: [
        meta(alice, 'sw'),
        meta(vault, scene.flags ?? 'w'),
        meta(SYSTEM_PROGRAM_ID),
        meta(vaultProgram),
        meta(otherProgram),
      ],
      data: new Uint8Array([254]),
    },
    { programId: SYSTEM_PROGRAM_ID, accounts: [meta(alice, 'sw'), meta(bob, 'w')], data: transferData(77n) },
  ];
  const { finalAccounts: _, ...outcome } = runStaged(
    {
      accounts: [
        { key: alice, lamports: 10_000_000_000n },
        { key: vault, lamports: 5_000_000n },
        { key: bob },
        { key: SYSTEM_PROGRAM_ID, program: system },
        { key: vaultProgram, program: scene.vault ?? ((c) => c.consume(1)) },
        { key: otherProgram, program: scene.other ?? ((c) => c.consume(1)) },
      ],
      instructions,
      ...(scene.logBytesLimit === undefined ? {} : { logBytesLimit: scene.logBytesLimit }),
      ...(scene.computeUnitLimit === undefined ? {} : { computeUnitLimit: scene.computeUnitLimit }),
    },
    recorder,
  );
  return recorder.trace({ ...outcome, instructions, ...scene.facts });
}

const seedsOfVault = [new TextEncoder().encode('vault'), alice.bytes, new Uint8Array([254])];

/** Vault pays out of its address with its signature. `derived` is what the seeds give. */
function payOut(derived: Pubkey | undefined, lamports = 1_000_000n): StagedProgram {
  return (c) => {
    c.consume(1_234);
    c.log('Program log: paying out');
    c.nativeInvoke(
      { programId: SYSTEM_PROGRAM_ID, accounts: [meta(vault, 'sw'), meta(alice, 'w')], data: transferData(lamports) },
      derived === undefined ? [] : [{ seeds: seedsOfVault, address: derived }],
    );
    c.log('Program data: AAECAw==');
    c.transaction.setReturnData(vaultProgram, transferData(1n).subarray(4));
    c.consume(20);
  };
}

/** The text with a line break at both ends, as inline snapshots like it. Colours are off. */
function format(trace: TransactionTrace, options?: FormatOptions): string {
  return `\n${formatTrace(trace, options)}\n`;
}

describe('formatTrace', () => {
  it('prints a tree of calls with units, accounts, signers, logs in place and return data', () => {
    expect(format(play({ vault: payOut(vault) }))).toMatchInlineSnapshot(`
      "
      ✓ success
        fee 5,000 lamports · 1,554 of 200,000 compute units                                  own     total

      #0 Vault::PayOut(bump: 254)                                                          1,254     1,404
      │   receiver  [sw]  alice
      │   vault     [-w]  6Lm9…PYju
      │   2         [--]  System
      │   3         [--]  Vault
      │   4         [--]  Other
      ├─ log paying out
      ├─ System::TransferSol(amount: 1,000,000)                                              150       150
      │      source       [sw]  6Lm9…PYju  signed by seeds
      │      destination  [-w]  alice
      │      pda 6Lm9…PYju = ["vault", alice, bump 254]
      ├─ data AAECAw==
      └─ ← 0x0100000000000000 (u64 1)

      #1 System::TransferSol(amount: 77)                                                     150       150
          source       [sw]  alice
          destination  [-w]  8qm6…oXtt

      accounts
        #0 [sw]  3qmDhMa92nYu2w1bq51vMKQEwdW7FKo9JjWEEbsyJVYa  alice
        #1 [-w]  6Lm9zVoWupYHCHGNy85v7hxLnUYS273HRKYMWU7bPYju
        #2 [-w]  8qm6He2tnrXfMdXA7ALrz27zeE8EZVkPYnW2NbhjoXtt
        #3 [--]  11111111111111111111111111111111              System
        #4 [--]  93WyiYRvZkRLmuGgR4KcreSHNhkqagorE1VzYjqY3Xs1  Vault
        #5 [--]  BYWv1gfJSnQiwEKhqhZitfXGk1MPU3hPrSGdKCnxugEL  Other
      "
    `);
  });

  it('prints calls only, or changes too, where asked for', () => {
    expect(format(play({ vault: payOut(vault) }), { level: 'calls' })).toMatchInlineSnapshot(`
      "
      ✓ success
        fee 5,000 lamports · 1,554 of 200,000 compute units                                  own     total

      #0 Vault::PayOut(bump: 254)                                                          1,254     1,404
      └─ System::TransferSol(amount: 1,000,000)                                              150       150

      #1 System::TransferSol(amount: 77)                                                     150       150
      "
    `);
    expect(format(play({ vault: payOut(vault) }), { level: 'changes', width: 120 })).toMatchInlineSnapshot(`
      "
      ✓ success
        fee 5,000 lamports · 1,554 of 200,000 compute units                                                      own     total

      #0 Vault::PayOut(bump: 254)                                                                              1,254     1,404
      │   receiver  [sw]  alice
      │   vault     [-w]  6Lm9…PYju
      │   2         [--]  System
      │   3         [--]  Vault
      │   4         [--]  Other
      ├─ log paying out
      ├─ System::TransferSol(amount: 1,000,000)                                                                  150       150
      │  │   source       [sw]  6Lm9…PYju  signed by seeds
      │  │   destination  [-w]  alice
      │  │   pda 6Lm9…PYju = ["vault", alice, bump 254]
      │  ├─ Δ alice  lamports 10,000,000,000 → 10,001,000,000 (+1,000,000)
      │  └─ Δ 6Lm9…PYju  lamports 5,000,000 → 4,000,000 (−1,000,000)
      ├─ data AAECAw==
      └─ ← 0x0100000000000000 (u64 1)

      #1 System::TransferSol(amount: 77)                                                                         150       150
      │   source       [sw]  alice
      │   destination  [-w]  8qm6…oXtt
      ├─ Δ alice  lamports 10,001,000,000 → 10,000,999,923 (−77)
      └─ Δ 8qm6…oXtt  lamports 0 → 77 (+77)

      accounts
        #0 [sw]  3qmDhMa92nYu2w1bq51vMKQEwdW7FKo9JjWEEbsyJVYa  alice  10,000,000,000 → 10,000,999,923 lamports
        #1 [-w]  6Lm9zVoWupYHCHGNy85v7hxLnUYS273HRKYMWU7bPYju  5,000,000 → 4,000,000 lamports
        #2 [-w]  8qm6He2tnrXfMdXA7ALrz27zeE8EZVkPYnW2NbhjoXtt  0 → 77 lamports
        #3 [--]  11111111111111111111111111111111              System
        #4 [--]  93WyiYRvZkRLmuGgR4KcreSHNhkqagorE1VzYjqY3Xs1  Vault
        #5 [--]  BYWv1gfJSnQiwEKhqhZitfXGk1MPU3hPrSGdKCnxugEL  Other
      "
    `);
  });

  it('prints a refused call as a frame: what was asked, what was held, what to change', () => {
    expect(format(play({ vault: payOut(vault), flags: '' }))).toMatchInlineSnapshot(`
      "
      ✗ failed  Error processing Instruction 0: Cross-program invocation with unauthorized signer or
        writable account
        fee 5,000 lamports · 1,234 of 200,000 compute units                                  own     total

      #0 ✗ Vault::PayOut(bump: 254)                                                        1,234     1,234
      │   receiver  [sw]  alice
      │   vault     [--]  6Lm9…PYju
      │   2         [--]  System
      │   3         [--]  Vault
      │   4         [--]  Other
      ├─ log paying out
      └─ ✗ System::TransferSol(amount: 1,000,000)                                                  refused
         │   source       [sw]  6Lm9…PYju  ✗ asked writable, held read-only
         │   destination  [-w]  alice
         │   pda 6Lm9…PYju = ["vault", alice, bump 254]
         ├─ runtime 6Lm9zVoWupYHCHGNy85v7hxLnUYS273HRKYMWU7bPYju's writable privilege escalated
         └─ ✗ PrivilegeEscalation: Cross-program invocation with unauthorized signer or writable account
              why      Vault asks for \`source\` (6Lm9…PYju) to be writable in its call to System, but holds
                       it read-only itself.
              account  6Lm9zVoWupYHCHGNy85v7hxLnUYS273HRKYMWU7bPYju  account #1 of the transaction
              asked    writable
              held     read-only, not a signer
              rule     prepare_next_cpi_instruction  agave program-runtime/src/invoke_context.rs
              fix      Mark \`vault\` (account 1) writable in instruction #0 of the transaction.

      #1 System::TransferSol(amount: 77)                                                           not run

      accounts
        #0 [sw]  3qmDhMa92nYu2w1bq51vMKQEwdW7FKo9JjWEEbsyJVYa  alice
        #1 [--]  6Lm9zVoWupYHCHGNy85v7hxLnUYS273HRKYMWU7bPYju
        #2 [--]  8qm6He2tnrXfMdXA7ALrz27zeE8EZVkPYnW2NbhjoXtt
        #3 [--]  11111111111111111111111111111111              System
        #4 [--]  93WyiYRvZkRLmuGgR4KcreSHNhkqagorE1VzYjqY3Xs1  Vault
        #5 [--]  BYWv1gfJSnQiwEKhqhZitfXGk1MPU3hPrSGdKCnxugEL  Other
      "
    `);
  });

  it('says what the seeds derived to where a signer is refused', () => {
    expect(format(play({ vault: payOut(bob) }), { level: 'logs', width: 80 })).toMatchInlineSnapshot(`
      "
      ✗ failed  Error processing Instruction 0: Cross-program invocation with
        unauthorized signer or writable account
        fee 5,000 lamports · 1,234 of 200,000 compute units              own     total

      #0 ✗ Vault::PayOut(bump: 254)                                    1,234     1,234
      ├─ log paying out
      └─ ✗ System::TransferSol(amount: 1,000,000)                              refused
         ├─ runtime 6Lm9zVoWupYHCHGNy85v7hxLnUYS273HRKYMWU7bPYju's signer privilege
         │      escalated
         └─ ✗ PrivilegeEscalation: Cross-program invocation with unauthorized signer
              or writable account
              why      Vault asks for \`source\` (6Lm9…PYju) as a signer in its call to
                       System, but the seeds it gives, ["vault", alice, bump 254],
                       derive to 8qm6…oXtt.
              account  6Lm9zVoWupYHCHGNy85v7hxLnUYS273HRKYMWU7bPYju  account #1 of the
                       transaction
              asked    signer
              held     writable, not a signer
              rule     prepare_next_cpi_instruction  agave
                       program-runtime/src/invoke_context.rs
              fix      The seeds sign for 8qm6…oXtt: is that the one to pass, in place
                       of 6Lm9…PYju?
              fix      Check the seeds, their order and the bump, and that 6Lm9…PYju
                       is an address derived under Vault.

      #1 System::TransferSol(amount: 77)                                       not run

      accounts
        #1 [-w]  6Lm9zVoWupYHCHGNy85v7hxLnUYS273HRKYMWU7bPYju
        #2 [--]  8qm6He2tnrXfMdXA7ALrz27zeE8EZVkPYnW2NbhjoXtt
      "
    `);
    expect(format(play({ vault: payOut(undefined) }), { level: 'calls' })).toMatchInlineSnapshot(`
      "
      ✗ failed  Error processing Instruction 0: Cross-program invocation with unauthorized signer or
        writable account
        fee 5,000 lamports · 1,234 of 200,000 compute units                                  own     total

      #0 ✗ Vault::PayOut(bump: 254)                                                        1,234     1,234
      └─ ✗ System::TransferSol(amount: 1,000,000)                                                  refused
         └─ ✗ PrivilegeEscalation: Cross-program invocation with unauthorized signer or writable account
              why      Vault asks for \`source\` (6Lm9…PYju) as a signer in its call to System, but it has
                       not signed, and no seeds were given for it.
              account  6Lm9zVoWupYHCHGNy85v7hxLnUYS273HRKYMWU7bPYju  account #1 of the transaction
              asked    signer
              held     writable, not a signer
              rule     prepare_next_cpi_instruction  agave program-runtime/src/invoke_context.rs
              fix      Mark \`vault\` (account 1) as a signer in instruction #0 of the transaction. It lies
                       on the curve, so no seeds lead to it.

      #1 System::TransferSol(amount: 77)                                                           not run

      accounts
        #1 [-w]  6Lm9zVoWupYHCHGNy85v7hxLnUYS273HRKYMWU7bPYju
      "
    `);
  });

  it('marks a failure inside a callee there, with the callee’s name for its error', () => {
    expect(format(play({ vault: payOut(vault, 6_000_000n) }), { level: 'logs' })).toMatchInlineSnapshot(`
      "
      ✗ failed  Error processing Instruction 0: custom program error: 0x1
        fee 5,000 lamports · 1,384 of 200,000 compute units                                  own     total

      #0 ✗ Vault::PayOut(bump: 254)                                                        1,234     1,384
      ├─ log paying out
      └─ ✗ System::TransferSol(amount: 6,000,000)                                            150       150
         └─ ✗ ResultWithNegativeLamports: custom program error: 0x1
              why      System returned ResultWithNegativeLamports (its own error 1) in TransferSol.
              fix      Fund the account that pays.

      #1 System::TransferSol(amount: 77)                                                           not run
      "
    `);
  });

  it('says who ran out of compute units', () => {
    const trace = play({
      vault: (c) => {
        c.consume(1_000);
        c.nativeInvoke({ programId: otherProgram, accounts: [], data: new Uint8Array(0) }, []);
      },
      other: (c) => {
        for (;;) c.consume(9_000);
      },
    });
    expect(format(trace, { level: 'logs' })).toMatchInlineSnapshot(`
      "
      ✗ failed  Error processing Instruction 0: Computational budget exceeded
        fee 5,000 lamports · 200,000 of 200,000 compute units                                own     total

      #0 ✗ Vault::PayOut(bump: 254)                                                        1,000   200,000
      └─ ✗ Other                                                                         199,000   199,000
         └─ ✗ ComputationalBudgetExceeded: Computational budget exceeded
              why      Other ran out of compute units: 9,000 were asked for, 1,000 were left. All
                       instructions and calls share the transaction's 200,000.
              rule     consume_checked  agave program-runtime/src/invoke_context.rs
              fix      Raise the limit with SetComputeUnitLimit (1,400,000 at most), or do less.

      #1 System::TransferSol(amount: 77)                                                           not run
      "
    `);
  });

  it('prints recursion down to the depth limit', () => {
    const trace = play({
      vault: (c) => {
        c.consume(1_000);
        c.nativeInvoke({ programId: vaultProgram, accounts: [meta(vaultProgram)], data: new Uint8Array(0) }, []);
      },
    });
    expect(format(trace, { level: 'logs' })).toMatchInlineSnapshot(`
      "
      ✗ failed  Error processing Instruction 0: Cross-program invocation call depth too deep
        fee 5,000 lamports · 5,000 of 200,000 compute units                                  own     total

      #0 ✗ Vault::PayOut(bump: 254)                                                        1,000     5,000
      └─ ✗ Vault                                                                           1,000     4,000
         └─ ✗ Vault                                                                        1,000     3,000
            └─ ✗ Vault                                                                     1,000     2,000
               └─ ✗ Vault                                                                  1,000     1,000
                  └─ ✗ Vault                                                                       refused
                     └─ ✗ CallDepth: Cross-program invocation call depth too deep
                          why      This call would be number 6 on the stack, and 5 is the limit: Vault →
                                   Vault → Vault → Vault → Vault → Vault.
                          rule     push  agave transaction-context/src/transaction.rs
                          fix      Do part of the work in an instruction of its own.

      #1 System::TransferSol(amount: 77)                                                           not run
      "
    `);
  });

  it('shows where the log was cut, and the lines it lost', () => {
    const trace = play({
      vault: (c) => {
        c.consume(1);
        for (let i = 0; i < 16; i++) c.log(`Program log: line ${i} of a program that writes a lot`);
      },
      logBytesLimit: 400,
    });
    expect(format(trace, { level: 'logs' })).toMatchInlineSnapshot(`
      "
      ✓ success
        fee 5,000 lamports · 151 of 200,000 compute units                                    own     total

      #0 Vault::PayOut(bump: 254)                                                              1         1
      ├─ log line 0 of a program that writes a lot
      ├─ log line 1 of a program that writes a lot
      ├─ log line 2 of a program that writes a lot
      ├─ log line 3 of a program that writes a lot
      ├─ log line 4 of a program that writes a lot
      ├─ log line 5 of a program that writes a lot
      ├─ ⋯ Log truncated: the byte limit is reached, the lines marked "lost" are not in the log
      ├─ lost log line 6 of a program that writes a lot
      ├─ lost log line 7 of a program that writes a lot
      ├─ lost log line 8 of a program that writes a lot
      ├─ lost log line 9 of a program that writes a lot
      ├─ lost log line 10 of a program that writes a lot
      ├─ lost log line 11 of a program that writes a lot
      ├─ lost log line 12 of a program that writes a lot
      ├─ lost log line 13 of a program that writes a lot
      ├─ lost log line 14 of a program that writes a lot
      └─ lost log line 15 of a program that writes a lot

      #1 System::TransferSol(amount: 77)                                                     150       150
      "
    `);
  });

  it('lets no program write on the screen but between its own bars', () => {
    const trace = play({
      vault: (c) => {
        c.consume(1);
        c.log('Program log: \x1b[2J\x1b[31mgone\n└─ ✓ System::Transfer\r\u202eback\u0007');
        c.log(`Program log: ${'界'.repeat(60)} ${'x'.repeat(150)}`);
        throw new SyscallError('Panic', 'SBF program Panicked in \x1b[0m.rs at 1:2', {
          rule: 'sol_panic_',
          source: 'agave syscalls/src/lib.rs',
        });
      },
    });
    expect(format(trace, { level: 'logs', width: 80 })).toMatchInlineSnapshot(`
      "
      ✗ failed  Error processing Instruction 0: Program failed to complete
        fee 5,000 lamports · 1 of 200,000 compute units                  own     total

      #0 ✗ Vault::PayOut(bump: 254)                                        1         1
      ├─ log \\x1b[2J\\x1b[31mgone\\n└─ ✓ System::Transfer\\r\\u{202e}back\\x07
      ├─ log 界界界界界界界界界界界界界界界界界界界界界界界界界界界界界界界界界界界界
      │      界界界界界界界界界界界界界界界界界界界界界界界界 xxxxxxxxxxxxxxxxxxxxxxxx
      │      xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx
      │      xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx
      └─ ✗ Panic: SBF program Panicked in \\x1b[0m.rs at 1:2
           why      Vault was stopped in PayOut by Panic.
           rule     sol_panic_  agave syscalls/src/lib.rs
           fix      Look at the file and line; handle the case.

      #1 System::TransferSol(amount: 77)                                       not run
      "
    `);
  });

  it('prints a call that needs an account its caller has not got', () => {
    const trace = play({
      vault: (c) => {
        c.consume(5);
        const data = new Uint8Array([3, 1, 0, 0, 0, 0, 0, 0, 0]);
        c.nativeInvoke({ programId: TOKEN, accounts: [meta(vault, 'w'), meta(bob, 'w'), meta(alice, 's')], data }, []);
      },
    });
    expect(format(trace)).toMatchInlineSnapshot(`
      "
      ✗ failed  Error processing Instruction 0: An account required by the instruction is missing
        fee 5,000 lamports · 5 of 200,000 compute units                                      own     total

      #0 ✗ Vault::PayOut(bump: 254)                                                            5         5
      │   receiver  [sw]  alice
      │   vault     [-w]  6Lm9…PYju
      │   2         [--]  System
      │   3         [--]  Vault
      │   4         [--]  Other
      └─ ✗ Token::Transfer(amount: 1)                                                              refused
         │   source       [-w]  6Lm9…PYju
         │   destination  [-w]  8qm6…oXtt  ✗ the caller does not have it
         │   authority    [s-]  alice
         └─ ✗ MissingAccount: An account required by the instruction is missing
              why      Vault calls Token with \`destination\` (8qm6…oXtt), which is not an account of the
                       calling instruction.
              account  8qm6He2tnrXfMdXA7ALrz27zeE8EZVkPYnW2NbhjoXtt  account #2 of the transaction
              rule     prepare_next_cpi_instruction  agave program-runtime/src/invoke_context.rs
              fix      Add 8qm6…oXtt to the accounts of instruction #0.

      #1 System::TransferSol(amount: 77)                                                           not run

      accounts
        #0 [sw]  3qmDhMa92nYu2w1bq51vMKQEwdW7FKo9JjWEEbsyJVYa  alice
        #1 [-w]  6Lm9zVoWupYHCHGNy85v7hxLnUYS273HRKYMWU7bPYju
        #2 [--]  8qm6He2tnrXfMdXA7ALrz27zeE8EZVkPYnW2NbhjoXtt
        #3 [--]  11111111111111111111111111111111              System
        #4 [--]  93WyiYRvZkRLmuGgR4KcreSHNhkqagorE1VzYjqY3Xs1  Vault
        #5 [--]  BYWv1gfJSnQiwEKhqhZitfXGk1MPU3hPrSGdKCnxugEL  Other
      "
    `);
  });

  it('prints a transaction that never ran, and one that failed after its last instruction', () => {
    const rejected = new TraceRecorder({ decoders, names }).trace({
      error: 'BlockhashNotFound',
      fee: 0n,
      computeUnitsConsumed: 0,
      accounts: [meta(alice, 'sw'), meta(bob, 'w'), meta(SYSTEM_PROGRAM_ID)],
      instructions: [
        { programId: SYSTEM_PROGRAM_ID, accounts: [meta(alice, 'sw'), meta(bob, 'w')], data: transferData(5n) },
      ],
    });
    expect(format(rejected)).toMatchInlineSnapshot(`
      "
      ✗ refused  Blockhash not found
        fee 0 lamports · 0 compute units

      #0 System::TransferSol(amount: 5)                                                            not run

      ✗ BlockhashNotFound  before the first instruction
        why      A transaction must carry one of the last 150 blockhashes, so that it can be forgotten
                 afterwards. This one carries none of them, and no durable nonce stands in for it.
        fix      Fetch the latest blockhash, set it, and sign again.
        fix      In tests: fetch the blockhash after the last warp or expireBlockhash.

      accounts
        #0 [sw]  3qmDhMa92nYu2w1bq51vMKQEwdW7FKo9JjWEEbsyJVYa  alice
        #1 [-w]  8qm6He2tnrXfMdXA7ALrz27zeE8EZVkPYnW2NbhjoXtt
        #2 [--]  11111111111111111111111111111111              System
      "
    `);
    const poor = play({ facts: { error: { InsufficientFundsForRent: { account_index: 2 } } } });
    expect(format(poor, { level: 'logs' })).toMatchInlineSnapshot(`
      "
      ✗ failed  Transaction results in an account (2) with insufficient funds for rent
        fee 5,000 lamports · 151 of 200,000 compute units                                    own     total

      #0 Vault::PayOut(bump: 254)                                                              1         1

      #1 System::TransferSol(amount: 77)                                                     150       150

      ✗ InsufficientFundsForRent  after the last instruction
        why      After a transaction each account it wrote must hold nothing at all, or the minimum for
                 its size: (128 + bytes of data) × 6,960 lamports.
        account  8qm6He2tnrXfMdXA7ALrz27zeE8EZVkPYnW2NbhjoXtt  account #2 of the transaction
        fix      Leave the account its minimum, or take everything out of it.
        fix      Where the account is new, send it at least 890,880 lamports.
      "
    `);
  });

  it('colours only where asked to', () => {
    const trace = play({ vault: payOut(vault), flags: '' });
    const plain = formatTrace(trace);
    const coloured = formatTrace(trace, { color: true });
    expect(plain).not.toContain('\x1b');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the colour codes
    expect(coloured.replace(/\x1b\[[\d;]*m/g, '')).toBe(plain);
    expect(coloured).toContain('\x1b[1;31m✗ PrivilegeEscalation');
  });

  it('takes a width that is none for the usual one, and one without end for lines as long as they are', () => {
    const trace = play({ vault: payOut(vault), flags: '' });
    const usual = formatTrace(trace);
    expect(formatTrace(trace, { width: Number.NaN })).toBe(usual);
    expect(formatTrace(trace, { width: 0 })).toBe(formatTrace(trace, { width: 40 }));
    expect(formatTrace(trace, { width: -5 })).toBe(formatTrace(trace, { width: 40 }));
    const endless = formatTrace(trace, { width: Number.POSITIVE_INFINITY });
    expect(endless.split('\n')[0]).toBe(formatTrace(trace, { width: 300 }).split('\n')[0]);
    expect(endless).toMatch(/#0 .+ {2}\S/);
  });

  it('says that a fee was not charged where the transaction was rejected', () => {
    const trace = play({ facts: { isFeeCharged: false } });
    expect(formatTrace(trace)).toContain('fee 5,000 lamports (not charged) ·');
    expect(formatTrace(play({}))).not.toContain('charged');
  });

  it('cuts what would fill the screen: the bytes of a text that is none', () => {
    const bytes = Array.from({ length: 9_000 }, (_, i) => i & 0xff);
    const text = formatTrace(
      play({
        vault: () => {
          throw new SyscallError('InvalidString', `InvalidString(Utf8Error, [${bytes.join(', ')}])`);
        },
      }),
    );
    expect(text).toContain('[0, 1, 2, 3, 4, 5, 6, 7, … 8,992 more]');
    expect(text.length).toBeLessThan(3_000);
  });

  it('keeps to the width and escapes everything, whatever programs and decoders say', () => {
    const anything = fc.string({ unit: 'binary', maxLength: 60 });
    fc.assert(
      fc.property(
        anything,
        anything,
        fc.constantFrom(...TRACE_LEVELS),
        fc.integer({ min: 40, max: 140 }),
        (a, b, level, width) => {
          const hostile = new DecoderRegistry([
            [
              vaultProgram.toString(),
              {
                name: a,
                decodeInstruction: () => ({ name: b, args: { [a]: b, b: [b, { [b]: a }] }, accountNames: [a, b] }),
                describeError: () => ({ name: b, message: a }),
              },
            ],
          ]);
          const recorder = new TraceRecorder({ decoders: hostile, names: new Map([[alice.toString(), b]]) });
          const { finalAccounts: _, ...outcome } = runStaged(
            {
              accounts: [
                { key: alice },
                {
                  key: vaultProgram,
                  program: (c) => {
                    c.consume(1);
                    c.log(`Program log: ${a}`);
                    c.log(b);
                    fail({ Custom: 1 }, { rule: a, source: b, detail: a, asked: b });
                  },
                },
              ],
              instructions: [{ programId: vaultProgram, accounts: [meta(alice, 'sw')], data: new Uint8Array(3) }],
            },
            recorder,
          );
          for (const line of formatTrace(recorder.trace(outcome), { level, width }).split('\n')) {
            expect(escapeText(line)).toBe(line);
            expect(displayWidth(line)).toBeLessThanOrEqual(width);
          }
        },
      ),
      { seed: 3, numRuns: 80 },
    );
  });
});
