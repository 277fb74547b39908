// The blocks of a page that show a case of the corpus: `<!-- failure: ID litesvm -->` and `<!-- failure: ID parhelion -->`,
// each before a block of text.

import { asLiteSvm, asParhelion, CASES } from './corpus.ts';

const BLOCK = /(<!-- failure: (\S+) (litesvm|parhelion) -->\n```text\n)[\s\S]*?(\n```)/g;

/** The page with its blocks as the corpus has them. */
export function withFailureBlocks(page: string): string {
  return page.replace(BLOCK, (_, head: string, id: string, who: string, tail: string) => {
    const broken = CASES.find((each) => each.id === id);
    if (broken === undefined) throw new Error(`The corpus has no case ${id}.`);
    return `${head}${who === 'litesvm' ? asLiteSvm(broken) : asParhelion(broken)}${tail}`;
  });
}
