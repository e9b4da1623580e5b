import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { policyWith } from './driver.ts';
import { type Move, World } from './world.ts';

const RUNS = process.env.HOLDFAST_TEST_FULL === '1' ? 100_000 : 12_000;
const EVENTS = 100_000;

const move = fc.oneof(
  { weight: 8, arbitrary: fc.constant<Move>('answer') },
  { weight: 8, arbitrary: fc.constantFrom<Move>('swept', 'swept', 'tick', 'crash') },
  { weight: 2, arbitrary: fc.constant<Move>('start') },
  { weight: 2, arbitrary: fc.constantFrom<Move>('stop', 'restart', 'demand', 'handOver') },
  fc.constantFrom<Move>('refuse', 'survived', 'pass', 'page', 'prove', 'idle', 'aged', 'resumed', 'stale', 'late'),
);
const chance = fc.double({ min: 0, max: 0.999, noNaN: true });
const story = fc.array(fc.tuple(move, chance), { minLength: 1, maxLength: 60, size: 'max' });
const desired = fc.constantFrom('up' as const, 'onDemand' as const, 'down' as const);
const policy = fc
  .record({
    retries: fc.constantFrom(0, 1, 3, 1_000),
    minMs: fc.constantFrom(0, 1_000),
    stableMs: fc.constantFrom(0, 60_000),
    windowExits: fc.constantFrom(0, 1, 5),
  })
  .map(policyWith);

test('a hundred thousand random events break no rule, and every stop comes to its end', t => {
  const seed = Number(process.env.HOLDFAST_TEST_SEED ?? Date.now() % 2 ** 31);
  const seen = new Map<string, number>();
  let events = 0;
  fc.assert(
    fc.property(story, desired, policy, fc.boolean(), (moves, wish, numbers, endsWell) => {
      let drawn = 0;
      const world = new World(wish, numbers, () => moves[drawn++ % moves.length]?.[1] ?? 0);
      const { driver } = world;
      for (const [what, luck] of moves) {
        world.move(what, luck);
        seen.set(driver.state, (seen.get(driver.state) ?? 0) + 1);
      }
      world.move('stop', 0);
      world.calmDown(endsWell);
      const { state, survivors } = driver.model;
      assert.equal(state.due, null, 'at rest nothing is waited for');
      if (state.name === 'stopped') assert.deepEqual([...world.alive], []);
      else {
        assert.equal(state.name, 'failed');
        assert.equal(driver.code, 'PROCESS_SURVIVED');
        assert.deepEqual(survivors, [...world.alive]);
        assert.equal(survivors.length, 1);
        assert.ok(!endsWell, 'nobody has survived');
      }
      events += world.events;
    }),
    { numRuns: RUNS, seed },
  );
  t.diagnostic(`seed ${seed}: ${events} events, ${[...seen].map(([name, count]) => `${name} ${count}`).join(', ')}`);
  assert.ok(events >= EVENTS, `only ${events} events`);
  for (const name of [
    'failed',
    'backoff',
    'ready',
    'starting:tools',
    'stopping:relaunch',
    'stopping:recover',
    'stopping:rest',
  ]) {
    assert.ok((seen.get(name) ?? 0) > 500, `${name} was hardly visited`);
  }
});

test('whatever has happened, a server that is wished up comes up once the world works again', () => {
  fc.assert(
    fc.property(story, desired, policy, (moves, wish, numbers) => {
      const world = new World(wish, numbers, () => 0.5);
      for (const [what, luck] of moves) world.move(what, luck);
      if (world.driver.model.desired === 'up' && world.driver.state === 'stopped') world.move('start', 0);
      assert.equal(world.goWell() || world.driver.model.desired !== 'up', true, world.driver.state);
    }),
    { numRuns: 1_000 },
  );
});
