import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LogLevels } from '../../src/supervisor/log-levels.ts';

test('a process is as verbose as its most curious client, and each client hears what it asked for', () => {
  const levels = new LogLevels<string>();
  assert.equal(levels.wanted, null);
  assert.equal(levels.admits('a', 'debug'), true, 'nobody has asked: everything');
  assert.equal(levels.set('a', 'error'), true);
  assert.equal(levels.set('b', 'debug'), true);
  assert.equal(levels.wanted, 'debug');
  assert.deepEqual(
    ['a', 'b', 'c'].map(client => ['debug', 'info', 'error'].map(level => levels.admits(client, level))),
    [
      [false, false, true],
      [true, true, true],
      [false, true, true],
    ],
  );
  levels.drop('b');
  assert.deepEqual([levels.wanted, levels.of('a'), levels.of('b')], ['error', 'error', null]);
});

test('what is no level sets nothing, and a message of none is for all', () => {
  const levels = new LogLevels<string>();
  for (const level of ['loud', undefined, 7, null]) assert.equal(levels.set('a', level), false);
  assert.equal(levels.wanted, null);
  levels.set('a', 'emergency');
  assert.equal(levels.admits('a', 'loud'), true);
});
