import assert from 'node:assert/strict';
import { lstatSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { controlPaths, listenOn, prepareControlPath } from '../../src/daemon/control-socket.ts';
import type { Lock } from '../../src/daemon/instance-lock.ts';
import { os } from '../../src/platform/platform.ts';
import { withNothingLeft } from '../support/leak-check.ts';

const skip = os === 'windows' && 'a named pipe lies in no folder and has no mode';
const where = { env: { XDG_RUNTIME_DIR: '/run/user/7' }, os: 'linux', uid: 7, tmp: '/tmp' } as const;
const nothing = async () => {};
const lockOf = (stateDir: string): Lock => ({ stateDir, publish: nothing, bequeath: nothing, release: nothing });

test('the socket lies in the state folder while its path is short enough, in bytes', () => {
  const most = `/${'a'.repeat(100 - '/control.sock'.length - 1)}`;
  assert.deepEqual(controlPaths({ ...where, stateDir: most }), [`${most}/control.sock`]);
  for (const long of [`${most}a`, `/${'é'.repeat(45)}`]) {
    const [first = '', second = ''] = controlPaths({ ...where, stateDir: long });
    assert.match(first, /^\/run\/user\/7\/holdfast-[0-9a-f]{16}\.sock$/);
    assert.match(second, /^\/tmp\/holdfast-7\/[0-9a-f]{16}\.sock$/);
  }
});

test('two long state folders have two sockets', () => {
  const [one, two] = ['1', '2'].map(end => controlPaths({ ...where, stateDir: `/${'a'.repeat(200)}${end}` })[0]);
  assert.notEqual(one, two);
});

test('a runtime folder that is relative, or too long itself, is no choice', () => {
  for (const runtime of ['run', `/${'r'.repeat(90)}`]) {
    const paths = controlPaths({ ...where, env: { XDG_RUNTIME_DIR: runtime }, stateDir: `/${'a'.repeat(200)}` });
    assert.deepEqual(
      paths.map(path => path.startsWith('/tmp/')),
      [true],
    );
  }
});

test('Windows has a named pipe', () => {
  const paths = controlPaths({ ...where, os: 'windows', stateDir: 'C:\\state' });
  assert.match(paths.join(), /^\\\\\.\\pipe\\holdfast-[0-9a-f]{16}$/);
});

test('a folder for sockets is made closed, and one that others may enter is not used', { skip }, async t => {
  const { folder } = await withNothingLeft(t);
  const lock = lockOf(join(folder, 'x'.repeat(100)));
  const path = await prepareControlPath(lock, { env: {}, tmp: folder });
  const made = join(path, '..');
  assert.equal(statSync(made).mode & 0o777, 0o700);
  await rm(made, { recursive: true });
  mkdirSync(made, { mode: 0o755 });
  await assert.rejects(prepareControlPath(lock, { env: {}, tmp: folder }), /no place for the control socket/);
});

test('what a dead manager has left is removed, and what is no socket is not', { skip }, async t => {
  const { folder } = await withNothingLeft(t);
  const path = join(folder, 'control.sock');
  writeFileSync(path, 'precious');
  await prepareControlPath(lockOf(folder));
  assert.equal(statSync(path).isFile(), true);
});

test('the socket is closed to others, whatever the umask', { skip }, async t => {
  const { folder, later } = await withNothingLeft(t);
  const path = join(folder, 'control.sock');
  const server = createServer();
  later(() => server.close());
  const before = process.umask(0);
  later(() => process.umask(before));
  await listenOn(server, path);
  assert.equal(lstatSync(path).mode & 0o777, 0o600);
  assert.equal(process.umask(), 0);
  await assert.rejects(listenOn(createServer(), path), { code: 'EADDRINUSE' });
});
