// Who may write and who signs: flags that come through lookup tables, that the runtime takes away, and signatures of
// addresses that belong to another program.

import { createProgramAddress, findProgramAddress } from '../../src/crypto/program-address.ts';
import {
  defineProgram,
  createProgramAddress as deriveInProgram,
  findProgramAddress as findInProgram,
  ProgramError,
} from '../../src/program/index.ts';
import type { Pubkey } from '../../src/wire/pubkey.ts';
import { type CallTo, callOf, pub } from './calls.ts';
import { failure } from './case.ts';
import * as s from './scene.ts';
import { TABLE, tableAccount } from './stake-cases.ts';

const { PAYER, ALICE, BOB, VAULT, POOL, OUTER, INNER, DEEP, meta, u8, u32, u64, join, text } = s;

/** `OUTER` runs one call. */
const call = (scene: s.Scene, outer: s.Meta[], to: Pubkey | string, metas: s.Meta[], rest: Partial<CallTo> = {}) =>
  callOf(scene, outer, { programId: s.toKey(to), metas, ...rest });

/** A PDA of `INNER` whose seeds lead to no address, or to another one, under `OUTER`. */
function foreignPda(isOnCurve: boolean): { address: Pubkey; seeds: Uint8Array[] } {
  for (let i = 0; ; i++) {
    const seeds = [text('vault'), u64(BigInt(i))];
    const found = s.pdaOf(seeds, INNER);
    const all = [...seeds, u8(found.bump)];
    if ((typeof createProgramAddress(all, OUTER) === 'string') === isOnCurve)
      return { address: found.address, seeds: all };
  }
}

/** `OUTER` pays out of an account and signs for it with these seeds. */
function payFrom(scene: s.Scene, from: Pubkey, seeds: Uint8Array[], extra: s.Meta[] = []) {
  scene.account(from);
  scene.account(BOB);
  const outer = [meta(from, 'w'), meta(BOB, 'w'), meta(s.SYSTEM), ...extra];
  return call(scene, outer, s.SYSTEM, [meta(from, 'sw'), meta(BOB, 'w')], {
    infos: scene.infos(outer.slice(0, 3)),
    data: join(u32(2), u64(1_000_000n)),
    seeds: [seeds],
  });
}

function payFromForeign(scene: s.Scene, isOnCurve: boolean) {
  const { address, seeds } = foreignPda(isOnCurve);
  scene.program(INNER, 'say');
  return scene.send([payFrom(scene, address, seeds, [meta(INNER)])]);
}

const seedsOf = (...seeds: Uint8Array[]) => s.pdaOf(seeds);

export const FLAG_CASES = [
  failure(
    'pda-of-another-program',
    'The vault is a PDA of inner program, and outer program gives its seeds: they lead to another address.',
    'CPI_SIGNER_PRIVILEGE',
    [/is a PDA of inner program/, /only inner program can sign/, /Let inner program make this call/],
    (scene) => payFromForeign(scene, false),
  ),
  failure(
    'pda-of-another-program-on-curve',
    'The vault is a PDA of inner program, and outer program gives its seeds: they lead onto the curve.',
    'CPI_SEEDS_INVALID',
    [/is a PDA of inner program/, /only inner program can sign/],
    (scene) => payFromForeign(scene, true),
  ),
  failure(
    'pda-of-its-owner',
    'The vault is a PDA of inner program, which owns it, but is no account of the transaction.',
    'CPI_SIGNER_PRIVILEGE',
    [/is a PDA of inner program/],
    (scene) => {
      const { address, seeds } = foreignPda(false);
      scene.program(DEEP, 'say');
      const outer = [meta(address, 'w'), meta(DEEP)];
      scene.account(address, { owner: INNER, data: new Uint8Array(8) });
      return scene.send([call(scene, outer, DEEP, [meta(address, 'sw')], { seeds: [seeds] })]);
    },
  ),
  failure(
    'pda-of-the-caller',
    'inner program, called by outer program, signs with the seeds of a PDA of outer program.',
    'CPI_SIGNER_PRIVILEGE',
    [/is a PDA of outer program/, /only outer program can sign/],
    (scene) => {
      scene.program(INNER, 'driver');
      scene.program(DEEP, 'say');
      let tag = 0n;
      let found = seedsOf(text('vault'), u64(tag));
      while (typeof createProgramAddress([text('vault'), u64(tag), u8(found.bump)], INNER) === 'string') {
        found = seedsOf(text('vault'), u64(++tag));
      }
      scene.account(found.address);
      const outer = [meta(found.address, 'w'), meta(INNER), meta(DEEP)];
      const inner = new s.Script()
        .call('rust', {
          programId: DEEP,
          infos: scene.infos(outer),
          metas: [pub(meta(found.address, 'sw'))],
          seeds: [[text('vault'), u64(tag), u8(found.bump)]],
        })
        .exit();
      return scene.send([call(scene, outer, INNER, outer, { data: inner })]);
    },
  ),
  failure(
    'second-signer-wrong',
    'The first PDA is signed for rightly; the seeds of the second name bob where they need alice.',
    'CPI_SIGNER_PRIVILEGE',
    [/seed 1 is alice, not bob/],
    (scene) => {
      const [first, second] = [seedsOf(text('first'), ALICE.bytes), seedsOf(text('second'), ALICE.bytes)];
      scene.program(INNER, 'say');
      for (const address of [first.address, second.address, ALICE, BOB]) scene.account(address);
      const outer = [meta(first.address), meta(second.address), meta(ALICE), meta(BOB), meta(INNER)];
      let bump = second.bump;
      while (typeof createProgramAddress([text('second'), BOB.bytes, u8(bump)], OUTER) === 'string') bump--;
      const metas = [meta(first.address, 's'), meta(second.address, 's')];
      const seeds = [
        [text('first'), ALICE.bytes, u8(first.bump)],
        [text('second'), BOB.bytes, u8(bump)],
      ];
      return scene.send([call(scene, outer, INNER, metas, { seeds })]);
    },
  ),
  failure(
    'signature-lost-on-the-way',
    'alice signs the transaction; outer program passes her to inner program as no signer, which asks for her signature.',
    'CPI_SIGNER_PRIVILEGE',
    [/outer program had it, and did not pass it on/, /where outer program calls inner program/],
    (scene) => {
      scene.account(ALICE);
      scene.program(INNER, 'driver');
      scene.program(DEEP, 'say');
      const outer = [meta(ALICE, 's'), meta(INNER), meta(DEEP)];
      const passed = [meta(ALICE), meta(INNER), meta(DEEP)];
      const metas = [pub(meta(ALICE, 's'))];
      const inner = new s.Script().call('rust', { programId: DEEP, infos: scene.infos(outer), metas }).exit();
      return scene.send([call(scene, outer, INNER, passed, { data: inner })]);
    },
  ),
  failure(
    'seeds-without-a-flag',
    'The seeds of the authority are right, but the metas of the call do not mark it as a signer.',
    'PROGRAM_MISSING_REQUIRED_SIGNATURE',
    [/gives its seeds/, /Mark `authority` .* a signer in the metas/],
    (scene) => {
      const authority = seedsOf(text('authority'));
      scene.account(authority.address);
      scene.mint(s.MINT);
      scene.tokens(s.ALICE_TOKENS, s.MINT, authority.address, 50n);
      scene.tokens(s.BOB_TOKENS, s.MINT, BOB, 0n);
      const outer = [meta(s.ALICE_TOKENS, 'w'), meta(s.BOB_TOKENS, 'w'), meta(authority.address), meta(s.TOKEN)];
      const seeds = [[text('authority'), u8(authority.bump)]];
      return scene.send([call(scene, outer, s.TOKEN, outer.slice(0, 3), { data: join(u8(3), u64(5n)), seeds })]);
    },
  ),
  failure(
    'vault-in-place-of-its-authority',
    'The authority PDA is signed for, but the vault is passed as the authority.',
    'CPI_SIGNER_PRIVILEGE',
    [/`authority` \(alice's tokens\)/, /what signs for its tokens is its owner/],
    (scene) => {
      const authority = seedsOf(text('authority'));
      scene.account(authority.address);
      scene.mint(s.MINT);
      scene.tokens(s.ALICE_TOKENS, s.MINT, authority.address, 50n);
      scene.tokens(s.BOB_TOKENS, s.MINT, BOB, 0n);
      const [vault, to] = [meta(s.ALICE_TOKENS, 'w'), meta(s.BOB_TOKENS, 'w')];
      const outer = [vault, to, meta(authority.address), meta(s.TOKEN)];
      const seeds = [[text('authority'), u8(authority.bump)]];
      const metas = [vault, to, meta(s.ALICE_TOKENS, 's')];
      return scene.send([call(scene, outer, s.TOKEN, metas, { data: join(u8(3), u64(5n)), seeds })]);
    },
  ),
  failure(
    'associated-token-account-signs',
    "outer program signs for alice's associated token account with its seeds, which only Associated Token can do.",
    'CPI_SEEDS_INVALID',
    [/PDA of Associated Token/, /its owner, alice/],
    (scene) => {
      const seeds = [ALICE.bytes, s.toKey(s.TOKEN).bytes, s.MINT.bytes];
      const { address, bump } = findProgramAddress(seeds, s.toKey(s.ATA)) as { address: Pubkey; bump: number };
      scene.account(ALICE);
      scene.mint(s.MINT);
      scene.tokens(address, s.MINT, ALICE, 50n);
      scene.tokens(s.BOB_TOKENS, s.MINT, BOB, 0n);
      const outer = [meta(address, 'w'), meta(s.BOB_TOKENS, 'w'), meta(s.TOKEN), meta(ALICE), meta(s.MINT)];
      const metas = [meta(address, 'w'), meta(s.BOB_TOKENS, 'w'), meta(address, 's')];
      const rest = { data: join(u8(3), u64(5n)), seeds: [[...seeds, u8(bump)]] };
      return scene.send([call(scene, outer, s.TOKEN, metas, rest)]);
    },
  ),
  failure(
    'callee-without-account',
    'The called program has no account at all.',
    'PROGRAM_NOT_DEPLOYED',
    [/no account at its address/, /Deploy/],
    (scene) => scene.send([call(scene, [meta(DEEP)], DEEP, [])]),
  ),
  failure(
    'units-gone-at-the-call',
    'outer program has too few units left for the base cost of a call.',
    'COMPUTE_EXCEEDED',
    [/outer program ran out of compute units when it called inner program/],
    (scene) => {
      scene.program(INNER, 'say');
      const limit = s.instruction(s.COMPUTE_BUDGET, [], join(u8(2), u32(1000)));
      return scene.send([limit, call(scene, [meta(INNER)], INNER, [])]);
    },
  ),
  failure(
    'text-of-an-address-as-a-seed',
    "A seed is the base58 text of alice's address, in place of its 32 bytes.",
    'PROGRAM_MAX_SEED_LENGTH_EXCEEDED',
    [/seed 1, the text of alice, has 44 bytes/, /32 bytes of the address/],
    (scene) => {
      scene.hosted(
        OUTER,
        defineProgram((id) => void findInProgram(['user', text(String(ALICE))], id)),
      );
      return scene.send([s.instruction(OUTER, [meta(ALICE)], u8())]);
    },
  ),
  failure(
    'token-account-payer-is-a-pda',
    'outer program lets a PDA of its own pay for an associated token account, and does not sign for it.',
    'CPI_SIGNER_PRIVILEGE',
    [
      /is derived under outer program: give its seeds to invoke_signed, and mark it a signer, where it calls Associated/,
    ],
    (scene) => {
      const { address: payer } = seedsOf(text('payer'));
      const seeds = [ALICE.bytes, s.toKey(s.TOKEN).bytes, s.MINT.bytes];
      const { address: ata } = findProgramAddress(seeds, s.toKey(s.ATA)) as { address: Pubkey };
      for (const each of [payer, ALICE]) scene.account(each);
      scene.mint(s.MINT);
      const rest = [meta(ALICE), meta(s.MINT), meta(s.SYSTEM), meta(s.TOKEN)];
      const metas = [meta(payer, 'w'), meta(ata, 'w'), ...rest];
      return scene.send([call(scene, [...metas, meta(s.ATA)], s.ATA, metas, { data: u8(0) })]);
    },
  ),
  failure(
    'token-account-programs-swapped',
    'Token and System stand in each other’s place in the call that creates an associated token account.',
    'PROGRAM_INVALID_SEEDS',
    [/`systemProgram` is Token, and should be System/],
    (scene) => {
      const seeds = [ALICE.bytes, s.toKey(s.TOKEN).bytes, s.MINT.bytes];
      const { address: ata } = findProgramAddress(seeds, s.toKey(s.ATA)) as { address: Pubkey };
      scene.account(ALICE);
      scene.mint(s.MINT);
      const rest = [meta(ALICE), meta(s.MINT), meta(s.TOKEN), meta(s.SYSTEM)];
      const metas = [meta(PAYER, 'sw'), meta(ata, 'w'), ...rest];
      return scene.send([call(scene, [...metas, meta(s.ATA)], s.ATA, metas, { data: u8(0) })]);
    },
  ),
  failure(
    'seeds-empty',
    'The list of seeds is empty.',
    'CPI_SIGNER_PRIVILEGE',
    [/the seeds it gives, \[\], derive to/],
    (scene) => scene.send([payFrom(scene, seedsOf(text('vault')).address, [])]),
  ),
  failure(
    'second-pda-without-seeds',
    'Two PDAs are to sign, and seeds are given for the first only; those of the second are like them.',
    'CPI_SIGNER_PRIVILEGE',
    [/no seeds were given for it\.$/m, /Sign for \w+…\w+ with the seeds \["b", bump \d+\]/],
    (scene) => {
      const [first, second] = [seedsOf(text('a')), seedsOf(text('b'))];
      scene.program(INNER, 'say');
      const metas = [meta(first.address, 's'), meta(second.address, 's')];
      const outer = [meta(first.address), meta(second.address), meta(INNER)];
      for (const { address } of [first, second]) scene.account(address);
      return scene.send([call(scene, outer, INNER, metas, { seeds: [[text('a'), u8(first.bump)]] })]);
    },
  ),
  failure(
    'amount-after-a-derivation',
    'The program derives its event authority, which nobody passes, and then finds the amount too small.',
    'PROGRAM_CUSTOM_ERROR',
    [/returned its own error 6001: amount too small\.$/m],
    (scene) => {
      scene.hosted(
        OUTER,
        defineProgram((id) => {
          findInProgram(['__event_authority'], id);
          throw ProgramError.custom(6001, 'amount too small');
        }),
      );
      return scene.send([s.instruction(OUTER, [meta(POOL)], u8())]);
    },
  ),
  failure(
    'wallet-pda-debited',
    'The program takes lamports out of a PDA that System owns, without a call to System.',
    'ACCOUNT_LAMPORTS_NOT_OWNED',
    [/owned by System/, /Let System transfer/, /invoke_signed/],
    (scene) => {
      const { address } = seedsOf(text('vault'));
      for (const each of [address, BOB]) scene.account(each);
      scene.hosted(
        OUTER,
        defineProgram((_id, [vault, bob]) => {
          vault.lamports -= 5n;
          bob.lamports += 5n;
        }),
      );
      return scene.send([s.instruction(OUTER, [meta(address, 'w'), meta(BOB, 'w')], u8())]);
    },
  ),
  failure(
    'searches-in-a-loop',
    'The program searches for an address 200 times; each search costs 1,500 units and more.',
    'COMPUTE_EXCEEDED',
    [/× sol_try_find_program_address took/],
    (scene) => {
      scene.hosted(
        OUTER,
        defineProgram((id) => {
          for (let i = 0; i < 200; i++) findInProgram(['x', i], id);
        }),
      );
      return scene.send([s.instruction(OUTER, [meta(POOL)], u8())]);
    },
  ),
  failure(
    'resize-in-typescript',
    'A program in TypeScript resizes vault by 20,000 bytes.',
    'ACCOUNT_REALLOC',
    ['vault', '20,008', '10,248'],
    (scene) => {
      scene.account(VAULT, { owner: OUTER, data: new Uint8Array(8) });
      scene.hosted(
        OUTER,
        defineProgram((_id, [vault]) => vault.resize(20_008)),
      );
      return scene.send([s.instruction(OUTER, [meta(VAULT, 'w')], u8())]);
    },
  ),
  failure(
    'resize-over-10-mib',
    'vault has 10 MiB less 100 bytes, and grows by 5,000.',
    'ACCOUNT_REALLOC',
    ['vault', '10,485,760', /10 MiB/],
    (scene) => {
      const data = new Uint8Array(10 * 1024 * 1024 - 100);
      scene.account(VAULT, { owner: OUTER, data, lamports: 100_000_000_000n });
      scene.hosted(
        OUTER,
        defineProgram((_id, [vault]) => vault.resize(vault.dataLen + 5000)),
      );
      return scene.send([s.instruction(OUTER, [meta(VAULT, 'w')], u8())]);
    },
  ),
  failure(
    'derive-on-curve-in-typescript',
    'The seeds lead onto the curve, because the bump is missing.',
    'PROGRAM_INVALID_SEEDS',
    [/on the curve/, /bump 2\d\d in place of/, /"curve"/],
    (scene) => {
      let tag = 0;
      while (typeof createProgramAddress([text('curve'), u8(tag)], OUTER) !== 'string') tag++;
      scene.hosted(
        OUTER,
        defineProgram((id) => void deriveInProgram(['curve', tag], id)),
      );
      return scene.send([s.instruction(OUTER, [meta(POOL)], u8())]);
    },
  ),
  failure(
    'sixteen-seeds-and-a-bump',
    'find_program_address is given 16 seeds, which leave no room for the bump.',
    'COMPUTE_EXCEEDED',
    [/17 seeds/, /16 are the limit/],
    (scene) => {
      const seeds = Array.from({ length: 16 }, (_, i) => u8(i));
      scene.hosted(
        OUTER,
        defineProgram((id) => void findInProgram(seeds, id)),
      );
      return scene.send([s.instruction(OUTER, [meta(POOL)], u8())]);
    },
  ),
  failure(
    'seed-too-long-in-typescript',
    'The name that is the second seed has 40 bytes.',
    'PROGRAM_MAX_SEED_LENGTH_EXCEEDED',
    [/seed 1/, '40 bytes', /"aaaa/, '32'],
    (scene) => {
      scene.hosted(
        OUTER,
        defineProgram((id) => void findInProgram(['name', 'a'.repeat(40)], id)),
      );
      return scene.send([s.instruction(OUTER, [meta(POOL)], u8())]);
    },
  ),
  failure(
    'readonly-by-lookup-table',
    'vault is among the read-only indexes of a lookup table; the call asks to write it.',
    'CPI_WRITABLE_PRIVILEGE',
    ['vault', /lookup table adds it as writable/],
    (scene) => {
      scene.account(VAULT);
      scene.program(INNER, 'driver');
      tableAccount(scene, { addresses: [PAYER, ALICE, VAULT] });
      scene.warp(3);
      const broken = call(scene, [meta(VAULT), meta(INNER)], INNER, [meta(VAULT, 'w')]);
      return scene.send([broken], { lookupTables: [{ address: TABLE, addresses: [PAYER, ALICE, VAULT] }] });
    },
  ),
  failure(
    'signer-from-lookup-table',
    'alice comes from a lookup table, and can therefore not be a signer of the transaction.',
    'CPI_SIGNER_PRIVILEGE',
    ['alice', /message itself/],
    (scene) => {
      scene.account(ALICE);
      scene.program(INNER, 'driver');
      tableAccount(scene, { addresses: [PAYER, ALICE] });
      scene.warp(3);
      const broken = call(scene, [meta(ALICE), meta(INNER)], INNER, [meta(ALICE, 's')]);
      return scene.send([broken], { lookupTables: [{ address: TABLE, addresses: [PAYER, ALICE] }] });
    },
  ),
  failure(
    'sysvar-asked-writable',
    'The call asks to write the Clock sysvar, which nobody can: the flag in the transaction is taken away.',
    'CPI_WRITABLE_PRIVILEGE',
    ['Clock', /read-only: nobody can write it/],
    (scene) => {
      const clock = 'SysvarC1ock11111111111111111111111111111111';
      scene.program(INNER, 'driver');
      return scene.send([call(scene, [meta(clock, 'w'), meta(INNER)], INNER, [meta(clock, 'w')])]);
    },
  ),
];
