import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LogFiles, type LogFilesOptions } from '../../src/telemetry/log-files.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { MemoryDisk } from '../support/memory-disk.ts';

const MIB = 1024 * 1024;

function setUp(options: Partial<LogFilesOptions> = {}) {
  const clock = new FakeClock();
  const disk = new MemoryDisk(() => clock.wall());
  const told: string[] = [];
  const files = new LogFiles({
    folder: '/logs',
    disk,
    clock,
    maxFileBytes: 1_000,
    files: 3,
    maxTotalBytes: 100_000,
    onDegraded: reason => told.push(`degraded: ${reason}`),
    onRecovered: dropped => told.push(`recovered, ${dropped} dropped`),
    ...options,
  });
  return { clock, disk, told, files };
}

test('lines that come together are written together, each to its file and in order', async () => {
  const { clock, disk, files } = setUp();
  files.write('a', '1\n');
  files.write('b', 'x\n');
  files.write('a', '2\n');
  await clock.advance(50);
  assert.deepEqual([disk.text('a.log'), disk.text('b.log'), disk.appends], ['1\n2\n', 'x\n', 2]);
  assert.deepEqual(clock.pending, [], 'nothing is to be done while there is nothing to write');
});

test('a full file is put aside, so many are kept, and no line is torn or lost on the way', async () => {
  const { clock, disk, files } = setUp();
  const lines = Array.from({ length: 60 }, (_, index) => `${String(index).padStart(49, '0')}\n`);
  for (const line of lines) {
    files.write('a', line);
    await clock.advance(50);
  }
  assert.deepEqual(disk.names, ['a.log', 'a.log.1', 'a.log.2']);
  for (const name of disk.names) assert.ok(disk.text(name).length <= 1_000, name);
  assert.equal(disk.text('a.log.2') + disk.text('a.log.1') + disk.text('a.log'), lines.join(''));
  files.write('a', 'x'.repeat(99));
  await clock.advance(50);
  assert.ok(disk.text('a.log.2').startsWith(lines[20] ?? '-'), 'the oldest is gone');
});

test('all files together stay under the cap, also with those of servers that are gone', async () => {
  const { clock, disk, files } = setUp({ maxTotalBytes: 10_000, files: 9 });
  for (let index = 0; index < 5; index++) {
    disk.files.set(`gone-${index}.log.1`, { text: 'x'.repeat(3_000), changedAt: index });
  }
  files.write('a', 'first\n');
  await clock.advance(50);
  assert.deepEqual(disk.names, ['a.log', 'gone-2.log.1', 'gone-3.log.1', 'gone-4.log.1']);
  disk.highWater = 0;
  for (let index = 0; index < 1_000; index++) {
    files.write(`s${index % 30}`, `${'y'.repeat(60)}\n`);
    await clock.advance(50);
  }
  assert.ok(disk.highWater <= 10_000 && disk.highWater > 8_000, `${disk.highWater}`);
});

test('a full disk is told once, costs bounded memory, and what still fits there is written when there is room', async () => {
  const { clock, disk, files, told } = setUp({ maxFileBytes: 10 * MIB, maxTotalBytes: 100 * MIB });
  disk.refusal = 'ENOSPC';
  const line = `${'z'.repeat(999)}\n`;
  for (let index = 0; index < 5_000; index++) files.write('a', line);
  await clock.advance(600_000);
  assert.deepEqual(told, ['degraded: more is to be written than the disk takes']);
  assert.deepEqual(files.status, {
    folder: '/logs',
    status: 'degraded',
    reason: 'the disk is full (ENOSPC)',
    droppedLines: 5_000 - 2_097,
  });
  disk.refusal = null;
  await clock.advance(60_000);
  assert.equal(disk.text('a.log'), line.repeat(2_097));
  assert.deepEqual(told.slice(1), ['recovered, 2903 dropped']);
  assert.deepEqual([files.status.status, files.status.reason, files.status.droppedLines], ['ok', null, 2_903]);
  files.write('a', 'again\n');
  await clock.advance(50);
  assert.ok(disk.text('a.log').endsWith('again\n'));
});

test('a disk that refuses is asked ever more seldom', async () => {
  const { clock, disk, files, told } = setUp();
  disk.refusal = 'EROFS';
  files.write('a', 'x\n');
  await clock.advance(50 + 1_000 + 2_000 + 4_000);
  assert.equal(disk.appends, 4);
  await clock.advance(3_600_000);
  assert.ok(disk.appends < 70, `${disk.appends}`);
  assert.deepEqual(told, ['degraded: the file system is read-only (EROFS)']);
});

test('of what a disk took in part only the rest is written again', async () => {
  const { clock, disk, files } = setUp();
  disk.takes = 3;
  files.write('a', 'one line\n');
  files.write('a', 'and another\n');
  await clock.advance(50);
  assert.equal(disk.text('a.log'), 'one line\nand another\n');
});

test('a disk that hangs holds nobody up: neither who writes, nor a stop', async () => {
  const { clock, disk, files, told } = setUp();
  let answer = () => {};
  disk.hangs = new Promise(resolve => {
    answer = resolve;
  });
  for (let index = 0; index < 3_000; index++) files.write('a', `${'z'.repeat(999)}\n`);
  await clock.advance(60_000);
  assert.equal(disk.appends, 1, 'one operation, and so one thread, waits for it');
  assert.deepEqual(told, ['degraded: more is to be written than the disk takes']);
  let isClosed = false;
  void files.close().then(() => {
    isClosed = true;
  });
  await clock.advance(2_000);
  assert.equal(isClosed, true);
  answer();
  await clock.advance(0);
  assert.deepEqual(clock.pending, [], 'and no timer is left');
});

test('a stop writes what waits, and gives up at once where it cannot', async () => {
  const { clock, disk, files } = setUp();
  files.write('a', 'last words\n');
  await files.close();
  assert.equal(disk.text('a.log'), 'last words\n');
  const other = setUp();
  other.disk.refusal = 'EACCES';
  other.files.write('a', 'last words\n');
  await other.files.close();
  assert.deepEqual([clock.pending, other.clock.pending], [[], []]);
});

test('where files cannot be put aside they grow to twice their size, and then it is told', async () => {
  const { clock, disk, files, told } = setUp();
  disk.isLocked = true;
  for (let index = 0; index < 30; index++) {
    files.write('a', `${'y'.repeat(99)}\n`);
    await clock.advance(50);
  }
  assert.equal(disk.text('a.log').length, 2_000);
  assert.deepEqual(told, ['degraded: its files cannot be put aside']);
  disk.isLocked = false;
  await clock.advance(60_000);
  assert.deepEqual(disk.names, ['a.log', 'a.log.1']);
  assert.deepEqual(told.slice(1), ['recovered, 0 dropped']);
});
