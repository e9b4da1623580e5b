import assert from 'node:assert/strict';
import { test } from 'node:test';
import { redactDeep } from '../../src/errors/redact-deep.ts';

const shout = (text: string) => text.toUpperCase();

test('every text is redacted, however deep it lies; keys, numbers and nothing stay', () => {
  const value = { a: 'x', list: ['y', { b: 'z' }], n: 1, no: null, yes: true };
  assert.deepEqual(redactDeep(value, shout), { a: 'X', list: ['Y', { b: 'Z' }], n: 1, no: null, yes: true });
  assert.equal(redactDeep('x', shout), 'X');
});

test('a text under a kept key stays, but what is below one does not', () => {
  const value = { state: 'ready', url: ['x'], deep: { state: 'ready' } };
  assert.deepEqual(redactDeep(value, shout, new Set(['state', 'url'])), { ...value, url: ['X'] });
});
