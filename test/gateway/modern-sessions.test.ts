import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MAX_OPEN, MAX_OPEN_OF_ONE, ModernSessions } from '../../src/gateway/modern-sessions.ts';
import type { ClientProfile } from '../../src/supervisor/attachment.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { FakeBackend } from './modern-stage.ts';

const profile = (capabilities: object = {}, name = 'editor'): ClientProfile => ({
  capabilities: { ...capabilities },
  roots: null,
  clientInfo: { name, version: '1' },
});

function stage() {
  const clock = new FakeClock();
  return { clock, backend: new FakeBackend(), sessions: new ModernSessions(clock) };
}

test('a session that is given back serves the next request of the same kind, and no other at the same time', () => {
  const { backend, sessions } = stage();
  const first = sessions.take(backend, 'me', profile({ roots: {}, sampling: {} }));
  const second = sessions.take(backend, 'me', profile({ roots: {}, sampling: {} }));
  assert.notEqual(first, second);
  sessions.giveBack(first);
  assert.equal(sessions.take(backend, 'me', profile({ sampling: {}, roots: {} })), first);
});

test('a session serves nobody else: another principal, client, capability or backend', () => {
  const { backend, sessions } = stage();
  const first = sessions.take(backend, 'me', profile());
  sessions.giveBack(first);
  const others = [
    sessions.take(backend, 'you', profile()),
    sessions.take(backend, 'me', profile({ roots: {} })),
    sessions.take(backend, 'me', profile({}, 'other')),
    sessions.take(new FakeBackend('other'), 'me', profile()),
    sessions.take(new FakeBackend(), 'me', profile()),
  ];
  assert.ok(!others.includes(first));
});

test('a session that rests for long is closed, and the oldest ones when there are many', async () => {
  const { clock, backend, sessions } = stage();
  for (const session of Array.from({ length: 70 }, (_, i) => sessions.take(backend, 'me', profile({}, `${i}`)))) {
    sessions.giveBack(session);
  }
  const open = () => backend.sessions.filter(({ isClosed }) => !isClosed).length;
  assert.equal(open(), 64);
  assert.deepEqual(
    backend.sessions.slice(0, 7).map(({ isClosed }) => isClosed),
    [true, true, true, true, true, true, false],
  );
  await clock.advance(30_000);
  assert.equal(open(), 0);
  assert.deepEqual(clock.pending, []);
});

test('only so many may be in use at a time, and one that ends makes room', () => {
  const { backend, sessions } = stage();
  const open = Array.from({ length: MAX_OPEN }, (_, n) => sessions.take(backend, 'me', profile({}, `${n % 2}`)));
  const take = () => sessions.take(backend, 'me', profile({}, 'other'));
  assert.throws(take, { code: 'RESOURCE_REQUESTS_FULL' });
  open[0]?.close();
  open[0]?.close();
  const last = take();
  assert.throws(take, { code: 'RESOURCE_REQUESTS_FULL' });
  sessions.giveBack(last);
  assert.equal(take(), last, 'idle ones do not count');
  sessions.close();
});

test('clients that say the same of themselves leave room for the others, whatever server they ask', () => {
  const { backend, sessions } = stage();
  const other = new FakeBackend('other');
  const open = Array.from({ length: MAX_OPEN_OF_ONE }, (_, n) =>
    sessions.take(n % 2 === 0 ? backend : other, 'me', profile()),
  );
  assert.throws(() => sessions.take(backend, 'me', profile()), {
    code: 'RESOURCE_REQUESTS_FULL',
    message: /at most 1000, 500 of one client/,
  });
  sessions.take(backend, 'me', profile({}, 'other')).close();
  for (const session of open) sessions.giveBack(session);
  for (const _ of open) sessions.take(backend, 'me', profile());
  assert.throws(() => sessions.take(backend, 'me', profile()), { code: 'RESOURCE_REQUESTS_FULL' });
});

test('a question that belongs to no request is refused, and the session is not used again', () => {
  const { backend, sessions } = stage();
  const session = sessions.take(backend, 'me', profile());
  const [fake] = backend.sessions;
  fake?.client.onRequest('{"jsonrpc":"2.0","id":5,"method":"roots/list"}');
  assert.deepEqual(
    fake?.responses.map(({ id, error }) => [id, error?.code]),
    [[5, -32603]],
  );
  sessions.giveBack(session);
  assert.equal(fake?.isClosed, true);
});

test('a session without a user hears nothing', () => {
  const { backend, sessions } = stage();
  const session = sessions.take(backend, 'me', profile());
  const heard: string[] = [];
  session.user = { onQuestion: () => {}, onNotification: text => void heard.push(text) };
  backend.sessions[0]?.client.onNotification('one');
  sessions.giveBack(session);
  backend.sessions[0]?.client.onNotification('two');
  assert.deepEqual(heard, ['one']);
});

test('after the end every session is closed, those too that come back later', () => {
  const { clock, backend, sessions } = stage();
  const [idle, busy] = [sessions.take(backend, 'me', profile()), sessions.take(backend, 'me', profile())];
  sessions.giveBack(idle);
  sessions.close();
  assert.deepEqual(
    backend.sessions.map(({ isClosed }) => isClosed),
    [true, false],
  );
  sessions.giveBack(busy);
  assert.deepEqual(
    backend.sessions.map(({ isClosed }) => isClosed),
    [true, true],
  );
  assert.deepEqual(clock.pending, []);
});

test('the name of the server is known as soon as the server is, and asking for it again is heard', async () => {
  const { clock, backend, sessions } = stage();
  const session = sessions.take(backend, 'me', profile());
  assert.equal(session.serverInfo, null);
  await clock.advance(0);
  assert.equal(session.serverInfo, '{"name":"fake","version":"1.0"}');
  backend.initialized = () => Promise.reject(new Error('it cannot start'));
  const failing = sessions.take(backend, 'me', profile());
  await assert.rejects(failing.initialized(new AbortController().signal), /cannot start/);
});

test('what a client says of itself is bounded: sessions between two requests keep it', () => {
  const { backend, sessions } = stage();
  assert.throws(() => sessions.take(backend, 'me', profile({ x: 'x'.repeat(131_072) })), { code: 'TOOL_BAD_PARAMS' });
  sessions.take(backend, 'me', profile({ x: 'x'.repeat(100_000) }));
});

test('where none is kept, each ends with its request', () => {
  const { clock, backend } = stage();
  const sessions = new ModernSessions(clock, 0);
  sessions.giveBack(sessions.take(backend, 'me', profile()));
  assert.deepEqual([backend.sessions[0]?.isClosed, clock.pending], [true, []]);
});
