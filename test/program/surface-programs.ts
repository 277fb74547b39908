// A declared program with the less common parts of Anchor's surface, for the tests that share it.

import type { Address } from '@solana/kit';
import {
  account,
  accountLoader,
  accounts,
  array,
  byteArray,
  constant,
  emitCpi,
  errorCodes,
  event,
  eventCpi,
  instruction,
  lazyAccount,
  migration,
  msg,
  option,
  optional,
  program,
  programAccount,
  programDataAccount,
  pubkey,
  signer,
  state,
  string,
  systemProgram,
  u8,
  u16,
  u32,
  u64,
  uncheckedAccount,
  zeroCopy,
  zeroCopyStruct,
} from '../../src/program/index.ts';

export const SURFACE = 'ForwardA11111111111111111111111111111111111' as Address;

export const Box1 = state('Box1', { owner: pubkey, value: u64 }, { discriminator: [1, 1], docs: ['A box.'] });
export const Box2 = state('Box2', { owner: pubkey, value: u64, note: option(u8) }, { discriminator: 2 });
const Order = zeroCopyStruct('Order', { price: u64, size: u32, side: u16, flags: byteArray(2) });
export const Book = zeroCopy('Book', { owner: pubkey, count: u64, orders: array(Order, 4), last: array(u8, 8) });
export const Paid = event('Paid', { to: pubkey, amount: u64 });
export const Noted = event('Noted', { text: string() }, { discriminator: 7 });
export const surfaceErrors = errorCodes({ NotFirst: 'It is not the first', Closed: 'It is closed' });

/** Accounts that two instructions share. */
const Boxes = accounts(
  {
    first: account(Box1, { mut: true, hasOne: 'owner' }),
    owner: signer({ mut: true, docs: ['Who owns the boxes.'] }),
    other: optional(account(Box1, { mut: true })),
  },
  { constraint: (a) => a.first.data.value < 100n, errors: { constraint: surfaceErrors.NotFirst } },
);

export const surface = program(
  SURFACE,
  {
    make: instruction({
      accounts: {
        box: account(Box1, { init: true, payer: 'owner', seeds: (a, args) => ['box', a.owner.key, args.id] }),
        owner: signer({ mut: true }),
        systemProgram: systemProgram(),
      },
      args: { id: u8, value: u64 },
      docs: ['Makes a box.'],
      handler: ({ accounts: { box, owner } }, { value }) => {
        Object.assign(box.data, { owner: owner.key, value });
      },
    }),
    add: instruction({
      accounts: { boxes: Boxes, extra: account(Box1, { mut: true }) },
      args: { by: u64 },
      discriminator: [9, 9, 9],
      handler: ({ accounts: { boxes, extra } }, { by }) => {
        boxes.first.data.value += by;
        if (boxes.other !== null) boxes.other.data.value += by;
        extra.data.value += by;
      },
    }),
    /** The group brings a bump with it, and creates. */
    makeInGroup: instruction({
      accounts: {
        made: accounts({
          parcel: account(Box1, { init: true, payer: 'owner', seeds: (a) => ['grouped', a.owner.key] }),
          owner: signer({ mut: true }),
          systemProgram: systemProgram(),
        }),
      },
      handler: ({ accounts: { made }, bumps }) => {
        made.parcel.data.value = BigInt(bumps.made.parcel);
      },
    }),
    pay: instruction({
      accounts: { from: signer(), ...eventCpi() },
      args: { amount: u64 },
      handler: (ctx, { amount }) => {
        emitCpi(ctx, Paid, { to: ctx.accounts.from.key, amount });
        emitCpi(ctx, Noted, { text: 'paid' });
      },
    }),
    openBook: instruction({
      accounts: { book: accountLoader(Book, { zero: true }), owner: signer() },
      handler: ({ accounts: { book, owner } }) => {
        const data = book.loadInit();
        data.owner = owner.key;
        data.orders[1] = { price: 7n, size: 8, side: 1, flags: new Uint8Array([1, 2]) };
      },
    }),
    trade: instruction({
      accounts: { book: accountLoader(Book, { mut: true, hasOne: 'owner' }), owner: signer() },
      args: { index: u8, price: u64 },
      handler: ({ accounts: { book } }, { index, price }) => {
        const data = book.loadMut();
        data.count += 1n;
        data.orders[index].price = price;
        data.orders[index].flags[1] = 9;
        data.last[7] = index;
        msg(`${book.load().orders[index].price}`);
      },
    }),
    peek: instruction({
      accounts: { book: accountLoader(Book) },
      handler: ({ accounts: { book } }) => {
        book.loadMut();
      },
    }),
    migrate: instruction({
      accounts: {
        box: migration(Box1, Box2, { mut: true, hasOne: 'owner', realloc: { space: 43, payer: 'owner' } }),
        owner: signer({ mut: true }),
        systemProgram: systemProgram(),
      },
      args: { really: u8 },
      handler: ({ accounts: { box } }, { really }) => {
        const { owner, value } = box.from;
        for (let i = 0; i < really; i++) box.migrate({ owner, value, note: 3 });
      },
    }),
    lazy: instruction({
      accounts: { box: lazyAccount(Box1, { mut: true }) },
      args: { isLooked: u8 },
      handler: ({ accounts: { box } }, { isLooked }) => {
        if (isLooked) box.data.value++;
      },
    }),
    upgrade: instruction({
      accounts: {
        target: programAccount(),
        programData: programDataAccount({
          constraint: [
            (a) => a.target.programDataAddress() === a.programData.key,
            (a) => a.programData.data.upgradeAuthorityAddress === a.authority.key,
          ],
        }),
        authority: signer(),
      },
      handler: ({ accounts: { programData } }) => msg(`deployed in ${programData.data.slot}`),
    }),
    anything: instruction({
      accounts: { any: uncheckedAccount() },
      returns: u64,
      handler: () => 42n,
    }),
  },
  {
    name: 'surface',
    docs: ['All kinds of things.'],
    errors: surfaceErrors,
    events: [Paid, Noted],
    constants: {
      MAX_BOXES: constant(u8, 3, ['How many.']),
      GREETING: constant(string(), 'hi "you"'),
      SEED: constant(byteArray(3), new Uint8Array([1, 2, 3])),
    },
    fallback: (_id, _accounts, data) => msg(`fallback with ${data.length} bytes`),
  },
);
