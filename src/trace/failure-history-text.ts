// What an earlier frame did that a later one failed on, in words: who it was, what it did to which account, and what to
// change about the two. Fields are those of the known layouts; of other accounts lamports, owner and bytes are told.
// Which frame it was is found by failure-history.ts.

import type { AccountReading } from './decoder.ts';
import { readKnownAccount } from './decoders/account-layouts.ts';
import { type Finding, type FindingKind, isGone, SYSTEM_PROGRAM } from './explain-view.ts';
import type { HistoryEvent } from './failure-history.ts';
import { lamportsText } from './failure-lamports.ts';
import type { ShowAddress } from './failure-text.ts';
import { differences, type FieldChange } from './ledger-fields.ts';
import type { AccountState, CallFrame, DecodedValue } from './transaction-trace.ts';
import { numberText } from './value-text.ts';

/** An earlier frame that brought the failure about. */
export interface Earlier {
  readonly frame: CallFrame;
  readonly address: string;
  readonly sentence: string;
  readonly fix: string;
  /** Whether what else would be advised no longer helps. */
  readonly isInstead: boolean;
}

/** What stands out, where making it good again would be done by hand: an account that is gone is not made anew. */
const UNDONE: ReadonlySet<FindingKind> = new Set([
  'missing',
  'absent',
  'wrongProgram',
  'foreign',
  'notAMint',
  'notATokenAccount',
  'uninitialized',
]);

/** @param found what stood out after it */
export function earlierOf(
  event: HistoryEvent,
  path: readonly CallFrame[],
  found: Pick<Finding, 'kind' | 'account'>,
  show: ShowAddress,
  events: readonly HistoryEvent[],
): Earlier {
  const { frame, address } = event;
  // A shortage of the one who may take is one of the allowance.
  const isAllowance = found.kind === 'funds' && found.account !== address;
  const field = isAllowance ? 'delegatedAmount' : found.kind === 'state' ? 'extensions.' : undefined;
  const deed = deedOf(event, show, field);
  const who = frameWords(frame, path, show);
  // The account was no use before either: what made it is not to be undone.
  const isMaker = (deed.kind === 'made' && found.kind !== 'initialized') || found.kind === 'hook';
  const [top, failed] = [frame.path[0], path[0].path[0]];
  const isRepeated = frame.instruction !== null && frame.instruction.name === path[0].instruction?.name;
  const later = top === failed ? `call #${path[path.length - 1].path.join('.')}` : `instruction #${failed}`;
  const takers = events.filter((each) => each.address === address && deedOf(each, show, field).kind === 'taken').length;
  const others = deed.kind === 'taken' && takers > 1 ? `; in all, ${takers} took from it` : '';
  const isTwice = top !== failed && (deed.kind === 'made' || isRepeated) && deed.kind !== 'taken';
  return {
    frame,
    address,
    sentence: `Before it, ${who} ${deed.past} ${deed.object}${others}.`,
    fix: isMaker
      ? ''
      : isTwice
        ? `Leave out one of both, instruction #${top} or #${failed}.`
        : deed.kind === 'taken'
          ? `Let ${who} take less, or ${!isAllowance ? `bring more into ${show(address)}` : `approve more`} between it and ${later}.`
          : `Don't let ${who} ${deed.verb} ${deed.object} before ${later}: change their order, or leave that out.`,
    isInstead: UNDONE.has(found.kind) || deed.kind === 'taken',
  };
}

/** A verb, its past, and what follows it. */
export interface Deed {
  readonly past: string;
  readonly verb: string;
  readonly object: string;
  readonly kind: 'closed' | 'made' | 'taken' | 'changed';
}

/** What the frame did, on its own. */
export function eventWords(event: HistoryEvent, path: readonly CallFrame[], show: ShowAddress): string {
  const deed = deedOf(event, show);
  return `${frameWords(event.frame, path, show)} ${deed.past} ${deed.object}`;
}

/** As it is named within a sentence: `instruction #0 (Token: CloseAccount)`. */
export function frameWords(frame: CallFrame, path: readonly CallFrame[], show: ShowAddress): string {
  const program = frame.programName ?? (frame.programAddress === null ? 'a program' : show(frame.programAddress));
  const what = frame.instruction === null || frame.instruction.name === program ? '' : `: ${frame.instruction.name}`;
  const place = frame.path.length === 1 ? 'instruction' : 'call';
  const name = `${place} #${frame.path.join('.')} (${program}${what})`;
  return path.includes(frame) ? `${name} itself` : name;
}

/**
 * What the frame did to the account.
 *
 * @param field of a known layout that is told before others
 */
function deedOf({ address, before, after }: Omit<HistoryEvent, 'frame'>, show: ShowAddress, field?: string): Deed {
  const who = show(address);
  const [was, is] = [readState(before), readState(after)];
  const took = before.lamports - after.lamports;
  const lamports = (): Deed =>
    took > 0n
      ? {
          past: 'took',
          verb: 'take',
          object: `${took === before.lamports ? 'all ' : ''}${lamportsText(took)} ${took === before.lamports ? 'of' : 'from'} ${who}`,
          kind: 'taken',
        }
      : { past: 'put', verb: 'put', object: `${lamportsText(-took)} into ${who}`, kind: 'changed' };
  const isWallet = before.data.length === 0 && before.owner === SYSTEM_PROGRAM;
  const isEmptied = after.lamports === 0n && took > 0n;
  if (isGone(after) || (isEmptied && !isWallet))
    return isWallet ? lamports() : { past: 'closed', verb: 'close', object: who, kind: 'closed' };
  const isStillWallet = after.data.length === 0 && after.owner === SYSTEM_PROGRAM;
  if (isGone(before) && isStillWallet) return lamports();
  if (isGone(before)) return { past: 'created', verb: 'create', object: who, kind: 'made' };
  if (before.owner !== after.owner) {
    const object = `${who} to ${show(after.owner)} as its owner (it was ${show(before.owner)}'s)`;
    return { past: 'gave', verb: 'give', object, kind: 'changed' };
  }
  if (is !== undefined && was === undefined) {
    return { past: 'initialized', verb: 'initialize', object: `${who} as a ${is.name}`, kind: 'made' };
  }
  if (was !== undefined && is === undefined) return { past: 'cleared', verb: 'clear', object: who, kind: 'closed' };
  const fields = was === undefined || is === undefined ? [] : differences(fieldsOf(was), fieldsOf(is), '');
  const ordered = [...fields.filter(({ name }) => field !== undefined && name.startsWith(field)), ...fields];
  for (const each of ordered) {
    const deed = deedToField(each, is!.name, who, show);
    if (deed !== undefined) return deed;
  }
  if (took !== 0n) return lamports();
  if (before.data.length !== after.data.length) {
    const object = `${who} from ${numberText(before.data.length)} to ${numberText(after.data.length)} bytes`;
    return { past: 'resized', verb: 'resize', object, kind: 'changed' };
  }
  return { past: 'changed', verb: 'change', object: `the data of ${who}`, kind: 'changed' };
}

const readState = ({ owner, data }: AccountState): AccountReading | undefined => {
  const reading = readKnownAccount(owner, data);
  const isEmpty = reading?.fields['isInitialized'] === false || reading?.fields['state'] === 'uninitialized';
  return isEmpty || reading?.fields['kind'] === 'Uninitialized' ? undefined : reading;
};

/** The fields in the order in which they matter: authorities last of a token account's, behind what it holds. */
const fieldsOf = ({ fields }: AccountReading) => {
  const { state, amount, supply, ...rest } = fields;
  const known = (named: Readonly<Record<string, DecodedValue | undefined>>) =>
    Object.fromEntries(Object.entries(named).filter(([, value]) => value !== undefined)) as Record<
      string,
      DecodedValue
    >;
  return { ...known({ state, amount }), ...rest, ...known({ supply }) };
};

function deedToField(
  { name, before, after }: FieldChange,
  kind: string,
  who: string,
  show: ShowAddress,
): Deed | undefined {
  if (name === 'state' && after === 'frozen') return { past: 'froze', verb: 'freeze', object: who, kind: 'changed' };
  if (name === 'state' && before === 'frozen') return { past: 'thawed', verb: 'thaw', object: who, kind: 'changed' };
  if (name === 'amount' && typeof before === 'bigint' && typeof after === 'bigint') {
    return after < before
      ? {
          past: 'took',
          verb: 'take',
          object: `${numberText(before - after)} of the ${numberText(before)} tokens of ${who}`,
          kind: 'taken',
        }
      : { past: 'put', verb: 'put', object: `${numberText(after - before)} tokens into ${who}`, kind: 'changed' };
  }
  if (name === 'delegatedAmount' && typeof before === 'bigint' && typeof after === 'bigint' && after < before) {
    const object = `${numberText(before - after)} of the ${numberText(before)} tokens of ${who} that were approved`;
    return { past: 'took', verb: 'take', object, kind: 'taken' };
  }
  const field = `the ${wordsOf(name, kind)} of ${who}`;
  if (after instanceof Uint8Array && before instanceof Uint8Array) {
    return { past: 'changed', verb: 'change', object: field, kind: 'changed' };
  }
  if (after === null) return { past: 'removed', verb: 'remove', object: field, kind: 'changed' };
  if (before === null)
    return { past: 'set', verb: 'set', object: `${field} to ${valueWords(after, show)}`, kind: 'changed' };
  const object = `${field} from ${valueWords(before, show)} to ${valueWords(after, show)}`;
  return { past: 'changed', verb: 'change', object, kind: 'changed' };
}

function wordsOf(name: string, kind: string): string {
  const words = name
    .replace(/^extensions\./, 'extension ')
    .replace(/(?<=[a-z])([A-Z])/g, (_, letter: string) =>
      name.startsWith('extensions') ? letter : ` ${letter.toLowerCase()}`,
    );
  return kind === 'mint' && name === 'authority' ? 'mint authority' : words;
}

function valueWords(value: DecodedValue, show: ShowAddress): string {
  if (typeof value === 'string') return value.length >= 32 ? show(value) : value;
  if (typeof value === 'number' || typeof value === 'bigint') return numberText(value);
  if (Array.isArray(value)) return `${value.length} entries`;
  return value instanceof Uint8Array ? `${value.length} bytes` : String(value);
}
