import assert from 'node:assert/strict';
import { test } from 'node:test';
import { exitCodeOf } from '../../../src/cli/exit-codes.ts';
import { OutputError } from '../../../src/cli/output-errors.ts';
import { errorBody, renderError } from '../../../src/cli/render/error.ts';
import { plainTheme } from '../../../src/cli/render/theme.ts';
import { UsageError } from '../../../src/cli/usage-error.ts';
import { type Code, catalogue } from '../../../src/errors/catalogue.ts';
import { ConfigError } from '../../../src/errors/config-error.ts';
import { HoldfastError } from '../../../src/errors/holdfast-error.ts';
import { redactSecrets } from '../../../src/errors/redact.ts';

const redact = redactSecrets(['very-secret']);
const view = { theme: plainTheme, redact, shorten: (path: string) => path.replace('/home/ada/', ''), isDebug: false };

const missing = new HoldfastError('PROCESS_MODULE_MISSING', {
  server: 'weather',
  details: { module: 'left-pad' },
  stderrTail: ['using very-secret', 'Error: Cannot find module left-pad'],
  mayHaveRun: true,
});

test('a failure is told with its code, what to do, and the last words of the server', () => {
  assert.deepEqual(renderError(missing, view), [
    'error: weather: the server misses a module: left-pad',
    '  code  PROCESS_MODULE_MISSING',
    '  do    install its dependencies where it stands (npm install, pip install, uv sync), or correct the script in "args"',
    '  note  the call may have run',
    '  its last words:',
    '    using [redacted]',
    '    Error: Cannot find module left-pad',
  ]);
});

const invalid = new ConfigError([
  { file: '/home/ada/holdfast.json', line: 2, column: 5, key: 'mcpServers.a.args', message: 'expected a list' },
  { file: '/home/ada/holdfast.json', line: 9, column: 1, key: '', message: 'expected "}"' },
]);

test('what a bad configuration has kept from being done is said as it is, and none is no mistake', () => {
  const title = (error: ConfigError) => renderError(error, view).at(-2);
  const edit = new ConfigError(invalid.issues, { outcome: 'nothing was written' });
  assert.equal(title(edit), 'error: 2 mistakes in the configuration, nothing was written');
  const none = new ConfigError([{ file: 'holdfast.json', line: null, column: null, key: '', message: 'no such file' }]);
  assert.equal(title(none), 'error: there is no configuration that can be read');
  assert.equal(errorBody(none, redact).message, 'there is no configuration that can be read');
});

test('a bad configuration is told mistake by mistake, in a form that editors follow', () => {
  assert.deepEqual(renderError(invalid, view), [
    'holdfast.json:2:5: mcpServers.a.args: expected a list',
    'holdfast.json:9:1: expected "}"',
    'error: 2 mistakes in the configuration, nothing was started',
    '  do    correct what is listed; "holdfast config check" looks again',
  ]);
});

test('our own mistakes are called a bug, and show their stack only for debugging', () => {
  const bug = new TypeError('x is not a function');
  assert.equal(renderError(bug, view).length, 2);
  assert.match(
    renderError(bug, view).join('\n'),
    /^error: x is not a function\n {2}do {4}report it with what you did, for this is a bug/,
  );
  assert.match(renderError(bug, { ...view, isDebug: true }).join('\n'), /\n\s+at /);
});

test('what the system refuses is no bug, and is told with what to do', () => {
  const refused = Object.assign(new Error("EACCES: permission denied, mkdir '/state'"), {
    code: 'EACCES',
    syscall: 'mkdir',
  });
  assert.deepEqual(renderError(refused, view), [
    "error: EACCES: permission denied, mkdir '/state'",
    '  code  EACCES',
    '  do    give yourself the right to it, or name another place, such as with --state-dir',
  ]);
  assert.equal(errorBody(refused, redact).category, 'resource');
});

test('every error ends with what to do, for people and for programs', () => {
  const absent = new ConfigError([{ file: '/a', line: null, column: null, key: '', message: 'there is no such file' }]);
  const catalogued = Object.keys(catalogue).map(code => new HoldfastError(code as Code, { server: 'a' }));
  const others = [
    invalid,
    absent,
    new UsageError('x', 'see "holdfast --help"'),
    new OutputError(new Error('x')),
    new Error('x'),
    'x',
  ];
  for (const error of [...catalogued, ...others]) {
    const hint = errorBody(error, redact).hint ?? '';
    assert.match(hint, /\w/, String(error));
    const told = renderError(error, view).find(line => line.startsWith('  do    ')) ?? '';
    assert.ok(told.startsWith(`  do    ${hint}`), `${String(error)}: ${told}`);
  }
});

test('for programs every error has the same fields', () => {
  for (const error of [
    missing,
    invalid,
    new UsageError('unknown command "x"', 'see "holdfast --help"'),
    new TypeError('oh'),
    'text',
  ]) {
    const body = errorBody(error, redact);
    assert.deepEqual(Object.keys(body).slice(0, 6), ['category', 'code', 'message', 'hint', 'server', 'details']);
    assert.doesNotMatch(JSON.stringify(body), /very-secret/);
  }
  assert.deepEqual(errorBody(invalid, redact).details, { issues: invalid.issues });
});

test('each kind of error has its exit code', () => {
  const codes = [
    new UsageError('x', 'y'),
    new HoldfastError('TOOL_UNKNOWN'),
    new HoldfastError('TOOL_SERVER_UNKNOWN'),
    invalid,
    new HoldfastError('CONNECTION_NO_MANAGER'),
    missing,
    new HoldfastError('CONNECTION_HANDSHAKE_TIMEOUT'),
    new HoldfastError('TOOL_CALL_FAILED'),
    new HoldfastError('TOOL_CALL_CANCELLED'),
    new HoldfastError('TOOL_CALL_TIMEOUT'),
    new HoldfastError('PROCESS_MANAGER_RUNNING'),
    new HoldfastError('PROCESS_BACKGROUND_REFUSED'),
    new Error('x'),
  ].map(exitCodeOf);
  assert.deepEqual(codes, [2, 2, 2, 3, 4, 5, 5, 6, 130, 1, 1, 1, 1]);
});
