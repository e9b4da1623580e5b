import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkPost, decodeHeader } from '../../src/gateway/modern-headers.ts';
import { parseMessage } from '../../src/session/json-text.ts';

const META = 'io.modelcontextprotocol/';
const VERSION = `${META}protocolVersion`;
const CAPABILITIES = `${META}clientCapabilities`;
const good = { [VERSION]: '2026-07-28', [CAPABILITIES]: { sampling: {} } };

interface Case {
  readonly method?: string;
  readonly params?: object;
  readonly meta?: unknown;
  readonly headers?: Record<string, string | undefined>;
}

function check({ method = 'tools/list', params = {}, meta = good, headers = {} }: Case): ReturnType<typeof checkPost> {
  const parsed = parseMessage(JSON.stringify({ jsonrpc: '2.0', id: 1, method, params: { ...params, _meta: meta } }));
  assert.ok(parsed.ok && parsed.envelope.kind === 'request');
  const all = { 'mcp-protocol-version': '2026-07-28', 'mcp-method': method, ...headers };
  return checkPost(parsed.envelope, JSON.parse(JSON.stringify(all)));
}

const refusals: readonly (readonly [name: string, wrong: Case, code: number])[] = [
  ['no version header', { headers: { 'mcp-protocol-version': undefined } }, -32020],
  ['a version header unlike the body', { headers: { 'mcp-protocol-version': '2025-11-25' } }, -32020],
  ['no method header', { headers: { 'mcp-method': undefined } }, -32020],
  ['a method header unlike the body', { headers: { 'mcp-method': 'Tools/list' } }, -32020],
  ['no name header', { method: 'tools/call', params: { name: 'a' } }, -32020],
  [
    'a name header unlike the body',
    { method: 'prompts/get', params: { name: 'a' }, headers: { 'mcp-name': 'b' } },
    -32020,
  ],
  ['a name header without a name', { method: 'tools/call', headers: { 'mcp-name': 'b' } }, -32020],
  ['a malformed name header', { method: 'tools/call', params: { name: 'é' }, headers: { 'mcp-name': 'é' } }, -32020],
];

for (const [name, wrong, code] of refusals) {
  test(`${name} is refused with ${code}`, () => {
    const checked = check(wrong);
    assert.ok(!checked.ok);
    assert.deepEqual([checked.refusal.status, checked.refusal.code], [400, code]);
  });
}

test('another version is refused by name, before what that version may want otherwise', () => {
  const headers = { 'mcp-protocol-version': 'v999', 'mcp-method': undefined };
  const checked = check({ meta: { [VERSION]: 'v999' }, headers });
  assert.ok(!checked.ok);
  const { status, code, data } = checked.refusal;
  assert.deepEqual([status, code], [400, -32022]);
  const supported = ['2026-07-28', '2025-11-25', '2025-06-18', '2025-03-26', '2024-11-05'];
  assert.deepEqual(data, { supported, requested: 'v999' });
});

test('a name that headers cannot hold is said encoded', () => {
  const headers = { 'mcp-name': '=?base64?ZsO8cg==?=' };
  assert.ok(check({ method: 'resources/read', params: { uri: 'für' }, headers }).ok);
});

test('what the body lacks is told whatever the headers say', () => {
  const checked = check({ meta: null, headers: { 'mcp-method': undefined } });
  assert.ok(!checked.ok);
  assert.equal(checked.refusal.code, -32602);
});

test('a header stands for itself, or for what it encodes', () => {
  const cases: readonly (readonly [string | undefined, string | null | undefined])[] = [
    [undefined, undefined],
    ['us-west1', 'us-west1'],
    ['a b', 'a b'],
    ['=?base64?SGVsbG8sIOS4lueVjA==?=', 'Hello, 世界'],
    ['=?base64?IHBhZGRlZCA=?=', ' padded '],
    ['=?base64?PT9iYXNlNjQ/bGl0ZXJhbD89?=', '=?base64?literal?='],
    ['=?base64??=', ''],
    ['=?base64?SGV?=', null],
    ['=?base64?S*V=?=', null],
    ['=?BASE64?SGVsbG8=?=', '=?BASE64?SGVsbG8=?='],
    ['na\u00efve', null],
    ['a\u0000b', null],
  ];
  for (const [header, value] of cases) assert.equal(decodeHeader(header), value, String(header));
});
