import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { EVENTS, type Exchange, type HttpServer, JSON_TYPE, writeEvent } from '../fixtures/lib/http-server.ts';
import { eventually } from '../support/eventually.ts';
import { type Talk, talk } from './http-talk.ts';

const INITIALIZE = '{"jsonrpc":"2.0","id":1,"method":"initialize","params":{}}';
const INITIALIZED = '{"jsonrpc":"2.0","method":"notifications/initialized"}';
const call = (id: number | string, name = 'echo') =>
  `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"method":"tools/call","params":{"name":"${name}"}}`;
const answer = (id: number, text: string) => ({ jsonrpc: '2.0', id, result: { text } });

/** A client that has shaken hands. */
async function begun(t: TestContext): Promise<Talk> {
  const talked = await talk(t);
  talked.client.write(INITIALIZE);
  await talked.heard(1);
  talked.client.write(INITIALIZED);
  talked.messages.length = 0;
  return talked;
}

/** Answers every POST of this method by hand. */
function answering(server: HttpServer, method: string, by: (exchange: Exchange) => void): void {
  server.intercept = exchange => {
    if (exchange.verb !== 'POST' || exchange.message.method !== method) return false;
    by(exchange);
    return true;
  };
}

for (const mode of ['json', 'sse'] as const) {
  test(`a session is begun, used and ended, with answers as ${mode}`, async t => {
    const { server, client, heard } = await talk(t);
    server.mode = mode;
    client.write(INITIALIZE);
    const [first] = await heard(1);
    assert.match(first ?? '', /"protocolVersion":"2025-11-25"/);
    client.write(INITIALIZED);
    client.write(call('a'));
    client.write(call(2));
    const answers = (await heard(3)).slice(1);
    assert.deepEqual(answers.map(text => JSON.parse(text).id).sort(), [2, 'a']);
    assert.deepEqual(server.story.slice(0, 2), ['initialize', 'notifications/initialized'], 'nothing overtakes it');
    await client.close(1_000);
    assert.equal(server.story.at(-1), 'DELETE');
    assert.equal(server.sessions.size, 0);
    const [start, ...rest] = server.received;
    assert.equal(start?.headers['mcp-session-id'], undefined);
    for (const { headers, verb } of rest) {
      assert.equal(headers.authorization, 'Bearer secret');
      assert.equal(headers['mcp-protocol-version'], '2025-11-25');
      assert.match(String(headers['mcp-session-id']), /^[\da-f-]{36}$/);
      if (verb === 'POST') assert.equal(headers.accept, 'application/json, text/event-stream');
    }
  });
}

test('messages pass unchanged in both directions', async t => {
  const { server, client, heard } = await begun(t);
  const text =
    '{ "id": 7,"method":"odd/thing", "params":{"n":12345678901234567890,"x":1.0,"é":"\\u00e9"}, "jsonrpc":"2.0" }';
  const back = '{"id":7 ,"result":{"n":12345678901234567890,"y":1.0},"jsonrpc":"2.0"}';
  answering(server, 'odd/thing', ({ response }) => response.writeHead(200, JSON_TYPE).end(back));
  client.write(text);
  assert.deepEqual(await heard(1), [back]);
});

test('a stream brings what belongs to a call before its answer', async t => {
  const { server, client, heard } = await begun(t);
  answering(server, 'tools/call', ({ response }) => {
    response.writeHead(200, EVENTS);
    writeEvent(response, { jsonrpc: '2.0', method: 'notifications/progress', params: { progress: 1 } });
    writeEvent(response, { jsonrpc: '2.0', id: 0, method: 'sampling/createMessage' });
    writeEvent(response, answer(2, 'done'));
    response.end();
  });
  client.write(call(2));
  const methods = (await heard(3)).map(text => JSON.parse(text).method ?? 'answer');
  assert.deepEqual(methods, ['notifications/progress', 'sampling/createMessage', 'answer']);
});

test('what the server says by itself comes on its own stream, which is taken up again where it broke off', async t => {
  const { server, client, heard } = await begun(t);
  void client.listen();
  await eventually(() => server.streams.size === 1, { what: 'the stream' });
  for (const stream of server.streams) stream.write('retry: 50\n\n');
  server.say({ jsonrpc: '2.0', method: 'one' }, 'event-1');
  await heard(1);
  for (const stream of server.streams) stream.end();
  await eventually(() => server.received.filter(({ verb }) => verb === 'GET').length === 2, { what: 'the second' });
  assert.equal(server.received.at(-1)?.headers['last-event-id'], 'event-1');
  await eventually(() => server.streams.size === 1, { what: 'the stream' });
  server.say({ jsonrpc: '2.0', method: 'two' });
  assert.equal((await heard(2)).length, 2);
});

test('a server without such a stream is fine', async t => {
  const { server, client, heard, lost } = await begun(t);
  server.hasStream = false;
  await client.listen();
  client.write(call(2));
  await heard(1);
  assert.deepEqual(lost, []);
});

test('a stream that breaks before the answer is taken up with the last event', async t => {
  const { server, client, heard, lost } = await begun(t);
  answering(server, 'tools/call', ({ response }) => {
    response.writeHead(200, EVENTS).write('id: e1\nretry: 50\ndata:\n\n', () => response.destroy());
  });
  client.write(call(2));
  await eventually(() => server.streams.size === 1, { what: 'the stream again' });
  assert.equal(server.received.at(-1)?.headers['last-event-id'], 'e1');
  server.say(answer(2, 'after all'));
  assert.deepEqual(await heard(1), [JSON.stringify(answer(2, 'after all'))]);
  assert.deepEqual(lost, []);
});

const breaks: readonly (readonly [says: string, by: (exchange: Exchange) => void, why: string])[] = [
  [
    'a stream that breaks and cannot be taken up',
    ({ response }) => response.writeHead(200, EVENTS).write(': nothing\n\n', () => response.destroy()),
    'a stream ended before the answer',
  ],
  [
    'a body that breaks off',
    ({ response }) => response.writeHead(200, JSON_TYPE).write('{"jsonrpc"', () => response.destroy()),
    'an answer broke off',
  ],
  ['a connection that is cut without a word', ({ response }) => response.destroy(), 'ECONNRESET'],
];
for (const [says, by, why] of breaks) {
  test(`${says} is of that message alone, which may have run`, async t => {
    const { server, client, broke, broken, heard } = await begun(t);
    answering(server, 'tools/call', by);
    const outgoing = client.write(call(2));
    const error = await broke();
    assert.deepEqual([error.code, error.details.why, broken[0]?.key], ['CONNECTION_LOST', why, '2']);
    assert.equal(outgoing?.withdraw(), false);
    server.intercept = () => false;
    client.write(call(3));
    await heard(1);
  });
}

test('a stream that cannot be taken up, since the session is gone, ends the session', async t => {
  const { server, client, gone, broken } = await begun(t);
  answering(server, 'tools/call', ({ response }) => {
    server.forget();
    response.writeHead(200, EVENTS).write('id: e1\nretry: 50\ndata:\n\n', () => response.destroy());
  });
  const outgoing = client.write(call(2));
  assert.match((await gone()).message, /does not know our session/);
  assert.equal(outgoing?.withdraw(), false, 'it had been taken');
  assert.deepEqual(broken, []);
});

test('a session that the server has forgotten is lost, and the message has not run', async t => {
  const { server, client, gone } = await begun(t);
  server.forget();
  const outgoing = client.write(call(2));
  const error = await gone();
  assert.equal(error.code, 'CONNECTION_LOST');
  assert.match(error.message, /does not know our session/);
  assert.equal(outgoing?.withdraw(), true);
  assert.equal(client.write(call(3))?.withdraw(), true, 'what comes later waits for the next session');
});

test('so is one that is told so by 400', async t => {
  const { server, client, gone } = await begun(t);
  answering(server, 'tools/call', ({ response }) => response.writeHead(400).end('Bad Request: No valid session ID'));
  const outgoing = client.write(call(2));
  assert.match((await gone()).message, /does not know our session/);
  assert.equal(outgoing?.withdraw(), true);
});

test('a server that is not there is lost, and the message has not left', async t => {
  const { server, client, gone } = await talk(t);
  await server.close();
  const outgoing = client.write(INITIALIZE);
  const error = await gone();
  assert.deepEqual(
    [error.category, error.code, error.details.host],
    ['network', 'NETWORK_REFUSED', new URL(server.url).host],
  );
  assert.match(error.message, /: 127\.0\.0\.1:\d+$/);
  assert.doesNotMatch(error.hint, /localhost/);
  assert.equal(outgoing?.withdraw(), true);
  await server.open();
});

const refusals: readonly (readonly [
  status: number,
  code: string,
  end: 'alone' | 'broken' | 'lost',
  mayHaveRun: boolean | undefined,
])[] = [
  [400, 'NETWORK_HTTP_STATUS', 'alone', false],
  [401, 'NETWORK_AUTH', 'lost', undefined],
  [403, 'NETWORK_AUTH', 'alone', undefined],
  [405, 'NETWORK_NO_ENDPOINT', 'alone', false],
  [407, 'NETWORK_PROXY_AUTH', 'lost', undefined],
  [413, 'NETWORK_HTTP_STATUS', 'alone', false],
  [429, 'NETWORK_RATE_LIMITED', 'alone', false],
  [500, 'NETWORK_HTTP_STATUS', 'alone', undefined],
  [502, 'NETWORK_HTTP_STATUS', 'broken', undefined],
  [503, 'NETWORK_HTTP_STATUS', 'broken', undefined],
];
const meaning = { alone: 'of that message alone', broken: 'doubtful', lost: 'the end of the session' };
for (const [status, code, end, mayHaveRun] of refusals) {
  test(`status ${status} is ${code}, and ${meaning[end]}`, async t => {
    const { server, client, failed, gone, broke, heard, lost } = await begun(t);
    answering(server, 'tools/call', ({ response }) =>
      response.writeHead(status, { 'retry-after': '7' }).end('no Bearer secret'),
    );
    client.write(call(2));
    if (end !== 'alone') {
      assert.equal((await (end === 'lost' ? gone() : broke())).code, code);
      return;
    }
    await eventually(() => failed.length > 0, { what: 'the refusal' });
    const [{ key, method, error } = assert.fail()] = failed;
    assert.deepEqual([key, method, error.code, error.mayHaveRun], ['2', 'tools/call', code, mayHaveRun]);
    if (status === 429) assert.match(error.message, /again in 7 s/);
    assert.doesNotMatch(JSON.stringify(error.toClient()), /secret/);
    server.intercept = () => false;
    client.write(call(3));
    await heard(1);
    assert.deepEqual(lost, []);
  });
}

test('an error that JSON-RPC has a word for is an answer, whatever its status', async t => {
  const { server, client, heard } = await begun(t);
  const text = '{"jsonrpc":"2.0","id":2,"error":{"code":-32602,"message":"no"}}';
  answering(server, 'tools/call', ({ response }) => response.writeHead(400, JSON_TYPE).end(text));
  client.write(call(2));
  assert.deepEqual(await heard(1), [text]);
});

test('a page of HTML is no MCP server', async t => {
  const { server, client, failed } = await talk(t);
  server.intercept = ({ response }) => {
    response.writeHead(200, { 'content-type': 'text/html' }).end('<p>Welcome</p>');
    return true;
  };
  client.write(INITIALIZE);
  await eventually(() => failed.length > 0, { what: 'the failure' });
  assert.equal(failed[0]?.error.code, 'NETWORK_NO_ENDPOINT');
});

test('a request that is accepted without an answer is told so, or answered on the other stream', async t => {
  const { server, client, failed, heard } = await begun(t);
  answering(server, 'tools/call', ({ response }) => response.writeHead(202).end());
  client.write(call(2));
  await eventually(() => failed.length > 0, { what: 'the failure' });
  assert.equal(failed[0]?.error.code, 'TOOL_BAD_ANSWER');
  void client.listen();
  await eventually(() => server.streams.size === 1, { what: 'the stream' });
  client.write(call(3));
  await eventually(() => server.received.at(-1)?.message.id === 3, { what: 'the request' });
  server.say(answer(3, 'here'));
  assert.equal((await heard(1)).length, 1);
  assert.equal(failed.length, 1);
});

for (const mode of ['json', 'sse'] as const) {
  test(`an answer over the limit is skipped, and its call known, as ${mode}`, async t => {
    const { server, client, oversize, heard } = await begun(t);
    server.mode = mode;
    answering(server, 'tools/call', exchange => server.reply(exchange, { text: 'x'.repeat(200_000) }));
    client.write(call(2));
    await eventually(() => oversize.length > 0, { what: 'it' });
    const [{ id, hasMethod } = assert.fail()] = oversize as { id: string; hasMethod: boolean }[];
    assert.deepEqual([id, hasMethod], ['2', false]);
    server.intercept = () => false;
    client.write(call(3));
    await heard(1);
  });
}

test('junk in a stream is told and passed over', async t => {
  const { server, client, heard, noise } = await begun(t);
  answering(server, 'tools/call', ({ response }) => {
    response.writeHead(200, EVENTS).write('data: hello\n\nevent: ping\ndata: {"id":2}\n\n');
    writeEvent(response, answer(2, 'x'));
    response.end();
  });
  client.write(call(2));
  assert.equal((await heard(1)).length, 1);
  assert.deepEqual(noise, ['the text is not JSON']);
});

test('a cancelled call has its stream closed once the server knows', async t => {
  const { server, client, lost } = await begun(t);
  let closed = false;
  answering(server, 'tools/call', ({ response }) => {
    response.writeHead(200, EVENTS).flushHeaders();
    response.once('close', () => {
      closed = true;
    });
  });
  client.write(call(2));
  await eventually(() => server.received.at(-1)?.message.id === 2, { what: 'the call' });
  client.write('{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":2}}');
  await eventually(() => closed, { what: 'the stream to be closed' });
  assert.equal(server.story.at(-1), 'notifications/cancelled');
  assert.deepEqual(lost, []);
});

test('a redirection within the host is followed, one to elsewhere is not', async t => {
  const { server, client, heard, failed } = await begun(t);
  answering(server, 'tools/call', exchange => {
    const { response, message } = exchange;
    if (message.id === 2) {
      server.intercept = () => false;
      response.writeHead(307, { location: '/mcp/' }).end();
    } else response.writeHead(308, { location: 'http://elsewhere.example/mcp?key=secret' }).end();
  });
  client.write(call(2));
  assert.equal((await heard(1)).length, 1);
  answering(server, 'tools/call', ({ response }) => {
    response.writeHead(308, { location: 'http://elsewhere.example/mcp?key=secret' }).end();
  });
  client.write(call(3));
  await eventually(() => failed.length > 0, { what: 'the refusal' });
  assert.match(failed[0]?.error.message ?? '', /308: to http:\/\/elsewhere\.example$/);
});

test('messages that cannot leave wait, so many and no more, and can be taken back', async t => {
  const { server, client, heard } = await talk(t);
  client.write(INITIALIZE);
  await heard(1);
  let accept = () => {};
  answering(server, 'notifications/initialized', ({ response }) => {
    accept = () => response.writeHead(202).end();
  });
  client.write(INITIALIZED);
  await eventually(() => server.received.length === 2, { what: 'the notification' });
  await eventually(() => client.fullness.depth === 0, { what: 'it to have left' });
  const written: number[] = [];
  const waiting = [2, 3, 4, 5].map(id => client.write(call(id), { onWritten: () => written.push(id) }));
  assert.deepEqual(client.fullness, { depth: 4, limit: 4 });
  assert.equal(client.write(call(6)), null);
  assert.notEqual(client.write(call(7), { isOwed: true }), null, 'one that was taken on before');
  assert.deepEqual(written, []);
  assert.equal(waiting[1]?.withdraw(), true);
  accept();
  assert.deepEqual(
    (await heard(5))
      .slice(1)
      .map(text => JSON.parse(text).id)
      .sort(),
    [2, 4, 5, 7],
  );
  assert.deepEqual(written.toSorted(), [2, 4, 5]);
  assert.equal(waiting[0]?.withdraw(), false);
});

test('what is open when it is closed ends, and the server is told within the time', async t => {
  const { server, client, lost } = await begun(t);
  void client.listen();
  client.write(call(2, 'wait'));
  await eventually(() => server.streams.size === 1 && server.story.includes('tools/call'), { what: 'both streams' });
  server.intercept = ({ verb }) => verb === 'DELETE';
  const from = performance.now();
  await client.close(100);
  assert.ok(performance.now() - from < 2_000, 'a server that does not answer is not waited for');
  await eventually(() => server.connections === 0, { what: 'every socket to be closed' });
  assert.equal(server.story.at(-1), 'DELETE');
  assert.deepEqual(lost, []);
});
