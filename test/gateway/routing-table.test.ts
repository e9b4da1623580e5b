import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { looksSame, ownerOf, RoutingTable, union, type View } from '../../src/gateway/routing-table.ts';
import type { Item } from '../../src/session/catalogue.ts';
import { rawKey, rawMemberOf, rawObject, rawString, rawValue } from '../session/raw-json.ts';

const all = { include: ['*'], exclude: [] };
const table = new RoutingTable([
  { name: 'files', tools: { include: ['*'], exclude: ['write*'] } },
  { name: 'web', tools: all },
]);
const tool = (name: string): Item => ({ key: name, raw: JSON.stringify({ name }) });
const resource = (uri: string): Item => ({ key: uri, raw: JSON.stringify({ uri }) });
const resources = (server: string, ...uris: string[]): View => table.view(server, 'resources', uris.map(resource));
const templates = (server: string, ...uris: string[]): View =>
  table.view(server, 'resourceTemplates', uris.map(resource));

test('tools come under the name of their server, without those that are not offered', () => {
  const again = { key: 'read', raw: '{"name":"read","again":true}' };
  const view = table.view('files', 'tools', [tool('read'), tool('write_file'), again, tool('a.b')]);
  assert.deepEqual(union([view]).raws, ['{"name":"files__read"}', '{"name":"files__a_b"}']);
  assert.equal(view.entries.get('files__a_b')?.key, 'a.b');
});

test('prompts are named like tools, and not filtered', () => {
  const view = table.view('files', 'prompts', [tool('write')]);
  assert.deepEqual(union([view]).raws, ['{"name":"files__write"}']);
});

test('a definition keeps every character but its name', () => {
  const MARK = '"@mark@"';
  const definition = rawObject([rawMemberOf(rawKey('name'), fc.constant(MARK)), rawMemberOf(rawKey('x'), rawValue)]);
  fc.assert(
    fc.property(definition, rawString, (template, name) => {
      const item = { key: JSON.parse(name) as string, raw: template.replace(MARK, () => name) };
      const view = table.view('web', 'tools', [item]);
      const [[exposed, seen] = ['', null]] = view.entries;
      assert.equal(
        seen?.raw,
        template.replace(MARK, () => JSON.stringify(exposed)),
      );
      assert.deepEqual(table.target(exposed)?.server, 'web');
    }),
  );
});

test('a name leads to the server that its part names, and to none besides', () => {
  assert.deepEqual(table.target('files__a__b'), { server: 'files', rest: 'a__b' });
  for (const name of ['read', 'other__read', '', '__read']) assert.equal(table.target(name), null);
});

test('a view is made once for a list', () => {
  const items = [tool('read')];
  assert.equal(table.view('web', 'tools', items), table.view('web', 'tools', items));
  assert.notEqual(table.view('web', 'tools', items), table.view('web', 'prompts', items));
});

test('of two servers with the same URI the first in the configuration counts, and that is told', () => {
  const views = [resources('files', 'a://1', 'a://2'), resources('web', 'a://2', 'a://3')];
  const { raws, twice } = union(views);
  assert.deepEqual(raws, ['{"uri":"a://1"}', '{"uri":"a://2"}', '{"uri":"a://3"}']);
  assert.deepEqual(twice, [{ key: 'a://2', first: 'files', other: 'web' }]);
  assert.equal(ownerOf('a://2', views, []), 'files');
});

test('a URI that nobody lists belongs to the first server with a template for it', () => {
  const listed = [resources('files', 'db://rows/1')];
  const made = [templates('files', 'x://{id}'), templates('web', 'db://rows/{id}', 'x://{+any}')];
  assert.equal(ownerOf('db://rows/1', listed, made), 'files');
  assert.equal(ownerOf('db://rows/2', listed, made), 'web');
  assert.equal(ownerOf('x://1', listed, made), 'files');
  assert.equal(ownerOf('x://1/2', listed, made), 'web');
  assert.equal(ownerOf('y://1', listed, made), null);
  assert.equal(ownerOf(`x://${'1'.repeat(9_000)}`, listed, made), null);
});

test('two sets of views look the same when a client would see the same', () => {
  const one = resources('files', 'a://1');
  assert.ok(looksSame([one], [resources('files', 'a://1')]));
  assert.ok(looksSame([one], [one, resources('web')]));
  assert.ok(!looksSame([one], []));
  assert.ok(!looksSame([one], [resources('files', 'a://2')]));
  assert.ok(!looksSame([one], [resources('web', 'a://1')]));
  assert.ok(!looksSame([one, resources('web', 'b://')], [resources('web', 'b://'), one]));
  const changed = table.view('files', 'resources', [{ key: 'a://1', raw: '{"uri":"a://1","size":2}' }]);
  assert.ok(!looksSame([one], [changed]));
});
