// Programs that tell what is wrong themselves: by a number that Anchor, the runtime or an IDL has a name for, by a line in their
// log, or after deriving an address that should be another.

import type { Pubkey } from '../../src/wire/pubkey.ts';
import { failure } from './case.ts';
import * as s from './scene.ts';

const { ALICE, BOB, PAYER, VAULT, OUTER, meta, u64, join, text, instruction, pdaOf } = s;

/** Logs each text of its instruction data, then returns the number before them. */
const LOGS = {
  asm: `
entrypoint:
  mov64 r6, r2
  ldxdw r7, [r2-8]
  add64 r7, r2
  ldxdw r8, [r2+0]
  add64 r6, 8
again:
  jge r6, r7, done
  ldxdw r2, [r6+0]
  mov64 r1, r6
  add64 r1, 8
  mov64 r9, r2
  syscall sol_log_
  add64 r6, 8
  add64 r6, r9
  ja again
done:
  mov64 r0, r8
  exit
`,
};
const lines = (program: Pubkey, code: bigint, logs: string[], accounts: s.Meta[] = []) =>
  instruction(program, accounts, join(u64(code), ...logs.map((l) => join(u64(BigInt(text(l).length)), text(l)))));

/** A seed slice list for the checking programs: error, count, slices, bytes. */
function check(scene: s.Scene, accounts: s.Meta[], error: bigint, seeds: readonly Uint8Array[]) {
  scene.program(OUTER, 'find');
  const base = scene.dataAddr(accounts);
  let at = base + 16n + BigInt(seeds.length * 16);
  const slices: Uint8Array[] = [];
  for (const seed of seeds) {
    slices.push(u64(at), u64(BigInt(seed.length)));
    at += BigInt(seed.length);
  }
  return instruction(OUTER, accounts, join(u64(error), u64(BigInt(seeds.length)), ...slices, ...seeds));
}

const INVALID_SEEDS = 14n << 32n;

export const TOLD_CASES = [
  failure(
    'anchor-has-one',
    'The vault names another owner than the one passed.',
    'ANCHOR_CONSTRAINT_HAS_ONE',
    ['vault', /has_one|field/],
    (scene) => {
      scene.program(OUTER, 'say');
      return scene.send([
        s.say(
          OUTER,
          2001n,
          'AnchorError caused by account: vault. Error Code: ConstraintHasOne. Error Number: 2001. Error Message: A has one constraint was violated.',
        ),
      ]);
    },
  ),
  failure(
    'anchor-not-initialized',
    'The user account was not initialized.',
    'ANCHOR_ACCOUNT_NOT_INITIALIZED',
    ['user', /[Ii]nitialize/],
    (scene) => {
      scene.program(OUTER, 'say');
      return scene.send([
        s.say(
          OUTER,
          3012n,
          'AnchorError caused by account: user. Error Code: AccountNotInitialized. Error Number: 3012. Error Message: The program expected this account to be already initialized.',
        ),
      ]);
    },
  ),
  failure(
    'anchor-own-error',
    'The program itself refuses: the pool is closed.',
    'PROGRAM_CUSTOM_ERROR',
    ['PoolClosed', /lib\.rs:40/],
    (scene) => {
      scene.program(OUTER, 'say');
      return scene.send([
        s.say(
          OUTER,
          6001n,
          'AnchorError thrown in programs/amm/src/lib.rs:40. Error Code: PoolClosed. Error Number: 6001. Error Message: The pool is closed.',
        ),
      ]);
    },
  ),
  failure(
    'anchor-wrong-instruction',
    'The discriminator is of no instruction.',
    'ANCHOR_INSTRUCTION_FALLBACK_NOT_FOUND',
    [/discriminator/],
    (scene) => {
      scene.program(OUTER, 'say');
      return scene.send([
        s.say(
          OUTER,
          101n,
          'AnchorError occurred. Error Code: InstructionFallbackNotFound. Error Number: 101. Error Message: Fallback functions are not supported.',
        ),
      ]);
    },
  ),
  failure(
    'custom-with-idl',
    'The program returned 6000, which its IDL calls SlippageExceeded.',
    'PROGRAM_CUSTOM_ERROR',
    ['SlippageExceeded', /price moved/],
    (scene) => {
      scene.program(OUTER, 'say');
      const errors = [{ code: 6000, name: 'SlippageExceeded', msg: 'The price moved too far.' }];
      scene.svm.registerIdl({ name: 'amm', instructions: [], errors }, OUTER.toString() as never);
      return scene.send([s.say(OUTER, 6000n, 'swap')]);
    },
  ),
  failure(
    'custom-unknown',
    'The program returned its error 4242; nobody knows its name.',
    'PROGRAM_CUSTOM_ERROR',
    ['4242', /IDL/],
    (scene) => {
      scene.program(OUTER, 'say');
      return scene.send([s.say(OUTER, 4242n, 'nope')]);
    },
  ),
  failure(
    'anchor-seeds',
    "Bob's address is what the seeds give, and alice is passed: Anchor's ConstraintSeeds, with both addresses in the log.",
    'ANCHOR_CONSTRAINT_SEEDS',
    [/given alice, derived bob/],
    (scene) => {
      scene.program(OUTER, LOGS);
      return scene.send([
        lines(
          OUTER,
          2006n,
          [
            'Instruction: Withdraw',
            'AnchorError caused by account: vault. Error Code: ConstraintSeeds. Error Number: 2006. Error Message: A seeds constraint was violated.',
            'Left:',
            ALICE.toString(),
            'Right:',
            BOB.toString(),
          ],
          [meta(ALICE), meta(BOB)],
        ),
      ]);
    },
  ),
  failure(
    'anchor-mismatch-owner',
    'A token account of Token-2022 is passed where one of Token is declared: AccountOwnedByWrongProgram.',
    'ANCHOR_ACCOUNT_OWNED_BY_WRONG_PROGRAM',
    [/its owner is Token-2022, and should be Token/],
    (scene) => {
      scene.program(OUTER, LOGS);
      return scene.send([
        lines(
          OUTER,
          3007n,
          [
            'Instruction: Swap',
            'AnchorError caused by account: user_ata. Error Code: AccountOwnedByWrongProgram. Error Number: 3007. Error Message: The given account is owned by a different program than expected.',
            'Left:',
            s.TOKEN_2022,
            'Right:',
            s.TOKEN,
          ],
          [meta(ALICE)],
        ),
      ]);
    },
  ),
  failure(
    'anchor-no-log',
    'The account does not exist; an Anchor program that was built without logs returns 3012.',
    'ANCHOR_ACCOUNT_NOT_INITIALIZED',
    ['alice', /does not exist/],
    (scene) => {
      scene.program(OUTER, LOGS);
      return scene.send([lines(OUTER, 3012n, ['Instruction: Swap'], [meta(ALICE)])]);
    },
  ),
  failure(
    'anchor-require-gt',
    'The swap gives 95 and 100 are required: require_gt!, with both numbers in the log.',
    'PROGRAM_CUSTOM_ERROR',
    ['SlippageExceeded', /lib\.rs:99/],
    (scene) => {
      scene.program(OUTER, LOGS);
      return scene.send([
        lines(
          OUTER,
          6003n,
          [
            'Instruction: Swap',
            'AnchorError thrown in programs/amm/src/lib.rs:99. Error Code: SlippageExceeded. Error Number: 6003. Error Message: Slippage exceeded.',
            'Left: 95',
            'Right: 100',
          ],
          [meta(ALICE)],
        ),
      ]);
    },
  ),
  failure(
    'anchor-declared-id',
    'The program runs at another address than its declare_id says.',
    'ANCHOR_DECLARED_PROGRAM_ID_MISMATCH',
    [/declare_id/],
    (scene) => {
      scene.program(OUTER, LOGS);
      return scene.send([
        lines(
          OUTER,
          4100n,
          [
            'AnchorError occurred. Error Code: DeclaredProgramIdMismatch. Error Number: 4100. Error Message: The declared program id does not match the actual program id.',
          ],
          [],
        ),
      ]);
    },
  ),
  failure(
    'native-logs',
    'The pool is paused: the program logs that as its reason and returns a number of its own.',
    'PROGRAM_CUSTOM_ERROR',
    [/pool is paused until slot 99/],
    (scene) => {
      scene.program(OUTER, LOGS);
      return scene.send([
        lines(OUTER, 17n, ['Processing deposit', 'Error: pool is paused until slot 99'], [meta(ALICE)]),
      ]);
    },
  ),
  failure(
    'native-missing-sig',
    "The program wants alice's signature, and she did not sign.",
    'PROGRAM_MISSING_REQUIRED_SIGNATURE',
    ['alice', /payer did/],
    (scene) => {
      scene.program(OUTER, LOGS);
      return scene.send([lines(OUTER, 8n << 32n, [], [meta(ALICE, 'w'), meta(PAYER, 's')])]);
    },
  ),
  failure(
    'native-owner',
    'The program returns IncorrectProgramId, as it does not own vault.',
    'PROGRAM_INCORRECT_PROGRAM_ID',
    ['vault', /owned by System/],
    (scene) => {
      scene.account(VAULT);
      scene.program(OUTER, LOGS);
      return scene.send([lines(OUTER, 7n << 32n, [], [meta(VAULT, 'w'), meta(PAYER, 's')])]);
    },
  ),
  failure(
    'borrow-failed',
    'The same account is passed twice, and borrowed twice.',
    'PROGRAM_ACCOUNT_BORROW_FAILED',
    ['vault', /2 times/],
    (scene) => {
      scene.account(VAULT);
      scene.program(OUTER, LOGS);
      return scene.send([lines(OUTER, 12n << 32n, [], [meta(VAULT, 'w'), meta(VAULT, 'w')])]);
    },
  ),
  failure(
    'pda-check-wrong-seed',
    'The vault was derived for bob, the program derives it for alice.',
    'PROGRAM_INVALID_SEEDS',
    [/bob/],
    (scene) => {
      const vault = pdaOf([text('vault'), BOB.bytes]).address;
      scene.account(vault);
      scene.account(BOB);
      return scene.send([
        check(scene, [meta(vault), meta(ALICE), meta(BOB)], INVALID_SEEDS, [text('vault'), ALICE.bytes]),
      ]);
    },
  ),
  failure(
    'pda-check-custom',
    'The client left out the seed of the wallet; the program returns an error of its own.',
    'PROGRAM_PDA_MISMATCH',
    [/too much/],
    (scene) => {
      const vault = pdaOf([text('vault')]).address;
      scene.account(vault);
      return scene.send([check(scene, [meta(vault), meta(ALICE)], 7n, [text('vault'), ALICE.bytes])]);
    },
  ),
];
