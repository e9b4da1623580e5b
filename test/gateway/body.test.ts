import assert from 'node:assert/strict';
import type { IncomingMessage } from 'node:http';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { Bodies } from '../../src/gateway/body.ts';
import { Budget } from '../../src/gateway/budget.ts';

function create(limits: { maxBodyBytes?: number; budget?: number } = {}) {
  let now = 0;
  const budget = new Budget(limits.budget ?? 1_000);
  const bodies = new Bodies({ maxBodyBytes: limits.maxBodyBytes ?? 100, bodyIdleMs: 50 }, () => now);
  const begin = () => {
    const request = new PassThrough();
    return { request, body: bodies.read(request as unknown as IncomingMessage, budget) };
  };
  return {
    bodies,
    budget,
    begin,
    later: (ms: number) => {
      now += ms;
      bodies.tick();
    },
  };
}

test('a body is its bytes, however they are cut, and holds its part of the budget', async () => {
  const { begin, budget } = create();
  const { request, body } = begin();
  const bytes = Buffer.from('{"a":"ä€😀"}');
  for (const byte of bytes) request.write(Buffer.from([byte]));
  request.end();
  assert.deepEqual(await body, { kind: 'text', text: '{"a":"ä€😀"}', bytes: bytes.length });
  assert.equal(budget.used, bytes.length);
});

test('a body at the limit is taken, one byte more is not', async () => {
  const { begin, budget, bodies } = create();
  const fits = begin();
  fits.request.end(Buffer.alloc(100, 'x'));
  assert.equal((await fits.body).kind, 'text');
  budget.give(100);
  const over = begin();
  over.request.write(Buffer.alloc(60, 'x'));
  over.request.end(Buffer.alloc(41, 'x'));
  assert.deepEqual([(await over.body).kind, budget.used], ['tooLarge', 0]);
  assert.deepEqual(
    [bodies.isTooLong('100'), bodies.isTooLong('101'), bodies.isTooLong(undefined)],
    [false, true, false],
  );
});

test('what all bodies together may take has an end', async () => {
  const { begin, budget } = create({ budget: 150 });
  const first = begin();
  first.request.write(Buffer.alloc(90, 'x'));
  const second = begin();
  second.request.end(Buffer.alloc(90, 'x'));
  assert.equal((await second.body).kind, 'noRoom');
  first.request.end();
  assert.equal((await first.body).kind, 'text');
  assert.equal(budget.used, 90);
});

test('a body of which nothing arrives is given up; one that goes on is not', async () => {
  const { begin, later, budget } = create();
  const stuck = begin();
  stuck.request.write('x');
  await new Promise(setImmediate);
  later(40);
  const slow = begin();
  slow.request.write('y');
  await new Promise(setImmediate);
  later(20);
  assert.equal((await stuck.body).kind, 'tooSlow');
  slow.request.end('z');
  assert.equal((await slow.body).kind, 'text');
  assert.equal(budget.used, 2);
});

test('a client that goes in the middle leaves nothing behind, and invalid bytes are no text', async () => {
  const { begin, budget } = create();
  const gone = begin();
  gone.request.write('x');
  await new Promise(setImmediate);
  gone.request.destroy();
  assert.equal((await gone.body).kind, 'gone');
  const invalid = begin();
  invalid.request.end(Buffer.from([0x22, 0xff, 0x22]));
  assert.equal((await invalid.body).kind, 'notUtf8');
  assert.equal(budget.used, 0);
});
