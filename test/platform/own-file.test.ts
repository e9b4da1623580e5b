import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { readOwnFile } from '../../src/platform/own-file.ts';
import { os } from '../../src/platform/platform.ts';

const onPosix = { skip: os === 'windows' && 'modes are of POSIX' };

function fileIn(t: TestContext, mode: number): string {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'file');
  writeFileSync(path, 'text');
  chmodSync(path, mode);
  return path;
}

test('what only we can write is read, whoever may read it', async t => {
  assert.equal(await readOwnFile(fileIn(t, 0o600)), 'text');
  assert.equal(await readOwnFile(fileIn(t, 0o644)), 'text');
});

test('what a group or everybody can write is not', onPosix, async t => {
  assert.equal(await readOwnFile(fileIn(t, 0o620)), null);
  assert.equal(await readOwnFile(fileIn(t, 0o602)), null);
});

test('what belongs to somebody else is not', {
  skip: process.geteuid?.() !== 0 && 'only root can give a file away',
}, async t => {
  const path = fileIn(t, 0o644);
  chownSync(path, 65_534, 65_534);
  assert.equal(await readOwnFile(path), null);
});

test('a link is not followed, and a pipe is not waited for', onPosix, async t => {
  const path = fileIn(t, 0o600);
  symlinkSync(path, `${path}.link`);
  await assert.rejects(readOwnFile(`${path}.link`), { code: 'ELOOP' });
  execFileSync('/bin/sh', ['-c', 'mkfifo -m 600 "$1"', 'sh', `${path}.pipe`]);
  assert.equal(await readOwnFile(`${path}.pipe`), null);
});
