import assert from 'node:assert/strict';
import { request } from 'node:http';
import { test } from 'node:test';
import { memorySessions } from '../../src/gateway/session-store.ts';
import { eventually } from '../support/eventually.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { ask, type Message, serve, TestClient } from './endpoint.ts';

test('a client initializes, calls and ends its session', async t => {
  const { endpoint, backend, events } = await serve(t);
  const client = new TestClient(endpoint.port);
  const first = await client.initialize();
  assert.equal(first.status, 200);
  assert.match(first.headers['content-type'] ?? '', /^application\/json/);
  assert.match(client.sessionId, /^[\x21-\x7e]{32}$/);
  assert.match(first.text, /12345678901234567890/);
  assert.deepEqual(backend.last.profile.clientInfo, { name: 'test', version: '1.2.3' });
  const initialized = await client.ask({ jsonrpc: '2.0', method: 'notifications/initialized' });
  assert.deepEqual([initialized.status, initialized.text], [202, '']);
  const body = '{"jsonrpc":"2.0", "id": 1.50, "method":"x/unknown", "params": {"big":12345678901234567890,"f":1.0}}';
  const reply = await client.ask(body);
  assert.equal(reply.text, '{"jsonrpc":"2.0","id":1.50,"result":{"big":12345678901234567890,"f":1.0}}');
  assert.equal(backend.last.asked[0]?.text, body);
  assert.equal(
    (await client.ask({ jsonrpc: '2.0', id: 'p', method: 'ping' })).text,
    '{"jsonrpc":"2.0","id":"p","result":{}}',
  );
  assert.equal(endpoint.clients(), 1);
  assert.equal((await client.end()).status, 204);
  assert.equal(backend.last.isClosed, true);
  assert.equal((await client.call('echo')).status, 404);
  assert.deepEqual(
    events.map(({ type }) => type),
    ['client.connected', 'client.gone'],
  );
});

test('the revision is the client’s where both know it, else the newest that the server speaks', async t => {
  const { endpoint, backend } = await serve(t);
  const negotiate = async (version: string) => {
    const reply = await new TestClient(endpoint.port).initialize(version);
    return reply.messages[0]?.result?.protocolVersion;
  };
  for (const version of ['2024-11-05', '2025-03-26', '2025-06-18', '2025-11-25']) {
    assert.equal(await negotiate(version), version);
  }
  assert.equal(await negotiate('1999-01-01'), '2025-11-25');
  backend.initializeResult = () => Promise.resolve('{"protocolVersion":"2025-03-26","capabilities":{}}');
  assert.equal(await negotiate('2025-11-25'), '2025-03-26');
  assert.equal(await negotiate('2024-11-05'), '2024-11-05');
});

test('what is said before the answer makes the answer a stream', async t => {
  const { endpoint, backend } = await serve(t);
  const client = new TestClient(endpoint.port);
  await client.initialize('2025-11-25', { elicitation: {} });
  backend.respond = () => {};
  const pending = client.open(client.callText('slow'));
  const asked = await eventually(() => backend.last.asked[0], { what: 'the call' });
  asked?.options.onProgress?.(
    '{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":1,"progress":1}}',
  );
  const stream = await pending;
  assert.match(stream.headers['content-type'] ?? '', /^text\/event-stream/);
  assert.equal(stream.headers['x-accel-buffering'], 'no');
  backend.last.client.onRequest('{"jsonrpc":"2.0","id":77,"method":"elicitation/create","params":{}}');
  await stream.until(2);
  assert.equal((await client.ask({ jsonrpc: '2.0', id: 77, result: { action: 'accept' } })).status, 202);
  assert.deepEqual(backend.last.responded, ['{"jsonrpc":"2.0","id":77,"result":{"action":"accept"}}']);
  asked?.answer('{"content":[]}');
  await stream.ended;
  assert.deepEqual(
    stream.messages().map(({ method, id }) => method ?? id),
    ['notifications/progress', 'elicitation/create', 1],
  );
  const [primer] = stream.events();
  assert.equal(primer?.data, '');
  assert.match(stream.text(), /^id: \S+\nretry: 5000\ndata: \n\n/);
});

test('a client that hangs up gets its answer when it comes back, and is not cancelled', async t => {
  const { endpoint, backend } = await serve(t);
  const client = new TestClient(endpoint.port);
  await client.initialize();
  backend.respond = () => {};
  const pending = client.open(client.callText('slow'));
  const asked = await eventually(() => backend.last.asked[0], { what: 'the call' });
  const progress = (n: number) =>
    asked?.options.onProgress?.(`{"jsonrpc":"2.0","method":"notifications/progress","params":{"progress":${n}}}`);
  progress(1);
  const stream = await pending;
  await stream.until(1);
  const lastId = stream.events().at(-1)?.id ?? '';
  stream.hangUp();
  await stream.ended;
  progress(2);
  assert.equal(asked?.options.signal?.aborted, false);
  const again = await client.listen({ 'last-event-id': lastId });
  await again.until(1);
  asked?.answer('{"late":true}');
  await again.ended;
  assert.deepEqual(
    again.messages().map(({ params, result }) => params?.progress ?? result),
    [2, { late: true }],
  );
  const none = await client.listen({ 'last-event-id': again.events().at(-1)?.id ?? '' });
  assert.equal(none.status, 204);
});

test('statuses are those of the specification', async t => {
  const { endpoint } = await serve(t);
  const client = new TestClient(endpoint.port);
  const { port } = endpoint;
  const ping = { jsonrpc: '2.0', id: 1, method: 'ping' };
  await client.initialize();
  const statusOf = async (reply: Promise<{ status: number }>) => (await reply).status;
  assert.equal(await statusOf(ask(port, { body: ping })), 400);
  assert.equal(await statusOf(ask(port, { body: ping, headers: { 'mcp-session-id': 'unknown' } })), 404);
  assert.equal(await statusOf(client.ask(ping, { 'mcp-protocol-version': '1999-01-01' })), 400);
  assert.equal(await statusOf(client.ask(ping, { accept: 'text/html' })), 406);
  assert.equal(await statusOf(client.ask(ping, { 'content-type': 'text/plain' })), 415);
  assert.equal(await statusOf(ask(port, { method: 'PUT', headers: client.headers })), 405);
  assert.equal(await statusOf(ask(port, { path: '/servers/nobody/mcp', body: ping })), 404);
  assert.equal(await statusOf(ask(port, { path: '/servers/%ff/mcp', body: ping })), 404);
  assert.equal(await statusOf(ask(port, { path: '/elsewhere', body: ping })), 404);
  assert.equal(await statusOf(ask(port, { body: ping, headers: { authorization: undefined } })), 401);
  assert.equal(await statusOf(ask(port, { body: ping, headers: { host: 'evil.example.com' } })), 403);
  assert.equal(await statusOf(ask(port, { body: ping, headers: { origin: 'http://evil.example.com' } })), 403);
  assert.equal(
    await statusOf(ask(port, { path: '/livez', method: 'GET', headers: { authorization: undefined } })),
    200,
  );
  // Another path is another session.
  assert.equal(await statusOf(ask(port, { path: '/mcp', body: ping, headers: client.headers })), 404);
});

test('a refusal says what mends it', async t => {
  const { endpoint } = await serve(t);
  const client = new TestClient(endpoint.port);
  const { port } = endpoint;
  const ping = { jsonrpc: '2.0', id: 1, method: 'ping' };
  await client.initialize();
  const told = async (reply: Promise<{ messages: readonly Message[] }>) => (await reply).messages[0]?.error?.message;
  assert.match(String(await told(client.ask(ping, { 'content-type': 'text/plain' }))), /set Content-Type: application/);
  assert.match(String(await told(ask(port, { method: 'PUT', headers: client.headers }))), /use POST, GET or DELETE/);
  assert.match(String(await told(ask(port, { body: ping }))), /begin with "initialize"/);
  assert.match(String(await told(client.ask(ping, { accept: 'text/html' }))), /set Accept: /);
  assert.match(
    String(await told(client.ask(ping, { 'mcp-protocol-version': '1999-01-01' }))),
    /"initialize" was answered/,
  );
  assert.match(String(await told(client.ask('{"a":1}'))), /send a JSON-RPC 2.0 request/);
  assert.match(
    String(await told(ask(port, { path: '/servers/flies/mcp', body: ping }))),
    /no server "flies", but "files"/,
  );
  assert.doesNotMatch(String(await told(ask(port, { path: '/servers/nobody/mcp', body: ping }))), /but/);
});

test('who looks for OAuth hears that there is none, not that a token is missing', async t => {
  const { endpoint } = await serve(t);
  const { port } = endpoint;
  for (const path of [
    '/.well-known/oauth-protected-resource/mcp',
    '/.well-known/oauth-authorization-server',
    '/.well-known/openid-configuration?x=1',
  ]) {
    const { status, headers } = await ask(port, { method: 'GET', path, headers: { authorization: undefined } });
    assert.deepEqual([status, headers['www-authenticate']], [404, undefined], path);
  }
  const register = (path: string) => ask(port, { path, body: {}, headers: { authorization: undefined } });
  assert.equal((await register('/register')).status, 404);
  assert.equal((await register('/registers')).status, 401);
  assert.equal((await register('/mcp')).status, 401);
});

test('several messages in one body are for sessions of 2025-03-26 alone', async t => {
  const { endpoint, backend } = await serve(t);
  const batch = [
    { jsonrpc: '2.0', id: 1, method: 'a' },
    { jsonrpc: '2.0', method: 'notifications/x' },
    { jsonrpc: '2.0', id: 'two', method: 'ping' },
  ];
  const newer = new TestClient(endpoint.port);
  await newer.initialize('2025-06-18');
  const refused = await newer.ask(batch);
  assert.deepEqual([refused.status, refused.messages[0]?.error?.code], [400, -32600]);
  const client = new TestClient(endpoint.port);
  await client.initialize('2025-03-26');
  const reply = await client.ask(batch);
  assert.deepEqual(reply.messages.map(({ id }) => id).sort(), [1, 'two']);
  assert.equal(backend.last.notified.length, 1);
  assert.equal((await client.ask([{ jsonrpc: '2.0', method: 'notifications/x' }])).status, 202);
  for (const bad of [
    [],
    [1],
    [[]],
    [batch[0], { jsonrpc: '2.0', id: 1, method: 'b' }],
    [{ id: 1, method: 'initialize' }],
  ]) {
    assert.deepEqual([(await client.ask(bad)).status, JSON.stringify(bad)], [400, JSON.stringify(bad)]);
  }
  backend.respond = asked => {
    if (asked.envelope.method === 'slow')
      asked.options.onProgress?.('{"jsonrpc":"2.0","method":"notifications/progress"}');
    asked.answer();
  };
  const streamed = await client.ask([
    { jsonrpc: '2.0', id: 1, method: 'quick' },
    { jsonrpc: '2.0', id: 2, method: 'slow' },
  ]);
  assert.match(streamed.headers['content-type'] ?? '', /^text\/event-stream/);
  assert.deepEqual(streamed.messages.map(({ id, method }) => id ?? method).sort(), [1, 2, 'notifications/progress']);
});

test('what belongs to no request goes to the stream of GET, or waits for it', async t => {
  const { endpoint, backend } = await serve(t);
  const client = new TestClient(endpoint.port);
  await client.initialize('2025-06-18');
  const tell = (n: number) => backend.last.client.onNotification(`{"jsonrpc":"2.0","method":"n/${n}"}`);
  const changed = () =>
    backend.last.client.onNotification('{"jsonrpc":"2.0","method":"notifications/tools/list_changed"}');
  tell(1);
  const first = await client.listen();
  await first.until(1);
  tell(2);
  await first.until(2);
  assert.doesNotMatch(first.text(), /retry/, 'earlier revisions cannot read an event without a message');
  backend.respond = () => {};
  const pending = client.open({ jsonrpc: '2.0', id: 1, method: 'slow' });
  const asked = await eventually(() => backend.last.asked[0], { what: 'the call' });
  changed();
  await first.until(3);
  tell(3);
  const stream = await pending;
  asked?.answer();
  await stream.ended;
  assert.deepEqual(
    stream.messages().map(({ method, id }) => method ?? id),
    ['n/3', 1],
  );
  const second = await client.listen();
  await first.ended;
  tell(4);
  await second.until(1);
  second.hangUp();
  await second.ended;
  tell(5);
  const third = await client.listen({ 'last-event-id': first.events()[0]?.id ?? '' });
  const heard = await third.until(4);
  assert.deepEqual(
    heard.map(({ method }) => method),
    ['n/2', 'notifications/tools/list_changed', 'n/4', 'n/5'],
  );
});

test('the news of a list or a resource waits for the stream of GET, and never goes with the call of the moment', async t => {
  const { endpoint, backend } = await serve(t);
  const client = new TestClient(endpoint.port);
  await client.initialize();
  const news = ['notifications/tools/list_changed', 'notifications/resources/updated'];
  backend.respond = asked => {
    for (const method of [...news, 'n/1']) {
      backend.last.client.onNotification(`{"jsonrpc":"2.0","method":"${method}"}`);
    }
    asked.answer();
  };
  const stream = await client.open({ jsonrpc: '2.0', id: 1, method: 'slow' });
  await stream.ended;
  assert.deepEqual(
    stream.messages().map(({ method, id }) => method ?? id),
    ['n/1', 1],
  );
  const heard = await (await client.listen()).until(2);
  assert.deepEqual(
    heard.map(({ method }) => method),
    news,
  );
});

test('a client that takes only JSON, or only streams, gets that', async t => {
  const { endpoint, backend } = await serve(t);
  const client = new TestClient(endpoint.port);
  await client.initialize();
  backend.respond = asked => {
    asked.options.onProgress?.('{"jsonrpc":"2.0","method":"notifications/progress"}');
    asked.answer();
  };
  const ping = { jsonrpc: '2.0', id: 1, method: 'ping' };
  const json = await client.ask({ jsonrpc: '2.0', id: 1, method: 'a' }, { accept: 'application/json' });
  assert.deepEqual(json.messages, [{ jsonrpc: '2.0', id: 1, result: {} }]);
  const stream = await client.ask(ping, { accept: 'text/event-stream' });
  assert.match(stream.headers['content-type'] ?? '', /^text\/event-stream/);
  assert.deepEqual(stream.messages, [{ jsonrpc: '2.0', id: 1, result: {} }]);
  assert.equal((await client.ask(ping, { accept: undefined })).messages.length, 1);
});

test('a cancelled call ends its POST without an answer', async t => {
  const { endpoint, backend } = await serve(t);
  const client = new TestClient(endpoint.port);
  await client.initialize();
  backend.respond = () => {};
  const pending = client.ask({ jsonrpc: '2.0', id: 1, method: 'slow' });
  await eventually(() => backend.last.asked[0], { what: 'the call' });
  await client.ask({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 1 } });
  const reply = await pending;
  assert.deepEqual([reply.status, reply.messages], [200, []]);
  assert.equal((await client.ask({ jsonrpc: '2.0', id: 1, method: 'ping' })).status, 200, 'the id is free again');
});

test('a refused initialize leaves no session; one session too many is put off', async t => {
  const { endpoint, backend } = await serve(t, { limits: { maxSessions: 2 } });
  backend.initializeResult = () => Promise.reject(new Error('broken'));
  const broken = await new TestClient(endpoint.port).initialize();
  assert.equal(broken.messages[0]?.error?.data?.code, 'PROCESS_INTERNAL');
  await eventually(() => endpoint.clients() === 0, { what: 'no session' });
  backend.initializeResult = () => Promise.resolve('{"protocolVersion":"2025-11-25"}');
  const first = new TestClient(endpoint.port);
  await first.initialize();
  await new TestClient(endpoint.port).initialize();
  const third = await new TestClient(endpoint.port).initialize();
  assert.deepEqual([third.status, third.headers['retry-after']], [429, '30']);
  assert.equal(third.messages[0]?.error?.data?.code, 'RESOURCE_SESSIONS_FULL');
  await first.end();
  assert.equal((await new TestClient(endpoint.port).initialize()).status, 200);
});

test('a session that nobody uses ends, one with an open stream does not', async t => {
  const clock = new FakeClock();
  const { endpoint, events } = await serve(t, { clock, limits: { idleSessionMs: 60_000 } });
  const [idle, listening] = [new TestClient(endpoint.port), new TestClient(endpoint.port)];
  await idle.initialize();
  await listening.initialize();
  const stream = await listening.listen();
  await clock.advance(61_000);
  assert.equal(endpoint.clients(), 1);
  assert.equal((await idle.call('x')).status, 404);
  assert.equal((await listening.call('x')).status, 200);
  assert.match(stream.text(), /\n:\n/, 'kept alive');
  const gone = events.find(({ type }) => type === 'client.gone');
  assert.deepEqual(gone, {
    type: 'client.gone',
    client: 'test',
    path: '/servers/files/mcp',
    reason: 'it was not used',
  });
});

test('a client that waits for 5 seconds is told that it is served', async t => {
  const clock = new FakeClock();
  const { endpoint, backend } = await serve(t, { clock });
  const client = new TestClient(endpoint.port);
  await client.initialize();
  backend.respond = () => {};
  const pending = client.open({ jsonrpc: '2.0', id: 1, method: 'slow' });
  const asked = await eventually(() => backend.last.asked[0], { what: 'the call' });
  await clock.advance(6_000);
  const stream = await pending;
  assert.match(stream.headers['content-type'] ?? '', /^text\/event-stream/);
  asked?.answer();
  await stream.ended;
  assert.deepEqual(stream.messages(), [{ jsonrpc: '2.0', id: 1, result: {} }]);
});

test('a body of many messages is bounded, and none of them may use an id twice', async t => {
  const { endpoint } = await serve(t);
  const client = new TestClient(endpoint.port);
  await client.initialize('2025-03-26');
  const pings = (ids: number[]) => ids.map(id => ({ jsonrpc: '2.0', id, method: 'ping' }));
  const ids = Array.from({ length: 1_000 }, (_, id) => id);
  const whole = await client.ask(pings(ids));
  assert.deepEqual(
    whole.messages.map(({ id }) => id),
    ids,
  );
  const more = await client.ask(pings([...ids, 1_000]));
  assert.deepEqual([more.status, more.messages[0]?.error?.code], [400, -32600]);
  assert.match(more.text, /at most 1000 messages/);
  const twice = await client.ask(pings([7, 8, 7]));
  assert.deepEqual([twice.status, twice.messages[0]?.id], [400, 7]);
});

test('a request whose id is null is refused, for its answer would find nobody', async t => {
  const { endpoint, backend } = await serve(t);
  const client = new TestClient(endpoint.port);
  await client.initialize('2025-03-26');
  const call = { jsonrpc: '2.0', id: null, method: 'tools/call', params: { name: 'echo' } };
  const alone = await client.ask(call);
  assert.deepEqual([alone.status, alone.messages[0]?.error?.code], [400, -32600]);
  assert.equal((await client.ask([call])).status, 400);
  assert.equal((await client.ask({ ...call, method: 'notifications/roots/list_changed' })).status, 202);
  assert.deepEqual(backend.last.notified, []);
});

test('what a client says of itself is bounded, since it is kept as long as its session', async t => {
  const { endpoint, backend } = await serve(t);
  const client = new TestClient(endpoint.port);
  const refused = await new TestClient(endpoint.port).initialize('2025-11-25', {
    experimental: { x: 'x'.repeat(131_072) },
  });
  assert.equal(refused.messages[0]?.error?.code, -32602);
  await eventually(() => endpoint.clients() === 0, { what: 'the end of a session that has not begun' });
  await client.initialize('2025-11-25', { roots: {} });
  const stream = await client.listen();
  await client.ask({ jsonrpc: '2.0', method: 'notifications/initialized' });
  const [asked] = await stream.until(1);
  const roots = (uri: string) => ({ jsonrpc: '2.0', id: asked?.id, result: { roots: [{ uri }] } });
  await client.ask(roots(`file:///${'x'.repeat(131_072)}`));
  assert.deepEqual(backend.last.profiles, []);
  await client.ask(roots('file:///x'));
  assert.equal(backend.last.profiles.length, 1);
});

test('a client that hangs up before it has heard of its session leaves nothing in the store', async t => {
  const stored: string[] = [];
  const sessions = {
    ...memorySessions,
    // Never done: the client is gone before its session could be kept.
    save: (id: string) => new Promise<void>(() => stored.push(id)),
    remove: async (id: string) => void stored.splice(stored.indexOf(id), 1),
  };
  const { endpoint } = await serve(t, { sessions, token: null });
  const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'x', version: '1' } };
  const asked = request({
    port: endpoint.port,
    host: '127.0.0.1',
    path: '/servers/files/mcp',
    method: 'POST',
    headers: { 'content-type': 'application/json' },
  });
  asked.on('error', () => {});
  asked.end(JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'initialize', params }));
  await eventually(() => stored.length === 1, { what: 'the session in the store' });
  asked.destroy();
  await eventually(() => stored.length === 0, { what: 'an empty store' });
  assert.equal(endpoint.clients(), 0);
});

test('a session that ends answers what is under way, with an error that says that it may have run', async t => {
  const { endpoint, backend } = await serve(t);
  const client = new TestClient(endpoint.port);
  await client.initialize();
  backend.respond = () => {};
  const silent = client.call('slow');
  const spoken = client.open(client.callText('slow'));
  await eventually(() => backend.last.asked.length === 2, { what: 'the calls' });
  backend.last.asked[1]?.options.onProgress?.('{"jsonrpc":"2.0","method":"notifications/progress","params":{}}');
  const stream = await spoken;
  assert.equal((await client.end()).status, 204);
  await stream.ended;
  for (const answer of [(await silent).messages.at(-1), stream.messages().at(-1)]) {
    assert.equal(answer?.error?.data?.code, 'CONNECTION_LOST');
    assert.equal(answer.error.data.mayHaveRun, true);
  }
  assert.deepEqual([(await silent).messages.length, stream.messages().length], [1, 2]);
  assert.ok(backend.last.asked.every(({ options }) => options.signal?.aborted));
});

test('sessions of an earlier run count, too: they come back as far as there is room', async t => {
  const client = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'x', version: '1' } };
  const state = { ...client, roots: null, logLevel: null, subscriptions: [] };
  const load = async () => ({ principal: 'anyone', server: 'files', client: state });
  const { endpoint } = await serve(t, {
    sessions: { ...memorySessions, load },
    token: null,
    limits: { maxSessions: 2 },
  });
  const statusOf = async (id: string) => {
    const ping = { jsonrpc: '2.0', id: 1, method: 'ping' };
    return (await ask(endpoint.port, { body: ping, headers: { 'mcp-session-id': id } })).status;
  };
  assert.deepEqual([await statusOf('a'), await statusOf('b'), await statusOf('c')], [200, 200, 404]);
  assert.equal(endpoint.clients(), 2);
});
