import assert from 'node:assert/strict';
import { constants } from 'node:os';
import { test } from 'node:test';
import { NICE, setPriority } from '../../src/platform/priority.ts';

const refusing = (code: string) => () => {
  throw Object.assign(new Error('refused'), { info: { code, message: 'permission denied' } });
};

test('the numbers are those that people know from nice', () => {
  assert.deepEqual(NICE, { idle: 19, belowNormal: 10, aboveNormal: -7, high: -14 });
  assert.deepEqual(
    Object.values(constants.priority).filter(nice => nice !== constants.priority.PRIORITY_HIGHEST),
    [19, 10, 0, -7, -14],
  );
});

test('the process is set to the number of its priority', () => {
  const set: [number, number][] = [];
  assert.equal(
    setPriority(42, 'belowNormal', (pid: number, nice?: number) => void set.push([pid, Number(nice)])),
    null,
  );
  assert.deepEqual(set, [[42, 10]]);
});

test('a refusal is told, not thrown', () => {
  assert.equal(setPriority(42, 'high', refusing('EACCES')), 'permission denied');
  assert.equal(setPriority(42, 'high', refusing('EPERM')), 'permission denied');
});

test('a process that has gone already is no refusal', () => {
  assert.equal(setPriority(2 ** 30, 'idle'), null);
});

test('any other failure is a mistake of ours, and thrown', () => {
  assert.throws(() => setPriority(42, 'idle', refusing('EINVAL')), /refused/);
});
