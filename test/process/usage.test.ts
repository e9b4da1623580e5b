import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Usage } from '../../src/platform/usage.ts';
import { UsageSampler } from '../../src/process/usage.ts';
import { FakeClock } from '../support/fake-clock.ts';

/** A sampler whose processes have used `cpuMs` of processor time, as the test says. */
function sampler() {
  const clock = new FakeClock();
  const of = (cpuMs: number, rssBytes = 1_000): Usage => ({
    rssBytes,
    peakRssBytes: null,
    cpuMs,
    processes: 2,
    handles: 20,
  });
  const now: { usage: Usage | null; asked: number } = { usage: of(0), asked: 0 };
  const uses = (cpuMs: number, rssBytes?: number) => {
    now.usage = of(cpuMs, rssBytes);
  };
  const group = {
    usage: async () => {
      now.asked++;
      return now.usage;
    },
  };
  return { clock, now, uses, usage: new UsageSampler(group, clock) };
}

test('a sample is what the group uses together', async () => {
  const { usage } = sampler();
  assert.equal(usage.latest, null);
  const expected = { rssBytes: 1_000, peakRssBytes: 1_000, cpuPercent: 0, cpuMs: 0, processes: 2, handles: 20 };
  assert.deepEqual(await usage.sample(), expected);
  assert.deepEqual(usage.latest, expected);
});

test('the peak is the most that any sample saw, or that the system saw between samples', async () => {
  const { now, uses, usage } = sampler();
  uses(0, 5_000);
  await usage.sample();
  uses(0, 2_000);
  assert.equal((await usage.sample())?.peakRssBytes, 5_000);
  if (now.usage !== null) now.usage = { ...now.usage, peakRssBytes: 9_000 };
  assert.deepEqual([(await usage.sample())?.rssBytes, usage.latest?.peakRssBytes], [2_000, 9_000]);
});

test('the first share of processor time is since the start, each further one since the sample before', async () => {
  const { clock, uses, usage } = sampler();
  await clock.advance(1_000);
  uses(250);
  assert.equal((await usage.sample())?.cpuPercent, 25);
  await clock.advance(2_000);
  uses(250 + 3_000);
  assert.equal((await usage.sample())?.cpuPercent, 150);
});

test('processor time adds up over samples, also after a process has ended with its own', async () => {
  const { clock, uses, usage } = sampler();
  for (const [cpuMs, total] of [
    [900, 900],
    [100, 900],
    [400, 1_200],
  ] as const) {
    await clock.advance(1_000);
    uses(cpuMs);
    assert.equal((await usage.sample())?.cpuMs, total);
  }
});

test('samples in quick succession keep the share, and the next one counts the whole time', async () => {
  const { clock, uses, usage } = sampler();
  await clock.advance(1_000);
  uses(500);
  await usage.sample();
  await clock.advance(10);
  uses(510);
  assert.equal((await usage.sample())?.cpuPercent, 50);
  await clock.advance(990);
  uses(600);
  assert.equal((await usage.sample())?.cpuPercent, 10);
});

test('a process that ended with its time makes no negative share', async () => {
  const { clock, uses, usage } = sampler();
  await clock.advance(1_000);
  uses(900);
  await usage.sample();
  await clock.advance(1_000);
  uses(100);
  assert.equal((await usage.sample())?.cpuPercent, 0);
});

test('callers at the same time share one sample', async () => {
  const { now, usage } = sampler();
  const [one, two] = await Promise.all([usage.sample(), usage.sample()]);
  assert.equal(one, two);
  assert.equal(now.asked, 1);
  await usage.sample();
  assert.equal(now.asked, 2);
});

test('what is not told any more is not remembered either', async () => {
  const { now, usage } = sampler();
  await usage.sample();
  now.usage = null;
  assert.equal(await usage.sample(), null);
  assert.equal(usage.latest, null);
});
