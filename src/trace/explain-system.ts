// What the accounts say about why System refused, and about who owns what a program wants to change. System's own words
// name the account and the amounts; here stand what to do about it, and whether it was so from the start.
// Source: agave programs/system/src/{system_processor,system_instruction}.rs.

import { readU32 } from '../wire/bytes.ts';
import { keyAt } from './decoders/token-state.ts';
import { type FrameView, SYSTEM_PROGRAM } from './explain-view.ts';
import { describeLack } from './failure-lamports.ts';
import { WELL_KNOWN_NAMES } from './names.ts';
import type { AccountState } from './transaction-trace.ts';
import { numberText } from './value-text.ts';

const NONCE_LEN = 80;

export function lookAtSystem(view: FrameView): void {
  const { programAddress, failure } = view.frame;
  const facts = failure!.refusal;
  if (programAddress !== SYSTEM_PROGRAM || facts === null) return;
  lookAtNonce(view);
  const address = facts.account;
  const state = address === null ? undefined : view.stateAt(address);
  if (address === null || state === undefined) return;
  const account = view.frame.accounts.find((each) => each.address === address) ?? { address, role: null };
  const lack = describeLack(view.trace, view.frame, facts, view.who(account), view.show);
  if (lack !== undefined && state.lamports < BigInt(facts.actual!)) {
    view.add('funds', lack.sentence, lack.fix, account, ['ResultWithNegativeLamports', 'InsufficientFunds']);
  }
  const isForeign = state.owner !== SYSTEM_PROGRAM;
  if (facts.detail?.includes('must not carry data') && state.data.length > 0) {
    view.add(
      'state',
      '',
      isForeign
        ? Object.hasOwn(WELL_KNOWN_NAMES, state.owner)
          ? `${view.show(state.owner)} owns ${view.show(address)}, so System can’t take from it: pay from an account that System owns.`
          : `${view.show(state.owner)} owns ${view.show(address)}: let it take the lamports itself (**lamports -= n), without a call to System.`
        : `Let a wallet without data pay in place of ${view.show(address)}.`,
      account,
      ['InvalidArgument'],
    );
  }
  const isFunded = state.lamports > 0n && facts.detail?.includes('lamports') === true;
  if (isFunded || state.data.length > 0 || isForeign) {
    const isOnlyFunded = state.data.length === 0 && !isForeign;
    const bytes = view.frame.instruction?.args['space'];
    view.add(
      'initialized',
      '',
      isOnlyFunded
        ? `Use Allocate and Assign on ${view.show(address)}, which has lamports already, in place of ${view.instruction || 'CreateAccount'}${typeof bytes === 'bigint' ? '; add what it lacks of its rent with a transfer' : ''}.`
        : `Use ${view.show(address)} as it is, or create another address.`,
      account,
      ['AccountAlreadyInUse'],
    );
  }
}

/** Who may use the nonce account, and whether it holds one. */
function lookAtNonce(view: FrameView): void {
  const [account] = view.frame.accounts;
  const state = account === undefined ? undefined : view.stateOf(account);
  if (account === undefined || state === undefined || !/Nonce/.test(view.instruction)) return;
  const nonce = readNonce(state);
  if (nonce === undefined) {
    const isNew = view.instruction.startsWith('Initialize');
    const fix =
      state.data.length === NONCE_LEN
        ? `Initialize ${view.show(account.address)} first (InitializeNonceAccount).`
        : `Create ${view.show(account.address)} with ${NONCE_LEN} bytes and System as its owner${isNew ? '' : ', and initialize it first'}.`;
    if (state.data.length < NONCE_LEN) {
      const has = `${view.who(account)} has ${numberText(state.data.length)} bytes, and a nonce account takes ${NONCE_LEN}.`;
      view.add('space', has, fix, account, ['AccountDataTooSmall', 'InvalidAccountData']);
    } else if (!isNew) {
      view.add('state', '', fix, account, ['InvalidAccountData']);
    }
    return;
  }
  if (view.instruction.startsWith('Initialize')) {
    view.add('initialized', '', `${view.show(account.address)} is a nonce account already: use it as it is.`, account, [
      'InvalidAccountData',
    ]);
  }
  if (!view.frame.accounts.some(({ address, isSigner }) => isSigner && address === nonce.authority)) {
    view.add(
      'state',
      '',
      `Let ${view.show(nonce.authority)}, the authority of ${view.show(account.address)}, sign.`,
      { address: nonce.authority },
      ['MissingRequiredSignature'],
    );
  }
  // The nonce that the failing instruction met.
  const last = view.trace.accounts[account.index]?.after;
  if (last != null && readNonce(last)?.nonce === nonce.nonce) {
    view.add(
      'state',
      '',
      'Advance a nonce in a later slot than that in which it was initialized or advanced last; in a test, let a slot pass.',
      account,
      ['NonceBlockhashNotExpired'],
    );
  }
}

function readNonce({ data, owner }: AccountState): { readonly authority: string; readonly nonce: string } | undefined {
  if (owner !== SYSTEM_PROGRAM || data.length !== NONCE_LEN || readU32(data, 4) !== 1) return undefined;
  return { authority: keyAt(data, 8), nonce: keyAt(data, 40) };
}

/** What only its owner may change, and whose it is. The rule has said who wanted to. */
export function lookAtOwnership(view: FrameView): void {
  const { failure, programAddress } = view.frame;
  const { account = null, program = null, rule = '' } = failure!.refusal ?? {};
  if (rule === 'program result') return;
  if (['ExternalAccountDataModified', 'ExternalAccountLamportSpend', 'ModifiedProgramId'].includes(failure!.kind)) {
    const state = account === null ? undefined : view.stateAt(account);
    const actor = program ?? (failure!.stage === 'run' ? programAddress : view.path.at(-2)?.programAddress);
    if (account === null || state === undefined || state.owner === actor) return;
    view.add('ownership', '', '', { address: account });
  }
}
