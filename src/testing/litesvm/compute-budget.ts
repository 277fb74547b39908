// A compute budget as LiteSVM's class: limits, and what everything costs. It stands in place of what transactions ask for.
// `maxCallDepth` and `stackFrameSize` hold for programs that are loaded once the builtins are set again.
// Source: litesvm crates/node-litesvm/src/compute_budget.rs.

import * as cost from '../../runtime/execution-cost.ts';
import type { StackLimits } from '../../runtime/program-cache.ts';
import { MAX_INSTRUCTION_TRACE_LENGTH } from '../../runtime/transaction-context.ts';
import type { ComputeBudgetOverride } from '../../runtime/transaction-processor.ts';
import { u32, u64, usize } from './arguments.ts';
import { attach, defineFields, innerOf, makeMembersEnumerable, wrap } from './native-object.ts';

/** Field → where its default stands, for those that are u64. */
const DEFAULTS = {
  computeUnitLimit: cost.MAX_COMPUTE_UNIT_LIMIT,
  log64Units: cost.LOG_64_UNITS,
  createProgramAddressUnits: cost.CREATE_PROGRAM_ADDRESS_UNITS,
  invokeUnits: cost.INVOKE_UNITS,
  sha256BaseCost: cost.SHA256_BASE_COST,
  sha256ByteCost: cost.SHA256_BYTE_COST,
  sha256MaxSlices: cost.SHA256_MAX_SLICES,
  logPubkeyUnits: cost.LOG_PUBKEY_UNITS,
  cpiBytesPerUnit: cost.CPI_BYTES_PER_UNIT,
  sysvarBaseCost: cost.SYSVAR_BASE_COST,
  secp256K1RecoverCost: cost.SECP256K1_RECOVER_COST,
  syscallBaseCost: cost.SYSCALL_BASE_COST,
  curve25519EdwardsValidatePointCost: cost.CURVE25519_EDWARDS_VALIDATE_POINT_COST,
  curve25519EdwardsAddCost: cost.CURVE25519_EDWARDS_ADD_COST,
  curve25519EdwardsSubtractCost: cost.CURVE25519_EDWARDS_SUBTRACT_COST,
  curve25519EdwardsMultiplyCost: cost.CURVE25519_EDWARDS_MULTIPLY_COST,
  curve25519EdwardsMsmBaseCost: cost.CURVE25519_EDWARDS_MSM_BASE_COST,
  curve25519EdwardsMsmIncrementalCost: cost.CURVE25519_EDWARDS_MSM_INCREMENTAL_COST,
  curve25519RistrettoValidatePointCost: cost.CURVE25519_RISTRETTO_VALIDATE_POINT_COST,
  curve25519RistrettoAddCost: cost.CURVE25519_RISTRETTO_ADD_COST,
  curve25519RistrettoSubtractCost: cost.CURVE25519_RISTRETTO_SUBTRACT_COST,
  curve25519RistrettoMultiplyCost: cost.CURVE25519_RISTRETTO_MULTIPLY_COST,
  curve25519RistrettoMsmBaseCost: cost.CURVE25519_RISTRETTO_MSM_BASE_COST,
  curve25519RistrettoMsmIncrementalCost: cost.CURVE25519_RISTRETTO_MSM_INCREMENTAL_COST,
  heapCost: cost.HEAP_COST,
  memOpBaseCost: cost.MEM_OP_BASE_COST,
  altBn128AdditionCost: cost.ALT_BN128_G1_ADDITION_COST,
  altBn128MultiplicationCost: cost.ALT_BN128_G1_MULTIPLICATION_COST,
  altBn128PairingOnePairCostFirst: cost.ALT_BN128_PAIRING_ONE_PAIR_COST_FIRST,
  altBn128PairingOnePairCostOther: cost.ALT_BN128_PAIRING_ONE_PAIR_COST_OTHER,
  poseidonCostCoefficientA: cost.POSEIDON_COST_COEFFICIENT_A,
  poseidonCostCoefficientC: cost.POSEIDON_COST_COEFFICIENT_C,
  getRemainingComputeUnitsCost: cost.GET_REMAINING_COMPUTE_UNITS_COST,
  altBn128G1Compress: cost.ALT_BN128_G1_COMPRESS,
  altBn128G1Decompress: cost.ALT_BN128_G1_DECOMPRESS,
  altBn128G2Compress: cost.ALT_BN128_G2_COMPRESS,
  altBn128G2Decompress: cost.ALT_BN128_G2_DECOMPRESS,
} as const;

/** The same for those that are usize. */
const SIZE_DEFAULTS = {
  maxInstructionStackDepth: cost.MAX_INSTRUCTION_STACK_DEPTH,
  maxInstructionTraceLength: MAX_INSTRUCTION_TRACE_LENGTH,
  maxCallDepth: cost.MAX_CALL_DEPTH,
  stackFrameSize: cost.STACK_FRAME_SIZE,
} as const;

type BigIntFields = { [K in keyof typeof DEFAULTS | keyof typeof SIZE_DEFAULTS]: bigint };
type State = BigIntFields & { heapSize: number };

/** A new one has the values that hold on mainnet. */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the fields are those of the tables above
export class ComputeBudget {
  constructor() {
    const state: Record<string, bigint | number> = { heapSize: cost.MIN_HEAP_FRAME_BYTES };
    for (const [name, value] of Object.entries({ ...DEFAULTS, ...SIZE_DEFAULTS })) state[name] = BigInt(value);
    attach(this, state);
  }
}

export interface ComputeBudget extends BigIntFields {
  /** Bytes; u32. */
  heapSize: number;
}

const convertersOf = (table: object, convert: (value: unknown) => unknown) =>
  Object.fromEntries(Object.keys(table).map((name) => [name, convert]));

defineFields(ComputeBudget, {
  ...convertersOf(DEFAULTS, u64),
  ...convertersOf(SIZE_DEFAULTS, usize),
  heapSize: u32,
});
makeMembersEnumerable(ComputeBudget);

export function copyComputeBudget(budget: ComputeBudget): ComputeBudget {
  return wrap(ComputeBudget, { ...innerOf<State>(budget) });
}

/** Where the runtime has another name, or none, for a cost. */
const COST_NAMES: { readonly [field: string]: keyof cost.ExecutionCosts | undefined } = {
  secp256K1RecoverCost: 'secp256k1RecoverCost',
  altBn128AdditionCost: 'altBn128G1AdditionCost',
  altBn128MultiplicationCost: 'altBn128G1MultiplicationCost',
};

/** What the bank is told. */
export function overrideOf(budget: ComputeBudget): ComputeBudgetOverride {
  const state = innerOf<State>(budget);
  const costs: { [name: string]: number } = { ...cost.MAINNET_COSTS };
  for (const field of Object.keys(DEFAULTS) as (keyof typeof DEFAULTS)[]) {
    const name = COST_NAMES[field] ?? field;
    if (name in costs) costs[name] = Number(state[field]);
  }
  return {
    computeUnitLimit: Number(state.computeUnitLimit),
    heapSize: state.heapSize,
    maxStackHeight: Number(state.maxInstructionStackDepth),
    maxTraceLength: Number(state.maxInstructionTraceLength),
    costs: costs as unknown as cost.ExecutionCosts,
  };
}

/** The stack of programs that are loaded from now on. */
export function stackOf(budget: ComputeBudget): StackLimits {
  const { maxCallDepth, stackFrameSize } = innerOf<State>(budget);
  return { maxCallDepth: Number(maxCallDepth), stackFrameSize: Number(stackFrameSize) };
}
