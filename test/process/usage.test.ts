import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Usage } from '../../src/platform/usage.ts';
import { UsageSampler } from '../../src/process/usage.ts';
import { FakeClock } from '../support/fake-clock.ts';

/** A sampler whose processes have used `cpuMs` of processor time, as the test says. */
function sampler() {
  const clock = new FakeClock();
  const now: { usage: Usage | null; asked: (readonly number[])[] } = {
    usage: { rssBytes: 1_000, cpuMs: 0, processes: 2, handles: 20 },
    asked: [],
  };
  const group = { members: async () => [7, 8] };
  const read = async (pids: readonly number[]) => {
    now.asked.push(pids);
    return now.usage;
  };
  const uses = (cpuMs: number) => {
    now.usage = { rssBytes: 1_000, cpuMs, processes: 2, handles: 20 };
  };
  return { clock, now, uses, usage: new UsageSampler(group, clock, read) };
}

test('all processes of the group are asked about', async () => {
  const { usage, now } = sampler();
  assert.equal(usage.latest, null);
  assert.deepEqual(await usage.sample(), { rssBytes: 1_000, cpuPercent: 0, processes: 2, handles: 20 });
  assert.deepEqual(now.asked, [[7, 8]]);
  assert.deepEqual(usage.latest, { rssBytes: 1_000, cpuPercent: 0, processes: 2, handles: 20 });
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
  assert.equal(now.asked.length, 1);
  await usage.sample();
  assert.equal(now.asked.length, 2);
});

test('what is not told any more is not remembered either', async () => {
  const { now, usage } = sampler();
  await usage.sample();
  now.usage = null;
  assert.equal(await usage.sample(), null);
  assert.equal(usage.latest, null);
});
