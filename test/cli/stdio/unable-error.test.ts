import assert from 'node:assert/strict';
import { test } from 'node:test';
import { unableError } from '../../../src/cli/stdio/unable-error.ts';
import { UsageError } from '../../../src/cli/usage-error.ts';
import { ConfigError } from '../../../src/errors/config-error.ts';
import { HoldfastError } from '../../../src/errors/holdfast-error.ts';

const redact = (text: string) => text.replaceAll('secret', '***');
const issue = {
  file: '/home/ada/holdfast.json',
  line: 3,
  column: 7,
  key: 'mcpServers.a',
  message: 'unknown key secret',
};
const told = (cause: unknown) => {
  const { code, hint } = unableError(cause, redact).toClient();
  return [code, hint];
};

test('the client is told the place of the first mistake, and how many more there are', () => {
  const place = 'correct the configuration: /home/ada/holdfast.json:3:7: mcpServers.a: unknown key ***';
  assert.deepEqual(told(new ConfigError([issue])), ['CONNECTION_NO_MANAGER', place]);
  const three = new ConfigError([issue, { ...issue, line: 4 }, { ...issue, line: 5 }]);
  assert.deepEqual(told(three), ['CONNECTION_NO_MANAGER', `${place}; 2 more: see "holdfast config check"`]);
});

test('a command line that is wrong is told in its own words', () => {
  assert.deepEqual(told(new UsageError('two are running', 'name one')), [
    'CONNECTION_NO_MANAGER',
    'two are running: name one',
  ]);
});

test('an error of ours is told as it is, and of what nobody foresaw only that no manager runs', () => {
  const taken = new HoldfastError('RESOURCE_PORT_TAKEN');
  assert.equal(unableError(taken, redact), taken);
  assert.deepEqual(told(new Error('secret')), ['CONNECTION_NO_MANAGER', 'start one with "holdfast up"']);
});
