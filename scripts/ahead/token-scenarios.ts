// What tests and users do with tokens, by either token program: each instruction the way it is commonly used, and the
// refusals that are commonly tested.

import { AccountRole, type Address, type Instruction, some, type TransactionSigner } from '@solana/kit';
import { getCreateAccountInstruction, getTransferSolInstruction } from '@solana-program/system';
import {
  AuthorityType,
  findAssociatedTokenPda,
  getAmountToUiAmountInstruction,
  getApproveCheckedInstruction,
  getApproveInstruction,
  getBurnCheckedInstruction,
  getBurnInstruction,
  getCloseAccountInstruction,
  getCreateAssociatedTokenIdempotentInstruction,
  getCreateAssociatedTokenInstruction,
  getCreateNativeMintInstruction,
  getFreezeAccountInstruction,
  getGetAccountDataSizeInstruction,
  getInitializeAccount2Instruction,
  getInitializeAccount3Instruction,
  getInitializeAccountInstruction,
  getInitializeImmutableOwnerInstruction,
  getInitializeMint2Instruction,
  getInitializeMintInstruction,
  getInitializeMultisigInstruction,
  getMintToCheckedInstruction,
  getMintToInstruction,
  getRevokeInstruction,
  getSetAuthorityInstruction,
  getSyncNativeInstruction,
  getThawAccountInstruction,
  getTransferCheckedInstruction,
  getTransferInstruction,
  getUiAmountToAmountInstruction,
} from '@solana-program/token-2022';
import type { Stage } from './stage.ts';

const MINT_LEN = 82;
const ACCOUNT_LEN = 165;
const MULTISIG_LEN = 355;
const RENT = 'SysvarRent111111111111111111111111111111111' as Address;
const DECIMALS = 6;
const AMOUNT = 1_000_000n;
/** More wallets, for the search of an address to go on at a second and a third bump. */
const WALLETS = 12;

/** An account of a program, which is yet to say what it is. */
export function createAccount(stage: Stage, newAccount: TransactionSigner, space: number, programAddress: Address) {
  const lamports = stage.svm.minimumBalanceForRentExemption(BigInt(space));
  return getCreateAccountInstruction({ payer: stage.payer, newAccount, lamports, space, programAddress });
}

export interface TokenProgram {
  readonly programAddress: Address;
  readonly nativeMint: Address;
  /** Bytes of an account whose owner stays. */
  readonly ownedLen: number;
}

export async function playTokens(stage: Stage, { programAddress, nativeMint, ownedLen }: TokenProgram): Promise<void> {
  const config = { programAddress };
  const { payer } = stage;
  const [owner, delegate, stranger] = [stage.wallet(), stage.wallet(), stage.wallet()];
  const newAccount = (account: TransactionSigner, space: number) =>
    createAccount(stage, account, space, programAddress);
  const ataOf = async (wallet: Address, mint: Address): Promise<Address> =>
    (await findAssociatedTokenPda({ owner: wallet, mint, tokenProgram: programAddress }))[0];
  const createAta = (ata: Address, wallet: Address, mint: Address): Instruction =>
    getCreateAssociatedTokenInstruction({ payer, ata, owner: wallet, mint, tokenProgram: programAddress });
  const createAtaIdempotent = (ata: Address, wallet: Address, mint: Address): Instruction =>
    getCreateAssociatedTokenIdempotentInstruction({ payer, ata, owner: wallet, mint, tokenProgram: programAddress });

  // Mints.
  const [mint, otherMint, plainMint] = [stage.wallet(), stage.wallet(), stage.wallet()];
  const mintAuthority = payer.address;
  const freezeAuthority = some(payer.address);
  const initializeMint = (address: Address) =>
    getInitializeMint2Instruction({ mint: address, decimals: DECIMALS, mintAuthority, freezeAuthority }, config);
  stage.play(newAccount(mint, MINT_LEN), initializeMint(mint.address));
  stage.play(newAccount(otherMint, MINT_LEN), initializeMint(otherMint.address));
  stage.play(
    newAccount(plainMint, MINT_LEN),
    getInitializeMintInstruction({ mint: plainMint.address, decimals: 0, mintAuthority, rent: RENT }, config),
  );
  stage.playRefused(initializeMint(mint.address));

  // Token accounts.
  const [first, second, third] = [stage.wallet(), stage.wallet(), stage.wallet()];
  stage.play(
    newAccount(first, ACCOUNT_LEN),
    getInitializeAccountInstruction({ account: first.address, mint: mint.address, owner: owner.address }, config),
  );
  stage.play(
    newAccount(second, ACCOUNT_LEN),
    getInitializeAccount2Instruction({ account: second.address, mint: mint.address, owner: owner.address }, config),
  );
  stage.play(
    newAccount(third, ownedLen),
    getInitializeImmutableOwnerInstruction({ account: third.address }, config),
    getInitializeAccount3Instruction({ account: third.address, mint: mint.address, owner: stranger.address }, config),
  );
  stage.playRefused(
    getInitializeAccount3Instruction({ account: third.address, mint: mint.address, owner: owner.address }, config),
  );
  stage.play(getGetAccountDataSizeInstruction({ mint: mint.address }, config));

  // Associated token accounts.
  const atas: Address[] = [];
  for (let i = 0; i < WALLETS; i++) {
    const wallet = i === 0 ? payer.address : i === 1 ? owner.address : stage.address();
    const ata = await ataOf(wallet, mint.address);
    atas.push(ata);
    stage.play((i % 2 === 0 ? createAta : createAtaIdempotent)(ata, wallet, mint.address));
    stage.play(createAtaIdempotent(ata, wallet, mint.address));
    if (i < 2) stage.playRefused(createAta(ata, wallet, mint.address));
  }
  const [payersAta, ownersAta] = atas;
  stage.playRefused(createAta(await ataOf(stranger.address, mint.address), owner.address, mint.address));
  stage.playRefused(createAtaIdempotent(ownersAta, stranger.address, mint.address));
  const othersAta = await ataOf(owner.address, otherMint.address);
  stage.play(createAta(othersAta, owner.address, otherMint.address));

  // Tokens made, sent and burnt.
  const mintTo = (token: Address, amount: bigint, authority = payer) =>
    getMintToInstruction({ mint: mint.address, token, mintAuthority: authority, amount }, config);
  const transfer = (source: Address, destination: Address, amount: bigint, authority = owner) =>
    getTransferInstruction({ source, destination, authority, amount }, config);
  const transferChecked = (source: Address, destination: Address, amount: bigint, authority = owner, decimals = 6) => {
    const accounts = { source, mint: mint.address, destination, authority };
    return getTransferCheckedInstruction({ ...accounts, amount, decimals }, config);
  };
  const burn = (account: Address, amount: bigint, authority = owner) =>
    getBurnInstruction({ account, mint: mint.address, authority, amount }, config);
  for (const token of [first.address, second.address, third.address, ...atas]) stage.play(mintTo(token, AMOUNT));
  const checked = { mint: mint.address, mintAuthority: payer, amount: AMOUNT };
  stage.play(getMintToCheckedInstruction({ ...checked, token: first.address, decimals: DECIMALS }, config));
  stage.playRefused(getMintToCheckedInstruction({ ...checked, token: first.address, decimals: 9 }, config));
  stage.playRefused(mintTo(first.address, AMOUNT, stranger));
  stage.playRefused(mintTo(first.address, 2n ** 64n - 1n));
  stage.playRefused(mintTo(othersAta, AMOUNT));
  stage.play(transfer(first.address, second.address, 10n));
  stage.play(transfer(first.address, first.address, 10n));
  stage.play(transfer(first.address, second.address, 0n));
  stage.play(transferChecked(first.address, second.address, 10n));
  stage.play(transferChecked(first.address, first.address, 10n));
  stage.play(transfer(ownersAta, payersAta, 5n), transferChecked(ownersAta, payersAta, 5n));
  stage.playRefused(transfer(first.address, second.address, 10n * AMOUNT));
  stage.playRefused(transfer(first.address, second.address, 1n, stranger));
  stage.playRefused(transfer(first.address, othersAta, 1n));
  stage.playRefused(transfer(first.address, payer.address, 1n));
  stage.playRefused(transferChecked(first.address, second.address, 10n * AMOUNT));
  stage.playRefused(transferChecked(first.address, second.address, 1n, stranger));
  stage.playRefused(transferChecked(first.address, second.address, 1n, owner, 9));
  stage.playRefused(transferChecked(first.address, othersAta, 1n));
  stage.playRefused(unsigned(transfer(first.address, second.address, 1n)));
  stage.play(burn(first.address, 1n));
  const burnChecked = { account: first.address, mint: mint.address, authority: owner, amount: 1n };
  stage.play(getBurnCheckedInstruction({ ...burnChecked, decimals: DECIMALS }, config));
  stage.playRefused(burn(first.address, 10n * AMOUNT));
  stage.playRefused(burn(first.address, 1n, stranger));

  // Delegates.
  const approve = (amount: bigint) =>
    getApproveInstruction({ source: first.address, delegate: delegate.address, owner, amount }, config);
  const approveChecked = { source: first.address, mint: mint.address, delegate: delegate.address, owner };
  stage.play(approve(100n));
  stage.play(transfer(first.address, second.address, 10n, delegate));
  stage.play(transferChecked(first.address, second.address, 10n, delegate));
  stage.play(burn(first.address, 10n, delegate));
  stage.playRefused(transfer(first.address, second.address, 1_000n, delegate));
  stage.play(getRevokeInstruction({ source: first.address, owner }, config));
  stage.playRefused(transfer(first.address, second.address, 1n, delegate));
  stage.play(getApproveCheckedInstruction({ ...approveChecked, amount: 10n, decimals: DECIMALS }, config));
  stage.play(transfer(first.address, second.address, 10n, delegate));

  // Frozen accounts.
  const freezing = { account: second.address, mint: mint.address };
  stage.play(getFreezeAccountInstruction({ ...freezing, owner: payer }, config));
  stage.playRefused(transfer(first.address, second.address, 1n));
  stage.playRefused(transferChecked(second.address, first.address, 1n));
  stage.play(getThawAccountInstruction({ ...freezing, owner: payer }, config));
  stage.playRefused(getFreezeAccountInstruction({ ...freezing, owner: stranger }, config));

  // Authorities.
  const setAuthority = (owned: Address, by: TransactionSigner, type: AuthorityType, to: Address | null) =>
    getSetAuthorityInstruction({ owned, owner: by, authorityType: type, newAuthority: to }, config);
  stage.play(setAuthority(otherMint.address, payer, AuthorityType.MintTokens, owner.address));
  stage.play(setAuthority(otherMint.address, owner, AuthorityType.MintTokens, null));
  stage.play(setAuthority(otherMint.address, payer, AuthorityType.FreezeAccount, null));
  stage.play(setAuthority(second.address, owner, AuthorityType.CloseAccount, delegate.address));
  stage.play(setAuthority(second.address, owner, AuthorityType.AccountOwner, stranger.address));
  stage.playRefused(setAuthority(mint.address, stranger, AuthorityType.MintTokens, stranger.address));

  // Several signers.
  const multisig = stage.wallet();
  const multiSigners = [stage.wallet(), stage.wallet(), stage.wallet()];
  const multisigAta = await ataOf(multisig.address, mint.address);
  const fromMultisig = { source: multisigAta, destination: first.address, authority: multisig.address, amount: 1n };
  stage.play(
    newAccount(multisig, MULTISIG_LEN),
    getInitializeMultisigInstruction(
      { multisig: multisig.address, m: 2, signers: multiSigners.map(({ address }) => address) },
      config,
    ),
  );
  stage.play(createAta(multisigAta, multisig.address, mint.address), mintTo(multisigAta, AMOUNT));
  stage.play(getTransferInstruction({ ...fromMultisig, multiSigners: multiSigners.slice(1) }, config));
  stage.playRefused(getTransferInstruction({ ...fromMultisig, multiSigners: multiSigners.slice(2) }, config));

  // Wrapped SOL.
  if (!stage.svm.getAccount(nativeMint).exists) {
    stage.play(getCreateNativeMintInstruction({ payer, nativeMint }, config));
  }
  const wrapped = await ataOf(owner.address, nativeMint);
  stage.play(
    createAta(wrapped, owner.address, nativeMint),
    getTransferSolInstruction({ source: payer, destination: wrapped, amount: AMOUNT }),
    getSyncNativeInstruction({ account: wrapped }, config),
  );
  const payersWrapped = await ataOf(payer.address, nativeMint);
  stage.play(createAtaIdempotent(payersWrapped, payer.address, nativeMint), transfer(wrapped, payersWrapped, 10n));
  stage.play(getCloseAccountInstruction({ account: wrapped, destination: payer.address, owner }, config));

  // Amounts as texts.
  stage.play(getAmountToUiAmountInstruction({ mint: mint.address, amount: 1_234_567n }, config));
  stage.play(getUiAmountToAmountInstruction({ mint: mint.address, uiAmount: '1.25' }, config));

  // The end.
  const close = (account: Address, by = owner) =>
    getCloseAccountInstruction({ account, destination: payer.address, owner: by }, config);
  stage.playRefused(close(ownersAta));
  stage.play(close(othersAta));
  stage.playRefused(close(first.address, stranger));
  stage.play(burn(ownersAta, AMOUNT - 10n), close(ownersAta));
  stage.play(createAta(ownersAta, owner.address, mint.address));
}

/** The same without signatures. */
function unsigned({ programAddress, accounts = [], data = new Uint8Array(0) }: Instruction): Instruction {
  const demoted = accounts.map(({ address, role }) => ({
    address,
    role: role === AccountRole.WRITABLE || role === AccountRole.WRITABLE_SIGNER ? AccountRole.WRITABLE : 0,
  }));
  return { programAddress, accounts: demoted, data };
}
