import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { attribute } from '../../src/supervisor/attribution.ts';

const clients = fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd')).map(names => new Set(names));

test('a question is for the one who has calls in flight, and outside of calls for whom has the process to himself', () => {
  assert.equal(attribute(new Set(['a', 'b']), new Set(['b'])), 'b');
  assert.equal(attribute(new Set(['a']), new Set(['b'])), 'b', 'one who has moved away since');
  assert.equal(attribute(new Set(['a']), new Set()), 'a');
  assert.equal(attribute(new Set(['a', 'b']), new Set()), null);
  assert.equal(attribute(new Set(), new Set()), null);
});

test('nothing is guessed: where two might be meant, or nobody, it is for nobody', () => {
  fc.assert(
    fc.property(clients, clients, (members, asking) => {
      const to = attribute(members, asking);
      const possible = asking.size > 0 ? asking : members;
      assert.equal(to !== null, possible.size === 1);
      if (to !== null) assert.ok(possible.has(to));
    }),
  );
});
