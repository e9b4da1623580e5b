// P1 as a table: whatever the servers are like, and however their manager ends, nothing of them is left two seconds later.
// One manager holds all trees at once through each ending; `npm run test:full` has all of these, CI one.
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { basename, extname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { ContainmentStatus } from '../../src/manager.ts';
import { findCgroup } from '../../src/platform/linux/find-cgroup.ts';
import { os } from '../../src/platform/platform.ts';
import { CommandLine } from '../cli/run-cli.ts';
import { eventually } from '../support/eventually.ts';
import { HttpSession } from '../support/http-session.ts';
import { isAlive, type Sandbox, withNothingLeft } from '../support/leak-check.ts';
import { checkBeforeAndAfter } from '../support/scenario-check.ts';
import { livingOf, trees } from '../support/trees.ts';

checkBeforeAndAfter();

/** P1: "within 2 s of the manager's death, however it died, and within drainMs + graceMs + 2 s of a stop". */
const PROMISED_MS = 2_000;
const STOP = { drainMs: 300, graceMs: 100 };

interface Held {
  readonly cli: CommandLine;
  readonly running: readonly ChildProcess[];
  /** Of the only manager, or the first. */
  readonly manager: number;
  readonly guardian: () => Promise<number>;
  /** The folder of its cgroups; null where the system gives none, or none can be told. */
  readonly cgroup: string | null;
  readonly sandbox: Sandbox;
}

interface Ending {
  /** Ends the manager, and resolves when that is done or under way. */
  readonly end: (held: Held) => Promise<unknown> | unknown;
  /** Who the manager is; `run` are many, one for each server. Default: `up`. */
  readonly who?: 'connect' | 'run' | 'library';
  readonly isInCi?: true;
  readonly env?: Readonly<Record<string, string>>;
}

const signal = (name: NodeJS.Signals): Ending => ({ end: ({ manager }) => process.kill(manager, name) });

const endings: Readonly<Record<string, Ending>> = {
  'holdfast down': { end: ({ cli }) => cli.run('down') },
  'Ctrl-C': signal('SIGINT'),
  SIGTERM: signal('SIGTERM'),
  'SIGHUP (its terminal closes)': signal('SIGHUP'),
  // It goes on then, as a service must when its log is restarted; what it cannot tell any more must not keep it from ending.
  'stdout is gone (EPIPE), then SIGTERM': {
    end: async ({ cli, running: [up], manager }) => {
      up?.stdout?.destroy();
      up?.stderr?.destroy();
      // Something to be written.
      assert.equal((await cli.run('restart', 'plain')).code, 0);
      process.kill(manager, 'SIGTERM');
    },
  },
  'connect: the client closes stdin': {
    who: 'connect',
    end: ({ running: [connect] }) => connect?.stdin?.end(),
  },
  'connect: its client is killed': { who: 'connect', end: ({ running }) => letGo(running) },
  'run: the client closes stdin': {
    who: 'run',
    end: ({ running }) => running.map(({ stdin }) => stdin?.end()),
  },
  'run: its client is killed': { who: 'run', end: ({ running }) => letGo(running) },
  'run: SIGKILL': { who: 'run', end: ({ running }) => running.map(child => child.kill('SIGKILL')) },
  'a library’s host: uncaught exception': { who: 'library', end: ({ running: [host] }) => host?.stdin?.write('throw') },
  'a library’s host: process.exit()': { who: 'library', end: ({ running: [host] }) => host?.stdin?.write('exit') },
  'a library’s host: SIGKILL': { who: 'library', ...signal('SIGKILL') },
  'SIGKILL of the manager': { isInCi: true, ...signal('SIGKILL') },
  'SIGKILL of a manager without cgroups': { env: { HOLDFAST_NO_CGROUP: '1' }, ...signal('SIGKILL') },
  'SIGTERM to a manager without cgroups': { env: { HOLDFAST_NO_CGROUP: '1' }, ...signal('SIGTERM') },
  'SIGKILL of the guardian, then of the manager': {
    end: async ({ manager, guardian }) => {
      const first = await guardian();
      process.kill(first, 'SIGKILL');
      await eventually(async () => (await guardian()) !== first, { what: 'another guardian' });
      process.kill(manager, 'SIGKILL');
    },
  },
  'SIGKILL of both at once, then a new start': {
    end: async ({ manager, guardian, cli }) => {
      const watch = await guardian();
      process.kill(manager, 'SIGSTOP');
      process.kill(watch, 'SIGKILL');
      process.kill(manager, 'SIGKILL');
      await eventually(async () => !(await isAlive(manager)), { what: 'the end of the manager' });
      const next = cli.start('up');
      await next.line('stdout', /an earlier run was killed/);
      process.kill(next.child.pid as number, 'SIGTERM');
      await next.finished;
    },
  },
};

/** What a client's death leaves: pipes without another end. */
function letGo(running: readonly ChildProcess[]): void {
  for (const { stdio } of running) for (const stream of stdio) stream?.destroy();
}

const isLong = process.env.HOLDFAST_TEST_FULL === '1';
const chosen = Object.entries(endings).filter(([, { isInCi }]) => isLong || isInCi);
const rows = new Map<string, Map<string, string>>();

for (const [name, ending] of chosen) {
  test(`nothing is left after: ${name}`, { skip: os !== 'linux' && 'processes are found by /proc' }, async t => {
    const held = await hold(t, ending.who ?? 'up', ending.env);
    const before = new Map(Object.keys(trees).map(tree => [tree, livingOf(held.sandbox.mark, tree)]));
    for (const [tree, { processes, clients = 1 }] of Object.entries(trees)) {
      const found = before.get(tree)?.length ?? 0;
      const wanted = isEndpoint(ending.who) ? processes * clients : processes;
      assert.ok(found >= wanted, `${tree}: ${found} of ${wanted} processes before the ending`);
    }
    const from = performance.now();
    await ending.end(held);
    for (const { pid } of held.running) {
      await eventually(async () => !(await isAlive(Number(pid))), { what: 'the end of the manager' });
    }
    const left = () =>
      [...before].filter(([tree]) => livingOf(held.sandbox.mark, tree).length > 0).map(([tree]) => tree);
    const until = performance.now() + STOP.drainMs + STOP.graceMs + PROMISED_MS;
    while (left().length > 0 && performance.now() < until) await new Promise(resolve => setTimeout(resolve, 20));
    const tookMs = Math.round(performance.now() - from);
    for (const tree of before.keys()) {
      const row = rows.get(tree) ?? new Map<string, string>();
      rows.set(tree, row.set(name, `${livingOf(held.sandbox.mark, tree).length}`));
    }
    if (held.cgroup !== null) await eventually(() => !existsSync(held.cgroup ?? ''), { what: 'the end of its cgroup' });
    t.diagnostic(`${name}: ${[...before.values()].flat().length} processes gone in ${tookMs} ms`);
    assert.deepEqual(left(), []);
  });
}

test('the table', { skip: os !== 'linux' && 'processes are found by /proc' }, t => {
  const width = Math.max(...[...rows.keys()].map(row => row.length));
  t.diagnostic(`${'survivors'.padEnd(width)}  ${chosen.map((_, n) => `${n + 1}`.padStart(2)).join(' ')}`);
  for (const [tree, row] of rows) {
    t.diagnostic(`${tree.padEnd(width)}  ${chosen.map(([ending]) => (row.get(ending) ?? '-').padStart(2)).join(' ')}`);
  }
  chosen.forEach(([ending], n) => {
    t.diagnostic(`${n + 1}: ${ending}`);
  });
  assert.equal(rows.size, Object.keys(trees).length);
});

async function hold(t: TestContext, who: 'up' | 'connect' | 'run' | 'library', more: object = {}): Promise<Held> {
  const sandbox = await withNothingLeft(t);
  const cli = new CommandLine(sandbox, { XDG_RUNTIME_DIR: sandbox.folder, ...more });
  const servers = Object.entries(trees).flatMap(([tree, { servers: own }]) =>
    Object.entries(own).map(([name, spec]) => {
      const env = { ...sandbox.env, TREE: tree };
      return [name, { ...spec, env, holdfast: { ...spec.holdfast, stop: STOP } }] as const;
    }),
  );
  const file = cli.configure(Object.fromEntries(servers), { holdfast: { gateway: { port: 0 }, concurrentStarts: 8 } });
  const { command: node, args: main, cwd, env: own } = cli.how([]);
  const start = (args: readonly string[], env: object = {}) => {
    const child = spawn(node, args, { cwd, env: { ...own, ...env } });
    sandbox.later(() => child.kill('SIGKILL'));
    // What an ending cuts off may still be written to.
    for (const stream of child.stdio) stream?.on('error', () => {});
    for (const stream of [child.stdout, child.stderr]) stream.resume();
    return child;
  };
  const running =
    who === 'run'
      ? servers.map(([, { command = '', args = [], env }]) => start([...main, 'run', '--', command, ...args], env))
      : [start(who === 'library' ? ['--input-type=module', '-e', libraryHost(file)] : [...main, who])];
  // A client's first words are what starts its server.
  if (who === 'run') for (const { stdin } of running) stdin.write(`${INITIALIZE}\n`);
  const isThere = (tree: string) =>
    livingOf(sandbox.mark, tree).length >= (trees[tree]?.processes ?? 0) + (who === 'run' ? 1 : 0);
  await eventually(() => Object.keys(trees).every(isThere), { what: 'every tree', timeoutMs: 120_000 });
  if (isEndpoint(who)) {
    await eventually(() => allAreReady(cli), { what: 'every server', timeoutMs: 60_000 });
    await openClients(cli, sandbox);
  }
  const cgroup = who === 'up' || who === 'connect' ? await cgroupOf(cli) : null;
  const managers = running.map(({ pid }) => pid);
  for (const [tree, { isStopped }] of Object.entries(trees)) {
    if (!isStopped) continue;
    for (const pid of livingOf(sandbox.mark, tree)) if (!managers.includes(pid)) process.kill(pid, 'SIGSTOP');
  }
  return { cli, running, manager: Number(running[0]?.pid), guardian: () => guardianOf(cli), cgroup, sandbox };
}

const INITIALIZE = JSON.stringify({
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'test', version: '1' } },
});

/** A host that ends as it is told. */
function libraryHost(config: string): string {
  const module = new URL(`../../src/manager${extname(import.meta.url)}`, import.meta.url).href;
  return `import { createManager } from ${JSON.stringify(module)};
    const manager = await createManager({ config: ${JSON.stringify(config)} });
    void manager.start();
    process.stdin.on('data', word => {
      if (String(word) === 'exit') process.exit();
      throw new Error('on purpose');
    });`;
}

/** Whether it can have several clients. */
const isEndpoint = (who: Ending['who'] | 'up'): boolean => who === undefined || who === 'up' || who === 'connect';

/** Each has called, so that its process is there. */
async function openClients(cli: CommandLine, { later }: Sandbox): Promise<void> {
  const { url, token } = (await cli.json('status')).value.manager;
  const open = async (server: string, number: number) => {
    const session = await HttpSession.open({
      url: `${new URL(url ?? '').origin}/servers/${server}/mcp`,
      token: token === null ? null : readFileSync(token, 'utf8').trim(),
      name: `client-${number}`,
    });
    later(() => session.hangUp());
    assert.equal((await session.call('child-pid')).error, undefined);
  };
  const wanted = Object.values(trees).flatMap(({ servers, clients = 0 }) =>
    Object.keys(servers).flatMap(server => Array.from({ length: clients }, (_, number) => open(server, number))),
  );
  await Promise.all(wanted);
}

async function allAreReady(cli: CommandLine): Promise<boolean> {
  const { servers } = (await cli.json('status')).value;
  const isMute = (name: string) =>
    Object.values(trees).some(tree => tree.isNeverReady === true && name in tree.servers);
  return servers?.every(({ name, state }) => state === 'ready' || isMute(name)) ?? false;
}

async function cgroupOf(cli: CommandLine): Promise<string | null> {
  const { containment } = (
    (await cli.json('status')).value as unknown as { manager: { containment: ContainmentStatus } }
  ).manager;
  const own = findCgroup(readFileSync('/proc/self/mountinfo', 'utf8'), readFileSync('/proc/self/cgroup', 'utf8'));
  if ('why' in own || containment.journal.path === null) return null;
  const folder = join(own.folder, `holdfast-${basename(containment.journal.path, '.journal')}`);
  return existsSync(folder) ? folder : null;
}

async function guardianOf(cli: CommandLine): Promise<number> {
  const { manager } = (await cli.json('status')).value as unknown as {
    manager: { containment: { guardian: { pid: number } } };
  };
  return manager.containment.guardian.pid;
}
