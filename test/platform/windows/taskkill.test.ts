import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { TaskkillGroup } from '../../../src/platform/windows/taskkill.ts';

// Elsewhere there is no taskkill, which is how a Windows without it behaves, too.

test('the leader is a member until its exit is noticed, and a kill ends it', async t => {
  const child = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60_000)'], { stdio: 'ignore' });
  t.after(() => child.kill('SIGKILL'));
  const exited = once(child, 'exit');
  const pid = Number(child.pid);
  const group = new TaskkillGroup(pid, () => child.exitCode !== null || child.signalCode !== null, 'of a test');
  assert.deepEqual(await group.members(), [pid]);
  await group.kill();
  await exited;
  assert.deepEqual(await group.members(), []);
});

test('after its exit nothing is ended by its number, which may be another process by now', async () => {
  // Our own pid stands for the stranger who was given the number.
  const group = new TaskkillGroup(process.pid, () => true, 'of a test');
  assert.deepEqual(await group.members(), []);
  await group.kill();
});
