import assert from 'node:assert/strict';
import { test } from 'node:test';
import { requestOf } from '../../src/session/call.ts';
import { Elicitations } from '../../src/supervisor/elicitations.ts';

const ask = (params: object) =>
  requestOf(JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'elicitation/create', params }), 'files');

test('that an elicitation is complete is for who was asked, once', () => {
  const elicitations = new Elicitations<string>();
  elicitations.asked(ask({ mode: 'url', elicitationId: 'e1' }), 'a');
  elicitations.asked(ask({ mode: 'form' }), 'b');
  assert.equal(elicitations.completed({ elicitationId: 'e2' }), null);
  assert.equal(elicitations.completed({ elicitationId: 'e1' }), 'a');
  assert.equal(elicitations.completed({ elicitationId: 'e1' }), null);
  for (const params of [undefined, null, {}, { elicitationId: 7 }]) assert.equal(elicitations.completed(params), null);
});

test('only the last thousand are remembered', () => {
  const elicitations = new Elicitations<string>();
  for (let i = 0; i <= 1_000; i++) elicitations.asked(ask({ elicitationId: `e${i}` }), 'a');
  assert.deepEqual(
    [elicitations.completed({ elicitationId: 'e0' }), elicitations.completed({ elicitationId: 'e1' })],
    [null, 'a'],
  );
});
