import assert from 'node:assert/strict';
import { test } from 'node:test';
import { codePageVerdict, longPathsVerdict } from '../../../src/cli/doctor/windows-settings.ts';

test('code pages in which a letter may hold a backslash are warned of', () => {
  const statusOf = (ansi: number) => codePageVerdict({ ansi, oem: ansi }).status;
  assert.deepEqual([65001, 1252, 932, 936].map(statusOf), ['ok', 'ok', 'warning', 'warning']);
  assert.equal(codePageVerdict(null).status, 'unknown');
});

test('long paths are missed only where a path is long', () => {
  const [short, long] = ['C:\\npm', `C:\\${'n'.repeat(198)}`];
  const statusOf = (isEnabled: boolean | null, longest: string) => longPathsVerdict({ isEnabled, longest }).status;
  assert.deepEqual(
    [statusOf(true, long), statusOf(false, short), statusOf(null, short), statusOf(false, long), statusOf(null, long)],
    ['ok', 'ok', 'unknown', 'warning', 'warning'],
  );
  assert.match(longPathsVerdict({ isEnabled: false, longest: long }).summary, /has 201 characters/);
});
