import assert from 'node:assert/strict';
import { test } from 'node:test';
import { filtered, type LogLine, LogRing, lineOf } from '../../../web/src/model/log.ts';

const line = (seq: number, given: Partial<LogLine> = {}): LogLine => ({
  seq,
  at: seq,
  channel: 'lifecycle',
  level: 'info',
  server: 'files',
  type: 'server.ready',
  text: `line ${seq}`,
  hint: null,
  ...given,
});
const seqs = (lines: readonly LogLine[]): number[] => lines.map(({ seq }) => seq);

test('the last lines are kept, and how many went is known', () => {
  const ring = new LogRing(3);
  ring.add([line(1), line(2)]);
  ring.add([line(3), line(4), line(5)]);
  assert.deepEqual([seqs(ring.lines), ring.dropped], [[3, 4, 5], 2]);
  ring.add([line(100)], 90);
  assert.deepEqual([seqs(ring.lines), ring.dropped], [[4, 5, 100], 93]);
});

test('what is told again after a reconnection stands there once', () => {
  const ring = new LogRing(10);
  ring.recall([line(1), line(2)]);
  ring.add([line(3)]);
  ring.recall([line(1), line(2), line(3), line(4)]);
  assert.deepEqual(seqs(ring.lines), [1, 2, 3, 4]);
});

test('live lines are taken even where the clock of a new manager is behind', () => {
  const ring = new LogRing(10);
  ring.add([line(100)]);
  ring.add([line(7)]);
  assert.deepEqual(seqs(ring.lines), [100, 7]);
});

const all = new Set(['lifecycle', 'error', 'performance', 'network', 'protocol', 'debug'] as const);
const lines = [
  line(1),
  line(2, { server: 'files #2', channel: 'error', level: 'warn', text: 'went down: Boom' }),
  line(3, { server: 'filesystem' }),
  line(4, { server: null, text: 'a client connected' }),
];
const filter = { server: null, channels: all, text: '' };

test('lines are filtered by server, with its further processes, by channel and by words', () => {
  const passing = (given: object) => seqs(filtered(lines, { ...filter, ...given }, 10).shown);
  assert.deepEqual(passing({}), [1, 2, 3, 4]);
  assert.deepEqual(passing({ server: 'files' }), [1, 2]);
  assert.deepEqual(passing({ channels: new Set(['error']) }), [2]);
  assert.deepEqual(passing({ text: 'boom DOWN' }), [2]);
  assert.deepEqual(passing({ text: 'boom connected' }), []);
});

test('only the last of many are shown, and all are counted', () => {
  const { shown, passed } = filtered(lines, filter, 2);
  assert.deepEqual([seqs(shown), passed], [[3, 4], 4]);
});

test('an event becomes a line with its words, its channel and what to do', () => {
  const fault = { category: 'process', code: 'PROCESS_EXITED', message: 'it exited', hint: 'look' } as const;
  const made = lineOf({
    seq: 9,
    at: 5,
    type: 'server.down',
    server: 'files',
    instance: 2,
    incarnation: 1,
    fault,
    code: 1,
    signal: null,
  });
  assert.deepEqual(made, {
    seq: 9,
    at: 5,
    channel: 'error',
    level: 'warn',
    server: 'files #2',
    type: 'server.down',
    text: 'went down: it exited',
    hint: 'look',
  });
});

test('a line of a server is cut where it would be the memory of the page', () => {
  const event = { seq: 1, at: 1, type: 'server.output', stream: 'stderr', line: 'x'.repeat(1_000_000) } as const;
  const { text } = lineOf({ ...event, server: 'a', instance: 1, incarnation: 1 });
  assert.ok(text.length < 2_100, String(text.length));
});
