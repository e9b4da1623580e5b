import assert from 'node:assert/strict';
import { test } from 'node:test';
import { enterCgroup } from '../../../src/platform/linux/enter-cgroup.ts';
import { os } from '../../../src/platform/platform.ts';
import { callWithoutDescriptors } from '../../support/out-of-descriptors.ts';

test('where a cgroup cannot be entered the shell’s own words say why, and no process is left', {
  skip: os === 'windows' && 'it takes a POSIX shell',
}, async () => {
  const entered = await enterCgroup('/nowhere/at-all');
  assert.match('why' in entered ? entered.why : 'it entered', /\/nowhere\/at-all\/cgroup\.procs/);
});

test('without file descriptors that is the reason, not the end of us', {
  skip: os === 'windows' && 'it takes ulimit',
}, async () => {
  const module = new URL('../../../src/platform/linux/enter-cgroup.js', import.meta.url);
  assert.match(await callWithoutDescriptors(module, 'enterCgroup', '/nowhere'), /"why":.*EMFILE/);
});
