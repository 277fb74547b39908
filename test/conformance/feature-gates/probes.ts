// For each gate that the runtime consults, something that goes one way with the gate and another way without. Every probe
// runs in LiteSVM too and fails where the two disagree, but for those that say `source`: LiteSVM leaves out what they ask.

import { genesisAccounts } from '../../../src/bank/genesis.ts';
import { findProgramAddress } from '../../../src/crypto/program-address.ts';
import * as ids from '../../../src/runtime/addresses.ts';
import { type FeatureName, FeatureSet } from '../../../src/runtime/features.ts';
import { AGAVE_RULES } from '../../../src/runtime/rules.ts';
import { decodeRent, encodeClock } from '../../../src/runtime/sysvars/layouts.ts';
import { prepareTransaction } from '../../../src/runtime/transaction-processor.ts';
import { assembleElf } from '../../../src/sbpf/assembler.ts';
import type { SbpfVersion } from '../../../src/sbpf/version.ts';
import { concatBytes } from '../../../src/wire/bytes.ts';
import { type CompileMessageInput, compileMessage, type Instruction } from '../../../src/wire/message-compiler.ts';
import { Pubkey } from '../../../src/wire/pubkey.ts';
import { createTransaction, decodeTransaction, encodeTransaction } from '../../../src/wire/transaction.ts';
import { u8, u16, u32, u64 } from '../../support/bytes.ts';
import { HEAP, Script } from '../../support/cpi-driver.ts';
import { CALLEE, CALLER, meta as callMeta, OWNED, Stage } from '../../support/cpi-stage.ts';
import { MapBank, Oracle, type Outcome } from '../../support/litesvm-oracle.ts';
import { compare, INPUT, PAYLOAD, type SyscallCall } from '../../support/syscall-oracle.ts';

/** Gates that differ from mainnet's. */
export interface Gates {
  readonly with: readonly FeatureName[];
  readonly without: readonly FeatureName[];
}

export interface Probe {
  readonly gate: FeatureName;
  /** Tells what happens. */
  readonly run: (gates: Gates) => string;
  readonly on: string;
  readonly off: string;
  /** Other gates, both times otherwise than on mainnet. */
  readonly besides?: Partial<Gates>;
  /** Where the expectation is from, when it isn't LiteSVM's. */
  readonly source?: string;
}

// --- Syscalls: a program makes one call.

function syscall(call: SyscallCall): (gates: Gates) => string {
  return (gates) => {
    const { logs, error } = compare({ ...call, on: gates.with, off: gates.without });
    if (error !== undefined) return logs.at(-1)!.replace(/^.* failed: /, '');
    return `r0 ${BigInt(
      logs
        .findLast((line) => line.startsWith('Program log: 0x'))!
        .slice(13)
        .split(',')[0],
    )}`;
  };
}

/** What a program meets that names a syscall which isn't there. */
const MISSING = 'unsupported BPF instruction';

const SYSCALLS: readonly Probe[] = [
  row('abort_on_invalid_curve', { syscall: 'sol_curve_validate_point', args: [9, HEAP] }, 'InvalidAttribute', 'r0 1'),
  row(
    'alt_bn128_little_endian',
    { syscall: 'sol_alt_bn128_group_op', args: [0x80, HEAP, 128, HEAP] },
    'r0 0',
    'InvalidAttribute',
  ),
  row('blake3_syscall_enabled', { syscall: 'sol_blake3', args: [HEAP, 0, HEAP] }, 'r0 0', MISSING),
  row('curve25519_syscall_enabled', { syscall: 'sol_curve_validate_point', args: [0, HEAP] }, 'r0 0', MISSING),
  row('disable_fees_sysvar', { syscall: 'sol_get_fees_sysvar', args: [HEAP] }, MISSING, 'r0 0'),
  row(
    'enable_alt_bn128_compression_syscall',
    { syscall: 'sol_alt_bn128_compression', args: [0, HEAP, 64, HEAP] },
    'r0 0',
    MISSING,
  ),
  row(
    'enable_alt_bn128_g2_syscalls',
    { syscall: 'sol_alt_bn128_group_op', args: [4, HEAP, 256, HEAP] },
    'r0 0',
    'InvalidAttribute',
  ),
  row('enable_alt_bn128_syscall', { syscall: 'sol_alt_bn128_group_op', args: [0, HEAP, 128, HEAP] }, 'r0 0', MISSING),
  row('enable_big_mod_exp_syscall', { syscall: 'sol_big_mod_exp', args: [HEAP, HEAP] }, 'InvalidAttribute', MISSING),
  row('enable_bls12_381_syscall', { syscall: 'sol_curve_decompress', args: [5, HEAP, HEAP] }, 'r0 1', MISSING),
  row('enable_get_epoch_stake_syscall', { syscall: 'sol_get_epoch_stake', args: [0] }, 'r0 0', MISSING),
  row('enable_poseidon_syscall', { syscall: 'sol_poseidon', args: [0, 0, HEAP, 0, HEAP] }, 'r0 1', MISSING),
  row('enable_sha512_syscall', { syscall: 'sol_sha512', args: [HEAP, 0, HEAP] }, 'r0 0', MISSING),
  row(
    'get_sysvar_syscall_enabled',
    { syscall: 'sol_get_sysvar', args: [PAYLOAD, HEAP, 0, 8], payload: ids.CLOCK_ID.bytes },
    'r0 0',
    MISSING,
  ),
  row('last_restart_slot_sysvar', { syscall: 'sol_get_last_restart_slot', args: [HEAP] }, 'r0 0', MISSING),
  row('remaining_compute_units_syscall_enabled', { syscall: 'sol_remaining_compute_units' }, 'r0 199879', MISSING),
  row(
    'syscall_parameter_address_restrictions',
    { syscall: 'sol_get_clock_sysvar', args: [INPUT + 96n], payload: new Uint8Array(96) },
    'Invalid pointer',
    'r0 0',
  ),
];

function row(gate: FeatureName, call: SyscallCall, on: string, off: string): Probe {
  return { gate, run: syscall(call), on, off };
}

// --- Transactions.

const SOL = 1_000_000_000n;
const key = (i: number): Pubkey => new Pubkey(new Uint8Array(32).fill(i));
const PAYER = key(1);
const PROGRAM = key(100);

const meta = (address: Pubkey, flags = '') => ({
  address,
  isSigner: flags.includes('s'),
  isWritable: flags.includes('w'),
});

function textOf({ error }: Outcome): string {
  if (error === null) return 'ok';
  if (typeof error === 'string') return error;
  const [, inner] = (error as { InstructionError?: [number, unknown] }).InstructionError ?? [];
  return typeof inner === 'string' ? inner : JSON.stringify(inner ?? error);
}

type Build = (oracle: Oracle) => Partial<CompileMessageInput> & { readonly instructions: readonly Instruction[] };

const oracleFor = (gates: Gates): Oracle => {
  const oracle = Oracle.shared(gates);
  oracle.setAccount(PAYER, { lamports: 100n * SOL });
  return oracle;
};

function send(oracle: Oracle, input: ReturnType<Build>): Outcome {
  return oracle.send(compileMessage({ feePayer: PAYER, recentBlockhash: oracle.blockhash, ...input }));
}

/** A transaction and its error. */
function transaction(build: Build, tell: (outcome: Outcome) => string = textOf): (gates: Gates) => string {
  return (gates) => {
    const oracle = oracleFor(gates);
    return tell(send(oracle, build(oracle)));
  };
}

const call = (
  programAddress: Pubkey,
  data: Uint8Array = new Uint8Array(0),
  accounts: Instruction['accounts'] = [],
) => ({
  instructions: [{ programAddress, accounts, data }],
});

/**
 * The same, here alone: where a validator's rules matter, or where LiteSVM's Agave doesn't ask about a gate any more.
 *
 * @param tell what happens, from the bank and the transaction's bytes
 */
function here(
  build: (bank: MapBank) => ReturnType<Build>,
  tell = (bank: MapBank, bytes: Uint8Array): string => textOf(bank.send(bytes).outcome),
): (gates: Gates) => string {
  return (gates) => {
    const { bank: start } = oracleFor(gates);
    const bank = new MapBank(AGAVE_RULES);
    bank.features = start.features;
    bank.recentBlockhashes.push(bank.latestBlockhash);
    for (const [address, account] of start.accounts) bank.accounts.set(address, account);
    const message = compileMessage({ feePayer: PAYER, recentBlockhash: bank.latestBlockhash, ...build(bank) });
    const signatures = Array.from({ length: message.header.numRequiredSignatures }, () => new Uint8Array(64));
    return tell(bank, encodeTransaction(createTransaction(message, signatures)));
  };
}

// --- The machine and its calls.

const stages = new Map<string, Stage>();
function onStage(script: (stage: Stage) => Script | Uint8Array): (gates: Gates) => string {
  return (gates) => {
    const name = JSON.stringify(gates);
    const stage = stages.get(name) ?? new Stage(gates);
    stages.set(name, stage);
    stage.reset();
    return textOf(stage.run(script(stage), { units: 1_400_000 }));
  };
}

/** A script that calls its own program, `times` below one another. */
function nest(times: number): Uint8Array {
  let script = new Script().exit();
  for (let i = 0; i < times; i++) {
    script = new Script().call('c', { programId: CALLER, metas: [callMeta(CALLER)], data: script }).exit();
  }
  return script;
}

/** Puts a program there and calls it. */
function runProgram(data: Uint8Array): Build {
  return (oracle) => {
    oracle.setAccount(PROGRAM, { lamports: 10n * SOL, owner: ids.BPF_LOADER_ID, executable: true, data });
    return call(PROGRAM);
  };
}

/** Whether a program of an SBPF version runs. */
function version(of: SbpfVersion): (gates: Gates) => string {
  const data = assembleElf('entrypoint:\n mov64 r0, 7\n exit', { version: of });
  return here((bank) => {
    const account = { lamports: 10n * SOL, owner: ids.BPF_LOADER_ID, executable: true, rentEpoch: 0n, data };
    bank.setAccount(PROGRAM, account);
    return call(PROGRAM);
  });
}

const RAN = '{"Custom":7}';
const VERSIONS =
  'agave 4.1 syscalls/src/lib.rs, create_program_runtime_environment; 4.3 always runs V1 to V3, and LiteSVM does not take an account that it would not run';

const MACHINE: readonly Probe[] = [
  { gate: 'raise_cpi_nesting_limit_to_8', run: onStage(() => nest(8)), on: 'ok', off: 'CallDepth' },
  {
    gate: 'virtual_address_space_adjustments',
    run: onStage((stage) => new Script().log64(stage.account(OWNED).vmDataAddr + 16n)),
    on: 'InvalidRealloc',
    off: 'ok',
  },
  {
    gate: 'account_data_direct_mapping',
    // What is mapped reads like what is copied: the gate is there for speed.
    run: onStage((stage) => {
      const { vmDataAddr } = stage.account(OWNED);
      return new Script()
        .store8(vmDataAddr, 9)
        .log64(vmDataAddr)
        .call('c', {
          programId: CALLEE,
          infos: stage.infos(OWNED),
          metas: [callMeta(OWNED, 'w')],
          data: new Script().exit(),
        });
    }),
    on: 'ok',
    off: 'ok',
    besides: { with: ['virtual_address_space_adjustments'] },
  },
  {
    gate: 'direct_account_pointers_in_program_input',
    run: onStage((stage) => {
      stage.metas = stage.metas.slice(0, 1);
      // Behind the account: the rent epoch, the script and its length, the program's address.
      const scriptLen = new Script().log64(0n).exit().length;
      return new Script().log64(stage.account(OWNED).vmDataAddr + 16n + 10_240n + 8n + 8n + BigInt(scriptLen) + 32n);
    }),
    on: 'ok',
    off: 'ProgramFailedToComplete',
  },
  {
    gate: 'deplete_cu_meter_on_vm_failure',
    run: transaction(runProgram(assembleElf('entrypoint:\n ldxdw r0, [r1-8]\n exit')), ({ units }) => `${units} units`),
    on: '200000 units',
    off: '1 units',
  },
  {
    gate: 'enable_sbpf_v1_deployment_and_execution',
    run: version(1),
    on: RAN,
    off: 'UnsupportedProgramId',
    besides: { without: ['enable_sbpf_v2_deployment_and_execution', 'enable_sbpf_v3_deployment_and_execution'] },
    source: VERSIONS,
  },
  {
    gate: 'enable_sbpf_v2_deployment_and_execution',
    run: version(2),
    on: RAN,
    off: 'UnsupportedProgramId',
    besides: { without: ['enable_sbpf_v3_deployment_and_execution'] },
    source: VERSIONS,
  },
  {
    gate: 'enable_sbpf_v3_deployment_and_execution',
    run: version(3),
    on: RAN,
    off: 'UnsupportedProgramId',
    source: VERSIONS,
  },
  { gate: 'disable_sbpf_v0_execution', run: version(0), on: 'UnsupportedProgramId', off: RAN, source: VERSIONS },
  {
    gate: 'reenable_sbpf_v0_execution',
    run: version(0),
    on: RAN,
    off: 'UnsupportedProgramId',
    besides: { with: ['disable_sbpf_v0_execution'] },
    source: VERSIONS,
  },
];

// --- Transactions and the accounts they leave behind.

const wallet = (i: number): Pubkey => key(110 + i);
const system = (data: Uint8Array, ...accounts: ReturnType<typeof meta>[]) =>
  call(ids.SYSTEM_PROGRAM_ID, data, accounts);
const NOBODY = key(90);

const TRANSACTIONS: readonly Probe[] = [
  {
    gate: 'increase_tx_account_lock_limit',
    run: transaction(() => ({
      instructions: [
        {
          programAddress: ids.COMPUTE_BUDGET_ID,
          accounts: Array.from({ length: 70 }, (_, i) => meta(wallet(i))),
          data: concatBytes([u8(2), u32(1000)]),
        },
      ],
    })),
    on: 'ok',
    off: 'TooManyAccountLocks',
  },
  {
    gate: 'relax_post_exec_min_balance_check',
    run: transaction((oracle) => {
      oracle.setAccount(wallet(1), { lamports: 5n });
      return system(concatBytes([u32(2), u64(5)]), meta(PAYER, 'sw'), meta(wallet(1), 'w'));
    }),
    on: 'ok',
    off: '{"InsufficientFundsForRent":{"account_index":1}}',
  },
  {
    gate: 'create_account_allow_prefund',
    run: transaction((oracle) => {
      oracle.setAccount(wallet(1), { lamports: SOL });
      const data = concatBytes([u32(13), u64(5), u64(1), NOBODY.bytes]);
      return system(data, meta(wallet(1), 'sw'), meta(PAYER, 'sw'));
    }),
    on: 'ok',
    off: 'InvalidInstructionData',
  },
  {
    gate: 'bls_pubkey_management_in_vote_account',
    run: transaction(
      (oracle) => {
        oracle.setAccount(PAYER, { lamports: 1n });
        const price = { programAddress: ids.COMPUTE_BUDGET_ID, data: concatBytes([u8(3), u64(1_000_000)]) };
        return { instructions: [price, { programAddress: ids.VOTE_PROGRAM_ID }] };
      },
      ({ fee }) => `a fee for ${fee - 5000n} units`,
    ),
    on: 'a fee for 203000 units',
    off: 'a fee for 6000 units',
  },
  {
    gate: 'limit_instruction_accounts',
    run: here(() => {
      const accounts = Array.from({ length: 256 }, () => meta(PAYER, 'sw'));
      return call(ids.COMPUTE_BUDGET_ID, concatBytes([u8(2), u32(1000)]), accounts);
    }),
    on: 'SanitizeFailure',
    off: 'ok',
    source: 'agave runtime-transaction/src/runtime_transaction/sdk_transactions.rs; LiteSVM does not check it',
  },
  {
    gate: 'enable_tx_v1',
    run: here(() => ({
      ...system(concatBytes([u32(2), u64(5)]), meta(PAYER, 'sw'), meta(PAYER, 'w')),
      version: 1,
      config: { loadedAccountsDataSizeLimit: 1_000_000, computeUnitLimit: 1000 },
    })),
    on: 'ok',
    off: 'UnsupportedVersion',
    source: 'SIMD-0385; LiteSVM takes v1 transactions without it',
  },
  {
    gate: 'define_ltds_fee_only_semantics',
    run: here(
      (bank) => {
        const rentEpoch = 0n;
        bank.setAccount(wallet(1), {
          lamports: SOL,
          owner: NOBODY,
          data: new Uint8Array(100),
          executable: false,
          rentEpoch,
        });
        return call(NOBODY, u8(0), [meta(wallet(1))]);
      },
      (bank, bytes) => {
        const prepared = prepareTransaction(decodeTransaction(bytes), bank);
        return prepared.status === 'prepared' ? `${prepared.loadError}, ${prepared.loadedAccountsDataSize} bytes` : '';
      },
    ),
    on: 'ProgramAccountNotFound, 228 bytes',
    off: 'ProgramAccountNotFound, 0 bytes',
    source: 'agave 4.2, as Firedancer has it; LiteSVM knows no transaction that only pays',
  },
];

// --- Builtin programs.

const PROGRAM_DATA = (findProgramAddress([PROGRAM.bytes], ids.BPF_LOADER_UPGRADEABLE_ID) as { address: Pubkey })
  .address;
const BUFFER = key(101);
const RETURNS_0 = assembleElf('entrypoint:\n mov64 r0, 0\n exit', { version: 0 });

/** Loader v3 on a program that the payer may upgrade. */
function loader(data: Uint8Array, ...accounts: ReturnType<typeof meta>[]): (gates: Gates) => string {
  return transaction((oracle) => {
    const owned = { lamports: 10n * SOL, owner: ids.BPF_LOADER_UPGRADEABLE_ID };
    const header = concatBytes([u32(3), u64(5), u8(1), PAYER.bytes]);
    oracle.setAccount(PROGRAM_DATA, { ...owned, data: concatBytes([header, RETURNS_0]) });
    oracle.setAccount(PROGRAM, { ...owned, executable: true, data: concatBytes([u32(2), PROGRAM_DATA.bytes]) });
    oracle.setAccount(BUFFER, { ...owned, data: concatBytes([u32(1), u8(1), PAYER.bytes, RETURNS_0]) });
    return call(ids.BPF_LOADER_UPGRADEABLE_ID, data, accounts);
  });
}

const VOTE = key(102);
const VOTE_LEN = 3762;

/** Vote on an account whose every authority is the payer. */
function vote(data: Uint8Array, accounts: readonly ReturnType<typeof meta>[], account: Uint8Array = voteState()) {
  return transaction((oracle) => {
    oracle.setAccount(VOTE, { lamports: SOL, owner: ids.VOTE_PROGRAM_ID, data: account });
    oracle.setAccount(NOBODY, { lamports: SOL });
    const time = { slot: 524_256n + 432_000n * 3n + 216_001n, epoch: 0n, leaderScheduleEpoch: 0n };
    const clock = encodeClock({ ...time, epochStartTimestamp: 0n, unixTimestamp: 0n });
    oracle.setAccount(ids.CLOCK_ID, { lamports: 1n, owner: ids.SYSVAR_OWNER_ID, rentEpoch: 0n, data: clock });
    return call(ids.VOTE_PROGRAM_ID, data, accounts);
  });
}

function voteState(): Uint8Array {
  const state = new Uint8Array(VOTE_LEN);
  const collectors = [VOTE.bytes, PAYER.bytes, u16(700), u16(10_000), u64(0), u8(0)];
  const none = new Uint8Array(8);
  const voters = concatBytes([u64(1), u64(0), PAYER.bytes]);
  state.set(concatBytes([u32(3), PAYER.bytes, PAYER.bytes, ...collectors, none, u8(0), voters]));
  return state;
}

const itself = meta(VOTE, 'w');
const signer = meta(PAYER, 'sw');
const initializeV2 = concatBytes([u32(16), PAYER.bytes, PAYER.bytes, new Uint8Array(144), PAYER.bytes, u16(1), u16(2)]);
const RAISED = concatBytes([u32(5), u8(9)]);
const compactVote = concatBytes([u32(12), u64(0), u8(0), new Uint8Array(32), u8(0)]);

/** Asks the ZK ElGamal Proof program for nothing in particular. */
const proof = transaction(
  () => call(ids.ZK_ELGAMAL_PROOF_ID, u8(99)),
  ({ logs }) => (logs.length > 2 ? logs[1] : 'it looks at the data'),
);
const DISABLED = 'zk-elgamal-proof program is temporarily disabled';

const BUILTINS: readonly Probe[] = [
  {
    gate: 'disable_zk_elgamal_proof_program',
    run: proof,
    on: DISABLED,
    off: 'it looks at the data',
    besides: { without: ['reenable_zk_elgamal_proof_program'] },
  },
  { gate: 'reenable_zk_elgamal_proof_program', run: proof, on: 'it looks at the data', off: DISABLED },
  {
    gate: 'enable_bpf_loader_set_authority_checked_ix',
    run: loader(u32(7), meta(BUFFER, 'w'), signer, signer),
    on: 'ok',
    off: 'InvalidInstructionData',
  },
  {
    gate: 'loader_v3_minimum_extend_program_size',
    run: loader(concatBytes([u32(6), u32(1)]), meta(PROGRAM_DATA, 'w'), meta(PROGRAM, 'w')),
    on: 'InvalidArgument',
    off: 'ok',
  },
  {
    gate: 'disable_sbpf_v0_v1_v2_deployment',
    run: loader(
      u32(3),
      ...[PROGRAM_DATA, PROGRAM, BUFFER, PAYER].map((address) => meta(address, 'w')),
      ...[ids.RENT_ID, ids.CLOCK_ID].map((address) => meta(address)),
      signer,
    ),
    on: 'InvalidAccountData',
    off: 'ok',
  },
  {
    gate: 'commission_rate_in_basis_points',
    run: vote(concatBytes([u32(18), u16(5), u32(0)]), [itself, signer]),
    on: 'ok',
    off: 'InvalidInstructionData',
  },
  { gate: 'delay_commission_updates', run: vote(RAISED, [itself, signer]), on: 'ok', off: '{"Custom":19}' },
  {
    gate: 'custom_commission_collector',
    run: vote(concatBytes([u32(17), u32(0)]), [itself, meta(NOBODY, 'w'), signer]),
    on: 'ok',
    off: 'InvalidInstructionData',
  },
  {
    gate: 'block_revenue_sharing',
    run: vote(concatBytes([u32(18), u16(5), u32(1)]), [itself, signer]),
    on: 'ok',
    off: 'InvalidInstructionData',
  },
  {
    gate: 'vote_account_initialize_v2',
    run: vote(initializeV2, [itself, signer, meta(NOBODY, 'w'), itself], new Uint8Array(VOTE_LEN)),
    // The BLS key is none, which is found out behind the gate.
    on: 'InvalidArgument',
    off: 'InvalidInstructionData',
    besides: { with: ['block_revenue_sharing'] },
  },
  {
    gate: 'deprecate_legacy_vote_ixs',
    run: vote(compactVote, [itself, signer]),
    on: 'InvalidInstructionData',
    off: '{"Custom":3}',
  },
];

// --- What a new bank holds.

/** What a new bank has of an account. */
function genesisAccount(address: Pubkey, tell: (data: Uint8Array) => string): (gates: Gates) => string {
  return (gates) => {
    let features = FeatureSet.mainnet();
    for (const name of gates.with) features = features.with(name);
    const account = genesisAccounts(features.without(...gates.without), AGAVE_RULES).get(address);
    return account === undefined ? 'none' : tell(account.data);
  };
}

const TOKEN = Pubkey.fromBase58('TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA');
const there = (): string => 'there';
const lenOf = (data: Uint8Array): string => `${data.length} bytes`;

const GENESIS: readonly Probe[] = [
  {
    gate: 'replace_spl_token_with_p_token',
    run: genesisAccount(TOKEN, lenOf),
    on: '36 bytes',
    off: '134080 bytes',
    source: 'litesvm crates/litesvm/src/programs/mod.rs',
  },
  {
    gate: 'deprecate_rent_exemption_threshold',
    run: genesisAccount(ids.RENT_ID, (data) => `${decodeRent(data)?.lamportsPerByte}`),
    on: '6960',
    off: '3480',
    source: 'agave runtime/src/bank.rs, compute_and_apply_genesis_features',
  },
  {
    gate: 'zk_elgamal_proof_program_enabled',
    run: genesisAccount(ids.ZK_ELGAMAL_PROOF_ID, there),
    on: 'there',
    off: 'none',
    source: 'agave builtins/src/lib.rs, BUILTINS',
  },
  {
    gate: 'enable_loader_v4',
    run: genesisAccount(ids.LOADER_V4_ID, there),
    on: 'there',
    off: 'none',
    source: 'agave builtins/src/lib.rs, BUILTINS; its instructions: src/runtime/programs/loader-v4.test.ts',
  },
  {
    gate: 'zk_token_sdk_enabled',
    run: genesisAccount(ids.ZK_TOKEN_PROOF_ID, there),
    on: 'there',
    off: 'none',
    source: 'agave builtins/src/lib.rs, BUILTINS',
  },
];

export const PROBES: readonly Probe[] = [...SYSCALLS, ...MACHINE, ...TRANSACTIONS, ...BUILTINS, ...GENESIS];
