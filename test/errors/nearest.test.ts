import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { editDistance, nearest } from '../../src/errors/nearest.ts';

const distances: readonly (readonly [a: string, b: string, distance: number])[] = [
  ['', '', 0],
  ['', 'abc', 3],
  ['retries', 'retries', 0],
  ['retires', 'retries', 1],
  ['comand', 'command', 1],
  ['kitten', 'sitting', 3],
];
for (const [a, b, distance] of distances) {
  test(`from "${a}" to "${b}" it is ${distance} edits`, () => assert.equal(editDistance(a, b), distance));
}

const suggestions: readonly (readonly [text: string, candidates: readonly string[], found: string | undefined])[] = [
  ['retires', ['replay', 'retries'], 'retries'],
  ['RETRIES', ['retries'], 'retries'],
  ['mcpServer', ['mcpServers', 'holdfast'], 'mcpServers'],
  ['numStartups', ['mcpServers', 'holdfast'], undefined],
  ['x', ['y'], undefined],
  ['', ['a'], undefined],
  ['a'.repeat(10_000), ['a'.repeat(10_000)], undefined],
];
for (const [text, candidates, found] of suggestions) {
  test(`for "${text.slice(0, 20)}" the suggestion is ${found ?? 'none'}`, () => {
    assert.equal(nearest(text, candidates), found);
  });
}

test('the distance is symmetric, and zero for equal texts alone', () => {
  const word = fc.string({ maxLength: 12 });
  fc.assert(
    fc.property(word, word, (a, b) => {
      assert.equal(editDistance(a, b), editDistance(b, a));
      assert.equal(editDistance(a, b) === 0, a === b);
      assert.ok(editDistance(a, b) <= Math.max(a.length, b.length));
    }),
  );
});
