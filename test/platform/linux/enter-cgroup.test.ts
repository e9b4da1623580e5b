import assert from 'node:assert/strict';
import { test } from 'node:test';
import { enterCgroup } from '../../../src/platform/linux/enter-cgroup.ts';
import { os } from '../../../src/platform/platform.ts';

test('where a cgroup cannot be entered the shell’s own words say why, and no process is left', {
  skip: os === 'windows' && 'it takes a POSIX shell',
}, async () => {
  const entered = await enterCgroup('/nowhere/at-all');
  assert.match('why' in entered ? entered.why : 'it entered', /\/nowhere\/at-all\/cgroup\.procs/);
});
