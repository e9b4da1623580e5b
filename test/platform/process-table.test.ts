import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { type TestContext, test } from 'node:test';
import { os } from '../../src/platform/platform.ts';
import { findProcess, hasCookie, isOwn, isZombie, listProcesses, parseStat } from '../../src/platform/process-table.ts';

const onPosix = { skip: os === 'windows' ? 'there is no such table on Windows' : false };
const onLinux = { skip: os === 'linux' ? false : '/proc is of Linux' };

/** A child that waits for the end of its stdin; it has said "up" when this resolves, so its own environment is in place. */
async function sleeper(t: TestContext, env: NodeJS.ProcessEnv = {}) {
  const child = spawn(process.execPath, ['-e', 'process.stdin.resume(); process.stdout.write("up")'], {
    env: { ...process.env, ...env },
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  const exited = once(child, 'exit');
  assert.ok(child.pid !== undefined);
  const end = async () => {
    child.stdin.end();
    await exited;
  };
  t.after(end);
  await once(child.stdout, 'data');
  return { pid: child.pid, end };
}

const stat = (name: string) =>
  `4711 (${name}) S 12 34 56 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 987654321 1000 200 18446744073709551615 1`;

test('a line of /proc is read, whatever the program calls itself', () => {
  for (const name of ['node', 'a b', ':-) (', ') R 1 1 1', '', 'tab\tand\nline']) {
    assert.deepEqual(
      parseStat(stat(name)),
      { pid: 4711, ppid: 12, pgid: 34, session: 56, state: 'S', startedAt: '987654321' },
      name,
    );
  }
});

test('what is no such line, or only its beginning, is nothing', () => {
  for (const text of ['', 'hello', '4711 (node', '4711 (node) S 12 34']) assert.equal(parseStat(text), null, text);
});

test('our own line reads as we know it', onLinux, () => {
  const own = parseStat(readFileSync('/proc/self/stat', 'utf8'));
  assert.deepEqual([own?.pid, own?.ppid], [process.pid, process.ppid]);
});

test('zombies and the dead are told from the living', () => {
  const entry = parseStat(stat('x'));
  assert.ok(entry !== null);
  assert.deepEqual(
    ['R', 'S', 'D', 'T', 'Z', 'X'].map(state => isZombie({ ...entry, state })),
    [false, false, false, false, true, true],
  );
});

test('the table holds us and our child, with its parent, and no child that is over', onPosix, async t => {
  const { pid, end } = await sleeper(t);
  const table = await listProcesses();
  assert.ok(table.some(entry => entry.pid === process.pid));
  const child = table.find(entry => entry.pid === pid);
  assert.ok(child !== undefined);
  assert.equal(child.ppid, process.pid);
  const found = await findProcess(pid);
  assert.deepEqual([found?.pgid, found?.startedAt], [child.pgid, child.startedAt]);
  await end();
  assert.equal(await findProcess(pid), null);
  assert.ok(!(await listProcesses()).some(entry => entry.pid === pid));
});

test('callers at the same time share a scan, but never one that had begun before they asked', onPosix, async t => {
  const underWay = listProcesses();
  const [second, third] = [listProcesses(), listProcesses()];
  const tables = await Promise.all([underWay, second, third]);
  assert.notEqual(tables[0], tables[1]);
  assert.equal(tables[1], tables[2], 'one scan for both');
  const { pid } = await sleeper(t);
  assert.ok(
    (await listProcesses()).some(entry => entry.pid === pid),
    'nothing is kept from the last scan',
  );
});

test('a child is known by the cookie that it was started with', onLinux, async t => {
  const { pid } = await sleeper(t, { HOLDFAST_COOKIE: 'cookie-0123' });
  const [child, own] = [await findProcess(pid), await findProcess(process.pid)];
  assert.ok(child !== null && own !== null);
  assert.deepEqual([await hasCookie(child, 'cookie-0123'), await hasCookie(child, 'cookie-9999')], [true, false]);
  assert.equal(await hasCookie(own, 'cookie-0123'), false);
});

test('our own processes are ours, and one that is gone is nobody’s', onLinux, async t => {
  const { pid, end } = await sleeper(t);
  assert.equal(await isOwn(pid), true);
  await end();
  assert.equal(await isOwn(pid), false);
});
