import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { rpcErrorOf } from '../../src/errors/rpc-error.ts';
import { ModernStdio } from '../../src/gateway/modern-stdio.ts';
import { idKey, parseMessage } from '../../src/session/json-text.ts';
import { eventually } from '../support/eventually.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { FakeBackend, META } from './modern-stage.ts';

type Json = Record<string, unknown>;

interface Message {
  readonly id?: unknown;
  readonly method?: string;
  readonly params?: Json;
  readonly result?: Json;
  readonly error?: { readonly code: number; readonly data?: Json };
}

interface How {
  readonly params?: Json;
  readonly meta?: Json;
  readonly capabilities?: Json;
}

function stage(t: TestContext) {
  const clock = new FakeClock();
  const backend = new FakeBackend();
  const said: Message[] = [];
  let isRead = true;
  let done = 0;
  const take = (text: string) => said.push(JSON.parse(text) as Message) > 0;
  const front = new ModernStdio({
    backend,
    clock,
    explain: error => rpcErrorOf(error, line => line),
    port: { send: take, offer: text => isRead && take(text) },
    onDone: () => done++,
    notice: text => assert.fail(text),
  });
  t.after(() => {
    front.close();
    assert.deepEqual(clock.pending, [], 'no timer outlives the front');
  });
  /** Sends a good request, changed where `how` says so. */
  const ask = (id: string | number, method: string, { params = {}, meta = {}, capabilities = {} }: How = {}) => {
    const own = { [`${META}protocolVersion`]: '2026-07-28', [`${META}clientCapabilities`]: capabilities };
    const text = JSON.stringify({ jsonrpc: '2.0', id, method, params: { ...params, _meta: { ...own, ...meta } } });
    const parsed = parseMessage(text);
    assert.ok(parsed.ok && parsed.envelope.kind === 'request');
    front.take(parsed.envelope);
  };
  const heard = async (id: unknown): Promise<Message> =>
    (await eventually(() => said.find(message => message.id === id), { what: `answer ${id}` })) ?? {};
  const stopReading = () => {
    isRead = false;
  };
  return { clock, backend, front, said, ask, heard, stopReading, done: () => done };
}

test('a server is discovered by what it said at initialize', async t => {
  const { ask, heard, front, done } = stage(t);
  ask(1, 'server/discover');
  assert.equal(front.inFlight, 1);
  const { result } = await heard(1);
  assert.equal(result?.instructions, 'be kind');
  assert.deepEqual((result?.supportedVersions as string[] | undefined)?.at(0), '2026-07-28');
  assert.deepEqual([front.inFlight, done()], [0, 1]);
});

test('a request that is not as it must be is refused, and reaches no server', t => {
  const { ask, said, backend, front } = stage(t);
  ask(1, 'tools/list', { meta: { [`${META}protocolVersion`]: '2027-01-01' } });
  ask(2, 'tools/list', { meta: { [`${META}clientCapabilities`]: null } });
  ask(3, 'initialize');
  ask(4, 'tools/call', { params: { inputResponses: [] } });
  assert.deepEqual(
    said.map(({ id, error }) => [id, error?.code]),
    [
      [1, -32022],
      [2, -32602],
      [3, -32601],
      [4, -32602],
    ],
  );
  assert.deepEqual((said[0]?.error?.data?.supported as string[] | undefined)?.at(0), '2026-07-28');
  assert.deepEqual([backend.sessions, front.inFlight], [[], 0]);
});

test('a call tells its progress under its own token, and needs no header for marked arguments', async t => {
  const { ask, heard, said, backend } = stage(t);
  const inputSchema = { type: 'object', properties: { zone: { type: 'string', 'x-mcp-header': 'Zone' } } };
  ask(1, 'tools/list');
  (await backend.next()).answer(`"result":{"tools":[{"name":"mark","inputSchema":${JSON.stringify(inputSchema)}}]}`);
  await heard(1);
  ask('c', 'tools/call', { params: { name: 'mark', arguments: { zone: 'a' } }, meta: { progressToken: 'p' } });
  const sent = await backend.next();
  const progress = { jsonrpc: '2.0', method: 'notifications/progress', params: { progressToken: 'p', progress: 1 } };
  sent.options.onProgress?.(JSON.stringify(progress));
  sent.answer('"result":{"content":[]}');
  const { result } = await heard('c');
  assert.deepEqual(said[1], progress);
  assert.equal(result?.resultType, 'complete');
});

test('a server asks its client round by round, on one call', async t => {
  const { ask, heard, backend, clock } = stage(t);
  const params = { name: 'greet', arguments: {} };
  const capabilities = { elicitation: {} };
  ask(1, 'tools/call', { params, capabilities });
  const sent = await backend.next();
  sent.ask(7, 'elicitation/create', { message: 'who?' });
  await clock.advance(15);
  const { result: { inputRequests, requestState } = {} } = await heard(1);
  const [key = ''] = Object.keys(inputRequests as object);
  const inputResponses = { [key]: { action: 'accept', content: { name: 'Ada' } } };
  ask(2, 'tools/call', { params: { ...params, requestState, inputResponses }, capabilities });
  assert.deepEqual(sent.session.responses[0]?.result, inputResponses[key]);
  sent.answer('"result":{"content":[]}');
  assert.equal((await heard(2)).result?.resultType, 'complete');
});

test('a call that its client cancels is cancelled at the server, and gets no answer', async t => {
  const { ask, said, backend, front } = stage(t);
  ask('1', 'tools/call', { params: { name: 'slow' } });
  const sent = await backend.next();
  assert.equal(front.cancel(idKey('1')), false, 'an id is of one type');
  assert.equal(front.cancel(idKey('"1"')), true);
  assert.equal(sent.options.signal?.aborted, true);
  sent.answer('"result":{}');
  await new Promise(setImmediate);
  assert.deepEqual([said, front.inFlight], [[], 0]);
});

test('one that listens hears what it wants under its id, owes nobody an answer, and ends when it is cancelled', async t => {
  const { ask, said, backend, front } = stage(t);
  ask('l', 'subscriptions/listen', { params: { notifications: { toolsListChanged: true } } });
  assert.deepEqual([front.isOpen(idKey('"l"')), front.inFlight], [true, 0]);
  await eventually(() => said.length === 1, { what: 'the acknowledgement' });
  const [session] = backend.sessions;
  session?.client.onNotification('{"jsonrpc":"2.0","method":"notifications/prompts/list_changed"}');
  session?.client.onNotification('{"jsonrpc":"2.0","method":"notifications/tools/list_changed"}');
  assert.deepEqual(
    said.map(({ method, params }) => [method, (params?._meta as Json | undefined)?.[`${META}subscriptionId`]]),
    [
      ['notifications/subscriptions/acknowledged', 'l'],
      ['notifications/tools/list_changed', 'l'],
    ],
  );
  front.cancel(idKey('"l"'));
  session?.client.onNotification('{"jsonrpc":"2.0","method":"notifications/tools/list_changed"}');
  assert.deepEqual([said.length, front.isOpen(idKey('"l"'))], [2, false]);
});

test('one that listens and does not read is cancelled: what it missed it must not take for nothing', async t => {
  const { ask, said, backend, front, stopReading } = stage(t);
  ask('l', 'subscriptions/listen', { params: { notifications: { toolsListChanged: true } } });
  await eventually(() => said.length === 1, { what: 'the acknowledgement' });
  stopReading();
  const [session] = backend.sessions;
  session?.client.onNotification('{"jsonrpc":"2.0","method":"notifications/tools/list_changed"}');
  assert.deepEqual([said[1]?.method, said[1]?.params?.requestId], ['notifications/cancelled', 'l']);
  assert.deepEqual([said.length, front.isOpen(idKey('"l"'))], [2, false]);
});

test('at the end whoever listens hears of it, calls are told why they have no answer, and nobody is served any more', async t => {
  const { ask, said, front, backend } = stage(t);
  ask('l', 'subscriptions/listen', { params: { notifications: { toolsListChanged: true } } });
  ask('c', 'tools/call', { params: { name: 'slow' } });
  await backend.next();
  await eventually(() => said.length === 1, { what: 'the acknowledgement' });
  front.close();
  ask('late', 'tools/list');
  const about = (wanted: string) => said.find(({ id }) => id === wanted);
  assert.equal(about('l')?.result?.resultType, 'complete');
  assert.deepEqual(about('c')?.error?.data?.mayHaveRun, true);
  assert.equal(about('late')?.error?.data?.code, 'CONNECTION_CLOSED');
  assert.deepEqual(
    backend.sessions.map(({ isClosed }) => isClosed),
    [true],
  );
});
