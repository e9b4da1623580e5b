import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readReport } from '../../src/cli/background-report.ts';
import { exitCodeOf } from '../../src/cli/exit-codes.ts';
import { errorBody } from '../../src/cli/render/error.ts';
import { UsageError } from '../../src/cli/usage-error.ts';
import { ConfigError } from '../../src/errors/config-error.ts';
import { HoldfastError } from '../../src/errors/holdfast-error.ts';

const issue = { file: '/w/holdfast.json', line: 1, column: 2, key: 'a', message: 'unknown key' };
const errors: readonly (readonly [string, Error])[] = [
  ['a wrong configuration', new ConfigError([issue])],
  ['wrong usage', new UsageError('--no-token would open the servers', 'leave it out')],
  ['one of the catalogue', new HoldfastError('PROCESS_MANAGER_RUNNING', { details: { pid: 7, stateDir: '/s' } })],
  ['a bug', new TypeError('x is not a function')],
];
for (const [what, error] of errors) {
  test(`the error that ended it is told as if it had happened here: ${what}`, () => {
    const body = (of: unknown) => errorBody(of, text => text);
    const report = readReport(`taking over…\r\n${JSON.stringify({ error: body(error) })}\n`);
    assert.ok(report.error !== null);
    assert.deepEqual(body(report.error), body(error));
    assert.equal(exitCodeOf(report.error), exitCodeOf(error));
    assert.deepEqual(report.notes, ['taking over…']);
  });
}

test('what is no error of ours is a note, also half a line', () => {
  const lines = ['FATAL ERROR: heap out of memory', '{"error":{"category":"con'];
  assert.deepEqual(readReport(`${lines.join('\n')}\n\n`), { error: null, notes: lines });
});
