import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sparkPath } from '../../../web/src/model/spark.ts';

test('a small line reaches from side to side and stops at its highest', () => {
  assert.equal(sparkPath([0, 5, 10], 20, 10), 'M0 10L10 5L20 0');
});

test('where nothing is known nothing is drawn', () => {
  assert.equal(sparkPath([1, null, 1, 1], 30, 10), 'M0 0M20 0L30 0');
  assert.equal(sparkPath([null, null], 10, 10), null);
  assert.equal(sparkPath([1], 10, 10), null);
  assert.equal(sparkPath([0, 0], 10, 10), 'M0 10L10 10');
});
