import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  discoverResult,
  errorToModern,
  inputRequired,
  resultOf,
  serverInfoOf,
  toLegacy,
  toModern,
  withMeta,
} from '../../src/gateway/modern-text.ts';
import { parseMessage } from '../../src/session/json-text.ts';
import { rawKey, rawMemberOf, rawObject, rawValue } from '../session/raw-json.ts';

const META = 'io.modelcontextprotocol/';

function legacy(text: string): string {
  const parsed = parseMessage(text);
  assert.ok(parsed.ok && parsed.envelope.kind === 'request');
  return toLegacy(parsed.envelope);
}

const modern = (answer: string, method = 'tools/call', serverInfo: string | null = '{"name":"s"}'): string =>
  toModern(answer, resultOf(answer) ?? assert.fail('no result'), method, serverInfo);

test('a server sees what a client wrote, without the envelope of the request', () => {
  const text = `{ "id": 1.0,"method":"tools/call", "params": {"name":"x","_meta":{"${META}protocolVersion":"2026-07-28","traceparent":"00-1","${META}clientCapabilities":{},"progressToken":7},
    "inputResponses":{"a":{}}, "arguments": {"n": 12345678901234567890, "_meta":{"${META}x":1}, "requestState":1},"requestState":"s"},"x":1 }`;
  assert.equal(
    legacy(text),
    `{ "id": 1.0,"method":"tools/call", "params": {"name":"x","_meta":{"traceparent":"00-1","progressToken":7},"arguments":{"n": 12345678901234567890, "_meta":{"${META}x":1}, "requestState":1}},"x":1 }`,
  );
});

test('only requests that may be asked back lose the members of a second round', () => {
  const params = '{"inputResponses":1,"requestState":2}';
  const text = `{"id":1,"method":"vendor/x","params":${params}}`;
  assert.equal(legacy(text), text);
  assert.equal(
    legacy(`{"id":1,"method":"prompts/get","params":${params}}`),
    '{"id":1,"method":"prompts/get","params":{}}',
  );
});

test('a request without params goes on as it is', () => {
  const text = '{"id":1,"method":"tools/list"}';
  assert.equal(legacy(text), text);
});

test('whatever else stands in the params reaches the server as it was written', () => {
  const reserved = rawMemberOf(rawKey(`${META}clientInfo`), rawValue);
  const params = rawObject([
    rawMemberOf(rawKey('arguments'), rawValue),
    rawMemberOf(rawKey('_meta'), rawObject([reserved])),
  ]);
  fc.assert(
    fc.property(params, raw => {
      const text = legacy(`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":${raw}}`);
      const value = JSON.parse(raw);
      delete value._meta[`${META}clientInfo`];
      assert.deepEqual(JSON.parse(text).params, value);
    }),
  );
});

test('a result says of itself what results say today, and its content is not touched', () => {
  assert.equal(
    modern('{"jsonrpc":"2.0","id":1,"result":{"content":[{"n":1.0}], "x":12345678901234567890}}'),
    `{"jsonrpc":"2.0","id":1,"result":{"_meta":{"${META}serverInfo":{"name":"s"}},"resultType":"complete","content":[{"n":1.0}], "x":12345678901234567890}}`,
  );
});

test('lists and resources say that they are not to be kept', () => {
  for (const method of ['tools/list', 'prompts/list', 'resources/list', 'resources/templates/list', 'resources/read']) {
    const { result } = JSON.parse(modern('{"id":1,"result":{}}', method, null));
    assert.deepEqual(result, { resultType: 'complete', ttlMs: 0, cacheScope: 'private' }, method);
  }
  assert.deepEqual(JSON.parse(modern('{"id":1,"result":{}}', 'completion/complete', null)).result, {
    resultType: 'complete',
  });
});

test('what the server says itself is not said again', () => {
  const own = `{"id":1,"result":{"resultType":"x","ttlMs":5,"cacheScope":"public","_meta":{"a":1,"${META}serverInfo":{}}}}`;
  assert.equal(modern(own, 'tools/list'), own);
});

test('an empty answer becomes a result too', () => {
  assert.equal(modern('{"id":1,"result":null}', 'x', null), '{"id":1,"result":{"resultType":"complete"}}');
});

test('random results keep every member, and get each of ours once', () => {
  fc.assert(
    fc.property(rawObject([]), raw => {
      const text = modern(`{"jsonrpc":"2.0","id":1,"result":${raw}}`, 'tools/list');
      const { _meta, resultType, ttlMs, cacheScope, ...rest } = JSON.parse(text).result;
      assert.deepEqual(rest, JSON.parse(raw));
      assert.deepEqual([resultType, ttlMs, cacheScope], ['complete', 0, 'private']);
      assert.deepEqual(_meta, { [`${META}serverInfo`]: { name: 's' } });
    }),
  );
});

test('errors are said in codes that are still spoken', () => {
  const error = (code: number) =>
    `{"jsonrpc":"2.0","id":1,"error":{"code":${code},"message":"m","data":{"uri":"u","n":1.0}}}`;
  assert.deepEqual(errorToModern(error(-32002)), { status: 200, text: error(-32602) });
  assert.deepEqual(errorToModern(error(-32042)), { status: 200, text: error(-32603) });
  assert.deepEqual(errorToModern(error(-32601)), { status: 404, text: error(-32601) });
  assert.deepEqual(errorToModern(error(-1)), { status: 200, text: error(-1) });
  const loose = '{"id":1,"error":"no"}';
  assert.deepEqual(errorToModern(loose), { status: 200, text: loose });
});

test('a server is discovered by what it said at initialize', () => {
  const initialized =
    '{"protocolVersion":"2025-06-18","capabilities":{"logging":{},"tools":{"n":1.0},"tasks":{}},"serverInfo":{"name":"s","x":1.0},"instructions":"i","vendor":1.0}';
  assert.equal(serverInfoOf(initialized), '{"name":"s","x":1.0}');
  assert.equal(
    discoverResult(initialized),
    `{"_meta":{"${META}serverInfo":{"name":"s","x":1.0}},"resultType":"complete","supportedVersions":["2026-07-28","2025-11-25","2025-06-18","2025-03-26","2024-11-05"],"ttlMs":0,"cacheScope":"private","capabilities":{"tools":{"n":1.0}},"instructions":"i","vendor":1.0}`,
  );
  assert.deepEqual(JSON.parse(discoverResult('{}')).capabilities, {});
  assert.equal(serverInfoOf('{}'), null);
});

test('a client is asked by entries that are the server’s own', () => {
  const inputs = new Map([
    ['a "b"', '{"method":"roots/list","params":{}}'],
    ['c', '{"n":1.0}'],
  ]);
  assert.equal(
    inputRequired(inputs, 'sealed', null),
    '{"resultType":"input_required","inputRequests":{"a \\"b\\"":{"method":"roots/list","params":{}},"c":{"n":1.0}},"requestState":"sealed"}',
  );
  assert.ok(inputRequired(inputs, 's', '{"name":"x"}').includes(`"_meta":{"${META}serverInfo":{"name":"x"}}`));
});

test('a notification is tagged wherever it has its _meta', () => {
  const cases = [
    ['{"method":"m"}', '{"params":{"_meta":{"k":1.0}},"method":"m"}'],
    ['{"method":"m","params":{}}', '{"method":"m","params":{"_meta":{"k":1.0}}}'],
    ['{"method":"m","params":{"uri":"u"}}', '{"method":"m","params":{"_meta":{"k":1.0},"uri":"u"}}'],
    ['{"params":{"_meta":{"a":1,"k":2}},"method":"m"}', '{"params":{"_meta":{"k":1.0,"a":1}},"method":"m"}'],
    ['{"params":null,"method":"m"}', '{"params":{"_meta":{"k":1.0}},"method":"m"}'],
  ] as const;
  for (const [before, after] of cases) assert.equal(withMeta(before, 'k', '1.0'), after);
});
