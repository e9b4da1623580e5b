import assert from 'node:assert/strict';
import { test } from 'node:test';
import { COOKIE, isInside, isMarked } from '../../src/platform/cookie.ts';

test('a mark counts in its own variable alone, whole or up to a full stop', () => {
  const environment = 'A=own.1\0HOLDFAST_COOKIE=outer.1:own.12\0B=own.12\0';
  assert.deepEqual(
    ['own.12', 'own', 'outer.1', 'outer', 'own.1', 'ow', '', 'A'].map(cookie => isMarked(environment, cookie)),
    [true, true, true, true, false, false, false, false],
  );
  assert.equal(isMarked('A=own.1\0', 'own'), false);
});

test('who was started inside a server of a manager knows that it was', t => {
  const before = process.env[COOKIE];
  t.after(() => {
    if (before === undefined) delete process.env[COOKIE];
    else process.env[COOKIE] = before;
  });
  process.env[COOKIE] = 'outer.1:inner.2';
  assert.deepEqual(['outer', 'inner', 'other'].map(isInside), [true, true, false]);
  delete process.env[COOKIE];
  assert.equal(isInside('outer'), false);
});
