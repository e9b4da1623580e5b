// P3: health that is true and harmless.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { os } from '../../src/platform/platform.ts';
import { eventually } from '../support/eventually.ts';
import { fault, type Managed, manage, quick, served } from '../support/managed.ts';
import { checkBeforeAndAfter } from '../support/scenario-check.ts';
import { supervise } from '../support/timeless.ts';

checkBeforeAndAfter();

const isWindows = os === 'windows';
/** Impatient in everything that may be set: what takes minutes by default is over at once. */
const impatient = { health: { intervalMs: 100, pingMs: 300, waitedMs: 100 } };
/** Checks all the time, but gives every probe the time that a crowded machine may take. */
const watchful = { health: { ...impatient.health, pingMs: 10_000 } };
const seconds = (ms: number) => `${Math.round(ms / 1_000)} s`;
const healths = ({ all }: Managed) => all('health.changed').map(({ to }) => to);

describe('a busy server is not a dead one', () => {
  test('one that computes and cannot answer a probe is suspect meanwhile, and never restarted', async t => {
    const holdfast = { health: { ...impatient.health, intervalMs: 0, pingMs: 150 } };
    const managed = await manage(t, { one: served('busy', { holdfast }) });
    await managed.manager.start();
    assert.equal(await managed.text('busy', { ms: 1_500 }), 'computed true');
    await managed.event('health.changed', ({ from }) => from === 'suspect');
    assert.deepEqual(healths(managed).slice(-2), ['suspect', 'healthy']);
    assert.deepEqual(managed.story(), ['starting', 'ready']);
  });

  test('one that is silent keeps its call as long as that may take, and not longer', async t => {
    const callTimeoutMs = 600_000;
    const { supervisor, clock, drive, first, events } = await supervise(t, {
      one: served('hangs', { holdfast: { callTimeoutMs } }),
    });
    await supervisor.start(['one']);
    const sentAt = clock.now();
    const call = fault(supervisor.client('one').callTool('echo', {}));
    const instance = supervisor.instance('one');
    await drive(() => instance.monitor.verdict.health === 'suspect', { what: 'suspicion', stepMs: 500 });
    t.diagnostic(`a hang with a call open is noticed after ${seconds(clock.now() - sentAt)}`);
    assert.ok(clock.now() - sentAt <= 30_000);

    await drive(() => clock.now() - sentAt > callTimeoutMs - 10_000, { what: 'nine minutes', stepMs: 2_000 });
    assert.equal(first('server.down'), undefined, 'every probe was missed, but the call may yet be answered');
    assert.match(String(instance.monitor.verdict.reason), /no answer to \d+ probes/);

    await drive(() => first('server.down') !== undefined, { what: 'the restart', stepMs: 500 });
    assert.deepEqual([(await call).code, (await call).mayHaveRun], ['TOOL_CALL_TIMEOUT', true]);
    assert.equal(first('server.down')?.fault.code, 'PROCESS_UNRESPONSIVE');
    assert.ok(clock.now() - sentAt <= callTimeoutMs + 1_000, 'as soon as the call has run out of time');
    const isReadyAgain = () => events.filter(({ type }) => type === 'server.ready').length === 2;
    await drive(isReadyAgain, { what: 'the new process', stepMs: 20 });
  });
});

describe('a server that is dead or deaf is noticed', () => {
  test('at once when it dies', async t => {
    const managed = await manage(t, { one: served('well-behaved') });
    await managed.manager.start();
    const from = performance.now();
    managed.kill();
    await managed.event('server.down');
    t.diagnostic(`${Math.round(performance.now() - from)} ms from SIGKILL to "down"`);
    await managed.event('server.ready', () => true, 2);
    assert.deepEqual(healths(managed).at(-1), 'healthy');
  });

  test('at the next check when it hangs and nobody has called', async t => {
    const { supervisor, clock, drive, first, events } = await supervise(t, { one: served('hangs') });
    await supervisor.start(['one']);
    // A call that is given up at once leaves the server hanging, and nobody waiting.
    const call = fault(supervisor.client('one').callTool('echo', {}, { timeoutMs: 1_000 }));
    await drive(() => events.some(({ type }) => type === 'server.output'), { what: 'it to hang', stepMs: 1 });
    await drive(() => events.some(({ type }) => type === 'call.finished'), {
      what: 'the call to be over',
      stepMs: 100,
    });
    assert.equal((await call).code, 'TOOL_CALL_TIMEOUT');
    await drive(() => first('server.down') !== undefined, { what: 'the restart', stepMs: 500 });
    const changes = events.flatMap(event =>
      event.type === 'health.changed' ? [`${event.to} at ${seconds(event.now)}`] : [],
    );
    t.diagnostic(changes.join(', '));
    assert.equal(first('server.down')?.fault.code, 'PROCESS_UNRESPONSIVE');
    assert.ok(clock.now() <= 330_000 + 25_000 + 60_000, `${clock.now()}`);
  });

  test('within moments when it is stopped and a call waits; the call is answered by its successor', {
    skip: isWindows && 'nothing stops a process there',
  }, async t => {
    const { manager, kill, text, event, status } = await manage(t, {
      one: served('well-behaved', { holdfast: impatient }),
    });
    await manager.start();
    const before = status().pid;
    const from = performance.now();
    kill('SIGSTOP');
    const after = await text('pid');
    t.diagnostic(
      `${Math.round(performance.now() - from)} ms from SIGSTOP to the next answer (waitedMs 100, pingMs 300)`,
    );
    assert.notEqual(after, String(before));
    const { fault: seen } = await event('server.down');
    assert.deepEqual([seen.category, seen.code], ['process', 'PROCESS_FROZEN']);
    assert.match(seen.message, /stopped/);
  });

  test('also when nobody calls and it is stopped', { skip: isWindows && 'nothing stops a process there' }, async t => {
    const { manager, kill, event } = await manage(t, { one: served('well-behaved', { holdfast: impatient }) });
    await manager.start();
    kill('SIGSTOP');
    assert.equal((await event('server.down')).fault.code, 'PROCESS_FROZEN');
    await event('server.ready', () => true, 2);
  });
});

describe('a healthy server is left alone', () => {
  for (const name of ['well-behaved', 'ignores-ping', 'answers-ping-with-error', 'old-protocol', 'banners'] as const) {
    test(`${name} stays healthy through its checks`, async t => {
      // Its ping has to be given up once before its lists are taken instead.
      const health = { ...watchful.health, ...(name === 'ignores-ping' ? { pingMs: 1_000 } : {}) };
      const managed = await manage(t, { one: served(name, { holdfast: { health } }) });
      await managed.manager.start();
      await managed.event('health.checked', () => true, 3);
      assert.deepEqual([...new Set(managed.all('health.checked').map(({ verdict }) => verdict))], ['healthy']);
      assert.deepEqual(managed.story(), ['starting', 'ready']);
      assert.ok(!healths(managed).includes('suspect'));
      assert.equal(managed.status().lastCheck?.verdict, 'healthy');
    });
  }

  test('after a sleep of the machine nothing is restarted, and what was measured is forgotten', async t => {
    const { supervisor, clock, drive, first, events } = await supervise(t, { one: served('well-behaved') });
    await supervisor.start(['one']);
    clock.suspend(3_600_000);
    await drive(() => first('manager.resumed') !== undefined, { what: 'the sleep to be noticed', stepMs: 20 });
    assert.ok((first('manager.resumed')?.pausedMs ?? 0) >= 3_590_000);
    await drive(() => first('health.checked') !== undefined, { what: 'the check after it', stepMs: 20 });
    assert.equal(first('health.checked')?.verdict, 'healthy');
    assert.equal(supervisor.instance('one').model.incarnation, 1);
    assert.ok(!events.some(event => event.type === 'health.changed' && event.to === 'suspect'));
  });
});

describe('what is wrong with a server that answers', () => {
  const checked = (managed: Managed, verdict: string) =>
    managed.event('health.checked', event => event.verdict === verdict);

  test("a tool's own failures are the tool's, and no fault of the server", async t => {
    const managed = await manage(t, { one: served('well-behaved', { holdfast: watchful }) });
    await managed.manager.start();
    for (let n = 0; n < 15; n++) await managed.manager.callTool('one', 'fail');
    const seen = managed.all('health.checked').length;
    await managed.event('health.checked', () => true, seen + 2);
    assert.deepEqual([managed.status().health, managed.status().errorRate], ['healthy', 0]);
  });

  test('errors of the server are: too many of them, and it is degraded', async t => {
    const managed = await manage(t, { one: served('well-behaved', { holdfast: watchful }) });
    await managed.manager.start();
    for (let n = 0; n < 15; n++) await fault(managed.manager.callTool('one', 'rpc-error'));
    await checked(managed, 'degraded');
    assert.match(String(managed.status().reason), /100 % of the last 15 calls failed/);
    assert.deepEqual(managed.story(), ['starting', 'ready'], 'which is no reason to restart it');
  });

  test('a server that is too slow is degraded', async t => {
    const holdfast = { health: { ...watchful.health, latencyBudgetMs: 10 } };
    const managed = await manage(t, { one: served('well-behaved', { holdfast }) });
    await managed.manager.start();
    await Promise.all(Array.from({ length: 15 }, () => managed.text('slow', { ms: 50 })));
    await checked(managed, 'degraded');
    assert.match(String(managed.status().reason), /slow: p95 is \d+ ms, the budget is 10 ms/);
    assert.ok((managed.status().latencyMs.p50 ?? 0) >= 50);
  });

  test('tools that vanish without a word: one restart brings them back', async t => {
    const managed = await manage(t, { one: served('loses-tools', { holdfast: watchful }) });
    await managed.manager.start();
    await managed.text('lose');
    const { fault: seen } = await managed.event('server.down');
    assert.deepEqual([seen.category, seen.code], ['tool', 'TOOL_VANISHED']);
    assert.match(seen.message, /echo/);
    await managed.event('server.ready', () => true, 2);
    await managed.event('health.checked', ({ incarnation, verdict }) => incarnation === 2 && verdict === 'healthy');
    assert.equal(await managed.text('echo', { text: 'back' }), 'back');
  });

  test('tools that are gone for good: one restart, then degraded with their names, and no loop', async t => {
    const managed = await manage(t, { one: served('loses-tools', { args: ['for-good'], holdfast: watchful }) });
    await managed.manager.start();
    await managed.text('lose');
    const inSecondLife = ({ incarnation, verdict }: { incarnation: number; verdict: string }) =>
      incarnation === 2 && verdict === 'degraded';
    await managed.event('health.checked', inSecondLife, 3);
    assert.deepEqual(managed.status().missingTools, ['echo']);
    assert.match(String(managed.status().reason), /echo/);
    assert.equal(managed.status().incarnation, 2, 'three checks later it is still the second life');
    assert.equal(managed.all('server.down').length, 1);
  });

  test('new tools are told by name at the next check', async t => {
    const managed = await manage(t, {
      one: served('changes-tools', { holdfast: { ...watchful, restart: quick.restart } }),
    });
    await managed.manager.start();
    await managed.text('change');
    const { added } = await managed.event('catalogue.changed', event => event.added.includes('newcomer'));
    assert.deepEqual(added, ['newcomer']);
    await managed.event('health.checked', () => true, 2);
    assert.deepEqual(managed.story(), ['starting', 'ready'], 'what was announced is no reason for a restart');
  });

  test('an empty list after a restart is believed only at a second look', async t => {
    const managed = await manage(t, { one: served('empty-list-after-restart') });
    await managed.manager.start();
    const heard: string[] = [];
    managed.manager.onNotification((_server, method) => heard.push(method));
    managed.kill();
    const { tools } = await managed.event('server.ready', ({ incarnation }) => incarnation === 2);
    assert.equal(tools, 1);
    await eventually(() => managed.status().health === 'healthy', { what: 'health' });
    assert.deepEqual([managed.status().missingTools, heard], [[], []]);
    assert.deepEqual(
      managed.all('catalogue.changed').filter(({ kind, incarnation }) => kind === 'tools' && incarnation === 2),
      [],
    );
  });
});

describe('a server has limits', () => {
  const skip = isWindows && 'there the job itself refuses the memory, and what becomes of it is up to the server';
  test('near its limit of memory it is degraded; over it, it is ended and started afresh', { skip }, async t => {
    const managed = await manage(t, { one: served('eats-memory', { holdfast: { limits: { memoryMb: 250 } } }) });
    await managed.manager.start();
    await managed.text('eat', { mb: 170 });
    const near = await managed.event('health.changed', ({ to }) => to === 'degraded');
    assert.deepEqual([near.category, near.reason], ['resource', 'near its limit of 250 MiB of memory']);
    assert.deepEqual(managed.story(), ['starting', 'ready'], 'which is no reason to restart it');
    await managed.text('eat', { mb: 80 });
    const { fault: seen } = await managed.event('server.down');
    assert.deepEqual([seen.category, seen.code], ['resource', 'RESOURCE_LIMIT_MEMORY']);
    assert.match(seen.message, /at most 250 MiB$/);
    await managed.event('server.ready', () => true, 2);
    const { health, restarts } = managed.status();
    assert.deepEqual([health, restarts.byCause], ['healthy', { RESOURCE_LIMIT_MEMORY: 1 }]);
    assert.deepEqual(managed.all('server.backoff').length, 1, 'it counts as a crash would');
  });
});
