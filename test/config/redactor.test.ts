import assert from 'node:assert/strict';
import { test } from 'node:test';
import { configFromObject } from '../../src/config/load.ts';
import { Redactor } from '../../src/config/redactor.ts';

const of = (key: string) =>
  configFromObject({ mcpServers: { a: { command: 'x', env: { KEY: key } } } }, { env: {}, cwd: '/', home: '/' });

test('the secrets of every configuration stay secret, also when another has come', () => {
  const redactor = new Redactor(of('first-secret'), ['token-of-ours']);
  const { redact } = redactor;
  redactor.add(of('second-secret'));
  assert.doesNotMatch(redact('first-secret second-secret token-of-ours, all else'), /secret|token/);
  assert.match(redact('first-secret, all else'), /, all else$/);
});
