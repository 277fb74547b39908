// Emits the module that decodes the others: base64 in WebAssembly. In a fresh process the host has not yet optimized any
// JavaScript, and to decode a module letter by letter takes longer than all that is then done with it.

import { ModuleBuilder } from '../wasm/module-builder.ts';
import type { EmittedModule } from './emitted-module.ts';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
/** Values by letter; `=` is 0. The text comes behind them, and the bytes take its place. */
const TABLE_BYTES = 128;

/** Its `decode(length)` takes the text of so many letters at `text`, a multiple of four, and leaves the bytes there. */
export function emitTextModule(): EmittedModule {
  const module = new ModuleBuilder();
  module.memory(1, undefined, 'memory');
  const values = new Uint8Array(TABLE_BYTES);
  for (let i = 0; i < ALPHABET.length; i++) values[ALPHABET.charCodeAt(i)] = i;
  module.data(0, values);
  const f = module.function(['i32'], [], 'decode');
  const [from, to, group] = [f.local('i32'), f.local('i32'), f.local('i32')];
  const next = f.loop();
  for (let i = 0; i < 4; i++) {
    const letter = TABLE_BYTES + i;
    f.get(from).load('i32Load8U', letter).load('i32Load8U');
    if (i < 3) f.i32(18 - 6 * i).op('i32Shl');
    if (i > 0) f.op('i32Or');
  }
  f.set(group);
  for (let i = 0; i < 3; i++) {
    const byte = TABLE_BYTES + i;
    f.get(to).get(group);
    if (i < 2) f.i32(16 - 8 * i).op('i32ShrU');
    f.store('i32Store8', byte);
  }
  f.get(to).i32(3).op('i32Add').set(to);
  f.get(from).i32(4).op('i32Add').tee(from).get(0).op('i32LtU').brIf(next).end();
  return { bytes: module.finish(), map: { text: TABLE_BYTES } };
}
