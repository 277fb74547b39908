// Calls, machine faults and programs that log what is wrong: broken transactions that were written before looking at how they
// are explained.

import { findProgramAddress } from '../../src/crypto/program-address.ts';
import type { Pubkey } from '../../src/wire/pubkey.ts';
import type { Call } from '../support/cpi-driver.ts';
import { failure } from './case.ts';
import * as s from './scene.ts';

const {
  PAYER,
  ALICE,
  BOB,
  MINT,
  VAULT,
  POOL,
  OUTER,
  INNER,
  DEEP,
  key,
  meta,
  u8,
  u32,
  u64,
  join,
  text,
  instruction,
  Script,
} = s;

type Meta = ReturnType<typeof meta>;

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
const lines = (program: Pubkey, code: bigint, logs: string[], accounts: Meta[] = []) =>
  instruction(program, accounts, join(u64(code), ...logs.map((l) => join(u64(BigInt(text(l).length)), text(l)))));
const pub = (m: Meta) => ({ pubkey: m.address as Pubkey, isSigner: m.isSigner, isWritable: m.isWritable });
const asm = (code: string) => ({ asm: `entrypoint:\n${code}` });
const exit = '\n mov64 r0, 0\n exit';
const one = (scene: s.Scene, code: string, accounts: Meta[] = [], data: Uint8Array = u8()) => {
  scene.program(OUTER, asm(code));
  return scene.send([instruction(OUTER, accounts, data)]);
};
function callFrom(scene: s.Scene, outer: Meta[], call: Omit<Call, 'metas'> & { readonly metas?: readonly Meta[] }) {
  scene.program(OUTER, 'driver');
  scene.program(INNER, 'driver');
  const { metas = [], ...rest } = call;
  const script = new Script().call('rust', {
    infos: scene.infos(outer),
    data: join(u64(0n), u64(0n)),
    ...rest,
    metas: metas.map(pub),
  });
  return scene.send([scene.script(outer, script)]);
}
const pdaTransfer = (scene: s.Scene, seeds: Uint8Array[][], pda: Pubkey, more: Meta[] = []) => {
  scene.account(pda);
  scene.account(BOB);
  scene.account(ALICE);
  return callFrom(scene, [meta(pda, 'w'), meta(BOB, 'w'), meta(s.SYSTEM), meta(ALICE), meta(INNER), ...more], {
    programId: s.toKey(s.SYSTEM),
    metas: [meta(pda, 'sw'), meta(BOB, 'w')],
    data: join(u32(2), u64(1_000_000n)),
    seeds,
  });
};
const find = (seeds: Uint8Array[], p: Pubkey = OUTER) =>
  findProgramAddress(seeds, p) as { address: Pubkey; bump: number };
const n = 513n;
const be = u64(n).toReversed();

export const MORE_CASES = [
  failure(
    'cpi-seeds-be',
    'seed id is big endian in derivation, little endian in the seeds',
    'CPI_SEEDS_INVALID',
    [/big-endian/],
    (scene) => {
      const f = find([text('pos'), be]);
      return pdaTransfer(scene, [[text('pos'), u64(n), u8(f.bump)]], f.address);
    },
  ),
  failure(
    'cpi-pda-other-program',
    'the PDA is derived under INNER, OUTER tries to sign',
    'CPI_SEEDS_INVALID',
    [/the program is inner program, not outer program/],
    (scene) => {
      const f = find([text('vault')], INNER);
      return pdaTransfer(scene, [[text('vault'), u8(f.bump)]], f.address);
    },
  ),
  failure(
    'cpi-seed-in-data',
    'PDA was derived from the pubkey stored in the state account (key 90), seeds use ALICE',
    'CPI_SIGNER_PRIVILEGE',
    [/in the data of pool/],
    (scene) => {
      const f = find([text('vault'), key(90).bytes]);
      scene.account(POOL, { owner: OUTER, data: join(u64(0x1122334455667788n), key(90).bytes, u64(5n)) });
      return pdaTransfer(scene, [[text('vault'), ALICE.bytes, u8(f.bump)]], f.address, [meta(POOL)]);
    },
  ),
  failure(
    'cpi-nested-3',
    'vault is writable in the transaction and outer, but inner received it read-only and asks deep writable',
    'CPI_WRITABLE_PRIVILEGE',
    [/vault writable where outer program calls inner program/],
    (scene) => {
      scene.account(VAULT);
      scene.program(OUTER, 'driver');
      scene.program(INNER, 'driver');
      scene.program(DEEP, 'driver');
      const o = [meta(VAULT, 'w'), meta(INNER), meta(DEEP)];
      const innerAccts = [meta(VAULT), meta(DEEP)];
      const inner = new Script()
        .call('rust', {
          programId: DEEP,
          infos: scene.infos(innerAccts),
          metas: [pub(meta(VAULT, 'w'))],
          data: join(u64(0n), u64(0n)),
        })
        .exit();
      const scr = new Script().call('rust', {
        programId: INNER,
        infos: scene.infos(o),
        metas: innerAccts.map(pub),
        data: inner,
      });
      return scene.send([scene.script(o, scr)]);
    },
  ),
  failure(
    'cpi-nested-signer',
    'payer signs tx, but outer passes payer to inner not as signer, and inner asks signer',
    'CPI_SIGNER_PRIVILEGE',
    [/where outer program calls inner program/],
    (scene) => {
      scene.program(OUTER, 'driver');
      scene.program(INNER, 'driver');
      scene.program(DEEP, 'driver');
      const o = [meta(PAYER, 'sw'), meta(INNER), meta(DEEP)];
      const innerAccts = [meta(PAYER, 'w'), meta(DEEP)];
      const inner = new Script()
        .call('rust', {
          programId: DEEP,
          infos: scene.infos(innerAccts),
          metas: [pub(meta(PAYER, 'sw'))],
          data: join(u64(0n), u64(0n)),
        })
        .exit();
      const scr = new Script().call('rust', {
        programId: INNER,
        infos: scene.infos(o),
        metas: innerAccts.map(pub),
        data: inner,
      });
      return scene.send([scene.script(o, scr)]);
    },
  ),
  failure(
    'cpi-account-swapped',
    'from and to swapped: bob (non signer) pays',
    'PROGRAM_MISSING_REQUIRED_SIGNATURE',
    ['bob'],
    (scene) => {
      scene.account(BOB);
      return callFrom(scene, [meta(BOB, 'w'), meta(PAYER, 'sw'), meta(s.SYSTEM)], {
        programId: s.toKey(s.SYSTEM),
        metas: [meta(BOB, 'w'), meta(PAYER, 'sw')],
        data: join(u32(2), u64(1n)),
      });
    },
  ),
  failure('cpi-grow', 'Caller grew vault by > 10 KiB before a call', 'CPI_REALLOC', ['20,000', 'vault'], (scene) => {
    scene.account(VAULT, { owner: OUTER, data: new Uint8Array(8) });
    scene.program(OUTER, 'driver');
    scene.program(INNER, 'driver');
    const o = [meta(VAULT, 'w'), meta(INNER)];
    const fr = scene.frame(o);
    const infos = scene.infos(o).map((i, k) => (k === 0 ? { ...i, dataLen: 20_000n } : i));
    const scr = new Script()
      .store64(fr[0].vmLenAddr, 20_000n)
      .call('rust', { programId: INNER, infos, metas: [pub(meta(VAULT, 'w'))], data: join(u64(0n), u64(0n)) });
    return scene.send([scene.script(o, scr)]);
  }),
  failure(
    'cpi-inner-modifies-ro',
    'inner writes to an account it got read-only',
    'ACCOUNT_DATA_READONLY',
    ['inner program', /outer program calls inner program/],
    (scene) => {
      scene.account(VAULT, { owner: INNER, data: new Uint8Array(8) });
      const io = [meta(VAULT)];
      const at = scene.frame(io)[0].vmDataAddr;
      return callFrom(scene, [meta(VAULT, 'w'), meta(INNER)], {
        programId: INNER,
        metas: io,
        data: new Script().store64(at, 7n).exit(),
      });
    },
  ),
  failure(
    'cpi-token-fails-inside',
    'token transfer inside outer: insufficient',
    'TOKEN_INSUFFICIENT_FUNDS',
    ['50', "alice's tokens"],
    (scene) => {
      scene.mint(MINT);
      scene.tokens(s.ALICE_TOKENS, MINT, PAYER, 3n);
      scene.tokens(s.BOB_TOKENS, MINT, BOB, 0n);
      const o = [meta(s.ALICE_TOKENS, 'w'), meta(s.BOB_TOKENS, 'w'), meta(PAYER, 'sw'), meta(s.TOKEN)];
      return callFrom(scene, o, { programId: s.toKey(s.TOKEN), metas: o.slice(0, 3), data: join(u8(3), u64(50n)) });
    },
  ),
  failure(
    'vm-func',
    'in a callee function, store past end of vault data in growth area end',
    'VM_ACCESS_VIOLATION',
    [/function_5/, /Called from function_3/, /instruction data/],
    (scene) => {
      scene.account(VAULT, { owner: OUTER, data: new Uint8Array(16) });
      scene.account(POOL, { owner: OUTER, data: new Uint8Array(16) });
      return one(
        scene,
        ` call helper${exit}\nhelper:\n call inner2\n exit\ninner2:\n mov64 r2, 1\n lddw r3, 0x400010000\n stxdw [r3+0], r2\n exit`,
        [meta(VAULT, 'w'), meta(POOL, 'w')],
      );
    },
  ),
  failure(
    'vm-memcpy-oob',
    'memcpy of 64 KiB from account data',
    'VM_ACCESS_VIOLATION',
    [/sol_memcpy_/, /past the end of the heap/],
    (scene) => {
      scene.account(VAULT, { owner: OUTER, data: new Uint8Array(16) });
      return one(
        scene,
        ` mov64 r2, r1\n add64 r2, 96\n lddw r1, 0x300000000\n mov64 r3, 0x10000\n syscall sol_memcpy_${exit}`,
        [meta(VAULT)],
      );
    },
  ),
  failure('vm-log-invalid-utf8', 'sol_log with invalid UTF-8', 'SYSCALL_ARGUMENT', [/500 bytes/], (scene) =>
    one(
      scene,
      ` ldxdw r3, [r2-8]\n mov64 r1, r2\n mov64 r2, r3\n syscall sol_log_${exit}`,
      [],
      new Uint8Array(500).fill(0xff),
    ),
  ),
  failure('vm-callx', 'callx to nonsense address', 'VM_CODE', [/outside of the text segment/], (scene) =>
    one(scene, ` lddw r2, 0x12345678\n callx r2${exit}`),
  ),
  failure('vm-huge-alloc', 'rust alloc error', 'PROGRAM_OUT_OF_MEMORY', [/memory allocation failed/], (scene) => {
    scene.program(
      OUTER,
      asm(` ldxdw r6, [r2-8]\n mov64 r1, r2\n mov64 r2, r6\n syscall sol_log_\n mov64 r1, 0\n stxdw [r1+0], r1\n exit`),
    );
    return scene.send([instruction(OUTER, [], text('Error: memory allocation failed, out of memory'))]);
  }),
  failure(
    'anchor-seeds',
    'ConstraintSeeds with left/right keys',
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
    'AccountOwnedByWrongProgram token account given Token-2022',
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
    'Anchor program built without logs returns 3012',
    'ANCHOR_ACCOUNT_NOT_INITIALIZED',
    ['alice', /does not exist/],
    (scene) => {
      scene.program(OUTER, LOGS);
      return scene.send([lines(OUTER, 3012n, ['Instruction: Swap'], [meta(ALICE)])]);
    },
  ),
  failure(
    'anchor-require-gt',
    'require_gt with left right numbers',
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
    'DeclaredProgramIdMismatch',
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
    'native program logs reason then returns custom',
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
    'program requires ALICE signature, she did not',
    'PROGRAM_MISSING_REQUIRED_SIGNATURE',
    ['alice', /payer did/],
    (scene) => {
      scene.program(OUTER, LOGS);
      return scene.send([lines(OUTER, 8n << 32n, [], [meta(ALICE, 'w'), meta(PAYER, 's')])]);
    },
  ),
  failure(
    'native-owner',
    'program returns IncorrectProgramId as vault is not owned by it',
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
    'AccountBorrowFailed same account twice',
    'PROGRAM_ACCOUNT_BORROW_FAILED',
    ['vault', /2 times/],
    (scene) => {
      scene.account(VAULT);
      scene.program(OUTER, LOGS);
      return scene.send([lines(OUTER, 12n << 32n, [], [meta(VAULT, 'w'), meta(VAULT, 'w')])]);
    },
  ),
  failure('elf-bad', 'ELF unresolved syscall executed', 'VM_CODE', [/unsupported/], (scene) =>
    one(scene, ` syscall sol_no_such_thing${exit}`),
  ),
  failure(
    'ata-payer-unsigned-in-call',
    'The program creates an associated token account; bob is to pay, and has not signed.',
    'CPI_SIGNER_PRIVILEGE',
    ['bob', /has not signed/, /as a signer in instruction #0/],
    (scene) => {
      scene.mint(MINT);
      scene.account(BOB);
      const seeds = [ALICE.bytes, s.toKey(s.TOKEN).bytes, MINT.bytes];
      const { address } = findProgramAddress(seeds, s.toKey(s.ATA)) as { address: Pubkey };
      const metas = [meta(BOB, 'w'), meta(address, 'w'), meta(ALICE), meta(MINT), meta(s.SYSTEM), meta(s.TOKEN)];
      return callFrom(scene, [...metas, meta(s.ATA)], { programId: s.toKey(s.ATA), metas, data: u8(0) });
    },
  ),
  failure(
    'system-moves-data-account',
    "The program's own account holds data, and System is called to take lamports from it.",
    'PROGRAM_INVALID_ARGUMENT',
    [/must not carry data/, /outer program owns/, /without a call to System/],
    (scene) => {
      const { address, bump } = find([text('vault')]);
      scene.account(address, { owner: OUTER, data: new Uint8Array(8) });
      scene.account(BOB);
      return callFrom(scene, [meta(address, 'w'), meta(BOB, 'w'), meta(s.SYSTEM)], {
        programId: s.toKey(s.SYSTEM),
        metas: [meta(address, 'sw'), meta(BOB, 'w')],
        data: join(u32(2), u64(5n)),
        seeds: [[text('vault'), u8(bump)]],
      });
    },
  ),
  failure(
    'mint-authority-pda-spelling',
    'The mint authority is derived from "mint-authority", the program signs with "mint_authority".',
    'CPI_SIGNER_PRIVILEGE',
    [/"mint-authority"/, /with - for _/],
    (scene) => {
      const right = find([text('mint-authority')]);
      const wrong = find([text('mint_authority')]);
      scene.mint(MINT, s.mintData(right.address));
      scene.tokens(s.ALICE_TOKENS, MINT, ALICE, 0n);
      scene.account(right.address);
      const outer = [meta(MINT, 'w'), meta(s.ALICE_TOKENS, 'w'), meta(right.address), meta(s.TOKEN)];
      return callFrom(scene, outer, {
        programId: s.toKey(s.TOKEN),
        metas: [meta(MINT, 'w'), meta(s.ALICE_TOKENS, 'w'), meta(right.address, 's')],
        data: join(u8(7), u64(5n)),
        seeds: [[text('mint_authority'), u8(wrong.bump)]],
      });
    },
  ),
  failure(
    'rent-sysvar-misplaced',
    'InitializeMint is given bob in the place of the Rent sysvar.',
    'PROGRAM_INVALID_ARGUMENT',
    ['bob', /Rent Sysvar/],
    (scene) => {
      scene.account(MINT, { owner: s.TOKEN, data: new Uint8Array(82), lamports: 10_000_000n });
      return scene.send([instruction(s.TOKEN, [meta(MINT, 'w'), meta(BOB)], join(u8(0, 6), PAYER.bytes, u8(0)))]);
    },
  ),
  failure(
    'closed-then-used',
    'The first instruction closes the token account, the second transfers from it.',
    'PROGRAM_INVALID_ACCOUNT_DATA',
    ["alice's tokens", /does not exist/, /instruction #0 \(Token: CloseAccount\) closed alice's tokens/],
    (scene) => {
      scene.mint(MINT);
      scene.tokens(s.ALICE_TOKENS, MINT, PAYER, 0n);
      scene.tokens(s.BOB_TOKENS, MINT, BOB, 0n);
      const close = instruction(s.TOKEN, [meta(s.ALICE_TOKENS, 'w'), meta(PAYER, 'w'), meta(PAYER, 's')], u8(9));
      return scene.send([close, s.tokenTransfer(s.ALICE_TOKENS, s.BOB_TOKENS, PAYER, 0n)]);
    },
  ),
  failure(
    'write-before-input',
    'The program writes one byte before its input.',
    'VM_ACCESS_VIOLATION',
    [/1 bytes? before the input/],
    (scene) => one(scene, ` mov64 r2, 1\n stxb [r1-1], r2${exit}`),
  ),
];
