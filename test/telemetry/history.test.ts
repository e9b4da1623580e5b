import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { HoldfastEvent } from '../../src/telemetry/events.ts';
import { History, type ServerFigures } from '../../src/telemetry/history.ts';

const NONE: ServerFigures = {
  p50: null,
  p95: null,
  p99: null,
  errorRate: null,
  rssBytes: null,
  cpuPercent: null,
  inFlight: null,
  held: null,
};
const manager = { rssBytes: 1, lagMs: 2, sessions: 3 };
const limits = { everyMs: 5, samples: 4, restarts: 3 };
const of = { server: 'files', instance: 1, incarnation: 1 } as const;

const down = (at: number, server = 'files'): HoldfastEvent => ({
  at,
  type: 'server.down',
  ...of,
  server,
  code: 1,
  signal: null,
  fault: { category: 'process', code: 'PROCESS_EXITED', message: `at ${at}`, hint: 'look' },
});

test('a report has a column for each figure, as long as the times, and null where nothing is known', () => {
  const history = new History(limits);
  history.add({ at: 1, servers: { files: { ...NONE, p50: 1.23456789 } }, manager });
  history.add({ at: 2, servers: { files: NONE, late: { ...NONE, held: 4 } }, manager });
  const { now, everyMs, times, servers, manager: own } = history.report(3);
  assert.deepEqual([now, everyMs, times], [3, 5, [1, 2]]);
  assert.deepEqual(servers.files?.p50, [1.2346, null]);
  assert.deepEqual(servers.late?.held, [null, 4]);
  assert.deepEqual(own, { rssBytes: [1, 1], lagMs: [2, 2], sessions: [3, 3] });
});

test('whatever comes, a report has the last samples in order, each figure at its time, and no more than the ring holds', () => {
  const names = fc.constantFrom('a', 'b', '__proto__');
  const sample = fc.uniqueArray(fc.tuple(names, fc.option(fc.integer())), { selector: ([name]) => name });
  fc.assert(
    fc.property(fc.array(sample, { maxLength: 12 }), fc.integer({ min: -1, max: 13 }), (samples, since) => {
      const history = new History(limits);
      for (const [at, each] of samples.entries()) {
        const servers = Object.fromEntries(each.map(([name, held]) => [name, { ...NONE, held }]));
        history.add({ at, servers, manager });
      }
      const { times, servers } = history.report(99, since);
      const kept = [...samples.entries()].slice(-limits.samples).filter(([at]) => at > since);
      assert.deepEqual(
        times,
        kept.map(([at]) => at),
      );
      // A server that left and came back begins anew.
      const last = samples.at(-1) ?? [];
      assert.deepEqual(Object.keys(servers).sort(), last.map(([name]) => name).sort());
      for (const [name] of last) {
        const gone = samples.findLastIndex(each => !each.some(([other]) => other === name));
        const expected = kept.map(([at, each]) => (at < gone ? null : (each.find(([n]) => n === name)?.[1] ?? null)));
        const column = Object.entries(servers).find(([n]) => n === name)?.[1];
        assert.deepEqual(column?.held, expected);
        assert.ok(Object.values(column ?? {}).every(({ length }) => length === times.length));
      }
    }),
  );
});

test('calls are counted by how they ended, and by what a crash made of them', () => {
  const history = new History(limits);
  const call = { at: 1, type: 'call.finished', ...of, method: 'tools/call', tool: 'echo', isError: false } as const;
  for (const outcome of ['answered', 'answered', 'rejected', 'cancelled', 'timedOut'] as const)
    history.take({ ...call, outcome, tookMs: 1, replays: 0, code: null });
  history.take({ at: 2, type: 'session.closed', ...of, held: 1, replayed: 2, rejected: 1 });
  // One more came while it was away.
  history.take({ at: 2, type: 'session.restored', ...of, sent: 4, replayed: 2 });
  assert.deepEqual(history.report(3).totals, {
    files: { answered: 2, held: 4, replayed: 2, rejected: 1, timedOut: 1, cancelled: 1 },
  });
  history.add({ at: 3, servers: {}, manager });
  assert.deepEqual(history.report(4).totals, {});
});

test('crashes, starts that fail and starts afresh are kept with their cause; a stop and a rest are none', () => {
  const history = new History({ ...limits, restarts: 4 });
  history.take(down(1));
  history.take({ ...down(1), step: 'initialize' } as HoldfastEvent);
  for (const reason of ['rest', 'relaunch', 'idle', 'maxAge'])
    history.take({ at: 2, type: 'server.stopping', ...of, reason });
  assert.deepEqual(
    history.report(3).restarts.map(({ code, category, message, isStart }) => [code, category, message, isStart]),
    [
      ['PROCESS_EXITED', 'process', 'at 1', false],
      ['PROCESS_EXITED', 'process', 'at 1', true],
      ['REQUESTED', null, 'restarted on request', false],
      ['MAX_AGE', null, 'old enough to be started afresh', false],
    ],
  );
});

test('of restarts the last are kept, and those after a time can be asked for', () => {
  const history = new History(limits);
  for (let at = 1; at <= 5; at++) history.take(down(at));
  assert.deepEqual(
    history.report(9).restarts.map(({ at }) => at),
    [3, 4, 5],
  );
  assert.deepEqual(
    history.report(9, 4).restarts.map(({ at }) => at),
    [5],
  );
});
