// What goes around a program's run: calls between programs, many accounts, much data. The programs do next to nothing.

import { readFileSync } from 'node:fs';
import { assembleElf } from 'parhelion/sbpf';
import { Pubkey, writeU32, writeU64 } from 'parhelion/wire';
import { bytesOf, Call, COUNTED, keyOf, u64 } from '../call.ts';
import type { Stage } from '../stage.ts';
import type { Row, Workload } from '../workload.ts';
import { blockhashOf, stageWithPayer, timeCall } from './transactions.ts';

const LOOKUP_TABLE_PROGRAM = Pubkey.fromBase58('AddressLookupTab1e1111111111111111111111111');
const PAYER = keyOf(1);
const PROGRAMS = [50, 51, 52, 53, 54].map(keyOf);
const STATE = keyOf(60);
const TABLE = keyOf(61);
const STATE_LEN = 165;
const LARGE_LEN = 10 * 1024;
const MANY = 60;

const writable = (address: Pubkey) => ({ address, isSigner: false, isWritable: true });
const readonly = (address: Pubkey) => ({ address, isSigner: false, isWritable: false });

function elfOf(name: string): Uint8Array {
  return assembleElf(readFileSync(new URL(`../programs/${name}.s`, import.meta.url), 'utf8'));
}

/** Five programs, each of which calls the next. */
export function stageChain(): { readonly stage: Stage; readonly call: Call } {
  const stage = stageWithPayer();
  const elf = elfOf('chain');
  for (const program of PROGRAMS) stage.addProgram(program, elf);
  const [first, ...others] = PROGRAMS;
  stage.setAccount({ key: STATE, owner: first, data: new Uint8Array(STATE_LEN) });
  const accounts = [writable(STATE), ...others.map(readonly)];
  const call = new Call({
    feePayer: PAYER,
    recentBlockhash: blockhashOf(stage),
    instructions: [{ programAddress: first, accounts, data: bytesOf(others.length, u64(COUNTED)) }],
  });
  return { stage, call };
}

function chain(): Row[] {
  const { stage, call } = stageChain();
  return timeCall('CPI chain, four deep', stage, call, { raw: null });
}

function walk(name: string, keys: readonly Pubkey[], dataLen: number): Row[] {
  const stage = stageWithPayer();
  const program = PROGRAMS[0];
  stage.addProgram(program, elfOf('walk'));
  for (const key of keys) stage.setAccount({ key, owner: program, data: new Uint8Array(dataLen).fill(7) });
  stage.setAccount({ key: TABLE, owner: LOOKUP_TABLE_PROGRAM, data: lookupTable(keys) });
  // Half of them are readonly.
  const accounts = keys.map((key, i) => (i % 2 === 0 ? writable(key) : readonly(key)));
  const call = new Call({
    feePayer: PAYER,
    recentBlockhash: blockhashOf(stage),
    instructions: [{ programAddress: program, accounts, data: u64(COUNTED) }],
    ...(keys.length > 1 ? { lookupTables: [{ address: TABLE, addresses: keys }] } : {}),
  });
  return timeCall(name, stage, call, { raw: null });
}

/** Source: solana-sdk address-lookup-table-interface, LookupTableMeta: tag, two slots, and an index before the addresses. */
function lookupTable(keys: readonly Pubkey[]): Uint8Array {
  const data = new Uint8Array(56 + keys.length * 32);
  writeU32(data, 0, 1);
  writeU64(data, 4, 0xffff_ffff_ffff_ffffn);
  for (const [i, key] of keys.entries()) data.set(key.bytes, 56 + i * 32);
  return data;
}

export const CALLS: readonly Workload[] = [
  { name: 'CPI chain', run: chain },
  {
    name: '60 accounts',
    run: () =>
      walk(
        '60 accounts of 165 bytes',
        Array.from({ length: MANY }, (_, i) => keyOf(100 + i)),
        STATE_LEN,
      ),
  },
  { name: '10 KiB of data', run: () => walk('10 KiB of data', [STATE], LARGE_LEN) },
];
