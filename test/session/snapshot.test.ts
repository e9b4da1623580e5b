import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isRemembered, Snapshot } from '../../src/session/snapshot.ts';
import { Upstream } from '../../src/session/upstream.ts';
import { FakeServer, idOf } from './fake-server.ts';

function newLife(): { server: FakeServer; upstream: Upstream } {
  const server = new FakeServer();
  const nothing = () => {};
  const upstream = new Upstream(server.stdin, {
    onRequest: nothing,
    onNotification: nothing,
    onHeard: nothing,
    onStray: nothing,
  });
  return { server: server.speakTo(upstream), upstream };
}

test('it learns the last level and the subscriptions that stand', () => {
  const snapshot = new Snapshot();
  snapshot.learn('logging/setLevel', { level: 'info' });
  snapshot.learn('logging/setLevel', { level: 'error' });
  for (const uri of ['a', 'b', 'a']) snapshot.learn('resources/subscribe', { uri });
  snapshot.learn('resources/unsubscribe', { uri: 'b' });
  snapshot.learn('resources/unsubscribe', { uri: 'never' });
  for (const params of [null, undefined, 1, {}, { level: 1, uri: {} }]) snapshot.learn('logging/setLevel', params);
  assert.deepEqual([snapshot.logLevel, [...snapshot.subscriptions]], ['error', ['a']]);
});

test('only requests that set something are remembered', () => {
  const methods = ['logging/setLevel', 'resources/subscribe', 'resources/unsubscribe', 'resources/read', 'tools/call'];
  assert.deepEqual(methods.filter(isRemembered), methods.slice(0, 3));
});

test('a new life is told everything before anything else is written', () => {
  const snapshot = new Snapshot();
  const { server, upstream } = newLife();
  snapshot.restore(upstream, () => {});
  assert.deepEqual(server.lines, [], 'there is nothing to tell');
  snapshot.learn('resources/subscribe', { uri: 'a' });
  snapshot.learn('logging/setLevel', { level: 'debug' });
  snapshot.restore(upstream, () => {});
  assert.deepEqual(
    server.lines.map(line => JSON.parse(line).method),
    ['logging/setLevel', 'resources/subscribe'],
  );
});

test('a subscription that the new life refuses is named and forgotten; a level is only named', () => {
  const snapshot = new Snapshot();
  snapshot.learn('logging/setLevel', { level: 'debug' });
  snapshot.learn('resources/subscribe', { uri: 'a' });
  snapshot.learn('resources/subscribe', { uri: 'b' });
  const { server, upstream } = newLife();
  const refused: string[] = [];
  snapshot.restore(upstream, what => refused.push(what));
  const [level, a, b] = server.lines.map(idOf);
  for (const id of [level, a]) server.say(`{"jsonrpc":"2.0","id":${id},"error":{"code":-1,"message":"no"}}`);
  server.say(`{"jsonrpc":"2.0","id":${b},"result":{}}`);
  assert.deepEqual(refused, ['log level debug', 'subscription to a']);
  assert.deepEqual([snapshot.logLevel, [...snapshot.subscriptions]], ['debug', ['b']]);
});
