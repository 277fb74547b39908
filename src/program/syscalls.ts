// The functions by which a program asks the runtime for something, other than calls. Each charges what the syscall of a
// compiled program charges (runtime/syscalls/ has the contracts), before it does anything.
// Source: agave syscalls/src/lib.rs, syscalls/src/logging.rs.

import type { AccountMeta, AccountRole, Address, Instruction } from '@solana/kit';
import { hashes } from '../crypto/hashes.ts';
import * as programAddress from '../crypto/program-address.ts';
import { SyscallError } from '../runtime/errors.ts';
import {
  CPI_BYTES_PER_UNIT,
  CREATE_PROGRAM_ADDRESS_UNITS,
  LOG_PUBKEY_UNITS,
  MEM_OP_BASE_COST,
  SHA256_BASE_COST,
  SYSCALL_BASE_COST,
} from '../runtime/execution-cost.ts';
import { describeSeeds, refuseSeed, refuseSeedCount } from '../runtime/seed-refusals.ts';
import { findSibling } from '../runtime/syscalls/introspection.ts';
import { MAX_RETURN_DATA } from '../runtime/transaction-context.ts';
import { encodeBase64 } from '../wire/base64.ts';
import { concatBytes } from '../wire/bytes.ts';
import { PUBKEY_BYTES, type Pubkey } from '../wire/pubkey.ts';
import { type Seed, seedBytes, toAddress, toPubkey } from './address.ts';
import { type ProgramFrame, runSyscall } from './frame.ts';
import { ProgramError } from './program-error.ts';

const encoder = new TextEncoder();

// The log.

/** Logs a line: `Program log: …`. Costs a unit for each byte, 100 at least. */
export function msg(text: string): void {
  runSyscall('msg', 'sol_log_', (frame) => {
    frame.consume(Math.max(SYSCALL_BASE_COST, encoder.encode(text).length));
    frame.context.log(`Program log: ${text}`);
  });
}

/** Logs an address in base58. */
export function logPubkey(address: Address): void {
  runSyscall('logPubkey', 'sol_log_pubkey', (frame) => {
    frame.consume(LOG_PUBKEY_UNITS);
    frame.context.log(`Program log: ${address}`);
  });
}

/** Logs bytes in base64, a field after the other: `Program data: …`. Events are written with it. */
export function solLogData(fields: readonly Uint8Array[]): void {
  runSyscall('solLogData', 'sol_log_data', (frame) => {
    frame.consume(SYSCALL_BASE_COST);
    frame.consume(SYSCALL_BASE_COST * fields.length);
    frame.consume(fields.reduce((sum, field) => sum + field.length, 0));
    frame.context.log(`Program data: ${fields.map(encodeBase64).join(' ')}`);
  });
}

/** Logs the compute units that the transaction has left. */
export function logComputeUnits(): void {
  runSyscall('logComputeUnits', 'sol_log_compute_units_', (frame) => {
    frame.consume(SYSCALL_BASE_COST);
    frame.context.log(`Program consumption: ${frame.context.meter.remaining} units remaining`);
  });
}

// Return data.

/** Leaves up to 1024 bytes to whoever called this program. */
export function setReturnData(data: Uint8Array): void {
  runSyscall('setReturnData', 'sol_set_return_data', (frame) => {
    frame.consume(SYSCALL_BASE_COST + Math.floor(data.length / CPI_BYTES_PER_UNIT));
    frame.attempt(() => {
      if (data.length > MAX_RETURN_DATA) {
        const text = `Return data too large (${data.length} > ${MAX_RETURN_DATA})`;
        const facts = { rule: 'sol_set_return_data', source: 'agave syscalls/src/lib.rs', limit: MAX_RETURN_DATA };
        throw new SyscallError('ReturnDataTooLarge', text, { ...facts, actual: data.length });
      }
      frame.context.transaction.setReturnData(frame.instruction.programId, data.slice());
    });
  });
}

/** What was returned last, and by which program; undefined where it is nothing. */
export function getReturnData(): { readonly programId: Address; readonly data: Uint8Array } | undefined {
  return runSyscall('getReturnData', 'sol_get_return_data', (frame) => {
    frame.consume(SYSCALL_BASE_COST);
    const { programId, data } = frame.context.transaction.returnData;
    if (data.length === 0) return undefined;
    frame.consume(Math.floor((data.length + PUBKEY_BYTES) / CPI_BYTES_PER_UNIT));
    return { programId: toAddress(programId), data: data.slice() };
  });
}

// Program addresses.

/**
 * The address of seeds under a program, the bump among them.
 *
 * @throws ProgramError `InvalidSeeds` where it lies on the curve, `MaxSeedLengthExceeded` where there are more than 16.
 * A seed of more than 32 bytes ends the program.
 */
export function createProgramAddress(seeds: readonly Seed[], programId: Address): Address {
  return runSyscall('createProgramAddress', 'sol_create_program_address', (frame) => {
    frame.consume(CREATE_PROGRAM_ADDRESS_UNITS);
    const bytes = frame.attempt(() => checkSeeds(seeds, programId));
    const found = programAddress.createProgramAddress(bytes, toPubkey(programId));
    tellDerivation(frame, bytes, programId, typeof found === 'string' ? undefined : found, undefined);
    if (typeof found === 'string') {
      throw new ProgramError(
        found,
        `${describeSeeds(bytes)} under ${programId} lead onto the curve: there is no such address`,
      );
    }
    return toAddress(found);
  });
}

/** The address of seeds and the highest bump that leads off the curve. Each bump that is tried costs 1500 units. */
export function findProgramAddress(seeds: readonly Seed[], programId: Address): [address: Address, bump: number] {
  return runSyscall('findProgramAddress', 'sol_try_find_program_address', (frame) => {
    frame.consume(CREATE_PROGRAM_ADDRESS_UNITS);
    const bytes = frame.attempt(() => checkSeeds(seeds, programId));
    const found = programAddress.findProgramAddress(bytes, toPubkey(programId));
    if (typeof found === 'string') tellDerivation(frame, bytes, programId, undefined, undefined);
    else tellDerivation(frame, bytes, programId, found.address, found.bump);
    frame.consume(CREATE_PROGRAM_ADDRESS_UNITS * (255 - (typeof found === 'string' ? 0 : found.bump)));
    // Rust's `find_program_address` panics there.
    if (typeof found === 'string') throw new Error('Unable to find a viable program address bump seed');
    return [toAddress(found.address), found.bump];
  });
}

/** An address derived from another by a text; the System program makes accounts there. */
export function createWithSeed(base: Address, seed: string, owner: Address): Address {
  const found = programAddress.createWithSeed(toPubkey(base), seed, toPubkey(owner));
  if (typeof found === 'string') {
    const { length } = encoder.encode(seed);
    const isLong = found === 'MaxSeedLengthExceeded';
    throw new ProgramError(
      found,
      isLong ? `the seed ${JSON.stringify(seed)} has ${length} bytes; 32 are the limit` : undefined,
    );
  }
  return toAddress(found);
}

function tellDerivation(
  { context: { listener } }: ProgramFrame,
  seeds: readonly Uint8Array[],
  programId: Address,
  address: Pubkey | undefined,
  bump: number | undefined,
): void {
  if (listener === undefined) return;
  const copies = seeds.map((seed) => seed.slice());
  listener.on({ type: 'derive', seeds: copies, programId: toPubkey(programId), address, bump });
}

/** Source: agave syscalls/src/lib.rs, translate_and_check_program_address_inputs. */
function checkSeeds(seeds: readonly Seed[], programId: Address): Uint8Array[] {
  const program = toPubkey(programId);
  if (seeds.length > programAddress.MAX_SEEDS) refuseSeedCount(seeds.length, program);
  return seeds.map((seed, i) => {
    const bytes = seedBytes(seed);
    if (bytes.length > programAddress.MAX_SEED_LEN) refuseSeed(i, bytes.length, bytes, program);
    return bytes;
  });
}

// Hashes. A unit for two bytes of each slice, 10 at least, after the base.

export function sha256(...slices: Uint8Array[]): Uint8Array {
  return hash('sha256', slices);
}

export function keccak256(...slices: Uint8Array[]): Uint8Array {
  return hash('keccak256', slices);
}

export function blake3(...slices: Uint8Array[]): Uint8Array {
  return hash('blake3', slices);
}

function hash(name: 'sha256' | 'keccak256' | 'blake3', slices: readonly Uint8Array[]): Uint8Array {
  return runSyscall(name, `sol_${name}`, (frame) => {
    frame.consume(SHA256_BASE_COST);
    for (const slice of slices) frame.consume(Math.max(MEM_OP_BASE_COST, Math.floor(slice.length / 2)));
    return hashes[name](concatBytes(slices)).slice();
  });
}

// The run itself.

/** 1 in a top-level instruction, one more for each call above it. */
export function getStackHeight(): number {
  return runSyscall('getStackHeight', 'sol_get_stack_height', (frame) => {
    frame.consume(SYSCALL_BASE_COST);
    return frame.instruction.stackHeight;
  });
}

/** Compute units that the transaction has left. */
export function getRemainingComputeUnits(): number {
  return runSyscall('getRemainingComputeUnits', 'sol_remaining_compute_units', (frame) => {
    frame.consume(SYSCALL_BASE_COST);
    return frame.context.meter.remaining;
  });
}

/**
 * An instruction that ran before this one on behalf of the same caller (of the transaction, at the top).
 *
 * @param index 0 for the one that ran last, counting back.
 */
export function getProcessedSiblingInstruction(index: number): Instruction | undefined {
  // A compiled program asks twice: for the lengths, then for the rest.
  const ask = () => {
    return runSyscall('getProcessedSiblingInstruction', 'sol_get_processed_sibling_instruction', (frame) => {
      frame.consume(SYSCALL_BASE_COST);
      return findSibling(frame.instruction, index);
    });
  };
  const sibling = ask() && ask();
  if (sibling === undefined) return undefined;
  const accounts = sibling.accounts.map(({ indexInTransaction, isSigner, isWritable }): AccountMeta => {
    const role: AccountRole = (isSigner ? 2 : 0) | (isWritable ? 1 : 0);
    return { address: toAddress(sibling.transaction.accounts[indexInTransaction].key), role };
  });
  return { programAddress: toAddress(sibling.programId), accounts, data: sibling.data.slice() };
}
