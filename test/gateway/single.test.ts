import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { HoldfastError } from '../../src/errors/holdfast-error.ts';
import { singleBackend } from '../../src/gateway/single.ts';
import { rawId, rawKey, rawMemberOf, rawObject, rawValue } from '../session/raw-json.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { ask, callOptions, FakeClient, FakeServer, profile, read } from './fake-server.ts';

function opened(server: FakeServer) {
  const client = new FakeClient();
  return { client, session: singleBackend(server).open(profile, client) };
}

const anyRequest = rawObject([
  rawMemberOf(rawKey('jsonrpc'), fc.constant('"2.0"')),
  rawMemberOf(rawKey('id'), rawId),
  rawMemberOf(rawKey('method'), fc.constantFrom('"tools/call"', '"tools/list"', '"x/unknown"', '"tools\\/call"')),
  rawMemberOf(
    rawKey('params'),
    fc.oneof(rawValue, rawObject([rawMemberOf(rawKey('name'), fc.constantFrom('"read"', '"\\u0072ead"', '7'))])),
  ),
]);

for (const [says, filter] of [
  ['no filter', {}],
  ['a filter', { exclude: ['write'] }],
] as const) {
  test(`requests pass as they are written, and answers too, with ${says}`, async () => {
    await fc.assert(
      fc.asyncProperty(anyRequest, rawValue, async (text, result) => {
        const server = new FakeServer('files', filter).heard({ tools: {} });
        const { session } = opened(server);
        for (const method of ['tools/call', 'tools/list', 'x/unknown']) server.answers.set(method, () => result);
        const answer = await session.request(text, callOptions);
        assert.deepEqual(server.requests, [text]);
        const isList = read(text) && (JSON.parse(text) as { method: string }).method === 'tools/list';
        if (!isList || says === 'no filter') assert.ok(answer.endsWith(`"result":${result}}`));
      }),
      { numRuns: 50 },
    );
  });
}

test('an answer of 8 MB is the very text that the server gave', async () => {
  const server = new FakeServer('files').heard({ tools: {} });
  const result = `{"big":"${'x\\u20ac'.repeat(1 << 20)}","n":12345678901234567890,"d":1.0}`;
  server.answers.set('tools/call', () => result);
  const answer = await opened(server).session.request(ask('tools/call', { name: 'read' }), callOptions);
  assert.equal(answer, `{"jsonrpc":"2.0","id":1,"result":${result}}`);
});

test('a tool that is not offered is left out of the list, and the rest of the answer stays', async () => {
  const server = new FakeServer('files', { exclude: ['write*'] }).heard({ tools: {} });
  server.answers.set(
    'tools/list',
    () =>
      '{"x": 1.0, "tools" : [ {"name":"read","n":1.0} , {"name":"write_file"},{"name":"wr\\u0069te"}], "nextCursor":"c"}',
  );
  const answer = await opened(server).session.request(ask('tools/list', {}, 'a'), callOptions);
  assert.equal(
    answer,
    '{"jsonrpc":"2.0","id":"a","result":{"x": 1.0, "tools" : [{"name":"read","n":1.0}], "nextCursor":"c"}}',
  );
});

test('a tool that is not offered is not called, however its name is written', async () => {
  const server = new FakeServer('files', { exclude: ['write'] }).heard({ tools: {} }, { tools: [{ name: 'white' }] });
  const { session } = opened(server);
  const refused = read(await session.request(ask('tools/call', { name: 'write' }, 'x'), callOptions));
  assert.equal(refused.id, 'x');
  assert.equal(refused.error?.code, -32602);
  assert.match(refused.error?.message ?? '', /no tool "write", but "white"/);
  assert.deepEqual([refused.error?.data?.code, refused.error?.data?.server], ['TOOL_UNKNOWN', 'files']);
  // A reader that takes the first of duplicates must not get past the filter either.
  for (const params of ['{"name":"write","name":"read"}', '{"name":"read","n\\u0061me":"writ\\u0065"}']) {
    const text = `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":${params}}`;
    assert.equal(read(await session.request(text, callOptions)).error?.code, -32602);
  }
  const twice = '{"jsonrpc":"2.0","id":1,"params":{"name":"write"},"method":"tools/call","params":{"name":"read"}}';
  assert.equal(read(await session.request(twice, callOptions)).error?.code, -32602);
  assert.deepEqual(server.requests, []);
});

test('an error instead of a list passes as it is', async () => {
  const server = new FakeServer('files', { include: ['read'] }).heard({ tools: {} });
  server.answers.set('tools/list', () => '"error":{"code":-32000,"message":"no"}');
  const answer = read(await opened(server).session.request(ask('tools/list'), callOptions));
  assert.deepEqual(answer.error, { code: -32000, message: 'no' });
});

test('what the server said of itself is given at once where it is kept', async () => {
  const server = new FakeServer('files').heard({ tools: {}, x: { y: 1 } });
  const { session } = opened(server);
  assert.equal(await session.initializeResult(new AbortController().signal), server.handshake?.result);
});

test('without a clock a server that was never heard is waited for, or says why not', async () => {
  const server = new FakeServer('files');
  const result = opened(server).session.initializeResult(new AbortController().signal);
  assert.ok(server.isAwaited);
  server.heard({ prompts: {} });
  assert.equal(await result, server.handshake?.result);

  const broken = new FakeServer('broken');
  broken.fails(new HoldfastError('PROCESS_COMMAND_NOT_FOUND', { details: { command: 'x' } }));
  await assert.rejects(opened(broken).session.initializeResult(new AbortController().signal), {
    code: 'PROCESS_COMMAND_NOT_FOUND',
  });
});

test('a client of a server that takes long hears what it waits for, before it gives up', async () => {
  const clock = new FakeClock();
  const server = new FakeServer('files');
  server.waitingFor = 'starting files, attempt 1 of 4';
  const session = singleBackend(server, clock).open(profile, new FakeClient());
  const refused = assert.rejects(session.initializeResult(new AbortController().signal), {
    code: 'CONNECTION_NOT_READY',
    retryable: true,
    message: /within 50000 ms: starting files, attempt 1 of 4/,
  });
  await clock.advance(49_999);
  assert.ok(server.isAwaited);
  await clock.advance(1);
  await refused;
  const again = session.initializeResult(new AbortController().signal);
  server.heard({ tools: {} });
  assert.equal(await again, server.handshake?.result);
  assert.deepEqual(clock.pending, []);
});

for (const filter of [{}, { exclude: ['write'] }]) {
  const filtered = 'exclude' in filter ? 'with a filter' : 'without one';
  test(`a first list waits no longer for its server, a call and a list that is kept do, ${filtered}`, async () => {
    const clock = new FakeClock();
    const server = new FakeServer('files', filter).heard({ tools: {} });
    server.waitingFor = 'starting files, attempt 1 of 4';
    const session = singleBackend(server, clock).open(profile, new FakeClient());
    const never = () => new Promise<string>(() => {});
    for (const method of ['tools/list', 'tools/call', 'resources/list']) server.answers.set(method, never);
    const first = assert.rejects(session.request(ask('tools/list'), callOptions), { code: 'CONNECTION_NOT_READY' });
    void session.request(ask('tools/call', { name: 'read' }), callOptions);
    await clock.advance(0);
    assert.deepEqual(clock.pending, [50_000]);
    await clock.advance(50_000);
    await first;
    server.lists('tools', []);
    void session.request(ask('tools/list'), callOptions);
    await clock.advance(0);
    assert.deepEqual(clock.pending, []);
    server.waitingFor = null;
    let isOver = false;
    void session.request(ask('resources/list'), callOptions).finally(() => {
      isOver = true;
    });
    await clock.advance(60_000);
    assert.equal(isOver, false, 'a server that is there takes its time');
  });
}

test('everything else goes straight through, both ways', () => {
  const server = new FakeServer('files').heard({});
  const { client, session } = opened(server);
  const [attachment] = server.attachments;
  assert.ok(attachment);
  attachment.client.onRequest('{"q":1}');
  attachment.client.onNotification('{"n":1}');
  assert.deepEqual([client.questions, client.notifications], [['{"q":1}'], ['{"n":1}']]);
  session.notify('a');
  assert.equal(session.respond('b'), true);
  const changed = { ...profile, roots: '{"roots":[]}' };
  session.setProfile(changed);
  session.close();
  assert.deepEqual([attachment.notifications, attachment.responses], [['a'], ['b']]);
  assert.ok(attachment.profile === changed && attachment.isDetached);
});
