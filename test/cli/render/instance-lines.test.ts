import assert from 'node:assert/strict';
import { test } from 'node:test';
import { asWhole, instanceLines } from '../../../src/cli/render/instance-lines.ts';
import { plainTheme } from '../../../src/cli/render/theme.ts';
import { failed, statusOf, withOthers } from '../status-of.ts';

const lines = (server: ReturnType<typeof statusOf>, width = 60, most = Infinity) =>
  instanceLines(server, width, most, plainTheme);

const ill = { health: 'degraded', reason: 'answers take 8.0 s' } as const;

test('each further process of a server has a line; the first has the server’s own row', () => {
  const server = withOthers(
    statusOf('files'),
    { pid: 4712, uptimeMs: 3_000 },
    { state: 'starting', health: 'unknown', pid: 4713, uptimeMs: null, reason: 'the server is starting' },
    { pid: 4714, ...ill },
  );
  assert.deepEqual(lines(statusOf('files')), []);
  assert.deepEqual(lines(server), [
    '#2 ready, healthy, pid 4712, up 3 s',
    '#3 starting, pid 4713',
    '#4 ready, degraded, pid 4714, up 2m 10s: answers take 8.0 s',
  ]);
  assert.deepEqual(lines(server, 36)[2], '#4 ready, degraded, pid 4714, up 2m…');
});

test('where only some may be shown those in trouble are, and the others are counted', () => {
  const server = withOthers(statusOf('files'), {}, {}, {}, ill);
  assert.deepEqual(
    lines(server, 14, 2).map(line => line.slice(0, 9)),
    ['#2 ready,', '#5 ready,', 'and 2 mor'],
  );
});

test('a server is as ill as the worst of its processes, and restarted as often as all of them', () => {
  const well = statusOf('files', { restarts: { total: 1, byCause: { REQUESTED: 1 } } });
  const { instances } = failed('files');
  assert.deepEqual(asWhole(withOthers(well, {}, ...instances)), { state: 'ready', health: 'unhealthy', restarts: 5 });
  const idle = { state: 'stopped', health: 'unknown' } as const;
  assert.equal(asWhole(withOthers(well, idle)).health, 'healthy', 'one that rests says nothing');
  assert.equal(asWhole(withOthers(statusOf('files', ill), {})).health, 'degraded');
});

test('a manager that does not tell of instances has none', () => {
  const { instances: _, ...old } = statusOf('files');
  assert.deepEqual(asWhole(old as never), { state: 'ready', health: 'healthy', restarts: 0 });
  assert.deepEqual(lines(old as never), []);
});
