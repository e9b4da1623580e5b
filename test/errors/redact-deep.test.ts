import assert from 'node:assert/strict';
import { test } from 'node:test';
import { redactDeep } from '../../src/errors/redact-deep.ts';

const shout = (text: string) => text.toUpperCase();

test('every text is redacted, however deep it lies; keys, numbers and nothing stay', () => {
  const value = { a: 'x', list: ['y', { b: 'z' }], n: 1, no: null, yes: true };
  assert.deepEqual(redactDeep(value, shout), { a: 'X', list: ['Y', { b: 'Z' }], n: 1, no: null, yes: true });
  assert.equal(redactDeep('x', shout), 'X');
});

test('texts, and lists of them, stay under a kept key, but what is further below one does not', () => {
  const value = { state: 'ready', added: ['x'], deep: { state: 'ready' }, url: [{ a: 'x' }] };
  const kept = new Set(['state', 'added', 'url']);
  assert.deepEqual(redactDeep(value, shout, kept), { ...value, url: [{ a: 'X' }] });
});
