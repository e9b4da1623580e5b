import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import {
  batchArguments,
  commandLine,
  quoteBatchArgument,
  unsafeInBatch,
} from '../../../src/process/resolve/windows-quoting.ts';

/**
 * The C runtime's reading of a command line after the program: 2n backslashes and a quote are n backslashes and a
 * delimiter, 2n+1 are n backslashes and a literal quote; two quotes inside quotes are a literal one.
 */
function readArguments(line: string): string[] {
  const args: string[] = [];
  let current: string | undefined;
  let inQuotes = false;
  for (let at = 0; at < line.length; ) {
    const char = line[at];
    if (!inQuotes && (char === ' ' || char === '\t')) {
      if (current !== undefined) args.push(current);
      current = undefined;
      at++;
      continue;
    }
    current ??= '';
    const backslashes = /^\\*/.exec(line.slice(at))?.[0].length ?? 0;
    at += backslashes;
    if (line[at] !== '"') {
      current += '\\'.repeat(backslashes);
      if (backslashes === 0) current += line[at++];
      continue;
    }
    current += '\\'.repeat(Math.floor(backslashes / 2));
    if (backslashes % 2 === 1) {
      current += '"';
      at++;
    } else if (inQuotes && line[at + 1] === '"') {
      current += '"';
      at += 2;
    } else {
      inQuotes = !inQuotes;
      at++;
    }
  }
  if (current !== undefined) args.push(current);
  return args;
}

/** What cmd.exe would act on: its special characters where it counts an even number of quotes before them. */
function exposed(line: string): string[] {
  let inQuotes = false;
  return [...line].filter(char => {
    if (char === '"') inQuotes = !inQuotes;
    return !inQuotes && '&|<>^()@;,='.includes(char);
  });
}

const nasty = fc.string({
  unit: fc.oneof(
    fc.constantFrom('"', '\\', ' ', '\t', '&', '|', '^', '<', '>', '(', ')', '!', 'a', 'é', '漢', '='),
    fc.string({ minLength: 1, maxLength: 1 }),
  ),
});
const argumentsWithoutNul = fc.array(nasty.filter(text => !text.includes('\0')));

test('every argument comes back from the line that CreateProcess gets', () => {
  fc.assert(
    fc.property(argumentsWithoutNul, args => {
      const line = commandLine('C:\\a b\\x.exe', args);
      assert.ok(line.startsWith('"C:\\a b\\x.exe"'));
      assert.deepEqual(readArguments(line.slice('"C:\\a b\\x.exe"'.length)), args);
    }),
  );
});

test('every argument comes back from the line of a batch file, and cmd.exe finds nothing in it to act on', () => {
  fc.assert(
    fc.property(argumentsWithoutNul, args => {
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
  assert.equal(unsafeInBatch('a^b', '@call other.cmd %*'), '"^"');
  assert.equal(unsafeInBatch('a^b & "c"', '@x.exe %*'), undefined);
});
