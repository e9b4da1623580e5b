import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { batchArguments, quoteBatchArgument, unsafeInBatch } from '../../../src/process/resolve/windows-quoting.ts';
import { argumentLists, readArguments } from '../../support/windows-arguments.ts';

/** What cmd.exe would act on: its special characters where it counts an even number of quotes before them. */
function exposed(line: string): string[] {
  let inQuotes = false;
  return [...line].filter(char => {
    if (char === '"') inQuotes = !inQuotes;
    return !inQuotes && '&|<>^()@;,='.includes(char);
  });
}

test('every argument comes back from the line of a batch file, and cmd.exe finds nothing in it to act on', () => {
  fc.assert(
    fc.property(argumentLists, args => {
      const line = args.map(quoteBatchArgument).join(' ');
      assert.deepEqual(readArguments(line), args);
      assert.deepEqual(exposed(line), []);
    }),
  );
});

test('a batch file is called with one pair of quotes more, which /s takes off', () => {
  assert.deepEqual(batchArguments('C:\\a b\\x.cmd', ['c d', '']), [
    '/d',
    '/v:off',
    '/s',
    '/c',
    '""C:\\a b\\x.cmd" "c d" """',
  ]);
});

test('what a batch file would change is refused, and the rest is not', () => {
  assert.equal(unsafeInBatch('100%', ''), '"%"');
  assert.equal(unsafeInBatch('a\nb', ''), 'a line end');
  assert.equal(unsafeInBatch('hi!', ''), undefined);
  assert.equal(unsafeInBatch('hi!', 'setlocal EnableDelayedExpansion'), '"!"');
  assert.equal(unsafeInBatch('hi!', '@cmd /V:ON /c x.exe %*'), '"!"');
  assert.equal(unsafeInBatch('a^b', '@call other.cmd %*'), '"^"');
  assert.equal(unsafeInBatch('a^b & "c"', '@x.exe %*'), undefined);
});
