import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { withServerAsLogger } from '../../src/gateway/aggregate-log.ts';
import { rawKey, rawMemberOf, rawObject, rawValue } from '../session/raw-json.ts';

const MARK = '"@mark@"';
const message = (params: fc.Arbitrary<string>) =>
  rawObject([
    rawMemberOf(rawKey('method'), fc.constant('"notifications/message"')),
    rawMemberOf(rawKey('params'), params),
  ]);

test('a logger is prefixed with its server, and not one character else changes', () => {
  const template = message(
    rawObject([rawMemberOf(rawKey('logger'), fc.constant(MARK)), rawMemberOf(rawKey('data'), rawValue)]),
  );
  fc.assert(
    fc.property(template, text => {
      const expected = text.replace(MARK, '"files/db"');
      assert.equal(withServerAsLogger(text.replace(MARK, '"d\\u0062"'), 'files'), expected);
      assert.equal(withServerAsLogger(text.replace(MARK, 'null'), 'files'), text.replace(MARK, '"files"'));
    }),
  );
});

test('a message without a logger gets the server as one', () => {
  fc.assert(
    fc.property(message(rawObject([rawMemberOf(rawKey('data'), rawValue)])), text => {
      const { params } = JSON.parse(text) as { params: object };
      const seen = withServerAsLogger(text, 'my "files"');
      assert.deepEqual((JSON.parse(seen) as { params: object }).params, { ...params, logger: 'my "files"' });
      assert.equal(seen.length, text.length + '"logger":"my \\"files\\"",'.length);
    }),
  );
  const bare = '{"method":"notifications/message","params":{ }}';
  assert.equal(withServerAsLogger(bare, 'a'), '{"method":"notifications/message","params":{"logger":"a" }}');
});

test('what is no log message with params stays as it is', () => {
  for (const text of ['{"method":"notifications/message"}', '{"method":"x","params":[1]}', '{"id":1,"method":"x"}']) {
    assert.equal(withServerAsLogger(text, 'a'), text);
  }
});
