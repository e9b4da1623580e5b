import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RecentEvents } from '../../src/daemon/recent-events.ts';
import type { HoldfastEvent } from '../../src/telemetry/events.ts';

const of = { server: 'files', instance: 1, incarnation: 1 } as const;
const notice = (at: number, text = ''): HoldfastEvent => ({ at, type: 'manager.notice', text });
const output = (at: number, line = ''): HoldfastEvent => ({ at, type: 'server.output', ...of, stream: 'stderr', line });
const seqs = (recent: RecentEvents, count: number) => recent.last(count).map(({ seq }) => seq);

test('the last events are told in order, as many as are wanted', () => {
  const recent = new RecentEvents();
  for (let seq = 1; seq <= 6; seq++) recent.add({ seq, event: seq % 2 === 0 ? notice(seq) : output(seq) });
  assert.deepEqual(seqs(recent, 100), [1, 2, 3, 4, 5, 6]);
  assert.deepEqual(seqs(recent, 3), [4, 5, 6]);
  assert.deepEqual(seqs(recent, 0), []);
});

test('a flood of lines and calls leaves what happened seldom', () => {
  const recent = new RecentEvents({ events: 10, bytes: 1_000_000 });
  recent.add({ seq: 1, event: notice(1) });
  for (let seq = 2; seq <= 1_000; seq++) recent.add({ seq, event: output(seq) });
  assert.deepEqual(seqs(recent, 100), [1, 991, 992, 993, 994, 995, 996, 997, 998, 999, 1_000]);
});

test('what is kept has an end in bytes, too, and an event that is larger than all of it is not kept', () => {
  const recent = new RecentEvents({ events: 1_000, bytes: 100_000 });
  for (let seq = 1; seq <= 20; seq++) recent.add({ seq, event: notice(seq, 'x'.repeat(10_000)) });
  assert.deepEqual(seqs(recent, 100), [17, 18, 19, 20]);
  recent.add({ seq: 21, event: notice(21, 'x'.repeat(1_000_000)) });
  assert.deepEqual(seqs(recent, 100), []);
  recent.add({ seq: 22, event: notice(22) });
  assert.deepEqual(seqs(recent, 100), [22]);
});
