import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LineLimit } from '../../src/network/line-limit.ts';

test('a burst goes through, the rest is left out and counted, and a second lets 50 more through', () => {
  let now = 0;
  const limit = new LineLimit(() => now);
  const taken = (count: number) => Array.from({ length: count }, () => limit.take());
  assert.equal(
    taken(200).every(omitted => omitted === 0),
    true,
  );
  assert.equal(
    taken(30).every(omitted => omitted === null),
    true,
  );
  now = 1_000;
  const [first, ...others] = taken(51);
  assert.equal(first, 30);
  assert.deepEqual(new Set(others.slice(0, 49)), new Set([0]));
  assert.equal(others.at(-1), null);
  now = 1_000_000;
  assert.equal(limit.take(), 1);
});
