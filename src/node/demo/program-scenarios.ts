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
import { type Scenario, SOL, type Stage } from './stage.ts';

const VAULT = 'Vau1t11111111111111111111111111111111111111';
const TOLL = 'To11111111111111111111111111111111111111111';
const TOLL_BOX = 'To11Box111111111111111111111111111111111111' as Address;
const SPIN = 'Spin111111111111111111111111111111111111111';
const FORWARD_A = 'ForwardA11111111111111111111111111111111111';
const FORWARD_B = 'ForwardB11111111111111111111111111111111111';

/** Pays half a SOL out of the vault; the bump that the program is given is off by `wrongBy`. */
async function payOut(stage: Stage, wrongBy: number) {
  const program = stage.program('vault', VAULT);
  const alice = await stage.wallet(1);
  const bob = await stage.wallet(2);
  const [vault, bump] = await getProgramDerivedAddress({ programAddress: program, seeds: ['vault'] });
  stage.svm.airdrop(vault, lamports(2n * SOL));
  const data = new Uint8Array([bump - wrongBy, ...getU64Encoder().encode(SOL / 2n)]);
  return stage.send(alice, [
    {
      programAddress: program,
      accounts: [
        { address: vault, role: AccountRole.WRITABLE },
        { address: bob.address, role: AccountRole.WRITABLE },
        { address: SYSTEM_PROGRAM_ADDRESS, role: AccountRole.READONLY },
      ],
      data,
    },
  ]);
}

const vault: Scenario = {
  name: 'vault',
  title: 'A vault pays SOL out of its PDA with invoke_signed',
  story: 'The vault is an address without a private key. The program signs for it with the seeds it was derived from.',
  play: (stage) => payOut(stage, 0),
};

const vaultWrongBump: Scenario = {
  name: 'vault-wrong-bump',
  title: 'The same with a bump that is off by one: refused',
  story: 'The seeds the program gives derive to another address than the vault, so nobody has signed for the vault.',
  play: (stage) => payOut(stage, 1),
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
  const program = stage.program('forward', FORWARD_A);
  return stage.send(await stage.wallet(1), [callChain(program, new Array(calls).fill(program))]);
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
    const a = stage.program('forward', FORWARD_A);
    const b = stage.program('forward', FORWARD_B);
    return stage.send(await stage.wallet(1), [callChain(a, [a, b])]);
  },
};

const keptLamport: Scenario = {
  name: 'kept-lamport',
  title: 'A callee tries to keep a lamport: refused when it ends',
  story: 'The toll program takes 1,000 lamports out of its box, hands over 999, and leaves one that belongs to nobody.',
  async play(stage) {
    const forward = stage.program('forward', FORWARD_A);
    const toll = stage.program('toll', TOLL);
    const bob = await stage.wallet(2);
    stage.svm.setAccount({
      address: TOLL_BOX,
      lamports: lamports(SOL),
      data: new Uint8Array(0),
      programAddress: toll,
      executable: false,
      space: 0n,
    });
    return stage.send(await stage.wallet(1), [
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
    const forward = stage.program('forward', FORWARD_A);
    const spin = stage.program('spin', SPIN);
    return stage.send(await stage.wallet(1), [callChain(forward, [spin])]);
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
