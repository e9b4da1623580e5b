import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import type { ServerResponse } from 'node:http';
import { test } from 'node:test';
import { Budget } from '../../src/gateway/budget.ts';
import { EventStream } from '../../src/gateway/sse.ts';

/** A response whose reader reads only when a test says so. */
class FakeResponse extends EventEmitter {
  written = '';
  writableLength = 0;
  writableFinished = false;
  isEnded = false;
  isDestroyed = false;
  readonly reads: boolean;

  constructor({ reads = true } = {}) {
    super();
    this.reads = reads;
  }

  writeHead(): void {}
  flushHeaders(): void {}

  write(text: string): void {
    this.written += text;
    if (!this.reads) this.writableLength += text.length;
  }

  end(): void {
    this.isEnded = true;
    this.writableFinished = this.writableLength === 0;
    if (this.writableFinished) this.emit('close');
  }

  destroy(): void {
    this.isDestroyed = true;
    this.emit('close');
  }

  get ids(): string[] {
    return [...this.written.matchAll(/^id: (.*)$/gm)].map(([, id = '']) => id);
  }

  get data(): string[] {
    return [...this.written.matchAll(/^data: (.+)$/gm)].map(([, data = '']) => data);
  }
}

function create({ budget = new Budget(100_000_000), now = (): number => 0 } = {}) {
  const dropped: string[] = [];
  let done = 0;
  const stream = new EventStream({
    mark: 'm.',
    tail: '.t',
    budget,
    now,
    onDropped: text => void dropped.push(text),
    onDone: () => void done++,
  });
  const connect = (response: FakeResponse, primes = false, after?: number) =>
    stream.connect(response as unknown as ServerResponse, primes, after);
  return { stream, connect, dropped, budget, done: () => done };
}

test('what is said before a connection comes is said to the first, once', () => {
  const { stream, connect } = create();
  stream.send('1');
  stream.send('2\n  3');
  const [first, second] = [new FakeResponse(), new FakeResponse()];
  connect(first, true);
  assert.deepEqual(first.data, ['1', '2   3']);
  assert.deepEqual(first.ids, ['m.0.t', 'm.1.t', 'm.2.t']);
  connect(second, true);
  stream.send('4');
  assert.equal(first.isEnded, true, 'the newer one lives');
  assert.deepEqual(second.data, ['4']);
  assert.deepEqual(second.ids, ['m.2.t', 'm.3.t']);
});

test('a client that comes back gets what came after the event that it has', () => {
  const { stream, connect, budget, done } = create();
  const first = new FakeResponse();
  connect(first);
  for (const text of ['1', '2', '3']) stream.send(text);
  first.destroy();
  stream.send('4');
  stream.end();
  const second = new FakeResponse();
  assert.equal(stream.hasAfter(1), true);
  assert.equal(stream.hasAfter(4), false);
  connect(second, false, 1);
  assert.deepEqual(second.data, ['2', '3', '4']);
  assert.equal(second.isEnded, true);
  assert.deepEqual([budget.used, done()], [0, 1], 'what was delivered is forgotten');
});

test('a reader that does not read is cut off, and may come back', () => {
  const { stream, connect } = create();
  const lazy = new FakeResponse({ reads: false });
  connect(lazy);
  const text = 'x'.repeat(1024 * 1024);
  for (let n = 0; n < 10; n++) stream.send(text);
  assert.equal(lazy.isDestroyed, true);
  assert.ok(lazy.writableLength < 6 * 1024 * 1024, String(lazy.writableLength));
  const again = new FakeResponse();
  connect(again, false, 8);
  assert.deepEqual(again.ids, ['m.9.t', 'm.10.t']);
});

test('what is kept has an end, in number and in size; a message that nobody was sent is given up aloud', () => {
  const { stream, dropped, budget } = create();
  for (let n = 1; n <= 1_005; n++) stream.send(String(n));
  assert.deepEqual(dropped, ['1', '2', '3', '4', '5']);
  stream.send('x'.repeat(3 * 1024 * 1024));
  stream.send('y'.repeat(3 * 1024 * 1024));
  assert.ok(budget.used <= 4 * 1024 * 1024, String(budget.used));
  assert.equal(dropped.length, 1_006);
  stream.send('z'.repeat(5 * 1024 * 1024));
  assert.equal(dropped.at(-1)?.[0], 'z');
  stream.discard();
  assert.equal(budget.used, 0);
});

test('in place of what is too long to be kept, something shorter is', () => {
  const { stream, connect } = create();
  stream.send('x'.repeat(5 * 1024 * 1024), () => 'lost');
  stream.end();
  const late = new FakeResponse();
  connect(late, false, 0);
  assert.deepEqual(late.data, ['lost']);
});

test('where the budget of all is used up, nothing more is kept', () => {
  const { stream, dropped } = create({ budget: new Budget(10) });
  stream.send('a');
  assert.deepEqual(dropped, ['a']);
});

test('a silent stream says every 15 seconds that it lives, unless nobody reads', () => {
  let now = 0;
  const { stream, connect } = create({ now: () => now });
  const response = new FakeResponse();
  connect(response);
  now = 14_999;
  stream.tick();
  assert.equal(response.written, '');
  now = 15_000;
  stream.tick();
  stream.tick();
  assert.equal(response.written, ':\n\n');
  response.writableLength = 1;
  now = 40_000;
  stream.tick();
  assert.equal(response.written, ':\n\n');
});
