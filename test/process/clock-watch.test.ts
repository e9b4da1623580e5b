import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pausedMs, watchClock } from '../../src/process/clock-watch.ts';
import { FakeClock } from '../support/fake-clock.ts';

function watch() {
  const clock = new FakeClock();
  const paused: number[] = [];
  return { clock, paused, watch: watchClock(clock, ms => paused.push(ms)) };
}

test('time that passes as it should is no pause', () => {
  const { clock, paused } = watch();
  clock.advanceSync(3_600_000);
  assert.deepEqual(paused, []);
});

test('a sleep is told once, with its length', () => {
  const { clock, paused } = watch();
  clock.advanceSync(12_000);
  clock.suspend(3_600_000);
  clock.advanceSync(60_000);
  assert.deepEqual(paused, [3_597_000]);
});

test('a jump of the wall clock is told, forth and back', () => {
  const { clock, paused } = watch();
  clock.jumpWall(600_000);
  clock.advanceSync(30_000);
  clock.jumpWall(-600_000);
  clock.advanceSync(30_000);
  assert.deepEqual(paused, [600_000, 600_000]);
});

test('a busy event loop is no sleep', () => {
  const { clock, paused } = watch();
  clock.advanceSync(4_000);
  clock.suspend(6_000);
  clock.advanceSync(30_000);
  assert.deepEqual(paused, []);
});

test('there is one timer, and stopping gives it back, also from within', () => {
  const { clock, watch: watching } = watch();
  clock.advanceSync(12_000);
  assert.equal(clock.pending.length, 1);
  watching.stop();
  watching.stop();
  assert.deepEqual(clock.pending, []);
  const other = new FakeClock();
  const within = watchClock(other, () => within.stop());
  other.jumpWall(60_000);
  other.advanceSync(20_000);
  assert.deepEqual(other.pending, []);
});

test('either clock alone shows a pause, and only beyond 5 s', () => {
  const before = { now: 1_000, wall: 1_000_000 };
  const after = (now: number, wall: number) => ({ now: before.now + now, wall: before.wall + wall });
  assert.equal(pausedMs(before, after(5_000, 5_000), 5_000), 0);
  assert.equal(pausedMs(before, after(10_000, 10_000), 5_000), 0);
  assert.equal(pausedMs(before, after(10_001, 10_001), 5_000), 5_001);
  assert.equal(pausedMs(before, after(5_000, 65_000), 5_000), 60_000, 'the monotonic clock slept too');
  assert.equal(pausedMs(before, after(5_000, -55_000), 5_000), 60_000, 'the wall clock was set back');
  assert.equal(pausedMs(before, after(65_000, 5_000), 5_000), 60_000);
});
