import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemClock } from '../../src/process/clock.ts';

test('a timer never fires before its time, by the clock that set it', async () => {
  const early: number[] = [];
  const timers = Array.from({ length: 200 }, (_, n) => {
    const ms = 1 + n / 7;
    const due = systemClock.now() + ms;
    return new Promise<void>(resolve => {
      systemClock.setTimer(ms, () => {
        if (systemClock.now() < due) early.push(systemClock.now() - due);
        resolve();
      });
    });
  });
  await Promise.all(timers);
  assert.deepEqual(early, []);
});

test('a time that has passed, or is longer than Node can count, is no trouble', async () => {
  let never = 0;
  const far = systemClock.setTimer(2 ** 40, () => never++);
  const forever = systemClock.setTimer(Infinity, () => never++);
  await new Promise<void>(resolve => systemClock.setTimer(-5, resolve));
  await new Promise<void>(resolve => systemClock.setTimer(5, resolve));
  far.cancel();
  forever.cancel();
  assert.equal(never, 0);
});

test('a cancelled timer does not fire', async () => {
  let fired = 0;
  const timer = systemClock.setTimer(1, () => fired++);
  timer.cancel();
  timer.cancel();
  await new Promise<void>(resolve => systemClock.setTimer(5, resolve));
  assert.equal(fired, 0);
});
