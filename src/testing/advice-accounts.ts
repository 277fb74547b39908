// Proposals about accounts and instructions: locks that nothing writes under, signatures that nobody asks for, accounts and
// instructions that change nothing.

import { COMPUTE_BUDGET_ID } from '../runtime/addresses.ts';
import { PRECOMPILES } from '../runtime/precompiles/index.ts';
import type { CallFrame } from '../trace/transaction-trace.ts';
import type { Instruction } from '../wire/message-compiler.ts';
import type { Pubkey } from '../wire/pubkey.ts';
import { type Proposal, type Scene, saidIn } from './advice-scene.ts';
import { toAddress } from './kit.ts';

const REQUEST_HEAP_FRAME = 1;
/** Programs that are called for what they say or check, not for what they change. */
const SPEAKING_PROGRAMS = ['Memo', 'Memo v1', 'Memo v4', 'Noop'];

export function* accountTrials({ bench, trace }: Scene): Generator<Proposal> {
  const { keys, roles } = bench.prepared.sanitized;
  const nameOf = (key: Pubkey) => trace.names[key.toString()] ?? key.toString();
  for (const [i, key] of keys.entries()) {
    if (i === 0) continue;
    const { isSigner, isWritable } = roles[i];
    const account = toAddress(key);
    if (isWritable) {
      yield {
        code: 'READONLY_ACCOUNT',
        text: `Mark ${nameOf(key)} (account #${i}) read-only: nothing writes to it.`,
        method: 'It ran so, with the same end.',
        account,
        change: { instructions: withFlags(bench.instructions, key, { isWritable: false }) },
      };
    }
    if (isSigner) {
      yield {
        code: 'UNNEEDED_SIGNER',
        text: `Leave out the signature of ${nameOf(key)} (account #${i}): no program asks for it.`,
        method: 'It ran so, with the same end. That it is asked for nowhere else is yours to know.',
        account,
        change: { instructions: withFlags(bench.instructions, key, { isSigner: false }) },
      };
    }
  }
  for (const [i, instruction] of bench.instructions.entries()) {
    const accounts = instruction.accounts ?? [];
    const last = accounts.at(-1);
    if (last === undefined) continue;
    const shorter = { ...instruction, accounts: accounts.slice(0, -1) };
    const key = last.address as Pubkey;
    yield {
      code: 'UNNEEDED_ACCOUNT',
      text: `Leave out the last account of instruction #${i}, ${nameOf(key)}: the program does not look at it.`,
      method: 'It ran without it, with the same end.',
      instruction: i,
      account: toAddress(key),
      change: { instructions: bench.instructions.map((each, j) => (j === i ? shorter : each)) },
    };
  }
}

export function* instructionTrials({ bench, trace }: Scene): Generator<Proposal> {
  if (bench.instructions.length < 2) return;
  for (const [i, { programAddress, data }] of bench.instructions.entries()) {
    const program = programAddress as Pubkey;
    const frame = trace.instructions[i];
    const isRequest = program.equals(COMPUTE_BUDGET_ID);
    if (isRequest ? data?.[0] !== REQUEST_HEAP_FRAME : !isSilent(frame) || PRECOMPILES.get(program) !== undefined)
      continue;
    const name = frame.instruction === null ? '' : `::${frame.instruction.name}`;
    yield {
      code: 'UNNEEDED_INSTRUCTION',
      text: `Leave out instruction #${i}, ${frame.programName ?? program.toString()}${name}: ${isRequest ? 'no program needs the larger heap' : 'it changes nothing'}.`,
      method: `It ran without it, with the same end.${isRequest ? '' : ' What it checks would not be checked.'}`,
      instruction: i,
      program: toAddress(program),
      change: { instructions: bench.instructions.filter((_, j) => j !== i) },
      said: saidIn(trace.instructions.filter((_, j) => j !== i)),
    };
  }
}

/** Whether a frame did nothing that stays, and is not there to say or check something. */
function isSilent(frame: CallFrame): boolean {
  const isSpeaking = SPEAKING_PROGRAMS.includes(frame.programName ?? '');
  // Data lines are events, which somebody may wait for.
  const hasEvents = saidIn([frame]).some((line) => line.startsWith('Program data: '));
  return frame.changes.length === 0 && frame.returnData === null && !isSpeaking && !hasEvents;
}

function withFlags(
  instructions: readonly Instruction[],
  key: Pubkey,
  flags: { readonly isSigner?: boolean; readonly isWritable?: boolean },
): readonly Instruction[] {
  return instructions.map((instruction) => ({
    ...instruction,
    accounts: (instruction.accounts ?? []).map((meta) =>
      (meta.address as Pubkey).equals(key) ? { ...meta, ...flags } : meta,
    ),
  }));
}
