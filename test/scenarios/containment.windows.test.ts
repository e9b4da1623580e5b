// P1 on Windows: the kernel ends what a manager has started, however the manager ends. On the real node.exe.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { os } from '../../src/platform/platform.ts';
import { openHandles } from '../../src/platform/windows/handle.ts';
import { nativeWindows } from '../../src/platform/windows/kernel32.ts';
import { withProcess } from '../../src/platform/windows/process.ts';
import { CommandLine } from '../cli/run-cli.ts';
import { eventually } from '../support/eventually.ts';
import { assertNothingLeft, isAlive, type Sandbox, withNothingLeft } from '../support/leak-check.ts';
import { manage, type ServerSpec, served } from '../support/managed.ts';
import { projectRoot } from '../support/project-root.ts';
import type { RawClient } from '../support/raw-client.ts';
import { checkBeforeAndAfter } from '../support/scenario-check.ts';

checkBeforeAndAfter();

const onWindows = { skip: os === 'windows' ? false : 'only Windows has job objects' };
const HOST = fileURLToPath(new URL(`../fixtures/windows-host${extname(import.meta.url)}`, import.meta.url));

/** The time that the promise gives, from the manager's death to the last process's. */
const PROMISED_MS = 2_000;

/** A host whose trees have grown, the pids of all that it started, and the one that left every job that lets go. */
async function grown(sandbox: Sandbox, mode: 'outer' | 'inner') {
  // Detached: outside of the job that this Node has for its own children.
  const host = spawn(process.execPath, [HOST, mode], {
    env: { ...process.env, ...sandbox.env },
    stdio: ['pipe', 'pipe', 'inherit'],
    detached: true,
  });
  sandbox.later(() => host.kill());
  const [line] = await once(host.stdout, 'data');
  const { states, left } = JSON.parse(String(line)) as { states: string[]; left: number };
  assert.deepEqual(states, ['ready job atomic', 'ready job atomic']);
  // The wrapper, its server, the sleeper of that, the leaver and what left.
  return { host, pids: await recorded(sandbox, 5), left };
}

/** The pids of all that was started, which lives. */
async function recorded({ env }: Sandbox, count: number): Promise<readonly number[]> {
  const pids = () => readFileSync(env.HOLDFAST_TEST_PIDS, 'utf8').split('\n').filter(Boolean).map(Number);
  await eventually(() => pids().length === count, { what: 'the trees to grow' });
  for (const pid of pids()) assert.equal(await isAlive(pid), true);
  return pids();
}

/** TerminateProcess: it has no moment left for anything. */
async function terminate(host: Awaited<ReturnType<typeof grown>>['host']): Promise<void> {
  const native = nativeWindows() ?? assert.fail('there are no native calls');
  const exited = once(host, 'exit');
  const pid = Number(host.pid);
  assert.equal(
    withProcess(native.kernel32, pid, 'terminate', raw => native.kernel32.TerminateProcess(raw, 3)),
    true,
  );
  await exited;
}

test(
  'a command line that is killed takes everything along, also what left the job of its server',
  onWindows,
  async t => {
    const { host, pids } = await grown(await withNothingLeft(t), 'outer');
    await terminate(host);
    await assertNothingLeft({ pids, timeoutMs: PROMISED_MS });
  },
);

test(
  'a host that is killed takes its servers along by their own jobs; who asked to leave may stay',
  onWindows,
  async t => {
    const sandbox = await withNothingLeft(t);
    const { host, pids, left } = await grown(sandbox, 'inner');
    sandbox.later(() => process.kill(left));
    await terminate(host);
    await assertNothingLeft({ pids: pids.filter(pid => pid !== left), timeoutMs: PROMISED_MS });
    assert.equal(await isAlive(left), true, 'that is what containHost is for');
  },
);

test('a host that throws takes its servers along', onWindows, async t => {
  const { host, pids } = await grown(await withNothingLeft(t), 'outer');
  const exited = once(host, 'exit');
  host.stdin.write('throw');
  await exited;
  await assertNothingLeft({ pids, timeoutMs: PROMISED_MS });
});

/** Each with the number of processes that it records. */
const trees: Readonly<Record<string, readonly [server: ServerSpec, processes: number]>> = {
  deaf: [served('ignores-eof'), 1],
  held: [served('holds-stdout'), 2],
  'behind-cmd': [served('wrapper', { args: ['ignores-everything'] }), 2],
};
const wrapped = trees['behind-cmd']?.[0] ?? assert.fail();

/** How a manager is started, and how it ends. */
const endings: Readonly<
  Record<string, { args: readonly string[]; end(cli: CommandLine, manager: RawClient): unknown }>
> = {
  'up is terminated': { args: ['up'], end: (_, { child }) => child.kill('SIGKILL') },
  'holdfast down': { args: ['up'], end: cli => cli.run('down') },
  'connect: the client closes stdin': { args: ['connect'], end: (_, { child }) => child.stdin.end() },
  'run: the client closes stdin': {
    args: ['run', '--', wrapped.command ?? '', ...(wrapped.args ?? [])],
    end: (_, { child }) => child.stdin.end(),
  },
};

for (const [name, { args, end }] of Object.entries(endings)) {
  test(`nothing is left of several trees after: ${name}`, onWindows, async t => {
    const sandbox = await withNothingLeft(t);
    const cli = new CommandLine(sandbox);
    const stop = { drainMs: 300, graceMs: 100 };
    cli.configure(
      Object.fromEntries(Object.entries(trees).map(([tree, [spec]]) => [tree, { ...spec, holdfast: { stop } }])),
    );
    const manager = cli.client(args);
    // A client's first words are what starts its servers.
    if (args[0] !== 'up') assert.equal((await manager.initialize()).error, undefined);
    const all = Object.values(trees).reduce((sum, [, processes]) => sum + processes, 0);
    const pids = await recorded(sandbox, args[0] === 'run' ? 2 : all);
    await end(cli, manager);
    await manager.exited;
    const from = performance.now();
    await assertNothingLeft({ pids, timeoutMs: PROMISED_MS });
    t.diagnostic(`${pids.length} processes gone ${Math.round(performance.now() - from)} ms after the manager`);
  });
}

test('starts and stops leave no handles, pipes and processes', onWindows, async t => {
  const rounds = process.env.HOLDFAST_TEST_FULL === '1' ? 250 : 25;
  const servers = ['a', 'b', 'c', 'd'];
  const { manager, sandbox } = await manage(t, Object.fromEntries(servers.map(name => [name, served('well-behaved')])));
  const held = () => ({
    handles: openHandles(),
    pipes: process.getActiveResourcesInfo().filter(is => is === 'PipeWrap'),
  });
  const round = async () => {
    await manager.start();
    assert.deepEqual(await manager.stop(), { survivors: [] });
  };
  // The thread that waits for ends is made by the first start, and stays.
  const before = held();
  await round();
  const first = held();
  assert.equal(first.handles, before.handles + 1, 'the event that wakes the thread');
  const from = performance.now();
  for (let number = 1; number < rounds; number++) await round();
  const eachMs = Math.round((performance.now() - from) / (rounds - 1) / servers.length);
  await eventually(() => held().pipes.length <= before.pipes.length, { what: 'the last pipes to close' });
  t.diagnostic(
    `${rounds * servers.length} starts and stops, ${eachMs} ms each: handles ${first.handles} → ${held().handles}, pipes ${before.pipes.length} → ${held().pipes.length}`,
  );
  assert.equal(held().handles, first.handles);
  assert.deepEqual(await sandbox.living(), []);
});

test('a server behind npx.cmd is started, killed and healed in one session', onWindows, async t => {
  const sandbox = await withNothingLeft(t, { timeoutMs: 20_000 });
  const { manager, event, story, kill, status } = await manage(
    t,
    {
      memory: {
        command: 'npx',
        args: ['-y', '@modelcontextprotocol/server-memory'],
        // Installed there, so that nothing is downloaded: npx finds its .cmd file, and runs that by cmd.exe.
        cwd: projectRoot(),
        // npm keeps compiled code in the folder for temporary files.
        env: { MEMORY_FILE_PATH: join(sandbox.folder, 'memory.jsonl'), TEMP: sandbox.folder, TMP: sandbox.folder },
        holdfast: { launch: 'as-written', replay: 'safe' },
      },
    },
    { sandbox },
  );
  await manager.start();
  t.diagnostic(`${status().launch}: ${status().command.join(' ')}`);
  assert.equal(status().state, 'ready', JSON.stringify(status().lastError));
  const entity = { name: 'holdfast', entityType: 'tool', observations: ['holds'] };
  await manager.callTool('memory', 'create_entities', { entities: [entity] });
  kill();
  await event('server.ready', () => true, 2);
  const graph = await manager.callTool('memory', 'read_graph');
  assert.match(JSON.stringify(graph), /holds/);
  assert.deepEqual(story(), [
    'starting',
    'ready',
    'down process PROCESS_EXITED',
    'cleaned',
    'backoff 2/4',
    'starting',
    'ready',
  ]);
});
