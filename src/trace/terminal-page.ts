// Lines of styled text for a terminal: wraps at the width, repeats the tree's bars on wrapped lines, sets columns at the
// right edge. The one gate to the screen: every piece of text is escaped here, and colour codes are added after that.

import { characterWidth, displayWidth, escapeText } from './plain-text.ts';

/** SGR codes. Source: ECMA-48 §8.3.117. */
const STYLES = {
  plain: '',
  bold: '1',
  dim: '2',
  red: '31',
  boldRed: '1;31',
  green: '32',
  yellow: '33',
  cyan: '36',
  boldCyan: '1;36',
  magenta: '35',
} as const;

export type Style = keyof typeof STYLES;
/** Text with a style; a bare string is plain. */
export type Span = string | readonly [style: Style, text: string];

export interface LineOptions {
  /** Set at the right edge of the first line. */
  readonly right?: readonly Span[];
  /** Columns by which wrapped lines are set in. */
  readonly hang?: number;
}

/** Pages are never narrower: a tree has no room in fewer columns. */
export const MIN_WIDTH = 40;
const MIN_CONTENT_WIDTH = 16;
const DEFAULT_WIDTH = 100;

export class TerminalPage {
  readonly width: number;
  readonly #color: boolean;
  readonly #lines: string[] = [];

  /** @param width columns; Infinity for lines as long as they are, and a page of the usual width for what is no number */
  constructor(width: number, color: boolean) {
    this.width = width >= 1 ? width : DEFAULT_WIDTH;
    this.#color = color;
  }

  /**
   * Adds a line, or as many as the content needs.
   *
   * @param prefix the tree before the first line, such as `│  ├─ `
   * @param restPrefix the tree before wrapped lines, of the same width: `│  │  `
   */
  line(prefix: string, restPrefix: string, content: readonly Span[], options: LineOptions = {}): void {
    const { right = [] } = options;
    const rightWidth = widthOf(right);
    const indent = displayWidth(prefix);
    // Where the columns of a list leave no room, what is wrapped begins further left.
    const hang = Math.max(0, Math.min(options.hang ?? 0, this.width - indent - MIN_CONTENT_WIDTH));
    const first = Math.max(MIN_CONTENT_WIDTH, this.width - indent - (rightWidth === 0 ? 0 : rightWidth + 1));
    const rest = Math.max(MIN_CONTENT_WIDTH, this.width - indent - hang);
    const rows = wrap(content, first, rest);
    rows.forEach((row, i) => {
      const start = i === 0 ? prefix : restPrefix + ' '.repeat(hang);
      const room = this.width - indent - widthOf(row) - rightWidth;
      const gap = room === Number.POSITIVE_INFINITY ? 2 : Math.max(1, room);
      const end = i === 0 && rightWidth > 0 ? [' '.repeat(gap), ...right] : [];
      this.#lines.push(this.#paint([['dim', start], ...row, ...end]).trimEnd());
    });
  }

  /** Whether the content would stand on one line. */
  fits(prefix: string, content: readonly Span[], right: readonly Span[] = []): boolean {
    return displayWidth(prefix) + widthOf(content) + widthOf(right) + 1 <= this.width;
  }

  blank(): void {
    this.#lines.push('');
  }

  toString(): string {
    return this.#lines.join('\n');
  }

  #paint(spans: readonly Span[]): string {
    let line = '';
    let run = '';
    let runStyle: Style = 'plain';
    const close = () => {
      line += this.#color && runStyle !== 'plain' && run !== '' ? `\x1b[${STYLES[runStyle]}m${run}\x1b[0m` : run;
      run = '';
    };
    for (const span of spans) {
      const [style, text] = typeof span === 'string' ? (['plain', span] as const) : span;
      if (style !== runStyle) close();
      runStyle = style;
      run += escapeText(text);
    }
    close();
    return line;
  }
}

function widthOf(spans: readonly Span[]): number {
  return spans.reduce((sum, span) => sum + displayWidth(escapeText(typeof span === 'string' ? span : span[1])), 0);
}

/** Rows of at most `first`, then `rest` columns, broken at spaces where there are any. */
function wrap(content: readonly Span[], first: number, rest: number): Span[][] {
  const rows: Span[][] = [[]];
  let room = first;
  const newRow = () => {
    rows.push([]);
    room = rest;
  };
  for (const span of content) {
    const [style, raw] = typeof span === 'string' ? (['plain', span] as const) : span;
    // Escaped before it is measured. What is escaped once comes through a second time unchanged.
    for (const piece of escapeText(raw).match(/ +|[^ ]+/g) ?? []) {
      const width = displayWidth(piece);
      const row = rows[rows.length - 1];
      if (width <= room) {
        if (row.length > 0 || rows.length === 1 || piece[0] !== ' ') {
          row.push([style, piece]);
          room -= width;
        }
        continue;
      }
      if (piece[0] === ' ') {
        newRow();
        continue;
      }
      if (room < rest && width <= rest && row.length > 0) {
        newRow();
        rows[rows.length - 1].push([style, piece]);
        room -= width;
        continue;
      }
      let part = '';
      for (const character of piece) {
        const columns = characterWidth(character.codePointAt(0)!);
        if (columns > room) {
          rows[rows.length - 1].push([style, part]);
          part = '';
          newRow();
        }
        part += character;
        room -= columns;
      }
      rows[rows.length - 1].push([style, part]);
    }
  }
  return rows.map(dropTrailingSpace);
}

function dropTrailingSpace(row: Span[]): Span[] {
  while (row.length > 0 && /^ +$/.test(row[row.length - 1][1])) row.pop();
  return row;
}
