import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { rpcErrorOf } from '../../src/errors/rpc-error.ts';
import { serveStdio } from '../../src/gateway/serve-stdio.ts';
import { singleBackend } from '../../src/gateway/single.ts';
import type { CancelSignal } from '../../src/session/cancellation.ts';
import { eventually } from '../support/eventually.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { FakeServer } from './fake-server.ts';

const INITIALIZE = {
  protocolVersion: '2025-06-18',
  capabilities: { roots: { listChanged: true } },
  clientInfo: { name: 'test', version: '1' },
};

function stage(server = new FakeServer('one').heard({ tools: {} })) {
  const input = new PassThrough();
  const output = new PassThrough();
  const clock = new FakeClock();
  const client = serveStdio({
    backend: singleBackend(server),
    clock,
    input,
    output,
    maxLineBytes: 1_000,
    explain: error => rpcErrorOf(error, line => line, true),
    notice: text => assert.fail(text),
    onGone: () => undefined,
  });
  const said: { id?: unknown; method?: string; result?: unknown; error?: { code: number } }[] = [];
  output.setEncoding('utf8').on('data', (text: string) => {
    for (const line of text.trimEnd().split('\n')) said.push(JSON.parse(line) as (typeof said)[number]);
  });
  const say = (message: object) => client.line(Buffer.from(JSON.stringify({ jsonrpc: '2.0', ...message })));
  const heard = (id: unknown) => eventually(() => said.find(message => message.id === id), { what: `answer ${id}` });
  return { server, client, input, output, say, said, heard };
}

const STATELESS = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientCapabilities': {},
};

/** A request of the stateless protocol. */
const stateless = (id: string | number, method: string, params: object = {}) => ({
  id,
  method,
  params: { ...params, _meta: STATELESS },
});

test('each message is served by the era that it says itself, whatever came before', async () => {
  const { say, heard, server } = stage();
  server.answers.set('tools/list', () => '{"tools":[]}');
  say(stateless(1, 'server/discover'));
  assert.match(JSON.stringify((await heard(1))?.result), /"supportedVersions":\["2026-07-28"/);
  say({ id: 2, method: 'tools/list' });
  assert.equal((await heard(2))?.error?.code, -32600, 'what does not say its era begins with initialize');
  say({ id: 3, method: 'initialize', params: INITIALIZE });
  assert.match(JSON.stringify((await heard(3))?.result), /"protocolVersion":"2025-06-18"/);
  say({ id: 4, method: 'tools/list' });
  assert.deepEqual((await heard(4))?.result, { tools: [] });
  say(stateless(5, 'tools/list'));
  assert.match(JSON.stringify((await heard(5))?.result), /"resultType":"complete"/);
  assert.deepEqual(server.attachments.map(({ profile }) => profile.clientInfo.name).sort(), ['test', 'unknown']);
});

test('an id is in use by one request, of whatever era, until it is answered', async () => {
  const { say, said, heard, server } = stage();
  const answers: ((result: string) => void)[] = [];
  server.answers.set('tools/call', () => new Promise<string>(resolve => answers.push(resolve)));
  say({ id: 'i', method: 'initialize', params: INITIALIZE });
  await heard('i');
  say(stateless(1, 'tools/call', { name: 'x' }));
  say({ id: 2, method: 'tools/call', params: { name: 'x' } });
  await eventually(() => answers.length === 2, { what: 'both calls' });
  for (const id of [1, 2]) {
    say({ id, method: 'ping' });
    say(stateless(id, 'tools/list'));
  }
  const refused = said.filter(({ error }) => error?.code === -32600).map(({ id }) => id);
  assert.deepEqual(refused, [1, 1, 2, 2]);
  for (const answer of answers) answer('{}');
  await eventually(() => said.filter(({ result }) => result !== undefined).length === 3, { what: 'their answers' });
  say(stateless(1, 'server/discover'));
  await eventually(() => JSON.stringify(said.at(-1)).includes('supportedVersions'), {
    what: 'the id to be free again',
  });
});

test('a request is cancelled by its id, and what is owed is waited for, in both eras', async () => {
  const { say, said, heard, server, client } = stage();
  const answers: ((result: string) => void)[] = [];
  server.answers.set('tools/call', () => new Promise<string>(resolve => answers.push(resolve)));
  say({ id: 'i', method: 'initialize', params: INITIALIZE });
  await heard('i');
  say(stateless('a', 'tools/call', { name: 'x' }));
  say({ id: 'b', method: 'tools/call', params: { name: 'x' } });
  say(stateless('l', 'subscriptions/listen', { notifications: { toolsListChanged: true } }));
  await eventually(() => answers.length === 2, { what: 'both calls' });
  const isCancelled = (id: string) =>
    server.attachments
      .flatMap(({ requests }) => requests)
      .find(({ text }) => (JSON.parse(text) as { id: unknown }).id === id)?.options.signal?.aborted;
  let isAnswered = false;
  const answered = client.answered().then(() => {
    isAnswered = true;
  });
  say({ method: 'notifications/cancelled', params: { requestId: 'a' } });
  await new Promise(setImmediate);
  assert.deepEqual([isCancelled('a'), isCancelled('b'), isAnswered], [true, false, false]);
  say({ method: 'notifications/cancelled', params: { requestId: 'b' } });
  assert.equal(isCancelled('b'), true);
  for (const answer of answers) answer('{}');
  await answered;
  assert.deepEqual(
    said.filter(({ id }) => id === 'a' || id === 'b'),
    [],
  );
});

test('a stateless request does not wait until initialize is answered', async () => {
  const { say, heard, server } = stage(new FakeServer('one'));
  server.answers.set('tools/list', () => '{"tools":[]}');
  say({ id: 'i', method: 'initialize', params: INITIALIZE });
  say(stateless('l', 'tools/list'));
  assert.ok((await heard('l'))?.result);
  server.heard({ tools: {} });
  await heard('i');
});

test('what comes before initialize is answered waits for it, in order; a ping does not', async () => {
  const { say, said, heard, server, client } = stage(new FakeServer('one'));
  say({ id: 'i', method: 'initialize', params: INITIALIZE });
  say({ method: 'notifications/initialized' });
  say({ id: 'l', method: 'tools/list' });
  say({ id: 'p', method: 'ping' });
  await heard('p');
  assert.deepEqual(server.requests, []);
  let answer = (_list: string) => {};
  const list = new Promise<string>(resolve => {
    answer = resolve;
  });
  server.answers.set('tools/list', () => list);
  let isAnswered = false;
  const answered = client.answered().then(() => {
    isAnswered = true;
  });
  server.heard({ tools: {} });
  await heard('i');
  await eventually(() => server.requests.length === 1, { what: 'the list to be asked for' });
  assert.equal(isAnswered, false, 'the list is still owed');
  answer('{"tools":[]}');
  await answered;
  await heard('l');
  assert.deepEqual(
    said.map(({ id, method }) => method ?? id),
    ['p', 'i', 'roots/list', 'l'],
  );
});

test('a client that sends a flood before initialize is answered is not read meanwhile', async () => {
  const { say, heard, server, input } = stage(new FakeServer('one'));
  input.resume();
  say({ id: 'i', method: 'initialize', params: INITIALIZE });
  for (let id = 0; id < 100; id++) say({ id, method: 'tools/list' });
  assert.equal(input.isPaused(), true);
  server.heard({ tools: {} });
  await heard(99);
  assert.equal(input.isPaused(), false);
});

test('a question that a client does not read is given back to its server', async () => {
  const { say, heard, server, output } = stage();
  say({ id: 1, method: 'initialize', params: INITIALIZE });
  await heard(1);
  output.pause();
  const attachment = server.attachments[0];
  const log = JSON.stringify({ jsonrpc: '2.0', method: 'notifications/message', params: 'x'.repeat(1024 * 1024) });
  for (let sent = 0; sent < 8; sent++) attachment?.client.onNotification(log);
  attachment?.client.onRequest('{"jsonrpc":"2.0","id":"q-1","method":"elicitation/create"}');
  const [answer] = attachment?.responses ?? [];
  assert.match(answer ?? '', /"id":"q-1","error"/);
});

test('a client that goes takes its calls along', async () => {
  const { say, heard, server, client } = stage();
  const signals: (CancelSignal | undefined)[] = [];
  say({ id: 1, method: 'initialize', params: INITIALIZE });
  await heard(1);
  server.answers.set('tools/call', () => new Promise(() => {}));
  say({ id: 2, method: 'tools/call', params: { name: 'x' } });
  const attachment = server.attachments[0];
  await eventually(() => attachment?.requests.length === 1, { what: 'the call' });
  signals.push(attachment?.requests[0]?.options.signal);
  client.close();
  assert.equal(signals[0]?.aborted, true);
  assert.equal(attachment?.isDetached, true);
});
