import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type SeenClient, withClient } from '../../../web/src/model/clients.ts';
import type { StreamedEvent } from '../../../web/src/model/wire.ts';

const came = (at: number, client = 'editor'): StreamedEvent => ({
  seq: at,
  at,
  type: 'client.connected',
  client,
  version: '1.0',
  protocolVersion: '2025-11-25',
  path: '/mcp',
});
const went = (at: number, client = 'editor'): StreamedEvent => ({
  seq: at,
  at,
  type: 'client.gone',
  client,
  path: '/mcp',
  reason: 'closed',
});
const seen = (...events: StreamedEvent[]) => events.reduce<readonly SeenClient[]>(withClient, []);

test('sessions of one client are counted, and the last to come is first', () => {
  const clients = seen(came(1), came(2, 'agent'), came(3));
  assert.deepEqual(
    clients.map(({ client, open }) => [client, open]),
    [
      ['editor', 2],
      ['agent', 1],
    ],
  );
});

test('a client is gone with its last session, and why is told', () => {
  assert.deepEqual(
    seen(came(1), came(2), went(3), went(4)).map(({ open, gone }) => [open, gone]),
    [[0, 'closed']],
  );
  assert.equal(seen(came(1), came(2), went(3))[0]?.gone, null);
});

test('the end of a session whose beginning was not told tells nothing', () => {
  assert.deepEqual(seen(went(1)), []);
});

test('many clients do not grow without end', () => {
  assert.equal(seen(...Array.from({ length: 200 }, (_, index) => came(index, `client ${index}`))).length, 50);
});
