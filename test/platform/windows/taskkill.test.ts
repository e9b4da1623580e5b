import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { TaskkillGroup } from '../../../src/platform/windows/taskkill.ts';
import { eventually } from '../../support/eventually.ts';
import { isAlive } from '../../support/processes.ts';
import { onWindows } from './native.ts';

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

test('neither PATH nor the folder that we run in says which taskkill it is', onWindows, async t => {
  const STAY = 'setInterval(Date, 60_000)';
  const script = `const { spawn } = require('child_process');
    const child = spawn(process.execPath, ['-e', '${STAY}'], { stdio: 'ignore', detached: true });
    console.log(child.pid); ${STAY}`;
  const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'ignore'], windowsHide: true });
  t.after(() => child.kill());
  const [line] = await once(child.stdout, 'data');
  const { PATH } = process.env;
  t.after(() => {
    process.env.PATH = PATH;
  });
  process.env.PATH = '';
  const group = new TaskkillGroup(Number(child.pid), () => child.exitCode !== null, 'of a test');
  await group.kill();
  const grandchild = Number(String(line));
  await eventually(async () => !(await isAlive(grandchild)), { what: 'the grandchild to end' });
});
