// The same client towards a server of 2026-07-28, which has no sessions.
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { EVENTS, JSON_TYPE, writeEvent } from '../fixtures/lib/http-server.ts';
import { ModernHttp } from '../fixtures/lib/modern-http.ts';
import { eventually } from '../support/eventually.ts';
import { talk } from './http-talk.ts';

const RESERVED = 'io.modelcontextprotocol/';
const META = { [`${RESERVED}protocolVersion`]: '2026-07-28', [`${RESERVED}clientCapabilities`]: {} };

const request = (id: number, method: string, params: object = {}) =>
  JSON.stringify({ jsonrpc: '2.0', id, method, params: { ...params, _meta: META } });
const call = (id: number, name: string, args: object = {}) => request(id, 'tools/call', { name, arguments: args });

async function modern(t: TestContext) {
  const server = await ModernHttp.start();
  const talked = await talk(t, ({ url }) => url, server.http);
  const results = async (count: number) =>
    (await talked.heard(count)).map(text => JSON.parse(text) as { id?: number; result?: unknown; error?: unknown });
  return { ...talked, server, results };
}

for (const mode of ['json', 'sse'] as const) {
  test(`requests stand alone, with answers as ${mode}: headers of their own, no session, no stream and no goodbye`, async t => {
    const { client, server, results } = await modern(t);
    server.http.mode = mode;
    client.write(request(1, 'server/discover'));
    await results(1);
    await client.listen();
    client.write('{"jsonrpc":"2.0","method":"notifications/initialized"}');
    client.write('{"jsonrpc":"2.0","id":"q","result":{}}');
    client.write(call(2, 'grüße'));
    const [, second] = await results(2);
    assert.deepEqual(second?.result, { content: [{ type: 'text', text: 'grüße' }], resultType: 'complete' });
    assert.deepEqual(server.wrong, []);
    await client.close(1_000);
    assert.deepEqual(server.http.story, ['server/discover', 'tools/call']);
    assert.equal(server.http.received[1]?.headers['mcp-name'], '=?base64?Z3LDvMOfZQ==?=');
    assert.equal(server.http.received[1]?.headers.authorization, 'Bearer secret');
  });
}

test('arguments that a tool wants in headers go there once its list has gone by', async t => {
  const { client, server, results } = await modern(t);
  client.write(request(1, 'tools/list'));
  await results(1);
  client.write(call(2, 'mirrors', { region: 'us' }));
  const [, second] = await results(2);
  assert.match(JSON.stringify(second?.result), /"text":"us"/);
  assert.deepEqual([server.wrong, server.http.story], [[], ['tools/list', 'tools/call']]);
});

test('a call that is refused for its headers goes out once more with those that the tools want now, and nobody notices', async t => {
  const { client, server, results, failed, broken } = await modern(t);
  client.write(call(1, 'mirrors', { region: 'us' }));
  const [first] = await results(1);
  assert.match(JSON.stringify(first?.result), /"text":"us"/);
  assert.deepEqual(server.http.story, ['tools/call', 'tools/list', 'tools/call']);
  assert.deepEqual([failed, broken], [[], []]);
  assert.equal(client.fullness.depth, 0);
});

test('a call whose headers the server does not want, whatever they are, is answered with its words', async t => {
  const { client, server, results } = await modern(t);
  const take = server.http.intercept;
  server.http.intercept = exchange => {
    if (exchange.message.method !== 'tools/call') return take(exchange);
    const error = { code: -32020, message: 'never' };
    exchange.response.writeHead(400, JSON_TYPE).end(JSON.stringify({ jsonrpc: '2.0', id: exchange.message.id, error }));
    return true;
  };
  client.write(call(1, 'echo'));
  client.write(call(2, 'mirrors', { region: 'us' }));
  const answers = await results(2);
  for (const { error } of answers) assert.deepEqual(error, { code: -32020, message: 'never' });
  const calls = server.http.story.filter(method => method === 'tools/call');
  assert.ok(calls.length <= 3, 'once more only with other headers');
});

test('to cancel a call for whose headers the tools are being read ends the reading', async t => {
  const { client, server, messages, failed, broken } = await modern(t);
  const take = server.http.intercept;
  let isReading = false;
  server.http.intercept = exchange => {
    if (exchange.message.method !== 'tools/list') return take(exchange);
    isReading = true;
    exchange.response.once('close', () => {
      isReading = false;
    });
    return true;
  };
  client.write(call(1, 'mirrors', { region: 'us' }));
  await eventually(() => isReading, { what: 'the question for the tools' });
  client.write('{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}}');
  await eventually(() => !isReading, { what: 'the end of the reading' });
  assert.deepEqual(server.http.story, ['tools/call', 'tools/list']);
  assert.deepEqual([messages, failed, broken], [[], [], []]);
});

test('to cancel a request closes its stream, and nothing is posted', async t => {
  const { client, server, broken } = await modern(t);
  client.write(call(1, 'wait'));
  await eventually(() => server.http.story.length === 1, { what: 'the call' });
  client.write('{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}}');
  await eventually(() => server.cancelled === 1, { what: 'the end of its stream' });
  assert.deepEqual([server.http.story, broken], [['tools/call'], []]);
});

test('beside a session requests stand alone all the same: neither knows of the other', async t => {
  const { client, heard, server } = await talk(t);
  client.write('{"jsonrpc":"2.0","id":1,"method":"initialize","params":{}}');
  await heard(1);
  server.intercept = ({ message, headers, response }) => {
    if (message.id !== 2) return false;
    assert.deepEqual([headers['mcp-session-id'], headers['mcp-protocol-version']], [undefined, '2026-07-28']);
    // A session that is not known would be lost by this; a request without one is only refused.
    response.writeHead(404, JSON_TYPE).end('{"jsonrpc":"2.0","id":2,"error":{"code":-32601,"message":"no"}}');
    return true;
  };
  client.write(request(2, 'tools/list'));
  assert.match((await heard(2))[1] ?? '', /-32601/);
  client.write('{"jsonrpc":"2.0","id":3,"method":"tools/list"}');
  assert.match((await heard(3))[2] ?? '', /"tools"/);
});

test('a stream that breaks before the answer is not taken up again, even where the server gave it a place', async t => {
  const { client, server, broke } = await modern(t);
  server.http.intercept = ({ response }) => {
    response.writeHead(200, EVENTS);
    writeEvent(response, { jsonrpc: '2.0', method: 'notifications/progress', params: {} }, 'place-1');
    response.end();
    return true;
  };
  client.write(call(1, 'echo'));
  assert.equal((await broke()).code, 'CONNECTION_LOST');
  assert.deepEqual(server.http.story, ['tools/call']);
});

test('what is subscribed to comes on the stream of its request, until that is closed', async t => {
  const { client, server, heard } = await modern(t);
  client.write(request(1, 'subscriptions/listen', { notifications: { toolsListChanged: true } }));
  assert.match((await heard(1))[0] ?? '', /subscriptions\/acknowledged/);
  server.tell('toolsListChanged', 'notifications/tools/list_changed');
  assert.match((await heard(2))[1] ?? '', /tools\/list_changed/);
  client.write('{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}}');
  await eventually(() => server.listening.size === 0, { what: 'the end of the stream' });
});
