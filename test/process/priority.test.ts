import assert from 'node:assert/strict';
import { test } from 'node:test';
import { applyPriority } from '../../src/process/priority.ts';

test('normal priority touches nothing', () => {
  assert.equal(
    applyPriority(42, 'normal', () => assert.fail('it was set')),
    null,
  );
});

test('a priority that the system grants needs no word', () => {
  assert.equal(
    applyPriority(42, 'idle', () => null),
    null,
  );
});

test('a refusal becomes a notice that names the priority and the reason', () => {
  const notice = applyPriority(42, 'high', () => 'permission denied');
  assert.equal(notice, 'its priority could not be set to "high": permission denied');
});
