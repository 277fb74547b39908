// Where and how the machine stopped a program, in a sentence: the memory it reached for, the function it was in, what called
// that one.

import { withNames } from './explanation.ts';
import type { ShowAddress } from './failure-text.ts';
import type { CallFrame, FrameFault } from './transaction-trace.ts';

const SHOWN_CALLERS = 6;

/** Undefined where the machine did not stop the program. */
export function describeFault(frame: CallFrame, program: string, show: ShowAddress): string | undefined {
  const { fault, failure } = frame;
  if (fault === null || failure === null || failure.stage !== 'run') return undefined;
  const { place, access, syscall } = fault;
  const where = `in ${place.functionName} (instruction ${place.pc})`;
  if (access !== null) {
    const verb = access.access === 'load' ? 'read' : 'wrote';
    const words = withNames(access.words, show).replace(/account (\d+)/, (whole, index: string) => {
      const role = frame.accounts[Number(index)]?.role;
      return role == null ? whole : `\`${role}\``;
    });
    const through = syscall === null ? '' : `, through ${syscall}`;
    const bytes = `${access.length} byte${access.length === 1n ? '' : 's'}`;
    const sentence = `${program} ${verb} ${bytes} at 0x${access.vmAddr.toString(16)}, ${words}, ${where}${through}.`;
    return isBehindAccounts(frame) ? `${sentence} ${behindAccounts(frame)}` : sentence;
  }
  switch (failure.kind) {
    case 'DivideByZero':
      return `${program} divided by zero ${where}.`;
    case 'DivideOverflow':
      return `${program} overflowed a division ${where}: the smallest number divided by -1.`;
    case 'CallDepthExceeded':
      return `${program} nested more than 64 calls of functions, innermost ${where}.`;
    case 'ExecutionOverrun':
    case 'CallOutsideTextSegment':
    case 'InvalidInstruction':
    case 'UnsupportedInstruction':
      return `${program} was stopped ${where}: ${failure.text}${codeWords(fault)}.`;
    default:
      return undefined;
  }
}

/** Behind the input, so near that further accounts may be what was looked for there. */
const NEAR_INPUT = 64 * 1024;
/** What a program in TypeScript reads of an account. */
const OF_ACCOUNT =
  /^TypeError: .* undefined \(reading '(?:key|lamports|owner|data|isSigner|isWritable|executable|dataLen)'\)/;

/** Whether the program read behind all of the input, where a further account would have stood. */
function isBehindAccounts({ fault }: CallFrame): boolean {
  const bytes = /^(\d+) bytes past the end of the input/.exec(fault?.access?.words ?? '')?.[1];
  return fault?.access?.access === 'load' && bytes !== undefined && Number(bytes) < NEAR_INPUT;
}

function behindAccounts({ accounts: { length } }: CallFrame): string {
  if (length === 0) return 'It was passed no accounts, and read where they would stand.';
  return `It was passed ${length} account${length === 1 ? ', and read past it' : 's, and read past them'}.`;
}

/** How many accounts a program in TypeScript was passed, where it threw at one that is not there. */
export function lacksAccount(frame: CallFrame, panic: string): string | undefined {
  if (frame.failure?.refusal?.rule !== 'panic' || !OF_ACCOUNT.test(panic)) return undefined;
  const { length } = frame.accounts;
  const were = length === 0 ? 'no accounts' : `${length} account${length === 1 ? '' : 's'}`;
  return `It was passed ${were}; a further one, where it reads it, is undefined.`;
}

/** What the instruction itself tells: where a pointer led, which syscall is not there. */
function codeWords({ code, registers }: FrameFault): string {
  const text = code.find(({ isFault }) => isFault)?.text ?? '';
  const register = /^callx r(\d+)/.exec(text)?.[1];
  if (register !== undefined) return `: ${`r${register}`} is 0x${registers[Number(register)]?.toString(16)}`;
  const hash = /^syscall (-?\d+)$/.exec(text)?.[1];
  if (hash === undefined) return '';
  return `: there is no syscall with the hash 0x${(Number(hash) >>> 0).toString(16).padStart(8, '0')}`;
}

/** The functions that called the one that was stopped; runs of the same one are counted. */
export function describeCallers(frame: CallFrame): string | undefined {
  const { place, callStack = [] } = frame.fault ?? {};
  // A call that leads nowhere stands on the stack as well.
  const isDouble = callStack.length > 1 && callStack[1].pc === place?.pc && frame.failure?.kind !== 'CallDepthExceeded';
  const callers = callStack.slice(isDouble ? 2 : 1);
  if (callers.length === 0) return undefined;
  const runs: { text: string; count: number }[] = [];
  for (const { functionName, pc } of callers) {
    const text = `${functionName} (${pc})`;
    const last = runs.at(-1);
    if (last?.text === text) last.count++;
    else runs.push({ text, count: 1 });
  }
  const shown = runs.slice(0, SHOWN_CALLERS).map(({ text, count }) => (count === 1 ? text : `${text} × ${count}`));
  return `Called from ${shown.join(' ← ')}${runs.length > SHOWN_CALLERS ? ' ← …' : ''}.`;
}

/**
 * Why the chain reports another error than the one that a call was refused with: with account data in regions of its own, an
 * access violation in what is reserved for it becomes an error about the account. Undefined where both are the same.
 *
 * @param path from the top-level instruction to the frame that raised the failure
 */
export function describeReported(path: readonly CallFrame[], show: ShowAddress): string | undefined {
  const caller = path[path.length - 2];
  const access = caller?.fault?.access ?? null;
  if (access === null || caller.failure === null) return undefined;
  const { error } = caller.failure;
  if (typeof error !== 'string' || error === path[path.length - 1].failure?.error) return undefined;
  return `The chain reports ${error}: the address is ${withNames(access.words, show)}, and an access violation there becomes an error about the account.`;
}

/** What to do about memory that was reached for, by where it lies; empty where the code's own advice is all there is. */
export function faultFixes(frame: CallFrame): string[] {
  const { access = null, syscall = null } = frame.fault ?? {};
  if (access === null) return [];
  const { words } = access;
  const via = syscall === null ? '' : ` The length and the pointers given to ${syscall} are its arguments.`;
  if (words.includes('before a null pointer')) {
    return [`Look at how the pointer is computed: it went below zero, as an offset from nothing does.${via}`];
  }
  if (words.includes('null pointer')) {
    return [`Look at what gives the pointer: nothing was found, or an allocation failed.${via}`];
  }
  if (words.includes('before the input')) return ['Look at how the pointer is computed: it went below where it began.'];
  if (words.includes('constants'))
    return ['Constants and code are read-only: copy the bytes to the stack or the heap first.'];
  if (words.includes('the heap')) {
    return [`Ask for a larger heap (RequestHeapFrame) with an allocator that knows of it, or allocate less.${via}`];
  }
  if (isBehindAccounts(frame)) {
    const { length } = frame.accounts;
    return [
      `Where the program wants more than ${length} account${length === 1 ? '' : 's'}: pass them all, in its order.`,
      'Check the number of accounts, and the length of the instruction data, before reading from them.',
    ];
  }
  if (words.includes('instruction data') || words.includes('end of the input')) {
    return ['Check the length of the instruction data and the number of accounts before reading from them.'];
  }
  if (access.account !== null) {
    return access.access === 'store'
      ? ['Write within the account’s length: create it with enough space, or resize it first.']
      : ['Read within the account’s length: check data_len before, and that the account holds what is expected.'];
  }
  return [];
}

/** What to do about arguments that a syscall does not take; undefined where the kind alone doesn't tell. */
export function syscallFixes({ failure }: CallFrame): string[] | undefined {
  const fix = Object.hasOwn(ARGUMENT_FIXES, failure!.kind) ? ARGUMENT_FIXES[failure!.kind] : undefined;
  return fix === undefined || failure!.error !== 'ProgramFailedToComplete' ? undefined : [fix];
}

const ARGUMENT_FIXES: Readonly<Record<string, string>> = {
  InvalidString: 'Log and name text only: bytes are logged by sol_log_data, or as hex.',
  ReturnDataTooLarge: 'Return 1,024 bytes at most: leave more in an account.',
  UnalignedPointer:
    'Let the compiler lay the value out, or align the buffer: a structure in bytes need not be aligned.',
  TooManySlices: 'Hash fewer slices: join them first.',
  CopyOverlapping: 'Use memmove where source and destination may overlap.',
  InvalidLength:
    'Check the lengths that are given: the input is shorter, longer or of another shape than the syscall takes.',
  InvalidAttribute: 'Check the numbers that choose the curve, the operation or the encoding.',
  InvalidParameters: 'Check the number that chooses the hash’s parameters.',
  InvalidEndianness: 'Endianness is 0 for big-endian and 1 for little-endian.',
};
