import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  arrayItems,
  errorResponse,
  idKey,
  notification,
  oneLine,
  parseMessage,
  rawMember,
  request,
  splice,
  withId,
  withProgressToken,
  withProgressTokenOfProgress,
  withRequestId,
} from '../../src/session/json-text.ts';
import { rawId, rawKey, rawMemberOf, rawObject, rawString, rawValue, spaced } from './raw-json.ts';

const MARK = '"@mark@"';

/** A message in which one value is the mark, so that the expected text is known without any scanner. */
const marked = (...path: string[]): fc.Arbitrary<string> => {
  const [first = '', ...rest] = path;
  const value = rest.length === 0 ? fc.constant(MARK) : marked(...rest);
  return rawObject([rawMemberOf(rawKey(first), value)]);
};

const splicers = [
  { name: 'withId', splicer: withId, path: ['id'] },
  { name: 'withProgressToken', splicer: withProgressToken, path: ['params', '_meta', 'progressToken'] },
  { name: 'withProgressTokenOfProgress', splicer: withProgressTokenOfProgress, path: ['params', 'progressToken'] },
  { name: 'withRequestId', splicer: withRequestId, path: ['params', 'requestId'] },
];

for (const { name, splicer, path } of splicers) {
  test(`${name} changes its own value and not one character else`, () => {
    fc.assert(
      fc.property(marked(...path), rawId, rawId, (template, before, after) => {
        const text = template.replace(MARK, () => before);
        const expected = template.replace(MARK, () => after);
        assert.equal(splicer(text, after), expected);
        assert.equal(rawMember(text, path)?.raw, before);
        const parsed = parseMessage(text);
        assert.ok(parsed.ok && parsed.envelope.kind !== 'batch');
        assert.equal(splicer(parsed.envelope, after), expected);
        assert.equal(rawMember(parsed.envelope, path)?.raw, before);
      }),
    );
  });
}

test('a member is found as JSON.parse finds it, the last of duplicates included', () => {
  const name = fc.constantFrom('a', 'b', 'id');
  const member = name.chain(key => rawMemberOf(rawKey(key), rawValue));
  const object = fc
    .array(member, { maxLength: 6 })
    .chain(spaced)
    .map(inside => ` {${inside}} `);
  fc.assert(
    fc.property(object, name, (text, key) => {
      const expected: unknown = JSON.parse(text)[key];
      const found = rawMember(text, [key]);
      assert.deepEqual(found === null ? undefined : JSON.parse(found.raw), expected);
      if (found !== null) assert.equal(text.slice(found.start, found.end), found.raw);
    }),
  );
});

test('the items of an array come as they were written', () => {
  fc.assert(
    fc.property(fc.array(rawValue, { maxLength: 6 }), items => {
      const text = `{"result":{"tools": [ ${items.join(' ,\n')} ],"nextCursor":"x"}}`;
      assert.deepEqual(arrayItems(text, ['result', 'tools']), items);
    }),
  );
});

test('a path that leads nowhere finds nothing', () => {
  const text = '{"id":1,"params":{"_meta":{"progressToken":7},"_meta":5},"list":{}}';
  assert.equal(rawMember(text, ['params', '_meta', 'progressToken']), null);
  assert.equal(rawMember(text, ['id', 'params']), null);
  assert.equal(withProgressToken(text, '9'), text);
  assert.equal(withRequestId(text, '9'), text);
  assert.deepEqual(arrayItems(text, ['list']), []);
  assert.deepEqual(arrayItems(text, ['missing']), []);
});

test('a key below a name that is longer or shorter by one letter is another key', () => {
  assert.equal(rawMember('{"i":1,"idd":2,"i\\u0064x":3}', ['id']), null);
});

test('a message without an id gets one as its first member', () => {
  assert.equal(withId(' {"method":"a"}', '7'), ' {"id":7,"method":"a"}');
  assert.equal(withId('{ }', '"x"'), '{"id":"x" }');
});

test('edits apply in any order and must not overlap', () => {
  assert.equal(
    splice('abcdef', [
      { start: 4, end: 5, with: 'EE' },
      { start: 0, end: 1, with: '' },
      { start: 2, end: 2, with: '-' },
    ]),
    'b-cdEEf',
  );
  const overlapping = [
    { start: 0, end: 3, with: '' },
    { start: 2, end: 4, with: '' },
  ];
  assert.throws(() => splice('abcdef', overlapping), RangeError);
  assert.throws(() => splice('abc', [{ start: 2, end: 4, with: '' }]), RangeError);
});

test('a message becomes one line and stays the same JSON', () => {
  fc.assert(
    fc.property(rawValue, text => {
      const line = oneLine(`{\r\n"a":\n${text}\r}`);
      assert.doesNotMatch(line, /[\r\n]/);
      assert.deepEqual(JSON.parse(line), { a: JSON.parse(text) });
    }),
  );
});

test('ids meet under one key when they are equal, and only then', () => {
  assert.equal(idKey('1'), idKey('1.0'));
  assert.equal(idKey('0'), idKey('-0'));
  assert.equal(idKey('"a"'), idKey('"\\u0061"'));
  assert.notEqual(idKey('1'), idKey('"1"'));
  assert.notEqual(idKey('12345678901234567890'), idKey('12345678901234567891'));
  assert.notEqual(idKey('1e999'), idKey('-1e999'));
});

test('any string is skipped, whatever it holds', () => {
  fc.assert(
    fc.property(fc.array(rawString, { maxLength: 5 }), strings => {
      assert.equal(rawMember(`{"a":[${strings.join(',')}],"b":42}`, ['b'])?.raw, '42');
    }),
  );
});

test('8 MB of text and of escaped quotes are passed over', () => {
  const long = JSON.stringify({ text: `${'x'.repeat(8e6)}${'\\"'.repeat(1e6)}` });
  const text = `{"result":${long},"id":5}`;
  assert.equal(withId(text, '6'), `{"result":${long},"id":6}`);
});

test('nesting of any depth neither overflows nor hides what follows', () => {
  const deep = '['.repeat(100_000) + ']'.repeat(100_000);
  const text = `{"result":${deep},"id":5}`;
  assert.equal(rawMember(text, ['id'])?.raw, '5');
  const parsed = parseMessage(text);
  if (parsed.ok) assert.ok(parsed.envelope.kind === 'response' && parsed.envelope.id?.raw === '5');
  else assert.equal(parsed.why, 'the JSON is nested too deeply');
});

test('messages of our own are JSON-RPC, with the id as it was given', () => {
  assert.equal(
    errorResponse('1.0', -32600, 'no "id"\n', { code: 'X' }),
    '{"jsonrpc":"2.0","id":1.0,"error":{"code":-32600,"message":"no \\"id\\"\\n","data":{"code":"X"}}}',
  );
  assert.equal(
    errorResponse('null', -32700, 'bad'),
    '{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"bad"}}',
  );
  assert.equal(request('"h:1"', 'ping'), '{"jsonrpc":"2.0","id":"h:1","method":"ping"}');
  assert.equal(
    request('2', 'tools/list', { cursor: 'a' }),
    '{"jsonrpc":"2.0","id":2,"method":"tools/list","params":{"cursor":"a"}}',
  );
  assert.equal(
    notification('notifications/cancelled', { requestId: 3 }),
    '{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":3}}',
  );
});

test('an object of very many members is read in one pass', () => {
  const members = Array.from({ length: 200_000 }, (_, i) => `"member-${i}":"some text"`).join(',');
  assert.equal(rawMember(`{"params":{${members},"last":1.0}}`, ['params', 'last'])?.raw, '1.0');
});
