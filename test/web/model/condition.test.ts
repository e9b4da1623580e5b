import assert from 'node:assert/strict';
import { test } from 'node:test';
import { byBadness, causesOf, conditionOf, crashesOf, errorShare, sumOf } from '../../../web/src/model/condition.ts';
import { down, failed, server } from './servers.ts';

test('a server that is down says why, what to do, when it is tried again and its last words', () => {
  assert.deepEqual(conditionOf(down('a')), {
    tone: 'bad',
    word: 'down',
    why: 'the server exited unexpectedly (signal SIGKILL)',
    hint: 'read its last stderr lines',
    code: 'PROCESS_EXITED',
    stderrTail: ['boom'],
    next: { at: Date.parse('2026-11-27T12:00:04.000Z'), attempt: 2, of: 4 },
  });
});

test('the tries of a server that has failed are none of a row, and processes it left are named', () => {
  const condition = conditionOf(failed('a', { survivors: [7, 9] }));
  assert.equal(condition.next?.attempt, null);
  assert.match(condition.why ?? '', /; could not be ended: pid 7, 9$/);
});

test('the worst process speaks for its server, by its number', () => {
  const second = { ...server('a', { instance: 2, health: 'unhealthy', reason: 'it does not answer' }) };
  const condition = conditionOf(server('a', { instances: [second] }));
  assert.deepEqual([condition.tone, condition.why], ['bad', 'process #2: it does not answer']);
});

test('a further process that only starts does not make its server a starting one', () => {
  const second = { ...server('a', { instance: 2, state: 'starting' }) };
  assert.equal(conditionOf(server('a', { instances: [second] })).word, 'ready');
});

test('an error of another version without words is still told', () => {
  assert.equal(conditionOf(down('a', { lastError: null })).why, 'it is down for no known reason');
});

test('missing tools have a hint of their own', () => {
  const condition = conditionOf(
    server('a', { health: 'degraded', missingTools: ['x'], reason: 'tools are missing: x' }),
  );
  assert.equal(condition.hint, 'restart it if this tool should be there');
});

test('problems come first, everything else in the order of the configuration', () => {
  const servers = [
    server('a'),
    server('b', { state: 'starting' }),
    server('c', { health: 'degraded' }),
    down('d'),
    server('e', { state: 'stopped', desired: 'down' }),
    failed('f'),
  ];
  assert.deepEqual(
    byBadness(servers).map(({ name }) => name),
    ['d', 'f', 'c', 'a', 'b', 'e'],
  );
});

test('figures of all processes are one, and unknown where none is known', () => {
  const second = { ...server('a', { instance: 2, inFlight: 3 }) };
  const both = server('a', { inFlight: 1, instances: [second] });
  assert.equal(
    sumOf(both, ({ inFlight }) => inFlight),
    4,
  );
  assert.equal(
    sumOf(both, ({ usage }) => usage?.rssBytes ?? null),
    null,
  );
});

test('causes of restarts are counted over all processes', () => {
  const second = { ...server('a', { instance: 2, restarts: { total: 2, byCause: { PROCESS_EXITED: 2 } } }) };
  const both = server('a', {
    restarts: { total: 2, byCause: { PROCESS_EXITED: 1, REQUESTED: 1 } },
    instances: [second],
  });
  assert.equal(causesOf(both), '3 × PROCESS_EXITED, 1 × REQUESTED');
  assert.equal(causesOf(server('a')), '–');
  assert.equal(crashesOf(both), 3, 'what a person wanted is no crash');
});

test('no call is no error rate, and only failures are one', () => {
  assert.equal(errorShare({ p50: null }, 0), null);
  assert.equal(errorShare({ p50: null }, 1), 1);
  assert.equal(errorShare({ p50: 3 }, 0), 0);
});

test('a server that rests says so once, and until when', () => {
  const resting = server('a', { state: 'stopped', desired: 'onDemand', reason: 'resting (idle for 5 min)' });
  const { word, why, tone } = conditionOf(resting);
  assert.deepEqual([word, why, tone], ['resting', '(idle for 5 min)', 'rest']);
});
