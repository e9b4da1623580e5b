import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Effect, type Event, firstModel, type Known, transition } from '../../../src/cli/stdio/connect-machine.ts';

const up: Known = { key: 'up', url: 'http://127.0.0.1:1/mcp', isGuest: false };
const guest: Known = { key: 'guest', url: 'http://127.0.0.1:2/mcp', isGuest: true };
const own: Known = { key: 'own', url: 'http://127.0.0.1:3/mcp', isGuest: true };
const error = new Error('gone');
const lost: Event = { type: 'lost', isSessionLost: false, isHopeless: false, error };
const found = (manager: Known | null): Event => ({ type: 'found', manager });

/** What is done in the end: the events happen one after the other, each so many ms after the last. */
function after(...steps: readonly (Event | number)[]): string[] {
  let model = firstModel;
  let now = 0;
  let effects: readonly Effect[] = [];
  for (const step of steps) {
    if (typeof step === 'number') now += step;
    else [model, effects] = transition(model, step, now);
  }
  return [
    model.state.name,
    ...effects.map(effect => (effect.type === 'join' ? `join ${effect.manager.key}` : effect.type)),
  ];
}

const cases: readonly (readonly [says: string, steps: readonly (Event | number)[], result: readonly string[]])[] = [
  ['a manager that runs is joined', [{ type: 'start' }, found(up)], ['joined', 'join up']],
  ['one that does not listen yet is waited for', [found({ ...up, url: null })], ['waiting', 'timer']],
  ['and then looked for again', [found({ ...up, url: null }), { type: 'timer' }], ['looking', 'look']],
  ['where none runs, the lock is raced for', [found(null)], ['racing', 'race']],
  ['who wins joins the manager of his own', [found(null), { type: 'hosted', manager: own }], ['joined', 'join own']],
  ['who loses looks who has won', [found(null), { type: 'outrun' }], ['waiting', 'timer']],
  ['a guest that was killed is replaced at once', [found(guest), 500, lost, found(null)], ['racing', 'race']],
  ['one that is still there when it is lost is about to end', [found(guest), lost, found(guest)], ['waiting', 'timer']],
  [
    'and joined again when it goes on to be there',
    [found(guest), lost, found(guest), 1_000, { type: 'timer' }, found(guest)],
    ['joined', 'join guest'],
  ],
  ['its successor is joined at once', [found(guest), lost, found(up)], ['joined', 'join up']],
  ['a manager of a person gets time to come back', [found(up), lost, 2_999, found(null)], ['waiting', 'timer']],
  ['and no more than that', [found(up), lost, 3_000, found(null)], ['racing', 'race']],
  [
    'a manager that does not know the session is joined again',
    [found(up), 500, { ...lost, isSessionLost: true }],
    ['joined', 'join up'],
  ],
  [
    'but not in a loop',
    [found(up), 500, { ...lost, isSessionLost: true }, { ...lost, isSessionLost: true }],
    ['waiting', 'timer'],
  ],
  [
    'one that refuses us is told to whoever waits',
    [found(up), { ...lost, isHopeless: true }],
    ['looking', 'fail', 'look'],
  ],
  ['where no manager can run, that is told', [found(null), { type: 'unable', error }], ['waiting', 'fail', 'timer']],
  [
    'a manager of our own that somebody ends is stopped',
    [found(null), { type: 'hosted', manager: own }, { type: 'toldToStop' }],
    ['racing', 'stopHosting'],
  ],
  [
    'and not replaced by us before the person has had time to start another',
    [found(null), { type: 'hosted', manager: own }, { type: 'toldToStop' }, lost, 50, { type: 'stopped' }, found(null)],
    ['waiting', 'timer'],
  ],
  [
    'whose client leaves stops the manager of his own',
    [found(null), { type: 'hosted', manager: own }, { type: 'leave' }],
    ['left', 'stopHosting'],
  ],
  [
    'also one that is won too late',
    [found(null), { type: 'leave' }, { type: 'hosted', manager: own }],
    ['left', 'stopHosting'],
  ],
  ['and nobody else’s', [found(guest), { type: 'leave' }], ['left']],
];
for (const [says, steps, result] of cases) {
  test(says, () => assert.deepEqual(after(...steps), result));
}

test('whatever happens, it is never stuck: something is always under way until the client leaves', () => {
  const event = fc.constantFrom<Event>(
    { type: 'start' },
    found(up),
    found(guest),
    found(null),
    found({ ...up, url: null }),
    { type: 'outrun' },
    { type: 'unable', error },
    lost,
    { ...lost, isSessionLost: true },
    { type: 'timer' },
  );
  // What must come of each effect, sooner or later.
  const answers: Record<string, string> = { look: 'looking', race: 'racing', timer: 'waiting', join: 'joined' };
  fc.assert(
    fc.property(fc.array(fc.tuple(event, fc.nat(5_000)), { maxLength: 50 }), steps => {
      let [model, effects] = transition(firstModel, { type: 'start' }, 0);
      let now = 0;
      for (const [next, ms] of steps) {
        now += ms;
        const before = model;
        [model, effects] = transition(model, next, now);
        const begun = effects.map(({ type }) => answers[type]).filter(name => name !== undefined);
        // A state is entered with what will end it, and left as it is otherwise.
        if (begun.length > 0) assert.deepEqual(begun, [model.state.name]);
        else assert.equal(model, before);
      }
    }),
  );
});
