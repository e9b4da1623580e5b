import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ClientRoots } from '../../src/gateway/client-roots.ts';
import { parseMessage, type ResponseEnvelope } from '../../src/session/json-text.ts';

function answer(id: unknown, rest: string): ResponseEnvelope {
  const parsed = parseMessage(`{"jsonrpc":"2.0","id":${JSON.stringify(id)},${rest}}`);
  assert.ok(parsed.ok && parsed.envelope.kind === 'response');
  return parsed.envelope;
}

const idOf = (text: string): unknown => (JSON.parse(text) as { id: unknown }).id;

test('the answer to the last question counts, as it is written', () => {
  const roots = new ClientRoots();
  const [first, last] = [idOf(roots.ask()), idOf(roots.ask())];
  assert.equal(roots.rootsOf(answer(first, '"result":{"roots":[]}')), null);
  assert.equal(roots.rootsOf(answer(last, '"result":{"roots":[ 1.0 ]}')), '{"roots":[ 1.0 ]}');
});

test('a client that cannot list its roots, or has too many to keep, has told none', () => {
  const roots = new ClientRoots();
  const id = idOf(roots.ask());
  assert.equal(roots.rootsOf(answer(id, '"error":{"code":-32601,"message":"no"}')), null);
  assert.equal(roots.rootsOf(answer(id, `"result":{"roots":["${'x'.repeat(131_072)}"]}`)), null);
});

test('answers to servers are none of ours', () => {
  const roots = new ClientRoots();
  assert.equal(roots.isAnswer(answer(idOf(roots.ask()), '"result":{}')), true);
  for (const id of [7, 'x', null]) assert.equal(roots.isAnswer(answer(id, '"result":{}')), false);
});
