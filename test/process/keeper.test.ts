import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { startOf } from '../../src/platform/identity.ts';
import { os } from '../../src/platform/platform.ts';
import { type Clock, systemClock } from '../../src/process/clock.ts';
import { readJournal } from '../../src/process/journal.ts';
import { Keeper } from '../../src/process/keeper.ts';
import type { Leftover } from '../../src/process/leftovers.ts';
import { eventually } from '../support/eventually.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { isAlive } from '../support/processes.ts';

function folderOf(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-'));
  t.after(() => rmSync(folder, { recursive: true }));
  return folder;
}

function keeperFor(t: TestContext, stateDir: string | null, clock: Clock = systemClock) {
  const notices: string[] = [];
  const swept: Leftover[][] = [];
  const notice = (text: string) => void notices.push(text);
  const onSwept = (found: readonly Leftover[]) => void swept.push([...found]);
  const keeper = new Keeper({ stateDir, clock, notice, onSwept });
  t.after(() => keeper.close());
  return { keeper, notices, swept };
}

/** A process in a group of its own, as a server is. */
async function startOne(t: TestContext, cookie: string) {
  const env = { ...process.env, HOLDFAST_COOKIE: cookie };
  const child = spawn(process.execPath, ['-e', 'console.log(1); setInterval(() => {}, 60_000)'], {
    detached: os !== 'windows',
    env,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  t.after(() => child.kill('SIGKILL'));
  await once(child.stdout, 'data');
  return Number(child.pid);
}

test('a life is in the journal from before its spawn until nothing of it is left', async t => {
  const folder = folderOf(t);
  const { keeper } = keeperFor(t, folder);
  const first = await keeper.expect('files');
  const path = keeper.status.journal.path as string;
  const lives = () => readJournal(readFileSync(path, 'utf8'))?.lives.map(({ server, pid }) => [server, pid]);
  assert.deepEqual(lives(), [['files', null]]);
  const pid = await startOne(t, first.cookie);
  await first.born(pid, null);
  const second = await keeper.expect('web');
  assert.deepEqual(lives(), [
    ['files', pid],
    ['web', null],
  ]);
  assert.notEqual(first.cookie, second.cookie);
  first.gone();
  second.gone();
  assert.deepEqual(lives(), []);
  await keeper.close();
  assert.deepEqual(readdirSync(join(folder, 'journal')), []);
});

test('what is not over when it closes is ended from outside', {
  skip: os === 'windows' && 'jobs do it there',
}, async t => {
  const { keeper } = keeperFor(t, null);
  const birth = await keeper.expect('files');
  const pid = await startOne(t, birth.cookie);
  await birth.born(pid, null);
  await keeper.close();
  await eventually(async () => !(await isAlive(pid)), { what: 'its end' });
});

test('a guardian that is killed has a successor, which knows the same', {
  skip: os === 'windows' && 'there is none',
}, async t => {
  const { keeper, notices } = keeperFor(t, null);
  const birth = await keeper.expect('files');
  const pid = await startOne(t, birth.cookie);
  await birth.born(pid, null);
  const { pid: first } = keeper.status.guardian;
  process.kill(first as number, 'SIGKILL');
  await eventually(() => notices.length > 0, { what: 'the notice' });
  const { pid: second } = keeper.status.guardian;
  assert.equal(notices[0], `the guardian (pid ${first}) was ended; pid ${second} has taken its place`);
  assert.notEqual(second, first);
  await keeper.close();
  await eventually(async () => !(await isAlive(pid)), { what: 'its end' });
});

test('one that is killed again and again is given up, that is told, and a start a minute later tries again', {
  skip: os === 'windows' && 'there is none',
}, async t => {
  const clock = new FakeClock();
  const { keeper, notices } = keeperFor(t, null, clock);
  await keeper.expect('files');
  for (let n = 0; n < 6; n++) {
    await eventually(() => keeper.status.guardian.pid !== null && notices.length === n, { what: `guardian ${n}` });
    process.kill(keeper.status.guardian.pid as number, 'SIGKILL');
    await eventually(() => notices.length > n, { what: `the notice ${n}` });
  }
  assert.match(
    notices[5] as string,
    /^no guardian: it was ended 6 times within a minute\. Should this manager be killed/,
  );
  assert.equal(keeper.status.guardian.pid, null);
  (await keeper.expect('files')).gone();
  assert.equal(keeper.status.guardian.pid, null);
  await clock.advance(60_000);
  const birth = await keeper.expect('files');
  await birth.born(await startOne(t, birth.cookie), null);
  assert.notEqual(keeper.status.guardian.pid, null);
  birth.gone();
});

test('no start waits for a guardian that somebody has stopped, and it is not left', {
  skip: os === 'windows' && 'there is none',
}, async t => {
  const clock = new FakeClock();
  const { keeper } = keeperFor(t, null, clock);
  const birth = await keeper.expect('files');
  const pid = await startOne(t, birth.cookie);
  await eventually(() => keeper.status.guardian.pid !== null, { what: 'the guardian' });
  const guardian = keeper.status.guardian.pid as number;
  process.kill(guardian, 'SIGSTOP');
  // More than a pipe takes without a reader.
  const born = birth.born(pid, `/${'x'.repeat(1_000_000)}`);
  await eventually(() => clock.pending.length > 0, { what: 'the wait' });
  await clock.advance(1_000);
  await born;
  birth.gone();
  const closing = keeper.close();
  await eventually(() => clock.pending.length > 0, { what: 'the wait for its end' });
  await clock.advance(1_000);
  await closing;
  await eventually(async () => !(await isAlive(guardian)), { what: 'its end' });
});

test('once it is closed nothing is started any more', async t => {
  const { keeper } = keeperFor(t, null);
  await keeper.close();
  await assert.rejects(keeper.expect('files'), { code: 'CONNECTION_CLOSED' });
});

/** What a manager that was killed has left in the folder. */
function leave(folder: string, manager: object, ...lives: object[]): void {
  mkdirSync(join(folder, 'journal'), { recursive: true });
  const lines = [{ type: 'manager', mark: 'dead-mark', ...manager }, ...lives].map(line => `${JSON.stringify(line)}\n`);
  writeFileSync(join(folder, 'journal', 'dead-mark.journal'), lines.join(''), { mode: 0o600 });
}

// Above what any system gives.
const NOBODY = { pid: 2 ** 30, startedAt: '1' };
const onLinux = (read: () => string) => (os === 'linux' ? read() : null);
const here = {
  bootId: onLinux(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()),
  pidSpace: onLinux(() => readlinkSync('/proc/self/ns/pid')),
};
// Without native code nobody tells there whether the number is still its own.
const canSweep = os !== 'windows';

test('the first start ends what a manager that was killed has left, and says so', {
  skip: !canSweep && 'jobs end it there',
}, async t => {
  const folder = folderOf(t);
  const pid = await startOne(t, 'dead-mark.1');
  const { keeper, swept } = keeperFor(t, folder);
  leave(
    folder,
    { ...NOBODY, ...here },
    { type: 'expected', cookie: 'dead-mark.1', server: 'files' },
    { type: 'born', cookie: 'dead-mark.1', pid, startedAt: await startOf(pid) },
  );
  await keeper.expect('files');
  // On a busy machine the start goes on before.
  await eventually(() => swept.length > 0, { what: 'the sweep' });
  assert.deepEqual(swept, [[{ server: 'files', pids: [pid], survivors: [], containers: [] }]]);
  assert.equal(await isAlive(pid), false);
  assert.deepEqual(keeper.status.lastSweep?.found, swept[0]);
  assert.equal(readdirSync(join(folder, 'journal')).length, 1);
});

test('the intent alone is enough to find it', { skip: os !== 'linux' && 'it takes /proc' }, async t => {
  const folder = folderOf(t);
  const pid = await startOne(t, 'dead-mark.1');
  const { keeper, swept } = keeperFor(t, folder);
  leave(folder, { ...NOBODY, ...here }, { type: 'expected', cookie: 'dead-mark.1', server: 'files' });
  await keeper.expect('files');
  // On a busy machine the start goes on before.
  await eventually(() => swept.length > 0, { what: 'the sweep' });
  assert.deepEqual(swept, [[{ server: 'files', pids: [pid], survivors: [], containers: [] }]]);
});

test('a number that is somebody else’s by now is not touched, nor are the servers of a manager that lives', async t => {
  const folder = folderOf(t);
  const reused = await startOne(t, 'another');
  const { keeper, swept, notices } = keeperFor(t, folder);
  const born = { type: 'born', cookie: 'dead-mark.1', pid: reused, startedAt: '1' };
  leave(folder, { ...NOBODY, ...here }, born);
  const living = await startOne(t, 'living-mark.1');
  const owner = {
    type: 'manager',
    mark: 'living-mark',
    pid: process.pid,
    startedAt: await startOf(process.pid),
    ...here,
  };
  const lines = [owner, { type: 'born', cookie: 'living-mark.1', pid: living, startedAt: await startOf(living) }];
  writeFileSync(
    join(folder, 'journal', 'living-mark.journal'),
    lines.map(line => `${JSON.stringify(line)}\n`).join(''),
    { mode: 0o600 },
  );
  writeFileSync(join(folder, 'journal', 'torn.journal'), '{"type":', { mode: 0o600 });
  await keeper.expect('files');
  assert.deepEqual(swept, []);
  assert.equal(await isAlive(reused), true);
  assert.equal(await isAlive(living), true);
  assert.equal(notices.length, 1);
  assert.match(notices[0] as string, /torn\.journal is no journal of this version: nothing was done about it$/);
});

test('after a power cut nothing is looked for', { skip: os !== 'linux' && 'boots have names on Linux' }, async t => {
  const folder = folderOf(t);
  const pid = await startOne(t, 'dead-mark.1');
  leave(
    folder,
    { ...NOBODY, ...here, bootId: 'another boot' },
    { type: 'born', cookie: 'dead-mark.1', pid, startedAt: await startOf(pid) },
  );
  const { keeper, swept } = keeperFor(t, folder);
  await keeper.expect('files');
  assert.deepEqual(swept, []);
  assert.equal(await isAlive(pid), true);
});

test('where no journal can be written servers start all the same, and it is told once', async t => {
  const folder = folderOf(t);
  writeFileSync(join(folder, 'journal'), 'a file in the way');
  const { keeper, notices } = keeperFor(t, folder);
  (await keeper.expect('files')).gone();
  (await keeper.expect('web')).gone();
  assert.equal(notices.length, 1);
  assert.match(notices[0] as string, /^no journal is kept: .*Should this manager be killed/);
  assert.equal(keeper.status.journal.path, null);
});
