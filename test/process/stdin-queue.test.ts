import assert from 'node:assert/strict';
import { Writable } from 'node:stream';
import { test } from 'node:test';
import fc from 'fast-check';
import { StdinQueue } from '../../src/process/stdin-queue.ts';

/** A server's end of the pipe: it takes one message, and the next only once `read` is called. */
function setUp({ maxMessages = 10, maxLength = 1_000, isDeaf = true } = {}) {
  const got: string[] = [];
  const unread: (() => void)[] = [];
  let hasEnded = false;
  const stream = new Writable({
    highWaterMark: isDeaf ? 1 : 1 << 20,
    decodeStrings: false,
    write(chunk: unknown, _encoding, done) {
      got.push(String(chunk));
      if (isDeaf) unread.push(done);
      else done();
    },
    final(done) {
      hasEnded = true;
      done();
    },
  });
  const queue = new StdinQueue(stream, { maxMessages, maxLength });
  const read = async () => {
    unread.shift()?.();
    await new Promise(resolve => setImmediate(resolve));
  };
  return { queue, stream, got, read, hasEnded: () => hasEnded };
}

test('a message goes straight to a server that reads, with its newline, and is written at once', () => {
  const { queue, got } = setUp({ isDeaf: false });
  const written: string[] = [];
  for (const line of ['a', 'b', 'c']) {
    const outgoing = queue.write(line, { onWritten: () => written.push(line) });
    assert.equal(outgoing?.withdraw(), false, 'it may arrive');
  }
  assert.deepEqual(
    [got, written],
    [
      ['a\n', 'b\n', 'c\n'],
      ['a', 'b', 'c'],
    ],
  );
});

test('what a server does not read waits here, and is sent in its order as it reads', async () => {
  const { queue, got, read } = setUp();
  const written: string[] = [];
  for (const line of ['a', 'b', 'c']) queue.write(line, { onWritten: () => written.push(line) });
  assert.deepEqual([got, written, queue.fullness.depth], [['a\n'], ['a'], 2]);
  await read();
  assert.deepEqual([got, written, queue.fullness.depth], [['a\n', 'b\n'], ['a', 'b'], 1]);
  await read();
  assert.deepEqual(written, ['a', 'b', 'c']);
});

test('nothing overtakes what waits', async () => {
  const { queue, got, read } = setUp();
  for (const line of ['a', 'b', 'c']) queue.write(line);
  await read();
  queue.write('d');
  for (let i = 0; i < 4; i++) await read();
  assert.deepEqual(got, ['a\n', 'b\n', 'c\n', 'd\n']);
});

test('a message that waits can be taken back, once, and makes room', async () => {
  const { queue, got, read } = setUp({ maxMessages: 2 });
  queue.write('a');
  const b = queue.write('b');
  const c = queue.write('c');
  assert.equal(queue.write('d'), null, 'full');
  assert.deepEqual([b?.withdraw(), b?.withdraw()], [true, false]);
  assert.notEqual(queue.write('e'), null);
  await read();
  assert.equal(c?.withdraw(), false, 'it has been handed over');
  await read();
  assert.deepEqual(got, ['a\n', 'c\n', 'e\n']);
});

test('the queue is bounded by number and by length', () => {
  const byNumber = setUp({ maxMessages: 2 }).queue;
  assert.deepEqual(
    ['a', 'b', 'c', 'd'].map(line => byNumber.write(line) === null),
    [false, false, false, true],
  );
  assert.deepEqual(byNumber.fullness, { depth: 2, limit: 2 });
  const byLength = setUp({ maxLength: 10 }).queue;
  assert.deepEqual(
    ['x'.repeat(50), 'x'.repeat(8), 'xxx', 'xx', 'x'].map(line => byLength.write(line) === null),
    [false, false, true, false, true],
  );
});

test('closing ends the stream after what it was handed, and drops what waits', async () => {
  const { queue, got, read, hasEnded } = setUp();
  queue.write('a');
  const waiting = queue.write('b');
  queue.close();
  queue.close();
  assert.equal(waiting?.withdraw(), false);
  await read();
  assert.deepEqual([got, hasEnded()], [['a\n'], true]);
});

test('after the end nothing is written, and what still comes counts as waiting', async () => {
  for (const end of ['close', 'destroy'] as const) {
    const { queue, stream, got } = setUp({ isDeaf: false });
    if (end === 'close') queue.close();
    else stream.destroy();
    let isWritten = false;
    const onWritten = () => {
      isWritten = true;
    };
    const late = queue.write('late', { onWritten });
    await new Promise(resolve => setImmediate(resolve));
    assert.deepEqual([got, isWritten, late?.withdraw()], [[], false, true], end);
  }
});

test('whatever is written, read and taken back: each message arrives once or never, and in order', async () => {
  const move = fc.constantFrom('write', 'write', 'read', 'withdraw');
  await fc.assert(
    fc.asyncProperty(fc.array(move, { maxLength: 40 }), async moves => {
      const { queue, got, read } = setUp({ maxMessages: 5 });
      const sent: { line: string; outgoing: ReturnType<StdinQueue['write']>; isWritten: boolean }[] = [];
      const gone = new Set<string>();
      for (const [at, what] of moves.entries()) {
        if (what === 'read') await read();
        else if (what === 'withdraw') {
          const last = sent.at(-1);
          const isWritten = last?.isWritten;
          if (last?.outgoing?.withdraw() === true) {
            assert.equal(isWritten, false);
            gone.add(last.line);
          }
        } else {
          const entry = { line: `m${at}`, outgoing: null as ReturnType<StdinQueue['write']>, isWritten: false };
          const onWritten = () => {
            entry.isWritten = true;
          };
          entry.outgoing = queue.write(entry.line, { onWritten });
          if (entry.outgoing === null) gone.add(entry.line);
          sent.push(entry);
        }
      }
      while (queue.fullness.depth > 0) await read();
      assert.deepEqual(
        got,
        sent.filter(({ line }) => !gone.has(line)).map(({ line }) => `${line}\n`),
      );
    }),
    { numRuns: 100 },
  );
});
