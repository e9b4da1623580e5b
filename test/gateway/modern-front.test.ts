import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { MAX_OPEN_OF_ONE as MAX_OPEN } from '../../src/gateway/modern-sessions.ts';
import { META, type Sent, Stage } from './modern-stage.ts';

test('a server is discovered by what it said at initialize', async t => {
  const stage = await Stage.open(t);
  const result = await (await stage.post('server/discover')).result();
  assert.deepEqual(result, {
    resultType: 'complete',
    supportedVersions: ['2026-07-28', '2025-11-25', '2025-06-18', '2025-03-26', '2024-11-05'],
    capabilities: { tools: { listChanged: true }, prompts: {}, resources: { subscribe: true } },
    instructions: 'be kind',
    ttlMs: 0,
    cacheScope: 'private',
    _meta: { [`${META}serverInfo`]: { name: 'fake', version: '1.0' } },
  });
});

test('methods that are gone are unknown, and never reach the server', async t => {
  const stage = await Stage.open(t);
  const gone = ['initialize', 'ping', 'logging/setLevel', 'resources/subscribe', 'resources/unsubscribe', 'tasks/get'];
  for (const method of gone) {
    const response = await stage.post(method, { id: 'x' });
    assert.deepEqual([response.status, (await response.error()).code, (await response.json()).id], [404, -32601, 'x']);
  }
  assert.deepEqual(stage.backend.sessions, []);
});

test('a method that the server does not know is unknown here, too, and any other passes', async t => {
  const stage = await Stage.open(t);
  stage.backend.answers = ({ value }) =>
    value.method === 'vendor/do' ? '"result":{"n":1}' : '"error":{"code":-32601,"message":"what?"}';
  assert.equal((await stage.post('unknown/method')).status, 404);
  const response = await stage.post('vendor/do', { params: { a: 1 } });
  assert.deepEqual([response.status, (await response.result()).n], [200, 1]);
});

test('a request that is not as it must be reaches no server', async t => {
  const stage = await Stage.open(t);
  const response = await stage.post('tools/list', { headers: { 'mcp-method': 'tools/call' }, id: 'x' });
  assert.deepEqual([response.status, (await response.error()).code, (await response.json()).id], [400, -32020, 'x']);
  assert.deepEqual(stage.backend.sessions, []);
});

test('what is no request is refused, and a notification is taken', async t => {
  const stage = await Stage.open(t);
  const cases: readonly (readonly [body: string, status: number, id?: unknown])[] = [
    ['{"jsonrpc":"2.0","id":1,"result":{}}', 400, null],
    ['[{"jsonrpc":"2.0","id":1,"method":"tools/list"}]', 400, null],
    ['{"jsonrpc":"2.0","id":7,"id":7,"method":"tools/list"}', 400, 7],
    ['{"jsonrpc":"2.0","id":{},"method":"tools/list"}', 400, null],
    ['{"jsonrpc":"2.0","id":"a"}', 400, 'a'],
    ['{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}}', 202],
  ];
  for (const [body, status, id] of cases) {
    const response = await stage.send(body, { 'mcp-protocol-version': '2026-07-28' });
    assert.equal(response.status, status, body);
    if (status === 202) continue;
    assert.deepEqual([(await response.error()).code, (await response.json()).id], [-32600, id], body);
  }
});

test('a server that cannot be heard is said to be so, whoever asks', async t => {
  const stage = await Stage.open(t);
  stage.backend.initialized = () => Promise.reject(new TypeError('x'));
  assert.equal((await stage.post('server/discover')).status, 500);
  stage.backend.answers = () => '"result":{"tools":[]}';
  const { _meta, tools } = await (await stage.post('tools/list')).result();
  assert.deepEqual([_meta, tools], [undefined, []], 'a list needs no name of its server');
});

test('over the limit of open requests a client is told to come again later', async t => {
  const stage = await Stage.open(t);
  const open = Array.from({ length: MAX_OPEN }, (_, id) => stage.post('tools/call', { id, params: { name: 'slow' } }));
  const sent = [];
  while (sent.length < MAX_OPEN) sent.push(await stage.backend.next());
  const refused = await stage.post('tools/list');
  assert.deepEqual([refused.status, refused.headers['retry-after']], [429, '5']);
  assert.equal((await refused.error()).data?.code, 'RESOURCE_REQUESTS_FULL');
  for (const { answer } of sent) answer('"result":{}');
  const answered = await Promise.all(open);
  assert.ok(answered.every(({ status }) => status === 200));
  assert.deepEqual(
    (await Promise.all(answered.map(response => response.json()))).map(({ id }) => id),
    [...open.keys()],
  );
});

test('a front that is closed serves nobody any more', async t => {
  const stage = await Stage.open(t);
  stage.front.close();
  assert.equal((await (await stage.post('tools/list')).error()).data?.code, 'CONNECTION_CLOSED');
  assert.deepEqual(stage.backend.sessions, []);
});

/** A small server as the backend: echoes, asks its client for a name, tells its progress. */
function serve(stage: Stage): void {
  const tools =
    '"result":{"tools":[{"name":"echo","inputSchema":{"type":"object"}},{"name":"greet","inputSchema":{"type":"object"}}]}';
  const content = (text: string) => `"result":{"content":[{"type":"text","text":${JSON.stringify(text)}}]}`;
  let questions = 0;
  const call = ({ value, session, options }: Sent): string | null => {
    if (value.params.name === 'echo') {
      const { progressToken } = (value.params._meta ?? {}) as { progressToken?: unknown };
      const params = { progressToken, progress: 1, total: 1 };
      options.onProgress?.(JSON.stringify({ jsonrpc: '2.0', method: 'notifications/progress', params }));
      return content((value.params.arguments as { message: string }).message);
    }
    const id = ++questions;
    const requestedSchema = { type: 'object', properties: { name: { type: 'string' } } };
    const params = { message: 'who?', requestedSchema };
    session.client.onRequest(JSON.stringify({ jsonrpc: '2.0', id, method: 'elicitation/create', params }));
    return null;
  };
  stage.backend.answers = sent => {
    if (sent.value.method === 'tools/list') return tools;
    if (sent.value.method === 'tools/call') return call(sent);
    return '"error":{"code":-32601,"message":"unknown"}';
  };
}

for (const mode of ['auto', { pin: '2026-07-28' }] as const) {
  test(`the official client works through it with version negotiation ${JSON.stringify(mode)}`, async t => {
    const stage = await Stage.open(t);
    serve(stage);
    const client = new Client(
      { name: 'sdk', version: '1' },
      { capabilities: { elicitation: {} }, versionNegotiation: { mode } },
    );
    client.setRequestHandler('elicitation/create', () => ({ action: 'accept', content: { name: 'Ada' } }));
    await client.connect(new StreamableHTTPClientTransport(new URL(stage.url)));
    t.after(() => client.close());
    assert.equal(client.getServerVersion()?.name, 'fake');
    assert.deepEqual(
      (await client.listTools()).tools.map(({ name }) => name),
      ['echo', 'greet'],
    );
    const progress: number[] = [];
    const echoed = await client.callTool(
      { name: 'echo', arguments: { message: 'hi' } },
      { onprogress: step => void progress.push(step.progress) },
    );
    assert.deepEqual([echoed.content, progress], [[{ type: 'text', text: 'hi' }], [1]]);

    const greeted = client.callTool({ name: 'greet', arguments: {} });
    const asking = await stage.backend.next();
    await stage.collect();
    await asking.session.responded(1);
    const [{ result } = { result: {} }] = asking.session.responses;
    assert.deepEqual(result, { action: 'accept', content: { name: 'Ada' } });
    asking.answer('"result":{"content":[{"type":"text","text":"hello Ada"}]}');
    assert.deepEqual((await greeted).content, [{ type: 'text', text: 'hello Ada' }]);

    await assert.rejects(client.callTool({ name: 'echo', arguments: {} }, { signal: AbortSignal.abort('no') }));
  });
}
