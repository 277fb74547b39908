// The blocks of a page that show a case of the report: `<!-- failure: ID litesvm -->` and `<!-- failure: ID parhelion -->`,
// each before a block of text.

const BLOCK = /(<!-- failure: (\S+) (litesvm|parhelion) -->\n```text\n)[\s\S]*?(\n```)/g;

/** The page with its blocks as the report has them. */
export function withFailureBlocks(page: string, report: string): string {
  return page.replace(BLOCK, (_, head: string, id: string, who: string, tail: string) => {
    const section = report.split(/^## /m).find((part) => part.startsWith(`${id}\n`));
    const label = who === 'litesvm' ? 'LiteSVM' : 'Parhelion';
    const [, text] = (section ?? '').split(`${label}:\n\n\`\`\`text\n`).map((part) => part.split('\n```')[0]);
    if (text === undefined) throw new Error(`The report has no case ${id}.`);
    return `${head}${text}${tail}`;
  });
}
