// What must hold of one account, in Anchor's order. What makes accounts, or changes their size, is in account-init.ts.
// Source: anchor lang/syn/src/codegen/accounts/constraints.rs.

import type { Address } from '@solana/kit';
import { initialize, reallocate, takeZeroed } from './account-init.ts';
import { type AccountScope, type Field, isInit, isMut, isSigner, violated } from './account-scope.ts';
import type { AccountLoader, DataAccount, DeclaredAccount, MintData, TokenAccountData } from './account-types.ts';
import { Migrating } from './account-values.ts';
import { anchorError } from './anchor-error.ts';
import { ASSOCIATED_TOKEN_PROGRAM, TOKEN_PROGRAM } from './declared-accounts.ts';
import { checkExtensions } from './mint-extensions.ts';
import { ProgramError } from './program-error.ts';
import { createProgramAddress, findProgramAddress } from './syscalls.ts';
import { getRent } from './sysvars.ts';

/** Takes an account through everything that was declared of it; nothing where it is an optional one that isn't there. */
export function checkAccount(scope: AccountScope, field: Field): void {
  if (scope.values[field.name] === null) return;
  const { options, name } = field;
  if (field.spec.kind === 'group') {
    checkRaw(field, scope.values[name], scope.args);
    return;
  }
  const isMade = isInit(field);
  const isRentChecked = (isMade || options['zero']) && options['rentExempt'] !== false ? true : options['rentExempt'];
  const rent = isRentChecked === true ? getRent() : undefined;
  if (options['zero']) takeZeroed(scope, field);
  if (isMade) initialize(scope, field, rent ?? getRent());
  if (options['realloc'] !== undefined) reallocate(scope, field);
  if (options['seeds'] !== undefined && !isMade) checkSeeds(scope, field);
  if (field.spec.isAssociated && !isMade) checkAssociated(scope, field);
  const { info } = scope.value(name);
  if (isMut(field) && !info.isWritable) throw violated(field, 'ConstraintMut', 'mut');
  if (isSigner(field) && !info.isSigner) throw violated(field, 'ConstraintSigner', 'signer');
  checkHasOne(scope, field);
  checkRaw(field, scope.values, scope.args);
  if (options['owner'] !== undefined) {
    const owner = scope.resolve<Address>(options['owner']);
    if (info.owner !== owner) throw violated(field, 'ConstraintOwner', 'owner').withKeys(info.owner, owner);
  }
  if (rent !== undefined && !rent.isExempt(info.lamports, info.dataLen)) throw violated(field, 'ConstraintRentExempt');
  if (options['executable'] && !info.executable) throw violated(field, 'ConstraintExecutable');
  if (options['close'] !== undefined && info.key === scope.key(options['close'])) {
    throw violated(field, 'ConstraintClose');
  }
  checkAddress(scope, field);
  if (isMade || field.spec.isAssociated) return;
  if (field.spec.kind === 'token') checkToken(scope, field);
  else if (field.spec.kind === 'mint') checkMint(scope, field);
}

function checkAddress(scope: AccountScope, field: Field): void {
  const { spec, options, name } = field;
  const key = scope.key(name);
  const address =
    options['address'] === undefined
      ? spec.derived?.seeds && spec.derived.address(scope.programId)
      : scope.resolve<Address>(options['address']);
  if (address !== undefined && key !== address) {
    throw violated(field, 'ConstraintAddress', 'address').withKeys(key, address);
  }
}

function checkHasOne(scope: AccountScope, field: Field): void {
  const targets: string | readonly string[] = field.options['hasOne'] ?? [];
  for (const target of typeof targets === 'string' ? [targets] : targets) {
    // Whether the other is there comes first.
    const theirs = scope.key(target);
    const mine = (dataOf(scope.value(field.name)) as Readonly<Record<string, Address>>)[target];
    if (mine !== theirs) throw violated(field, 'ConstraintHasOne', 'hasOne').withKeys(mine, theirs);
  }
}

function dataOf(account: DeclaredAccount): unknown {
  if (account instanceof Migrating) return account.from;
  return 'load' in account ? (account as AccountLoader<unknown>).load() : (account as DataAccount<unknown>).data;
}

function checkRaw(field: Field, accounts: unknown, args: unknown): void {
  const checks = field.options['constraint'] ?? [];
  for (const check of Array.isArray(checks) ? checks : [checks]) {
    if (!check(accounts, args)) throw violated(field, 'ConstraintRaw', 'constraint');
  }
}

function checkSeeds(scope: AccountScope, field: Field): void {
  const { options, name } = field;
  const key = scope.key(name);
  const seeds = options['seeds'](scope.values, scope.args);
  const { seedsProgram } = options as { seedsProgram?: Address };
  const program = seedsProgram === undefined ? scope.programId : scope.resolve<Address>(seedsProgram);
  let address: Address;
  if (options['bump'] === undefined) {
    const [found, bump] = findProgramAddress(seeds, program);
    scope.bumps[name] = bump;
    address = found;
  } else {
    const bump = scope.resolve<number>(options['bump']);
    try {
      address = createProgramAddress([...seeds, bump], program);
    } catch (thrown) {
      throw thrown instanceof ProgramError ? violated(field, 'ConstraintSeeds') : thrown;
    }
  }
  if (key !== address) throw violated(field, 'ConstraintSeeds').withKeys(key, address);
}

function checkAssociated(scope: AccountScope, field: Field): void {
  const { options } = field;
  const account = scope.value(field.name) as DataAccount<TokenAccountData>;
  const [wallet, mint] = [scope.key(options['authority']), scope.key(options['mint'])];
  const program = options['tokenProgram'] === undefined ? TOKEN_PROGRAM : scope.key(options['tokenProgram']);
  if (options['tokenProgram'] !== undefined && account.info.owner !== program) {
    throw anchorError('ConstraintAssociatedTokenTokenProgram');
  }
  const { owner } = account.data;
  if (owner !== wallet) throw violated(field, 'ConstraintTokenOwner').withKeys(owner, wallet);
  const [address] = findProgramAddress([wallet, program, mint], ASSOCIATED_TOKEN_PROGRAM);
  if (account.key !== address) throw violated(field, 'ConstraintAssociated').withKeys(account.key, address);
}

function checkToken(scope: AccountScope, { options, name }: Field): void {
  const { data, info } = scope.value(name) as DataAccount<TokenAccountData>;
  const { authority, mint, tokenProgram } = options as Readonly<Record<string, string | undefined>>;
  if (authority !== undefined && data.owner !== scope.key(authority)) throw anchorError('ConstraintTokenOwner');
  if (mint !== undefined && data.mint !== scope.key(mint)) throw anchorError('ConstraintTokenMint');
  if (tokenProgram !== undefined && info.owner !== scope.key(tokenProgram)) {
    throw anchorError('ConstraintTokenTokenProgram');
  }
}

function checkMint(scope: AccountScope, field: Field): void {
  const { options, name } = field;
  const { data, info } = scope.value(name) as DataAccount<MintData>;
  const { authority, freezeAuthority, tokenProgram } = options as Readonly<Record<string, string | undefined>>;
  if (options['decimals'] !== undefined && data.decimals !== scope.resolveArgs<number>(options['decimals'])) {
    throw anchorError('ConstraintMintDecimals');
  }
  if (authority !== undefined && data.mintAuthority !== scope.key(authority)) {
    throw anchorError('ConstraintMintMintAuthority');
  }
  if (freezeAuthority !== undefined && data.freezeAuthority !== scope.key(freezeAuthority)) {
    throw anchorError('ConstraintMintFreezeAuthority');
  }
  if (tokenProgram !== undefined && info.owner !== scope.key(tokenProgram)) {
    throw anchorError('ConstraintMintTokenProgram');
  }
  checkExtensions(scope, field, info);
}
