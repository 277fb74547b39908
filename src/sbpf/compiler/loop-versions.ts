// Innermost loops get a second version that checks less. Where addresses go up or down by so much each time round, it can
// be told before the loop how many times round all of them stay within their region, and for how many the units suffice:
// of that many the fast version runs, with one comparison each. Then the checked version does one, and it is asked anew.
//
//   before:  … → header ⇄ body → …       after:  … → plan → guard → header' ⇄ … body' → guard
//                                                      ↘      ↘ header → … body → plan
//
// Copies are blocks like all others, so the rest of the compiler needs to know no more than this. Here: which loops, what
// is known of their accesses, and the copies. What `plan` computes is emitted by loop-plan.ts.

import { MM_REGION_SIZE, MM_STACK_START } from '../address-space.ts';
import { REGION_COUNT } from '../control-block.ts';
import { dynamicStackFrames } from '../version.ts';
import { End, type FlowGraph } from './flow-graph.ts';
import { Kind } from './instructions.ts';
import {
  type Forms,
  follow,
  join,
  type LinearForm,
  ownForms,
  REGISTERS,
  type Slots,
  sameTerms,
  shifted,
} from './linear-forms.ts';
import { MAX_STREAMS } from './locals.ts';
import { ALSO_STACK, goesAlsoToStack, UNSEEN } from './profile.ts';

const NONE = -1;
const FRAME_POINTER = 10;
const STACK_REGION = MM_STACK_START / MM_REGION_SIZE;
/** Copies cost compile time: of longer loops there are none, and no more in a function than so many instructions. */
const MAX_LOOP = 400;
const MAX_COPIED = 4000;
/** The span and the steps of a stream are less than this. */
const MAX_DISTANCE = 2 ** 20;

/**
 * A register that is set anew each time round to what another one is, and a constant: compilers keep the index of this
 * round and of the next one apart. It goes up as the other does, once it is as far behind that one as it will be after any
 * time round.
 */
export interface Following {
  readonly register: number;
  readonly leader: number;
  readonly distance: number;
}

/** Accesses whose addresses differ by constants. */
export interface Stream {
  /** The address in terms of registers at the header; its constants are those of the lowest and highest access. */
  form: LinearForm;
  /** As guessed, ALSO_STACK or UNSEEN. */
  readonly region: number;
  hasStore: boolean;
  /** By how much the address changes each time round: at least, at most; and by a register that stays the same, or -1. */
  readonly low: number;
  readonly high: number;
  readonly by: number;
  /** What has to hold for that. */
  readonly conditions: readonly Following[];
  /** Its number in the loop: which local holds what turns addresses into offsets in memory. */
  readonly index: number;
}

export class LoopVersions {
  /** What is emitted at the end of `plan`. */
  readonly streams: Stream[] = [];
  /** By slot of an access: its stream. */
  readonly streamOf = new Map<number, Stream>();
  /** By number less that of the first: where the words of the frame are that streams' forms count as registers. */
  slots: readonly number[] = [];
  /** Units of the shortest and the longest way round. */
  least = 0;
  most = 0;
  /** Whether a store may go anywhere. */
  strayStores = false;
}

/** Adds second versions to the loops of a graph. `regions`: the guess for each slot. */
export function addLoopVersions(graph: FlowGraph, regions: Uint8Array): void {
  const found: { readonly body: readonly number[]; readonly versions: LoopVersions }[] = [];
  let copied = 0;
  for (const body of innermostLoops(graph)) {
    const size = body.reduce((sum, block) => sum + graph.cost[block], 0);
    if (size > MAX_LOOP || copied + size > MAX_COPIED) continue;
    const versions = analyze(graph, body, regions);
    if (versions === undefined) continue;
    copied += size;
    found.push({ body, versions });
  }
  if (found.length === 0) return;
  for (const { body, versions } of found) graph.copyLoop(body, versions);
  graph.arrange();
}

/** The blocks of each loop that has no other in it and calls nothing, in reverse postorder. */
function innermostLoops(graph: FlowGraph): number[][] {
  const { order, rank, isLoop } = graph;
  const loops: number[][] = [];
  const predecessors: number[][] = graph.start.map(() => []);
  let any = false;
  for (const block of order) any ||= isLoop[block] === 1;
  if (!any) return loops;
  for (const block of order) graph.successors(block, (successor) => predecessors[successor].push(block));
  for (const header of order) {
    if (isLoop[header] !== 1) continue;
    const body = new Set([header]);
    const todo = predecessors[header].filter((block) => rank[block] >= rank[header]);
    let fits = true;
    while (fits && todo.length > 0) {
      const block = todo.pop()!;
      if (body.has(block)) continue;
      const ending = graph.ending[block];
      fits = isLoop[block] === 0 && (ending === End.fall || ending === End.jump || ending === End.branch);
      body.add(block);
      todo.push(...predecessors[block]);
    }
    const ending = graph.ending[header];
    if (!fits || !(ending === End.fall || ending === End.jump || ending === End.branch)) continue;
    loops.push([...body].sort((x, y) => rank[x] - rank[y]));
  }
  return loops;
}

/** What is known of a loop, or undefined where a second version would gain nothing. */
function analyze(graph: FlowGraph, body: readonly number[], regions: Uint8Array): LoopVersions | undefined {
  const slots = findSlots(graph, body, regions);
  let versions = followLoop(graph, body, regions, slots);
  if (slots.size > 0 && versions.strayStores) versions = followLoop(graph, body, regions, new Map());
  return versions.streams.length > 0 || body.length > 2 ? versions : undefined;
}

/**
 * Words of the frame that hold a register's value for a while, each with a number. Nothing else of the loop may write to
 * them: not to a part of them, and no store may go anywhere but where the plan makes sure that the stack isn't.
 */
function findSlots(graph: FlowGraph, body: readonly number[], regions: Uint8Array): Map<number, number> {
  const { code } = graph.functions;
  const slots = new Map<number, number>();
  if (dynamicStackFrames(code.executable.version)) return slots;
  const stores: number[] = [];
  for (const block of body) {
    for (let pc = graph.start[block]; pc < graph.end[block]; pc++) {
      const word = code.words[pc * 2];
      const kind = code.set.kind[word & 0xff];
      const log2Size = code.set.op[word & 0xff];
      if (kind === Kind.lddw) pc++;
      if (kind < Kind.load || kind > Kind.storeReg || kind === Kind.lddw) continue;
      const isStore = kind !== Kind.load;
      const isFrame = ((isStore ? word >>> 8 : word >>> 12) & 15) === FRAME_POINTER;
      if (isStore && !isFrame && (regions[pc] === STACK_REGION || regions[pc] >= REGION_COUNT)) return new Map();
      if (!isFrame) continue;
      const offset = word >> 16;
      const isWithin = offset >= -code.executable.config.stackFrameSize && offset <= -(1 << log2Size);
      if (isStore && !isWithin) return new Map();
      if (isStore) stores.push(offset, 1 << log2Size);
      if (log2Size === 3 && isWithin && !slots.has(offset)) slots.set(offset, 0);
    }
  }
  for (let i = 0; i < stores.length; i += 2) {
    const start = stores[i];
    const end = start + stores[i + 1];
    for (const slot of slots.keys()) {
      const isSame = slot === start && end === slot + 8;
      if (!isSame && start < slot + 8 && end > slot) slots.delete(slot);
    }
  }
  let number = REGISTERS;
  for (const slot of slots.keys()) slots.set(slot, number++);
  return slots;
}

function followLoop(graph: FlowGraph, body: readonly number[], regions: Uint8Array, slots: Slots): LoopVersions {
  const { code } = graph.functions;
  const { words, set } = code;
  const [header] = body;
  const before = new Map<number, Forms>([[header, ownForms(slots)]]);
  const ways = new Map<number, readonly [least: number, most: number]>([[header, [0, 0]]]);
  const accesses: { readonly pc: number; readonly form: LinearForm; readonly isStore: boolean }[] = [];
  let round: Forms | undefined;
  const versions = new LoopVersions();
  versions.slots = [...slots.keys()];
  versions.least = Number.POSITIVE_INFINITY;
  for (const block of body) {
    const forms = before.get(block)!.slice();
    for (let pc = graph.start[block]; pc < graph.end[block]; pc++) {
      const word = words[pc * 2];
      const kind = set.kind[word & 0xff];
      const isStore = kind === Kind.storeImm || kind === Kind.storeReg;
      if (isStore || kind === Kind.load) {
        const base = (isStore ? word >>> 8 : word >>> 12) & 15;
        const form = base === FRAME_POINTER ? undefined : forms[base]; // the frame's own are not checked anyway
        if (form !== undefined) accesses.push({ pc, form: shifted(form, word >> 16), isStore });
        else if (isStore && base !== FRAME_POINTER) versions.strayStores = true;
      }
      follow(code, pc, forms, slots);
      if (kind === Kind.lddw) pc++;
    }
    const [least, most] = ways.get(block)!;
    const soFar = [least + graph.cost[block], most + graph.cost[block]] as const;
    graph.successors(block, (successor) => {
      if (successor === header) {
        round = round === undefined ? forms : joinAll(round, forms);
        versions.least = Math.min(versions.least, soFar[0]);
        versions.most = Math.max(versions.most, soFar[1]);
      } else if (body.includes(successor)) {
        const known = before.get(successor);
        before.set(successor, known === undefined ? forms.slice() : joinAll(known, forms));
        const other = ways.get(successor) ?? soFar;
        ways.set(successor, [Math.min(other[0], soFar[0]), Math.max(other[1], soFar[1])]);
      }
    });
  }
  for (const { pc, form, isStore } of accesses) {
    const stream = streamFor(versions, form, regions[pc], round!);
    if (stream === undefined) {
      versions.strayStores ||= isStore;
      continue;
    }
    stream.hasStore ||= isStore;
    versions.streamOf.set(pc, stream);
  }
  return versions;
}

const joinAll = (x: Forms, y: Forms): Forms => x.map((form, register) => join(form, y[register]));

function streamFor(versions: LoopVersions, form: LinearForm, guess: number, round: Forms): Stream | undefined {
  const region = guess < REGION_COUNT ? guess : goesAlsoToStack(guess) ? ALSO_STACK : UNSEEN;
  for (const stream of versions.streams) {
    if (stream.region !== region || !sameTerms(stream.form, form)) continue;
    const joined = join(stream.form, form)!;
    if (joined.high - joined.low > MAX_DISTANCE) return undefined;
    stream.form = joined;
    return stream;
  }
  if (versions.streams.length === MAX_STREAMS || form.high - form.low > MAX_DISTANCE) return undefined;
  const a = stepOf(form.a, round);
  const b = stepOf(form.b, round);
  if (a === undefined || b === undefined) return undefined;
  // A step that is a register's, taken once, may be the only one.
  const by = a.by !== NONE ? a.by : b.by;
  const isSimple = a.by !== NONE ? form.ca === 1 && isZero(b) : form.cb === 1 && isZero(a);
  if (by !== NONE && !isSimple) return undefined;
  const [aLow, aHigh] = bounds(a, form.ca);
  const [bLow, bHigh] = bounds(b, form.cb);
  const low = aLow + bLow;
  const high = aHigh + bHigh;
  if (low < -MAX_DISTANCE || high > MAX_DISTANCE) return undefined;
  const conditions = [a.following, b.following].filter((following) => following !== undefined);
  const stream = { form, region, hasStore: false, low, high, by, conditions, index: versions.streams.length };
  versions.streams.push(stream);
  return stream;
}

interface Step {
  readonly low: number;
  readonly high: number;
  readonly by: number;
  readonly following?: Following;
}

const STANDING: Step = { low: 0, high: 0, by: NONE };
const isZero = ({ low, high, by }: Step): boolean => low === 0 && high === 0 && by === NONE;
const bounds = ({ low, high }: Step, factor: number): readonly [number, number] =>
  factor < 0 ? [high * factor, low * factor] : [low * factor, high * factor];

/** What going round does to a register, if that is the same each time. */
function stepOf(register: number, round: Forms): Step | undefined {
  if (register === NONE) return STANDING;
  const form = round[register];
  if (form === undefined) return undefined;
  const { a, ca, b, cb, low, high } = form;
  if (a === register && ca === 1 && b === NONE) return { low, high, by: NONE };
  if (b === NONE && ca === 1 && low === high) return stepOfFollowing(register, a, low, round);
  if (low !== 0 || high !== 0 || ca !== 1 || cb !== 1 || (a !== register && b !== register)) return undefined;
  const by = a === register ? b : a;
  const other = round[by];
  const stays = other?.a === by && other.ca === 1 && other.b === NONE && other.low === 0 && other.high === 0;
  return stays ? { low: 0, high: 0, by } : undefined;
}

function stepOfFollowing(register: number, leader: number, ahead: number, round: Forms): Step | undefined {
  const form = round[leader];
  if (form === undefined || form.a !== leader || form.ca !== 1 || form.b !== NONE || form.low !== form.high) {
    return undefined;
  }
  return { low: form.low, high: form.high, by: NONE, following: { register, leader, distance: ahead - form.low } };
}
