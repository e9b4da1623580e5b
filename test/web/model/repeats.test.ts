import assert from 'node:assert/strict';
import { test } from 'node:test';
import { repeats } from '../../../web/src/model/repeats.ts';

test('one cause over and over is told once, with the times of the first and the last, and a rare one stays in sight', () => {
  const every = (cause: string, ...times: number[]) => times.map(at => ({ cause, at }));
  const all = [...every('unreachable', 1, 2), ...every('crash', 3), ...every('unreachable', 4, 5)];
  assert.deepEqual(
    repeats(all, ({ cause }) => cause).map(({ first, last, count }) => [last.cause, first.at, last.at, count]),
    [
      ['unreachable', 1, 5, 4],
      ['crash', 3, 3, 1],
    ],
  );
  assert.deepEqual(
    repeats([], () => ''),
    [],
  );
});
