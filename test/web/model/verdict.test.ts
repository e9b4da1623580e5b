import assert from 'node:assert/strict';
import { test } from 'node:test';
import { staleVerdict, verdictOf } from '../../../web/src/model/verdict.ts';
import type { ConfigurationStatus, ServerStatus } from '../../../web/src/model/wire.ts';
import { down, failed, server } from './servers.ts';

const configuration: ConfigurationStatus = {
  file: '/etc/holdfast.json',
  loadedAt: '2026-11-27T12:00:00.000Z',
  problems: [],
  warnings: [],
  pending: [],
  needsRestart: [],
};

const resting = (name: string) => server(name, { state: 'stopped', desired: 'onDemand', reason: 'resting' });
const stopped = (name: string) => server(name, { state: 'stopped', desired: 'down' });
const starting = (name: string) => server(name, { state: 'starting' });
const degraded = (name: string) => server(name, { health: 'degraded', reason: 'p95 is 4 s' });

const headlines: readonly (readonly [servers: readonly ServerStatus[], tone: string, headline: string])[] = [
  [[], 'rest', 'No servers are configured'],
  [[server('a')], 'good', 'a is ready'],
  [[server('a'), server('b'), server('c')], 'good', 'All 3 servers are ready'],
  [[server('a'), resting('b')], 'good', 'All 2 servers are ready, 1 of them resting'],
  [[resting('a')], 'rest', 'a is ready and rests until it is called'],
  [[resting('a'), resting('b')], 'rest', 'All 2 servers are ready and rest until they are called'],
  [[server('a'), server('b'), stopped('c')], 'good', '2 servers are ready, c is stopped'],
  [[server('a'), stopped('b'), stopped('c')], 'good', 'a is ready, 2 are stopped'],
  [[stopped('a')], 'rest', 'a is stopped'],
  [[stopped('a'), stopped('b')], 'rest', 'All 2 servers are stopped'],
  [[starting('a'), server('b'), stopped('c')], 'busy', 'a is starting, 1 of 3 is ready'],
  [[starting('a'), starting('b')], 'busy', 'All 2 servers are starting'],
  [
    [starting('a'), server('b', { state: 'stopping' }), server('c')],
    'busy',
    '2 servers are starting or stopping, 1 of 3 is ready',
  ],
  [[server('a'), down('b')], 'bad', 'b is down'],
  [[server('a'), failed('b')], 'bad', 'b has failed'],
  [[down('a'), failed('b'), server('c')], 'bad', '2 of 3 servers are down'],
  [[down('a'), failed('b')], 'bad', 'All 2 servers are down'],
  [[server('a'), degraded('b')], 'warn', 'b is degraded'],
  [[degraded('a'), degraded('b'), server('c')], 'warn', '2 of 3 servers are not well'],
  [[degraded('a'), down('b')], 'bad', 'b is down'],
  [
    [server('a', { state: 'stopped', desired: 'down', survivors: [7] })],
    'bad',
    'a is stopped and left processes behind',
  ],
];
for (const [servers, tone, headline] of headlines) {
  test(`the page begins with "${headline}"`, () => {
    const verdict = verdictOf(servers, configuration);
    assert.deepEqual([verdict.tone, verdict.headline], [tone, headline]);
  });
}

test('one server in trouble is told of with cause, hint and next try', () => {
  const { why, hint, next } = verdictOf([server('a'), down('b')], configuration);
  assert.equal(why, 'The server exited unexpectedly (signal SIGKILL).');
  assert.equal(hint, 'Read its last stderr lines.');
  assert.deepEqual(next, { at: Date.parse('2026-11-27T12:00:04.000Z'), attempt: 2, of: 4 });
});

test('several are named, and what helps all of them is said once', () => {
  const same = verdictOf([down('a'), down('b')], configuration);
  assert.deepEqual([same.why, same.hint, same.next], ['a and b', 'Read its last stderr lines.', null]);
  const other = down('b', { lastError: { message: 'x', hint: 'another' } });
  assert.equal(verdictOf([down('a'), other], configuration).hint, 'Each is told of below, with what helps.');
});

const mistake = { message: 'x', file: '/etc/holdfast.json', line: 3, column: 1, key: '' };

test('a refused configuration is a warning while the servers run, and the headline says so', () => {
  const verdict = verdictOf([server('a'), server('b')], { ...configuration, problems: [mistake] });
  assert.equal(verdict.tone, 'warn');
  assert.equal(verdict.headline, 'All 2 servers are ready, but the changed configuration file is refused');
  assert.equal(verdictOf([], { ...configuration, problems: [mistake] }).tone, 'bad');
});

test('a crash outranks the configuration', () => {
  assert.equal(verdictOf([down('a')], { ...configuration, problems: [mistake] }).headline, 'a is down');
});

test('settings that did not come up are a warning', () => {
  const verdict = verdictOf([server('a')], { ...configuration, pending: [{ server: 'a', reason: 'it exits' }] });
  assert.deepEqual([verdict.tone, verdict.why], ['warn', 'The new settings of a did not come up.']);
});

test('a verdict about one server names it, so that the page does not say everything twice', () => {
  const { server: about, code } = verdictOf([server('a'), down('b')], configuration);
  assert.deepEqual([about, code], ['b', 'PROCESS_EXITED']);
  assert.equal(verdictOf([down('a'), down('b')], configuration).server, null);
});

test('once nothing is heard any more, the page does not say that all is well', () => {
  const now = new Date(2026, 10, 27, 12, 0, 9).getTime();
  const { tone, headline, why } = staleVerdict(verdictOf([server('a')], configuration), { since: now - 6_000 }, now);
  assert.deepEqual([tone, headline], ['warn', 'The manager does not answer']);
  assert.equal(why, 'What it said last, at 12:00:03: a is ready.');
});
