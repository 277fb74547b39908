// What Token and Token-2022 both do: mints, accounts, multisigs, transfers, approvals, authorities, native accounts; and
// the instructions that p-token added.

import { RENT_ID, SYSTEM_PROGRAM_ID } from '../../../../src/runtime/addresses.ts';
import type { Pubkey } from '../../../../src/wire/pubkey.ts';
import { type Ix, ix, type Meta, meta, NO_BYTES, option, text, u8, u16, u64 } from '../encode.ts';
import type { Generator, Move, World } from '../world.ts';
import { createAccount, transfer } from './system.ts';
import { accountLenFor } from './token-2022.ts';
import {
  authorityMetas,
  type Flavor,
  MINT_LEN,
  MULTISIG_LEN,
  type MultisigNote,
  someMint,
  someToken,
  someTokenOwner,
  TOKEN_2022_FLAVOR,
  TOKEN_FLAVOR,
  type TokenState,
} from './token-state.ts';

type FlavoredGenerator = (world: World, flavor: Flavor) => Move | undefined;

export function initializeMint(world: World, { program }: Flavor, mint: Pubkey): Ix {
  const { random } = world;
  const decimals = random.pick([0, 2, 6, 9, 18, 255]);
  const isPlain = random.chance(2);
  const freeze = random.chance(2) ? world.authority().bytes : undefined;
  const accounts = isPlain ? [meta(mint, 'w')] : [meta(mint, 'w'), meta(RENT_ID)];
  return ix(program, accounts, u8(isPlain ? 20 : 0), u8(decimals), world.authority().bytes, option(freeze));
}

const newMint: FlavoredGenerator = (world, flavor) => {
  const mint = world.fresh(flavor.mints);
  const len = world.random.mostly(MINT_LEN, [MINT_LEN - 1, MINT_LEN + 1, 165]);
  const lamports = world.rent(len) + BigInt(world.random.below(2) * 1000);
  return {
    name: 'initializeMint',
    instructions: [
      createAccount(world.actor(), mint, lamports, len, flavor.program),
      initializeMint(world, flavor, mint),
    ],
  };
};

function initializeToken(world: World, { program }: Flavor, token: Pubkey, mint: Pubkey, owner: Pubkey): Ix {
  const tag = world.random.pick([1, 16, 18]);
  const metas = [meta(token, 'w'), meta(mint)];
  if (tag === 1) return ix(program, [...metas, meta(owner), meta(RENT_ID)], u8(1));
  if (tag === 16) metas.push(meta(RENT_ID));
  return ix(program, metas, u8(tag), owner.bytes);
}

const newToken: FlavoredGenerator = (world, flavor) => {
  const { random } = world;
  const isNative = random.chance(6);
  const state = isNative ? undefined : someMint(world, flavor);
  if (!isNative && state === undefined) return newMint(world, flavor);
  const mint = state?.key ?? flavor.nativeMint;
  const token = world.fresh(flavor.tokens);
  const needed = accountLenFor(state);
  const len = random.mostly(needed, [needed - 1, needed + 1, needed + 40]);
  const lamports = world.rent(len) + (isNative ? BigInt(random.below(1_000_000_000)) : 0n);
  const instructions = [createAccount(world.actor(), token, lamports, len, flavor.program)];
  if (random.chance(8)) instructions.push(ix(flavor.program, [meta(token, 'w')], u8(22)));
  instructions.push(initializeToken(world, flavor, token, mint, someTokenOwner(world, flavor)));
  if (state?.authority !== undefined && random.chance(2)) {
    instructions.push(mintToIx(world, flavor, state.key, token, state.authority, 1_000_000n, state.decimals));
  }
  return { name: 'initializeAccount', instructions };
};

const newMultisig: FlavoredGenerator = (world, flavor) => {
  const { random } = world;
  const members = random.shuffled(world.actors).slice(0, random.between(1, 6));
  const needed = random.between(1, members.length);
  const note: MultisigNote = { members, needed };
  const key = world.fresh(flavor.multisigs, note);
  const isPlain = random.chance(2);
  const accounts = [meta(key, 'w'), ...(isPlain ? [] : [meta(RENT_ID)]), ...members.map((member) => meta(member))];
  const asked = random.mostly(needed, [0, members.length + 1, 12]);
  return {
    name: 'initializeMultisig',
    instructions: [
      createAccount(world.actor(), key, world.rent(MULTISIG_LEN), MULTISIG_LEN, flavor.program),
      ix(flavor.program, accounts, u8(isPlain ? 19 : 2), u8(asked)),
    ],
  };
};

function mintToIx(
  world: World,
  flavor: Flavor,
  mint: Pubkey,
  token: Pubkey,
  authority: Pubkey | undefined,
  amount: bigint,
  decimals: number,
): Ix {
  const isChecked = world.random.chance(3);
  const accounts = [meta(mint, 'w'), meta(token, 'w'), ...authorityMetas(world, flavor, authority)];
  return isChecked
    ? ix(flavor.program, accounts, u8(14), u64(amount), u8(world.random.mostly(decimals, [decimals ^ 1])))
    : ix(flavor.program, accounts, u8(7), u64(amount));
}

const mintTo: FlavoredGenerator = (world, flavor) => {
  const token = someToken(world, flavor, ({ isNative }) => !isNative);
  if (token === undefined) return newToken(world, flavor);
  const mint = someMint(world, flavor, ({ key }) => key.equals(token.mint));
  const amount = world.random.mostly(BigInt(world.random.below(10_000_000)), [world.random.edge()]);
  return one('mintTo', mintToIx(world, flavor, token.mint, token.key, mint?.authority, amount, mint?.decimals ?? 0));
};

/** Whoever may spend: the owner, or for a smaller amount the delegate. */
function spender(world: World, token: TokenState): { authority: Pubkey; most: bigint } {
  if (token.delegate !== undefined && world.random.chance(3)) {
    return { authority: token.delegate, most: token.delegatedAmount };
  }
  return { authority: token.owner, most: token.amount };
}

/** Accounts that a transfer through a hook needs besides; here none are added, so that hooks fail. */
const pay: FlavoredGenerator = (world, flavor) => {
  const { random } = world;
  const from = someToken(world, flavor, ({ amount, isFrozen }) => amount > 0n && (!isFrozen || random.chance(8)));
  if (from === undefined) return mintTo(world, flavor);
  const to = random.chance(15)
    ? from
    : (someToken(world, flavor, ({ key, mint }) => !key.equals(from.key) && mint.equals(from.mint)) ?? from);
  const { authority, most } = spender(world, from);
  const amount = random.mostly(BigInt(random.u32()) % (most + 1n), [most, most + 1n, random.edge()]);
  const decimals = someMint(world, flavor, ({ key }) => key.equals(from.mint))?.decimals ?? 9;
  const signers = authorityMetas(world, flavor, authority);
  if (random.chance(flavor.is2022 ? 4 : 2)) {
    return one(
      'transfer',
      ix(flavor.program, [meta(from.key, 'w'), meta(to.key, 'w'), ...signers], u8(3), u64(amount)),
    );
  }
  const accounts = [meta(from.key, 'w'), meta(from.mint), meta(to.key, 'w'), ...signers];
  return one(
    'transferChecked',
    ix(flavor.program, accounts, u8(12), u64(amount), u8(random.mostly(decimals, [decimals ^ 1]))),
  );
};

const approve: FlavoredGenerator = (world, flavor) => {
  const { random } = world;
  const token = someToken(world, flavor);
  if (token === undefined) return newToken(world, flavor);
  const signers = authorityMetas(world, flavor, token.owner);
  if (random.chance(4)) {
    return one('revoke', ix(flavor.program, [meta(token.key, 'w'), ...signers], u8(5)));
  }
  const delegate = meta(world.authority());
  const amount = u64(random.amount(token.amount));
  if (random.chance(2)) {
    return one('approve', ix(flavor.program, [meta(token.key, 'w'), delegate, ...signers], u8(4), amount));
  }
  const decimals = someMint(world, flavor, ({ key }) => key.equals(token.mint))?.decimals ?? 9;
  const accounts = [meta(token.key, 'w'), meta(token.mint), delegate, ...signers];
  return one('approveChecked', ix(flavor.program, accounts, u8(13), amount, u8(decimals)));
};

const burn: FlavoredGenerator = (world, flavor) => {
  const { random } = world;
  const token = someToken(world, flavor, ({ amount }) => amount > 0n);
  if (token === undefined) return mintTo(world, flavor);
  const { authority, most } = spender(world, token);
  const amount = u64(random.mostly(most / 2n, [most, most + 1n, 0n]));
  const accounts = [meta(token.key, 'w'), meta(token.mint, 'w'), ...authorityMetas(world, flavor, authority)];
  if (random.chance(2)) return one('burn', ix(flavor.program, accounts, u8(8), amount));
  const decimals = someMint(world, flavor, ({ key }) => key.equals(token.mint))?.decimals ?? 9;
  return one('burnChecked', ix(flavor.program, accounts, u8(15), amount, u8(decimals)));
};

const freeze: FlavoredGenerator = (world, flavor) => {
  const { random } = world;
  const token = someToken(world, flavor, ({ isFrozen }) => isFrozen === random.chance(2)) ?? someToken(world, flavor);
  if (token === undefined) return newToken(world, flavor);
  const mint = someMint(world, flavor, ({ key }) => key.equals(token.mint));
  const authority = mint?.freezeAuthority ?? world.actor();
  const accounts = [meta(token.key, 'w'), meta(token.mint), ...authorityMetas(world, flavor, authority)];
  const tag = random.mostly(token.isFrozen ? 11 : 10, [10, 11]);
  return one(tag === 10 ? 'freezeAccount' : 'thawAccount', ix(flavor.program, accounts, u8(tag)));
};

const close: FlavoredGenerator = (world, flavor) => {
  const { random } = world;
  const token = someToken(world, flavor, ({ amount, isNative }) => amount === 0n || isNative || random.chance(6));
  if (token === undefined) return newToken(world, flavor);
  const authority = token.closeAuthority ?? token.owner;
  const to = random.mostly(world.actor(), [token.key, token.mint]);
  return one(
    'closeAccount',
    ix(flavor.program, [meta(token.key, 'w'), meta(to, 'w'), ...authorityMetas(world, flavor, authority)], u8(9)),
  );
};

/** Mint, freeze, owner, close; and those of Token-2022's extensions. */
const setAuthority: FlavoredGenerator = (world, flavor) => {
  const { random } = world;
  const next = option(random.chance(4) ? undefined : world.authority().bytes);
  const isOfMint = random.chance(2);
  const mint = isOfMint ? someMint(world, flavor) : undefined;
  if (mint !== undefined) {
    const type = random.pick(flavor.is2022 ? [0, 1, 0, 1, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17] : [0, 1]);
    const authority = type === 0 ? mint.authority : type === 1 ? mint.freezeAuthority : world.note<Pubkey>(mint.key);
    const accounts = [meta(mint.key, 'w'), ...authorityMetas(world, flavor, authority)];
    return one('setAuthorityOfMint', ix(flavor.program, accounts, u8(6), u8(type), next));
  }
  const token = someToken(world, flavor);
  if (token === undefined) return newToken(world, flavor);
  const type = random.mostly(random.pick([2, 3]), [0, 1, 4, 255]);
  const authority = type === 3 ? (token.closeAuthority ?? token.owner) : token.owner;
  const accounts = [meta(token.key, 'w'), ...authorityMetas(world, flavor, authority)];
  return one('setAuthorityOfAccount', ix(flavor.program, accounts, u8(6), u8(type), next));
};

const sync: FlavoredGenerator = (world, flavor) => {
  const { random } = world;
  const token = someToken(world, flavor, ({ isNative }) => isNative);
  if (token === undefined) return newToken(world, flavor);
  const syncNative = ix(flavor.program, [meta(token.key, 'w')], u8(17));
  if (random.chance(2)) {
    const fund = transfer(world.actor(), token.key, BigInt(random.below(10_000_000)));
    return { name: 'syncNative', instructions: [fund, syncNative] };
  }
  const amount = option(random.chance(3) ? undefined : u64(random.amount(token.amount)));
  const accounts = [meta(token.key, 'w'), meta(world.actor(), 'w'), ...authorityMetas(world, flavor, token.owner)];
  return one('unwrapLamports', ix(flavor.program, accounts, u8(45), amount));
};

const AMOUNTS = ['0', '1', '1.5', '.', '', '00.10', '1e3', '18446744073709551616', '-1', '0.0000000001', '١', '1.'];

const convert: FlavoredGenerator = (world, flavor) => {
  const { random } = world;
  const mint = someMint(world, flavor);
  if (mint === undefined) return newMint(world, flavor);
  const accounts: Meta[] = [meta(mint.key)];
  switch (random.below(3)) {
    case 0: {
      const types = flavor.is2022 && random.chance(2) ? [u16(random.below(30)), u16(random.below(30))] : [NO_BYTES];
      return one('getAccountDataSize', ix(flavor.program, accounts, u8(21), ...types));
    }
    case 1:
      return one(
        'amountToUiAmount',
        ix(flavor.program, accounts, u8(23), u64(random.mostly(random.u64(), [random.edge()]))),
      );
    default:
      return one('uiAmountToAmount', ix(flavor.program, accounts, u8(24), text(random.pick(AMOUNTS))));
  }
};

const withdrawExcess: FlavoredGenerator = (world, flavor) => {
  const { random } = world;
  const token = random.chance(2) ? someToken(world, flavor) : undefined;
  const mint = someMint(world, flavor);
  const source = token?.key ?? mint?.key;
  if (source === undefined) return newMint(world, flavor);
  const authority = token?.owner ?? mint?.authority ?? source;
  const accounts = [meta(source, 'w'), meta(world.actor(), 'w'), ...authorityMetas(world, flavor, authority)];
  const withdraw = ix(flavor.program, accounts, u8(38));
  const fund = transfer(world.actor(), source, BigInt(random.below(1_000_000)));
  return { name: 'withdrawExcessLamports', instructions: random.chance(2) ? [fund, withdraw] : [withdraw] };
};

/** Several instructions as one. */
const batch: FlavoredGenerator = (world, flavor) => {
  const { random } = world;
  const parts: Ix[] = [];
  for (let i = random.below(4); i >= 0; i--) {
    const move = random.pick([pay, approve, burn, freeze, mintTo])(world, flavor);
    parts.push(...(move?.instructions.filter(({ programId }) => programId.equals(flavor.program)) ?? []));
  }
  const data = parts.flatMap(({ accounts, data }) => [
    u8(random.mostly(accounts.length, [accounts.length + 1, 0])),
    u8(random.mostly(data.length, [data.length + 1, 0])),
    data,
  ]);
  return one(
    'batch',
    ix(
      flavor.program,
      parts.flatMap(({ accounts }) => accounts),
      u8(255),
      ...data,
    ),
  );
};

/** Any tag with data of chance, on accounts of chance. */
const noise: FlavoredGenerator = (world, flavor) => {
  const { random } = world;
  const accounts = Array.from({ length: random.below(5) }, () =>
    meta(
      random.pick([
        someToken(world, flavor)?.key ?? world.actor(),
        someMint(world, flavor)?.key ?? world.actor(),
        world.actor(),
        SYSTEM_PROGRAM_ID,
      ]),
      random.pick(['w', '', 's']),
    ),
  );
  return one('noise', ix(flavor.program, accounts, u8(random.below(50)), random.bytes(random.below(70))));
};

function one(name: string, instruction: Ix): Move {
  return { name, instructions: [instruction] };
}

const BOTH: readonly (readonly [weight: number, generator: FlavoredGenerator])[] = [
  [2, newMint],
  [5, newToken],
  [1, newMultisig],
  [4, mintTo],
  [10, pay],
  [3, approve],
  [2, burn],
  [3, freeze],
  [2, close],
  [3, setAuthority],
  [2, sync],
  [2, convert],
  [1, withdrawExcess],
  [2, batch],
  [1, noise],
];

const generatorsFor = (flavor: Flavor): readonly (readonly [number, Generator])[] =>
  BOTH.map(([weight, generator]) => [
    weight,
    (world) => {
      const move = generator(world, flavor);
      return move && { ...move, name: `${flavor.is2022 ? '2022' : 'token'}.${move.name}` };
    },
  ]);

export const TOKEN = generatorsFor(TOKEN_FLAVOR);
export const TOKEN_2022_BASE = generatorsFor(TOKEN_2022_FLAVOR);

/** For each program two mints, accounts of them, a multisig. */
export const TOKEN_MAKERS: readonly Generator[] = [TOKEN_FLAVOR, TOKEN_2022_FLAVOR].flatMap((flavor) =>
  [newMint, newMint, newMultisig, newToken, newToken, newToken, newToken, mintTo, mintTo].map(
    (generator): Generator =>
      (world) =>
        generator(world, flavor),
  ),
);
