import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SharedSession } from '../../src/gateway/shared-session.ts';
import { type Asked, FakeBackend } from './fake-backend.ts';
import { ask, callOptions, FakeClient, profile } from './fake-server.ts';

/** Nothing is answered but by the test. */
function stage() {
  const asked: Asked[] = [];
  const backend = new FakeBackend('files', one => void asked.push(one));
  const shared = new SharedSession(backend, profile);
  const open = () => {
    const client = new FakeClient();
    const session = shared.open(client);
    const send = (method: string, params: object = {}, id: string | number = 1) =>
      session.request(ask(method, params, id), callOptions);
    const answer = (id: number) => session.respond(`{"jsonrpc":"2.0","id":${id},"result":{}}`);
    return { client, session, send, answer };
  };
  const question = (id: number) => backend.last.client.onRequest(ask('elicitation/create', {}, id));
  /** What the server has been asked last, by method and how. */
  const last = () => asked.at(-1) ?? assert.fail('nothing was asked');
  const questions = (...parts: ReturnType<typeof open>[]) =>
    parts.map(({ client }) => client.questions.map(text => (JSON.parse(text) as { id: number }).id));
  return { backend, shared, open, asked, last, question, questions };
}

test('a question goes to the newest call that has been asked least, and its answer to the server once', () => {
  const { open, question, questions, backend } = stage();
  const [older, newer, list] = [open(), open(), open()];
  void older.send('tools/call');
  void newer.send('prompts/get');
  void list.send('tools/list');
  for (const id of [1, 2, 3]) question(id);
  assert.deepEqual(questions(older, newer, list), [[2], [1, 3], []]);
  assert.equal(older.answer(1), false, 'it was not asked that');
  assert.equal(newer.answer(1), true);
  assert.equal(newer.answer(1), false);
  assert.deepEqual(backend.last.responded, ['{"jsonrpc":"2.0","id":1,"result":{}}']);
});

test('a call that ends without an answer to its question was not the one that asked: another is', async () => {
  const { open, question, questions, last, backend } = stage();
  const [older, newer] = [open(), open()];
  void older.send('tools/call');
  const call = newer.send('tools/call');
  question(1);
  assert.deepEqual(questions(older, newer), [[], [1]]);
  last().answer();
  await call;
  assert.deepEqual(questions(older, newer), [[1], [1]]);
  assert.equal(newer.answer(1), false, 'that it refuses now means nothing');
  newer.session.close();
  assert.equal(older.answer(1), true);
  assert.equal(backend.last.responded.length, 1);
});

test('a question is refused where no call is open, and when the last one ends', async () => {
  const { open, question, last, backend } = stage();
  question(1);
  const only = open();
  void only.send('tools/list');
  question(2);
  const call = only.send('tools/call');
  question(3);
  last().fail(new Error('cancelled'));
  await assert.rejects(call, /cancelled/);
  const refused = backend.last.responded.map(text => JSON.parse(text) as { id: number; error: { code: number } });
  assert.deepEqual(
    refused.map(({ id, error }) => [id, error.code]),
    [
      [1, -32603],
      [2, -32603],
      [3, -32603],
    ],
  );
});

test('that a question is taken back is told to who was asked; anything else to all', () => {
  const { open, question, backend } = stage();
  const [older, newer] = [open(), open()];
  void older.send('tools/call');
  void newer.send('tools/call');
  question(1);
  const cancelled = '{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}}';
  const changed = '{"jsonrpc":"2.0","method":"notifications/tools/list_changed"}';
  for (const text of [cancelled, changed]) backend.last.client.onNotification(text);
  assert.deepEqual([older.client.notifications, newer.client.notifications], [[changed], [cancelled, changed]]);
  assert.equal(newer.answer(1), false);
});

test('the server logs as much as the most curious request wants, also while it is being told so', async () => {
  const { open, last, asked } = stage();
  const [one, other] = [open(), open()];
  const done = '{"jsonrpc":"2.0","id":1,"result":{}}';
  const first = one.send('logging/setLevel', { level: 'warning' });
  assert.equal(await other.send('logging/setLevel', { level: 'error' }), done);
  last().answer();
  assert.equal(await first, done);
  const second = other.send('logging/setLevel', { level: 'debug' });
  last().answer();
  await second;
  assert.equal(await one.send('logging/setLevel', { level: 'warning' }), done);
  assert.deepEqual(
    asked.map(({ envelope }) => envelope.value.params),
    [{ level: 'warning' }, { level: 'debug' }],
  );
});

test('a level that the server could not be told is told by the next request', async () => {
  const { open, last, asked } = stage();
  const part = open();
  for (let n = 0; n < 2; n++) {
    const refused = part.send('logging/setLevel', { level: 'info' });
    last().fail(new Error('gone'));
    await assert.rejects(refused, /gone/);
  }
  assert.equal(asked.length, 2);
});

test('a resource is subscribed to once, and until nobody listens any more', async () => {
  const { open, last, asked } = stage();
  const [one, other] = [open(), open()];
  const first = one.send('resources/subscribe', { uri: 'a:b' });
  last().answer();
  await first;
  assert.match(await other.send('resources/subscribe', { uri: 'a:b' }, 'x'), /"id":"x","result"/);
  one.session.close();
  assert.equal(asked.length, 1);
  other.session.close();
  assert.deepEqual([last().envelope.method, last().envelope.value.params], ['resources/unsubscribe', { uri: 'a:b' }]);
  const again = open().send('resources/subscribe', { uri: 'a:b' });
  assert.equal(last().envelope.method, 'resources/subscribe');
  last().fail(new Error('gone'));
  await assert.rejects(again, /gone/);
});

test('it is idle while no request takes part, and used once anything has been asked of the server', async () => {
  const { shared, open, last, backend } = stage();
  const part = open();
  assert.deepEqual([shared.isIdle, shared.isUsed], [false, false]);
  await part.session.initializeResult(new AbortController().signal);
  assert.equal(shared.isUsed, false);
  const list = part.send('tools/list');
  last().answer();
  await list;
  part.session.close();
  assert.deepEqual([shared.isIdle, shared.isUsed, backend.last.isClosed], [true, true, false]);
  shared.close();
  assert.equal(backend.last.isClosed, true);
});
