import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { readLines } from '../../../src/cli/stdio/lines.ts';

function reading() {
  const stream = new PassThrough();
  const lines: string[] = [];
  let ends = 0;
  const framing = { maxBytes: 10, onLine: (line: Buffer) => void lines.push(String(line)), onOversize: () => {} };
  const reader = readLines(stream, framing, () => {
    ends++;
  });
  return { stream, lines, reader, ends: () => ends };
}

const turn = () => new Promise(resolve => setImmediate(resolve));

test('the last line need not be ended, and the end comes once, after it', async () => {
  const { stream, lines, ends } = reading();
  stream.end('one\ntwo');
  await new Promise(resolve => stream.once('close', resolve));
  assert.deepEqual([lines, ends()], [['one', 'two'], 1]);
});

test('a broken stream is an end', async () => {
  const { stream, ends } = reading();
  stream.destroy(new Error('EIO'));
  await turn();
  await turn();
  assert.equal(ends(), 1);
});

test('who has stopped reading hears nothing more', async () => {
  const { stream, lines, reader, ends } = reading();
  reader[Symbol.dispose]();
  stream.end('one\n');
  await turn();
  assert.deepEqual([lines, ends()], [[], 0]);
});
