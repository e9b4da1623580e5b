import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { os } from '../../../src/platform/platform.ts';
import { hostPid } from '../../../src/process/container/host-pid.ts';

test('a number is that of a process here only if its cgroup names the container', async () => {
  const name = os === 'linux' ? (readFileSync('/proc/self/cgroup', 'utf8').split('\n', 1)[0] as string) : '';
  assert.equal(await hostPid(process.pid, name), os === 'linux' ? process.pid : null);
  assert.equal(await hostPid(process.pid, '3f4e'.repeat(16)), null);
  assert.equal(await hostPid(2 ** 30, 'x'), null);
});
