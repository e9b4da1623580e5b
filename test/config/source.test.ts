import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { formatPath, sourceOfText } from '../../src/config/source.ts';

test('places are those that an editor shows, whatever the line breaks', () => {
  for (const newline of ['\n', '\r\n', '\r']) {
    const text = ['\ufeff{', '  // ü 😀', '  "holdfast": {', '    "a": [1, "x"] } }'].join(newline);
    const { placeOf } = sourceOfText(text, 'f');
    assert.deepEqual(placeOf(['holdfast'], 'key'), { line: 3, column: 3 });
    assert.deepEqual(placeOf(['holdfast'], 'value'), { line: 3, column: 15 });
    assert.deepEqual(placeOf(['holdfast', 'a', 1], 'value'), { line: 4, column: 14 });
  }
});

test('what is absent is told at what it is absent from', () => {
  const { placeOf } = sourceOfText('{\n "a": {} }', 'f');
  assert.deepEqual(placeOf(['a', 'b', 'c'], 'value'), { line: 2, column: 2 });
  assert.deepEqual(placeOf(['z'], 'value'), { line: 1, column: 1 });
});

test('a key that stands twice is told at its second place, and the first counts', () => {
  const { issues, value } = sourceOfText('{ "holdfast": { "a": 1,\n "a": 2 } }', 'f');
  assert.deepEqual(issues, [
    { file: 'f', line: 2, column: 2, key: 'holdfast.a', message: 'duplicate key: it stands in line 1 already' },
  ]);
  assert.deepEqual(value, { holdfast: { a: 1 } });
});

test('of keys that stand there several times each has a reading in which it counts', () => {
  const { others } = sourceOfText('{ "holdfast": {\n"a": 1, "b": 1,\n"a": 2,\n"a": 3, "b": 2 } }', 'f');
  assert.deepEqual(
    others.map(({ value }) => value),
    [{ holdfast: { a: 2, b: 2 } }, { holdfast: { a: 3, b: 2 } }],
  );
  assert.deepEqual(
    others.map(({ placeOf }) => placeOf(['holdfast', 'a'], 'key').line),
    [3, 4],
  );
  const endless = `{ "holdfast": { ${'"a": 1, '.repeat(10_000)} } }`;
  assert.ok(sourceOfText(endless, 'f').others.length < 10);
});

test('keys that stand twice in what other programs keep in the file are their affair', () => {
  assert.deepEqual(sourceOfText('{ "x": 1, "x": { "y": 1, "y": 2 } }', 'f').issues, []);
});

test('names that would blur a path stand in brackets', () => {
  assert.equal(formatPath(['mcpServers', 'a.b', 'args', 0]), 'mcpServers["a.b"].args[0]');
  assert.equal(formatPath(['mcpServers', '@scope/x', 'cwd']), 'mcpServers.@scope/x.cwd');
  assert.equal(formatPath(['']), '[""]');
});

test('any JSON comes back as JSON.parse reads it, with "__proto__" as a key like any other', () => {
  fc.assert(fc.property(fc.json(), text => assert.deepEqual(sourceOfText(text, 'f').value, JSON.parse(text))));
});
