import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeHeader } from '../../src/gateway/modern-headers.ts';
import { parseMessage, type RequestEnvelope } from '../../src/session/json-text.ts';
import { encodeHeader, modernHeaders } from '../../src/session/modern-headers.ts';
import { ToolMarks } from '../../src/session/tool-marks.ts';

const META = '"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28"}';

function read(method: string, params: string): RequestEnvelope {
  const parsed = parseMessage(`{"jsonrpc":"2.0","id":1,"method":${JSON.stringify(method)},"params":${params}}`);
  assert.ok(parsed.ok && parsed.envelope.kind === 'request');
  return parsed.envelope;
}

const of = (method: string, params: string, marks = new ToolMarks()) => modernHeaders(read(method, params), marks);

test('version, method and name are said again in headers', () => {
  const version = { 'mcp-protocol-version': '2026-07-28' };
  assert.deepEqual(of('tools/list', `{${META}}`), { ...version, 'mcp-method': 'tools/list' });
  const named = [
    ['tools/call', 'name'],
    ['prompts/get', 'name'],
    ['resources/read', 'uri'],
    ['tasks/get', 'taskId'],
  ] as const;
  for (const [method, member] of named) {
    assert.deepEqual(of(method, `{"${member}":"x:y",${META}}`), {
      ...version,
      'mcp-method': method,
      'mcp-name': 'x:y',
    });
    assert.deepEqual(of(method, `{"${member}":5,${META}}`), { ...version, 'mcp-method': method });
  }
  const other = '{"_meta":{"io.modelcontextprotocol/protocolVersion":"2027-01-01"}}';
  assert.equal(of('tools/list', other)['mcp-protocol-version'], '2027-01-01', 'the server judges that');
  assert.equal(of('server/discover', '{}')['mcp-protocol-version'], '2026-07-28');
});

test('arguments that the tool marks are said again, each as plain text, and what is not there or no plain value is not', () => {
  const marks = new ToolMarks();
  const properties = Object.fromEntries(
    ['text', 'number', 'flag', 'none', 'object'].map(name => [name, { 'x-mcp-header': name }]),
  );
  const within = { properties: { deep: { 'x-mcp-header': 'Deep' } } };
  const tools = [{ name: 't', inputSchema: { properties: { ...properties, within } } }];
  marks.learn(JSON.stringify({ id: 1, result: { tools } }), true);
  const args =
    '{"text":"a b","number":12345678901234567890,"flag":false,"none":null,"object":{},"within":{"deep":1.0}}';
  const headers = of('tools/call', `{"name":"t","arguments":${args},${META}}`, marks);
  assert.deepEqual(
    Object.entries(headers)
      .filter(([name]) => name.startsWith('mcp-param-'))
      .sort(),
    [
      ['mcp-param-deep', '1'],
      ['mcp-param-flag', 'false'],
      ['mcp-param-number', '12345678901234567890'],
      ['mcp-param-text', 'a b'],
    ].sort(),
  );
  assert.equal(of('tools/call', `{"name":"other","arguments":${args},${META}}`, marks)['mcp-param-text'], undefined);
});

test('what is no plain header text is encoded, so that a server reads what was meant', () => {
  for (const plain of ['a', 'a b', 'read_file', 'file:///a%20b', '=?base64?', '12'])
    assert.equal(encodeHeader(plain), plain);
  for (const other of ['', ' a', 'a ', 'a\tb\t', 'grüße', 'a\r\nEvil: 1', '\u0000', '=?base64?YQ==?=', '🧵']) {
    assert.match(encodeHeader(other), /^=\?base64\?[\w+/=]*\?=$/);
    assert.equal(decodeHeader(encodeHeader(other)), other);
  }
});
