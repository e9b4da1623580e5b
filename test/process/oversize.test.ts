import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { OversizeScanner } from '../../src/process/oversize.ts';
import { rawId, rawKey, rawMemberOf, rawObject, rawValue } from '../session/raw-json.ts';

function scan(text: string, cuts: readonly number[] = []): { id: string | null; hasMethod: boolean } {
  const scanner = new OversizeScanner();
  const bytes = Buffer.from(text);
  let at = 0;
  for (const cut of [...cuts.filter(one => one < bytes.length).toSorted((a, b) => a - b), bytes.length]) {
    scanner.push(bytes.subarray(at, cut));
    at = cut;
  }
  return scanner.found();
}

const id = (text: string): string | null => scan(text).id;
const cuts = fc.array(fc.nat(200), { maxLength: 20 });

test('the id of any answer is found, wherever it stands and wherever the bytes are cut', () => {
  const answer = rawId.chain(raw =>
    fc.record({
      raw: fc.constant(raw),
      text: rawObject([rawMemberOf(rawKey('id'), fc.constant(raw)), rawMemberOf(rawKey('result'), rawValue)]),
    }),
  );
  fc.assert(
    fc.property(answer, cuts, ({ raw, text }, places) => {
      assert.deepEqual(scan(text, places), { id: raw, hasMethod: false });
    }),
  );
});

test('escapes that are cut in the middle end no string', () => {
  const text = String.raw`{"a\"\\":"\\\"}\",","b":["]\"}","\\"],"id":"\"c\\"}`;
  for (let cut = 0; cut < text.length; cut++) assert.equal(scan(text, [cut]).id, String.raw`"\"c\\"`, `cut at ${cut}`);
  assert.equal(
    scan(
      text,
      Array.from(text, (_, i) => i),
    ).id,
    String.raw`"\"c\\"`,
  );
});

test('the end of an id that is too long is not taken for an id', () => {
  const text = `{"id":"${'x'.repeat(1023)}\\"abc"}`;
  assert.equal(
    scan(
      text,
      Array.from(text, (_, i) => i),
    ).id,
    null,
  );
});

test('a request says that its id is not one of ours', () => {
  const message = rawObject([
    rawMemberOf(rawKey('id'), fc.constant('1')),
    rawMemberOf(rawKey('method'), fc.constant('"sampling/createMessage"')),
  ]);
  fc.assert(
    fc.property(message, cuts, (text, places) => {
      assert.deepEqual(scan(text, places), { id: '1', hasMethod: true });
    }),
  );
});

test('an id below the top, an id twice and an id of another kind name nobody', () => {
  assert.equal(id('{"result":{"id":1,"x":["id",2]}}'), null);
  assert.equal(id('{"id":1,"result":{},"id":2}'), null);
  for (const raw of ['null', 'true', '["a"]', '{"id":1}', '{}', 'nonsense', `"${'x'.repeat(2000)}"`]) {
    assert.equal(id(`{"id":${raw},"result":{}}`), null, raw);
  }
});

test('what is no JSON object has no id', () => {
  for (const text of ['', 'id: 1', '[{"id":1}]', '"id"', '{id:1}', '{"id" 1}', '{"id":}']) {
    assert.equal(id(text), null, text);
  }
});

test('a key of any length and a byte order mark do not confuse it', () => {
  assert.equal(id(`\ufeff {"${'k'.repeat(5000)}":"${'\\"'.repeat(5000)}","id":9}`), '9');
});
