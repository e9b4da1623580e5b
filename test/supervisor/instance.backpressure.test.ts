import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import type { HoldfastError } from '../../src/errors/holdfast-error.ts';
import { fault, type Managed, manage, served } from '../support/managed.ts';

describe('backpressure', { concurrency: 2 }, () => {
  const MAX_QUEUE = 4;
  /** Its first call makes it deaf for good. */
  const deaf = () => served('hangs', { holdfast: { maxQueue: MAX_QUEUE, stop: { drainMs: 0, graceMs: 0 } } });

  /** Calls until one is refused; each is too long for the pipe to take many. Gives what became of each, once it is known. */
  async function fill({ manager }: Managed): Promise<{ refused: HoldfastError; others: Promise<HoldfastError>[] }> {
    const text = 'x'.repeat(60_000);
    const others: Promise<HoldfastError>[] = [];
    for (;;) {
      const call = fault(manager.callTool('one', 'echo', { text }));
      // A refusal comes at once; a call that was taken says nothing as long as the server does not read.
      const refused = await Promise.race([call, turn(null).then(() => turn(null))]);
      if (refused !== null) return { refused, others };
      others.push(call);
      assert.ok(others.length < 200, 'the queue has no end');
    }
  }

  test('a server that does not read: the one call too many is refused, and the others are told when it is stopped', async t => {
    const managed = await manage(t, { one: deaf() });
    await managed.manager.start();
    const { refused, others } = await fill(managed);
    t.diagnostic(`${others.length} calls of 60 kB were taken before one was refused`);
    assert.deepEqual([refused.category, refused.code, refused.mayHaveRun], ['resource', 'RESOURCE_QUEUE_FULL', false]);
    assert.ok(others.length > MAX_QUEUE && managed.status().inFlight === others.length);

    const report = await managed.manager.stop();
    assert.deepEqual(report, { survivors: [] });
    const errors = await Promise.all(others);
    const notSent = errors.filter(({ mayHaveRun }) => mayHaveRun === false);
    assert.ok(notSent.length > 0 && notSent.length <= MAX_QUEUE, 'those in the queue did not run, and say so');
    assert.deepEqual([...new Set(notSent.map(({ code }) => code))], ['CONNECTION_CLOSED']);
  });

  test('its successor gets the calls that were never written', async t => {
    const managed = await manage(t, { one: deaf() });
    await managed.manager.start();
    const { others } = await fill(managed);
    managed.kill();
    await managed.event('server.ready', () => true, 2);
    const [closed] = managed.all('session.closed');
    assert.equal((closed?.held ?? 0) + (closed?.replayed ?? 0), others.length, 'echo is safe, so none is rejected');
    assert.ok((closed?.held ?? 0) > 0 && (closed?.held ?? 0) <= MAX_QUEUE, `${closed?.held}`);
    await managed.manager.stop();
    assert.equal((await Promise.all(others)).length, others.length);
  });

  test('a start behind 10 MB of stderr is an ordinary one, and its tail is short', async t => {
    const { manager, text, kill, event } = await manage(t, { one: served('floods-stderr') });
    await manager.start();
    assert.equal(await text('echo', { text: 'hi' }), 'hi');
    kill();
    assert.equal((await event('server.down')).fault.stderrTail?.length, 40);
  });

  test('ten thousand notifications come in order before the answer', async t => {
    const { manager, text } = await manage(t, { one: served('floods-notifications') });
    const drops: unknown[] = [];
    manager.onNotification((_server, _method, params) => drops.push((params as { data: unknown }).data));
    await manager.start();
    assert.equal(await text('flood', { count: 10_000 }), '10000 sent');
    assert.equal(drops.length, 10_000);
    assert.deepEqual([drops[0], drops.at(-1)], ['drop 1', 'drop 10000']);
  });

  test('a result just under the limit passes, one over it fails its own call alone', async t => {
    const holdfast = { maxMessageBytes: 1_000_000 };
    const { manager, text, story, status } = await manage(t, { one: served('huge-result', { holdfast }) });
    await manager.start();
    assert.equal((await text('huge', { bytes: 999_000 })).length, 999_000);
    const [error, small] = await Promise.all([
      fault(manager.callTool('one', 'huge', { bytes: 3_000_000 })),
      text('huge', { bytes: 10 }),
    ]);
    assert.deepEqual([error.category, error.code, error.mayHaveRun], ['resource', 'RESOURCE_MESSAGE_TOO_LARGE', true]);
    assert.equal(small, 'x'.repeat(10));
    assert.deepEqual([story(), status().incarnation], [['starting', 'ready'], 1], 'the server goes on');
  });

  test('a result of 20 MB passes by default', async t => {
    const { manager, text } = await manage(t, { one: served('huge-result') });
    await manager.start();
    assert.equal((await text('huge')).length, 20_000_000);
  });

  test('answers come to their own calls, whatever the order', async t => {
    const { manager, text } = await manage(t, { one: served('answers-out-of-order', { args: ['5'] }) });
    await manager.start();
    const words = ['a', 'b', 'c', 'd', 'e'];
    assert.deepEqual(await Promise.all(words.map(word => text('echo', { text: word }))), words);
  });

  for (const name of ['split-bytes', 'crlf-bom', 'banners', 'duplicate-ids'] as const) {
    test(`what ${name} writes is understood`, async t => {
      const { manager, text, story } = await manage(t, { one: served(name) });
      await manager.start();
      for (const word of ['zażółć', '日本', '🙂']) assert.equal(await text('echo', { text: word }), word);
      assert.deepEqual(story(), ['starting', 'ready']);
    });
  }
});
