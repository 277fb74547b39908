// Anchor's own checks, each made by a declared program that finds an account other than it was declared: what Anchor logs and
// returns there is what a compiled Anchor program does.

import { hashes } from '../../src/crypto/hashes.ts';
import { findProgramAddress } from '../../src/crypto/program-address.ts';
import * as p from '../../src/program/index.ts';
import type { Pubkey } from '../../src/wire/pubkey.ts';
import { type FailureCase, failure } from './case.ts';
import * as s from './scene.ts';

const { PAYER, ALICE, BOB, MINT, OTHER_MINT, ALICE_TOKENS, VAULT, POOL, OUTER, INNER, meta, u8, u64, join, text } = s;

const Box = p.state('Box', { owner: p.pubkey, value: p.u64 });
const discriminatorOf = (name: string) => hashes.sha256(text(name)).slice(0, 8);
const boxOf = (owner: Pubkey, name = 'account:Box') => join(discriminatorOf(name), owner.bytes, u64(5n));

type Accounts = Parameters<typeof p.instruction>[0]['accounts'];
/** A case whose only instruction has these accounts, and is given those. */
function declared(
  id: string,
  cause: string,
  code: string,
  says: readonly (string | RegExp)[],
  accounts: Accounts,
  given: (scene: s.Scene) => s.Meta[],
  handler: (accounts: Readonly<Record<string, never>>) => void = () => {},
  data: Uint8Array = discriminatorOf('global:go'),
): FailureCase {
  return failure(`anchor-check-${id}`, cause, code, says, (scene) => {
    const go = p.instruction({ accounts: accounts!, handler: (context) => handler(context.accounts as never) });
    scene.hosted(OUTER, p.program(String(OUTER), { go } as never, { name: 'shop' }));
    return scene.send([s.instruction(OUTER, given(scene), data)]);
  });
}

const box = (scene: s.Scene, flags: '' | 's' | 'w' | 'sw' = '', data = boxOf(ALICE)) =>
  meta(scene.account(VAULT, { owner: OUTER, data }), flags);
const wallet = (scene: s.Scene, address: Pubkey, flags: '' | 's' | 'w' | 'sw' = '') =>
  meta(scene.account(address), flags);
const tokens = (scene: s.Scene, mint = MINT, owner = ALICE) => {
  scene.mint(MINT, s.mintData(PAYER, 6, PAYER));
  scene.mint(OTHER_MINT);
  return meta(scene.tokens(ALICE_TOKENS, mint, owner, 5n), 'w');
};
const mintOf = (scene: s.Scene) => meta(scene.mint(MINT, s.mintData(PAYER, 6, PAYER)));

export const ANCHOR_CASES: readonly FailureCase[] = [
  declared(
    'seeds',
    'The box is that of alice, and bob is passed as its owner.',
    'ANCHOR_CONSTRAINT_SEEDS',
    [/seed 1 is alice, not bob/, /pass alice as `owner`, in place of bob/],
    { owner: p.uncheckedAccount(), box: p.account(Box, { seeds: (a) => ['box', a['owner'].key] }) },
    (scene) => {
      const { address } = findProgramAddress([text('box'), ALICE.bytes], OUTER) as { address: Pubkey };
      return [wallet(scene, BOB), meta(scene.account(address, { owner: OUTER, data: boxOf(ALICE) })), meta(ALICE)];
    },
  ),
  declared(
    'mut',
    'The box is read-only.',
    'ANCHOR_CONSTRAINT_MUT',
    [/`box`/, /writable/],
    { box: p.account(Box, { mut: true }) },
    (scene) => [box(scene)],
  ),
  declared('signer', 'alice did not sign.', 'ANCHOR_ACCOUNT_NOT_SIGNER', [/sign/], { owner: p.signer() }, (scene) => [
    wallet(scene, ALICE),
  ]),
  declared(
    'constraint-signer',
    'The box did not sign.',
    'ANCHOR_CONSTRAINT_SIGNER',
    [/sign/],
    { box: p.account(Box, { signer: true }) },
    (scene) => [box(scene)],
  ),
  declared(
    'owner',
    'bob is owned by System, and not by the program.',
    'ANCHOR_CONSTRAINT_OWNER',
    [/owner/],
    { box: p.uncheckedAccount({ owner: () => String(OUTER) as never }) },
    (scene) => [wallet(scene, BOB)],
  ),
  declared(
    'address',
    'bob is passed where alice is required.',
    'ANCHOR_CONSTRAINT_ADDRESS',
    ['alice', 'bob'],
    { box: p.uncheckedAccount({ address: () => String(ALICE) as never }) },
    (scene) => [wallet(scene, BOB)],
  ),
  declared(
    'raw',
    'The value of the box is 5, and must be more.',
    'ANCHOR_CONSTRAINT_RAW',
    [/box/],
    { box: p.account(Box, { constraint: (a) => a['box'].data.value > 5n }) },
    (scene) => [box(scene)],
  ),
  declared(
    'executable',
    'bob is no program.',
    'ANCHOR_CONSTRAINT_EXECUTABLE',
    [/must be a program/],
    { box: p.uncheckedAccount({ executable: true }) },
    (scene) => [wallet(scene, BOB)],
  ),
  declared(
    'rent-exempt',
    'The account holds one lamport.',
    'ANCHOR_CONSTRAINT_RENT_EXEMPT',
    [/rent/],
    { box: p.uncheckedAccount({ rentExempt: true }) },
    (scene) => [meta(scene.account(VAULT, { lamports: 1n, owner: OUTER, data: u8(1) }))],
  ),
  declared(
    'zero',
    'The account holds a box already.',
    'ANCHOR_CONSTRAINT_ZERO',
    [/zero/],
    { box: p.account(Box, { zero: true }) },
    (scene) => [box(scene, 'w')],
  ),
  declared(
    'discriminator',
    'The account is of another type.',
    'ANCHOR_ACCOUNT_DISCRIMINATOR_MISMATCH',
    [/another type/],
    { box: p.account(Box) },
    (scene) => [box(scene, '', boxOf(ALICE, 'account:Bag'))],
  ),
  declared(
    'discriminator-missing',
    'The account has no data.',
    'ANCHOR_ACCOUNT_DISCRIMINATOR_NOT_FOUND',
    [/discriminator/],
    { box: p.account(Box) },
    (scene) => [box(scene, '', u8())],
  ),
  declared(
    'too-short',
    'The account is shorter than a box.',
    'ANCHOR_ACCOUNT_DID_NOT_DESERIALIZE',
    [/could not be read/],
    { box: p.account(Box) },
    (scene) => [box(scene, '', boxOf(ALICE).slice(0, 20))],
  ),
  declared(
    'keys',
    'Two accounts are declared, and one is passed.',
    'ANCHOR_ACCOUNT_NOT_ENOUGH_KEYS',
    [/account/],
    { box: p.account(Box), owner: p.signer() },
    (scene) => [box(scene)],
  ),
  declared(
    'program',
    'Token is passed where System is declared.',
    'ANCHOR_INVALID_PROGRAM_ID',
    ['Token', 'System'],
    { systemProgram: p.systemProgram() },
    () => [meta(s.TOKEN)],
  ),
  declared(
    'no-program',
    'bob is passed where a program is declared.',
    'ANCHOR_INVALID_PROGRAM_EXECUTABLE',
    [/no program/],
    { callee: p.programAccount() },
    (scene) => [wallet(scene, BOB)],
  ),
  declared(
    'not-system',
    'The box is passed where a wallet is declared.',
    'ANCHOR_ACCOUNT_NOT_SYSTEM_OWNED',
    [/system/i],
    { payer: p.systemAccount() },
    (scene) => [box(scene)],
  ),
  declared(
    'sysvar',
    'Rent is passed where Clock is declared.',
    'ANCHOR_ACCOUNT_SYSVAR_MISMATCH',
    [/sysvar/i],
    { clock: p.sysvarAccount('clock') },
    () => [meta('SysvarRent111111111111111111111111111111111')],
  ),
  declared(
    'token-mint',
    'The tokens are of another mint.',
    'ANCHOR_CONSTRAINT_TOKEN_MINT',
    [/mint/],
    { mint: p.mint(), tokens: p.tokenAccount({ mint: 'mint' }) },
    (scene) => [mintOf(scene), tokens(scene, OTHER_MINT)],
  ),
  declared(
    'token-owner',
    'The tokens are those of alice, and not of bob.',
    'ANCHOR_CONSTRAINT_TOKEN_OWNER',
    [/owner/],
    { owner: p.uncheckedAccount(), tokens: p.tokenAccount({ authority: 'owner' }) },
    (scene) => [wallet(scene, BOB), tokens(scene)],
  ),
  declared(
    'associated',
    'The tokens are not in the associated account.',
    'ANCHOR_CONSTRAINT_ASSOCIATED',
    [/[Aa]ssociated/],
    {
      owner: p.uncheckedAccount(),
      mint: p.mint(),
      tokens: p.associatedTokenAccount({ mint: 'mint', authority: 'owner' }),
    },
    (scene) => {
      const given = tokens(scene);
      return [wallet(scene, ALICE), mintOf(scene), given];
    },
  ),
  declared(
    'mint-authority',
    'payer may mint, and not alice.',
    'ANCHOR_CONSTRAINT_MINT_MINT_AUTHORITY',
    [/authority/],
    { owner: p.uncheckedAccount(), mint: p.mint({ authority: 'owner' }) },
    (scene) => [wallet(scene, ALICE), mintOf(scene)],
  ),
  declared(
    'freeze-authority',
    'payer may freeze, and not alice.',
    'ANCHOR_CONSTRAINT_MINT_FREEZE_AUTHORITY',
    [/freeze/],
    { owner: p.uncheckedAccount(), mint: p.mint({ freezeAuthority: 'owner' }) },
    (scene) => [wallet(scene, ALICE), mintOf(scene)],
  ),
  declared(
    'decimals',
    'The mint has 6 decimals, and not 9.',
    'ANCHOR_CONSTRAINT_MINT_DECIMALS',
    [/decimals/],
    { mint: p.mint({ decimals: 9 }) },
    (scene) => [mintOf(scene)],
  ),
  declared(
    'require',
    'A condition of the program does not hold.',
    'ANCHOR_REQUIRE_VIOLATED',
    [/[Rr]equire|violated/],
    {},
    () => [meta(POOL)],
    () => p.require(false),
  ),
  declared(
    'require-eq',
    '5 is not 7.',
    'ANCHOR_REQUIRE_EQ_VIOLATED',
    ['5', '7'],
    {},
    () => [meta(POOL)],
    () => p.requireEq(5n, 7n),
  ),
  declared(
    'require-neq',
    '5 is 5.',
    'ANCHOR_REQUIRE_NEQ_VIOLATED',
    ['5'],
    {},
    () => [meta(POOL)],
    () => p.requireNeq(5n, 5n),
  ),
  declared(
    'require-gt',
    '5 is not more than 7.',
    'ANCHOR_REQUIRE_GT_VIOLATED',
    ['5', '7'],
    {},
    () => [meta(POOL)],
    () => p.requireGt(5n, 7n),
  ),
  declared(
    'require-gte',
    '5 is less than 7.',
    'ANCHOR_REQUIRE_GTE_VIOLATED',
    ['5', '7'],
    {},
    () => [meta(POOL)],
    () => p.requireGte(5n, 7n),
  ),
  declared(
    'require-keys',
    'alice is not bob.',
    'ANCHOR_REQUIRE_KEYS_EQ_VIOLATED',
    ['alice', 'bob'],
    {},
    () => [meta(ALICE), meta(BOB)],
    () => p.requireKeysEq(String(ALICE) as never, String(BOB) as never),
  ),
  declared(
    'require-other-keys',
    'alice is alice.',
    'ANCHOR_REQUIRE_KEYS_NEQ_VIOLATED',
    ['alice'],
    {},
    () => [meta(ALICE)],
    () => p.requireKeysNeq(String(ALICE) as never, String(ALICE) as never),
  ),
  declared(
    'short-data',
    'The instruction data has three bytes.',
    'ANCHOR_INSTRUCTION_FALLBACK_NOT_FOUND',
    [/instruction/i],
    {},
    () => [meta(INNER)],
    undefined,
    u8(1, 2, 3),
  ),
  declared(
    'has-one-of-another',
    'The box is that of alice, and bob is passed as its owner.',
    'ANCHOR_CONSTRAINT_HAS_ONE',
    [/`box` is the right one: pass alice as `owner`, in place of bob/, /pass another `box`, one that names bob/],
    { owner: p.uncheckedAccount(), box: p.account(Box, { hasOne: ['owner'] }) },
    (scene) => [wallet(scene, BOB), box(scene)],
  ),
  declared(
    'token-program-of-the-other-kind',
    'Token-2022 is passed where the program takes Token.',
    'ANCHOR_INVALID_PROGRAM_ID',
    [/Pass Token as `tokenProgram`, in place of Token-2022/],
    { tokenProgram: p.tokenProgram() },
    () => [meta(s.TOKEN_2022)],
  ),
  declared(
    'mint-and-tokens-swapped',
    'The mint and the token account are in the place of each other.',
    'PROGRAM_INVALID_ACCOUNT_DATA',
    [/could not read `mint` \(alice's tokens\).* a token account of Token/, /`mint` and `from` swapped/],
    { mint: p.mint(), from: p.tokenAccount({ mut: true }) },
    (scene) => [tokens(scene), meta(MINT, 'w')],
  ),
];
