import assert from 'node:assert/strict';
import { test } from 'node:test';
import { configurationLines } from '../../../src/cli/render/configuration-lines.ts';
import { plainTheme } from '../../../src/cli/render/theme.ts';

const well = { file: '/w/holdfast.json', loadedAt: '', problems: [], warnings: [], pending: [], needsRestart: [] };
const lines = (changes: Partial<Parameters<typeof configurationLines>[0]>, width = 100) =>
  configurationLines({ ...well, ...changes }, width, plainTheme);
const problem = (line: number) => ({ file: '/w/holdfast.json', line, column: 3, key: 'mcpServers.a', message: 'no' });

test('of a configuration that counts nothing is said', () => {
  assert.deepEqual(lines({}), []);
});

test('mistakes stand with their place, and beyond five they are counted', () => {
  assert.deepEqual(lines({ problems: [problem(7)] }), [
    '/w/holdfast.json has mistakes, so what was read before goes on:',
    '  /w/holdfast.json:7:3: mcpServers.a: no',
  ]);
  const many = lines({ problems: [1, 2, 3, 4, 5, 6, 7].map(problem) });
  assert.equal(many.at(-1), '  and 2 more: holdfast config check');
});

test('settings that do not count say why, and what to do', () => {
  assert.deepEqual(lines({ pending: [{ server: 'web', reason: 'it exited' }], needsRestart: ['holdfast.gateway'] }), [
    'web: new settings do not count yet: it exited',
    '  "holdfast restart web" stops the old process and insists on them',
    'holdfast.gateway: changed, counts from the next start ("holdfast down", then "up")',
  ]);
});
