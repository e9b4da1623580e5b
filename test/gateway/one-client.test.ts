import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OneClient } from '../../src/gateway/one-client.ts';
import { FakeBackend } from './fake-backend.ts';
import { ask, callOptions, FakeClient } from './fake-server.ts';

const profile = (capabilities: Record<string, unknown> = {}) => ({
  capabilities,
  roots: null,
  clientInfo: { name: 'editor', version: '1' },
});

function stage() {
  const backend = new FakeBackend();
  const all = new OneClient(backend);
  const open = (capabilities?: Record<string, unknown>) => all.open(profile(capabilities), new FakeClient());
  /** A request with these capabilities, from its begin to its end. */
  const use = async (capabilities: Record<string, unknown>) => {
    const session = open(capabilities);
    await session.request(ask('tools/list'), callOptions);
    session.close();
  };
  const areClosed = () => backend.clients.map(({ isClosed }) => isClosed);
  return { backend, all, open, use, areClosed };
}

test('requests of one client share a session, at once and one after the other', async () => {
  const { backend, all, open, use } = stage();
  assert.equal(all.server, 'files');
  const [first, second] = [open({ sampling: {}, roots: {} }), open({ roots: {}, sampling: {} })];
  for (const session of [first, second]) await session.request(ask('tools/list'), callOptions);
  for (const session of [first, second]) session.close();
  await use({ sampling: {}, roots: {} });
  assert.equal(backend.clients.length, 1);
  assert.deepEqual(backend.last.profile, profile({ sampling: {}, roots: {} }));
});

test('requests that differ in what they can be asked share none', async () => {
  const { use, areClosed } = stage();
  await use({});
  await use({ sampling: {} });
  await use({});
  assert.deepEqual(areClosed(), [false, false]);
});

test('a client that has only looked is not held to the capabilities that it had then', async () => {
  const { open, use, areClosed } = stage();
  const looking = open({});
  await looking.initializeResult(new AbortController().signal);
  looking.close();
  await use({ sampling: {} });
  assert.deepEqual(areClosed(), [true, false]);
});

test('one that is still in use stays; of those that are not, the oldest ends where there are many', async () => {
  const { open, use, areClosed } = stage();
  const used = open({ at: 'work' });
  for (let n = 0; n < 6; n++) await use({ n: { n } });
  assert.deepEqual(areClosed(), [false, true, false, false, false, false, false]);
  used.close();
});

test('with the client all sessions end', async () => {
  const { all, use, areClosed } = stage();
  await use({});
  await use({ sampling: {} });
  all.close();
  assert.deepEqual(areClosed(), [true, true]);
});
