import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readError, refusalOf } from '../../../web/src/model/refusal.ts';

const meaning = (status: number, body: string): string => refusalOf(status, readError(status, body));

test('the control API tells its errors as they are', () => {
  const error = {
    category: 'tool',
    code: 'TOOL_UNKNOWN',
    message: 'no tool "x"',
    hint: 'did you mean "y"?',
    server: 'a',
  };
  const read = readError(404, JSON.stringify({ error: { ...error, details: {}, stderrTail: ['boom'] } }));
  assert.deepEqual([read.code, read.server, read.stderrTail], ['TOOL_UNKNOWN', 'a', ['boom']]);
  assert.equal(meaning(404, JSON.stringify({ error })), 'no tool "x"; did you mean "y"?');
});

test('the endpoint refuses in the words of JSON-RPC', () => {
  const data = { category: 'connection', code: 'CONNECTION_TOKEN_REFUSED', hint: 'wait a minute', server: null };
  const body = JSON.stringify({ jsonrpc: '2.0', id: null, error: { code: -32001, message: 'too many', data } });
  assert.equal(readError(429, body).code, 'CONNECTION_TOKEN_REFUSED');
  assert.equal(meaning(429, body), 'too many; wait a minute');
});

test('a refused token is for a person to mend, whatever is said about it', () => {
  assert.equal(meaning(401, '{"error":{"message":"no"}}'), 'locked');
  assert.equal(meaning(401, ''), 'locked');
});

test('what is no Holdfast is said to be none', () => {
  for (const body of ['<html>', '', '[]', '{"error":"no"}', '{"error":{"code":1}}']) {
    assert.match(meaning(502, body), /^something answers here, but not a Holdfast \(HTTP 502\)/);
  }
});
