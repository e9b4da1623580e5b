import assert from 'node:assert/strict';
import { test } from 'node:test';
import { commandFor } from '../../src/cli/places.ts';

test('the next command means the same manager as this one, and can be copied', () => {
  assert.equal(commandFor({})('status'), 'holdfast status');
  assert.equal(commandFor({ config: 'a/mcp.json' })('down'), 'holdfast down --config a/mcp.json');
  assert.equal(
    commandFor({ config: 'C:\\My Files\\mcp.json', stateDir: '/tmp/s' })('logs -f'),
    'holdfast logs -f --config "C:\\My Files\\mcp.json" --state-dir /tmp/s',
  );
});
