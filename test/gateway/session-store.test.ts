import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileSessions, type StoredSession } from '../../src/gateway/session-store.ts';
import { os } from '../../src/platform/platform.ts';
import { withNothingLeft } from '../support/leak-check.ts';
import { serve, TestClient } from './endpoint.ts';

const session: StoredSession = {
  principal: 'somebody',
  server: 'files',
  client: {
    protocolVersion: '2025-11-25',
    capabilities: { roots: {} },
    clientInfo: { name: 'test', version: '1' },
    roots: '{"roots":[]}',
    logLevel: 'debug',
    subscriptions: ['a:b'],
  },
};

test('a session is kept, changed and removed, in a file that is closed to others and does not name it', async t => {
  const { folder } = await withNothingLeft(t);
  const store = fileSessions(folder);
  assert.equal(await store.load('an-id'), null);
  await store.save('an-id', session);
  await store.save('an-id', { ...session, server: null });
  assert.deepEqual(await fileSessions(folder).load('an-id'), { ...session, server: null });
  const [file = ''] = readdirSync(join(folder, 'sessions'));
  const path = join(folder, 'sessions', file);
  assert.doesNotMatch(file + readFileSync(path, 'utf8'), /an-id/);
  if (os !== 'windows') assert.equal(statSync(path).mode & 0o777, 0o600);
  await store.touch('an-id');
  await store.touch('another');
  await store.remove('an-id');
  assert.deepEqual(readdirSync(join(folder, 'sessions')), []);
});

test('writes of one session do not overtake each other', async t => {
  const { folder } = await withNothingLeft(t);
  const store = fileSessions(folder);
  const saves = ['a', 'b', 'c'].map(principal => store.save('id', { ...session, principal }));
  const removed = store.remove('id');
  const last = store.save('id', { ...session, principal: 'last' });
  await Promise.all([...saves, removed, last]);
  assert.equal((await store.load('id'))?.principal, 'last');
});

test('a damaged file is worth as much as none, and an old one is removed', async t => {
  const { folder } = await withNothingLeft(t);
  const store = fileSessions(folder);
  await store.save('id', session);
  const [file = ''] = readdirSync(join(folder, 'sessions'));
  const path = join(folder, 'sessions', file);
  for (const text of ['', '{', '{"version":2}', '{"version":1,"principal":1}', 'null']) {
    writeFileSync(path, text);
    assert.equal(await store.load('id'), null, text);
  }
  await store.prune(60_000);
  assert.equal(readdirSync(join(folder, 'sessions')).length, 1);
  utimesSync(path, new Date(0), new Date(0));
  await store.prune(60_000);
  assert.deepEqual(readdirSync(join(folder, 'sessions')), []);
});

test('after a restart of the manager a client goes on with its session; level, subscriptions and roots are told again', async t => {
  const { folder } = await withNothingLeft(t);
  const before = await serve(t, { sessions: fileSessions(folder) });
  const client = new TestClient(before.endpoint.port);
  await client.initialize('2025-06-18', { roots: {} });
  await client.ask({ jsonrpc: '2.0', method: 'notifications/initialized' });
  const listening = await client.listen();
  const [question] = await listening.until(1);
  await client.ask({ jsonrpc: '2.0', id: question?.id, result: { roots: [{ uri: 'file:///a' }] } });
  await client.ask({ jsonrpc: '2.0', id: 1, method: 'logging/setLevel', params: { level: 'debug' } });
  for (const uri of ['a:1', 'a:2']) {
    await client.ask({ jsonrpc: '2.0', id: uri, method: 'resources/subscribe', params: { uri } });
  }
  await client.ask({ jsonrpc: '2.0', id: 2, method: 'resources/unsubscribe', params: { uri: 'a:1' } });
  await before.endpoint.close();

  const after = await serve(t, { sessions: fileSessions(folder) });
  const again = new TestClient(after.endpoint.port);
  again.headers = client.headers;
  assert.equal((await again.call('echo', { a: 1 })).messages[0]?.result?.name, 'echo');
  const { profile, asked } = after.backend.last;
  assert.equal(profile.roots, '{"roots":[{"uri":"file:///a"}]}');
  assert.deepEqual(
    asked.map(({ envelope }) => [envelope.method, (envelope.value.params as { uri?: string }).uri]),
    [
      ['logging/setLevel', undefined],
      ['resources/subscribe', 'a:2'],
      ['tools/call', undefined],
    ],
  );
  assert.equal(after.backend.clients.length, 1);
  await again.end();
  assert.deepEqual(readdirSync(join(folder, 'sessions')), []);
});

test('a call that the manager’s end has cut off is answered when its client comes back', async t => {
  const { folder } = await withNothingLeft(t);
  const before = await serve(t, { sessions: fileSessions(folder) });
  before.backend.respond = asked => asked.options.onProgress?.('{"jsonrpc":"2.0","method":"notifications/progress"}');
  const client = new TestClient(before.endpoint.port);
  await client.initialize();
  const stream = await client.open({ jsonrpc: '2.0', id: 'a "1"', method: 'tools/call', params: { name: 'x' } });
  await stream.until(1);
  await before.endpoint.close();
  await stream.ended;
  const after = await serve(t, { sessions: fileSessions(folder) });
  const again = new TestClient(after.endpoint.port);
  again.headers = client.headers;
  const resumed = await again.listen({ 'last-event-id': stream.events().at(-1)?.id ?? '' });
  await resumed.ended;
  const [answer] = resumed.messages();
  assert.equal(answer?.id, 'a "1"');
  assert.deepEqual([answer?.error?.data?.code, answer?.error?.data?.mayHaveRun], ['CONNECTION_LOST', true]);
});
