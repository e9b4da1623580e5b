import assert from 'node:assert/strict';
import { test } from 'node:test';
import { configFromObject } from '../../src/config/load.ts';
import { redactorFor } from '../../src/daemon/redact-told.ts';
import type { Endpoint, Manager } from '../../src/manager.ts';

const configOf = (secret: string) =>
  configFromObject(
    { mcpServers: { files: { command: 'node', env: { A: secret } } } },
    { env: {}, home: '/', cwd: '/' },
  );

test('secrets of the servers and of the endpoint go from every text, those of an earlier configuration too', () => {
  const manager: { config: Manager['config']; endpoint: Endpoint | null } = {
    config: configOf('correct-horse'),
    endpoint: null,
  };
  const redact = redactorFor(manager);
  const told = { lines: ['a correct-horse', 'b battery-staple', 'c the-door-key'], deep: { text: 'correct-horse' } };
  assert.deepEqual(redact(told).lines, ['a [redacted]', 'b battery-staple', 'c the-door-key']);
  manager.config = configOf('battery-staple');
  assert.deepEqual(redact(told).lines, ['a [redacted]', 'b [redacted]', 'c the-door-key']);
  manager.endpoint = { token: 'the-door-key' } as Endpoint;
  assert.deepEqual(redact(told), {
    lines: ['a [redacted]', 'b [redacted]', 'c [redacted]'],
    deep: { text: '[redacted]' },
  });
});

test('the words that programs compare stay, even where one is a secret', () => {
  const redact = redactorFor({ config: configOf('starting'), endpoint: null });
  assert.deepEqual(redact({ state: 'starting', name: 'starting', reason: 'is starting', byCause: { starting: 1 } }), {
    state: 'starting',
    name: 'starting',
    reason: 'is [redacted]',
    byCause: { starting: 1 },
  });
});
