import assert from 'node:assert/strict';
import { test } from 'node:test';
import { packageVersion } from '../src/version.ts';
import { fault, manage, served } from './support/managed.ts';
import { Scrape } from './support/prometheus.ts';

test('a scrape of real servers tells what status tells, and what became of every call', async t => {
  const retries = { restart: { retries: 0, minMs: 0, maxMs: 0, windowExits: 0 } };
  const { manager, event, status, kill } = await manage(t, {
    one: served('well-behaved'),
    broken: served('exits-at-start', { holdfast: retries }),
  });
  const { url, token } = await manager.listen({ port: 0 });
  await manager.start();
  await manager.callTool('one', 'echo', { text: 'a' });
  await manager.callTool('one', 'fail');
  await fault(manager.callTool('one', 'hang', {}, { timeoutMs: 20 }));
  await manager.requestRaw('one', '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"rpc-error"}}');
  await manager.requestRaw('one', '{"jsonrpc":"2.0","id":2,"method":"acme/thing","params":{}}');
  kill();
  await event('server.ready', ({ incarnation }) => incarnation === 2);
  const crash = await fault(manager.callTool('one', 'crash'));
  assert.equal(crash.code, 'PROCESS_EXITED_DURING_CALL');
  await event('server.ready', ({ incarnation }) => incarnation === 3);

  const response = await fetch(new URL('/metrics', url), { headers: { authorization: `Bearer ${token}` } });
  assert.equal(response.status, 200);
  assert.match(response.headers.get('content-type') ?? '', /^text\/plain; version=0\.0\.4/);
  const scrape = new Scrape(await response.text());
  const one = (name: string, labels = {}) => scrape.value(`holdfast_${name}`, { server: 'one', ...labels });
  const broken = (name: string, labels = {}) => scrape.value(`holdfast_${name}`, { server: 'broken', ...labels });

  const now = status();
  assert.equal(one('server_up'), 1);
  assert.deepEqual([one('server_state', { state: 'ready' }), one('server_state', { state: 'failed' })], [1, 0]);
  assert.equal(one('server_state'), 1, 'it is in one state');
  assert.equal(one('server_health', { health: now.health }), 1);
  assert.equal(one('server_tools'), now.tools);
  assert.equal(one('server_restarts_total'), now.restarts.total);
  for (const [cause, count] of Object.entries(now.restarts.byCause))
    assert.equal(one('server_restarts_total', { cause }), count);
  assert.equal(one('server_rss_bytes'), now.usage?.rssBytes);
  assert.equal(one('server_processes'), now.usage?.processes);
  assert.equal(one('server_handles'), now.usage?.handles ?? null);
  assert.deepEqual([one('server_calls_in_flight'), one('server_calls_held'), one('server_survivors')], [0, 0, 0]);
  assert.deepEqual([one('server_starts_total'), one('server_start_duration_seconds_count')], [3, 3]);
  assert.equal(one('server_downs_total'), 2);
  assert.equal(one('server_start_failures_total'), null);

  const calls = (outcome: string) => one('calls_total', { method: 'tools/call', outcome });
  assert.deepEqual(['answered', 'toolError', 'serverError', 'timedOut', 'rejected'].map(calls), [1, 1, 1, 1, 1]);
  assert.equal(
    one('calls_total', { method: 'other', outcome: 'serverError' }),
    1,
    'what a client makes up is no label',
  );
  assert.equal(one('calls_rejected_total', { cause: 'PROCESS_EXITED_DURING_CALL' }), 1);
  const took = (rest: string, labels = {}) => one(`call_duration_seconds_${rest}`, { method: 'tools/call', ...labels });
  assert.deepEqual([took('count'), took('bucket', { le: '+Inf' }), took('bucket', { le: '600' })], [3, 3, 3]);
  assert.ok(Number(took('sum')) > 0 && Number(took('sum')) < 60, 'in seconds');

  assert.deepEqual([broken('server_up'), broken('server_state', { state: 'failed' })], [0, 1]);
  assert.equal(
    broken('server_start_failures_total', { step: 'initialize', cause: String(status('broken').lastError?.code) }),
    1,
  );
  assert.equal(broken('server_failures_total'), 1);
  assert.equal(broken('server_downs_total'), null);
  assert.equal(broken('server_uptime_seconds'), null);

  assert.equal(scrape.value('holdfast_build_info', { version: packageVersion() }), 1);
  assert.ok(Number(scrape.value('process_resident_memory_bytes')) > 10_000_000);
  const again = new Scrape(await manager.metrics());
  assert.ok(Number(again.value('holdfast_manager_event_loop_lag_seconds', { quantile: '1' })) >= 0);
});

test('calls that wait, are repeated and are under way are counted as such', async t => {
  const { manager, event } = await manage(t, { one: served('well-behaved') });
  await manager.start();
  const slow = manager.callTool('one', 'slow', { ms: 60_000 });
  const scrape = async () => new Scrape(await manager.metrics());
  assert.equal((await scrape()).value('holdfast_server_calls_in_flight', { server: 'one' }), 1);
  assert.equal(await manager.callTool('one', 'crash-once').then(({ content }) => content[0]?.text), 'survived');
  await event('session.restored');
  const after = await scrape();
  const one = (name: string) => after.value(`holdfast_${name}`, { server: 'one' });
  assert.equal(one('calls_replayed_total'), 1, 'the slow one is repeated too, and counts when it ends');
  assert.equal(one('calls_held_total'), 2);
  assert.equal(one('server_calls_in_flight'), 1);
  const stopped = fault(slow);
  await manager.stop();
  assert.equal((await stopped).code, 'PROCESS_EXITED_DURING_CALL');
});

test('a server that a reload takes away takes its series along', async t => {
  const { manager } = await manage(t, { one: served('well-behaved') });
  await manager.start();
  const up = async () => new Scrape(await manager.metrics()).value('holdfast_server_up', { server: 'one' });
  assert.equal(await up(), 1);
  await manager.reload({ mcpServers: {} });
  assert.equal(await up(), null);
  const scrape = new Scrape(await manager.metrics());
  assert.equal(scrape.value('holdfast_config_reloads_total', { outcome: 'loaded' }), 1);
  assert.equal(scrape.value('holdfast_server_starts_total'), null);
});

test('/metrics is for those who have the token', async t => {
  const { manager } = await manage(t, {});
  const { url } = await manager.listen({ port: 0 });
  const ask = (headers: Record<string, string>) => fetch(new URL('/metrics', url), { headers });
  assert.equal((await ask({})).status, 401);
  assert.equal((await ask({ authorization: 'Bearer of bad news' })).status, 401);
});
