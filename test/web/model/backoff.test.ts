import assert from 'node:assert/strict';
import { test } from 'node:test';
import { reconnectDelay } from '../../../web/src/model/backoff.ts';

test('a page tries again soon, then ever later, but every quarter of a minute at least', () => {
  const delays = [1, 2, 3, 4, 5, 6, 7, 1_000].map(attempt => reconnectDelay(attempt, () => 0.5));
  assert.deepEqual(delays, [500, 1_000, 2_000, 4_000, 8_000, 15_000, 15_000, 15_000]);
});

test('many pages do not come at the same moment', () => {
  assert.deepEqual([reconnectDelay(1, () => 0), reconnectDelay(1, () => 1)], [400, 600]);
});
