import assert from 'node:assert/strict';
import { test } from 'node:test';
import { plainTheme } from '../../../src/cli/render/theme.ts';
import { renderTools } from '../../../src/cli/render/tool-list.ts';

const tools = [
  { server: 'files', name: 'read_file', description: 'Reads a file as text.\nMore words.' },
  { server: 'files', name: 'stat' },
  { server: 'time', name: 'now', title: 'The time' },
];

test('tools stand under their server, with the first line of what they say of themselves', () => {
  assert.deepEqual(renderTools(tools, 28, plainTheme), [
    'files  2 tools',
    '  read_file  Reads a file a…',
    '  stat',
    '',
    'time  1 tool',
    '  now        The time',
  ]);
});

test('a list without tools says so', () => assert.deepEqual(renderTools([], 80, plainTheme), ['no tools']));
