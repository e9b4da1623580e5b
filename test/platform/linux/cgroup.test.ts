import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Cgroup, parsePids } from '../../../src/platform/linux/cgroup.ts';
import { FakeCgroupfs, overriding } from './fake-cgroupfs.ts';

const ROOT = '/cg';
const OWN = '/cg/own';

const filesWith = (texts: Readonly<Record<string, string>>): FakeCgroupfs => {
  const files = new FakeCgroupfs(ROOT, OWN, ['memory'], []);
  for (const [name, text] of Object.entries(texts)) files.nodes.get(OWN)?.files.set(name, text);
  return files;
};

test('what a server divides off inside of its cgroup is a member, a process outside of our pid namespace is not', () => {
  const files = new FakeCgroupfs(ROOT, OWN, [], [10, 0]);
  files.makeFolder(`${OWN}/inner`);
  files.write(`${OWN}/inner/cgroup.procs`, '11');
  const cgroup = new Cgroup(files, OWN);
  assert.deepEqual(cgroup.members(), [10, 11]);
  assert.equal(cgroup.kill(), true);
  assert.deepEqual(cgroup.members(), []);
});

test('a cgroup that has gone is empty, and whoever kills it is told that the kernel did not take it', () => {
  const cgroup = new Cgroup(new FakeCgroupfs(ROOT, ROOT, [], []), OWN);
  assert.deepEqual(cgroup.members(), []);
  assert.equal(cgroup.isPopulated(), false);
  assert.equal(cgroup.kill(), false);
  assert.equal(cgroup.cpuMs(), null);
  cgroup[Symbol.dispose]();
});

test('a member that is seen in neither of two folders is looked for again', () => {
  const files = new FakeCgroupfs(ROOT, OWN, [], [10]);
  let looks = 0;
  const cgroup = new Cgroup(
    overriding(files, { read: path => (path.endsWith('procs') && ++looks === 1 ? '' : files.read(path)) }),
    OWN,
  );
  assert.deepEqual(cgroup.members(), [10]);
});

test('memory is what counts against a limit, less the file pages that go first', () => {
  const told = { 'memory.current': '5000000\n', 'memory.stat': 'anon 1\ninactive_file 1000000\nactive_file 7\n' };
  assert.equal(new Cgroup(filesWith(told), OWN).memoryBytes(), 4_000_000);
  assert.equal(new Cgroup(filesWith({}), OWN).memoryBytes(), null);
});

test('processor time is read in microseconds', () => {
  const told = { 'cpu.stat': 'usage_usec 1234567\nuser_usec 9\nsystem_usec 1\n' };
  assert.equal(new Cgroup(filesWith(told), OWN).cpuMs(), 1_235);
});

test('a kill for want of memory is laid to the limit only where the limit was reached', () => {
  const events = (oom: number, kills: number) =>
    `low 0\nhigh 0\nmax 9\noom ${oom}\noom_kill ${kills}\noom_group_kill 0\n`;
  const hit = (told: Readonly<Record<string, string>>) => new Cgroup(filesWith(told), OWN).hitMemoryLimit();
  assert.equal(hit({ 'memory.events': events(1, 2), 'memory.events.local': events(1, 2) }), true);
  // The machine had none left, or a cgroup that the server made for itself.
  assert.equal(hit({ 'memory.events': events(0, 1), 'memory.events.local': events(0, 1) }), false);
  assert.equal(hit({ 'memory.events': events(1, 1), 'memory.events.local': events(0, 0) }), false);
  // Reached, and nobody had to go; an older kernel without the local file; no controller.
  assert.equal(hit({ 'memory.events': events(1, 0), 'memory.events.local': events(1, 0) }), false);
  assert.equal(hit({ 'memory.events': events(1, 1) }), true);
  assert.equal(hit({}), false);
});

test('a list of pids is read, an empty one too', () => {
  assert.deepEqual(parsePids('1\n22\n0\n'), [1, 22, 0]);
  assert.deepEqual(parsePids(''), []);
});
