import assert from 'node:assert/strict';
import { test } from 'node:test';
import { placed, ticks } from '../../../web/src/model/timeline.ts';
import type { Restart } from '../../../web/src/model/wire.ts';

const restart = (at: number, category: string | null = 'process'): Restart => ({
  at,
  server: 'a',
  code: 'X',
  category,
  message: 'x',
  isStart: false,
});

test('restarts stand where they happened, and those outside nowhere', () => {
  const marks = placed([restart(50), restart(100), restart(150), restart(201)], 100, 200, 0.01);
  assert.deepEqual(
    marks.map(({ at, count }) => [at, count]),
    [
      [0, 1],
      [0.5, 1],
    ],
  );
});

test('those that would lie on each other are counted, a fault never under a wish', () => {
  const marks = placed([restart(100), restart(101), restart(102, null), restart(103, null)], 100, 200, 0.05);
  assert.deepEqual(
    marks.map(({ mark, count, restart: { at } }) => [mark, count, at]),
    [
      ['fault', 2, 101],
      ['asked', 2, 103],
    ],
  );
});

test('a start that fails again and again is one mark, which leaves a crash among them in sight', () => {
  const start = (at: number): Restart => ({ ...restart(at), isStart: true });
  const marks = placed([start(110), start(140), restart(150), start(160), start(190)], 100, 200, 0.05);
  assert.deepEqual(
    marks.map(({ mark, count, restart: { at } }) => [mark, count, at]),
    [
      ['fault', 1, 150],
      ['start', 4, 190],
    ],
  );
});

test('the line is marked at whole minutes', () => {
  const minute = 60_000;
  assert.deepEqual(
    ticks(61_000, 61_000 + 30 * minute, 6),
    [5, 10, 15, 20, 25, 30].map(count => count * minute),
  );
  assert.deepEqual(ticks(0, 2 * minute, 6), [0, minute, 2 * minute]);
});
