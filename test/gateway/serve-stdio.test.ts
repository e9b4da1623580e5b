import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { rpcErrorOf } from '../../src/errors/rpc-error.ts';
import { serveStdio } from '../../src/gateway/serve-stdio.ts';
import { singleBackend } from '../../src/gateway/single.ts';
import type { CancelSignal } from '../../src/session/cancellation.ts';
import { eventually } from '../support/eventually.ts';
import { FakeServer } from './fake-server.ts';

const INITIALIZE = {
  protocolVersion: '2025-06-18',
  capabilities: { roots: { listChanged: true } },
  clientInfo: { name: 'test', version: '1' },
};

function stage(server = new FakeServer('one').heard({ tools: {} })) {
  const input = new PassThrough();
  const output = new PassThrough();
  const client = serveStdio({
    backend: singleBackend(server),
    input,
    output,
    maxLineBytes: 1_000,
    explain: error => rpcErrorOf(error, line => line, true),
    notice: text => assert.fail(text),
  });
  const said: { id?: unknown; method?: string; result?: unknown; error?: { code: number } }[] = [];
  output.setEncoding('utf8').on('data', (text: string) => {
    for (const line of text.trimEnd().split('\n')) said.push(JSON.parse(line) as (typeof said)[number]);
  });
  const say = (message: object) => client.line(Buffer.from(JSON.stringify({ jsonrpc: '2.0', ...message })));
  const heard = (id: unknown) => eventually(() => said.find(message => message.id === id), { what: `answer ${id}` });
  return { server, client, input, output, say, said, heard };
}

test('a client that asks for the stateless protocol first is sent back to initialize', async () => {
  const { say, heard, server } = stage();
  say({ id: 1, method: 'server/discover' });
  assert.equal((await heard(1))?.error?.code, -32601);
  say({ id: 2, method: 'initialize', params: INITIALIZE });
  assert.match(JSON.stringify((await heard(2))?.result), /"protocolVersion":"2025-06-18"/);
  assert.deepEqual(server.attachments[0]?.profile.clientInfo, INITIALIZE.clientInfo);
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
