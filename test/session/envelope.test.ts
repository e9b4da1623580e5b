import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Envelope, type MessageEnvelope, parseMessage } from '../../src/session/envelope.ts';
import { answerWithId } from '../../src/session/json-text.ts';
import { rawId, rawKey, rawMemberOf, rawObject, rawValue } from './raw-json.ts';

function read(text: string): Envelope {
  const parsed = parseMessage(text);
  assert.ok(parsed.ok, text);
  return parsed.envelope;
}

function readOne(text: string): MessageEnvelope {
  const envelope = read(text);
  assert.ok(envelope.kind !== 'batch', text);
  return envelope;
}

test('a request is recognised however it is written, its id and params as they stand', () => {
  const message = fc.tuple(rawId, rawValue).chain(([id, params]) =>
    fc.record({
      id: fc.constant(id),
      params: fc.constant(params),
      text: rawObject([
        rawMemberOf(rawKey('id'), fc.constant(id)),
        rawMemberOf(rawKey('method'), fc.constant('"some\\u002fthing"')),
        rawMemberOf(rawKey('params'), fc.constant(params)),
      ]),
    }),
  );
  fc.assert(
    fc.property(message, ({ id, params, text }) => {
      const envelope = readOne(text);
      assert.equal(envelope.kind, 'request');
      assert.equal(envelope.method, 'some/thing');
      assert.equal(envelope.id?.raw, id);
      assert.equal(text.slice(envelope.params?.start, envelope.params?.end), params);
      assert.equal(envelope.text, text);
    }),
  );
});

test('a duplicate id or method at the top is invalid, below it is nobody’s business', () => {
  for (const name of ['id', 'method']) {
    const twice = [rawMemberOf(rawKey(name), fc.constant('"a"')), rawMemberOf(rawKey(name), fc.constant('"b"'))];
    fc.assert(
      fc.property(rawObject(twice), text => {
        const envelope = readOne(text);
        assert.ok(envelope.kind === 'invalid');
        assert.equal(envelope.reason, `duplicate "${name}"`);
      }),
    );
  }
  assert.equal(readOne('{"id":1,"method":"a","params":{"id":1,"id":2,"method":3,"method":4}}').kind, 'request');
});

const cases: readonly { text: string; kind: MessageEnvelope['kind']; strict?: boolean; reason?: string }[] = [
  { text: '{"jsonrpc":"2.0","id":1,"method":"ping"}', kind: 'request', strict: true },
  { text: '{"jsonrpc":"2.0","id":"","method":"ping","extra":1}', kind: 'request', strict: true },
  { text: '{"id":1.5,"method":"ping"}', kind: 'request', strict: false },
  { text: '{"jsonrpc":"2.0","method":"x"}', kind: 'notification', strict: true },
  { text: '{"jsonrpc":"2.0","method":"x","id":null}', kind: 'notification', strict: false },
  { text: '{"jsonrpc":"2.0","id":1,"result":{}}', kind: 'response', strict: true },
  { text: '{"jsonrpc":"2.0","id":1,"result":null}', kind: 'response', strict: true },
  { text: '{"jsonrpc":"2.0","id":1,"result":{},"error":null}', kind: 'response', strict: false },
  { text: '{"jsonrpc":"2.0","id":1,"result":null,"error":{}}', kind: 'response', strict: false },
  { text: '{"jsonrpc":"2.0","id":null,"error":{}}', kind: 'response', strict: false },
  { text: '{"jsonrpc":"2.0","error":{}}', kind: 'response', strict: true },
  { text: '{"id":1,"result":{},"error":{}}', kind: 'invalid', reason: 'both "result" and "error"' },
  { text: '{"id":1,"error":null}', kind: 'invalid', reason: 'neither "method", "result" nor "error"' },
  { text: '{"level":"info"}', kind: 'invalid', reason: 'neither "method", "result" nor "error"' },
  { text: '{"id":1,"method":5}', kind: 'invalid', reason: '"method" must be a string' },
  { text: '{"id":1,"method":"x","result":{}}', kind: 'invalid', reason: 'both "method" and an answer' },
  { text: '{"id":[1],"method":"x"}', kind: 'invalid', reason: '"id" must be a string or a number' },
  { text: '{"id":true,"result":{}}', kind: 'invalid', reason: '"id" must be a string or a number' },
];

for (const { text, kind, strict, reason } of cases) {
  test(`${text} is ${kind === 'invalid' ? `invalid: ${reason}` : `a ${strict ? 'strict' : 'forgiven'} ${kind}`}`, () => {
    const envelope = readOne(text);
    assert.equal(envelope.kind, kind);
    if (envelope.kind === 'invalid') assert.equal(envelope.reason, reason);
    else assert.equal(envelope.strict, strict);
  });
}

test('an invalid answer still tells whose call it was', () => {
  assert.equal(readOne('{"id":"a","result":{},"error":{}}').id?.raw, '"a"');
});

test('a batch is taken apart into its messages as they were written', () => {
  const envelope = read(' [ {"id":1.0,"result":{}} , {"method":"x"},3 ]');
  assert.ok(envelope.kind === 'batch');
  assert.deepEqual(envelope.items, ['{"id":1.0,"result":{}}', '{"method":"x"}', '3']);
});

test('what is no JSON object is said to be none, without quoting it', () => {
  for (const text of ['', 'Server started', '{"secret":', '\ufeff{}']) {
    assert.deepEqual(parseMessage(text), { ok: false, why: 'the text is not JSON' });
  }
  for (const text of ['1', 'null', '"x"', 'true']) {
    assert.deepEqual(parseMessage(text), { ok: false, why: 'a message must be a JSON object' });
  }
});

test('a key named like a prototype changes nothing', () => {
  const envelope = readOne('{"__proto__":{"id":1,"method":"x"},"jsonrpc":"2.0","method":"y"}');
  assert.equal(envelope.kind, 'notification');
  assert.equal(envelope.method, 'y');
});

test('an answer goes on as it came but for its id, and a forgiven one in strict form', () => {
  const answer = (text: string): string => {
    const envelope = readOne(text);
    assert.ok(envelope.kind === 'response');
    return answerWithId(envelope, '"c"');
  };
  assert.equal(
    answer('{ "x":1.0, "jsonrpc":"2.0", "result":{"n":12345678901234567890}, "id":7 }'),
    '{ "x":1.0, "jsonrpc":"2.0", "result":{"n":12345678901234567890}, "id":"c" }',
  );
  assert.equal(answer('{"result":{"n": 1.0},"id":7,"error":null}'), '{"jsonrpc":"2.0","id":"c","result":{"n": 1.0}}');
  assert.equal(
    answer('{"result":null,"id":7,"error":{"code": -1}}'),
    '{"jsonrpc":"2.0","id":"c","error":{"code": -1}}',
  );
});
