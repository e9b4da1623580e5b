import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type OversizeEvent, type SseEvent, SseParser } from '../../src/session/sse-parser.ts';

interface Read {
  readonly events: SseEvent[];
  readonly oversize: OversizeEvent[];
  readonly parser: SseParser;
}

/** Pushes the text in pieces cut at these places. */
function read(stream: string | Buffer, cuts: readonly number[] = [], maxBytes = 1_000_000): Read {
  const events: SseEvent[] = [];
  const oversize: OversizeEvent[] = [];
  const parser = new SseParser(maxBytes, {
    onEvent: event => events.push(event),
    onOversize: event => oversize.push(event),
  });
  const bytes = Buffer.from(stream);
  let at = 0;
  for (const cut of [...cuts.toSorted((a, b) => a - b), bytes.length]) {
    parser.push(bytes.subarray(at, cut));
    at = cut;
  }
  return { events, oversize, parser };
}

const ending = fc.constantFrom('\n', '\r\n', '\r');
const word = fc.string({ unit: fc.constantFrom('a', ':', ' ', '€', '😀', '{', '"'), maxLength: 12 });

test('events come out as they were written, wherever the stream is cut and however its lines end', () => {
  const event = fc.record({
    type: fc.option(fc.constantFrom('message', 'ping'), { nil: null }),
    id: fc.option(fc.constantFrom('1', 'a:b', ''), { nil: null }),
    comment: fc.boolean(),
    data: fc.array(word, { minLength: 1, maxLength: 3 }),
    line: ending,
  });
  const stream = fc.record({
    events: fc.array(event, { maxLength: 6 }),
    cuts: fc.array(fc.nat(400), { maxLength: 12 }),
  });
  fc.assert(
    fc.property(stream, fc.boolean(), ({ events, cuts }, bom) => {
      const text = events
        .map(({ type, id, comment, data, line }) =>
          [
            ...(comment ? [': keep-alive'] : []),
            ...(type === null ? [] : [`event: ${type}`]),
            ...(id === null ? [] : [`id: ${id}`]),
            ...data.map(one => `data: ${one}`),
            '',
            '',
          ].join(line),
        )
        .join('');
      const bytes = Buffer.from(`${bom ? '\ufeff' : ''}${text}`);
      const got = read(
        bytes,
        cuts.filter(cut => cut < bytes.length),
      );
      const wanted = events
        .map(({ type, data }) => ({ type: type ?? 'message', data: data.join('\n') }))
        .filter(({ data }) => data !== '');
      assert.deepEqual(got.events, wanted);
      assert.equal(got.parser.lastEventId, events.findLast(({ id }) => id !== null)?.id ?? null);
      assert.deepEqual(got.oversize, []);
    }),
  );
});

test('any bytes give the same events however they are cut, and never more than the limit', () => {
  const bytes = fc
    .array(fc.constantFrom('data', 'data:', 'id:', 'event:', ':', ' ', '\n', '\r', '\r\n', 'x', '\0', '\ufeff'), {
      maxLength: 60,
    })
    .map(parts => Buffer.from(parts.join('')));
  fc.assert(
    fc.property(
      bytes,
      fc.array(fc.nat(200), { maxLength: 20 }),
      fc.integer({ min: 1, max: 20 }),
      (stream, cuts, max) => {
        const whole = read(stream, [], max);
        const cut = read(
          stream,
          cuts.filter(at => at < stream.length),
          max,
        );
        assert.deepEqual(cut.events, whole.events);
        assert.deepEqual(cut.oversize, whole.oversize);
        assert.equal(cut.parser.lastEventId, whole.parser.lastEventId);
        for (const { data } of whole.events)
          assert.ok(Buffer.byteLength(data) <= max * 3, 'a byte of no UTF-8 becomes three');
        for (const { bytes: length } of whole.oversize) assert.ok(length > max);
      },
    ),
  );
});

test('an event without data is none, but its id counts once it has ended', () => {
  const { events, parser } = read('id: 7\n\nid: 8\ndata:\n\nid: 9\ndata: lost');
  assert.deepEqual(events, []);
  assert.equal(parser.lastEventId, '8', 'the last event has not ended');
});

test('an id that is taken back leaves none, and one with NUL is none', () => {
  assert.equal(read('id: 7\n\nid\n\n').parser.lastEventId, '');
  assert.equal(read('id: 7\n\nid: a\0b\n\n').parser.lastEventId, '7');
});

test('the time to wait is heeded where it is a number', () => {
  assert.equal(read('retry: 250\n\n').parser.retryMs, 250);
  assert.equal(read('retry: 250\nretry: soon\nretry: -1\n').parser.retryMs, 250);
  assert.equal(read('retry: 99999999999999999999\n').parser.retryMs, null);
});

test('a message over the limit is skipped, and whose answer it was is known', () => {
  const big = `{"jsonrpc":"2.0","result":{"text":"${'x'.repeat(100_000)}"},"id":42}`;
  const stream = `data: ${big}\n\ndata: {"id":1}\n\n`;
  for (const cuts of [[], [50], Array.from({ length: 900 }, (_, i) => i * 111)]) {
    const { events, oversize } = read(stream, cuts, 50_000);
    assert.deepEqual(oversize, [{ bytes: big.length, id: '42', hasMethod: false }]);
    assert.deepEqual(events, [{ type: 'message', data: '{"id":1}' }]);
  }
});

test('the limit counts the data of an event over all its lines', () => {
  assert.deepEqual(read('data: 12345\ndata: 678\n\n', [], 9).events, [{ type: 'message', data: '12345\n678' }]);
  assert.deepEqual(read('data: 12345\ndata: 6789\n\n', [], 9).oversize, [{ bytes: 10, id: null, hasMethod: false }]);
});

test('an endless line of no data costs nothing', () => {
  const { events, parser } = read(
    `: ${'x'.repeat(1_000_000)}\nid: ${'y'.repeat(10_000)}\ndata: a\n\n`,
    [5, 70_000, 900_000],
  );
  assert.deepEqual(events, [{ type: 'message', data: 'a' }]);
  assert.equal(parser.lastEventId, null);
});

test('a large event that comes byte by byte arrives whole, in time', () => {
  const data = 'ab'.repeat(200_000);
  const cuts = Array.from({ length: data.length }, (_, i) => i);
  assert.deepEqual(read(`data:${data}\n\n`, cuts).events, [{ type: 'message', data }]);
});
