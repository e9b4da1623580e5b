import assert from 'node:assert/strict';
import { test } from 'node:test';
import { statusOfError, wireError } from '../../src/daemon/control-errors.ts';
import { HoldfastError } from '../../src/errors/holdfast-error.ts';

test('everything that is known of an error goes over the wire', () => {
  const error = new HoldfastError('PROCESS_EXITED_DURING_CALL', {
    server: 'files',
    details: { how: 'exit code 1' },
    mayHaveRun: true,
    stderrTail: ['oh no'],
  });
  const { category, code, server, details, mayHaveRun, stderrTail } = wireError(error);
  assert.deepEqual(
    [category, code, server, details, mayHaveRun, stderrTail],
    ['process', 'PROCESS_EXITED_DURING_CALL', 'files', { how: 'exit code 1' }, true, ['oh no']],
  );
  assert.equal(statusOfError(error), 503);
});

test('a failure of our own is told as one', () => {
  const error = wireError(new TypeError('x is not a function'));
  assert.match(`${error.message} ${error.hint}`, /inside Holdfast: x is not a function .*this is a bug/);
  assert.equal(statusOfError(new TypeError('x')), 500);
});
