// Logs for a terminal, in colours by how much a line tells, as LiteSVM prints them.
// Source: litesvm crates/litesvm/src/format_logs.rs.

const PROGRAM_LOG = 'Program log:';
/** A line may begin with one of these; what follows is printed after it, with one space between. */
const SOURCES = [PROGRAM_LOG, 'Program', 'process_instruction:', 'solana_runtime:'];
const ERROR_WORDS = ['error', 'err', 'failure', 'failed', 'fail'];

const BOLD_RED = '1;38;5;9';
const GREEN = '32';
const BOLD_GREY = '1;38;5;243';
const DARK_GREY = '38;5;239';

/** One line each; empty ones are left out. */
export function prettyLogs(logs: readonly string[]): string {
  return logs
    .filter((line) => line !== '')
    .map((line) => `${prettyLine(line)}\n`)
    .join('');
}

function prettyLine(line: string): string {
  const source = SOURCES.find((prefix) => line.startsWith(prefix)) ?? '';
  const message = source === '' ? line : line.slice(source.length).trimStart();
  const text = source === '' || source === PROGRAM_LOG ? message : `${source} ${message}`;
  return `\u001b[${colourOf(source, message)}m${text}\u001b[0m`;
}

function colourOf(source: string, message: string): string {
  const lower = message.toLowerCase();
  if (ERROR_WORDS.some((word) => lower.includes(`${word}: `) || lower.includes(`${word} `))) return BOLD_RED;
  if (lower.includes('signer privilege escalated')) return BOLD_GREY;
  return source === PROGRAM_LOG ? GREEN : DARK_GREY;
}
