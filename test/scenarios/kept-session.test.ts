// P2: a crash is not the client's business.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { eventually } from '../support/eventually.ts';
import { fault, manage, quick, served } from '../support/managed.ts';
import { checkBeforeAndAfter } from '../support/scenario-check.ts';

checkBeforeAndAfter();

const isFull = process.env.HOLDFAST_TEST_FULL === '1';
const INSTANT = { ...quick.restart, retries: 1_000 };

describe('a session outlives its server', () => {
  test('of the calls under way at a crash the safe one is repeated and answered, the unsafe one rejected', async t => {
    const { manager, text, kill, ledger, event, all, status } = await manage(t, { one: served('well-behaved') });
    const warnings: unknown[] = [];
    manager.onNotification((_server, method, params) => warnings.push([method, params]));
    await manager.start();
    const safe = text('slow', { ms: 100 });
    const unsafe = fault(manager.callTool('one', 'write', { key: 'k', ms: 600_000 }));
    await eventually(() => ledger().length === 1, { what: 'the unsafe call to run' });
    const from = performance.now();
    kill();
    const error = await unsafe;
    t.diagnostic(`${Math.round(performance.now() - from)} ms from SIGKILL to the rejection of the unsafe call`);
    assert.deepEqual(
      [error.category, error.code, error.mayHaveRun, error.server],
      ['process', 'PROCESS_EXITED_DURING_CALL', true, 'one'],
    );
    assert.equal(await safe, 'at last');
    t.diagnostic(
      `${Math.round(performance.now() - from)} ms from SIGKILL to the answer of the safe call (100 ms of it its own)`,
    );
    assert.deepEqual(
      ledger().map(({ tool }) => tool),
      ['write'],
      'the unsafe call ran once',
    );
    const { held, replayed, rejected } = await event('session.closed');
    assert.deepEqual({ held, replayed, rejected }, { held: 0, replayed: 1, rejected: 1 });
    assert.equal(all('call.finished').find(({ tool }) => tool === 'slow')?.replays, 1);
    assert.equal(status().incarnation, 2);
    assert.match(
      JSON.stringify(warnings),
      /"level":"warning".*memory is lost/,
      'the host is warned that memory was lost',
    );
  });

  test('a safe call that kills its server is repeated as often as allowed, and no oftener', async t => {
    const kills = served('exits-on-nth-call', { args: ['1'] });
    const { manager, all } = await manage(t, { one: kills });
    await manager.start();
    const error = await fault(manager.callTool('one', 'echo'));
    assert.deepEqual([error.code, error.mayHaveRun], ['PROCESS_EXITED_DURING_CALL', true]);
    assert.equal(all('server.down').length, 2, 'the first life and one repeat');
  });

  test('a safe call that kills only its first server is answered by the second', async t => {
    const { manager, text, ledger } = await manage(t, { one: served('well-behaved') });
    await manager.start();
    assert.equal(await text('crash-once'), 'survived');
    assert.equal(ledger().length, 2);
  });

  test('nothing is repeated where the configuration says so', async t => {
    const { manager, kill, event, status } = await manage(t, {
      one: served('well-behaved', { holdfast: { replay: 'never' } }),
    });
    await manager.start();
    const call = fault(manager.callTool('one', 'slow', { ms: 600_000 }));
    await eventually(() => status().inFlight === 1, { what: 'the call to be sent' });
    kill();
    assert.deepEqual([(await call).code, (await call).mayHaveRun], ['PROCESS_EXITED_DURING_CALL', true]);
    await event('server.ready', () => true, 2);
  });

  test('nothing is repeated during which the server has asked the client something', async t => {
    const asked: AbortSignal[] = [];
    const elicitation = (_params: unknown, { signal }: { signal: AbortSignal }) => {
      asked.push(signal);
      return new Promise(() => {});
    };
    const { manager, kill, event } = await manage(t, { one: served('well-behaved') }, { handlers: { elicitation } });
    await manager.start();
    const calls = [
      fault(manager.callTool('one', 'slow', { ms: 600_000 })),
      fault(manager.callTool('one', 'ask-elicitation')),
    ];
    await eventually(() => asked.length === 1, { what: 'the question' });
    kill();
    for (const { code, mayHaveRun } of await Promise.all(calls))
      assert.deepEqual([code, mayHaveRun], ['PROCESS_EXITED_DURING_CALL', true]);
    assert.equal(asked[0]?.aborted, true, 'nobody waits for the answer any more');
    await event('server.ready', () => true, 2);
    assert.equal(asked.length, 1, 'and nobody is asked twice');
  });

  test('calls that come while it is down wait, in order, and are answered', async t => {
    const slow = served('well-behaved', { holdfast: { restart: { ...quick.restart, minMs: 200, maxMs: 200 } } });
    const { manager, text, kill, event, status, ledger } = await manage(t, { one: slow });
    await manager.start();
    const tools = await manager.listTools('one');
    kill();
    await event('server.backoff');
    const sums = Array.from({ length: 20 }, (_, n) => text('add', { a: n, b: 1 }));
    const unsafe = ['a', 'b', 'c'].map(arg => text('append-ledger', { arg }));
    assert.equal(status().held, 23);
    assert.deepEqual(await manager.listTools('one'), tools, 'the list is served meanwhile');
    assert.equal(status().state, 'backoff');
    assert.deepEqual(
      await Promise.all(sums),
      Array.from({ length: 20 }, (_, n) => String(n + 1)),
    );
    assert.deepEqual(await Promise.all(unsafe), ['appended', 'appended', 'appended']);
    assert.deepEqual(
      ledger().map(({ arg }) => arg),
      ['a', 'b', 'c'],
    );
  });

  test('a call waits no longer than it may', async t => {
    const holdfast = { restart: { ...quick.restart, minMs: 60_000, maxMs: 60_000 }, holdMs: 100 };
    const { manager, kill, event } = await manage(t, { one: served('well-behaved', { holdfast }) });
    await manager.start();
    kill();
    await event('server.backoff');
    const [held, timed] = await Promise.all([
      fault(manager.callTool('one', 'echo')),
      fault(manager.callTool('one', 'echo', {}, { timeoutMs: 20 })),
    ]);
    assert.deepEqual([held.code, held.mayHaveRun], ['CONNECTION_HOLD_TIMEOUT', false]);
    assert.deepEqual([timed.code, timed.mayHaveRun], ['TOOL_CALL_TIMEOUT', false]);
  });

  test('a call that waits is told when the server is given up', async t => {
    const holdfast = { restart: { ...quick.restart, retries: 1, minMs: 50, maxMs: 50 } };
    const { manager, event } = await manage(t, { one: served('exits-at-start', { holdfast }) });
    const started = manager.start();
    await event('server.backoff');
    const error = await fault(manager.callTool('one', 'echo'));
    assert.deepEqual([error.code, error.mayHaveRun], ['PROCESS_EXITED_AT_START', false]);
    assert.ok(error.stderrTail.length > 0);
    await started;
  });

  test('the new process is told what the old one knew', async t => {
    const handlers = { roots: [{ uri: 'file:///project' }] };
    const { manager, text, kill, event } = await manage(t, { one: served('well-behaved') }, { handlers });
    const heard: string[] = [];
    manager.onNotification((_server, method) => heard.push(method));
    await manager.start();
    const uri = 'test://greeting';
    await manager.setLogLevel('one', 'warning');
    await manager.subscribe('one', uri);
    await manager.subscribe('one', 'test://farewell');
    await manager.unsubscribe('one', 'test://farewell');
    const infoOf = async () =>
      (await manager.callTool('one', 'session-info')).structuredContent as Record<string, unknown>;
    const before = await infoOf();
    kill();
    await event('server.ready', () => true, 2);
    const after = await infoOf();
    assert.notEqual(after.pid, before.pid);
    assert.deepEqual([after.logLevel, after.subscriptions], ['warning', [uri]]);
    assert.deepEqual(after.initialize, before.initialize);
    assert.equal(await text('touch-resource', { uri }), 'told');
    assert.ok(heard.includes('notifications/resources/updated'));
    assert.ok(!heard.some(method => method.endsWith('list_changed')), 'nothing has changed, so nothing is said');
  });

  test('progress goes on after a repeat, and never backwards', async t => {
    const { manager, kill, event } = await manage(t, { one: served('well-behaved') });
    await manager.start();
    const seen: number[] = [];
    const options = { onProgress: ({ progress }: { progress: number }) => seen.push(progress) };
    const call = manager.callTool('one', 'progress', { steps: 5, ms: 50 }, options);
    await eventually(() => seen.includes(2), { what: 'the second step' });
    kill();
    await call;
    await event('server.ready', () => true, 2);
    assert.deepEqual(seen, [1, 2, 3, 4, 5]);
  });

  test('under fire: no call fails, no answer is wrong', { timeout: 180_000 }, async t => {
    const durationMs = isFull ? 60_000 : 5_000;
    const holdfast = { restart: INSTANT, replays: 50 };
    const { manager, text, kill, status } = await manage(t, { one: served('well-behaved', { holdfast }) });
    await manager.start();
    const end = performance.now() + durationMs;
    const waits: number[] = [];
    const wrong: string[] = [];
    let kills = 0;
    let longestMs = 0;

    const caller = async (seed: number) => {
      for (let n = seed; performance.now() < end; n += 4) {
        const from = performance.now();
        const sum = await text(n % 3 === 0 ? 'slow' : 'add', n % 3 === 0 ? { ms: 20 } : { a: n, b: n });
        if (sum !== (n % 3 === 0 ? 'at last' : String(2 * n))) wrong.push(sum);
        waits.push(performance.now() - from);
        longestMs = Math.max(longestMs, performance.now() - from);
      }
    };
    const killer = async () => {
      while (performance.now() < end) {
        await delay(300);
        if (status().pid === null) continue;
        try {
          kill();
        } catch (error) {
          // It is dead already, and we have not heard of it yet; on Linux such a process still has its number.
          if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
          continue;
        }
        kills += 1;
      }
    };
    await Promise.all([killer(), ...[1, 2, 3, 4].map(caller)]);

    assert.deepEqual(wrong, []);
    assert.ok(kills > 3 && status().incarnation > 3, `${kills} kills`);
    t.diagnostic(
      `${waits.length} calls answered, 0 failed, through ${kills} kills; longest ${Math.round(longestMs)} ms`,
    );
  });

  test('what is not safe runs at most once, whatever happens', { timeout: 180_000 }, async t => {
    const { manager, text, kill, status, ledger } = await manage(t, {
      one: served('well-behaved', { holdfast: { restart: INSTANT } }),
    });
    await manager.start();
    const end = performance.now() + (isFull ? 30_000 : 2_000);
    const answered: string[] = [];
    const notRun: string[] = [];
    const unsure: string[] = [];
    const killer = async () => {
      while (performance.now() < end) {
        await delay(250);
        if (status().state === 'ready') kill();
      }
    };
    const caller = async (name: string) => {
      for (let n = 0; performance.now() < end; n++) {
        const arg = `${name}${n}`;
        const error = await text('append-ledger', { arg, ms: 5 }).then(() => null, asFault);
        (error === null ? answered : error.mayHaveRun === false ? notRun : unsure).push(arg);
      }
    };
    await Promise.all([killer(), caller('a'), caller('b'), caller('c')]);

    const ran = ledger().map(({ arg }) => String(arg));
    assert.equal(new Set(ran).size, ran.length, 'nothing ran twice');
    for (const arg of answered) assert.ok(ran.includes(arg), `${arg} was answered and did not run`);
    for (const arg of notRun) assert.ok(!ran.includes(arg), `${arg} ran, though we said that it had not`);
    assert.ok(unsure.length > 0);
    t.diagnostic(`${answered.length} answered, ${unsure.length} rejected as unsure, ${notRun.length} as not run`);
  });
});

const asFault = (error: unknown) => error as { readonly mayHaveRun?: boolean };
