import assert from 'node:assert/strict';
import { constants } from 'node:os';
import { test } from 'node:test';
import { applyPriority, NICE, setOwnPriority } from '../../src/platform/priority.ts';

const refusing = (code: string) => () => {
  throw Object.assign(new Error('refused'), { info: { code, message: 'permission denied' } });
};

/** Remembers what is set, as `os.setPriority` would be called. */
function recorder() {
  const calls: [pid: number, nice: number][] = [];
  return { calls, set: (pid: number, nice?: number) => void calls.push([pid, Number(nice)]) };
}

test('the numbers are those that people know from nice', () => {
  assert.deepEqual(NICE, { idle: 19, belowNormal: 10, normal: 0, aboveNormal: -7, high: -14 });
  assert.deepEqual(
    Object.values(constants.priority).filter(nice => nice !== constants.priority.PRIORITY_HIGHEST),
    [19, 10, 0, -7, -14],
  );
});

test('the process is set to the number of its priority', () => {
  const { calls, set } = recorder();
  assert.equal(applyPriority(42, 'belowNormal', set), null);
  assert.deepEqual(calls, [[42, 10]]);
});

test('a refusal becomes a notice that names the priority and the reason', () => {
  const notice = 'its priority could not be set to "high": permission denied';
  assert.equal(applyPriority(42, 'high', refusing('EACCES')), notice);
  assert.equal(applyPriority(42, 'high', refusing('EPERM')), notice);
});

test('a process that has gone already is no refusal', () => {
  assert.equal(applyPriority(2 ** 30, 'idle'), null);
});

test('any other failure is a mistake of ours, and thrown', () => {
  assert.throws(() => applyPriority(42, 'idle', refusing('EINVAL')), /refused/);
});

test('normal is what we inherited: nothing is set until we have changed ourselves, and then what we had before', () => {
  const { calls, set } = recorder();
  assert.equal(applyPriority(42, 'normal', set), null);
  assert.equal(setOwnPriority('normal', set), null);
  assert.deepEqual(calls, []);

  const refused = setOwnPriority('high', refusing('EACCES'), () => 5);
  assert.equal(refused, 'our own priority could not be set to "high": permission denied');
  assert.equal(applyPriority(42, 'normal', set), null);
  assert.deepEqual(calls, [], 'a refused change is none');

  assert.equal(
    setOwnPriority('belowNormal', set, () => 5),
    null,
  );
  assert.equal(applyPriority(42, 'normal', set), null);
  assert.deepEqual(calls, [
    [process.pid, 10],
    [42, 5],
  ]);
});
