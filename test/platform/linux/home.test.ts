import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CgroupFiles } from '../../../src/platform/linux/cgroup-files.ts';
import { divide, LEAF } from '../../../src/platform/linux/home.ts';
import { FakeCgroupfs, overriding } from './fake-cgroupfs.ts';

const OWN = '/cg/own.scope';
const PARENT = `${OWN}/holdfast-m`;
const MANAGER = 10;
const processes = [
  { pid: 1, ppid: 0 },
  { pid: MANAGER, ppid: 1 },
  { pid: 11, ppid: MANAGER },
  { pid: 12, ppid: 11 },
  { pid: 99, ppid: 1 },
];

function treeOf(pids: readonly number[], controllers: readonly string[] = ['memory', 'pids', 'cpu']) {
  const files = new FakeCgroupfs('/cg', OWN, controllers, pids);
  files.makeFolder(PARENT);
  const pidsIn = (folder: string) => [...(files.nodes.get(folder)?.pids ?? [])];
  const enabledIn = (folder: string) => [...(files.nodes.get(folder)?.enabled ?? [])];
  const divideIt = (over: CgroupFiles = files) =>
    divide(OWN, PARENT, { files: over, pid: MANAGER, listProcesses: async () => processes });
  return { files, pidsIn, enabledIn, divideIt };
}

test('a manager alone in its scope moves into a leaf with its descendants, and hands all controllers on', async () => {
  const { pidsIn, enabledIn, divideIt } = treeOf([MANAGER, 11, 12]);
  const { give, why } = await divideIt();
  assert.deepEqual([give, why], [['memory', 'pids', 'cpu'], null]);
  assert.deepEqual(pidsIn(OWN), []);
  assert.deepEqual(pidsIn(`${OWN}/${LEAF}`), [MANAGER, 11, 12]);
  assert.deepEqual(enabledIn(PARENT), ['memory', 'pids', 'cpu']);
});

test('undone, all is as it was, and undoing twice is harmless', async () => {
  const { files, pidsIn, enabledIn, divideIt } = treeOf([MANAGER, 11]);
  const division = await divideIt();
  files.removeFolder(PARENT);
  division.undo();
  division.undo();
  assert.deepEqual(pidsIn(OWN), [MANAGER, 11]);
  assert.deepEqual(enabledIn(OWN), []);
  assert.equal(files.has(`${OWN}/${LEAF}`), false);
});

test('while another has servers there it is left as it is', async () => {
  const { pidsIn, divideIt } = treeOf([MANAGER]);
  const division = await divideIt();
  division.undo();
  assert.deepEqual(pidsIn(`${OWN}/${LEAF}`), [MANAGER]);
});

test('a manager beside others moves nobody and changes nothing', async () => {
  const { files, pidsIn, enabledIn, divideIt } = treeOf([MANAGER, 99]);
  const { give, why } = await divideIt();
  assert.deepEqual(give, []);
  assert.match(why ?? '', /process 99/);
  assert.deepEqual(pidsIn(OWN), [MANAGER, 99]);
  assert.deepEqual(enabledIn(OWN), []);
  assert.equal(files.has(`${OWN}/${LEAF}`), false);
});

test('a child that ends while we look is no stranger, and one that is born while others move goes too', async () => {
  const { files, pidsIn, divideIt } = treeOf([MANAGER, 13]);
  let born = false;
  const write = (path: string, text: string) => {
    files.write(path, text);
    if (text === '13' && !born) {
      born = true;
      files.write(`${OWN}/cgroup.procs`, '14');
    }
  };
  const { give } = await divideIt(overriding(files, { write }));
  assert.equal(give.length, 3);
  assert.deepEqual(pidsIn(`${OWN}/${LEAF}`), [MANAGER, 13, 14]);
});

test('one controller that cannot be handed on leaves the others', async () => {
  const { files, divideIt } = treeOf([MANAGER]);
  const write = (path: string, text: string) => {
    if (text === '+cpu') throw Object.assign(new Error('EINVAL'), { code: 'EINVAL' });
    files.write(path, text);
  };
  const { give, why } = await divideIt(overriding(files, { write }));
  assert.deepEqual(give, ['memory', 'pids']);
  assert.match(why ?? '', /cannot hand on cpu \(EINVAL\)/);
});

test('where nothing can be handed on after all the manager goes back', async () => {
  const { files, pidsIn, divideIt } = treeOf([MANAGER]);
  files.refusals.set(`${OWN}/cgroup.subtree_control`, 'EACCES');
  const read = (path: string) => (path.endsWith('subtree_control') ? '\n' : files.read(path));
  const { give, why } = await divideIt(overriding(files, { read }));
  assert.deepEqual(give, []);
  assert.match(why ?? '', /EACCES/);
  assert.deepEqual(pidsIn(OWN), [MANAGER]);
  assert.equal(files.has(`${OWN}/${LEAF}`), false);
});

test('where it may not even move, that is the reason', async () => {
  const { files, pidsIn, divideIt } = treeOf([MANAGER]);
  files.refusals.set(`${OWN}/${LEAF}/cgroup.procs`, 'EACCES');
  const { give, why } = await divideIt();
  assert.deepEqual(give, []);
  assert.match(why ?? '', /cannot be divided \(EACCES\)/);
  assert.deepEqual(pidsIn(OWN), [MANAGER]);
});

test('what was divided before is used as it is', async () => {
  const { files, enabledIn, divideIt } = treeOf([]);
  for (const name of ['memory', 'pids']) files.write(`${OWN}/cgroup.subtree_control`, `+${name}`);
  const division = await divideIt(
    overriding(files, { read: path => (path === `${OWN}/cgroup.controllers` ? 'memory pids\n' : files.read(path)) }),
  );
  assert.deepEqual(division.give, ['memory', 'pids']);
  assert.deepEqual(enabledIn(PARENT), ['memory', 'pids']);
  division.undo();
  assert.deepEqual(enabledIn(OWN), ['memory', 'pids']);
});
