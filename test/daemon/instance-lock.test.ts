import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { acquireLock, readHolder } from '../../src/daemon/instance-lock.ts';
import { HoldfastError } from '../../src/errors/holdfast-error.ts';
import { type ProcessIdentity, selfIdentity } from '../../src/platform/identity.ts';
import { os } from '../../src/platform/platform.ts';
import { findProcess } from '../../src/platform/process-table.ts';
import { withNothingLeft } from '../support/leak-check.ts';

async function stateFolder(t: TestContext): Promise<string> {
  return join((await withNothingLeft(t)).folder, 'state');
}

const isRefusal = (error: unknown) => error instanceof HoldfastError && error.code === 'PROCESS_MANAGER_RUNNING';
const locks = (stateDir: string) => readdirSync(stateDir).sort();
const rights = (path: string) => statSync(path).mode & 0o777;

/** A lock file as another manager would have left it. */
async function leave(stateDir: string, changes: object, name = 'lock.7'): Promise<void> {
  const content = {
    id: 'x',
    ...(await selfIdentity()),
    at: '2026-01-01T00:00:00.000Z',
    url: null,
    control: null,
    isReleased: false,
  };
  await mkdir(stateDir, { recursive: true });
  writeFileSync(join(stateDir, name), JSON.stringify({ ...content, ...changes }));
}

test('a second manager is refused, and told of the first and of the folder', async t => {
  const stateDir = await stateFolder(t);
  const lock = await acquireLock(stateDir);
  await assert.rejects(acquireLock(stateDir), (error: HoldfastError) => {
    assert.deepEqual(error.details, { pid: process.pid, stateDir });
    assert.match(error.message, new RegExp(`pid ${process.pid}`));
    return isRefusal(error);
  });
  await lock.release();
});

test('the folder and the lock are closed to others', {
  skip: os === 'windows' && 'a file has no mode there',
}, async t => {
  const stateDir = await stateFolder(t);
  await acquireLock(stateDir);
  assert.equal(rights(stateDir), 0o700);
  assert.equal(rights(join(stateDir, 'lock.1')), 0o600);
});

test('a released lock is free, and the next one has a number of its own', async t => {
  const stateDir = await stateFolder(t);
  const first = await acquireLock(stateDir);
  await first.release();
  assert.equal(await readHolder(stateDir), null);
  assert.deepEqual(locks(stateDir), ['lock.1']);
  const second = await acquireLock(stateDir);
  assert.deepEqual(locks(stateDir), ['lock.2']);
  await first.release();
  await assert.rejects(acquireLock(stateDir), isRefusal, 'a second release of the first lock gives nothing away');
  await second.release();
});

test('nobody holds a folder that does not exist, and asking does not make it', async t => {
  const stateDir = await stateFolder(t);
  assert.equal(await readHolder(stateDir), null);
  assert.equal(existsSync(stateDir), false);
});

test('others read what the holder has published, until it is released', async t => {
  const stateDir = await stateFolder(t);
  const lock = await acquireLock(stateDir);
  assert.deepEqual(
    { ...(await readHolder(stateDir)), at: '' },
    { ...(await selfIdentity()), at: '', url: null, control: null, isGuest: false, config: null },
  );
  // Not awaited one by one: they must not overtake each other.
  const writes = [lock.publish({ control: 'a' }), lock.publish({ url: 'b' }), lock.publish({ control: 'c' })];
  await Promise.all(writes);
  const holder = await readHolder(stateDir);
  assert.deepEqual([holder?.pid, holder?.control, holder?.url], [process.pid, 'c', 'b']);
  await lock.release();
  await lock.publish({ url: 'd' });
  assert.equal(await readHolder(stateDir), null);
});

test('others can tell a manager that ends with its client, and of which configuration it is', async t => {
  const stateDir = await stateFolder(t);
  const lock = await acquireLock(stateDir, { isGuest: true, config: '/home/ada/holdfast.json' });
  const { isGuest, config } = (await readHolder(stateDir)) ?? {};
  assert.deepEqual([isGuest, config], [true, '/home/ada/holdfast.json']);
  await lock.release();
});

/** A process that lives for as long as the test. */
async function otherProcess(t: TestContext): Promise<ProcessIdentity & { end(): Promise<void> }> {
  const child = spawn(process.execPath, ['--eval', 'process.stdin.resume()']);
  await once(child, 'spawn');
  const exited = once(child, 'exit');
  const end = async () => {
    child.kill('SIGKILL');
    await exited;
  };
  t.after(end);
  const { bootId } = await selfIdentity();
  const startedAt = os === 'windows' ? null : ((await findProcess(child.pid ?? 0))?.startedAt ?? null);
  return { pid: child.pid ?? 0, startedAt, bootId, end };
}

test('a folder that is bequeathed goes to its heir alone', async t => {
  const stateDir = await stateFolder(t);
  const { end, ...heir } = await otherProcess(t);
  const lock = await acquireLock(stateDir, { isGuest: true });
  await lock.publish({ url: 'a', control: 'b' });
  await lock.bequeath(heir);
  assert.deepEqual(
    [(await readHolder(stateDir))?.pid, (await readHolder(stateDir))?.url],
    [process.pid, 'a'],
    'so far',
  );
  await lock.release();
  const { at, ...next } = (await readHolder(stateDir)) ?? {};
  assert.deepEqual(next, { ...heir, url: null, control: null, isGuest: false, config: null }, at);
  await assert.rejects(acquireLock(stateDir), (error: HoldfastError) => {
    assert.equal(error.details.pid, heir.pid);
    return isRefusal(error);
  });
  await end();
  assert.equal(await readHolder(stateDir), null);
  await (await acquireLock(stateDir)).release();
});

test('the heir takes it, also from one that died without a release', async t => {
  const stateDir = await stateFolder(t);
  const lock = await acquireLock(stateDir);
  await lock.bequeath(await selfIdentity());
  await assert.rejects(acquireLock(stateDir), isRefusal, 'not before it is free');
  await lock.release();
  const second = await acquireLock(stateDir);
  assert.deepEqual(locks(stateDir), ['lock.2']);
  await second.release();
  await (await acquireLock(stateDir)).release();
  const { end, ...dead } = await otherProcess(t);
  await end();
  await leave(stateDir, { ...dead, heir: await selfIdentity() }, 'lock.9');
  assert.equal((await readHolder(stateDir))?.pid, process.pid);
  await acquireLock(stateDir);
  assert.deepEqual(locks(stateDir), ['lock.10']);
});

test('of two that want to inherit the first one does, unless it is dead', async t => {
  const stateDir = await stateFolder(t);
  const { end, ...heir } = await otherProcess(t);
  const lock = await acquireLock(stateDir);
  await lock.bequeath(heir);
  await lock.bequeath(heir);
  await assert.rejects(lock.bequeath(await selfIdentity()), (error: HoldfastError) => {
    assert.equal(error.details.pid, heir.pid);
    return isRefusal(error);
  });
  await end();
  await lock.bequeath(await selfIdentity());
  await lock.release();
  await acquireLock(stateDir);
});

test('a lock whose pid now belongs to another process is taken over', {
  skip: os === 'windows' && 'the start of a process is not told there',
}, async t => {
  const stateDir = await stateFolder(t);
  await leave(stateDir, { startedAt: '1' });
  assert.equal(await readHolder(stateDir), null);
  await acquireLock(stateDir);
  assert.deepEqual(locks(stateDir), ['lock.8']);
});

test('a living holder is respected whoever it is', async t => {
  const stateDir = await stateFolder(t);
  await leave(stateDir, {});
  await assert.rejects(acquireLock(stateDir), isRefusal);
});

for (const [what, text] of [
  ['empty', ''],
  ['half a line', '{"id":"x","pi'],
  ['of another form', '{"pid":"one"}'],
]) {
  test(`a lock file that is ${what} holds nobody back for long`, async t => {
    const stateDir = await stateFolder(t);
    await mkdir(stateDir);
    writeFileSync(join(stateDir, 'lock.3'), text ?? '');
    await acquireLock(stateDir);
    assert.deepEqual(locks(stateDir), ['lock.4']);
  });
}

test('who was too slow and finds a higher number than its own withdraws', async t => {
  const stateDir = await stateFolder(t);
  const { link } = await import('node:fs/promises');
  // Between the look and the link another manager has come and gone, and a third one has come.
  const slowLink: typeof link = async (from, to) => {
    await leave(stateDir, {}, 'lock.2');
    await link(from, to);
  };
  await assert.rejects(acquireLock(stateDir, { link: slowLink }), isRefusal);
  assert.deepEqual(locks(stateDir), ['lock.2']);
});

test('where the file system knows no links the lock works all the same', async t => {
  const stateDir = await stateFolder(t);
  const link = () => Promise.reject(Object.assign(new Error('no links here'), { code: 'ENOSYS' }));
  const lock = await acquireLock(stateDir, { link });
  await assert.rejects(acquireLock(stateDir, { link }), isRefusal);
  await lock.release();
  await (await acquireLock(stateDir, { link })).release();
  assert.deepEqual(locks(stateDir), ['lock.2']);
});

test('what killed contenders have left is swept by the next winner', async t => {
  const stateDir = await stateFolder(t);
  await leave(stateDir, { isReleased: true }, 'lock.5');
  await leave(stateDir, { isReleased: true }, 'lock.2');
  await leave(stateDir, {}, 'lock.tmp.abc');
  await acquireLock(stateDir);
  assert.deepEqual(locks(stateDir), ['lock.6']);
});

test('a release does not touch the lock of somebody who came after the folder was emptied by hand', async t => {
  const stateDir = await stateFolder(t);
  const lock = await acquireLock(stateDir);
  await rm(stateDir, { recursive: true });
  await lock.release();
  await leave(stateDir, {}, 'lock.1');
  const theirs = await readFile(join(stateDir, 'lock.1'), 'utf8');
  await lock.release();
  assert.equal(await readFile(join(stateDir, 'lock.1'), 'utf8'), theirs);
});
