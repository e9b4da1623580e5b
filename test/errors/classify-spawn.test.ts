import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Code } from '../../src/errors/catalogue.ts';
import { classifySpawnError, type SpawnContext, type SpawnFailure } from '../../src/errors/classify.ts';

const context: SpawnContext = { server: 'files', command: 'serve', cwd: '/srv/ada' };

function failure(facts: Partial<SpawnFailure>): SpawnFailure {
  return Object.assign(new Error(`spawn serve ${facts.code ?? facts.win32Code}`), facts);
}

const expected: readonly [Partial<SpawnFailure>, Code][] = [
  [{ code: 'ENOENT' }, 'PROCESS_COMMAND_NOT_FOUND'],
  [{ code: 'EACCES' }, 'PROCESS_NOT_EXECUTABLE'],
  [{ code: 'ENOEXEC' }, 'PROCESS_NOT_EXECUTABLE'],
  [{ code: 'E2BIG' }, 'PROCESS_COMMAND_TOO_LONG'],
  [{ code: 'ERR_INVALID_ARG_VALUE' }, 'PROCESS_COMMAND_UNSAFE'],
  [{ code: 'EMFILE' }, 'RESOURCE_FILES'],
  [{ code: 'EAGAIN' }, 'RESOURCE_PROCESSES'],
  [{ code: 'ENOMEM' }, 'RESOURCE_MEMORY'],
  [{ code: 'EINVAL' }, 'PROCESS_SPAWN_FAILED'],
  [{ code: 'constructor' }, 'PROCESS_SPAWN_FAILED'],
  [{ win32Code: 2 }, 'PROCESS_COMMAND_NOT_FOUND'],
  [{ win32Code: 193 }, 'PROCESS_NOT_EXECUTABLE'],
  [{ win32Code: 267 }, 'PROCESS_CWD_MISSING'],
  [{ win32Code: 1455 }, 'RESOURCE_MEMORY'],
  [{ win32Code: 31 }, 'PROCESS_SPAWN_FAILED'],
  [{}, 'PROCESS_SPAWN_FAILED'],
];

for (const [facts, code] of expected) {
  test(`a failed spawn with ${JSON.stringify(facts)} is ${code}`, () => {
    const error = failure(facts);
    const classified = classifySpawnError(error, context);
    assert.equal(classified.code, code);
    assert.equal(classified.server, 'files');
    assert.equal(classified.cause, error);
  });
}

test('a folder that is missing is told apart from a command that is missing', () => {
  const codeOf = (cwdExists: boolean) =>
    classifySpawnError(failure({ code: 'ENOENT' }), { ...context, cwdExists }).code;
  assert.equal(codeOf(false), 'PROCESS_CWD_MISSING');
  assert.equal(codeOf(true), 'PROCESS_COMMAND_NOT_FOUND');
});

test('a folder that is there, and that Windows cannot work in, is not said to be missing', () => {
  const error = classifySpawnError(failure({ win32Code: 267 }), { ...context, cwdExists: true });
  assert.equal(error.code, 'PROCESS_SPAWN_FAILED');
  assert.match(error.message, /the path of its working folder is too long for Windows/);
});

test('a batch file that Node refuses is named as such', () => {
  const error = classifySpawnError(failure({ code: 'EINVAL' }), { ...context, command: 'C:\\tools\\npx.CMD' });
  assert.equal(
    error.message,
    '"C:\\tools\\npx.CMD" cannot be run as a program (a batch file cannot be started directly)',
  );
  assert.equal(
    error.toClient().message,
    '"npx.CMD" cannot be run as a program (a batch file cannot be started directly)',
  );
});

test('a client does not see the working folder', () => {
  const error = classifySpawnError(failure({ code: 'ENOENT', path: '/srv/ada/serve' }), {
    ...context,
    cwdExists: false,
  });
  assert.equal(error.message, 'the working folder of the server does not exist: /srv/ada');
  assert.doesNotMatch(JSON.stringify(error.toClient()), /srv/);
});
