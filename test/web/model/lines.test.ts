import assert from 'node:assert/strict';
import { test } from 'node:test';
import { linesOf, whyNoUsage } from '../../../web/src/model/lines.ts';
import { noSeries } from '../../../web/src/model/series.ts';
import { failed, server } from './servers.ts';

const figures = (rssBytes: number | null, p95: number | null = null) => {
  const none = [null];
  return {
    ...{ p50: none, p95: [p95], p99: none, errorRate: none },
    ...{ rssBytes: [rssBytes], cpuPercent: none, inFlight: none, held: none },
  };
};

test('of too many servers those are drawn that have something to draw: in trouble, then of much memory', () => {
  const servers = [failed('dead'), server('small'), server('big'), failed('fell'), server('remote'), server('rests')];
  const series = {
    ...noSeries,
    servers: {
      dead: figures(null),
      small: figures(1),
      big: figures(9),
      fell: figures(1),
      remote: figures(null, 5),
      rests: figures(null),
    },
  };
  assert.deepEqual(linesOf(servers, series, 2), ['big', 'fell']);
  assert.deepEqual(linesOf(servers, series, 4), ['small', 'big', 'fell', 'remote']);
  assert.equal(linesOf(servers, series, 6).length, 6);
});

test('a chart without a figure says why', () => {
  assert.equal(whyNoUsage([failed('a')]), 'No process');
  assert.equal(whyNoUsage([failed('a', { url: 'http://a.example/mcp' })]), 'Its processes are on another machine');
  assert.equal(whyNoUsage([failed('a'), server('b')]), 'Nothing known yet');
});
