import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readArguments } from '../../src/cli/read-arguments.ts';
import { UsageError } from '../../src/cli/usage-error.ts';

test('arguments are a JSON object; nothing is none', () => {
  assert.deepEqual(readArguments('{"a": [1, "x"]}'), { a: [1, 'x'] });
  assert.deepEqual(readArguments('  \n'), {});
  assert.equal(JSON.stringify(readArguments('\ufeff{\n  // a comment\n  "a": 1,\n}')), '{"a":1}');
});

const mistakes: readonly (readonly [text: string, says: RegExp])[] = [
  ['{"a": }', /^the arguments are no JSON: line 1, column 7: expected a value, got "}"$/],
  ['{"a": 1', /^the arguments are no JSON: line 1, column 8: expected "}", got the end$/],
  ['{\n "a": 1 "b": 2 }', /^the arguments are no JSON: line 2, column 9: expected "," before ""b""|expected ","/],
  ["{'a': 1}", /line 1, column 2/],
  ['[1]', /^the arguments must be a JSON object, got an array$/],
  ['null', /^the arguments must be a JSON object, got null$/],
  ['7', /^the arguments must be a JSON object, got a number$/],
];
for (const [text, says] of mistakes) {
  test(`arguments are refused with the place of the mistake: ${text}`, () => {
    assert.throws(
      () => readArguments(text),
      (error: unknown) => error instanceof UsageError && says.test(error.message),
    );
  });
}
