import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sinceOf } from '../../src/cli/since.ts';

const now = Date.UTC(2026, 10, 27, 12);

test('a time is so long ago, or a point in time', () => {
  const ago = ['90s', '10m', '2h', '3d'].map(text => now - (sinceOf(text, now) ?? 0));
  assert.deepEqual(ago, [90_000, 600_000, 7_200_000, 259_200_000]);
  assert.equal(sinceOf('2026-11-27T11:00:00Z', now), now - 3_600_000);
  assert.equal(sinceOf('2026-11-27T13:00+02:00', now), now - 3_600_000);
  const local = new Date(2026, 10, 27, 9, 30).getTime();
  assert.deepEqual([sinceOf('2026-11-27T09:30', now), sinceOf('2026-11-27 09:30', now)], [local, local]);
});

test('what is neither is none', () => {
  for (const text of ['', '10', 'm', '10 m', '1w', '-5m', 'yesterday', '2026', '2026-13-45', '27.11.2026'])
    assert.equal(sinceOf(text, now), null, text);
});
