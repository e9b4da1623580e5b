import assert from 'node:assert/strict';
import { test } from 'node:test';
import { environmentBlock } from '../../../src/platform/windows/environment-block.ts';

const text = (env: Record<string, string>, own: Record<string, string | undefined> = {}): string =>
  environmentBlock(env, own).toString('utf16le');

test('variables are sorted without regard to case, each ended by NUL, and the block by one more', () => {
  assert.equal(text({ b: '2', A: '1', C: 'ü 😀' }), 'A=1\0b=2\0C=ü 😀\0\0');
});

test('an empty environment is a block, too', () => {
  assert.equal(text({}), '\0\0');
});

test('of names that differ only in case the last one counts', () => {
  assert.equal(text({ Path: 'a', PATH: 'b' }), 'PATH=b\0\0');
});

test('what every program on Windows needs comes from our own environment, whatever its case, and nothing else does', () => {
  const own = { SystemRoot: 'C:\\Windows', Path: 'C:\\bin', SECRET: 'x', TEMP: undefined };
  assert.equal(text({ PATH: 'D:\\' }, own), 'PATH=D:\\\0SystemRoot=C:\\Windows\0\0');
});
