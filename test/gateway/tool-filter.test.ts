import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toolFilter } from '../../src/gateway/tool-filter.ts';

test('a tool passes that is included and not excluded', () => {
  const filter = toolFilter({ include: ['read_*', 'list'], exclude: ['*_secret', 'read_?'] });
  const names = ['read_file', 'list', 'read_secret', 'read_1', 'write_file', 'lists'];
  assert.deepEqual(
    names.filter(name => filter.passes(name)),
    ['read_file', 'list'],
  );
  assert.equal(filter.isOpen, false);
});

test('without patterns every tool passes, and that is known beforehand', () => {
  const filter = toolFilter({ include: ['*'], exclude: [] });
  assert.ok(filter.isOpen && filter.passes('') && filter.passes('a/b'));
});

test('where nothing is included, nothing passes', () => {
  const filter = toolFilter({ include: [], exclude: [] });
  assert.equal(filter.isOpen || filter.passes('a'), false);
});
