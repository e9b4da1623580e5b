// Clients that mean harm, or are broken: each gets a clear status, memory has an end, and others notice nothing.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { test } from 'node:test';
import fc from 'fast-check';
import { os } from '../../src/platform/platform.ts';
import { eventually } from '../support/eventually.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { ask, open, type Served, serve, TestClient, TOKEN } from './endpoint.ts';

/** Raw bytes to the endpoint; resolves with all that it says, when it hangs up. */
function raw(port: number, text: string | Buffer): { readonly socket: Socket; readonly said: Promise<string> } {
  const socket = connect(port, '127.0.0.1');
  let said = '';
  socket.setEncoding('utf8').on('data', (chunk: string) => {
    said += chunk;
  });
  socket.on('error', () => {});
  socket.write(text);
  return { socket, said: new Promise(resolve => socket.once('close', () => resolve(said))) };
}

const head = (more = '') =>
  `POST /servers/files/mcp HTTP/1.1\r\nHost: localhost:PORT\r\nAuthorization: Bearer ${TOKEN}\r\nContent-Type: application/json\r\n${more}\r\n`;

const headAt = ({ endpoint }: Served, more = '') => head(more).replace('PORT', String(endpoint.port));

async function isUnharmed({ endpoint }: Served): Promise<void> {
  const client = new TestClient(endpoint.port);
  await client.initialize();
  assert.equal((await client.call('echo')).status, 200);
  await client.end();
}

test('requests that never end are given up, and others are served meanwhile', async t => {
  const served = await serve(t, { limits: { headersMs: 300, requestMs: 2_000, bodyIdleMs: 300 } });
  const half = raw(served.endpoint.port, 'POST /servers/files/mcp HTTP/1.1\r\nHost: loc');
  const stuck = raw(served.endpoint.port, `${headAt(served, 'Content-Length: 100\r\n')}{"jsonrpc"`);
  await isUnharmed(served);
  assert.match(await half.said, /^HTTP\/1\.1 408 /);
  assert.match(await stuck.said, /^HTTP\/1\.1 408 [\s\S]*did not arrive in time/);
});

test('headers without end, and bytes that are no HTTP, are refused', async t => {
  const served = await serve(t, { limits: { maxHeaderBytes: 2_048 } });
  const flood = raw(served.endpoint.port, headAt(served, `X: ${'y'.repeat(4_000)}\r\n`));
  assert.match(await flood.said, /^HTTP\/1\.1 431 /);
  const many = raw(served.endpoint.port, headAt(served, 'X: y\r\n'.repeat(2_000)));
  assert.match(await many.said, /^HTTP\/1\.1 431 /);
  const noise = raw(served.endpoint.port, Buffer.from([0x16, 0x03, 0x01, 0x00, 0xff]));
  assert.match(await noise.said, /^HTTP\/1\.1 400 /);
  const smuggled = headAt(served, 'Content-Length: 5\r\nTransfer-Encoding: chunked\r\n');
  assert.match(await raw(served.endpoint.port, `${smuggled}0\r\n\r\nGET`).said, /^HTTP\/1\.1 400 /);
  await isUnharmed(served);
});

test('a body at the limit is taken, one over it is refused before it has come', async t => {
  const served = await serve(t, { limits: { maxBodyBytes: 10_000 } });
  const client = new TestClient(served.endpoint.port);
  await client.initialize();
  const bodyOf = (bytes: number) => {
    const empty = '{"jsonrpc":"2.0","id":1,"method":"x","params":{"s":""}}';
    return empty.replace('""', `"${'s'.repeat(bytes - empty.length)}"`);
  };
  assert.equal((await client.ask(bodyOf(10_000))).status, 200);
  const over = await client.ask(bodyOf(10_001));
  assert.deepEqual([over.status, over.messages[0]?.error?.data?.code], [413, 'RESOURCE_MESSAGE_TOO_LARGE']);
  const announced = raw(served.endpoint.port, headAt(served, 'Content-Length: 999999999\r\nExpect: 100-continue\r\n'));
  assert.match(await announced.said, /^HTTP\/1\.1 413 /);
  const chunked = raw(served.endpoint.port, headAt(served, 'Transfer-Encoding: chunked\r\n'));
  chunked.socket.write(`${(20_000).toString(16)}\r\n${'x'.repeat(20_000)}`);
  assert.match(await chunked.said, /^HTTP\/1\.1 413 /);
  await isUnharmed(served);
});

test('what all requests together may take has an end, and is given back', async t => {
  const served = await serve(t, { limits: { bufferBytes: 10_000 } });
  const client = new TestClient(served.endpoint.port);
  await client.initialize();
  served.backend.respond = () => {};
  const big = (id: number) => ({ jsonrpc: '2.0', id, method: 'slow', params: { s: 's'.repeat(6_000) } });
  const first = client.open(big(1));
  const asked = await eventually(() => served.backend.last.asked[0], { what: 'the first call' });
  const second = await client.ask(big(2));
  assert.deepEqual([second.status, second.headers['retry-after']], [503, '1']);
  asked?.answer();
  await (await first).ended;
  served.backend.respond = again => again.answer();
  await eventually(async () => (await client.ask(big(3))).status === 200, { what: 'room again' });
});

test('a session has a quarter of what may be received until its calls are answered, and leaves the rest to others', async t => {
  const served = await serve(t, { limits: { bufferBytes: 40_000, maxBodyBytes: 10_000 } });
  const greedy = new TestClient(served.endpoint.port);
  const other = new TestClient(served.endpoint.port);
  await greedy.initialize();
  const { asked } = served.backend.last;
  await other.initialize();
  served.backend.respond = () => {};
  const big = (id: number) => ({ jsonrpc: '2.0', id, method: 'slow', params: { s: 's'.repeat(6_000) } });
  const pending = raw(
    served.endpoint.port,
    headAt(served, `Mcp-Session-Id: ${greedy.sessionId}\r\nContent-Length: ${JSON.stringify(big(1)).length}\r\n`),
  );
  pending.socket.write(JSON.stringify(big(1)));
  const call = await eventually(() => asked[0], { what: 'the call' });
  const hungUp = new Promise(resolve => pending.socket.once('close', resolve));
  pending.socket.destroy();
  await hungUp;
  assert.equal((await greedy.ask(big(2))).status, 503, 'to hang up gives nothing back');
  served.backend.respond = again => again.answer();
  assert.equal((await other.ask(big(1))).status, 200);
  call?.answer();
  await eventually(async () => (await greedy.ask(big(3))).status === 200, { what: 'room again' });
});

test('a session has a quarter of what is kept for clients', async t => {
  const served = await serve(t, { limits: { bufferBytes: 40_000 } });
  const clients = [new TestClient(served.endpoint.port), new TestClient(served.endpoint.port)];
  for (const client of clients) await client.initialize();
  const tell = (n: number) =>
    `{"jsonrpc":"2.0","method":"notifications/x","params":{"n":${n},"s":"${'s'.repeat(3_000)}"}}`;
  const [greedy, other] = served.backend.clients;
  for (let n = 0; n < 20; n++) greedy?.client.onNotification(tell(n));
  other?.client.onNotification(tell(0));
  for (const [index, kept] of [3, 1].entries()) {
    const stream = await clients[index]?.listen();
    assert.equal((await stream?.until(kept))?.length, kept);
    stream?.hangUp();
  }
});

test('a session may have a thousand requests open, and not one more', async t => {
  const served = await serve(t);
  const client = new TestClient(served.endpoint.port);
  await client.initialize('2025-03-26');
  served.backend.respond = () => {};
  const calls = (count: number, from = 0) =>
    Array.from({ length: count }, (_, n) => ({ jsonrpc: '2.0', id: from + n, method: 'slow' }));
  const pending = client.open(calls(1_000));
  await eventually(() => served.backend.last.asked.length === 1_000, { what: 'the calls' });
  const refused = await client.ask(calls(1, 1_000));
  assert.deepEqual([refused.status, refused.messages[0]?.error?.data?.code], [429, 'RESOURCE_REQUESTS_FULL']);
  assert.deepEqual([refused.messages[0]?.id, refused.headers['retry-after']], [1_000, '5']);
  for (const { answer } of served.backend.last.asked) answer();
  assert.equal((await (await pending).until(1_000)).length, 1_000);
});

const json = fc.json({ maxDepth: 3 });
const anything = fc.oneof(
  fc.string(),
  json,
  fc.array(json.map(text => JSON.parse(text) as unknown)).map(items => JSON.stringify(items)),
  fc
    .record(
      {
        jsonrpc: fc.constantFrom<unknown>('2.0', '1.0', 2, null),
        id: fc.oneof<fc.Arbitrary<unknown>[]>(fc.integer(), fc.string(), fc.double({ noNaN: true }), fc.jsonValue()),
        method: fc.constantFrom<unknown>('ping', 'tools/call', 'initialize', 'notifications/cancelled', '', 7, null),
        params: fc.jsonValue(),
        result: fc.jsonValue(),
        error: fc.jsonValue(),
      },
      { requiredKeys: [] },
    )
    .map(message => JSON.stringify(message)),
  fc.constantFrom(
    '{"jsonrpc":"2.0","id":1,"id":2,"method":"ping"}',
    '{"jsonrpc":"2.0","id":1,"method":"ping","method":"x"}',
    '{"jsonrpc":"2.0","id":1,"method":"ping","result":{}}',
    `${'['.repeat(100_000)}`,
    '{"jsonrpc":"2.0","id":{"a":1},"method":"ping"}',
  ),
);

test('whatever a body holds, the answer is a status of the specification and a message', async t => {
  const served = await serve(t);
  const client = new TestClient(served.endpoint.port);
  await client.initialize();
  await fc.assert(
    fc.asyncProperty(anything, async body => {
      const reply = await client.ask(body);
      assert.ok([200, 202, 400].includes(reply.status), `${reply.status} for ${body}`);
      if (reply.status === 400) assert.ok(Number(reply.messages[0]?.error?.code) <= -31000);
      if (reply.status === 202) assert.equal(reply.text, '');
    }),
    { numRuns: 300 },
  );
  await isUnharmed(served);
});

test('bad JSON and bad messages are told apart', async t => {
  const { endpoint } = await serve(t);
  const client = new TestClient(endpoint.port);
  await client.initialize();
  const told = async (body: string | Buffer) => {
    const { status, messages } = await client.ask(body);
    return [status, messages[0]?.error?.code, messages[0]?.id];
  };
  assert.deepEqual(await told('{'), [400, -32700, null]);
  assert.deepEqual(await told(''), [400, -32700, null]);
  assert.deepEqual(await told('"text"'), [400, -32700, null]);
  assert.deepEqual(await told(Buffer.from([0x7b, 0xff, 0x7d])), [400, -32700, null]);
  assert.deepEqual(await told('{"id":5}'), [400, -32600, 5]);
  assert.deepEqual(await told('{"jsonrpc":"2.0","id":"a","method":"x","method":"y"}'), [400, -32600, 'a']);
  assert.deepEqual(await told('{"jsonrpc":"2.0","id":1,"id":2,"method":"x"}'), [400, -32600, null]);
});

test('a reader that never reads is cut off, and costs the others nothing', async t => {
  const served = await serve(t);
  const lazy = new TestClient(served.endpoint.port);
  await lazy.initialize();
  const { client } = served.backend.last;
  const request = headAt(served)
    .replace('POST', 'GET')
    .replace('\r\n\r\n', `\r\nMcp-Session-Id: ${lazy.sessionId}\r\n\r\n`);
  const { socket } = raw(served.endpoint.port, request);
  await new Promise(resolve => socket.once('data', resolve));
  socket.pause();
  const before = process.memoryUsage().rss;
  const text = `{"jsonrpc":"2.0","method":"n","params":"${'x'.repeat(1_000_000)}"}`;
  for (let n = 0; n < 300; n++) {
    client.onNotification(text);
    if (n % 50 === 0) await isUnharmed(served);
  }
  assert.ok(process.memoryUsage().rss - before < 150 * 1024 * 1024, 'memory has an end');
  const back = await lazy.listen();
  await back.until(1);
  back.hangUp();
  socket.destroy();
});

test('as many sessions as there may be, and not one more, leave room for those that are there', async t => {
  const served = await serve(t, { limits: { maxSessions: 1_000 } });
  const first = new TestClient(served.endpoint.port);
  await first.initialize();
  const statuses = new Map<number, number>();
  for (let done = 0; done < 1_100; done += 50) {
    const replies = await Promise.all(
      Array.from({ length: 50 }, () => new TestClient(served.endpoint.port).initialize()),
    );
    for (const { status } of replies) statuses.set(status, (statuses.get(status) ?? 0) + 1);
  }
  assert.deepEqual([...statuses].sort(), [
    [200, 999],
    [429, 101],
  ]);
  assert.equal((await first.call('echo')).status, 200);
});

test('who is refused at the door is counted, and told of once a second at most', async t => {
  const clock = new FakeClock();
  const { endpoint, events } = await serve(t, { clock });
  const wrong = () => ask(endpoint.port, { headers: { authorization: 'Bearer wrong' }, body: {} });
  const statuses = (await Promise.all(Array.from({ length: 15 }, wrong))).map(({ status }) => status);
  assert.deepEqual(statuses.sort(), [...Array<number>(10).fill(401), ...Array<number>(5).fill(429)]);
  await clock.advance(1_000);
  assert.deepEqual(events, [
    { type: 'gateway.refused', reason: '401 CONNECTION_TOKEN_REFUSED', count: 10 },
    { type: 'gateway.refused', reason: '429 CONNECTION_TOKEN_REFUSED', count: 5 },
  ]);
});

test('a stop closes listener, streams and idle connections, and nothing of ours is left in the table of sockets', async t => {
  const served = await serve(t);
  const { endpoint, backend } = served;
  const client = new TestClient(endpoint.port);
  await client.initialize();
  const stream = await client.listen();
  const idle = raw(endpoint.port, headAt(served, 'Content-Length: 2\r\n').concat('{}'));
  await new Promise(resolve => idle.socket.once('data', resolve));
  backend.respond = () => {};
  const pending = open(endpoint.port, {
    headers: client.headers,
    body: { jsonrpc: '2.0', id: 1, method: 'slow' },
  });
  const asked = await eventually(() => backend.last.asked[0], { what: 'the call' });
  const stuck = open(endpoint.port, { headers: client.headers, body: { jsonrpc: '2.0', id: 2, method: 'slow' } });
  await eventually(() => backend.last.asked[1], { what: 'the call that will not be answered' });
  const closing = endpoint.close();
  await stream.ended;
  await idle.said;
  asked?.answer('{"last":"words"}');
  const answered = await pending;
  await answered.ended;
  assert.deepEqual(answered.messages()[0]?.result, { last: 'words' });
  await closing;
  const { code, mayHaveRun } = (await stuck).messages()[0]?.error?.data ?? {};
  assert.deepEqual([code, mayHaveRun], ['CONNECTION_LOST', true]);
  await assert.rejects(ask(endpoint.port));
  assert.equal(backend.last.isClosed, true);
  if (os !== 'linux') return;
  const ours = `:${endpoint.port.toString(16).toUpperCase().padStart(4, '0')} `;
  const listening = readFileSync('/proc/net/tcp', 'utf8')
    .split('\n')
    .filter(line => line.includes(ours) && /: \S+ \S+ (?:0A|01|08) /.test(line));
  assert.deepEqual(listening, []);
});
