import assert from 'node:assert/strict';
import { test } from 'node:test';
import { honoured } from '../../src/gateway/modern-listen.ts';
import { META, type Post, Stage } from './modern-stage.ts';

const listen = (stage: Stage, notifications: unknown, post: Post = {}) =>
  stage.post('subscriptions/listen', { id: 'sub', ...post, params: { notifications } });

const changed = (kind: string, params?: object) =>
  JSON.stringify({ jsonrpc: '2.0', method: `notifications/${kind}`, ...(params === undefined ? {} : { params }) });

const tag = { [`${META}subscriptionId`]: 'sub' };

test('of a wish is fulfilled what the server can do', () => {
  const can = { tools: { listChanged: true }, prompts: { listChanged: false }, resources: { subscribe: true } };
  const wish = {
    toolsListChanged: true,
    promptsListChanged: true,
    resourcesListChanged: true,
    resourceSubscriptions: ['a', 'b', 'a'],
    taskIds: ['x'],
  };
  assert.deepEqual(honoured(wish, can), { toolsListChanged: true, resourceSubscriptions: ['a', 'b'] });
  assert.deepEqual(honoured({ toolsListChanged: false, resourceSubscriptions: [] }, can), {});
  assert.deepEqual(honoured(wish, {}), {});
  assert.deepEqual(honoured(wish, null), {});
  for (const bad of [undefined, null, [], { resourceSubscriptions: 'a' }, { resourceSubscriptions: [1] }]) {
    assert.equal(honoured(bad, can), null);
  }
});

test('a client first hears what it will hear of, then that alone, each tagged', async t => {
  const stage = await Stage.open(t);
  const response = await listen(stage, { toolsListChanged: true });
  assert.deepEqual(await response.event(0), {
    jsonrpc: '2.0',
    method: 'notifications/subscriptions/acknowledged',
    params: { _meta: tag, notifications: { toolsListChanged: true } },
  });
  const [session] = stage.backend.sessions;
  for (const text of [
    changed('prompts/list_changed'),
    changed('resources/updated', { uri: 'a' }),
    changed('message', { level: 'error' }),
    changed('tools/list_changed'),
    changed('tools/list_changed', { vendor: 1 }),
  ]) {
    session?.client.onNotification(text);
  }
  const events = [await response.event(1), await response.event(2)];
  assert.deepEqual(
    events.map(({ method, params }) => [method, params]),
    [
      ['notifications/tools/list_changed', { _meta: tag }],
      ['notifications/tools/list_changed', { _meta: tag, vendor: 1 }],
    ],
  );
});

test('resources are subscribed to upstream, and what the server refuses is not promised', async t => {
  const stage = await Stage.open(t);
  const pending = listen(stage, { resourceSubscriptions: ['a', 'b'] });
  const [first, second] = [await stage.backend.next(), await stage.backend.next()];
  assert.deepEqual(
    [first, second].map(({ value }) => [value.method, value.params.uri]),
    [
      ['resources/subscribe', 'a'],
      ['resources/subscribe', 'b'],
    ],
  );
  const { client } = first.session;
  client.onNotification(changed('resources/updated', { uri: 'a' }));
  first.answer('"result":{}');
  second.answer('"error":{"code":-32002,"message":"no such resource"}');
  const response = await pending;
  const acknowledged = (await response.event(0)).params as { notifications: unknown };
  assert.deepEqual(acknowledged.notifications, { resourceSubscriptions: ['a'] });
  client.onNotification(changed('resources/updated', { uri: 'b' }));
  client.onNotification(changed('resources/updated', { uri: 'a', n: 2 }));
  assert.deepEqual((await response.event(1)).params, { _meta: tag, uri: 'a' }, 'what came early comes after');
  assert.deepEqual((await response.event(2)).params, { _meta: tag, uri: 'a', n: 2 });
});

test('a server that tells of changes without end before it takes a subscription ends the stream, not the manager', async t => {
  const stage = await Stage.open(t);
  const pending = listen(stage, { toolsListChanged: true, resourceSubscriptions: ['a'] });
  const { session } = await stage.backend.next();
  // What nobody listens to is not kept.
  for (let i = 0; i < 4; i++) session.client.onNotification(changed('message', { data: 'x'.repeat(1_000_000) }));
  session.client.onNotification(changed('tools/list_changed', { vendor: 'x'.repeat(1_000_000) }));
  assert.equal(session.isClosed, false);
  session.client.onNotification(changed('resources/updated', { uri: 'a', vendor: 'x'.repeat(1_000_000) }));
  assert.equal(session.isClosed, true);
  const { message, data } = await (await pending).error();
  assert.equal(data?.code, 'CONNECTION_LOST');
  assert.match(message, /more changes than could be kept/);
});

test('ten thousand resources are refused, before the server hears of any', async t => {
  const stage = await Stage.open(t);
  let asked = 0;
  stage.backend.answers = () => `"result":{"n":${++asked}}`;
  const response = await listen(stage, { resourceSubscriptions: Array.from({ length: 10_000 }, (_, n) => `x://${n}`) });
  const { data } = await response.error();
  assert.equal((data as { code?: string }).code, 'RESOURCE_SUBSCRIPTIONS');
  const [session] = stage.backend.sessions;
  assert.deepEqual([session?.isClosed, asked], [true, 0]);
});

test('where nothing can be heard of, the stream ends in good order', async t => {
  const stage = await Stage.open(t);
  const response = await listen(stage, { promptsListChanged: true });
  assert.deepEqual(((await response.event(0)).params as { notifications: unknown }).notifications, {});
  const { id, result } = await response.json();
  const _meta = { ...tag, [`${META}serverInfo`]: { name: 'fake', version: '1.0' } };
  assert.deepEqual([id, result], ['sub', { resultType: 'complete', _meta }]);
  assert.equal(stage.backend.sessions[0]?.isClosed, true);
});

test('a wish that is none is refused', async t => {
  const stage = await Stage.open(t);
  const response = await listen(stage, 5);
  assert.deepEqual([response.status, (await response.error()).code], [200, -32602]);
  assert.equal(stage.backend.sessions[0]?.isClosed, true);
});

test('a client that hangs up gives its subscriptions back', async t => {
  const stage = await Stage.open(t);
  const response = await listen(stage, { toolsListChanged: true });
  await response.event(0);
  const [session] = stage.backend.sessions;
  assert.ok(session);
  const closed = new Promise<void>(resolve => {
    session.close = resolve;
  });
  response.hangUp();
  await closed;
});

test('a quiet stream is kept alive', async t => {
  const stage = await Stage.open(t);
  const response = await listen(stage, { toolsListChanged: true });
  await response.event(0);
  await stage.clock.advance(5_000);
  await response.until(':\n\n');
});

test('nobody can be asked on such a stream', async t => {
  const stage = await Stage.open(t);
  await (await listen(stage, { toolsListChanged: true }, { capabilities: { roots: {} } })).event(0);
  const [session] = stage.backend.sessions;
  session?.client.onRequest('{"jsonrpc":"2.0","id":3,"method":"roots/list"}');
  assert.deepEqual(
    session?.responses.map(({ id, error }) => [id, error?.code]),
    [[3, -32603]],
  );
});

test('a client that waits for a server to be heard is told when that will not be', async t => {
  const stage = await Stage.open(t);
  const heard = new Promise<void>(resolve => {
    stage.backend.initialized = () => {
      resolve();
      return new Promise(() => {});
    };
  });
  const pending = listen(stage, { toolsListChanged: true });
  await heard;
  await stage.clock.advance(5_000);
  const response = await pending;
  await response.until(':');
  stage.front.close();
  assert.equal((await response.error()).data?.code, 'CONNECTION_CLOSED');
});

test('a client that takes no stream is told that there is nothing else', async t => {
  const stage = await Stage.open(t);
  const response = await listen(stage, {}, { headers: { accept: 'application/json' } });
  assert.equal(response.status, 406);
});

test('a front that closes ends the streams in good order', async t => {
  const stage = await Stage.open(t);
  const response = await listen(stage, { toolsListChanged: true });
  await response.event(0);
  stage.front.close();
  assert.equal((await response.json()).id, 'sub');
});
