// What the C programs are asked to do, and how it ends. The ending is said here so that a row can be read; that both machines
// agree on it, and on everything else, is what is tested. Each row runs in both ABIs, and again with other memory rules.

import { u64 } from '../differential/encode.ts';
import type { MachineOptions } from '../differential/machines.ts';
import { type CpiCase, EMPTY_VAULT, VAULT } from './stage.ts';

/** The compute-budget instruction stands first. */
const FIRST = 1;
const failure = (error: unknown, index = FIRST): string => JSON.stringify({ InstructionError: [index, error] });
const INCOMPLETE = failure('ProgramFailedToComplete');

/** The test's number, what it is about, and how it ends where it doesn't succeed. */
type Row = readonly [test: number, about: string, expected?: string];

function casesOf(
  program: string,
  rows: readonly Row[],
  instruction: (test: number) => { data: Uint8Array; accounts: readonly string[] },
  more: Partial<CpiCase> = {},
): CpiCase[] {
  return rows.map(([test, about, expected = 'ok']) => ({
    name: `${test}, ${about}`,
    program,
    instructions: [instruction(test)],
    expected,
    ...more,
  }));
}

const INVOKE: readonly Row[] = [
  [1, 'a transfer'],
  [2, 'everything handed on as it is'],
  [3, 'accounts twice, with different flags'],
  [4, 'signed for a derived address'],
  [5, 'an account made at a derived address, then written'],
  [6, 'what the other writes is seen'],
  [7, 'what is written before a call is seen by the other'],
  [8, 'the other makes an account longer'],
  [9, 'an account made longer before the call, and shorter after it'],
  [10, 'an account made shorter before the call'],
  [11, 'the other makes an account shorter'],
  [12, 'lamports moved by the other'],
  [13, 'an account given away; the other writes it'],
  [14, 'an account received, then written'],
  [15, 'return data, of the callee, of nobody, of oneself'],
  [16, 'the same info twice'],
  [17, 'a program as an account'],
  [18, 'four calls deep'],
  [19, 'data of the longest'],
  [20, 'signer and writer handed through two programs'],
  [21, 'the program itself'],
  [22, 'neither accounts nor infos'],
  [23, 'changes stay pending where an account is not handed on'],
  [24, 'the other reads only'],
  [25, 'as many signers as may be'],
  [26, 'an empty list of seeds'],
  [27, 'the compute budget program'],
  [28, 'heap and stack are zero at each depth'],
  [101, 'the other fails', failure({ Custom: 42 })],
  [102, 'the other fails as a builtin would', failure('AccountAlreadyInitialized')],
  [103, 'the other panics', INCOMPLETE],
  [104, 'the other never ends', failure('ComputationalBudgetExceeded')],
  [105, 'the other reads nowhere', INCOMPLETE],
  [106, 'a signature nobody gave', failure('PrivilegeEscalation')],
  [107, 'a read-only account to be written', failure('PrivilegeEscalation')],
  [108, 'a derived address without seeds', failure('PrivilegeEscalation')],
  [109, 'seeds of another address', INCOMPLETE],
  [110, '17 seeds', failure('MaxSeedLengthExceeded')],
  [111, 'a seed of 33 bytes', INCOMPLETE],
  [112, '17 signers', INCOMPLETE],
  [113, 'data too long', INCOMPLETE],
  [114, 'too many accounts', INCOMPLETE],
  [115, 'too many infos', INCOMPLETE],
  [116, 'an account without an info', failure('MissingAccount')],
  [117, "an account that isn't the instruction's", failure('MissingAccount')],
  [118, "a program that isn't there", failure('MissingAccount')],
  [119, 'an account that is no program', failure('UnsupportedProgramId')],
  [120, 'five calls deep', failure('CallDepth')],
  [121, 'back into a program that waits', failure('ReentrancyNotAllowed')],
  [122, 'lamports out of nothing, before a call', failure('UnbalancedInstruction')],
  [123, 'lamports out of nothing, in the other', failure('UnbalancedInstruction')],
  [124, "another's data changed before the call", failure('ExternalAccountDataModified')],
  [125, "a read-only account's data changed before the call", failure('ReadonlyDataModified')],
  [126, "another's lamports spent before the call", failure('ExternalAccountLamportSpend')],
  [127, 'an account with data given away', failure('ModifiedProgramId')],
  [128, 'given away, then written', failure('ExternalAccountDataModified')],
  [129, 'the other makes it longer than its room', failure('InvalidRealloc')],
  [130, 'longer than its room before the call', failure('InvalidRealloc')],
  [131, 'the System program makes it longer than its room', failure('InvalidRealloc')],
  [132, 'a flag of 2', failure('InvalidArgument')],
  [133, 'a flag of 255', failure('InvalidArgument')],
  [134, 'a precompile', INCOMPLETE],
  [201, 'the key elsewhere', INCOMPLETE],
  [202, 'the owner elsewhere', INCOMPLETE],
  [203, 'the lamports elsewhere', INCOMPLETE],
  [204, 'the data elsewhere', INCOMPLETE],
  [205, 'the data further on', INCOMPLETE],
  [206, "another account's data", INCOMPLETE],
  [207, "another account's lamports", INCOMPLETE],
  [208, "another account's owner", INCOMPLETE],
  [209, "another account's key", failure('MissingAccount')],
  [210, 'the data shorter'],
  [211, 'the data longer'],
  [212, 'the data longer than there is memory', failure('InvalidRealloc')],
  [213, 'no instruction', INCOMPLETE],
  [214, 'an instruction at an odd address', INCOMPLETE],
  [215, 'infos at an odd address', INCOMPLETE],
  [216, 'infos in account data', INCOMPLETE],
  [217, 'infos that end in the input', INCOMPLETE],
  [218, 'infos without end', INCOMPLETE],
  [220, 'metas without end', INCOMPLETE],
  [221, 'data without end', INCOMPLETE],
  [222, 'data before the input', INCOMPLETE],
  [223, 'seeds nowhere', INCOMPLETE],
  [224, 'seeds at an odd address', INCOMPLETE],
  [225, 'a group of seeds nowhere', INCOMPLETE],
  [226, 'a seed nowhere', INCOMPLETE],
  [227, 'no key', INCOMPLETE],
  [228, 'no lamports', INCOMPLETE],
  [229, 'an info of another account', failure('MissingAccount')],
  [230, 'an info in account data', INCOMPLETE],
];

/** What only the Rust ABI has: cells around lamports and data. */
const INVOKE_RUST: readonly Row[] = [
  [219, 'metas of zeros, in read-only data'],
  [231, 'a cell at an odd address', INCOMPLETE],
  [232, "the data's cell in account data", INCOMPLETE],
  [233, "the lamports' cell in account data", INCOMPLETE],
  [234, 'no cell', INCOMPLETE],
];

const invoke = (test: number) => ({
  data: Uint8Array.of(test, VAULT.bump, EMPTY_VAULT.bump),
  accounts: [
    'payer:sw',
    'owned:w',
    'theirs:w',
    'callee',
    'system',
    'vault:w',
    'readonly',
    'signer:s',
    'program',
    'empty:w',
    'vault-empty:w',
    'owned-readonly',
    'budget',
  ],
});

const PLAIN: readonly Row[] = [
  [1, 'copies and comparisons'],
  [2, 'a copy onto itself', INCOMPLETE],
  [3, 'a copy next to itself'],
  [4, 'nothing copied from nowhere'],
  [5, 'read-only data overwritten by a syscall', INCOMPLETE],
  [6, 'read-only data overwritten', INCOMPLETE],
  [7, 'the heap overrun by a syscall', INCOMPLETE],
  [8, 'the heap overrun', INCOMPLETE],
  [9, 'the last byte of the heap'],
  [10, 'a copy over the end of an account'],
  [11, 'the input overrun', INCOMPLETE],
  [12, 'everything between two accounts overwritten', failure('UnbalancedInstruction')],
  [13, 'the input as it lies there'],
  [14, 'address 0', INCOMPLETE],
  [15, 'the last address', INCOMPLETE],
  [16, 'below the stack', INCOMPLETE],
  [17, 'words at odd addresses'],
  [18, 'allocations'],
  [31, 'structures and functions by address'],
  [32, 'recursion'],
  [33, 'recursion without end', INCOMPLETE],
  [34, 'a full frame'],
  [35, 'the gap above a frame', INCOMPLETE],
  [37, 'a division by zero', INCOMPLETE],
  [38, 'a loop without end', INCOMPLETE],
  [39, 'signs and widths'],
  [40, 'a call of no function', INCOMPLETE],
  [41, 'a call of the heap', INCOMPLETE],
  [42, 'abort', INCOMPLETE],
  [43, 'a panic', INCOMPLETE],
  [44, 'a panic in no file', INCOMPLETE],
  [51, 'sysvars'],
  [52, 'a sysvar at an odd address', INCOMPLETE],
  [53, 'a sysvar into account data', INCOMPLETE],
  [54, 'a sysvar that needs 16 bytes of alignment', INCOMPLETE],
  [56, 'a sysvar from beyond', failure('ArithmeticOverflow')],
  [57, 'stake'],
  [58, 'logs, the last of them no text', INCOMPLETE],
  [59, 'more logs than are kept'],
  [60, 'return data'],
  [61, 'too much return data', INCOMPLETE],
  [62, 'return data and program in one place', INCOMPLETE],
  [63, 'return data and failure', failure({ Custom: 7 })],
  [64, 'derived addresses'],
  [65, 'hashes'],
  [66, 'the stack height'],
  [71, 'the accounts'],
  [72, 'data written'],
  [73, 'lamports moved'],
  [74, 'lamports out of nothing', failure('UnbalancedInstruction')],
  [75, 'an account given away'],
  [76, 'an account with data given away', failure('ModifiedProgramId')],
  [77, 'as long as it may become'],
  [78, 'longer', failure('InvalidRealloc')],
  [79, 'emptied'],
  [80, 'longer, shorter, longer'],
  [81, 'flags, key and rent epoch scribbled on'],
  [82, 'all lamports given away'],
  [83, 'all lamports given away, and data written'],
  [84, 'nothing changed'],
  [85, 'longer than there is memory', failure('InvalidRealloc')],
  [86, 'as many lamports as there can be', failure('UnbalancedInstruction')],
  [88, 'a custom error', failure({ Custom: 12 })],
  [89, "a builtin's error", failure('AccountBorrowFailed')],
  [90, 'an error that is none', failure('InvalidError')],
];

const plain = (test: number) => ({
  data: Uint8Array.of(test, 12, 3),
  accounts: ['owned:w', 'owned-too:w', 'payer:sw'],
});

/** The same on accounts that the program may not change so. */
const PLAIN_REFUSED: readonly (readonly [test: number, accounts: readonly string[], expected: string])[] = [
  [72, ['owned', 'owned-too:w'], failure('ReadonlyDataModified')],
  [72, ['theirs:w', 'owned:w'], failure('ExternalAccountDataModified')],
  [72, ['readonly', 'owned:w'], failure('ReadonlyDataModified')],
  [73, ['owned', 'owned-too:w'], failure('ReadonlyLamportChange')],
  [73, ['theirs:w', 'owned:w'], failure('ExternalAccountLamportSpend')],
  [73, ['payer:sw', 'owned:w'], failure('ExternalAccountLamportSpend')],
  [73, ['owned:w', 'owned-too'], failure('ReadonlyLamportChange')],
  [73, ['owned:w', 'theirs:w'], 'ok'],
  [75, ['owned', 'owned-too:w'], failure('ReadonlyDataModified')],
  [75, ['owned-empty', 'owned:w'], failure('ModifiedProgramId')],
  [75, ['theirs:w', 'owned:w'], failure('ExternalAccountDataModified')],
  [77, ['owned-readonly', 'owned:w'], failure('ReadonlyDataModified')],
  [77, ['theirs:w', 'owned:w'], failure('ExternalAccountDataModified')],
  [79, ['theirs:w', 'owned:w'], failure('ExternalAccountDataModified')],
  [81, ['owned', 'owned-too:w'], failure('ReadonlyDataModified')],
  [82, ['owned:w', 'empty:w'], 'ok'],
  [84, ['theirs', 'owned'], 'ok'],
  [84, ['payer:s', 'owned'], 'ok'],
  [87, ['owned:w', 'owned:w'], 'ok'],
  [71, ['owned:w', 'owned', 'payer:s', 'owned-too', 'owned-too:w', 'payer:w'], 'ok'],
  [10, ['owned:w', 'owned-too'], failure('ReadonlyDataModified')],
];

/** What is done around an edge of an account's data. Whatever both machines say of it. */
const EDGE_TESTS = [
  ...['copied to', 'copied from', 'moved to', 'moved from', 'moved forwards', 'moved backwards', 'set'],
  ...['compared', 'compared with', "a comparison's result", 'stored', 'loaded', 'a word stored', 'a word loaded'],
  ...['logged', 'returned', 'return data to'],
];
const EDGES = ['the first byte', 'the end', 'the end of the room'];
/** How far before the edge, and how many bytes. */
const EDGE_RANGES = [
  [0, 10],
  [3, 10],
  [8, 8],
] as const;

const edges = EDGE_TESTS.flatMap((what, i) =>
  EDGES.flatMap((edge, which) =>
    EDGE_RANGES.flatMap(([before, length]) =>
      ['owned:w', 'owned', 'theirs:w'].map(
        (account): CpiCase => ({
          name: `${what}, ${length} bytes from ${before} before ${edge} of ${account}`,
          program: 'edges',
          abis: ['c'],
          instructions: [{ data: Uint8Array.of(i + 1, which, before, length), accounts: ['payer:sw', account] }],
          expected: undefined,
        }),
      ),
    ),
  ),
);

const MORE: readonly CpiCase[] = [
  { name: 'the accounts of sysvars', data: Uint8Array.of(55), accounts: ['owned:w', 'clock', 'rent'], expected: 'ok' },
  { name: 'remainders of zero', data: Uint8Array.of(36, 0), accounts: ['owned:w'], expected: INCOMPLETE },
].map(({ name, data, accounts, expected }) => ({
  name,
  program: 'plain',
  instructions: [{ data, accounts }],
  expected,
}));

const REALLOC_ACCOUNTS = ['payer:sw', 'owned:w', 'callee', 'system', 'theirs:w', 'vault:w', 'program'];
const ROOM = 10_240;
const TOO_LONG = failure('InvalidRealloc');

/** A test, how much longer (or, for 1, how long) the account becomes, and how it ends. */
const REALLOC: readonly (readonly [test: number, length: number, expected: string])[] = [
  [1, 0, 'ok'],
  [1, 100 + ROOM, 'ok'],
  [1, 101 + ROOM, TOO_LONG],
  [2, ROOM, 'ok'],
  [2, ROOM + 1, TOO_LONG],
  [3, ROOM / 2, 'ok'],
  [3, ROOM / 2 + 1, TOO_LONG],
  [4, ROOM / 2, 'ok'],
  [4, ROOM / 2 + 1, TOO_LONG],
  [5, 0, 'ok'],
  [6, 0, 'ok'],
  [7, ROOM, 'ok'],
  [7, ROOM + 1, TOO_LONG],
  [8, ROOM - 64, 'ok'],
  [8, ROOM - 63, TOO_LONG],
  [9, ROOM / 2, 'ok'],
  [9, ROOM / 2 + 1, TOO_LONG],
  [10, 0, 'ok'],
  [11, 0, 'ok'],
  [12, 0, 'ok'],
  [13, ROOM, 'ok'],
  [13, ROOM + 1, TOO_LONG],
  [14, 5, 'ok'],
  [14, 100 + ROOM, 'ok'],
  [14, 101 + ROOM, TOO_LONG],
];

const INTROSPECTION: readonly Row[] = [
  [1, 'the Instructions sysvar'],
  [2, 'its index, before and after a call'],
  [3, 'instructions that ran before'],
  [4, 'calls that ran before'],
  [5, 'lengths that are not the right ones'],
  [6, 'an odd address', failure('ProgramFailedToComplete', 2)],
  [7, 'the sysvar written', failure('ReadonlyDataModified', 2)],
  [8, 'the sysvar written and handed on', failure('ReadonlyDataModified', 2)],
  [9, 'the sysvar handed on'],
];

const introspection = INTROSPECTION.map(
  ([test, about, expected = 'ok']): CpiCase => ({
    name: `${test}, ${about}`,
    program: 'introspection',
    instructions: [
      { data: Uint8Array.of(3, 0, 0), accounts: ['callee', 'instructions', 'program', 'owned'] },
      { data: Uint8Array.of(test, 7, 7), accounts: ['callee', 'instructions', 'program', 'owned:w', 'payer:s'] },
    ],
    expected,
  }),
);

const numbered = (count: number): string[] => Array.from({ length: count }, (_, i) => `#${i}:w`);
const repeated = (count: number): string[] => Array.from({ length: count }, (_, i) => (i % 3 ? 'owned:w' : 'payer'));

const MANY: readonly (readonly [about: string, test: number, accounts: readonly string[], expected: string])[] = [
  ['no others', 0, [], 'ok'],
  ['as many as a transaction may lock', 0, numbered(60), 'ok'],
  ['as many, to be called with some', 1, numbered(60), 'ok'],
  ['as many, one info over and over', 2, numbered(60), 'ok'],
  ['as many as an instruction may have', 0, repeated(253), 'ok'],
  ['one more', 0, repeated(254), failure('MaxAccountsExceeded')],
  ['repeated ones, to be called with', 1, repeated(20), 'ok'],
];

const DEPRECATED: readonly Row[] = [
  [1, 'the accounts'],
  [2, 'data and lamports'],
  [3, 'an owner changed, which nobody sees'],
  [4, 'a call'],
  [5, 'a transfer'],
  [6, 'no room to grow', failure('InvalidRealloc')],
  [7, 'shorter for a call'],
  [8, 'odd addresses'],
  [9, 'no sysvars', INCOMPLETE],
  [10, 'another length in the input'],
];

/** Every case, as mainnet is. */
export const CASES: readonly CpiCase[] = [
  ...casesOf('invoke', INVOKE, invoke),
  ...casesOf('invoke', INVOKE_RUST, invoke, { abis: ['rust'] }),
  ...casesOf('plain', PLAIN, plain, { abis: ['c'] }),
  ...PLAIN_REFUSED.map(
    ([test, accounts, expected]): CpiCase => ({
      name: `${test} on ${accounts.join(' ')}`,
      program: 'plain',
      abis: ['c'],
      instructions: [{ data: Uint8Array.of(test, 0, 0), accounts }],
      expected,
    }),
  ),
  ...edges,
  ...MORE.map((each) => ({ ...each, abis: ['c'] as const })),
  ...REALLOC.map(
    ([test, length, expected]): CpiCase => ({
      name: `${test}, ${length} bytes`,
      program: 'realloc',
      instructions: [
        { data: Buffer.concat([Uint8Array.of(test, VAULT.bump), u64(length)]), accounts: REALLOC_ACCOUNTS },
      ],
      expected,
    }),
  ),
  ...introspection,
  ...MANY.map(
    ([about, test, accounts, expected]): CpiCase => ({
      name: about,
      program: 'many',
      instructions: [{ data: Uint8Array.of(test), accounts: ['callee', 'program', ...accounts] }],
      expected,
    }),
  ),
  ...casesOf(
    'deprecated',
    DEPRECATED,
    (test) => ({ data: Uint8Array.of(test), accounts: ['owned-odd:w', 'payer:sw', 'callee', 'system', 'payer'] }),
    { loader: 'v1' },
  ),
  ...casesOf('invoke', INVOKE.slice(0, 28), invoke, { loader: 'v2' }),
];

/** Other rules of memory and calls, under which only the agreement of the machines is asked for. */
export const OTHER_RULES: readonly (Partial<MachineOptions> & {
  readonly about: string;
  /** What is left out, by its name. */
  readonly without?: string;
})[] = [
  { about: 'pointers of any origin', off: ['syscall_parameter_address_restrictions'] },
  { about: 'account data in regions', on: ['virtual_address_space_adjustments'] },
  { about: 'account data mapped', on: ['virtual_address_space_adjustments', 'account_data_direct_mapping'] },
  {
    about: 'account data in regions, pointers of any origin',
    on: ['virtual_address_space_adjustments'],
    off: ['syscall_parameter_address_restrictions'],
    // There Agave reads whatever lies on the host.
    without: '204, the data elsewhere',
  },
  {
    about: 'account data mapped, pointers of any origin',
    on: ['virtual_address_space_adjustments', 'account_data_direct_mapping'],
    off: ['syscall_parameter_address_restrictions'],
  },
  { about: 'addresses of accounts at the end of the input', on: ['direct_account_pointers_in_program_input'] },
  { about: 'eight calls deep', on: ['raise_cpi_nesting_limit_to_8'] },
  { about: 'calls as they were', off: ['increase_cpi_account_info_limit', 'loosen_cpi_size_restriction'] },
];
