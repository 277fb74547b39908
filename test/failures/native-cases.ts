// Loaders, durable nonces, compute budget, rent and precompiles: broken transactions that were written before looking at how
// they are explained.

import { findProgramAddress } from '../../src/crypto/program-address.ts';
import type { VersionedMessage } from '../../src/wire/message.ts';
import type { Pubkey } from '../../src/wire/pubkey.ts';
import { failure } from './case.ts';
import * as s from './scene.ts';
import { TABLE, tableAccount } from './stake-cases.ts';

const {
  PAYER,
  ALICE,
  BOB,
  OUTER,
  INNER,
  key,
  meta,
  u8,
  u32,
  u64,
  join,
  instruction,
  transfer,
  CLOCK,
  RENT,
  RECENT_BLOCKHASHES,
} = s;

export const deployed = (
  programdata: Pubkey,
  authority: Pubkey | undefined,
  scene: s.Scene,
  slot = 0n,
  program = OUTER,
  elf = s.elfOf({ asm: 'entrypoint:\n mov64 r0, 0\n exit' }),
) => {
  scene.account(programdata, {
    owner: s.LOADER_V3,
    data: join(u32(3), u64(slot), authority ? join(u8(1), authority.bytes) : join(u8(0), new Uint8Array(32)), elf),
  });
  scene.account(program, { owner: s.LOADER_V3, data: join(u32(2), programdata.bytes), executable: true });
};
export const programDataOf = (p: Pubkey) =>
  (findProgramAddress([p.bytes], s.toKey(s.LOADER_V3)) as { address: Pubkey }).address;
export const buffer = (
  scene: s.Scene,
  a: Pubkey,
  authority: Pubkey | undefined,
  elf = s.elfOf({ asm: 'entrypoint:\n mov64 r0, 0\n exit' }),
) =>
  scene.account(a, {
    owner: s.LOADER_V3,
    data: join(u32(1), authority ? join(u8(1), authority.bytes) : join(u8(0), new Uint8Array(32)), elf),
  });
export const upgrade = (authority: Pubkey = PAYER, b: Pubkey = key(51)) =>
  instruction(
    s.LOADER_V3,
    [
      meta(programDataOf(OUTER), 'w'),
      meta(OUTER, 'w'),
      meta(b, 'w'),
      meta(PAYER, 'w'),
      meta(RENT),
      meta(CLOCK),
      meta(authority, 's'),
    ],
    u32(3),
  );
const budget = (data: Uint8Array) => instruction(s.COMPUTE_BUDGET, [], data);
const nonceData = (authority: Pubkey, hash: Uint8Array) => join(u32(1), u32(1), authority.bytes, hash, u64(5000n));

export const NATIVE_CASES = [
  failure(
    'loader-upgrade-wrong-authority',
    'Upgrade: payer signs, and the authority is alice.',
    'PROGRAM_INCORRECT_AUTHORITY',
    ['alice'],
    (scene) => {
      deployed(programDataOf(OUTER), ALICE, scene);
      buffer(scene, key(51), PAYER);
      return scene.send([upgrade()]);
    },
  ),
  failure(
    'loader-upgrade-immutable',
    'The program is final: it has no upgrade authority.',
    'PROGRAM_IMMUTABLE',
    [/not upgradeable/],
    (scene) => {
      deployed(programDataOf(OUTER), undefined, scene);
      buffer(scene, key(51), PAYER);
      return scene.send([upgrade()]);
    },
  ),
  failure(
    'loader-buffer-authority',
    "The buffer's authority, alice, is not the upgrade authority, payer.",
    'PROGRAM_INCORRECT_AUTHORITY',
    ['alice', /[Bb]uffer/],
    (scene) => {
      deployed(programDataOf(OUTER), PAYER, scene);
      buffer(scene, key(51), ALICE);
      return scene.send([upgrade()]);
    },
  ),
  failure(
    'loader-buffer-larger',
    'The new ELF is larger than the program data, which was not extended before.',
    'ACCOUNT_DATA_TOO_SMALL',
    [/ExtendProgram/, /by \d+ bytes/],
    (scene) => {
      deployed(programDataOf(OUTER), PAYER, scene);
      buffer(scene, key(51), PAYER, s.elfOf('driver'));
      return scene.send([upgrade()]);
    },
  ),
  failure(
    'loader-upgrade-same-slot',
    'The program was upgraded in this very slot.',
    'PROGRAM_INVALID_ARGUMENT',
    [/once a slot/],
    (scene) => {
      scene.warp(10);
      deployed(programDataOf(OUTER), PAYER, scene, scene.svm.getClock().slot);
      buffer(scene, key(51), PAYER);
      return scene.send([upgrade()]);
    },
  ),
  failure(
    'program-deployed-this-slot',
    'The program is called in the slot of its deployment.',
    'PROGRAM_NOT_DEPLOYED',
    [/from slot/, /warp/],
    (scene) => {
      scene.warp(10);
      deployed(programDataOf(OUTER), PAYER, scene, scene.svm.getClock().slot);
      return scene.send([instruction(OUTER, [], u8())]);
    },
  ),
  failure(
    'program-closed',
    'The program was closed: its program data is gone.',
    'PROGRAM_NOT_DEPLOYED',
    [/closed/],
    (scene) => {
      scene.account(OUTER, { owner: s.LOADER_V3, data: join(u32(2), programDataOf(OUTER).bytes), executable: true });
      return scene.send([instruction(OUTER, [], u8())]);
    },
  ),
  failure(
    'program-is-programdata',
    "The address of the program data is given as the program's.",
    'PROGRAM_NOT_DEPLOYED',
    [/not in the state of a program/],
    (scene) => {
      deployed(programDataOf(OUTER), PAYER, scene);
      return scene.send([instruction(programDataOf(OUTER), [], u8())]);
    },
  ),
  failure(
    'loader-write-past',
    'Write goes past the end of the buffer.',
    'ACCOUNT_DATA_TOO_SMALL',
    ['47', '49'],
    (scene) => {
      buffer(scene, key(51), PAYER, new Uint8Array(10));
      return scene.send([
        instruction(
          s.LOADER_V3,
          [meta(key(51), 'w'), meta(PAYER, 's')],
          join(u32(1), u32(8), u64(4n), new Uint8Array(4)),
        ),
      ]);
    },
  ),
  failure(
    'loader-close-wrong-recipient',
    'A buffer is closed into itself.',
    'PROGRAM_INVALID_ARGUMENT',
    [/same as the account being closed/],
    (scene) => {
      buffer(scene, key(51), PAYER);
      return scene.send([instruction(s.LOADER_V3, [meta(key(51), 'w'), meta(key(51), 'w'), meta(PAYER, 's')], u32(5))]);
    },
  ),
  failure(
    'nonce-withdraw-wrong-authority',
    "Another than the nonce's authority withdraws from it.",
    'PROGRAM_MISSING_REQUIRED_SIGNATURE',
    ['bob'],
    (scene) => {
      scene.account(key(41), { lamports: 2_000_000n, data: nonceData(BOB, key(9).bytes) });
      return scene.send([
        instruction(
          s.SYSTEM,
          [meta(key(41), 'w'), meta(ALICE, 'w'), meta(RECENT_BLOCKHASHES), meta(RENT), meta(PAYER, 's')],
          join(u32(5), u64(2_000_000n)),
        ),
      ]);
    },
  ),
  failure(
    'nonce-advance-unchanged',
    'AdvanceNonceAccount in the same block in which the nonce was made.',
    'SYSTEM_NONCE_BLOCKHASH_NOT_EXPIRED',
    [/once per slot|in this block/],
    (scene) => {
      scene.account(ALICE, { lamports: 5_000_000n, data: new Uint8Array(80) });
      scene.send([
        instruction(s.SYSTEM, [meta(ALICE, 'w'), meta(RECENT_BLOCKHASHES), meta(RENT)], join(u32(6), PAYER.bytes)),
      ]);
      return scene.send([
        instruction(s.SYSTEM, [meta(ALICE, 'w'), meta(RECENT_BLOCKHASHES), meta(PAYER, 's')], u32(4)),
      ]);
    },
  ),
  failure(
    'nonce-not-first',
    'AdvanceNonceAccount is the second instruction, so that the nonce is looked for among the blockhashes.',
    'TX_NONCE_INVALID',
    [/instruction #1/, /before all others/],
    (scene) => {
      scene.account(key(41), { lamports: 2_000_000n, data: nonceData(PAYER, key(9).bytes) });
      return scene.send(
        [
          transfer(PAYER, BOB, 1_000_000n),
          instruction(s.SYSTEM, [meta(key(41), 'w'), meta(RECENT_BLOCKHASHES), meta(PAYER, 's')], u32(4)),
        ],
        { recentBlockhash: key(9).bytes },
      );
    },
  ),
  failure(
    'nonce-readonly',
    'The nonce account is passed read-only.',
    'TX_NONCE_INVALID',
    [/read-only/, /writable/],
    (scene) => {
      scene.account(key(41), { lamports: 2_000_000n, data: nonceData(PAYER, key(9).bytes) });
      return scene.send([instruction(s.SYSTEM, [meta(key(41)), meta(RECENT_BLOCKHASHES), meta(PAYER, 's')], u32(4))], {
        recentBlockhash: key(9).bytes,
      });
    },
  ),
  failure('cb-limit-0', 'SetComputeUnitLimit is 0.', 'COMPUTE_EXCEEDED', [/SetComputeUnitLimit/], (scene) => {
    scene.program(OUTER, { asm: 'entrypoint:\n mov64 r0, 0\n exit' });
    return scene.send([budget(join(u8(2), u32(0))), instruction(OUTER, [], u8())]);
  }),
  failure(
    'cb-price-poor',
    "The priority fee exceeds alice's balance.",
    'TX_PAYER_POOR',
    ['3,000,000', '10,005,000'],
    (scene) => {
      scene.account(ALICE, { lamports: 3_000_000n });
      return scene.send(
        [
          budget(join(u8(2), u32(1_000_000))),
          budget(join(u8(3), u64(10_000_000n))),
          instruction(s.MEMO, [], s.text('x')),
        ],
        { feePayer: ALICE },
      );
    },
  ),
  failure('rent-drained', 'alice is left with 100 lamports.', 'TX_RENT', ['alice', '890,780'], (scene) => {
    scene.account(ALICE, { lamports: 1_000_100n });
    return scene.send([transfer(ALICE, PAYER, 1_000_000n)]);
  }),
  failure(
    'system-assign-owned',
    'Assign on an account that a program owns.',
    'ACCOUNT_OWNER_CHANGE',
    ['alice', 'outer program'],
    (scene) => {
      scene.account(ALICE, { owner: OUTER });
      return scene.send([instruction(s.SYSTEM, [meta(ALICE, 'sw')], join(u32(1), INNER.bytes))]);
    },
  ),
  failure(
    'system-create-payer-has-data',
    'The account that pays for the new one holds 4 bytes of data.',
    'PROGRAM_INVALID_ARGUMENT',
    [/must not carry data/],
    (scene) => {
      scene.account(ALICE, { data: new Uint8Array(4) });
      return scene.send([s.createAccount(ALICE, BOB, 1_000_000n, 0n, OUTER)]);
    },
  ),
  failure(
    'vote-not-vote',
    "Vote's Withdraw on an account that is no vote account.",
    'PROGRAM_INVALID_ACCOUNT_OWNER',
    ['alice', 'System'],
    (scene) => {
      scene.account(ALICE);
      return scene.send([
        instruction(
          'Vote111111111111111111111111111111111111111',
          [meta(ALICE, 'w'), meta(BOB, 'w'), meta(PAYER, 's')],
          join(u32(3), u64(5n)),
        ),
      ]);
    },
  ),
  failure('secp-recid', 'The recovery id is 9.', 'PRECOMPILE_INVALID_RECOVERY_ID', [/0 to 3/], (scene) => {
    const hdr = u8(1, 32, 0, 0, 12, 0, 0, 97, 0, 2, 0, 0);
    return scene.send([
      instruction(
        'KeccakSecp256k11111111111111111111111111111',
        [],
        join(hdr, new Uint8Array(20).fill(1), new Uint8Array(64).fill(1), u8(9), s.text('hi')),
      ),
    ]);
  }),
  failure(
    'ed-truncated',
    'The Ed25519 instruction claims 3 signatures and has one header.',
    'PRECOMPILE_INVALID_INSTRUCTION_DATA_SIZE',
    [/too short/],
    (scene) => scene.send([instruction(s.ED25519, [], join(u8(3, 0), new Uint8Array(14)))]),
  ),
  failure(
    'memo-two-signers',
    'The memo names alice and bob; alice signed, bob did not.',
    'PROGRAM_MISSING_REQUIRED_SIGNATURE',
    ['bob'],
    (scene) => scene.send([instruction(s.MEMO, [meta(ALICE, 's'), meta(BOB)], s.text('hi'))]),
  ),
  failure(
    'tx-lut-dup',
    'An account is among the static keys and in the lookup table.',
    'TX_ACCOUNT_TWICE',
    ['bob', /lookup table/],
    (scene) => {
      tableAccount(scene, { addresses: [BOB] });
      scene.warp(2);
      return scene.send([transfer(PAYER, BOB, 1_000_000n)], {
        change: (m: VersionedMessage) => ({
          ...m,
          version: 0 as const,
          addressTableLookups: [
            { accountKey: TABLE, writableIndexes: Uint8Array.of(0), readonlyIndexes: new Uint8Array() },
          ],
        }),
      });
    },
  ),
  failure(
    'tx-program-in-lut',
    "The program's address is taken from a lookup table.",
    'TX_MALFORMED',
    [/lookup table/],
    (scene) => {
      tableAccount(scene, { addresses: [s.toKey(s.MEMO)] });
      scene.warp(2);
      return scene.send([instruction(s.MEMO, [], s.text('x'))], {
        change: (m: VersionedMessage) => ({
          ...m,
          version: 0 as const,
          accountKeys: m.accountKeys.slice(0, 1),
          header: { ...m.header, numReadonlyUnsignedAccounts: 0 },
          addressTableLookups: [
            { accountKey: TABLE, writableIndexes: new Uint8Array(), readonlyIndexes: Uint8Array.of(0) },
          ],
        }),
      });
    },
  ),
  failure(
    'ed25519-wrong',
    'The signature that the precompile checks is all ones.',
    'PRECOMPILE_INVALID_SIGNATURE',
    [/signature/i],
    (scene) => {
      const header = join(u8(1, 0), Uint8Array.from([48, 0, 255, 255, 16, 0, 255, 255, 112, 0, 2, 0, 255, 255]));
      const publicKey = Uint8Array.from(
        '3b6a27bcceb6a42d62a3a8d02a6f0d73653215771de243a63ac048a18b59da29'.match(/../g)!,
        (h) => Number.parseInt(h, 16),
      );
      return scene.send([
        instruction(s.ED25519, [], join(header, publicKey, new Uint8Array(64).fill(1), s.text('hi'))),
      ]);
    },
  ),
  failure(
    'ed25519-offsets',
    'An offset of the precompile points outside.',
    'PRECOMPILE_INVALID_DATA_OFFSETS',
    [/offset/i],
    (scene) => scene.send([instruction(s.ED25519, [], join(u8(1, 0), new Uint8Array(14).fill(200)))]),
  ),
  failure(
    'loader-v2-management',
    'BPF loader v2 takes no instructions any more.',
    'PROGRAM_MANAGEMENT',
    [/BPF Loader v2/],
    (scene) => scene.send([instruction(s.LOADER_V2, [], u8(0))]),
  ),
  failure(
    'loader-v3-not-authority',
    'The payer is not the upgrade authority.',
    'PROGRAM_INCORRECT_AUTHORITY',
    ['BPF Loader v3'],
    (scene) => {
      const buffer = join(u32(1), u8(1), ALICE.bytes, new Uint8Array(20));
      scene.account(key(62), { lamports: 100_000_000n, owner: s.LOADER_V3, data: buffer });
      return scene.send([
        instruction(
          s.LOADER_V3,
          [meta(key(62), 'w'), meta(PAYER, 's')],
          join(u32(1), u32(0), u64(4n), new Uint8Array(4)),
        ),
      ]);
    },
  ),
];
