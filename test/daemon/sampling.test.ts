import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Sampling } from '../../src/daemon/sampling.ts';
import type { ServerStatus } from '../../src/supervisor/status.ts';
import { History } from '../../src/telemetry/history.ts';

/** A manager of one server, each look at which costs so much. */
function setUp(costMs: number) {
  const world = { now: 0, cpu: 0, looks: 0, isSeen: true };
  const history = new History({ everyMs: 5_000, samples: 100, restarts: 1 });
  const server = () => {
    const usage = world.isSeen ? { rssBytes: world.looks, cpuPercent: 0 } : null;
    const latencyMs = { p50: null, p95: null, p99: null };
    return { pid: 7, state: 'ready', usage, latencyMs, errorRate: 0, inFlight: 0, held: 0 };
  };
  const sampling = new Sampling({
    manager: {
      endpoint: null,
      status: () => [{ name: 'files', instances: [server()] } as unknown as ServerStatus],
      sample: async () => {
        world.looks++;
        world.cpu += costMs;
      },
    },
    history,
    now: () => world.now,
    wall: () => world.now,
    cpu: () => world.cpu,
  });
  const tick = (afterMs: number) => {
    world.now += afterMs;
    return sampling.tick();
  };
  return { world, history, sampling, tick };
}

test('cheap looks are taken every time, dear ones for half a percent of a core but every 30 s, and the history goes on between', async () => {
  for (const [costMs, looks] of [
    [25, 20],
    [100, 6],
    [1_000, 5],
  ] as const) {
    const { world, history, tick } = setUp(costMs);
    for (let count = 0; count < 20; count++) await tick(5_000);
    assert.equal(world.looks, looks, `${costMs} ms each`);
    const { times, servers } = history.report(0);
    assert.deepEqual([times.length, servers.files?.rssBytes.at(-1)], [20, looks]);
  }
});

test('who asks gets a look ten times as often', async () => {
  const { world, sampling } = setUp(100);
  for (const looks of [1, 2]) {
    await sampling.fresh();
    assert.equal(world.looks, looks, 'the first two tell what one costs');
  }
  world.now += 1_999;
  await sampling.fresh();
  assert.equal(world.looks, 2);
  world.now += 1;
  await sampling.fresh();
  assert.equal(world.looks, 3);
});

test('a process that nobody has looked at is looked at whatever it costs', async () => {
  const { world, sampling } = setUp(1_000);
  for (let count = 0; count < 3; count++) await sampling.fresh();
  assert.equal(world.looks, 2);
  world.isSeen = false;
  await sampling.fresh();
  assert.equal(world.looks, 3);
});

test('what the process does besides is not taken for the cost of a look', async () => {
  const { world, tick, sampling } = setUp(10);
  await tick(5_000);
  await tick(5_000);
  // A busy moment.
  world.now += 1_000;
  const busy = sampling.fresh();
  world.cpu += 5_000;
  await busy;
  for (let count = 0; count < 4; count++) await tick(5_000);
  assert.equal(world.looks, 7);
});

test('how late a sample comes is how busy the loop was', async () => {
  const { history, tick } = setUp(1);
  await tick(5_000);
  await tick(5_250);
  assert.deepEqual(history.report(0).manager.lagMs, [0, 250]);
});
