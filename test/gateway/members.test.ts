import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { everyMember, withEveryMember } from '../../src/gateway/members.ts';
import { rawKey, rawMemberOf, rawObject, rawValue } from '../session/raw-json.ts';

const MARK = '"@mark@"';
const params = rawObject([rawMemberOf(rawKey('name'), fc.constant(MARK)), rawMemberOf(rawKey('arguments'), rawValue)]);
/** A call as nobody writes it: `params` once or twice, and in it whatever JSON allows. */
const call = fc.oneof(
  rawObject([rawMemberOf(rawKey('params'), params)]),
  rawObject([rawMemberOf(rawKey('params'), params), rawMemberOf(rawKey('params'), params)]),
);

test('every member of the path gets the value, and not one character else changes', () => {
  fc.assert(
    fc.property(call, rawValue, rawValue, (template, before, after) => {
      const text = template.replaceAll(MARK, () => before);
      const found = everyMember(text, ['params', 'name']).map(({ start, end }) => text.slice(start, end));
      assert.deepEqual(found, Array(template.split(MARK).length - 1).fill(before));
      assert.equal(
        withEveryMember(text, ['params', 'name'], after),
        template.replaceAll(MARK, () => after),
      );
    }),
  );
});

test('a path that leads nowhere changes nothing', () => {
  for (const text of ['{"params":[{"name":1}]}', '{"params":"name"}', '{}', '{"name":1}']) {
    assert.equal(withEveryMember(text, ['params', 'name'], '2'), text);
  }
});
