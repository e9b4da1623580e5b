import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { errorFromWire } from '../../src/cli/remote-error.ts';
import { wireError } from '../../src/daemon/control-errors.ts';
import { type Code, catalogue } from '../../src/errors/catalogue.ts';
import { HoldfastError } from '../../src/errors/holdfast-error.ts';

test('every error of the catalogue comes out as it went in', () => {
  for (const code of Object.keys(catalogue) as Code[]) {
    const before = new HoldfastError(code, {
      server: 'files',
      details: { pid: 3, how: 'exit code 1' },
      hint: 'do this',
      mayHaveRun: false,
      stderrTail: ['one', 'two'],
    });
    const wire = JSON.parse(JSON.stringify(wireError(before)));
    assert.deepEqual(errorFromWire(wire).toLog(), before.toLog());
  }
});

test('a code that is new to us keeps its words', () => {
  const told = {
    category: 'moon',
    code: 'MOON_FULL',
    message: 'the moon is full',
    hint: 'wait',
    server: null,
    details: {},
  };
  const error = errorFromWire(told);
  assert.ok(error instanceof HoldfastError);
  const { category, code, message, hint } = told;
  assert.deepEqual(error.toClient(), { category, code, message, hint });
  assert.deepEqual([error.code as string, error.message, error.server], [code, message, undefined]);
});

test('whatever a manager says, it is an error with a code and a message', () => {
  const keys = fc.constantFrom('category', 'code', 'message', 'hint', 'server', 'details', 'stderrTail', 'mayHaveRun');
  fc.assert(
    fc.property(fc.dictionary(keys, fc.jsonValue()), told => {
      const error = errorFromWire(told);
      assert.ok(error.message !== '' && error.code.length > 0);
      JSON.stringify(error.toLog());
    }),
  );
});
