import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createModel, type Effect } from '../../src/lifecycle/state.ts';
import { Mailbox } from '../../src/supervisor/mailbox.ts';
import { crash, nameOf, policyWith } from '../lifecycle/driver.ts';
import { FakeClock } from '../support/fake-clock.ts';

/** A mailbox whose world answers nothing by itself; `on` says what it does with an effect. */
function setUp(on: (effect: Effect, mailbox: Mailbox) => void = () => {}) {
  const clock = new FakeClock();
  const log: string[] = [];
  const mailbox: Mailbox = new Mailbox(createModel('down'), {
    policy: policyWith(),
    clock,
    random: () => 0.5,
    evidence: () => ({ stderrTail: ['last words'], firstNoise: null }),
    onChange: (before, after) => log.push(`${nameOf(before)} → ${nameOf(after)}`),
    run: effect => {
      log.push(effect.type);
      on(effect, mailbox);
    },
  });
  return { clock, log, mailbox };
}

const incarnation = 1;

test('a change is told before its effects run', () => {
  const { log, mailbox } = setUp();
  mailbox.post({ type: 'start' });
  assert.deepEqual(log, ['stopped → starting:admission', 'admit']);
});

test('what changes nothing is not told', () => {
  const { log, mailbox } = setUp();
  mailbox.post({ type: 'demand' });
  mailbox.post({ type: 'listed', incarnation: 7 });
  assert.deepEqual(log, []);
});

test('an event that comes while another is handled waits for its turn', () => {
  const { log, mailbox } = setUp((effect, box) => {
    if (effect.type === 'admit') {
      box.post({ type: 'admitted', incarnation });
      assert.equal(nameOf(box.model), 'starting:admission', 'not yet');
    }
    if (effect.type === 'launch') {
      box.post({ type: 'spawned', incarnation });
      box.post({ type: 'initialized', incarnation });
    }
  });
  mailbox.post({ type: 'start' });
  assert.deepEqual(log, [
    'stopped → starting:admission',
    'admit',
    'starting:admission → starting:spawn',
    'launch',
    'starting:spawn → starting:initialize',
    'initialize',
    'starting:initialize → starting:tools',
    'list',
  ]);
});

test('the state’s one timer is kept, moved and given back', () => {
  const { clock, mailbox } = setUp();
  const pending = () => clock.pending.map(Math.round);
  mailbox.post({ type: 'start' });
  assert.deepEqual(pending(), []);
  mailbox.post({ type: 'admitted', incarnation });
  assert.deepEqual(pending(), [5_000]);
  clock.advanceSync(1_000);
  mailbox.post({ type: 'spawned', incarnation });
  assert.deepEqual(pending(), [30_000]);
  mailbox.post({ type: 'initialized', incarnation });
  clock.advanceSync(4_000);
  mailbox.post({ type: 'paged', incarnation });
  assert.deepEqual(pending(), [10_000]);
  mailbox.post({ type: 'listed', incarnation });
  assert.deepEqual(pending(), [60_000]);
  mailbox.post({ type: 'stop' });
  assert.deepEqual(pending(), []);
  mailbox.post({ type: 'cleaned', incarnation, survivors: [] });
  assert.deepEqual(pending(), [], 'at rest there is none');
});

test('a deadline that passes brings the last words into the error', () => {
  const { clock, mailbox } = setUp();
  mailbox.post({ type: 'start' });
  mailbox.post({ type: 'admitted', incarnation });
  clock.advanceSync(5_000);
  const { state } = mailbox.model;
  assert.ok(state.name === 'stopping' && state.fault !== null);
  assert.equal(state.fault.code, 'PROCESS_SPAWN_TIMEOUT');
  assert.deepEqual(state.fault.stderrTail, ['last words']);
});

test('by the clock alone: 1, 2, 4 s, failed, and again after 300 s', () => {
  const starts: number[] = [];
  const { clock, mailbox } = setUp((effect, box) => {
    if (effect.type === 'admit') {
      starts.push(clock.now());
      box.post({ type: 'down', incarnation: effect.incarnation, fault: crash() });
    }
    if (effect.type === 'clean') box.post({ type: 'cleaned', incarnation: effect.incarnation, survivors: [] });
  });
  mailbox.post({ type: 'start' });
  clock.advanceSync(400_000);
  assert.deepEqual(starts, [0, 1_000, 3_000, 7_000, 307_000]);
  mailbox.post({ type: 'stop' });
  assert.deepEqual(clock.pending, []);
});

test('an effect that throws does not stop the mail', () => {
  const { mailbox } = setUp(effect => {
    if (effect.type === 'admit') throw new Error('no paper');
  });
  assert.throws(() => mailbox.post({ type: 'start' }), /no paper/);
  mailbox.post({ type: 'stop' });
  assert.equal(nameOf(mailbox.model), 'stopping:rest');
});
