import assert from 'node:assert/strict';
import { test } from 'node:test';
import { logFileName, logStem, parseLogFileName } from '../../src/telemetry/log-names.ts';

test('a server with a plain name has a file of that name, and the manager has its own', () => {
  assert.equal(logStem('files'), 'files');
  assert.equal(logStem('my.server-2_x'), 'my.server-2_x');
  assert.equal(logStem(null), 'manager');
});

test('no two servers share a file, on no file system, and none leaves the folder', () => {
  const names = [
    'manager',
    'Files',
    'files',
    'FILES',
    'con',
    'nul.txt',
    '../x',
    '..',
    '.',
    'a/b',
    'a\\b',
    'a:b',
    'ä',
    '',
  ];
  const stems = names.map(logStem);
  assert.equal(new Set(stems.map(stem => stem.toLowerCase())).size, names.length);
  for (const stem of [...stems, logStem('x'.repeat(300))]) assert.match(stem, /^[a-z0-9_][a-z0-9._-]{0,63}$/);
  assert.notEqual(logStem('manager'), logStem(null));
});

test('a file’s name says whose it is and how old', () => {
  for (const stem of ['files', 'a.log', 'a.log.1', 'x.log.2.log']) {
    for (const age of [0, 1, 12]) assert.deepEqual(parseLogFileName(logFileName(stem, age)), { stem, age });
  }
  for (const name of ['files', '.turning', 'files.log.x', 'files.log.0', '.log', 'token'])
    assert.equal(parseLogFileName(name), null, name);
});
