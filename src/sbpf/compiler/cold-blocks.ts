// What of a program has never run is not worth compiling: of most programs that is most of the code, arms of a dispatch
// nobody asked for and ways into a panic. Blocks that have not run are left to the interpreter, which finishes the
// activation where one is reached after all; when that has happened often enough, the program is compiled again.
// What has run is told by the interpreter's own notes: the region each load and store went to, and the calls it has looked
// up (profile.ts). A block with neither says nothing of itself, and counts as what follows it does.

import { staticSyscalls } from '../version.ts';
import { End, type FlowGraph } from './flow-graph.ts';
import { Kind } from './instructions.ts';
import { UNSEEN } from './profile.ts';

const NONE = -1;

/** Takes the blocks that have not run out of the graph, but for the first. Answers whether there were any. */
export function leaveOutColdBlocks(graph: FlowGraph, seen: Uint8Array): boolean {
  const { order, taken, next } = graph;
  const isCold = new Uint8Array(graph.start.length);
  let isAny = false;
  // Backwards, for a block's followers to be known before it.
  for (let i = order.length - 1; i > 0; i--) {
    const block = order[i];
    const witness = findWitness(graph, block);
    if (witness !== NONE) {
      isCold[block] = seen[witness] === UNSEEN ? 1 : 0;
    } else if (graph.ending[block] !== End.giveUp) {
      const isTakenCold = taken[block] === NONE || isCold[taken[block]] === 1;
      const isNextCold = next[block] === NONE || isCold[next[block]] === 1;
      const hasFollowers = taken[block] !== NONE || next[block] !== NONE;
      isCold[block] = hasFollowers && isTakenCold && isNextCold ? 1 : 0;
    }
    if (isCold[block] === 1) isAny = true;
  }
  if (isAny) graph.giveUpOn(isCold);
  return isAny;
}

/** The first instruction of a block that the interpreter takes a note of. */
function findWitness(graph: FlowGraph, block: number): number {
  const { words, set, executable } = graph.functions.code;
  for (let pc = graph.start[block]; pc < graph.end[block]; pc++) {
    const word = words[pc * 2];
    switch (set.kind[word & 0xff]) {
      case Kind.load:
      case Kind.storeImm:
      case Kind.storeReg:
        return pc;
      case Kind.call:
        // Relative calls need no looking up.
        if (!staticSyscalls(executable.version) || ((word >>> 12) & 15) !== 1) return pc;
        break;
      case Kind.lddw:
        pc++;
    }
  }
  return NONE;
}
