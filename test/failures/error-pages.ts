// What docs/errors/ holds: made from the table of codes and from the corpus.

import { EXPLANATION_CODES } from '../../src/trace/index.ts';
import type { FailureCase } from './case.ts';
import { asLiteSvm, asParhelion, SHOWN } from './corpus.ts';

/** Name → text of each page. */
export function errorPages(): Map<string, string> {
  const pages = new Map<string, string>();
  const codes = Object.keys(EXPLANATION_CODES).sort();
  for (const code of codes) {
    const { title, message, fixes } = EXPLANATION_CODES[code];
    const parts = [`# ${code}`, `**${title}.** ${message}`];
    if (fixes.length > 0) parts.push(['What usually helps:', '', ...fixes.map((fix) => `- ${fix}`)].join('\n'));
    const shown = SHOWN.get(code);
    if (shown !== undefined) parts.push(`## A case\n\n${sectionOf(shown)}`);
    pages.set(`${code}.md`, `${parts.join('\n\n')}\n`);
  }
  const lines = codes.map((code) => `| [${code}](${code}.md) | ${EXPLANATION_CODES[code].title} |`);
  const head = '# Errors\n\nEach code that `explain` gives. These pages are written by `npm run error-pages`.';
  pages.set('README.md', `${head}\n\n| code | |\n|---|---|\n${lines.join('\n')}\n`);
  return pages;
}

function sectionOf(broken: FailureCase): string {
  const lite = asLiteSvm(broken);
  const parts = [`\`${broken.id}\` in test/failures. True cause: ${broken.cause}`];
  if (lite !== '') parts.push('LiteSVM:', fenced(lite));
  return [...parts, 'Parhelion:', fenced(asParhelion(broken))].join('\n\n');
}

const fenced = (text: string): string => `\`\`\`text\n${text}\n\`\`\``;
