import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { readBootId, readPidSpace, startOf } from '../../src/platform/identity.ts';
import { os } from '../../src/platform/platform.ts';
import { type Clock, systemClock } from '../../src/process/clock.ts';
import { sweepLeftovers } from '../../src/process/leftovers.ts';
import { isAlive } from '../support/processes.ts';

const onLinux = { skip: os !== 'linux' && 'it takes /proc' };
const onPosix = { skip: os === 'windows' && 'jobs end it there' };

interface Left {
  readonly folder: string;
  readonly path: string;
  readonly mark: string;
  readonly child: ChildProcess;
  readonly pid: number;
}

/** A server that lives, and the journal of its manager, which is dead unless `manager` says otherwise. */
async function leave(t: TestContext, manager: object = {}): Promise<Left> {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const mark = randomUUID();
  const cookie = `${mark}.00000001`;
  const env = { ...process.env, HOLDFAST_COOKIE: cookie };
  const script = 'console.log(1); setInterval(() => {}, 60_000)';
  const child = spawn(process.execPath, ['-e', script], { detached: true, env, stdio: ['ignore', 'pipe', 'ignore'] });
  t.after(() => child.kill('SIGKILL'));
  await once(child.stdout, 'data');
  const pid = Number(child.pid);
  const lines = [
    // Above what any system gives.
    {
      type: 'manager',
      mark,
      pid: 2 ** 30,
      startedAt: '1',
      bootId: await readBootId(),
      pidSpace: await readPidSpace(),
      ...manager,
    },
    { type: 'expected', cookie, server: 'files' },
    { type: 'born', cookie, pid, startedAt: await startOf(pid), folder: null },
  ];
  const path = join(folder, `${mark}.journal`);
  writeFileSync(path, lines.map(line => `${JSON.stringify(line)}\n`).join(''), { mode: 0o600 });
  return { folder, path, mark, child, pid };
}

test('what a dead manager has left is ended, and its journal goes, also a half-written next one', onPosix, async t => {
  const { folder, path, pid } = await leave(t);
  writeFileSync(`${path}.new`, '{"type":');
  const { found, troubles } = await sweepLeftovers(folder, systemClock);
  assert.deepEqual(found, [{ server: 'files', pids: [pid], survivors: [], containers: [] }]);
  assert.deepEqual(troubles, []);
  assert.equal(await isAlive(pid), false);
  assert.deepEqual([path, `${path}.new`].filter(existsSync), []);
});

test(
  'a manager in another container, whose pids mean others here, is left alone, and its journal too',
  onLinux,
  async t => {
    const { folder, path, pid } = await leave(t, { pidSpace: 'pid:[1]' });
    assert.deepEqual(await sweepLeftovers(folder, systemClock), { found: [], troubles: [] });
    assert.equal(await isAlive(pid), true);
    assert.equal(existsSync(path), true);
  },
);

test('of what does not end the journal stays, for the next start', onPosix, async t => {
  const { folder, path, pid } = await leave(t);
  // As to a process that the kernel does not let go of.
  const kill = t.mock.method(process, 'kill', () => true);
  const swift: Clock = {
    now: () => systemClock.now() * 50,
    wall: systemClock.wall,
    setTimer: (ms, run) => systemClock.setTimer(ms / 50, run),
  };
  const { found } = await sweepLeftovers(folder, swift);
  kill.mock.restore();
  assert.deepEqual(found[0], { server: 'files', pids: [pid], survivors: [pid], containers: [] });
  assert.equal(existsSync(path), true);
  const next = await sweepLeftovers(folder, systemClock);
  assert.deepEqual(next.found, [{ server: 'files', pids: [pid], survivors: [], containers: [] }]);
  assert.equal(existsSync(path), false);
});

test('of another container before the last boot only the journal is left, and it goes', onLinux, async t => {
  const { folder, path, pid } = await leave(t, { pidSpace: 'pid:[1]', bootId: 'another boot' });
  assert.deepEqual(await sweepLeftovers(folder, systemClock), { found: [], troubles: [] });
  assert.equal(await isAlive(pid), true);
  assert.equal(existsSync(path), false);
});

test('by what others can have written nothing is ended, and it is said', onPosix, async t => {
  const { folder, path, pid } = await leave(t);
  chmodSync(path, 0o666);
  const troubles = [`${path} can be written by others: nothing was done about it`];
  assert.deepEqual(await sweepLeftovers(folder, systemClock), { found: [], troubles });
  assert.equal(await isAlive(pid), true);
});

test('numbers that no server has end nobody', onPosix, async t => {
  for (const pid of [0, 1, -1, '7', null]) {
    const left = await leave(t);
    const life = { type: 'born', cookie: `${left.mark}.00000002`, pid, startedAt: '1', folder: null };
    writeFileSync(left.path, `${JSON.stringify(life)}\n`, { flag: 'a' });
    const { found, troubles } = await sweepLeftovers(left.folder, systemClock);
    assert.deepEqual([found.length, troubles.length], [0, 1], `${pid}`);
    assert.equal(await isAlive(left.pid), true);
    left.child.kill('SIGKILL');
  }
});

test('a manager that is started inside a leftover does not end what it stands in', onLinux, async t => {
  const { folder, mark, pid } = await leave(t);
  const before = process.env.HOLDFAST_COOKIE;
  t.after(() => {
    if (before === undefined) delete process.env.HOLDFAST_COOKIE;
    else process.env.HOLDFAST_COOKIE = before;
  });
  process.env.HOLDFAST_COOKIE = `${mark}.00000001`;
  assert.deepEqual(await sweepLeftovers(folder, systemClock), { found: [], troubles: [] });
  assert.equal(await isAlive(pid), true);
});

test('a journal that has just been begun is no trouble', async t => {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-'));
  t.after(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'begun.journal'), '', { mode: 0o600 });
  assert.deepEqual(await sweepLeftovers(folder, systemClock), { found: [], troubles: [] });
});
