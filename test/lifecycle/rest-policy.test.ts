import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  considerRest,
  type RestAction,
  type RestOptions,
  type Use,
  unpaused,
} from '../../src/lifecycle/rest-policy.ts';

const OFF: RestOptions = { idleStopMs: 0, maxAgeMs: 0, holdMs: 30_000 };
const IDLE: Use = { readySince: 0, usedAt: 0, underWay: 0, waiting: 0, isAwaited: false };
const MINUTE = 60_000;

const consider = (use: Partial<Use>, options: Partial<RestOptions>, now: number, model = unpaused) =>
  considerRest(model, { ...IDLE, ...use }, { ...OFF, ...options }, now);
const briefly = (...args: Parameters<typeof consider>) => {
  const { action, lookAt } = consider(...args);
  return [action, lookAt];
};

test('without options nothing is ever done, and there is nothing to look for', () => {
  assert.deepEqual(briefly({}, {}, 1e12), [null, Infinity]);
});

test('a server that nobody has needed for so long goes to rest, to the millisecond', () => {
  const options = { idleStopMs: 10 * MINUTE };
  assert.deepEqual(briefly({ usedAt: 5_000 }, options, 5_000), [null, 605_000]);
  assert.deepEqual(briefly({ usedAt: 5_000 }, options, 604_999), [null, 605_000]);
  assert.deepEqual(briefly({ usedAt: 5_000 }, options, 605_000), ['rest', Infinity]);
});

test('a call under way or waiting, a question, or a subscription keeps it, however long ago the last call came', () => {
  const options = { idleStopMs: 1_000 };
  for (const use of [{ underWay: 1 }, { waiting: 1 }, { isAwaited: true }]) {
    assert.deepEqual(briefly(use, options, 1e9), [null, 1e9 + 1_000]);
  }
});

test('one that is old is started afresh at leisure, also while clients are subscribed', () => {
  const options = { maxAgeMs: 5_000 };
  assert.deepEqual(briefly({ readySince: 1_000, usedAt: 5_990 }, options, 5_999), [null, 6_000]);
  assert.deepEqual(briefly({ readySince: 1_000, usedAt: 5_990, isAwaited: true }, options, 6_000), ['renew', Infinity]);
  assert.deepEqual(briefly({ readySince: 1_000, underWay: 1 }, options, 6_000), [null, 6_000 + MINUTE]);
});

test('one that is old and idle goes to rest: it will be fresh when it is needed', () => {
  assert.equal(consider({}, { maxAgeMs: 5_000, idleStopMs: 5_000 }, 5_000).action, 'rest');
});

test('calls that never cease are made to wait after a minute, for half of holdMs; then again a minute later', () => {
  const options = { maxAgeMs: 10_000, holdMs: 20_000 };
  const busy = { underWay: 1 };
  const paused = consider(busy, options, 70_000);
  assert.deepEqual([paused.action, paused.lookAt], ['pause', 80_000]);
  const waiting = consider({ underWay: 1, waiting: 3 }, options, 79_000, paused.model);
  assert.deepEqual([waiting.action, waiting.lookAt], [null, 80_000]);
  assert.equal(consider({ waiting: 3 }, options, 79_500, waiting.model).action, 'renew', 'as soon as all have ended');
  const resumed = consider(busy, options, 80_000, waiting.model);
  assert.deepEqual([resumed.action, resumed.lookAt], ['resume', 140_000]);
  assert.equal(consider(busy, options, 139_999, resumed.model).action, null);
  assert.equal(consider(busy, options, 140_000, resumed.model).action, 'pause');
});

test('whatever happens, a pause is followed by its end in time, and no action hurts a call', () => {
  const span = fc.constantFrom(0, 0, 500, 5_000, 120_000);
  const use = fc.record({
    underWay: fc.constantFrom(0, 1, 2),
    waiting: fc.constantFrom(0, 1),
    isAwaited: fc.boolean(),
  });
  const steps = fc.array(fc.tuple(fc.integer({ min: 0, max: 90_000 }), use), { maxLength: 80 });
  const seen = new Map<RestAction, number>();
  fc.assert(
    fc.property(span, span, span, steps, (idleStopMs, maxAgeMs, holdMs, story) => {
      let [model, now, usedAt, pausedAt] = [unpaused, 0, 0, null as number | null];
      for (const [ms, at] of story) {
        now += ms;
        if (at.underWay + at.waiting > 0) usedAt = now;
        const current = { ...at, readySince: 0, usedAt };
        const looked = considerRest(model, current, { idleStopMs, maxAgeMs, holdMs }, now);
        ({ model } = looked);
        const { action } = looked;
        if (action !== null) seen.set(action, (seen.get(action) ?? 0) + 1);
        assert.ok(looked.lookAt >= now, 'it never looks back');
        if (action === 'rest') assert.ok(idleStopMs > 0 && current.underWay + current.waiting === 0 && !at.isAwaited);
        if (action === 'renew') assert.ok(maxAgeMs > 0 && now >= maxAgeMs && current.underWay === 0);
        if (action === 'pause') assert.equal(pausedAt, null, 'not twice');
        if (action === 'resume') assert.notEqual(pausedAt, null, 'there was a pause');
        if (action === 'rest' || action === 'renew') return;
        if (action !== null) pausedAt = action === 'pause' ? now : null;
        if (pausedAt !== null) assert.ok(looked.lookAt <= pausedAt + holdMs / 2, 'its end is looked for');
      }
    }),
    { numRuns: 5_000 },
  );
  assert.deepEqual([...seen.keys()].sort(), ['pause', 'renew', 'rest', 'resume']);
});
