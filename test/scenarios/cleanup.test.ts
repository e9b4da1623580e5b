// P1, as far as a living manager goes: after a stop nothing is left, whatever the servers are like.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { extname, join } from 'node:path';
import { describe, test } from 'node:test';
import { os } from '../../src/platform/platform.ts';
import { eventually } from '../support/eventually.ts';
import { type Sandbox, withNothingLeft } from '../support/leak-check.ts';
import { configOf, fault, manage, quick, type ServerSpec, served } from '../support/managed.ts';
import { checkBeforeAndAfter } from '../support/scenario-check.ts';

checkBeforeAndAfter();

const isWindows = os === 'windows';
const stop = { drainMs: 200, graceMs: 100 };
/** Each hard to end in a way of its own. */
const stubborn: Readonly<Record<string, ServerSpec>> = {
  good: served('well-behaved'),
  'ignores-eof': served('ignores-eof'),
  'ignores-sigterm': served('ignores-sigterm'),
  'ignores-everything': served('ignores-everything'),
  'holds-stdout': served('holds-stdout'),
  hangs: served('hangs', { holdfast: { replay: 'never' } }),
  'behind-a-shell': served('wrapper', { args: ['ignores-everything'] }),
  // Nothing stops a process on Windows.
  ...(isWindows ? {} : { stopped: served('well-behaved') }),
  // Found by its cookie, which only Linux shows; on Windows it cannot leave its job without asking.
  ...(os !== 'macos' ? { 'leaves-the-group': served('leaves-the-group') } : {}),
};

describe('after a stop', () => {
  test('of the most stubborn servers together nothing is left, in the time that was promised', async t => {
    const servers = Object.fromEntries(
      Object.entries(stubborn).map(([name, spec]) => [name, { ...spec, holdfast: { ...spec.holdfast, stop } }]),
    );
    const { manager, kill, sandbox, status } = await manage(t, servers);
    await manager.start();
    for (const name of Object.keys(servers)) assert.equal(status(name).state, 'ready', name);
    const hung = fault(manager.callTool('hangs', 'echo'));
    if (!isWindows) kill('SIGSTOP', 'stopped');
    assert.ok((await sandbox.living()).length > Object.keys(servers).length, 'servers, and what they started');

    const from = performance.now();
    assert.deepEqual(await manager.stop(), { survivors: [] });
    const tookMs = performance.now() - from;
    t.diagnostic(`${Object.keys(servers).length} stubborn servers stopped in ${Math.round(tookMs)} ms`);
    assert.deepEqual(await sandbox.living(), []);
    assert.ok(tookMs < stop.drainMs + stop.graceMs + 2_000, `${tookMs}`);
    await hung;
    assert.deepEqual([...new Set(manager.status().map(({ state }) => state))], ['stopped']);
  });

  test('at any moment of a start nothing is left', async t => {
    const { manager, sandbox } = await manage(t, { one: served('well-behaved', { holdfast: { stop } }) });
    for (const ms of [0, 2, 5, 10, 20, 40, 80]) {
      const started = manager.start();
      await new Promise(resolve => setTimeout(resolve, ms));
      assert.deepEqual(await manager.stop(), { survivors: [] });
      await started;
      assert.deepEqual(await sandbox.living(), [], `stopped ${ms} ms after the start`);
    }
  });
});

describe('in between', () => {
  test('a start that fails leaves nothing', async t => {
    const holdfast = { restart: { ...quick.restart, retries: 1 }, startup: { initializeMs: 2_000 } };
    const bad = ['exits-at-start', 'never-initializes', 'garbage', 'wrong-version', 'fails-tools-list'] as const;
    const servers = Object.fromEntries(bad.map(name => [name, served(name, { holdfast })]));
    const { manager, sandbox } = await manage(t, servers);
    await manager.start();
    assert.deepEqual([...new Set(manager.status().map(({ state }) => state))], ['failed']);
    assert.deepEqual(await sandbox.living(), []);
  });

  test('restarts leave no processes, no handles and no files behind', async t => {
    const sandbox = await withNothingLeft(t);
    const stateDir = join(sandbox.folder, 'state');
    const holdfast = { restart: { ...quick.restart, retries: 100 } };
    const one = served(isWindows ? 'well-behaved' : 'holds-stdout', { holdfast });
    const { manager, kill, event, text } = await manage(
      t,
      { one },
      // What this machine trusts beyond the usual is written down there, too.
      { sandbox, stateDir, holdfast: { network: { certificates: 'off' } } },
    );
    await manager.start();
    const processes = (await sandbox.living()).length;
    const descriptors = () => (os === 'linux' ? readdirSync('/proc/self/fd').length : 0);
    const before = descriptors();
    for (let life = 2; life <= 10; life++) {
      kill();
      await event('server.ready', ({ incarnation }) => incarnation === life);
    }
    await (isWindows ? text('pid') : text('child-pid'));
    await eventually(async () => (await sandbox.living()).length === processes, {
      what: 'the old processes to be gone',
    });
    await eventually(() => descriptors() <= before, { what: 'the old pipes to be closed' });
    assert.deepEqual(readdirSync(stateDir), ['catalogue', 'journal']);
    assert.ok(
      readdirSync(join(stateDir, 'catalogue')).every(file => file.endsWith('.json')),
      'and no drafts',
    );
  });
});

describe('the process of the host', () => {
  test('ends by itself once the manager is closed: nothing holds its event loop', async t => {
    const sandbox = await withNothingLeft(t);
    const { output, code } = await host(
      sandbox,
      { one: served('well-behaved'), bad: served('exits-at-start') },
      `
      await manager.start();
      await manager.callTool('one', 'echo', { text: 'x' });
      await manager.close();
      console.log('closed');`,
    ).ended;
    assert.deepEqual([output.trim(), code], ['closed', 0]);
  });

  test('ends by itself when it closes in the middle of a backoff, or without a start', async t => {
    const sandbox = await withNothingLeft(t);
    const holdfast = { restart: { ...quick.restart, minMs: 600_000, maxMs: 600_000 } };
    const { output, code } = await host(
      sandbox,
      { bad: served('exits-at-start', { holdfast }) },
      `
      await (await createManager({ config })).close();
      const waiting = new Promise(resolve => manager.on('server.backoff', resolve));
      const started = manager.start();
      await waiting;
      await manager.close();
      await started;
      console.log('closed');`,
    ).ended;
    assert.deepEqual([output.trim(), code], ['closed', 0]);
  });

  test('takes the servers that heed the end of their stdin with it, even when it is killed', async t => {
    const sandbox = await withNothingLeft(t);
    const { child, ended } = host(
      sandbox,
      { one: served('well-behaved') },
      `
      await manager.start();
      console.log('ready');
      setInterval(() => {}, 60_000);`,
    );
    await once(child.stdout, 'data');
    // On Windows only what records itself is seen, and the host does not.
    assert.equal((await sandbox.living()).length, isWindows ? 1 : 2, 'the host and its server');
    child.kill('SIGKILL');
    await ended;
    await eventually(async () => (await sandbox.living()).length === 0, { what: 'the server to go, too' });
  });
});

/** A Node process of its own with a `manager`; it is told nothing but the code. */
function host(sandbox: Sandbox, servers: Readonly<Record<string, ServerSpec>>, code: string) {
  const module = new URL(`../../src/manager${extname(import.meta.url)}`, import.meta.url);
  const script = `
    import { createManager } from ${JSON.stringify(module.href)};
    const config = ${JSON.stringify({ mcpServers: configOf(servers, sandbox) })};
    const manager = await createManager({ config });
    ${code}`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    cwd: sandbox.folder,
    env: { ...process.env, ...sandbox.env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  sandbox.later(() => child.kill('SIGKILL'));
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString('utf8');
  });
  const ended = once(child, 'close').then(([status]) => ({ output, code: status as number | null }));
  return { child, ended };
}
