import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EventStreams } from '../../src/daemon/event-streams.ts';
import { EventHub } from '../../src/telemetry/event-hub.ts';

function setUp() {
  const hub = new EventHub(() => 1);
  let listeners = 0;
  const streams = new EventStreams({
    onEvent: listener => {
      listeners++;
      const unsubscribe = hub.subscribe(listener);
      return () => {
        listeners--;
        unsubscribe();
      };
    },
    redact: event => ('text' in event ? { ...event, text: event.text.replaceAll('hunter22', '***') } : event),
    wall: () => 1,
  });
  const emit = (pausedMs: number) => hub.emit({ type: 'manager.resumed', pausedMs });
  return { streams, hub, emit, listeners: () => listeners };
}

async function textOf(stream: ReadableStream<Uint8Array>): Promise<string> {
  return new Response(stream).text();
}

test('each event is a line with a number that grows, for each reader', async () => {
  const { streams, emit, listeners } = setUp();
  const [one, two] = [streams.open(), streams.open()];
  emit(5);
  emit(6);
  streams.close();
  const lines =
    '{"seq":1001,"at":1,"type":"manager.resumed","pausedMs":5}\n{"seq":1002,"at":1,"type":"manager.resumed","pausedMs":6}\n';
  assert.deepEqual([await textOf(one), await textOf(two)], [lines, lines]);
  assert.equal(listeners(), 0);
});

test('who comes later hears the last events first, then where they end, then each as it comes', async () => {
  const { streams, emit } = setUp();
  for (const pausedMs of [1, 2, 3]) emit(pausedMs);
  const [two, none, all] = [2, 0, 2_000].map(recent => streams.open(recent));
  emit(4);
  streams.close();
  const told = async (stream: ReadableStream<Uint8Array> | undefined) =>
    (await textOf(stream ?? assert.fail()))
      .trimEnd()
      .split('\n')
      .map(line => {
        const { type, pausedMs, seq } = JSON.parse(line) as { type: string; pausedMs?: number; seq: number };
        return type === 'recent.end' ? `end ${seq}` : pausedMs;
      });
  assert.deepEqual(await told(two), [2, 3, 'end 1003', 4]);
  assert.deepEqual(await told(none), ['end 1003', 4]);
  assert.deepEqual(await told(all), [1, 2, 3, 'end 1003', 4]);
});

test('a reader that cancels is forgotten, and the end after that is harmless', async () => {
  const { streams, emit } = setUp();
  const stays = streams.open();
  await streams.open().cancel();
  emit(1);
  streams.beat();
  streams.close();
  assert.equal((await textOf(stays)).trimEnd().split('\n').length, 2);
});

test('those who read in one place can be ended without the others', async () => {
  const { streams, emit } = setUp();
  const [here, there] = [streams.open(null, 'here'), streams.open(null, 'there')];
  emit(1);
  streams.end('here');
  emit(2);
  const lines = async (stream: ReadableStream<Uint8Array>) => (await textOf(stream)).trimEnd().split('\n').length;
  assert.equal(await lines(here), 1);
  streams.close();
  assert.equal(await lines(there), 2);
});

test('silence is told from a broken connection by a beat', async () => {
  const { streams } = setUp();
  const stream = streams.open();
  streams.beat();
  streams.close();
  assert.equal(await textOf(stream), '{"type":"alive","at":1}\n');
});

test('secrets are taken out before anything is told, also of what happened before', async () => {
  const { streams, hub } = setUp();
  hub.emit({ type: 'manager.notice', text: 'it says hunter22' });
  const stream = streams.open(10);
  hub.emit({ type: 'manager.notice', text: 'again hunter22' });
  streams.close();
  const text = await textOf(stream);
  assert.doesNotMatch(text, /hunter22/);
  assert.equal(text.match(/\*\*\*/g)?.length, 2);
});

test('a reader that does not read is cut off, with all that was kept for it, and the others read on', async () => {
  const { streams, emit } = setUp();
  const stream = streams.open();
  for (let at = 0; at < 20_000; at++) emit(at);
  const late = streams.open();
  const lines = (await textOf(stream)).trimEnd().split('\n');
  assert.equal(lines.length, 10_000);
  assert.match(lines.at(-1) ?? '', /"pausedMs":9999}$/);
  emit(1);
  streams.close();
  assert.equal((await textOf(late)).trimEnd().split('\n').length, 1);
});

test('long lines count for more: no reader is kept more than eight megabytes', async () => {
  const { streams, hub } = setUp();
  const stream = streams.open();
  for (let count = 0; count < 100; count++) hub.emit({ type: 'manager.notice', text: 'x'.repeat(1024 * 1024) });
  const { length } = await textOf(stream);
  assert.ok(length >= 8_000_000 && length < 9_100_000, String(length));
  streams.close();
});
