import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EventStreams } from '../../src/daemon/event-streams.ts';
import { EventHub } from '../../src/telemetry/event-hub.ts';

function setUp() {
  const hub = new EventHub(() => 1);
  let listeners = 0;
  const streams = new EventStreams(listener => {
    listeners++;
    const unsubscribe = hub.subscribe(listener);
    return () => {
      listeners--;
      unsubscribe();
    };
  });
  const emit = (pausedMs: number) => hub.emit({ type: 'manager.resumed', pausedMs });
  return { streams, emit, listeners: () => listeners };
}

async function textOf(stream: ReadableStream<Uint8Array>): Promise<string> {
  return new Response(stream).text();
}

test('each event is a line, for each reader', async () => {
  const { streams, emit, listeners } = setUp();
  const [one, two] = [streams.open(), streams.open()];
  emit(5);
  emit(6);
  streams.close();
  const lines = '{"at":1,"type":"manager.resumed","pausedMs":5}\n{"at":1,"type":"manager.resumed","pausedMs":6}\n';
  assert.deepEqual([await textOf(one), await textOf(two)], [lines, lines]);
  assert.equal(listeners(), 0);
});

test('a reader that cancels is forgotten, and the end after that is harmless', async () => {
  const { streams, emit, listeners } = setUp();
  await streams.open().cancel();
  assert.equal(listeners(), 0);
  emit(1);
  streams.close();
});

test('a reader that does not read is cut off, with all that was kept for it', async () => {
  const { streams, emit, listeners } = setUp();
  const stream = streams.open();
  for (let at = 0; at < 20_000; at++) emit(at);
  assert.equal(listeners(), 0);
  const lines = (await textOf(stream)).trimEnd().split('\n');
  assert.equal(lines.length, 10_000);
  assert.match(lines.at(-1) ?? '', /"pausedMs":9999}$/);
  streams.close();
});
