import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { visit } from 'jsonc-parser';
import { removeMember, setMember } from '../../src/config/jsonc-edit.ts';
import { sourceOfText } from '../../src/config/source.ts';

const read = (text: string): unknown => sourceOfText(text, 'a.json').value;

const commented = `{
  // all of them
  "servers": {
    "a": 1, // about a
    /* about b */
    "b": 2 // still about b
  }
}
`;

test('a new member comes last, and every comment stays with what it is about', () => {
  assert.equal(
    setMember(commented, ['servers', 'c'], { d: [3] }),
    commented.replace(
      '"b": 2 // still about b\n',
      '"b": 2, // still about b\n    "c": {\n      "d": [\n        3\n      ]\n    }\n',
    ),
  );
});

test('a member that goes takes its comma and its line with it, and no comment', () => {
  assert.equal(removeMember(commented, ['servers', 'a']), commented.replace('"a": 1, // about a', '// about a'));
  assert.equal(
    removeMember(commented, ['servers', 'b']),
    commented.replace('"a": 1,', '"a": 1').replace('"b": 2 // still about b', '// still about b'),
  );
  assert.equal(removeMember(commented, ['servers']), '{\n  // all of them\n}\n');
});

const cases: readonly (readonly [
  says: string,
  text: string,
  path: readonly string[],
  value: unknown,
  after: string,
])[] = [
  ['an empty object', '{}', ['m', 'a'], 1, '{\n  "m": {\n    "a": 1\n  }\n}'],
  ['one with only a comment', '{\n  // none yet\n}', ['a'], 1, '{\n  "a": 1\n  // none yet\n}'],
  ['one line', '{ "a": 1 }', ['b'], { c: 2 }, '{ "a": 1, "b": {"c":2} }'],
  ['a trailing comma, which stays the style', '{\n\t"a": 1,\n}', ['b'], [2], '{\n\t"a": 1,\n\t"b": [\n\t\t2\n\t],\n}'],
  ['line breaks of Windows', '{\r\n    "a": 1\r\n}', ['b'], 2, '{\r\n    "a": 1,\r\n    "b": 2\r\n}'],
  ['a byte order mark', '\ufeff{\n "a": 1\n}', ['b'], 2, '\ufeff{\n "a": 1,\n "b": 2\n}'],
  ['a value that is there', '{ "a": /* why */ 1 // x\n}', ['a'], true, '{ "a": /* why */ true // x\n}'],
  ['null in place of the object', '{\n  "m": null\n}', ['m', 'a'], 1, '{\n  "m": {\n    "a": 1\n  }\n}'],
  ['a comma of its own line', '{\n  "a": 1\n  ,\n}', ['b'], 2, '{\n  "a": 1\n  ,\n  "b": 2,\n}'],
];
for (const [says, text, path, value, after] of cases) {
  test(`a member is set in ${says}`, () => assert.equal(setMember(text, path, value), after));
}

const removals: readonly (readonly [says: string, text: string, path: readonly string[], after: string])[] = [
  ['the first of a line', '{ "a": 1, "b": 2 }', ['a'], '{ "b": 2 }'],
  ['the last of a line', '{ "a": 1, "b": 2 }', ['b'], '{ "a": 1 }'],
  ['the only one', '{\n  "m": {\n    "a": 1\n  }\n}', ['m', 'a'], '{\n  "m": {}\n}'],
  ['the last before a trailing comma', '{\r\n  "a": 1,\r\n  "b": 2,\r\n}', ['b'], '{\r\n  "a": 1,\r\n}'],
  [
    'one whose comma stands elsewhere',
    '{\n  "a": 1 /* x */ , // y\n  "b": 2\n}',
    ['a'],
    '{\n  /* x */  // y\n  "b": 2\n}',
  ],
  ['one that is not there', '{ "a": 1 }', ['m', 'b'], '{ "a": 1 }'],
];
for (const [says, text, path, after] of removals) {
  test(`a member is removed: ${says}`, () => assert.equal(removeMember(text, path), after));
}

// Objects as people write them: in any form, with comments anywhere.
const space = fc.constantFrom('', ' ', '\n', '\r\n  ', '\t', ' // a } , "b"\n', '/* { " */', '\n  /* two\n lines */\n');
const key = fc.constantFrom('a', 'b', 'ü', '__proto__', 'say "hi"', 'c');
const { written } = fc.letrec<{ written: string; object: string }>(tie => ({
  written: fc.oneof(
    { maxDepth: 2 },
    fc.constantFrom('1', '"x, // y"', 'true', '[ 1, /* ] */ 2 ]', 'null'),
    tie('object'),
  ),
  object: fc
    .tuple(
      fc.uniqueArray(key, { maxLength: 4 }),
      fc.infiniteStream(space),
      fc.infiniteStream(tie('written')),
      fc.boolean(),
    )
    .map(([keys, spaces, values, hasTrailing]) => {
      const next = <T>(stream: Iterator<T>): T => stream.next().value as T;
      const s = () => next(spaces);
      const members = keys.map(name => `${s()}${JSON.stringify(name)}${s()}:${s()}${next(values)}${s()}`);
      return `{${members.join(',')}${hasTrailing && keys.length > 0 ? ',' : ''}${s()}}`;
    }),
}));
const texts = written.filter(text => text.startsWith('{'));
function commentsOf(text: string): string[] {
  const found: string[] = [];
  visit(text, { onComment: (offset, length) => void found.push(text.slice(offset, offset + length)) });
  return found.sort();
}

test('whatever the form, one member changes and nothing else, no comment is lost, and what is added can be taken away', () => {
  fc.assert(
    fc.property(texts, key, fc.json(), (text, name, json) => {
      const before = read(text) as Record<string, unknown>;
      const value: unknown = JSON.parse(json);
      const others = Object.fromEntries(Object.entries(before).filter(([other]) => other !== name));
      const isNew = !Object.hasOwn(before, name);
      const set = setMember(text, [name], value);
      assert.deepEqual(read(set), { ...others, ...Object.fromEntries([[name, read(json)]]) });
      const removed = removeMember(text, [name]);
      assert.deepEqual(read(removed), others);
      if (!isNew) return;
      assert.equal(removed, text);
      assert.deepEqual(commentsOf(set), commentsOf(text));
      assert.deepEqual(read(removeMember(set, [name])), before);
    }),
    { numRuns: 300 },
  );
});
