import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HoldfastError } from '../../src/errors/holdfast-error.ts';
import { rpcErrorOf } from '../../src/errors/rpc-error.ts';
import { ClientSession } from '../../src/gateway/client-session.ts';
import type { ClientState } from '../../src/gateway/client-state.ts';
import { parseMessage } from '../../src/session/json-text.ts';
import { FakeBackend } from './fake-backend.ts';

const turn = (): Promise<void> => new Promise(setImmediate);

function create() {
  const backend = new FakeBackend();
  const sent: [text: string, about: string | null][] = [];
  const answers = new Map<string, string | null>();
  const kept: ClientState[] = [];
  const notices: string[] = [];
  const session = new ClientSession({
    backend,
    wire: {
      send: (text, about) => void sent.push([text, about]),
      answer: (key, text) => {
        assert.equal(answers.has(key), false, `a second answer to ${key}`);
        answers.set(key, text);
      },
    },
    explain: error => rpcErrorOf(error, line => line),
    keep: async state => void kept.push(state),
    notice: text => void notices.push(text),
  });
  const say = async (message: object | string): Promise<void> => {
    const parsed = parseMessage(typeof message === 'string' ? message : JSON.stringify({ jsonrpc: '2.0', ...message }));
    assert.ok(parsed.ok && parsed.envelope.kind !== 'batch');
    session.receive(parsed.envelope);
    await turn();
  };
  const initialize = (capabilities: object = {}) =>
    say({
      id: 'i',
      method: 'initialize',
      params: { protocolVersion: '2025-06-18', capabilities, clientInfo: { name: 'n', version: '1', title: 'T' } },
    });
  const answer = (key: string) => JSON.parse(answers.get(key) ?? 'null') as Answer;
  return { backend, session, sent, answers, kept, notices, say, initialize, answer };
}

interface Answer {
  readonly id: unknown;
  readonly result?: { readonly protocolVersion?: string };
  readonly error?: { readonly code: number; readonly message: string; readonly data?: { readonly code: string } };
}

test('initialize is answered with the server’s words and the client’s revision, after the session is kept', async () => {
  const { initialize, answers, kept, backend } = create();
  await initialize({ sampling: {} });
  const text = answers.get('"i"') ?? '';
  assert.match(text, /^\{"jsonrpc":"2.0","id":"i","result":\{"protocolVersion":"2025-06-18",.*12345678901234567890/);
  assert.equal(kept.length, 1);
  assert.deepEqual(backend.last.profile, {
    capabilities: { sampling: {} },
    roots: null,
    clientInfo: { name: 'n', version: '1', title: 'T' },
  });
});

test('a conversation begins with initialize, once; what fails may be tried again', async () => {
  const { initialize, say, answer, answers, backend } = create();
  await say({ id: 1, method: 'tools/list' });
  assert.equal(answer('1').error?.code, -32600);
  await say({ id: 2, method: 'initialize', params: {} });
  assert.equal(answer('2').error?.code, -32602);
  backend.initializeResult = () => Promise.reject(new HoldfastError('CONNECTION_CLOSED', { server: 'files' }));
  await initialize();
  assert.equal(answer('"i"').error?.data?.code, 'CONNECTION_CLOSED');
  assert.equal(backend.last.isClosed, true);
  answers.clear();
  backend.initializeResult = () => Promise.resolve('{"protocolVersion":"2024-11-05"}');
  await initialize();
  assert.equal(answer('"i"').result?.protocolVersion, '2024-11-05');
  answers.clear();
  await initialize();
  assert.equal(answer('"i"').error?.code, -32600);
});

test('a request is answered under its own id and type of id', async () => {
  const { initialize, say, answers } = create();
  await initialize();
  for (const id of ['1', '"1"', '1.5', '""', '-0', '1e400', '"\\u0061"', '123456789012345678901234567890']) {
    await say(`{"jsonrpc":"2.0","id":${id},"method":"x"}`);
    assert.ok(
      [...answers.values()].some(text => text === `{"jsonrpc":"2.0","id":${id},"result":{}}`),
      id,
    );
  }
});

test('a second request under an id that is open is refused, and the first one lives', async () => {
  const { initialize, say, sent, answer, backend, session } = create();
  await initialize();
  backend.respond = () => {};
  await say({ id: 1, method: 'a' });
  assert.equal(session.isOpen('1'), true);
  await say({ id: 1, method: 'b' });
  assert.match(sent[0]?.[0] ?? '', /"error":\{"code":-32600/);
  backend.last.asked[0]?.answer('{"a":1}');
  await turn();
  assert.deepEqual(answer('1').result, { a: 1 });
});

test('a cancelled request is not answered, and is cancelled at the server', async () => {
  const { initialize, say, answers, backend } = create();
  await initialize();
  backend.respond = () => {};
  await say({ id: 'x', method: 'a' });
  await say({ method: 'notifications/cancelled', params: { requestId: 'y' } });
  await say({ method: 'notifications/cancelled', params: { requestId: { a: 1 } } });
  assert.equal(answers.has('"x"'), false);
  await say({ method: 'notifications/cancelled', params: { requestId: 'x' } });
  assert.equal(answers.get('"x"'), null);
  assert.equal(backend.last.asked[0]?.options.signal?.aborted, true);
  assert.deepEqual(backend.last.notified, []);
});

test('an error of ours is told by its code, one that nobody foresaw without its words', async () => {
  const { initialize, say, answer, backend, notices } = create();
  await initialize();
  backend.respond = asked => asked.fail(new HoldfastError('PROCESS_EXITED_DURING_CALL', { mayHaveRun: true }));
  await say({ id: 1, method: 'a' });
  assert.deepEqual([answer('1').error?.code, answer('1').error?.data?.code], [-31000, 'PROCESS_EXITED_DURING_CALL']);
  backend.respond = asked => asked.fail(new Error('/a/secret/path'));
  await say({ id: 2, method: 'a' });
  assert.equal(answer('2').error?.data?.code, 'PROCESS_INTERNAL');
  assert.doesNotMatch(JSON.stringify(answer('2')), /secret/);
  assert.match(notices[0] ?? '', /\/a\/secret\/path/);
});

test('a client with roots is asked for them, again when they change, and an old answer counts no more', async () => {
  const { initialize, say, sent, kept, backend } = create();
  await initialize({ roots: { listChanged: true } });
  await say({ method: 'notifications/initialized' });
  await say({ method: 'notifications/roots/list_changed' });
  const ids = sent.map(([text]) => (JSON.parse(text) as { id: string }).id);
  assert.equal(new Set(ids).size, 2);
  await say({ id: ids[0], result: { roots: ['old'] } });
  await say(`{"jsonrpc":"2.0","id":"${ids[1]}","result":{"roots":[ 1.0 ]}}`);
  assert.deepEqual(
    backend.last.profiles.map(({ roots }) => roots),
    ['{"roots":[ 1.0 ]}'],
  );
  assert.equal(kept.at(-1)?.roots, '{"roots":[ 1.0 ]}');
  assert.deepEqual([backend.last.notified, backend.last.responded], [[], []]);
});

test('a client without roots is not asked', async () => {
  const { initialize, say, sent } = create();
  await initialize();
  await say({ method: 'notifications/initialized' });
  assert.deepEqual(sent, []);
});

test('what is not ours goes on as it came, both ways', async () => {
  const { initialize, say, sent, backend } = create();
  await initialize();
  const notice = '{"jsonrpc":"2.0","method":"notifications/x", "params":{"n":1.0}}';
  const response = '{"jsonrpc":"2.0","id":7, "result":{"n":1.0}}';
  await say(notice);
  await say(response);
  assert.deepEqual([backend.last.notified, backend.last.responded], [[notice], [response]]);
  backend.last.client.onNotification('{"a": 1.0}');
  backend.last.client.onRequest('{"b": 1.0}');
  assert.deepEqual(sent, [
    ['{"a": 1.0}', null],
    ['{"b": 1.0}', null],
  ]);
});

test('a subscription over the limit is refused, also before the others are answered, and one that ends makes room', async () => {
  const { initialize, say, answer, backend, kept } = create();
  await initialize();
  backend.respond = () => {};
  const subscribe = (n: number) => ({ id: n, method: 'resources/subscribe', params: { uri: `x://${n}` } });
  for (let n = 1; n <= 1_000; n++) void say(subscribe(n));
  await say(subscribe(1_001));
  assert.equal(answer('1001').error?.data?.code, 'RESOURCE_SUBSCRIPTIONS');
  assert.equal(backend.last.asked.length, 1_000);
  for (const { fail } of backend.last.asked.splice(0, 1)) fail(new HoldfastError('CONNECTION_LOST'));
  for (const { answer } of backend.last.asked.splice(0)) answer();
  await turn();
  backend.respond = asked => asked.answer();
  await say({ ...subscribe(2), id: 'again' });
  await say({ ...subscribe(1_001), id: 'new' });
  assert.deepEqual([answer('"again"').error, kept.at(-1)?.subscriptions.length], [undefined, 1_000]);
  await say({ ...subscribe(1), id: 'full' });
  assert.equal(answer('"full"').error?.data?.code, 'RESOURCE_SUBSCRIPTIONS');
  await say({ id: 'end', method: 'resources/unsubscribe', params: { uri: 'x://7' } });
  await say({ ...subscribe(1), id: 'fits' });
  assert.equal(answer('"fits"').error, undefined);
});

test('a session of an earlier run tells its subscriptions again, a few at a time, and none that has ended meanwhile', async () => {
  const { session, backend, say } = create();
  backend.respond = () => {};
  const subscriptions = Array.from({ length: 40 }, (_, n) => `x://${n}`);
  const clientInfo = { name: 'n', version: '1' };
  session.restore({
    protocolVersion: '2025-06-18',
    capabilities: {},
    clientInfo,
    roots: null,
    logLevel: 'info',
    subscriptions,
  });
  const told = () =>
    backend.last.asked.map(({ envelope }) => envelope.value.params as { level?: string; uri?: string });
  assert.deepEqual(told()[0], { level: 'info' });
  assert.equal(told().length, 33);
  await say({ id: 1, method: 'resources/unsubscribe', params: { uri: 'x://39' } });
  for (const { answer } of [...backend.last.asked]) answer();
  await turn();
  const uris = told().flatMap(({ uri }) => uri ?? []);
  assert.deepEqual(uris, [...subscriptions.slice(0, 32), 'x://39', ...subscriptions.slice(32, 39)]);
});

test('its end cancels what is open', async () => {
  const { initialize, say, session, backend, answers } = create();
  await initialize();
  backend.respond = () => {};
  await say({ id: 1, method: 'a' });
  session.close();
  session.close();
  await turn();
  assert.equal(answers.get('1'), null);
  assert.equal(backend.last.isClosed, true);
});
