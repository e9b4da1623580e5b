import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { ONE_PRESS_MS } from '../../../src/cli/interrupts.ts';
import { readToken } from '../../../src/daemon/token.ts';
import { os } from '../../../src/platform/platform.ts';
import { eventually } from '../../support/eventually.ts';
import { fixture } from '../../support/fixture.ts';
import { isAlive, withNothingLeft } from '../../support/leak-check.ts';
import { type Answer, CommandLine, type Running, servers } from '../run-cli.ts';

/** A signal that can be caught does not reach a process on Windows. */
const needsSignals = { skip: os === 'windows' && 'there are no signals' };

/** The pid of the first line of `up --json`, once every server is where it will stay. */
async function upJson(cli: CommandLine, ...args: readonly string[]): Promise<{ up: Running; listening: Answer }> {
  const up = cli.start('up', '--json', ...args);
  const listening = JSON.parse(await up.line('stdout', /"listening"/)) as Answer;
  await up.line('stdout', /"event":"server.ready","at":\d+,"type":"server.ready","server":"good"/);
  return { up, listening };
}

test('up holds the servers; status, call, tools and steering go through it; down ends it', async t => {
  const cli = new CommandLine(await withNothingLeft(t));
  cli.configure(servers);
  const { up, listening } = await upJson(cli);
  const { url, token, control } = listening;
  const dashboard = `${new URL(String(url)).origin}/#token=${token}`;
  assert.deepEqual(listening, { event: 'listening', url, token, pid: up.child.pid, control, dashboard });
  assert.match(url ?? '', /^http:\/\/127\.0\.0\.1:\d+\/mcp$/);
  // A pipe of Windows lies in no folder.
  if (os !== 'windows') assert.equal(token, await readToken(join(control, '..')));
  assert.equal((await fetch(new URL('/livez', url ?? ''))).status, 200);
  await up.line('stdout', /"event":"server.failed".*"server":"dies"/);
  await up.line('stdout', /"event":"server.failed".*"server":"missing"/);

  const { code, value } = await cli.json('status');
  assert.equal(code, 0);
  const { pid: manager, url: shown, sessions, clients, config, stateDir } = value.manager;
  assert.deepEqual([manager, shown, sessions, clients], [up.child.pid, url, 0, 0]);
  assert.equal(config, join(cli.folder, 'holdfast.json'));
  assert.equal(value.manager.token, join(stateDir, 'token'));
  assert.deepEqual(
    value.servers.map(server => [server.name, server.state, server.health]),
    [
      ['good', 'ready', 'healthy'],
      ['dies', 'failed', 'unhealthy'],
      ['missing', 'failed', 'unhealthy'],
    ],
  );
  const text = await cli.run('status');
  assert.match(text.stdout, /^holdfast \S+ \(pid \d+\) {2}3 servers: 1 ready, 2 failed\n\n {2}server/);
  assert.match(text.stdout, /\n● good +ready +healthy +\d+ /);
  assert.match(
    text.stdout,
    /\n✗ dies +failed[^\n]*\n {4}the server exited before it was ready \(exit code 1\)\n {4}do {2}/,
  );

  assert.ok(text.stdout.includes(`\nendpoint  ${url}\ntoken in  ${join(stateDir, 'token')}\nsessions  0\n`));

  const pid = String(value.servers[0]?.pid);
  assert.equal((await cli.run('call', 'good', 'pid')).stdout, `${pid}\n`);
  assert.equal((await cli.run('call', 'god', 'x')).code, 2);
  assert.match((await cli.run('tools')).stdout, /^good {2}\d+ tools\n/);

  const second = await cli.run('up');
  assert.equal(second.code, 1);
  assert.match(second.stderr, new RegExp(`a manager is already running .*pid ${up.child.pid}`));

  const restarted = await cli.json('restart', 'good');
  assert.deepEqual([restarted.code, restarted.value.state, restarted.value.incarnation], [0, 'ready', 2]);
  assert.equal((await cli.run('restart', 'dies')).code, 5);
  assert.equal((await cli.json('stop', 'good')).value.state, 'stopped');
  assert.equal((await cli.run('call', 'good', 'pid')).code, 5);

  const down = await cli.run('down');
  assert.deepEqual(down, { code: 0, stdout: `stopped (pid ${up.child.pid})\n`, stderr: '' });
  assert.equal((await up.finished).code, 0);
  assert.equal((await cli.run('status')).code, 4);
});

test('up tells in plain lines what happens, heals, and stops in good order at Ctrl-C', needsSignals, async t => {
  const cli = new CommandLine(await withNothingLeft(t));
  cli.configure({ good: { ...servers.good, holdfast: { restart: { minMs: 10 } } } });
  const up = cli.start('up');
  const ready = await up.line('stdout', /^\d\d:\d\d:\d\d {2}good ready in .*, \d+ tools, pid \d+$/);
  process.kill(Number(/pid (\d+)/.exec(ready)?.[1]), 'SIGKILL');
  await up.line('stdout', /good exited unexpectedly \(signal SIGKILL\)$/);
  await up.line('stdout', /good starts again in 1\d ms, attempt 2 of 4$/);
  await up.line('stdout', /good ready again in/);
  // A terminal signals the whole group, and npm passes on what it got: both are one.
  up.child.kill('SIGINT');
  up.child.kill('SIGINT');
  const { code, stdout, stderr } = await up.finished;
  assert.deepEqual([code, stderr], [0, 'stopping…\n']);
  assert.match(stdout, /good stopped\nall servers are stopped, no process is left\n$/);
  // Where it may end in a file, the link is without the token.
  assert.match(stdout, /^the dashboard is at http:\/\/127\.0\.0\.1:\d+\/$/m);
});

test('a second Ctrl-C skips what patience is left', needsSignals, async t => {
  const cli = new CommandLine(await withNothingLeft(t));
  cli.configure({
    good: { ...fixture('ignores-everything'), holdfast: { stop: { drainMs: 60_000, graceMs: 60_000 } } },
  });
  const { up } = await upJson(cli);
  up.child.kill('SIGTERM');
  await up.line('stderr', /^stopping…$/);
  await delay(ONE_PRESS_MS + 50);
  up.child.kill('SIGTERM');
  assert.equal((await up.finished).code, 130);
});

test('a call that a stop cuts off makes the exit code 130', needsSignals, async t => {
  const cli = new CommandLine(await withNothingLeft(t));
  cli.configure({ good: servers.good });
  const { up } = await upJson(cli);
  const call = cli.start('call', 'good', 'hang');
  await eventually(async () => (await cli.json('status')).value.servers[0]?.inFlight === 1, {
    what: 'the call to be under way',
  });
  up.child.kill('SIGHUP');
  assert.equal((await up.finished).code, 130);
  assert.equal((await call.finished).code, 5);
});

test('up goes on when whoever read its output has gone', needsSignals, async t => {
  const cli = new CommandLine(await withNothingLeft(t));
  cli.configure({ good: { ...servers.good, holdfast: { restart: { minMs: 10 } } } });
  const { up } = await upJson(cli);
  up.child.stdout.destroy();
  const pid = (await cli.json('status')).value.servers[0]?.pid ?? 0;
  process.kill(pid, 'SIGKILL');
  await eventually(async () => (await cli.json('status')).value.servers[0]?.incarnation === 2, { what: 'the healing' });
  up.child.kill('SIGINT');
  assert.equal((await up.finished).code, 0);
  assert.equal(await isAlive(pid), false);
});

test('logs go to stderr when they are asked for, without secrets', async t => {
  const sandbox = await withNothingLeft(t);
  const cli = new CommandLine(sandbox);
  cli.configure({
    good: {
      ...fixture('exits-at-start'),
      env: { ...sandbox.env, PASS: 'properties of a missing' },
      holdfast: { restart: { retries: 0 } },
    },
  });
  const up = cli.start('up', '--log-level', 'warn');
  const line = await up.line('stderr', /"level":"error"/);
  await up.line('stdout', /good exited before it was ready/);
  assert.match(line, /cannot read \[redacted\] config/);
  assert.equal((await cli.run('down')).code, 0);
  const { stdout, stderr } = await up.finished;
  assert.doesNotMatch(stdout + stderr, /properties of a missing/);
});

test('a port that is taken is named with the program that holds it, and no other is taken instead', async t => {
  const cli = new CommandLine(await withNothingLeft(t));
  cli.configure({});
  const other = createServer().listen(0, '127.0.0.1');
  t.after(() => other.close());
  await once(other, 'listening');
  const { port } = other.address() as AddressInfo;
  const { code, stdout, stderr } = await cli.run('up', '--port', String(port));
  assert.deepEqual([code, stdout], [1, '']);
  assert.match(stderr, new RegExp(`cannot listen on port ${port} of 127\\.0\\.0\\.1: it is held by `));
  if (os === 'linux') assert.match(stderr, new RegExp(`\\(pid ${process.pid}\\)`));
});

test('without a token the endpoint is open to this machine, and never to others', async t => {
  const cli = new CommandLine(await withNothingLeft(t));
  cli.configure({});
  for (const host of ['0.0.0.0', '::', '192.0.2.1']) {
    const { code, stderr } = await cli.run('up', '--no-token', '--host', host);
    assert.equal(code, 2, stderr);
    assert.match(stderr, /--no-token would open the servers/);
  }
  const up = cli.start('up', '--json', '--no-token');
  const { url, token } = JSON.parse(await up.line('stdout', /"listening"/)) as Answer;
  assert.equal(token, null);
  const asked = await fetch(new URL('/readyz', url ?? ''));
  assert.deepEqual([asked.status, await asked.json()], [200, { isReady: true, reasons: [] }]);
  assert.equal((await cli.run('down')).code, 0);
});
