// Random transactions over random accounts, against LiteSVM: payers that can't pay, nonces that almost date, tables that
// almost resolve, headers and indexes that are a little wrong. The sequence is the same in each run; a longer one is run
// with PARHELION_FUZZ set to the number of transactions.

import { expect, test } from 'vitest';
import { OTHERS_FLIPPED } from '../../test/conformance/feature-gates/table.ts';
import { u32, u64 } from '../../test/support/bytes.ts';
import { Oracle, type OracleOptions } from '../../test/support/litesvm-oracle.ts';
import { concatBytes, U64_MAX } from '../wire/bytes.ts';
import type { MessageHeader, VersionedMessage } from '../wire/message.ts';
import { type AccountMeta, compileMessage, type Instruction } from '../wire/message-compiler.ts';
import { Pubkey } from '../wire/pubkey.ts';
import * as ids from './addresses.ts';
import { durableNonceFromBlockhash } from './nonce.ts';

const COUNT = Number(process.env.PARHELION_FUZZ ?? 600);
let seed = 1;

/** A whole number below `below`. */
function random(below: number): number {
  seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
  return Math.floor((seed / 2 ** 32) * below);
}
const pick = <T>(items: readonly T[]): T => items[random(items.length)];
/** True once in `times`. */
const once = (times: number): boolean => random(times) === 0;

const SLOT = 447_552_000n;
const key = (i: number): Pubkey => new Pubkey(new Uint8Array(32).fill(i));
const WALLETS = Array.from({ length: 10 }, (_, i) => key(i + 1));
const [PAYER] = WALLETS;
const NONCE = key(50);
const TABLE = key(90);
const STRANGER = key(77);
const IN_TABLE = [...WALLETS.slice(3), ids.INSTRUCTIONS_SYSVAR_ID, ids.CLOCK_ID, NONCE];
const OLD_NONCE = new Uint8Array(32).fill(5);

/** Around the fee, the minimum of an empty account and that of a nonce. */
const lamports = (): bigint =>
  pick([
    0n,
    1n,
    4999n,
    5000n,
    5001n,
    890_879n,
    890_880n,
    890_881n,
    895_880n,
    1_447_680n,
    10n ** 9n,
    BigInt(random(2e6)),
  ]);

function nonceData(oracle: Oracle): Uint8Array {
  const value = pick([OLD_NONCE, durableNonceFromBlockhash(oracle.blockhash)]);
  return concatBytes([
    u32(pick([0, 1, 1, 1, 1, 2])),
    u32(pick([0, 1, 1, 1, 1])),
    pick(WALLETS).bytes,
    value,
    u64(5000),
  ]);
}

function tableData(): Uint8Array {
  const deactivation = u64(pick([U64_MAX, U64_MAX, U64_MAX, SLOT, 3n]));
  const extended = concatBytes([u64(pick([0n, 0n, SLOT])), Uint8Array.of(pick([0, 5, 20]), 0), new Uint8Array(34)]);
  return concatBytes([u32(1), deactivation, extended, ...IN_TABLE.map((address) => address.bytes)]);
}

function setAccounts(oracle: Oracle): void {
  for (const wallet of WALLETS) {
    if (once(4)) continue;
    const data = once(4) ? pick([new Uint8Array(random(100)), nonceData(oracle)]) : new Uint8Array(0);
    const owner = once(5) ? pick([STRANGER, ids.VOTE_PROGRAM_ID]) : ids.SYSTEM_PROGRAM_ID;
    oracle.setAccount(wallet, { lamports: lamports(), data, owner, rentEpoch: pick([0n, U64_MAX]) });
  }
  if (!once(3)) oracle.setAccount(PAYER, { lamports: 10n ** 10n, ...(once(8) && { data: nonceData(oracle) }) });
  oracle.setAccount(NONCE, { lamports: pick([1_447_680n, 10n ** 9n]), data: nonceData(oracle) });
  oracle.setAccount(TABLE, { lamports: 10n ** 9n, owner: ids.ADDRESS_LOOKUP_TABLE_ID, data: tableData() });
}

const meta = (address: Pubkey, isSigner = once(3), isWritable = once(2)): AccountMeta => ({
  address,
  isSigner,
  isWritable,
});
const mostly = (): boolean => !once(6);

const INSTRUCTIONS: readonly (() => Instruction)[] = [
  function transfer() {
    const to = pick([...WALLETS, ids.INCINERATOR_ID, ids.CLOCK_ID, TABLE]);
    const accounts = [meta(pick(WALLETS), mostly(), true), meta(to, false, mostly())];
    return { programAddress: ids.SYSTEM_PROGRAM_ID, accounts, data: concatBytes([u32(2), u64(lamports())]) };
  },
  function createAccount() {
    const accounts = [meta(pick(WALLETS), mostly(), true), meta(pick(WALLETS), mostly(), true)];
    const owner = pick([ids.SYSTEM_PROGRAM_ID, STRANGER]);
    const data = concatBytes([u32(0), u64(lamports()), u64(random(200)), owner.bytes]);
    return { programAddress: ids.SYSTEM_PROGRAM_ID, accounts, data };
  },
  function assignOrAllocate() {
    const data = concatBytes([u32(pick([1, 8])), pick([u64(random(300)), STRANGER.bytes])]);
    return { programAddress: ids.SYSTEM_PROGRAM_ID, accounts: [meta(pick(WALLETS), mostly(), true)], data };
  },
  function budget() {
    const tag = Uint8Array.of(pick([1, 2, 3, 4, 4, random(256)]));
    const small = u32(pick([0, 1, 300, 451, 32_768, 40_000, 65_536, 200_000, 262_144]));
    const size = u32(64 * random(12) + 21 * random(3));
    const price = u64(pick([0, 1, 1000, 1_000_000, 123_456_789]));
    const data = concatBytes([tag, pick([small, size, price, new Uint8Array(random(5))])]);
    return { programAddress: ids.COMPUTE_BUDGET_ID, data };
  },
  function precompile() {
    const programAddress = pick([ids.ED25519_ID, ids.SECP256K1_ID, ids.SECP256R1_ID]);
    return { programAddress, data: new Uint8Array(random(4)).fill(random(2)) };
  },
  function whatever() {
    const builtins = [ids.NATIVE_LOADER_ID, ids.BPF_LOADER_ID, ids.VOTE_PROGRAM_ID, ids.CLOCK_ID];
    const accounts = [meta(pick(WALLETS)), meta(ids.INSTRUCTIONS_SYSVAR_ID, false)];
    return { programAddress: pick([...WALLETS, STRANGER, ...builtins]), accounts, data: new Uint8Array(random(6)) };
  },
];

function advanceNonce(): Instruction {
  const nonce = meta(pick([NONCE, NONCE, NONCE, PAYER]), false, mostly());
  const accounts = [nonce, meta(ids.RECENT_BLOCKHASHES_ID, false, false), meta(pick(WALLETS), !once(3), false)];
  return { programAddress: ids.SYSTEM_PROGRAM_ID, accounts, data: u32(4) };
}

function createMessage(oracle: Oracle): VersionedMessage {
  const instructions = Array.from({ length: 1 + random(4) }, () => pick(INSTRUCTIONS)());
  const startsWithNonce = once(5);
  if (startsWithNonce) instructions.unshift(advanceNonce());
  const version = pick(['legacy', 'legacy', 0, 0, 1] as const);
  const lookupTables = version === 0 && once(2) ? { lookupTables: [{ address: TABLE, addresses: IN_TABLE }] } : {};
  const config = {
    ...(!once(4) && { computeUnitLimit: pick([0, 150, 300, 1_400_000, 4_000_000]) }),
    ...(!once(6) && { loadedAccountsDataSizeLimit: pick([0, 64, 200, 100_000, 0xffff_ffff]) }),
    ...(once(2) && { priorityFee: lamports() }),
    ...(once(4) && { heapSize: pick([32_768, 65_536, 1000]) }),
  };
  return compileMessage({
    feePayer: PAYER,
    recentBlockhash: once(startsWithNonce ? 2 : 8) ? OLD_NONCE : oracle.blockhash,
    instructions,
    version,
    ...lookupTables,
    ...(version === 1 && { config }),
  });
}

/** The message with something wrong, now and then. */
function spoil(message: VersionedMessage): VersionedMessage {
  const { accountKeys, instructions } = message;
  if (once(6)) {
    const field = pick<keyof MessageHeader>([
      'numRequiredSignatures',
      'numReadonlySignedAccounts',
      'numReadonlyUnsignedAccounts',
    ]);
    const value = Math.max(0, message.header[field] + random(3) - 1);
    return { ...message, header: { ...message.header, [field]: value } };
  }
  if (once(10)) {
    return {
      ...message,
      accountKeys: accountKeys.with(random(accountKeys.length), pick([...accountKeys, ...WALLETS])),
    };
  }
  if (once(10)) {
    const at = random(instructions.length);
    const accounts = instructions[at].accounts.map((index) => (once(3) ? random(accountKeys.length + 3) : index));
    const spoiled = { ...instructions[at], programIdIndex: random(accountKeys.length + 2), accounts };
    return { ...message, instructions: instructions.with(at, spoiled) };
  }
  return message;
}

const OPTIONS: readonly OracleOptions[] = [
  {},
  {},
  { without: ['relax_post_exec_min_balance_check'] },
  { blockhashCheck: false },
  { with: ['increase_tx_account_lock_limit'] },
  // Gates that nobody asks about must not matter to LiteSVM either.
  OTHERS_FLIPPED,
];

test(`${COUNT} random transactions do what they do on LiteSVM`, () => {
  const errors = new Set<string>();
  for (let i = 0; i < COUNT; i++) {
    const oracle = Oracle.shared(pick(OPTIONS));
    setAccounts(oracle);
    const message = spoil(createMessage(oracle));
    try {
      errors.add(JSON.stringify(oracle.send(message).error));
    } catch (difference) {
      throw new Error(`transaction ${i}`, { cause: difference });
    }
  }
  // They get into every corner.
  expect(errors.size).toBeGreaterThan(20);
});
