import assert from 'node:assert/strict';
import { test } from 'node:test';
import { overrunOf } from '../../src/supervisor/overrun.ts';

const limits = { memoryMb: 60 };
const silent = (text: string) => assert.fail(text);

test('a process that the system ended for a limit has the error of that limit', async () => {
  const fault = await overrunOf({ overrun: async () => 'memory' }, limits, silent);
  assert.deepEqual(
    [fault?.code, fault?.category, fault?.details],
    ['RESOURCE_LIMIT_MEMORY', 'resource', { limit: 60 }],
  );
});

test('one that ended for another reason has its own', async () => {
  assert.equal(await overrunOf({ overrun: async () => null }, limits, silent), null);
});

test('what the system cannot tell is said, and costs nothing', async () => {
  const told: string[] = [];
  const group = { overrun: () => Promise.reject(new Error('EMFILE')) };
  assert.equal(await overrunOf(group, limits, text => told.push(text)), null);
  assert.deepEqual(told, ['whether a limit has ended it could not be seen: Error: EMFILE']);
});
