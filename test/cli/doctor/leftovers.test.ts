import assert from 'node:assert/strict';
import { test } from 'node:test';
import { guardianVerdict, leftoversVerdict } from '../../../src/cli/doctor/leftovers.ts';

test('a guardian takes a shell, but for Windows', () => {
  assert.equal(guardianVerdict('linux', true).status, 'ok');
  assert.equal(guardianVerdict('windows', false).status, 'ok');
  const without = guardianVerdict('macos', false);
  assert.equal(without.status, 'warning');
  assert.match(without.summary, /no \/bin\/sh/);
});

test('what a killed manager may have left is named, and so is a journal that cannot be read', () => {
  assert.equal(leftoversVerdict({ journals: [], troubles: [] }).status, 'ok');
  const manager = { pid: 7, startedAt: '1', bootId: null, mark: 'm', pidSpace: null };
  const life = { cookie: 'm.1', pid: 9, startedAt: '2', folder: null };
  const lives = [
    { ...life, server: 'files' },
    { ...life, server: 'web' },
    { ...life, server: 'files' },
  ];
  const found = leftoversVerdict({ journals: [{ path: '/x', journal: { manager, lives } }], troubles: [] });
  assert.equal(found.status, 'warning');
  assert.equal(found.summary, 'a manager was killed while these ran: files, web');
  assert.deepEqual(found.details?.managers, [7]);
  assert.equal(leftoversVerdict({ journals: [], troubles: ['/x is no journal'] }).summary, '/x is no journal');
});
