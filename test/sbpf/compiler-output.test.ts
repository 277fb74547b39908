// What the compiler makes of a few programs, side by side: a change of code generation shows here as a diff. What is the
// same in every function is left out: its start, and its ways out.

import { describe, expect, it } from 'vitest';
import { assemble } from '../../src/sbpf/assembler.ts';
import { compileProgram } from '../../src/sbpf/compiler/compiled-program.ts';
import { UNSEEN } from '../../src/sbpf/compiler/profile.ts';
import { DEFAULT_CONFIG } from '../../src/sbpf/config.ts';
import { functionBodies, printBody } from '../support/wasm-text.ts';

const REGISTER_NAMES = ['r1', 'r2', 'r3', 'r4', 'r5', 'r0', 'r6', 'r7', 'r8', 'r9', 'r10'];
const LOCALS = [
  'frame',
  'fuel',
  ...REGISTER_NAMES,
  'address',
  'x',
  'y',
  'host',
  'entry',
  'site',
  'resume',
  'frameHost',
  'a',
  'b',
  'delta0',
  'delta1',
  'delta2',
  'delta3',
  'delta4',
  'delta5',
  'limit',
].map((name) => `$${name}`);

/** The entry, from the first block's payment on to where its ways out begin. */
function compile(source: string): string {
  const executable = assemble(source, { version: 3, config: DEFAULT_CONFIG });
  const profile = new Uint8Array(executable.text.length / 8).fill(UNSEEN);
  const compiled = compileProgram(executable, [0], profile);
  if (compiled === undefined) throw new Error('not compiled');
  const names = [...compiled.indices].map(([name, index]) => [index, `$${name}`] as const);
  // Behind the functions that are imported.
  const imported = Math.min(...[...compiled.indices].filter(([name]) => /_|dispatch|^at/.test(name)).map(([, i]) => i));
  const entry = functionBodies(compiled.bytes)[compiled.indices.get('at0')! - imported];
  const text = printBody(entry, LOCALS, new Map(names));
  const start = text.search(/^ *local\.get \$fuel\n *i64\.const/m);
  const end = text.search(/\n +unreachable\n +end\n/);
  return text.slice(start, end).replace(/^ +/gm, (indent) => indent.slice(indent.length % 2));
}

describe('compiled code of', () => {
  it('arithmetic', () => {
    expect(compile('mov64 r0, 7\nadd64 r0, r1\nadd32 r0, 1\nexit')).toMatchInlineSnapshot(`
      "      local.get $fuel
            i64.const 4
            i64.lt_s
            if
              i32.const 0
              local.set $resume
              br 1
            end
            local.get $fuel
            i64.const 4
            i64.sub
            local.set $fuel
            i64.const 7
            local.set $r0
            local.get $r0
            local.get $r1
            i64.add
            local.set $r0
            local.get $r0
            i32.wrap_i64
            i32.const 1
            i32.add
            i64.extend_i32_s
            local.set $r0
            i32.const 0
            local.get $fuel
            i64.store offset=0x1f8
            i32.const 0
            local.get $frame
            i32.const 6
            i32.shr_u
            i32.store offset=0x104
            i32.const 0
            local.get $r0
            i64.store offset=0x80
            i32.const 0
            i32.const 3
            i32.store offset=0x100
            return"
    `);
  });

  it('a loop over memory: the plan, the guard, and the version without checks', () => {
    expect(compile('lddw r2, 0x300000000\nldxdw r3, [r2+8]\nadd64 r0, r3\nadd64 r2, 8\nja -4')).toMatchInlineSnapshot(`
      "        local.get $fuel
              i64.const 1
              i64.lt_s
              if
                i32.const 0
                local.set $resume
                br 2
              end
              local.get $fuel
              i64.const 1
              i64.sub
              local.set $fuel
              i64.const 12884901888
              local.set $r2
              loop
                block
                  local.get $fuel
                  i32.wrap_i64
                  i32.const 3
                  i32.shr_u
                  local.set $a
                  i64.const -12884901880
                  local.get $r2
                  i64.add
                  local.set $address
                  i32.const 0
                  i64.load offset=0x2d8
                  local.set $x
                  i32.const 1
                  local.get $address
                  local.get $x
                  i64.lt_u
                  i32.and
                  local.set $host
                  local.get $x
                  local.get $address
                  i64.sub
                  i32.wrap_i64
                  i32.const 1
                  i32.sub
                  i32.const 3
                  i32.shr_u
                  i32.const 1
                  i32.add
                  local.tee $b
                  local.get $a
                  local.get $b
                  local.get $a
                  i32.lt_u
                  select
                  local.set $a
                  local.get $a
                  i32.const 0
                  local.get $host
                  select
                  local.set $a
                  local.get $fuel
                  local.get $a
                  i32.const 1
                  i32.sub
                  i64.extend_i32_u
                  i64.const 4
                  i64.mul
                  i64.sub
                  local.set $limit
                  local.get $a
                  i32.const 2
                  i32.lt_u
                  br_if 0
                  loop
                    local.get $fuel
                    local.get $limit
                    i64.lt_s
                    br_if 1
                    local.get $fuel
                    i64.const 4
                    i64.sub
                    local.set $fuel
                    local.get $r2
                    i32.wrap_i64
                    i32.const 8
                    i32.add
                    i64.load offset=0x50000
                    local.set $r3
                    local.get $r0
                    local.get $r3
                    i64.add
                    local.set $r0
                    local.get $r2
                    i64.const 8
                    i64.add
                    local.set $r2
                    br 0
                  end"
    `);
  });

  it('a loop', () => {
    expect(compile('mov64 r0, 10\nadd64 r0, -1\njne r0, 0, -2\nexit')).toMatchInlineSnapshot(`
      "        local.get $fuel
              i64.const 1
              i64.lt_s
              if
                i32.const 0
                local.set $resume
                br 2
              end
              local.get $fuel
              i64.const 1
              i64.sub
              local.set $fuel
              i64.const 10
              local.set $r0
              loop
                local.get $fuel
                i64.const 2
                i64.lt_s
                if
                  i32.const 1
                  local.set $resume
                  br 2
                end
                local.get $fuel
                i64.const 2
                i64.sub
                local.set $fuel
                local.get $r0
                i64.const -1
                i64.add
                local.set $r0
                local.get $r0
                i64.const 0
                i64.ne
                br_if 0
                local.get $fuel
                i64.const 1
                i64.lt_s
                if
                  i32.const 3
                  local.set $resume
                  br 2
                end
                local.get $fuel
                i64.const 1
                i64.sub
                local.set $fuel
                i32.const 0
                local.get $fuel
                i64.store offset=0x1f8
                i32.const 0
                local.get $frame
                i32.const 6
                i32.shr_u
                i32.store offset=0x104
                i32.const 0
                local.get $r0
                i64.store offset=0x80
                i32.const 0
                i32.const 3
                i32.store offset=0x100
                return
              end
              unreachable"
    `);
  });

  it('accesses to the frame, to the input and to who knows what', () => {
    expect(compile('ldxdw r2, [r1+8]\nstxdw [r10-8], r2\nldxw r0, [r2+0]\nexit')).toMatchInlineSnapshot(`
      "      local.get $fuel
            i64.const 4
            i64.lt_s
            if
              i32.const 0
              local.set $resume
              br 1
            end
            local.get $fuel
            i64.const 4
            i64.sub
            local.set $fuel
            local.get $r1
            i64.const -17179869176
            i64.add
            local.set $address
            local.get $address
            i32.const 0
            i64.load offset=0x2e0
            i64.lt_u
            if
              local.get $address
              i32.wrap_i64
              i32.const 589824
              i32.add
              local.set $host
            else
              local.get $address
              i64.const 17179869184
              i64.add
              i32.const 3
              call $slowAccess
              local.tee $host
              i32.eqz
              if
                i32.const 0
                local.set $site
                br 3
              end
            end
            local.get $host
            i64.load
            local.set $r2
            local.get $frameHost
            local.get $r2
            i64.store offset=0x10ff8
            local.get $r2
            local.tee $address
            local.get $address
            i64.const 29
            i64.shr_u
            i32.wrap_i64
            i32.const 56
            i32.and
            local.tee $entry
            i64.load offset=0x200
            i64.lt_u
            if
              local.get $address
              i32.wrap_i64
              local.get $entry
              i32.load offset=0x280
              i32.add
              local.set $host
            else
              local.get $address
              i32.const 2
              call $slowAccess
              local.tee $host
              i32.eqz
              if
                i32.const 1
                local.set $site
                br 3
              end
            end
            local.get $host
            i64.load32_u
            local.set $r0
            i32.const 0
            local.get $fuel
            i64.store offset=0x1f8
            i32.const 0
            local.get $frame
            i32.const 6
            i32.shr_u
            i32.store offset=0x104
            i32.const 0
            local.get $r0
            i64.store offset=0x80
            i32.const 0
            i32.const 3
            i32.store offset=0x100
            return"
    `);
  });

  it('a call', () => {
    expect(
      compile('mov64 r6, r1\ncall function_a\nadd64 r0, r6\nexit\nfunction_a:\nmov64 r0, r1\nexit'),
    ).toMatchInlineSnapshot(`
      "        local.get $fuel
              i64.const 2
              i64.lt_s
              if
                i32.const 0
                local.set $resume
                br 2
              end
              local.get $fuel
              i64.const 2
              i64.sub
              local.set $fuel
              local.get $r1
              local.set $r6
              local.get $frame
              i32.const 2
              i32.store offset=0x428
              local.get $frame
              i32.const 4032
              i32.eq
              if
                i32.const 0
                local.set $site
                br 3
              end
              local.get $frame
              i32.const 64
              i32.add
              local.get $fuel
              local.get $r1
              call $function_4
              local.set $fuel
              local.set $r0
              local.get $fuel
              i64.const 0
              i64.lt_s
              if
                return
              end
              local.get $fuel
              i64.const 2
              i64.lt_s
              if
                i32.const 2
                local.set $resume
                br 1
              end
              local.get $fuel
              i64.const 2
              i64.sub
              local.set $fuel
              local.get $r0
              local.get $r6
              i64.add
              local.set $r0
              i32.const 0
              local.get $fuel
              i64.store offset=0x1f8
              i32.const 0
              local.get $frame
              i32.const 6
              i32.shr_u
              i32.store offset=0x104
              i32.const 0
              local.get $r0
              i64.store offset=0x80
              i32.const 0
              i32.const 3
              i32.store offset=0x100
              return"
    `);
  });

  it('a call by address', () => {
    const text = compile(`lddw r8, ${0x1_0000_0000 + 4 * 8}\ncallx r8\nexit\nmov64 r0, r1\nexit`);
    expect(text.slice(text.indexOf('local.get $r8\n'))).toMatchInlineSnapshot(`
      "local.get $r8
              i32.const 0
              i64.load offset=0x128
              i64.sub
              i64.const 3
              i64.shr_u
              local.tee $x
              i64.const 6
              i64.ge_u
              if
                i32.const 1
                local.set $site
                br 3
              end
              i32.const 0
              local.get $r0
              i64.store offset=0x80
              i32.const 0
              local.get $r6
              i64.store offset=0xb0
              i32.const 0
              local.get $r7
              i64.store offset=0xb8
              i32.const 0
              local.get $r8
              i64.store offset=0xc0
              i32.const 0
              local.get $r9
              i64.store offset=0xc8
              local.get $x
              i32.wrap_i64
              local.get $frame
              i32.const 64
              i32.add
              local.get $fuel
              local.get $r1
              local.get $r2
              local.get $r3
              local.get $r4
              local.get $r5
              call $dispatch
              local.set $fuel
              local.set $r0
              local.get $fuel
              i64.const 0
              i64.lt_s
              if
                return
              end
              local.get $fuel
              i64.const 1
              i64.lt_s
              if
                i32.const 3
                local.set $resume
                br 1
              end
              local.get $fuel
              i64.const 1
              i64.sub
              local.set $fuel
              i32.const 0
              local.get $fuel
              i64.store offset=0x1f8
              i32.const 0
              local.get $frame
              i32.const 6
              i32.shr_u
              i32.store offset=0x104
              i32.const 0
              local.get $r0
              i64.store offset=0x80
              i32.const 0
              i32.const 3
              i32.store offset=0x100
              return"
    `);
  });
});
