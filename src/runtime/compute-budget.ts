// What a transaction may use, and what it pays for priority: read from its compute-budget instructions, or from the
// config of a v1 message. The instructions themselves do nothing when they run.
// Reading and judging are two steps, because a validator does the first before it looks at any account and the second
// with the check of the blockhash: an ill-formed or repeated instruction comes first, a value out of range second.
// Source: agave compute-budget-instruction/src/compute_budget_instruction_details.rs, builtins-default-costs/src/lib.rs.

import { readU32, readU64, U64_MAX } from '../wire/bytes.ts';
import type { TransactionConfig, VersionedMessage } from '../wire/message.ts';
import { PubkeyMap } from '../wire/pubkey-map.ts';
import {
  BPF_LOADER_DEPRECATED_ID,
  BPF_LOADER_ID,
  BPF_LOADER_UPGRADEABLE_ID,
  COMPUTE_BUDGET_ID,
  ED25519_ID,
  LOADER_V4_ID,
  SECP256K1_ID,
  SYSTEM_PROGRAM_ID,
  VOTE_PROGRAM_ID,
} from './addresses.ts';
import { type Refusal, refuseTransaction, TransactionFailure } from './errors.ts';
import {
  DEFAULT_INSTRUCTION_COMPUTE_UNIT_LIMIT,
  HEAP_FRAME_BYTES_MULTIPLE,
  MAX_BUILTIN_ALLOCATION_COMPUTE_UNIT_LIMIT,
  MAX_COMPUTE_UNIT_LIMIT,
  MAX_HEAP_FRAME_BYTES,
  MAX_LOADED_ACCOUNTS_DATA_SIZE_BYTES,
  MIN_HEAP_FRAME_BYTES,
} from './execution-cost.ts';
import type { RuntimeFeatures } from './features.ts';

/** What a transaction may use. */
export interface TransactionLimits {
  readonly computeUnitLimit: number;
  /** Bytes of heap for each program that runs. */
  readonly heapSize: number;
  /** Bytes. */
  readonly loadedAccountsDataSizeLimit: number;
  /** Lamports, on top of the fee for signatures. */
  readonly priorityFee: bigint;
}

/** What the instructions ask for; -1 where they don't. */
export interface ComputeBudgetRequests {
  heapSize: number;
  /** Index of the instruction that asks for it. */
  heapSizeIndex: number;
  computeUnitLimit: number;
  /** Micro-lamports a unit. */
  computeUnitPrice: bigint;
  hasComputeUnitPrice: boolean;
  loadedAccountsDataSizeLimit: number;
  /** The limit of a transaction that asks for none, before the cap. */
  defaultComputeUnitLimit: number;
}

/** What an instruction of a builtin program adds to the default limit, and one of the compute budget. */
export interface BuiltinAllocation {
  readonly builtin: number;
  readonly computeBudget: number;
}

/** Source: SIMD-0170. */
const MAINNET_ALLOCATION: BuiltinAllocation = {
  builtin: MAX_BUILTIN_ALLOCATION_COMPUTE_UNIT_LIMIT,
  computeBudget: MAX_BUILTIN_ALLOCATION_COMPUTE_UNIT_LIMIT,
};

const REQUEST_HEAP_FRAME = 1;
const SET_COMPUTE_UNIT_LIMIT = 2;
const SET_COMPUTE_UNIT_PRICE = 3;
const SET_LOADED_ACCOUNTS_DATA_SIZE_LIMIT = 4;

const MICRO_LAMPORTS_PER_LAMPORT = 1_000_000n;

/**
 * Programs whose instructions add little to the default limit. The list is part of consensus: precompiles, core programs
 * and programs that became ELF files are on it or off it for historical reasons.
 * Source: agave builtins-default-costs/src/lib.rs, BUILTIN_INSTRUCTION_COSTS.
 */
const CHEAP_PROGRAMS = new PubkeyMap<'always' | 'untilVoteLeft'>()
  .set(SYSTEM_PROGRAM_ID, 'always')
  .set(COMPUTE_BUDGET_ID, 'always')
  .set(BPF_LOADER_UPGRADEABLE_ID, 'always')
  .set(BPF_LOADER_DEPRECATED_ID, 'always')
  .set(BPF_LOADER_ID, 'always')
  .set(LOADER_V4_ID, 'always')
  .set(SECP256K1_ID, 'always')
  .set(ED25519_ID, 'always')
  .set(VOTE_PROGRAM_ID, 'untilVoteLeft');

/** Reads the compute-budget instructions of a legacy or v0 message; the first ill-formed or repeated one is refused. */
export function readComputeBudgetInstructions(
  message: VersionedMessage,
  features: RuntimeFeatures,
  allocation: BuiltinAllocation = MAINNET_ALLOCATION,
): ComputeBudgetRequests {
  const { accountKeys, instructions } = message;
  const requests: ComputeBudgetRequests = {
    heapSize: -1,
    heapSizeIndex: 0,
    computeUnitLimit: -1,
    computeUnitPrice: 0n,
    hasComputeUnitPrice: false,
    loadedAccountsDataSizeLimit: -1,
    defaultComputeUnitLimit: 0,
  };
  for (let i = 0; i < instructions.length; i++) {
    const { programIdIndex, data } = instructions[i];
    const programId = accountKeys[programIdIndex];
    const kind = CHEAP_PROGRAMS.get(programId);
    const isCheap = kind === 'always' || (kind !== undefined && !features.bls_pubkey_management_in_vote_account);
    const isComputeBudget = isCheap && programId.equals(COMPUTE_BUDGET_ID);
    if (!isCheap) requests.defaultComputeUnitLimit += DEFAULT_INSTRUCTION_COMPUTE_UNIT_LIMIT;
    else requests.defaultComputeUnitLimit += isComputeBudget ? allocation.computeBudget : allocation.builtin;
    if (!isComputeBudget) continue;
    // The error has one byte for the index; only rules without a limit on instructions get past it.
    readRequest(requests, data, i & 0xff);
  }
  return requests;
}

/** Borsh: a tag, then one number. Bytes behind it are ignored. */
function readRequest(requests: ComputeBudgetRequests, data: Uint8Array, index: number): void {
  const tag = data[0];
  const argumentLen = tag === SET_COMPUTE_UNIT_PRICE ? 8 : 4;
  if (data.length < 1 + argumentLen) {
    const detail = `its data is ${data.length} bytes long, too short for ${tag === undefined ? 'a tag' : `tag ${tag}`}`;
    refuseInstructionData(index, { detail });
  }
  switch (tag) {
    case REQUEST_HEAP_FRAME:
      if (requests.heapSize >= 0) refuseDuplicate(index, 'RequestHeapFrame');
      requests.heapSize = readU32(data, 1);
      requests.heapSizeIndex = index;
      break;
    case SET_COMPUTE_UNIT_LIMIT:
      if (requests.computeUnitLimit >= 0) refuseDuplicate(index, 'SetComputeUnitLimit');
      requests.computeUnitLimit = readU32(data, 1);
      break;
    case SET_COMPUTE_UNIT_PRICE:
      if (requests.hasComputeUnitPrice) refuseDuplicate(index, 'SetComputeUnitPrice');
      requests.computeUnitPrice = readU64(data, 1);
      requests.hasComputeUnitPrice = true;
      break;
    case SET_LOADED_ACCOUNTS_DATA_SIZE_LIMIT:
      if (requests.loadedAccountsDataSizeLimit >= 0) refuseDuplicate(index, 'SetLoadedAccountsDataSizeLimit');
      requests.loadedAccountsDataSizeLimit = readU32(data, 1);
      break;
    default:
      refuseInstructionData(index, { detail: `it has no instruction with tag ${tag}` });
  }
}

function refuseInstructionData(index: number, facts: Partial<Refusal> = {}): never {
  refuseTransaction({ InstructionError: [index, 'InvalidInstructionData'] }, refusalOf(facts));
}

function refuseDuplicate(index: number, what: string): never {
  refuseTransaction({ DuplicateInstruction: index }, refusalOf({ asked: what }));
}

function refusalOf(facts: Partial<Refusal>): Refusal {
  const source = 'agave compute-budget-instruction/src/compute_budget_instruction_details.rs';
  return { rule: 'process_instruction', source, program: COMPUTE_BUDGET_ID, ...facts };
}

/** The limits that the requests of a legacy or v0 message lead to; a value out of range is refused. */
export function limitsOfRequests(requests: ComputeBudgetRequests): TransactionLimits {
  const { heapSize, computeUnitPrice, loadedAccountsDataSizeLimit } = requests;
  if (heapSize >= 0 && !isValidHeapSize(heapSize)) {
    const detail = `a heap of ${heapSize} bytes: it must be a multiple of 1024 from 32768 to 262144`;
    refuseInstructionData(requests.heapSizeIndex, { asked: 'RequestHeapFrame', actual: heapSize, detail });
  }
  if (loadedAccountsDataSizeLimit === 0)
    refuseTransaction('InvalidLoadedAccountsDataSizeLimit', refusalOf({ asked: 'SetLoadedAccountsDataSizeLimit' }));
  const askedLimit = requests.computeUnitLimit >= 0 ? requests.computeUnitLimit : requests.defaultComputeUnitLimit;
  const computeUnitLimit = Math.min(askedLimit, MAX_COMPUTE_UNIT_LIMIT);
  return {
    computeUnitLimit,
    heapSize: heapSize >= 0 ? heapSize : MIN_HEAP_FRAME_BYTES,
    loadedAccountsDataSizeLimit:
      loadedAccountsDataSizeLimit >= 0
        ? Math.min(loadedAccountsDataSizeLimit, MAX_LOADED_ACCOUNTS_DATA_SIZE_BYTES)
        : MAX_LOADED_ACCOUNTS_DATA_SIZE_BYTES,
    priorityFee: priorityFeeOf(computeUnitPrice, computeUnitLimit),
  };
}

/** What a v1 message says is taken as said, capped; what it leaves out is nothing at all but for the heap. */
export function limitsOfConfig(config: TransactionConfig | undefined): TransactionLimits {
  return {
    computeUnitLimit: Math.min(config?.computeUnitLimit ?? 0, MAX_COMPUTE_UNIT_LIMIT),
    heapSize: config?.heapSize ?? MIN_HEAP_FRAME_BYTES,
    loadedAccountsDataSizeLimit: Math.min(
      config?.loadedAccountsDataSizeLimit ?? 0,
      MAX_LOADED_ACCOUNTS_DATA_SIZE_BYTES,
    ),
    priorityFee: config?.priorityFee ?? 0n,
  };
}

/** Lamports that a message offers on top of the fee for signatures; none where what it asks for would be refused. */
export function priorityFeeOfMessage(
  message: VersionedMessage,
  features: RuntimeFeatures,
  allocation?: BuiltinAllocation,
): bigint {
  if (message.version === 1) return limitsOfConfig(message.config).priorityFee;
  try {
    return limitsOfRequests(readComputeBudgetInstructions(message, features, allocation)).priorityFee;
  } catch (failure) {
    if (failure instanceof TransactionFailure) return 0n;
    throw failure;
  }
}

function isValidHeapSize(bytes: number): boolean {
  return bytes >= MIN_HEAP_FRAME_BYTES && bytes <= MAX_HEAP_FRAME_BYTES && bytes % HEAP_FRAME_BYTES_MULTIPLE === 0;
}

/** Lamports, rounded up. Source: agave compute-budget/src/compute_budget_limits.rs, get_prioritization_fee. */
function priorityFeeOf(computeUnitPrice: bigint, computeUnitLimit: number): bigint {
  if (computeUnitPrice === 0n) return 0n;
  const microLamports = computeUnitPrice * BigInt(computeUnitLimit);
  const lamports = (microLamports + MICRO_LAMPORTS_PER_LAMPORT - 1n) / MICRO_LAMPORTS_PER_LAMPORT;
  return lamports < U64_MAX ? lamports : U64_MAX;
}
