import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { readPage } from '../../src/daemon/page-files.ts';
import { withNothingLeft } from '../support/leak-check.ts';

test('each file of a known type has one path, and the page itself is at /', async t => {
  const { folder } = await withNothingLeft(t);
  mkdirSync(join(folder, 'assets'));
  writeFileSync(join(folder, 'index.html'), '<p>');
  writeFileSync(join(folder, 'assets', 'a-1.js'), 'a');
  writeFileSync(join(folder, 'assets', 'a-1.js.map'), '{}');
  writeFileSync(join(folder, '.env'), 'SECRET=1');
  const page = await readPage(folder);
  assert.deepEqual([...page.keys()].sort(), ['/', '/assets/a-1.js']);
  const [index, script] = [page.get('/'), page.get('/assets/a-1.js')];
  assert.deepEqual([index?.type, index?.isNamedByContent], ['text/html; charset=utf-8', false]);
  assert.deepEqual([script?.type, script?.isNamedByContent], ['text/javascript; charset=utf-8', true]);
  assert.match(index?.etag ?? '', /^"[\w-]{22}"$/);
  assert.notEqual(index?.etag, script?.etag);
});

test('a page that has not been built is empty', async t => {
  const { folder } = await withNothingLeft(t);
  assert.equal((await readPage(join(folder, 'none'))).size, 0);
});
