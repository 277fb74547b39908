// A program's compiled code: one WebAssembly module for the functions that are reached from a few slots, made once and
// shared by all machines of the process. What machines need besides the module is here too: which slots it can be
// entered at, and what the numbers of failing sites mean.

import { type FunctionBody, ModuleBuilder } from '../../wasm/module-builder.ts';
import type { Executable } from '../executable.ts';
import { verify } from '../verifier.ts';
import { compileDispatch, DISPATCH_PARAMETERS, findTargets } from './calls-by-address.ts';
import { leaveOutColdBlocks } from './cold-blocks.ts';
import { ALL_REGISTERS, ARGUMENT_COUNT, ARGUMENTS, argumentCountOf, FlowGraph } from './flow-graph.ts';
import { FunctionCompiler, type Linkage, type Sites } from './function-compiler.ts';
import { type FunctionExtent, Functions } from './functions.ts';
import { Code } from './instructions.ts';
import { parametersOf, RESULTS } from './locals.ts';
import { addLoopVersions } from './loop-versions.ts';
import { RegionGuesses } from './region-guess.ts';
import { importSupport } from './support.ts';

const NONE_CALLED: ReadonlySet<number> = new Set();
/** Functions of more instructions are left to the interpreter: hosts limit a function's size, and so does patience. */
const MAX_FUNCTION = 30_000;
/** And so are functions after this many instructions in all, for a program to keep nobody waiting for long. */
const MAX_PROGRAM = 150_000;

export interface CompiledProgram {
  readonly module: WebAssembly.Module;
  readonly bytes: Uint8Array;
  /** The name of the export that goes on at a slot. */
  readonly entries: ReadonlyMap<number, string>;
  /** Where a run can fail: see `Sites`. */
  readonly sites: readonly number[];
  /** By entry that calls return to: which of r1 to r5 are read from there on; and which are read by whoever comes after its exit. */
  readonly leaks: ReadonlyMap<number, { readonly read: number; readonly kept: number }>;
  /** The entries that leave in r1 to r5 what the program left there. */
  readonly leaving: ReadonlySet<number>;
  /** What the functions of its index space are. */
  readonly indices: ReadonlyMap<string, number>;
  /** Whether blocks were left out because they had never run. */
  readonly isPartial: boolean;
}

/**
 * Compiles the functions that can be reached from `entrySlots`, each of which becomes an entry: the slot to go on at,
 * and where the calls in progress return to. Undefined where the code
 * is not valid, or no entry can be compiled. `profile`: see program-images.ts; it is written to. `onlySeen`: whether what
 * it has nothing about has never run, and is left out. `calledByAddress`: those entries that are
 * called by address, whose callers may read anything they leave in r1 to r5.
 */
export function compileProgram(
  executable: Executable,
  entrySlots: readonly number[],
  profile: Uint8Array,
  onlySeen = false,
  calledByAddress: ReadonlySet<number> = NONE_CALLED,
): CompiledProgram | undefined {
  if (verify(executable) !== undefined) return undefined;
  const functions = new Functions(new Code(executable));
  const entryExtents = entrySlots.map((slot) => functions.at(slot));
  const graphs = new Map<number, FlowGraph>();
  const blockOf = new Int32Array(functions.code.slots + 1);
  const graphAt = (root: number): FlowGraph | undefined => {
    const known = graphs.get(root);
    if (known !== undefined) return known;
    const extent = functions.byRoot.get(root)!;
    if (extent.size > MAX_FUNCTION || !extent.isWhole) return undefined;
    const graph = new FlowGraph(functions, extent, blockOf);
    graphs.set(root, graph);
    return graph;
  };

  const seen = onlySeen ? profile.slice() : undefined;
  const known = new Map<number, number>();
  const liveAtEntryOf = (root: number): number => known.get(root) ?? ALL_REGISTERS;
  const canCompile = new Set<number>();
  let size = 0;
  let isPartial = false;
  const analyze = (roots: readonly number[]): void => {
    const analyzed = reach(roots, (root) => functions.byRoot.get(root)!.callees).filter((root) => {
      if (known.has(root)) return false;
      size += functions.byRoot.get(root)!.size;
      return size <= MAX_PROGRAM && graphAt(root)?.isReducible === true;
    });
    findLiveness(analyzed, graphs, known);
    for (const root of analyzed) {
      // Now that what is live in them is known, blocks can go, and with them functions that only they call.
      if (seen !== undefined && leaveOutColdBlocks(graphs.get(root)!, seen)) isPartial = true;
      canCompile.add(root);
    }
  };
  const calleesIn = (root: number) => (canCompile.has(root) ? graphs.get(root)!.callees() : []);
  const compilableFrom = (roots: readonly number[]) => reach(roots, calleesIn).filter((root) => canCompile.has(root));
  analyze(entrySlots);
  let compilable = compilableFrom(entrySlots);
  let targets: readonly number[] = [];
  if (compilable.some((root) => graphs.get(root)!.callsByAddress)) {
    const candidates = new Set([...calledByAddress, ...findTargets(functions.code, seen)]);
    for (const slot of candidates) functions.at(slot);
    analyze([...candidates]);
    targets = [...candidates].filter((slot) => canCompile.has(slot));
    compilable = compilableFrom([...entrySlots, ...targets]);
  }
  const called = new Set(compilable.flatMap(calleesIn));
  const callable = new Set([...targets, ...called].filter((root) => canCompile.has(root)));

  const guesses = new RegionGuesses(profile, executable.entryPc);
  for (const root of compilable) guesses.infer(graphs.get(root)!);
  for (const root of compilable) addLoopVersions(graphs.get(root)!, guesses.bySlot);

  const module = new ModuleBuilder();
  const support = importSupport(module, executable.version);
  const leaking = new Map<number, FunctionBody>();
  const bodies = new Map(
    compilable
      .filter((root) => called.has(root))
      .map((root) => [root, module.declare(parametersOf(argumentCountOf(liveAtEntryOf(root))), RESULTS)]),
  );
  const dispatch = targets.length === 0 ? undefined : module.declare(DISPATCH_PARAMETERS, RESULTS);
  const sites: Sites = [];
  const linkage: Linkage = {
    support,
    sites,
    indexOf: (root) => bodies.get(root)?.index,
    leakingIndexOf: (root) => {
      if (!callable.has(root)) return undefined;
      const body = leaking.get(root) ?? module.declare(parametersOf(ARGUMENT_COUNT), RESULTS);
      leaking.set(root, body);
      return body.index;
    },
    dispatch: dispatch?.index,
    liveAtEntryOf,
    regions: guesses.bySlot,
  };
  for (const [root, body] of bodies) {
    const compiler = new FunctionCompiler(graphs.get(root)!, linkage, false);
    body.code = compiler.compile();
    body.locals = compiler.locals;
  }
  const graphOfLeaking = (extent: FunctionExtent): FlowGraph => {
    const graph = new FlowGraph(functions, extent, blockOf, ARGUMENTS | 1);
    graph.findLiveness(liveAtEntryOf);
    if (seen !== undefined) leaveOutColdBlocks(graph, seen);
    addLoopVersions(graph, guesses.bySlot);
    return graph;
  };
  const indices = new Map<string, number>(Object.entries(support));
  const leaving = new Set<number>();
  const entries = new Map<number, string>();
  const leaks = new Map<number, { readonly read: number; readonly kept: number }>();
  for (const extent of entryExtents) {
    const graph = graphs.get(extent.root);
    if (graph === undefined || !canCompile.has(extent.root) || entries.has(extent.root)) continue;
    const body = module.declare([]);
    const leaves = calledByAddress.has(extent.root);
    if (leaves) leaving.add(extent.root);
    const compiler = new FunctionCompiler(leaves ? graphOfLeaking(extent) : graph, linkage, true, leaves);
    body.code = compiler.compile();
    body.locals = compiler.locals;
    const name = `at${extent.root}`;
    module.export(name, 'function', body.index);
    entries.set(extent.root, name);
    indices.set(name, body.index);
    // No call returns there.
    if (extent.root === entrySlots[0] || extent.root === executable.entryPc) continue;
    const open = new FlowGraph(functions, extent, blockOf, ARGUMENTS);
    open.findLiveness(liveAtEntryOf);
    leaks.set(extent.root, { read: graph.liveAtEntry & ARGUMENTS, kept: open.liveAtEntry & ARGUMENTS });
  }
  if (dispatch !== undefined) dispatch.code = compileDispatch(targets, linkage);
  // Compiling these may ask for more of them: a Map goes on with what is added meanwhile.
  for (const [root, body] of leaking) {
    const graph = graphOfLeaking(functions.byRoot.get(root)!);
    const compiler = new FunctionCompiler(graph, linkage, false, true);
    body.code = compiler.compile();
    body.locals = compiler.locals;
  }
  if (entries.size === 0) return undefined;
  const bytes = module.finish();
  const compiled = compileModule(bytes);
  if (compiled === undefined) return undefined;
  for (const [root, { index }] of bodies) indices.set(`function_${root}`, index);
  for (const [root, { index }] of leaking) indices.set(`leaking_${root}`, index);
  if (dispatch !== undefined) indices.set('dispatch', dispatch.index);
  return { module: compiled, bytes, entries, sites, leaks, leaving, indices, isPartial };
}

/** The functions that are reached from some, callers before callees. */
function reach(roots: readonly number[], calleesOf: (root: number) => readonly number[]): number[] {
  const found = new Set(roots);
  // A Set goes on with what is added meanwhile.
  for (const root of found) for (const callee of calleesOf(root)) found.add(callee);
  return [...found];
}

/** Undefined where the host forbids it (content security policies can), or where the code is more than it takes. */
function compileModule(bytes: Uint8Array): WebAssembly.Module | undefined {
  try {
    return new WebAssembly.Module(bytes);
  } catch (error) {
    if (!WebAssembly.validate(bytes)) throw error;
    return undefined;
  }
}

/** What each function reads before it writes: callees first, and again where functions call each other in circles. */
function findLiveness(
  roots: readonly number[],
  graphs: ReadonlyMap<number, FlowGraph>,
  known: Map<number, number>,
): void {
  for (const root of roots) known.set(root, 0);
  const liveAtEntryOf = (root: number): number => known.get(root) ?? ALL_REGISTERS;
  for (let changed = true; changed; ) {
    changed = false;
    for (let i = roots.length - 1; i >= 0; i--) {
      const graph = graphs.get(roots[i])!;
      if (!graph.findLiveness(liveAtEntryOf)) continue;
      changed = true;
      known.set(roots[i], graph.liveAtEntry & ALL_REGISTERS);
    }
  }
}
