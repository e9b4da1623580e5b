// Stateless clients before real processes.
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { singleBackend } from '../../src/gateway/single.ts';
import { systemClock } from '../../src/process/clock.ts';
import { eventually } from '../support/eventually.ts';
import { served } from '../support/managed.ts';
import { type Pool, pool } from '../support/pool.ts';
import { META, type Post, type Response, Stage } from './modern-stage.ts';

interface Result {
  readonly content?: readonly { readonly text: string }[];
  readonly isError?: boolean;
  readonly inputRequests?: Record<string, unknown>;
  readonly requestState?: string;
}

interface Client {
  readonly pool: Pool;
  post(method: string, post?: Post): Promise<Response>;
  /** One call of a tool, or one round of it. */
  call(name: string, params?: object, post?: Post): Promise<Result>;
}

async function clientOf(t: TestContext, holdfast: object = {}): Promise<Client> {
  const made = await pool(t, served('well-behaved', { holdfast }));
  const stage = await Stage.open(t, undefined, systemClock);
  const attach: Parameters<typeof singleBackend>[0]['attach'] = (profile, client) =>
    made.supervisor.attach('one', profile, client);
  const backend = singleBackend({ name: 'one', tools: { include: ['*'], exclude: [] }, attach });
  const post = (method: string, options: Post = {}) =>
    stage.post(method, { capabilities: { elicitation: {}, sampling: {} }, backend, ...options });
  const call = async (name: string, params: object = {}, options: Post = {}) => {
    const response = await post('tools/call', { ...options, params: { name, arguments: {}, ...params } });
    return (await response.result()) as Result;
  };
  return { pool: made, post, call };
}

const textOf = ({ content }: Result): string => content?.[0]?.text ?? '';

test('a tool asks through rounds of requests, and each of many clients answers for its own call', async t => {
  const { call } = await clientOf(t);
  const answered = await Promise.all(
    Array.from({ length: 6 }, async (_, n) => {
      const capabilities = { elicitation: {}, experimental: { client: n } };
      const { inputRequests = {}, requestState } = await call('ask-elicitation', {}, { capabilities });
      const [key = ''] = Object.keys(inputRequests);
      const inputResponses = { [key]: { action: 'accept', content: { name: `client ${n}` } } };
      return textOf(await call('ask-elicitation', { requestState, inputResponses }, { capabilities }));
    }),
  );
  const names = answered.map(text => (JSON.parse(text) as { content: { name: string } }).content.name);
  assert.deepEqual(names, ['client 0', 'client 1', 'client 2', 'client 3', 'client 4', 'client 5']);
});

test('a client that never answers delays nobody', async t => {
  const { call } = await clientOf(t);
  assert.ok((await call('ask-sampling')).requestState);
  const second = await call('ask-sampling');
  assert.equal(textOf(await call('echo', { arguments: { text: 'hi' } })).includes('hi'), true);
  const inputResponses = { 'sampling-1': { model: 'm', role: 'assistant', content: { type: 'text', text: 'fine' } } };
  const { content } = await call('ask-sampling', { requestState: second.requestState, inputResponses });
  assert.match(content?.[0]?.text ?? '', /fine/);
});

test('a call that waits for its client when its process dies says so, and the next one is served', async t => {
  const { pool: made, call, post } = await clientOf(t);
  const { requestState } = await call('ask-elicitation');
  for (const { pid } of made.instances()) if (pid !== null) process.kill(pid, 'SIGKILL');
  const inputResponses = { 'elicitation-1': { action: 'decline' } };
  const params = { name: 'ask-elicitation', arguments: {}, requestState, inputResponses };
  const { data } = await (await post('tools/call', { params })).error();
  assert.deepEqual([data?.code, data?.mayHaveRun], ['PROCESS_EXITED_DURING_CALL', true]);
  assert.equal(textOf(await call('add', { arguments: { a: 1, b: 2 } })), '3');
});

test('a client that hangs up has its call cancelled in the process', async t => {
  const { call, post } = await clientOf(t);
  // The first request may have to wait for a process of its kind, and would be cancelled before the process has it.
  await call('echo');
  const params = { name: 'progress', arguments: { steps: 1_000, ms: 20 } };
  const response = await post('tools/call', { params, meta: { progressToken: 'p' } });
  assert.deepEqual(((await response.event(0)).params as { progressToken: unknown }).progressToken, 'p');
  response.hangUp();
  const received = async () => (JSON.parse(textOf(await call('session-info'))) as { received: string[] }).received;
  await eventually(async () => (await received()).includes('notifications/cancelled'), { what: 'the cancellation' });
});

test('a client hears the changes that it listens for, and the process is told what of', async t => {
  const { call, post } = await clientOf(t);
  const params = { notifications: { toolsListChanged: true, resourceSubscriptions: ['test://greeting'] } };
  const stream = await post('subscriptions/listen', { id: 7, params });
  assert.deepEqual((await stream.event(0)).params, { ...params, _meta: { [`${META}subscriptionId`]: 7 } });
  assert.equal(textOf(await call('touch-resource')), 'told');
  const { method, params: told } = await stream.event(1);
  assert.deepEqual(
    [method, told],
    ['notifications/resources/updated', { _meta: { [`${META}subscriptionId`]: 7 }, uri: 'test://greeting' }],
  );
  stream.hangUp();
  const uris = async () => textOf(await call('subscriptions'));
  await eventually(async () => (await uris()) === '{"uris":[]}', { what: 'the subscription to be given back' });
});

test('a log level is that of one request', async t => {
  const { post } = await clientOf(t);
  const log = (level: string, wanted?: string) =>
    post('tools/call', {
      params: { name: 'log', arguments: { level, text: 'x' } },
      meta: wanted === undefined ? {} : { [`${META}logLevel`]: wanted },
    });
  assert.equal((await log('error')).isStream, false);
  const heard = await log('debug', 'debug');
  assert.deepEqual((await heard.event(0)).params, { level: 'debug', logger: 'fixture', data: 'x' });
  assert.equal((await log('info', 'error')).isStream, false);
});

test('with a process for each client, the requests of one client meet the same one', async t => {
  const { call } = await clientOf(t, { sharing: 'perClient' });
  const who = (name: string): Post => ({ meta: { [`${META}clientInfo`]: { name, version: '1' } } });
  const pids = [];
  for (const name of ['a', 'a', 'b', 'a', 'b']) pids.push(textOf(await call('pid', {}, who(name))));
  const [a, , b] = pids;
  assert.deepEqual(pids, [a, a, b, a, b]);
  assert.notEqual(a, b);
});
