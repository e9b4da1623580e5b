import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FIRST_LIST_MS, Patience } from '../../src/gateway/patience.ts';
import { FakeClock } from '../support/fake-clock.ts';

const never = new Promise<void>(() => {});

test('it waits for what is awaited, and then keeps no timer', async () => {
  const clock = new FakeClock();
  let finish = () => {};
  const work = new Promise<void>(resolve => {
    finish = resolve;
  });
  const waited = new Patience(clock).wait(['files'], work);
  assert.deepEqual(clock.pending, [FIRST_LIST_MS]);
  finish();
  await waited;
  assert.deepEqual(clock.pending, []);
});

test('its time is over for all who wait, whenever they came', async () => {
  const clock = new FakeClock();
  const patience = new Patience(clock);
  const done: string[] = [];
  void patience.wait(['files'], never).then(() => done.push('first'));
  await clock.advance(FIRST_LIST_MS - 1_000);
  void patience.wait(['files'], never).then(() => done.push('second'));
  await clock.advance(999);
  assert.equal(done.length, 0);
  await clock.advance(1);
  assert.deepEqual(done, ['first', 'second']);
  await patience.wait(['files'], never);
  void patience.wait(['files', 'web'], never).then(() => done.push('with another'));
  await clock.advance(FIRST_LIST_MS);
  assert.deepEqual(done, ['first', 'second', 'with another']);
});
