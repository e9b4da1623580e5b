import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { isSameProcess, selfIdentity } from '../../src/platform/identity.ts';
import { os } from '../../src/platform/platform.ts';
import { nativeWindows } from '../../src/platform/windows/kernel32.ts';

const isTold = os !== 'windows' || nativeWindows() !== null;

test('a process finds itself', async () => {
  assert.equal(await isSameProcess(await selfIdentity()), true);
});

test('our pid with another start time is not us', {
  skip: !isTold && 'the start of a process is not told there',
}, async () => {
  assert.equal(await isSameProcess({ ...(await selfIdentity()), startedAt: '1' }), false);
});

test('what ran before the machine was booted does not run now', {
  skip: os !== 'linux' && 'only Linux has a boot id',
}, async () => {
  assert.equal(await isSameProcess({ ...(await selfIdentity()), bootId: 'another boot' }), false);
});

test('a process that has ended is not found', async () => {
  const child = spawn(process.execPath, ['-e', '0']);
  await once(child, 'exit');
  const { bootId } = await selfIdentity();
  assert.equal(await isSameProcess({ pid: child.pid ?? 0, startedAt: null, bootId }), false);
});

test('numbers that stand for groups of processes are no process', async () => {
  const { bootId } = await selfIdentity();
  for (const pid of [0, -1, Number.NaN]) assert.equal(await isSameProcess({ pid, startedAt: null, bootId }), false);
});
