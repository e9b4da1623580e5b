import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, rmSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { os } from '../../src/platform/platform.ts';
import { systemClock } from '../../src/process/clock.ts';
import { logFolder } from '../../src/telemetry/log-disk.ts';
import { LogFiles } from '../../src/telemetry/log-files.ts';
import { withNothingLeft } from '../support/leak-check.ts';

const NO_LIMIT = Number.POSITIVE_INFINITY;

async function setUp(t: TestContext) {
  const folder = join((await withNothingLeft(t)).folder, 'state', 'logs');
  const disk = logFolder(folder, () => Date.now());
  return { folder, disk, put: (text: string, limit = NO_LIMIT) => disk.append('a.log', Buffer.from(text), limit) };
}

test('folder and file are made when they are needed, closed to others, and made again when somebody takes them away', async t => {
  const { folder, put } = await setUp(t);
  assert.equal(await put('one\n'), 4);
  if (os !== 'windows') {
    assert.deepEqual([statSync(folder).mode & 0o777, statSync(join(folder, 'a.log')).mode & 0o777], [0o700, 0o600]);
  }
  rmSync(folder, { recursive: true });
  assert.equal(await put('two\n'), 4);
  assert.equal(readFileSync(join(folder, 'a.log'), 'utf8'), 'two\n');
});

test('nothing is written over the limit, but into an empty file anything', async t => {
  const { put } = await setUp(t);
  assert.equal(await put('0123456789', 5), 10);
  assert.equal(await put('x', 10), null);
  assert.equal(await put('x', 11), 1);
});

test('the folder is listed, a missing one as empty, and files are put aside and removed', async t => {
  const { disk, put } = await setUp(t);
  assert.deepEqual(await disk.list(), []);
  await put('one\n');
  await disk.rename('a.log', 'a.log.1');
  assert.deepEqual(
    (await disk.list()).map(({ name, bytes }) => [name, bytes]),
    [['a.log.1', 4]],
  );
  await disk.remove('a.log.1');
  await disk.remove('a.log.1');
  assert.deepEqual(await disk.list(), []);
});

test('one process at a time puts files aside, and one that died at it is not waited for', async t => {
  const { folder, disk, put } = await setUp(t);
  await put('one\n');
  let inner: boolean | null = null;
  const outer = await disk.alone(async () => {
    inner = await disk.alone(async () => assert.fail('two at once'));
  });
  assert.deepEqual([outer, inner], [true, false]);
  mkdirSync(join(folder, '.turning'));
  assert.equal(await disk.alone(async () => {}), false);
  utimesSync(join(folder, '.turning'), 1, 1);
  assert.equal(await disk.alone(async () => {}), false);
  assert.equal(await disk.alone(async () => {}), true, 'the next time');
});

/** Lines go in one after the other; gives what was told, and how to wait for the next word. */
function writing(folder: string) {
  const told: string[] = [];
  let hear = () => {};
  const tell = (text: string) => {
    told.push(text);
    hear();
  };
  const files = new LogFiles({
    folder,
    disk: logFolder(folder, () => Date.now()),
    clock: systemClock,
    maxFileBytes: 1_000,
    files: 3,
    maxTotalBytes: 100_000,
    onDegraded: reason => tell(reason),
    onRecovered: dropped => tell(`again, ${dropped} dropped`),
  });
  const heard = (count: number) =>
    new Promise<void>(resolve => {
      hear = () => {
        if (told.length >= count) resolve();
      };
      hear();
    });
  return { files, told, heard };
}

test('a real disk that is full is degraded, and written again when it is not', { skip: os !== 'linux' }, async t => {
  const { folder } = await setUp(t);
  mkdirSync(folder, { recursive: true });
  symlinkSync('/dev/full', join(folder, 'a.log'));
  const { files, told, heard } = writing(folder);
  files.write('a', 'kept in memory\n');
  await heard(1);
  rmSync(join(folder, 'a.log'));
  await heard(2);
  assert.deepEqual(told, ['the disk is full (ENOSPC)', 'again, 0 dropped']);
  assert.equal(readFileSync(join(folder, 'a.log'), 'utf8'), 'kept in memory\n');
  await files.close();
});

test('a folder that cannot be is degraded, and written when it can', async t => {
  const { folder } = await setUp(t);
  const parent = join(folder, '..');
  writeFileSync(parent, 'a file where the folder is to be');
  const { files, told, heard } = writing(folder);
  files.write('a', 'kept in memory\n');
  await heard(1);
  assert.equal(files.status.status, 'degraded');
  rmSync(parent);
  await heard(2);
  assert.equal(told[1], 'again, 0 dropped');
  assert.equal(readFileSync(join(folder, 'a.log'), 'utf8'), 'kept in memory\n');
  await files.close();
});

test('several that write to one file tear no line and lose none, also while it is put aside', async t => {
  const { folder } = await setUp(t);
  const writers = [writing(folder), writing(folder), writing(folder)];
  for (const [writer, { files }] of writers.entries()) {
    for (let index = 0; index < 10; index++) files.write('a', `${writer}-${index}-${'x'.repeat(40)}\n`);
  }
  await Promise.all(writers.map(({ files }) => files.close()));
  const names = ['a.log.2', 'a.log.1', 'a.log'].filter(name => statSync(join(folder, name), { throwIfNoEntry: false }));
  const lines = names.flatMap(name => readFileSync(join(folder, name), 'utf8').trimEnd().split('\n'));
  assert.equal(new Set(lines).size, 30);
  for (const line of lines) assert.match(line, /^\d-\d-x{40}$/);
  assert.deepEqual(
    writers.flatMap(({ told }) => told),
    [],
  );
});
