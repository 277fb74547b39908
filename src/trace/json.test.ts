import { describe, expect, it } from 'vitest';
import { meta, runStaged, testKey } from '../../test/support/staged-transaction.ts';
import { traceToJson } from './json.ts';
import { TraceRecorder } from './recorder.ts';

const payer = testKey(1);
const large = testKey(2);
const program = testKey(10);

describe('traceToJson', () => {
  const recorder = new TraceRecorder();
  const { finalAccounts: _, ...outcome } = runStaged(
    {
      accounts: [
        { key: payer, lamports: 2n ** 64n - 1n, data: new Uint8Array([1, 2]) },
        { key: large, data: new Uint8Array(5_000), owner: program },
        {
          key: program,
          program: (c) => {
            c.consume(7);
            const account = c.current.borrow(1);
            account.dataMut()[0] = 255;
            account.release();
          },
        },
      ],
      instructions: [
        { programId: program, accounts: [meta(payer, 'sw'), meta(large, 'w')], data: new Uint8Array([0, 255]) },
      ],
    },
    recorder,
  );
  const trace = recorder.trace(outcome);
  const json = traceToJson(trace) as never as typeof trace & { version: number };

  it('survives JSON, and changes no trace', () => {
    expect(JSON.parse(JSON.stringify(json))).toEqual(json);
    expect(trace.fee).toBe(5000n);
  });

  it('writes a bigint as its digits and bytes as base64', () => {
    expect(json.version).toBe(1);
    expect(json.fee).toBe('5000');
    expect(json.instructions[0].data).toBe('AP8=');
    expect(json.instructions[0].computeUnits.total).toBe(7);
    expect(json.accounts[0].before).toMatchObject({ lamports: '18446744073709551615', dataLength: 2, data: 'AQI=' });
  });

  it('leaves long data out, but never what changed of it', () => {
    expect(json.accounts[1].before).toMatchObject({ dataLength: 5_000, data: null });
    expect(json.instructions[0].changes[0].data).toEqual([{ offset: 0, before: 'AA==', after: '/w==' }]);
  });
});
