// A router swaps through three pools in one instruction, with the accounts of all of them in a lookup table. Either all legs
// go through, or nothing has happened: when the last one gives too little, the first two are undone with it.
import {
  type Address,
  appendTransactionMessageInstruction,
  compressTransactionMessageUsingAddressLookupTables,
  createTransactionMessage,
  getAddressEncoder,
  getProgramDerivedAddress,
  pipe,
  setTransactionMessageFeePayerSigner,
  setTransactionMessageLifetimeUsingBlockhash,
  signTransactionMessageWithSigners,
} from '@solana/kit';
import { TOKEN_PROGRAM_ADDRESS } from '@solana-program/token';
import {
  CpiContext,
  errorCodes,
  instruction,
  program,
  programAccount,
  requireGte,
  signer,
  systemAccount,
  token,
  tokenAccount,
  tokenProgram,
  u64,
} from 'parhelion/program';
import { type Played, Stage } from '../support/stage.ts';

// #region pool
export const errors = errorCodes({ TooLittle: 'The pool gives less than was asked for' });

/** A pool of two tokens that keeps the product of its balances. Its vaults belong to a PDA of the two. */
export const pool = program(
  'SavingsBank11111111111111111111111111111111',
  {
    swap: instruction({
      accounts: {
        authority: systemAccount({ seeds: (a) => ['pool', a.vaultIn.key, a.vaultOut.key] }),
        vaultIn: tokenAccount({ mut: true, authority: 'authority' }),
        vaultOut: tokenAccount({ mut: true, authority: 'authority' }),
        userIn: tokenAccount({ mut: true }),
        userOut: tokenAccount({ mut: true }),
        user: signer(),
        tokenProgram: tokenProgram(),
      },
      args: { amountIn: u64, minOut: u64 },
      handler: ({ accounts, bumps }, { amountIn, minOut }) => {
        const { authority, vaultIn, vaultOut, userIn, userOut, user, tokenProgram } = accounts;
        const amountOut = (vaultOut.data.amount * amountIn) / (vaultIn.data.amount + amountIn);
        requireGte(amountOut, minOut, errors.TooLittle);
        token.transfer(CpiContext.of(tokenProgram, { from: userIn, to: vaultIn, authority: user }), amountIn);
        const seeds = ['pool', vaultIn.key, vaultOut.key, bumps.authority];
        const out = CpiContext.of(tokenProgram, { from: vaultOut, to: userOut, authority });
        token.transfer(out.withSigner([seeds]), amountOut);
      },
    }),
  },
  { name: 'pool', errors },
);
// #endregion

// #region router
const ACCOUNTS_PER_LEG = 5;

export const router = program(
  'SwapRouter111111111111111111111111111111111',
  {
    route: instruction({
      accounts: {
        start: tokenAccount({ mut: true }),
        end: tokenAccount({ mut: true }),
        user: signer(),
        poolProgram: programAccount(pool.address), // pinned: it is handed the user's signature
        tokenProgram: tokenProgram(),
      },
      args: { amountIn: u64, minOut: u64 },
      handler: (
        { accounts: { start, end, user, poolProgram, tokenProgram }, remainingAccounts },
        { amountIn, minOut },
      ) => {
        const before = end.data.amount;
        let amount = amountIn;
        let userIn = start.info;
        for (let leg = 0; leg < remainingAccounts.length; leg += ACCOUNTS_PER_LEG) {
          const [authority, vaultIn, vaultOut, userOut] = remainingAccounts.slice(leg, leg + ACCOUNTS_PER_LEG);
          const held = balanceOf(userOut.data);
          const accounts = { authority, vaultIn, vaultOut, userIn, userOut, user, tokenProgram };
          pool.cpi.swap(CpiContext.of(poolProgram, accounts), { amountIn: amount, minOut: 0n });
          amount = balanceOf(userOut.data) - held; // what the call changed is there
          userIn = userOut;
        }
        end.reload(); // `data` was read when the instruction began
        requireGte(end.data.amount - before, minOut, errors.TooLittle);
      },
    }),
  },
  { name: 'router', errors },
);

function balanceOf(data: Uint8Array): bigint {
  return new DataView(data.buffer, data.byteOffset).getBigUint64(64, true);
}
// #endregion

export async function play(): Promise<Played> {
  return (await playOn(new Stage())).outcomes;
}

export async function playOn(stage: Stage) {
  stage.svm.addProgram(pool.address, pool);
  stage.svm.addProgram(router.address, router);
  const alice = await stage.wallet('alice');
  const mints = [
    await stage.mint(alice, 'A'),
    await stage.mint(alice, 'B'),
    await stage.mint(alice, 'C'),
    await stage.mint(alice, 'D'),
  ];
  const held: Address[] = [];
  for (const [i, mint] of mints.entries()) {
    held.push(await stage.tokens(alice, mint, alice.address, i === 0 ? 1_000_000n : 0n, `alice's ${'ABCD'[i]}`));
  }
  const legs: Address[] = [];
  for (let i = 0; i < 3; i++) legs.push(...(await makePool(stage, mints[i], mints[i + 1], held[i + 1], i)));

  const table = await makeLookupTable(stage, [...legs, ...held, pool.address, TOKEN_PROGRAM_ADDRESS]);
  const send = async (minOut: bigint) => {
    const route = router.instructions.route(
      { start: held[0], end: held[3], user: alice },
      { amountIn: 10_000n, minOut },
    );
    const accounts = [...route.accounts, ...legs.map((address) => ({ address, role: 1 }))];
    stage.svm.expireBlockhash();
    const lifetime = { blockhash: stage.svm.latestBlockhash(), lastValidBlockHeight: 1n << 60n };
    const message = pipe(
      createTransactionMessage({ version: 0 }),
      (m) => setTransactionMessageFeePayerSigner(alice, m),
      (m) => setTransactionMessageLifetimeUsingBlockhash(lifetime, m),
      (m) => appendTransactionMessageInstruction({ ...route, accounts }, m),
      (m) => compressTransactionMessageUsingAddressLookupTables(m, table),
    );
    return stage.svm.sendTransaction(await signTransactionMessageWithSigners(message));
  };
  const outcomes = {
    'one leg too little: nothing moves': await send(10_000n),
    'three swaps in one': await send(9_000n),
  };
  return { outcomes, held, legs };
}

/** A pool with 1,000,000 of both; the last of the five accounts is a spare, as real pools have (an oracle, a fee account). */
async function makePool(stage: Stage, from: Address, to: Address, userOut: Address, leg: number) {
  const vaults = [await stage.wallet(`vault ${leg} in`, 0n), await stage.wallet(`vault ${leg} out`, 0n)];
  const seeds = ['pool', ...vaults.map(({ address }) => getAddressEncoder().encode(address))];
  const [authority] = await getProgramDerivedAddress({ programAddress: pool.address, seeds });
  for (const [i, mint] of [from, to].entries()) {
    stage.account(vaults[i].address, TOKEN_PROGRAM_ADDRESS, tokenData(mint, authority, 1_000_000n));
  }
  const spare = await stage.wallet(`spare ${leg}`);
  return [stage.name(authority, `pool ${leg}`), vaults[0].address, vaults[1].address, userOut, spare.address];
}

/** The 165 bytes of an SPL token account. */
function tokenData(mint: Address, owner: Address, amount: bigint): Uint8Array {
  const data = new Uint8Array(165);
  data.set(getAddressEncoder().encode(mint), 0);
  data.set(getAddressEncoder().encode(owner), 32);
  new DataView(data.buffer).setBigUint64(64, amount, true);
  data[108] = 1; // initialized
  return data;
}

/** A lookup table as it lies on the chain: 56 bytes, then the addresses. */
async function makeLookupTable(stage: Stage, addresses: readonly Address[]) {
  const unique = [...new Set(addresses)];
  const data = new Uint8Array(56 + unique.length * 32);
  const view = new DataView(data.buffer);
  view.setUint32(0, 1, true); // a lookup table
  view.setBigUint64(4, 0xffff_ffff_ffff_ffffn, true); // never deactivated
  for (const [i, address] of unique.entries()) data.set(getAddressEncoder().encode(address), 56 + i * 32);
  const table = (await stage.wallet('lookup table', 0n)).address;
  stage.account(table, 'AddressLookupTab1e1111111111111111111111111' as Address, data);
  return { [table]: unique };
}
