import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { rawId, rawKey, rawMemberOf, rawObject, rawValue } from '../session/raw-json.ts';
import { AggregateClient } from './aggregate-client.ts';
import { callOptions, FakeServer, profile, read } from './fake-server.ts';

const twoServers = () => [
  new FakeServer('files', { exclude: ['write'] }).heard(
    { tools: {}, prompts: {}, logging: {} },
    { tools: [{ name: 'read' }, { name: 'a.b' }], prompts: [{ name: 'greet' }] },
  ),
  new FakeServer('web').heard({ tools: {}, prompts: {} }, { tools: [{ name: 'fetch' }], prompts: [] }),
];
const MARK = '"@mark@"';
const marked = (method: string, params: fc.Arbitrary<string>) =>
  rawObject([
    rawMemberOf(rawKey('id'), rawId),
    rawMemberOf(rawKey('method'), fc.constant(method)),
    rawMemberOf(rawKey('params'), params),
  ]);
const aName = rawMemberOf(rawKey('name'), fc.constant(MARK));
const aRef = rawObject([rawMemberOf(rawKey('type'), fc.constant('"ref/prompt"')), aName]);
/** What names something, with the name that the client uses and that of the server. */
const named = [
  ['tools/call', rawObject([aName, rawMemberOf(rawKey('arguments'), rawValue)]), 'files__a_b', 'a.b'],
  ['prompts/get', rawObject([aName]), 'files__greet', 'greet'],
  ['completion/complete', rawObject([rawMemberOf(rawKey('ref'), aRef)]), 'files__greet', 'greet'],
] as const;

for (const [method, params, seen, own] of named) {
  test(`${method} reaches its server with its own name for it, and not one character else changes`, async () => {
    await fc.assert(
      fc.asyncProperty(marked(`"${method}"`, params), rawValue, async (template, result) => {
        const [files, web] = twoServers();
        assert.ok(files && web);
        const client = new AggregateClient([files, web]);
        files.answers.set(method, () => result);
        const answer = await client.session.request(
          template.replace(MARK, () => `"${seen}"`),
          callOptions,
        );
        assert.deepEqual(files.requests, [template.replace(MARK, () => `"${own}"`)]);
        assert.ok(answer.endsWith(`,"result":${result}}`));
        assert.equal(web.attachments.length, 0);
      }),
      { numRuns: 50 },
    );
  });
}

test('a call of 8 MB arrives as it was written but for its name', async () => {
  const [files] = twoServers();
  assert.ok(files);
  const rest = `"arguments":{"big":"${'x\\n'.repeat(1 << 21)}","n":12345678901234567890,"d":1.0,"d":2}}}`;
  const head = '{"id":1,"method":"tools/call","params":{"name":';
  await new AggregateClient([files]).session.request(`${head}"files__read",${rest}`, callOptions);
  assert.equal(files.requests[0], `${head}"read",${rest}`);
});

test('of duplicate names every one becomes the name of the server', async () => {
  const [files] = twoServers();
  assert.ok(files);
  const text = '{"id":1,"method":"tools/call","params":{"name":"write","name":"files__read"}}';
  await new AggregateClient([files]).session.request(text, callOptions);
  assert.equal(files.requests[0], '{"id":1,"method":"tools/call","params":{"name":"read","name":"read"}}');
});

test('progress and cancellation are those of the caller', async () => {
  const [files] = twoServers();
  assert.ok(files);
  const options = { deadline: 5, signal: new AbortController().signal, onProgress: () => {} };
  await new AggregateClient([files]).session.request(
    '{"id":1,"method":"tools/call","params":{"name":"files__read"}}',
    options,
  );
  assert.equal(files.attachments[0]?.requests[0]?.options, options);
});

const mistakes: readonly (readonly [says: string, method: string, params: object | undefined, code: number, RegExp])[] =
  [
    [
      'a tool that is misspelled',
      'tools/call',
      { name: 'files__raed' },
      -32602,
      /no tool "files__raed", but "files__read"/,
    ],
    ['a tool that is not offered', 'tools/call', { name: 'files__write' }, -32602, /no tool "files__write"/],
    ['a tool without its server', 'tools/call', { name: 'read' }, -32602, /no tool "read", but "files__read"/],
    ['a tool of no server', 'tools/call', { name: 'other__read' }, -32602, /no tool "other__read"/],
    ['a prompt that is misspelled', 'prompts/get', { name: 'files__great' }, -32602, /no prompt .*"files__greet"/],
    ['a call without a name', 'tools/call', {}, -32602, /"name" must be a string/],
    ['a call without params', 'tools/call', undefined, -32602, /"name" must be a string/],
    ['a completion of nothing', 'completion/complete', { ref: {} }, -32602, /"ref" must name/],
    [
      'a completion of an unknown template',
      'completion/complete',
      { ref: { uri: 'x://{y}' } },
      -32602,
      /no resource template/,
    ],
    ['a level that is none', 'logging/setLevel', { level: 'loud' }, -32602, /log level/],
    ['a cursor that is not ours', 'tools/list', { cursor: 'abc' }, -32602, /cursor/],
    ['a resource without a URI', 'resources/read', {}, -32602, /"uri" must be a string/],
    ['a resource that nobody can have', 'resources/read', { uri: 'a://b' }, -32002, /no resource "a:\/\/b"/],
    ['a method that nobody can be chosen for', 'tasks/get', { taskId: '1' }, -32601, /"tasks\/get"/],
  ];
for (const [says, method, params, code, message] of mistakes) {
  test(`${says} is the client's mistake, and the answer says so`, async () => {
    const servers = twoServers();
    const { id, error } = await new AggregateClient(servers).request(method, params);
    assert.deepEqual([id, error?.code], [1, code]);
    assert.match(error?.message ?? '', message);
    assert.deepEqual([error?.data?.category, typeof error?.data?.hint], ['tool', 'string']);
    assert.deepEqual(
      servers.flatMap(server => server.requests),
      [],
    );
  });
}

test('a name that is endless is not repeated in full', async () => {
  const { error } = await new AggregateClient(twoServers()).request('tools/call', { name: 'x'.repeat(1e6) });
  assert.ok((error?.message.length ?? 1e6) < 500);
});

test('of one server alone also methods pass that nobody knows', async () => {
  const [files] = twoServers();
  assert.ok(files);
  const text = '{"id":1.0,"method":"x/unknown","params":{"n":1.0}}';
  files.answers.set('x/unknown', () => '{"y":1.0}');
  const answer = await new AggregateClient([files]).session.request(text, callOptions);
  assert.deepEqual([files.requests, answer], [[text], '{"jsonrpc":"2.0","id":1.0,"result":{"y":1.0}}']);
});

test('what is no request is refused', async () => {
  const { session } = new AggregateClient(twoServers());
  for (const text of ['{"method":"x"}', '[]', 'x']) {
    await assert.rejects(session.request(text, callOptions), { code: 'TOOL_BAD_REQUEST' });
  }
});

test('where the tools of a server are not known yet, the server is asked', async () => {
  const files = new FakeServer('files', { exclude: ['write'] });
  const client = new AggregateClient([files, new FakeServer('web')]);
  await client.request('tools/call', { name: 'files__read' });
  assert.equal(read(files.requests[0] ?? '{}').id, 1);
  assert.match(files.requests[0] ?? '', /"name":"read"/);
  const { error } = await client.request('tools/call', { name: 'files__write' });
  assert.equal(error?.code, -32602);
});

test('a call reaches a server that a person has stopped, which says so itself', async () => {
  const [files] = twoServers();
  assert.ok(files);
  files.stopped = true;
  await new AggregateClient([files]).request('tools/call', { name: 'files__read' });
  assert.equal(files.requests.length, 1);
});

test('questions reach the client as they are, and its answers who asked', () => {
  const [files, web] = twoServers();
  assert.ok(files && web);
  const client = new AggregateClient([files, web]);
  void client.initialize();
  const [a] = files.attachments;
  const [b] = web.attachments;
  assert.ok(a && b);
  a.client.onRequest('{"id":41,"method":"elicitation/create"}');
  b.client.onRequest('{"id":42,"method":"sampling/createMessage"}');
  assert.equal(client.questions.length, 2);
  assert.equal(client.session.respond('{"jsonrpc":"2.0","id":42.0,"result":{"x":1.0}}'), true);
  assert.deepEqual([a.responses, b.responses], [[], ['{"jsonrpc":"2.0","id":42.0,"result":{"x":1.0}}']]);
  // Once is enough, and what nobody asked is nobody's.
  assert.equal(client.session.respond('{"jsonrpc":"2.0","id":42,"result":{}}'), false);
  assert.equal(client.session.respond('{"jsonrpc":"2.0","id":7,"result":{}}'), false);
  a.client.onNotification('{"method":"notifications/cancelled","params":{"requestId":41}}');
  assert.equal(client.session.respond('{"jsonrpc":"2.0","id":41,"result":{}}'), false);
  assert.match(client.notifications[0] ?? '', /cancelled/);
});

test('notifications of servers pass as they are, log messages with the name of the server', () => {
  const [files, web] = twoServers();
  assert.ok(files && web);
  const client = new AggregateClient([files, web]);
  void client.initialize();
  const says = (text: string) => files.attachments[0]?.client.onNotification(text);
  says('{"method":"notifications/resources/updated","params":{"uri":"a://1"}}');
  says('{"method":"notifications/message","params":{"level":"info","logger":"db","data":1.0}}');
  assert.deepEqual(client.notifications, [
    '{"method":"notifications/resources/updated","params":{"uri":"a://1"}}',
    '{"method":"notifications/message","params":{"level":"info","logger":"files/db","data":1.0}}',
  ]);
});

const levelsOf = (server: FakeServer) =>
  server.requests.map(text => (JSON.parse(text) as { params: { level?: string } }).params.level ?? 'a call');

test('the log level is told to a server before the first request that it gets, and again when it changes', async () => {
  const [files, web] = twoServers();
  assert.ok(files && web);
  const client = new AggregateClient([files, web]);
  assert.deepEqual((await client.request('logging/setLevel', { level: 'error' })).result, {});
  assert.deepEqual(files.requests, []);
  await client.request('tools/call', { name: 'files__read' });
  await client.request('tools/call', { name: 'files__read' });
  await client.request('tools/call', { name: 'web__fetch' });
  assert.deepEqual(levelsOf(files), ['error', 'a call', 'a call']);
  await client.request('logging/setLevel', { level: 'debug' });
  assert.deepEqual([levelsOf(files).at(-1), levelsOf(web)], ['debug', ['a call']]);
});

test('a server that comes up later hears the log level then', async () => {
  const late = new FakeServer('late');
  const client = new AggregateClient([late]);
  await client.request('logging/setLevel', { level: 'error' });
  await client.request('tools/call', { name: 'late__x' });
  late.heard({ tools: {}, logging: {} }, { tools: [{ name: 'x' }] });
  await client.request('tools/call', { name: 'late__x' });
  assert.deepEqual(levelsOf(late), ['a call', 'error', 'a call']);
});

test('a log level that is refused is told of once, one that got lost is told to the server again', async () => {
  const [files] = twoServers();
  assert.ok(files);
  const client = new AggregateClient([files]);
  await client.request('logging/setLevel', { level: 'error' });
  files.answers.set('logging/setLevel', () => Promise.reject(new Error('it is down')));
  await client.request('tools/call', { name: 'files__read' });
  await client.clock.advance(0);
  files.answers.set('logging/setLevel', () => '"error":{"code":-1,"message":"no"}');
  await client.request('tools/call', { name: 'files__read' });
  await client.request('tools/call', { name: 'files__read' });
  assert.deepEqual(levelsOf(files), ['error', 'a call', 'error', 'a call', 'a call']);
  assert.deepEqual(client.notices, ['the log level "error" was not taken by "files"']);
});

test('a tool that is not listed is asked for where a server may have more for a client that can be asked back', async () => {
  const [files] = twoServers();
  assert.ok(files);
  const client = new AggregateClient([files]);
  client.session.setProfile({ ...profile, capabilities: { sampling: {} } });
  const call = (name: string) => client.request('tools/call', { name });
  assert.equal((await call('files__write')).error?.code, -32602);
  assert.equal((await call('files__ask')).error, undefined);
  assert.match(files.requests.at(-1) ?? '', /"name":"ask"/);
  // Now its own process has told what it has.
  assert.equal((await call('files__ask')).error?.code, -32602);
  client.session.setProfile({ ...profile, capabilities: { sampling: {} }, roots: '{"roots":[]}' });
  assert.equal((await call('files__ask')).error, undefined);
  client.session.setProfile(profile);
  assert.equal((await call('files__ask')).error?.code, -32602);
});

test('a change of the client reaches every server, also one that is needed later; its end too', async () => {
  const [files, web] = twoServers();
  assert.ok(files && web);
  const client = new AggregateClient([files, web]);
  await client.request('tools/call', { name: 'files__read' });
  assert.equal(web.attachments.length, 0);
  const changed = { ...profile, roots: '{"roots":[]}' };
  client.session.setProfile(changed);
  client.session.notify('{"method":"x"}');
  await client.request('tools/call', { name: 'web__fetch' });
  assert.deepEqual([files.attachments[0]?.profile, web.attachments[0]?.profile], [changed, changed]);
  assert.deepEqual(files.attachments[0]?.notifications, ['{"method":"x"}']);
  client.session.close();
  assert.ok(files.attachments[0]?.isDetached && web.attachments[0]?.isDetached);
  assert.deepEqual(client.clock.pending, []);
});
