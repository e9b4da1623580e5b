import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatIssue } from '../../src/errors/config-error.ts';
import { visible } from '../../src/errors/visible.ts';

test('what draws nothing is seen, whatever it is called', () => {
  assert.equal(visible('a\u007fb\u{e0041}'), 'a\\u007fb\\udb40\\udc41');
  assert.equal(visible('\u115f \u2800 \u3164 \u034f \ufe0f'), '\\u115f \\u2800 \\u3164 \\u034f \\ufe0f');
  assert.equal(visible('files für Ada, 檔案'), 'files für Ada, 檔案');
});

test('a mistake in a file of somebody else does not steer the terminal', () => {
  const issue = { file: 'a\u001b[8m.json', line: 1, column: 2, key: 'b\u009b8m', message: 'c\u202ed\ne' };
  assert.equal(formatIssue(issue), 'a\\u001b[8m.json:1:2: b\\u009b8m: c\\u202ed\\u000ae');
});
