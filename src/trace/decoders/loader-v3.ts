// Instructions of BPF loader v3, the upgradeable loader: a u32 tag and bincode fields.
// Source: solana-sdk loader-v3-interface/src/instruction.rs, UpgradeableLoaderInstruction.

import { readU32, readU64 } from '../../wire/bytes.ts';
import type { ProgramDecoder } from '../decoder.ts';
import type { DecodedValue } from '../transaction-trace.ts';

interface LoaderInstruction {
  readonly name: string;
  readonly accounts: readonly string[];
  /** Bytes of the fixed fields behind the tag. */
  readonly fieldsLen?: number;
  readonly args?: (data: Uint8Array) => Record<string, DecodedValue>;
}

const INSTRUCTIONS: readonly LoaderInstruction[] = [
  { name: 'InitializeBuffer', accounts: ['buffer', 'authority'] },
  {
    name: 'Write',
    accounts: ['buffer', 'authority'],
    fieldsLen: 12,
    args: (data) => ({ offset: readU32(data, 4), bytes: data.slice(16) }),
  },
  {
    name: 'DeployWithMaxDataLen',
    accounts: ['payer', 'programData', 'program', 'buffer', 'rent', 'clock', 'systemProgram', 'authority'],
    fieldsLen: 8,
    args: (data) => ({ maxDataLen: readU64(data, 4) }),
  },
  { name: 'Upgrade', accounts: ['programData', 'program', 'buffer', 'spill', 'rent', 'clock', 'authority'] },
  { name: 'SetAuthority', accounts: ['account', 'authority', 'newAuthority'] },
  { name: 'Close', accounts: ['account', 'recipient', 'authority', 'program'] },
  {
    name: 'ExtendProgram',
    accounts: ['programData', 'program', 'systemProgram', 'payer'],
    fieldsLen: 4,
    args: (data) => ({ additionalBytes: readU32(data, 4) }),
  },
  { name: 'SetAuthorityChecked', accounts: ['account', 'authority', 'newAuthority'] },
  { name: 'Migrate', accounts: ['programData', 'program', 'authority'] },
  {
    name: 'ExtendProgramChecked',
    accounts: ['programData', 'program', 'authority', 'systemProgram', 'payer'],
    fieldsLen: 4,
    args: (data) => ({ additionalBytes: readU32(data, 4) }),
  },
];

export const LOADER_V3_DECODER: ProgramDecoder = {
  decodeInstruction({ data }) {
    const instruction = data.length < 4 ? undefined : INSTRUCTIONS[readU32(data, 0)];
    if (instruction === undefined || data.length < 4 + (instruction.fieldsLen ?? 0)) return undefined;
    return { name: instruction.name, args: instruction.args?.(data) ?? {}, accountNames: instruction.accounts };
  },
};
