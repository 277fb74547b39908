// The codes that no other case meets, each by the smallest thing that raises it. For the errors of a program's own table a
// program of one line stands at its address and returns the number; what the numbers mean is the table's.

import { FeatureSet } from '../../src/runtime/features.ts';
import { INTERFACES, interfaceErrorCode } from '../../src/trace/interface-error-codes.ts';
import { anchorErrorCode, programErrorCode } from '../../src/trace/program-error-codes.ts';
import { PROGRAM_ERRORS, placeOfProgramError } from '../../src/wire/program-error.ts';
import { type FailureCase, failure } from './case.ts';
import { buffer, deployed, programDataOf, upgrade } from './native-cases.ts';
import * as s from './scene.ts';

const { PAYER, ALICE, BOB, OUTER, INNER, key, meta, u8, u32, u64, join, instruction } = s;

/** A program that returns a value and does nothing else. */
const returns = (value: bigint) => ({ asm: `entrypoint:\n lddw r0, ${value}\n exit` });
/** Custom errors are their number, but for 0, which would be success. */
const custom = (number: number): bigint => (number === 0 ? 1n << 32n : BigInt(number));

function play(scene: s.Scene, program: string, value: bigint, log?: string) {
  const address = s.toKey(program);
  if (log === undefined) {
    scene.program(address, returns(value));
    return scene.send([instruction(address, [], u8())]);
  }
  scene.program(address, 'say');
  return scene.send([s.say(address, value, log)]);
}

const TABLES: readonly (readonly [program: string, count: number])[] = [
  [s.TOKEN, 20],
  [s.TOKEN_2022, 80],
  [s.ATA, 1],
  [s.STAKE, 20],
];

/** Errors of well-known programs, by number. */
const NUMBERED: readonly FailureCase[] = TABLES.flatMap(([program, count]) =>
  Array.from({ length: count }, (_, number) => {
    const row = programErrorCode(program, number);
    if (row === undefined) return undefined;
    const cause = `The program returns its error ${number}, ${row.name}.`;
    // Of a program whose instructions are known, that the data is none of them says more.
    const says = row.name === 'InvalidInstruction' ? /no instruction/ : row.name;
    return failure(`returns-${row.code}`, cause, row.code, [says], (scene) => play(scene, program, custom(number)));
  }).filter((each) => each !== undefined),
);

const ANCHOR: readonly FailureCase[] = Array.from({ length: 5001 }, (_, number) => {
  const row = anchorErrorCode(number);
  if (row === undefined) return undefined;
  const log = `AnchorError occurred. Error Code: ${row.name}. Error Number: ${number}. Error Message: ${row.message}.`;
  const cause = `Anchor's code returns ${number}, ${row.name}.`;
  return failure(`returns-${row.code}`, cause, row.code, [row.name], (scene) =>
    play(scene, String(OUTER), BigInt(number), log),
  );
}).filter((each) => each !== undefined);

const OF_INTERFACES: readonly FailureCase[] = INTERFACES.flatMap(({ name, first, rows }) =>
  rows.map((_, i) => {
    const row = interfaceErrorCode(first + i)!;
    const cause = `A program returns error ${first + i} of the interface ${name}, ${row.name}.`;
    return failure(`returns-${row.code}`, cause, row.code, [row.name], (scene) =>
      play(scene, String(OUTER), BigInt(first + i)),
    );
  }),
);

const snake = (name: string) => name.replace(/([a-z])([A-Z])/g, '$1_$2').toUpperCase();

/** What any program may return. */
const RETURNED: readonly FailureCase[] = PROGRAM_ERRORS.map((name) => {
  const isOther = name === 'MaxAccountsDataAllocationsExceeded' || name === 'MaxInstructionTraceLengthExceeded';
  const code =
    name === 'NotEnoughAccountKeys'
      ? 'INSTRUCTION_ACCOUNTS_MISSING'
      : isOther
        ? 'PROGRAM_ERROR'
        : `PROGRAM_${snake(name)}`;
  return failure(`returns-${name}`, `The program returns ${name}.`, code, [isOther ? 'returned' : /\w/], (scene) =>
    play(scene, String(OUTER), BigInt(placeOfProgramError(name)) << 32n),
  );
});

const LOADER_PROGRAM = key(52);

const REAL: readonly FailureCase[] = [
  failure(
    'nonce-without-blockhashes',
    'The RecentBlockhashes sysvar is empty, so a nonce cannot be set.',
    'SYSTEM_NONCE_NO_RECENT_BLOCKHASHES',
    [/blockhash/],
    (scene) => {
      scene.account(ALICE, { lamports: 5_000_000n, data: new Uint8Array(80) });
      scene.svm.setRecentBlockhashes([]);
      const accounts = [
        meta(ALICE, 'w'),
        meta('SysvarRecentB1ockHashes11111111111111111111'),
        meta('SysvarRent111111111111111111111111111111111'),
      ];
      return scene.send([instruction(s.SYSTEM, accounts, join(u32(6), PAYER.bytes))]);
    },
  ),
  failure(
    'ed25519-key-off-curve',
    'The public key that the precompile is given is no point of the curve.',
    'PRECOMPILE_INVALID_PUBLIC_KEY',
    [/public key/],
    (scene) => {
      const header = join(u8(1, 0), Uint8Array.from([48, 0, 255, 255, 16, 0, 255, 255, 112, 0, 2, 0, 255, 255]));
      const signature = new Uint8Array(64);
      return scene.send([
        instruction(s.ED25519, [], join(header, new Uint8Array(32).fill(2), signature, s.text('hi'))),
      ]);
    },
  ),
  failure(
    'allocations-too-many',
    'Three accounts of 10 MiB each are allocated in one transaction; 20 MiB are allowed.',
    'ACCOUNT_ALLOCATIONS',
    [/20 MiB|20,971,520/],
    (scene) => {
      const allocate = [ALICE, BOB, key(70)].map((address) => {
        scene.account(address, { lamports: 100_000_000_000n });
        return instruction(s.SYSTEM, [meta(address, 'sw')], join(u32(8), u64(10_485_760n)));
      });
      return scene.send(allocate);
    },
  ),
  failure(
    'program-account-without-rent',
    'The account that is to become a program holds too few lamports.',
    'ACCOUNT_EXECUTABLE_CHANGE',
    [/rent/],
    (scene) => {
      const elf = s.elfOf({ asm: 'entrypoint:\n mov64 r0, 0\n exit' });
      scene.account(LOADER_PROGRAM, { lamports: 1n, owner: s.LOADER_V3, data: new Uint8Array(36) });
      scene.account(key(51), { owner: s.LOADER_V3, data: join(u32(1), u8(1), PAYER.bytes, elf) });
      const accounts = [
        meta(PAYER, 'sw'),
        meta(key(53), 'w'),
        meta(LOADER_PROGRAM, 'w'),
        meta(key(51), 'w'),
        meta('SysvarRent111111111111111111111111111111111'),
        meta('SysvarC1ock11111111111111111111111111111111'),
        meta(s.SYSTEM),
        meta(PAYER, 's'),
      ];
      return scene.send([instruction(s.LOADER_V3, accounts, join(u32(2), u64(1000n)))]);
    },
  ),
  failure(
    'instruction-with-256-accounts',
    'The instruction names 256 accounts, where the feature that refuses such transactions at once is off.',
    'INSTRUCTION_TOO_MANY_ACCOUNTS',
    ['255', '256'],
    (scene) => {
      scene.program(OUTER, returns(0n));
      return scene.send([
        instruction(
          OUTER,
          Array.from({ length: 256 }, () => meta(PAYER)),
          u8(),
        ),
      ]);
    },
    { svm: { features: FeatureSet.mainnet().without('limit_instruction_accounts') } },
  ),
  failure(
    'seed-of-absurd-length',
    'A signer seed claims 2^63 bytes.',
    'CPI_REFUSED',
    [/InvalidLength|length/i],
    (scene) => {
      scene.program(OUTER, 'driver');
      scene.program(INNER, 'driver');
      const outer = [meta(INNER)];
      const script = new s.Script().call('rust', {
        programId: INNER,
        infos: scene.infos(outer),
        seeds: [[s.text('x')]],
        seedFields: { seedLen: 1n << 63n },
      });
      return scene.send([scene.script(outer, script)]);
    },
  ),
  failure(
    'spill-is-buffer',
    'Upgrade names one account as its buffer and as what takes the lamports left.',
    'ACCOUNT_BORROWED',
    [/use|borrow/],
    (scene) => {
      deployed(programDataOf(OUTER), PAYER, scene);
      buffer(scene, key(51), PAYER);
      scene.warp(3);
      const { accounts = [], ...rest } = upgrade();
      return scene.send([{ ...rest, accounts: accounts.map((each, i) => (i === 3 ? meta(key(51), 'w') : each)) }]);
    },
  ),
];

const ALL: readonly FailureCase[] = [...REAL, ...RETURNED, ...NUMBERED, ...ANCHOR, ...OF_INTERFACES];

/** The cases of codes that are not met yet. */
export function tableCases(met: ReadonlySet<string>): FailureCase[] {
  const seen = new Set(met);
  return ALL.filter(({ code }) => !seen.has(code) && seen.add(code));
}
