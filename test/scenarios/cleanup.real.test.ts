// Real servers from npm, in use: what a typical client leaves of them, and that through Holdfast nothing is left.
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { extname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { os } from '../../src/platform/platform.ts';
import { CommandLine } from '../cli/run-cli.ts';
import { chromium, lacksBrowser } from '../support/browser.ts';
import { isAlive, withNothingLeft } from '../support/leak-check.ts';
import { projectRoot } from '../support/project-root.ts';
import { checkBeforeAndAfter } from '../support/scenario-check.ts';

checkBeforeAndAfter();

const CLIENT = fileURLToPath(new URL(`../fixtures/naive-client${extname(import.meta.url)}`, import.meta.url));
/** P1, and before a stop what is under way: the time for answers of `run`, and the usual `drainMs` and `graceMs`. */
const PROMISED_MS = 2_000;
const STOP_MS = 2_000 + 2_000 + 100;
/** So long a server has that ends by itself, only late. */
const PATIENCE_MS = 3_000;
const root = projectRoot();

interface InUse {
  /** Written as `npx -y PACKAGE`. */
  readonly package: string;
  /** Where it is installed. */
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly tool: string;
  readonly toolArgs: object;
  readonly answer: RegExp;
  /** The process that must be there before the ending. */
  readonly has: RegExp;
  readonly lacks?: string | false;
}

const servers: Readonly<Record<string, InUse>> = {
  // It hears the end of stdin, and has a timer that keeps it.
  'a long call': {
    package: '@modelcontextprotocol/server-everything',
    cwd: root,
    tool: 'trigger-long-running-operation',
    toolArgs: { duration: 600, steps: 600 },
    answer: /under way/,
    has: /server-everything/,
  },
  // As a program that an agent starts beside its work.
  'a command in the background': {
    package: 'mcp-server-commands',
    cwd: join(root, 'tools'),
    tool: 'run_command',
    toolArgs: { command: 'sleep 600 >/dev/null 2>&1 & echo started' },
    answer: /started/,
    has: /^sleep 600/,
  },
  'a browser': {
    package: '@modelcontextprotocol/server-puppeteer',
    cwd: join(root, 'tools'),
    env: { PUPPETEER_EXECUTABLE_PATH: chromium ?? '' },
    tool: 'puppeteer_navigate',
    toolArgs: {
      url: 'data:text/html,held',
      launchOptions: { headless: true, args: ['--no-sandbox'] },
      allowDangerous: true,
    },
    answer: /Navigated/,
    has: /chromium.*--user-data-dir/,
    lacks: lacksBrowser,
  },
};

type How = 'naive' | 'run' | 'connect';
interface Held {
  readonly client: ChildProcess;
  /** What the client has started: npx, or the manager. */
  readonly child: number;
}

interface Ending {
  readonly end: (held: Held) => unknown;
  /** A manager that lives to see it stops its servers; else they are killed. */
  readonly isStop: boolean;
}

const endings: Readonly<Record<string, Ending>> = {
  'the client closes': { isStop: true, end: ({ client }) => client.stdin?.write('close') },
  'SIGKILL of the client': { isStop: true, end: ({ client }) => client.kill('SIGKILL') },
  'SIGKILL of what it started': { isStop: false, end: ({ child }) => process.kill(child, 'SIGKILL') },
};

const why =
  process.env.HOLDFAST_TEST_FULL !== '1'
    ? 'only in the long form: HOLDFAST_TEST_FULL=1'
    : os !== 'linux' && 'processes are found by /proc';

for (const [use, server] of Object.entries(servers)) {
  test(`${server.package} with ${use} outlives a typical client; held, it does not`, {
    skip: why || server.lacks,
  }, async t => {
    const naive: number[] = [];
    for (const how of ['naive', 'run', 'connect'] as const) {
      for (const [name, ending] of Object.entries(endings)) {
        await t.test(`${how}: ${name}`, async t => {
          const { before, left, tookMs } = await ended(t, server, how, ending);
          t.diagnostic(`${server.package}, ${how}, ${name}: ${left.length} of ${before} left after ${tookMs} ms`);
          if (how === 'naive') naive.push(left.length);
          else assert.deepEqual(left, []);
        });
      }
    }
    assert.equal(naive.length, Object.keys(endings).length);
    assert.ok(Math.max(...naive) > 0, 'a server that leaves nothing shows nothing');
  });
}

/** One life of a server, and the processes that are left of it: at once where it is held, after a while where it is not. */
async function ended(t: TestContext, server: InUse, how: How, { end, isStop }: Ending) {
  const sandbox = await withNothingLeft(t);
  const cache = join(sandbox.folder, 'npm-cache');
  // Nobody listens on the discard port: nothing is downloaded.
  const npm = { npm_config_registry: 'http://127.0.0.1:9/', npm_config_cache: cache, TMPDIR: sandbox.folder };
  const cli = new CommandLine(sandbox, { ...npm, ...server.env, XDG_RUNTIME_DIR: sandbox.folder });
  const npx = { command: 'npx', args: ['-y', server.package], cwd: server.cwd };
  if (how === 'connect') cli.configure({ one: { ...npx, env: { ...sandbox.env, ...npm, ...server.env } } });
  const started = {
    naive: npx,
    run: { ...cli.how(['run', '--', npx.command, ...npx.args]), cwd: server.cwd },
    connect: cli.how(['connect']),
  }[how];
  const { command, args, cwd } = started;
  const call = { tool: how === 'connect' ? `one__${server.tool}` : server.tool, toolArgs: server.toolArgs };
  const client = spawn(process.execPath, [CLIENT, JSON.stringify({ command, args, cwd, ...call })], {
    env: cli.how([]).env,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  sandbox.later(() => client.kill('SIGKILL'));
  client.stdin.on('error', () => {});
  const [line] = (await once(client.stdout, 'data')) as [Buffer];
  const { pid, answer } = JSON.parse(String(line)) as { pid: number; answer: string };
  assert.match(answer, server.answer);
  const living = async () => (await sandbox.living()).filter(({ pid }) => pid !== client.pid);
  const before = await living();
  assert.ok(
    before.some(({ command }) => server.has.test(command)),
    JSON.stringify(before),
  );
  const exited = once(client, 'exit');
  end({ client, child: pid });
  if (isStop) await exited;

  const from = performance.now();
  if (how === 'naive') await delay(PATIENCE_MS);
  const until = from + PROMISED_MS + (isStop ? STOP_MS : 0);
  let left = await living();
  while (how !== 'naive' && left.length > 0 && performance.now() < until) {
    await delay(20);
    left = await living();
  }
  const tookMs = Math.round(performance.now() - from);
  for (const { pid } of how === 'naive' ? left : []) if (await isAlive(pid)) process.kill(pid, 'SIGKILL');
  return { before: before.length, left, tookMs };
}
