import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Driver, policyWith } from './driver.ts';

test('a server comes up step by step, and is asked for one thing at a time', () => {
  const driver = new Driver();
  const told: string[] = [];
  for (const word of ['start', 'admitted', 'resolved', 'spawned', 'initialized', 'paged', 'listed'] as const) {
    driver.play(word);
    told.push(`${driver.state} ${driver.effectTypes.join(' ')}`.trim());
  }
  assert.deepEqual(told, [
    'starting:admission admit',
    'starting:spawn launch',
    'starting:spawn',
    'starting:initialize initialize',
    'starting:tools list',
    'starting:tools',
    'ready open',
  ]);
});

test('a stop outranks a restart under way', () => {
  const driver = new Driver().play('start').comeUp().play('crash', 'stop');
  assert.deepEqual(driver.effects, [{ type: 'close', incarnation: 1, fault: null, isFinal: true }]);
  assert.equal(driver.play('cleaned').state, 'stopped');
  assert.equal(new Driver().play('start').comeUp().play('restart', 'stop', 'cleaned').state, 'stopped');
  assert.equal(new Driver().play('start').comeUp().play('crash', 'cleaned', 'stop').state, 'stopped');
});

test('a start during a stop launches once, after cleaning', () => {
  const driver = new Driver().play('start').comeUp().play('stop', 'start');
  assert.deepEqual(driver.effects, [], 'not beside the old life');
  driver.play('start', 'restart', 'start');
  assert.deepEqual(driver.effects, []);
  driver.play('cleaned');
  assert.deepEqual(driver.effects, [{ type: 'admit', incarnation: 2 }]);
  assert.deepEqual(driver.play('cleaned').effects, []);
  assert.equal(driver.comeUp().state, 'ready');
});

test('the last wish counts: stop, start, stop', () => {
  assert.equal(new Driver().play('start').comeUp().play('stop', 'start', 'stop', 'cleaned').state, 'stopped');
});

test('a person who starts does not wait out a backoff', () => {
  const driver = new Driver().play('start').comeUp().play('crash', 'start', 'cleaned');
  assert.equal(driver.state, 'starting:admission');
  assert.equal(driver.model.failures, 0);
});

test('a second stop is impatient, and a third is no worse', () => {
  const driver = new Driver().play('start').comeUp().play('stop');
  assert.deepEqual(driver.play('stop').effects, [{ type: 'hasten', incarnation: 1 }]);
  assert.deepEqual(driver.play('stop').effects, [{ type: 'hasten', incarnation: 1 }]);
});

test('a wished end is gentle, a fault is not, and only a final one gives up the calls', () => {
  const ends = (['stop', 'restart', 'crash'] as const).map(word => {
    const { effects } = new Driver().play('start').comeUp().play(word);
    return effects.map(effect => [
      effect.type,
      'isFinal' in effect ? effect.isFinal : 'isGentle' in effect && effect.isGentle,
    ]);
  });
  assert.deepEqual(ends, [
    [
      ['close', true],
      ['clean', true],
    ],
    [
      ['close', false],
      ['clean', true],
    ],
    [
      ['close', false],
      ['clean', false],
    ],
  ]);
});

test('the first reason stands: a process that we end also exits', () => {
  const driver = new Driver().play('start', 'admitted', 'resolved', 'spawned', 'due');
  assert.equal(driver.code, 'CONNECTION_HANDSHAKE_TIMEOUT');
  assert.equal(driver.play('crash').code, 'CONNECTION_HANDSHAKE_TIMEOUT');
  assert.equal(driver.play('cleaned').code, 'CONNECTION_HANDSHAKE_TIMEOUT');
  assert.equal(driver.model.failures, 1, 'one end, not two');
});

test('survivors: failed, with their pids, and a later try first cleans', () => {
  const driver = new Driver().play('start').comeUp().play('crash', 'survived');
  assert.equal(driver.code, 'PROCESS_SURVIVED');
  assert.deepEqual(driver.model.survivors, [4711]);
  assert.equal(driver.dueIn, 300_000);
  for (const word of ['start', 'restart', 'due'] as const) {
    const later = new Driver().play('start').comeUp().play('crash', 'survived', word);
    assert.deepEqual(later.effects, [{ type: 'clean', incarnation: 1, isGentle: false, survivors: [4711] }], word);
    assert.equal(later.play('survived').code, 'PROCESS_SURVIVED', 'still no copy beside them');
    assert.deepEqual(later.play('due', 'cleaned').effects, [{ type: 'admit', incarnation: 2 }]);
    assert.deepEqual(later.model.survivors, []);
  }
  driver.wait(10_000);
  assert.deepEqual(driver.play('demand').effectTypes, ['clean']);
});

test('survivors of a stop rest in failed without a timer, and another stop tries again', () => {
  const driver = new Driver().play('start').comeUp().play('stop', 'survived');
  assert.equal(driver.state, 'failed');
  assert.equal(driver.dueIn, null);
  assert.deepEqual(driver.play('stop').effectTypes, ['clean']);
  assert.equal(driver.play('cleaned').state, 'stopped');
});

test('a server on demand rests until a call, and its failure waits for the next one', () => {
  const driver = new Driver('onDemand');
  assert.equal(driver.play('demand').comeUp().state, 'ready');
  driver.play('crash', 'cleaned');
  assert.equal(driver.state, 'backoff', 'it is retried like any other');
  driver.play('due', 'admitted', 'permanent', 'cleaned');
  assert.equal(driver.state, 'failed');
  assert.equal(driver.dueIn, null, 'nobody wants it now');
  assert.equal(driver.play('demand').state, 'failed');
  assert.equal(driver.wait(10_000).play('demand').state, 'starting:admission');
  assert.equal(driver.model.desired, 'onDemand');
});

test('nobody starts what a person has stopped', () => {
  const driver = new Driver().play('start').comeUp().play('stop', 'cleaned').wait(1e9);
  assert.deepEqual(driver.play('demand').effects, []);
  assert.equal(driver.dueIn, null);
});

test('one that nobody needs rests until a call, which begins a life as if nothing had been', () => {
  const driver = new Driver().play('start').comeUp().play('idle');
  assert.deepEqual([driver.state, driver.model.desired], ['stopping:rest', 'onDemand']);
  assert.deepEqual(driver.effects[0], { type: 'close', incarnation: 1, fault: null, isFinal: false });
  driver.play('cleaned');
  assert.deepEqual([driver.state, driver.dueIn], ['stopped', null]);
  assert.equal(driver.play('demand').comeUp().state, 'ready');
  assert.equal(driver.model.failures, 0);
});

test('rest gives the retries back to one that has shown life, however short it was ready', () => {
  const driver = new Driver().play('start').comeUp().play('crash', 'cleaned', 'due').comeUp();
  assert.equal(driver.play('idle', 'cleaned').model.failures, 1, 'a mere start is not enough');
  driver.play('demand').comeUp().play('proven', 'idle');
  assert.deepEqual([driver.model.failures, driver.model.exits.length], [0, 1]);
});

test('a call that comes while it goes to rest is answered by its next life; a stop outranks that', () => {
  const going = () => new Driver().play('start').comeUp().play('idle', 'demand');
  assert.equal(going().play('cleaned').comeUp().state, 'ready');
  const stopped = going().play('stop');
  assert.deepEqual(stopped.effects, [{ type: 'close', incarnation: 1, fault: null, isFinal: true }]);
  assert.deepEqual([stopped.play('cleaned').state, stopped.model.desired], ['stopped', 'down']);
});

test('one that is old begins afresh, and keeps the count of its failures', () => {
  const driver = new Driver('down', policyWith({ retries: 5 })).play('start').comeUp();
  driver.play('crash', 'cleaned', 'due').comeUp().play('aged');
  assert.deepEqual(driver.effects[0], { type: 'close', incarnation: 2, fault: null, isFinal: false });
  assert.equal(driver.play('cleaned').state, 'starting:admission', 'without a wait');
  assert.deepEqual([driver.model.failures, driver.model.exits.length, driver.model.desired], [1, 1, 'up']);
});
