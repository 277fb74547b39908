// Who may write and who signs: flags that come through lookup tables, that the runtime takes away, and signatures of
// addresses that belong to another program.

import type { Pubkey } from '../../src/wire/pubkey.ts';
import type { Call } from '../support/cpi-driver.ts';
import { failure } from './case.ts';
import * as s from './scene.ts';
import { TABLE, tableAccount } from './stake-cases.ts';

const { PAYER, ALICE, VAULT, OUTER, INNER, meta, u64, join } = s;

type Metas = ReturnType<typeof meta>[];
const pub = ({ address, isSigner, isWritable }: Metas[number]) => ({ pubkey: address as Pubkey, isSigner, isWritable });

/** `OUTER` runs one call with the infos of its own accounts. */
function call(scene: s.Scene, outer: Metas, to: Pubkey | string, metas: Metas, rest: Partial<Call> = {}) {
  scene.program(OUTER, 'driver');
  const programId = s.toKey(to);
  const script = new s.Script().call('rust', {
    programId,
    infos: scene.infos(outer),
    metas: metas.map(pub),
    data: join(u64(0n), u64(0n)),
    ...rest,
  });
  return scene.script(outer, script);
}

export const FLAG_CASES = [
  failure(
    'readonly-by-lookup-table',
    'vault is among the read-only indexes of a lookup table; the call asks to write it.',
    'CPI_WRITABLE_PRIVILEGE',
    ['vault', /lookup table adds it as writable/],
    (scene) => {
      scene.account(VAULT);
      scene.program(INNER, 'driver');
      tableAccount(scene, { addresses: [PAYER, ALICE, VAULT] });
      scene.warp(3);
      const broken = call(scene, [meta(VAULT), meta(INNER)], INNER, [meta(VAULT, 'w')]);
      return scene.send([broken], { lookupTables: [{ address: TABLE, addresses: [PAYER, ALICE, VAULT] }] });
    },
  ),
  failure(
    'signer-from-lookup-table',
    'alice comes from a lookup table, and can therefore not be a signer of the transaction.',
    'CPI_SIGNER_PRIVILEGE',
    ['alice', /message itself/],
    (scene) => {
      scene.account(ALICE);
      scene.program(INNER, 'driver');
      tableAccount(scene, { addresses: [PAYER, ALICE] });
      scene.warp(3);
      const broken = call(scene, [meta(ALICE), meta(INNER)], INNER, [meta(ALICE, 's')]);
      return scene.send([broken], { lookupTables: [{ address: TABLE, addresses: [PAYER, ALICE] }] });
    },
  ),
  failure(
    'sysvar-asked-writable',
    'The call asks to write the Clock sysvar, which nobody can: the flag in the transaction is taken away.',
    'CPI_WRITABLE_PRIVILEGE',
    ['Clock', /read-only: nobody can write it/],
    (scene) => {
      const clock = 'SysvarC1ock11111111111111111111111111111111';
      scene.program(INNER, 'driver');
      return scene.send([call(scene, [meta(clock, 'w'), meta(INNER)], INNER, [meta(clock, 'w')])]);
    },
  ),
];
