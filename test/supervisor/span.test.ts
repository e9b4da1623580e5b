import assert from 'node:assert/strict';
import { test } from 'node:test';
import { span } from '../../src/supervisor/span.ts';

test('a time is told in seconds, minutes or hours, whichever people would say', () => {
  const times = [0, 1_499, 119_000, 120_000, 600_000, 7_100_000, 7_200_000, 86_400_000];
  assert.deepEqual(times.map(span), ['0 s', '1 s', '119 s', '2 min', '10 min', '118 min', '2 h', '24 h']);
});
