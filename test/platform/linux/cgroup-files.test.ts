import assert from 'node:assert/strict';
import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { cgroupFiles, ifThere, removeTree } from '../../../src/platform/linux/cgroup-files.ts';
import { os } from '../../../src/platform/platform.ts';

function folderFor(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-test-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

test('what the kernel does not offer is missing, and is not made by writing to it', t => {
  const folder = folderFor(t);
  assert.throws(() => cgroupFiles.write(`${folder}/memory.max`, '1'), { code: 'ENOENT' });
  assert.equal(cgroupFiles.has(`${folder}/memory.max`), false);
  writeFileSync(`${folder}/pids.max`, 'max');
  cgroupFiles.write(`${folder}/pids.max`, '512');
  assert.equal(readFileSync(`${folder}/pids.max`, 'utf8'), '512');
});

test('a file that may be written but not read is written, as cgroup.kill is', {
  skip: os === 'windows' && 'its files have other rights',
}, t => {
  const file = `${folderFor(t)}/cgroup.kill`;
  writeFileSync(file, '');
  chmodSync(file, 0o200);
  const NOBODY = 65_534;
  const isRoot = process.getuid?.() === 0;
  if (isRoot) {
    for (const path of [file, dirname(file)]) chownSync(path, NOBODY, NOBODY);
    process.seteuid?.(NOBODY);
  }
  try {
    assert.throws(() => readFileSync(file), { code: 'EACCES' });
    cgroupFiles.write(file, '1');
  } finally {
    if (isRoot) process.seteuid?.(0);
  }
  chmodSync(file, 0o600);
  assert.equal(readFileSync(file, 'utf8'), '1');
});

test('a tree is removed from its leaves on, and a second time is harmless', t => {
  const top = `${folderFor(t)}/top`;
  mkdirSync(`${top}/a/b`, { recursive: true });
  mkdirSync(`${top}/c`);
  assert.deepEqual(cgroupFiles.folders(top).sort(), [`${top}/a`, `${top}/c`]);
  assert.equal(removeTree(cgroupFiles, top), true);
  assert.equal(existsSync(top), false);
  assert.equal(removeTree(cgroupFiles, top), true);
});

test('what is still in use stays, and that is told', t => {
  const top = `${folderFor(t)}/top`;
  mkdirSync(`${top}/a/b`, { recursive: true });
  writeFileSync(`${top}/a/in-use`, '');
  assert.equal(removeTree(cgroupFiles, top), false);
  assert.equal(existsSync(`${top}/a/b`), false);
  assert.equal(existsSync(`${top}/a/in-use`), true);
});

test('what has gone reads as nothing, any other failure is one', () => {
  const failing = (code: string) => () => {
    throw Object.assign(new Error(code), { code });
  };
  for (const code of ['ENOENT', 'ENODEV', 'EOPNOTSUPP']) assert.equal(ifThere(failing(code)), null);
  assert.throws(() => ifThere(failing('EIO')), { code: 'EIO' });
});
