import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lastWords } from '../../../src/cli/render/last-words.ts';

test('the last words leave stack frames out', () => {
  const node = [
    'up',
    '/a/server.js:3',
    'throw new Error()',
    '      ^',
    '',
    'Error: no config',
    '    at run (a.js:1:1)',
    '',
    'Node.js v20.19.0',
  ];
  assert.deepEqual(lastWords(node, 2), ['throw new Error()', 'Error: no config']);
  const python = ['Traceback (most recent call last):', '  File "a.py", line 1, in <module>', 'KeyError: 1'];
  assert.deepEqual(lastWords(python, 3), ['Traceback (most recent call last):', 'KeyError: 1']);
});

test('where all is silent, the last words are the last lines', () => {
  assert.deepEqual(lastWords(['    at a', '    at b'], 1), ['    at b']);
  assert.deepEqual(lastWords([], 3), []);
});
