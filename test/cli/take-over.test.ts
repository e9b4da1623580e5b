import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { type TestContext, test } from 'node:test';
import { standingOf, takeFolder } from '../../src/cli/take-over.ts';
import { acquireLock } from '../../src/daemon/instance-lock.ts';
import { os } from '../../src/platform/platform.ts';
import { fixture } from '../support/fixture.ts';
import { withNothingLeft } from '../support/leak-check.ts';
import type { RawClient } from '../support/raw-client.ts';
import { CommandLine } from './run-cli.ts';

/** A client whose `connect` runs the manager, and one that has joined it. */
async function stage(t: TestContext) {
  const cli = new CommandLine(await withNothingLeft(t));
  cli.configure({ one: fixture('well-behaved') });
  const clients: RawClient[] = [];
  for (const name of ['host', 'other']) {
    const client = cli.client(['connect']);
    const { error } = await client.initialize({ clientInfo: { name, version: '1' } });
    assert.equal(error, undefined);
    clients.push(client);
  }
  const manager = async () => (await cli.json('status')).value.manager.pid;
  const [host, other] = clients;
  assert.ok(host !== undefined && other !== undefined);
  assert.equal(await manager(), host.pid);
  const say = (client: RawClient) => client.callText('one__echo', { text: 'still here' });
  return { cli, host, other, manager, say };
}

test('up takes over from a connect, and its clients go on', async t => {
  const { cli, host, other, manager, say } = await stage(t);
  const up = cli.start('up');
  await up.line('stderr', new RegExp(`^took over from holdfast connect \\(pid ${host.pid}\\); its clients go on$`));
  const waiting = [say(host), say(other)];
  await up.line('stdout', /is up/);
  assert.deepEqual(await Promise.all(waiting), ['still here', 'still here']);
  assert.equal(await manager(), up.child.pid);
  const second = await cli.run('up');
  assert.equal(second.code, 1);
  assert.match(second.stderr, new RegExp(`a manager is already running .*pid ${up.child.pid}`));
  assert.equal((await cli.run('down')).code, 0);
  assert.equal((await up.finished).code, 0);
  assert.deepEqual(await Promise.all([host.end(), other.end()]), Array(2).fill({ code: 0, signal: null }));
});

// Each command takes seconds to begin under Wine, and who may have the lock is tried by its own tests there.
const notHere = { skip: os === 'windows' && 'the first test shows that it works there' };

test('of two that want to take over one does, and the other is told of it', notHere, async t => {
  const { cli, host, other, manager, say } = await stage(t);
  const both = [cli.start('up'), cli.start('up')];
  const first = await Promise.any(
    both.map(async (up, index) => {
      const { code, stderr } = await up.finished;
      assert.equal(code, 1);
      const winner = both[1 - index];
      assert.match(stderr, new RegExp(`a manager is already running .*pid ${winner?.child.pid}`));
      return winner;
    }),
  );
  await first?.line('stdout', /is up/);
  assert.equal(await manager(), first?.child.pid);
  assert.equal(await say(host), 'still here');
  await cli.run('down');
  assert.equal((await first?.finished)?.code, 0);
  await Promise.all([host.end(), other.end()]);
});

test('an up that cannot listen gives the folder back to the clients', notHere, async t => {
  const { cli, host, other, manager, say } = await stage(t);
  const taken = createServer().listen(0, '127.0.0.1');
  t.after(() => taken.close());
  await once(taken, 'listening');
  const { port } = taken.address() as AddressInfo;
  const { code, stderr } = await cli.run('up', '--port', String(port));
  assert.deepEqual([code, /cannot listen on port/.test(stderr)], [1, true]);
  assert.equal(await say(host), 'still here');
  assert.ok([host.pid, other.pid].includes(await manager()));
  await Promise.all([host.end(), other.end()]);
});

test('one that holds the folder and cannot be asked is named, after a while', async t => {
  const { folder } = await withNothingLeft(t);
  const lock = await acquireLock(folder, { isGuest: true });
  t.after(() => lock.release());
  await assert.rejects(takeFolder({ stderr: process.stderr }, folder, 'mcp.json', 2), {
    code: 'PROCESS_MANAGER_RUNNING',
  });
});

test('who was in the way a moment ago is not taken for who holds the folder now, which may be us as its heir', () => {
  assert.equal(standingOf({ pid: 7, isGuest: true }, 7), 'guest');
  assert.equal(standingOf({ pid: 7, isGuest: false }, 7), 'settled');
  // An heir is shown as a manager that is no guest, and has nothing of the one before.
  assert.equal(standingOf({ pid: process.pid, isGuest: false }, 7), 'changing');
  assert.equal(standingOf(null, 7), 'changing');
});
