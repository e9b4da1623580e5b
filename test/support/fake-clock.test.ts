import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FakeClock } from './fake-clock.ts';

test('timers run in the order they are due, each at its own time', async () => {
  const clock = new FakeClock();
  const ran: [string, number][] = [];
  clock.setTimer(20, () => ran.push(['late', clock.now()]));
  clock.setTimer(10, () => ran.push(['early', clock.now()]));
  clock.setTimer(10, () => ran.push(['second', clock.now()]));
  await clock.advance(15);
  assert.deepEqual(ran, [
    ['early', 10],
    ['second', 10],
  ]);
  assert.deepEqual(clock.pending, [5]);
  assert.equal(clock.now(), 15);
});

test('a timer that is set by another, behind a promise, runs within the same advance', async () => {
  const clock = new FakeClock();
  const at: number[] = [];
  const again = async (): Promise<void> => {
    at.push(clock.now());
    await Promise.resolve();
    clock.setTimer(10, again);
  };
  clock.setTimer(10, again);
  await clock.advance(35);
  assert.deepEqual(at, [10, 20, 30]);
});

test('a cancelled timer never runs, and cancelling twice is harmless', () => {
  const clock = new FakeClock();
  const timer = clock.setTimer(1, () => assert.fail('it ran'));
  timer.cancel();
  timer.cancel();
  clock.advanceSync(10);
  assert.deepEqual(clock.pending, []);
});

test('the wall clock moves along, and can jump alone', () => {
  const clock = new FakeClock(1_000);
  clock.advanceSync(5);
  assert.equal(clock.wall(), 1_005);
  clock.jumpWall(-1_000);
  assert.deepEqual([clock.now(), clock.wall()], [5, 5]);
});

test('after a suspension the overdue timer runs late, once', async () => {
  const clock = new FakeClock();
  const at: number[] = [];
  clock.setTimer(10, () => at.push(clock.now()));
  clock.suspend(3_600_000);
  assert.deepEqual(at, []);
  await clock.advance(0);
  assert.deepEqual(at, [3_600_000]);
});
