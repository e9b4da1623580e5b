import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Catalogue, compare, isSame, itemsOf, LIST_KINDS, LISTS, listKindOf } from '../../src/session/catalogue.ts';

const item = (key: string, raw = `{"name":"${key}"}`) => ({ key, raw });

test('knows which tools there are, once it has read them', () => {
  const catalogue = new Catalogue();
  assert.equal(catalogue.hasTool('a'), null);
  catalogue.replace('tools', [{ key: 'a', raw: '{"name":"a"}' }]);
  assert.deepEqual([catalogue.hasTool('a'), catalogue.hasTool('constructor')], [true, false]);
  catalogue.replace('tools', []);
  assert.equal(catalogue.hasTool('a'), false);
});

test('the items of a page come as the server wrote them; what has no name is left out', () => {
  const raws = [
    '{"name":"a","n":1.0,"big":12345678901234567890}',
    '{"name":1}',
    'null',
    '"b"',
    '[]',
    '{ "name" : "c" }',
  ];
  const answer = `{"jsonrpc":"2.0","id":1,"result":{"tools":[${raws.join(' , ')}]}}`;
  assert.deepEqual(itemsOf('tools', answer), [item('a', raws[0]), item('c', raws[5])]);
  for (const result of ['{}', 'null', '[]', '{"tools":{}}', '{"tools":null}']) {
    assert.deepEqual(itemsOf('tools', `{"jsonrpc":"2.0","id":1,"result":${result}}`), [], result);
  }
});

test('each list has its own method, and no other method is one', () => {
  assert.deepEqual(
    LIST_KINDS.map(kind => listKindOf(LISTS[kind].method)),
    LIST_KINDS,
  );
  assert.equal(listKindOf('tools/call'), null);
});

test('names that came, went or mean something else are told apart', () => {
  const known = [item('stays'), item('goes'), item('turns')];
  const seen = [item('comes'), item('turns', '{"name":"turns","x":1}'), item('stays')];
  assert.deepEqual(compare(known, seen), { added: ['comes'], removed: ['goes'], changed: ['turns'] });
});

test('a list is the same as itself in any order, and the way back undoes the way there', () => {
  const items = fc.uniqueArray(
    fc.record({ key: fc.constantFrom('a', 'b', 'c', 'd'), raw: fc.constantFrom('1', '2') }),
    {
      selector: ({ key }) => key,
    },
  );
  fc.assert(
    fc.property(items, items, (left, right) => {
      assert.ok(isSame(compare(left, left.toReversed())));
      const [there, back] = [compare(left, right), compare(right, left)];
      assert.deepEqual([...there.added].sort(), [...back.removed].sort());
      assert.deepEqual([...there.changed].sort(), [...back.changed].sort());
    }),
  );
});

test('a list that was never read is not an empty one', () => {
  const catalogue = new Catalogue();
  assert.deepEqual([catalogue.list('tools'), catalogue.result('tools')], [null, null]);
  catalogue.replace('tools', []);
  assert.deepEqual([catalogue.list('tools'), catalogue.result('tools')], [[], '{"tools":[]}']);
});

test('a result is made of the raw items', () => {
  const catalogue = new Catalogue();
  catalogue.replace('resourceTemplates', [item('x', '{"uriTemplate":"x","n":1.0}'), item('y', '{"uriTemplate":"y"}')]);
  assert.equal(
    catalogue.result('resourceTemplates'),
    '{"resourceTemplates":[{"uriTemplate":"x","n":1.0},{"uriTemplate":"y"}]}',
  );
});

test('annotations follow the list, and only objects count', () => {
  const catalogue = new Catalogue();
  catalogue.replace('tools', [
    item('a', '{"name":"a","annotations":{"readOnlyHint":true}}'),
    item('b', '{"name":"b","annotations":"yes"}'),
    item('c', '{"name":"c","annotations":null}'),
  ]);
  assert.deepEqual(catalogue.annotations('a'), { readOnlyHint: true });
  for (const name of ['b', 'c', 'unknown', '__proto__', 'constructor']) assert.equal(catalogue.annotations(name), null);
  catalogue.replace('tools', []);
  assert.equal(catalogue.annotations('a'), null);
});
