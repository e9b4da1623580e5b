import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HoldfastError } from '../../src/errors/holdfast-error.ts';

test('a part of the message whose value is unknown is left out', () => {
  assert.equal(new HoldfastError('NETWORK_DNS').message, 'the address of a host could not be found');
  assert.equal(
    new HoldfastError('NETWORK_DNS', { details: { host: 'example.com' } }).message,
    'the address of a host could not be found: example.com',
  );
});

test('a value that is missing outside of such a part shows by its name', () => {
  assert.equal(new HoldfastError('PROCESS_EXITED').message, 'the server exited unexpectedly (<how>)');
});

test('braces, brackets and dollar signs within a value stay as they are', () => {
  const error = new HoldfastError('TOOL_UNKNOWN', { details: { tool: '{nearest} [x] $&' } });
  assert.equal(error.message, 'the server has no tool "{nearest} [x] $&"');
});

test('the hint names the server', () => {
  const error = new HoldfastError('CONNECTION_CLOSED', { server: 'files' });
  assert.equal(error.hint, 'start the server with "holdfast start files"');
  assert.equal(error.with({ server: 'other' }).hint, 'start the server with "holdfast start other"');
});

test('a client is told the name of the command without its path or arguments', () => {
  for (const command of [
    '/home/ada/bin/serve',
    'C:\\Users\\Ada Byron\\bin\\serve',
    '/home/ada/bin/serve --token=abc',
  ]) {
    const error = new HoldfastError('PROCESS_COMMAND_NOT_FOUND', { details: { command } });
    assert.equal(error.toClient().message, 'cannot find the command "serve"');
    assert.ok(error.message.includes(command), 'the log has all of it');
  }
});

test('a client sees no closed value, wherever it stands', () => {
  const secret = '/home/ada/secret';
  const details = {
    cwd: secret,
    module: secret,
    line: secret,
    argument: secret,
    host: secret,
    stateDir: secret,
    pid: 7,
  };
  for (const code of [
    'PROCESS_CWD_MISSING',
    'PROCESS_MODULE_MISSING',
    'CONNECTION_NOT_JSON',
    'PROCESS_MANAGER_RUNNING',
  ] as const) {
    const error = new HoldfastError(code, { details, hint: `look at ${secret}`, cause: new Error(secret) });
    assert.ok(!JSON.stringify(error.toClient()).includes(secret), code);
    assert.ok(JSON.stringify(error.toLog()).includes(secret), code);
  }
});

test('a hint that is said to be open reaches the client, also by way of a call', () => {
  const error = new HoldfastError('PROCESS_EXITED', {
    details: { how: 'exit code 1' },
    hint: 'set TOKEN',
    isHintOpen: true,
  });
  assert.equal(error.with({ mayHaveRun: false }).toClient().hint, 'set TOKEN');
});

test('a client sees at most ten lines or two kilobytes of stderr, redacted, and none beyond loopback', () => {
  const stderrTail = Array.from({ length: 30 }, (_, index) => `line ${index}`);
  const error = new HoldfastError('PROCESS_EXITED', { details: { how: 'exit code 1' }, stderrTail });
  assert.deepEqual(error.toClient().stderrTail, stderrTail.slice(-10));
  assert.equal(error.toClient({ redact: () => '-' }).stderrTail?.at(-1), '-');
  assert.equal(error.toClient({ exposeStderr: false }).stderrTail, undefined);

  const long = new HoldfastError('PROCESS_EXITED', { stderrTail: Array.from({ length: 10 }, () => 'é'.repeat(5_000)) });
  const shown = long.toClient().stderrTail ?? [];
  assert.ok(shown.length > 0);
  assert.ok(Buffer.byteLength(shown.join('\n')) <= 2048);
});
