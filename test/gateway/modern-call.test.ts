import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HoldfastError } from '../../src/errors/holdfast-error.ts';
import { MAX_SIZE, PARK_MS } from '../../src/gateway/modern-parked.ts';
import { FakeBackend, META, type Post, type Response, type Sent, Stage } from './modern-stage.ts';

const all = { elicitation: {}, sampling: {}, roots: {} };
const DONE = '"result":{"content":[]}';

interface Asked {
  readonly inputRequests: Record<string, { method: string; params: Record<string, unknown> }>;
  readonly requestState: string;
  readonly resultType: string;
}

/** Calls a tool that asks, and gives what the client sees of it. */
async function asked(stage: Stage, ask: (sent: Sent) => void, post: Post = {}) {
  const { sent, response } = await stage.call('ask', { capabilities: all, ...post });
  ask(sent);
  await stage.collect();
  return { sent, asked: (await (await response).result()) as unknown as Asked };
}

const retry = (
  stage: Stage,
  requestState: unknown,
  inputResponses?: unknown,
  { params, ...post }: Post = {},
): Promise<Response> => {
  const again = {
    name: 'ask',
    arguments: {},
    requestState,
    ...(inputResponses === undefined ? {} : { inputResponses }),
  };
  return stage.post('tools/call', { id: 2, capabilities: all, ...post, params: { ...again, ...params } });
};

test('an answer that comes first is plain JSON', async t => {
  const stage = await Stage.open(t);
  const { sent, response } = await stage.call('echo', { id: 'a', params: { arguments: { n: 1 } } });
  assert.deepEqual(sent.value.params, { name: 'echo', arguments: { n: 1 }, _meta: {} });
  sent.answer('"result":{"content":[{"n":12345678901234567890}]}');
  const answered = await response;
  assert.deepEqual([answered.status, answered.headers['content-type']], [200, 'application/json']);
  assert.equal(
    await answered.text(),
    `{"jsonrpc":"2.0","id":"a","result":{"_meta":{"${META}serverInfo":{"name":"fake","version":"1.0"}},"resultType":"complete","content":[{"n":12345678901234567890}]}}`,
  );
});

test('progress and the log that was asked for come before the answer, under the client’s token', async t => {
  const stage = await Stage.open(t);
  stage.backend.answers = ({ value }) => (value.method === 'logging/setLevel' ? '"result":{}' : null);
  const { sent, response } = await stage.call('slow', { meta: { progressToken: 7, [`${META}logLevel`]: 'warning' } });
  const tell = (level: string) =>
    sent.session.client.onNotification(
      JSON.stringify({ jsonrpc: '2.0', method: 'notifications/message', params: { level, data: level } }),
    );
  sent.options.onProgress?.(
    '{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":7,"progress":1}}',
  );
  tell('info');
  tell('error');
  sent.session.client.onNotification('{"jsonrpc":"2.0","method":"notifications/tools/list_changed"}');
  sent.answer(DONE);
  const answered = await response;
  assert.ok(answered.isStream);
  assert.equal(answered.headers['x-accel-buffering'], 'no');
  assert.deepEqual((await answered.event(0)).params, { progressToken: 7, progress: 1 });
  assert.deepEqual((await answered.event(1)).params, { level: 'error', data: 'error' });
  assert.equal((await answered.event(2)).id, 1);
  assert.equal((await answered.json()).id, 1, 'and nothing after it');
});

test('the log level is told to the server only where it is another than before', async t => {
  const stage = await Stage.open(t);
  const levels: unknown[] = [];
  stage.backend.answers = ({ value }) => {
    if (value.method === 'logging/setLevel') levels.push(value.params.level);
    return '"result":{}';
  };
  for (const level of ['debug', 'debug', undefined, 'error', 'error']) {
    await (await stage.post('tools/list', { meta: level === undefined ? {} : { [`${META}logLevel`]: level } })).text();
  }
  assert.deepEqual(levels, ['debug', 'error']);
});

test('without a log level nothing is logged to the client', async t => {
  const stage = await Stage.open(t);
  const { sent, response } = await stage.call('chatty');
  sent.session.client.onNotification(
    '{"jsonrpc":"2.0","method":"notifications/message","params":{"level":"emergency","data":1}}',
  );
  sent.answer(DONE);
  assert.equal((await response).isStream, false);
});

test('a client that hangs up has cancelled its call', async t => {
  const stage = await Stage.open(t);
  const { sent, response } = await stage.call('slow', { meta: { progressToken: 1 } });
  sent.options.onProgress?.(
    '{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":1,"progress":1}}',
  );
  const answered = await response;
  const cancelled = new Promise<void>(resolve => sent.options.signal?.addEventListener('abort', resolve));
  answered.hangUp();
  await cancelled;
  await stage.clock.advance(0);
  assert.equal(sent.session.isClosed, true, 'what may still come of it reaches no other call');
});

test('questions that come together are asked together, and the answers go to the server', async t => {
  const stage = await Stage.open(t);
  const { sent, asked: first } = await asked(stage, server => {
    server.ask(11, 'elicitation/create', { message: 'who?', _meta: { 'holdfast/inputKey': 'who' } });
    server.ask(12, 'sampling/createMessage', { maxTokens: 5 });
    server.ask(13, 'roots/list');
  });
  assert.equal(first.resultType, 'input_required');
  assert.deepEqual(
    Object.entries(first.inputRequests).map(([name, { method }]) => [name, method]),
    [
      ['who', 'elicitation/create'],
      ['sampling-2', 'sampling/createMessage'],
      ['roots-3', 'roots/list'],
    ],
  );
  const responses = { 'roots-3': { roots: [] }, who: { action: 'decline' }, 'sampling-2': { n: 1 }, stranger: {} };
  const response = retry(stage, first.requestState, responses);
  await sent.session.responded(3);
  sent.answer('"result":{"content":["done"]}');
  const { id, result } = (await (await response).json()) as { id: unknown; result: Record<string, unknown> };
  assert.deepEqual([id, result.resultType, result.content], [2, 'complete', ['done']]);
  assert.deepEqual(sent.session.responses, [
    { jsonrpc: '2.0', id: 13, result: { roots: [] } },
    { jsonrpc: '2.0', id: 11, result: { action: 'decline' } },
    { jsonrpc: '2.0', id: 12, result: { n: 1 } },
  ]);
});

test('there may be several rounds, each with a state of its own that serves once', async t => {
  const stage = await Stage.open(t);
  const { sent, asked: first } = await asked(stage, server => server.ask(11, 'roots/list'));
  const pending = retry(stage, first.requestState, { 'roots-1': {} });
  await sent.session.responded(1);
  sent.ask(12, 'roots/list');
  await stage.collect();
  const second = (await (await pending).result()) as unknown as Asked;
  assert.deepEqual(Object.keys(second.inputRequests), ['roots-2']);
  assert.notEqual(second.requestState, first.requestState);
  const replayed = await (await retry(stage, first.requestState, { 'roots-1': {} })).error();
  assert.equal(replayed.data?.code, 'TOOL_INPUT_TOO_LATE');
  const last = retry(stage, second.requestState, { 'roots-2': {} }, { id: 3 });
  sent.answer(DONE);
  assert.equal(((await (await last).json()) as { id: unknown }).id, 3);
});

test('what the client left out is asked again', async t => {
  const stage = await Stage.open(t);
  const { sent, asked: first } = await asked(stage, server => {
    server.ask(11, 'roots/list');
    server.ask(12, 'elicitation/create', { message: 'x' });
  });
  const pending = retry(stage, first.requestState, { 'roots-1': {}, wrong: {} });
  await sent.session.responded(1);
  await stage.collect();
  const second = (await (await pending).result()) as unknown as Asked;
  assert.deepEqual(Object.keys(second.inputRequests), ['elicitation-2']);
});

test('answers that are no objects are refused, and the question stays open', async t => {
  const stage = await Stage.open(t);
  const { sent, asked: first } = await asked(stage, server => server.ask(11, 'roots/list'));
  const refused = await retry(stage, first.requestState, { 'roots-1': 5 });
  assert.deepEqual([refused.status, (await refused.error()).code], [400, -32602]);
  const pending = retry(stage, first.requestState, { 'roots-1': {} });
  sent.answer(DONE);
  assert.equal((await (await pending).result()).resultType, 'complete');
});

test('an answer that comes before its question is kept for it, once', async t => {
  const stage = await Stage.open(t);
  const params = { inputResponses: { who: { action: 'accept' } } };
  const { sent, response } = await stage.call('ask', { capabilities: all, params });
  const named = { _meta: { 'holdfast/inputKey': 'who' } };
  sent.ask(11, 'elicitation/create', named);
  assert.deepEqual(sent.session.responses, [{ jsonrpc: '2.0', id: 11, result: { action: 'accept' } }]);
  sent.ask(12, 'elicitation/create', named);
  await stage.collect();
  assert.deepEqual(Object.keys(((await (await response).result()) as unknown as Asked).inputRequests), ['who']);
});

test('a state is refused for another principal, request or backend, and where it was changed', async t => {
  const stage = await Stage.open(t);
  const { asked: first } = await asked(stage, server => server.ask(11, 'roots/list'));
  const state = first.requestState;
  const other = new FakeBackend('other');
  for (const refused of [
    await retry(stage, `${state}x`),
    await retry(stage, 5),
    await retry(stage, null),
    await retry(stage, state, {}, { principal: 'you' }),
    await retry(stage, state, {}, { backend: other }),
    await retry(stage, state, {}, { params: { arguments: { a: 1 } } }),
    await retry(stage, state, {}, { params: { name: 'other' } }),
  ]) {
    assert.deepEqual([refused.status, (await refused.error()).code], [200, -32602]);
  }
});

test('a capability that the client has not declared is named, and the call is given up', async t => {
  const stage = await Stage.open(t);
  const { sent, response } = await stage.call('ask', { capabilities: { elicitation: {} } });
  sent.ask(11, 'sampling/createMessage');
  const refused = await response;
  assert.equal(refused.status, 400);
  const { code, data } = await refused.error();
  assert.deepEqual([code, data], [-32021, { requiredCapabilities: { sampling: {} } }]);
  assert.equal(sent.session.responses[0]?.error?.code, -32603);
  await stage.clock.advance(999);
  assert.equal(sent.options.signal?.aborted, false, 'the server may still say that it has heard the refusal');
  await stage.clock.advance(1);
  assert.equal(sent.options.signal?.aborted, true);
  await stage.clock.advance(0);
  assert.equal(sent.session.isClosed, true);
});

test('a server that ends the call itself once its question is refused has nothing more to ask about it', async t => {
  const stage = await Stage.open(t);
  const { sent, response } = await stage.call('ask', { id: 'first' });
  sent.ask(11, 'sampling/createMessage');
  const { code } = await (await response).error();
  sent.ask(12, 'sampling/createMessage');
  assert.deepEqual(
    sent.session.responses.map(({ id, error }) => [id, error?.code]),
    [
      [11, -32603],
      [12, -32603],
    ],
  );
  sent.answer('"error":{"code":-32603,"message":"no sampling"}');
  await stage.clock.advance(0);
  assert.deepEqual([code, sent.options.signal?.aborted, sent.session.isClosed], [-32021, false, false]);
  const again = await stage.call('ask', { id: 'second' });
  assert.equal(again.sent.session, sent.session, 'its process is not left to calls that were given up');
  again.sent.answer(DONE);
  assert.deepEqual((await (await again.response).result()).content, []);
});

test('a request that may not be interrupted is not, and the server hears so', async t => {
  const stage = await Stage.open(t);
  const response = stage.post('tools/list', { capabilities: all });
  const sent = await stage.backend.next();
  sent.ask(11, 'roots/list');
  sent.answer('"result":{"tools":[]}');
  assert.equal((await (await response).result()).resultType, 'complete');
  assert.deepEqual(
    sent.session.responses.map(({ id }) => id),
    [11],
  );
});

test('a request of the server that no client knows is answered at once', async t => {
  const stage = await Stage.open(t);
  const { sent, response } = await stage.call('ask', { capabilities: all });
  sent.ask(11, 'vendor/ask');
  assert.equal(sent.session.responses[0]?.error?.code, -32601);
  sent.answer(DONE);
  assert.equal((await response).status, 200);
});

test('a question that the server takes back is not asked again', async t => {
  const stage = await Stage.open(t);
  const { sent, asked: first } = await asked(stage, server => {
    server.ask(11, 'roots/list');
    server.ask(12, 'roots/list');
  });
  sent.session.client.onNotification('{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":11}}');
  const pending = retry(stage, first.requestState, { 'roots-1': {}, 'roots-2': {} });
  await sent.session.responded(1);
  sent.answer(DONE);
  await (await pending).text();
  assert.deepEqual(
    sent.session.responses.map(({ id }) => id),
    [12],
  );
});

test('what becomes of a call while its client is away is told when it comes back', async t => {
  const stage = await Stage.open(t);
  const ends: readonly (readonly [(sent: Sent) => void, unknown])[] = [
    [sent => sent.answer(DONE), undefined],
    [
      sent => sent.fail(new HoldfastError('PROCESS_EXITED_DURING_CALL', { mayHaveRun: true })),
      'PROCESS_EXITED_DURING_CALL',
    ],
  ];
  for (const [end, code] of ends) {
    const { sent, asked: first } = await asked(stage, server => server.ask(11, 'roots/list'));
    end(sent);
    await stage.clock.advance(0);
    assert.equal(sent.session.isClosed, true, 'its process is not needed any more');
    const { error } = (await (await retry(stage, first.requestState, { 'roots-1': {} })).json()) as {
      error?: { data: { code: string; mayHaveRun: boolean } };
    };
    assert.equal(error?.data.code, code);
  }
});

test('an answer that there is no room to keep is lost, and its client is told so', async t => {
  const stage = await Stage.open(t);
  const { sent, asked: first } = await asked(stage, server => server.ask(11, 'roots/list'));
  sent.answer(`"result":{"long":"${'x'.repeat(MAX_SIZE / 2)}"}`);
  await stage.clock.advance(0);
  const { message, data } = await (await retry(stage, first.requestState, { 'roots-1': {} })).error();
  assert.deepEqual([data?.code, data?.mayHaveRun], ['CONNECTION_LOST', true]);
  assert.match(message, /no room to keep its answer/);
});

test('a server that goes on asking while its client is away is refused where there is no room for more', async t => {
  const stage = await Stage.open(t);
  const { sent, asked: first } = await asked(stage, server => server.ask(11, 'roots/list'));
  // Half of all may be held for one kind of client.
  const prompt = 'x'.repeat(MAX_SIZE / 4);
  for (const id of [12, 13, 14]) sent.ask(id, 'sampling/createMessage', { prompt });
  const refused = sent.session.responses.map(({ id, error }) => [id, error?.code]);
  assert.deepEqual(refused, [
    [13, -32603],
    [14, -32603],
  ]);
  const again = retry(stage, first.requestState, { 'roots-1': { roots: [] }, 'sampling-2': {} });
  await sent.session.responded(4);
  sent.answer(DONE);
  assert.deepEqual((await (await again).result()).content, []);
});

test('a call whose client does not come back is cancelled, and says so if it comes after all', async t => {
  const stage = await Stage.open(t);
  const { sent, asked: first } = await asked(stage, server => server.ask(11, 'roots/list'));
  assert.equal(sent.session.isClosed, false, 'while it waits, its process is its own');
  await stage.clock.advance(PARK_MS);
  assert.equal(sent.options.signal?.aborted, true);
  assert.equal(sent.session.isClosed, true);
  const { data } = await (await retry(stage, first.requestState, { 'roots-1': {} })).error();
  assert.deepEqual([data?.code, data?.mayHaveRun], ['TOOL_INPUT_TOO_LATE', true]);
});

test('progress after a second round goes under the token of that round', async t => {
  const stage = await Stage.open(t);
  const { sent, asked: first } = await asked(stage, server => server.ask(11, 'roots/list'), {
    meta: { progressToken: 'one' },
  });
  const progress = (n: number) =>
    sent.options.onProgress?.(
      `{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":"one","progress":${n}}}`,
    );
  progress(1);
  const pending = retry(stage, first.requestState, { 'roots-1': {} }, { meta: { progressToken: 'two' } });
  await sent.session.responded(1);
  progress(2);
  sent.answer(DONE);
  assert.deepEqual((await (await pending).event(0)).params, { progressToken: 'two', progress: 2 });
});

test('an error of ours comes with its category and code', async t => {
  const stage = await Stage.open(t);
  const { sent, response } = await stage.call('x');
  sent.fail(new HoldfastError('TOOL_CALL_TIMEOUT', { server: 'fake', mayHaveRun: true, details: { afterMs: 5 } }));
  const answered = await response;
  const { code, data } = await answered.error();
  assert.deepEqual([answered.status, code, data?.code, data?.mayHaveRun], [200, -31000, 'TOOL_CALL_TIMEOUT', true]);
});

test('what nobody foresaw is answered too, and reaches who listens for it', async t => {
  const stage = await Stage.open(t);
  const { sent, response } = await stage.call('x');
  sent.fail(new TypeError('a bug with a /path in it'));
  const answered = await response;
  assert.equal(answered.status, 500);
  assert.deepEqual((await answered.json()).error, { code: -32603, message: 'internal error' });
  assert.equal((stage.bugs[0] as Error).message, 'a bug with a /path in it');
});

test('a front that closes answers what is open, and gives up what waits', async t => {
  const stage = await Stage.open(t);
  const { sent: parked } = await asked(stage, server => server.ask(11, 'roots/list'));
  const { sent, response } = await stage.call('slow');
  stage.front.close();
  assert.equal((await (await response).error()).data?.code, 'CONNECTION_CLOSED');
  assert.deepEqual([sent.options.signal?.aborted, parked.options.signal?.aborted], [true, true]);
  await stage.clock.advance(0);
  assert.ok(stage.backend.sessions.every(({ isClosed }) => isClosed));
});

test('a session in which roots were asked for serves no other request, not even one of a client that says the same', async t => {
  const stage = await Stage.open(t);
  for (const [method, isKept] of [
    ['roots/list', false],
    ['sampling/createMessage', true],
  ] as const) {
    const { sent, asked: first } = await asked(stage, server => server.ask(11, method));
    const [key = ''] = Object.keys(first.inputRequests);
    const pending = retry(stage, first.requestState, { [key]: {} });
    await sent.session.responded(1);
    sent.answer('"result":{}');
    await (await pending).json();
    assert.equal(sent.session.isClosed, !isKept, method);
  }
});
