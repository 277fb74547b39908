// Where each syscall, builtin instruction and precompile is tried, once where it works and once where it is refused, with an
// expectation that is LiteSVM's or the source's. A case is a file and the titles that lead to it: of a group, of a test, of a
// row, in this order, each behind the one before. coverage.test.ts holds the table against the registries and looks the cases up; for feature gates the table
// is feature-gates/probes.ts.

/** A file of `FILES`, then the titles in it. */
export type Case = readonly [file: keyof typeof FILES, ...titles: string[]];

export interface Covered {
  readonly works: Case;
  readonly fails: Case;
}

/** Each compares with LiteSVM, but where its rows say that they follow the source. */
export const FILES = {
  alloc: 'src/runtime/syscalls/alloc.test.ts',
  altBn128: 'src/runtime/syscalls/alt-bn128.test.ts',
  bigModExp: 'src/runtime/syscalls/big-mod-exp.test.ts',
  bpfLoader: 'src/runtime/programs/bpf-loader.test.ts',
  cpi: 'src/runtime/cpi.test.ts',
  curve: 'src/runtime/syscalls/curve.test.ts',
  epochStake: 'src/runtime/syscalls/epoch-stake.test.ts',
  hash: 'src/runtime/syscalls/hash.test.ts',
  introspection: 'src/runtime/syscalls/introspection.test.ts',
  loaderV3: 'src/runtime/programs/loader-v3.test.ts',
  loaderV4: 'src/runtime/programs/loader-v4.test.ts',
  log: 'src/runtime/syscalls/log.test.ts',
  memory: 'src/runtime/syscalls/memory.test.ts',
  panic: 'src/runtime/syscalls/panic.test.ts',
  poseidon: 'src/runtime/syscalls/poseidon.test.ts',
  precompiles: 'src/runtime/precompiles/precompiles.test.ts',
  probes: 'test/conformance/feature-gates/probes.ts',
  programAddress: 'src/runtime/syscalls/program-address.test.ts',
  returnData: 'src/runtime/syscalls/return-data.test.ts',
  secp256k1: 'src/runtime/syscalls/secp256k1.test.ts',
  system: 'src/runtime/programs/system.test.ts',
  sysvar: 'src/runtime/syscalls/sysvar.test.ts',
  transactions: 'src/runtime/transaction-processor.test.ts',
  vote: 'src/runtime/programs/vote/vote-processor.test.ts',
  zkElGamal: 'src/runtime/programs/zk-elgamal-proof.test.ts',
} as const;

/** The rows run for each of these. */
const hash = (name: string): Covered => ({
  works: ['hash', name, 'two slices'],
  fails: ['hash', name, 'a list that is not aligned'],
});
const sysvar = (name: string): Covered => ({
  works: ['sysvar', name, 'the struct, its padding zeroed'],
  fails: ['sysvar', name, 'half aligned'],
});
const cpi: Covered = { works: ['cpi', 'a call of nothing succeeds'], fails: ['cpi', 'an unaligned instruction'] };

export const SYSCALL_CASES: Readonly<Record<string, Covered>> = {
  // They can only fail; what else could go wrong in them is the second row.
  abort: { works: ['panic', 'abort'], fails: ['panic', 'abort'] },
  sol_panic_: { works: ['panic', 'a place'], fails: ['panic', 'the address'] },
  sol_log_: { works: ['log', 'a text'], fails: ['log', 'bytes without memory'] },
  sol_log_64_: {
    works: ['log', 'the five registers are logged in hexadecimal'],
    fails: ['log', 'five registers, without the units for them'],
  },
  sol_log_pubkey: { works: ['log', 'an address'], fails: ['log', 'half an address'] },
  sol_log_compute_units_: {
    works: ['log', 'the units that are left are those after the call'],
    fails: ['log', 'the units that are left, without the units for it'],
  },
  sol_log_data: { works: ['log', 'fields'], fails: ['log', 'a list too long to exist'] },
  sol_create_program_address: {
    works: ['programAddress', 'an empty seed at a bad address'],
    fails: ['programAddress', 'a seed of 33 bytes at a bad address'],
  },
  sol_try_find_program_address: {
    works: ['programAddress', 'fifteen seeds of 32 bytes'],
    fails: ['programAddress', 'the bump in the address'],
  },
  sol_sha256: hash('sol_sha256'),
  sol_keccak256: hash('sol_keccak256'),
  sol_blake3: hash('sol_blake3'),
  sol_sha512: hash('sol_sha512'),
  sol_secp256k1_recover: {
    works: ['secp256k1', 'the key of a signature, in both halves of s'],
    fails: ['secp256k1', 'the greatest recovery id'],
  },
  sol_curve_validate_point: {
    works: ['curve', 'points are told from what is none'],
    fails: ['curve', 'validate: the address'],
  },
  sol_curve_group_op: {
    works: ['curve', 'random operands of curve %s'],
    fails: ['curve', 'an operation of Edwards'],
  },
  sol_curve_multiscalar_mul: {
    works: ['curve', 'the most points there may be'],
    fails: ['curve', 'msm: too many points before the curve'],
  },
  sol_curve_decompress: { works: ['curve', 'BLS12-381', 'its negative'], fails: ['curve', 'decompress Edwards'] },
  sol_curve_pairing_map: { works: ['curve', 'two pairs that cancel'], fails: ['curve', 'a stray point of G1'] },
  sol_get_clock_sysvar: sysvar('sol_get_clock_sysvar'),
  sol_get_epoch_schedule_sysvar: sysvar('sol_get_epoch_schedule_sysvar'),
  sol_get_fees_sysvar: {
    works: ['probes', 'disable_fees_sysvar'],
    fails: ['sysvar', 'sol_get_fees_sysvar does not exist since its gate is active'],
  },
  sol_get_rent_sysvar: sysvar('sol_get_rent_sysvar'),
  sol_get_last_restart_slot: sysvar('sol_get_last_restart_slot'),
  sol_get_epoch_rewards_sysvar: sysvar('sol_get_epoch_rewards_sysvar'),
  sol_get_sysvar: { works: ['sysvar', 'a part'], fails: ['sysvar', 'an unknown sysvar'] },
  sol_memcpy_: { works: ['memory', 'bytes'], fails: ['memory', 'the same range'] },
  sol_memmove_: {
    works: ['memory', 'forwards over itself'],
    fails: ['memory', 'backwards over itself', 'the destination before the source'],
  },
  sol_memset_: { works: ['memory', 'the low byte of the value'], fails: ['memory', 'nowhere'] },
  sol_memcmp_: { works: ['memory', 'equal bytes'], fails: ['memory', 'a before b'] },
  sol_get_stack_height: {
    works: ['introspection', 'the height of the stack'],
    fails: ['introspection', 'the height of the stack, without the units for it'],
  },
  sol_remaining_compute_units: {
    works: ['introspection', 'the units that remain are those after the call'],
    fails: ['introspection', 'the units that remain can not be asked for without their gate'],
  },
  sol_get_processed_sibling_instruction: {
    works: ['introspection', 'the latest is 0, precompiles count, and the running one does not'],
    fails: ['introspection', 'a meta that is not aligned'],
  },
  sol_set_return_data: { works: ['returnData', 'bytes'], fails: ['returnData', 'one byte more'] },
  sol_get_return_data: { works: ['returnData', 'all of it'], fails: ['returnData', 'the id in the bytes'] },
  sol_invoke_signed_c: cpi,
  sol_invoke_signed_rust: cpi,
  sol_alloc_free_: { works: ['alloc', 'the whole heap'], fails: ['alloc', 'more than the heap'] },
  sol_alt_bn128_group_op: {
    works: ['altBn128', 'sums of points of G1'],
    fails: ['altBn128', 'an endless sum'],
  },
  sol_alt_bn128_compression: { works: ['altBn128', 'undone'], fails: ['altBn128', 'compression', 'the input'] },
  sol_big_mod_exp: { works: ['bigModExp', 'a row of known numbers'], fails: ['bigModExp', 'an even modulus'] },
  sol_poseidon: { works: ['poseidon', 'the published vectors'], fails: ['poseidon', 'far other parameters'] },
  sol_get_epoch_stake: { works: ['epochStake', 'of one'], fails: ['epochStake', 'of one that is nowhere'] },
};

const system = (name: string, works: string, fails: string): Covered => ({
  works: ['system', name, works],
  fails: ['system', name, fails],
});
const loaderV3 = (name: string, works: string, fails: string): Covered => ({
  works: ['loaderV3', name, works],
  fails: ['loaderV3', name, fails],
});
const vote = (works: readonly string[], fails: readonly string[]): Covered => ({
  works: ['vote', ...works],
  fails: ['vote', ...fails],
});
const loaderV4 = (works: string, fails: string): Covered => ({
  works: ['loaderV4', works],
  fails: ['loaderV4', fails],
});
/** The test has a row for each kind of proof, and for each tag. */
const proof: Covered = {
  works: ['zkElGamal', 'of $name, valid'],
  fails: ['zkElGamal', 'of tag %i, with a unit too few'],
};
const budget = (works: string, fails: string): Covered => ({
  works: ['transactions', 'compute budget instructions', works],
  fails: ['transactions', 'compute budget instructions', fails],
});

/** Of each builtin program, by tag; undefined where the tag is no instruction any more. */
export const INSTRUCTION_CASES: Readonly<Record<string, readonly (Covered | undefined)[]>> = {
  system: [
    system('CreateAccount', 'creates', 'the new account has not signed'),
    system('Assign', 'assigns', 'unsigned'),
    system('Transfer', 'transfers', 'more than there is'),
    system('CreateAccountWithSeed', 'creates', 'another seed'),
    system('AdvanceNonceAccount', 'advances', 'unsigned'),
    system('WithdrawNonceAccount', 'withdraws some', 'withdraws more'),
    system('InitializeNonceAccount', 'initializes', 'initialized'),
    system('AuthorizeNonceAccount', 'authorizes', 'unsigned'),
    system('Allocate', 'allocates', 'too much'),
    system('AllocateWithSeed', 'allocates and assigns', 'another address'),
    system('AssignWithSeed', 'assigns', 'another address'),
    system('TransferWithSeed', 'transfers', 'another address'),
    system('UpgradeNonceAccount', 'upgrades', 'current'),
    system('CreateAccountAllowPrefund', 'creates', 'in use'),
  ],
  vote: [
    vote(['of an empty account'], ['twice']),
    vote(['the voter names a voter'], ['a stranger names a voter']),
    vote(['votes slot by slot', 'one'], ['one of another hash']),
    vote(['down to the minimum'], ['one too many']),
    vote(['the node is changed'], ['the node is changed without its consent']),
    vote(['commissions', 'up'], ['by the voter']),
    vote(['one, with a switch proof'], ['one, without the switch proof']),
    vote(['checked: the new voter signs'], ['checked: it does not']),
    vote(['in the older form'], ['in the older form, of another hash']),
    vote(['in the older form, with a switch proof'], ['in the older form, without the switch proof']),
    vote(['by its base'], ['by another text']),
    vote(['checked'], ['checked, without the new one']),
    vote(['in compact form'], ['in compact form, of another hash']),
    vote(['in compact form, with a switch proof'], ['in compact form, without the switch proof']),
    vote(['of one vote'], ['of another hash']),
    vote(['with a switch proof'], ['without the switch proof']),
    vote(['with its proof'], ['with a proof for another account']),
    vote(['to a wallet'], ['to a readonly wallet']),
    vote(['in basis points'], ['in basis points, of an unknown kind']),
    vote(['deposited'], ['deposited by somebody who does not sign']),
  ],
  loaderV3: [
    loaderV3('InitializeBuffer', 'initializes', 'initialized'),
    loaderV3('Write', 'writes', 'writes behind the end'),
    loaderV3('DeployWithMaxDataLen', 'deploys', 'no ELF file'),
    loaderV3('Upgrade', 'upgrades', "another's buffer"),
    loaderV3('SetAuthority', 'of a buffer', "another's buffer"),
    loaderV3('Close', 'a buffer', 'unsigned'),
    loaderV3('ExtendProgram', 'extends', 'by nothing'),
    loaderV3('SetAuthorityChecked', 'of a buffer', 'unsigned by the new one'),
    undefined,
    undefined,
  ],
  loaderV4: [
    loaderV4('write at the start', 'write over the end'),
    loaderV4('copy from itself', 'copy over the end'),
    loaderV4('initialize', 'initialize with too little'),
    loaderV4('deploy', 'deploy what is no ELF file'),
    loaderV4('retract', 'retract what is retracted'),
    loaderV4('transfer', 'transfer unsigned by the new authority'),
    loaderV4('finalize', 'finalize what is retracted'),
  ],
  zkElGamal: [
    {
      works: ['zkElGamal', 'closing', 'gives the lamports on'],
      fails: ['zkElGamal', 'closing', 'without a signature'],
    },
    ...Array.from({ length: 12 }, () => proof),
  ],
  computeBudget: [
    undefined,
    budget('the smallest heap', 'a heap too small'),
    budget('the most units', 'a limit of zero'),
    budget('a price of %s micro-lamports for 777 units makes a fee of %s', 'a price that the payer lacks'),
    budget('the largest size there is', 'a size of zero'),
  ],
};

/** Loaders without instructions: a program of theirs runs; they themselves don't. */
export const LOADER_CASES: Covered = {
  works: ['bpfLoader', 'of loader %s'],
  fails: ['bpfLoader', '%s as a program'],
};

export const PRECOMPILE_CASES: Readonly<Record<string, Covered>> = {
  ed25519: {
    works: ['precompiles', 'a valid signature', 'ed25519'],
    fails: ['precompiles', 'another message', 'ed25519', 's + L'],
  },
  secp256k1: {
    works: ['precompiles', 'secp256k1', 'a valid signature'],
    fails: ['precompiles', 'secp256k1', 'another address'],
  },
  secp256r1: {
    works: ['precompiles', 'a valid signature', 'secp256r1'],
    fails: ['precompiles', 'secp256r1', 'a high s'],
  },
};
