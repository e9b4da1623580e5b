import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fit, oneLine, rowsOf, truncate, widthOf, wrap, wrapWhole } from '../../../src/cli/render/text.ts';
import { duration, uptime } from '../../../src/cli/render/units.ts';

test('a text is cut off by columns, not by characters', () => {
  assert.equal(truncate('holdfast', 8), 'holdfast');
  assert.equal(truncate('holdfast', 5), 'hold…');
  assert.equal(truncate('文件服务器', 5), '文件…');
  assert.equal(truncate('👩‍💻👩‍💻👩‍💻', 5), '👩‍💻👩‍💻…');
  assert.equal(truncate('holdfast', 0), '');
});

test('a cell has exactly its width', () => {
  assert.equal(fit('文', 4), '文  ');
  assert.equal(fit('7', 4, 'right'), '   7');
  assert.equal(widthOf(fit('文件服务器', 4)), 4);
});

test('lines break between words, numbers stay with their unit, and the last one says that there is more', () => {
  assert.deepEqual(wrap('one two three four', 9, 3), ['one two', 'three', 'four']);
  assert.deepEqual(wrap('one two three four', 9, 2), ['one two', 'three fo…']);
  assert.deepEqual(wrap('again in 775 ms', 12, 3), ['again in', '775 ms']);
  assert.deepEqual(wrap('again in 5m 00s', 13, 3), ['again in', '5m 00s']);
  assert.deepEqual(wrap('unbreakable', 5, 3), ['unbr…']);
  assert.deepEqual(wrap('', 5, 3), []);
});

test('where nothing may be cut off, a long word is left to the terminal, with a line of its own', () => {
  assert.deepEqual(wrapWhole('go to  a', 8), ['go to  a']);
  assert.deepEqual(wrapWhole('go to unbreakable now', 8), ['go to', 'unbreakable', 'now']);
  assert.equal(rowsOf(['go to', 'unbreakable', '', '12345678'], 8), 5);
  assert.equal(rowsOf(['unbreakable'], Number.POSITIVE_INFINITY), 1);
});

test('what servers write cannot move the cursor', () => {
  assert.equal(oneLine('\u001b[2J\u001b]0;title\u0007a\tb\r\nc\u0008\u202e  '), 'a b c');
});

test('durations are said as people say them', () => {
  const said = [0, 3.4, 312, 960, 1_000, 9_940, 59_900, 60_000, 125_000, 3_600_000, 11_040_000, 97_200_000].map(
    duration,
  );
  assert.deepEqual(said, [
    '<1 ms',
    '3 ms',
    '312 ms',
    '1.0 s',
    '1.0 s',
    '9.9 s',
    '59 s',
    '1m 00s',
    '2m 05s',
    '1h 00m',
    '3h 04m',
    '1d 03h',
  ]);
  assert.equal(uptime(1_900), '1 s');
});
