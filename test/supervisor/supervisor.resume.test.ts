// After a sleep of the machine, or a jump of its clock, nothing that was measured or missed meanwhile counts.
import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { fault, type ServerSpec, served } from '../support/managed.ts';
import { supervise, type Timeless } from '../support/timeless.ts';

const HOUR = 3_600_000;

async function ready(t: TestContext, server: ServerSpec) {
  const timeless = await supervise(t, { one: server });
  await timeless.supervisor.start(['one']);
  const call = (tool: string, args: object = {}) => timeless.supervisor.client('one').callTool(tool, args);
  return { ...timeless, call, instance: timeless.supervisor.instance('one') };
}

const resumed = ({ drive, first }: Pick<Timeless, 'drive' | 'first'>) =>
  drive(() => first('manager.resumed') !== undefined, { what: 'the sleep to be noticed', stepMs: 20 });

describe('after a sleep', { concurrency: 2 }, () => {
  const pauses = [
    // Short enough for the window of five minutes not to end by itself.
    ['a sleep', ({ clock }: Timeless) => clock.suspend(60_000)],
    ['a jump of the wall clock forward', ({ clock }: Timeless) => clock.jumpWall(HOUR)],
    ['a jump of the wall clock back', ({ clock }: Timeless) => clock.jumpWall(-HOUR)],
  ] as const;
  for (const [title, pause] of pauses) {
    test(`${title} discards the answers and failures of the period`, async t => {
      const timeless = await ready(t, served('well-behaved'));
      await timeless.call('echo', { text: 'x' });
      await fault(timeless.call('rpc-error'));
      const figures = () => {
        const [status] = timeless.supervisor.status();
        return [status?.latencyMs.p50 === null, status?.errorRate];
      };
      assert.deepEqual(figures(), [false, 0.5]);
      pause(timeless);
      await resumed(timeless);
      assert.deepEqual(figures(), [true, 0]);
    });
  }

  test('a call that was under way over the sleep is answered, and not counted as slow', async t => {
    const timeless = await ready(t, served('well-behaved', { holdfast: { callTimeoutMs: 0 } }));
    const call = timeless.call('slow', { ms: 300 });
    timeless.clock.suspend(HOUR);
    await resumed(timeless);
    await call;
    assert.equal(timeless.instance.monitor.latency.summary(timeless.clock.now()).count, 0);
    await timeless.call('echo', { text: 'x' });
    assert.equal(timeless.instance.monitor.latency.summary(timeless.clock.now()).count, 1);
  });

  test('a suspect whose last probe fell due in the sleep is not restarted for it', async t => {
    const timeless = await ready(t, served('hangs'));
    const { clock, drive, events, first, instance } = timeless;
    const given = fault(timeless.supervisor.client('one').callTool('echo', {}, { timeoutMs: 1_000 }));
    await drive(() => events.some(({ type }) => type === 'server.output'), { what: 'it to hang', stepMs: 1 });
    await drive(() => events.some(({ type }) => type === 'call.finished'), { what: 'the end of it', stepMs: 100 });
    await given;
    const isLastChance = () => /no answer to 3 probes/.test(String(instance.monitor.verdict.reason));
    await drive(isLastChance, { what: 'the last chance', stepMs: 100 });
    // Its probe is sent 20 s later and has 5 s; our own look at the clock comes after its end.
    await clock.advance(20_000 + 4_900);
    clock.suspend(HOUR);
    await resumed(timeless);
    await clock.advance(1_000);
    assert.equal(first('server.down'), undefined);
    assert.notEqual(instance.monitor.verdict.health, 'suspect');
    await drive(() => first('server.down') !== undefined, { what: 'the ladder from its foot', stepMs: 500 });
  });

  test('a start whose deadline fell due in the sleep has its whole time again', async t => {
    const timeless = await supervise(t, {
      one: served('never-initializes', { holdfast: { restart: { retries: 0 }, startup: { initializeMs: 12_000 } } }),
    });
    const { clock, drive, supervisor, first } = timeless;
    const started = supervisor.start(['one']);
    const { model } = supervisor.instance('one');
    const step = () => {
      const { state } = supervisor.instance('one').model;
      return state.name === 'starting' ? state.step : state.name;
    };
    await drive(() => step() === 'initialize', { what: `the handshake of ${model.incarnation}`, stepMs: 1 });
    await clock.advance(11_900);
    clock.suspend(HOUR);
    await resumed(timeless);
    await clock.advance(11_000);
    assert.equal(step(), 'initialize');
    await drive(() => step() === 'failed', { what: 'the end', stepMs: 100 });
    assert.equal(first('server.down')?.fault.code, 'CONNECTION_HANDSHAKE_TIMEOUT');
    await started;
  });
});
