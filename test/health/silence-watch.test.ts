import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SilenceWatch } from '../../src/health/silence-watch.ts';
import { FakeClock } from '../support/fake-clock.ts';

function watching(waitedMs = 5_000) {
  const clock = new FakeClock();
  const from = clock.now();
  const state = { silentSince: clock.now() as number | null };
  const noticed: number[] = [];
  const watch = new SilenceWatch(clock, {
    waitedMs,
    silentSince: () => state.silentSince,
    onSilence: () => noticed.push(clock.now() - from),
  });
  return { clock, state, noticed, watch };
}

test('a call that waits without a byte is noticed, and again while it goes on', async () => {
  const { clock, noticed, watch } = watching();
  watch.start();
  await clock.advance(12_000);
  assert.deepEqual(noticed, [5_000, 10_000]);
  watch.stop();
});

test('a byte begins the waiting anew, with the same one timer', async () => {
  const { clock, state, noticed, watch } = watching();
  watch.start();
  await clock.advance(3_000);
  state.silentSince = clock.now();
  watch.start();
  assert.equal(clock.pending.length, 1);
  await clock.advance(4_000);
  assert.deepEqual(noticed, []);
  await clock.advance(1_000);
  assert.deepEqual(noticed, [8_000]);
  watch.stop();
});

test('where no call waits, or it is turned off, there is no timer', async () => {
  const idle = watching();
  idle.state.silentSince = null;
  idle.watch.start();
  const off = watching(0);
  off.watch.start();
  assert.deepEqual([idle.clock.pending, off.clock.pending], [[], []]);
});

test('stopping lets go of the timer', () => {
  const { clock, watch } = watching();
  watch.start();
  watch.stop();
  assert.deepEqual(clock.pending, []);
});
