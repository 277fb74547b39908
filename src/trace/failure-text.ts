// Says in words why a frame failed: a sentence of cause and what to change, from the facts that the refusing rule looked
// at. One row for each error that the runtime itself raises. A program's own error is its own business: the sentence
// names the frame and the error, and claims nothing more.
// Reads the trace only. How an address is written in a sentence is the caller's choice. A transaction that failed as a
// whole is transaction-failure-text.ts's.

import { isOnCurve } from '../crypto/curve.ts';
import { decodeBase58 } from '../wire/base58.ts';
import { SYSTEM_PROGRAM } from './explain-view.ts';
import { EXPLANATION_CODES, withNames } from './explanation.ts';
import { codeOfFailure, NO_FACTS, nameError } from './failure-code.ts';
import { describeOutOfUnits } from './failure-compute.ts';
import { faultFixes, syscallFixes } from './failure-fault.ts';
import { describeLack } from './failure-lamports.ts';
import { WELL_KNOWN_NAMES } from './names.ts';
import { seedWords } from './seeds.ts';
import {
  type CallFrame,
  type Flags,
  pathToOrigin,
  type RefusalFacts,
  type TracedAccount,
  type TransactionTrace,
} from './transaction-trace.ts';
import { numberText } from './value-text.ts';

/** How an address is to be written. */
export type ShowAddress = (address: string) => string;

export interface FailureText {
  /** The error's name and its text. */
  readonly title: string;
  readonly cause: string;
  /** What to change; empty where the facts don't tell. */
  readonly fixes: readonly string[];
  /** Those among the fixes that seeds make needless, once they are found. */
  readonly seedFixes?: readonly string[];
  /** Facts of the refusal that `cause` has said already. */
  readonly said: readonly (keyof RefusalFacts)[];
  /** Whether `cause` says all that the error's own text does. */
  readonly isWhole?: boolean;
}

/** Everything a row may look at. */
interface Scene {
  readonly trace: TransactionTrace;
  /** From the top-level instruction to the frame that raised the failure. */
  readonly path: readonly CallFrame[];
  readonly frame: CallFrame;
  /** The caller's name; "The transaction" at top level. */
  readonly caller: string;
  /** The name of the frame's program. */
  readonly program: string;
  readonly facts: RefusalFacts;
  readonly show: ShowAddress;
}

type Words = Pick<FailureText, 'cause'> & Partial<FailureText>;
type Row = (scene: Scene) => Words;

/** The failure where it began, in words; undefined where no frame failed. */
export function describeFailure(trace: TransactionTrace, show: ShowAddress): FailureText | undefined {
  const path = pathToOrigin(trace);
  const frame = path.at(-1);
  if (frame?.failure == null) return undefined;
  const { failure } = frame;
  const caller = path.length < 2 ? 'The transaction' : nameOf(path[path.length - 2], show);
  const facts = failure.refusal ?? NO_FACTS;
  const scene: Scene = { trace, path, frame, caller, program: nameOf(frame, show), facts, show };
  const name = failure.custom?.name ?? failure.kind;
  const title = name === 'Custom' ? failure.text : `${name}: ${failure.custom?.message ?? failure.text}`;
  const words = (ROWS[failure.kind] ?? ownError)(scene);
  // Where the facts don't tell what to change, the table of codes says what usually helps.
  const fixes = words.fixes !== undefined && words.fixes.length > 0 ? words.fixes : usualFixes(frame);
  return { title, said: [], ...words, fixes };
}

function usualFixes(frame: CallFrame): readonly string[] {
  const fixes = [...faultFixes(frame), ...nameError(frame).fixes];
  return fixes.length > 0 ? fixes : (EXPLANATION_CODES[codeOfFailure(frame)]?.fixes ?? []);
}

/** Bytes of data that an account may have. */
const MAX_ACCOUNT_LEN = 10 * 1024 * 1024;

const ROWS: Readonly<Record<string, Row>> = {
  // What a caller may not do
  PrivilegeEscalation(scene) {
    if (scene.facts.account === null) return ownError(scene);
    return scene.facts.asked === 'signer'
      ? signerRefused(scene, scene.facts.account)
      : writeRefused(scene, scene.facts.account);
  },
  MissingAccount(scene) {
    const { facts, frame, caller, program, path, show } = scene;
    if (facts.account === null) {
      if (facts.limit === null || facts.actual === null) return ownError(scene);
      const cause = `${program} needs at least ${count(facts.limit, 'account')} here; it was given ${numberText(facts.actual)}.`;
      return { cause, said: ['limit', 'actual'] };
    }
    const account = show(facts.account);
    const isProgram = facts.account === frame.programAddress;
    const what = isProgram ? `the program ${account}` : accountIn(frame, facts.account, show);
    if (facts.rule === 'translate_accounts_common') {
      return {
        cause: `${caller} names ${what} in its call to ${program}, but not among the account infos it passes along.`,
        fixes: [`Add ${account} to the account infos of the call.`],
        said: ['detail'],
      };
    }
    return {
      cause: `${caller} calls ${isProgram ? account : `${program} with ${what}`}, which is ${facts.detail ?? 'not there'}.`,
      fixes:
        path.length <= 2
          ? [
              `Add ${account} to the accounts of instruction #${path[0].path[0]}${isProgram ? '; a program that is called is one of them' : ''}.`,
            ]
          : [`Pass ${account} down to ${caller}: every call on the way needs it among its accounts.`],
      said: ['detail'],
    };
  },
  BadSeeds: ({ facts, frame, caller, program, show }) => {
    const { limit, actual, detail, asked } = facts;
    const isCall = frame.failure!.stage === 'before';
    const isOwn = facts.program === frame.programAddress;
    const under = facts.program === null ? '' : ` under ${isOwn ? 'its own id' : show(facts.program)}`;
    const derives = isCall ? `${caller} signs with seeds that are none` : `${program} derives an address${under}`;
    const words = detail === null ? undefined : withNames(detail, show);
    const said: Words['said'] = ['detail', 'limit', 'actual', 'asked'];
    if (limit === null || actual === null) {
      const cause = `The signer ${words ?? 'seeds'} give no address under ${caller}: what they hash to is a point on the curve.`;
      return { cause, said, isWhole: true };
    }
    if (asked === 'seeds') {
      const cause = `${derives} from ${numberText(actual)} seeds; at most ${numberText(limit)} are allowed, the bump included.`;
      return { cause, fixes: ['Join seeds, or hash them first.'], said, isWhole: true };
    }
    return {
      cause: `${derives}${isCall ? '' : ' from a seed that is too long'}: ${words}; at most ${numberText(limit)} are allowed.`,
      fixes: [
        words?.includes('the text of ') === true
          ? 'Use the 32 bytes of the address, not its text.'
          : 'Cut the value into seeds of 32 bytes, or hash it first; in all places that derive the address.',
      ],
      said,
      isWhole: true,
    };
  },
  ProgramNotSupported: ({ facts, program }) => ({
    cause: `${program} can't be called by a program: ${facts.detail ?? 'the runtime forbids it'}.`,
    said: ['detail'],
    isWhole: true,
  }),
  ReentrancyNotAllowed: ({ path, program, show }) => ({
    cause: `${program} is running already, further out: ${chainOf(path, show)}. Only a program itself may call itself again, and only directly.`,
  }),
  CallDepth: ({ facts, path, show }) => ({
    cause: `This call would be number ${facts.actual ?? path.length} on the stack, and ${facts.limit ?? path.length - 1} is the limit: ${chainOf(path, show)}.`,
    said: ['limit', 'actual'],
  }),
  MaxInstructionTraceLengthExceeded: ({ facts }) => ({
    cause: `A transaction has at most ${numberText(facts.limit ?? 64)} instructions, calls included; this would be one more.`,
    said: ['limit', 'actual'],
  }),
  UnsupportedProgramId({ trace, facts, frame, show }) {
    const address = facts.program ?? frame.programAddress;
    const state = trace.accounts.find((account) => account.address === address)?.after;
    if (/^owned by/.test(facts.detail ?? '') && state?.executable === false) {
      const isGone = state.lamports === 0n && state.data.length === 0;
      return {
        cause: `${show(address!)} can't be run: ${isGone ? 'there is no account at its address' : `it is ${withNames(facts.detail!, show)}, and no program`}.`,
        fixes: [
          isGone
            ? 'Deploy the program (in a test: addProgram), or correct its address.'
            : 'Pass the program that is meant: check its address, and the order of the accounts.',
        ],
        said: ['detail'],
      };
    }
    const why = facts.detail === null ? 'there is no program to run' : withNames(facts.detail, show);
    return {
      cause: `${address === null ? 'The account' : show(address)} can't be run: ${why}.`,
      fixes: /from slot/.test(why)
        ? ['Wait for that slot; in a test, warp to it after deploying.']
        : /is closed/.test(why)
          ? ['A closed program stays closed: deploy it at another address.']
          : [],
      said: ['detail'],
    };
  },

  // What a program may not do to an account
  ExternalAccountLamportSpend(scene) {
    const words = changeRefused('took lamports from', 'Let the owner do it: only an owner may take lamports.')(scene);
    if (scene.facts.account === null || !scene.facts.detail?.includes(SYSTEM_PROGRAM)) return words;
    const account = accountIn(scene.frame, scene.facts.account, scene.show);
    return {
      ...words,
      fixes: [`Let System transfer them: ${account} must sign, a PDA by its seeds in invoke_signed.`],
    };
  },
  ReadonlyLamportChange: changeRefused('changed the lamports of', 'writable'),
  ReadonlyDataModified: changeRefused('wrote to the data of', 'writable'),
  ExternalAccountDataModified: changeRefused('wrote to the data of', 'Let the owner do it: only an owner may write.'),
  ModifiedProgramId(scene) {
    const fix = 'Only the present owner may, on a writable account whose data is all zeros.';
    const words = changeRefused('changed the owner of', fix)(scene);
    // What is left of the reasons where it owns the account and may write it.
    const { account, held, detail } = scene.facts;
    const hasData = account !== null && held?.isWritable === true && detail === null;
    return hasData ? { ...words, cause: words.cause.replace(/\.$/, ', whose data is not all zeros.') } : words;
  },
  ExecutableModified: changeRefused('changed the executable flag of', 'Only the owner may, on a writable account.'),
  InvalidRealloc(scene) {
    const { facts, frame, show } = scene;
    if (facts.limit === null || facts.actual === null) return ownError(scene);
    const account = facts.account === null ? 'an account' : accountIn(frame, facts.account, show);
    return {
      cause: `${frame.failure!.stage === 'before' ? scene.caller : scene.program} resized ${account} to ${numberText(facts.actual)} bytes; at most ${numberText(facts.limit)} are allowed here.`,
      fixes: [
        facts.limit === MAX_ACCOUNT_LEN
          ? 'An account holds at most 10 MiB: spread the data over several accounts.'
          : frame.failure!.stage === 'after'
            ? 'Within a call an account grows by at most 10,240 bytes: create it in an instruction of the transaction, or let later instructions grow it.'
            : 'Grow an account by at most 10,240 bytes in one instruction, or create it at its full size.',
      ],
      said: ['limit', 'actual'],
    };
  },
  AccountBorrowFailed: ({ facts, frame, program, show }) => ({
    cause: `${program} reaches for ${facts.account === null ? 'an account' : accountIn(frame, facts.account, show)} while it is in use. Was the same account passed twice?`,
  }),
  UnbalancedInstruction({ facts, caller, program }) {
    const actual = facts.actual ?? 0;
    const isBeforeCall = facts.rule === 'push';
    const lamports = `${count(actual < 0 ? -actual : actual, 'lamport')} ${actual < 0 ? 'less' : 'more'}`;
    return {
      cause: `${isBeforeCall ? caller : program} left its accounts with ${lamports} than before${isBeforeCall ? ', when it made this call' : ''}. Lamports are moved, never made or lost.`,
      fixes: [`Give each lamport that is taken from one account to another${isBeforeCall ? ', before the call' : ''}.`],
      said: ['limit', 'actual'],
    };
  },

  // What the machine doesn't do
  ComputationalBudgetExceeded: outOfCompute,
  ExceededMaxInstructions: outOfCompute,
};

function writeRefused(scene: Scene, address: string): Words {
  const { frame, caller, program, show } = scene;
  return {
    cause: `${caller} asks for ${accountIn(frame, address, show, 'isWritable')} to be writable in its call to ${program}, but holds it read-only itself.`,
    fixes: [`${flagFix(scene, callersOf(scene), address, 'isWritable')}.`],
    said: ['detail'],
  };
}

function signerRefused(scene: Scene, address: string): Words {
  const { frame, caller, program, show } = scene;
  const asks = `${caller} asks for ${accountIn(frame, address, show, 'isSigner')} as a signer in its call to ${program}`;
  // Seeds that sign for another account of the call were not meant for this one.
  const idle = frame.signers.filter(
    (signer) => !frame.accounts.some(({ address: named, asked }) => named === signer.address && asked?.isSigner),
  );
  if (idle.length > 0) {
    const derived = idle.map((signer) => show(signer.address)).join(', ');
    const passed = idle.find((signer) => scene.trace.accounts.some((account) => account.address === signer.address));
    const fixes = [
      ...(passed === undefined
        ? []
        : [`The seeds sign for ${show(passed.address)}: is that the one to pass, in place of ${show(address)}?`]),
      `Check the seeds, their order and the bump, and that ${show(address)} is an address derived under ${caller}.`,
    ];
    const given = idle.length === 1 ? `, ${seedWords(idle[0].seeds, show)},` : '';
    const cause = `${asks}, but the seeds it gives${given} derive to ${derived}.`;
    return { cause, fixes, seedFixes: fixes, said: ['detail'] };
  }
  const toSign = flagFix(scene, callersOf(scene), address, 'isSigner');
  const signedAbove = callersOf(scene).findLast((each) => isSignerIn(each, address));
  if (signedAbove !== undefined) {
    const cause = `${asks}, but was not given its signature: ${nameOf(signedAbove, show)} had it, and did not pass it on.`;
    return { cause, fixes: [`${toSign}.`], seedFixes: [`${toSign}.`], said: ['detail'] };
  }
  // Programs that everybody knows sign for their own only: what calls them must.
  const signers = callersOf(scene).filter(
    ({ programAddress }) => !Object.hasOwn(WELL_KNOWN_NAMES, programAddress ?? ''),
  );
  const deriving = signers.at(-1);
  const deriver = deriving === undefined ? caller : nameOf(deriving, show);
  const called = deriving === undefined ? undefined : scene.path[scene.path.indexOf(deriving) + 1];
  const place =
    called === undefined || called === frame ? '' : `, and mark it a signer, where it calls ${nameOf(called, show)}`;
  // Only what lies beside the curve is derived. What is on it has a private key, or could.
  const fixes = isOnCurve(decodeBase58(address)!)
    ? [`${toSign}. It lies on the curve, so no seeds lead to it.`]
    : [
        `Where ${show(address)} is derived under ${deriver}: give its seeds to invoke_signed${place}.`,
        `Where it is a wallet: ${lowerFirst(toSign)}.`,
      ];
  const cause = `${asks}, but it has not signed, and no seeds were given for it.`;
  return { cause, fixes, seedFixes: fixes, said: ['detail'] };
}

function isSignerIn({ accounts }: CallFrame, address: string): boolean {
  return accounts.some((account) => account.address === address && account.isSigner);
}

/**
 * Where on the way down the flag was not given: in the transaction, or in a program's call.
 *
 * @param holders the frames that had to hold it
 */
function flagFix(
  { trace, show }: Scene,
  holders: readonly CallFrame[],
  address: string,
  flag: 'isSigner' | 'isWritable',
): string {
  const word = flag === 'isSigner' ? 'as a signer' : 'writable';
  const lacking = holders.findIndex((holder) => !holder.accounts.some((a) => a.address === address && a[flag]));
  if (lacking > 0) {
    const [giver, taker] = [holders[lacking - 1], holders[lacking]];
    return `Mark ${accountIn(taker, address, show)} ${word} where ${nameOf(giver, show)} calls ${nameOf(taker, show)}`;
  }
  const [top] = holders;
  const place = top.accounts.findIndex((account) => account.address === address);
  const listed = trace.accounts.find((account) => account.address === address);
  if (listed?.lookup !== undefined && flag === 'isSigner') {
    return `List ${show(address)} in the message itself, as a signer: an account from a lookup table can’t sign`;
  }
  if (flag === 'isWritable' && listed !== undefined && isNeverWritable(listed)) {
    return `Ask for ${accountIn(top, address, show)} read-only: nobody can write it`;
  }
  const looked = listed?.lookup === undefined ? '' : ', so that the lookup table adds it as writable';
  const down = holders.length > 1 ? ', and in each call on the way down' : '';
  if (place < 0) return `Add ${show(address)} to the accounts of instruction #${top.path[0]}, ${word}${down}`;
  const role = top.accounts[place].role;
  const which = role === null ? `${show(address)} (account ${place})` : `\`${role}\` (account ${place})`;
  return `Mark ${which} ${word} in instruction #${top.path[0]} of the transaction${looked}${down}`;
}

const UNWRITABLE_OWNERS: readonly string[] = [
  'NativeLoader1111111111111111111111111111111',
  'Sysvar1111111111111111111111111111111111111',
];

/** Builtin programs, sysvars, programs that the transaction runs. */
function isNeverWritable({ isDemoted, before }: TracedAccount): boolean {
  return isDemoted === true || (before !== null && UNWRITABLE_OWNERS.includes(before.owner));
}

/** @param fix a sentence, or `writable` where marking it so is what helps */
function changeRefused(verb: string, fix: string): Row {
  return (scene) => {
    const { facts, frame, show } = scene;
    if (facts.account === null) return ownError(scene);
    const { account, held, detail } = facts;
    const done = facts.asked === 'resize data' ? 'resized' : verb;
    const owner = detail?.startsWith('owned by ') ? `, ${withNames(detail, show)}` : '';
    const flag = held === null || held.isWritable ? '' : ', which it holds read-only';
    const holders = frame.failure!.stage === 'run' ? scene.path : callersOf(scene);
    const listed = scene.trace.accounts.find((each) => each.address === account);
    const isRun = listed?.isDemoted === true && listed.before?.executable === true;
    const never =
      listed !== undefined && isNeverWritable(listed)
        ? `Pass another account: nobody can write ${accountIn(frame, account, show)}${isRun ? ' in a transaction that runs it' : ''}.`
        : undefined;
    return {
      cause: `${subjectOf(scene)} ${done} ${accountIn(frame, account, show)}${fix === 'writable' ? flag : owner || flag}.`,
      fixes: [fix === 'writable' ? (never ?? `${flagFix(scene, holders, account, 'isWritable')}.`) : fix],
      said: fix === 'writable' ? [] : ['detail'],
    };
  };
}

function outOfCompute({ trace, path, caller, program, facts, show }: Scene): Words {
  return describeOutOfUnits({ trace, path, caller, program, facts, nameOf: (frame) => nameOf(frame, show) });
}

/** What the frame's own program said, with what it looked at where it is a builtin and told. */
function ownError(scene: Scene): Words {
  const { frame, program, caller, facts, show } = scene;
  const { kind, error, custom, stage } = frame.failure!;
  if (facts.asked === 'signer' && facts.account !== null && kind === 'MissingRequiredSignature') {
    const what = frame.instruction === null ? program : `${program}'s ${frame.instruction.name}`;
    const cause = `${what} needs the signature of ${accountIn(frame, facts.account, show)}, which did not sign.`;
    return { cause, fixes: factFixes(scene), said: ['detail', 'asked'] };
  }
  const code = typeof error === 'object' ? `its own error ${error.Custom}` : kind;
  const name = custom === null ? code : `${custom.name} (${code})`;
  // A builtin's own words begin with the instruction.
  const isNamed = frame.instruction !== null && frame.instruction.name !== program && facts.detail === null;
  const instruction = isNamed ? ` in ${frame.instruction!.name}` : '';
  const isStopped = error === 'ProgramFailedToComplete' && kind !== error;
  const isNew = facts.detail !== null && facts.detail !== frame.failure!.text;
  const detail = isNew ? `: ${withNames(facts.detail!, show)}` : '';
  const about = facts.account === null || detail !== '' ? '' : ` for ${accountIn(frame, facts.account, show)}`;
  const cause = {
    before: `${caller}'s call to ${program} was refused with ${name}`,
    run: isStopped
      ? `${program} was stopped${instruction} by ${name}`
      : `${program} returned ${name}${instruction}${about}`,
    after: `What ${program} did could not be handed back to ${caller}: ${name}`,
  }[stage];
  const value =
    kind === 'InvalidError' && facts.actual !== null
      ? ` (0x${facts.actual.toString(16)}, which stands for no error)`
      : '';
  const fixes = syscallFixes(frame) ?? factFixes(scene);
  const said = saidBy(facts);
  if (kind === 'UnalignedPointer' && facts.actual !== null) {
    const where = frame.fault?.syscall ?? 'the runtime';
    const address = `0x${facts.actual.toString(16)}`;
    const sentence = `${stage === 'run' ? program : caller} gave ${where} a pointer to ${address}, which is no multiple of ${facts.limit ?? 8}.`;
    return { cause: sentence, fixes, said: [...said, 'limit', 'actual'], isWhole: true };
  }
  return { cause: `${cause}${value}${detail}.`.replace(/\.\.$/, '.'), fixes, said };
}

/** What `detail` has said already. What a program returned stands in its error. */
function saidBy({ rule, limit, actual, detail }: RefusalFacts): (keyof RefusalFacts)[] {
  const said: (keyof RefusalFacts)[] = ['detail'];
  if (rule === 'program result') said.push('actual');
  if (limit !== null && actual !== null && detail?.includes(`${limit}`) && detail.includes(`${actual}`)) {
    said.push('limit', 'actual', 'asked');
  }
  return said;
}

function factFixes(scene: Scene): string[] {
  const { facts, frame, path, show } = scene;
  if (facts.account === null) return [];
  const account = accountIn(frame, facts.account, show);
  const lack = describeLack(scene.trace, frame, facts, account, show);
  if (lack !== undefined) return [lack.fix];
  if (facts.asked === 'signer') {
    // Nobody has the key of an address beside the curve.
    const isDerived = path.length === 1 && !isOnCurve(decodeBase58(facts.account)!);
    return [
      `${flagFix(scene, path, facts.account, 'isSigner')}.`,
      ...(isDerived
        ? [
            `Where ${show(facts.account)} is derived from seeds: only its program can sign for it, in a call of its own.`,
          ]
        : []),
    ];
  }
  if (facts.asked === 'writable') return [`${flagFix(scene, path, facts.account, 'isWritable')}.`];
  return [];
}

/** The frames above the one that failed; a top-level instruction has only itself. */
function callersOf({ path }: Scene): readonly CallFrame[] {
  return path.length > 1 ? path.slice(0, -1) : path;
}

/** The program whose doing the rule judged. */
function subjectOf({ frame, facts, caller, program, show }: Scene): string {
  if (facts.program !== null) return show(facts.program);
  return frame.failure!.stage === 'run' ? program : caller;
}

function nameOf(frame: CallFrame, show: ShowAddress): string {
  if (frame.programAddress === null) return 'a program';
  return frame.programName ?? show(frame.programAddress);
}

function chainOf(path: readonly CallFrame[], show: ShowAddress): string {
  return path.map((frame) => nameOf(frame, show)).join(' → ');
}

/**
 * An account by the role it has in a frame, with its address.
 *
 * @param asked what was asked for at the place that is meant, of an account that stands at several
 */
function accountIn(frame: CallFrame, address: string, show: ShowAddress, asked?: keyof Flags): string {
  const places = frame.accounts.filter((account) => account.address === address);
  const place = asked === undefined ? undefined : places.find((account) => account.asked?.[asked]);
  const role = (place ?? places[0])?.role ?? null;
  return role === null ? show(address) : `\`${role}\` (${show(address)})`;
}

function count(amount: number | bigint, noun: string): string {
  return `${numberText(amount)} ${noun}${amount === 1 || amount === 1n ? '' : 's'}`;
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
