// The accounts and programs that the C programs of test/programs play with, on both machines, and a way to name them in
// a line: `owned:w` is the account called owned, written. Every case begins with the same accounts.

import { readFileSync } from 'node:fs';
import { createProgramAddress } from '../../../src/crypto/program-address.ts';
import {
  BPF_LOADER_DEPRECATED_ID,
  BPF_LOADER_ID,
  CLOCK_ID,
  INSTRUCTIONS_SYSVAR_ID,
  RENT_ID,
  SYSTEM_PROGRAM_ID,
} from '../../../src/runtime/addresses.ts';
import { type Account, RENT_EXEMPT_RENT_EPOCH } from '../../../src/wire/account.ts';
import { compileMessage } from '../../../src/wire/message-compiler.ts';
import { Pubkey } from '../../../src/wire/pubkey.ts';
import { createTransaction, encodeTransaction } from '../../../src/wire/transaction.ts';
import { u8, u32 } from '../differential/encode.ts';
import { type MachineOptions, Machines, type Outcome, PLAIN_OPTIONS } from '../differential/machines.ts';
import type { EngineName } from '../engines.ts';

export type Abi = 'c' | 'rust';
export type Loader = 'v1' | 'v2' | 'v3';

/** One transaction of a few instructions. */
export interface CpiCase {
  readonly name: string;
  /** A program of test/programs, without its ending; in the Rust ABI the one ending in `-rust`. */
  readonly program: string;
  readonly loader?: Loader;
  readonly instructions: readonly { readonly data: Uint8Array; readonly accounts: readonly string[] }[];
  /** 'ok', or the error as the RPC shows it, in JSON. Undefined: whatever both machines say. */
  readonly expected: string | undefined;
  /** Default: both. */
  readonly abis?: readonly Abi[];
  readonly units?: number;
  readonly heap?: number;
  readonly options?: Partial<MachineOptions>;
}

const FOLDER = new URL('../../programs/', import.meta.url);
const elfs = new Map<string, Uint8Array>();

export function readProgram(name: string): Uint8Array {
  let elf = elfs.get(name);
  if (elf === undefined) elfs.set(name, (elf = new Uint8Array(readFileSync(new URL(`${name}.so`, FOLDER)))));
  return elf;
}

/** A key that says its name in hexadecimal. */
function keyNamed(name: string): Pubkey {
  const bytes = new Uint8Array(32).fill(0x20);
  bytes.set(new TextEncoder().encode(name).subarray(0, 32));
  return new Pubkey(bytes);
}

const COMPUTE_BUDGET = Pubkey.fromBase58('ComputeBudget111111111111111111111111111111');

/** The program under test, and what it calls. */
export const PROGRAM: Pubkey = keyNamed('program under test');
export const CALLEE: Pubkey = keyNamed('callee');
const PAYER = keyNamed('fee payer');

function derive(name: string): { key: Pubkey; bump: number } {
  for (let bump = 255; ; bump--) {
    const key = createProgramAddress([new TextEncoder().encode(name), Uint8Array.of(bump)], PROGRAM);
    if (typeof key !== 'string') return { key, bump };
  }
}

export const VAULT: { readonly key: Pubkey; readonly bump: number } = derive('vault');
export const EMPTY_VAULT: { readonly key: Pubkey; readonly bump: number } = derive('empty');

const counted = (length: number): Uint8Array => Uint8Array.from({ length }, (_, i) => i + 1);

/** What there is besides the programs, by name. */
const ACCOUNTS: Readonly<Record<string, { readonly key: Pubkey; readonly account?: Partial<Account> }>> = {
  payer: { key: keyNamed('payer'), account: { lamports: 100_000_000_000n } },
  signer: { key: keyNamed('signer'), account: { lamports: 7_000_000_000n } },
  owned: { key: keyNamed('owned'), account: { owner: PROGRAM, data: counted(100) } },
  'owned-too': { key: keyNamed('owned too'), account: { owner: PROGRAM, data: counted(8) } },
  'owned-readonly': { key: keyNamed('owned readonly'), account: { owner: PROGRAM, data: counted(50) } },
  'owned-empty': { key: keyNamed('owned empty'), account: { owner: PROGRAM } },
  'owned-odd': { key: keyNamed('owned odd'), account: { owner: PROGRAM, data: counted(13) } },
  theirs: { key: keyNamed('theirs'), account: { owner: CALLEE, data: counted(100) } },
  readonly: { key: keyNamed('readonly'), account: { owner: CALLEE, data: counted(30) } },
  empty: { key: keyNamed('empty') },
  nothing: { key: keyNamed('nothing') },
  vault: { key: VAULT.key, account: { lamports: 8_000_000_000n } },
  'vault-empty': { key: EMPTY_VAULT.key },
  program: { key: PROGRAM },
  callee: { key: CALLEE },
  system: { key: SYSTEM_PROGRAM_ID },
  budget: { key: COMPUTE_BUDGET },
  clock: { key: CLOCK_ID },
  rent: { key: RENT_ID },
  instructions: { key: INSTRUCTIONS_SYSVAR_ID },
};

/** A name and its flags, as `owned:w`. Numbers make accounts of their own: `#12` is the twelfth of many empty ones. */
function metaOf(text: string): { address: Pubkey; isSigner: boolean; isWritable: boolean } {
  const [name, flags = ''] = text.split(':');
  const address = name.startsWith('#') ? keyNamed(`number ${name.slice(1)}`) : ACCOUNTS[name].key;
  return { address, isSigner: flags.includes('s'), isWritable: flags.includes('w') };
}

export class CpiStage {
  readonly #machines = new Map<string, Machines>();
  readonly #engine: EngineName | undefined;
  #sent = 0;

  constructor(engine?: EngineName) {
    this.#engine = engine;
  }

  /** The first difference between the machines, or from what is expected. */
  run(testCase: CpiCase, abi: Abi): { readonly difference: string | undefined; readonly outcome: Outcome | undefined } {
    const machines = this.#machinesFor(testCase.options ?? {});
    this.#place(machines, testCase, abi);
    const { difference, outcome } = machines.apply({ kind: 'send', bytes: this.#transaction(machines, testCase) });
    if (outcome === undefined) return { difference: 'the transaction could not be read', outcome };
    const ending = outcome.error === null ? 'ok' : JSON.stringify(outcome.error);
    const first = difference ?? machines.compareAll();
    if (first !== undefined || testCase.expected === undefined || ending === testCase.expected)
      return { difference: first, outcome };
    const logs = outcome.logs.join('\n    ');
    return { difference: `expected ${testCase.expected}, both machines say ${ending}\n    ${logs}`, outcome };
  }

  #machinesFor(options: Partial<MachineOptions>): Machines {
    const key = JSON.stringify(options);
    let machines = this.#machines.get(key);
    if (machines === undefined) {
      machines = new Machines({ ...PLAIN_OPTIONS, blockhashCheck: false, engine: this.#engine, ...options });
      this.#machines.set(key, machines);
    }
    return machines;
  }

  #place(machines: Machines, { program, loader = 'v3' }: CpiCase, abi: Abi): void {
    const set = (key: Pubkey, account: Partial<Account>): void => {
      const data = account.data ?? new Uint8Array(0);
      const whole = {
        lamports: 500_000_000n,
        owner: SYSTEM_PROGRAM_ID,
        executable: false,
        rentEpoch: RENT_EXEMPT_RENT_EPOCH,
        ...account,
        data,
      };
      machines.apply({ kind: 'account', key, account: whole });
    };
    const elf = readProgram(nameIn(abi, program));
    if (loader === 'v3') machines.apply({ kind: 'program', key: PROGRAM, elf });
    else {
      const owner = loader === 'v1' ? BPF_LOADER_DEPRECATED_ID : BPF_LOADER_ID;
      set(PROGRAM, { lamports: 1_000_000_000n, owner, executable: true, data: elf });
    }
    machines.apply({ kind: 'program', key: CALLEE, elf: readProgram(nameIn(abi, 'invoked')) });
    set(PAYER, { lamports: 1_000_000_000_000n });
    for (const { key, account } of Object.values(ACCOUNTS)) if (account !== undefined) set(key, account);
    for (const key of [ACCOUNTS['empty'].key, ACCOUNTS['nothing'].key, EMPTY_VAULT.key]) set(key, { lamports: 0n });
  }

  #transaction(machines: Machines, { instructions, units = 1_400_000, heap }: CpiCase): Uint8Array {
    const requests = [Buffer.concat([u8(2), u32(units)])];
    if (heap !== undefined) requests.push(Buffer.concat([u8(1), u32(heap)]));
    const message = compileMessage({
      feePayer: PAYER,
      recentBlockhash: machines.bank.latestBlockhash,
      instructions: [
        ...requests.map((data) => ({ programAddress: COMPUTE_BUDGET, data })),
        ...instructions.map(({ data, accounts }) => ({
          programAddress: PROGRAM,
          accounts: accounts.map(metaOf),
          data,
        })),
      ],
    });
    const signature = new Uint8Array(64);
    new DataView(signature.buffer).setUint32(0, ++this.#sent, true);
    const signatures = Array.from({ length: message.header.numRequiredSignatures }, () => signature);
    return encodeTransaction(createTransaction(message, signatures));
  }
}

/** Programs that make no calls are the same in both ABIs. */
const SAME_IN_BOTH: ReadonlySet<string> = new Set(['edges', 'plain']);

function nameIn(abi: Abi, program: string): string {
  return abi === 'rust' && !SAME_IN_BOTH.has(program) ? `${program}-rust` : program;
}
