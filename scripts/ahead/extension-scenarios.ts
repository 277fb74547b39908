// Token-2022's extensions that tests and users meet most: fees, metadata, pointers, authorities, hooks that call nobody.

import { type Address, assertAccountExists, lamports, some, type TransactionSigner } from '@solana/kit';
import { getAddMemoInstruction } from '@solana-program/memo';
import {
  AccountState,
  type ExtensionArgs,
  ExtensionType,
  extension,
  findAssociatedTokenPda,
  getBurnInstruction,
  getCloseAccountInstruction,
  getCreateAssociatedTokenInstruction,
  getDisableMemoTransfersInstruction,
  getEnableMemoTransfersInstruction,
  getHarvestWithheldTokensToMintInstruction,
  getInitializeMint2Instruction,
  getInitializeTokenMetadataInstruction,
  getMintSize,
  getMintToInstruction,
  getPreInitializeInstructionsForMintExtensions,
  getReallocateInstruction,
  getThawAccountInstruction,
  getTokenDecoder,
  getTransferCheckedInstruction,
  getTransferCheckedWithFeeInstruction,
  getUpdateTokenMetadataFieldInstruction,
  getWithdrawWithheldTokensFromAccountsInstruction,
  getWithdrawWithheldTokensFromMintInstruction,
  TOKEN_2022_PROGRAM_ADDRESS,
  tokenMetadataField,
} from '@solana-program/token-2022';
import type { Stage } from './stage.ts';
import { createAccount } from './token-scenarios.ts';

const DECIMALS = 6;
const AMOUNT = 1_000_000n;
const NOBODY = '11111111111111111111111111111111' as Address;
const MEMO = 'MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr' as Address;

interface Holders {
  readonly mint: Address;
  readonly owner: TransactionSigner;
  readonly source: Address;
  readonly destination: Address;
}

export async function playExtensions(stage: Stage): Promise<void> {
  const { payer } = stage;
  const authority = some(payer.address);

  const withFee = await make(stage, () => {
    const fee = { epoch: 0n, maximumFee: 1_000n, transferFeeBasisPoints: 100 };
    const args = { transferFeeConfigAuthority: payer.address, withdrawWithheldAuthority: payer.address };
    return [
      extension('TransferFeeConfig', { ...args, withheldAmount: 0n, olderTransferFee: fee, newerTransferFee: fee }),
    ];
  });
  playTransfers(stage, withFee);
  playFees(stage, withFee);

  const withMetadata = await make(stage, (mint) => [
    extension('MetadataPointer', { authority, metadataAddress: some(mint) }),
  ]);
  playTransfers(stage, withMetadata);
  playMetadata(stage, withMetadata.mint);

  const withAuthorities = await make(stage, () => [
    extension('MintCloseAuthority', { closeAuthority: payer.address }),
    extension('PermanentDelegate', { delegate: payer.address }),
  ]);
  playTransfers(stage, withAuthorities);
  playTransfers(stage, { ...withAuthorities, owner: payer });
  playEnd(stage, withAuthorities);

  playTransfers(
    stage,
    await make(stage, () => [
      extension('InterestBearingConfig', {
        rateAuthority: payer.address,
        initializationTimestamp: 0n,
        preUpdateAverageRate: 0,
        lastUpdateTimestamp: 0n,
        currentRate: 5,
      }),
    ]),
  );
  playTransfers(
    stage,
    await make(stage, () => [extension('TransferHook', { authority: payer.address, programId: NOBODY })]),
  );
  const frozen = await make(stage, () => [extension('DefaultAccountState', { state: AccountState.Frozen })]);
  playTransfers(stage, frozen);
  const fixed = await make(stage, () => [{ __kind: 'NonTransferable' }]);
  stage.playRefused(transfer(fixed));
  playRequiredMemos(stage, await make(stage));
}

/** A mint with extensions, and two accounts with some of its tokens. */
async function make(
  stage: Stage,
  extensionsOf: (mint: Address) => ExtensionArgs[] | undefined = () => undefined,
): Promise<Holders> {
  const { payer } = stage;
  const mint = stage.wallet();
  const extensions = extensionsOf(mint.address);
  stage.play(
    createAccount(stage, mint, getMintSize(extensions), TOKEN_2022_PROGRAM_ADDRESS),
    ...getPreInitializeInstructionsForMintExtensions(mint.address, extensions ?? []),
    getInitializeMint2Instruction({
      mint: mint.address,
      decimals: DECIMALS,
      mintAuthority: payer.address,
      freezeAuthority: some(payer.address),
    }),
  );
  const owner = stage.wallet();
  const tokens: Address[] = [];
  for (const wallet of [owner.address, stage.address()]) {
    const tokenProgram = TOKEN_2022_PROGRAM_ADDRESS;
    const [ata] = await findAssociatedTokenPda({ owner: wallet, mint: mint.address, tokenProgram });
    tokens.push(ata);
    stage.play(
      getCreateAssociatedTokenInstruction({ payer, ata, owner: wallet, mint: mint.address, tokenProgram }),
      ...(extensions?.some(({ __kind }) => __kind === 'DefaultAccountState')
        ? [getThawAccountInstruction({ account: ata, mint: mint.address, owner: payer })]
        : []),
      getMintToInstruction({ mint: mint.address, token: ata, mintAuthority: payer, amount: AMOUNT }),
    );
  }
  return { mint: mint.address, owner, source: tokens[0], destination: tokens[1] };
}

function transfer({ mint, owner, source, destination }: Holders, amount = 1_000n) {
  return getTransferCheckedInstruction({ source, mint, destination, authority: owner, amount, decimals: DECIMALS });
}

function playTransfers(stage: Stage, holders: Holders): void {
  const { mint, owner, source } = holders;
  stage.play(transfer(holders));
  stage.playRefused(transfer(holders, 2n * AMOUNT));
  stage.play(getBurnInstruction({ account: source, mint, authority: owner, amount: 1n }));
}

function playFees(stage: Stage, { mint, owner, source, destination }: Holders): void {
  const withFee = { source, mint, destination, authority: owner, decimals: DECIMALS };
  stage.play(getTransferCheckedWithFeeInstruction({ ...withFee, amount: 10_000n, fee: 100n }));
  stage.playRefused(getTransferCheckedWithFeeInstruction({ ...withFee, amount: 10_000n, fee: 1n }));
  const withdrawal = { mint, feeReceiver: source, withdrawWithheldAuthority: stage.payer };
  stage.play(
    getWithdrawWithheldTokensFromAccountsInstruction({ ...withdrawal, numTokenAccounts: 1, sources: [destination] }),
  );
  stage.play(getTransferCheckedWithFeeInstruction({ ...withFee, amount: 10_000n, fee: 100n }));
  stage.play(
    getHarvestWithheldTokensToMintInstruction({ mint, sources: [destination] }),
    getWithdrawWithheldTokensFromMintInstruction(withdrawal),
  );
}

function playMetadata(stage: Stage, mint: Address): void {
  const { payer } = stage;
  const update = { metadata: mint, updateAuthority: payer };
  stage.svm.airdrop(mint, lamports(10n ** 9n));
  stage.play(
    getInitializeTokenMetadataInstruction({
      metadata: mint,
      updateAuthority: payer.address,
      mint,
      mintAuthority: payer,
      name: 'A Token',
      symbol: 'TOK',
      uri: 'https://example.com/token.json',
    }),
  );
  stage.play(getUpdateTokenMetadataFieldInstruction({ ...update, field: tokenMetadataField('Name'), value: 'Token' }));
  stage.play(
    getUpdateTokenMetadataFieldInstruction({ ...update, field: tokenMetadataField('Key', ['colour']), value: 'red' }),
  );
}

function playRequiredMemos(stage: Stage, holders: Holders): void {
  const { owner, source } = holders;
  stage.play(
    getReallocateInstruction({
      token: source,
      payer: stage.payer,
      owner,
      newExtensionTypes: [ExtensionType.MemoTransfer],
    }),
    getEnableMemoTransfersInstruction({ token: source, owner }),
  );
  stage.play(transfer(holders));
  stage.play(getAddMemoInstruction({ memo: 'for you' }, { programAddress: MEMO }), transfer(holders));
  stage.play(getDisableMemoTransfersInstruction({ token: source, owner }));
}

function playEnd(stage: Stage, { mint, owner, source, destination }: Holders): void {
  const { payer } = stage;
  const amountOf = (token: Address) => {
    const account = stage.svm.getAccount(token);
    assertAccountExists(account);
    return getTokenDecoder().decode(account.data).amount;
  };
  for (const account of [source, destination]) {
    stage.play(getBurnInstruction({ account, mint, authority: payer, amount: amountOf(account) }));
  }
  stage.play(getCloseAccountInstruction({ account: source, destination: payer.address, owner }));
  stage.play(getCloseAccountInstruction({ account: mint, destination: payer.address, owner: payer }));
}
