import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { test } from 'node:test';
import { BRIDGE_AGENT, BridgeSockets } from '../../src/gateway/bridge-sockets.ts';

test('a bridge is there as long as one of its connections, and another client is none', () => {
  const bridges = new BridgeSockets();
  const [one, two, other] = [new EventEmitter(), new EventEmitter(), new EventEmitter()];
  const headers = { 'user-agent': BRIDGE_AGENT };
  bridges.note({ headers: { 'user-agent': 'node' }, socket: other });
  assert.equal(bridges.isAny, false);
  for (const socket of [one, one, two]) bridges.note({ headers, socket });
  assert.equal(one.listenerCount('close'), 1, 'of many requests on one connection nothing piles up');
  one.emit('close');
  assert.equal(bridges.isAny, true);
  two.emit('close');
  assert.equal(bridges.isAny, false);
});
