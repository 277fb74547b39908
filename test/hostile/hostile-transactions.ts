// Whole transactions that mean harm, as data: wire bytes spoiled; instructions of every builtin and bundled program on
// accounts that hold what they shouldn't; programs whose files were spoiled; a program that makes the syscalls it is told to,
// with pointers and lengths that lie. transaction-targets.ts runs them here, the conformance suite on LiteSVM too.

import fc from 'fast-check';
import type { FeatureSet } from '../../src/runtime/features.ts';
import { SYSCALLS } from '../../src/runtime/syscalls/index.ts';
import { assembleElf } from '../../src/sbpf/assembler.ts';
import { SYSVAR_FORMS } from '../../src/testing/sysvars.ts';
import { type Account, RENT_EXEMPT_RENT_EPOCH } from '../../src/wire/account.ts';
import { type CompileMessageInput, compileMessage, type Instruction } from '../../src/wire/message-compiler.ts';
import type { Pubkey } from '../../src/wire/pubkey.ts';
import { createTransaction, encodeTransaction } from '../../src/wire/transaction.ts';
import { exampleAccounts, exampleElfs, exampleInstructions, exampleMessages, key, PROGRAMS } from './examples.ts';
import { bytesLike, word } from './inputs.ts';

/** One transaction and what it meets. */
export interface HostileCase {
  readonly accounts: readonly { readonly key: Pubkey; readonly account: Account }[];
  /** The file of the program at {@link VICTIM}; undefined where the transaction calls others. */
  readonly elf?: Uint8Array;
  readonly bytes: Uint8Array;
}

export const PAYER: Pubkey = key(1);
/** Makes the syscalls that its instruction data says. */
export const DRIVER: Pubkey = key(60);
export const VICTIM: Pubkey = key(61);
/** What hostile accounts are called; some are signers' and programs'. */
const KEYS: readonly Pubkey[] = [PAYER, ...[2, 3, 4, 5, 6, 7, 8, 20, 30, 40].map(key), DRIVER, VICTIM];
const SYSVAR_KEYS: readonly Pubkey[] = SYSVAR_FORMS.map((form) => form.key);

/** Each syscall by its place, then what it is called with; `-1`: stores a word. */
const SYSCALL_NAMES: readonly string[] = Object.keys(SYSCALLS);
const DRIVER_SOURCE = `
entrypoint:
  mov64 r6, r2
next:
  ldxdw r7, [r6+0]
  jeq r7, 0, finish
  ldxdw r1, [r6+8]
  ldxdw r2, [r6+16]
  ldxdw r3, [r6+24]
  ldxdw r4, [r6+32]
  ldxdw r5, [r6+40]
  add64 r6, 48
  jeq r7, 1, store
${SYSCALL_NAMES.map((_, i) => `  jeq r7, ${i + 2}, call_${i}`).join('\n')}
finish:
  mov64 r0, 0
  exit
store:
  stxdw [r1+0], r2
  ja next
${SYSCALL_NAMES.map((name, i) => `call_${i}:\n  syscall ${name}\n  ja next`).join('\n')}
`;

/** The program at {@link DRIVER}, with the syscalls that these gates leave. */
export function driverFor(features: FeatureSet, sbpfVersion: 0 | 3): Uint8Array {
  let source = DRIVER_SOURCE;
  for (const [name, { gate, goneWith }] of Object.entries(SYSCALLS)) {
    const isGone = goneWith !== undefined && features.isActive(goneWith);
    if (isGone || (gate !== undefined && !features.isActive(gate)))
      source = source.replace(`syscall ${name}\n`, 'mov64 r0, 0\n');
  }
  return assembleElf(source, { version: sbpfVersion });
}

type Version = NonNullable<CompileMessageInput['version']>;

/** What v1 messages say instead of instructions. */
const CONFIG = { computeUnitLimit: 400_000, loadedAccountsDataSizeLimit: 64 * 1024 * 1024 };

function bytesOf(instructions: readonly Instruction[], version: Version = 'legacy'): Uint8Array {
  const input = { feePayer: PAYER, recentBlockhash: new Uint8Array(32), instructions, version };
  const message = compileMessage(version === 1 ? { ...input, config: CONFIG } : input);
  const signatures = Array.from({ length: message.header.numRequiredSignatures }, (_, i) =>
    new Uint8Array(64).fill(i + 1),
  );
  return encodeTransaction(createTransaction(message, signatures));
}

const meta = fc.record({
  address: fc.oneof(
    { weight: 5, arbitrary: fc.constantFrom(...KEYS) },
    { weight: 1, arbitrary: fc.constantFrom(...SYSVAR_KEYS, ...PROGRAMS) },
  ),
  isSigner: fc.boolean(),
  isWritable: fc.boolean(),
});

const builtinInstruction = fc.constantFrom(...PROGRAMS).chain((programAddress) =>
  fc.record({
    programAddress: fc.constant(programAddress),
    accounts: fc.array(meta, { maxLength: 9 }),
    data: bytesLike(exampleInstructions(programAddress)),
  }),
);

const ACCOUNTS = exampleAccounts();
const account = fc.record({
  key: fc.constantFrom(...KEYS.slice(1, -2)),
  example: fc.nat(ACCOUNTS.length - 1),
  data: bytesLike(ACCOUNTS.map(({ data }) => data)),
  isSpoiled: fc.boolean(),
  isForeign: fc.nat(5).map((n) => n === 0),
  lamports: fc.oneof(fc.constant(1_000_000_000n), word),
  executable: fc.nat(7).map((n) => n === 0),
});

/** In memory that there mostly is. */
const place = fc
  .tuple(fc.constantFrom(2n, 3n, 3n, 4n), fc.nat(60))
  .map(([region, offset]) => (region << 32n) + BigInt(offset * 8));

/** Addresses in and around each region. */
const pointer = fc.oneof(
  { weight: 6, arbitrary: place },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.constantFrom(0n, 1n, 2n, 3n, 4n, 5n), fc.integer({ min: -64, max: 40_000 }))
      .map(([region, offset]) => BigInt.asUintN(64, (region << 32n) + BigInt(offset))),
  },
  { weight: 1, arbitrary: word },
);
const number = fc.oneof(
  { weight: 4, arbitrary: fc.bigInt({ min: 0n, max: 10n }) },
  { weight: 2, arbitrary: fc.bigInt({ min: 0n, max: 300n }) },
  { weight: 1, arbitrary: word },
);

interface Command {
  readonly number: number;
  readonly args: readonly bigint[];
}

/** Stores a word, so that there are pointers and lengths for others to follow. */
const store: fc.Arbitrary<Command> = fc
  .tuple(place, fc.oneof(pointer, number))
  .map(([at, value]) => ({ number: 1, args: [at, value, 0n, 0n, 0n] }));
const syscall: fc.Arbitrary<Command> = fc.record({
  number: fc.integer({ min: 2, max: SYSCALL_NAMES.length + 1 }),
  args: fc.array(fc.oneof(pointer, number), { minLength: 5, maxLength: 5 }),
});
const command = fc.oneof({ weight: 2, arbitrary: store }, { weight: 3, arbitrary: syscall });

/** Commands, then bytes that pointers into the input may find. */
function scriptOf(commands: readonly Command[], rest: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(commands.length * 48 + 8 + rest.length);
  const view = new DataView(bytes.buffer);
  for (const [i, { number, args }] of commands.entries()) {
    for (const [j, value] of [BigInt(number), ...args].entries()) view.setBigUint64(i * 48 + j * 8, value, true);
  }
  bytes.set(rest, commands.length * 48 + 8);
  return bytes;
}

const EXAMPLES = exampleMessages().map((message) => {
  const signatures = Array.from({ length: message.header.numRequiredSignatures }, () => new Uint8Array(64).fill(1));
  return encodeTransaction(createTransaction(message, signatures));
});
const ELFS = exampleElfs();
const version = fc.constantFrom<Version[]>('legacy', 0, 1);

export const spoiledBytes: fc.Arbitrary<HostileCase> = bytesLike(EXAMPLES).map((bytes) => ({ accounts: [], bytes }));

export const builtinCalls: fc.Arbitrary<HostileCase> = fc
  .tuple(fc.array(account, { maxLength: 4 }), fc.array(builtinInstruction, { minLength: 1, maxLength: 3 }), version)
  .map(([accounts, instructions, form]) => ({
    accounts: accounts.map(({ key: at, example, data, isSpoiled, isForeign, lamports, executable }) => {
      const { owner, data: good } = ACCOUNTS[example];
      const stored = isSpoiled ? data : good;
      return {
        key: at,
        account: {
          lamports,
          data: stored,
          owner: isForeign ? DRIVER : owner,
          executable,
          rentEpoch: RENT_EXEMPT_RENT_EPOCH,
        },
      };
    }),
    bytes: bytesOf(instructions, form),
  }));

export const lyingSyscalls: fc.Arbitrary<HostileCase> = fc
  .tuple(
    fc.array(command, { minLength: 1, maxLength: 8 }),
    fc.uint8Array({ maxLength: 200 }),
    fc.array(meta, { maxLength: 6 }),
  )
  .map(([commands, rest, accounts]) => ({
    accounts: [],
    bytes: bytesOf([{ programAddress: DRIVER, accounts, data: scriptOf(commands, rest) }]),
  }));

export const spoiledPrograms: fc.Arbitrary<HostileCase> = fc
  .tuple(bytesLike(ELFS), fc.array(meta, { maxLength: 4 }), fc.uint8Array({ maxLength: 40 }))
  .map(([elf, accounts, data]) => ({
    accounts: [],
    elf,
    bytes: bytesOf([{ programAddress: VICTIM, accounts, data }]),
  }));
