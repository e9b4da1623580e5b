// The retry curve of DESIGN §3, walked by real processes with the default numbers.
import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { fault, served } from '../support/managed.ts';
import { supervise } from '../support/timeless.ts';

/** A server that is given up after its fourth start; its fifth works. */
async function givenUp(t: TestContext) {
  const timeless = await supervise(t, {
    one: served('fails-first-starts', { args: ['4'], holdfast: { restart: {} } }),
  });
  const { supervisor, drive, events, clock } = timeless;
  const started = supervisor.start(['one']);
  const stateOf = () => supervisor.instance('one').model.state.name;
  await drive(() => stateOf() === 'failed', { what: 'it to be given up', stepMs: 5 });
  await started;
  const waits = events.flatMap(event => (event.type === 'server.backoff' ? [event.delayMs] : []));
  assert.deepEqual(waits, [1_000, 2_000, 4_000]);
  const isReady = () => stateOf() === 'ready';
  return { ...timeless, stateOf, isReady, failedAt: clock.now() };
}

describe('a server that was given up', { concurrency: 2 }, () => {
  test('after 1, 2 and 4 s is tried again 300 s later, and not sooner', async t => {
    const { clock, drive, isReady, stateOf, failedAt, supervisor } = await givenUp(t);
    const { nextTryAt } = supervisor.status()[0] ?? {};
    assert.ok(Math.abs(Date.parse(String(nextTryAt)) - clock.wall() - 300_000) <= 10, `${nextTryAt}`);
    await clock.advance(299_900);
    assert.equal(stateOf(), 'failed');
    await drive(isReady, { what: 'the half-open try', stepMs: 5 });
    assert.ok(clock.now() - failedAt >= 299_990, `${clock.now() - failedAt}`);
  });

  test('is tried again by a call once 10 s have passed, and refuses calls until then', async t => {
    const { clock, drive, supervisor, isReady, stateOf } = await givenUp(t);
    const call = () => supervisor.client('one').callTool('echo', { text: 'x' });
    await clock.advance(9_900);
    assert.deepEqual([(await fault(call())).code, stateOf()], ['PROCESS_EXITED_AT_START', 'failed']);
    await clock.advance(200);
    const answer = call();
    await drive(isReady, { what: 'the try that the call asked for', stepMs: 5 });
    assert.match(JSON.stringify(await answer), /"text":"x"/);
  });

  test('is tried again at once when a person says so', async t => {
    const { drive, supervisor, isReady } = await givenUp(t);
    const started = supervisor.start(['one']);
    await drive(isReady, { what: 'the start', stepMs: 5 });
    await started;
  });
});
