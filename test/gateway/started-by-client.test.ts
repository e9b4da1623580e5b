import assert from 'node:assert/strict';
import { test } from 'node:test';
import { singleBackend } from '../../src/gateway/single.ts';
import { startedByClient } from '../../src/gateway/started-by-client.ts';
import { FakeClient, FakeServer, profile } from './fake-server.ts';

test('a server is started when its client comes, and serves it from its first word on', () => {
  const server = new FakeServer('one');
  const order: string[] = [];
  server.answers.set('ping', () => {
    order.push('ping');
    return '{}';
  });
  const backend = startedByClient(singleBackend(server), () => order.push('start'));
  assert.equal(backend.server, 'one');
  assert.deepEqual(order, []);
  backend.open(profile, new FakeClient());
  assert.deepEqual(order, ['start', 'ping']);
  assert.equal(server.attachments[0]?.profile, profile);
});
