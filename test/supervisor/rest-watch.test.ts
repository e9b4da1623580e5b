import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { IDLE_MS } from '../../src/supervisor/idle-watch.ts';
import { served, storyOf } from '../support/managed.ts';
import { FakeClient } from '../support/pool.ts';
import { supervise } from '../support/timeless.ts';

const MINUTE = 60_000;
const once = ['starting', 'ready'];

/** One server that is ready, with clients for it, and a clock that the test moves. */
async function watched(t: TestContext, holdfast: object) {
  // The time leaps: a check would not have its answer in time.
  const health = { intervalMs: 0, waitedMs: 1e9 };
  const timeless = await supervise(t, { one: served('well-behaved', { holdfast: { health, ...holdfast } }) });
  const { supervisor, clock, drive, events } = timeless;
  await supervisor.start(['one']);
  const attach = (capabilities = {}) =>
    new FakeClient(client =>
      supervisor.attach('one', { capabilities, roots: null, clientInfo: { name: 'fake', version: '1' } }, client),
    );
  const status = () => supervisor.status()[0] ?? assert.fail('there is one');
  const is = (state: string) => drive(() => status().state === state, { what: state, stepMs: 20 });
  /** The answer, with the time moving on while it is under way. */
  const soon = async <T>(asked: Promise<T>): Promise<T> => {
    let isOver = false;
    const over = () => {
      isOver = true;
    };
    asked.then(over, over);
    await drive(() => isOver, { what: 'the answer', stepMs: 5 });
    return asked;
  };
  const reasons = () => events.flatMap(event => (event.type === 'server.stopping' ? [event.reason] : []));
  return {
    ...timeless,
    attach,
    status,
    is,
    soon,
    reasons,
    story: () => storyOf(events, 'one'),
    pass: clock.advance.bind(clock),
  };
}

test('a server that nobody calls rests, says so, and comes back with the next call; its clients keep all they have', async t => {
  const { attach, clock, drive, status, is, soon, pass, story, reasons } = await watched(t, {
    idleStopMs: 10 * MINUTE,
  });
  const client = attach();
  const pid = await soon(client.pid());
  await pass(10 * MINUTE - 1_000);
  assert.equal(status().state, 'ready');
  await pass(1_000);
  await is('stopped');
  assert.deepEqual([status().desired, status().health, reasons()], ['onDemand', 'unknown', ['idle']]);
  await pass(2 * MINUTE);
  assert.equal(status().reason, 'resting (idle for 12 min)');

  const { result } = await soon(client.request('tools/list'));
  assert.ok(JSON.stringify(result?.tools).includes('"pid"'), 'from what is kept');
  assert.equal(status().state, 'stopped', 'which wakes nobody');
  assert.notEqual(await soon(client.pid()), pid);
  assert.deepEqual(story(), [...once, 'stopping', 'cleaned', 'stopped', ...once]);
  assert.deepEqual([status().restarts.total, client.told], [0, []]);

  await drive(() => status().state === 'stopping', { what: 'the next rest', stepMs: MINUTE / 2 });
  const during = clock.now();
  await soon(client.pid());
  assert.ok(clock.now() - during < MINUTE, 'a call that comes meanwhile waits for the next life');
  assert.deepEqual(story().slice(7), ['stopping', 'cleaned', ...once]);
});

test('a call under way and a subscription keep it awake; a person who starts it makes it wait its time once more', async t => {
  const { attach, clock, drive, status, supervisor, is, soon, pass } = await watched(t, { idleStopMs: MINUTE });
  const client = attach();
  assert.deepEqual((await soon(client.request('resources/subscribe', { uri: 'test://one' }))).result, {});
  await pass(10 * MINUTE);
  assert.equal(status().state, 'ready', 'somebody is subscribed');
  client.attachment.detach();
  await drive(() => status().state === 'stopped', { what: 'rest', stepMs: 1_000 });
  void supervisor.start(['one']);
  await is('ready');
  const started = clock.now();
  assert.equal(status().desired, 'up');
  await drive(() => status().state === 'stopped', { what: 'rest', stepMs: 1_000 });
  assert.ok(clock.now() - started >= MINUTE);
});

test('what a client has for itself alone rests too, and ends only with its client', async t => {
  const { attach, drive, status, soon } = await watched(t, { idleStopMs: 2 * MINUTE });
  const [one, two] = [attach(), attach({ sampling: {} })];
  await soon(one.pid());
  const pid = await soon(two.pid());
  const states = () => status().instances.map(({ state }) => state);
  await drive(() => states().join() === 'stopped,stopped', { what: 'both to rest', stepMs: 1_000 });
  assert.notEqual(await soon(two.pid()), pid);
  assert.deepEqual(states(), ['stopped', 'ready']);
  two.attachment.detach();
  await drive(() => states().length === 1, { what: 'its end', stepMs: IDLE_MS / 10 });
});

test('one that is old is started afresh between calls, which is no failure, and tells its successor what it was told', async t => {
  const { attach, status, is, soon, pass, story, reasons, drive } = await watched(t, { maxAgeMs: 10 * MINUTE });
  const client = attach();
  const { pid } = await soon(client.info());
  await soon(client.request('resources/subscribe', { uri: 'test://one' }));
  await pass(10 * MINUTE);
  await drive(() => status().incarnation === 2, { what: 'the next life', stepMs: 20 });
  await is('ready');
  const info = await soon(client.info());
  assert.notEqual(info.pid, pid);
  assert.deepEqual(info.subscriptions, ['test://one']);
  assert.deepEqual([reasons(), status().restarts.byCause], [['maxAge'], { MAX_AGE: 1 }]);
  assert.deepEqual([story(), status().attempt.number], [[...once, 'stopping', 'cleaned', ...once], 1]);
});

test('where calls never cease those that come are made to wait for a while; none is lost', async t => {
  const { attach, drive, status, soon, pass, story } = await watched(t, { maxAgeMs: MINUTE, holdMs: 10 * MINUTE });
  const [busy, other] = [attach({ elicitation: {} }), attach({ elicitation: {} })];
  const { pid } = await soon(other.info());
  // It has been started anew for clients that can be asked.
  const before = story();
  // It is under way until its client answers.
  const endless = busy.call('ask-elicitation');
  await drive(() => busy.asked.length === 1, { what: 'the question', stepMs: 1 });
  await pass(1.9 * MINUTE);
  assert.equal(await soon(other.pid()), pid, 'old, but nobody is made to wait yet');
  await pass(0.2 * MINUTE);
  const first = other.pid();
  await pass(4 * MINUTE);
  assert.deepEqual([status().inFlight, status().held, story()], [1, 1, before]);
  await pass(MINUTE);
  assert.equal(await soon(first), pid, 'half of holdMs is over: what takes so long is not worth it');

  await pass(1.1 * MINUTE);
  const second = other.pid();
  await pass(1_000);
  assert.deepEqual([status().inFlight, status().held], [1, 1], 'it is tried again');
  busy.reply(busy.asked[0]?.id ?? 0, { action: 'decline' });
  await soon(endless);
  assert.notEqual(await soon(second), pid);
  assert.deepEqual(story(), [...before, 'stopping', 'cleaned', ...once]);
});
