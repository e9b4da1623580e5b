import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { test } from 'node:test';
import { Cgroups, type CgroupTools } from '../../../src/platform/linux/cgroups.ts';
import { ending, nextJson, nodeSpec } from '../../support/contained.ts';
import { eventually } from '../../support/eventually.ts';
import { startIn } from '../../support/start-in-cgroup.ts';
import { FakeCgroupfs } from './fake-cgroupfs.ts';
import { cgroupsFor, onCgroups, ownCgroup } from './real-cgroup.ts';

const OWN = '/cg/own.scope';

function madeUp(change: Partial<CgroupTools> = {}) {
  const files = new FakeCgroupfs('/cg', OWN, ['memory', 'pids', 'cpu'], [10]);
  let probes = 0;
  const tools: CgroupTools = {
    files,
    pid: 10,
    find: () => ({ folder: OWN }),
    listProcesses: async () => [{ pid: 10, ppid: 1 }],
    enter: async folder => {
      probes++;
      files.write(`${folder}/cgroup.procs`, '99');
      return { ended: Promise.resolve('SIGKILL'), end: () => undefined };
    },
    wait: async () => undefined,
    ...change,
  };
  return { files, cgroups: new Cgroups('m', tools), probes: () => probes };
}

test('one probe serves all starts, each of which has a cgroup of its own', async () => {
  const { cgroups, probes } = madeUp();
  const made = await Promise.all(['m.1', 'm.2', '../m/3'].map(name => cgroups.make(name)));
  const below = `${OWN}/holdfast-m`;
  assert.deepEqual(
    made.map(each => each?.folder),
    [`${below}/holdfast-m.1`, `${below}/holdfast-m.2`, `${below}/holdfast-.._m_3`],
  );
  assert.equal(probes(), 1);
  assert.equal(cgroups.folder, below);
  assert.equal(cgroups.why, null);
});

test('nobody is moved before a server has a limit, and all is as it was at the end', async () => {
  const { files, cgroups } = madeUp();
  const plain = await cgroups.make('a');
  assert.deepEqual(plain?.holds, []);
  assert.deepEqual([...(files.nodes.get(OWN)?.pids ?? [])], [10]);
  const limited = await cgroups.make('b', { memoryMb: 64, cpuPercent: 50 });
  assert.deepEqual([limited?.holds, limited?.why], [['memory', 'cpu'], null]);
  assert.deepEqual([...(files.nodes.get(`${OWN}/holdfast-manager`)?.pids ?? [])], [10]);
  cgroups[Symbol.dispose]();
  cgroups[Symbol.dispose]();
  assert.deepEqual([...files.nodes.keys()], ['/cg', OWN]);
  assert.deepEqual([...(files.nodes.get(OWN)?.pids ?? [])], [10]);
});

test('a manager that is in its leaf already makes them beside it', async () => {
  const { files, cgroups } = madeUp({ find: () => ({ folder: `${OWN}/holdfast-manager` }) });
  files.makeFolder(`${OWN}/holdfast-manager`);
  assert.equal((await cgroups.make('a'))?.folder, `${OWN}/holdfast-m/holdfast-a`);
});

test('where there are none the reason is told, with what to do where rights are missing', async () => {
  const none = madeUp({ find: () => ({ why: 'no cgroup2 file system is mounted' }) });
  assert.equal(await none.cgroups.make('a'), null);
  assert.equal(none.cgroups.why, 'no cgroup2 file system is mounted');
  const refused = madeUp();
  refused.files.refusals.set(`${OWN}/holdfast-m`, 'EACCES');
  assert.equal(await refused.cgroups.make('a'), null);
  assert.match(refused.cgroups.why ?? '', /cannot be made \(EACCES\); with systemd, "systemd-run/);
  const unreadable = madeUp({
    find: () => {
      throw Object.assign(new Error('EIO'), { code: 'EIO' });
    },
  });
  assert.equal(await unreadable.cgroups.make('a'), null);
  assert.match(unreadable.cgroups.why ?? '', /EIO/);
});

test('one that cannot be made does not spoil the next', async () => {
  const { files, cgroups } = madeUp();
  files.refusals.set(`${OWN}/holdfast-m/holdfast-a`, 'EAGAIN');
  assert.equal(await cgroups.make('a'), null);
  assert.match(cgroups.why ?? '', /EAGAIN/);
  assert.ok(await cgroups.make('b'));
  assert.equal(cgroups.why, null);
});

test('after the manager has ended none is made, also by a start that was under way', async () => {
  const { files, cgroups } = madeUp();
  const underWay = cgroups.make('a', { memoryMb: 64 });
  cgroups[Symbol.dispose]();
  assert.equal(await underWay, null);
  assert.equal(await cgroups.make('b'), null);
  assert.deepEqual([...files.nodes.keys()], ['/cg', OWN]);
});

test('the end of the manager while it moves undoes the move', async () => {
  const { files, cgroups } = madeUp();
  await cgroups.make('a');
  const underWay = cgroups.make('b', { memoryMb: 64 });
  cgroups[Symbol.dispose]();
  assert.equal(await underWay, null);
  assert.deepEqual([...files.nodes.keys()], ['/cg', OWN]);
  assert.deepEqual([...(files.nodes.get(OWN)?.pids ?? [])], [10]);
});

test('a folder with somebody in it stays until he has gone', async () => {
  const { files, cgroups } = madeUp();
  const made = await cgroups.make('a');
  files.write(`${made?.folder}/cgroup.procs`, '20');
  cgroups[Symbol.dispose]();
  assert.ok(made && files.has(made.folder));
  files.nodes.get(made.folder)?.pids.clear();
  cgroups[Symbol.dispose]();
  assert.deepEqual([...files.nodes.keys()], ['/cg', OWN]);
});

test('twenty at once are made, entered, killed and removed on this machine', onCgroups, async t => {
  const id = `test-${randomUUID()}`;
  const cgroups = cgroupsFor(t, id);
  const names = Array.from({ length: 20 }, (_, index) => `${index}`);
  const made = await Promise.all(names.map(name => cgroups.make(name)));
  const spec = { ...nodeSpec(''), file: '/bin/sh', args: ['-c', 'echo 1; sleep 60 & read -r _'] };
  const children = await Promise.all(
    made.map(async each => {
      const child = ending(t, await startIn(each?.folder ?? '', spec));
      await nextJson(child);
      return child;
    }),
  );
  for (const [index, child] of children.entries()) {
    const members = made[index]?.members() ?? [];
    assert.ok(members.includes(child.pid), `${child.pid} is not among ${members}`);
  }
  for (const each of made) assert.equal(each?.kill(), true);
  await Promise.all(children.map(child => child.exited));
  // The leaders have been collected; what they started goes in its own time.
  await eventually(() => made.every(each => each?.members().length === 0), { what: 'all to be empty' });
  for (const each of made) each?.[Symbol.dispose]();
  cgroups[Symbol.dispose]();
  assert.equal(existsSync(`${ownCgroup}/holdfast-${id}`), false);
  assert.equal(readdirSync(ownCgroup ?? '').includes('holdfast-manager'), false);
});
