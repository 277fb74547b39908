// Scenarios that run programs of ours, written in sBPF assembly (examples/programs): what a call may do, and each way in
// which the runtime refuses one.

import {
  AccountRole,
  type Address,
  getProgramDerivedAddress,
  getU64Encoder,
  type Instruction,
  lamports,
} from '@solana/kit';
import { SYSTEM_PROGRAM_ADDRESS } from '@solana-program/system';
import { createProgramAddress } from '../../crypto/program-address.ts';
import { Pubkey } from '../../wire/pubkey.ts';
import { type Scenario, SOL, type Stage } from './stage.ts';

const VAULT = 'Vau1t11111111111111111111111111111111111111';
const TOLL = 'To11111111111111111111111111111111111111111';
const TOLL_BOX = 'To11Box111111111111111111111111111111111111' as Address;
const SPIN = 'Spin111111111111111111111111111111111111111';
const FORWARD_A = 'ForwardA11111111111111111111111111111111111';
const FORWARD_B = 'ForwardB11111111111111111111111111111111111';

/** Pays half a SOL out of the vault, with the bump that `chooseBump` makes of the right one. */
async function payOut(stage: Stage, chooseBump: (bump: number) => number) {
  const program = stage.program('vault', VAULT, 'vault program');
  const alice = await stage.wallet('alice');
  const bob = await stage.wallet('bob');
  const [vault, bump] = await getProgramDerivedAddress({ programAddress: program, seeds: ['vault'] });
  stage.svm.airdrop(stage.name(vault, 'vault'), lamports(2n * SOL));
  return stage.send(alice, [
    {
      programAddress: program,
      accounts: [
        { address: vault, role: AccountRole.WRITABLE },
        { address: bob.address, role: AccountRole.WRITABLE },
        { address: SYSTEM_PROGRAM_ADDRESS, role: AccountRole.READONLY },
      ],
      data: new Uint8Array([chooseBump(bump), ...getU64Encoder().encode(SOL / 2n)]),
    },
  ]);
}

/** The next lower bump that gives an address: another one. */
function nextBump(bump: number): number {
  const seeds = (value: number) => [new TextEncoder().encode('vault'), new Uint8Array([value])];
  let next = bump - 1;
  while (!(createProgramAddress(seeds(next), Pubkey.fromBase58(VAULT)) instanceof Pubkey)) next--;
  return next;
}

const vault: Scenario = {
  name: 'vault',
  title: 'A vault pays SOL out of its PDA with invoke_signed',
  story: 'The vault is an address without a private key. The program signs for it with the seeds it was derived from.',
  play: (stage) => payOut(stage, (bump) => bump),
};

const vaultWrongBump: Scenario = {
  name: 'vault-wrong-bump',
  title: 'The same with a wrong bump: refused',
  story: 'The seeds the program gives derive to another address than the vault, so nobody has signed for the vault.',
  play: (stage) => payOut(stage, nextBump),
};

/** Calls `program` with these programs as accounts: it calls the last one with the others, and so on. */
function callChain(program: Address, chain: readonly Address[]): Instruction {
  return {
    programAddress: program,
    accounts: chain.map((link) => ({ address: link, role: AccountRole.READONLY })),
    data: new Uint8Array(0),
  };
}

async function recurse(stage: Stage, calls: number) {
  const program = stage.program('forward', FORWARD_A, 'A');
  return stage.send(await stage.wallet('alice'), [callChain(program, new Array(calls).fill(program))]);
}

const recursion: Scenario = {
  name: 'recursion',
  title: 'A program calls itself down to the depth limit',
  story: 'Four calls below the instruction: five programs deep is the limit, and a program may call itself directly.',
  play: (stage) => recurse(stage, 4),
};

const recursionTooDeep: Scenario = {
  name: 'recursion-too-deep',
  title: 'One call deeper: refused',
  story: 'The fifth call would make the stack six programs deep.',
  play: (stage) => recurse(stage, 5),
};

const reentrancy: Scenario = {
  name: 'reentrancy',
  title: 'A calls B, B calls A: refused',
  story: 'A program that is already running may be called again by itself only.',
  async play(stage) {
    const a = stage.program('forward', FORWARD_A, 'A');
    const b = stage.program('forward', FORWARD_B, 'B');
    return stage.send(await stage.wallet('alice'), [callChain(a, [a, b])]);
  },
};

const keptLamport: Scenario = {
  name: 'kept-lamport',
  title: 'A callee tries to keep a lamport: refused when it ends',
  story: 'The toll program takes 1,000 lamports out of its box, hands over 999, and leaves one that belongs to nobody.',
  async play(stage) {
    const forward = stage.program('forward', FORWARD_A, 'A');
    const toll = stage.program('toll', TOLL);
    const bob = await stage.wallet('bob');
    stage.svm.setAccount({
      address: stage.name(TOLL_BOX, 'toll box'),
      lamports: lamports(SOL),
      data: new Uint8Array(0),
      programAddress: toll,
      executable: false,
      space: 0n,
    });
    return stage.send(await stage.wallet('alice'), [
      {
        programAddress: forward,
        accounts: [
          { address: TOLL_BOX, role: AccountRole.WRITABLE },
          { address: bob.address, role: AccountRole.WRITABLE },
          { address: toll, role: AccountRole.READONLY },
        ],
        data: getU64Encoder().encode(1_000n) as Uint8Array,
      },
    ]);
  },
};

const outOfCompute: Scenario = {
  name: 'out-of-compute',
  title: 'A callee runs out of compute units',
  story: 'The callee loops until the meter that it shares with its caller is empty.',
  async play(stage) {
    const forward = stage.program('forward', FORWARD_A, 'A');
    const spin = stage.program('spin', SPIN);
    return stage.send(await stage.wallet('alice'), [callChain(forward, [spin])]);
  },
};

export const PROGRAM_SCENARIOS: readonly Scenario[] = [
  vault,
  vaultWrongBump,
  recursion,
  recursionTooDeep,
  reentrancy,
  keptLamport,
  outOfCompute,
];
