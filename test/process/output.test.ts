import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { OutputTail } from '../../src/process/output.ts';

const ESC = '\u001b';

function linesOf(text: string | Buffer): string[] {
  const tail = new OutputTail();
  return [...tail.push(Buffer.from(text)), ...tail.flush()];
}

test('the same bytes give the same lines, wherever they are cut', () => {
  const piece = fc.oneof(
    fc.constantFrom('é', '😀', '\n', '\r\n', `${ESC}[31m`, 'word ', '\r').map(text => Buffer.from(text)),
    fc.uint8Array({ maxLength: 3 }).map(bytes => Buffer.from(bytes)),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 20 }), fc.array(fc.nat(60), { maxLength: 8 }), (pieces, cuts) => {
      const bytes = Buffer.concat(pieces);
      const tail = new OutputTail();
      const got: string[] = [];
      let at = 0;
      for (const cut of [...cuts.filter(one => one < bytes.length).toSorted((a, b) => a - b), bytes.length]) {
        got.push(...tail.push(bytes.subarray(at, cut)));
        at = cut;
      }
      got.push(...tail.flush());
      assert.deepEqual(got, linesOf(bytes));
      assert.deepEqual(got.slice(-40), tail.lines());
      assert.equal(tail.count, got.length);
      for (const line of got) assert.doesNotMatch(line, /[^\P{Cc}\t]/u);
    }),
  );
});

test('colours, titles, links and control characters are taken out', () => {
  assert.deepEqual(linesOf(`${ESC}[1;31merror${ESC}[0m: no\u0000\u0007 file\n`), ['error: no file']);
  assert.deepEqual(linesOf(`${ESC}]0;title\u0007a${ESC}]8;;http://x${ESC}\\b${ESC}(Bc${ESC}[2Kd`), ['abcd']);
  assert.deepEqual(linesOf(`cut off ${ESC}[38;5`), ['cut off']);
  assert.deepEqual(linesOf('a\tb\u009bc'), ['a\tbc']);
});

test('invalid UTF-8 is replaced, and the rest of the line is kept', () => {
  assert.deepEqual(linesOf(Buffer.from([0x61, 0xff, 0x62, 0xe2, 0x82, 0x0a, 0x63])), ['a\ufffdb\ufffd', 'c']);
});

test('blank lines are left out and of a progress bar only its last state is kept', () => {
  assert.deepEqual(linesOf('\n  \r\n a\r\n10%\r20%\r100%\r\n'), [' a', '100%']);
});

test('the last 40 lines are kept, the first is remembered and all are counted', () => {
  const tail = new OutputTail();
  tail.push(Buffer.from(Array.from({ length: 100 }, (_, i) => `line ${i}\n`).join('')));
  assert.deepEqual([tail.lines().length, tail.lines()[0], tail.lines()[39]], [40, 'line 60', 'line 99']);
  assert.equal(tail.first(), 'line 0');
  assert.equal(tail.count, 100);
});

test('nothing is no line', () => {
  const tail = new OutputTail();
  assert.deepEqual(tail.flush(), []);
  assert.deepEqual([tail.lines(), tail.first(), tail.count], [[], null, 0]);
});

test('10 MB without a newline are one cut line, in bounded memory', () => {
  const tail = new OutputTail();
  for (let i = 0; i < 160; i++) {
    assert.deepEqual(tail.push(Buffer.alloc(65_536, 'z')), []);
    assert.ok(tail.bufferedBytes <= 8192);
  }
  const [line = ''] = tail.flush();
  assert.equal(Buffer.byteLength(line), 8192);
  assert.ok(line.endsWith('z…'));
});

test('a cut never halves a character', () => {
  for (const character of ['é', '€', '😀']) {
    for (let offset = 0; offset < 4; offset++) {
      const tail = new OutputTail({ maxLineBytes: 20 });
      const [line = ''] = tail.push(Buffer.from(`${'a'.repeat(offset)}${character.repeat(20)}\n`));
      assert.match(line, new RegExp(`^a{${offset}}(${character})+…$`, 'u'));
      assert.ok(Buffer.byteLength(line) <= 20);
    }
  }
});

test('a halved character is not shown as a broken one', () => {
  const tail = new OutputTail({ maxLineBytes: 20 });
  assert.deepEqual(tail.push(Buffer.from(`${ESC}[31m${'a'.repeat(13)}€€\n`)), [`${'a'.repeat(13)}…`]);
});

test('a line of exactly the limit is not cut, and replaced bytes count as what they become', () => {
  const tail = new OutputTail({ maxLineBytes: 20 });
  assert.deepEqual(tail.push(Buffer.from(`${'a'.repeat(20)}\n`)), ['a'.repeat(20)]);
  assert.deepEqual(tail.push(Buffer.concat([Buffer.alloc(20, 0xff), Buffer.from('\n')])), [`${'\ufffd'.repeat(5)}…`]);
});

test('long lines push out older ones before the tail grows beyond its bytes', () => {
  const tail = new OutputTail();
  for (let i = 0; i < 40; i++) tail.push(Buffer.from(`${'w'.repeat(8000)}\n`));
  assert.equal(tail.lines().length, 8);
  assert.ok(tail.bufferedBytes <= 64 * 1024);
});

test('a native stack trace does not push out the words above it', () => {
  const tail = new OutputTail();
  const frames = Array.from({ length: 60 }, (_, index) => `${String(index + 1).padStart(2)}: 00007FF6404259D7 `);
  const linux = '10: 0x55d0c8a1 node::Abort() [node]';
  const fatal = 'FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory';
  const text = [fatal, '----- Native stack trace -----', '', ...frames, linux, '1: index.js:10:99', ''].join('\n');
  assert.equal(tail.push(Buffer.from(text)).length, 64);
  assert.deepEqual(tail.lines(), [fatal, '----- Native stack trace -----', '1: index.js:10:99']);
});

test('a whole line can be given without its newline', () => {
  const tail = new OutputTail();
  assert.deepEqual(tail.pushLine(Buffer.from('Server listening')), ['Server listening']);
  assert.equal(tail.first(), 'Server listening');
});
