// With account data in regions of its own, an access that leaves an account becomes an error about the account. Where a call
// made that access, the attempt is where the failure began, and its caller only passed it on under another name.

import { describe, expect, it } from 'vitest';
import { FeatureSet } from '../../src/runtime/features.ts';
import { recordOf } from '../../src/testing/outcome.ts';
import { explain, formatTrace, pathToOrigin } from '../../src/trace/index.ts';
import { observe } from '../trace/observe.ts';
import { INNER, meta, OUTER, POOL, Scene, Script, u64, VAULT } from './scene.ts';

const MAPPED = FeatureSet.mainnet().with('virtual_address_space_adjustments').with('account_data_direct_mapping');
const HELD = new Uint8Array(130);

function play(run: (scene: Scene, script: Script) => ReturnType<typeof meta>[]) {
  const scene = new Scene({ svm: { features: MAPPED } }, false);
  scene.program(OUTER, 'driver');
  scene.program(INNER, 'driver');
  scene.account(POOL, { owner: OUTER, data: HELD });
  scene.account(VAULT, { owner: INNER, data: HELD });
  const script = new Script();
  const accounts = run(scene, script);
  const { outcome } = scene.send([scene.script(accounts, script)]);
  const { trace } = outcome;
  const path = pathToOrigin(trace);
  return { outcome, trace, path, origin: path[path.length - 1], explanation: explain(outcome)! };
}

/** A call whose account infos name a key that stands `past` bytes behind the data of the account. */
function callWithKeyBehind(account: typeof POOL, flags: '' | 'w') {
  return play((scene, script) => {
    const accounts = [meta(account, flags), meta(INNER)];
    const [held] = scene.frame(accounts);
    const [info] = scene.infos(accounts);
    const keyAddr = held.vmDataAddr + BigInt(HELD.length) + 8n;
    script.call('rust', { programId: INNER, infos: [{ ...info, keyAddr }], data: u64(0n) });
    return accounts;
  });
}

describe('an access of a call that leaves the data of an account', () => {
  it.each([
    { why: 'the caller may not write it', account: VAULT, flags: '', error: 'AccountDataTooSmall' },
    { why: 'the caller may write it', account: POOL, flags: 'w', error: 'InvalidRealloc' },
  ] as const)('began in the attempt; the chain reports $error, where $why', ({ account, flags, error }) => {
    const { outcome, trace, path, origin, explanation } = callWithKeyBehind(account, flags);
    expect(outcome.error).toEqual({ InstructionError: [0, error] });
    expect(path.map(({ verdict }) => verdict)).toEqual(['failed', 'refused']);
    expect(origin.failure).toMatchObject({ kind: 'AccessViolation', callStep: 'translate_accounts', stage: 'before' });
    expect(trace.instructions[0].failure).toMatchObject({ error, kind: error, isOrigin: false });
    expect(outcome.logs.at(-1)).toBe(`Program ${OUTER} failed: ${trace.instructions[0].failure!.text}`);
    expect(explanation).toMatchObject({ code: 'CPI_MEMORY', rule: 'translate_accounts' });
    expect(explanation.notes.join()).toMatch(
      new RegExp(`The chain reports ${error}: the address is 8 bytes past the end of the data of account 0 `),
    );
    expect(formatTrace(trace, { width: 150 }).match(/✗ AccessViolation/g)).toHaveLength(1);
  });
});

it('a program that reads behind an account itself is told the error, and what it read', () => {
  const { outcome, origin, explanation } = play((scene, script) => {
    const accounts = [meta(VAULT)];
    script.log64(scene.frame(accounts)[0].vmDataAddr + BigInt(HELD.length) + 6n);
    return accounts;
  });
  expect(outcome.error).toEqual({ InstructionError: [0, 'AccountDataTooSmall'] });
  expect(outcome.logs.at(-1)).toBe(`Program ${OUTER} failed: ${origin.failure!.text}`);
  expect(explanation).toMatchObject({ code: 'VM_ACCESS_VIOLATION', account: { address: `${VAULT}` } });
  expect(explanation.cause).toMatch(/read 8 bytes at 0x\w+, .*account/);
});

it('a program that writes to an account it may not write is told so, by itself', () => {
  const { outcome, explanation } = play((scene, script) => {
    const accounts = [meta(VAULT, 'w')];
    script.store64(scene.frame(accounts)[0].vmDataAddr, 1n);
    return accounts;
  });
  expect(outcome.error).toEqual({ InstructionError: [0, 'ExternalAccountDataModified'] });
  expect(explanation.code).toBe('ACCOUNT_DATA_NOT_OWNED');
});

it('no law of traces is broken by any of them', () => {
  for (const flags of ['', 'w'] as const) {
    const { outcome } = callWithKeyBehind(flags === '' ? VAULT : POOL, flags);
    expect(observe(recordOf(outcome))).toEqual([]);
  }
});
