// Plays the demo in every JavaScript host that is on this machine (Node, Bun, Deno, a browser) and compares what it prints: all
// trees, logs, units and balances must be those of Node, to the byte.
//
//   node scripts/check-hosts.mjs
//
// Hosts are looked for on the PATH; one that isn't there is named and left out.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const ROOT = fileURLToPath(new URL('../', import.meta.url));
const PROGRAMS = join(ROOT, 'examples/programs');
const LIMIT_MS = 120_000;
const SPAWN = { encoding: 'utf8', timeout: LIMIT_MS, maxBuffer: 2 ** 26, stdio: ['ignore', 'pipe', 'pipe'] };

const folder = mkdtempSync(join(tmpdir(), 'parhelion-hosts-'));
const script = join(folder, 'demo.mjs');
const page = join(folder, 'demo.html');

/** Commands that print the demo, by host. The first that is there speaks for its host. */
const HOSTS = {
  Node: [[process.execPath, script]],
  Bun: [['bun', script]],
  Deno: [['deno', 'run', '--allow-env', script]],
  Chromium: ['chromium', 'chromium-browser', 'google-chrome'].map((browser) => [
    browser,
    '--headless',
    '--no-sandbox',
    '--disable-gpu',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    '--no-first-run',
    `--user-data-dir=${join(folder, 'profile')}`,
    `--timeout=${LIMIT_MS}`,
    '--virtual-time-budget=3600000',
    '--dump-dom',
    pathToFileURL(page).href,
  ]),
};

try {
  writeFileSync(script, `globalThis.print = (text) => console.log(text);\n${await bundleDemo('node')}`);
  writeFileSync(page, pageOf(await bundleDemo('browser')));
  const expected = run(HOSTS.Node);
  for (const [host, commands] of Object.entries(HOSTS)) {
    const text = host === 'Node' ? expected : run(commands);
    if (text === undefined) {
      console.log(`${host}: not on this machine`);
    } else if (textOf(text) === expected.trim()) {
      console.log(
        `${host}: ${expected.split('\n').length} lines, ${host === 'Node' ? 'which the others are held against' : 'the same'}`,
      );
    } else {
      console.error(`${host} differs; it printed:\n${text.slice(0, 4000)}`);
      process.exitCode = 1;
    }
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** The demo as one module; the programs it reads from files are in it. */
async function bundleDemo(platform) {
  const sources = Object.fromEntries(
    readdirSync(PROGRAMS).map((name) => [name, readFileSync(join(PROGRAMS, name), 'utf8')]),
  );
  const files = `
    const sources = ${JSON.stringify(sources)};
    const nameOf = (url) => String(url).split('/').at(-1);
    export const existsSync = (url) => nameOf(url) in sources;
    export const readFileSync = (url) => sources[nameOf(url)];`;
  const entry = `
    import { runDemo } from ${JSON.stringify(join(ROOT, 'src/node/demo/index.ts'))};
    const lines = [];
    await runDemo({ names: [], list: false, json: false, color: false, width: 100 }, (line) => lines.push(line));
    globalThis.print(lines.join('\\n'));`;
  const { outputFiles } = await build({
    stdin: { contents: entry, resolveDir: ROOT },
    bundle: true,
    write: false,
    format: 'esm',
    platform,
    target: 'es2022',
    define: { 'process.env.NODE_ENV': '"production"' },
    plugins: [
      {
        name: 'programs',
        setup({ onResolve, onLoad }) {
          onResolve({ filter: /^node:fs$/ }, () => ({ path: 'programs', namespace: 'programs' }));
          onLoad({ filter: /.*/, namespace: 'programs' }, () => ({ contents: files }));
        },
      },
    ],
  });
  return outputFiles[0].text;
}

/** A page that holds what was printed, and nothing else, in its one `pre`. */
function pageOf(code) {
  const print = 'globalThis.print = (text) => { document.querySelector("pre").textContent = text; };';
  const caught = 'addEventListener("unhandledrejection", ({ reason }) => print(String(reason?.stack ?? reason)));';
  const escaped = `${print}${caught}\n${code}`.replaceAll('</script', '<\\/script');
  return `<!doctype html><meta charset="utf-8"><pre></pre><script type="module">${escaped}</script>`;
}

/** What the first of these commands that exists prints. */
function run(commands) {
  for (const [command, ...args] of commands) {
    try {
      return execFileSync(command, args, SPAWN);
    } catch (error) {
      if (error.code !== 'ENOENT') throw error;
    }
  }
  return undefined;
}

/** Of a page: what its `pre` holds. */
function textOf(printed) {
  const held = /<pre>([\s\S]*)<\/pre>/.exec(printed)?.[1] ?? printed;
  return held.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&nbsp;', ' ').replaceAll('&amp;', '&').trim();
}
