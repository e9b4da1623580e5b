import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { type TestContext, test } from 'node:test';
import type { Child, StartSpec } from '../../../src/platform/child.ts';
import type { Cgroup } from '../../../src/platform/linux/cgroup.ts';
import { CgroupGroup } from '../../../src/platform/linux/cgroup-group.ts';
import { ending, nextJson, nodeSpec } from '../../support/contained.ts';
import { eventually } from '../../support/eventually.ts';
import { isAlive } from '../../support/processes.ts';
import { startIn } from '../../support/start-in-cgroup.ts';
import { cgroupsFor, onCgroups, ownCgroup } from './real-cgroup.ts';

interface Held {
  readonly cgroup: Cgroup;
  readonly child: Child;
  readonly group: CgroupGroup;
}

const shell = (script: string): StartSpec => ({ ...nodeSpec(''), file: '/bin/sh', args: ['-c', script] });
const IDLE = shell('echo 1; exec sleep 60');

async function start(t: TestContext, spec: StartSpec): Promise<Held> {
  const cgroup = await cgroupsFor(t).make('a');
  assert.ok(cgroup);
  const started = await startIn(cgroup.folder, spec);
  const group = new CgroupGroup(cgroup, started.group);
  return { cgroup, group, child: ending(t, { ...started, group }) };
}

const isGone = (pids: readonly number[]) => async () =>
  !(await Promise.all(pids.map(pid => isAlive(pid)))).includes(true);

/** Starts a process that forks twice, in a session of its own, with an empty environment; prints the pids of both. */
const ESCAPES = `
  const { spawn } = require('child_process');
  const sh = spawn('/bin/sh', ['-c', 'env -i /bin/sh -c "trap : TERM; echo \\\\$\\\\$; while :; do sleep 1; done" & exit 0'], {
    detached: true, stdio: ['ignore', 'pipe', 'ignore'] });
  sh.stdout.once('data', text => console.log(JSON.stringify([process.pid, Number(text)])));
  setInterval(() => {}, 60_000)`;

test(
  'a double fork into another session, with an empty environment, cannot leave: it is seen, and killed',
  onCgroups,
  async t => {
    const { cgroup, group, child } = await start(t, nodeSpec(ESCAPES));
    const [leader, escaped] = (await nextJson(child)) as [number, number];
    assert.equal(leader, child.pid);
    const sessionOf = (pid: number) => readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ')[3];
    assert.notEqual(sessionOf(escaped), sessionOf(leader));
    assert.ok((await group.members()).includes(escaped));
    await group.kill();
    await eventually(isGone([leader, escaped]), { what: 'both to be gone' });
    await eventually(async () => (await group.members()).length === 0, { what: 'the cgroup to be empty' });
    group[Symbol.dispose]();
    group[Symbol.dispose]();
    assert.equal(existsSync(cgroup.folder), false);
  },
);

/** Starts one process with our environment and a stopped one without, both in sessions of their own; says how often each was asked to end. */
const COUNTS = `
  const { spawn } = require('child_process');
  const script = "let asked = 0; process.on('SIGTERM', () => asked++); console.log('up'); "
    + "setInterval(() => { if (asked) { console.log('asked ' + asked); process.exit() } }, 200)";
  const start = env => new Promise(up => {
    const own = spawn(process.execPath, ['-e', script], { env, detached: true, stdio: ['ignore', 'pipe', 'inherit'] });
    own.stdout.once('data', () => up(own));
  });
  (async () => {
    process.on('SIGTERM', () => {});
    const both = await Promise.all([start(process.env), start({})]);
    const words = both.map(own => new Promise(done => own.stdout.once('data', text => done(String(text).trim()))));
    both[1].kill('SIGSTOP');
    console.log(both[1].pid);
    console.log(JSON.stringify(await Promise.all(words)));
  })();`;

test('every member is asked to end once, wherever its session is, and a stopped one goes on', onCgroups, async t => {
  const { group, child } = await start(t, nodeSpec(COUNTS));
  const stopped = Number(await nextJson(child));
  await eventually(() => readFileSync(`/proc/${stopped}/stat`, 'utf8').includes(') T '), { what: 'one to be stopped' });
  const words = nextJson(child);
  await group.terminate();
  assert.deepEqual(await words, ['asked 1', 'asked 1']);
});

test('a stopped member is killed', onCgroups, async t => {
  const { group, child } = await start(t, IDLE);
  await nextJson(child);
  process.kill(child.pid, 'SIGSTOP');
  group.signalNow('kill');
  assert.equal((await child.exited).signal, 'SIGKILL');
});

test('a zombie is no member', onCgroups, async t => {
  const { group, child } = await start(t, shell('sleep 60 & echo $!; exec sleep 60'));
  const zombie = Number(await nextJson(child));
  // Once the shell has become another program it collects nobody.
  await eventually(() => readFileSync(`/proc/${child.pid}/cmdline`, 'utf8').startsWith('sleep'), { what: 'its exec' });
  process.kill(zombie, 'SIGKILL');
  await eventually(() => readFileSync(`/proc/${zombie}/stat`, 'utf8').includes(') Z '), { what: 'a zombie' });
  assert.deepEqual(await group.members(), [child.pid]);
});

test('who divides off a cgroup inside is still a member, and what is left of it is removed', onCgroups, async t => {
  const { cgroup, group, child } = await start(t, IDLE);
  await nextJson(child);
  const inner = `${cgroup.folder}/inner`;
  mkdirSync(inner);
  writeFileSync(`${inner}/cgroup.procs`, String(child.pid));
  assert.deepEqual(await group.members(), [child.pid]);
  await group.kill();
  await child.exited;
  await eventually(async () => (await group.members()).length === 0, { what: 'the cgroup to be empty' });
  group[Symbol.dispose]();
  assert.equal(existsSync(cgroup.folder), false);
});

test('who has moved out of the cgroup is found by session and cookie, and counted', onCgroups, async t => {
  const { cgroup, group, child } = await start(t, IDLE);
  await nextJson(child);
  writeFileSync(`${ownCgroup}/cgroup.procs`, String(child.pid));
  assert.deepEqual(cgroup.members(), []);
  assert.deepEqual(await group.members(), [child.pid]);
  assert.equal((await group.usage())?.processes, 1);
  await group.kill();
  assert.equal((await child.exited).signal, 'SIGKILL');
});

test('processor time of those that have ended still counts', onCgroups, async t => {
  const { group, child } = await start(
    t,
    nodeSpec(`require('child_process').spawnSync(process.execPath, ['-e', 'const end = Date.now() + 200; while (Date.now() < end);']);
     console.log(JSON.stringify(process.cpuUsage())); setInterval(() => {}, 60_000)`),
  );
  const { user, system } = (await nextJson(child)) as { user: number; system: number };
  const usage = await group.usage();
  assert.equal(usage?.processes, 1);
  assert.ok(
    Number(usage?.cpuMs) > (user + system) / 1_000 + 20,
    `${usage?.cpuMs} ms, own ${(user + system) / 1_000} ms`,
  );
  assert.ok(Number(usage?.rssBytes) > 1_000_000);
});

test('its members are held from birth, and without limits nothing ends them', onCgroups, async t => {
  const { group, child } = await start(t, IDLE);
  await nextJson(child);
  assert.deepEqual([group.kind, group.level, group.why, group.holds], ['cgroup', 'atomic', null, []]);
  assert.equal(await group.overrun(), null);
});
