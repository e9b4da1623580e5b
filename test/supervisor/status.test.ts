import assert from 'node:assert/strict';
import { Agent } from 'node:http';
import { test } from 'node:test';
import type { ServerOptions } from '../../src/config/types.ts';
import type { LaunchPlan } from '../../src/process/launch-plan.ts';
import { Catalogue } from '../../src/session/catalogue.ts';
import { Admission } from '../../src/supervisor/admission.ts';
import { Instance } from '../../src/supervisor/instance.ts';
import { statusOf } from '../../src/supervisor/status.ts';
import { permanent } from '../lifecycle/driver.ts';
import { server } from '../process/resolve/server.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { noKeeper } from '../support/keeper.ts';

const NOON = Date.UTC(2026, 5, 1, 12);

/** An instance that never comes to a process: `resolve` is all that is asked of the world. */
function setUp(resolve: () => Promise<LaunchPlan>, options: Partial<ServerOptions> = {}) {
  const clock = new FakeClock(NOON);
  const instance = new Instance(
    {
      config: server('/', 'some-server', ['--flag'], { options }),
      order: 0,
      number: 1,
      rests: options.start === 'onDemand',
      params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'test', version: '1' } },
      store: { load: () => new Catalogue(), save: () => {} },
    },
    {
      clock,
      random: () => 0.5,
      emit: () => {},
      resolve,
      agentFor: () => new Agent(),
      keeper: noKeeper,
      admission: new Admission(1),
      questionId: () => 1,
      isClear: () => true,
      onState: () => {},
    },
  );
  return { clock, instance, status: () => statusOf(instance, clock) };
}

const never = () => new Promise<LaunchPlan>(() => {});
const refuses = () => Promise.reject(permanent());

test('a server that was never started has nothing to show, and says so', () => {
  const { status } = setUp(never);
  const { desired, state, incarnation, pid, command, connection, uptimeMs, nextTryAt, lastError, restarts } = status();
  assert.deepEqual(
    [desired, state, incarnation, pid, uptimeMs, nextTryAt, lastError],
    ['down', 'stopped', 0, null, null, null, null],
  );
  assert.deepEqual(command, ['some-server', '--flag'], 'as it was written');
  assert.deepEqual(connection, { status: 'disconnected', since: null, lastMessageAt: null });
  assert.deepEqual(restarts, { total: 0, byCause: {} });
});

test('a server on demand rests, wished for', () => {
  const { status } = setUp(never, { start: 'onDemand' });
  assert.deepEqual([status().desired, status().state, status().health], ['onDemand', 'stopped', 'unknown']);
});

test('a start under way is connecting', () => {
  const { instance, status } = setUp(never);
  instance.start();
  const { state, connection, attempt, desired } = status();
  assert.deepEqual([state, connection.status, desired], ['starting', 'connecting', 'up']);
  assert.deepEqual(attempt, { number: 1, of: 4 });
});

test('a failed server tells its error, its hint and when it is tried again', async () => {
  const { clock, instance, status } = setUp(refuses);
  instance.start();
  await instance.settled();
  await clock.advance(60_000);
  const { state, health, connection, lastError, nextTryAt, deaths } = status();
  assert.deepEqual([state, health, connection.status], ['failed', 'unhealthy', 'disconnected']);
  assert.equal(lastError?.code, 'PROCESS_COMMAND_NOT_FOUND');
  assert.equal(lastError?.category, 'process');
  assert.ok(typeof lastError?.hint === 'string');
  assert.equal(nextTryAt, new Date(NOON + 300_000).toISOString());
  assert.deepEqual(
    deaths.map(({ cause, at }) => [cause, at]),
    [['PROCESS_COMMAND_NOT_FOUND', NOON]],
  );
  instance.stop();
  assert.equal(status().nextTryAt, null);
  assert.equal(status().lastError?.code, 'PROCESS_COMMAND_NOT_FOUND', 'the last death is still told');
  instance.monitor.stop();
  assert.deepEqual(clock.pending, []);
});

test('the snapshot does not change with the server, and survives JSON as it is', async () => {
  const { clock, instance, status } = setUp(refuses);
  const before = status();
  const text = JSON.stringify(before);
  instance.start();
  await instance.settled();
  assert.equal(JSON.stringify(before), text);
  assert.deepEqual(JSON.parse(JSON.stringify(status())), status());
  instance.stop();
  instance.monitor.stop();
  assert.deepEqual(clock.pending, []);
});
