// The syscalls for elliptic curves that take the curve's number as their first argument: Curve25519's two groups and
// BLS12-381's. What a point and a scalar look like is src/crypto's business.
// Unlike other syscalls these look at their output last, once there is something to write.
// Source: agave syscalls/src/lib.rs, SyscallCurvePointValidation, SyscallCurveGroupOps,
// SyscallCurveMultiscalarMultiplication, SyscallCurveDecompress, SyscallCurvePairingMap.

import {
  type BlsGroup,
  G1_BE,
  G1_LE,
  G1_POINT_SIZE,
  G2_BE,
  G2_LE,
  G2_POINT_SIZE,
  pairingMap,
} from '../../crypto/bls12-381.ts';
import type { CurveGroup } from '../../crypto/curve-group.ts';
import { EDWARDS, RISTRETTO } from '../../crypto/curve25519-groups.ts';
import type { U64, VmMemory } from '../../sbpf/memory.ts';
import { SyscallError } from '../errors.ts';
import * as cost from '../execution-cost.ts';
import type { InvokeContext } from '../invoke-context.ts';
import { translateBytes, translateOutput, translateSlice } from './memory-access.ts';
import type { RuntimeSyscall, SyscallTable } from './syscall-table.ts';

const SOURCE = 'agave syscalls/src/lib.rs';
const FAILED = 1;

const CURVE25519_EDWARDS = 0;
const CURVE25519_RISTRETTO = 1;
const BLS12_381_LE = 4;
const BLS12_381_G1_LE = 5;
const BLS12_381_G2_LE = 6;
/** Added to a curve's number for big-endian. */
const BIG_ENDIAN = 0x80;

const ADD = 0;
const SUB = 1;
const MUL = 2;

const MAX_MSM_POINTS = 512;

interface Curve {
  readonly group: CurveGroup;
  readonly isBls: boolean;
  readonly validateCost: CostOf;
  readonly addCost: CostOf;
  readonly subtractCost: CostOf;
  readonly multiplyCost: CostOf;
}

type CostOf = (costs: cost.ExecutionCosts) => number;

const BLS_G1 = {
  isBls: true,
  validateCost: () => cost.BLS12_381_G1_VALIDATE_COST,
  addCost: () => cost.BLS12_381_G1_ADD_COST,
  subtractCost: () => cost.BLS12_381_G1_SUBTRACT_COST,
  multiplyCost: () => cost.BLS12_381_G1_MULTIPLY_COST,
};
const BLS_G2 = {
  isBls: true,
  validateCost: () => cost.BLS12_381_G2_VALIDATE_COST,
  addCost: () => cost.BLS12_381_G2_ADD_COST,
  subtractCost: () => cost.BLS12_381_G2_SUBTRACT_COST,
  multiplyCost: () => cost.BLS12_381_G2_MULTIPLY_COST,
};

const CURVES: ReadonlyMap<U64, Curve> = new Map<U64, Curve>([
  [
    CURVE25519_EDWARDS,
    {
      group: EDWARDS,
      isBls: false,
      validateCost: (costs) => costs.curve25519EdwardsValidatePointCost,
      addCost: (costs) => costs.curve25519EdwardsAddCost,
      subtractCost: (costs) => costs.curve25519EdwardsSubtractCost,
      multiplyCost: (costs) => costs.curve25519EdwardsMultiplyCost,
    },
  ],
  [
    CURVE25519_RISTRETTO,
    {
      group: RISTRETTO,
      isBls: false,
      validateCost: (costs) => costs.curve25519RistrettoValidatePointCost,
      addCost: (costs) => costs.curve25519RistrettoAddCost,
      subtractCost: (costs) => costs.curve25519RistrettoSubtractCost,
      multiplyCost: (costs) => costs.curve25519RistrettoMultiplyCost,
    },
  ],
  [BLS12_381_G1_LE, { group: G1_LE, ...BLS_G1 }],
  [BLS12_381_G1_LE | BIG_ENDIAN, { group: G1_BE, ...BLS_G1 }],
  [BLS12_381_G2_LE, { group: G2_LE, ...BLS_G2 }],
  [BLS12_381_G2_LE | BIG_ENDIAN, { group: G2_BE, ...BLS_G2 }],
]);

const COMPRESSED_GROUPS: ReadonlyMap<U64, Pick<BlsGroup, 'compressedLen' | 'decompress' | 'pointLen'>> = new Map<
  U64,
  Pick<BlsGroup, 'compressedLen' | 'decompress' | 'pointLen'>
>([
  [BLS12_381_G1_LE, G1_LE],
  [BLS12_381_G1_LE | BIG_ENDIAN, G1_BE],
  [BLS12_381_G2_LE, G2_LE],
  [BLS12_381_G2_LE | BIG_ENDIAN, G2_BE],
]);

/**
 * Tests a point.
 *
 * r1 `curveId`: 0 Edwards, 1 Ristretto, 5 and 6 BLS12-381 G1 and G2, plus 0x80 for big-endian
 * r2 `pointAddr`: VM address of the point
 *
 * Another curve is refused before anything is charged. r0 is 0 for a point of the group, else 1.
 */
const validatePoint: RuntimeSyscall = (context, memory, curveId, pointAddr) => {
  const curve = findCurve(context, curveId);
  if (curve === undefined) return unknownCurve(context, curveId);
  context.consume(curve.validateCost(context.costs));
  const { group } = curve;
  return group.validate(readBytes(memory, pointAddr, group.pointLen)) ? 0 : FAILED;
};

/**
 * Adds or subtracts two points, or multiplies one.
 *
 * r1 `curveId`: as for `sol_curve_validate_point`
 * r2 `groupOp`: 0 add, 1 subtract, 2 multiply
 * r3 `leftAddr`: VM address of a point; of the scalar, to multiply
 * r4 `rightAddr`: VM address of a point
 * r5 `resultAddr`: VM address for a point
 *
 * Another curve or operation is refused before anything is charged. r0 is 1, and nothing is written, where an input is
 * no point or the scalar isn't below the group's order; else 0.
 */
const groupOp: RuntimeSyscall = (context, memory, curveId, op, leftAddr, rightAddr, resultAddr) => {
  const curve = findCurve(context, curveId);
  if (curve === undefined) return unknownCurve(context, curveId);
  const { group } = curve;
  if (op === ADD) {
    context.consume(curve.addCost(context.costs));
    const left = readBytes(memory, leftAddr, group.pointLen);
    return writeResult(memory, group.add(left, readBytes(memory, rightAddr, group.pointLen)), resultAddr);
  }
  if (op === SUB) {
    context.consume(curve.subtractCost(context.costs));
    const left = readBytes(memory, leftAddr, group.pointLen);
    return writeResult(memory, group.subtract(left, readBytes(memory, rightAddr, group.pointLen)), resultAddr);
  }
  if (op === MUL) {
    context.consume(curve.multiplyCost(context.costs));
    const scalar = readBytes(memory, leftAddr, group.scalarLen);
    return writeResult(memory, group.multiply(scalar, readBytes(memory, rightAddr, group.pointLen)), resultAddr);
  }
  if (curve.isBls) refuseAttribute('group operation', op);
  return unknownCurve(context, op);
};

/**
 * Adds the products of scalars and points.
 *
 * r1 `curveId`: 0 Edwards, 1 Ristretto
 * r2 `scalarsAddr`, r3 `pointsAddr`: VM addresses of `pointsCount` items of 32 bytes each
 * r4 `pointsCount`: 512 at most; 0 gives the identity and costs as much as 1
 * r5 `resultAddr`: VM address for 32 bytes
 *
 * Checks the count, then the curve, then charges. r0 is 1 where a scalar or a point is none, else 0.
 */
const multiscalarMul: RuntimeSyscall = (context, memory, curveId, scalarsAddr, pointsAddr, pointsCount, resultAddr) => {
  if (pointsCount > MAX_MSM_POINTS) {
    const refusal = { rule: 'sol_curve_multiscalar_mul', source: SOURCE, limit: MAX_MSM_POINTS, actual: pointsCount };
    throw new SyscallError('InvalidLength', 'InvalidLength', refusal);
  }
  const count = Number(pointsCount);
  const more = Math.max(0, count - 1);
  const { costs } = context;
  if (curveId === CURVE25519_EDWARDS) {
    context.consume(costs.curve25519EdwardsMsmBaseCost + costs.curve25519EdwardsMsmIncrementalCost * more);
  } else if (curveId === CURVE25519_RISTRETTO) {
    context.consume(costs.curve25519RistrettoMsmBaseCost + costs.curve25519RistrettoMsmIncrementalCost * more);
  } else {
    return unknownCurve(context, curveId);
  }
  const group = curveId === CURVE25519_EDWARDS ? EDWARDS : RISTRETTO;
  const scalars = readBytes(memory, scalarsAddr, count * group.scalarLen);
  const points = readBytes(memory, pointsAddr, count * group.pointLen);
  return writeResult(memory, group.multiscalarMultiply(scalars, points, count), resultAddr);
};

/**
 * Decompresses a point of BLS12-381.
 *
 * r1 `curveId`: 5 G1 or 6 G2, plus 0x80 for big-endian
 * r2 `pointAddr`: VM address of 48 or 96 bytes
 * r3 `resultAddr`: VM address for 96 or 192 bytes
 *
 * r0 is 1 where it is no point of the subgroup, or oddly encoded; else 0.
 */
const decompress: RuntimeSyscall = (context, memory, curveId, pointAddr, resultAddr) => {
  const group = COMPRESSED_GROUPS.get(curveId);
  if (group === undefined) refuseAttribute('curve', curveId);
  const isG1 = group.pointLen === G1_POINT_SIZE;
  context.consume(isG1 ? cost.BLS12_381_G1_DECOMPRESS_COST : cost.BLS12_381_G2_DECOMPRESS_COST);
  return writeResult(memory, group.decompress(readBytes(memory, pointAddr, group.compressedLen)), resultAddr);
};

/**
 * Multiplies the pairings of points of BLS12-381.
 *
 * r1 `curveId`: 4, plus 0x80 for big-endian
 * r2 `pairsCount`: 8 at most; 0 gives the identity and costs as much as 1
 * r3 `g1Addr`, r4 `g2Addr`: VM addresses of `pairsCount` points of 96 and 192 bytes
 * r5 `resultAddr`: VM address for 576 bytes
 *
 * Charges for whatever count before it is limited. r0 is 1 for more than eight or where an input is no point of its
 * subgroup, else 0.
 */
const mapPairing: RuntimeSyscall = (context, memory, curveId, pairsCount, g1Addr, g2Addr, resultAddr) => {
  const isLittle = curveId === BLS12_381_LE;
  if (!isLittle && curveId !== (BLS12_381_LE | BIG_ENDIAN)) refuseAttribute('curve', curveId);
  const count = Number(pairsCount);
  context.consume(cost.BLS12_381_ONE_PAIR_COST + cost.BLS12_381_ADDITIONAL_PAIR_COST * Math.max(0, count - 1));
  const g1 = translateSlice(context, memory, 'load', g1Addr, pairsCount, G1_POINT_SIZE, 1);
  const g2 = translateSlice(context, memory, 'load', g2Addr, pairsCount, G2_POINT_SIZE, 1);
  const { bytes } = memory;
  const result = pairingMap(
    bytes.subarray(g1, g1 + count * G1_POINT_SIZE),
    bytes.subarray(g2, g2 + count * G2_POINT_SIZE),
    count,
    isLittle ? 'little' : 'big',
  );
  return writeResult(memory, result, resultAddr);
};

function readBytes(memory: VmMemory, vmAddr: U64, len: number): Uint8Array {
  const offset = translateBytes(memory, vmAddr, len);
  return memory.bytes.subarray(offset, offset + len);
}

function writeResult(memory: VmMemory, result: Uint8Array | undefined, vmAddr: U64): number {
  if (result === undefined) return FAILED;
  const offset = translateOutput(memory, vmAddr, result.length);
  memory.bytes.set(result, offset);
  return 0;
}

function findCurve(context: InvokeContext, curveId: U64): Curve | undefined {
  const curve = CURVES.get(curveId);
  if (curve?.isBls && !context.environment.features.enable_bls12_381_syscall) refuseAttribute('curve', curveId);
  return curve;
}

/** What an unknown curve, or operation of Curve25519, leads to. */
function unknownCurve(context: InvokeContext, actual: U64): number {
  if (context.environment.features.abort_on_invalid_curve) refuseAttribute('curve or group operation', actual);
  return FAILED;
}

function refuseAttribute(asked: string, actual: U64): never {
  throw new SyscallError('InvalidAttribute', 'InvalidAttribute', { rule: 'sol_curve', source: SOURCE, asked, actual });
}

const CURVE25519 = 'curve25519_syscall_enabled';
const BLS = 'enable_bls12_381_syscall';

export const CURVE_SYSCALLS: SyscallTable = {
  sol_curve_validate_point: { syscall: validatePoint, gate: CURVE25519 },
  sol_curve_group_op: { syscall: groupOp, gate: CURVE25519 },
  sol_curve_multiscalar_mul: { syscall: multiscalarMul, gate: CURVE25519 },
  sol_curve_decompress: { syscall: decompress, gate: BLS },
  sol_curve_pairing_map: { syscall: mapPairing, gate: BLS },
};
