import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Checked, checkRequest } from '../../src/gateway/modern-request.ts';
import { parseMessage } from '../../src/session/json-text.ts';

const META = 'io.modelcontextprotocol/';
const VERSION = `${META}protocolVersion`;
const CAPABILITIES = `${META}clientCapabilities`;
const good = { [VERSION]: '2026-07-28', [CAPABILITIES]: { sampling: {} } };

interface Case {
  readonly method?: string;
  readonly params?: object;
  readonly meta?: unknown;
}

function check({ method = 'tools/list', params = {}, meta = good }: Case): Checked {
  const parsed = parseMessage(JSON.stringify({ jsonrpc: '2.0', id: 1, method, params: { ...params, _meta: meta } }));
  assert.ok(parsed.ok && parsed.envelope.kind === 'request');
  return checkRequest(parsed.envelope);
}

const refusals: readonly (readonly [name: string, wrong: Case, code: number])[] = [
  ['no _meta', { meta: null }, -32602],
  ['a _meta that is no object', { meta: [] }, -32602],
  ['no version in the body', { meta: { [CAPABILITIES]: {} } }, -32602],
  ['no capabilities', { meta: { [VERSION]: '2026-07-28' } }, -32602],
  ['capabilities that are no object', { meta: { ...good, [CAPABILITIES]: [] } }, -32602],
  ['an unknown log level', { meta: { ...good, [`${META}logLevel`]: 'loud' } }, -32602],
];

for (const [name, wrong, code] of refusals) {
  test(`${name} is refused with ${code}`, () => {
    const checked = check(wrong);
    assert.ok(!checked.ok);
    assert.deepEqual([checked.refusal.status, checked.refusal.code], [400, code]);
  });
}

test('another version is refused by name, before what that version may want otherwise', () => {
  const checked = check({ meta: { [VERSION]: 'v999' } });
  assert.ok(!checked.ok);
  const { status, code, data } = checked.refusal;
  assert.deepEqual([status, code], [400, -32022]);
  const supported = ['2026-07-28', '2025-11-25', '2025-06-18', '2025-03-26', '2024-11-05'];
  assert.deepEqual(data, { supported, requested: 'v999' });
});

test('a good request tells who asks, and what for', () => {
  const clientInfo = { name: 'editor', version: '3' };
  const meta = { ...good, [`${META}clientInfo`]: clientInfo, [`${META}logLevel`]: 'warning', progressToken: 1.5 };
  const checked = check({ method: 'resources/read', params: { uri: 'für' }, meta });
  assert.ok(checked.ok);
  const { profile, logLevel, progressToken } = checked.request;
  assert.deepEqual(profile, { capabilities: { sampling: {} }, roots: null, clientInfo });
  assert.deepEqual([logLevel, progressToken], ['warning', '1.5']);
});

test('a client need not say who it is', () => {
  const checked = check({});
  assert.ok(checked.ok);
  assert.deepEqual(checked.request.profile.clientInfo, { name: 'unknown', version: '0' });
  assert.deepEqual([checked.request.logLevel, checked.request.progressToken], [null, null]);
});
