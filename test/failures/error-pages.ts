// What docs/errors/ holds: made from the table of codes and from the report of the corpus.

import { EXPLANATION_CODES } from '../../src/trace/index.ts';

/** Name → text of each page. */
export function errorPages(report: string): Map<string, string> {
  const cases = casesByCode(report);
  const pages = new Map<string, string>();
  const codes = Object.keys(EXPLANATION_CODES).sort();
  for (const code of codes) {
    const { title, message, fixes } = EXPLANATION_CODES[code];
    const parts = [`# ${code}`, `**${title}.** ${message}`];
    if (fixes.length > 0) parts.push(['What usually helps:', '', ...fixes.map((fix) => `- ${fix}`)].join('\n'));
    const shown = cases.get(code)?.[0];
    if (shown !== undefined) parts.push(`## A case\n\n${shown}`);
    pages.set(`${code}.md`, `${parts.join('\n\n')}\n`);
  }
  const lines = codes.map((code) => `| [${code}](${code}.md) | ${EXPLANATION_CODES[code].title} |`);
  const head = '# Errors\n\nEach code that `explain` gives. These pages are written by `scripts/make-error-pages.ts`.';
  pages.set('README.md', `${head}\n\n| code | |\n|---|---|\n${lines.join('\n')}\n`);
  return pages;
}

function casesByCode(report: string): Map<string, string[]> {
  const cases = new Map<string, string[]>();
  for (const part of report.split(/^## /m).slice(1)) {
    const [id, ...rest] = part.split('\n');
    // The longest codes are on two lines.
    const code = /docs\/errors\s*\/(\w+)\.md/.exec(part)?.[1];
    if (code === undefined) continue;
    const text = `\`${id}\` in test/failures. ${rest.join('\n').trim()}`;
    cases.set(code, [...(cases.get(code) ?? []), text]);
  }
  return cases;
}
