// The declared programs that the tests share: an escrow, and a counter with a bit of everything.

import type { Address } from '@solana/kit';
import {
  account,
  CpiContext,
  emit,
  enumeration,
  errorCodes,
  event,
  instruction,
  option,
  optional,
  program,
  pubkey,
  require,
  requireEq,
  requireKeysEq,
  signer,
  state,
  string,
  systemAccount,
  systemProgram,
  toBytes,
  transfer,
  u8,
  u64,
  uncheckedAccount,
} from '../../src/program/index.ts';

export const ADDRESS = 'BrcdB9sV7z9DvF9rDHG263HUxXgJM3iCQdF36TcxbFEn';
export const OTHER = 'ForwardB11111111111111111111111111111111111' as Address;

export const escrow = program(
  ADDRESS,
  {
    solTransfer: instruction({
      accounts: {
        pdaAccount: systemAccount({ mut: true, seeds: (a) => ['pda', a.recipient.key] }),
        recipient: systemAccount({ mut: true }),
        systemProgram: systemProgram(),
      },
      args: { amount: u64 },
      handler: (ctx, { amount }) => {
        const { pdaAccount, recipient, systemProgram } = ctx.accounts;
        transfer(
          CpiContext.of(systemProgram, { from: pdaAccount, to: recipient }).withSigner([
            ['pda', recipient.key, ctx.bumps.pdaAccount],
          ]),
          amount,
        );
      },
    }),
  },
  { name: 'escrow' },
);

const Side = enumeration('Side', { Heads: {}, Tails: { times: u8 } });
export const Counter = state('Counter', { owner: pubkey, count: u64, bump: u8, label: string(16), last: option(Side) });
export const Added = event('Added', { by: u64, total: u64 });
const errors = errorCodes({ TooMuch: 'That is too much', NotYours: 'It is not yours' });

export const counter = program(
  OTHER,
  {
    create: instruction({
      accounts: {
        counter: account(Counter, {
          init: true,
          payer: 'owner',
          seeds: (a, args) => ['counter', a.owner.key, toBytes(u64, args.id)],
        }),
        owner: signer({ mut: true }),
        systemProgram: systemProgram(),
      },
      args: { id: u64, label: string() },
      handler: ({ accounts: { counter, owner }, bumps }, { label }) => {
        Object.assign(counter.data, { owner: owner.key, bump: bumps.counter, label });
      },
    }),
    add: instruction({
      accounts: { counter: account(Counter, { mut: true, hasOne: 'owner' }), owner: signer() },
      args: { by: u64 },
      returns: u64,
      handler: ({ accounts: { counter } }, { by }) => {
        require(by < 1000n, errors.TooMuch);
        counter.data.count += by;
        counter.data.last = { kind: 'Tails', times: 3 };
        emit(Added, { by, total: counter.data.count });
        return counter.data.count;
      },
    }),
    close: instruction({
      accounts: {
        counter: account(Counter, { mut: true, hasOne: 'owner', close: 'owner', errors: { hasOne: errors.NotYours } }),
        owner: signer({ mut: true }),
      },
      handler: () => {},
    }),
    resize: instruction({
      accounts: {
        counter: account(Counter, { mut: true, realloc: { space: (args) => Number(args.space), payer: 'owner' } }),
        owner: signer({ mut: true }),
        systemProgram: systemProgram(),
      },
      args: { space: u64 },
      handler: () => {},
    }),
    compare: instruction({
      accounts: { left: uncheckedAccount(), right: optional(uncheckedAccount()) },
      handler: ({ accounts: { left, right } }) => {
        if (right === null) requireEq(1, 2);
        else requireKeysEq(left.key, right.key);
      },
    }),
    pinned: instruction({
      accounts: {
        known: uncheckedAccount({ address: ADDRESS as Address }),
        two: account(Counter, { mut: true, constraint: (a) => a.two.data.count === 2n }),
        three: account(Counter, { mut: true }),
      },
      handler: () => {},
    }),
  },
  { name: 'counter', errors, events: [Added] },
);
