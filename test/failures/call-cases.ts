// Calls that developers get wrong: seeds that are spelled, ordered or stored otherwise, flags that are lost on the way down, and
// callees that refuse what they are given.

import { callDeep, callFrom, pdaTransfer, pub, RETURN_0 } from './calls.ts';
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
  pdaOf,
  ataOf,
  key,
  meta,
  u8,
  u32,
  u64,
  join,
  text,
  Script,
} = s;

const ID = 513n;

export const CALL_CASES = [
  failure(
    'cpi-seeds-be',
    'The id among the seeds was big-endian when the address was derived, and is little-endian in the call.',
    'CPI_SEEDS_INVALID',
    [/big-endian/],
    (scene) => {
      const f = pdaOf([text('pos'), u64(ID).toReversed()]);
      return pdaTransfer(scene, [[text('pos'), u64(ID), u8(f.bump)]], f.address);
    },
  ),
  failure(
    'cpi-pda-other-program',
    'The PDA is one of inner program; outer program gives its seeds.',
    'CPI_SEEDS_INVALID',
    [/the program is inner program, not outer program/],
    (scene) => {
      const f = pdaOf([text('vault')], INNER);
      return pdaTransfer(scene, [[text('vault'), u8(f.bump)]], f.address);
    },
  ),
  failure(
    'cpi-seed-in-data',
    'The PDA was derived from the key that the data of pool has; the seeds of the call have alice.',
    'CPI_SIGNER_PRIVILEGE',
    [/in the data of pool/],
    (scene) => {
      const f = pdaOf([text('vault'), key(90).bytes]);
      scene.account(POOL, { owner: OUTER, data: join(u64(0x1122334455667788n), key(90).bytes, u64(5n)) });
      return pdaTransfer(scene, [[text('vault'), ALICE.bytes, u8(f.bump)]], f.address, { more: [meta(POOL)] });
    },
  ),
  failure(
    'mint-authority-pda-spelling',
    'The mint authority is derived from "mint-authority", the program signs with "mint_authority".',
    'CPI_SIGNER_PRIVILEGE',
    [/"mint-authority"/, /with - for _/],
    (scene) => {
      const right = pdaOf([text('mint-authority')]);
      const wrong = pdaOf([text('mint_authority')]);
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
    'cpi-nested-3',
    'vault is writable in the transaction and for outer program; inner program got it read-only and calls deep with it writable.',
    'CPI_WRITABLE_PRIVILEGE',
    [/vault writable where outer program calls inner program/],
    (scene) => {
      scene.account(VAULT);
      return callDeep(scene, meta(VAULT, 'w'), meta(VAULT), meta(VAULT, 'w'));
    },
  ),
  failure(
    'cpi-nested-signer',
    'payer signs the transaction, outer program passes payer on as no signer, and inner program asks for the signature.',
    'CPI_SIGNER_PRIVILEGE',
    [/where outer program calls inner program/],
    (scene) => {
      return callDeep(scene, meta(PAYER, 'sw'), meta(PAYER, 'w'), meta(PAYER, 'sw'));
    },
  ),
  failure(
    'cpi-account-swapped',
    'Source and destination are swapped: bob, who did not sign, pays.',
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
  failure(
    'cpi-grow',
    'The caller grew vault by more than 10 KiB before the call.',
    'CPI_REALLOC',
    ['20,000', 'vault'],
    (scene) => {
      scene.account(VAULT, { owner: OUTER, data: new Uint8Array(8) });
      scene.program(OUTER, 'driver');
      scene.program(INNER, 'driver');
      const o = [meta(VAULT, 'w'), meta(INNER)];
      const fr = scene.frame(o);
      const infos = scene.infos(o).map((i, k) => (k === 0 ? { ...i, dataLen: 20_000n } : i));
      const scr = new Script()
        .store64(fr[0].vmLenAddr, 20_000n)
        .call('rust', { programId: INNER, infos, metas: [pub(meta(VAULT, 'w'))], data: RETURN_0 });
      return scene.send([scene.script(o, scr)]);
    },
  ),
  failure(
    'cpi-inner-modifies-ro',
    'inner program writes to an account that it got read-only.',
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
    "The call to Token moves 50, and alice's tokens hold 3.",
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
    'ata-payer-unsigned-in-call',
    'The program creates an associated token account; bob is to pay, and has not signed.',
    'CPI_SIGNER_PRIVILEGE',
    ['bob', /has not signed/, /as a signer in instruction #0/],
    (scene) => {
      scene.mint(MINT);
      scene.account(BOB);
      const address = ataOf(ALICE, MINT);
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
      const { address, bump } = pdaOf([text('vault')]);
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
];
