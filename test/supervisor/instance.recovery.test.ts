import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { os } from '../../src/platform/platform.ts';
import { eventually } from '../support/eventually.ts';
import { isAlive } from '../support/leak-check.ts';
import { manage, quick, served, storyOf } from '../support/managed.ts';
import { supervise } from '../support/timeless.ts';

/** One retry, and a handshake that is given up soon. */
const oneRetry = { restart: { ...quick.restart, retries: 1 }, startup: { initializeMs: 2_000 } };
const START = ['starting', 'ready'];

/** A server that closes its stdin when its tool is called, answers, and lives on. */
const GOES_DEAF = `
  const { closeSync, readSync, writeSync } = require('fs');
  const serverInfo = { name: 'deaf', version: '1' };
  const results = {
    initialize: { protocolVersion: '2025-11-25', capabilities: { tools: {} }, serverInfo },
    'tools/list': { tools: [{ name: 'deafen', inputSchema: { type: 'object' } }] },
    'tools/call': { content: [] },
  };
  const bytes = Buffer.alloc(65_536);
  for (let isDeaf = false; !isDeaf; ) {
    const length = readSync(0, bytes);
    if (length === 0) process.exit(0);
    for (const line of bytes.toString('utf8', 0, length).split('\\n').filter(Boolean)) {
      const { id, method } = JSON.parse(line);
      isDeaf ||= method === 'tools/call';
      if (isDeaf) closeSync(0);
      if (method in results) writeSync(1, JSON.stringify({ jsonrpc: '2.0', id, result: results[method] }) + '\\n');
    }
  }
  setInterval(() => {}, 60_000);
`;

describe('recovery', { concurrency: 2 }, () => {
  test('a process that is killed: noticed, cleaned, waited for, started afresh', async t => {
    const server = served('well-behaved', { holdfast: { restart: { ...quick.restart, minMs: 20, maxMs: 20 } } });
    const { manager, kill, event, story, all, text } = await manage(t, { one: server });
    await manager.start();
    const before = await text('pid');
    const from = performance.now();
    kill();
    assert.notEqual(await text('pid'), before, 'a call is answered by the new process');
    t.diagnostic(`${Math.round(performance.now() - from)} ms from SIGKILL to the next answer (minMs 20)`);
    await event('server.ready', () => true, 2);
    assert.deepEqual(story(), [...START, 'down process PROCESS_EXITED', 'cleaned', 'backoff 2/4', ...START]);
    assert.equal(all('server.down')[0]?.signal, os === 'windows' ? null : 'SIGKILL');
    assert.equal(all('server.backoff')[0]?.delayMs, 20);
    assert.deepEqual(
      all('server.ready').map(({ incarnation }) => incarnation),
      [1, 2],
    );
  });

  test('a process that exits takes the children that it leaves behind with it', async t => {
    const { manager, event, story, text } = await manage(t, { one: served('holds-stdout') });
    await manager.start();
    const child = Number(await text('child-pid'));
    await assert.rejects(manager.callTool('one', 'die'), { code: 'PROCESS_EXITED_DURING_CALL' });
    await event('server.ready', () => true, 2);
    assert.deepEqual(story(), [...START, 'down process PROCESS_EXITED', 'cleaned', 'backoff 2/4', ...START]);
    assert.equal(await isAlive(child), false);
  });

  // On Windows libuv never closes a standard stream, so that no Node process can.
  const canClose = { skip: os === 'windows' && 'no Node process closes a standard stream there' };
  test(
    'a connection that breaks while the process lives: the process is ended and a fresh connection made',
    canClose,
    async t => {
      const { manager, event, story, status } = await manage(t, {
        one: served('closes-stdout', { holdfast: { replay: 'never' } }),
      });
      await manager.start();
      const { pid } = status();
      await assert.rejects(manager.callTool('one', 'echo'), { code: 'PROCESS_EXITED_DURING_CALL' });
      await event('server.ready', () => true, 2);
      assert.deepEqual(story(), [...START, 'down connection CONNECTION_LOST', 'cleaned', 'backoff 2/4', ...START]);
      assert.notEqual(status().pid, pid);
      assert.equal(status().connection.status, 'connected');
    },
  );

  const oneFailure = (fault: string) => ['starting', `down ${fault}`, 'cleaned'];
  test('a pipe that breaks under a write (EPIPE): the same', canClose, async t => {
    const { manager, event, story, all } = await manage(t, {
      one: { command: process.execPath, args: ['-e', GOES_DEAF], holdfast: { restart: quick.restart } },
    });
    await manager.start();
    await manager.callTool('one', 'deafen');
    await assert.rejects(manager.callTool('one', 'deafen'), { code: 'PROCESS_EXITED_DURING_CALL', mayHaveRun: true });
    await event('server.ready', () => true, 2);
    assert.deepEqual(story(), [...START, 'down connection CONNECTION_LOST', 'cleaned', 'backoff 2/4', ...START]);
    assert.match(String(all('server.down')[0]?.fault.message), /EPIPE/);
    await manager.callTool('one', 'deafen');
  });

  const connectionFailures = [
    [
      'a hang before the handshake',
      served('hangs', { args: ['start'], holdfast: oneRetry }),
      'CONNECTION_HANDSHAKE_TIMEOUT',
    ],
    ['no answer to initialize', served('never-initializes', { holdfast: oneRetry }), 'CONNECTION_HANDSHAKE_TIMEOUT'],
  ] as const;
  for (const [title, server, code] of connectionFailures) {
    test(`a connection that is never made, by ${title}: cleaned, waited for, tried once more`, async t => {
      const { manager, story, status } = await manage(t, { one: server });
      await manager.start();
      const once = oneFailure(`connection ${code}`);
      assert.deepEqual(story(), [...once, 'backoff 2/2', ...once, `failed ${code}`]);
      assert.deepEqual(status().survivors, []);
      assert.equal(status().pid, null);
    });
  }

  test('garbage instead of JSON is a connection that is never made, and its first line is quoted', async t => {
    // Its time stands still until the garbage has been read, so that a slow machine cannot make a silent server of it.
    const { supervisor, drive, events } = await supervise(t, { one: served('garbage', { holdfast: oneRetry }) });
    const started = supervisor.start(['one']);
    for (const life of [1, 2]) {
      const isRead = () => events.some(event => event.type === 'server.output' && event.incarnation === life);
      await eventually(isRead, { what: `the garbage of life ${life}` });
      const isCleaned = () => events.some(event => event.type === 'server.cleaned' && event.incarnation === life);
      await drive(isCleaned, { what: `life ${life} to be over`, stepMs: 20 });
      // The retry is due at once, but a timer all the same.
      await drive(() => supervisor.instance('one').model.state.name !== 'backoff', { what: 'the retry', stepMs: 1 });
    }
    await started;
    const once = oneFailure('connection CONNECTION_NOT_JSON');
    assert.deepEqual(storyOf(events, 'one'), [...once, 'backoff 2/2', ...once, 'failed CONNECTION_NOT_JSON']);
    assert.match(String(supervisor.status()[0]?.lastError?.message), /: %PDF-1\.7$/);
  });

  test('a server that fails its first starts is ready in the end, and the retries are counted', async t => {
    const { manager, story, status } = await manage(t, { one: served('fails-first-starts', { args: ['2'] }) });
    await manager.start();
    const failed = ['starting', 'down process PROCESS_EXITED_AT_START', 'cleaned'];
    assert.deepEqual(story(), [...failed, 'backoff 2/4', ...failed, 'backoff 3/4', ...START]);
    assert.deepEqual(status().restarts, { total: 2, byCause: { PROCESS_EXITED_AT_START: 2 } });
    assert.equal(status().state, 'ready');
  });

  test('more exits in the window than allowed are a crash loop, however many retries are left', async t => {
    const restart = { ...quick.restart, retries: 1_000, windowExits: 2 };
    const { manager, story, status } = await manage(t, { one: served('exits-at-start', { holdfast: { restart } }) });
    await manager.start();
    assert.equal(story().filter(step => step === 'starting').length, 3);
    assert.equal(story().at(-1), 'failed PROCESS_CRASH_LOOP');
    assert.match(String(status().lastError?.message), /3 times/);
    assert.ok(status().nextTryAt, 'and it is tried again some day');
  });

  test('a failed server starts at once when a person says so', async t => {
    const holdfast = { restart: { ...quick.restart, retries: 0 } };
    const { manager, status } = await manage(t, { one: served('fails-first-starts', { args: ['1'], holdfast }) });
    await manager.start();
    assert.equal(status().state, 'failed');
    await assert.rejects(manager.callTool('one', 'echo'), { code: 'PROCESS_EXITED_AT_START', mayHaveRun: false });
    await manager.start('one');
    assert.equal(status().state, 'ready');
  });

  test('a stop outranks a restart under way', async t => {
    const holdfast = { restart: { ...quick.restart, minMs: 60_000, maxMs: 60_000 } };
    const { manager, kill, event, story } = await manage(t, { one: served('well-behaved', { holdfast }) });
    await manager.start();
    kill();
    await event('server.backoff');
    assert.deepEqual(await manager.stop('one'), { survivors: [] });
    assert.deepEqual(story(), [...START, 'down process PROCESS_EXITED', 'cleaned', 'backoff 2/4', 'stopped']);
  });

  test('a start during a stop launches once, after cleaning', async t => {
    const holdfast = { stop: { drainMs: 300, graceMs: 50 } };
    const { manager, story, status } = await manage(t, { one: served('ignores-everything', { holdfast }) });
    await manager.start();
    const stopped = manager.stop('one');
    await eventually(() => status().state === 'stopping', { what: 'the stop to begin' });
    await Promise.all([manager.start('one'), stopped]);
    assert.deepEqual(story(), [...START, 'stopping', 'cleaned', ...START]);
  });

  test('a second stop skips what patience is left', async t => {
    const holdfast = { stop: { drainMs: 600_000, graceMs: 600_000 } };
    const { manager, story, status } = await manage(t, { one: served('ignores-everything', { holdfast }) });
    await manager.start();
    const first = manager.stop();
    await eventually(() => status().state === 'stopping', { what: 'the stop to begin' });
    assert.deepEqual(await manager.stop(), { survivors: [] });
    assert.deepEqual(await first, { survivors: [] });
    assert.deepEqual(story(), [...START, 'stopping', 'cleaned', 'stopped']);
  });

  test('a stop during a slow start leaves nothing, and nothing starts afterwards', async t => {
    const { manager, event, story, sandbox } = await manage(t, { one: served('slow-start', { args: ['60000'] }) });
    const started = manager.start();
    await event('server.starting');
    await manager.stop();
    await started;
    assert.deepEqual(story(), ['starting', 'stopping', 'cleaned', 'stopped']);
    assert.deepEqual(await sandbox.living(), []);
  });
});
