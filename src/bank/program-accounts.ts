// The accounts that make an ELF a program, as each loader keeps them: loaders v1 and v2 in the program's own account,
// the upgradeable loader (v3) in a second one that the first points to.
// Source: agave loader-v3-interface/src/state.rs, UpgradeableLoaderState; for the balances and the missing authority,
// litesvm crates/litesvm/src/lib.rs, add_program_internal.

import { findProgramAddress } from '../crypto/program-address.ts';
import { BPF_LOADER_UPGRADEABLE_ID } from '../runtime/addresses.ts';
import { minimumBalance } from '../runtime/rent.ts';
import type { Rent } from '../runtime/sysvars/layouts.ts';
import type { Account } from '../wire/account.ts';
import { writeU32, writeU64 } from '../wire/bytes.ts';
import type { Pubkey } from '../wire/pubkey.ts';

const PROGRAM_TAG = 2;
const PROGRAM_DATA_TAG = 3;
/** u32 tag, address. */
const PROGRAM_LEN = 36;
/** u32 tag, u64 slot, u8 whether an authority follows, address. */
export const PROGRAM_DATA_METADATA_LEN = 45;

/** Bytes of the program data account of an ELF. */
export function programDataLen(elfLen: number): number {
  return PROGRAM_DATA_METADATA_LEN + elfLen;
}

/** Where the upgradeable loader keeps the ELF of a program. */
export function programDataAddressOf(program: Pubkey): Pubkey {
  const found = findProgramAddress([program.bytes], BPF_LOADER_UPGRADEABLE_ID);
  if (typeof found === 'string') throw new Error(`no program data address can be derived for ${program}: ${found}`);
  return found.address;
}

/** The account at a program's address, under the upgradeable loader. */
export function programAccount(programDataKey: Pubkey, rent: Rent): Account {
  const data = new Uint8Array(PROGRAM_LEN);
  writeU32(data, 0, PROGRAM_TAG);
  data.set(programDataKey.bytes, 4);
  return {
    lamports: minimumBalance(rent, PROGRAM_LEN),
    data,
    owner: BPF_LOADER_UPGRADEABLE_ID,
    executable: true,
    rentEpoch: 0n,
  };
}

/** The account with the ELF, under the upgradeable loader. Nobody may upgrade it. */
export function programDataAccount(elf: Uint8Array, deploymentSlot: bigint, rent: Rent): Account {
  const data = new Uint8Array(programDataLen(elf.length));
  writeU32(data, 0, PROGRAM_DATA_TAG);
  writeU64(data, 4, deploymentSlot);
  data.set(elf, PROGRAM_DATA_METADATA_LEN);
  return {
    lamports: minimumBalance(rent, data.length),
    data,
    owner: BPF_LOADER_UPGRADEABLE_ID,
    executable: false,
    rentEpoch: 0n,
  };
}

/** The account of a program under loader v1 or v2. */
export function elfAccount(elf: Uint8Array, loader: Pubkey, rent: Rent): Account {
  return { lamports: minimumBalance(rent, elf.length), data: elf, owner: loader, executable: true, rentEpoch: 0n };
}
