// What programs call their custom errors, by number: the variants of each program's error enum in order.
// Written out here because the clients list fewer of them, and keep their texts for development builds only.
// Source: solana-sdk system-interface/src/error.rs; token interface/src/error.rs; token-2022 interface/src/error.rs;
// stake interface/src/error.rs; associated-token-account interface/src/error.rs.

/** Variant names in order; a variant's place is its code. */
export type ErrorNames = readonly string[];

export const SYSTEM_ERRORS: ErrorNames = [
  'AccountAlreadyInUse',
  'ResultWithNegativeLamports',
  'InvalidProgramId',
  'InvalidAccountDataLength',
  'MaxSeedLengthExceeded',
  'AddressWithSeedMismatch',
  'NonceNoRecentBlockhashes',
  'NonceBlockhashNotExpired',
  'NonceUnexpectedBlockhashValue',
];

export const TOKEN_ERRORS = [
  'NotRentExempt',
  'InsufficientFunds',
  'InvalidMint',
  'MintMismatch',
  'OwnerMismatch',
  'FixedSupply',
  'AlreadyInUse',
  'InvalidNumberOfProvidedSigners',
  'InvalidNumberOfRequiredSigners',
  'UninitializedState',
  'NativeNotSupported',
  'NonNativeHasBalance',
  'InvalidInstruction',
  'InvalidState',
  'Overflow',
  'AuthorityTypeNotSupported',
  'MintCannotFreeze',
  'AccountFrozen',
  'MintDecimalsMismatch',
  'NonNativeNotSupported',
] as const satisfies ErrorNames;

export type TokenError = (typeof TOKEN_ERRORS)[number];

export const TOKEN_2022_ERRORS: ErrorNames = [
  ...TOKEN_ERRORS,
  'ExtensionTypeMismatch',
  'ExtensionBaseMismatch',
  'ExtensionAlreadyInitialized',
  'ConfidentialTransferAccountHasBalance',
  'ConfidentialTransferAccountNotApproved',
  'ConfidentialTransferDepositsAndTransfersDisabled',
  'ConfidentialTransferElGamalPubkeyMismatch',
  'ConfidentialTransferBalanceMismatch',
  'MintHasSupply',
  'NoAuthorityExists',
  'TransferFeeExceedsMaximum',
  'MintRequiredForTransfer',
  'FeeMismatch',
  'FeeParametersMismatch',
  'ImmutableOwner',
  'AccountHasWithheldTransferFees',
  'NoMemo',
  'NonTransferable',
  'NonTransferableNeedsImmutableOwnership',
  'MaximumPendingBalanceCreditCounterExceeded',
  'MaximumDepositAmountExceeded',
  'CpiGuardSettingsLocked',
  'CpiGuardTransferBlocked',
  'CpiGuardBurnBlocked',
  'CpiGuardCloseAccountBlocked',
  'CpiGuardApproveBlocked',
  'CpiGuardSetAuthorityBlocked',
  'CpiGuardOwnerChangeBlocked',
  'ExtensionNotFound',
  'NonConfidentialTransfersDisabled',
  'ConfidentialTransferFeeAccountHasWithheldFee',
  'InvalidExtensionCombination',
  'InvalidLengthForAlloc',
  'AccountDecryption',
  'ProofGeneration',
  'InvalidProofInstructionOffset',
  'HarvestToMintDisabled',
  'SplitProofContextStateAccountsNotSupported',
  'NotEnoughProofContextStateAccounts',
  'MalformedCiphertext',
  'CiphertextArithmeticFailed',
  'PedersenCommitmentMismatch',
  'RangeProofLengthMismatch',
  'IllegalBitLength',
  'FeeCalculation',
  'IllegalMintBurnConversion',
  'InvalidScale',
  'MintPaused',
  'PendingBalanceNonZero',
];

export const ASSOCIATED_TOKEN_ERRORS: ErrorNames = ['InvalidOwner'];

export const STAKE_ERRORS: ErrorNames = [
  'NoCreditsToRedeem',
  'LockupInForce',
  'AlreadyDeactivated',
  'TooSoonToRedelegate',
  'InsufficientStake',
  'MergeTransientStake',
  'MergeMismatch',
  'CustodianMissing',
  'CustodianSignatureMissing',
  'InsufficientReferenceVotes',
  'VoteAddressMismatch',
  'MinimumDelinquentEpochsForDeactivationNotMet',
  'InsufficientDelegation',
  'RedelegateTransientOrInactiveStake',
  'RedelegateToSameVoteAccount',
  'RedelegatedStakeMustFullyActivateBeforeDeactivationIsPermitted',
  'EpochRewardsActive',
];

/** Of the signature precompiles. Source: solana-sdk precompile-error/src/lib.rs. */
export const PRECOMPILE_ERRORS: ErrorNames = [
  'InvalidPublicKey',
  'InvalidRecoveryId',
  'InvalidSignature',
  'InvalidDataOffsets',
  'InvalidInstructionDataSize',
];

export function describeErrorBy(names: ErrorNames): (code: number) => { name: string } | undefined {
  return (code) => (code < names.length ? { name: names[code] } : undefined);
}
