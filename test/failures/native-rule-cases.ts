// Rules of System, Stake, lookup tables, the loaders, precompiles and rent that developers run into, besides those of
// native-cases.ts and stake-cases.ts: broken transactions that were written before looking at how they are explained.

import { createProgramAddress, createWithSeed, findProgramAddress } from '../../src/crypto/program-address.ts';
import type { Pubkey } from '../../src/wire/pubkey.ts';
import { failure } from './case.ts';
import { buffer, deployed, programDataOf, upgrade } from './native-cases.ts';
import * as s from './scene.ts';
import { TABLE, tableAccount } from './stake-cases.ts';

const { PAYER, ALICE, BOB, VAULT, POOL, OUTER, INNER, SYSTEM, STAKE, LOOKUP_TABLE, LOADER_V3, key } = s;
const { meta, u8, u32, u64, join, instruction, text, CLOCK, RENT, STAKE_HISTORY, RECENT_BLOCKHASHES } = s;

const NONCE = key(41);
const RESERVE = 2_282_880n;

const leadsSomewhere = (seeds: readonly Uint8Array[]) =>
  createProgramAddress(seeds, s.toKey(LOOKUP_TABLE)) instanceof Object;

const withSeed = (base: Pubkey, seed: string, owner: Pubkey) => createWithSeed(base, seed, owner) as Pubkey;
/** As System's instructions have it. */
const seedText = (seed: string) => join(u64(BigInt(seed.length)), text(seed));

const system = (data: Uint8Array, ...accounts: s.Meta[]) => instruction(SYSTEM, accounts, data);
const toStake = (data: Uint8Array, ...accounts: s.Meta[]) => instruction(STAKE, accounts, data);
const toTable = (data: Uint8Array, ...accounts: s.Meta[]) => instruction(LOOKUP_TABLE, accounts, data);

const initialized = (scene: s.Scene, address: Pubkey, withdrawer = PAYER, lockedUntil = 0n, custodian = PAYER) => {
  const data = new Uint8Array(200);
  data.set(join(u32(1), u64(RESERVE), PAYER.bytes, withdrawer.bytes, u64(0n), u64(lockedUntil), custodian.bytes), 0);
  scene.account(address, { lamports: 5_000_000_000n, owner: STAKE, data });
};
const emptyStake = (scene: s.Scene, address: Pubkey, lamports: bigint) =>
  scene.account(address, { lamports, owner: STAKE, data: new Uint8Array(200) });
const split = (lamports: bigint) =>
  toStake(join(u32(3), u64(lamports)), meta(VAULT, 'w'), meta(POOL, 'w'), meta(PAYER, 's'));
const table = (scene: s.Scene) => {
  tableAccount(scene, { addresses: [BOB], authority: PAYER });
  scene.warp(2);
};
const extend = (...addresses: Pubkey[]) =>
  toTable(
    join(u32(2), u64(BigInt(addresses.length)), ...addresses.map(({ bytes }) => bytes)),
    meta(TABLE, 'w'),
    meta(PAYER, 's'),
    meta(PAYER, 'sw'),
    meta(SYSTEM),
  );

export const NATIVE_RULE_CASES = [
  failure(
    'create-new-account-unsigned',
    'The new account of CreateAccount must sign, too.',
    'PROGRAM_MISSING_REQUIRED_SIGNATURE',
    [/needs the signature of `newAccount` \(vault\)/, /as a signer/],
    (scene) =>
      scene.send([system(join(u32(0), u64(2_000_000n), u64(10n), OUTER.bytes), meta(PAYER, 'sw'), meta(VAULT, 'w'))]),
  ),
  failure(
    'transfer-from-pda-at-top-level',
    'A transfer from a PDA as an instruction of the transaction: only its program can sign for it, in a call.',
    'PROGRAM_MISSING_REQUIRED_SIGNATURE',
    [/needs the signature of `source`/, /only its program can sign for it, in a call/],
    (scene) => {
      const { address } = findProgramAddress([text('vault')], OUTER) as { address: Pubkey };
      scene.account(address);
      return scene.send([system(join(u32(2), u64(5n)), meta(address, 'w'), meta(BOB, 'w'))]);
    },
  ),
  failure(
    'create-lamports-and-space-swapped',
    'CreateAccount with lamports and space in each other’s place.',
    'TX_RENT',
    [/165 lamports and 2,039,280 bytes: are the two swapped/],
    (scene) => scene.send([s.createAccount(PAYER, VAULT, 165n, 2_039_280n, s.TOKEN)]),
  ),
  failure(
    'create-with-seed-too-long',
    'The seed of CreateAccountWithSeed has 40 bytes; 32 are allowed. System returns the number of another error of its.',
    'PROGRAM_MAX_SEED_LENGTH_EXCEEDED',
    [/32 bytes/],
    (scene) => {
      const seed = join(u64(40n), text('x'.repeat(40)));
      const data = join(u32(3), PAYER.bytes, seed, u64(2_000_000n), u64(0n), OUTER.bytes);
      return scene.send([system(data, meta(PAYER, 'sw'), meta(VAULT, 'w'))]);
    },
  ),
  failure(
    'create-with-seed-twice',
    'The account that CreateAccountWithSeed would make, derived as it should be, is there already.',
    'SYSTEM_ACCOUNT_ALREADY_IN_USE',
    [/already/],
    (scene) => {
      const address = withSeed(PAYER, 'vote', OUTER);
      scene.account(address, { lamports: 3_000_000n, owner: OUTER });
      const data = join(u32(3), PAYER.bytes, seedText('vote'), u64(2_000_000n), u64(0n), OUTER.bytes);
      return scene.send([system(data, meta(PAYER, 'sw'), meta(address, 'w'))]);
    },
  ),
  failure(
    'payer-below-rent-after-the-fee',
    'alice has 890,880 lamports; the fee leaves her with less than an account must hold.',
    'TX_RENT',
    [/left with 880,880 lamports after the fee of 10,000/, /Give alice 10,000 lamports more/],
    (scene) => {
      scene.account(ALICE, { lamports: 890_880n });
      return scene.send([s.transfer(PAYER, BOB, 1_000_000n)], { feePayer: ALICE });
    },
  ),
  failure(
    'payer-one-lamport-short-of-the-fee',
    'alice has 9,999 lamports, two signatures cost 10,000.',
    'TX_PAYER_POOR',
    [/has 9,999 lamports; the fee is 10,000/, /Give the payer 1 lamport more/],
    (scene) => {
      scene.account(ALICE, { lamports: 9_999n });
      return scene.send([s.transfer(PAYER, BOB, 1_000_000n)], { feePayer: ALICE });
    },
  ),
  failure(
    'stake-not-delegated-deactivated',
    'Deactivate on a stake account that was never delegated.',
    'PROGRAM_INVALID_ACCOUNT_DATA',
    ['vault', /not delegated/],
    (scene) => {
      initialized(scene, VAULT);
      return scene.send([toStake(u32(5), meta(VAULT, 'w'), meta(CLOCK), meta(PAYER, 's'))]);
    },
  ),
  failure(
    'stake-initialized-twice',
    'Initialize twice.',
    'PROGRAM_INVALID_ACCOUNT_DATA',
    [/initialized already/, /instruction #0 \(Stake: Initialize\)/, /Leave out one of both/],
    (scene) => {
      emptyStake(scene, VAULT, 5_000_000_000n);
      const data = join(u32(0), PAYER.bytes, PAYER.bytes, u64(0n), u64(0n), key(0).bytes);
      const initialize = toStake(data, meta(VAULT, 'w'), meta(RENT));
      return scene.send([initialize, initialize]);
    },
  ),
  failure(
    'stake-merged-into-itself',
    'Merge names one account twice.',
    'PROGRAM_INVALID_ARGUMENT',
    [/are one account/],
    (scene) => {
      initialized(scene, VAULT);
      const accounts = [meta(VAULT, 'w'), meta(VAULT, 'w'), meta(CLOCK), meta(STAKE_HISTORY), meta(PAYER, 's')];
      return scene.send([toStake(u32(7), ...accounts)]);
    },
  ),
  failure(
    'stake-split-target-without-rent',
    'The account that stake is split into has 1 lamport and gets 1,000, its rent is 2,282,880.',
    'PROGRAM_INSUFFICIENT_FUNDS',
    [/`splitStake` \(pool\) would have 1,001 lamports/, '2,282,880'],
    (scene) => {
      initialized(scene, VAULT);
      emptyStake(scene, POOL, 1n);
      return scene.send([split(1_000n)]);
    },
  ),
  failure(
    'stake-split-into-initialized',
    'The account that stake is split into is a stake account in use.',
    'PROGRAM_INVALID_ACCOUNT_DATA',
    [/`splitStake` \(pool\) is initialized already/],
    (scene) => {
      initialized(scene, VAULT);
      initialized(scene, POOL);
      return scene.send([split(1_000_000_000n)]);
    },
  ),
  failure(
    'stake-authorize-by-another',
    'payer wants to name a new withdrawer, and the withdrawer is bob.',
    'PROGRAM_MISSING_REQUIRED_SIGNATURE',
    [/Authorize needs the withdrawer of .*vault.*, bob/],
    (scene) => {
      initialized(scene, VAULT, BOB);
      return scene.send([toStake(join(u32(1), ALICE.bytes, u32(1)), meta(VAULT, 'w'), meta(CLOCK), meta(PAYER, 's'))]);
    },
  ),
  failure(
    'stake-lockup-by-another',
    'payer wants to change a lockup in force, whose custodian is bob.',
    'PROGRAM_MISSING_REQUIRED_SIGNATURE',
    [/custodian, bob/],
    (scene) => {
      initialized(scene, VAULT, PAYER, 5000n, BOB);
      return scene.send([toStake(join(u32(6), u8(0, 0, 0)), meta(VAULT, 'w'), meta(PAYER, 's'))]);
    },
  ),
  failure(
    'table-of-an-old-slot',
    'CreateLookupTable with a slot that is not among the last 512.',
    'PROGRAM_INVALID_INSTRUCTION_DATA',
    [/500 is no recent slot/, /getSlot/],
    (scene) => {
      scene.warp(10);
      const accounts = [meta(key(60), 'w'), meta(PAYER, 's'), meta(PAYER, 'sw'), meta(SYSTEM)];
      return scene.send([toTable(join(u32(0), u64(500n), u8(255)), ...accounts)]);
    },
  ),
  failure(
    'table-extended-by-nothing',
    'ExtendLookupTable with no address.',
    'PROGRAM_INVALID_INSTRUCTION_DATA',
    [/at least one address/],
    (scene) => {
      table(scene);
      return scene.send([extend()]);
    },
  ),
  failure(
    'table-frozen-before',
    'FreezeLookupTable, then ExtendLookupTable.',
    'PROGRAM_IMMUTABLE',
    [/instruction #0 \(Address Lookup Table: FreezeLookupTable\) removed the authority/],
    (scene) => {
      table(scene);
      return scene.send([toTable(u32(1), meta(TABLE, 'w'), meta(PAYER, 's')), extend(ALICE)]);
    },
  ),
  failure(
    'upgrade-with-data-of-another',
    'Upgrade is given the program data of another program.',
    'PROGRAM_INVALID_ARGUMENT',
    [/the program's data is at/, /as `programData`/],
    (scene) => {
      deployed(programDataOf(OUTER), PAYER, scene);
      deployed(programDataOf(INNER), PAYER, scene, 0n, INNER);
      buffer(scene, key(51), PAYER);
      const [, ...others] = upgrade().accounts ?? [];
      return scene.send([instruction(LOADER_V3, [meta(programDataOf(INNER), 'w'), ...others], u32(3))]);
    },
  ),
  failure(
    'closed-program-called',
    'The program is closed by the first instruction and called by the second.',
    'PROGRAM_NOT_DEPLOYED',
    [/closed in this transaction/, /instruction #0 \(BPF Loader v3: Close\)/],
    (scene) => {
      scene.warp(5);
      deployed(programDataOf(OUTER), PAYER, scene);
      const accounts = [meta(programDataOf(OUTER), 'w'), meta(PAYER, 'w'), meta(PAYER, 's'), meta(OUTER, 'w')];
      return scene.send([instruction(LOADER_V3, accounts, u32(5)), instruction(OUTER, [], u8())]);
    },
  ),
  failure(
    'upgraded-program-called',
    'The program is upgraded by the first instruction and called by the second: it runs from the next slot on.',
    'PROGRAM_NOT_DEPLOYED',
    [/deployed in this slot/, /instruction #0 \(BPF Loader v3: Upgrade\)/],
    (scene) => {
      scene.warp(5);
      deployed(programDataOf(OUTER), PAYER, scene);
      buffer(scene, key(51), PAYER);
      return scene.send([upgrade(), instruction(OUTER, [], u8())]);
    },
  ),
  failure(
    'upgrade-authority-handed-over',
    'SetAuthority makes bob the upgrade authority, then payer upgrades.',
    'PROGRAM_INCORRECT_AUTHORITY',
    [/instruction #0 \(BPF Loader v3: SetAuthority\) changed the authority of .* from payer to bob/],
    (scene) => {
      scene.warp(5);
      deployed(programDataOf(OUTER), PAYER, scene);
      buffer(scene, key(51), PAYER);
      const handOver = [meta(programDataOf(OUTER), 'w'), meta(PAYER, 's'), meta(BOB)];
      return scene.send([instruction(LOADER_V3, handOver, u32(4)), upgrade()]);
    },
  ),
  failure(
    'buffer-used-twice',
    'Two programs are upgraded from one buffer; the first upgrade empties it.',
    'PROGRAM_INVALID_ACCOUNT_DATA',
    [/instruction #0 \(BPF Loader v3: Upgrade\) closed/, /an upgrade empties it|change their order|Leave out one/],
    (scene) => {
      scene.warp(5);
      deployed(programDataOf(OUTER), PAYER, scene);
      deployed(programDataOf(INNER), PAYER, scene, 0n, INNER);
      buffer(scene, key(51), PAYER);
      const [, , ...others] = upgrade().accounts ?? [];
      const second = instruction(LOADER_V3, [meta(programDataOf(INNER), 'w'), meta(INNER, 'w'), ...others], u32(3));
      return scene.send([upgrade(), second]);
    },
  ),
  failure(
    'ed25519-of-another-instruction',
    'The offsets point into instruction #5; the transaction has one.',
    'PRECOMPILE_INVALID_DATA_OFFSETS',
    [/in instruction #5, and the transaction has 1/],
    (scene) => scene.send([instruction(s.ED25519, [], u8(1, 0, 16, 0, 5, 0, 16, 0, 5, 0, 16, 0, 1, 0, 5, 0))]),
  ),
  failure(
    'nonce-withdrawn-below-rent',
    'Of 2,000,000 lamports 1,500,000 are to be withdrawn from the nonce account; 1,447,680 must stay.',
    'PROGRAM_INSUFFICIENT_FUNDS',
    [/1,447,680 must stay/, /552,320 lamports at most, or all 2,000,000/],
    (scene) => {
      const data = join(u32(1), u32(1), PAYER.bytes, key(9).bytes, u64(5000n));
      scene.account(NONCE, { lamports: 2_000_000n, data });
      const accounts = [meta(NONCE, 'w'), meta(BOB, 'w'), meta(RECENT_BLOCKHASHES), meta(RENT), meta(PAYER, 's')];
      return scene.send([system(join(u32(5), u64(1_500_000n)), ...accounts)]);
    },
  ),
  failure(
    'nonce-account-without-space',
    'The nonce account was created with no bytes.',
    'PROGRAM_INVALID_ACCOUNT_DATA',
    [/has 0 bytes, and a nonce account takes 80/, /with 80 bytes/],
    (scene) =>
      scene.send([
        s.createAccount(PAYER, NONCE, 5_000_000n, 0n, SYSTEM),
        system(join(u32(6), PAYER.bytes), meta(NONCE, 'w'), meta(RECENT_BLOCKHASHES), meta(RENT)),
      ]),
  ),
  failure(
    'table-bump-that-leads-nowhere',
    'The bump of the table is one for which there is no address.',
    'PROGRAM_INVALID_SEEDS',
    [/InvalidSeeds|there is none/],
    (scene) => {
      scene.warp(5);
      const slot = scene.svm.getClock().slot - 1n;
      const { address, bump } = findProgramAddress([ALICE.bytes, u64(slot)], s.toKey(LOOKUP_TABLE)) as {
        address: Pubkey;
        bump: number;
      };
      // A bump above the first that leads to an address leads to none; below, one after the other may.
      const wrong = [...Array(256).keys()].find((each) => !leadsSomewhere([ALICE.bytes, u64(slot), u8(each)])) ?? bump;
      const accounts = [meta(address, 'w'), meta(ALICE), meta(PAYER, 'sw'), meta(SYSTEM)];
      return scene.send([toTable(join(u32(0), u64(slot), u8(wrong)), ...accounts)]);
    },
  ),
  failure(
    'create-with-seed-of-another-base',
    'The address was derived from alice, the instruction names payer as the base.',
    'SYSTEM_ADDRESS_WITH_SEED_MISMATCH',
    [/derived from the base alice, and the instruction names the base payer/, /Name alice as the base/],
    (scene) => {
      scene.account(ALICE);
      const data = join(u32(3), PAYER.bytes, seedText('vault'), u64(2_000_000n), u64(0n), OUTER.bytes);
      const metas = [meta(PAYER, 'sw'), meta(withSeed(ALICE, 'vault', OUTER), 'w'), meta(ALICE, 's')];
      return scene.send([system(data, ...metas)]);
    },
  ),
  failure(
    'allocate-with-another-seed',
    'The address was derived with the seed "vault-1", the instruction says "vault-0".',
    'SYSTEM_ADDRESS_WITH_SEED_MISMATCH',
    [/derived from the seed "vault-1", and the instruction names the seed "vault-0"/],
    (scene) => {
      const data = join(u32(9), PAYER.bytes, seedText('vault-0'), u64(16n), OUTER.bytes);
      return scene.send([system(data, meta(withSeed(PAYER, 'vault-1', OUTER), 'w'), meta(PAYER, 's'))]);
    },
  ),
  failure(
    'assign-with-seed-of-another-owner',
    'The address was derived for the stake program, the instruction assigns it to another.',
    'SYSTEM_ADDRESS_WITH_SEED_MISMATCH',
    [/derived from the owner Stake, and the instruction names the owner outer program/],
    (scene) => {
      const data = join(u32(10), PAYER.bytes, seedText('vault'), OUTER.bytes);
      return scene.send([system(data, meta(withSeed(PAYER, 'vault', s.toKey(STAKE)), 'w'), meta(PAYER, 's'))]);
    },
  ),
  failure(
    'transfer-with-seed-of-another-owner',
    'The address belongs to System by its derivation, the instruction names the outer program.',
    'SYSTEM_ADDRESS_WITH_SEED_MISMATCH',
    [/derived from the owner System, and the instruction names the owner outer program/],
    (scene) => {
      const from = scene.account(withSeed(PAYER, 'vault', s.toKey(SYSTEM)));
      const data = join(u32(11), u64(5_000_000n), seedText('vault'), OUTER.bytes);
      return scene.send([system(data, meta(from, 'w'), meta(PAYER, 's'), meta(BOB, 'w'))]);
    },
  ),
  failure(
    'nonce-advanced-where-it-is-made',
    'The transaction initializes the nonce account and advances it at once: it holds the nonce of this block.',
    'SYSTEM_NONCE_BLOCKHASH_NOT_EXPIRED',
    [/instruction #1 \(System: InitializeNonceAccount\) initialized/, /let a slot pass/],
    (scene) =>
      scene.send([
        s.createAccount(PAYER, NONCE, 5_000_000n, 80n, SYSTEM),
        system(join(u32(6), PAYER.bytes), meta(NONCE, 'w'), meta(RECENT_BLOCKHASHES), meta(RENT)),
        system(u32(4), meta(NONCE, 'w'), meta(RECENT_BLOCKHASHES), meta(PAYER, 's')),
      ]),
  ),
  failure(
    'table-of-another-slot',
    'The table’s address and bump were derived for the slot before the one that the instruction says.',
    'PROGRAM_INVALID_ARGUMENT',
    [/is the table of payer for the slot 447552013/, /^Say the slot 447552013/m, /^(?!.*Pass 7)/s],
    (scene) => {
      scene.warp(15);
      const slot = scene.svm.getClock().slot - 1n;
      const found = findProgramAddress([PAYER.bytes, u64(slot - 1n)], s.toKey(LOOKUP_TABLE));
      const { address, bump } = found as { address: Pubkey; bump: number };
      const accounts = [meta(address, 'w'), meta(PAYER, 's'), meta(PAYER, 'sw'), meta(SYSTEM)];
      return scene.send([toTable(join(u32(0), u64(slot), u8(bump)), ...accounts)]);
    },
  ),
  failure(
    'table-of-another-slot-whose-bump-leads-nowhere',
    'The table’s address and bump were derived for an earlier slot; with the slot that the instruction says, the bump leads nowhere.',
    'PROGRAM_INVALID_SEEDS',
    [/is the table of payer for the slot/, /^Say the slot/m, /^(?!.*in place of)/s],
    (scene) => {
      scene.warp(15);
      const slot = scene.svm.getClock().slot - 1n;
      for (let other = slot - 100n; ; other++) {
        const found = findProgramAddress([PAYER.bytes, u64(other)], s.toKey(LOOKUP_TABLE));
        const { address, bump } = found as { address: Pubkey; bump: number };
        if (leadsSomewhere([PAYER.bytes, u64(slot), u8(bump)])) continue;
        const accounts = [meta(address, 'w'), meta(PAYER, 's'), meta(PAYER, 'sw'), meta(SYSTEM)];
        return scene.send([toTable(join(u32(0), u64(slot), u8(bump)), ...accounts)]);
      }
    },
  ),
];
