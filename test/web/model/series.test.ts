import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chartData, extremes, merged, noSeries, summed } from '../../../web/src/model/series.ts';
import type { HistoryReport, Restart } from '../../../web/src/model/wire.ts';

const restart = (at: number, server = 'a'): Restart => ({
  at,
  server,
  code: 'PROCESS_EXITED',
  category: 'process',
  message: 'it exited',
  isStart: false,
});

function report(times: readonly number[], given: Partial<HistoryReport> = {}): HistoryReport {
  const column = times.map(time => time / 10);
  const figures = { p50: column, p95: column, p99: column, errorRate: times.map(() => 0) };
  return {
    now: times.at(-1) ?? 0,
    everyMs: 5_000,
    times,
    servers: { a: { ...figures, rssBytes: column, cpuPercent: column, inFlight: column, held: column } },
    manager: { rssBytes: column, lagMs: column, sessions: column },
    restarts: [],
    totals: {},
    ...given,
  };
}

test('what is new is put behind what is known, and nothing twice', () => {
  const series = merged(merged(noSeries, report([10_000, 15_000])), report([15_000, 20_000]));
  assert.deepEqual(series.times, [10_000, 15_000, 20_000]);
  assert.deepEqual(series.servers.a?.p95, [1_000, 1_500, 2_000]);
  assert.deepEqual(series.manager.sessions, [1_000, 1_500, 2_000]);
});

test('an answer without anything new changes nothing but the totals', () => {
  const first = merged(noSeries, report([10_000]));
  const totals = { a: { answered: 3, held: 0, replayed: 0, rejected: 0, timedOut: 0, cancelled: 0 } };
  const second = merged(first, report([], { now: 12_000, totals }));
  assert.deepEqual(second.times, [10_000]);
  assert.equal(second.totals.a?.answered, 3);
});

test('a server that comes later has nothing before, and one that is gone is forgotten', () => {
  const first = merged(noSeries, report([10_000]));
  const later = report([15_000]);
  const second = merged(first, { ...later, servers: { b: later.servers.a } as HistoryReport['servers'] });
  assert.deepEqual(Object.keys(second.servers), ['b']);
  assert.deepEqual(second.servers.b?.p50, [null, 1_500]);
});

test('an hour is kept', () => {
  const first = merged(noSeries, report([0, 5_000]));
  const second = merged(first, report([3_603_000]));
  assert.deepEqual(second.times, [5_000, 3_603_000]);
  assert.deepEqual(second.servers.a?.p50, [500, 360_300]);
});

test('a restart that is told twice is one', () => {
  const first = merged(noSeries, report([10_000], { restarts: [restart(9_000)] }));
  const second = merged(first, report([15_000], { restarts: [restart(9_000), restart(9_000, 'b'), restart(14_000)] }));
  assert.deepEqual(
    second.restarts.map(({ at, server }) => `${at} ${server}`),
    ['9000 a', '9000 b', '14000 a'],
  );
});

test('without a call there is no error rate', () => {
  const given = report([5_000, 10_000, 15_000]);
  const a = { ...given.servers.a, p50: [null, null, 3], errorRate: [0, 1, 0] };
  const series = merged(noSeries, { ...given, servers: { a } as HistoryReport['servers'] });
  assert.deepEqual(series.servers.a?.errorRate, [null, 1, 0]);
});

test('a chart has a gap where the manager was gone', () => {
  const series = merged(noSeries, report([10_000, 15_000, 60_000, 65_000]));
  assert.deepEqual(chartData(series, [series.servers.a?.p50, undefined], 60_000, 65_000), {
    times: [10, 15, 20, 60, 65],
    columns: [
      [1_000, 1_500, null, 6_000, 6_500],
      [null, null, null, null, null],
    ],
  });
});

test('a chart shows the time that is asked for', () => {
  const series = merged(noSeries, report([10_000, 15_000, 20_000]));
  assert.deepEqual(chartData(series, [], 5_000, 20_000).times, [15, 20]);
  assert.deepEqual(chartData(series, [], 5_000, 90_000).times, []);
});

test('least, most and last are of what is known', () => {
  assert.deepEqual(extremes([null, 3, 1, null]), { min: 1, max: 3, last: null });
  assert.equal(extremes([null]), null);
});

test('totals of several servers are one, and servers without a call have none', () => {
  const one = { answered: 1, held: 2, replayed: 3, rejected: 4, timedOut: 5, cancelled: 6 };
  assert.deepEqual(summed([one, undefined, one]), {
    answered: 2,
    held: 4,
    replayed: 6,
    rejected: 8,
    timedOut: 10,
    cancelled: 12,
  });
});
