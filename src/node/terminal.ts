// What the command line knows of the terminal: whether to colour, and how wide it is.
// Sources: no-color.org, force-color.org.

interface Output {
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
}

type Environment = Readonly<Record<string, string | undefined>>;

const DEFAULT_COLUMNS = 100;

/**
 * On a terminal that knows colours, and where FORCE_COLOR asks for them; never where NO_COLOR is set. Both count where they
 * are not empty; a FORCE_COLOR of 0 or false is none, as in Node.
 */
export function colorOf({ isTTY }: Output, { NO_COLOR, FORCE_COLOR, TERM }: Environment): boolean {
  if (NO_COLOR) return false;
  if (FORCE_COLOR) return FORCE_COLOR !== '0' && FORCE_COLOR !== 'false';
  return isTTY === true && TERM !== 'dumb';
}

/** Undefined where it is no terminal, 0 where a terminal doesn't know its size. */
export function widthOf({ columns }: Output): number {
  return columns || DEFAULT_COLUMNS;
}
