import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { os } from '../../../src/platform/platform.ts';
import { containerWords } from '../../../src/platform/posix/container-words.ts';

const engine = { file: '/usr/bin/docker', options: [], env: {}, cwd: '/' };
const container = { life: 'm.1', engine, cidFile: '/state/m.1.cid', isRemoved: true };

test('a shell reads the words as they were', { skip: os === 'windows' && 'there is no shell' }, () => {
  const odd = {
    life: 'm.1',
    engine: { file: "/o'Brien/docker", options: ['-H', 'a b  "c" $(d) `e` \\'], env: { PATH: '/a b:*' }, cwd: "/it's" },
    cidFile: '/a folder/x.cid',
    isRemoved: false,
  };
  const script = `eval "set -- $1"; for word; do printf '%s\\n' "$word"; done`;
  const words = execFileSync('/bin/sh', ['-c', script, 'sh', containerWords(odd) ?? ''], { encoding: 'utf8' });
  assert.deepEqual(words.trimEnd().split('\n'), [
    '/a folder/x.cid',
    'm.1',
    "/it's",
    'kill',
    'env',
    'PATH=/a b:*',
    "/o'Brien/docker",
    '-H',
    'a b  "c" $(d) `e` \\',
  ]);
});

test('what the engine was asked to remove is removed', () => {
  assert.equal(containerWords(container), `'/state/m.1.cid' 'm.1' '/' 'rm -f' 'env' '/usr/bin/docker'`);
  assert.match(containerWords({ ...container, cidFile: null, isRemoved: false }) ?? '', /^'' 'm\.1' '\/' 'kill' /);
});

test('a path with "=" is no variable to `env`', () => {
  const words = containerWords({ ...container, engine: { ...engine, file: '/a=b/docker' } });
  assert.match(words ?? '', /'env' 'sh' '-c' 'exec "\$0" "\$@"' '\/a=b\/docker'$/);
});

test('an end of line cannot be told: a variable is left out, a path means that nothing is', () => {
  const words = containerWords({ ...container, engine: { ...engine, env: { HOME: '/a\nb', PATH: '/bin' } } });
  assert.match(words ?? '', /'env' 'PATH=\/bin' '\/usr\/bin\/docker'$/);
  assert.equal(containerWords({ ...container, cidFile: '/a\nb' }), null);
});
