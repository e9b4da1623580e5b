import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ControlClient } from '../../src/cli/control-client.ts';
import { essenceOf, watchStatus } from '../../src/cli/status-watch.ts';
import type { StatusReport } from '../../src/daemon/control-routes.ts';
import { HoldfastError } from '../../src/errors/holdfast-error.ts';
import type { HoldfastEvent } from '../../src/telemetry/events.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { statusOf } from './status-of.ts';

const reportOf = (pid: number, changes: Parameters<typeof statusOf>[1] = {}): StatusReport =>
  ({ manager: { pid, url: null, uptimeMs: 1 }, servers: [statusOf('a', changes)] }) as unknown as StatusReport;

/** A manager that answers until it is ended. */
function fakeManager(pid: number) {
  let onEvent: (event: HoldfastEvent) => void = () => undefined;
  let end: () => void = () => undefined;
  let isThere = true;
  const client = {
    holder: { pid, at: 'then' },
    status: () =>
      isThere ? Promise.resolve(reportOf(pid)) : Promise.reject(new HoldfastError('CONNECTION_NO_MANAGER')),
    events: (listener: typeof onEvent) => {
      onEvent = listener;
      const ended = new Promise<void>(resolve => {
        end = resolve;
      });
      return Promise.resolve({ close: () => end(), ended });
    },
  } as unknown as ControlClient;
  return {
    client,
    emit: () => onEvent({ type: 'server.stopped', at: 0, server: 'a', instance: 1 } as HoldfastEvent),
    end: () => {
      isThere = false;
      end();
    },
  };
}

function stage() {
  const clock = new FakeClock();
  const over = new AbortController();
  const shown: string[] = [];
  const events: string[] = [];
  const world = { clients: [] as ControlClient[], error: null as Error | null };
  const done = watchStatus({
    find: () => (world.error === null ? Promise.resolve(world.clients) : Promise.reject(world.error)),
    onEvent: ({ type }) => void events.push(type),
    onReports: (reports, why) => void shown.push(`${reports.map(({ report }) => report.manager.pid)} ${why ?? ''}`),
    clock,
    signal: over.signal,
  });
  return { clock, shown, events, world, done, over };
}

test('it looks every second, and soon after an event; a burst of them is one', async () => {
  const { clock, shown, events, world, over, done } = stage();
  const manager = fakeManager(7);
  world.clients = [manager.client];
  await clock.advance(1_100);
  const before = shown.length;
  for (let number = 0; number < 50; number++) manager.emit();
  await clock.advance(150);
  assert.equal(shown.length, before + 1);
  assert.equal(events.length, 50);
  await clock.advance(3_300);
  assert.equal(shown.length, before + 4);
  over.abort();
  await done;
  assert.deepEqual(clock.pending, [], 'no timer is left');
});

test('it goes on when a manager ends and another comes, and says why it knows nothing', async () => {
  const { clock, shown, world, over, done } = stage();
  const [first, second] = [fakeManager(7), fakeManager(8)];
  world.clients = [first.client];
  await clock.advance(1_100);
  first.end();
  await clock.advance(1_100);
  assert.equal(shown.at(-1), ' no manager is running');
  world.clients = [second.client];
  await clock.advance(1_100);
  assert.equal(shown.at(-1), '8 ');
  world.error = new HoldfastError('CONNECTION_MANAGER_SILENT', { details: { pid: 8 } });
  await clock.advance(1_100);
  assert.match(shown.at(-1) ?? '', /^ the manager \(pid 8\) is there, but does not answer$/);
  over.abort();
  await done;
});

test('what nobody foresaw ends it', async () => {
  const { world, done, clock } = stage();
  world.error = new TypeError('x is not a function');
  await Promise.all([assert.rejects(done, /x is not a function/), clock.advance(1_100)]);
});

test('figures that move all the time are no change; state, pid, health and errors are', () => {
  const same = essenceOf(reportOf(7));
  assert.equal(essenceOf(reportOf(7, { uptimeMs: 99_999, errorRate: 0.5, inFlight: 3, usage: null })), same);
  for (const changes of [
    { pid: 9 },
    { state: 'failed' },
    { health: 'suspect' },
    { tools: 3 },
    { survivors: [4] },
  ] as const)
    assert.notEqual(essenceOf(reportOf(7, changes)), same, JSON.stringify(changes));
  assert.notEqual(essenceOf(reportOf(8)), same);
});
