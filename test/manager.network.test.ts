import assert from 'node:assert/strict';
import { test } from 'node:test';
import { os } from '../src/platform/platform.ts';
import { createLogger, logEvents } from '../src/telemetry/logger.ts';
import { eventually } from './support/eventually.ts';
import { manage, served } from './support/managed.ts';

const debug = { holdfast: { network: { debug: true } } };

test('with network.debug the requests of a server are in the network channel without secrets, and nowhere else', async t => {
  const { manager, events, all, text, event, kill } = await manage(t, { web: served('calls-out', debug) });
  let log = '';
  const logger = createLogger({ level: 'info', json: true, destination: { write: line => (log += line) } });
  t.after(logEvents(listener => manager.onEvent(listener), logger));
  await manager.start();
  assert.equal(await text('request', { secret: 'very-secret' }), 'asked');
  await eventually(() => all('server.output').length > 0, { what: 'its own words' });
  assert.deepEqual(
    all('server.output').map(({ line }) => line),
    ['my own words'],
  );
  const operations = all('network.operation');
  const lines = operations.map(({ area, line }) => `${area}: ${line}`);
  assert.ok(
    lines.some(line => /^fetch: sending request to GET http:.*api_key=\[redacted\]/.test(line)),
    lines.join('\n'),
  );
  assert.ok(lines.some(line => line.startsWith('http: ')));
  assert.equal(JSON.stringify(events).includes('very-secret'), false);
  assert.match(log, /"channel":"network","type":"network.operation","server":"web"/);
  assert.equal(log.includes('very-secret'), false);
  kill();
  const { fault } = await event('server.down');
  assert.deepEqual(fault.stderrTail, ['my own words']);
});

test('without it a server is left alone', async t => {
  const { manager, all, text } = await manage(t, { web: served('calls-out') });
  await manager.start();
  assert.equal(await text('request', { secret: 'x' }), 'asked');
  assert.equal(await text('variable', { name: 'NODE_DEBUG' }), 'undefined');
  assert.deepEqual(all('network.operation'), []);
});

test('a server is started with its network settings, its own over those for all', async t => {
  const env = { NODE_OPTIONS: '--no-deprecation' };
  const holdfast = { network: { threadPoolSize: 8, dnsOrder: 'ipv6first' } };
  const server = served('calls-out', { env, holdfast: { network: { dnsOrder: 'ipv4first' } } });
  const { manager, text } = await manage(t, { web: server }, { holdfast });
  await manager.start();
  assert.equal(await text('variable', { name: 'UV_THREADPOOL_SIZE' }), '8');
  assert.equal(
    await text('variable', { name: 'NODE_OPTIONS' }),
    '--no-deprecation --trace-warnings --dns-result-order=ipv4first',
  );
});

test('with each health check the sockets of a server are looked at, and what it leaves open is counted', async t => {
  const holdfast = { health: { intervalMs: 100 } };
  const { manager, all, text } = await manage(t, { web: served('calls-out', { holdfast }) });
  await manager.start();
  assert.equal(await text('hoard', { count: 6 }), '6');
  const checks = all('health.checked').length;
  await eventually(() => all('health.checked').length > checks + 2, { what: 'a check' });
  if (os === 'macos') return assert.equal(all('network.sockets').at(-1), undefined);
  // They are looked at after the check has been told, and that takes its time.
  const hoarded = () => all('network.sockets').find(({ closeWait }) => closeWait === 6);
  const found = await eventually(hoarded, { what: 'the sockets that it leaves open' });
  assert.deepEqual([found?.server, found?.listening], ['web', 1]);
  assert.equal(manager.network().ports?.verdict, 'ok');
});
