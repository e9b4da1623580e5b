import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Driver } from './driver.ts';

const at = {
  admission: () => new Driver().play('start'),
  spawn: () => new Driver().play('start', 'admitted'),
  initialize: () => new Driver().play('start', 'admitted', 'resolved', 'spawned'),
  download: () => new Driver().play('start', 'admitted', 'downloads', 'spawned'),
  tools: () => new Driver().play('start', 'admitted', 'resolved', 'spawned', 'initialized'),
};

test('a start has 5 s to spawn, 30 s to initialize, 180 s where it may download, 10 s for a page of tools', () => {
  assert.deepEqual(
    Object.entries(at).map(([step, make]) => [step, make().dueIn]),
    [
      ['admission', null],
      ['spawn', 5_000],
      ['initialize', 30_000],
      ['download', 180_000],
      ['tools', 10_000],
    ],
  );
});

test('each further page has its own 10 s', () => {
  const driver = at.tools().wait(9_999);
  assert.equal(driver.dueIn, 1);
  assert.equal(driver.play('paged').dueIn, 10_000);
});

test('a step that misses its time is a failure of its own kind, never "ready anyway"', () => {
  const codes = [at.spawn(), at.initialize(), at.download(), at.tools()].map(driver => [
    driver.play('due').state,
    driver.code,
  ]);
  assert.deepEqual(codes, [
    ['stopping:recover', 'PROCESS_SPAWN_TIMEOUT'],
    ['stopping:recover', 'CONNECTION_HANDSHAKE_TIMEOUT'],
    ['stopping:recover', 'CONNECTION_HANDSHAKE_TIMEOUT'],
    ['stopping:recover', 'TOOL_LIST_TIMEOUT'],
  ]);
});

test('the error carries the time, the last words, and what stood on stdout instead of an answer', () => {
  const told = (firstNoise: string | null) => {
    const driver = at.download();
    driver.send(driver.timer({ stderrTail: ['loading'], firstNoise }));
    const { state } = driver.model;
    assert.ok(state.name === 'stopping' && state.fault !== null);
    assert.deepEqual(state.fault.stderrTail, ['loading']);
    assert.equal(state.fault.details.afterMs, 180_000);
    return [state.fault.code, state.fault.details.line];
  };
  assert.deepEqual(told(null), ['CONNECTION_HANDSHAKE_TIMEOUT', undefined]);
  assert.deepEqual(told('Welcome!'), ['CONNECTION_NOT_JSON', 'Welcome!']);
});

test('after a sleep a starting step has its whole time again, and the old timer is nobody’s', () => {
  for (const [step, make] of Object.entries(at)) {
    const whole = make().dueIn;
    const driver = make();
    const { due } = driver.model.state;
    driver.wait(4_000).play('resumed');
    assert.equal(driver.dueIn, whole, step);
    if (due === null) continue;
    const { model } = driver;
    assert.equal(driver.send({ type: 'timer', due }).model, model, step);
  }
});

test('a sleep means nothing to a state that does not start', () => {
  for (const driver of [
    new Driver(),
    at.tools().play('listed'),
    at.tools().play('crash', 'cleaned'),
    at.spawn().play('permanent', 'cleaned'),
  ]) {
    const { model } = driver;
    assert.equal(driver.wait(1_000).play('resumed').model, model);
  }
});
