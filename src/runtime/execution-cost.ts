// What everything costs in compute units, and the sizes that bound a run. One place for all of them: the loader, calls,
// syscalls and the compute budget read their figures here. What a bank may charge otherwise is a table of these figures.
// Names are those of Agave's fields and constants, in capitals. Every division of a cost rounds down.
// Source: agave program-runtime/src/execution_budget.rs, SVMTransactionExecutionCost, SVMTransactionExecutionBudget.

// The budget of a transaction.

export const MAX_COMPUTE_UNIT_LIMIT = 1_400_000;
export const DEFAULT_INSTRUCTION_COMPUTE_UNIT_LIMIT = 200_000;
/** What a builtin's instruction adds to the default limit. Source: SIMD-0170. */
export const MAX_BUILTIN_ALLOCATION_COMPUTE_UNIT_LIMIT = 3_000;
export const MAX_LOADED_ACCOUNTS_DATA_SIZE_BYTES = 64 * 1024 * 1024;

/** How deep instructions nest, the top-level one included. */
export const MAX_INSTRUCTION_STACK_DEPTH = 5;
/** The same with `raise_cpi_nesting_limit_to_8`. */
export const MAX_INSTRUCTION_STACK_DEPTH_SIMD_0268 = 9;

/** How deep calls nest inside one program. */
export const MAX_CALL_DEPTH = 64;
export const STACK_FRAME_SIZE = 4096;

export const MIN_HEAP_FRAME_BYTES = 32 * 1024;
export const MAX_HEAP_FRAME_BYTES = 256 * 1024;
/** A requested heap is a multiple of this. */
export const HEAP_FRAME_BYTES_MULTIPLE = 1024;
/** Each further page of this size costs `HEAP_COST`. */
const HEAP_PAGE_BYTES = 32 * 1024;
export const HEAP_COST = 8;

// Builtin programs: the fixed charge of one instruction.

export const SYSTEM_PROGRAM_COMPUTE_UNITS = 150;
export const COMPUTE_BUDGET_COMPUTE_UNITS = 150;
export const VOTE_PROGRAM_COMPUTE_UNITS = 2_100;
/** On top, where a vote instruction brings a BLS key. Source: SIMD-0387. */
export const BLS_PROOF_OF_POSSESSION_VERIFICATION_COMPUTE_UNITS = 34_500;
/** BPF loader v2. */
export const DEFAULT_LOADER_COMPUTE_UNITS = 570;
/** BPF loader v1. */
export const DEPRECATED_LOADER_COMPUTE_UNITS = 1_140;
/** BPF loader v3. */
export const UPGRADEABLE_LOADER_COMPUTE_UNITS = 2_370;
/** Loader v4. Source: agave programs/loader-v4/src/lib.rs, DEFAULT_COMPUTE_UNITS. */
export const LOADER_V4_COMPUTE_UNITS = 2_000;
/** By tag of the instruction. Source: agave programs/zk-elgamal-proof/src/lib.rs. */
export const ZK_ELGAMAL_PROOF_COMPUTE_UNITS: readonly number[] = [
  3_300, 6_000, 8_000, 6_400, 2_600, 6_500, 111_000, 200_000, 368_000, 6_400, 13_000, 8_100, 16_400,
];

// Calls.

/** One call, before the callee's own units. Source: execution_budget.rs, DEFAULT_INVOCATION_COST. */
export const INVOKE_UNITS = 946;
/** Bytes of instruction, account metas, account infos and account data that one unit pays for. */
export const CPI_BYTES_PER_UNIT = 250;
/** What an account meta counts for in both ABIs: the key and two flags. */
export const ACCOUNT_META_BYTE_SIZE = 34;
/** What an account info counts for in both: key, owner, lamports, data length. Source: SIMD-0339. */
export const ACCOUNT_INFO_BYTE_SIZE = 80;

// Syscalls of every kind.

export const SYSCALL_BASE_COST = 100;
export const LOG_64_UNITS = 100;
export const LOG_PUBKEY_UNITS = 100;
export const GET_REMAINING_COMPUTE_UNITS_COST = 100;
export const SYSVAR_BASE_COST = 100;
export const MEM_OP_BASE_COST = 10;
export const CREATE_PROGRAM_ADDRESS_UNITS = 1_500;

// Hashes; those of keccak, blake3 and sha512 are the same.

export const SHA256_BASE_COST = 85;
export const SHA256_BYTE_COST = 1;
export const SHA256_MAX_SLICES = 20_000;
/** Units for n inputs: `POSEIDON_COST_COEFFICIENT_A * n² + POSEIDON_COST_COEFFICIENT_C`. */
export const POSEIDON_COST_COEFFICIENT_A = 61;
export const POSEIDON_COST_COEFFICIENT_C = 542;

// Curves.

export const SECP256K1_RECOVER_COST = 25_000;

export const CURVE25519_EDWARDS_VALIDATE_POINT_COST = 159;
export const CURVE25519_EDWARDS_ADD_COST = 473;
export const CURVE25519_EDWARDS_SUBTRACT_COST = 475;
export const CURVE25519_EDWARDS_MULTIPLY_COST = 2_177;
export const CURVE25519_EDWARDS_MSM_BASE_COST = 2_273;
export const CURVE25519_EDWARDS_MSM_INCREMENTAL_COST = 758;
export const CURVE25519_RISTRETTO_VALIDATE_POINT_COST = 169;
export const CURVE25519_RISTRETTO_ADD_COST = 521;
export const CURVE25519_RISTRETTO_SUBTRACT_COST = 519;
export const CURVE25519_RISTRETTO_MULTIPLY_COST = 2_208;
export const CURVE25519_RISTRETTO_MSM_BASE_COST = 2_303;
export const CURVE25519_RISTRETTO_MSM_INCREMENTAL_COST = 788;

export const ALT_BN128_G1_ADDITION_COST = 334;
export const ALT_BN128_G2_ADDITION_COST = 535;
export const ALT_BN128_G1_MULTIPLICATION_COST = 3_840;
export const ALT_BN128_G2_MULTIPLICATION_COST = 15_670;
export const ALT_BN128_PAIRING_ONE_PAIR_COST_FIRST = 36_364;
export const ALT_BN128_PAIRING_ONE_PAIR_COST_OTHER = 12_121;
export const ALT_BN128_G1_COMPRESS = 30;
export const ALT_BN128_G1_DECOMPRESS = 398;
export const ALT_BN128_G2_COMPRESS = 86;
export const ALT_BN128_G2_DECOMPRESS = 13_610;

export const BLS12_381_G1_ADD_COST = 128;
export const BLS12_381_G2_ADD_COST = 203;
export const BLS12_381_G1_SUBTRACT_COST = 129;
export const BLS12_381_G2_SUBTRACT_COST = 204;
export const BLS12_381_G1_MULTIPLY_COST = 4_627;
export const BLS12_381_G2_MULTIPLY_COST = 8_255;
export const BLS12_381_G1_DECOMPRESS_COST = 2_100;
export const BLS12_381_G2_DECOMPRESS_COST = 3_050;
export const BLS12_381_G1_VALIDATE_COST = 1_565;
export const BLS12_381_G2_VALIDATE_COST = 1_968;
export const BLS12_381_ONE_PAIR_COST = 25_445;
export const BLS12_381_ADDITIONAL_PAIR_COST = 13_023;

// Modular exponentiation, in SIMD-0529's form. Source: solana-sdk big-mod-exp/src/lib.rs.

export const BIG_MOD_EXP_MAX_BYTES = 512;
export const BIG_MOD_EXP_BASE_CU = 422;
export const BIG_MOD_EXP_CU_DIVISOR = 189;
/** Bits that an exponent counts at least. */
export const BIG_MOD_EXP_MIN_EXPONENT_LENGTH = 75;
/** What the exponent 1 counts instead: the base is only reduced. */
export const BIG_MOD_EXP_MOD_REDUCTION_COMPLEXITY_FACTOR = 15;

/** What calls and syscalls cost on mainnet. */
export const MAINNET_COSTS = {
  log64Units: LOG_64_UNITS,
  createProgramAddressUnits: CREATE_PROGRAM_ADDRESS_UNITS,
  invokeUnits: INVOKE_UNITS,
  sha256BaseCost: SHA256_BASE_COST,
  sha256ByteCost: SHA256_BYTE_COST,
  sha256MaxSlices: SHA256_MAX_SLICES,
  logPubkeyUnits: LOG_PUBKEY_UNITS,
  cpiBytesPerUnit: CPI_BYTES_PER_UNIT,
  sysvarBaseCost: SYSVAR_BASE_COST,
  secp256k1RecoverCost: SECP256K1_RECOVER_COST,
  syscallBaseCost: SYSCALL_BASE_COST,
  curve25519EdwardsValidatePointCost: CURVE25519_EDWARDS_VALIDATE_POINT_COST,
  curve25519EdwardsAddCost: CURVE25519_EDWARDS_ADD_COST,
  curve25519EdwardsSubtractCost: CURVE25519_EDWARDS_SUBTRACT_COST,
  curve25519EdwardsMultiplyCost: CURVE25519_EDWARDS_MULTIPLY_COST,
  curve25519EdwardsMsmBaseCost: CURVE25519_EDWARDS_MSM_BASE_COST,
  curve25519EdwardsMsmIncrementalCost: CURVE25519_EDWARDS_MSM_INCREMENTAL_COST,
  curve25519RistrettoValidatePointCost: CURVE25519_RISTRETTO_VALIDATE_POINT_COST,
  curve25519RistrettoAddCost: CURVE25519_RISTRETTO_ADD_COST,
  curve25519RistrettoSubtractCost: CURVE25519_RISTRETTO_SUBTRACT_COST,
  curve25519RistrettoMultiplyCost: CURVE25519_RISTRETTO_MULTIPLY_COST,
  curve25519RistrettoMsmBaseCost: CURVE25519_RISTRETTO_MSM_BASE_COST,
  curve25519RistrettoMsmIncrementalCost: CURVE25519_RISTRETTO_MSM_INCREMENTAL_COST,
  heapCost: HEAP_COST,
  memOpBaseCost: MEM_OP_BASE_COST,
  altBn128G1AdditionCost: ALT_BN128_G1_ADDITION_COST,
  altBn128G1MultiplicationCost: ALT_BN128_G1_MULTIPLICATION_COST,
  altBn128PairingOnePairCostFirst: ALT_BN128_PAIRING_ONE_PAIR_COST_FIRST,
  altBn128PairingOnePairCostOther: ALT_BN128_PAIRING_ONE_PAIR_COST_OTHER,
  poseidonCostCoefficientA: POSEIDON_COST_COEFFICIENT_A,
  poseidonCostCoefficientC: POSEIDON_COST_COEFFICIENT_C,
  altBn128G1Compress: ALT_BN128_G1_COMPRESS,
  altBn128G1Decompress: ALT_BN128_G1_DECOMPRESS,
  altBn128G2Compress: ALT_BN128_G2_COMPRESS,
  altBn128G2Decompress: ALT_BN128_G2_DECOMPRESS,
  /** What an account meta, and an account info, of a call count for. Source: SIMD-0339. */
  accountMetaBytes: ACCOUNT_META_BYTE_SIZE,
  accountInfoBytes: ACCOUNT_INFO_BYTE_SIZE,
};

export type ExecutionCosts = { readonly [Cost in keyof typeof MAINNET_COSTS]: number };

/** Units for `bytes` that a call passes. */
export function bytesCost({ cpiBytesPerUnit }: ExecutionCosts, bytes: number): number {
  // Nothing for a unit is more than there is.
  return cpiBytesPerUnit === 0 ? Number.POSITIVE_INFINITY : Math.floor(bytes / cpiBytesPerUnit);
}

/** Units for a program's heap of `heapSize` bytes. Source: agave program-runtime/src/vm.rs, calculate_heap_cost. */
export function heapUnits({ heapCost }: ExecutionCosts, heapSize: number): number {
  return Math.max(0, Math.ceil(heapSize / HEAP_PAGE_BYTES) - 1) * heapCost;
}
