import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { LatencyWindow } from '../../src/health/latency.ts';

const filled = (times: readonly number[], now = 0): LatencyWindow => {
  const window = new LatencyWindow();
  for (const ms of times) window.record(now, ms, false);
  return window;
};

const nearestRank = (times: readonly number[], percent: number): number => {
  const sorted = [...times].sort((a, b) => a - b);
  return sorted[Math.ceil((percent * sorted.length) / 100) - 1] ?? Number.NaN;
};

const within = (actual: number | null, exact: number): boolean =>
  actual !== null && Math.abs(actual - exact) <= Math.max(exact * 0.03, 0.001);

test('an empty window has no percentiles and no errors', () => {
  assert.deepEqual(new LatencyWindow().summary(0), { count: 0, p50: null, p95: null, p99: null, errorRate: 0 });
});

test('percentiles are within 3 % of the sorted answers, from microseconds to an hour', () => {
  const time = fc.oneof(
    fc.double({ min: 0, max: 1, noNaN: true }),
    fc.double({ min: 1, max: 1_000, noNaN: true }),
    fc.double({ min: 1_000, max: 3_600_000, noNaN: true }),
  );
  fc.assert(
    fc.property(fc.array(time, { minLength: 1, maxLength: 200 }), times => {
      const { p50, p95, p99 } = filled(times).summary(0);
      return (
        within(p50, nearestRank(times, 50)) &&
        within(p95, nearestRank(times, 95)) &&
        within(p99, nearestRank(times, 99))
      );
    }),
    { numRuns: 500 },
  );
});

test('percentiles use the nearest rank', () => {
  const { p50, p95, p99 } = filled(Array.from({ length: 20 }, (_, i) => (i + 1) / 1_000)).summary(0);
  assert.deepEqual([p50, p95, p99], [0.01, 0.019, 0.02]);
});

test('the window holds exactly what its last 30 slices hold', () => {
  const entry = fc.record({ waitMs: fc.integer({ min: 0, max: 60_000 }), failed: fc.boolean() });
  fc.assert(
    fc.property(fc.array(entry, { maxLength: 60 }), entries => {
      const window = new LatencyWindow();
      let now = 0;
      const all = entries.map(({ waitMs, failed }) => {
        now += waitMs;
        window.record(now, 1, failed);
        return { slice: Math.floor(now / 10_000), failed };
      });
      const kept = all.filter(({ slice }) => slice > Math.floor(now / 10_000) - 30);
      const { count, errorRate } = window.summary(now);
      assert.equal(count, kept.length);
      assert.equal(errorRate, kept.length === 0 ? 0 : kept.filter(({ failed }) => failed).length / kept.length);
    }),
    { numRuns: 500 },
  );
});

test('an answer stays for 290 s at least and is gone after 300 s', () => {
  const window = filled([5], 9_999);
  assert.equal(window.summary(299_999).count, 1);
  assert.equal(window.summary(300_000).count, 0);
});

test('a failure counts for the error rate and not for the times', () => {
  const window = filled([10, 10, 10]);
  window.record(0, 600_000, true);
  const { count, errorRate, p99 } = window.summary(0);
  assert.deepEqual([count, errorRate], [4, 0.25]);
  assert.ok(within(p99, 10));
});

test('failures alone have no percentiles', () => {
  const window = new LatencyWindow();
  window.record(0, 1, true);
  assert.deepEqual(window.summary(0), { count: 1, p50: null, p95: null, p99: null, errorRate: 1 });
});

test('a clock that steps back loses nothing', () => {
  const window = filled([1], 50_000);
  window.record(10_000, 1, false);
  assert.equal(window.summary(50_000).count, 2);
});

test('a time beyond measure is counted as the longest there is', () => {
  const { p50 } = filled([Number.POSITIVE_INFINITY]).summary(0);
  assert.ok(within(p50, 2 ** 32 / 1_000));
});

test('clear forgets everything', () => {
  const window = filled([1, 2, 3]);
  window.clear();
  assert.equal(window.summary(0).count, 0);
});
