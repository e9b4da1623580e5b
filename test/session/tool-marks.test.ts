import assert from 'node:assert/strict';
import { test } from 'node:test';
import { argumentAt, mirroredBy, ToolMarks } from '../../src/session/tool-marks.ts';

const schema = {
  type: 'object',
  properties: {
    region: { type: 'string', 'x-mcp-header': 'Region' },
    limit: { type: 'integer', 'x-mcp-header': 'limit' },
    dry: { type: 'boolean', 'x-mcp-header': 'Dry' },
    where: { type: 'object', properties: { zone: { type: 'string', 'x-mcp-header': 'Zone' } } },
    many: { type: 'array', items: { type: 'string', 'x-mcp-header': 'Item' } },
    other: { type: 'string' },
  },
};

test('marks count where a chain of properties leads to them', () => {
  assert.deepEqual(
    mirroredBy(schema).sort((a, b) => (a.header < b.header ? -1 : 1)),
    [
      { header: 'mcp-param-dry', path: ['dry'] },
      { header: 'mcp-param-limit', path: ['limit'] },
      { header: 'mcp-param-region', path: ['region'] },
      { header: 'mcp-param-zone', path: ['where', 'zone'] },
    ],
  );
  for (const none of [undefined, null, 5, [], {}, { properties: null }, { 'x-mcp-header': 'Root' }]) {
    assert.deepEqual(mirroredBy(none), []);
  }
});

test('a schema that nests and marks without end costs little, and keeps the marks that are nearest', () => {
  let deep: object = { 'x-mcp-header': 'Deep' };
  for (let i = 0; i < 3_000; i++) deep = { 'x-mcp-header': `H${i}`, properties: { a: deep } };
  const found = mirroredBy(deep);
  assert.equal(found.length, 32);
  assert.ok(found.every(({ path }) => path.length <= 32));
  assert.equal(found.find(({ path }) => path.length === 1)?.header, 'mcp-param-h2998');

  const wide = Object.fromEntries(Array.from({ length: 1_000 }, (_, i) => [`p${i}`, { 'x-mcp-header': `H${i}` }]));
  assert.equal(mirroredBy({ properties: wide }).length, 32);
});

test('what every object has is no argument', () => {
  const [mark] = mirroredBy({ properties: { constructor: { type: 'string', 'x-mcp-header': 'Maker' } } });
  assert.deepEqual(mark?.path, ['constructor']);
  assert.equal(argumentAt({}, ['constructor']), undefined);
  assert.equal(argumentAt({ constructor: 'me' }, ['constructor']), 'me');
});

test('a mark that can be no header has no meaning', () => {
  for (const name of ['', 'a b', 'a:b', 'a\r\nEvil: 1', 'ä', 'a'.repeat(257)]) {
    assert.deepEqual(mirroredBy({ properties: { a: { 'x-mcp-header': name } } }), [], name);
  }
});

test('what tools mark is known from the pages of the newest list', () => {
  const marks = new ToolMarks();
  const page = (...names: string[]) =>
    JSON.stringify({ id: 1, result: { tools: names.map(name => ({ name, inputSchema: schema })) } });
  marks.learn(page('a'), true);
  marks.learn(page('b'), false);
  assert.deepEqual([marks.of('a').length, marks.of('b').length, marks.of('c'), marks.of(5)], [4, 4, [], []]);
  marks.learn(page('b'), true);
  assert.deepEqual([marks.of('a').length, marks.of('b').length], [0, 4]);
  marks.learn('{"id":1,"result":{"tools":[{"name":"b"}]}}', true);
  assert.deepEqual(marks.of('b'), []);
  marks.learn('{"id":1,"error":{"code":1,"message":"x-mcp-header"}}', true);
  assert.deepEqual(marks.of('b'), []);
});
