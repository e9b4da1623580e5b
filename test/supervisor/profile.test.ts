import assert from 'node:assert/strict';
import { test } from 'node:test';
import { canMore, keyOf, profileOf } from '../../src/supervisor/profile.ts';

const clientInfo = { name: 'a', version: '1' };
const profile = {
  capabilities: { b: { y: 1, x: [2] }, a: {} },
  roots: '{"roots":[{"uri":"u","name":"n"}]}',
  clientInfo,
};

test('clients with the same capabilities and roots have one key, however they write them and whoever they are', () => {
  const same = {
    capabilities: { a: {}, b: { x: [2], y: 1 } },
    roots: '{ "roots": [ { "name": "n", "uri": "u" } ] }',
    clientInfo: { name: 'b', version: '2' },
  };
  assert.equal(keyOf(profile, false), keyOf(same, false));
  assert.notEqual(keyOf(profile, true), keyOf(same, true), 'but each its own where each has its own process');
});

test('any other capability or root is another key', () => {
  const others = [
    { ...profile, roots: null },
    { ...profile, roots: '{"roots":[]}' },
    { ...profile, capabilities: { a: {} } },
    { ...profile, capabilities: { ...profile.capabilities, b: { y: 1, x: [3] } } },
  ];
  assert.equal(new Set([profile, ...others].map(one => keyOf(one, false))).size, others.length + 1);
});

test('a profile that was kept is one, or none at all', () => {
  assert.deepEqual(profileOf({ ...profile }), profile);
  for (const kept of [
    null,
    {},
    { ...profile, capabilities: [] },
    { ...profile, roots: 7 },
    { ...profile, roots: '{' },
    { ...profile, clientInfo: { name: 'a' } },
  ]) {
    assert.equal(profileOf(kept), null, JSON.stringify(kept));
  }
});

test('a client can more that has a capability which the other has not, once its roots are known', () => {
  const nothing = { ...profile, capabilities: {}, roots: null };
  const sampling = { ...nothing, capabilities: { sampling: {} } };
  const roots = { ...nothing, capabilities: { roots: {} } };
  assert.deepEqual(
    [canMore(sampling, nothing), canMore(nothing, sampling), canMore(sampling, sampling), canMore(roots, nothing)],
    [true, false, false, false],
  );
  assert.equal(canMore({ ...roots, roots: '{"roots":[]}' }, sampling), true);
});
