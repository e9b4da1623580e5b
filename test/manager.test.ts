import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { ConfigError } from '../src/errors/config-error.ts';
import { createManager } from '../src/manager.ts';
import { withNothingLeft } from './support/leak-check.ts';
import { configOf, fault, manage, served } from './support/managed.ts';

describe('a manager', { concurrency: 2 }, () => {
  test('reads a file, starts what stands in it, and ends with its scope', async t => {
    const sandbox = await withNothingLeft(t);
    const file = join(sandbox.folder, 'holdfast.json');
    mkdirSync(join(sandbox.folder, 'work'));
    const { one } = configOf({ one: served('well-behaved') }, sandbox);
    writeFileSync(file, `// with a comment\n${JSON.stringify({ mcpServers: { one: { ...one, cwd: 'work' } } })}`);

    const manager = await createManager({ config: file, clientInfo: { name: 'my-host', version: '7' } });
    sandbox.later(() => manager[Symbol.asyncDispose]());
    assert.equal(manager.config.file, file);
    assert.deepEqual(manager.servers, ['one']);
    await manager.start();
    const info = (await manager.callTool('one', 'session-info')).structuredContent as Record<string, unknown>;
    assert.equal(info.cwd, join(sandbox.folder, 'work'));
    assert.deepEqual((info.initialize as { clientInfo: unknown }).clientInfo, { name: 'my-host', version: '7' });
    await manager[Symbol.asyncDispose]();
    assert.deepEqual(await sandbox.living(), []);
  });

  test('names every mistake of a configuration at once, and starts nothing', async () => {
    const config = { mcpServers: { one: { command: 7 }, two: { command: 'node', holdfast: { replay: 'always' } } } };
    await assert.rejects(createManager({ config }), error => {
      assert.ok(error instanceof ConfigError);
      assert.equal(error.issues.length, 2);
      return true;
    });
  });

  test('shows where each server is', async t => {
    const { manager, status } = await manage(t, { one: served('well-behaved') });
    assert.deepEqual(
      [status().desired, status().state, status().connection.status, status().pid],
      ['down', 'stopped', 'disconnected', null],
    );
    await manager.start();
    const ready = status();
    assert.deepEqual(
      [ready.desired, ready.state, ready.health, ready.connection.status, ready.incarnation],
      ['up', 'ready', 'healthy', 'connected', 1],
    );
    assert.equal(ready.protocolVersion, '2025-11-25');
    assert.equal(ready.command[0], process.execPath);
    assert.deepEqual(ready.instances.length, 1);
    const open = fault(manager.callTool('one', 'hang'));
    assert.equal(status().inFlight, 1);
    await manager.stop();
    assert.equal((await open).code, 'PROCESS_EXITED_DURING_CALL');
    const stopped = status();
    assert.deepEqual([stopped.desired, stopped.state, stopped.pid, stopped.inFlight], ['down', 'stopped', null, 0]);
    assert.equal(ready.state, 'ready', 'a snapshot does not change');
  });

  test('tells its events to whom asked for them, until they have had enough', async t => {
    const { manager } = await manage(t, { one: served('well-behaved') });
    const pids: (number | null)[] = [];
    let count = 0;
    const off = manager.on('server.ready', ({ pid }) => pids.push(pid));
    const offAll = manager.onEvent(() => count++);
    await manager.start();
    assert.deepEqual(pids, [manager.status()[0]?.pid]);
    off();
    offAll();
    const before = count;
    await manager.restart('one');
    assert.deepEqual([pids.length, count], [1, before]);
  });

  test('reports every call once, with what became of it', async t => {
    const { manager, all } = await manage(t, { one: served('well-behaved') });
    await manager.start();
    await manager.callTool('one', 'echo', { text: 'x' });
    await manager.callTool('one', 'fail');
    await fault(manager.callTool('one', 'rpc-error'));
    assert.deepEqual(
      all('call.finished').map(({ method, tool, outcome, isError, replays }) => ({
        method,
        tool,
        outcome,
        isError,
        replays,
      })),
      [
        { method: 'tools/call', tool: 'echo', outcome: 'answered', isError: false, replays: 0 },
        { method: 'tools/call', tool: 'fail', outcome: 'answered', isError: true, replays: 0 },
        { method: 'tools/call', tool: 'rpc-error', outcome: 'answered', isError: false, replays: 0 },
      ],
    );
  });

  test('closes twice without harm, and refuses calls afterwards', async t => {
    const { manager, all } = await manage(t, { one: served('well-behaved') });
    await manager.start();
    const reports = await Promise.all([manager.close(), manager.close()]);
    assert.deepEqual(reports, [{ survivors: [] }, { survivors: [] }]);
    assert.equal((await fault(manager.callTool('one', 'echo'))).code, 'CONNECTION_CLOSED');
    assert.ok(all('manager.stopped').length >= 1);
  });

  test('passes only the allowed variables on, and all where that is wanted', async t => {
    const env = { ...process.env, HOLDFAST_TEST_SECRET: 'hidden' };
    const servers = { safe: served('well-behaved'), open: served('well-behaved', { holdfast: { inheritEnv: true } }) };
    const { manager } = await manage(t, servers, { env });
    await manager.start();
    const variable = async (server: string) => {
      const { structuredContent } = await manager.callTool(server, 'environment');
      return (structuredContent as Record<string, string>).HOLDFAST_TEST_SECRET;
    };
    assert.deepEqual([await variable('safe'), await variable('open')], [undefined, 'hidden']);
  });
});
