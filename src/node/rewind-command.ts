// `parhelion rewind FILE`: steps through a capsule's transaction. At a terminal by keys, with the moment redrawn at each;
// with `--script` by the same commands from standard input, a line each; with neither it prints one moment, that of `--at`.

import type { Readable } from 'node:stream';
import type { Rewind, RewindCondition } from '../testing/rewind.ts';
import {
  type FormatRewindOptions,
  formatMemory,
  formatRewind,
  formatRewindFrames,
  rewindToJson,
} from '../trace/format-rewind.ts';
import { escapeText, jsonText, parseMoment, valueToJson } from '../trace/index.ts';
import { ParhelionError } from '../wire/errors.ts';

export interface RewindOptions extends FormatRewindOptions {
  readonly json: boolean;
  /** Where to begin; the start of the transaction where it isn't said. */
  readonly at: string | undefined;
}

type Write = (text: string) => void;

const HELP = `n p      next, previous beginning or end of a frame      (→ ←)
s b      an instruction on, back; s 10 goes ten           (↓ ↑)
i j      the very next, previous moment: into calls
o u      over functions, out of the function
t W      on to a function, or a slot; T W back to it
g M      to a moment: 0.1  0.1:25  0.1:exit  start  end
m A N    N bytes of memory at address A
f a l    frames, all accounts and the whole log, the log
? q      this, quit`;

const HELP_NAMES = 'npsbijoutTgmfal?';
const MOMENTS = '0.1, 0.1:25, 0.1:exit, start or end';
const MAX_MEMORY = 4096;

/** What a command leads to: a text, or undefined for the moment itself. */
export interface RewindAnswer {
  readonly said: string | undefined;
  /** Whether the command is none, or is not written as it should be. That there is nothing further is no mistake. */
  readonly isMistake: boolean;
}

/** Carries out one command. */
export function rewindCommand(session: Rewind, command: string, options: FormatRewindOptions): RewindAnswer {
  try {
    return { said: obey(session, command, options), isMistake: false };
  } catch (error) {
    if (error instanceof Mistake) return { said: error.message, isMistake: true };
    throw error;
  }
}

class Mistake extends Error {}

function mistake(text: string): never {
  throw new Mistake(text);
}

/** Commands that take arguments; the others take none. */
const TAKES_ARGUMENTS = 'sbtTgm';

function obey(session: Rewind, command: string, options: FormatRewindOptions): string | undefined {
  const [name, ...args] = command.trim().split(/\s+/);
  if (name.length === 1 && HELP_NAMES.includes(name) && !TAKES_ARGUMENTS.includes(name) && args.length > 0) {
    return mistake(`${name} takes nothing behind it, not ${escapeText(args.join(' '))}`);
  }
  const count = args[0] === undefined ? 1 : Number(args[0]);
  const move = (hasMoved: boolean) => (hasMoved ? undefined : `${name}: there is nothing further that way`);
  switch (name) {
    case 'n':
      return move(session.next());
    case 'p':
      return move(session.previous());
    case 's':
    case 'b':
      if (!Number.isSafeInteger(count) || count < 1)
        return mistake(`${name} takes a number of instructions, not ${escapeText(args[0])}`);
      return move(name === 's' ? session.step(count) : session.stepBack(count));
    case 'i':
      return move(session.stepIn());
    case 'j':
      return move(session.stepBackIn());
    case 'o':
      return move(session.stepOver());
    case 'u':
      return move(session.stepOut());
    case 't':
    case 'T': {
      if (args[0] === undefined) return mistake(`${name} takes a function or a slot`);
      const where: RewindCondition = /^\d+$/.test(args[0]) ? Number(args[0]) : args.join(' ');
      if (name === 't' ? session.runTo(where) : session.runBackTo(where)) return undefined;
      return `${escapeText(args.join(' '))}: not reached ${name === 't' ? 'from here on' : 'before'}`;
    }
    case 'g': {
      const target = parseMoment(args[0] ?? '');
      if (target === undefined || args.length > 1) return mistake(`g takes a moment: ${MOMENTS}`);
      try {
        session.goTo(target);
      } catch (error) {
        if (error instanceof ParhelionError) return mistake(escapeText(error.message));
        throw error;
      }
      return undefined;
    }
    case 'm': {
      const length = args[1] === undefined ? 64 : Number(args[1]);
      if (
        !/^(0x[0-9a-f]{1,16}|\d{1,20}|r(\d|10))$/i.test(args[0] ?? '') ||
        !Number.isSafeInteger(length) ||
        length < 0 ||
        args.length > 2
      ) {
        return mistake('m takes an address (0x…, or a register: r0 to r10), and a number of bytes');
      }
      const { machine } = session;
      if (machine === null) return 'm: no compiled program is running here';
      const address = /^r/i.test(args[0]) ? (machine.registers[Number(args[0].slice(1))] ?? 0n) : BigInt(args[0]);
      return formatMemory(address, machine.memory(address, Math.min(length, MAX_MEMORY)), machine.region(address));
    }
    case 'f':
      return formatRewindFrames(session.frames, options);
    case 'a':
      return formatRewind(session.point, session.frame, { ...options, isFull: true });
    case 'l':
      return session.logs.map(escapeText).join('\n');
    case '?':
      return HELP;
    default:
      return mistake(`there is no command "${escapeText(name)}"; ? lists them`);
  }
}

/** Prints one moment. */
export function printMoment(session: Rewind, options: RewindOptions, write: Write): void {
  goToStart(session, options.at);
  if (options.json) {
    write(jsonText({ frames: valueToJson(session.frames), point: momentJson(session) }));
    return;
  }
  if (options.at === undefined) write(`${formatRewindFrames(session.frames, options)}\n`);
  write(formatRewind(session.point, session.frame, options));
}

/**
 * Carries out the commands of a text, a line each, and prints what each leads to; as JSON, one value a line. A line that is no
 * command ends it: those behind it would speak of another moment than they mean.
 *
 * @returns the exit code: 1 where a line was no command.
 */
export function runScript(session: Rewind, commands: string, options: RewindOptions, write: Write): number {
  goToStart(session, options.at);
  for (const [i, line] of commands
    .replace(/^\ufeff/, '')
    .split('\n')
    .entries()) {
    const command = line.trim();
    if (command === '' || command.startsWith('#')) continue;
    if (command === 'q') return 0;
    const { said, isMistake } = rewindCommand(session, command, {
      ...options,
      color: options.color === true && !options.json,
    });
    const text = isMistake ? `line ${i + 1}: ${said}` : said;
    if (options.json) {
      write(jsonText({ command, said: text ?? null, isMistake, point: momentJson(session) }, 0));
    } else {
      write(`> ${escapeText(command)}\n${text ?? formatRewind(session.point, session.frame, options)}\n`);
    }
    if (isMistake) return 1;
  }
  return 0;
}

const CLEAR = '\x1b[2J\x1b[H';
/** What keys stand for at once, and those that ask for the rest of a line. */
const KEYS: Readonly<Record<string, string>> = { '\x1b[C': 'n', '\x1b[D': 'p', '\x1b[B': 's', '\x1b[A': 'b' };
const AT_ONCE = 'npsbijoufal?';
const WITH_LINE = 'gtTm';

/** Goes by keys until `q`, Ctrl-C, or the end of the input. */
export async function runInteractive(
  session: Rewind,
  options: RewindOptions,
  input: Readable & { setRawMode?(isRaw: boolean): unknown },
  write: Write,
): Promise<void> {
  goToStart(session, options.at);
  let typed: string | undefined;
  const draw = (said = '') => {
    const moment = formatRewind(session.point, session.frame, options);
    const hint = typed === undefined ? '? for help, q to quit' : `: ${typed}`;
    write(`${CLEAR}${moment}\n\n${said === '' ? '' : `${said}\n\n`}${hint}`);
  };
  const obey = (command: string) => draw(rewindCommand(session, command, options).said);
  input.setRawMode?.(true);
  input.setEncoding('utf8');
  draw();
  try {
    for await (const chunk of input) {
      for (const key of keysOf(chunk as string)) {
        if (key === '\x03' || (typed === undefined && key === 'q')) return;
        if (typed !== undefined) {
          if (key === '\r' || key === '\n') {
            const command: string = typed;
            typed = undefined;
            obey(command);
          } else {
            typed = key === '\x7f' ? typed.slice(0, -1) || undefined : /^[ -~]$/.test(key) ? typed + key : typed;
            draw();
          }
        } else if (WITH_LINE.includes(key)) {
          typed = `${key} `;
          draw();
        } else {
          const command = KEYS[key] ?? (AT_ONCE.includes(key) ? key : undefined);
          if (command !== undefined) obey(command);
        }
      }
    }
  } finally {
    input.setRawMode?.(false);
    write('\n');
  }
}

/** Characters, and the sequences that arrows send as one. */
function keysOf(text: string): string[] {
  const keys: string[] = [];
  for (let i = 0; i < text.length; i++) {
    const arrow = text.slice(i, i + 3);
    if (Object.hasOwn(KEYS, arrow)) i += 2;
    keys.push(Object.hasOwn(KEYS, arrow) ? arrow : text[i]);
  }
  return keys;
}

function momentJson(session: Rewind): unknown {
  return rewindToJson(session.point, session.frame);
}

function goToStart(session: Rewind, at: string | undefined): void {
  if (at === undefined) return;
  const target = parseMoment(at);
  if (target === undefined) {
    const expected = `a moment: ${MOMENTS}`;
    throw new ParhelionError('INVALID_ARGUMENT', { name: '--at', expected, received: JSON.stringify(at) });
  }
  session.goTo(target);
}
