import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ok, problem, together, warning } from '../../../src/cli/doctor/finding.ts';

test('of several verdicts the worst speak, each hint once, and all facts are kept', () => {
  const said = together([
    warning('long', 'shorten it', { length: 9 }),
    ok('there', { path: 'x' }),
    problem('locked', 'name another'),
    problem('too deep', 'name another'),
  ]);
  assert.deepEqual(said, {
    status: 'problem',
    summary: 'locked; too deep',
    hint: 'name another',
    details: { length: 9, path: 'x' },
  });
});
