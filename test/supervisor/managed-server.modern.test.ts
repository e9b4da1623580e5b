// A server that speaks 2026-07-28 alone, as its clients of 2025-11-25 see it.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { eventually } from '../support/eventually.ts';
import { withNothingLeft } from '../support/leak-check.ts';
import { served } from '../support/managed.ts';
import { type FakeClient, pool } from '../support/pool.ts';

const RESERVED = 'io.modelcontextprotocol/';

interface Carried {
  readonly carried: readonly (Readonly<Record<string, unknown>> & { readonly method: string })[];
  readonly listening: readonly Readonly<Record<string, unknown>>[];
}

/** What its process has seen of the protocol. */
const seenBy = async (client: FakeClient): Promise<Carried> => JSON.parse(await client.call('carried'));

const accepted = (name: string) => ({ action: 'accept', content: { name } });

test('it is heard in its own words, and its clients hear the handshake that they know', async t => {
  const { supervisor, attach, of } = await pool(t, served('modern-only'));
  const client = attach();
  assert.equal(await client.call('echo', { text: 'hi' }), 'hi');
  assert.deepEqual(JSON.parse(client.attachment.handshake?.result ?? ''), {
    protocolVersion: '2025-11-25',
    capabilities: { tools: { listChanged: true }, resources: { subscribe: true }, prompts: {}, logging: {} },
    serverInfo: { name: 'modern', version: '1.0' },
    instructions: 'Be "modern".',
  });
  const { carried, listening } = await seenBy(client);
  assert.deepEqual(listening, [{ toolsListChanged: true }]);
  for (const meta of carried) {
    assert.equal(meta[`${RESERVED}protocolVersion`], '2026-07-28');
    assert.deepEqual(meta[`${RESERVED}clientCapabilities`], { elicitation: {}, sampling: {} });
  }
  assert.equal(supervisor.status()[0]?.state, 'ready');
  assert.deepEqual(of('server.down'), [], 'in the process that rejected the first question');
});

test('what it needs to know is asked for in requests, round by round, and the answers go back with its state', async t => {
  const { attach, sandbox } = await pool(t, served('modern-only'));
  const client = attach();
  const other = attach();
  await Promise.all([client.pid(), other.pid()]);
  const progress: string[] = [];
  const called = client.request(
    'tools/call',
    { name: 'greet', _meta: { progressToken: 'mine' } },
    { onProgress: text => progress.push(text) },
  );
  // Another client's call at the same time leaves no doubt whom the question is for.
  const waiting = other.request('tools/call', { name: 'waits' }).catch(() => {});
  await client.isAsked();
  client.reply(client.asked[0]?.id ?? 0, accepted('Ada "A"'));
  await client.isAsked(2);
  client.reply(client.asked[1]?.id ?? 0, accepted('Lovelace'));
  const { result } = await called;
  assert.deepEqual(result?.content, [{ type: 'text', text: 'Hello, Ada "A" Lovelace' }]);
  assert.deepEqual(other.asked, []);
  assert.equal(progress.length, 3);
  for (const text of progress) assert.equal(JSON.parse(text).params.progressToken, 'mine');
  const states = readFileSync(join(sandbox.folder, 'ledger'), 'utf8').trim().split('\n');
  assert.equal(states.filter(line => line.includes('greet')).length, 3);
  other.attachment.detach();
  await waiting;
});

test('all questions of one round are asked at once; the roots are told by those who know them', async t => {
  const { attach } = await pool(t, served('modern-only'));
  const client = attach({ roots: '{"roots":[{"uri":"file:///a","n":1.0}]}' });
  const called = client.call('samples');
  await client.isAsked();
  assert.deepEqual(
    client.asked.map(({ method }) => method),
    ['sampling/createMessage'],
  );
  client.reply(client.asked[0]?.id ?? 0, { model: 'm', role: 'assistant', content: { type: 'text', text: 'yes' } });
  assert.deepEqual(JSON.parse(await called), {
    roots: { roots: [{ uri: 'file:///a', n: 1 }] },
    said: { model: 'm', role: 'assistant', content: { type: 'text', text: 'yes' } },
  });
});

test('who asks without end, or gets an error for an answer, has the call ended with what happened', async t => {
  const { attach } = await pool(t, served('modern-only'));
  const patient = attach();
  patient.answer = accepted('again');
  await assert.rejects(patient.call('circles'), { code: 'TOOL_BAD_ANSWER' });
  assert.equal(patient.asked.length, 8);
  const refuses = attach();
  const called = refuses.call('greet');
  await refuses.isAsked();
  const error = { code: -32601, message: 'I am not asked such things' };
  refuses.attachment.respond(JSON.stringify({ jsonrpc: '2.0', id: refuses.asked[0]?.id, error }));
  await assert.rejects(called, { code: 'TOOL_INPUT_MISSING', mayHaveRun: true });
});

test('a call that is cancelled while its client is asked takes the question back; one at the server is cancelled there', async t => {
  const { attach, sandbox } = await pool(t, served('modern-only'));
  const client = attach();
  const abort = new AbortController();
  const greeting = client.request('tools/call', { name: 'greet' }, { signal: abort.signal });
  await client.isAsked();
  abort.abort();
  await assert.rejects(greeting, { code: 'TOOL_CALL_CANCELLED' });
  assert.deepEqual(client.told.at(-1)?.params.requestId, client.asked[0]?.id);
  assert.equal(client.reply(client.asked[0]?.id ?? 0, accepted('late')), false);

  const second = new AbortController();
  const waits = client.request('tools/call', { name: 'waits' }, { signal: second.signal });
  const ledger = () => readFileSync(join(sandbox.folder, 'ledger'), 'utf8');
  await eventually(() => ledger().includes('begun'), { what: 'the call at the server' });
  second.abort();
  await assert.rejects(waits, { code: 'TOOL_CALL_CANCELLED' });
  await eventually(() => ledger().includes('cancelled'), { what: 'the cancellation at the server' });
});

test('a crash while its client is asked ends the call, and takes the question back', async t => {
  const { attach } = await pool(t, served('modern-only'));
  const client = attach();
  const greeting = client.call('greet');
  await client.isAsked();
  await assert.rejects(client.call('crash'), { code: 'PROCESS_EXITED_DURING_CALL' });
  await assert.rejects(greeting, { code: 'PROCESS_EXITED_DURING_CALL', mayHaveRun: true });
  assert.ok(client.methods.includes('notifications/cancelled'));
  assert.equal(await client.call('echo', { text: 'again' }), 'again');
});

test('a log level goes along with each request, a subscription into the one listening, and a restart keeps both', async t => {
  const { attach } = await pool(t, served('modern-only'));
  const client = attach();
  assert.equal(await client.call('logs'), 'undefined');
  assert.deepEqual(await client.request('logging/setLevel', { level: 'debug' }), { jsonrpc: '2.0', id: 2, result: {} });
  const subscribed = await Promise.all(
    ['test://greeting', 'other://nothing', 'test://farewell'].map(uri =>
      client.request('resources/subscribe', { uri }),
    ),
  );
  assert.deepEqual(
    subscribed.map(({ error }) => error?.code),
    [undefined, -32602, undefined],
  );
  const check = async () => {
    assert.equal(await client.call('logs'), 'debug');
    await client.call('touch', { uri: 'test://greeting' });
    await client.call('touch', { uri: 'test://item/1' });
    await eventually(() => client.methods.includes('notifications/resources/updated'), { what: 'the update' });
    await eventually(() => client.methods.includes('notifications/message'), { what: 'the log line' });
    const { listening } = await seenBy(client);
    assert.deepEqual(listening.at(-1), {
      toolsListChanged: true,
      resourceSubscriptions: ['test://greeting', 'test://farewell'],
    });
    assert.equal(listening.length, 1, 'one at a time');
    const told = client.told.filter(({ method }) => method === 'notifications/resources/updated');
    assert.deepEqual([told.length, told[0]?.params.uri], [1, 'test://greeting']);
    client.told.splice(0);
  };
  await check();
  await assert.rejects(client.call('crash'));
  await check();
  await client.request('resources/unsubscribe', { uri: 'test://greeting' });
  await client.call('touch', { uri: 'test://greeting' });
  assert.deepEqual((await seenBy(client)).listening.at(-1)?.resourceSubscriptions, ['test://farewell']);
  assert.ok(!client.methods.includes('notifications/resources/updated'));
});

test('a list that changes is read again, and its clients are told', async t => {
  const { attach } = await pool(t, served('modern-only'));
  const client = attach();
  await client.call('more');
  await eventually(() => client.methods.includes('notifications/tools/list_changed'), { what: 'the news' });
  assert.equal(client.attachment.catalogue.hasTool('extra'), true);
});

test('what it was found to be is kept: the next manager asks in its words at once', async t => {
  const sandbox = await withNothingLeft(t);
  const stateDir = join(sandbox.folder, 'state');
  const first = await pool(t, served('modern-only'), { sandbox, stateDir });
  const asked = (seen: Carried) => seen.carried.filter(({ method }) => method === 'server/discover').length;
  assert.equal(asked(await seenBy(first.attach())), 1);
  await first.supervisor.close();
  const second = await pool(t, served('modern-only'), { sandbox, stateDir });
  assert.equal(asked(await seenBy(second.attach())), 1);
});

test('a ping of the health check is a question that it knows', async t => {
  const { supervisor, attach } = await pool(t, served('modern-only', { holdfast: { health: { intervalMs: 100 } } }));
  const client = attach();
  const discovered = async () =>
    (await seenBy(client)).carried.filter(({ method }) => method === 'server/discover').length;
  await eventually(async () => (await discovered()) > 0, { what: 'the question' });
  assert.equal(supervisor.status()[0]?.health, 'healthy');
});
