import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ONE_PRESS_MS, pressCounter } from '../../src/cli/interrupts.ts';

test('signals that come together are one press of Ctrl-C', () => {
  const press = pressCounter();
  const at = [0, 1, ONE_PRESS_MS - 1, ONE_PRESS_MS, ONE_PRESS_MS + 1, 5_000];
  assert.deepEqual(at.map(press), [1, null, null, 2, null, 3]);
});

test('somebody who hammers Ctrl-C is heard', () => {
  const press = pressCounter();
  const heard = Array.from({ length: 20 }, (_, index) => press(index * 100)).filter(number => number !== null);
  assert.deepEqual(heard, [1, 2, 3, 4]);
});
