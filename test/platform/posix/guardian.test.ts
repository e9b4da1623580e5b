import assert from 'node:assert/strict';
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { promisify } from 'node:util';
import { startOf } from '../../../src/platform/identity.ts';
import { os } from '../../../src/platform/platform.ts';
import { Guardian } from '../../../src/platform/posix/guardian.ts';
import { findProcess, isZombie } from '../../../src/platform/process-table.ts';
import { eventually } from '../../support/eventually.ts';
import { callWithoutDescriptors } from '../../support/out-of-descriptors.ts';

const isPosix = os !== 'windows';
const STAY = 'console.log(process.pid); setInterval(() => {}, 60_000)';

/** A server in a group of its own; `pids` are those that it tells, one a line. */
async function server(t: TestContext, script: string, mark: string, lines = 1, look: 'proc' | 'ps' = 'proc') {
  const env = { PATH: process.env.PATH, HOLDFAST_COOKIE: `${mark}.1` };
  const child = spawn(process.execPath, ['-e', script], { detached: true, env, stdio: ['ignore', 'pipe', 'ignore'] });
  const pids = await numbers(child, lines);
  t.after(() => {
    for (const pid of pids) kill(pid);
  });
  const startedAt =
    look === 'proc' || os !== 'linux' ? await startOf(Number(child.pid)) : await startByPs(Number(child.pid));
  return { pids, ward: { pid: Number(child.pid), startedAt: startedAt ?? '', folder: null } };
}

/** As it is told where there is no /proc. */
async function startByPs(pid: number): Promise<string> {
  const env = { ...process.env, LC_ALL: 'C', TZ: 'UTC' };
  return (await promisify(execFile)('ps', ['-o', 'lstart=', '-p', `${pid}`], { env })).stdout.trim();
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    assert.equal((error as NodeJS.ErrnoException).code, 'ESRCH');
  }
}

function numbers(child: ChildProcess, count: number): Promise<number[]> {
  return new Promise(resolve => {
    let said = '';
    child.stdout?.on('data', chunk => {
      said += chunk;
      const found = said.split('\n').slice(0, -1).map(Number);
      if (found.length >= count) resolve(found);
    });
  });
}

async function isAlive(pid: number): Promise<boolean> {
  const entry = await findProcess(pid);
  return entry !== null && !isZombie(entry);
}

const gone = (pids: readonly number[]) =>
  eventually(async () => !(await Promise.all(pids.map(isAlive))).includes(true), { what: `the end of ${pids}` });

const looks = os === 'linux' ? (['proc', 'ps'] as const) : (['ps'] as const);
const shells = ['/bin/sh', '/bin/bash'].filter(path => isPosix && existsSync(path));

for (const shell of shells) {
  for (const look of looks) {
    describe(`a guardian by ${shell} and ${look}`, () => {
      test('ends a tree that is deaf to requests, stopped members too, when its pipe ends, and then itself', async t => {
        const mark = randomUUID();
        const guardian = await Guardian.start(mark, { shell, look });
        const deaf = `process.on('SIGTERM', () => {}); const { spawn } = require('child_process');
          const inner = spawn(process.execPath, ['-e', ${JSON.stringify(`process.on('SIGTERM', () => {}); ${STAY}`)}], { stdio: 'inherit' });
          console.log(process.pid); setInterval(() => {}, 60_000)`;
        const { pids, ward } = await server(t, deaf, mark, 2, look);
        await guardian.add(ward);
        process.kill(pids.at(-1) as number, 'SIGSTOP');
        guardian.end(false);
        await gone(pids);
        await gone([guardian.pid]);
      });

      test('leaves alone what it was told is gone, and a number that is somebody else’s now', async t => {
        const mark = randomUUID();
        const guardian = await Guardian.start(mark, { shell, look });
        const other = randomUUID();
        const over = await server(t, STAY, other, 1, look);
        const reused = await server(t, STAY, other, 1, look);
        const own = await server(t, STAY, mark, 1, look);
        await guardian.add(over.ward);
        await guardian.add({ ...reused.ward, startedAt: look === 'proc' ? '1' : 'Thu Jan  1 00:00:00 1970' });
        await guardian.add(own.ward);
        guardian.remove(over.ward.pid);
        guardian.end(false);
        await gone([guardian.pid]);
        await gone(own.pids);
        assert.equal(await isAlive(over.ward.pid), true);
        assert.equal(await isAlive(reused.ward.pid), true);
      });
    });
  }
}

const LEAVES = `const { spawn } = require('child_process');
  spawn(process.execPath, ['-e', ${JSON.stringify(STAY)}], { detached: true, stdio: 'inherit' }).unref();
  console.log(process.pid);`;

test('one that left group and session is found by the mark', { skip: os !== 'linux' && 'it takes /proc' }, async t => {
  const mark = randomUUID();
  const guardian = await Guardian.start(mark);
  const { pids } = await server(t, LEAVES, mark, 2);
  guardian.end(false);
  await gone(pids);
  await gone([guardian.pid]);
});

const BUSYBOX = ['/usr/bin/busybox', '/bin/busybox'].find(path => os === 'linux' && existsSync(path));

test('nothing but busybox is enough, whose grep reads no zero bytes', {
  skip: BUSYBOX === undefined && 'there is no busybox',
}, async t => {
  const path = mkdtempSync(join(tmpdir(), 'holdfast-'));
  t.after(() => rmSync(path, { recursive: true }));
  for (const tool of ['sh', 'grep', 'tr', 'sleep', 'printf']) symlinkSync(BUSYBOX as string, join(path, tool));
  const mark = randomUUID();
  const guardian = await Guardian.start(mark, { shell: join(path, 'sh'), path });
  const { pids } = await server(t, LEAVES, mark, 2);
  guardian.end(false);
  await gone(pids);
  await gone([guardian.pid]);
});

test('a guardian that cannot start any process ends what it can without', {
  skip:
    !(os === 'linux' && process.geteuid?.() === 0 && existsSync('/usr/bin/prlimit')) && 'root alone can set that up',
}, async t => {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const shell = join(folder, 'sh');
  const become = 'prlimit --nproc=1 setpriv --reuid=65534 --regid=65534 --clear-groups';
  writeFileSync(shell, `#!/bin/sh\nexec ${become} /bin/sh "$@"\n`, { mode: 0o755 });
  const guardian = await Guardian.start(randomUUID(), { shell });
  const deaf = `process.on('SIGTERM', () => {}); console.log(process.pid); ${STAY}`;
  const child = spawn(process.execPath, ['-e', deaf], {
    detached: true,
    uid: 65_534,
    gid: 65_534,
    cwd: '/',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const [pid = 0] = await numbers(child, 1);
  t.after(() => kill(pid));
  await guardian.add({ pid, startedAt: (await startOf(pid)) ?? '', folder: null });
  guardian.end(false);
  await gone([pid, guardian.pid]);
});

test('a mark in another variable is not one', { skip: os !== 'linux' && 'it takes /proc' }, async t => {
  const mark = randomUUID();
  const guardian = await Guardian.start(mark);
  const env = { JOURNAL: `/state/${mark}.journal`, HOLDFAST_COOKIE: 'another.1' };
  const child = spawn(process.execPath, ['-e', STAY], { env, stdio: ['ignore', 'pipe', 'ignore'] });
  t.after(() => child.kill('SIGKILL'));
  const [pid = 0] = await numbers(child, 1);
  guardian.end(false);
  await gone([guardian.pid]);
  assert.equal(await isAlive(pid), true);
});

test('a shell that does not begin is not waited for, nor left', { skip: !isPosix && 'it takes a shell' }, async t => {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const shell = join(folder, 'sh');
  writeFileSync(shell, '#!/bin/sh\nexec sleep 60\n', { mode: 0o755 });
  const started = Guardian.start(randomUUID(), { shell, startMs: 200 });
  await assert.rejects(started, { message: `${shell} had not begun after 0.2 s` });
});

test('without file descriptors that is the reason why there is none', {
  skip: !isPosix && 'it takes ulimit',
}, async () => {
  const module = new URL('../../../src/platform/guardian.js', import.meta.url);
  const said = await callWithoutDescriptors(module, 'startGuardian', randomUUID());
  assert.match(said, /"guardian":null,"why":"it could not be started \(Error: spawn \/bin\/sh EMFILE\)"/);
});

test('it does not end by what a terminal sends, and ends at once when nothing is left to do', {
  skip: !isPosix && 'there is none on Windows',
}, async t => {
  const mark = randomUUID();
  const guardian = await Guardian.start(mark);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.kill(guardian.pid, signal);
  const { ward } = await server(t, STAY, mark);
  await guardian.add(ward);
  assert.equal(await isAlive(guardian.pid), true);
  guardian.end(true);
  await gone([guardian.pid]);
  assert.equal(await isAlive(ward.pid), true);
});

test('it has the pipe alone: no server holds it open', { skip: !isPosix && 'there is none on Windows' }, async t => {
  // The manager is a process that is killed while its servers hold all that they were given.
  const mark = randomUUID();
  const [guardianFile, identityFile] = ['posix/guardian', 'identity'].map(name =>
    JSON.stringify(new URL(`../../../src/platform/${name}.js`, import.meta.url).href),
  );
  const script = `import { Guardian } from ${guardianFile};
    import { promisify } from 'node:util';
import { startOf } from ${identityFile};
    import { spawn } from 'node:child_process';
    const guardian = await Guardian.start(${JSON.stringify(mark)});
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 60_000)'], { detached: true, stdio: ['pipe', 'pipe', 'pipe'] });
    await guardian.add({ pid: child.pid, startedAt: await startOf(child.pid), folder: null });
    console.log(child.pid + '\\n' + guardian.pid);
    setInterval(() => {}, 60_000);`;
  const manager = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.after(() => manager.kill('SIGKILL'));
  const pids = await numbers(manager, 2);
  manager.kill('SIGKILL');
  await once(manager, 'exit');
  await gone(pids);
});
