// SOL by CPI, in three ways that do the same, from a wallet that signed and from a program's own address (a PDA), in both
// styles. The PDA has no private key: its program signs for it by giving the seeds it was derived from.
import {
  AccountRole,
  type Address,
  createNoopSigner,
  getAddressEncoder,
  getProgramDerivedAddress,
  getU64Decoder,
  getU64Encoder,
} from '@solana/kit';
import { getTransferSolInstruction, SYSTEM_PROGRAM_ADDRESS } from '@solana-program/system';
import {
  type AccountInfo,
  CpiContext,
  defineProgram,
  findProgramAddress,
  instruction,
  invoke,
  invokeSigned,
  ProgramError,
  program,
  type Seed,
  signer,
  systemAccount,
  systemProgram,
  transfer,
  u64,
} from 'parhelion/program';
import { type Played, SOL, Stage } from '../support/stage.ts';

// #region declared
const fromWallet = {
  sender: signer({ mut: true }),
  recipient: systemAccount({ mut: true }),
  systemProgram: systemProgram(),
};
const fromPda = {
  pdaAccount: systemAccount({ mut: true, seeds: (a) => ['pda', a.recipient.key] }), // the bump is found: ctx.bumps
  recipient: systemAccount({ mut: true }),
  systemProgram: systemProgram(),
};

export const declared = program(
  '3455LkCS85a4aYmSeNbRrJsduNQfYRY82A7eCD3yQfyR',
  {
    // One: CpiContext and its function.
    walletOne: instruction({
      accounts: fromWallet,
      args: { amount: u64 },
      handler: ({ accounts: { sender, recipient, systemProgram } }, { amount }) => {
        transfer(CpiContext.of(systemProgram, { from: sender, to: recipient }), amount);
      },
    }),
    pdaOne: instruction({
      accounts: fromPda,
      args: { amount: u64 },
      handler: ({ accounts: { pdaAccount, recipient, systemProgram }, bumps }, { amount }) => {
        const seeds = ['pda', recipient.key, bumps.pdaAccount];
        transfer(CpiContext.of(systemProgram, { from: pdaAccount, to: recipient }).withSigner([seeds]), amount);
      },
    }),
    // Two: an instruction builder, and invoke.
    walletTwo: instruction({
      accounts: fromWallet,
      args: { amount: u64 },
      handler: ({ accounts: { sender, recipient, systemProgram } }, { amount }) => {
        const source = createNoopSigner(sender.key); // in a program nobody signs: the runtime knows who has
        const instruction = getTransferSolInstruction({ source, destination: recipient.key, amount });
        invoke(instruction, [sender.info, recipient.info, systemProgram.info]);
      },
    }),
    pdaTwo: instruction({
      accounts: fromPda,
      args: { amount: u64 },
      handler: ({ accounts: { pdaAccount, recipient, systemProgram }, bumps }, { amount }) => {
        const source = createNoopSigner(pdaAccount.key);
        const instruction = getTransferSolInstruction({ source, destination: recipient.key, amount });
        const infos = [pdaAccount.info, recipient.info, systemProgram.info];
        invokeSigned(instruction, infos, [['pda', recipient.key, bumps.pdaAccount]]);
      },
    }),
    // Three: made by hand, from metas and data.
    walletThree: instruction({
      accounts: fromWallet,
      args: { amount: u64 },
      handler: ({ accounts: { sender, recipient, systemProgram } }, { amount }) => {
        invoke(transferByHand(sender.info, recipient.info, amount), [sender.info, recipient.info, systemProgram.info]);
      },
    }),
    pdaThree: instruction({
      accounts: fromPda,
      args: { amount: u64 },
      handler: ({ accounts: { pdaAccount, recipient, systemProgram }, bumps }, { amount }) => {
        const infos = [pdaAccount.info, recipient.info, systemProgram.info];
        const seeds = ['pda', recipient.key, bumps.pdaAccount];
        invokeSigned(transferByHand(pdaAccount.info, recipient.info, amount), infos, [seeds]);
      },
    }),
  },
  { name: 'declared' },
);
// #endregion

// #region by-hand
/** System's instruction 2: a u32 for the variant, then the lamports. */
function transferByHand(from: AccountInfo, to: AccountInfo, amount: bigint) {
  return {
    programAddress: SYSTEM_PROGRAM_ADDRESS,
    accounts: [
      { address: from.key, role: AccountRole.WRITABLE_SIGNER },
      { address: to.key, role: AccountRole.WRITABLE },
    ],
    data: new Uint8Array([2, 0, 0, 0, ...getU64Encoder().encode(amount)]),
  };
}
// #endregion

// #region native
/** The first byte says which way, then the amount. Accounts: from, to, System. */
export const native = defineProgram(
  (programId, accounts, data) => {
    const [from, to, system] = accounts;
    if (system.key !== SYSTEM_PROGRAM_ADDRESS) throw new ProgramError('IncorrectProgramId');
    const amount = getU64Decoder().decode(data, 1);
    let seeds: Seed[][] = [];
    if (!from.isSigner) {
      const [pda, bump] = findProgramAddress(['pda', to.key], programId);
      if (from.key !== pda) throw new ProgramError('InvalidSeeds');
      seeds = [['pda', to.key, bump]];
    }
    const source = createNoopSigner(from.key);
    const builder = getTransferSolInstruction({ source, destination: to.key, amount });
    const ways = [
      () => transfer(CpiContext.of(system, { from, to }).withSigner(seeds), amount),
      () => invokeSigned(builder, accounts, seeds),
      () => invokeSigned(transferByHand(from, to, amount), accounts, seeds),
    ];
    const way = ways[data[0]];
    if (way === undefined) throw new ProgramError('InvalidInstructionData');
    way();
  },
  { name: 'native' },
);
// #endregion

export const NATIVE = 'NativeTransfer11111111111111111111111111111' as Address;

/** The PDA of a recipient. */
export async function pdaOf(programAddress: Address, recipient: Address): Promise<Address> {
  const seeds = ['pda', getAddressEncoder().encode(recipient)];
  return (await getProgramDerivedAddress({ programAddress, seeds }))[0];
}

export async function play(): Promise<Played> {
  return (await playOn(new Stage())).outcomes;
}

export async function playOn(stage: Stage) {
  stage.svm.addProgram(declared.address, declared);
  stage.svm.addProgram(NATIVE, native);
  const alice = await stage.wallet('alice');
  const bob = await stage.wallet('bob');
  const pdas = { declared: await pdaOf(declared.address, bob.address), native: await pdaOf(NATIVE, bob.address) };
  for (const pda of Object.values(pdas)) stage.account(stage.name(pda, "bob's PDA"), SYSTEM_PROGRAM_ADDRESS);

  const amount = SOL / 10n;
  const wallet = { sender: alice, recipient: bob.address };
  const pda = { pdaAccount: pdas.declared, recipient: bob.address };
  const { walletOne, walletTwo, walletThree, pdaOne, pdaTwo, pdaThree } = declared.instructions;
  const callNative = (way: number, from: Address) => ({
    programAddress: NATIVE,
    accounts: [
      from === alice.address
        ? { address: from, role: AccountRole.WRITABLE_SIGNER, signer: alice }
        : { address: from, role: AccountRole.WRITABLE },
      { address: bob.address, role: AccountRole.WRITABLE },
      { address: SYSTEM_PROGRAM_ADDRESS, role: AccountRole.READONLY },
    ],
    data: new Uint8Array([way, ...getU64Encoder().encode(amount)]),
  });
  const outcomes = {
    'declared, wallet, CpiContext': await stage.send(alice, walletOne(wallet, { amount })),
    'declared, wallet, builder and invoke': await stage.send(alice, walletTwo(wallet, { amount })),
    'declared, wallet, by hand': await stage.send(alice, walletThree(wallet, { amount })),
    'declared, PDA, CpiContext': await stage.send(alice, pdaOne(pda, { amount })),
    'declared, PDA, builder and invoke': await stage.send(alice, pdaTwo(pda, { amount })),
    'declared, PDA, by hand': await stage.send(alice, pdaThree(pda, { amount })),
    'native, wallet, CpiContext': await stage.send(alice, callNative(0, alice.address)),
    'native, wallet, builder and invoke': await stage.send(alice, callNative(1, alice.address)),
    'native, wallet, by hand': await stage.send(alice, callNative(2, alice.address)),
    'native, PDA, CpiContext': await stage.send(alice, callNative(0, pdas.native)),
    'native, PDA, builder and invoke': await stage.send(alice, callNative(1, pdas.native)),
    'native, PDA, by hand': await stage.send(alice, callNative(2, pdas.native)),
  };
  return { outcomes, alice, bob, pdas };
}
