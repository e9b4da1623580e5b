import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HoldfastError } from '../../src/errors/holdfast-error.ts';
import { Driver, policyWith } from './driver.ts';
import { crashAgainAndAgain, crashOnce, liveFor } from './recovery.ts';

test('the whole curve: 1, 2, 4 s, failed, and from then on one try every 300 s', t => {
  const curve = crashAgainAndAgain(new Driver('down', policyWith({ windowExits: 0 })).play('start'), 6);
  t.diagnostic(`the retry curve: ${curve.join(' → ')} ms`);
  assert.deepEqual(curve, [
    'backoff 1000',
    'backoff 2000',
    'backoff 4000',
    'failed 300000',
    'failed 300000',
    'failed 300000',
  ]);
});

test('with the exits counted, the curve is the same and its end has the same timer', () => {
  const driver = new Driver().play('start');
  assert.deepEqual(crashAgainAndAgain(driver, 5).slice(2), ['backoff 4000', 'failed 300000', 'failed 300000']);
});

test('of a remote server: 1, 2, 4 s, failed, and from then on one try every 30 s while it is out of reach', () => {
  const { restart, startup } = policyWith();
  const driver = new Driver('down', { restart: { ...restart, windowExits: 0 }, startup, reachMs: 30_000 }).play(
    'start',
  );
  const tryWith = (code: 'NETWORK_REFUSED' | 'NETWORK_AUTH') => {
    driver
      .play('admitted')
      .send({ type: 'down', incarnation: driver.model.incarnation, fault: new HoldfastError(code) });
    const told = `${driver.play('cleaned').state} ${driver.dueIn}`;
    driver.play('due');
    return told;
  };
  const away = Array.from({ length: 6 }, () => tryWith('NETWORK_REFUSED'));
  assert.deepEqual(away, [
    'backoff 1000',
    'backoff 2000',
    'backoff 4000',
    'failed 30000',
    'failed 30000',
    'failed 30000',
  ]);
  assert.equal(tryWith('NETWORK_AUTH'), 'failed 300000', 'it is there, and refuses us');
});

test('a half-open try that works out gives everything back', () => {
  const driver = new Driver().play('start');
  crashAgainAndAgain(driver, 4);
  driver.comeUp();
  liveFor(driver, 60_000);
  assert.equal(driver.model.failures, 0);
  driver.wait(600_000);
  assert.equal(crashOnce(driver), 'backoff 1000');
});

test('the budget comes back after 60 s ready and one sign of life, whichever is last', () => {
  const failedOnce = () => new Driver().play('start').comeUp().play('crash', 'cleaned', 'due').comeUp();
  assert.equal(failedOnce().model.failures, 1);
  assert.equal(failedOnce().play('proven').model.failures, 1, 'a sign of life alone');
  assert.equal(failedOnce().play('due').model.failures, 1, 'uptime alone');
  assert.equal(failedOnce().play('proven', 'due').model.failures, 0, 'life, then uptime');
  assert.equal(failedOnce().play('due', 'proven').model.failures, 0, 'uptime, then life');
  const early = failedOnce().wait(59_999).play('proven');
  assert.equal(early.model.failures, 1);
  assert.equal(early.dueIn, 1);
});

test('a spawn gives nothing back', () => {
  const driver = new Driver().play('start').comeUp().play('crash', 'cleaned', 'due', 'admitted', 'resolved', 'spawned');
  assert.equal(driver.model.failures, 1);
  assert.equal(driver.play('initialized', 'listed').model.failures, 1);
});

test('a slow crash loop: the sixth end in ten minutes fails, though each life gave the budget back', () => {
  const driver = new Driver().play('start');
  for (let end = 1; end <= 5; end++) {
    driver.comeUp();
    liveFor(driver, 90_000);
    assert.equal(crashOnce(driver), 'backoff 1000', `end ${end}`);
    driver.play('due');
  }
  driver.comeUp();
  liveFor(driver, 90_000);
  assert.equal(crashOnce(driver), 'failed 300000');
  assert.equal(driver.code, 'PROCESS_CRASH_LOOP');
  const { state } = driver.model;
  assert.match(state.name === 'failed' ? state.fault.message : '', /exited 6 times within 600000 ms.*exit code 1/);
});

test('ends that lie far enough apart are no loop', () => {
  const driver = new Driver().play('start');
  for (let end = 1; end <= 50; end++) {
    driver.comeUp();
    liveFor(driver, 121_000);
    assert.equal(crashOnce(driver), 'backoff 1000', `end ${end}`);
    driver.play('due');
  }
  assert.ok(driver.model.exits.length <= 5, 'the window forgets');
});

test('what a person has asked for is no end', () => {
  const driver = new Driver().play('start').comeUp();
  for (let i = 0; i < 20; i++) driver.play('restart', 'cleaned').comeUp();
  for (let i = 0; i < 20; i++) driver.play('stop', 'cleaned', 'start').comeUp();
  assert.equal(driver.state, 'ready');
  assert.deepEqual([driver.model.failures, driver.model.exits], [0, []]);
});

test('a permanent cause parks at once, with one timer of 300 s', () => {
  const driver = new Driver().play('start', 'admitted', 'permanent', 'cleaned');
  assert.equal(`${driver.state} ${driver.dueIn}`, 'failed 300000');
  assert.equal(driver.code, 'PROCESS_COMMAND_NOT_FOUND');
  driver.play('due', 'admitted', 'permanent', 'cleaned');
  assert.equal(`${driver.state} ${driver.dueIn}`, 'failed 300000', 'looked at again, and parked again');
});

test('a call is worth a try once 10 s have passed since the failure', () => {
  const driver = new Driver().play('start', 'admitted', 'permanent', 'cleaned');
  const { model } = driver;
  assert.equal(driver.wait(9_999).play('demand').model, model);
  assert.deepEqual(driver.wait(1).play('demand').effectTypes, ['admit']);
});

test('without a wait between them a thousand retries are spent one after the other, and uptime gives them back', () => {
  const policy = policyWith({ retries: 1_000, minMs: 0, windowExits: 0 });
  const driver = new Driver('down', policy, Math.random).play('start');
  assert.deepEqual(new Set(crashAgainAndAgain(driver, 1_000)), new Set(['backoff 0']));
  driver.comeUp();
  liveFor(driver, 60_000);
  driver.play('crash', 'cleaned', 'due');
  assert.deepEqual(new Set(crashAgainAndAgain(driver, 999)), new Set(['backoff 0']));
  assert.deepEqual(crashAgainAndAgain(driver, 1), ['failed 300000'], 'the 1,001st in a row is one too many');
});
