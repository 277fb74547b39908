// Structured control flow out of the dominator tree. Source: Norman Ramsey, "Beyond Relooper" (2022).

import { Op } from '../../wasm/opcodes.ts';
import { End } from './flow-graph.ts';
import type { FunctionCompiler } from './function-compiler.ts';
import { Kind } from './instructions.ts';
import { local } from './locals.ts';
import { emitGuard, emitPlan } from './loop-plan.ts';

const NONE = -1;

/**
 * Emits all blocks. Without recursion: programs choose how deep the tree is. What is still to do lies on a stack, as
 * `block * 4 + TREE` or one of the others.
 */
export function emitTree(f: FunctionCompiler): void {
  const TREE = 0;
  const CLOSE = 1;
  const ELSE = 2;
  const CLOSE_LOOP = 3;
  const { c, graph } = f;
  const loopLabels = new Int32Array(graph.start.length);
  const blockLabels = new Int32Array(graph.start.length);
  const { order, rank, dominator, forwardEdges, isLoop, taken, next } = graph;
  // Children that are branched to, the last in the order first.
  const child = new Int32Array(graph.start.length).fill(NONE);
  const sibling = new Int32Array(graph.start.length).fill(NONE);
  for (let i = 1; i < order.length; i++) {
    const block = order[i];
    if (forwardEdges[block] < 2) continue;
    sibling[block] = child[dominator[block]];
    child[dominator[block]] = block;
  }
  const todo: number[] = [graph.entry * 4 + TREE];
  /** A label to branch to, or 0 where the target's code comes here. */
  const labelOf = (from: number, to: number): number => {
    if (rank[to] <= rank[from]) return loopLabels[to];
    return forwardEdges[to] >= 2 ? blockLabels[to] : 0;
  };
  const go = (from: number, to: number): void => {
    const label = labelOf(from, to);
    if (label !== 0) c.br(label);
    else todo.push(to * 4 + TREE);
  };
  while (todo.length > 0) {
    const item = todo.pop()!;
    const block = item >> 2;
    switch (item & 3) {
      case CLOSE:
        c.end();
        continue;
      case CLOSE_LOOP:
        c.end();
        c.op(Op.unreachable);
        continue;
      case ELSE:
        c.else();
        continue;
    }
    if (isLoop[block] === 1) {
      loopLabels[block] = c.loop();
      todo.push(CLOSE_LOOP);
    }
    for (let inner = child[block]; inner !== NONE; inner = sibling[inner]) {
      blockLabels[inner] = c.block();
      todo.push(inner * 4 + TREE, CLOSE);
    }
    f.emitBlock(block);
    switch (graph.ending[block]) {
      case End.exit:
      case End.giveUp:
        break;
      case End.plan:
      case End.guard:
      case End.branch: {
        const whenTaken = labelOf(block, taken[block]);
        if (graph.ending[block] === End.branch) emitCondition(f, graph.last[block]);
        else if (graph.ending[block] === End.plan) emitPlan(f, graph.versions[block]!);
        else emitGuard(f);
        if (whenTaken !== 0) {
          c.brIf(whenTaken);
          go(block, next[block]);
          break;
        }
        const otherwise = labelOf(block, next[block]);
        if (otherwise !== 0) {
          c.op(Op.i32Eqz);
          c.brIf(otherwise);
          go(block, taken[block]);
          break;
        }
        c.if();
        todo.push(CLOSE, next[block] * 4 + TREE, ELSE, taken[block] * 4 + TREE);
        break;
      }
      case End.jump:
        go(block, taken[block]);
        break;
      default:
        if (next[block] === NONE) c.op(Op.unreachable);
        else go(block, next[block]);
    }
  }
}

/** Leaves an i32 on the stack. */
function emitCondition(f: FunctionCompiler, pc: number): void {
  const { c } = f;
  const { words, set } = f.graph.functions.code;
  const word = words[pc * 2];
  const imm = words[pc * 2 + 1];
  const opcode = word & 0xff;
  const op = set.op[opcode];
  const wide = set.kind[opcode] === Kind.branch64;
  c.get(local((word >>> 8) & 15));
  if (!wide) c.op(Op.i32WrapI64);
  if (set.usesSrc[opcode] === 1) {
    c.get(local((word >>> 12) & 15));
    if (!wide) c.op(Op.i32WrapI64);
  } else if (imm === 0 && op === Op.i64Eq) {
    c.op(Op.i64Eqz);
    return;
  } else if (wide) {
    c.i64(imm);
  } else {
    c.i32(imm);
  }
  if (op !== 0) {
    c.op(op);
  } else if (wide) {
    c.op(Op.i64And);
    c.i64(0);
    c.op(Op.i64Ne);
  } else {
    c.op(Op.i32And);
  }
}
