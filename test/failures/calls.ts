// One call that `OUTER` makes, as the Rust SDK lays it out: what most cases about calls are made of.

import type { AccountMeta } from '../../src/runtime/execution-events.ts';
import type { Instruction } from '../../src/wire/message-compiler.ts';
import type { Pubkey } from '../../src/wire/pubkey.ts';
import type { Call } from '../support/cpi-driver.ts';
import * as s from './scene.ts';

const { ALICE, BOB, OUTER, INNER, DEEP, MEMO, SYSTEM, Script, join, meta, text, toKey, u32, u64 } = s;

/** A program that runs scripts returns 0. */
export const RETURN_0 = join(u64(0n), u64(0n));

export interface CallTo extends Partial<Omit<Call, 'metas'>> {
  readonly programId: Pubkey;
  readonly metas?: readonly s.Meta[];
}

export const pub = ({ address, isSigner, isWritable }: s.Meta): AccountMeta => {
  return { pubkey: address as Pubkey, isSigner, isWritable };
};

/** The instruction that gives `OUTER` the accounts `outer` and has it make a call, with their infos unless said otherwise. */
export function callOf(scene: s.Scene, outer: readonly s.Meta[], { metas = [], ...rest }: CallTo): Instruction {
  scene.program(OUTER, 'driver');
  const script = new Script().call('rust', {
    infos: scene.infos(outer),
    data: RETURN_0,
    ...rest,
    metas: metas.map(pub),
  });
  return scene.script(outer, script);
}

/** Sends that instruction. `INNER` is there to be called; `extra` are accounts of another instruction. */
export function callFrom(scene: s.Scene, outer: readonly s.Meta[], call: CallTo, extra: readonly s.Meta[] = []) {
  scene.program(INNER, 'driver');
  const instructions = [callOf(scene, outer, call)];
  if (extra.length > 0) instructions.push(s.instruction(MEMO, extra, text('x')));
  return scene.send(instructions);
}

/** An account goes down with these flags: `OUTER` gets it and calls `INNER` with it, which calls `DEEP` with it. */
export function callDeep(scene: s.Scene, inOuter: s.Meta, inInner: s.Meta, inDeep: s.Meta) {
  scene.program(DEEP, 'driver');
  const inner = [inInner, meta(DEEP)];
  const data = new Script()
    .call('rust', { programId: DEEP, infos: scene.infos(inner), metas: [pub(inDeep)], data: RETURN_0 })
    .exit();
  return callFrom(scene, [inOuter, meta(INNER), meta(DEEP)], { programId: INNER, metas: inner, data });
}

/** `OUTER` transfers out of `pda`, and signs for it with these seeds. */
export function pdaTransfer(
  scene: s.Scene,
  seeds: readonly (readonly Uint8Array[])[],
  pda: Pubkey,
  { isWritable = true, more = [] }: { readonly isWritable?: boolean; readonly more?: readonly s.Meta[] } = {},
) {
  for (const address of [pda, BOB, ALICE]) scene.account(address);
  const outer = [meta(pda, isWritable ? 'w' : ''), meta(BOB, 'w'), meta(SYSTEM), meta(ALICE), meta(INNER), ...more];
  return callFrom(scene, outer, {
    programId: toKey(SYSTEM),
    metas: [meta(pda, 'sw'), meta(BOB, 'w')],
    data: join(u32(2), u64(1_000_000n)),
    seeds,
  });
}
