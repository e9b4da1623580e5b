import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { os } from '../../src/platform/platform.ts';
import { send } from '../../src/platform/signal.ts';

test('a signal is sent, and one to a process that has gone is none', {
  skip: os === 'windows' && 'processes are ended there in other ways',
}, async () => {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 60_000)'], { stdio: 'ignore' });
  await once(child, 'spawn');
  send(Number(child.pid), 'SIGKILL');
  const [, signal] = await once(child, 'exit');
  assert.equal(signal, 'SIGKILL');
  send(2 ** 30, 'SIGKILL');
});

test('a signal that cannot be meant is an error', () => {
  assert.throws(() => send(process.pid, 'SIGNONE' as NodeJS.Signals), { code: 'ERR_UNKNOWN_SIGNAL' });
});
