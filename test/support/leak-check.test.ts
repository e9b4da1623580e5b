import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { eventually } from './eventually.ts';
import { assertNothingLeft, isAlive, processesWith, withNothingLeft } from './leak-check.ts';

const sleep = (env: Record<string, string>) =>
  spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { env: { ...process.env, ...env }, stdio: 'ignore' });

test('a process is found by its mark, and not once it is dead', async t => {
  const sandbox = await withNothingLeft(t);
  const child = sleep(sandbox.env);
  sandbox.later(() => child.kill('SIGKILL'));
  const found = await processesWith(sandbox.mark);
  if (found)
    assert.deepEqual(
      found.map(({ pid }) => pid),
      [child.pid],
    );
  child.kill('SIGKILL');
  await once(child, 'exit');
  assert.deepEqual((await processesWith(sandbox.mark)) ?? [], []);
  assert.equal(await isAlive(child.pid ?? 0), false);
});

test('a process that stays fails the check, by name', async t => {
  const sandbox = await withNothingLeft(t);
  const child = sleep(sandbox.env);
  sandbox.later(() => child.kill('SIGKILL'));
  await assert.rejects(assertNothingLeft({ pids: [child.pid ?? 0], timeoutMs: 0 }), new RegExp(`${child.pid}`));
});

test('the folder is there during the test, and cleanups run last first', async t => {
  const order: string[] = [];
  let folder = '';
  await t.test('inner', async inner => {
    const sandbox = await withNothingLeft(inner);
    folder = sandbox.folder;
    writeFileSync(join(folder, 'file'), 'text');
    sandbox.later(() => order.push('first given'));
    sandbox.later(() => order.push('last given'));
  });
  assert.deepEqual(order, ['last given', 'first given']);
  assert.equal(existsSync(folder), false);
});

test('eventually says what it waited for, and why it failed', async () => {
  assert.equal(await eventually(() => 7, { what: 'seven' }), 7);
  const failing = eventually(() => Promise.reject(new Error('not yet')), { what: 'a miracle', timeoutMs: 0 });
  await assert.rejects(failing, { message: 'waited 0 ms in vain for a miracle', cause: new Error('not yet') });
});
