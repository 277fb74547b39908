// Proposals about programs: bumps they search for, log lines they write, an older build of Token, Associated Token's two ways
// to create an account. What only other code would do is tried by charging what that code would be charged.

import { bundledElf, bundledPrograms } from '../bank/bundled/index.ts';
import { BPF_LOADER_ID, BPF_LOADER_UPGRADEABLE_ID } from '../runtime/addresses.ts';
import { CREATE_PROGRAM_ADDRESS_UNITS } from '../runtime/execution-cost.ts';
import type { ExecutionEvent, ExecutionListener, MachineRun } from '../runtime/execution-events.ts';
import type { CallFrame } from '../trace/transaction-trace.ts';
import { numberText } from '../trace/value-text.ts';
import type { Account } from '../wire/account.ts';
import { equalBytes } from '../wire/bytes.ts';
import { Pubkey } from '../wire/pubkey.ts';
import { PubkeyMap } from '../wire/pubkey-map.ts';
import { framesOf, type Proposal, type Scene } from './advice-scene.ts';

const SEARCH = 'sol_try_find_program_address';
const MAX_BUMP = 255;
/** Units of log syscalls in all frames of a program that are worth a word. */
const MANY_LOG_UNITS = 500;

/** Gives units back to a program's frames, behind a syscall. */
class Refund implements ExecutionListener {
  readonly #program: string;
  readonly #refundOf: (syscall: string, units: number, bump: number | undefined) => number;
  readonly #runs: MachineRun[] = [];
  #bump: number | undefined;

  constructor(program: string, refundOf: (syscall: string, units: number, bump: number | undefined) => number) {
    this.#program = program;
    this.#refundOf = refundOf;
  }

  watch(run: MachineRun): undefined {
    this.#runs.push(run);
  }

  on(event: ExecutionEvent): void {
    const run = this.#runs.at(-1);
    if (event.type === 'exit' && run?.instruction === event.instruction) this.#runs.pop();
    if (event.type === 'derive') this.#bump = event.bump;
    if (event.type !== 'syscall') return;
    const bump = this.#bump;
    this.#bump = undefined;
    if (run === undefined || run.instruction.programId.toString() !== this.#program) return;
    run.vm.meter.remaining += this.#refundOf(event.name, event.units, bump);
  }
}

/** A program that is given the bump calls sol_create_program_address, which costs one try. */
export function* searchTrials(scene: Scene): Generator<Proposal> {
  for (const [program, frames] of ownPrograms(scene)) {
    const searches = frames.flatMap(({ derivations }) => derivations).filter(({ bump }) => bump !== null);
    const tries = searches.reduce((sum, { bump }) => sum + MAX_BUMP - bump!, 0);
    if (tries === 0) continue;
    const addresses = new Set(searches.map(({ address }) => address));
    const [{ address, bump }] = searches;
    const which =
      addresses.size === 1
        ? `the bump of ${scene.trace.names[address!] ?? address} (${bump})`
        : `the bumps of its ${addresses.size} derived addresses`;
    yield {
      code: 'KNOWN_BUMP',
      text: `Pass ${which} to ${nameOf(frames[0])}, or store it: the search takes ${numberText(tries)} ${tries === 1 ? 'try' : 'tries'} more than one.`,
      method: 'It ran with each search charged as sol_create_program_address.',
      program: frames[0].programAddress,
      change: {
        listener: new Refund(program, (syscall, _, found) => {
          return syscall === SEARCH && found !== undefined ? (MAX_BUMP - found) * CREATE_PROGRAM_ADDRESS_UNITS : 0;
        }),
      },
    };
  }
}

export function* logTrials(scene: Scene): Generator<Proposal> {
  for (const [program, frames] of ownPrograms(scene)) {
    const logs = frames.flatMap(({ syscalls }) => syscalls).filter(({ name }) => name.startsWith('sol_log_'));
    const units = logs.reduce((sum, log) => sum + log.units, 0);
    if (units < MANY_LOG_UNITS) continue;
    const lines = logs.reduce((sum, { count }) => sum + count, 0);
    yield {
      code: 'FEWER_LOGS',
      text: `Log less in ${nameOf(frames[0])}: ${numberText(lines)} lines cost this much in syscalls alone, and formatting them more.`,
      method: 'It ran with its log syscalls free of charge.',
      program: frames[0].programAddress,
      change: { listener: new Refund(program, (syscall, paid) => (syscall.startsWith('sol_log_') ? paid : 0)) },
    };
  }
}

/** Frames of programs whose code is the user's, by program. */
function ownPrograms({ trace, isOwn }: Scene): Map<string, CallFrame[]> {
  const programs = new Map<string, CallFrame[]>();
  for (const frame of framesOf(trace)) {
    if (!isOwn(frame)) continue;
    const frames = programs.get(frame.programAddress!);
    if (frames === undefined) programs.set(frame.programAddress!, [frame]);
    else frames.push(frame);
  }
  return programs;
}

const TOKEN = 'TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA';
/** Bytes before the ELF in loader v3's data accounts. */
const PROGRAM_DATA_METADATA_LEN = 45;

export function* newerTokenTrials({ bench, trace }: Scene): Generator<Proposal> {
  const { features } = bench.prepared.environment;
  const token = bench.prepared.loaded.programs.find(({ key }) => key.toString() === TOKEN);
  if (token === undefined || !framesOf(trace).some(({ programAddress }) => programAddress === TOKEN)) return;
  const buildOf = (replace_spl_token_with_p_token: boolean) => {
    const programs = bundledPrograms({ ...features, replace_spl_token_with_p_token });
    return bundledElf(programs.find(({ address }) => address === TOKEN)!);
  };
  const { account, programDataKey, programData } = token;
  const accounts = new PubkeyMap<Account>();
  if (account.owner.equals(BPF_LOADER_ID)) {
    if (!equalBytes(account.data, buildOf(false))) return;
    accounts.set(token.key, { ...fieldsOf(account), data: buildOf(true) });
  } else if (
    account.owner.equals(BPF_LOADER_UPGRADEABLE_ID) &&
    programDataKey !== undefined &&
    programData !== undefined
  ) {
    const { data } = programData;
    if (!equalBytes(data.subarray(PROGRAM_DATA_METADATA_LEN), buildOf(false))) return;
    const elf = buildOf(true);
    const renewed = new Uint8Array(PROGRAM_DATA_METADATA_LEN + elf.length);
    renewed.set(data.subarray(0, PROGRAM_DATA_METADATA_LEN));
    renewed.set(elf, PROGRAM_DATA_METADATA_LEN);
    accounts.set(programDataKey, { ...fieldsOf(programData), data: renewed });
  } else return;
  yield {
    code: 'NEWER_TOKEN',
    text: 'Measure with the feature replace_spl_token_with_p_token: Token runs in an older build here than on mainnet.',
    method: 'It ran with the build of mainnet, with the same end.',
    program: TOKEN as CallFrame['programAddress'],
    change: { accounts },
    // Builds differ in what they log.
    said: null,
  };
}

function fieldsOf({ lamports, data, owner, executable, rentEpoch }: Account): Account {
  return { lamports, data, owner, executable, rentEpoch };
}

const ASSOCIATED_TOKEN = Pubkey.fromBase58('ATokenGPvbdGVxr1b2hvZbsiqW5xWH25efTNsLJA8knL');
const CREATE_IDEMPOTENT = 1;

/** Of a transaction that failed: Create of a token account that is there already. */
export function* idempotentTrials({ bench, trace }: Scene): Generator<Proposal> {
  for (const [i, instruction] of bench.instructions.entries()) {
    const { programAddress, data } = instruction;
    const isCreate = (programAddress as Pubkey).equals(ASSOCIATED_TOKEN) && (data?.[0] ?? 0) === 0;
    if (!isCreate || trace.instructions[i]?.failure == null) continue;
    const idempotent = { ...instruction, data: new Uint8Array([CREATE_IDEMPOTENT]) };
    yield {
      code: 'CREATE_IDEMPOTENT',
      text: `Create the token account of instruction #${i} with CreateIdempotent: it is there already.`,
      method: 'It ran so, to its end.',
      instruction: i,
      change: { instructions: bench.instructions.map((each, j) => (j === i ? idempotent : each)) },
    };
  }
}

function nameOf({ programName, programAddress }: CallFrame): string {
  return programName ?? programAddress!;
}
