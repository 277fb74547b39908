import { Readable } from 'node:stream';
import { expect, test } from 'vitest';
import { type Rewind, rewind } from '../testing/rewind.ts';
import { SCENARIOS } from './demo/index.ts';
import { Stage } from './demo/stage.ts';
import { printMoment, rewindCommand, runInteractive, runScript } from './rewind-command.ts';

async function open(name = 'vault'): Promise<Rewind> {
  return rewind(await SCENARIOS.find((scenario) => scenario.name === name)!.play(new Stage()));
}

const OPTIONS = { json: false, color: false, width: 90, at: undefined };

test('a moment shows code, registers with what they point at, accounts and log', async () => {
  const lines: string[] = [];
  printMoment(await open(), { ...OPTIONS, at: '0:66' }, (text) => lines.push(text));
  expect(lines.join('\n')).toMatchInlineSnapshot(`
    "#0 step 66  vault program  of 68 steps
      units     66 used, 199,934 left
      in        entrypoint (67)
      code            63  mov64 r3, 2
                      64  mov64 r4, r10
                      65  add64 r4, -248
                      66  mov64 r5, 1
                →     67  syscall sol_invoke_signed_c
                      68  exit
      registers r0  0x0000000000000000  0
                r1  0x0000000200000fd8  byte 4056 of the stack
                r2  0x0000000200000f38  byte 3896 of the stack
                r3  0x0000000000000002  2
                r4  0x0000000200000f08  byte 3848 of the stack
                r5  0x0000000000000001  1
                r6  0x0000000400000000  the number of accounts
                r7  0x0000000400007948  byte 0 of the 9 bytes of instruction data
                r8  0x0000000400002860  behind the data of account 0 (vault)
                r9  0x0000000000000000  0
                r10 0x0000000200001000  byte 4096 of the stack
      accounts  [-w] bob  as before
                [-w] vault  as before
                [--] System  as before
      log       Program Vau1t11111111111111111111111111111111111111 invoke [1]"
  `);
});

test('a script goes from moment to moment and says what it can not do', async () => {
  const printed: string[] = [];
  const script = 'g 0:67\r\n# a remark\ni\nn\nn\nm r1 4\nT nowhere\nq\nx';
  const code = runScript(await open(), script, OPTIONS, (text) => printed.push(...text.split('\n').slice(0, 2)));
  expect(code).toBe(0);
  expect(printed).toMatchInlineSnapshot(`
    [
      "> g 0:67",
      "#0 step 67  vault program  of 68 steps",
      "> i",
      "#0 exit  vault program",
      "> n",
      "end",
      "> n",
      "n: there is nothing further that way",
      "> m r1 4",
      "m: no compiled program is running here",
      "> T nowhere",
      "nowhere: not reached before",
    ]
  `);
});

test.each([
  ['x', 'there is no command "x"; ? lists them'],
  ['next', 'there is no command "next"; ? lists them'],
  ['g 7', 'A frame must be one of #0, #0.0; received #7.'],
  ['g 0 1', 'g takes a moment: 0.1, 0.1:25, 0.1:exit, start or end'],
  ['g', 'g takes a moment: 0.1, 0.1:25, 0.1:exit, start or end'],
  ['s 0', 's takes a number of instructions, not 0'],
  ['b x', 'b takes a number of instructions, not x'],
  ['n 3', 'n takes nothing behind it, not 3'],
  ['t', 't takes a function or a slot'],
  ['m', 'm takes an address (0x…, or a register: r0 to r10), and a number of bytes'],
  ['m r11', 'm takes an address (0x…, or a register: r0 to r10), and a number of bytes'],
])('a script ends at a line that is no command, with exit code 1: %s', async (line, says) => {
  const printed: string[] = [];
  const session = await open();
  const code = runScript(session, `n\n${line}\nn`, OPTIONS, (text) => printed.push(text));
  expect([code, printed.length, printed[1]]).toEqual([1, 2, `> ${line}\nline 2: ${says}\n`]);
  const json: string[] = [];
  runScript(session, line, { ...OPTIONS, json: true }, (text) => json.push(text));
  expect(JSON.parse(json[0])).toMatchObject({ command: line, said: `line 1: ${says}`, isMistake: true });
});

test('as JSON a script prints a value a line', async () => {
  const printed: string[] = [];
  runScript(await open(), 'g 0:67\np', { ...OPTIONS, json: true }, (text) => printed.push(text));
  const [at, before] = printed.map((text) => JSON.parse(text));
  expect(at.point.moment).toEqual({ type: 'step', frame: [0], step: 67 });
  expect([at.point.machine.registers.length, at.point.machine.pc]).toEqual([11, 68]);
  expect([before.command, before.said, before.point.moment]).toEqual(['p', null, { type: 'return', frame: [0, 0] }]);
});

test('keys move, a typed command waits for its line, and q ends it', async () => {
  const session = await open();
  const seen: string[] = [];
  const keys = ['\x1b[C', '\x1b[B\x1b[B', 'b', 'g', '0:5x\x7f', '\r', 'q', 'n'];
  await runInteractive(session, OPTIONS, Readable.from(keys), (text) => seen.push(text));
  expect(session.moment).toEqual({ type: 'step', frame: [0], step: 5 });
  expect(seen.some((screen) => screen.endsWith(': g 0:5x'))).toBe(true);
});

test('what a program logs can not reach the terminal', async () => {
  const session = await open();
  session.goTo('end');
  expect(rewindCommand(session, 'l', {}).said).toContain('success');
  expect(rewindCommand(session, '\x1b[2J', {}).said).not.toContain('\x1b');
});
