import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { os } from '../../src/platform/platform.ts';
import { findProcess } from '../../src/platform/process-table.ts';
import { systemClock } from '../../src/process/clock.ts';
import { type ShutdownOptions, shutDown } from '../../src/process/shutdown.ts';
import { eventually } from '../support/eventually.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { isAlive, withNothingLeft } from '../support/leak-check.ts';
import { begin, type Lived } from '../support/lived.ts';

const isWindows = os === 'windows';
const never = new AbortController().signal;
const options: ShutdownOptions = { drainMs: 10_000, graceMs: 10_000, clock: systemClock, hasten: never };
/** On Windows the request has a second to arrive, which a busy machine may not give it. */
const asked = isWindows ? /^(terminated|killed)$/ : /^terminated$/;
/** For servers that will not go: the rungs below are not worth waiting for. */
const impatient: ShutdownOptions = { ...options, drainMs: 50, graceMs: 50 };

describe('the stop ladder, on real processes', { concurrency: 2 }, () => {
  const check = (
    title: string,
    name: string,
    run: (lived: Lived) => Promise<void>,
    { args = [], skip = false }: { args?: readonly string[]; skip?: string | false } = {},
  ) => test(title, { skip }, async t => run(await begin(await withNothingLeft(t), name, args)));
  const onWindows = (why: string) => ({ skip: isWindows && why });

  check('a server that leaves at the end of its stdin is only drained', 'well-behaved', async ({ life }) => {
    const report = await shutDown(life, options);
    assert.deepEqual([report.rung, report.survivors], ['drained', []]);
    assert.deepEqual(await life.exited, { code: 0, signal: null });
  });

  check('one that ignores the end of its stdin is asked to end', 'ignores-eof', async ({ life }) => {
    const report = await shutDown(life, { ...options, drainMs: 50 });
    assert.match(report.rung, asked);
    assert.deepEqual(report.survivors, []);
    if (!isWindows) assert.deepEqual(await life.exited, { code: null, signal: 'SIGTERM' });
  });

  check('one that ignores that too is killed', 'ignores-everything', async ({ life, stderr }) => {
    const report = await shutDown(life, impatient);
    assert.deepEqual([report.rung, report.survivors], ['killed', []]);
    if (!isWindows) assert.deepEqual(await life.exited, { code: null, signal: 'SIGKILL' });
    assert.ok(stderr.includes('ignored the end of stdin'), 'it was asked politely first');
  });

  check('a drain of 0 goes on at once', 'ignores-eof', async ({ life }) => {
    const report = await shutDown(life, { ...options, drainMs: 0 });
    assert.match(report.rung, asked);
    assert.deepEqual(report.survivors, []);
  });

  check(
    'it does not wait for a pipe that a child of the server holds',
    'holds-stdout',
    async ({ life, call }) => {
      const child = Number(await call('child-pid'));
      const report = await shutDown(life, options);
      assert.deepEqual([report.rung, report.survivors], ['terminated', []]);
      assert.equal(await isAlive(child), false);
    },
    onWindows('a Node process takes its children along'),
  );

  check('a shell between us and the server goes with it', 'wrapper', async ({ life, call }) => {
    const inner = Number(await call('pid'));
    assert.notEqual(inner, life.pid);
    const report = await shutDown(life, options);
    assert.deepEqual([report.rung, report.survivors], ['drained', []]);
    assert.equal(await isAlive(inner), false);
  });

  check(
    'a server that ignores everything is found behind its shell',
    'wrapper',
    async ({ life }) => {
      const report = await shutDown(life, impatient);
      assert.deepEqual([report.rung, report.survivors], ['killed', []]);
    },
    { args: ['ignores-everything'] },
  );

  check(
    'a stopped process is continued so that it can end',
    'stops-itself',
    async ({ life }) => {
      // No answer to wait for: it stops in the middle.
      life.stdin.write('{"jsonrpc":"2.0","id":"stop","method":"tools/call","params":{"name":"stop"}}');
      await eventually(async () => (await findProcess(life.pid))?.state === 'T', { what: 'the process to stop' });
      const report = await shutDown(life, { ...options, drainMs: 50 });
      assert.deepEqual([report.rung, report.survivors], ['terminated', []]);
    },
    onWindows('nothing stops a process there'),
  );

  check('haste skips all patience', 'ignores-everything', async ({ life }) => {
    const hasten = new AbortController();
    const report = shutDown(life, { ...options, drainMs: 600_000, graceMs: 600_000, hasten: hasten.signal });
    hasten.abort();
    assert.equal((await report).rung, 'killed');
  });

  check(
    'haste comes in time during the grace, too',
    'ignores-everything',
    async ({ life, stderr }) => {
      const hasten = new AbortController();
      const report = shutDown(life, { ...options, drainMs: 0, graceMs: 600_000, hasten: hasten.signal });
      await eventually(() => stderr.includes('ignored SIGTERM'), { what: 'the polite request' });
      hasten.abort();
      assert.equal((await report).rung, 'killed');
    },
    onWindows('the request to end is no signal'),
  );

  test('a grandchild in a session of its own is found by its cookie', {
    skip: os !== 'linux' && 'only Linux shows the cookie',
  }, async t => {
    const { life, call } = await begin(await withNothingLeft(t), 'leaves-the-group');
    const grandchild = Number(await call('grandchild-pid'));
    assert.ok((await life.group.members()).includes(grandchild));
    const report = await shutDown(life, options);
    assert.deepEqual([report.rung, report.survivors], ['terminated', []]);
    assert.equal(await isAlive(grandchild), false);
  });
});

describe('the stop ladder, on processes that will not go', () => {
  test('what ends with its leader, a moment later, is not asked to', async () => {
    const clock = new FakeClock();
    const done: string[] = [];
    const target = { ...targetOf(() => (clock.now() < from + 50 ? [9] : []), done), exited: Promise.resolve() };
    const from = clock.now();
    const report = shutDown(target, { drainMs: 2_000, graceMs: 100, clock, hasten: never });
    await clock.advance(1_000);
    assert.equal((await report).rung, 'drained');
    assert.deepEqual(done, ['close stdin', 'dispose']);
  });

  test('names those that outlive the kill, after two seconds of trying', async () => {
    const clock = new FakeClock();
    const done: string[] = [];
    const target = targetOf(() => [7, 8], done);
    const report = shutDown(target, { drainMs: 2_000, graceMs: 100, clock, hasten: never });
    await clock.advance(5_000);
    const { survivors, rung, tookMs } = await report;
    assert.deepEqual({ survivors, rung }, { survivors: [7, 8], rung: 'killed' });
    assert.ok(tookMs >= 4_100 && tookMs < 4_200, `${tookMs}`);
    assert.deepEqual([...new Set(done)], ['close stdin', 'terminate', 'kill', 'dispose']);
    assert.equal(done.filter(step => step === 'terminate').length, 1);
    assert.equal(done.filter(step => step === 'dispose').length, 1);
    assert.deepEqual(clock.pending, []);
  });

  test('a group that needs longer for a kill is given that time', async () => {
    const clock = new FakeClock();
    const target = targetOf(() => (clock.now() < 9_000 ? [7] : []), []);
    const slow = { ...target, group: { ...target.group, killMs: 10_000 } };
    const report = shutDown(slow, { drainMs: 0, graceMs: 0, clock, hasten: AbortSignal.abort() });
    await clock.advance(9_100);
    assert.deepEqual((await report).survivors, []);
  });

  test('kills again what a dying member has forked meanwhile', async () => {
    const clock = new FakeClock();
    const done: string[] = [];
    // A new one appears after each of the first three kills.
    const target = targetOf(() => (done.filter(step => step === 'kill').length < 4 ? [9] : []), done);
    const report = shutDown(target, { drainMs: 0, graceMs: 0, clock, hasten: never });
    await clock.advance(1_000);
    assert.deepEqual((await report).survivors, []);
    assert.equal(done.filter(step => step === 'kill').length, 4);
  });

  test('a system that does not answer is asked again: nothing counts as gone that was not seen to be', async () => {
    for (const [answersAfter, expected] of [
      [3, []],
      [Number.POSITIVE_INFINITY, [4_711]],
    ] as const) {
      const clock = new FakeClock();
      let looks = 0;
      const target = targetOf(() => {
        if (++looks <= answersAfter) throw Object.assign(new Error('EMFILE'), { code: 'EMFILE' });
        return [];
      }, []);
      const report = shutDown(target, { drainMs: 0, graceMs: 0, clock, hasten: never });
      await clock.advance(5_000);
      const { survivors, trouble } = await report;
      assert.deepEqual(survivors, expected);
      assert.equal(trouble !== null, expected.length > 0);
    }
  });

  function targetOf(members: () => number[], done: string[]) {
    const act = (what: string) => async () => void done.push(what);
    return {
      pid: 4_711,
      group: {
        terminate: act('terminate'),
        kill: act('kill'),
        members: async () => members(),
      },
      exited: new Promise<never>(() => {}),
      closeStdin: () => void done.push('close stdin'),
      dispose: () => void done.push('dispose'),
    };
  }
});
