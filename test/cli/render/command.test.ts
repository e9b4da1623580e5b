import assert from 'node:assert/strict';
import { test } from 'node:test';
import { commandLine } from '../../../src/cli/render/command.ts';

test('a command is shown whole, each word apart from the next', () => {
  const long = 'x'.repeat(500);
  assert.equal(commandLine(['npx', '-y', '@a/b@1', 'a b', '', '"', long]), `npx -y @a/b@1 "a b" "" "\\"" ${long}`);
});

test('what draws nothing or turns the text around is seen', () => {
  assert.equal(
    commandLine(['a\u202eb', 'c\u200bd', 'e\u001b[2K', 'f\nrm']),
    '"a\\u202eb" "c\\u200bd" "e\\u001b[2K" "f\\nrm"',
  );
});
