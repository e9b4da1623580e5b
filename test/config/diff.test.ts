import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { diffConfig } from '../../src/config/diff.ts';
import { parseConfig } from '../../src/config/load.ts';
import type { Config } from '../../src/config/types.ts';

const read = (text: string): Config => parseConfig(text, { file: '/x/holdfast.json', env: { A: '1' }, home: '/' });
const of = (servers: object, holdfast: object = {}, indent?: number): Config =>
  read(JSON.stringify({ mcpServers: servers, holdfast }, null, indent));

const files = { command: 'node', args: ['files.js'] };
const web = { url: 'http://127.0.0.1:1/mcp' };

test('what came, went and changed is told by name, in the order of the file', () => {
  const before = of({ a: files, b: web, c: files, d: files });
  const after = of({ d: files, e: web, b: { ...web, headers: { 'X-A': 'b' } }, a: files });
  const { added, removed, changed, unchanged } = diffConfig(before, after);
  assert.deepEqual(
    { added, removed, changed, unchanged },
    {
      added: ['e'],
      removed: ['c'],
      changed: ['b'],
      unchanged: ['d', 'a'],
    },
  );
});

test('another layout, another order and a comment change nothing', () => {
  const before = of({ a: files, b: web });
  const after = read(`// why\n${JSON.stringify({ mcpServers: { b: web, a: files } }, null, 8)}`);
  assert.deepEqual(diffConfig(before, after).unchanged, ['b', 'a']);
});

test('a server that is switched off is gone, and a default changes all that go by it', () => {
  const before = of({ a: files, b: files });
  assert.deepEqual(diffConfig(before, of({ a: { ...files, disabled: true }, b: files })).removed, ['a']);
  const own = { ...files, holdfast: { replays: 3 } };
  const other = of({ a: own, b: files }, { defaults: { replays: 2 } });
  assert.deepEqual(diffConfig(of({ a: own, b: files }), other).changed, ['b']);
});

test('what is read at a start alone is named by its key', () => {
  const before = of({ a: files });
  const after = of({ a: files }, { gateway: { port: 1 }, priority: 'high', concurrentStarts: 1 });
  const { needsRestart, changed } = diffConfig(before, after);
  assert.deepEqual(needsRestart, ['holdfast.gateway', 'holdfast.concurrentStarts', 'holdfast.priority']);
  assert.deepEqual(changed, []);
});

test('every server is in one list, and the same configuration twice changes nothing', () => {
  const servers = fc.dictionary(fc.constantFrom('a', 'b', 'c', 'd'), fc.constantFrom(files, web, { command: 'x' }));
  fc.assert(
    fc.property(servers, servers, (one, two) => {
      const [before, after] = [of(one), of(two)];
      const diff = diffConfig(before, after);
      const all = [...diff.added, ...diff.removed, ...diff.changed, ...diff.unchanged].sort();
      assert.deepEqual(all, [...new Set([...Object.keys(one), ...Object.keys(two)])].sort());
      assert.deepEqual(diffConfig(after, of(two, {}, 4)).unchanged.length, Object.keys(two).length);
    }),
    { numRuns: 50 },
  );
});
