import assert from 'node:assert/strict';
import { test } from 'node:test';
import { latelyOf } from '../../../web/src/model/lately.ts';
import type { Restart } from '../../../web/src/model/wire.ts';

const minute = 60_000;
const crash = (at: number, server = 'a', category: string | null = 'process'): Restart => ({
  at,
  server,
  code: 'X',
  category,
  message: 'x',
  isStart: false,
});
const servers = [{ name: 'a' }, { name: 'b' }];

test('where nothing went wrong it says for how long', () => {
  assert.equal(latelyOf(servers, [], 0, 61 * minute), 'No crash in the last hour.');
  assert.equal(latelyOf(servers, [], 0, 5 * minute), 'No crash since the start 5m 00s ago.');
});

test('crashes are counted, with whose they were; what was asked for, or is gone, is none', () => {
  const restarts = [crash(0), crash(62 * minute), crash(63 * minute, 'b'), crash(64 * minute, 'a', null)];
  assert.equal(
    latelyOf(servers, [...restarts, crash(64 * minute, 'gone')], 0, 65 * minute),
    '2 crashes in the last hour (a and b), the last 2m 00s ago.',
  );
});

test('a start that fails is no crash', () => {
  const start = { ...crash(64 * minute), isStart: true };
  assert.equal(latelyOf(servers, [start, start], 0, 65 * minute), 'No crash in the last hour. 2 failed starts (a).');
});
