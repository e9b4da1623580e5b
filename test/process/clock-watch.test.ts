import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pausedMs, watchClock } from '../../src/process/clock-watch.ts';
import { FakeClock } from '../support/fake-clock.ts';

function setUp() {
  const clock = new FakeClock();
  const paused: number[] = [];
  const watch = watchClock(clock, ms => paused.push(ms));
  watch.start();
  return { clock, paused, watch };
}

test('time that passes as it should is no pause', () => {
  const { clock, paused } = setUp();
  clock.advanceSync(3_600_000);
  assert.deepEqual(paused, []);
});

test('a sleep is told once, with its length', () => {
  const { clock, paused } = setUp();
  clock.advanceSync(12_000);
  clock.suspend(3_600_000);
  clock.advanceSync(60_000);
  assert.deepEqual(paused, [3_597_000]);
});

test('a jump of the wall clock is told, forth and back', () => {
  const { clock, paused } = setUp();
  clock.jumpWall(600_000);
  clock.advanceSync(30_000);
  clock.jumpWall(-600_000);
  clock.advanceSync(30_000);
  assert.deepEqual(paused, [600_000, 600_000]);
});

test('a busy event loop is no sleep', () => {
  const { clock, paused } = setUp();
  clock.advanceSync(4_000);
  clock.suspend(6_000);
  clock.advanceSync(30_000);
  assert.deepEqual(paused, []);
});

test('there is one timer, and stopping gives it back, also from within', () => {
  const { clock, watch: watching } = setUp();
  clock.advanceSync(12_000);
  assert.equal(clock.pending.length, 1);
  watching.stop();
  watching.stop();
  assert.deepEqual(clock.pending, []);
  const other = new FakeClock();
  const within = watchClock(other, () => within.stop());
  within.start();
  within.start();
  assert.equal(other.pending.length, 1);
  other.jumpWall(60_000);
  other.advanceSync(20_000);
  assert.deepEqual(other.pending, []);
});

test('who fell due in a sleep is told of it first, and may be taken back by that', () => {
  const clock = new FakeClock();
  const told: string[] = [];
  const watch = watchClock(clock, ms => {
    told.push(`slept ${ms}`);
    obsolete.cancel();
  });
  watch.start();
  clock.advanceSync(4_000);
  // Both due before the next look, which comes 5 s after the first.
  watch.clock.setTimer(500, () => told.push('late'));
  const obsolete = watch.clock.setTimer(500, () => told.push('obsolete'));
  clock.suspend(3_600_000);
  clock.advanceSync(60_000);
  assert.deepEqual(told, ['slept 3599000', 'late']);
});

test('a look before its time finds what passes as it should, and a jump, once', () => {
  const { clock, paused, watch } = setUp();
  const often = (): void => void watch.clock.setTimer(700, often);
  often();
  clock.advanceSync(600_000);
  assert.deepEqual(paused, []);
  clock.jumpWall(-60_000);
  clock.advanceSync(600_000);
  assert.deepEqual(paused, [60_000]);
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
