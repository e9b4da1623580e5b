import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { LineFramer, type OversizeLine } from '../../src/process/framing.ts';

const MIB = 1024 * 1024;

interface Framed {
  lines: Buffer[];
  oversize: OversizeLine[];
  peak: number;
}

/** Pushes the bytes in pieces cut at these places. */
function frame(bytes: Buffer, cuts: readonly number[] = [], maxBytes = 64 * MIB): Framed {
  const framed: Framed = { lines: [], oversize: [], peak: 0 };
  const framer = new LineFramer({
    maxBytes,
    onLine: line => framed.lines.push(line),
    onOversize: info => framed.oversize.push(info),
  });
  let at = 0;
  for (const cut of [...cuts.toSorted((a, b) => a - b), bytes.length]) {
    framer.push(bytes.subarray(at, cut));
    framed.peak = Math.max(framed.peak, framer.bufferedBytes);
    at = cut;
  }
  framer.end();
  assert.equal(framer.bufferedBytes, 0);
  assert.equal(framer.discardedBytes, 0);
  return framed;
}

const texts = (framed: Framed): string[] => framed.lines.map(line => line.toString());

test('lines come out as they went in, wherever the stream is cut', () => {
  const line = fc
    .uint8Array({ maxLength: 30 })
    .map(bytes => Buffer.from(bytes.filter(byte => byte !== 0x0a && byte !== 0x0d)));
  const stream = fc.record({
    lines: fc.array(fc.tuple(line, fc.constantFrom('\n', '\r\n')), { maxLength: 8 }),
    cuts: fc.array(fc.nat(300), { maxLength: 12 }),
    bom: fc.boolean(),
    ended: fc.boolean(),
  });
  fc.assert(
    fc.property(stream, ({ lines, cuts, bom, ended }) => {
      const parts = lines.map(([bytes, ending], i) =>
        Buffer.concat([bytes, Buffer.from(!ended && i === lines.length - 1 ? '' : ending)]),
      );
      const bytes = Buffer.concat([Buffer.from(bom ? '\ufeff' : ''), ...parts]);
      const within = cuts.filter(cut => cut < bytes.length);
      assert.deepEqual(
        frame(bytes, within).lines.map(one => one.toString('hex')),
        lines.map(([one]) => one.toString('hex')).filter(one => one !== ''),
      );
    }),
  );
});

test('only one carriage return and only the first byte order mark are taken off', () => {
  const bytes = Buffer.from('\ufeff\ufeffa\r\r\n\ufeffb\n');
  for (let cut = 0; cut < bytes.length; cut++) {
    assert.deepEqual(texts(frame(bytes, [cut])), ['\ufeffa\r', '\ufeffb']);
  }
});

test('nothing but a byte order mark and line endings is no line', () => {
  assert.deepEqual(texts(frame(Buffer.from('\ufeff\r\n\n\r\n\r'))), []);
});

test('a line that lies in one chunk is a view of it, not a copy', () => {
  const chunk = Buffer.from('{"a":1}\n{"b":2}\n');
  for (const line of frame(chunk).lines) assert.equal(line.buffer, chunk.buffer);
});

test('one message of 64 MiB arrives whole, in pieces of the size that pipes give', () => {
  const message = Buffer.alloc(64 * MIB, 'x');
  const bytes = Buffer.concat([message, Buffer.from('\r\nnext\n')]);
  const cuts = Array.from({ length: 1024 }, (_, i) => i * 65_536 + 13);
  const framed = frame(bytes, cuts);
  assert.equal(framed.lines.length, 2);
  assert.ok(framed.lines[0]?.equals(message));
  assert.equal(framed.lines[1]?.toString(), 'next');
});

test('a line that comes byte by byte arrives whole', () => {
  const framed = frame(
    Buffer.from(`${'ab'.repeat(3000)}\n`),
    Array.from({ length: 6000 }, (_, i) => i),
  );
  assert.deepEqual(texts(framed), ['ab'.repeat(3000)]);
});

test('the limit counts the line without its ending, wherever it is cut', () => {
  const bytes = Buffer.from('\ufeff12345678\r\n12345678\r\n12345678\n123456789\n1\n');
  for (let a = 0; a < bytes.length; a++) {
    for (let b = a; b < bytes.length; b++) {
      const framed = frame(bytes, [a, b], 8);
      assert.deepEqual(texts(framed), ['12345678', '12345678', '12345678', '1']);
      assert.deepEqual(framed.oversize, [{ bytes: 9, id: null, hasMethod: false }]);
    }
  }
});

test('a line over the limit is not stored, is named by its id, and the next one arrives', () => {
  const framer = { lines: [] as string[], oversize: [] as OversizeLine[] };
  const subject = new LineFramer({
    maxBytes: 1000,
    onLine: line => framer.lines.push(line.toString()),
    onOversize: info => framer.oversize.push(info),
  });
  const chunk = Buffer.alloc(65_536, 'y');
  subject.push(Buffer.from('{"result":"'));
  for (let i = 1; i <= 1600; i++) {
    subject.push(chunk);
    assert.equal(subject.bufferedBytes, 0);
    assert.equal(subject.discardedBytes, 11 + i * chunk.length);
  }
  subject.push(Buffer.from('","id":"call-7"}\n{"id":8}\n'));
  assert.deepEqual(framer.oversize, [{ bytes: 11 + 1600 * chunk.length + 16, id: '"call-7"', hasMethod: false }]);
  assert.deepEqual(framer.lines, ['{"id":8}']);
});

test('an id in the part that was stored already is found, wherever the stream is cut', () => {
  const line = '{"jsonrpc":"2.0","id":42,"result":{"id":1,"text":"aaaaaaaaaaaaaaaaaaaa"}}';
  const bytes = Buffer.from(`${line}\nok\n`);
  fc.assert(
    fc.property(fc.array(fc.nat(bytes.length - 1), { maxLength: 6 }), cuts => {
      const framed = frame(bytes, cuts, 40);
      assert.deepEqual(framed.oversize, [{ bytes: line.length, id: '42', hasMethod: false }]);
      assert.deepEqual(texts(framed), ['ok']);
      assert.ok(framed.peak <= 44);
    }),
  );
});

test('a line over the limit that the end of the stream cuts off is reported', () => {
  assert.deepEqual(frame(Buffer.from('{"id":3,"result":"aaaaaa'), [5], 10).oversize, [
    { bytes: 24, id: '3', hasMethod: false },
  ]);
});
