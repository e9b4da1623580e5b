import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { commandLine } from '../../../src/platform/windows/command-line.ts';
import { argumentLists, readArguments } from '../../support/windows-arguments.ts';

test('every argument comes back from the line that CreateProcess gets', () => {
  fc.assert(
    fc.property(argumentLists, args => {
      const line = commandLine('C:\\a b\\x.exe', args);
      assert.ok(line.startsWith('"C:\\a b\\x.exe"'));
      assert.deepEqual(readArguments(line.slice('"C:\\a b\\x.exe"'.length)), args);
    }),
  );
});
