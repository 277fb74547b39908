// What the accounts and the calls of a failed frame say about why it failed, whatever its program is: an account in the
// place of another, one that does not exist, one that did not sign, an address that is not the one the program derived.
// Each program's own layouts are looked at beside: explain-tokens.ts, explain-token-2022.ts, explain-stake.ts.

import { readAnchorLog } from './anchor-log.ts';
import { readKnownAccount } from './decoders/account-layouts.ts';
import { TOKEN_2022_PROGRAM, TOKEN_PROGRAM } from './decoders/token-state.ts';
import { lookAtExtensionNeeds } from './explain-extension-needs.ts';
import { nameOfProgram } from './explain-flags.ts';
import { lookAtDeployment, lookAtLoader } from './explain-loader.ts';
import { lookAtLookupTable } from './explain-native.ts';
import { lookAtPrecompile } from './explain-precompile.ts';
import { lookAtDerivations, lookAtIdleSeeds } from './explain-seeds.ts';
import { lookAtStake } from './explain-stake.ts';
import { lookAtOwnership, lookAtSystem } from './explain-system.ts';
import { lookAtExtensions } from './explain-token-2022.ts';
import { lookAtAssociatedToken, lookAtTokens } from './explain-tokens.ts';
import { lookAtTransferHook } from './explain-transfer-hook.ts';
import { ASSOCIATED_TOKEN_PROGRAM, type Finding, FrameView, isGone, SYSTEM_PROGRAM } from './explain-view.ts';
import { lookAtWithSeed } from './explain-with-seed.ts';
import type { States } from './failure-history.ts';
import type { ShowAddress } from './failure-text.ts';
import type { Guard } from './guard.ts';
import { WELL_KNOWN_NAMES } from './names.ts';
import { type CallFrame, callsOf, type FrameAccount, type TransactionTrace } from './transaction-trace.ts';
import { bytesText, numberText } from './value-text.ts';

const SHOWN_ACCOUNTS = 4;

/**
 * What stands out about the frame that failed: the last of the path.
 *
 * @param guard what a look throws is its, and the others go on
 * @param states of the accounts; when the transaction ended unless given
 * @param isPast whether they are those of before the frame began
 */
export function findInState(
  trace: TransactionTrace,
  path: readonly CallFrame[],
  show: ShowAddress,
  guard: Guard,
  states?: States,
  isPast = false,
): Finding[] {
  const view = new FrameView(trace, path, show, states, isPast);
  for (const look of view.frame.failure!.stage === 'run' ? LOOKS : LOOKS_AT_REFUSED) {
    guard.run(look.name, () => look(view));
  }
  return view.findings;
}

/** Programs whose instructions are all known: what is not decoded is none. */
const DECODED: ReadonlySet<string> = new Set([
  SYSTEM_PROGRAM,
  TOKEN_PROGRAM,
  TOKEN_2022_PROGRAM,
  ASSOCIATED_TOKEN_PROGRAM,
  'Stake11111111111111111111111111111111111111',
  'AddressLookupTab1e1111111111111111111111111',
  'BPFLoaderUpgradeab1e11111111111111111111111',
]);

function lookAtData(view: FrameView): void {
  const { instruction, programAddress, data } = view.frame;
  if (instruction?.cutArgument !== undefined) {
    view.add(
      'undecoded',
      `The data of the instruction, ${numberText(data.length)} byte${data.length === 1 ? '' : 's'}, ends within \`${instruction.cutArgument}\`, an argument that the IDL names.`,
      `Encode \`${instruction.cutArgument}\`, and what follows it, as the program’s IDL has them.`,
      undefined,
    );
  }
  if (instruction !== null || programAddress === null || !DECODED.has(programAddress)) return;
  const program = view.show(programAddress);
  const bytes = `${data.length} byte${data.length === 1 ? '' : 's'}`;
  view.add(
    'undecoded',
    data.length === 0
      ? `The instruction has no data, and no instruction of ${program} is empty.`
      : `The data of the instruction, ${bytesText(data, 16)}${data.length > 16 ? '' : ` (${bytes})`}, is no instruction of ${program}: no such instruction, or arguments that are too short.`,
    '',
    undefined,
  );
}

function lookAtCount(view: FrameView): void {
  const { accounts, instruction } = view.frame;
  const missing = instruction?.missingAccounts ?? [];
  if (missing.length === 0) return;
  const place = leftOutAt(view, missing);
  if (place !== undefined) {
    const roles = [...accounts.map(({ role }) => role), ...missing];
    const left = roles.slice(place, place + missing.length);
    const who = left.map((role) =>
      `\`${role}\` (${view.show(PLACES[camel(role ?? '')]?.[0] ?? '')})`.replace(' ()', ''),
    );
    const stands = view.show(accounts[place].address);
    view.add(
      'tooFew',
      `${nameOfProgram(view.frame, view.show)}'s ${view.instruction} takes ${roles.length} accounts, and was given ${accounts.length}: ${who.join(', ')} is left out. At its place, account ${place}, stands ${stands}, which belongs at account ${place + missing.length}, \`${roles[place + missing.length]}\`.`,
      `Put ${who.join(', ')} in as account ${place}, before ${stands}.`,
      undefined,
      ['NotEnoughAccountKeys', 'MissingAccount', 'AccountNotEnoughKeys'],
    );
    return;
  }
  const names = missing.map((name) => `\`${name}\``).join(', ');
  view.add(
    'tooFew',
    `${nameOfProgram(view.frame, view.show)}'s ${view.instruction} takes ${accounts.length + missing.length} accounts, and was given ${accounts.length}: nothing stands in the place${missing.length === 1 ? '' : 's'} of ${names} at the end.`,
    `Pass all accounts, ${accounts.length + missing.length}, in the program’s order.`,
    undefined,
  );
}

/** Role → the addresses that can only be meant. */
const PLACES: Readonly<Record<string, readonly string[]>> = {
  systemProgram: [SYSTEM_PROGRAM],
  tokenProgram: [TOKEN_PROGRAM, TOKEN_2022_PROGRAM],
  associatedTokenProgram: [ASSOCIATED_TOKEN_PROGRAM],
  rent: ['SysvarRent111111111111111111111111111111111'],
  rentSysvar: ['SysvarRent111111111111111111111111111111111'],
  clock: ['SysvarC1ock11111111111111111111111111111111'],
  clockSysvar: ['SysvarC1ock11111111111111111111111111111111'],
  stakeHistory: ['SysvarStakeHistory1111111111111111111111111'],
  recentBlockhashesSysvar: ['SysvarRecentB1ockHashes11111111111111111111'],
  instructionsSysvar: ['Sysvar1nstructions1111111111111111111111111'],
};

/** The place from which on all accounts stand too early, because of those that are missing there; told by the well-known ones. */
function leftOutAt({ frame: { accounts } }: FrameView, missing: readonly string[]): number | undefined {
  const roles = [...accounts.map(({ role }) => role ?? ''), ...missing];
  const fits = (i: number, role: string): boolean => PLACES[camel(role)]?.includes(accounts[i].address) ?? true;
  const at = accounts.findIndex((_, i) => !fits(i, roles[i]));
  if (at < 0 || PLACES[camel(roles[at + missing.length])] === undefined) return undefined;
  return accounts.every((_, i) => i < at || fits(i, roles[i + missing.length])) ? at : undefined;
}

/** Accounts that a decoder has a well-known name for, and that are another one. */
function lookAtPlaces(view: FrameView): void {
  for (const account of view.frame.accounts) {
    const wanted = PLACES[camel(account.role ?? '')];
    if (wanted === undefined || wanted.includes(account.address)) continue;
    view.add(
      'misplaced',
      `\`${account.role}\` is ${view.show(account.address)}, and should be ${wanted.map(view.show).join(' or ')}.`,
      `Pass ${view.show(wanted[0])} as \`${account.role}\`; is the order of the accounts right, and none left out?`,
      account,
    );
  }
}

function camel(role: string): string {
  return role.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

const isProgramOrSysvar = (view: FrameView, { address, index }: FrameAccount): boolean =>
  Object.hasOwn(WELL_KNOWN_NAMES, address) || view.trace.accounts[index]?.before?.executable === true;

function distinctAccounts({ frame: { accounts } }: FrameView): FrameAccount[] {
  return accounts.filter(({ address }, i) => accounts.findIndex((each) => each.address === address) === i);
}

const SIGNER_ROLE = /^(?:.*(?:authority|owner|payer|signer|admin|user|custodian)|from|wallet)(?:Address)?$/i;

/** Who signed and who did not, for programs that tell no more than that somebody's signature is missing. */
function lookAtSignatures(view: FrameView): void {
  const distinct = distinctAccounts(view);
  const silent = distinct.filter((account) => !account.isSigner && !isProgramOrSysvar(view, account));
  const unsigned = view.frame.instruction?.unsignedAccounts ?? [];
  const wanted = silent.filter(({ role }) => role !== null && unsigned.includes(role));
  const named = wanted.length > 0 ? wanted : silent.filter(({ role }) => role !== null && SIGNER_ROLE.test(role));
  const suspects = named.length > 0 ? named : silent;
  if (suspects.length === 0) return;
  const signed = distinct.filter(({ isSigner }) => isSigner).map((account) => view.who(account));
  const list = suspects.slice(0, SHOWN_ACCOUNTS).map((account) => view.who(account));
  const more = suspects.length > SHOWN_ACCOUNTS ? ` and ${suspects.length - SHOWN_ACCOUNTS} more` : '';
  const who = list.length === 1 && more === '' ? list[0] : 'The one that must';
  view.add(
    'signature',
    suspects.length === 1
      ? `${list[0]} did not sign${signed.length === 0 ? '' : `; ${signed.join(', ')} did`}.`
      : `Of the accounts of the call ${signed.length === 0 ? 'none' : signed.join(', ')} signed; ${list.join(', ')}${more} did not.`,
    `${who} must be marked a signer in the instruction and sign; a PDA signs by its seeds in invoke_signed.`,
    suspects.length === 1 ? suspects[0] : undefined,
  );
}

/** Who owns what, where a program only says that an owner is wrong; and what does not exist. */
function lookAtOwners(view: FrameView): void {
  const { programAddress } = view.frame;
  const accounts = distinctAccounts(view);
  const program = programAddress === null ? 'the program' : view.show(programAddress);
  const foreign: string[] = [];
  for (const account of accounts) {
    const state = view.stateOf(account);
    if (account.isSigner || isProgramOrSysvar(view, account)) continue;
    // A wallet need not exist to have token accounts.
    if (programAddress === ASSOCIATED_TOKEN_PROGRAM && account.role === 'owner') continue;
    if (isGone(state)) {
      const fix = `Create ${view.who(account)} before, or pass the right account.`;
      view.add('absent', `${view.who(account)} does not exist.`, fix, account);
    } else if (state.owner !== programAddress) {
      foreign.push(`${view.who(account)} is owned by ${view.show(state.owner)}`);
    }
  }
  if (foreign.length === 0 || foreign.length > SHOWN_ACCOUNTS) return;
  view.add(
    'foreign',
    `${foreign.join(', ')}${foreign.length === 1 ? `, not by ${program}` : ''}.`,
    `Pass accounts that the right program owns: check their addresses and their order, and that ${program} created its own.`,
    undefined,
  );
}

function lookAtRepeats(view: FrameView): void {
  const { accounts } = view.frame;
  const second = accounts.find(({ address }, i) => accounts.findIndex((each) => each.address === address) < i);
  if (second === undefined) return;
  const places = accounts.flatMap(({ address }, i) => (address === second.address ? [`#${i}`] : []));
  view.add(
    'twice',
    `${view.show(second.address)} stands in the call ${places.length} times (accounts ${places.join(', ')}), so borrowing it under one name forbids it under the other.`,
    'Pass distinct accounts, or drop the first borrow before the second.',
    second,
  );
}

/** What the program read as return data was not its callee's. */
function lookAtReturnData(view: FrameView): void {
  if (!view.frame.syscalls.some(({ name }) => name === 'sol_get_return_data')) return;
  const lastCall = callsOf(view.frame).findLast((call) => call.failure === null);
  if (lastCall === undefined) return;
  const callee = lastCall.programName ?? view.show(lastCall.programAddress!);
  const setter = lastCall.returnData?.programAddress;
  if (setter === lastCall.programAddress) return;
  const deeper = callsOf(lastCall).at(-1);
  const overwriter = setter ?? deeper?.programAddress;
  view.add(
    'returnData',
    setter === undefined
      ? `After ${callee} returned there was no return data${deeper === undefined ? ': it set none' : `: its own call to ${view.show(overwriter!)} cleared it, as each call does`}.`
      : `After ${callee} returned the return data was that of ${view.show(setter)}, which ${callee} called: a deeper call clears or replaces what was set before.`,
    `Let ${callee} set its return data after its own calls.`,
    undefined,
  );
}

/** What the account is that the program named and could not read, where its layout is known. */
function lookAtNamedAccount(view: FrameView): void {
  const role = camel(readAnchorLog(view.frame)?.account ?? '');
  const account = view.frame.accounts.find((each) => camel(each.role ?? '') === role);
  const kindOf = (each: FrameAccount): string | undefined => {
    const state = view.stateOf(each);
    return state === undefined ? undefined : readKnownAccount(state.owner, state.data)?.name;
  };
  const kind = role === '' || account === undefined ? undefined : kindOf(account);
  if (account === undefined || kind === undefined || kind === camel(role)) return;
  // One that is called by the kind of this one, and is what this one is called.
  const other = view.frame.accounts.find((each) => each !== account && kindOf(each) === role);
  view.add(
    'state',
    `The program could not read ${view.who(account)} as what it wants there: it is a ${kind} of ${view.show(view.stateOf(account)!.owner)}.`,
    other === undefined || other.role === role
      ? `Pass another account as \`${account.role}\`; is the order of the accounts right?`
      : `Are \`${account.role}\` and \`${other.role}\` swapped? ${view.show(other.address)} is a ${role}.`,
    account,
    ['InvalidAccountData'],
  );
}

/** In this order, which decides between causes that fit alike. */
const LOOKS: readonly ((view: FrameView) => void)[] = [
  lookAtOwnership,
  lookAtDeployment,
  lookAtIdleSeeds,
  lookAtTokens,
  lookAtAssociatedToken,
  lookAtExtensions,
  lookAtExtensionNeeds,
  lookAtStake,
  lookAtLookupTable,
  lookAtLoader,
  lookAtPrecompile,
  lookAtSystem,
  lookAtWithSeed,
  lookAtData,
  lookAtCount,
  lookAtPlaces,
  lookAtSignatures,
  lookAtOwners,
  lookAtRepeats,
  lookAtDerivations,
  lookAtReturnData,
  lookAtNamedAccount,
  lookAtTransferHook,
];

/** Of a frame that was refused before its program ran. */
const LOOKS_AT_REFUSED = [lookAtOwnership, lookAtDeployment, lookAtTransferHook];

/** How much of a line is shown. */
const SHOWN_TEXT = 240;

/** What the failing program wrote last, after its last call: lines that only name the instruction or the error left out. */
export function lastWords(frame: CallFrame, errorName: string): string[] {
  const lines: string[] = [];
  for (const step of frame.steps) {
    if (step.type === 'call') lines.length = 0;
    else if (step.kind === 'log' || step.kind === 'runtime') lines.push(step.line.replace(/^Program log: /, ''));
  }
  const isWellKnown = frame.programAddress !== null && Object.hasOwn(WELL_KNOWN_NAMES, frame.programAddress);
  const words = lines.filter((line) => {
    // The instruction's name, the error's name or number: said already.
    if (/^(\w*Instruction: |AnchorError |Left:|Right:|panicked at|Program )|^[A-Z]\w*(::\w+)*$/.test(line))
      return false;
    // Anchor writes the two sides of a comparison of addresses on lines of their own.
    if (/^[1-9A-HJ-NP-Za-km-z]{32,44}$/.test(line)) return false;
    if (/^error: custom program error/i.test(line) || line === `Error: ${errorName}`) return false;
    // Token, Stake and their like put their errors' own texts into the log.
    return line.trim() !== '' && !(isWellKnown && /^error: /i.test(line));
  });
  return words.slice(-2).map((line) => (line.length > SHOWN_TEXT ? `${line.slice(0, SHOWN_TEXT)}…` : line));
}
