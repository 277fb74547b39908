// What compiled programs do to themselves and to accounts: faults of the machine, panics, changes they may not make.

import { failure } from './case.ts';
import * as s from './scene.ts';

const { ALICE, VAULT, POOL, OUTER, meta, u8, u64, join } = s;

const asm = (code: string) => ({ asm: `entrypoint:\n${code}` });
const exit = '\n mov64 r0, 0\n exit';

/** One instruction to a program in assembly. */
function run(scene: s.Scene, code: string, accounts: s.Meta[] = [], data: Uint8Array = new Uint8Array(0)) {
  scene.program(OUTER, asm(code));
  return scene.send([s.instruction(OUTER, accounts, data)]);
}

/** The header of the first account is at 0x400000008: key +8, owner +40, lamports +72, data length +80, data +88. */
const PANIC = '\n mov64 r1, 0\n mov64 r2, 0\n syscall abort\n exit';

export const VM_CASES = [
  failure(
    'null-pointer',
    'The program reads through a null pointer.',
    'VM_ACCESS_VIOLATION',
    [/null pointer/, /entrypoint/],
    (scene) => run(scene, ' mov64 r1, 0\n ldxdw r0, [r1+0]\n exit'),
  ),
  failure(
    'past-account-end',
    'The program reads far behind the data of pool, the last account.',
    'VM_ACCESS_VIOLATION',
    [/pool|past the end of the input/],
    (scene) => {
      scene.account(POOL, { owner: OUTER, data: new Uint8Array(16) });
      return run(scene, ' lddw r2, 0x400004000\n ldxdw r0, [r2+0]\n exit', [meta(POOL, 'w')]);
    },
  ),
  failure(
    'write-to-code',
    'The program writes to its own constants.',
    'VM_ACCESS_VIOLATION',
    [/read-only|constants|code/],
    (scene) => run(scene, ' lddw r1, 0x100000000\n mov64 r2, 1\n stxdw [r1+0], r2\n exit'),
  ),
  failure(
    'heap-overrun',
    'The program writes behind the heap of 32 KiB.',
    'VM_ACCESS_VIOLATION',
    [/0 bytes past the end of the heap/],
    (scene) => run(scene, ' lddw r1, 0x300008000\n mov64 r2, 1\n stxdw [r1+0], r2\n exit'),
  ),
  failure(
    'stack-overrun',
    'A variable on the stack is larger than the frame of 4,096 bytes.',
    'VM_STACK_OVERFLOW',
    [/stack|frame/],
    (scene) => run(scene, ' mov64 r1, r10\n add64 r1, -8192\n mov64 r2, 1\n stxdw [r1+0], r2\n exit'),
  ),
  failure('divide-by-zero', 'The program divides by zero.', 'VM_DIVISION', [/divided by zero/], (scene) =>
    run(scene, ' mov64 r0, 1\n mov64 r1, 0\n div64 r0, r1\n exit'),
  ),
  failure('endless-recursion', 'A function calls itself without end.', 'VM_CALL_DEPTH', [/64/], (scene) =>
    run(scene, ' call again\n exit\nagain:\n call again\n exit'),
  ),
  failure('endless-loop', 'The program loops.', 'VM_OUT_OF_UNITS', [/SetComputeUnitLimit/, '200,000'], (scene) =>
    run(scene, 'loop:\n add64 r1, 1\n ja loop'),
  ),
  failure(
    'syscall-too-dear',
    'Hashing costs more than the 500 units that were asked for.',
    'COMPUTE_EXCEEDED',
    [/SetComputeUnitLimit/],
    (scene) => {
      scene.program(
        OUTER,
        asm(` lddw r6, 10\nloop:\n syscall sol_log_compute_units_\n sub64 r6, 1\n jne r6, 0, loop${exit}`),
      );
      return scene.send([s.instruction(s.COMPUTE_BUDGET, [], join(u8(2), s.u32(500))), s.instruction(OUTER, [], u8())]);
    },
  ),
  failure('abort', 'The program aborts.', 'PROGRAM_ABORT', [/abort|panicked/i], (scene) => run(scene, PANIC)),
  failure(
    'panic-with-place',
    'An index is out of bounds in src/lib.rs.',
    'PROGRAM_PANIC',
    [/src\/lib\.rs:12/, /index out of bounds/],
    (scene) => {
      scene.program(
        OUTER,
        asm(
          ` ldxdw r6, [r2-8]\n mov64 r1, r2\n mov64 r2, r6\n mov64 r7, r1\n syscall sol_log_\n mov64 r1, r7\n add64 r1, 13\n mov64 r2, 10\n mov64 r3, 12\n mov64 r4, 5\n mov64 r5, 0\n syscall sol_panic_\n exit`,
        ),
      );
      return scene.send([
        s.instruction(
          OUTER,
          [],
          s.text("panicked at 'src/lib.rs:12:5: index out of bounds: the len is 3 but the index is 7"),
        ),
      ]);
    },
  ),
  failure(
    'out-of-memory',
    'The allocator has no heap left.',
    'PROGRAM_OUT_OF_MEMORY',
    [/out of memory|heap/],
    (scene) => {
      scene.program(
        OUTER,
        asm(` ldxdw r6, [r2-8]\n mov64 r1, r2\n mov64 r2, r6\n syscall sol_log_\n syscall abort\n exit`),
      );
      return scene.send([s.instruction(OUTER, [], s.text('Error: memory allocation failed, out of memory'))]);
    },
  ),
  failure(
    'write-readonly',
    'The program writes to vault, which is read-only.',
    'ACCOUNT_DATA_READONLY',
    ['vault', /writable/],
    (scene) => {
      scene.account(VAULT, { owner: OUTER, data: new Uint8Array(8) });
      return run(scene, ` mov64 r2, 7\n stxb [r1+96], r2${exit}`, [meta(VAULT)]);
    },
  ),
  failure(
    'write-foreign',
    'The program writes to an account that Token owns.',
    'ACCOUNT_DATA_NOT_OWNED',
    ["alice's tokens", /Token/],
    (scene) => {
      scene.tokens(s.ALICE_TOKENS, s.MINT, ALICE, 5n);
      return run(scene, ` mov64 r2, 7\n stxb [r1+160], r2${exit}`, [meta(s.ALICE_TOKENS, 'w')]);
    },
  ),
  failure(
    'spend-foreign',
    "The program takes lamports from alice's wallet, which System owns.",
    'ACCOUNT_LAMPORTS_NOT_OWNED',
    ['alice'],
    (scene) => {
      scene.account(ALICE);
      return run(scene, ` ldxdw r2, [r1+80]\n sub64 r2, 5\n stxdw [r1+80], r2${exit}`, [meta(ALICE, 'w')]);
    },
  ),
  failure(
    'lamports-readonly',
    'The program credits a read-only account.',
    'ACCOUNT_LAMPORTS_READONLY',
    ['vault', /writable/],
    (scene) => {
      scene.account(VAULT, { owner: OUTER });
      return run(scene, ` ldxdw r2, [r1+80]\n add64 r2, 5\n stxdw [r1+80], r2${exit}`, [meta(VAULT)]);
    },
  ),
  failure(
    'lamports-made',
    'The program credits vault and debits nobody.',
    'INSTRUCTION_UNBALANCED',
    ['5 lamports more'],
    (scene) => {
      scene.account(VAULT, { owner: OUTER });
      return run(scene, ` ldxdw r2, [r1+80]\n add64 r2, 5\n stxdw [r1+80], r2${exit}`, [meta(VAULT, 'w')]);
    },
  ),
  failure(
    'owner-with-data',
    'The program gives an account away whose data is not zero.',
    'ACCOUNT_OWNER_CHANGE',
    ['vault', /zero/],
    (scene) => {
      scene.account(VAULT, { owner: OUTER, data: u8(1, 2, 3, 4, 5, 6, 7, 8) });
      return run(
        scene,
        ` mov64 r2, 0\n stxdw [r1+48], r2\n stxdw [r1+56], r2\n stxdw [r1+64], r2\n stxdw [r1+72], r2${exit}`,
        [meta(VAULT, 'w')],
      );
    },
  ),
  failure(
    'realloc-too-large',
    'The program grows vault by 20,000 bytes.',
    'ACCOUNT_REALLOC',
    ['vault', '10,240'],
    (scene) => {
      scene.account(VAULT, { owner: OUTER, data: new Uint8Array(8) });
      return run(scene, ` mov64 r2, 20008\n stxdw [r1+88], r2${exit}`, [meta(VAULT, 'w')]);
    },
  ),
  failure(
    'error-not-an-error',
    'The program returns a value that is no error of the runtime.',
    'PROGRAM_INVALID_ERROR',
    [/InvalidError/],
    (scene) => run(scene, ' lddw r0, 0x7fff00000000\n exit'),
  ),
  failure(
    'returns-invalid-argument',
    'The program returns InvalidArgument.',
    'PROGRAM_INVALID_ARGUMENT',
    ['outer program', /InvalidArgument/],
    (scene) => run(scene, ' lddw r0, 0x200000000\n exit'),
  ),
  failure(
    'log-truncated',
    'The program logs more than 10,000 bytes and then returns error 9; the last lines are not in the log.',
    'PROGRAM_CUSTOM_ERROR',
    [/truncated/, '9'],
    (scene) => {
      scene.program(
        OUTER,
        asm(
          ' mov64 r6, r2\n mov64 r7, 20\nloop:\n mov64 r1, r6\n mov64 r2, 1000\n syscall sol_log_\n sub64 r7, 1\n jne r7, 0, loop\n mov64 r0, 9\n exit',
        ),
      );
      return scene.send([s.instruction(OUTER, [], new Uint8Array(1000).fill(65))]);
    },
  ),
  failure(
    'heap-unpaid',
    'A heap of 64 KiB costs 8 units more than the limit of 5 allows.',
    'VM_SETUP',
    [/heap|units/],
    (scene) => {
      scene.program(OUTER, asm(exit.slice(1)));
      return scene.send([
        s.instruction(s.COMPUTE_BUDGET, [], join(u8(1), s.u32(65_536))),
        s.instruction(s.COMPUTE_BUDGET, [], join(u8(2), s.u32(305))),
        s.instruction(OUTER, [], u8()),
      ]);
    },
  ),
  failure(
    'seed-too-long-in-syscall',
    'The program derives an address from a seed of 40 bytes.',
    'PROGRAM_MAX_SEED_LENGTH_EXCEEDED',
    ['32'],
    (scene) => {
      scene.program(OUTER, 'find');
      const at = scene.dataAddr([]) + 32n;
      return scene.send([s.instruction(OUTER, [], join(u64(5n), u64(1n), u64(at), u64(40n), new Uint8Array(40)))]);
    },
  ),
  failure(
    'return-data-too-large',
    'The program sets 1,025 bytes of return data.',
    'SYSCALL_ARGUMENT',
    ['1025'],
    (scene) => run(scene, ` lddw r1, 0x300000000\n mov64 r2, 1025\n syscall sol_set_return_data${exit}`),
  ),
  failure('copy-overlaps', 'memcpy was given overlapping memory.', 'SYSCALL_ARGUMENT', [/verlap/], (scene) =>
    run(scene, ` lddw r1, 0x300000000\n lddw r2, 0x300000004\n mov64 r3, 8\n syscall sol_memcpy_${exit}`),
  ),
  failure(
    'too-few-accounts-for-a-program',
    'The program reads the key of its second account without a look at how many there are; it was passed one.',
    'VM_ACCESS_VIOLATION',
    [/It was passed 1 account, and read past it/, /more than 1 account: pass them all/],
    (scene) => run(scene, ' mov64 r2, r1\n add64 r2, 10448\n ldxdw r0, [r2+8]\n exit', [meta(scene.account(ALICE))]),
  ),
  failure(
    'past-input-in-call',
    'inner program reads a mebibyte behind the 8 bytes of instruction data that it was given.',
    'VM_ACCESS_VIOLATION',
    [/bytes past the end of the input/, /8 bytes of instruction data/, 'inner program'],
    (scene) => {
      scene.program(OUTER, 'driver');
      scene.program(s.INNER, asm(' lddw r3, 0x400100000\n ldxdw r0, [r3+0]\n exit'));
      const script = new s.Script().call('rust', { programId: s.INNER, infos: [], metas: [], data: u64(0n) });
      return scene.send([scene.script([meta(s.INNER)], script)]);
    },
  ),
  failure(
    'below-zero',
    'A pointer went 8 bytes below zero.',
    'VM_ACCESS_VIOLATION',
    [/8 bytes before a null/],
    (scene) => run(scene, ' mov64 r1, -8\n ldxdw r0, [r1+0]\n exit'),
  ),
  failure(
    'copy-length-negative',
    'The length given to memcpy is -1.',
    'COMPUTE_EXCEEDED',
    [/no limit is enough/, /negative/, /sol_memcpy_/],
    (scene) => run(scene, ` lddw r1, 0x300000000\n lddw r2, 0x300001000\n mov64 r3, -1\n syscall sol_memcpy_${exit}`),
  ),
  failure(
    'sysvar-unaligned',
    'The Clock is asked for at an odd address.',
    'SYSCALL_ARGUMENT',
    [/sol_get_clock_sysvar a pointer to 0x300000001/, /multiple of 8/],
    (scene) => run(scene, ` lddw r1, 0x300000001\n syscall sol_get_clock_sysvar${exit}`),
  ),
  failure(
    'log-no-text',
    'Bytes that are no UTF-8 are logged as text.',
    'SYSCALL_ARGUMENT',
    [/utf-8/, /sol_log_data/],
    (scene) => run(scene, ` mov64 r1, r2\n mov64 r2, 4\n syscall sol_log_${exit}`, [], u8(0xff, 0xfe, 1, 2)),
  ),
  failure(
    'function-pointer-wrong',
    'A function is called through a pointer that is none.',
    'VM_CODE',
    [/r3 is 0x123456/],
    (scene) => run(scene, ' mov64 r3, 0x123456\n callx r3\n exit'),
  ),
  failure('syscall-unknown', 'The program calls a syscall that is not there.', 'VM_CODE', [/no syscall/], (scene) =>
    run(scene, ` syscall sol_not_there${exit}`),
  ),
  failure(
    'abort-with-reason',
    'The program logs that the pool is not active, and aborts.',
    'PROGRAM_ABORT',
    [/pool is not active/],
    (scene) =>
      run(
        scene,
        ` mov64 r1, r2\n mov64 r2, 18\n syscall sol_log_\n syscall abort${exit}`,
        [],
        s.text('pool is not active'),
      ),
  ),
  failure(
    'resize-readonly',
    'The program resizes vault, which is read-only.',
    'ACCOUNT_DATA_READONLY',
    [/resized vault/, /writable/],
    (scene) => {
      scene.account(VAULT, { owner: OUTER, data: new Uint8Array(8) });
      return run(scene, ` mov64 r2, 16\n stxdw [r1+88], r2${exit}`, [meta(VAULT)]);
    },
  ),
  failure(
    'units-used-before',
    'The first instruction used 196,003 of the 250,000 units; the second is the same and has too few left.',
    'VM_OUT_OF_UNITS',
    [/instruction #1 to outer program had used 196,003/],
    (scene) => {
      scene.program(OUTER, asm(` lddw r6, 98000\nloop:\n sub64 r6, 1\n jne r6, 0, loop${exit}`));
      const work = s.instruction(OUTER, [], u8());
      return scene.send([s.instruction(s.COMPUTE_BUDGET, [], join(u8(2), s.u32(250_000))), work, work]);
    },
  ),
  failure(
    'units-at-the-highest',
    'The program never ends, with the highest limit there is.',
    'VM_OUT_OF_UNITS',
    [/at its highest/],
    (scene) => {
      scene.program(OUTER, asm('loop:\n add64 r1, 1\n ja loop'));
      return scene.send([
        s.instruction(s.COMPUTE_BUDGET, [], join(u8(2), s.u32(1_400_000))),
        s.instruction(OUTER, [], u8()),
      ]);
    },
  ),
  failure(
    'vm-func',
    'A function that a function calls stores far behind the data of the accounts.',
    'VM_ACCESS_VIOLATION',
    [/function_5/, /Called from function_3/, /instruction data/],
    (scene) => {
      scene.account(VAULT, { owner: OUTER, data: new Uint8Array(16) });
      scene.account(POOL, { owner: OUTER, data: new Uint8Array(16) });
      return run(
        scene,
        ` call helper${exit}\nhelper:\n call inner2\n exit\ninner2:\n mov64 r2, 1\n lddw r3, 0x400010000\n stxdw [r3+0], r2\n exit`,
        [meta(VAULT, 'w'), meta(POOL, 'w')],
      );
    },
  ),
  failure(
    'vm-memcpy-oob',
    "64 KiB are copied out of an account's data onto the heap, which is smaller.",
    'VM_ACCESS_VIOLATION',
    [/sol_memcpy_/, /past the end of the heap/],
    (scene) => {
      scene.account(VAULT, { owner: OUTER, data: new Uint8Array(16) });
      return run(
        scene,
        ` mov64 r2, r1\n add64 r2, 96\n lddw r1, 0x300000000\n mov64 r3, 0x10000\n syscall sol_memcpy_${exit}`,
        [meta(VAULT)],
      );
    },
  ),
  failure(
    'vm-log-invalid-utf8',
    '500 bytes are logged that are no UTF-8.',
    'SYSCALL_ARGUMENT',
    [/500 bytes/],
    (scene) =>
      run(
        scene,
        ` ldxdw r3, [r2-8]\n mov64 r1, r2\n mov64 r2, r3\n syscall sol_log_${exit}`,
        [],
        new Uint8Array(500).fill(0xff),
      ),
  ),
  failure(
    'vm-callx',
    'A function is called at an address where there is none.',
    'VM_CODE',
    [/outside of the text segment/],
    (scene) => run(scene, ` lddw r2, 0x12345678\n callx r2${exit}`),
  ),
  failure(
    'vm-huge-alloc',
    "More memory is allocated than the heap has: Rust's allocator gives up.",
    'PROGRAM_OUT_OF_MEMORY',
    [/memory allocation failed/],
    (scene) => {
      scene.program(
        OUTER,
        asm(
          ` ldxdw r6, [r2-8]\n mov64 r1, r2\n mov64 r2, r6\n syscall sol_log_\n mov64 r1, 0\n stxdw [r1+0], r1\n exit`,
        ),
      );
      return scene.send([s.instruction(OUTER, [], s.text('Error: memory allocation failed, out of memory'))]);
    },
  ),
  failure('elf-bad', 'The program calls a syscall that does not exist.', 'VM_CODE', [/unsupported/], (scene) =>
    run(scene, ` syscall sol_no_such_thing${exit}`),
  ),
  failure(
    'write-before-input',
    'The program writes one byte before its input.',
    'VM_ACCESS_VIOLATION',
    [/1 bytes? before the input/],
    (scene) => run(scene, ` mov64 r2, 1\n stxb [r1-1], r2${exit}`),
  ),
];
