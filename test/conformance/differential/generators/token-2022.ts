// Token-2022's extensions: mints and accounts that have them, and the instructions that belong to each.

import { SYSTEM_PROGRAM_ID } from '../../../../src/runtime/addresses.ts';
import { DEFAULT_PUBKEY, type Pubkey } from '../../../../src/wire/pubkey.ts';
import { type Ix, ix, meta, NO_BYTES, option, string32, u8, u16, u64 } from '../encode.ts';
import type { Generator, Move, World } from '../world.ts';
import { createAccount, transfer } from './system.ts';
import { initializeMint } from './token.ts';
import {
  authorityMetas,
  type MintState,
  NATIVE_MINT_2022,
  someMint,
  someToken,
  TOKEN_2022_FLAVOR,
  TOKEN_2022_ID,
  TOKEN_LEN,
} from './token-state.ts';

const FLAVOR = TOKEN_2022_FLAVOR;

// Extension types. Source: token-2022 interface/src/extension/mod.rs, ExtensionType.
const TRANSFER_FEE = 1;
const CLOSE_AUTHORITY = 3;
const CONFIDENTIAL_TRANSFER = 4;
const DEFAULT_STATE = 6;
const NON_TRANSFERABLE = 9;
const INTEREST_BEARING = 10;
const PERMANENT_DELEGATE = 12;
const TRANSFER_HOOK = 14;
const CONFIDENTIAL_FEE = 16;
const METADATA_POINTER = 18;
const GROUP_POINTER = 20;
const MEMBER_POINTER = 22;
const SCALED_AMOUNT = 25;
const PAUSABLE = 26;
const PERMISSIONED_BURN = 28;

/** How an extension of a mint is set up: bytes of its value, and what follows the tags of its first instruction. */
interface MintExtension {
  readonly type: number;
  readonly len: number;
  readonly data: (world: World, authority: Pubkey, mint: Pubkey) => Uint8Array[];
}

const f64 = (value: number): Uint8Array => new Uint8Array(new Float64Array([value]).buffer);
const bps = (world: World): Uint8Array => u16(world.random.mostly(world.random.below(1000), [10_000, 10_001]));
const MULTIPLIERS = [1, 1.5, 0.1, 1e10, 0, -1, Number.NaN, Number.POSITIVE_INFINITY, 5e-324];

const MINT_EXTENSIONS: readonly MintExtension[] = [
  {
    type: TRANSFER_FEE,
    len: 108,
    data: (world, authority) => [
      Uint8Array.of(26, 0),
      option(authority.bytes),
      option(authority.bytes),
      bps(world),
      u64(world.random.mostly(BigInt(world.random.below(10_000)), [(1n << 64n) - 1n])),
    ],
  },
  { type: CLOSE_AUTHORITY, len: 32, data: (_, authority) => [u8(25), option(authority.bytes)] },
  {
    type: CONFIDENTIAL_TRANSFER,
    len: 65,
    data: (world, authority) => [Uint8Array.of(27, 0), authority.bytes, u8(world.random.below(2)), new Uint8Array(32)],
  },
  { type: DEFAULT_STATE, len: 1, data: (world) => [Uint8Array.of(28, 0, world.random.mostly(1, [0, 2, 3]))] },
  { type: NON_TRANSFERABLE, len: 0, data: () => [u8(32)] },
  {
    type: INTEREST_BEARING,
    len: 52,
    data: (world, authority) => [Uint8Array.of(33, 0), authority.bytes, u16(world.random.u32())],
  },
  { type: PERMANENT_DELEGATE, len: 32, data: (_, authority) => [u8(35), authority.bytes] },
  {
    type: TRANSFER_HOOK,
    len: 64,
    data: (world, authority) => [
      Uint8Array.of(36, 0),
      authority.bytes,
      world.random.mostly(DEFAULT_PUBKEY, [world.find('program') ?? world.actor()]).bytes,
    ],
  },
  {
    type: CONFIDENTIAL_FEE,
    len: 129,
    data: (world, authority) => [Uint8Array.of(37, 0), authority.bytes, world.actor().bytes],
  },
  {
    type: METADATA_POINTER,
    len: 64,
    data: (_, authority, mint) => [Uint8Array.of(39, 0), authority.bytes, mint.bytes],
  },
  { type: GROUP_POINTER, len: 64, data: (_, authority, mint) => [Uint8Array.of(40, 0), authority.bytes, mint.bytes] },
  { type: MEMBER_POINTER, len: 64, data: (_, authority, mint) => [Uint8Array.of(41, 0), authority.bytes, mint.bytes] },
  {
    type: SCALED_AMOUNT,
    len: 56,
    data: (world, authority) => [Uint8Array.of(43, 0), authority.bytes, f64(world.random.mostly(1.25, MULTIPLIERS))],
  },
  { type: PAUSABLE, len: 33, data: (_, authority) => [Uint8Array.of(44, 0), authority.bytes] },
  { type: PERMISSIONED_BURN, len: 32, data: (_, authority) => [Uint8Array.of(46, 0), authority.bytes] },
];

/** Bytes of the extension that an account needs for one of its mint. */
const ACCOUNT_EXTENSION_LEN: ReadonlyMap<number, number> = new Map([
  [TRANSFER_FEE, 8],
  [NON_TRANSFERABLE, 4],
  [TRANSFER_HOOK, 1],
  [PAUSABLE, 0],
]);

/** How long an account of this mint must be. */
export function accountLenFor(mint: MintState | undefined): number {
  let len = 0;
  for (const [type] of mint?.extensions ?? []) {
    const extra = ACCOUNT_EXTENSION_LEN.get(type);
    if (extra !== undefined) len += 4 + extra;
  }
  return len === 0 ? TOKEN_LEN : TOKEN_LEN + 1 + len;
}

/** A mint with a few extensions, all under one authority, which is noted with the mint. */
const newMint: Generator = (world) => {
  const { random } = world;
  const authority = world.authority();
  const mint = world.fresh(FLAVOR.mints, authority);
  const chosen = random.shuffled(MINT_EXTENSIONS).slice(0, random.between(1, 4));
  const needed = TOKEN_LEN + 1 + chosen.reduce((sum, { len }) => sum + 4 + len, 0);
  const len = random.mostly(needed, [needed - 1, needed + 4, needed + 1]);
  return {
    name: '2022.mintWithExtensions',
    instructions: [
      createAccount(world.actor(), mint, world.rent(len) + 10_000_000n, len, TOKEN_2022_ID),
      ...chosen.map((extension) => ix(TOKEN_2022_ID, [meta(mint, 'w')], ...extension.data(world, authority, mint))),
      initializeMint(world, FLAVOR, mint),
    ],
  };
};

/** A mint with this extension, and who has a say over it. */
function mintWith(world: World, type: number): { mint: MintState; authority: Pubkey } | undefined {
  const mint = someMint(world, FLAVOR, ({ extensions }) => extensions.has(type));
  return mint && { mint, authority: world.note<Pubkey>(mint.key) ?? world.actor() };
}

/** An instruction that updates what a mint's extension says. */
function update(type: number, name: string, data: (world: World, mint: MintState) => Uint8Array[]): Generator {
  return (world) => {
    const found = mintWith(world, type);
    if (found === undefined) return newMint(world);
    const { mint } = found;
    const authority = type === DEFAULT_STATE ? mint.freezeAuthority : found.authority;
    const accounts = [meta(mint.key, 'w'), ...authorityMetas(world, FLAVOR, authority)];
    return one(name, ix(TOKEN_2022_ID, accounts, ...data(world, mint)));
  };
}

const UPDATES: readonly Generator[] = [
  update(TRANSFER_FEE, 'setTransferFee', (world) => [Uint8Array.of(26, 5), bps(world), u64(world.random.edge())]),
  update(CONFIDENTIAL_TRANSFER, 'updateConfidentialTransfer', (world) => [
    Uint8Array.of(27, 1, world.random.below(2)),
    world.random.bytes(32),
  ]),
  update(DEFAULT_STATE, 'updateDefaultState', (world) => [
    Uint8Array.of(28, 1, world.random.mostly(world.random.between(1, 2), [0, 3])),
  ]),
  update(INTEREST_BEARING, 'updateRate', (world) => [Uint8Array.of(33, 1), u16(world.random.u32())]),
  update(TRANSFER_HOOK, 'updateTransferHook', (world) => [
    Uint8Array.of(36, 1),
    world.random.mostly(DEFAULT_PUBKEY, [world.find('program') ?? world.actor()]).bytes,
  ]),
  update(METADATA_POINTER, 'updateMetadataPointer', (world) => [Uint8Array.of(39, 1), world.actor().bytes]),
  update(GROUP_POINTER, 'updateGroupPointer', (world) => [Uint8Array.of(40, 1), world.actor().bytes]),
  update(MEMBER_POINTER, 'updateMemberPointer', (world) => [Uint8Array.of(41, 1), world.actor().bytes]),
  update(SCALED_AMOUNT, 'updateMultiplier', (world) => [
    Uint8Array.of(43, 1),
    f64(world.random.mostly(2.5, MULTIPLIERS)),
    u64(world.random.pick([0n, 1n, 1n << 40n, -1n])),
  ]),
  update(PAUSABLE, 'pause', (world) => [Uint8Array.of(44, world.random.between(1, 2))]),
];

const updateMint: Generator = (world) => world.random.pick(UPDATES)(world);

const fees: Generator = (world) => {
  const { random } = world;
  const found = mintWith(world, TRANSFER_FEE);
  if (found === undefined) return newMint(world);
  const { mint, authority } = found;
  const isOfMint = ({ mint: of }: { mint: Pubkey }) => of.equals(mint.key);
  const token = someToken(world, FLAVOR, isOfMint);
  const other = someToken(world, FLAVOR, isOfMint);
  if (token === undefined || other === undefined) return undefined;
  const signers = authorityMetas(world, FLAVOR, authority);
  switch (random.below(4)) {
    case 0: {
      const amount = random.amount(token.amount);
      const fee = random.mostly(amount / 100n, [0n, 1n, amount]);
      const accounts = [
        meta(token.key, 'w'),
        meta(mint.key),
        meta(other.key, 'w'),
        ...authorityMetas(world, FLAVOR, token.owner),
      ];
      return one(
        'transferCheckedWithFee',
        ix(TOKEN_2022_ID, accounts, Uint8Array.of(26, 1), u64(amount), u8(mint.decimals), u64(fee)),
      );
    }
    case 1:
      return one(
        'withdrawWithheldFromMint',
        ix(TOKEN_2022_ID, [meta(mint.key, 'w'), meta(token.key, 'w'), ...signers], Uint8Array.of(26, 2)),
      );
    case 2:
      return one(
        'withdrawWithheldFromAccounts',
        ix(
          TOKEN_2022_ID,
          [meta(mint.key), meta(token.key, 'w'), ...signers, meta(other.key, 'w')],
          Uint8Array.of(26, 3, random.mostly(1, [0, 2])),
        ),
      );
    default:
      return one(
        'harvestWithheld',
        ix(TOKEN_2022_ID, [meta(mint.key, 'w'), meta(token.key, 'w'), meta(other.key, 'w')], Uint8Array.of(26, 4)),
      );
  }
};

const ACCOUNT_EXTENSIONS = [7, 8, 11, 8, 11, 5, 2, 13, 15, 17, 27, 1, 30];

/** Memos required, CPI guarded, room for more. */
const accountExtension: Generator = (world) => {
  const { random } = world;
  const token = someToken(world, FLAVOR);
  if (token === undefined) return undefined;
  const owner = authorityMetas(world, FLAVOR, token.owner);
  const types = Array.from({ length: random.between(1, 2) }, () => u16(random.pick(ACCOUNT_EXTENSIONS)));
  const reallocate = ix(
    TOKEN_2022_ID,
    [meta(token.key, 'w'), meta(world.actor(), 'sw'), meta(SYSTEM_PROGRAM_ID), ...owner],
    u8(29),
    ...types,
  );
  const toggle = ix(
    TOKEN_2022_ID,
    [meta(token.key, 'w'), ...owner],
    Uint8Array.of(random.pick([30, 34]), random.mostly(random.below(2), [2])),
  );
  const has = token.extensions.has(8) || token.extensions.has(11);
  return {
    name: '2022.accountExtension',
    instructions: random.pick(has ? [[toggle], [toggle], [reallocate, toggle]] : [[reallocate], [reallocate, toggle]]),
  };
};

const closeMint: Generator = (world) => {
  const found = mintWith(world, CLOSE_AUTHORITY);
  if (found === undefined) return newMint(world);
  const signers = authorityMetas(world, FLAVOR, found.authority);
  return one('closeMint', ix(TOKEN_2022_ID, [meta(found.mint.key, 'w'), meta(world.actor(), 'w'), ...signers], u8(9)));
};

const permissionedBurn: Generator = (world) => {
  const { random } = world;
  const found = mintWith(world, PERMISSIONED_BURN);
  if (found === undefined) return newMint(world);
  const { mint, authority } = found;
  const token = someToken(world, FLAVOR, ({ mint: of }) => of.equals(mint.key));
  if (token === undefined) return undefined;
  const accounts = [
    meta(token.key, 'w'),
    meta(mint.key, 'w'),
    meta(authority, 's'),
    ...authorityMetas(world, FLAVOR, token.owner),
  ];
  const isChecked = random.chance(2);
  return one(
    'permissionedBurn',
    ix(
      TOKEN_2022_ID,
      accounts,
      Uint8Array.of(46, isChecked ? 2 : 1),
      u64(random.amount(token.amount)),
      isChecked ? u8(mint.decimals) : NO_BYTES,
    ),
  );
};

const createNativeMint: Generator = (world) =>
  one(
    'createNativeMint',
    ix(TOKEN_2022_ID, [meta(world.actor(), 'sw'), meta(NATIVE_MINT_2022, 'w'), meta(SYSTEM_PROGRAM_ID)], u8(31)),
  );

/** What needs proofs of zero knowledge gets noise for them. */
const confidential: Generator = (world) => {
  const { random } = world;
  const found = mintWith(world, CONFIDENTIAL_TRANSFER);
  const token = someToken(world, FLAVOR, ({ mint }) => found === undefined || mint.equals(found.mint.key));
  if (found === undefined || token === undefined) return newMint(world);
  const family = random.pick([27, 27, 27, 37, 42]);
  const accounts = [
    meta(token.key, 'w'),
    meta(found.mint.key, random.chance(2) ? 'w' : ''),
    ...authorityMetas(world, FLAVOR, random.pick([token.owner, found.authority])),
  ];
  return one(
    'confidential',
    ix(
      TOKEN_2022_ID,
      random.shuffled(accounts),
      Uint8Array.of(family, random.below(16)),
      random.bytes(random.pick([0, 8, 9, 36, 44, 70])),
    ),
  );
};

// Token metadata and token group, interfaces that Token-2022 implements. Source: spl token-metadata-interface and
// token-group-interface, the discriminators of their instructions.
const INITIALIZE_METADATA = Uint8Array.of(210, 225, 30, 162, 88, 184, 77, 141);
const UPDATE_FIELD = Uint8Array.of(221, 233, 49, 45, 181, 202, 220, 200);
const REMOVE_KEY = Uint8Array.of(234, 18, 32, 56, 89, 141, 37, 181);
const UPDATE_METADATA_AUTHORITY = Uint8Array.of(215, 228, 166, 228, 84, 100, 86, 123);
const EMIT = Uint8Array.of(250, 166, 180, 250, 13, 12, 184, 70);
const INITIALIZE_GROUP = Uint8Array.of(121, 113, 108, 39, 54, 51, 0, 4);
const UPDATE_GROUP_SIZE = Uint8Array.of(108, 37, 171, 143, 248, 30, 18, 110);
const UPDATE_GROUP_AUTHORITY = Uint8Array.of(161, 105, 88, 1, 237, 221, 216, 203);
const INITIALIZE_MEMBER = Uint8Array.of(152, 32, 222, 176, 223, 237, 116, 134);

const metadata: Generator = (world) => {
  const { random } = world;
  const found = mintWith(world, METADATA_POINTER);
  if (found === undefined) return newMint(world);
  const { mint, authority } = found;
  const target = meta(mint.key, 'w');
  const signers = authorityMetas(world, FLAVOR, authority);
  const field =
    random.below(2) === 0 ? u8(random.below(3)) : Buffer.concat([u8(3), string32(random.pick(['k', 'color', '']))]);
  switch (mint.extensions.has(19) ? random.below(5) : 5) {
    case 0:
    case 1:
      return one(
        'metadata.updateField',
        ix(TOKEN_2022_ID, [target, ...signers], UPDATE_FIELD, field, string32('v'.repeat(random.below(60)))),
      );
    case 2:
      return one(
        'metadata.removeKey',
        ix(TOKEN_2022_ID, [target, ...signers], REMOVE_KEY, u8(random.below(2)), string32(random.pick(['k', 'color']))),
      );
    case 3:
      return one(
        'metadata.updateAuthority',
        ix(TOKEN_2022_ID, [target, ...signers], UPDATE_METADATA_AUTHORITY, authority.bytes),
      );
    case 4:
      return one(
        'metadata.emit',
        ix(
          TOKEN_2022_ID,
          [target],
          EMIT,
          option(random.chance(2) ? u64(random.below(40)) : undefined),
          option(random.chance(2) ? u64(random.below(100)) : undefined),
        ),
      );
    default:
      return one(
        'metadata.initialize',
        ix(
          TOKEN_2022_ID,
          [target, meta(authority), meta(mint.key), ...authorityMetas(world, FLAVOR, mint.authority)],
          INITIALIZE_METADATA,
          string32('Name'),
          string32('SYM'),
          string32('u'.repeat(random.below(80))),
        ),
      );
  }
};

const group: Generator = (world) => {
  const { random } = world;
  const found = mintWith(world, random.chance(2) ? GROUP_POINTER : MEMBER_POINTER);
  if (found === undefined) return newMint(world);
  const { mint, authority } = found;
  const target = meta(mint.key, 'w');
  const signers = authorityMetas(world, FLAVOR, authority);
  const mintSigners = authorityMetas(world, FLAVOR, mint.authority);
  switch (random.below(4)) {
    case 0:
      return one(
        'group.initialize',
        ix(
          TOKEN_2022_ID,
          [target, meta(mint.key), ...mintSigners],
          INITIALIZE_GROUP,
          authority.bytes,
          u64(random.below(4)),
        ),
      );
    case 1:
      return one('group.updateSize', ix(TOKEN_2022_ID, [target, ...signers], UPDATE_GROUP_SIZE, u64(random.below(4))));
    case 2:
      return one(
        'group.updateAuthority',
        ix(TOKEN_2022_ID, [target, ...signers], UPDATE_GROUP_AUTHORITY, authority.bytes),
      );
    default: {
      const parent = someMint(world, FLAVOR, ({ extensions }) => extensions.has(21)) ?? mint;
      const parentAuthority = world.note<Pubkey>(parent.key) ?? world.actor();
      return one(
        'group.initializeMember',
        ix(
          TOKEN_2022_ID,
          [target, meta(mint.key), ...mintSigners, meta(parent.key, 'w'), meta(parentAuthority, 's')],
          INITIALIZE_MEMBER,
        ),
      );
    }
  }
};

const fundMint: Generator = (world) => {
  const mint = someMint(world, FLAVOR);
  return mint && one('fundMint', transfer(world.actor(), mint.key, 5_000_000n));
};

function one(name: string, instruction: Ix): Move {
  return { name: `2022.${name}`, instructions: [instruction] };
}

export const TOKEN_2022_EXTENSIONS: readonly (readonly [weight: number, generator: Generator])[] = [
  [5, newMint],
  [6, updateMint],
  [5, fees],
  [4, accountExtension],
  [1, closeMint],
  [1, permissionedBurn],
  [1, createNativeMint],
  [2, confidential],
  [4, metadata],
  [3, group],
  [1, fundMint],
];

export const TOKEN_2022_MAKERS: readonly Generator[] = [newMint, newMint, newMint, newMint, newMint, newMint];
