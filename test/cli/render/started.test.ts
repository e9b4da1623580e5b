import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startedLines } from '../../../src/cli/render/started.ts';
import { plainTheme } from '../../../src/cli/render/theme.ts';

const started = {
  title: 'holdfast 1.0.0',
  pid: 7,
  url: 'http://127.0.0.1:4653/mcp',
  token: 'secret-token',
  tokenFile: '/state/token',
  isSecretShown: true,
  logs: '/state/logs',
  command: (words: string) => `holdfast ${words} --config mcp.json`,
};

test('it says where the manager is, and how to look at it and end it', () => {
  assert.deepEqual(startedLines(started, plainTheme), [
    'holdfast 1.0.0 is up in the background (pid 7)',
    '  endpoint   http://127.0.0.1:4653/mcp',
    '  token      secret-token',
    '  dashboard  http://127.0.0.1:4653/#token=secret-token',
    '  logs in    /state/logs; live: holdfast logs -f --config mcp.json',
    '  servers    holdfast status --config mcp.json',
    '  stop it    holdfast down --config mcp.json',
  ]);
});

test('what may go into a file has no token in it', () => {
  const lines = startedLines({ ...started, isSecretShown: false }, plainTheme);
  assert.ok(!lines.join().includes('secret-token'));
  assert.ok(lines.includes('  token in   /state/token'));
  assert.ok(startedLines({ ...started, token: null }, plainTheme).includes('  token      none is asked for'));
});
