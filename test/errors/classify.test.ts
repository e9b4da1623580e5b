import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { classifyExit, classifyStderr, describeExit, type ExitFacts } from '../../src/errors/classify.ts';
import { samplesOfNode } from './stderr-samples.ts';
import { samplesOfOthers } from './stderr-samples-others.ts';

const samples = [...samplesOfNode, ...samplesOfOthers];

const linesOf = (text: string): string[] => text.split(/\r?\n/);

function exit(facts: Partial<ExitFacts>): ExitFacts {
  return { code: 1, signal: null, stderrTail: [], phase: 'starting', ...facts };
}

for (const { name, exitCode, stderr, code, details } of samples) {
  test(`names the cause: ${name}`, () => {
    const error = classifyExit(exit({ code: exitCode, stderrTail: linesOf(stderr) }), 'files');
    assert.equal(error.code, code);
    assert.equal(error.server, 'files');
    for (const [key, value] of Object.entries(details ?? {})) assert.equal(error.details[key], value);
    assert.deepEqual(error.stderrTail, linesOf(stderr));
  });
}

test('what a client is told of any of these holds no path and no host but in the stderr tail', () => {
  for (const { name, exitCode, stderr } of samples) {
    const told = JSON.stringify(
      classifyExit(exit({ code: exitCode, stderrTail: linesOf(stderr) }), 'files').toClient({ exposeStderr: false }),
    );
    assert.doesNotMatch(told, /\/(?:srv|home|usr)\/|example\.invalid/, name);
  }
});

test('without a known cause the exit is told as it was', () => {
  const started = classifyExit(exit({ code: 3, phase: 'ready' }), 'files');
  assert.equal(started.code, 'PROCESS_EXITED');
  assert.equal(started.message, 'the server exited unexpectedly (exit code 3)');
  const starting = classifyExit(exit({ code: 0 }), 'files');
  assert.equal(starting.code, 'PROCESS_EXITED_AT_START');
  assert.equal(starting.message, 'the server exited before it was ready (exit code 0)');
  assert.equal(
    classifyExit(exit({ code: null, signal: 'SIGSEGV', phase: 'ready' }), 'files').details.how,
    'signal SIGSEGV',
  );
});

test('ordinary log lines are not taken for the cause', () => {
  const harmless = [
    ['error 401 for user bob'],
    ['2026-11-22 10:00:00 INFO GET /me answered with status 401 Unauthorized'],
    ['[warn] connect ECONNREFUSED 127.0.0.1:6379, trying again'],
    ['{"level":40,"msg":"getaddrinfo ENOTFOUND example.com"}'],
    ['npm warn deprecated inflight@1.0.6: this module leaks memory'],
    ["WARNING: optional speedups: No module named 'uvloop'"],
    [
      'Error: connect ECONNREFUSED 127.0.0.1:6379',
      ...Array.from({ length: 12 }, (_, index) => `served request ${index}`),
    ],
    ['Server running on port 401', 'proxy ready', 'token refreshed'],
  ];
  for (const lines of harmless) assert.equal(classifyStderr(lines), null, lines[0]);
});

test('an error that is not known hides what was logged before it', () => {
  const lines = [
    'Error: getaddrinfo ENOTFOUND example.com',
    "TypeError: Cannot read properties of undefined (reading 'x')",
    '    at main (server.js:3:1)',
  ];
  assert.equal(classifyStderr(lines), null);
});

test('the last words weigh most', () => {
  assert.equal(
    classifyStderr(['Error: connect ECONNREFUSED 127.0.0.1:1', "Error: Cannot find module 'x'"])?.code,
    'PROCESS_MODULE_MISSING',
  );
  assert.equal(
    classifyStderr(["Error: Cannot find module 'x'", 'Error: EMFILE: too many open files'])?.code,
    'RESOURCE_FILES',
  );
});

test('colours are no hindrance', () => {
  assert.equal(classifyStderr(['\u001b[31mnpm error\u001b[39m code E404'])?.code, 'PROCESS_PACKAGE_NOT_FOUND');
});

test('a server that was ready is never parked for its last words', () => {
  for (const { stderr, exitCode } of samples) {
    const error = classifyExit(exit({ code: exitCode, phase: 'ready', stderrTail: linesOf(stderr) }), 'files');
    assert.equal(error.retryable, true, stderr);
  }
});

test('a signal has no reason in the log but want of memory', () => {
  const killed = (line: string) =>
    classifyExit(exit({ code: null, signal: 'SIGKILL', stderrTail: [line] }), 'files').code;
  assert.equal(killed('Error: connect ECONNREFUSED 127.0.0.1:1'), 'PROCESS_EXITED_AT_START');
  assert.equal(killed('FATAL ERROR: JavaScript heap out of memory'), 'RESOURCE_MEMORY');
  assert.equal(classifyExit(exit({ code: 137, phase: 'ready', isOutOfMemory: true }), 'files').code, 'RESOURCE_MEMORY');
});

test('exit codes of runtimes and shells speak where stderr does not', () => {
  const codeOf = (code: number, command = 'serve') => classifyExit(exit({ code, command }), 'files').code;
  assert.equal(codeOf(9), 'PROCESS_BAD_OPTION');
  assert.equal(codeOf(126), 'PROCESS_NOT_EXECUTABLE');
  assert.equal(codeOf(127), 'PROCESS_COMMAND_NOT_FOUND');
  assert.equal(codeOf(9009), 'PROCESS_COMMAND_NOT_FOUND');
  assert.equal(classifyExit(exit({ code: 9, phase: 'ready' }), 'files').code, 'PROCESS_EXITED');
});

test("Windows' status codes are read signed and unsigned", () => {
  for (const code of [0xc0000135, 0xc0000135 | 0]) {
    const error = classifyExit(exit({ code }), 'files');
    assert.equal(error.code, 'PROCESS_DLL_MISSING');
    assert.equal(error.retryable, false);
    assert.equal(describeExit(code, null), 'exit code 0xC0000135, a DLL was not found');
  }
  assert.equal(classifyExit(exit({ code: 0xc0000142, phase: 'ready' }), 'files').code, 'RESOURCE_MEMORY');
  assert.equal(classifyExit(exit({ code: 0xc0000005, phase: 'ready' }), 'files').code, 'PROCESS_EXITED');
});

test('an exit is described by its code or signal', () => {
  assert.equal(describeExit(1, null), 'exit code 1');
  assert.equal(describeExit(null, 'SIGKILL'), 'signal SIGKILL');
  assert.equal(describeExit(137, null), 'exit code 137, which stands for SIGKILL');
  assert.equal(describeExit(-1073741819, null), 'exit code 0xC0000005, access violation');
  assert.equal(describeExit(null, null), 'no exit code');
});

test('a variable that stderr names and that was held back is the hint, for clients too', () => {
  const withheld = ['GITHUB_TOKEN', 'TOKEN', 'HOME', 'PWD'];
  const error = classifyExit(exit({ withheld, stderrTail: ['Please set GITHUB_TOKEN in HOME'] }), 'files');
  const hint = 'GITHUB_TOKEN is set here but not passed to the server: add it to its "env", or set "inheritEnv"';
  assert.equal(error.code, 'PROCESS_VARIABLE_MISSING');
  assert.equal(error.hint, hint);
  assert.equal(error.toClient().hint, hint);
  // Only as a whole word.
  assert.doesNotMatch(
    classifyExit(exit({ withheld: ['TOKEN'], stderrTail: ['MY_TOKEN_X is bad'] }), 'files').hint,
    /inheritEnv/,
  );
});

test('a program that is no MCP server is quoted in the hint', () => {
  const error = classifyExit(exit({ code: 0, firstNoise: 'Usage: serve [options]' }), 'files');
  assert.match(error.hint, /^it wrote "Usage: serve \[options\]" to stdout/);
  assert.ok(!error.toClient().hint.includes('Usage'));
});

test('no stderr, however strange, makes it throw', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'binary' })), fc.option(fc.integer()), (stderrTail, code) => {
      const error = classifyExit(exit({ code, stderrTail, phase: 'ready' }), 'files');
      assert.equal(typeof error.message, 'string');
    }),
  );
});
