import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OutputLimit } from '../../src/telemetry/output-limit.ts';
import { FakeClock } from '../support/fake-clock.ts';

function setUp() {
  const clock = new FakeClock();
  const limit = new OutputLimit(() => clock.now());
  const take = (count: number, line = 'x') =>
    Array.from({ length: count }, () => limit.takes(line)).filter(Boolean).length;
  return { clock, limit, take };
}

test('a long start is kept whole, and an ordinary server never cut', () => {
  const { clock, limit, take } = setUp();
  assert.equal(take(2_000), 2_000);
  for (let second = 0; second < 600; second++) {
    clock.advanceSync(1_000);
    assert.equal(take(40), 40);
  }
  assert.equal(limit.omitted(), 0);
});

test('a flood is cut to a piece in each second, and what is left out is counted', () => {
  const { clock, limit, take } = setUp();
  take(2_000);
  let taken = 0;
  for (let step = 0; step < 100; step++) {
    clock.advanceSync(100);
    taken += take(500);
  }
  assert.ok(taken >= 400 && taken <= 500, `${taken}`);
  assert.equal(limit.omitted(), 50_000 - taken);
  assert.equal(limit.omitted(), 0, 'told once');
});

test('few long lines are a flood, too', () => {
  const { clock, take } = setUp();
  const long = 'x'.repeat(8_000);
  assert.equal(take(1_000, long), 65);
  let taken = 0;
  for (let second = 0; second < 60; second++) {
    clock.advanceSync(1_000);
    taken += take(100, long);
  }
  assert.ok(taken * long.length <= 61 * 16 * 1024, `${taken}`);
});
