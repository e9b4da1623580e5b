import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Excess, limitFault, nearWords, nothingUsed, weigh } from '../../src/health/limits.ts';
import type { GroupLimits, LimitName } from '../../src/process/usage.ts';

const MIB = 1_048_576;

/** Feeds samples of one figure, two seconds apart, and says what is near and what is over after each. */
function story(limits: GroupLimits, name: 'memory' | 'processes', figures: readonly number[], holds: LimitName[] = []) {
  let model = nothingUsed;
  return figures.map((figure, index) => {
    const sample = { rssBytes: 0, processes: 0, cpuMs: 0 };
    const used = name === 'memory' ? { ...sample, rssBytes: figure * MIB } : { ...sample, processes: figure };
    const watched = weigh(model, used, limits, index * 2_000, holds);
    model = watched.model;
    return watched.over === null ? model.near.map(near => near.name).join() : `over ${watched.over.used}`;
  });
}

/** The same for processor time: a share of one core, second by second. */
function busy(cpuPercent: number, shares: readonly number[]): { near: readonly Excess[]; over: Excess | null }[] {
  let model = nothingUsed;
  let cpuMs = 0;
  return [0, ...shares].map((share, second) => {
    cpuMs += share * 10;
    const watched = weigh(model, { rssBytes: 0, processes: 1, cpuMs }, { cpuPercent }, second * 1_000);
    model = watched.model;
    assert.ok(model.cpu.length <= 62, 'what is older than the window is forgotten');
    return { near: model.near, over: watched.over };
  });
}

test('where no limit is set nothing is too much', () => {
  assert.deepEqual(weigh(nothingUsed, { rssBytes: 1e15, processes: 1e6, cpuMs: 1e9 }, {}, 0).over, null);
});

test('memory and processes are over at one sample, and what is just allowed is not', () => {
  assert.deepEqual(story({ memoryMb: 100 }, 'memory', [10, 100, 100.1]), ['', 'memory', 'over 100.1']);
  assert.deepEqual(story({ processes: 5 }, 'processes', [1, 5, 6]), ['', 'processes', 'over 6']);
});

test('near begins at 80 % of a limit and ends below 70 %, so that a figure at the edge is no news each time', () => {
  assert.deepEqual(story({ memoryMb: 100 }, 'memory', [79, 80, 79, 70, 69, 79]), [
    '',
    'memory',
    'memory',
    'memory',
    '',
    '',
  ]);
});

test('what the system holds is never over, but may be near', () => {
  assert.deepEqual(story({ memoryMb: 100 }, 'memory', [10, 101], ['memory']), ['', 'memory']);
});

test('processor time is averaged over a minute: a burst is no reason, a minute above the limit is', () => {
  const burst = busy(50, [...Array(25).fill(100), ...Array(90).fill(1)]);
  assert.ok(burst.every(({ over }) => over === null));
  const steady = busy(50, Array(60).fill(60));
  assert.ok(steady.slice(0, 60).every(({ over, near }) => over === null && near.length === 0));
  assert.deepEqual(steady.at(-1)?.over, { name: 'cpu', used: 60, limit: 50 });
  assert.deepEqual(busy(50, Array(60).fill(45)).at(-1)?.near, [{ name: 'cpu', used: 45, limit: 50 }]);
});

test('a quiet hour does not make up for a busy minute', () => {
  const shares = [...Array(600).fill(0), ...Array(60).fill(80)];
  assert.equal(busy(50, shares).at(-1)?.over?.used, 80);
});

test('each limit has its words and its error, with what was used and what was allowed', () => {
  const limits = { memoryMb: 60, processes: 4, cpuPercent: 150 };
  const memory = limitFault('memory', 81.5, limits);
  assert.equal(memory.category, 'resource');
  assert.equal(memory.code, 'RESOURCE_LIMIT_MEMORY');
  assert.equal(memory.message, 'the server needed more memory than it may have: 81.5 MiB, at most 60 MiB');
  assert.deepEqual(memory.details, { used: 81.5, limit: 60 });
  assert.ok(memory.retryable);
  assert.equal(
    limitFault('memory', null, limits).message,
    'the server needed more memory than it may have, at most 60 MiB',
  );
  assert.match(limitFault('processes', 5, limits).message, /: 5, at most 4$/);
  assert.match(limitFault('cpu', 200, limits).message, /: 200 % of a core, at most 150 %$/);
  const near = (name: LimitName, limit: number) => nearWords({ name, used: 0, limit });
  assert.equal(near('processes', 4), 'near its limit of 4 processes');
});
