// Listens to one run of a transaction and keeps what its tree is made of: which frames there were, what each asked for and
// got, the meter at every boundary, log lines in place, and (state-journal.ts) what changed about the accounts.
// Nothing is decoded or named while the transaction runs; call-tree.ts does that when somebody asks for the trace.

import type { Refusal } from '../runtime/errors.ts';
import type {
  AccountMeta,
  DerivedSigner,
  ExecutionEvent,
  ExecutionListener,
  Instruction,
} from '../runtime/execution-events.ts';
import type { Fault } from '../runtime/fault.ts';
import type { InstructionContext, ReturnData, TransactionContext } from '../runtime/transaction-context.ts';
import type { Verdict } from '../wire/errors.ts';
import type { Pubkey } from '../wire/pubkey.ts';
import type { TransactionError } from '../wire/transaction-error.ts';
import { buildTrace } from './call-tree.ts';
import { DecoderRegistry } from './decoder.ts';
import { FrameReader, kindOfLine } from './frame-reader.ts';
import { AddressNames } from './names.ts';
import { type Snapshot, StateJournal } from './state-journal.ts';
import type { LogLine, TransactionTrace } from './transaction-trace.ts';

/** An account of the transaction, and how it came into it. */
export interface TransactionMeta extends AccountMeta {
  /** The lookup table it was loaded from. */
  readonly lookup?: { readonly table: Pubkey; readonly index: number } | undefined;
  /** Whether the message lists it as writable, and the runtime allows reads only. */
  readonly isDemoted?: boolean | undefined;
}

/** What the events don't tell: how the transaction came out, and what it looked like before anything ran. */
export interface OutcomeFacts {
  readonly error: TransactionError | undefined;
  /** Lamports. */
  readonly fee: bigint;
  /** Whether it was paid; true where it isn't said. */
  readonly isFeeCharged?: boolean | undefined;
  readonly computeUnitsConsumed: number;
  readonly computeUnitLimit?: number | undefined;
  /** Base58. */
  readonly signature?: string | undefined;
  /** The top-level instructions, so that those which never ran can be shown too. */
  readonly instructions?: readonly Instruction[] | undefined;
  /** The transaction's accounts with its own flags, in its order. */
  readonly accounts?: readonly TransactionMeta[] | undefined;
  /** What the check looked at that rejected the transaction as a whole. */
  readonly refusal?: Refusal | undefined;
}

export interface TraceOptions {
  /** Instructions are decoded by these; without any they are shown as bytes. */
  readonly decoders?: DecoderRegistry | undefined;
  /** The user's own names: address → label. They go before the well-known ones. */
  readonly names?: ReadonlyMap<string, string> | undefined;
}

/** A frame that derives more addresses than these in one run is looking for something else than its accounts. */
const MAX_DERIVATIONS = 256;

export interface RecordedFrame {
  readonly parent: RecordedFrame | undefined;
  readonly abi: 'c' | 'rust' | 'native' | 'typescript' | undefined;
  readonly stackHeight: number;
  readonly steps: (LogLine | RecordedFrame)[];
  /** Undefined where the attempt was refused before the instruction was read. Not set at top level. */
  asked: Instruction | undefined;
  signers: readonly DerivedSigner[];
  /** Set once it is entered, and for a top-level instruction. */
  context: InstructionContext | undefined;
  isEntered: boolean;
  /** Of the run, or of the refusal of a top-level instruction. */
  failure: Verdict | undefined;
  /** Of the attempt as a whole: the caller's view. */
  attemptFailure: Verdict | undefined;
  /** The Agave function in which a refused attempt ended. */
  step: string | undefined;
  /** The meter at the four boundaries; those of `enter` and `exit` are equal where it wasn't entered. */
  readonly units: { attempt: number; enter: number; exit: number; end: number };
  /** Positions in the journal's steps. */
  journalStart: number;
  journalEnd: number;
  returnData: ReturnData | undefined;
  readonly syscalls: { name: string; count: number; units: number }[];
  heapUnits: number;
  readonly derivations: (Extract<ExecutionEvent, { type: 'derive' }> & { readonly step: number })[];
  fault: Fault | undefined;
  /** Units that the fault took. */
  forfeited: number;
}

/**
 * One of the moments that frames begin and end at: `call` when it is asked for, `enter` and `exit` around its run, `return`
 * when the attempt is over, or was refused.
 */
export interface Boundary {
  readonly type: 'start' | 'call' | 'enter' | 'exit' | 'return' | 'end';
  /** Undefined at the start and the end of the transaction. */
  readonly frame: RecordedFrame | undefined;
  readonly unitsRemaining: number;
  /** How many log lines there were. */
  readonly lineCount: number;
  /** How many steps the journal had: what had changed for all to see. */
  readonly journalLength: number;
}

/**
 * Records one execution. Give it to the processor as its listener, then ask for the trace; a transaction that was rejected
 * before it could run is traced without any event.
 */
export class TraceRecorder implements ExecutionListener {
  readonly #options: TraceOptions;
  readonly #topLevel: RecordedFrame[] = [];
  /** Frames that have begun and not ended, outermost first. */
  readonly #open: RecordedFrame[] = [];
  readonly #boundaries: Boundary[] = [];
  readonly #lines: LogLine[] = [];
  #transaction: TransactionContext | undefined;
  #journal: StateJournal<RecordedFrame> | undefined;
  #unitsAtStart = 0;
  #refusal: Refusal | undefined;

  constructor(options: TraceOptions = {}) {
    this.#options = options;
  }

  on(event: ExecutionEvent): void {
    switch (event.type) {
      case 'transactionStart':
        this.#transaction = event.transaction;
        this.#journal = new StateJournal(event.transaction.accounts);
        this.#unitsAtStart = event.unitsRemaining;
        this.#bound('start', undefined, event.unitsRemaining);
        return;
      case 'attempt':
        this.#bound(
          'call',
          this.#begin(event.abi, event.caller.stackHeight + 1, event.unitsRemaining),
          event.unitsRemaining,
        );
        return;
      case 'attemptDescribed': {
        const { programId, accounts, data } = event.instruction;
        // The bytes may lie in the caller's memory, which it goes on writing.
        this.#top.asked = { programId, accounts: [...accounts], data: data.slice() };
        this.#top.signers = event.signers.map(({ address, seeds }) => ({
          address,
          seeds: seeds.map((s) => s.slice()),
        }));
        return;
      }
      case 'enter':
        this.#enter(event.instruction, event.unitsRemaining);
        return;
      case 'exit':
        this.#exit(event.failure, event.unitsRemaining);
        return;
      case 'attemptEnd': {
        const frame = this.#open.pop()!;
        frame.attemptFailure = event.failure;
        frame.step = event.step;
        frame.units.end = event.unitsRemaining;
        if (!frame.isEntered) frame.units.enter = frame.units.exit = event.unitsRemaining;
        this.#bound('return', frame, event.unitsRemaining);
        return;
      }
      case 'instructionRefused': {
        const frame = this.#begin(undefined, 1, 0);
        frame.context = event.instruction;
        frame.failure = event.failure;
        this.#open.pop();
        this.#bound('return', frame, this.#boundaries.at(-1)?.unitsRemaining ?? 0);
        return;
      }
      case 'log': {
        const line = { kind: kindOfLine(event.line), line: event.line, isKept: event.kept };
        this.#lines.push(line);
        this.#open.at(-1)?.steps.push(line);
        return;
      }
      case 'syscall': {
        const { syscalls } = this.#top;
        const known = syscalls.find(({ name }) => name === event.name);
        if (known === undefined) syscalls.push({ name: event.name, count: 1, units: event.units });
        else {
          known.count++;
          known.units += event.units;
        }
        return;
      }
      case 'heap':
        this.#top.heapUnits += event.units;
        return;
      case 'derive':
        if (this.#top.derivations.length < MAX_DERIVATIONS) {
          this.#top.derivations.push({ ...event, step: this.#top.steps.length });
        }
        return;
      case 'fault':
        this.#top.fault = event.fault;
        this.#top.forfeited = event.forfeited;
        return;
      case 'transactionEnd':
        this.#refusal = event.refusal;
        // Nothing runs behind the last instruction; its `exit` ended the last step.
        this.#bound('end', undefined, event.unitsRemaining);
        return;
    }
  }

  /** The tree of what was recorded. */
  trace(facts: OutcomeFacts): TransactionTrace {
    const { names } = this.#options;
    return buildTrace(
      {
        topLevel: this.#topLevel,
        transaction: this.#transaction,
        journal: this.#journal,
        computeUnitLimit: this.#transaction === undefined ? undefined : this.#unitsAtStart,
      },
      facts,
      facts.refusal ?? this.#refusal,
      new FrameReader(
        this.#options.decoders ?? new DecoderRegistry(),
        new AddressNames(names === undefined || names.size === 0 ? undefined : new Map(names)),
      ),
    );
  }

  /** Every moment at which a frame began or ended, in order. */
  get boundaries(): readonly Boundary[] {
    return this.#boundaries;
  }

  /** The log, with the lines that it lost. */
  get lines(): readonly LogLine[] {
    return this.#lines;
  }

  /** The transaction's accounts when the journal had so many steps. */
  accountsAt(journalLength: number): Snapshot[] {
    return this.#journal?.at(journalLength) ?? [];
  }

  #bound(type: Boundary['type'], frame: RecordedFrame | undefined, unitsRemaining: number): void {
    const journalLength = this.#journal?.steps.length ?? 0;
    this.#boundaries.push({ type, frame, unitsRemaining, lineCount: this.#lines.length, journalLength });
  }

  get #top(): RecordedFrame {
    return this.#open[this.#open.length - 1];
  }

  #begin(abi: RecordedFrame['abi'], stackHeight: number, units: number): RecordedFrame {
    const parent = this.#open.at(-1);
    const journalStart = this.#journal?.steps.length ?? 0;
    const frame: RecordedFrame = {
      parent,
      abi,
      stackHeight,
      steps: [],
      asked: undefined,
      signers: [],
      context: undefined,
      isEntered: false,
      failure: undefined,
      attemptFailure: undefined,
      step: undefined,
      units: { attempt: units, enter: units, exit: units, end: units },
      journalStart,
      journalEnd: journalStart,
      returnData: undefined,
      syscalls: [],
      heapUnits: 0,
      derivations: [],
      fault: undefined,
      forfeited: 0,
    };
    if (parent === undefined) this.#topLevel.push(frame);
    else parent.steps.push(frame);
    this.#open.push(frame);
    return frame;
  }

  #enter(instruction: InstructionContext, units: number): void {
    // What differs now was written by the caller, before its call.
    this.#journal?.mark(instruction.caller === undefined ? undefined : this.#top.parent);
    const frame = instruction.caller === undefined ? this.#begin(undefined, 1, units) : this.#top;
    frame.context = instruction;
    frame.isEntered = true;
    frame.units.enter = units;
    frame.journalStart = this.#journal?.steps.length ?? 0;
    this.#bound('enter', frame, units);
  }

  #exit(failure: Verdict | undefined, units: number): void {
    const frame = this.#top;
    this.#journal?.mark(frame);
    frame.failure = failure;
    frame.units.exit = units;
    frame.journalEnd = this.#journal?.steps.length ?? 0;
    this.#bound('exit', frame, units);
    const returnData = frame.context?.transaction.returnData;
    if (returnData !== undefined && returnData.data.length > 0) {
      frame.returnData = { programId: returnData.programId, data: returnData.data.slice() };
    }
    if (frame.abi === undefined) {
      frame.units.end = units;
      this.#open.pop();
    }
  }
}

/** The program a recorded frame is about, where it is known. */
export function programOf(frame: RecordedFrame): Pubkey | undefined {
  return frame.context?.programId ?? frame.asked?.programId;
}
