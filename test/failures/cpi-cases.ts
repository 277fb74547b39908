// Calls between programs that the runtime refuses, or whose results it doesn't hand back.

import { createProgramAddress } from '../../src/crypto/program-address.ts';
import type { Pubkey } from '../../src/wire/pubkey.ts';
import { callFrom, pdaTransfer, pub, RETURN_0 } from './calls.ts';
import { failure } from './case.ts';
import * as s from './scene.ts';

const { PAYER, ALICE, BOB, VAULT, POOL, OUTER, INNER, DEEP, meta, u32, u64, join, text } = s;

const u64s = (...words: bigint[]): Uint8Array => join(...words.map(u64));
const transferData = (lamports: bigint) => join(u32(2), u64(lamports));
const { address: PDA, bump: BUMP } = s.pdaOf([text('vault'), ALICE.bytes]);

const onCurveBump = (() => {
  for (let bump = 255; ; bump--) {
    if (typeof createProgramAddress([text('vault'), ALICE.bytes, Uint8Array.of(bump)], OUTER) === 'string') return bump;
  }
})();

export const CPI_CASES = [
  failure(
    'vault-readonly',
    'vault is read-only in the outer instruction and writable in the call.',
    'CPI_WRITABLE_PRIVILEGE',
    ['vault', /[Mm]ark .*writable in instruction #0/],
    (scene) => {
      scene.account(VAULT);
      return callFrom(scene, [meta(VAULT), meta(INNER)], { programId: INNER, metas: [meta(VAULT, 'w')] });
    },
  ),
  failure(
    'pda-payer-not-writable',
    'The PDA that pays is read-only in the outer instruction.',
    'CPI_WRITABLE_PRIVILEGE',
    [/writable/, /instruction #0/],
    (scene) => pdaTransfer(scene, [[text('vault'), ALICE.bytes, Uint8Array.of(BUMP)]], PDA, { isWritable: false }),
  ),
  failure(
    'signer-never-signed',
    'alice did not sign the transaction, and the program asks for her signature.',
    'CPI_SIGNER_PRIVILEGE',
    ['alice', /sign/],
    (scene) => {
      scene.account(ALICE);
      return callFrom(scene, [meta(ALICE, 'w'), meta(INNER)], { programId: INNER, metas: [meta(ALICE, 's')] });
    },
  ),
  failure(
    'pda-without-seeds',
    'invoke was called in place of invoke_signed: the PDA has no seeds.',
    'CPI_SIGNER_PRIVILEGE',
    [/no seeds were given/, /invoke_signed/],
    (scene) => pdaTransfer(scene, [], PDA),
  ),
  failure(
    'bump-wrong',
    'The bump is one less than the right one.',
    'CPI_SIGNER_PRIVILEGE',
    [/the bump is \d+, not \d+/],
    (scene) => {
      let bump = BUMP - 1;
      while (typeof createProgramAddress([text('vault'), ALICE.bytes, Uint8Array.of(bump)], OUTER) === 'string') bump--;
      return pdaTransfer(scene, [[text('vault'), ALICE.bytes, Uint8Array.of(bump)]], PDA);
    },
  ),
  failure(
    'bump-on-curve',
    'With this bump the seeds lead onto the curve.',
    'CPI_SEEDS_INVALID',
    [/the bump is \d+, not \d+/],
    (scene) => pdaTransfer(scene, [[text('vault'), ALICE.bytes, Uint8Array.of(onCurveBump)]], PDA),
  ),
  failure('seed-too-long', 'A seed has 33 bytes.', 'CPI_SEEDS_INVALID', [/32 bytes|too long/], (scene) =>
    pdaTransfer(scene, [[new Uint8Array(33).fill(65), Uint8Array.of(BUMP)]], PDA),
  ),
  failure('too-many-seeds', 'A signer has 17 seeds.', 'CPI_TOO_MANY_SEEDS', ['16'], (scene) =>
    pdaTransfer(scene, [Array.from({ length: 17 }, () => text('x'))], PDA),
  ),
  failure('too-many-signers', 'The call gives seeds for 17 signers.', 'CPI_TOO_MANY_SIGNERS', ['16'], (scene) =>
    pdaTransfer(
      scene,
      Array.from({ length: 17 }, () => [text('vault'), ALICE.bytes, Uint8Array.of(BUMP)]),
      PDA,
    ),
  ),
  failure(
    'account-not-in-transaction',
    'The call names pool, which the transaction does not list.',
    'CPI_ACCOUNT_NOT_IN_TRANSACTION',
    ['pool', /Add/],
    (scene) => callFrom(scene, [meta(INNER)], { programId: INNER, metas: [meta(POOL)] }),
  ),
  failure(
    'account-not-in-instruction',
    'The transaction has pool, but only for another instruction.',
    'CPI_ACCOUNT_NOT_HELD',
    ['pool', /calling instruction/],
    (scene) => {
      scene.account(POOL);
      scene.program(OUTER, 'driver');
      scene.program(INNER, 'driver');
      const script = new s.Script().call('rust', { programId: INNER, infos: [], metas: [pub(meta(POOL))] });
      return scene.send([scene.script([meta(INNER)], script), s.transfer(PAYER, POOL, 1n)]);
    },
  ),
  failure(
    'callee-not-in-transaction',
    'The program that is called is not listed.',
    'CPI_PROGRAM_NOT_IN_TRANSACTION',
    ['deep program', /Add/],
    (scene) => callFrom(scene, [meta(INNER)], { programId: DEEP, metas: [] }),
  ),
  failure(
    'system-program-missing',
    'The System program is not among the accounts of the instruction.',
    'CPI_PROGRAM_NOT_IN_TRANSACTION',
    ['System', /Add System/],
    (scene) =>
      callFrom(scene, [meta(PAYER, 'sw'), meta(BOB, 'w')], {
        programId: s.toKey(s.SYSTEM),
        metas: [meta(PAYER, 'sw'), meta(BOB, 'w')],
        data: transferData(1_000_000n),
      }),
  ),
  failure(
    'callee-not-in-instruction',
    'System is in the transaction, but not among the accounts of the calling instruction.',
    'CPI_PROGRAM_NOT_HELD',
    ['System'],
    (scene) => {
      scene.account(BOB);
      scene.program(OUTER, 'driver');
      const outer = [meta(PAYER, 'sw'), meta(BOB, 'w')];
      const script = new s.Script().call('rust', {
        programId: s.toKey(s.SYSTEM),
        infos: scene.infos(outer),
        metas: outer.map(pub),
        data: transferData(1n),
      });
      return scene.send([scene.script(outer, script), s.transfer(PAYER, BOB, 1n)]);
    },
  ),
  failure(
    'account-info-missing',
    'vault is named by the call but its account info is not passed.',
    'CPI_ACCOUNT_INFO_MISSING',
    ['vault', /account infos/],
    (scene) => {
      scene.account(VAULT);
      return callFrom(scene, [meta(VAULT, 'w'), meta(INNER)], {
        programId: INNER,
        metas: [meta(VAULT, 'w')],
        infos: [],
      });
    },
  ),
  failure(
    'loader-not-callable',
    'BPF loader v2 can not be called by programs.',
    'CPI_PROGRAM_NOT_CALLABLE',
    ['BPF Loader v2', /instruction of the transaction/],
    (scene) => callFrom(scene, [meta(s.LOADER_V2)], { programId: s.toKey(s.LOADER_V2), metas: [] }),
  ),
  failure(
    'loader-v3-called-without-data',
    'outer calls the upgradeable loader with no instruction data.',
    'CPI_PROGRAM_NOT_CALLABLE',
    ['BPF Loader v3', /SetAuthorityChecked; asked for nothing/],
    (scene) => callFrom(scene, [meta(s.LOADER_V3)], { programId: s.toKey(s.LOADER_V3), metas: [], data: s.u8() }),
  ),
  failure(
    'precompile-not-callable',
    'Signature precompiles are for top-level instructions.',
    'CPI_PROGRAM_NOT_CALLABLE',
    ['Ed25519', /precompile/],
    (scene) => callFrom(scene, [meta(s.ED25519)], { programId: s.toKey(s.ED25519), metas: [] }),
  ),
  failure(
    'reentered',
    'inner calls outer back while outer is running.',
    'CPI_REENTRANCY',
    [/outer program → inner program → outer program/],
    (scene) => {
      scene.program(OUTER, 'driver');
      scene.program(INNER, 'driver');
      const outer = [meta(INNER), meta(OUTER)];
      const back = new s.Script().call('rust', { programId: OUTER, infos: [], metas: [], data: RETURN_0 }).exit();
      const script = new s.Script().call('rust', {
        programId: INNER,
        infos: scene.infos(outer),
        metas: outer.map(pub),
        data: back,
      });
      return scene.send([scene.script(outer, script)]);
    },
  ),
  failure('too-deep', 'A program calls itself five times deep.', 'CPI_DEPTH', ['5', /limit/], (scene) => {
    scene.program(OUTER, 'driver');
    const accounts = [meta(OUTER)];
    let data = RETURN_0;
    for (let i = 0; i < 5; i++)
      data = new s.Script()
        .call('rust', { programId: OUTER, infos: scene.infos(accounts), metas: accounts.map(pub), data })
        .exit();
    return scene.send([scene.script(accounts, data)]);
  }),
  failure('too-many-calls', 'A program makes 64 calls.', 'CPI_TRACE_LENGTH', ['64'], (scene) => {
    scene.program(OUTER, { asm: MANY_CALLS });
    scene.program(INNER, { asm: 'entrypoint:\n mov64 r0, 0\n exit' });
    return scene.send([s.instruction(OUTER, [meta(INNER)], s.u8())]);
  }),
  failure(
    'unbalanced-before-call',
    'The program took 1,000 lamports out of its vault and made a call before giving them to anybody.',
    'CPI_UNBALANCED',
    ['1,000 lamports less'],
    (scene) => {
      scene.account(VAULT, { owner: OUTER, data: new Uint8Array(8) });
      scene.program(OUTER, 'driver');
      scene.program(INNER, 'driver');
      const outer = [meta(VAULT, 'w'), meta(INNER)];
      const [vault] = scene.frame(outer);
      const script = new s.Script().store64(vault.vmLamportsAddr, 10_000_000_000n - 1000n).call('rust', {
        programId: INNER,
        infos: scene.infos(outer),
        metas: [pub(meta(VAULT, 'w'))],
        data: RETURN_0,
      });
      return scene.send([scene.script(outer, script)]);
    },
  ),
  failure('call-too-many-accounts', 'The call names 256 accounts.', 'CPI_TOO_MANY_ACCOUNTS', ['255'], (scene) =>
    callFrom(scene, [meta(INNER)], {
      programId: INNER,
      metas: [],
      fields: { metasAddr: 0x3_0000_0000n, metasLen: 256n },
    }),
  ),
  failure(
    'call-data-too-large',
    'The call passes 10,241 bytes of data.',
    'CPI_DATA_TOO_LARGE',
    ['10240', '10241'],
    (scene) =>
      callFrom(scene, [meta(INNER)], {
        programId: INNER,
        metas: [],
        fields: { dataAddr: 0x3_0000_0000n, dataLen: 10_241n },
      }),
  ),
  failure('call-too-many-infos', 'The call passes 256 account infos.', 'CPI_TOO_MANY_INFOS', ['255'], (scene) =>
    callFrom(scene, [meta(INNER)], { programId: INNER, metas: [], registers: { r2: 0x3_0000_0000n, r3: 256n } }),
  ),
  failure('flag-not-bool', 'is_signer in an account meta is 2.', 'CPI_FLAG_INVALID', [/neither 0 nor 1/], (scene) => {
    scene.program(OUTER, 'driver');
    scene.program(INNER, 'driver');
    const outer = [meta(VAULT), meta(INNER)];
    const script = new s.Script().call('rust', {
      programId: INNER,
      infos: scene.infos(outer),
      metas: [{ ...pub(meta(VAULT)), signerByte: 2 }],
    });
    return scene.send([scene.script(outer, script)]);
  }),
  failure(
    'info-pointer-moved',
    'The account info points to a copy of the lamports in the heap.',
    'CPI_POINTER_INVALID',
    [/[Pp]ointer/],
    (scene) => {
      scene.account(VAULT);
      scene.program(OUTER, 'driver');
      scene.program(INNER, 'driver');
      const outer = [meta(VAULT, 'w'), meta(INNER)];
      const infos = scene.infos(outer).map((info, i) => (i === 0 ? { ...info, lamportsAddr: 0x3_0000_7f00n } : info));
      const script = new s.Script().call('rust', {
        programId: INNER,
        infos,
        metas: [pub(meta(VAULT, 'w'))],
        data: RETURN_0,
      });
      return scene.send([scene.script(outer, script)]);
    },
  ),
  failure(
    'call-unaligned',
    'The instruction structure lies at an odd address.',
    'CPI_POINTER_UNALIGNED',
    [/aligned/i],
    (scene) => callFrom(scene, [meta(INNER)], { programId: INNER, metas: [], registers: { r1: 0x3_0000_0001n } }),
  ),
  failure(
    'call-outside-memory',
    'The instruction pointer is null.',
    'CPI_MEMORY',
    [/AccessViolation|memory/i],
    (scene) => callFrom(scene, [meta(INNER)], { programId: INNER, metas: [], registers: { r1: 0n } }),
  ),
  failure(
    'create-too-large-in-call',
    'System creates an account of 10,241 bytes within a call; an account grows by 10,240 there.',
    'CPI_REALLOC',
    ['10,240'],
    (scene) =>
      callFrom(scene, [meta(PAYER, 'sw'), meta(BOB, 'sw'), meta(s.SYSTEM)], {
        programId: s.toKey(s.SYSTEM),
        metas: [meta(PAYER, 'sw'), meta(BOB, 'sw')],
        data: join(u32(0), u64(1_000_000_000n), u64(10_241n), OUTER.bytes),
      }),
  ),
  failure(
    'callee-not-a-program',
    'What is called is a wallet.',
    'PROGRAM_NOT_DEPLOYED',
    ['alice', /owned by System/],
    (scene) => {
      scene.account(ALICE);
      return callFrom(scene, [meta(ALICE)], { programId: ALICE, metas: [] });
    },
  ),
  failure(
    'callee-fails',
    'The inner program, not the outer one, returned custom error 7.',
    'PROGRAM_CUSTOM_ERROR',
    ['inner program', '7'],
    (scene) => callFrom(scene, [meta(INNER)], { programId: INNER, metas: [], data: u64s(0n, 7n) }),
  ),
  failure(
    'callee-out-of-units',
    'The callee loops until the units are used up.',
    'VM_OUT_OF_UNITS',
    ['inner program', /SetComputeUnitLimit/],
    (scene) => {
      scene.program(OUTER, 'driver');
      scene.program(INNER, { asm: 'entrypoint:\nloop:\n add64 r3, 1\n ja loop' });
      const script = new s.Script().call('rust', { programId: INNER, infos: [], metas: [] });
      return scene.send([scene.script([meta(INNER)], script)]);
    },
  ),
  failure(
    'poor-payer-in-call',
    'bob has too few lamports for the transfer that the program makes for him.',
    'SYSTEM_RESULT_WITH_NEGATIVE_LAMPORTS',
    ['bob', /20,000,000,000|20000000000/],
    (scene) => {
      scene.account(BOB);
      return callFrom(scene, [meta(BOB, 'sw'), meta(ALICE, 'w'), meta(s.SYSTEM)], {
        programId: s.toKey(s.SYSTEM),
        metas: [meta(BOB, 'sw'), meta(ALICE, 'w')],
        data: transferData(20_000_000_000n),
      });
    },
  ),
  failure(
    'account-exists-in-call',
    'The PDA that is to be created exists already.',
    'SYSTEM_ACCOUNT_ALREADY_IN_USE',
    [/already/],
    (scene) => {
      scene.account(BOB);
      return callFrom(scene, [meta(PAYER, 'sw'), meta(BOB, 'sw'), meta(s.SYSTEM)], {
        programId: s.toKey(s.SYSTEM),
        metas: [meta(PAYER, 'sw'), meta(BOB, 'sw')],
        data: join(u32(0), u64(1_000_000_000n), u64(8n), OUTER.bytes),
      });
    },
  ),
  failure(
    'return-data-overwritten',
    'inner sets its return data and then calls deep, which clears it; outer reads nothing.',
    'PROGRAM_RETURN_DATA',
    [/inner program/, /after its own calls/],
    (scene) => {
      scene.program(OUTER, {
        asm: `
entrypoint:
  mov64 r9, r2
  mov64 r4, 0
  mov64 r5, 0
  mov64 r1, r9
  add64 r1, 16
  ldxdw r2, [r9+0]
  ldxdw r3, [r9+8]
  syscall sol_invoke_signed_rust
  lddw r1, 0x300000000
  mov64 r2, 8
  lddw r3, 0x300000020
  syscall sol_get_return_data
  jne r0, 0, fine
  mov64 r0, 4
  lsh64 r0, 32
  exit
fine:
  mov64 r0, 0
  exit`,
      });
      scene.program(INNER, 'driver');
      scene.program(DEEP, { asm: 'entrypoint:\n mov64 r0, 0\n exit' });
      const outer = [meta(INNER), meta(DEEP)];
      const inner = new s.Script()
        .setReturnData(u64(5n))
        .call('rust', { programId: DEEP, infos: [], metas: [] })
        .exit();
      const base = scene.dataAddr(outer);
      // The instruction and its data lie in the instruction data of OUTER.
      const metasAt = base + 16n + 80n;
      const metaBytes = join(...outer.map((m) => join((m.address as Pubkey).bytes, s.u8(0, 0))));
      const padding = new Uint8Array((8 - (metaBytes.length % 8)) % 8);
      const dataAt = metasAt + BigInt(metaBytes.length + padding.length);
      const structure = join(u64s(metasAt, 2n, 2n, dataAt, BigInt(inner.length), BigInt(inner.length)), INNER.bytes);
      const data = join(u64s(0x3_0000_0000n, 0n), structure, metaBytes, padding, inner);
      return scene.send([s.instruction(OUTER, outer, data)]);
    },
  ),
];

const MANY_CALLS = `
entrypoint:
  mov64 r6, r1
  add64 r6, 16
  mov64 r7, 70
  mov64 r8, r10
  add64 r8, -40
  stxdw [r8+0], r6
  mov64 r0, 0
  stxdw [r8+8], r0
  stxdw [r8+16], r0
  stxdw [r8+24], r0
  stxdw [r8+32], r0
again:
  mov64 r1, r8
  lddw r2, 0x300000000
  mov64 r3, 0
  mov64 r4, 0
  mov64 r5, 0
  syscall sol_invoke_signed_c
  sub64 r7, 1
  jne r7, 0, again
  mov64 r0, 0
  exit
`;
