import assert from 'node:assert/strict';
import { utimesSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { type LogQuery, readLogs } from '../../src/telemetry/log-history.ts';
import { logFilesIn } from '../../src/telemetry/log-lines.ts';
import { lineAt, logFolderOf } from '../support/log-folder.ts';

/** Three files of one server and one of another, whose lines lie between. */
async function setUp(t: TestContext) {
  const { folder, write } = await logFolderOf(t);
  write('a.log.2', lineAt(0, 'a0'), lineAt(2, 'a2'));
  write('a.log.1', 'torn"}\n', lineAt(4, 'a4'), lineAt(6, 'a6', { level: 'warn' }));
  write('a.log', lineAt(8, 'a8'));
  write('b.log', lineAt(1, 'b1'), lineAt(5, 'b5', { level: 'warn' }), lineAt(9, 'b9'), 'not yet a li');
  const read = async (query: Partial<LogQuery> = {}) => {
    const all = { since: null, last: Number.POSITIVE_INFINITY, matches: () => true };
    const found: string[] = [];
    for await (const { line } of readLogs(folder, await logFilesIn(folder), { ...all, ...query }))
      found.push(line.msg ?? '');
    return found.join(' ');
  };
  return { folder, read };
}

const at = (second: number): string => JSON.parse(lineAt(second, '')).time as string;

test('the lines of all files come in order of time, also those that were put aside', async t => {
  const { read } = await setUp(t);
  assert.equal(await read(), 'a0 b1 a2 a4 b5 a6 a8 b9');
});

test('the last ones are the last in time over all files, and only of those that are wanted', async t => {
  const { read } = await setUp(t);
  assert.equal(await read({ last: 3 }), 'a6 a8 b9');
  assert.equal(await read({ last: 7 }), 'b1 a2 a4 b5 a6 a8 b9');
  assert.equal(await read({ last: 100 }), 'a0 b1 a2 a4 b5 a6 a8 b9');
  assert.equal(await read({ last: 0 }), '');
  assert.equal(await read({ last: 3, matches: ({ level }) => level === 'warn' }), 'b5 a6');
});

test('since a time, all or the last ones', async t => {
  const { folder, read } = await setUp(t);
  assert.equal(await read({ since: at(5) }), 'b5 a6 a8 b9');
  assert.equal(await read({ since: at(5), last: 2 }), 'a8 b9');
  assert.equal(await read({ since: at(5), last: 9 }), 'b5 a6 a8 b9');
  assert.equal(await read({ since: at(10) }), '');
  utimesSync(join(folder, 'a.log.1'), 1, 1);
  assert.equal(await read({ since: at(5) }), 'b5 a8 b9', 'a file that nobody has written to since is not opened');
});

test('whoever has seen enough leaves no file open', async t => {
  const { folder, read } = await setUp(t);
  for await (const { line } of readLogs(folder, await logFilesIn(folder), {
    since: null,
    last: Number.POSITIVE_INFINITY,
    matches: () => true,
  })) {
    assert.equal(line.msg, 'a0');
    break;
  }
  // Node would end the process for a handle that is closed by the garbage collector.
  assert.equal(await read({ last: 1 }), 'b9');
});
