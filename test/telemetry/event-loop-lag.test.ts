import assert from 'node:assert/strict';
import { type IntervalHistogram, monitorEventLoopDelay } from 'node:perf_hooks';
import { test } from 'node:test';
import { EventLoopLag } from '../../src/telemetry/event-loop-lag.ts';
import { eventually } from '../support/eventually.ts';

/** A histogram of what the system would record, in milliseconds. */
function recorded(values: number[]) {
  const log: string[] = [];
  const histogram = {
    get count() {
      return values.length;
    },
    get max() {
      return Math.max(...values) * 1e6;
    },
    percentile: (percent: number) => Number(values[Math.ceil((percent / 100) * values.length) - 1]) * 1e6,
    enable: () => log.push('enable'),
    disable: () => log.push('disable'),
    reset: () => {
      values.length = 0;
    },
  };
  return { log, watch: () => histogram as unknown as IntervalHistogram };
}

test('the lag is what is over the resolution, since the read before', () => {
  const values: number[] = [];
  const { watch } = recorded(values);
  const lag = new EventLoopLag(watch);
  assert.equal(lag.read(), null);
  values.push(...Array.from({ length: 98 }, () => 20.5), 45, 320);
  assert.deepEqual(lag.read(), { p50: 0.5, p99: 25, max: 300 });
  assert.deepEqual(lag.read(), { p50: 0, p99: 0, max: 0 });
});

test('nothing is watched before somebody asks, nor once it is stopped', () => {
  const { log, watch } = recorded([]);
  const lag = new EventLoopLag(watch);
  assert.deepEqual(log, []);
  lag.read();
  assert.deepEqual(log, ['enable']);
  lag.stop();
  assert.equal(lag.read(), null);
  assert.deepEqual(log, ['enable', 'disable']);
});

test('a loop that is really blocked is late', async () => {
  const histogram = monitorEventLoopDelay({ resolution: 20 });
  const lag = new EventLoopLag(() => histogram);
  lag.read();
  await eventually(() => histogram.count > 0, { what: 'the first look' });
  const end = performance.now() + 100;
  while (performance.now() < end);
  await eventually(() => histogram.max > 60e6, { what: 'the look after the pause' });
  assert.ok(Number(lag.read()?.max) > 40);
  lag.stop();
});
