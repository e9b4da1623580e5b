import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { discoveryOf, firstEra, isStateless, VERSION_MARK, wrapped, wrapperOf } from '../../src/session/era.ts';
import { parseMessage, rawMember } from '../../src/session/json-text.ts';
import { rawId, rawMemberOf, rawObject, rawString, rawValue } from './raw-json.ts';

const DAY = 86_400_000;

test('a modern server is asked in its words first for 30 days, and one that was never found to be one is not', () => {
  const at = Date.UTC(2026, 10, 27);
  assert.equal(firstEra(null, at), 'legacy');
  assert.equal(firstEra(at, at), 'modern');
  assert.equal(firstEra(at, at + 30 * DAY - 1), 'modern');
  assert.equal(firstEra(at, at + 30 * DAY), 'legacy');
  assert.equal(firstEra(at, at - 1), 'legacy', 'the clock was set back');
});

function discovery(rest: string) {
  const parsed = parseMessage(`{"jsonrpc":"2.0","id":1,${rest}}`);
  assert.ok(parsed.ok && parsed.envelope.kind === 'response');
  return discoveryOf(parsed.envelope, 'files');
}

test('what a modern server says of itself is put in the words of initialize, and not one character of it changes', () => {
  const found = discovery(
    '"result":{"supportedVersions":["2027-01-01","2026-07-28"],"capabilities":{"tools":{"n":1.0}},"instructions":"\\u0041",' +
      '"_meta":{"io.modelcontextprotocol/serverInfo":{"name":"a","version":"1","big":12345678901234567890}}}',
  );
  assert.ok(found.type === 'modern');
  assert.equal(
    found.initialize,
    '{"protocolVersion":"2025-11-25","capabilities":{"tools":{"n":1.0}},' +
      '"serverInfo":{"name":"a","version":"1","big":12345678901234567890},"instructions":"\\u0041"}',
  );
});

test('one that says less is called by its name in the configuration', () => {
  for (const rest of ['', ',"capabilities":[],"instructions":7,"_meta":{"io.modelcontextprotocol/serverInfo":{}}']) {
    const found = discovery(`"result":{"supportedVersions":["2026-07-28"]${rest}}`);
    assert.ok(found.type === 'modern');
    assert.deepEqual(JSON.parse(found.initialize), {
      protocolVersion: '2025-11-25',
      capabilities: {},
      serverInfo: { name: 'files', version: 'unknown' },
    });
  }
});

test('an error or something else is no modern server, and another version is another version', () => {
  const others = [
    '"error":{"code":-32601,"message":""}',
    '"result":{}',
    '"result":null',
    '"result":{"supportedVersions":1}',
  ];
  for (const rest of others) assert.deepEqual(discovery(rest), { type: 'notModern' });
  assert.deepEqual(discovery('"result":{"supportedVersions":["2027-01-01"]}'), {
    type: 'otherVersion',
    versions: ['2027-01-01'],
  });
});

const wrapper = wrapperOf({
  protocolVersion: '2025-11-25',
  capabilities: { roots: {} },
  clientInfo: { name: 'c', version: '1' },
});
const ENVELOPE = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientCapabilities': { roots: {} },
  'io.modelcontextprotocol/clientInfo': { name: 'c', version: '1' },
};

test('a request gets its client, whatever it has or has not where that goes', () => {
  for (const params of ['', ',"params":{}', ',"params":{"_meta":{}}', ',"params":null', ',"params":{"_meta":null}']) {
    const text = wrapped(` {"jsonrpc":"2.0","id":1,"method":"a"${params}}`, wrapper);
    assert.deepEqual(JSON.parse(text).params, { _meta: ENVELOPE });
  }
  const lying = '{"id":1,"method":"a","params":{"_meta":{"io.modelcontextprotocol/protocolVersion":"1","x":1.0}}}';
  const text = wrapped(lying, wrapper, [['requestState', '"s"']]);
  assert.deepEqual(JSON.parse(text).params, { _meta: { ...ENVELOPE, x: 1 }, requestState: 's' });
  assert.match(text, /"x":1\.0/);
});

test('property: what goes in comes out, but for what is added', () => {
  const member = (name: string, value: fc.Arbitrary<string>) => rawMemberOf(fc.constant(`"${name}"`), value);
  const meta = rawObject([member('progressToken', rawId)]);
  const params = rawObject([member('name', rawString), member('arguments', rawValue), member('_meta', meta)]);
  const requests = rawObject([
    member('id', rawId),
    member('method', fc.constant('"tools/call"')),
    member('params', params),
  ]);
  fc.assert(
    fc.property(requests, text => {
      const after = wrapped(text, wrapper);
      for (const path of [['id'], ['params', 'name'], ['params', 'arguments'], ['params', '_meta', 'progressToken']]) {
        assert.equal(rawMember(after, path)?.raw, rawMember(text, path)?.raw);
      }
      const value = JSON.parse(after);
      for (const [key, expected] of Object.entries(ENVELOPE)) {
        assert.deepEqual(value.params._meta[key], expected);
        delete value.params._meta[key];
      }
      assert.deepEqual(value, JSON.parse(text));
    }),
  );
});

test('a message is of the stateless protocol by its own word, whatever its version', () => {
  const cases: readonly (readonly [message: object, isStateless: boolean])[] = [
    [{ id: 1, method: 'tools/list', params: { _meta: { [VERSION_MARK]: 'v999' } } }, true],
    [{ id: 1, method: 'server/discover' }, true],
    [{ id: 1, method: 'subscriptions/listen', params: null }, true],
    [{ method: 'notifications/cancelled', params: { _meta: { [VERSION_MARK]: null } } }, true],
    [{ id: 1, method: 'tools/list', params: { _meta: { progressToken: 1 } } }, false],
    [{ id: 1, method: 'initialize', params: [] }, false],
    [{ id: 1, result: {} }, false],
    [[], false],
  ];
  for (const [message, expected] of cases) {
    const parsed = parseMessage(JSON.stringify(message));
    assert.ok(parsed.ok);
    assert.equal(isStateless(parsed.envelope), expected, JSON.stringify(message));
  }
});
