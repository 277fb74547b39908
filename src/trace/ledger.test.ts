// Fields in the ledger: before and after of each frame, whatever the frames around it did to the same account.

import { describe, expect, it } from 'vitest';
import {
  ALICE_TOKENS,
  BOB_TOKENS,
  INNER,
  join,
  type key,
  MINT,
  meta,
  OUTER,
  PAYER,
  Scene,
  Script,
  TOKEN,
  toKey,
  tokenData,
  u8,
  u64,
  VAULT,
} from '../../test/failures/scene.ts';
import { ledgerOf } from './ledger.ts';

const pub = (address: ReturnType<typeof key>, flags = '') => ({
  pubkey: address,
  isSigner: flags.includes('s'),
  isWritable: flags.includes('w'),
});

describe('the ledger', () => {
  it('has the fields of token accounts before and after each call of a program', () => {
    const scene = new Scene({}, false);
    scene.mint(MINT);
    scene.account(ALICE_TOKENS, { owner: TOKEN, data: tokenData(MINT, PAYER, 1_000n), lamports: 10_000_000n });
    scene.account(BOB_TOKENS, { owner: TOKEN, data: tokenData(MINT, PAYER, 5n), lamports: 10_000_000n });
    scene.program(OUTER, 'driver');
    const accounts = [meta(ALICE_TOKENS, 'w'), meta(BOB_TOKENS, 'w'), meta(PAYER, 'sw'), meta(TOKEN)];
    const script = new Script();
    for (const amount of [300n, 7n]) {
      script.call('rust', {
        programId: toKey(TOKEN),
        infos: scene.infos(accounts),
        metas: [pub(ALICE_TOKENS, 'w'), pub(BOB_TOKENS, 'w'), pub(PAYER, 's')],
        data: join(u8(3), u64(amount)),
      });
    }
    const { outcome } = scene.send([scene.script(accounts, script)]);
    expect(outcome.error).toBeNull();
    const { frames, isBalanced, tokens } = outcome.ledger;
    expect(isBalanced).toBe(true);
    expect(tokens).toEqual({ [`${ALICE_TOKENS} ${MINT}`]: -307n, [`${BOB_TOKENS} ${MINT}`]: 307n });
    const amounts = [frames[0], ...frames[0].calls].map(({ entries }) => entries.map((entry) => entry.fields?.changes));
    const amount = (before: bigint, after: bigint) => [{ name: 'amount', before, after }];
    expect(amounts).toEqual([
      [amount(1_000n, 693n), amount(5n, 312n)],
      [amount(1_000n, 700n), amount(5n, 305n)],
      [amount(700n, 693n), amount(305n, 312n)],
    ]);
  });

  it('reads accounts by an IDL, between what a program and its callee wrote', () => {
    const scene = new Scene({}, false);
    scene.account(VAULT, { owner: OUTER, data: join(u64(1n), u64(10n), u64(20n)), lamports: 10_000_000n });
    scene.program(OUTER, 'driver');
    scene.svm.registerIdl(
      {
        name: 'counter',
        instructions: [],
        accounts: [{ name: 'Counter', discriminator: [...u64(1n)] }],
        types: [
          { name: 'Counter', type: { kind: 'struct', fields: ['a', 'b'].map((name) => ({ name, type: 'u64' })) } },
        ],
      },
      OUTER.toString() as never,
    );
    // OUTER writes a, calls itself, which writes b, and writes a again.
    const accounts = [meta(VAULT, 'w'), meta(OUTER)];
    const at = scene.frame(accounts)[0].vmDataAddr;
    const inner = new Script().store64(at + 16n, 21n).exit();
    const script = new Script()
      .store64(at + 8n, 11n)
      .call('rust', { programId: OUTER, infos: scene.infos(accounts), metas: [pub(VAULT, 'w')], data: inner })
      .store64(at + 8n, 12n);
    const { outcome } = scene.send([scene.script(accounts, script)]);
    expect(outcome.error, outcome.logs.join('\n')).toBeNull();
    const [frame] = outcome.ledger.frames;
    const changes = (entries: typeof frame.own) => entries.map(({ fields }) => fields);
    const change = (name: string, before: bigint, after: bigint) => ({ name, before, after });
    expect(changes(frame.own)).toEqual([
      { kind: 'Counter', changes: [change('a', 10n, 11n)] },
      { kind: 'Counter', changes: [change('a', 11n, 12n)] },
    ]);
    expect(changes(frame.calls[0].entries)).toEqual([{ kind: 'Counter', changes: [change('b', 20n, 21n)] }]);
    expect(changes(frame.entries)).toEqual([
      { kind: 'Counter', changes: [change('a', 10n, 12n), change('b', 20n, 21n)] },
    ]);
    // Without the IDL there are the bytes.
    expect(changes(ledgerOf(outcome.trace).frames[0].entries)).toEqual([null]);
  });

  it('shows what a new account holds, and what a closed one held', () => {
    const scene = new Scene({}, false);
    scene.mint(MINT);
    scene.account(ALICE_TOKENS, { owner: TOKEN, data: new Uint8Array(165), lamports: 10_000_000n });
    scene.account(BOB_TOKENS, { owner: TOKEN, data: tokenData(MINT, PAYER, 0n), lamports: 10_000_000n });
    scene.program(INNER, 'say');
    const { outcome } = scene.send([
      {
        programAddress: toKey(TOKEN),
        accounts: [meta(ALICE_TOKENS, 'w'), meta(MINT)],
        data: join(u8(18), PAYER.bytes),
      },
      {
        programAddress: toKey(TOKEN),
        accounts: [meta(BOB_TOKENS, 'w'), meta(PAYER, 'w'), meta(PAYER, 's')],
        data: u8(9),
      },
    ]);
    expect(outcome.error, outcome.logs.join('\n')).toBeNull();
    const [made, closed] = outcome.ledger.frames.map(
      ({ entries }) => entries.find(({ fields }) => fields !== null)!.fields!,
    );
    expect(made.changes).toContainEqual({ name: 'state', before: 'uninitialized', after: 'initialized' });
    // Before, the zeros were nobody's address.
    expect(made.changes.find(({ name }) => name === 'owner')).toEqual({
      name: 'owner',
      before: null,
      after: PAYER.toString(),
    });
    expect(closed.changes).toContainEqual({ name: 'mint', before: MINT.toString(), after: null });
    expect(outcome.ledger.isBalanced).toBe(true);
  });
});
