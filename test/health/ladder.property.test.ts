import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { climb } from '../../src/health/ladder.ts';
import type { LadderAction, LadderEvent, LadderModel, ProcessState } from '../../src/health/ladder-model.ts';
import { dueAt, newLadder } from '../../src/health/ladder-model.ts';

const STATES = ['running', 'stopped', 'zombie'] as const satisfies readonly ProcessState[];
const KINDS = [
  'tick',
  'tick',
  'tick',
  'missed',
  'missed',
  'missed',
  'answered',
  'heard',
  'waited',
  'calls',
  'processState',
  'resumed',
  'down',
  'ready',
] as const;

/** One step of a story: the event's kind, whether it is stale (0), how the clock moves, and a value. */
const step = fc.tuple(fc.constantFrom(...KINDS), fc.nat(7), fc.nat(4), fc.nat(5));
const sequence = fc.array(step, { minLength: 1, maxLength: 40 });

function eventOf(model: LadderModel, kind: (typeof KINDS)[number], stale: boolean, value: number): LadderEvent {
  const incarnation = model.incarnation - (stale ? 1 : 0);
  const probe = model.lastProbe - (stale ? 1 : 0);
  switch (kind) {
    case 'tick':
    case 'resumed':
      return { type: kind };
    case 'ready':
      return { type: kind, incarnation: stale ? incarnation : incarnation + 1 };
    case 'answered':
      return { type: kind, probe, ms: value };
    case 'missed':
      return { type: kind, probe };
    case 'calls':
      return { type: kind, incarnation, open: value % 3, overdue: value > 3 };
    case 'processState':
      return { type: kind, incarnation, state: STATES[value % 3] ?? 'running' };
    default:
      return { type: kind, incarnation };
  }
}

const isDead = (model: LadderModel) => model.state === 'idle' || model.state === 'condemned';

function checkModel(model: LadderModel, now: number): void {
  const due = dueAt(model);
  assert.ok(due === null || due >= now, `due ${due} at ${now}`);
  if (isDead(model)) assert.equal(due, null);
  else if (model.state === 'suspect' || model.settings.intervalMs > 0) assert.notEqual(due, null);
  assert.equal(model.state === 'suspect' || model.state === 'condemned', model.misses > 0);
}

function checkStep(
  before: LadderModel,
  event: LadderEvent,
  model: LadderModel,
  action: LadderAction,
  now: number,
): void {
  assert.equal(action.incarnation, model.incarnation);
  assert.ok(!isDead(before));
  if (action.type === 'probe' || action.type === 'probeByList') {
    assert.equal(action.probe, before.lastProbe + 1, 'no number is used twice');
    assert.equal(model.probe?.number, action.probe);
    const isOver = event.type === 'missed' || (event.type === 'tick' && now >= (before.probe?.deadline ?? 0));
    assert.ok(before.probe === null || isOver, 'no second probe beside one under way');
  }
  if (action.type === 'restart') {
    const isBusy = model.openCalls > 0 && !model.overdue;
    assert.ok(model.process !== 'running' || (model.misses >= 4 && !isBusy), 'no restart of a busy server');
    assert.equal(model.state, 'condemned');
  }
}

test('20,000 random stories keep the rules of the ladder', () => {
  const settings = fc.record({
    intervalMs: fc.constantFrom(0, 1_000, 300_000),
    pingMs: fc.constantFrom(2_000, 10_000),
  });
  const seen = new Set<string>();
  fc.assert(
    fc.property(settings, sequence, fc.double({ min: 0, max: 0.999, noNaN: true }), (chosen, story, chance) => {
      let model = newLadder(chosen);
      let now = 0;
      const run = (event: LadderEvent) => {
        const before = model;
        const [next, actions] = climb(before, event, { now, random: () => chance });
        model = next;
        checkModel(next, now);
        assert.ok(actions.length <= 1);
        for (const action of actions) {
          checkStep(before, event, next, action, now);
          seen.add(action.type);
        }
        if (before.state === 'condemned' && event.type !== 'down' && event.type !== 'ready') assert.equal(next, before);
        return next === before;
      };
      run({ type: 'ready', incarnation: 1 });
      for (const [kind, staleness, clock, value] of story) {
        // The clock stays, creeps, goes to the moment the ladder waits for, or the timer is late.
        const due = dueAt(model) ?? now;
        now = [now, Math.min(now + 3_000, due), due, due, due + 4_000][clock] ?? now;
        if (due <= now) run({ type: 'tick' });
        const isStale = staleness === 0 && kind !== 'tick' && kind !== 'resumed';
        const isSame = run(eventOf(model, kind, isStale, value));
        if (isStale) assert.ok(isSame, 'a stale event changes nothing');
      }
    }),
    { numRuns: 20_000 },
  );
  assert.deepEqual([...seen].sort(), ['compareTools', 'probe', 'probeByList', 'restart']);
});

test('a server that answers nothing and has no call open is always restarted, within 90 s of its check', () => {
  fc.assert(
    fc.property(
      fc.boolean(),
      fc.double({ min: 0, max: 0.999, noNaN: true }),
      fc.boolean(),
      (pingProven, chance, lost) => {
        let model: LadderModel = newLadder({ intervalMs: 300_000, pingMs: 10_000 });
        let now = 0;
        let checkedAt: number | null = null;
        const run = (event: LadderEvent): readonly LadderAction[] => {
          const [next, actions] = climb(model, event, { now, random: () => chance });
          model = next;
          return actions;
        };
        run({ type: 'ready', incarnation: 1 });
        model = { ...model, pingAnswered: pingProven };
        for (let i = 0; i < 20; i += 1) {
          now = dueAt(model) ?? now;
          let actions = run({ type: 'tick' });
          checkedAt ??= now;
          // Either the prober tells of the timeout, or its word is lost and the ladder's own clock does.
          while (!lost && model.probe !== null) {
            now = model.probe.deadline - 1_000;
            actions = run({ type: 'missed', probe: model.probe.number });
          }
          if (actions.some(({ type }) => type === 'restart')) return now - checkedAt <= 90_000;
        }
        return false;
      },
    ),
  );
});
