import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EventLog, type EventLogOptions } from '../../src/telemetry/event-log.ts';
import type { NewEvent } from '../../src/telemetry/events.ts';
import { FakeClock } from '../support/fake-clock.ts';

function setUp(options: Partial<EventLogOptions> = {}) {
  const clock = new FakeClock();
  const lines: (readonly [stem: string, line: Record<string, unknown>])[] = [];
  const log = new EventLog({
    files: {
      write: (stem, line) => lines.push([stem, JSON.parse(line) as Record<string, unknown>]),
      close: async () => {},
      status: { folder: '/logs', status: 'ok', reason: null, droppedLines: 0 },
    },
    level: 'debug',
    protocol: false,
    now: () => clock.now(),
    wall: () => clock.wall(),
    ...options,
  });
  const tell = (...events: readonly NewEvent[]) => {
    for (const event of events) log.listener({ at: clock.wall(), ...event });
  };
  return { clock, lines, log, tell, texts: () => lines.map(([stem, { msg }]) => `${stem}: ${String(msg)}`) };
}

const of = { server: 'files', instance: 1, incarnation: 1 };
const output = (line: string): NewEvent => ({ type: 'server.output', ...of, stream: 'stderr', line });
const stopped: NewEvent = { type: 'server.stopped', ...of };
const finished: NewEvent = {
  type: 'call.finished',
  ...of,
  method: 'tools/call',
  tool: 'echo',
  outcome: 'answered',
  isError: false,
  tookMs: 3,
  replays: 0,
  code: null,
};

test('a server’s events go to its file, all others to the manager’s, in the order in which they came', async () => {
  const { tell, log, texts, lines } = setUp();
  tell(
    output('hello'),
    stopped,
    { type: 'manager.stopped', survivors: [] },
    { type: 'server.stopped', ...of, server: 'B' },
  );
  await log.close();
  assert.deepEqual(texts().slice(0, 3), ['files: stderr: hello', 'files: stopped', 'manager: all servers are stopped']);
  assert.match(texts()[3] ?? '', /^_b-[0-9a-f]{8}: stopped$/);
  const [, line] = lines[0] ?? [];
  assert.deepEqual(line, {
    level: 'debug',
    time: '2026-01-01T00:00:00.000Z',
    pid: process.pid,
    channel: 'debug',
    type: 'server.output',
    ...of,
    stream: 'stderr',
    msg: 'stderr: hello',
  });
});

test('calls are written where they are asked for, and what is less grave than the level is not', async () => {
  for (const [options, expected] of [
    [{}, ['files: stderr: x', 'files: stopped']],
    [{ protocol: true }, ['files: stderr: x', 'files: echo answered after 3 ms', 'files: stopped']],
    [{ level: 'info' }, ['files: stopped']],
    [{ level: 'warn' }, []],
  ] as const) {
    const { tell, log, texts } = setUp(options);
    tell(output('x'), finished, stopped);
    await log.close();
    assert.deepEqual(texts(), expected);
  }
});

test('a server that writes without end is cut with a count, and neither its own fate nor others lose a line', async () => {
  const { clock, tell, log, texts } = setUp();
  for (let second = 0; second < 60; second++) {
    for (let index = 0; index < 1_000; index++) tell(output(`noise ${second}`));
    tell({ type: 'server.output', ...of, server: 'quiet', stream: 'stderr', line: `word ${second}` });
    clock.advanceSync(1_000);
  }
  tell(stopped);
  await log.close();
  const count = (pattern: RegExp) => texts().filter(text => pattern.test(text)).length;
  const omitted = texts().flatMap(text => Number(/: (\d+) lines of its output were left out/.exec(text)?.[1] ?? 0));
  assert.equal(count(/: noise/) + omitted.reduce((sum, each) => sum + each, 0), 60_000);
  assert.ok(count(/: noise/) < 6_000, `${count(/: noise/)}`);
  assert.equal(count(/^quiet: stderr: word/), 60);
  assert.equal(texts().at(-1), 'files: stopped', 'and before it what was left out');
  assert.match(texts().at(-2) ?? '', /left out/);
});
