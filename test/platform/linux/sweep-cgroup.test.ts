import assert from 'node:assert/strict';
import { existsSync, mkdirSync } from 'node:fs';
import { test } from 'node:test';
import { pastCgroup, type SweepTools, sweepCgroup } from '../../../src/platform/linux/sweep-cgroup.ts';
import { ending, nextJson, nodeSpec } from '../../support/contained.ts';
import { startIn } from '../../support/start-in-cgroup.ts';
import { FakeCgroupfs } from './fake-cgroupfs.ts';
import { cgroupsFor, onCgroups } from './real-cgroup.ts';

const OWN = '/cg/own.scope';

function madeUp(pids: Readonly<Record<string, readonly number[]>>) {
  const files = new FakeCgroupfs('/cg', OWN, [], [10]);
  for (const [folder, members] of Object.entries(pids)) {
    files.makeFolder(folder);
    for (const pid of members) files.write(`${folder}/cgroup.procs`, String(pid));
  }
  const tools: SweepTools = {
    files,
    pid: 10,
    mountinfo: () => '41 31 0:38 / /cg rw,relatime - cgroup2 cgroup2 rw\n',
    wait: async () => undefined,
  };
  const past = (folder: string) => pastCgroup(folder, tools);
  return { files, past, sweep: (folder: string) => sweepCgroup(folder, tools) };
}

test('what a dead manager left is ended, removed and told', async () => {
  const dead = `${OWN}/holdfast-dead`;
  const { files, sweep } = madeUp({ [dead]: [], [`${dead}/holdfast-1`]: [20, 21], [`${dead}/holdfast-2`]: [22] });
  assert.deepEqual((await sweep(dead)).sort(), [20, 21, 22]);
  assert.equal(files.has(dead), false);
  assert.deepEqual(await sweep(dead), []);
});

test('it can be looked into before', () => {
  const { past } = madeUp({ [`${OWN}/holdfast-dead`]: [20] });
  assert.deepEqual(past(`${OWN}/holdfast-dead`)?.members(), [20]);
});

const refused: readonly (readonly [says: string, folder: string])[] = [
  ['of another name', `${OWN}/other`],
  ['that a living manager moves into', `${OWN}/holdfast-manager`],
  ['reached by a detour', `${OWN}/holdfast-a/../other/holdfast-b/..`],
  ['outside of the mount', '/elsewhere/holdfast-a'],
  ['that is not there', `${OWN}/holdfast-z`],
];
for (const [says, folder] of refused) {
  test(`a folder ${says} is left alone`, async () => {
    const { files, past, sweep } = madeUp({ [`${OWN}/other`]: [30], [`${OWN}/holdfast-manager`]: [31] });
    assert.equal(past(folder), null);
    assert.deepEqual(await sweep(folder), []);
    assert.deepEqual([...(files.nodes.get(`${OWN}/other`)?.pids ?? [])], [30]);
    assert.deepEqual([...(files.nodes.get(`${OWN}/holdfast-manager`)?.pids ?? [])], [31]);
  });
}

test('nobody sweeps the cgroup that he is in himself', async () => {
  const outer = `${OWN}/holdfast-outer`;
  const { files, sweep } = madeUp({ [outer]: [], [`${outer}/holdfast-1`]: [10, 20] });
  assert.deepEqual(await sweep(outer), []);
  assert.deepEqual([...(files.nodes.get(`${outer}/holdfast-1`)?.pids ?? [])], [10, 20]);
});

test('who does not go is not told as ended, and the folder stays', async () => {
  const dead = `${OWN}/holdfast-dead`;
  const { files, sweep } = madeUp({ [dead]: [2 ** 30] });
  files.refusals.set(`${dead}/cgroup.kill`, 'EACCES');
  assert.deepEqual(await sweep(dead), []);
  assert.equal(files.has(dead), true);
});

test('a real one is swept with everybody in it', onCgroups, async t => {
  const cgroups = cgroupsFor(t);
  const cgroup = await cgroups.make('a');
  assert.ok(cgroup && cgroups.folder);
  const child = ending(t, await startIn(cgroup.folder, nodeSpec('console.log(1); setInterval(() => {}, 60_000)')));
  await nextJson(child);
  mkdirSync(`${cgroup.folder}/inner`);
  assert.deepEqual(await sweepCgroup(cgroups.folder), [child.pid]);
  assert.equal((await child.exited).signal, 'SIGKILL');
  assert.equal(existsSync(cgroups.folder), false);
});
