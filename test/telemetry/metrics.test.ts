import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { HoldfastEvent } from '../../src/telemetry/events.ts';
import { Metrics } from '../../src/telemetry/metrics.ts';
import type { Snapshot } from '../../src/telemetry/metrics-registry.ts';
import { Scrape } from '../support/prometheus.ts';
import { serverFigures } from './figures.ts';

const of = (server: string) => ({ at: 0, server, instance: 1, incarnation: 1 });
const starting = (server: string): HoldfastEvent => ({
  type: 'server.starting',
  ...of(server),
  attempt: 1,
  command: ['x'],
  launch: 'direct',
});
const ready = (server: string): HoldfastEvent => ({
  type: 'server.ready',
  ...of(server),
  pid: 1,
  readyMs: 500,
  tools: 1,
  protocolVersion: '2025-11-25',
  container: '',
});

function metricsOf(snapshot: Partial<Snapshot> = {}) {
  const state = { servers: [serverFigures('files')], sessions: 0, problems: 0, ports: null, ...snapshot };
  let looks = 0;
  const metrics = new Metrics({
    version: '1.2.3',
    look: async () => {
      looks++;
      return state;
    },
  });
  return { metrics, state, looks: () => looks, scrape: async () => new Scrape((await metrics.text()).text) };
}

test('what happened before anybody asked is counted, however much it was', async t => {
  const { metrics, scrape } = metricsOf();
  t.after(() => metrics.close());
  for (let at = 0; at < 2_500; at++) metrics.heard(starting('files'));
  assert.equal((await scrape()).value('holdfast_server_starts_total', { server: 'files' }), 2_500);
  metrics.heard(starting('files'));
  assert.equal((await scrape()).value('holdfast_server_starts_total', { server: 'files' }), 2_501);
});

test('scrapes at the same time share one look', async t => {
  const { metrics, scrape, looks } = metricsOf();
  t.after(() => metrics.close());
  await Promise.all([scrape(), scrape(), scrape()]);
  assert.equal(looks(), 1);
  await scrape();
  assert.equal(looks(), 2);
});

test('a server that is gone from the configuration is gone from the metrics, also where it speaks once more', async t => {
  const { metrics, state, scrape } = metricsOf({ servers: [serverFigures('files'), serverFigures('old')] });
  t.after(() => metrics.close());
  metrics.heard(starting('old'));
  metrics.heard(ready('old'));
  const before = await scrape();
  assert.equal(before.value('holdfast_server_up', { server: 'old' }), 1);
  assert.equal(before.value('holdfast_server_start_duration_seconds_count', { server: 'old' }), 1);
  state.servers = [serverFigures('files')];
  metrics.heard(starting('old'));
  const { families } = await scrape();
  const left = families.filter(({ metrics: series }) => series.some(({ labels }) => labels?.server === 'old'));
  assert.deepEqual(left, []);
});

test('restarts are counted on when an instance goes with its own count, or is followed by another', async t => {
  const { metrics, state, scrape } = metricsOf();
  t.after(() => metrics.close());
  const files = (...counts: number[]) => {
    const instances = counts.map((count, at) => ({
      instance: at + 1,
      restarts: { byCause: count === 0 ? {} : { PROCESS_EXITED: count } },
    }));
    state.servers = [serverFigures('files', {}, instances)];
  };
  const total = async () =>
    (await scrape()).value('holdfast_server_restarts_total', { server: 'files', cause: 'PROCESS_EXITED' });
  files(2, 3);
  assert.equal(await total(), 5);
  files(3);
  assert.equal(await total(), 6);
  files(0);
  assert.equal(await total(), 6);
  files(1);
  assert.equal(await total(), 7);
});

test('figures of all instances are added up, and what the system does not tell is left out', async t => {
  const usage = { rssBytes: 1_000, cpuPercent: 50, processes: 1, handles: null };
  const { metrics, scrape } = metricsOf({
    servers: [serverFigures('files', {}, [{ usage, inFlight: 2 }, { usage, inFlight: 1 }, { state: 'stopped' }])],
  });
  t.after(() => metrics.close());
  const seen = await scrape();
  const files = (name: string) => seen.value(`holdfast_server_${name}`, { server: 'files' });
  assert.deepEqual([files('rss_bytes'), files('cpu_ratio'), files('processes'), files('handles')], [2_000, 1, 2, null]);
  assert.deepEqual([files('calls_in_flight'), files('instances')], [3, 2]);
});

test('what the manager is told of itself and the machine comes out', async t => {
  const { metrics, state, scrape } = metricsOf({ sessions: 7 });
  t.after(() => metrics.close());
  metrics.heard({ type: 'gateway.refused', at: 0, reason: '401 CONNECTION_TOKEN_REFUSED', count: 3 });
  metrics.heard({
    type: 'manager.swept',
    at: 0,
    found: [{ server: 'a', pids: [1, 2], survivors: [], containers: [] }],
  });
  metrics.heard({ type: 'config.rejected', at: 0, file: null, issues: ['a mistake'] });
  state.problems = 1;
  const first = await scrape();
  assert.equal(first.value('holdfast_config_reloads_total', { outcome: 'rejected' }), 1);
  assert.equal(first.value('holdfast_config_problems'), 1);
  const refused = { status: '401', cause: 'CONNECTION_TOKEN_REFUSED' };
  assert.equal(first.value('holdfast_gateway_refused_total', refused), 3);
  assert.equal(first.value('holdfast_manager_swept_processes_total'), 2);
  assert.equal(first.value('holdfast_gateway_sessions'), 7);
  assert.equal(first.value('holdfast_network_ports_used_ratio'), null);
  metrics.heard({ type: 'logs.degraded', at: 0, folder: '/logs', reason: 'ENOSPC' });
  assert.equal((await scrape()).value('holdfast_logs_degraded'), 1);
  metrics.heard({ type: 'logs.recovered', at: 0, folder: '/logs', droppedLines: 12 });
  const recovered = await scrape();
  assert.deepEqual(
    [recovered.value('holdfast_logs_degraded'), recovered.value('holdfast_logs_dropped_lines_total')],
    [0, 12],
  );
  state.ports = { used: 100, of: 400 };
  assert.equal((await scrape()).value('holdfast_network_ports_used_ratio'), 0.25);
});
