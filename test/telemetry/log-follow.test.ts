import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { LogFollower } from '../../src/telemetry/log-follow.ts';
import { logFilesIn } from '../../src/telemetry/log-lines.ts';
import { lineAt, logFolderOf } from '../support/log-folder.ts';

const words = async (follower: LogFollower): Promise<string> =>
  (await follower.next()).map(({ line }) => line.msg).join(' ');

test('what comes is told once, in order of time over all files, and also of files that are new', async t => {
  const { folder, write, append } = await logFolderOf(t);
  write('a.log', lineAt(0, 'seen'));
  const follower = new LogFollower(folder, null, await logFilesIn(folder));
  assert.equal(await words(follower), '');
  append('a.log', lineAt(1, 'one'), lineAt(3, 'three'));
  append('b.log', lineAt(2, 'two'));
  assert.equal(await words(follower), 'one two three');
  assert.equal(await words(follower), '');
});

test('a line that is half written is told when it is whole', async t => {
  const { folder, append } = await logFolderOf(t);
  const follower = new LogFollower(folder, null, []);
  const line = lineAt(0, 'grüße');
  append('a.log', line.slice(0, -5));
  assert.equal(await words(follower), '');
  append('a.log', line.slice(-5));
  assert.equal(await words(follower), 'grüße');
});

test('it goes on when files are put aside, several times between two looks', async t => {
  const { folder, append, rename } = await logFolderOf(t);
  append('a.log', lineAt(0, 'seen'));
  const follower = new LogFollower(folder, null, await logFilesIn(folder));
  append('a.log', lineAt(1, 'one'));
  rename('a.log', 'a.log.1');
  append('a.log', lineAt(2, 'two'));
  rename('a.log.1', 'a.log.2');
  rename('a.log', 'a.log.1');
  append('a.log', lineAt(3, 'three'));
  assert.equal(await words(follower), 'one two three');
});

test('it goes on when everything is taken away, and comes again', async t => {
  const { folder, append } = await logFolderOf(t);
  append('a.log', lineAt(0, 'seen'), lineAt(0, 'seen, too'));
  const follower = new LogFollower(folder, null, await logFilesIn(folder));
  rmSync(join(folder, 'a.log'));
  append('a.log', lineAt(1, 'one'));
  assert.equal(await words(follower), 'one');
});

test('of one server, only its files are looked at', async t => {
  const { folder, append } = await logFolderOf(t);
  const follower = new LogFollower(folder, new Set(['a']), []);
  append('a.log', lineAt(0, 'a'));
  append('b.log', lineAt(0, 'b'));
  assert.equal(await words(follower), 'a');
});
