import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type FakeServer, idOf, turn } from './fake-server.ts';
import { Stage } from './stage.ts';

const META = 'io.modelcontextprotocol/';

type Json = Record<string, unknown>;

/** What the server was last sent of this kind. */
const last = (server: FakeServer, method: string): { id: number; params: Json & { _meta: Json } } =>
  JSON.parse(server.asked(method).at(-1) ?? assert.fail(`nobody has asked for ${method}`));

const askFor = (server: FakeServer, requests: string, state = '"s"') =>
  server.answer('tools/call', `{"resultType":"input_required","inputRequests":{${requests}},"requestState":${state}}`);

const elicits = '{"method":"elicitation/create","params":{"message":"\\u0041?","n":1.0}}';

/** The client answers its last question. */
function reply(stage: Stage, result: string): boolean {
  return stage.session.respond(`{"jsonrpc":"2.0","id":${idOf(stage.asked.at(-1))},"result":${result}}`);
}

test('every request carries its client, and a log level once one is set; the level itself is kept here', async () => {
  const stage = new Stage();
  const server = await stage.upModern();
  const called = stage.request(
    '{"jsonrpc":"2.0","id":"a","method":"tools/call","params":{"name":"x","arguments":{"n":1.0}}}',
  );
  const { params } = last(server, 'tools/call');
  assert.deepEqual(params._meta, {
    [`${META}protocolVersion`]: '2026-07-28',
    [`${META}clientCapabilities`]: { roots: {} },
    [`${META}clientInfo`]: { name: 'test', version: '1' },
  });
  assert.match(server.lines.at(-1) ?? '', /"n":1\.0/);
  server.answer('tools/call', '{"content":[],"resultType":"complete","ttlMs":1.0}');
  assert.equal(
    await called.answered(),
    '{"jsonrpc":"2.0","id":"a","result":{"content":[],"resultType":"complete","ttlMs":1.0}}',
  );
  const set = stage.request('{"jsonrpc":"2.0","id":2,"method":"logging/setLevel","params":{"level":"error"}}');
  assert.equal(await set.answered(), '{"jsonrpc":"2.0","id":2,"result":{}}');
  assert.deepEqual(server.asked('logging/setLevel'), []);
  stage.call('x');
  assert.equal(last(server, 'tools/call').params._meta[`${META}logLevel`], 'error');
  stage.down();
  const next = await stage.upModern();
  assert.deepEqual(next.asked('tools/call'), [], 'it may have run');
  stage.call('x');
  assert.equal(last(next, 'tools/call').params._meta[`${META}logLevel`], 'error');
});

test('a question is asked in its own words, its answer goes back with the exact state, and the call keeps its caller’s id', async () => {
  const stage = new Stage();
  const server = await stage.upModern();
  const called = stage.call('x', '"mine"');
  const first = last(server, 'tools/call').id;
  askFor(server, `"who":${elicits}`, '"\\u00e9 1.0"');
  assert.match(stage.asked[0] ?? '', /"method":"elicitation\/create","params":\{.*"message":"\\u0041\?","n":1\.0\}/);
  assert.equal(JSON.parse(stage.asked[0] ?? '').params._meta['holdfast/inputKey'], 'who');
  assert.equal(reply(stage, '{"action":"accept","content":{"n":2.0}}'), true);
  const second = last(server, 'tools/call');
  assert.notEqual(second.id, first);
  const line = server.lines.at(-1) ?? '';
  assert.ok(line.includes('"requestState":"\\u00e9 1.0"'));
  assert.ok(line.includes('"inputResponses":{"who":{"action":"accept","content":{"n":2.0}}}'));
  assert.ok(line.includes('"name":"x"') && line.includes('clientCapabilities'));
  // A round that only wants to be called again asks nobody.
  server.answer('tools/call', '{"resultType":"input_required","requestState":"third"}');
  assert.equal(last(server, 'tools/call').params.requestState, 'third');
  assert.equal(last(server, 'tools/call').params.inputResponses, undefined);
  server.answer('tools/call', '{"content":[]}');
  assert.equal(await called.answered(), '{"jsonrpc":"2.0","id":"mine","result":{"content":[]}}');
  assert.deepEqual(stage.clock.pending, []);
});

test('a URL to be visited has the id that clients of 2025-11-25 want', async () => {
  const stage = new Stage();
  const server = await stage.upModern();
  stage.call('x');
  askFor(server, '"u":{"method":"elicitation/create","params":{"mode":"url","url":"https://a.example","message":"m"}}');
  assert.equal(typeof JSON.parse(stage.asked[0] ?? '').params.elicitationId, 'string');
});

test('a cancelled call is cancelled under the id that the server has it under, or only taken back from the client', async () => {
  const stage = new Stage();
  const server = await stage.upModern();
  const abort = new AbortController();
  const text = '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"x"}}';
  const called = stage.request(text, { signal: abort.signal });
  askFor(server, `"who":${elicits}`);
  reply(stage, '{"action":"accept"}');
  abort.abort();
  assert.equal((await called.failed()).code, 'TOOL_CALL_CANCELLED');
  assert.equal(JSON.parse(server.lines.at(-1) ?? '').params.requestId, last(server, 'tools/call').id);

  const second = new AbortController();
  const waiting = stage.request(text, { signal: second.signal });
  askFor(server, `"a":${elicits},"b":${elicits}`);
  const sent = server.lines.length;
  second.abort();
  assert.equal((await waiting.failed()).code, 'TOOL_CALL_CANCELLED');
  assert.equal(server.lines.length, sent, 'the server has nothing to cancel');
  assert.deepEqual(stage.toldMethods, ['notifications/cancelled', 'notifications/cancelled']);
  assert.equal(reply(stage, '{}'), false);
  assert.deepEqual(stage.clock.pending, []);
});

test('an answer of a later round that cannot be used is the call’s', async () => {
  const stage = new Stage();
  const server = await stage.upModern();
  const called = stage.call('x');
  askFor(server, `"who":${elicits}`);
  reply(stage, '{}');
  server.say(`{"jsonrpc":"2.0","id":${last(server, 'tools/call').id},"result":{},"error":{"code":1,"message":"both"}}`);
  assert.equal((await called.failed()).code, 'TOOL_BAD_ANSWER');
});

test('input that is asked for where none can be given, or of no known kind, ends the request', async () => {
  const stage = new Stage();
  const server = await stage.upModern();
  const listed = stage.request('{"jsonrpc":"2.0","id":1,"method":"tools/list"}');
  server.answer('tools/list', '{"resultType":"input_required","requestState":"s"}');
  assert.equal((await listed.failed()).code, 'TOOL_BAD_ANSWER');
  for (const [requests, state] of [
    ['"a":{"method":"tools/call"}', '"s"'],
    ['"a":7', '"s"'],
  ] as const) {
    const called = stage.call('x');
    askFor(server, requests, state);
    assert.equal((await called.failed()).code, 'TOOL_BAD_ANSWER');
  }
  const nothing = stage.call('x');
  server.answer('tools/call', '{"resultType":"input_required"}');
  assert.equal((await nothing.failed()).code, 'TOOL_BAD_ANSWER');
  assert.deepEqual(stage.asked, []);
});

test('a ping is a question that it knows, and what it has no words for is not said', async () => {
  const stage = new Stage();
  const server = await stage.upModern();
  const sent = server.lines.length;
  stage.session.notify('{"jsonrpc":"2.0","method":"notifications/roots/list_changed"}');
  assert.equal(server.lines.length, sent);
  stage.session.notify('{"jsonrpc":"2.0","method":"notifications/own","params":{"n":1.0}}');
  assert.equal(server.lines.at(-1), '{"jsonrpc":"2.0","method":"notifications/own","params":{"n":1.0}}');
  const ping = stage.request('{"jsonrpc":"2.0","id":1,"method":"ping"}');
  server.answer('server/discover');
  assert.equal(await ping.answered(), '{"jsonrpc":"2.0","id":1,"result":{}}');
  await turn();
});

test('a second answer of one round changes nothing: the call is not sent again once its client has heard how it ended', async () => {
  const stage = new Stage();
  const server = await stage.upModern();
  const called = stage.call('x');
  const { id } = last(server, 'tools/call');
  const says = (result: string) => server.say(`{"jsonrpc":"2.0","id":${id},"result":${result}}`);
  askFor(server, `"who":${elicits}`);
  says(`{"resultType":"input_required","inputRequests":{"who":${elicits}},"requestState":"other"}`);
  says('{"content":["too early"]}');
  server.say(`{"jsonrpc":"2.0","id":${id},"result":{},"error":{"code":1,"message":"both"}}`);
  await turn();
  assert.equal(stage.asked.length, 1);
  assert.equal(stage.finished.length, 0);
  assert.equal(reply(stage, '{"action":"accept"}'), true);
  assert.equal(server.asked('tools/call').length, 2);
  assert.equal(last(server, 'tools/call').params.requestState, 's');
  says('{"content":["of the first round"]}');
  server.answer('tools/call', '{"content":["in time"]}');
  assert.match(await called.answered(), /in time/);
  assert.equal(server.asked('tools/call').length, 2);
  assert.deepEqual(stage.clock.pending, []);
});
