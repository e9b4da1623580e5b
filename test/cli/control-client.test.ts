import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { connectControl } from '../../src/cli/control-client.ts';
import { prepareControlPath } from '../../src/daemon/control-socket.ts';
import { acquireLock } from '../../src/daemon/instance-lock.ts';
import { HoldfastError } from '../../src/errors/holdfast-error.ts';
import type { HoldfastEvent } from '../../src/telemetry/events.ts';
import { serve } from '../daemon/serve.ts';
import { eventually } from '../support/eventually.ts';
import { withNothingLeft } from '../support/leak-check.ts';

async function connected(stateDir: string) {
  const client = await connectControl(stateDir);
  assert.ok(client);
  return client;
}

test('there is no manager where nobody holds the folder, or where the holder does not listen', async t => {
  const { folder, later } = await withNothingLeft(t);
  const stateDir = join(folder, 'state');
  assert.equal(await connectControl(stateDir), null);
  const lock = await acquireLock(stateDir);
  later(() => lock.release());
  assert.equal(await connectControl(stateDir), null);
  await lock.publish({ control: join(stateDir, 'control.sock') });
  assert.equal(await connectControl(stateDir), null);
});

test('a manager that takes connections and answers nothing is told by its pid, not waited for', async t => {
  const { folder, later } = await withNothingLeft(t);
  const stateDir = join(folder, 'state');
  const lock = await acquireLock(stateDir);
  later(() => lock.release());
  const path = await prepareControlPath(lock);
  const frozen = createServer().listen(path);
  later(() => frozen.close());
  await once(frozen, 'listening');
  await lock.publish({ control: path });
  await assert.rejects(connectControl(stateDir, 50), (error: HoldfastError) => {
    assert.deepEqual([error.code, error.details.pid], ['CONNECTION_MANAGER_SILENT', process.pid]);
    return true;
  });
});

for (const isTokenRequired of [false, true]) {
  test(`a client steers a manager ${isTokenRequired ? 'that wants a token' : 'on its socket'}`, async t => {
    const { stateDir, control, shutdowns } = await serve(t, { isTokenRequired });
    const client = await connected(stateDir);
    assert.deepEqual([client.holder.pid, client.holder.control], [process.pid, control.path]);
    assert.equal((await client.start('files')).state, 'ready');
    assert.equal((await client.status()).servers[0]?.state, 'ready');
    assert.ok((await client.tools('files')).some(({ name }) => name === 'echo'));
    assert.ok((await client.tools()).length > 0);
    const { content } = await client.call({ server: 'files', tool: 'echo', arguments: { text: 'ü \u2028 "' } });
    assert.match(JSON.stringify(content), /ü/);
    assert.equal((await client.restart('files')).incarnation, 2);
    assert.equal((await client.stop('files')).state, 'stopped');
    assert.equal((await client.start('dead & gone/here')).state, 'failed');
    await client.shutdown();
    await eventually(() => shutdowns() === 1, { what: 'the manager to be told' });
  });
}

test("an error is the manager's own, with code, details, hint and last words", async t => {
  const { stateDir } = await serve(t);
  const client = await connected(stateDir);
  await assert.rejects(client.start('flies'), (error: HoldfastError) => {
    assert.ok(error instanceof HoldfastError);
    assert.deepEqual([error.code, error.details.nearest], ['TOOL_SERVER_UNKNOWN', 'files']);
    assert.match(error.message, /there is no server "flies", but "files"/);
    return true;
  });
});

test('events come as they happen, until the subscription is closed', async t => {
  const { stateDir, manager } = await serve(t);
  const client = await connected(stateDir);
  const events: HoldfastEvent[] = [];
  const subscription = await client.events(event => void events.push(event));
  await manager.start('files');
  await eventually(() => events.some(({ type }) => type === 'server.ready'), { what: 'the event' });
  subscription.close();
  await subscription.ended;
  const seen = events.length;
  await manager.restart('files');
  assert.equal(events.length, seen);
});

test('a subscription ends with the manager, after its last event', async t => {
  const { stateDir, manager, control } = await serve(t);
  const client = await connected(stateDir);
  const types: string[] = [];
  const subscription = await client.events(({ type }) => void types.push(type));
  await manager.close();
  await control.close();
  await subscription.ended;
  assert.equal(types.at(-1), 'manager.stopped');
});

test('a call is cancelled by its signal', async t => {
  const { stateDir, manager } = await serve(t);
  await manager.start('files');
  const client = await connected(stateDir);
  const abort = new AbortController();
  const rejected = assert.rejects(
    client.call({ server: 'files', tool: 'slow', arguments: { ms: 60_000 }, signal: abort.signal }),
    { code: 'TOOL_CALL_CANCELLED' },
  );
  await eventually(() => manager.status()[0]?.inFlight === 1, { what: 'the call to be under way' });
  abort.abort();
  await rejected;
  await eventually(() => manager.status()[0]?.inFlight === 0, { what: 'the server to be told' });
});

test('a manager that goes away is named as the reason, and whether the call may have run', async t => {
  const { stateDir, manager, control } = await serve(t);
  await manager.start('files');
  const client = await connected(stateDir);
  const rejected = assert.rejects(client.call({ server: 'files', tool: 'slow', arguments: { ms: 60_000 } }), {
    code: 'CONNECTION_LOST',
    mayHaveRun: true,
  });
  await eventually(() => manager.status()[0]?.inFlight === 1, { what: 'the call to be under way' });
  await control.close();
  await rejected;
  await assert.rejects(client.status(), { code: 'CONNECTION_NO_MANAGER' });
});
