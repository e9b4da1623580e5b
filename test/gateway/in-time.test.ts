import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HoldfastError } from '../../src/errors/holdfast-error.ts';
import { ANSWER_MS, inTime } from '../../src/gateway/in-time.ts';
import { Cancellation, type CancelSignal } from '../../src/session/cancellation.ts';
import { FakeClock } from '../support/fake-clock.ts';

const untilAborted = (signal: CancelSignal): Promise<never> =>
  new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(new Error('cancelled')));
    if (signal.aborted) reject(new Error('cancelled'));
  });
const late = () => new HoldfastError('CONNECTION_NOT_READY');

test('what comes in time is given, and no timer stays', async () => {
  const clock = new FakeClock();
  assert.equal(await inTime(clock, undefined, async () => 7, late), 7);
  await assert.rejects(
    inTime(clock, undefined, () => Promise.reject(new Error('no')), late),
    /no/,
  );
  assert.deepEqual(clock.pending, []);
});

test('what takes too long is given up, and says why', async () => {
  const clock = new FakeClock();
  const result = assert.rejects(inTime(clock, new Cancellation(), untilAborted, late), {
    code: 'CONNECTION_NOT_READY',
  });
  await clock.advance(ANSWER_MS - 1);
  assert.deepEqual(clock.pending, [1]);
  await clock.advance(1);
  await result;
});

test('it goes on where there is nothing to say, and ends when its caller has gone', async () => {
  const clock = new FakeClock();
  const signal = new Cancellation();
  const result = assert.rejects(
    inTime(clock, signal, untilAborted, () => null),
    /cancelled/,
  );
  await clock.advance(ANSWER_MS * 2);
  signal.abort();
  await result;
  await assert.rejects(inTime(clock, signal, untilAborted, late), /cancelled/);
  assert.deepEqual(clock.pending, []);
});
