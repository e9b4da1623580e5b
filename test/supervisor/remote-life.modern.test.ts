// A remote server that speaks 2026-07-28 alone, as its clients of 2025-11-25 see it.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { ModernHttp, type Refusal } from '../fixtures/lib/modern-http.ts';
import { eventually } from '../support/eventually.ts';
import { withNothingLeft } from '../support/leak-check.ts';
import { quick, storyOf } from '../support/managed.ts';
import { type PoolOptions, pool } from '../support/pool.ts';

const START = ['starting', 'ready'];
const patient = { restart: { ...quick.restart, retries: 200, minMs: 20, maxMs: 20 } };

/** A remote server, and what is behind clients of it; afterwards no connection is left, and nothing came that may not. */
async function far(t: TestContext, options: PoolOptions & { holdfast?: object; refusal?: Refusal } = {}) {
  const server = await ModernHttp.start();
  t.after(() => server.http.close());
  server.refusal = options.refusal ?? 'version';
  const sandbox = options.sandbox ?? (await withNothingLeft(t));
  sandbox.later(() => {
    assert.deepEqual(server.wrong, []);
    return eventually(() => server.http.connections === 0, { what: 'every connection to be closed' });
  });
  const made = await pool(t, { url: server.http.url, holdfast: options.holdfast }, { ...options, sandbox });
  const asked = (method: string) => server.http.story.filter(one => one === method).length;
  return { ...made, server, asked, story: () => storyOf(made.events, 'one') };
}

for (const refusal of ['version', 'method', 'header', 'status', 'answer'] as const) {
  test(`it is asked in its own words where it refuses initialize by ${refusal}, and its clients hear the handshake that they know`, async t => {
    const { server, attach, supervisor, of } = await far(t, { refusal });
    const client = attach();
    assert.equal(await client.call('grüße'), 'grüße');
    assert.equal(await client.call('mirrors', { region: 'us' }), 'us', 'the header that it wants is there');
    assert.deepEqual(JSON.parse(client.attachment.handshake?.result ?? ''), {
      protocolVersion: '2025-11-25',
      capabilities: { tools: { listChanged: true }, resources: { subscribe: true }, logging: {} },
      serverInfo: { name: 'modern', version: '1.0' },
    });
    assert.deepEqual(of('server.down'), [], 'on the same connection');
    assert.equal(of('server.ready')[0]?.protocolVersion, '2026-07-28');
    assert.deepEqual(server.http.story.slice(0, 3), ['initialize', 'server/discover', 'subscriptions/listen']);
    await supervisor.close();
    assert.ok(!server.http.story.some(verb => verb === 'GET' || verb === 'DELETE'));
  });
}

test('what it needs to know is asked for in requests, and progress comes on the stream of the call', async t => {
  const { attach } = await far(t);
  const client = attach();
  const progress: string[] = [];
  const called = client.request(
    'tools/call',
    { name: 'greet', _meta: { progressToken: 'mine' } },
    { onProgress: text => progress.push(text) },
  );
  await client.isAsked();
  client.reply(client.asked[0]?.id ?? 0, { action: 'accept', content: { name: 'Ada' } });
  assert.deepEqual((await called).result?.content, [{ type: 'text', text: 'Hello, Ada' }]);
  assert.equal(JSON.parse(progress[0] ?? '{}').params.progressToken, 'mine');
});

test('a call that is cancelled has its stream closed', async t => {
  const { server, attach, asked } = await far(t);
  const abort = new AbortController();
  const waits = attach().request('tools/call', { name: 'wait' }, { signal: abort.signal });
  await eventually(() => asked('tools/call') === 1, { what: 'the call' });
  abort.abort();
  await assert.rejects(waits, { code: 'TOOL_CALL_CANCELLED' });
  await eventually(() => server.cancelled === 1, { what: 'the end of its stream' });
});

test('what changes is told on the one listening, which is begun again when it is lost', async t => {
  const { server, attach, asked, of } = await far(t);
  const client = attach();
  await client.request('resources/subscribe', { uri: 'a:b' });
  const wish = () => [...server.listening.values()].map(one => one.wish);
  await eventually(() => wish().length === 1 && wish()[0]?.resourceSubscriptions !== undefined, {
    what: 'one listening',
  });
  server.tell('resourceSubscriptions', 'notifications/resources/updated', { uri: 'a:b' });
  await eventually(() => client.methods.includes('notifications/resources/updated'), { what: 'the update' });
  await client.call('more');
  await eventually(() => client.methods.includes('notifications/tools/list_changed'), { what: 'the news' });
  assert.equal(client.attachment.catalogue.hasTool('extra'), true);

  const before = asked('subscriptions/listen');
  for (const stream of [...server.listening.keys()]) stream.destroy();
  server.hasMore = false;
  await eventually(() => asked('subscriptions/listen') > before, { what: 'the next listening', timeoutMs: 15_000 });
  await eventually(() => !client.attachment.catalogue.hasTool('extra'), { what: 'what was missed' });
  assert.deepEqual(wish(), [{ toolsListChanged: true, resourceSubscriptions: ['a:b'] }]);
  assert.deepEqual(of('server.down'), [], 'nothing else was lost');
});

test('one that is gone for a while is begun anew in its own words, without a process: the same of its calls', async t => {
  const { server, attach, asked, story, of } = await far(t, { holdfast: patient });
  const client = attach();
  const unsafe = client.request('tools/call', { name: 'wait' });
  await eventually(() => asked('tools/call') === 1, { what: 'the call' });
  await server.http.close();
  await assert.rejects(unsafe, { code: 'PROCESS_EXITED_DURING_CALL', mayHaveRun: true });
  const late = client.call('echo', { text: 'late' });
  await server.http.open();
  assert.equal(await late, 'late');
  assert.match(of('server.down')[0]?.fault.code ?? '', /^(?:CONNECTION_LOST|NETWORK_REFUSED)$/);
  assert.equal(story().at(-1), 'ready');
  assert.equal(asked('initialize'), 1, 'what it speaks was known');
  assert.ok(of('server.ready').every(({ pid }) => pid === null));
});

test('one call that is lost alone is repeated where that is safe', async t => {
  const { server, attach, asked, of } = await far(t);
  const take = server.http.intercept;
  let breaks = true;
  server.http.intercept = exchange => {
    if (exchange.message.method !== 'tools/call' || !breaks) return take(exchange);
    breaks = false;
    exchange.response.destroy();
    return true;
  };
  const client = attach();
  assert.equal(await client.call('echo', { text: 'again' }), 'again');
  breaks = true;
  await assert.rejects(client.call('more'), { code: 'CONNECTION_LOST', mayHaveRun: true });
  assert.deepEqual(of('server.down'), []);
  assert.ok(asked('server/discover') >= 4, 'it was looked whether it is there');
});

test('what it was found to be is kept: the next manager asks in its words at once', async t => {
  const sandbox = await withNothingLeft(t);
  const stateDir = join(sandbox.folder, 'state');
  const { server, supervisor, asked } = await far(t, { sandbox, stateDir });
  await supervisor.close();
  await pool(t, { url: server.http.url }, { sandbox, stateDir });
  assert.deepEqual([asked('initialize'), asked('server/discover')], [1, 2]);
});

test('one that takes initialize after all costs the wrong guess one question', async t => {
  const sandbox = await withNothingLeft(t);
  const stateDir = join(sandbox.folder, 'state');
  const { server, supervisor, asked } = await far(t, { sandbox, stateDir });
  await supervisor.close();
  // An older one at the same address.
  server.http.intercept = () => false;
  const older = await pool(t, { url: server.http.url }, { sandbox, stateDir });
  assert.equal(older.of('server.ready')[0]?.protocolVersion, '2025-11-25');
  assert.deepEqual([asked('server/discover'), asked('initialize')], [2, 2]);
  assert.deepEqual(storyOf(older.events, 'one'), START);
});

test('a ping of the health check is a question that it knows, and one that it cannot answer is the end', async t => {
  const { server, supervisor, asked, of } = await far(t, { holdfast: { ...patient, health: { intervalMs: 50 } } });
  await eventually(() => asked('server/discover') > 1, { what: 'the question' });
  assert.equal(supervisor.status()[0]?.health, 'healthy');
  const take = server.http.intercept;
  server.http.intercept = exchange => {
    if (exchange.message.method !== 'server/discover') return take(exchange);
    exchange.response.writeHead(500).end();
    return true;
  };
  await eventually(() => of('server.down').length > 0, { what: 'the end' });
  assert.equal(of('server.down')[0]?.fault.code, 'NETWORK_HTTP_STATUS');
});
