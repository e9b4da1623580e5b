import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { type TestContext, test } from 'node:test';
import { sweepIntoJob } from '../../../src/platform/windows/swept.ts';
import { eventually } from '../../support/eventually.ts';
import { isAlive } from '../../support/processes.ts';
import { native, onWindows } from './native.ts';

/** cmd → cmd → node: programs that make no jobs of their own. The last one writes the pids of all. */
const TREE = 'cmd.exe /d /c ""%NODE%" -e "console.log(process.ppid, process.pid); setInterval(Date, 60000)""';

/** A tree that has grown before anybody looked after it. */
async function grown(t: TestContext): Promise<{ pid: number; pids: number[]; exited: Promise<unknown> }> {
  const child = spawn('cmd.exe', ['/d', '/s', '/c', `"${TREE}"`], {
    stdio: ['ignore', 'pipe', 'inherit'],
    windowsHide: true,
    windowsVerbatimArguments: true,
    env: { ...process.env, NODE: process.execPath },
  });
  const exited = once(child, 'exit');
  t.after(() => child.kill());
  const [line] = await once(child.stdout, 'data');
  const pid = Number(child.pid);
  return { pid, pids: [pid, ...String(line).trim().split(' ').map(Number)], exited };
}

test('a tree that has grown already is swept into the job, and goes with it', onWindows, async t => {
  const { pid, pids, exited } = await grown(t);
  const group = sweepIntoJob(native(), pid, { priority: 'normal' }, 'for a test');
  assert.deepEqual([group.level, group.why], ['swept', 'for a test']);
  const members = await group.members();
  assert.deepEqual(
    pids.filter(member => !members.includes(member)),
    [],
  );
  await group.kill();
  await exited;
  await eventually(async () => (await group.members()).length === 0, { what: 'the job to be empty' });
  group[Symbol.dispose]();
  for (const member of pids) assert.equal(await isAlive(member), false);
});

test('a process that has made a job for its own children may refuse, and the level says so', onWindows, async () => {
  // cmd → node → node: the middle has made its job before anybody looks.
  const script = `const { spawn } = require('child_process'); const { execPath, pid } = process;
    const child = spawn(execPath, ['-e', 'setInterval(Date, 60000)'], { stdio: 'ignore' });
    child.once('spawn', function () { console.log(pid, child.pid); }); setInterval(Date, 60000)`;
  const root = spawn('cmd.exe', ['/d', '/s', '/c', '""%NODE%" -e "%SCRIPT%""'], {
    stdio: ['ignore', 'pipe', 'inherit'],
    windowsHide: true,
    windowsVerbatimArguments: true,
    env: { ...process.env, NODE: process.execPath, SCRIPT: script.replace(/\s+/g, ' ') },
  });
  const [line] = await once(root.stdout, 'data');
  const below = String(line).trim().split(' ').map(Number);
  const group = sweepIntoJob(native(), Number(root.pid), { priority: 'normal' }, 'for a test');
  const members = await group.members();
  await group.kill();
  const outside = below.filter(pid => !members.includes(pid));
  for (const pid of outside) process.kill(pid);
  assert.equal(group.level, outside.length === 0 ? 'swept' : 'partial');
  for (const pid of outside)
    assert.match(String(group.why), new RegExp(`process ${pid} could not be put into the job`));
  await eventually(async () => (await group.members()).length === 0, { what: 'the job to be empty' });
  group[Symbol.dispose]();
});

test('a process that has gone cannot be swept', onWindows, () => {
  assert.throws(() => sweepIntoJob(native(), 4_000_000_000, { priority: 'normal' }, 'for a test'), {
    name: 'Win32Error',
  });
});
