import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sourceOfText } from '../../src/config/source.ts';
import { ConfigError } from '../../src/errors/config-error.ts';

const faults = (text: string): string => {
  try {
    return sourceOfText(text, 'f')
      .issues.map(({ line, column, message }) => `${line}:${column} ${message}`)
      .join('\n');
  } catch (error) {
    assert.ok(error instanceof ConfigError);
    return error.issues.map(({ line, column, message }) => `${line}:${column} ${message}`).join('\n');
  }
};

const cases: readonly (readonly [says: string, text: string, fault: string])[] = [
  ['nothing at all', '', '1:1 expected an object, got an empty file'],
  ['only a comment', '// x\n', '2:1 expected a value, got the end of the file'],
  ['a missing brace', '{\n  "a": 1\n', '3:1 expected "}", got the end of the file'],
  ['a missing bracket', '[1, 2', '1:6 expected "]", got the end of the file'],
  ['a missing colon', '{ "a" 1 }', '1:7 expected ":" after the key, got "1"'],
  ['a missing comma', '{ "a": 1\n  "b": 2 }', '2:3 expected "," before "\\"b\\""'],
  ['a key without quotes', '{ a: 1 }', '1:3 expected a value, or text in double quotes, got "a"'],
  ['single quotes', "{ 'a': 1 }", '1:3 expected double quotes, got "\'a\'"'],
  ['a string without end', '{ "a": "x\n}', '1:8 expected the closing double quote of "\\"x"'],
  ['a secret without end', '{ "a": "hunter2hunter2\n}', '1:8 expected the closing double quote of "\\"hun…"'],
  ['a comment without end', '{} /* x', '1:4 expected the end of the comment, "*/"'],
  [
    'a backslash of a Windows path',
    '{ "a": "C:\\path" }',
    '1:8 expected a valid escape such as \\\\ or \\u0041 in "\\"C:\\\\…"',
  ],
  ['something after the end', '{}\n{}', '2:1 expected nothing after the end of the object, got "{"'],
  [
    'faults in several lines',
    '{\n "a": tru,\n "b": 1\n "c": x\n}',
    '2:7 expected a value, or text in double quotes, got "tru"\n4:2 expected "," before "\\"c\\""\n4:7 expected a value, or text in double quotes, got "x"',
  ],
  ['depth that no file has', '['.repeat(100_000), '1:501 expected at most 500 levels of objects and arrays'],
];
for (const [says, text, fault] of cases) {
  test(`the text has a fault: ${says}`, () => assert.equal(faults(text), fault));
}

test('comments, trailing commas and a byte order mark are no faults', () => {
  const text = '\ufeff// one\n{ /* two */ "a": [1, 2,], }\n';
  assert.deepEqual(sourceOfText(text, 'f').value, { a: [1, 2] });
  assert.equal(faults(text), '');
});
