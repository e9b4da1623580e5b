import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import {
  clearCid,
  dropCid,
  keepContainer,
  markContainer,
  readCid,
} from '../../../src/process/container/kept-container.ts';
import type { LaunchPlan } from '../../../src/process/launch-plan.ts';

const ID = '3f4e'.repeat(16);
const container = { globals: 1, optionsAt: 2, cidFile: null, takesCidFile: true, isRemoved: true };
const plan: LaunchPlan = {
  file: '/usr/bin/docker',
  args: ['--debug', 'run', '-i', '--rm', 'image'],
  env: { PATH: '/bin', TOKEN: 'secret' },
  cwd: '/project',
  launch: 'resolved',
  why: 'a test',
  mayDownload: true,
  withheld: [],
  container,
};
const names = { mark: 'm', life: 'm.1' };

function folderOf(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-'));
  t.after(() => rmSync(folder, { recursive: true }));
  return folder;
}

test('a life’s container is marked behind "run", and its engine is known without the server’s secrets', t => {
  const folder = folderOf(t);
  const kept = keepContainer(plan, names, folder);
  const cidFile = join(folder, 'containers', 'm.1.cid');
  const engine = { file: '/usr/bin/docker', options: ['--debug'], env: { PATH: '/bin' }, cwd: '/project' };
  assert.deepEqual(kept, { ...names, engine, cidFile, isOwnFile: true, isRemoved: true });
  const labels = ['--label', 'holdfast.manager=m', '--label', 'holdfast.life=m.1'];
  const rest = ['-i', '--rm', 'image'];
  assert.deepEqual(markContainer(plan, kept).args, ['--debug', 'run', '--cidfile', cidFile, ...labels, ...rest]);
  assert.deepEqual(markContainer(plan, keepContainer(plan, names, null)).args, ['--debug', 'run', ...labels, ...rest]);
});

test('the user’s own file is read, and none is added', t => {
  const kept = keepContainer(
    { ...plan, container: { ...container, cidFile: '/x', takesCidFile: false } },
    names,
    folderOf(t),
  );
  assert.deepEqual([kept?.cidFile, kept?.isOwnFile], ['/x', false]);
  assert.equal(markContainer(plan, kept).args.includes('--cidfile'), false);
});

test('any other plan stays as it is', t => {
  const { container: _, ...other } = plan;
  assert.equal(keepContainer(other, names, folderOf(t)), null);
  assert.equal(markContainer(other, null), other);
});

test('an id is read once it is there, and nothing else is taken for one', t => {
  const file = join(folderOf(t), 'id');
  assert.equal(readCid(null), null);
  assert.equal(readCid(file), null);
  for (const text of ['', 'my notes', `${ID} and more`, 'abc']) {
    writeFileSync(file, text);
    assert.equal(readCid(file), null, text);
  }
  writeFileSync(file, `${ID}\n`);
  assert.equal(readCid(file), ID);
});

test('of what the user has named only an id is removed before a start', t => {
  const cidFile = join(folderOf(t), 'id');
  const kept = {
    ...names,
    engine: { file: '', options: [], env: {}, cwd: '' },
    cidFile,
    isOwnFile: false,
    isRemoved: true,
  };
  clearCid(kept);
  for (const [text, isLeft] of [
    ['my notes', true],
    [ID, false],
    ['', false],
  ] as const) {
    writeFileSync(cidFile, text);
    clearCid(kept);
    assert.equal(existsSync(cidFile), isLeft, text);
  }
  writeFileSync(cidFile, ID);
  dropCid(kept);
  assert.equal(existsSync(cidFile), true, 'it is not ours');
  dropCid({ ...kept, isOwnFile: true });
  assert.equal(existsSync(cidFile), false);
});
