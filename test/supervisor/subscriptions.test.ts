import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Subscriptions } from '../../src/supervisor/subscriptions.ts';

test('the server is asked once it matters: for the first, and again where it has not agreed yet', () => {
  const subscriptions = new Subscriptions<string>();
  assert.equal(subscriptions.subscribe('a', 'x'), true);
  assert.equal(subscriptions.subscribe('b', 'x'), true, 'nobody knows yet what it says');
  subscriptions.agreed('a', 'x');
  assert.equal(subscriptions.subscribe('a', 'x'), true, 'the same client again is left to the server');
  assert.equal(subscriptions.subscribe('c', 'x'), false);
  assert.deepEqual([...subscriptions.listeners('x')], ['a', 'b', 'c']);
  assert.deepEqual([subscriptions.unsubscribe('a', 'x'), subscriptions.unsubscribe('b', 'x')], [false, false]);
  assert.equal(subscriptions.unsubscribe('c', 'x'), true);
  assert.equal(subscriptions.unsubscribe('c', 'x'), true, 'what was never subscribed to is left to the server');
});

test('an update of a part reaches who subscribed to the whole, and no neighbour', () => {
  const subscriptions = new Subscriptions<string>();
  subscriptions.subscribe('a', 'file:///src');
  subscriptions.subscribe('b', 'file:///src/');
  subscriptions.subscribe('c', 'file:///src/a');
  assert.deepEqual([...subscriptions.listeners('file:///src/b')], ['a', 'b']);
  assert.deepEqual([...subscriptions.listeners('file:///src2')], []);
});

test('whatever clients do, the server listens exactly as long as anybody does', () => {
  const step = fc.record({
    client: fc.constantFrom('a', 'b', 'c'),
    uri: fc.constantFrom('x', 'y'),
    does: fc.constantFrom('subscribe', 'unsubscribe', 'drop', 'refused'),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), steps => {
      const subscriptions = new Subscriptions<string>();
      const server = new Set<string>();
      const wanted = new Map<string, Set<string>>([
        ['x', new Set()],
        ['y', new Set()],
      ]);
      for (const { client, uri, does } of steps) {
        if (does === 'subscribe') {
          if (subscriptions.subscribe(client, uri)) {
            server.add(uri);
            subscriptions.agreed(client, uri);
          }
          wanted.get(uri)?.add(client);
        } else if (does === 'unsubscribe') {
          if (subscriptions.unsubscribe(client, uri)) server.delete(uri);
          wanted.get(uri)?.delete(client);
        } else if (does === 'refused') {
          const isFirst = wanted.get(uri)?.size === 0 && subscriptions.subscribe(client, uri);
          if (isFirst) subscriptions.unsubscribe(client, uri);
        } else {
          for (const gone of subscriptions.drop(client)) server.delete(gone);
          for (const clients of wanted.values()) clients.delete(client);
        }
      }
      for (const [uri, clients] of wanted) {
        assert.deepEqual([...subscriptions.listeners(uri)].sort(), [...clients].sort());
        assert.equal(server.has(uri), clients.size > 0, uri);
      }
    }),
  );
});
